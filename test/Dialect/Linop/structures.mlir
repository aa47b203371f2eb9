// RUN: danaus-opt %s | danaus-opt | FileCheck %s
// RUN: danaus-opt %s --mlir-print-op-generic | danaus-opt | FileCheck %s

// Every structure of a formula: its text, and the parameters that it fixes.

// CHECK-LABEL: func.func private @diagonal(tensor<8x6xf32, #linop.diagonal>)
func.func private @diagonal(tensor<8x6xf32, #linop.diagonal>)

// CHECK-LABEL: func.func private @permutation(tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>)
func.func private @permutation(tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>)

// CHECK-LABEL: func.func @table_permutation(
// CHECK-SAME: %[[M:.*]]: tensor<12x12xf32, #linop.table_permutation<index = i32>>)
func.func @table_permutation(%m: tensor<12x12xf32, #linop.table_permutation<index = i32>>) {
  // CHECK: linop.parameters %[[M]] : tensor<12x12xf32, #linop.table_permutation<index = i32>> -> tensor<12xi32>
  %p0 = linop.parameters %m : tensor<12x12xf32, #linop.table_permutation<index = i32>> -> tensor<12xi32>
  return
}

// CHECK-LABEL: func.func private @circulant(tensor<8x8xcomplex<f64>, #linop.circulant>)
func.func private @circulant(tensor<8x8xcomplex<f64>, #linop.circulant>)

// CHECK-LABEL: func.func @toeplitz(
// CHECK-SAME: %[[M:.*]]: tensor<8x6xf16, #linop.toeplitz>)
func.func @toeplitz(%m: tensor<8x6xf16, #linop.toeplitz>) {
  // CHECK: linop.parameters %[[M]] : tensor<8x6xf16, #linop.toeplitz> -> tensor<8xf16>, tensor<6xf16>
  %p0, %p1 = linop.parameters %m : tensor<8x6xf16, #linop.toeplitz> -> tensor<8xf16>, tensor<6xf16>
  return
}

// CHECK-LABEL: func.func private @hadamard(tensor<8x8xbf16, #linop.hadamard>)
func.func private @hadamard(tensor<8x8xbf16, #linop.hadamard>)

// CHECK-LABEL: func.func private @dft(tensor<12x12xcomplex<f32>, #linop.dft>)
func.func private @dft(tensor<12x12xcomplex<f32>, #linop.dft>)

// CHECK-LABEL: func.func @multi_monarch(
// CHECK-SAME: %[[M:.*]]: tensor<12x8xf32, #linop.multi_monarch<in = [2, 4], out = [3, 4]>>)
func.func @multi_monarch(%m: tensor<12x8xf32, #linop.multi_monarch<in = [2, 4], out = [3, 4]>>) {
  // CHECK: linop.parameters %[[M]] : tensor<12x8xf32, #linop.multi_monarch<in = [2, 4], out = [3, 4]>> -> tensor<4x3x2x1xf32>, tensor<1x4x4x3xf32>
  %p0, %p1 = linop.parameters %m : tensor<12x8xf32, #linop.multi_monarch<in = [2, 4], out = [3, 4]>> -> tensor<4x3x2x1xf32>, tensor<1x4x4x3xf32>
  return
}

// CHECK-LABEL: func.func @butterfly(
// CHECK-SAME: %[[M:.*]]: tensor<12x7xf32, #linop.butterfly<blocks = 1, increasing = true>>)
func.func @butterfly(%m: tensor<12x7xf32, #linop.butterfly<blocks = 1, increasing = true>>) {
  // CHECK: linop.parameters %[[M]] : tensor<12x7xf32, #linop.butterfly<blocks = 1, increasing = true>> -> tensor<2x1x3x4x2x2xf32>
  %p0 = linop.parameters %m : tensor<12x7xf32, #linop.butterfly<blocks = 1, increasing = true>> -> tensor<2x1x3x4x2x2xf32>
  return
}

// CHECK-LABEL: func.func @block_butterfly(
// CHECK-SAME: %[[M:.*]]: tensor<24x24xf32, #linop.block_butterfly<block = 3, increasing = false>>)
func.func @block_butterfly(%m: tensor<24x24xf32, #linop.block_butterfly<block = 3, increasing = false>>) {
  // CHECK: linop.parameters %[[M]] : tensor<24x24xf32, #linop.block_butterfly<block = 3, increasing = false>> -> tensor<3x4x2x2x3x3xf32>
  %p0 = linop.parameters %m : tensor<24x24xf32, #linop.block_butterfly<block = 3, increasing = false>> -> tensor<3x4x2x2x3x3xf32>
  return
}

// CHECK-LABEL: func.func private @kronecker(tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2]>>)
func.func private @kronecker(tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2]>>)

// CHECK-LABEL: func.func @kronecker_sum(
// CHECK-SAME: %[[M:.*]]: tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2], terms = 5>>)
func.func @kronecker_sum(%m: tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2], terms = 5>>) {
  // CHECK: linop.parameters %[[M]] : tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2], terms = 5>> -> tensor<5x2x4xf32>, tensor<5x3x2xf32>
  %p0, %p1 = linop.parameters %m : tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2], terms = 5>> -> tensor<5x2x4xf32>, tensor<5x3x2xf32>
  return
}

// CHECK-LABEL: func.func @usv(
// CHECK-SAME: %[[M:.*]]: tensor<64x48xf32, #linop.usv<rank = 8>>)
func.func @usv(%m: tensor<64x48xf32, #linop.usv<rank = 8>>) {
  // CHECK: linop.parameters %[[M]] : tensor<64x48xf32, #linop.usv<rank = 8>> -> tensor<64x8xf32>, tensor<8xf32>, tensor<8x48xf32>
  %p0, %p1, %p2 = linop.parameters %m : tensor<64x48xf32, #linop.usv<rank = 8>> -> tensor<64x8xf32>, tensor<8xf32>, tensor<8x48xf32>
  return
}

// CHECK-LABEL: func.func @btt(
// CHECK-SAME: %[[M:.*]]: tensor<6x8xf32, #linop.btt<in = [2, 4], out = [2, 3], rank = 2>>)
func.func @btt(%m: tensor<6x8xf32, #linop.btt<in = [2, 4], out = [2, 3], rank = 2>>) {
  // CHECK: linop.parameters %[[M]] : tensor<6x8xf32, #linop.btt<in = [2, 4], out = [2, 3], rank = 2>> -> tensor<4x2x4xf32>, tensor<2x8x3xf32>
  %p0, %p1 = linop.parameters %m : tensor<6x8xf32, #linop.btt<in = [2, 4], out = [2, 3], rank = 2>> -> tensor<4x2x4xf32>, tensor<2x8x3xf32>
  return
}

// CHECK-LABEL: func.func @blast(
// CHECK-SAME: %[[M:.*]]: tensor<12x8xf32, #linop.blast<blocks = 2, rank = 3>>)
func.func @blast(%m: tensor<12x8xf32, #linop.blast<blocks = 2, rank = 3>>) {
  // CHECK: linop.parameters %[[M]] : tensor<12x8xf32, #linop.blast<blocks = 2, rank = 3>> -> tensor<2x6x3xf32>, tensor<2x3x4xf32>, tensor<2x2x3xf32>
  %p0, %p1, %p2 = linop.parameters %m : tensor<12x8xf32, #linop.blast<blocks = 2, rank = 3>> -> tensor<2x6x3xf32>, tensor<2x3x4xf32>, tensor<2x2x3xf32>
  return
}

// CHECK-LABEL: func.func @tensor_train(
// CHECK-SAME: %[[M:.*]]: tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [4, 2], ranks = [2]>>)
func.func @tensor_train(%m: tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [4, 2], ranks = [2]>>) {
  // CHECK: linop.parameters %[[M]] : tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [4, 2], ranks = [2]>> -> tensor<1x2x4x2xf32>, tensor<2x3x2x1xf32>
  %p0, %p1 = linop.parameters %m : tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [4, 2], ranks = [2]>> -> tensor<1x2x4x2xf32>, tensor<2x3x2x1xf32>
  return
}

// CHECK-LABEL: func.func private @tensor_train_of_one_core(tensor<6x8xf32, #linop.tensor_train<out = [6], in = [8]>>)
func.func private @tensor_train_of_one_core(tensor<6x8xf32, #linop.tensor_train<out = [6], in = [8]>>)

// CHECK-LABEL: func.func @tucker(
// CHECK-SAME: %[[M:.*]]: tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2, 2], in_ranks = [3, 1]>>)
func.func @tucker(%m: tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2, 2], in_ranks = [3, 1]>>) {
  // CHECK: linop.parameters %[[M]] : tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2, 2], in_ranks = [3, 1]>> -> tensor<2x2x3x1xf32>, tensor<2x2xf32>, tensor<3x2xf32>, tensor<4x3xf32>, tensor<2x1xf32>
  %p0, %p1, %p2, %p3, %p4 = linop.parameters %m : tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2, 2], in_ranks = [3, 1]>> -> tensor<2x2x3x1xf32>, tensor<2x2xf32>, tensor<3x2xf32>, tensor<4x3xf32>, tensor<2x1xf32>
  return
}

// CHECK-LABEL: func.func @sum(
// CHECK-SAME: %[[M:.*]]: tensor<8x6xf32, #linop.sum<[tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32>]>>)
func.func @sum(%m: tensor<8x6xf32, #linop.sum<[tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32>]>>) {
  // CHECK: linop.parameters %[[M]] : tensor<8x6xf32, #linop.sum<[tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32>]>> -> tensor<6xf32>, tensor<8x6xf32>
  %p0, %p1 = linop.parameters %m : tensor<8x6xf32, #linop.sum<[tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32>]>> -> tensor<6xf32>, tensor<8x6xf32>
  return
}

// CHECK-LABEL: func.func @scaled(
// CHECK-SAME: %[[M:.*]]: tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.low_rank<rank = 2>>>>)
func.func @scaled(%m: tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.low_rank<rank = 2>>>>) {
  // CHECK: linop.parameters %[[M]] : tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.low_rank<rank = 2>>>> -> tensor<8x2xf32>, tensor<2x6xf32>, tensor<1xf32>
  %p0, %p1, %p2 = linop.parameters %m : tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.low_rank<rank = 2>>>> -> tensor<8x2xf32>, tensor<2x6xf32>, tensor<1xf32>
  return
}

!d = tensor<8x6xf32, #linop.diagonal>
!w = tensor<6x8xf32>

// CHECK-LABEL: func.func @compositions(
// CHECK-SAME: %[[D:.*]]: tensor<8x6xf32, #linop.diagonal>, %[[W:.*]]: tensor<6x8xf32>, %[[F:.*]]: tensor<1xf32>)
func.func @compositions(%d: !d, %w: !w, %f: tensor<1xf32>) {
  // CHECK: linop.product %[[D]], %[[W]] : tensor<8x6xf32, #linop.diagonal>, tensor<6x8xf32>
  // CHECK-SAME: -> tensor<8x8xf32, #linop.product<[tensor<8x6xf32, #linop.diagonal>, tensor<6x8xf32>]>>
  %p = linop.product %d, %w : !d, !w -> tensor<8x8xf32, #linop.product<[!d, !w]>>
  // CHECK: linop.sum %[[D]], %[[D]] : tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32, #linop.diagonal>
  // CHECK-SAME: -> tensor<8x6xf32, #linop.sum<[tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32, #linop.diagonal>]>>
  %s = linop.sum %d, %d : !d, !d -> tensor<8x6xf32, #linop.sum<[!d, !d]>>
  // CHECK: linop.scale %[[D]], %[[F]] : tensor<8x6xf32, #linop.diagonal>, tensor<1xf32>
  // CHECK-SAME: -> tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.diagonal>>>
  %c = linop.scale %d, %f : !d, tensor<1xf32> -> tensor<8x6xf32, #linop.scaled<!d>>
  return
}
