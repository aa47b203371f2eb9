// RUN: danaus-opt %s --danaus-reassociate="rows=64" | FileCheck %s
// RUN: danaus-opt %s --danaus-reassociate="rows=64" -o %t.once
// RUN: danaus-opt %t.once --danaus-reassociate="rows=64" | diff %t.once -
// RUN: danaus-opt %s --danaus-reassociate="rows=64" --remarks-filter="danaus-algebra" --verify-diagnostics -o /dev/null

!l1 = tensor<64x64xf32, #linop.low_rank<rank = 4>>
!l2 = tensor<64x64xf32, #linop.low_rank<rank = 6>>
!l12 = tensor<64x64xf32, #linop.product<[!l1, !l2]>>

// The 4 x 6 in the middle is multiplied out, in f64, and joins the smaller side.
// CHECK-LABEL: func @the_middle_of_two_low_rank_factors_is_multiplied(
// CHECK-SAME:      %[[U1:.*]]: tensor<64x4xf32>, %[[V1:.*]]: tensor<4x64xf32>, %[[U2:.*]]: tensor<64x6xf32>, %[[V2:.*]]: tensor<6x64xf32>,
// CHECK:         %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[V1]], %[[U2]]
// CHECK-NOT:       arith.truncf
// CHECK:         linalg.generic {{.*}} ins(%[[SUM]], %[[V2]] : tensor<4x6xf64>, tensor<6x64xf32>)
// CHECK:           arith.truncf %{{.*}} : f64 to f32
// CHECK:         linop.product %[[U1]], %{{.*}} : tensor<64x4xf32>, tensor<4x64xf32>
func.func @the_middle_of_two_low_rank_factors_is_multiplied(%u1: tensor<64x4xf32>, %v1: tensor<4x64xf32>, %u2: tensor<64x6xf32>, %v2: tensor<6x64xf32>, %x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %a = linop.assemble %u1, %v1 : (tensor<64x4xf32>, tensor<4x64xf32>) -> !l1
  %b = linop.assemble %u2, %v2 : (tensor<64x6xf32>, tensor<6x64xf32>) -> !l2
  // expected-remark @+2 {{[Passed] Reassociate | Category:danaus-algebra | Reason="1.10e+05 flops and bytes a call, 2.40e+05 flops and bytes a call as written"}}
  // expected-remark @below {{[Missed] Reassociate | Category:danaus-algebra | Reason="1.02e+05 flops and bytes a call as written, no association costs less"}}
  %m = linop.product %a, %b : !l1, !l2 -> !l12
  %y = linop.apply %m, %x : !l12, tensor<?x64xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

!b1 = tensor<8x8xf32, #linop.block_diagonal<blocks = 4>>
!b2 = tensor<8x12xf32, #linop.block_diagonal<blocks = 4>>
!b12 = tensor<8x12xf32, #linop.product<[!b1, !b2]>>

// CHECK-LABEL: func @blocks_are_multiplied_block_by_block(
// CHECK:         linalg.generic
// CHECK:         linop.apply %{{.*}} : tensor<8x12xf32, #linop.block_diagonal<blocks = 4>>
func.func @blocks_are_multiplied_block_by_block(%a: !b1, %b: !b2, %x: tensor<?x12xf32>) -> tensor<?x8xf32> {
  // 14496 flops and bytes: 2048 + 4160 of the first and 3072 + 5216 of the second; now 8288, and 192 for the product.
  // expected-remark @below {{[Passed] Reassociate | Category:danaus-algebra | Reason="8.48e+03 flops and bytes a call, 1.45e+04 flops and bytes a call as written"}}
  %m = linop.product %a, %b : !b1, !b2 -> !b12
  %y = linop.apply %m, %x : !b12, tensor<?x12xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!c = tensor<2x2xf32, #linop.product<[tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>]>>

// CHECK-LABEL: func @constants_are_multiplied_when_compiling(
// CHECK:         arith.constant dense<{{\[\[}}3.700000e+01, 5.400000e+01], [8.100000e+01, 1.180000e+02]]> : tensor<2x2xf32>
func.func @constants_are_multiplied_when_compiling(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %a = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  // Constants cost nothing to multiply: a third is left.
  // expected-remark @below {{[Passed] Reassociate | Category:danaus-algebra | Reason="1.55e+03 flops and bytes a call, 4.66e+03 flops and bytes a call as written"}}
  %m = linop.product %a, %a, %a : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32> -> !c
  %y = linop.apply %m, %x : !c, tensor<?x2xf32> -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

!tall = tensor<4096x2xf32>
!narrow = tensor<2x1024xf32, #linop.low_rank<rank = 2>>
!cclr = tensor<4096x1024xf32, #linop.product<[!tall, tensor<2x2xf32>, !narrow]>>

// The constants on the left are multiplied. What is on the right is larger than its activations.
// CHECK-LABEL: func @a_factor_beside_a_group_stays_whole(
// CHECK-SAME:      %[[N:.*]]: tensor<2x1024xf32, #linop.low_rank<rank = 2>>,
// CHECK:         %[[C:.*]] = arith.constant dense<4.000000e+00> : tensor<4096x2xf32>
// CHECK:         linop.product %[[C]], %[[N]] :
func.func @a_factor_beside_a_group_stays_whole(%n: !narrow, %x: tensor<?x1024xf32>) -> tensor<?x4096xf32> {
  %a = arith.constant dense<1.0> : !tall
  %b = arith.constant dense<2.0> : tensor<2x2xf32>
  // 1552 flops and bytes of 2666528 were those of the 2 x 2.
  // expected-remark @+2 {{[Passed] Reassociate | Category:danaus-algebra | Reason="2.66e+06 flops and bytes a call, 2.67e+06 flops and bytes a call as written"}}
  // expected-remark @below {{[Missed] Reassociate | Category:danaus-algebra | Reason="2.66e+06 flops and bytes a call as written, no association costs less"}}
  %m = linop.product %a, %b, %n : !tall, tensor<2x2xf32>, !narrow -> !cclr
  %y = linop.apply %m, %x : !cclr, tensor<?x1024xf32> -> tensor<?x4096xf32>
  return %y : tensor<?x4096xf32>
}

!thin = tensor<64x2xf32>
!wide = tensor<2x64xf32>
!outer = tensor<64x64xf32, #linop.product<[!thin, !wide]>>

// CHECK-LABEL: func @an_outer_product_stays(
// CHECK:         linop.product
func.func @an_outer_product_stays(%a: !thin, %b: !wide, %x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-remark @below {{[Missed] Reassociate | Category:danaus-algebra | Reason="6.76e+04 flops and bytes a call as written, no association costs less"}}
  %m = linop.product %a, %b : !thin, !wide -> !outer
  %y = linop.apply %m, %x : !outer, tensor<?x64xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func @a_returned_product_stays(
// CHECK:         linop.product
func.func @a_returned_product_stays(%a: !l1, %b: !l2) -> !l12 {
  // expected-remark @below {{[Missed] Reassociate | Category:danaus-algebra | Reason="the product must keep its type for 'func.return'"}}
  %m = linop.product %a, %b : !l1, !l2 -> !l12
  return %m : !l12
}
