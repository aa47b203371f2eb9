// RUN: danaus-opt %s --danaus-flatten-composites | FileCheck %s
// RUN: danaus-opt %s --danaus-flatten-composites -o %t.once
// RUN: danaus-opt %t.once --danaus-flatten-composites | diff %t.once -
// RUN: danaus-opt %s --danaus-flatten-composites --remarks-filter="danaus-algebra" --verify-diagnostics -o /dev/null

!a = tensor<6x4xf32, #linop.low_rank<rank = 2>>
!b = tensor<4x5xf32>
!c = tensor<5x3xf32, #linop.diagonal>
!ab = tensor<6x5xf32, #linop.product<[!a, !b]>>
!abc = tensor<6x3xf32, #linop.product<[!ab, !c]>>

// CHECK-LABEL: func @a_factor_that_is_a_product_is_its_factors(
// CHECK-SAME:      %[[A:.*]]: tensor<6x4xf32, {{.*}}>, %[[B:.*]]: tensor<4x5xf32>, %[[C:.*]]: tensor<5x3xf32, {{.*}}>, %[[X:.*]]: tensor<?x3xf32>)
// CHECK-NEXT:    %[[P:.*]] = linop.product %[[A]], %[[B]], %[[C]]
// CHECK-NEXT:    %[[Y:.*]] = linop.apply %[[P]], %[[X]]
// CHECK-NEXT:    return %[[Y]]
func.func @a_factor_that_is_a_product_is_its_factors(%a: !a, %b: !b, %c: !c, %x: tensor<?x3xf32>) -> tensor<?x6xf32> {
  %ab = linop.product %a, %b : !a, !b -> !ab
  %abc = linop.product %ab, %c : !ab, !c -> !abc
  %y = linop.apply %abc, %x : !abc, tensor<?x3xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// CHECK-LABEL: func @an_argument_is_taken_apart(
// CHECK-SAME:      %[[M:.*]]: tensor<6x5xf32, {{.*}}>, %[[X:.*]]: tensor<?x5xf32>)
// CHECK-NEXT:    %[[PARTS:.*]]:3 = linop.parameters %[[M]]
// CHECK-NEXT:    %[[A:.*]] = linop.assemble %[[PARTS]]#0, %[[PARTS]]#1 : {{.*}} -> tensor<6x4xf32, #linop.low_rank<rank = 2>>
// CHECK-NEXT:    %[[P:.*]] = linop.product %[[A]], %[[PARTS]]#2
// CHECK-NEXT:    linop.apply %[[P]], %[[X]]
func.func @an_argument_is_taken_apart(%m: !ab, %x: tensor<?x5xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : !ab, tensor<?x5xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!s = tensor<5x3xf32, #linop.sum<[!c, tensor<5x3xf32>]>>
!t = tensor<3x5xf32, #linop.transpose<!s>>
!z = tensor<3x5xf32, #linop.scaled<!t>>

// Scaled, transpose and sum, one inside the other.
// CHECK-LABEL: func @every_composite_is_taken_apart(
// CHECK-SAME:      %[[D:.*]]: tensor<3xf32>, %[[W:.*]]: tensor<5x3xf32>, %[[F:.*]]: tensor<1xf32>, %[[X:.*]]: tensor<?x5xf32>)
// CHECK:         %[[DIAGONAL:.*]] = linop.assemble %[[D]] : (tensor<3xf32>) -> tensor<5x3xf32, #linop.diagonal>
// CHECK-NEXT:    %[[S:.*]] = linop.sum %[[DIAGONAL]], %[[W]]
// CHECK-NEXT:    %[[T:.*]] = linop.transpose %[[S]]
// CHECK-NEXT:    %[[Z:.*]] = linop.scale %[[T]], %[[F]]
// CHECK-NEXT:    linop.apply %[[Z]], %[[X]]
func.func @every_composite_is_taken_apart(%d: tensor<3xf32>, %w: tensor<5x3xf32>, %f: tensor<1xf32>, %x: tensor<?x5xf32>) -> tensor<?x3xf32> {
  %m = linop.assemble %d, %w, %f : (tensor<3xf32>, tensor<5x3xf32>, tensor<1xf32>) -> !z
  %y = linop.apply %m, %x : !z, tensor<?x5xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

!one = tensor<6x4xf32, #linop.product<[!a]>>
!sum = tensor<6x4xf32, #linop.sum<[!one]>>
!dense = tensor<4x5xf32, #linop.product<[!b]>>

// CHECK-LABEL: func @a_product_and_a_sum_of_one_part_are_the_part(
// CHECK-SAME:      %[[A:.*]]: tensor<6x4xf32, {{.*}}>)
// CHECK-NEXT:    %[[D:.*]] = linop.materialize %[[A]] : tensor<6x4xf32, #linop.low_rank<rank = 2>> -> tensor<6x4xf32>
// CHECK-NEXT:    return %[[D]]
func.func @a_product_and_a_sum_of_one_part_are_the_part(%a: !a) -> tensor<6x4xf32> {
  %p = linop.product %a : !a -> !one
  %s = linop.sum %p : !one -> !sum
  %d = linop.materialize %s : !sum -> tensor<6x4xf32>
  return %d : tensor<6x4xf32>
}

// CHECK-LABEL: func @a_product_of_one_plain_factor_is_dense(
// CHECK-SAME:      %[[B:.*]]: tensor<4x5xf32>, %[[X:.*]]: tensor<?x5xf32>)
// CHECK-NEXT:    %[[D:.*]] = linop.assemble %[[B]] : (tensor<4x5xf32>) -> tensor<4x5xf32, #linop.dense>
// CHECK-NEXT:    linop.apply %[[D]], %[[X]]
func.func @a_product_of_one_plain_factor_is_dense(%b: !b, %x: tensor<?x5xf32>) -> tensor<?x4xf32> {
  %p = linop.product %b : !b -> !dense
  %y = linop.apply %p, %x : !dense, tensor<?x5xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func @what_is_made_of_a_product_of_one_plain_factor_is_made_of_a_dense_matrix(
// CHECK-SAME:      %[[B:.*]]: tensor<4x5xf32>, %[[F:.*]]: tensor<1xf32>, %[[X:.*]]: tensor<?x5xf32>)
// CHECK-NEXT:    %[[D:.*]] = linop.assemble %[[B]] : (tensor<4x5xf32>) -> tensor<4x5xf32, #linop.dense>
// CHECK-NEXT:    %[[Z:.*]] = linop.scale %[[D]], %[[F]]
// CHECK-NEXT:    linop.apply %[[Z]], %[[X]]
func.func @what_is_made_of_a_product_of_one_plain_factor_is_made_of_a_dense_matrix(%b: !b, %f: tensor<1xf32>, %x: tensor<?x5xf32>) -> tensor<?x4xf32> {
  %p = linop.product %b : !b -> !dense
  %z = linop.scale %p, %f : !dense, tensor<1xf32> -> tensor<4x5xf32, #linop.scaled<!dense>>
  %y = linop.apply %z, %x : tensor<4x5xf32, #linop.scaled<!dense>>, tensor<?x5xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!half = tensor<4x5xf16, #linop.product<[tensor<4x6xf16>, tensor<6x5xf16>]>>
!mixed = tensor<6x5xf32, #linop.product<[!a, !half]>>

// Its results are rounded to 16 bits, those of its factors would be to 32.
// CHECK-LABEL: func @a_product_of_another_element_type_stays_a_factor(
// CHECK:         %[[H:.*]] = linop.product
// CHECK:         linop.product %{{.*}}, %[[H]] :
func.func @a_product_of_another_element_type_stays_a_factor(%a: !a, %h: !half, %x: tensor<?x5xf32>) -> tensor<?x6xf32> {
  %m = linop.product %a, %h : !a, !half -> !mixed
  %y = linop.apply %m, %x : !mixed, tensor<?x5xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!s2 = tensor<5x3xf32, #linop.sum<[!s, tensor<5x3xf32>]>>

// CHECK-LABEL: func @a_term_that_is_a_sum_is_its_terms(
// CHECK-SAME:      %[[C:.*]]: tensor<5x3xf32, {{.*}}>, %[[W:.*]]: tensor<5x3xf32>)
// CHECK-NEXT:    %[[S:.*]] = linop.sum %[[C]], %[[W]], %[[W]]
// CHECK-NEXT:    linop.materialize %[[S]]
func.func @a_term_that_is_a_sum_is_its_terms(%c: !c, %w: tensor<5x3xf32>) -> tensor<5x3xf32> {
  %s = linop.sum %c, %w : !c, tensor<5x3xf32> -> !s
  %s2 = linop.sum %s, %w : !s, tensor<5x3xf32> -> !s2
  %d = linop.materialize %s2 : !s2 -> tensor<5x3xf32>
  return %d : tensor<5x3xf32>
}

// CHECK-LABEL: func @a_returned_product_keeps_its_type(
// CHECK:         %[[AB:.*]] = linop.product
// CHECK:         %[[ABC:.*]] = linop.product %[[AB]],
// CHECK:         return %[[ABC]]
func.func @a_returned_product_keeps_its_type(%a: !a, %b: !b, %c: !c) -> !abc {
  %ab = linop.product %a, %b : !a, !b -> !ab
  // expected-remark @below {{[Missed] FlattenComposites | Category:danaus-algebra | Reason="the matrix must keep its type for 'func.return'"}}
  %abc = linop.product %ab, %c : !ab, !c -> !abc
  return %abc : !abc
}

!wide = tensor<6x5xf32, #linop.product<[tensor<6x4xf64>, tensor<4x5xf32>]>>

// An op on these factors would be of f64.
// CHECK-LABEL: func @a_product_of_another_type_than_its_first_factor_stays_in_one_piece(
// CHECK-SAME:      %[[M:.*]]: tensor<6x5xf32, {{.*}}>, %[[X:.*]]: tensor<?x5xf32>)
// CHECK-NEXT:    linop.apply %[[M]], %[[X]]
func.func @a_product_of_another_type_than_its_first_factor_stays_in_one_piece(%m: !wide, %x: tensor<?x5xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : !wide, tensor<?x5xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}
