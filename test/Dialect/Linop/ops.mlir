// RUN: danaus-opt %s | FileCheck %s
// RUN: danaus-opt %s | danaus-opt | FileCheck %s
// RUN: danaus-opt %s --mlir-print-op-generic | danaus-opt | FileCheck %s

// CHECK-LABEL: func.func @assemble_apply_of_every_structure
func.func @assemble_apply_of_every_structure(
    %dense: tensor<8x4xf32>, %blocks: tensor<4x3x2xf16>, %ks: tensor<3x2x3x2xf64>,
    %w1: tensor<4x3x2xbf16>, %w2: tensor<3x2x4xbf16>, %u: tensor<64x8xf32>, %v: tensor<8x48xf32>,
    %p0: tensor<2x4x2xf32>, %p1: tensor<4x6xf32>) {
  // CHECK: linop.assemble %{{.*}} : (tensor<8x4xf32>) -> tensor<8x4xf32, #linop.dense>
  %0 = linop.assemble %dense : (tensor<8x4xf32>) -> tensor<8x4xf32, #linop.dense>
  // CHECK: linop.assemble %{{.*}} : (tensor<4x3x2xf16>) -> tensor<12x8xf16, #linop.block_diagonal<blocks = 4>>
  %1 = linop.assemble %blocks : (tensor<4x3x2xf16>) -> tensor<12x8xf16, #linop.block_diagonal<blocks = 4>>
  // CHECK: linop.assemble %{{.*}} : (tensor<3x2x3x2xf64>) -> tensor<12x18xf64, #linop.kronecker_sparse<a = 3, b = 2, c = 3, d = 2>>
  %2 = linop.assemble %ks : (tensor<3x2x3x2xf64>) -> tensor<12x18xf64, #linop.kronecker_sparse<a = 3, b = 2, c = 3, d = 2>>
  // CHECK: linop.assemble %{{.*}}, %{{.*}} : (tensor<4x3x2xbf16>, tensor<3x2x4xbf16>) -> tensor<6x8xbf16, #linop.monarch<blocks = [4, 3], middle = 12>>
  %3 = linop.assemble %w1, %w2 : (tensor<4x3x2xbf16>, tensor<3x2x4xbf16>) -> tensor<6x8xbf16, #linop.monarch<blocks = [4, 3], middle = 12>>
  // CHECK: linop.assemble %{{.*}}, %{{.*}} : (tensor<64x8xf32>, tensor<8x48xf32>) -> tensor<64x48xf32, #linop.low_rank<rank = 8>>
  %4 = linop.assemble %u, %v : (tensor<64x8xf32>, tensor<8x48xf32>) -> tensor<64x48xf32, #linop.low_rank<rank = 8>>
  // CHECK: linop.assemble %{{.*}}, %{{.*}} : (tensor<2x4x2xf32>, tensor<4x6xf32>) -> tensor<8x6xf32, #linop.product<[tensor<8x4xf32, #linop.block_diagonal<blocks = 2>>, tensor<4x6xf32>]>>
  %5 = linop.assemble %p0, %p1 : (tensor<2x4x2xf32>, tensor<4x6xf32>) -> tensor<8x6xf32, #linop.product<[tensor<8x4xf32, #linop.block_diagonal<blocks = 2>>, tensor<4x6xf32>]>>
  // CHECK: linop.assemble %{{.*}}, %{{.*}} : (tensor<64x8xf32>, tensor<8x48xf32>) -> tensor<48x64xf32, #linop.transpose<tensor<64x48xf32, #linop.low_rank<rank = 8>>>>
  %6 = linop.assemble %u, %v : (tensor<64x8xf32>, tensor<8x48xf32>) -> tensor<48x64xf32, #linop.transpose<tensor<64x48xf32, #linop.low_rank<rank = 8>>>>
  return
}

!lr = tensor<64x48xf32, #linop.low_rank<rank = 8>>
!lrt = tensor<48x64xf32, #linop.transpose<!lr>>

// CHECK-LABEL: func.func @apply_keeps_the_leading_dimensions
func.func @apply_keeps_the_leading_dimensions(%m: !lr, %x: tensor<?x48xf32>, %v: tensor<48xf32>, %b: tensor<2x?x48xf32>)
    -> (tensor<?x64xf32>, tensor<64xf32>, tensor<2x?x64xf32>) {
  // CHECK: linop.apply %{{.*}}, %{{.*}} : tensor<64x48xf32, #linop.low_rank<rank = 8>>, tensor<?x48xf32> -> tensor<?x64xf32>
  %0 = linop.apply %m, %x : !lr, tensor<?x48xf32> -> tensor<?x64xf32>
  // CHECK: linop.apply %{{.*}}, %{{.*}} : tensor<64x48xf32, #linop.low_rank<rank = 8>>, tensor<48xf32> -> tensor<64xf32>
  %1 = linop.apply %m, %v : !lr, tensor<48xf32> -> tensor<64xf32>
  // CHECK: linop.apply %{{.*}}, %{{.*}} : tensor<64x48xf32, #linop.low_rank<rank = 8>>, tensor<2x?x48xf32> -> tensor<2x?x64xf32>
  %2 = linop.apply %m, %b : !lr, tensor<2x?x48xf32> -> tensor<2x?x64xf32>
  return %0, %1, %2 : tensor<?x64xf32>, tensor<64xf32>, tensor<2x?x64xf32>
}

// CHECK-LABEL: func.func @transpose_and_materialize
func.func @transpose_and_materialize(%m: !lr) -> (!lrt, tensor<64x48xf32>) {
  // CHECK: linop.transpose %{{.*}} : tensor<64x48xf32, #linop.low_rank<rank = 8>> -> tensor<48x64xf32, #linop.transpose<tensor<64x48xf32, #linop.low_rank<rank = 8>>>>
  %t = linop.transpose %m : !lr -> !lrt
  // CHECK: linop.materialize %{{.*}} : tensor<64x48xf32, #linop.low_rank<rank = 8>> -> tensor<64x48xf32>
  %d = linop.materialize %m : !lr -> tensor<64x48xf32>
  return %t, %d : !lrt, tensor<64x48xf32>
}

// CHECK-LABEL: func.func @complex_matrices
func.func @complex_matrices(%m: tensor<8x8xcomplex<f32>, #linop.block_diagonal<blocks = 2>>, %x: tensor<?x8xcomplex<f32>>)
    -> tensor<?x8xcomplex<f32>> {
  // CHECK: linop.apply %{{.*}}, %{{.*}} : tensor<8x8xcomplex<f32>, #linop.block_diagonal<blocks = 2>>, tensor<?x8xcomplex<f32>> -> tensor<?x8xcomplex<f32>>
  %y = linop.apply %m, %x : tensor<8x8xcomplex<f32>, #linop.block_diagonal<blocks = 2>>, tensor<?x8xcomplex<f32>> -> tensor<?x8xcomplex<f32>>
  return %y : tensor<?x8xcomplex<f32>>
}
