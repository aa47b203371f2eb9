// RUN: danaus-opt %s --danaus-absorb-scales="rows=4" | FileCheck %s
// RUN: danaus-opt %s --danaus-absorb-scales="rows=4" -o %t.once
// RUN: danaus-opt %t.once --danaus-absorb-scales="rows=4" | diff %t.once -
// RUN: danaus-opt %s --danaus-absorb-scales="rows=4" --remarks-filter="danaus-algebra" --verify-diagnostics -o /dev/null

!d6 = tensor<6x6xf32, #linop.diagonal>
!bd = tensor<6x4xf32, #linop.block_diagonal<blocks = 2>>
!dbd = tensor<6x4xf32, #linop.product<[!d6, !bd]>>

// The digits of the row are A and B. The product is taken in f64 and rounded once.
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[$ROWS:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$COLUMNS:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$ONE:.*]] = affine_map<(d0, d1, d2) -> ()>
// CHECK-LABEL: func @a_diagonal_on_the_left_scales_rows(
// CHECK-SAME:      %[[D:.*]]: tensor<6xf32>, %[[P:.*]]: tensor<2x3x2xf32>, %[[X:.*]]: tensor<?x4xf32>)
// CHECK:         %[[E:.*]] = tensor.expand_shape %[[D]] {{\[\[}}0, 1]] {{.*}} into tensor<2x3xf32>
// CHECK:         %[[G:.*]] = linalg.generic {indexing_maps = [#[[$W]], #[[$ROWS]], #[[$W]]], {{.*}} ins(%[[P]], %[[E]]
// CHECK-NEXT:    ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT:      %[[AW:.*]] = arith.extf %[[A]] : f32 to f64
// CHECK-NEXT:      %[[BW:.*]] = arith.extf %[[B]] : f32 to f64
// CHECK-NEXT:      %[[M:.*]] = arith.mulf %[[AW]], %[[BW]] : f64
// CHECK-NEXT:      %[[R:.*]] = arith.truncf %[[M]] : f64 to f32
// CHECK-NEXT:      linalg.yield %[[R]]
// CHECK:         %[[S:.*]] = linop.assemble %[[G]] : (tensor<2x3x2xf32>) -> tensor<6x4xf32, #linop.block_diagonal<blocks = 2>>
// CHECK:         linop.apply %[[S]], %[[X]]
func.func @a_diagonal_on_the_left_scales_rows(%v: tensor<6xf32>, %w: tensor<2x3x2xf32>, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %d = linop.assemble %v : (tensor<6xf32>) -> !d6
  %b = linop.assemble %w : (tensor<2x3x2xf32>) -> !bd
  %m = linop.product %d, %b : !d6, !bd -> !dbd
  %y = linop.apply %m, %x : !dbd, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!d4 = tensor<4x4xf32, #linop.diagonal>
!bdd = tensor<6x4xf32, #linop.product<[!bd, !d4]>>

// CHECK-LABEL: func @a_diagonal_on_the_right_scales_columns(
// CHECK:         linalg.generic {indexing_maps = [#[[$W]], #[[$COLUMNS]], #[[$W]]]
// CHECK:         linop.apply %{{.*}} : tensor<6x4xf32, #linop.block_diagonal<blocks = 2>>
func.func @a_diagonal_on_the_right_scales_columns(%b: !bd, %d: !d4, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %m = linop.product %b, %d : !bd, !d4 -> !bdd
  %y = linop.apply %m, %x : !bdd, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!zbd = tensor<6x4xf32, #linop.scaled<!bd>>

// CHECK-LABEL: func @a_scale_is_part_of_the_parameter(
// CHECK-SAME:      %[[B:.*]]: tensor<6x4xf32, {{.*}}>, %[[F:.*]]: tensor<1xf32>,
// CHECK:         %[[C:.*]] = tensor.collapse_shape %[[F]] [] : tensor<1xf32> into tensor<f32>
// CHECK:         linalg.generic {indexing_maps = [#[[$W]], #[[$ONE]], #[[$W]]], {{.*}} ins(%{{.*}}, %[[C]]
// CHECK:         linop.apply %{{.*}} : tensor<6x4xf32, #linop.block_diagonal<blocks = 2>>
func.func @a_scale_is_part_of_the_parameter(%b: !bd, %f: tensor<1xf32>, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %m = linop.scale %b, %f : !bd, tensor<1xf32> -> !zbd
  %y = linop.apply %m, %x : !zbd, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!h = tensor<4x4xf32, #linop.hadamard>
!zh = tensor<4x4xf32, #linop.scaled<!h>>
!bh = tensor<6x4xf32, #linop.product<[!bd, !zh]>>

// Hadamard has no parameter, so its scale goes to the neighbor.
// CHECK-LABEL: func @a_scale_finds_another_factor(
// CHECK:         %[[S:.*]] = linop.assemble %{{.*}} -> tensor<6x4xf32, #linop.block_diagonal<blocks = 2>>
// CHECK:         linop.product %[[S]], %{{.*}} : tensor<6x4xf32, #linop.block_diagonal<blocks = 2>>, tensor<4x4xf32, #linop.hadamard>
// CHECK-NOT:     linop.scale
func.func @a_scale_finds_another_factor(%b: !bd, %h: !h, %f: tensor<1xf32>, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %z = linop.scale %h, %f : !h, tensor<1xf32> -> !zh
  %m = linop.product %b, %z : !bd, !zh -> !bh
  %y = linop.apply %m, %x : !bh, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!k = tensor<4x4xf32, #linop.kronecker_sparse<a = 1, b = 2, c = 2, d = 2>>
!kdk = tensor<4x4xf32, #linop.product<[!k, !d4, !d4]>>

// CHECK-LABEL: func @constants_are_multiplied_when_compiling(
// CHECK:         arith.constant dense<{{\[\[\[\[}}1.000000e+00, 1.600000e+01], [2.700000e+01, 6.400000e+01]], {{\[\[}}5.000000e+00, 2.400000e+01], [6.300000e+01, 1.280000e+02]]]]> : tensor<1x2x2x2xf32>
// CHECK:         linop.apply %{{.*}} : tensor<4x4xf32, #linop.kronecker_sparse<a = 1, b = 2, c = 2, d = 2>>
func.func @constants_are_multiplied_when_compiling(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = arith.constant dense<[[[[1.0, 4.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]]> : tensor<1x2x2x2xf32>
  %v = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %k = linop.assemble %w : (tensor<1x2x2x2xf32>) -> !k
  %d = linop.assemble %v : (tensor<4xf32>) -> !d4
  %m = linop.product %k, %d, %d : !k, !d4, !d4 -> !kdk
  %y = linop.apply %m, %x : !kdk, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!mon = tensor<6x8xf32, #linop.monarch<blocks = [4, 3], middle = 12>>
!d8 = tensor<8x8xf32, #linop.diagonal>
!dmd = tensor<6x8xf32, #linop.product<[!d6, !mon, !d8]>>

// CHECK-LABEL: func @a_monarch_takes_both_sides(
// CHECK-COUNT-2: linalg.generic
// CHECK:         linop.apply %{{.*}} : tensor<6x8xf32, #linop.monarch<blocks = [4, 3], middle = 12>>
func.func @a_monarch_takes_both_sides(%a: !d6, %m: !mon, %b: !d8, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %p = linop.product %a, %m, %b : !d6, !mon, !d8 -> !dmd
  %y = linop.apply %p, %x : !dmd, tensor<?x8xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!dd = tensor<4x4xf32, #linop.product<[!d4, !d4]>>

// CHECK-LABEL: func @two_diagonals_are_one(
// CHECK:         linop.apply %{{.*}} : tensor<4x4xf32, #linop.diagonal>
func.func @two_diagonals_are_one(%a: !d4, %b: !d4, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %m = linop.product %a, %b : !d4, !d4 -> !dd
  %y = linop.apply %m, %x : !dd, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!bdw = tensor<6x4xf32, #linop.product<[!bd, !d4, tensor<4x4xf32>]>>

// 12 values on the left, 16 on the right.
// CHECK-LABEL: func @the_smaller_parameter_takes_a_diagonal(
// CHECK-SAME:      %[[W:[a-z0-9]*]]: tensor<4x4xf32>,
// CHECK:         %[[S:.*]] = linop.assemble %{{.*}} -> tensor<6x4xf32, #linop.block_diagonal<blocks = 2>>
// CHECK:         linop.product %[[S]], %[[W]] :
func.func @the_smaller_parameter_takes_a_diagonal(%b: !bd, %d: !d4, %w: tensor<4x4xf32>, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %m = linop.product %b, %d, %w : !bd, !d4, tensor<4x4xf32> -> !bdw
  %y = linop.apply %m, %x : !bdw, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!bd4 = tensor<4x4xf32, #linop.block_diagonal<blocks = 2>>
!wbd = tensor<6x4xf32, #linop.product<[tensor<6x4xf32>, !bd4]>>
!zwbd = tensor<6x4xf32, #linop.scaled<!wbd>>

// 24 values on the left, 8 on the right.
// CHECK-LABEL: func @the_smallest_parameter_takes_a_scale(
// CHECK-SAME:      %[[W:[a-z0-9]*]]: tensor<6x4xf32>,
// CHECK:         %[[S:.*]] = linop.assemble %{{.*}} -> tensor<4x4xf32, #linop.block_diagonal<blocks = 2>>
// CHECK:         linop.product %[[W]], %[[S]] :
func.func @the_smallest_parameter_takes_a_scale(%w: tensor<6x4xf32>, %b: !bd4, %f: tensor<1xf32>, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %p = linop.product %w, %b : tensor<6x4xf32>, !bd4 -> !wbd
  %m = linop.scale %p, %f : !wbd, tensor<1xf32> -> !zwbd
  %y = linop.apply %m, %x : !zwbd, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!d64 = tensor<6x4xf32, #linop.diagonal>
!dd64 = tensor<6x4xf32, #linop.product<[!d6, !d64]>>

// 4 values, and 6 rows.
// CHECK-LABEL: func @a_tall_diagonal_takes_no_diagonal(
// CHECK:         linop.product
func.func @a_tall_diagonal_takes_no_diagonal(%a: !d6, %b: !d64, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="diagonal 0: no parameter of diagonal holds all of its rows"}}
  %m = linop.product %a, %b : !d6, !d64 -> !dd64
  %y = linop.apply %m, %x : !dd64, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!c = tensor<4x4xf32, #linop.circulant>
!cd = tensor<4x4xf32, #linop.product<[!c, !d4]>>

// CHECK-LABEL: func @a_circulant_takes_no_diagonal(
// CHECK:         linop.product %{{.*}}, %{{.*}} :
func.func @a_circulant_takes_no_diagonal(%c: !c, %d: !d4, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="diagonal 1: no parameter of circulant holds all of its columns"}}
  %m = linop.product %c, %d : !c, !d4 -> !cd
  %y = linop.apply %m, %x : !cd, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!zc = tensor<4x4xf32, #linop.scaled<!c>>

// CHECK-LABEL: func @a_circulant_takes_no_scale(
// CHECK:         linop.scale
func.func @a_circulant_takes_no_scale(%c: !c, %f: tensor<1xf32>, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="scale: no parameter of circulant holds all of its rows"}}
  %m = linop.scale %c, %f : !c, tensor<1xf32> -> !zc
  %y = linop.apply %m, %x : !zc, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!wd = tensor<6x4xf32, #linop.product<[!d6, tensor<6x4xf32>]>>
!big = tensor<6x5xf32, #linop.product<[!d6, tensor<6x5xf32>]>>

// 24 values are as many as 4 rows of 6 activations, 30 are more.
// CHECK-LABEL: func @a_parameter_as_large_as_the_activations_is_multiplied(
// CHECK-NOT:     linop.product
// CHECK:         return
func.func @a_parameter_as_large_as_the_activations_is_multiplied(%d: !d6, %w: tensor<6x4xf32>, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %m = linop.product %d, %w : !d6, tensor<6x4xf32> -> !wd
  %y = linop.apply %m, %x : !wd, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// CHECK-LABEL: func @a_larger_parameter_is_not_multiplied_at_run_time(
// CHECK:         linop.product
func.func @a_larger_parameter_is_not_multiplied_at_run_time(%d: !d6, %w: tensor<6x5xf32>, %x: tensor<?x5xf32>) -> tensor<?x6xf32> {
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="diagonal 0: 30 multiplications of parameters, 24 of activations saved"}}
  %m = linop.product %d, %w : !d6, tensor<6x5xf32> -> !big
  %y = linop.apply %m, %x : !big, tensor<?x5xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// CHECK-LABEL: func @a_larger_constant_is_multiplied_when_compiling(
// CHECK:         %[[C:.*]] = arith.constant dense<6.000000e+00> : tensor<6x5xf32>
// CHECK:         %[[M:.*]] = linop.assemble %[[C]] : (tensor<6x5xf32>) -> tensor<6x5xf32, #linop.dense>
// CHECK:         linop.apply %[[M]],
func.func @a_larger_constant_is_multiplied_when_compiling(%x: tensor<?x5xf32>) -> tensor<?x6xf32> {
  %v = arith.constant dense<3.0> : tensor<6xf32>
  %w = arith.constant dense<2.0> : tensor<6x5xf32>
  %d = linop.assemble %v : (tensor<6xf32>) -> !d6
  %m = linop.product %d, %w : !d6, tensor<6x5xf32> -> !big
  %y = linop.apply %m, %x : !big, tensor<?x5xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// CHECK-LABEL: func @a_returned_product_keeps_its_diagonal(
// CHECK:         linop.product
func.func @a_returned_product_keeps_its_diagonal(%d: !d6, %b: !bd) -> !dbd {
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="the product must keep its type for 'func.return'"}}
  %m = linop.product %d, %b : !d6, !bd -> !dbd
  return %m : !dbd
}

// CHECK-LABEL: func @a_returned_matrix_keeps_its_scale(
// CHECK:         linop.scale
func.func @a_returned_matrix_keeps_its_scale(%b: !bd, %f: tensor<1xf32>) -> !zbd {
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="the matrix must keep its type for 'func.return'"}}
  %m = linop.scale %b, %f : !bd, tensor<1xf32> -> !zbd
  return %m : !zbd
}

!dc = tensor<2x2xcomplex<f32>, #linop.diagonal>
!wc = tensor<2x2xcomplex<f32>, #linop.dense>
!dwc = tensor<2x2xcomplex<f32>, #linop.product<[!dc, !wc]>>

// CHECK-LABEL: func @complex_diagonals_stay(
// CHECK:         linop.product
func.func @complex_diagonals_stay(%d: !dc, %w: !wc, %x: tensor<?x2xcomplex<f32>>) -> tensor<?x2xcomplex<f32>> {
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="diagonal 0: the elements are no floats"}}
  %m = linop.product %d, %w : !dc, !wc -> !dwc
  %y = linop.apply %m, %x : !dwc, tensor<?x2xcomplex<f32>> -> tensor<?x2xcomplex<f32>>
  return %y : tensor<?x2xcomplex<f32>>
}

!nd = tensor<8x8xf32, #linop.diagonal>
!ndd = tensor<8x8xf32, #linop.product<[!nd, !nd]>>
!nddt = tensor<8x8xf32, #linop.transpose<!ndd>>
!nds = tensor<8x8xf32, #linop.sum<[!ndd, !nddt]>>

// CHECK-LABEL: func @a_product_that_is_used_twice_on_the_way_to_one_sum(
// CHECK:         %[[D:.*]] = linop.assemble %{{.*}} -> tensor<8x8xf32, #linop.diagonal>
// CHECK:         %[[T:.*]] = linop.transpose %[[D]]
// CHECK:         linop.sum %[[D]], %[[T]]
func.func @a_product_that_is_used_twice_on_the_way_to_one_sum(%a: !nd, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %t = linop.product %a, %a : !nd, !nd -> !ndd
  %p = linop.transpose %t : !ndd -> !nddt
  %s = linop.sum %t, %p : !ndd, !nddt -> !nds
  %y = linop.apply %s, %x : !nds, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!nh = tensor<4x4xf32, #linop.hadamard>
!nzh = tensor<4x4xf32, #linop.scaled<!nh>>
!nzhs = tensor<4x4xf32, #linop.product<[!nzh, !nzh]>>

// Each scale keeps the numbers in range: none is moved to where nothing takes it.
// CHECK-LABEL: func @scales_that_no_factor_takes_stay_where_they_are(
// CHECK:         %[[S:.*]] = linop.scale
// CHECK:         %[[P:.*]] = linop.product %[[S]], %[[S]]
// CHECK:         linop.apply %[[P]],
func.func @scales_that_no_factor_takes_stay_where_they_are(%h: !nh, %f: tensor<1xf32>, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="scale: no parameter of hadamard holds all of its rows"}}
  %s = linop.scale %h, %f : !nh, tensor<1xf32> -> !nzh
  %m = linop.product %s, %s : !nzh, !nzh -> !nzhs
  %y = linop.apply %m, %x : !nzhs, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!nbd = tensor<4x4xf32, #linop.block_diagonal<blocks = 2>>
!nzhb = tensor<4x4xf32, #linop.product<[!nzh, !nbd]>>

// CHECK-LABEL: func @a_scale_of_one_factor_goes_into_another(
// CHECK-SAME:      %[[H:.*]]: tensor<4x4xf32, #linop.hadamard>,
// CHECK:         linalg.generic
// CHECK:         %[[B:.*]] = linop.assemble %{{.*}} -> tensor<4x4xf32, #linop.block_diagonal<blocks = 2>>
// CHECK:         %[[P:.*]] = linop.product %[[H]], %[[B]]
// CHECK:         linop.apply %[[P]],
func.func @a_scale_of_one_factor_goes_into_another(%h: !nh, %b: !nbd, %f: tensor<1xf32>, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %s = linop.scale %h, %f : !nh, tensor<1xf32> -> !nzh
  %m = linop.product %s, %b : !nzh, !nbd -> !nzhb
  %y = linop.apply %m, %x : !nzhb, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!ndh = tensor<4x4xf16, #linop.diagonal>
!nbdh = tensor<4x4xf16, #linop.block_diagonal<blocks = 2>>
!ndbh = tensor<4x4xf16, #linop.product<[!ndh, !nbdh]>>

// CHECK-LABEL: func @f16_has_no_room_for_products_of_parameters(
// CHECK:         linop.product %{{.*}}, %{{.*}}
func.func @f16_has_no_room_for_products_of_parameters(%d: !ndh, %b: !nbdh, %x: tensor<?x4xf16>) -> tensor<?x4xf16> {
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="diagonal 0: products of f16 may leave its range"}}
  %m = linop.product %d, %b : !ndh, !nbdh -> !ndbh
  %y = linop.apply %m, %x : !ndbh, tensor<?x4xf16> -> tensor<?x4xf16>
  return %y : tensor<?x4xf16>
}

!nbdb = tensor<4x4xbf16, #linop.block_diagonal<blocks = 2>>
!nfb = tensor<4x4xf32, #linop.product<[!nh, !nbdb]>>
!nzfb = tensor<4x4xf32, #linop.scaled<!nfb>>

// CHECK-LABEL: func @a_factor_of_another_element_type_takes_no_scale(
// CHECK:         linop.scale
func.func @a_factor_of_another_element_type_takes_no_scale(%h: !nh, %b: !nbdb, %f: tensor<1xf32>, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %m = linop.product %h, %b : !nh, !nbdb -> !nfb
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="scale: no parameter of hadamard holds all of its rows"}}
  %s = linop.scale %m, %f : !nfb, tensor<1xf32> -> !nzfb
  %y = linop.apply %s, %x : !nzfb, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!nbf = tensor<4x4xbf16, #linop.product<[!nbdb, !nh]>>
!nzbf = tensor<4x4xbf16, #linop.scaled<!nbf>>

// CHECK-LABEL: func @a_factor_of_the_type_of_the_scale_takes_it(
// CHECK-NOT:     linop.scale
// CHECK:         linop.product
func.func @a_factor_of_the_type_of_the_scale_takes_it(%h: !nh, %b: !nbdb, %f: tensor<1xbf16>, %x: tensor<?x4xbf16>) -> tensor<?x4xbf16> {
  %m = linop.product %b, %h : !nbdb, !nh -> !nbf
  %s = linop.scale %m, %f : !nbf, tensor<1xbf16> -> !nzbf
  %y = linop.apply %s, %x : !nzbf, tensor<?x4xbf16> -> tensor<?x4xbf16>
  return %y : tensor<?x4xbf16>
}

!ndm = tensor<4x4xf32, #linop.diagonal>
!nmixed = tensor<4x4xf32, #linop.product<[!ndm, !nbdb]>>

// CHECK-LABEL: func @a_neighbor_of_another_element_type_takes_no_diagonal(
// CHECK:         linop.product
func.func @a_neighbor_of_another_element_type_takes_no_diagonal(%d: !ndm, %b: !nbdb, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-remark @below {{[Missed] AbsorbScales | Category:danaus-algebra | Reason="diagonal 0: block_diagonal has another element type"}}
  %m = linop.product %d, %b : !ndm, !nbdb -> !nmixed
  %y = linop.apply %m, %x : !nmixed, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
