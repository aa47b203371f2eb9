// RUN: danaus-opt %s --convert-chain-to-linalg --split-input-file | FileCheck %s
// RUN: danaus-opt %s --convert-chain-to-linalg=keep-kernels --split-input-file | FileCheck %s --check-prefixes=CHECK,KEEP

// A permutation of digits is an indexing map: no transpose, no copy.
// CHECK-DAG: #[[$X:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
// CHECK-DAG: #[[$W:.+]] = affine_map<(d0, d1, d2, d3) -> (d2, d1, d3)>
// CHECK-DAG: #[[$Y:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @permuted_digits
// CHECK-SAME: %[[ARG:[a-z0-9]+]]: tensor<?x8xf32>, %[[WEIGHT:[a-z0-9]+]]: tensor<4x3x2xf32>
// CHECK-NOT: linalg.transpose
// CHECK: %[[EXPANDED:.+]] = tensor.expand_shape %[[ARG]] {{\[\[0\], \[1, 2\]\]}} {{.*}} into tensor<?x4x2xf32>
// CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #[[$Y]]], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%[[EXPANDED]], %[[WEIGHT]]
// CHECK: tensor.collapse_shape {{.*}} : tensor<?x3x4xf32> into tensor<?x12xf32>
func.func @permuted_digits(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) -> tensor<?x12xf32> {
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 2, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

// The fastest digit of both sides is the innermost loop.
// CHECK-LABEL: func.func @shared_fastest_digit
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction", "parallel"]
// CHECK: arith.extf
// CHECK: linalg.generic
// CHECK: arith.truncf %{{.*}} : f32 to bf16
func.func @shared_fastest_digit(%x: tensor<?x8xbf16>, %w: tensor<3x2xbf16>) -> tensor<?x12xbf16> {
  %y = chain.einsum %x, %w "cd,bc->bd" sizes [2, 4, 3] : tensor<?x8xbf16>, tensor<3x2xbf16> -> tensor<?x12xbf16>
  return %y : tensor<?x12xbf16>
}

// -----

// CHECK-LABEL: func.func @complex_sums
// CHECK: complex.mul
// CHECK: complex.add
func.func @complex_sums(%x: tensor<?x8xcomplex<f32>>, %w: tensor<3x8xcomplex<f32>>) -> tensor<?x3xcomplex<f32>> {
  %y = chain.einsum %x, %w "c,bc->b" sizes [8, 3]
      : tensor<?x8xcomplex<f32>>, tensor<3x8xcomplex<f32>> -> tensor<?x3xcomplex<f32>>
  return %y : tensor<?x3xcomplex<f32>>
}

// -----

// Integers are widened and never rounded.
// CHECK-LABEL: func.func @integer_sums
// CHECK: %[[ZERO:.*]] = arith.constant 0 : i32
// CHECK: linalg.fill ins(%[[ZERO]] : i32)
// CHECK: linalg.generic
// CHECK: ^bb0(%[[X:.*]]: i8, %[[W:.*]]: i8, %[[SUM:.*]]: i32):
// CHECK: %[[WIDE_X:.*]] = arith.extsi %[[X]] : i8 to i32
// CHECK: %[[WIDE_W:.*]] = arith.extsi %[[W]] : i8 to i32
// CHECK: %[[PRODUCT:.*]] = arith.muli %[[WIDE_X]], %[[WIDE_W]] : i32
// CHECK: arith.addi %[[SUM]], %[[PRODUCT]] : i32
// CHECK-NOT: linalg.generic
func.func @integer_sums(%x: tensor<?x8xi8>, %w: tensor<3x8xi8>) -> tensor<?x3xi32> {
  %y = chain.einsum %x, %w "c,bc->b" sizes [8, 3] : tensor<?x8xi8>, tensor<3x8xi8> -> tensor<?x3xi32>
  return %y : tensor<?x3xi32>
}

// -----

// CHECK-LABEL: func.func @permute_is_one_transpose
// CHECK: linalg.transpose {{.*}} permutation = [0, 2, 1]
func.func @permute_is_one_transpose(%x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = chain.permute %x sizes [4, 3] order [1, 0] : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

// CHECK-LABEL: func.func @gather_reads_through_the_table
// CHECK-NOT: scf.for
// CHECK: linalg.generic
// CHECK: tensor.extract
func.func @gather_reads_through_the_table(%x: tensor<?x12xf32>, %t: tensor<12xi32>) -> tensor<?x12xf32> {
  %y = chain.gather %x, %t : tensor<?x12xf32>, tensor<12xi32>
  return %y : tensor<?x12xf32>
}

// -----

// CHECK-LABEL: func.func @scatter_inverts_the_table_first
// CHECK: scf.for
// CHECK: tensor.insert
// CHECK: linalg.generic
// CHECK: tensor.extract
func.func @scatter_inverts_the_table_first(%x: tensor<?x12xf32>, %t: tensor<12xi32>) -> tensor<?x12xf32> {
  %y = chain.gather %x, %t scatters : tensor<?x12xf32>, tensor<12xi32>
  return %y : tensor<?x12xf32>
}

// -----

// CHECK: #[[$T:.+]] = affine_map<(d0, d1, d2) -> (d2 - d1 + 7)>
// CHECK-LABEL: func.func @toeplitz_has_no_dense_matrix
// CHECK-NOT: tensor<12x8xf32>
// CHECK: linalg.generic {indexing_maps = [#{{.+}}, #[[$T]], #{{.+}}], iterator_types = ["parallel", "reduction", "parallel"]}
func.func @toeplitz_has_no_dense_matrix(%x: tensor<?x8xf32>, %t: tensor<19xf32>) -> tensor<?x12xf32> {
  %y = chain.toeplitz %x, %t : tensor<?x8xf32>, tensor<19xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

// CHECK-LABEL: func.func @a_kernel_and_what_is_none
// KEEP: chain.kernel
// KEEP: chain.stage
// KEEP: linalg.generic
// CHECK-NOT: chain.einsum
func.func @a_kernel_and_what_is_none(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %v: tensor<12x12xf32>)
    -> tensor<?x12xf32> {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x8xf32>
  %init = tensor.empty(%rows) : tensor<?x12xf32>
  %0 = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>) outs(%init : tensor<?x12xf32>) {
  ^bb0(%xi: tensor<?x8xf32>, %wi: tensor<4x3x2xf32>):
    %1 = chain.stage %xi, %wi pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %1 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  %2 = chain.einsum %0, %v "c,bc->b" sizes [12, 12] : tensor<?x12xf32>, tensor<12x12xf32> -> tensor<?x12xf32>
  return %2 : tensor<?x12xf32>
}
