// RUN: danaus-opt %s --convert-chain-to-linalg --split-input-file | FileCheck %s
// RUN: danaus-opt %s --convert-chain-to-linalg --convert-chain-to-linalg --split-input-file | FileCheck %s

// Loops are the rows, then the digits q, k and p; the order of y's digits is in its map.
// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3) -> (d2, d1, d3)>
// CHECK-DAG: #[[$Y:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>

// CHECK-LABEL: func.func @an_einsum_is_one_contraction(
// CHECK-NOT:     chain.
// CHECK:         linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #[[$Y]]]
// CHECK-NOT:     {{chain\.|linalg\.generic}}
// CHECK:         return
func.func @an_einsum_is_one_contraction(%x: tensor<?x12xf32>, %w: tensor<4x2x3xf32>) -> tensor<?x8xf32> {
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 3, 2] : tensor<?x12xf32>, tensor<4x2x3xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// CHECK-LABEL: func.func @a_permutation_is_a_transpose_of_digits(
// CHECK:         tensor.expand_shape
// CHECK:         linalg.transpose {{.*}} permutation = [0, 2, 1]
// CHECK-NOT:     chain.
func.func @a_permutation_is_a_transpose_of_digits(%x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = chain.permute %x sizes [4, 3] order [1, 0] : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

// CHECK-LABEL: func.func @a_gather_reads_where_the_table_says(
// CHECK:         linalg.generic
// CHECK-NOT:     chain.
func.func @a_gather_reads_where_the_table_says(%x: tensor<?x12xf32>, %table: tensor<12xi64>) -> tensor<?x12xf32> {
  %y = chain.gather %x, %table : tensor<?x12xf32>, tensor<12xi64>
  return %y : tensor<?x12xf32>
}

// -----

// CHECK-LABEL: func.func @a_toeplitz_reads_along_diagonals(
// CHECK:         linalg.generic
// CHECK-NOT:     chain.
func.func @a_toeplitz_reads_along_diagonals(%x: tensor<?x12xf32>, %c: tensor<19xf32>) -> tensor<?x8xf32> {
  %y = chain.toeplitz %x, %c : tensor<?x12xf32>, tensor<19xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
