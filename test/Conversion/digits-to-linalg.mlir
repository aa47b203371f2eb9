// RUN: danaus-opt %s --convert-chain-to-linalg | FileCheck %s
// RUN: danaus-opt %s --convert-chain-to-linalg -o %t.once
// RUN: danaus-opt %t.once --convert-chain-to-linalg | diff %t.once -

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3) -> (d2, d1, d3)>
// CHECK-DAG: #[[$Y:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-DAG: #[[$TABLE:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[$ALL:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$IN:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$DIAGONALS:.*]] = affine_map<(d0, d1, d2) -> (d2 - d1 + 7)>
// CHECK-DAG: #[[$OUT:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>

// Loops are the rows, then the digits q, k and p; the order of y's digits is in its map: no transpose, no copy.
// CHECK-LABEL: func.func @an_einsum_is_one_contraction(
// CHECK-SAME:      %[[ARG:.*]]: tensor<?x8xf32>, %[[WEIGHT:.*]]: tensor<4x3x2xf32>)
// CHECK-NOT:     {{chain\.|linalg\.generic|linalg\.transpose}}
// CHECK:         %[[DIGITS:.*]] = tensor.expand_shape %[[ARG]] {{\[\[}}0], [1, 2]] {{.*}} into tensor<?x4x2xf32>
// CHECK-NOT:     {{chain\.|linalg\.generic|linalg\.transpose}}
// CHECK:         %[[SUMS:.*]] = linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #[[$Y]]], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%[[DIGITS]], %[[WEIGHT]]
// CHECK-NOT:     {{chain\.|linalg\.generic|linalg\.transpose}}
// CHECK:         %[[COLUMNS:.*]] = tensor.collapse_shape %[[SUMS]] {{\[\[}}0], [1, 2]] : tensor<?x3x4xf32> into tensor<?x12xf32>
// CHECK-NEXT:    return %[[COLUMNS]]
func.func @an_einsum_is_one_contraction(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) -> tensor<?x12xf32> {
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 2, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The fastest digit of both x and y is the innermost loop. 16 bits are summed in 32 and rounded once.
// CHECK-LABEL: func.func @a_shared_fastest_digit_is_the_innermost_loop(
// CHECK:         linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction", "parallel"]} {{.*}} outs(%{{.*}} : tensor<?x3x4xf32>)
// CHECK-COUNT-2:   arith.extf %{{.*}} : bf16 to f32
// CHECK-NOT:       arith.truncf
// CHECK:         linalg.generic {{.*}} outs(%{{.*}} : tensor<?x3x4xbf16>)
// CHECK:           arith.truncf %{{.*}} : f32 to bf16
func.func @a_shared_fastest_digit_is_the_innermost_loop(%x: tensor<?x8xbf16>, %w: tensor<3x2xbf16>) -> tensor<?x12xbf16> {
  %y = chain.einsum %x, %w "cd,bc->bd" sizes [2, 4, 3] : tensor<?x8xbf16>, tensor<3x2xbf16> -> tensor<?x12xbf16>
  return %y : tensor<?x12xbf16>
}

// CHECK-LABEL: func.func @an_einsum_of_complex_numbers(
// CHECK:         linalg.generic
// CHECK-NEXT:    ^bb0(%[[A:.*]]: complex<f32>, %[[B:.*]]: complex<f32>, %[[SUM:.*]]: complex<f32>):
// CHECK-NEXT:      %[[P:.*]] = complex.mul %[[A]], %[[B]]
// CHECK-NEXT:      %[[S:.*]] = complex.add %[[SUM]], %[[P]]
// CHECK-NEXT:      linalg.yield %[[S]]
func.func @an_einsum_of_complex_numbers(%x: tensor<?x8xcomplex<f32>>, %w: tensor<3x8xcomplex<f32>>) -> tensor<?x3xcomplex<f32>> {
  %y = chain.einsum %x, %w "c,bc->b" sizes [8, 3]
      : tensor<?x8xcomplex<f32>>, tensor<3x8xcomplex<f32>> -> tensor<?x3xcomplex<f32>>
  return %y : tensor<?x3xcomplex<f32>>
}

// CHECK-LABEL: func.func @a_permutation_is_a_transpose_of_digits(
// CHECK-SAME:      %[[ARG:.*]]: tensor<?x12xf32>)
// CHECK:         %[[DIGITS:.*]] = tensor.expand_shape %[[ARG]] {{\[\[}}0], [1, 2]] {{.*}} into tensor<?x4x3xf32>
// CHECK:         %[[MOVED:.*]] = linalg.transpose ins(%[[DIGITS]] : tensor<?x4x3xf32>) outs(%{{.*}} : tensor<?x3x4xf32>) permutation = [0, 2, 1]
// CHECK-NEXT:    %[[COLUMNS:.*]] = tensor.collapse_shape %[[MOVED]]
// CHECK-NEXT:    return %[[COLUMNS]]
func.func @a_permutation_is_a_transpose_of_digits(%x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = chain.permute %x sizes [4, 3] order [1, 0] : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// CHECK-LABEL: func.func @a_gather_reads_where_the_table_says(
// CHECK-SAME:      %[[ARG:.*]]: tensor<?x12xf32>, %[[T:.*]]: tensor<12xi64>)
// CHECK-NOT:     {{scf\.for|tensor\.insert}}
// CHECK:         linalg.generic {indexing_maps = [#[[$TABLE]], #[[$ALL]]], {{.*}} ins(%[[T]] : tensor<12xi64>)
// CHECK-NEXT:    ^bb0(%[[ENTRY:.*]]: i64, %{{.*}}: f32):
// CHECK-DAG:       %[[ROW:.*]] = linalg.index 0
// CHECK-DAG:       %[[SOURCE:.*]] = arith.index_cast %[[ENTRY]] : i64 to index
// CHECK:           %[[V:.*]] = tensor.extract %[[ARG]][%[[ROW]], %[[SOURCE]]]
// CHECK-NEXT:      linalg.yield %[[V]]
func.func @a_gather_reads_where_the_table_says(%x: tensor<?x12xf32>, %table: tensor<12xi64>) -> tensor<?x12xf32> {
  %y = chain.gather %x, %table : tensor<?x12xf32>, tensor<12xi64>
  return %y : tensor<?x12xf32>
}

// CHECK-LABEL: func.func @a_scatter_inverts_the_table_first(
// CHECK-SAME:      %[[ARG:.*]]: tensor<?x12xf32>, %[[T:.*]]: tensor<12xi32>)
// CHECK:         %[[INVERSE:.*]] = scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[SO_FAR:.*]] = %{{.*}})
// CHECK-NEXT:      %[[ENTRY:.*]] = tensor.extract %[[T]][%[[I]]]
// CHECK-DAG:       %[[TARGET:.*]] = arith.index_cast %[[ENTRY]] : i32 to index
// CHECK-DAG:       %[[NUMBER:.*]] = arith.index_cast %[[I]] : index to i32
// CHECK:           %[[NEXT:.*]] = tensor.insert %[[NUMBER]] into %[[SO_FAR]][%[[TARGET]]]
// CHECK-NEXT:      scf.yield %[[NEXT]]
// CHECK:         linalg.generic {{.*}} ins(%[[INVERSE]] : tensor<12xi32>)
// CHECK:           tensor.extract %[[ARG]]
func.func @a_scatter_inverts_the_table_first(%x: tensor<?x12xf32>, %table: tensor<12xi32>) -> tensor<?x12xf32> {
  %y = chain.gather %x, %table scatters : tensor<?x12xf32>, tensor<12xi32>
  return %y : tensor<?x12xf32>
}

// The matrix is never there: row r of it reads t from place 7 + r down. The rows are the innermost loop.
// CHECK-LABEL: func.func @a_toeplitz_reads_along_diagonals(
// CHECK-SAME:      %[[ARG:.*]]: tensor<?x8xf32>, %[[T:.*]]: tensor<19xf32>)
// CHECK-NOT:     tensor<12x8xf32>
// CHECK:         linalg.generic {indexing_maps = [#[[$IN]], #[[$DIAGONALS]], #[[$OUT]]], iterator_types = ["parallel", "reduction", "parallel"]} ins(%[[ARG]], %[[T]]
// CHECK-NOT:     {{chain\.|tensor<12x8xf32>}}
// CHECK:         return
func.func @a_toeplitz_reads_along_diagonals(%x: tensor<?x8xf32>, %t: tensor<19xf32>) -> tensor<?x12xf32> {
  %y = chain.toeplitz %x, %t : tensor<?x8xf32>, tensor<19xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

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
