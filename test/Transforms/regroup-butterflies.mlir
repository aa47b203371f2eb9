// RUN: danaus-opt %s --danaus-regroup-butterflies="max-block=4" | FileCheck %s
// RUN: danaus-opt %s --danaus-regroup-butterflies="max-block=4" -o %t.once
// RUN: danaus-opt %t.once --danaus-regroup-butterflies="max-block=4" | diff %t.once -
// RUN: danaus-opt %s --danaus-regroup-butterflies="max-block=4" --remarks-filter="danaus-algebra" --verify-diagnostics -o /dev/null
// RUN: danaus-opt %s --danaus-regroup-butterflies | FileCheck %s --check-prefix=WHOLE
// RUN: danaus-opt %s --danaus-regroup-butterflies="max-block=1073741824" | FileCheck %s --check-prefix=LARGE
// RUN: not danaus-opt %s --danaus-regroup-butterflies="max-block=1" 2>&1 | FileCheck %s --check-prefix=BAD
// BAD: error: max-block: wanted 2 or more, found 1


!up = tensor<16x16xf32, #linop.butterfly<blocks = 1, increasing = true>>

// CHECK-LABEL: func @a_butterfly_is_two_stages_of_4_x_4_blocks(
// CHECK-SAME:      %[[W:.*]]: tensor<1x1x4x8x2x2xf32>, %[[X:.*]]: tensor<?x16xf32>)
// CHECK-DAG:     %[[L0:.*]] = tensor.extract_slice %[[W]][0, 0, 0, 0, 0, 0] [1, 1, 1, 8, 2, 2]
// CHECK-DAG:     %[[L1:.*]] = tensor.extract_slice %[[W]][0, 0, 1, 0, 0, 0] [1, 1, 1, 8, 2, 2]
// CHECK-DAG:     %[[L2:.*]] = tensor.extract_slice %[[W]][0, 0, 2, 0, 0, 0] [1, 1, 1, 8, 2, 2]
// CHECK-DAG:     %[[L3:.*]] = tensor.extract_slice %[[W]][0, 0, 3, 0, 0, 0] [1, 1, 1, 8, 2, 2]
// CHECK-DAG:     %[[E0:.*]] = tensor.expand_shape %[[L0]] {{\[\[}}0, 1, 2], [3], [4]] {{.*}} into tensor<4x2x1x2x2xf32>
// CHECK-DAG:     %[[E1:.*]] = tensor.expand_shape %[[L1]] {{\[\[}}0, 1, 2], [3], [4]] {{.*}} into tensor<4x2x1x2x2xf32>
// CHECK:         %[[G:.*]] = linalg.generic {{.*}} ins(%[[E0]], %[[E1]] :
// CHECK:           arith.mulf %{{.*}} : f64
// CHECK:         %[[F:.*]] = tensor.collapse_shape %[[G]] {{\[\[}}0], [1, 2], [3, 4], [5]] : tensor<4x2x2x2x2x1xf32> into tensor<4x4x4x1xf32>
// CHECK:         %[[FIRST:.*]] = linop.assemble %[[F]] : (tensor<4x4x4x1xf32>) -> tensor<16x16xf32, #linop.kronecker_sparse<a = 4, b = 4, c = 4, d = 1>>
// CHECK:         %[[SECOND:.*]] = linop.assemble %{{.*}} : (tensor<1x4x4x4xf32>) -> tensor<16x16xf32, #linop.kronecker_sparse<a = 1, b = 4, c = 4, d = 4>>
// CHECK:         %[[P:.*]] = linop.product %[[SECOND]], %[[FIRST]]
// CHECK:         linop.apply %[[P]], %[[X]]
// WHOLE-LABEL: func @a_butterfly_is_two_stages_of_4_x_4_blocks(
// WHOLE:         linop.apply %{{.*}} : tensor<16x16xf32, #linop.kronecker_sparse<a = 1, b = 16, c = 16, d = 1>>
func.func @a_butterfly_is_two_stages_of_4_x_4_blocks(%w: tensor<1x1x4x8x2x2xf32>, %x: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %m = linop.assemble %w : (tensor<1x1x4x8x2x2xf32>) -> !up
  %y = linop.apply %m, %x : !up, tensor<?x16xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

!down = tensor<8x8xf32, #linop.butterfly<blocks = 2, increasing = false>>

// The second block turns around: nothing is grouped across the turn, and three levels are 2 and 1.
// CHECK-LABEL: func @blocks_alternate(
// CHECK:         linop.product %{{.*}} : tensor<8x8xf32, #linop.kronecker_sparse<a = 1, b = 2, c = 2, d = 4>>, tensor<8x8xf32, #linop.kronecker_sparse<a = 2, b = 4, c = 4, d = 1>>, tensor<8x8xf32, #linop.kronecker_sparse<a = 4, b = 2, c = 2, d = 1>>, tensor<8x8xf32, #linop.kronecker_sparse<a = 1, b = 4, c = 4, d = 2>>
func.func @blocks_alternate(%m: !down, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : !down, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!l0 = tensor<4x4xf32, #linop.block_diagonal<blocks = 2>>
!l1 = tensor<4x4xf32, #linop.kronecker_sparse<a = 1, b = 2, c = 2, d = 2>>
!l10 = tensor<4x4xf32, #linop.product<[!l1, !l0]>>

// M[(B2 B1), (C2 C1)] = w2[B2, C2, B1] w1[C2, B1, C1] with w1 = 1 .. 8 and w2 = 1 .. 8
// CHECK-LABEL: func @constants_are_multiplied_when_compiling(
// CHECK:         arith.constant dense<{{\[\[\[\[}}1.000000e+00], [2.000000e+00], [1.500000e+01], [1.800000e+01]], {{\[\[}}6.000000e+00], [8.000000e+00], [2.800000e+01], [3.200000e+01]], {{\[\[}}5.000000e+00], [1.000000e+01], [3.500000e+01], [4.200000e+01]], {{\[\[}}1.800000e+01], [2.400000e+01], [5.600000e+01], [6.400000e+01]]]]> : tensor<1x4x4x1xf32>
func.func @constants_are_multiplied_when_compiling(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %v = arith.constant dense<[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]> : tensor<2x2x2xf32>
  %w = arith.constant dense<[[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]]> : tensor<1x2x2x2xf32>
  %a = linop.assemble %v : (tensor<2x2x2xf32>) -> !l0
  %b = linop.assemble %w : (tensor<1x2x2x2xf32>) -> !l1
  %m = linop.product %b, %a : !l1, !l0 -> !l10
  %y = linop.apply %m, %x : !l10, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!r0 = tensor<6x6xf32, #linop.kronecker_sparse<a = 1, b = 2, c = 2, d = 3>>
!rr = tensor<6x6xf32, #linop.product<[!r0, !r0]>>

// CHECK-LABEL: func @stages_that_do_not_nest_stay(
// CHECK:         %[[P:.*]] = linop.product %{{.*}}, %{{.*}} :
// CHECK:         linop.apply %[[P]]
func.func @stages_that_do_not_nest_stay(%a: !r0, %x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %m = linop.product %a, %a : !r0, !r0 -> !rr
  %y = linop.apply %m, %x : !rr, tensor<?x6xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!padded = tensor<12x7xf32, #linop.butterfly<blocks = 1, increasing = true>>

// CHECK-LABEL: func @a_padded_butterfly_stays(
// CHECK:         linop.apply %{{.*}} : tensor<12x7xf32, #linop.butterfly<
func.func @a_padded_butterfly_stays(%m: !padded, %x: tensor<?x7xf32>) -> tensor<?x12xf32> {
  // expected-remark @below {{[Missed] RegroupButterflies | Category:danaus-algebra | Reason="wanted a square butterfly of a power of two, found 12 x 7"}}
  %y = linop.apply %m, %x : !padded, tensor<?x7xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!complex = tensor<4x4xcomplex<f32>, #linop.butterfly<blocks = 1, increasing = true>>

// CHECK-LABEL: func @a_complex_butterfly_stays(
// CHECK:         linop.apply %{{.*}} : tensor<4x4xcomplex<f32>, #linop.butterfly<
func.func @a_complex_butterfly_stays(%m: !complex, %x: tensor<?x4xcomplex<f32>>) -> tensor<?x4xcomplex<f32>> {
  // expected-remark @below {{[Missed] RegroupButterflies | Category:danaus-algebra | Reason="the elements are no floats"}}
  %y = linop.apply %m, %x : !complex, tensor<?x4xcomplex<f32>> -> tensor<?x4xcomplex<f32>>
  return %y : tensor<?x4xcomplex<f32>>
}

// CHECK-LABEL: func @a_returned_transpose_keeps_its_butterfly(
// CHECK:         linop.transpose %{{.*}} : tensor<16x16xf32, #linop.butterfly<
func.func @a_returned_transpose_keeps_its_butterfly(%m: !up) -> tensor<16x16xf32, #linop.transpose<!up>> {
  // expected-remark @below {{[Missed] RegroupButterflies | Category:danaus-algebra | Reason="the butterfly must keep its type for 'func.return'"}}
  %t = linop.transpose %m : !up -> tensor<16x16xf32, #linop.transpose<!up>>
  return %t : tensor<16x16xf32, #linop.transpose<!up>>
}

// CHECK-LABEL: func @a_returned_product_keeps_its_stages(
// CHECK:         linop.product
func.func @a_returned_product_keeps_its_stages(%b: !l1, %a: !l0) -> !l10 {
  // expected-remark @below {{[Missed] RegroupButterflies | Category:danaus-algebra | Reason="the product must keep its type for 'func.return'"}}
  %m = linop.product %b, %a : !l1, !l0 -> !l10
  return %m : !l10
}

!thirty = tensor<1073741824x1073741824xf32, #linop.butterfly<blocks = 1, increasing = true>>

// More levels than there are letters for digits of one product are multiplied in two halves, and then the halves.
// LARGE-LABEL: func @more_levels_than_letters(
// LARGE:         tensor.collapse_shape %{{.*}} into tensor<32768x32768x32768x1xf32>
// LARGE:         tensor.collapse_shape %{{.*}} into tensor<1x32768x32768x32768xf32>
// LARGE:         linop.apply %{{.*}} : tensor<1073741824x1073741824xf32, #linop.kronecker_sparse<a = 1, b = 1073741824, c = 1073741824, d = 1>>
func.func @more_levels_than_letters(%m: !thirty, %x: tensor<?x1073741824xf32>) -> tensor<?x1073741824xf32> {
  %y = linop.apply %m, %x : !thirty, tensor<?x1073741824xf32> -> tensor<?x1073741824xf32>
  return %y : tensor<?x1073741824xf32>
}
