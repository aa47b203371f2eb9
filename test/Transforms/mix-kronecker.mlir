// RUN: danaus-opt %s --danaus-mix-kronecker="rows=4" | FileCheck %s
// RUN: danaus-opt %s --danaus-mix-kronecker="rows=4" -o %t.once
// RUN: danaus-opt %t.once --danaus-mix-kronecker="rows=4" | diff %t.once -
// RUN: danaus-opt %s --danaus-mix-kronecker="rows=4" --remarks-filter="danaus-algebra" --verify-diagnostics -o /dev/null

!ab = tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2]>>
!cd = tensor<8x4xf32, #linop.kronecker<rows = [4, 2], columns = [2, 2]>>
!abcd = tensor<6x4xf32, #linop.product<[!ab, !cd]>>

// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$C:.*]] = affine_map<(d0, d1, d2) -> (d2, d1)>
// CHECK-DAG: #[[$AC:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-LABEL: func @the_factors_are_multiplied(
// CHECK-SAME:      %[[A_:.*]]: tensor<2x4xf32>, %[[B_:.*]]: tensor<3x2xf32>, %[[C_:.*]]: tensor<4x2xf32>, %[[D_:.*]]: tensor<2x2xf32>, %[[X:.*]]: tensor<?x4xf32>)
// CHECK:         %[[SUM:.*]] = linalg.generic {indexing_maps = [#[[$A]], #[[$C]], #[[$AC]]], {{.*}} ins(%[[A_]], %[[C_]]
// CHECK:           arith.addf %{{.*}} : f64
// CHECK:         %[[ROUNDED:.*]] = linalg.generic {{.*}} ins(%[[SUM]] : tensor<2x2xf64>)
// CHECK:           arith.truncf %{{.*}} : f64 to f32
// CHECK:         %[[SUM2:.*]] = linalg.generic {{.*}} ins(%[[B_]], %[[D_]]
// CHECK:         %[[ROUNDED2:.*]] = linalg.generic {{.*}} ins(%[[SUM2]] : tensor<3x2xf64>)
// CHECK:         %[[M:.*]] = linop.assemble %[[ROUNDED]], %[[ROUNDED2]] : {{.*}} -> tensor<6x4xf32, #linop.kronecker<rows = [2, 3], columns = [2, 2]>>
// CHECK:         linop.apply %[[M]], %[[X]]
func.func @the_factors_are_multiplied(%a: tensor<2x4xf32>, %b: tensor<3x2xf32>, %c: tensor<4x2xf32>, %d: tensor<2x2xf32>, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %l = linop.assemble %a, %b : (tensor<2x4xf32>, tensor<3x2xf32>) -> !ab
  %r = linop.assemble %c, %d : (tensor<4x2xf32>, tensor<2x2xf32>) -> !cd
  %m = linop.product %l, %r : !ab, !cd -> !abcd
  %y = linop.apply %m, %x : !abcd, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!k = tensor<2x2xf32, #linop.kronecker<rows = [1, 2], columns = [1, 2]>>
!kk = tensor<2x2xf32, #linop.product<[!k, !k]>>

// CHECK-LABEL: func @constants_are_multiplied_when_compiling(
// CHECK-DAG:     arith.constant dense<9.000000e+00> : tensor<1x1xf32>
// CHECK-DAG:     arith.constant dense<{{\[\[}}7.000000e+00, 1.000000e+01], [1.500000e+01, 2.200000e+01]]> : tensor<2x2xf32>
func.func @constants_are_multiplied_when_compiling(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %a = arith.constant dense<3.0> : tensor<1x1xf32>
  %b = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %l = linop.assemble %a, %b : (tensor<1x1xf32>, tensor<2x2xf32>) -> !k
  %m = linop.product %l, %l : !k, !k -> !kk
  %y = linop.apply %m, %x : !kk, tensor<?x2xf32> -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

!e = tensor<8x4xf32, #linop.kronecker<rows = [2, 4], columns = [2, 2]>>
!abe = tensor<6x4xf32, #linop.product<[!ab, !e]>>

// CHECK-LABEL: func @factors_that_do_not_match_stay(
// CHECK:         linop.product
func.func @factors_that_do_not_match_stay(%a: !ab, %e: !e, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  // expected-remark @below {{[Missed] MixKronecker | Category:danaus-algebra | Reason="factors 0 and 1: wanted [2, 4] as columns of the left one, found [4, 2]"}}
  %m = linop.product %a, %e : !ab, !e -> !abe
  %y = linop.apply %m, %x : !abe, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!t = tensor<8x4xf32, #linop.kronecker<rows = [4, 2], columns = [2, 2], terms = 2>>
!abt = tensor<6x4xf32, #linop.product<[!ab, !t]>>

// CHECK-LABEL: func @sums_of_products_stay(
// CHECK:         linop.product
func.func @sums_of_products_stay(%a: !ab, %t: !t, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  // expected-remark @below {{[Missed] MixKronecker | Category:danaus-algebra | Reason="factors 0 and 1: one is a sum of several products"}}
  %m = linop.product %a, %t : !ab, !t -> !abt
  %y = linop.apply %m, %x : !abt, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!thin = tensor<16x1xf32, #linop.kronecker<rows = [4, 4], columns = [1, 1]>>
!wide = tensor<1x16xf32, #linop.kronecker<rows = [1, 1], columns = [4, 4]>>
!outer = tensor<16x16xf32, #linop.product<[!thin, !wide]>>

// CHECK-LABEL: func @a_narrow_middle_stays(
// CHECK:         linop.product
func.func @a_narrow_middle_stays(%a: !thin, %b: !wide, %x: tensor<?x16xf32>) -> tensor<?x16xf32> {
  // expected-remark @below {{[Missed] MixKronecker | Category:danaus-algebra | Reason="factors 0 and 1: 1088 flops mixed, 320 apart"}}
  %m = linop.product %a, %b : !thin, !wide -> !outer
  %y = linop.apply %m, %x : !outer, tensor<?x16xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

!k4 = tensor<4x4xf32, #linop.kronecker<rows = [4], columns = [4]>>
!kk4 = tensor<4x4xf32, #linop.product<[!k4, !k4]>>

// 128 flops on the 4 rows and 128 on the parameters, where 2 x 128 were on the rows.
// CHECK-LABEL: func @as_many_flops_in_fewer_stages_are_better(
// CHECK:         linop.apply %{{.*}} : tensor<4x4xf32, #linop.kronecker<rows = [4], columns = [4]>>
func.func @as_many_flops_in_fewer_stages_are_better(%a: !k4, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %m = linop.product %a, %a : !k4, !k4 -> !kk4
  %y = linop.apply %m, %x : !kk4, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!k5 = tensor<5x5xf32, #linop.kronecker<rows = [5], columns = [5]>>
!kk5 = tensor<5x5xf32, #linop.product<[!k5, !k5]>>

// Parameters would take 250 flops at every call, constants take none.
// CHECK-LABEL: func @large_constants_are_multiplied_when_compiling(
// CHECK:         arith.constant dense<1.000000e+01> : tensor<5x5xf32>
func.func @large_constants_are_multiplied_when_compiling(%k: !k5, %x: tensor<?x5xf32>) -> (tensor<?x5xf32>, tensor<?x5xf32>) {
  %a = arith.constant dense<1.0> : tensor<5x5xf32>
  %b = arith.constant dense<2.0> : tensor<5x5xf32>
  %l = linop.assemble %a : (tensor<5x5xf32>) -> !k5
  %r = linop.assemble %b : (tensor<5x5xf32>) -> !k5
  %m = linop.product %l, %r : !k5, !k5 -> !kk5
  %y = linop.apply %m, %x : !kk5, tensor<?x5xf32> -> tensor<?x5xf32>
  // expected-remark @below {{[Missed] MixKronecker | Category:danaus-algebra | Reason="factors 0 and 1: 450 flops mixed, 400 apart"}}
  %n = linop.product %k, %r : !k5, !k5 -> !kk5
  %z = linop.apply %n, %x : !kk5, tensor<?x5xf32> -> tensor<?x5xf32>
  return %y, %z : tensor<?x5xf32>, tensor<?x5xf32>
}

!kc = tensor<2x2xcomplex<f32>, #linop.kronecker<rows = [1, 2], columns = [1, 2]>>
!kkc = tensor<2x2xcomplex<f32>, #linop.product<[!kc, !kc]>>

// CHECK-LABEL: func @complex_factors_stay(
// CHECK:         linop.product
func.func @complex_factors_stay(%k: !kc, %x: tensor<?x2xcomplex<f32>>) -> tensor<?x2xcomplex<f32>> {
  // expected-remark @below {{[Missed] MixKronecker | Category:danaus-algebra | Reason="factors 0 and 1: the elements are no floats"}}
  %m = linop.product %k, %k : !kc, !kc -> !kkc
  %y = linop.apply %m, %x : !kkc, tensor<?x2xcomplex<f32>> -> tensor<?x2xcomplex<f32>>
  return %y : tensor<?x2xcomplex<f32>>
}

// CHECK-LABEL: func @a_returned_product_stays(
// CHECK:         linop.product
func.func @a_returned_product_stays(%a: !ab, %b: !cd) -> !abcd {
  // expected-remark @below {{[Missed] MixKronecker | Category:danaus-algebra | Reason="the product must keep its type for 'func.return'"}}
  %m = linop.product %a, %b : !ab, !cd -> !abcd
  return %m : !abcd
}
