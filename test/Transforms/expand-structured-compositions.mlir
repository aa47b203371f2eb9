// RUN: danaus-opt %s --danaus-expand-structured | FileCheck %s
// RUN: danaus-opt %s --danaus-expand-structured --danaus-expand-structured | FileCheck %s

// Products, sums and multiples are all the parameters of what they are made of.

!d = tensor<6x6xf32, #linop.diagonal>
!r = tensor<6x6xf32, #linop.low_rank<rank = 2>>

// CHECK-LABEL: func.func @a_product_has_the_parameters_of_its_factors(
// CHECK-SAME:    %[[D:.*]]: tensor<6xf32>, %[[U:.*]]: tensor<6x2xf32>, %[[V:.*]]: tensor<2x6xf32>)
// CHECK-NEXT:    return %[[D]], %[[U]], %[[V]]
func.func @a_product_has_the_parameters_of_its_factors(%d: !d, %r: !r) -> tensor<6x6xf32, #linop.product<[!d, !r]>> {
  %p = linop.product %d, %r : !d, !r -> tensor<6x6xf32, #linop.product<[!d, !r]>>
  return %p : tensor<6x6xf32, #linop.product<[!d, !r]>>
}

// CHECK-LABEL: func.func @a_sum_has_the_parameters_of_its_terms(
// CHECK-SAME:    %[[D:.*]]: tensor<6xf32>, %[[U:.*]]: tensor<6x2xf32>, %[[V:.*]]: tensor<2x6xf32>)
// CHECK-NEXT:    return %[[U]], %[[V]], %[[D]]
func.func @a_sum_has_the_parameters_of_its_terms(%d: !d, %r: !r) -> tensor<6x6xf32, #linop.sum<[!r, !d]>> {
  %s = linop.sum %r, %d : !r, !d -> tensor<6x6xf32, #linop.sum<[!r, !d]>>
  return %s : tensor<6x6xf32, #linop.sum<[!r, !d]>>
}

// CHECK-LABEL: func.func @a_multiple_has_its_factor_last(
// CHECK-SAME:    %[[D:.*]]: tensor<6xf32>, %[[F:.*]]: tensor<1xf32>)
// CHECK-NEXT:    return %[[D]], %[[F]]
func.func @a_multiple_has_its_factor_last(%d: !d, %f: tensor<1xf32>) -> tensor<6x6xf32, #linop.scaled<!d>> {
  %s = linop.scale %d, %f : !d, tensor<1xf32> -> tensor<6x6xf32, #linop.scaled<!d>>
  return %s : tensor<6x6xf32, #linop.scaled<!d>>
}

// CHECK-LABEL: func.func @parameters_of_an_argument(
// CHECK-SAME:    %[[U:.*]]: tensor<6x2xf32>, %[[V:.*]]: tensor<2x6xf32>)
// CHECK-NEXT:    return %[[V]]
func.func @parameters_of_an_argument(%r: !r) -> tensor<2x6xf32> {
  %u, %v = linop.parameters %r : !r -> tensor<6x2xf32>, tensor<2x6xf32>
  return %v : tensor<2x6xf32>
}
