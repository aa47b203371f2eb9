// RUN: danaus-opt %s --danaus-merge-permutations | FileCheck %s
// RUN: danaus-opt %s --danaus-merge-permutations -o %t.once
// RUN: danaus-opt %t.once --danaus-merge-permutations | diff %t.once -
// RUN: danaus-opt %s --danaus-merge-permutations --remarks-filter="danaus-algebra" --verify-diagnostics -o /dev/null

!p = tensor<12x12xf32, #linop.permutation<sizes = [2, 6], order = [1, 0]>>
!q = tensor<12x12xf32, #linop.permutation<sizes = [6, 2], order = [1, 0]>>
!w = tensor<12x12xf32, #linop.block_diagonal<blocks = 4>>

// x -> (i j) to (j i) with i < 2, j < 6, then (j1 j0 i) to (i j1 j0): here the second reads (a b) with a < 3, b < 4.
!r = tensor<12x12xf32, #linop.permutation<sizes = [3, 4], order = [1, 0]>>
!wrp = tensor<12x12xf32, #linop.product<[!w, !r, !p]>>

// CHECK-LABEL: func @two_permutations_are_one(
// CHECK-SAME:      %[[W:.*]]: tensor<12x12xf32, #linop.block_diagonal<blocks = 4>>, {{.*}}, %[[X:.*]]: tensor<?x12xf32>)
// CHECK-NEXT:    %[[M:.*]] = linop.assemble : () -> tensor<12x12xf32, #linop.permutation<sizes = [6, 2], order = [1, 0]>>
// CHECK-NEXT:    %[[P:.*]] = linop.product %[[W]], %[[M]]
// CHECK-NEXT:    linop.apply %[[P]], %[[X]]
func.func @two_permutations_are_one(%w: !w, %r: !r, %p: !p, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %m = linop.product %w, %r, %p : !w, !r, !p -> !wrp
  %y = linop.apply %m, %x : !wrp, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!wqp = tensor<12x12xf32, #linop.product<[!w, !q, !p]>>

// CHECK-LABEL: func @a_permutation_and_its_inverse_vanish(
// CHECK-SAME:      %[[W:.*]]: tensor<12x12xf32, #linop.block_diagonal<blocks = 4>>, {{.*}}, %[[X:.*]]: tensor<?x12xf32>)
// CHECK-NEXT:    %[[Y:.*]] = linop.apply %[[W]], %[[X]]
// CHECK-NEXT:    return %[[Y]]
func.func @a_permutation_and_its_inverse_vanish(%w: !w, %q: !q, %p: !p, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %m = linop.product %w, %q, %p : !w, !q, !p -> !wqp
  %y = linop.apply %m, %x : !wqp, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!qp = tensor<12x12xf32, #linop.product<[!q, !p]>>

// CHECK-LABEL: func @applying_the_identity_is_nothing(
// CHECK-SAME:      %[[X:.*]]: tensor<?x12xf32>)
// CHECK-NEXT:    return %[[X]]
func.func @applying_the_identity_is_nothing(%x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %m = linop.assemble : () -> !qp
  %y = linop.apply %m, %x : !qp, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!t = tensor<12x12xf32, #linop.transpose<!wqp>>
!s = tensor<12x12xf32, #linop.scaled<!t>>

// The types of all that is made of a product change with it.
// CHECK-LABEL: func @the_users_of_a_product_follow(
// CHECK-SAME:      %[[W:.*]]: tensor<12x12xf32, #linop.block_diagonal<blocks = 4>>, {{.*}}, %[[F:.*]]: tensor<1xf32>, %[[X:.*]]: tensor<?x12xf32>)
// CHECK-NEXT:    %[[T:.*]] = linop.transpose %[[W]]
// CHECK-NEXT:    %[[S:.*]] = linop.scale %[[T]], %[[F]]
// CHECK-NEXT:    linop.apply %[[S]], %[[X]] right
func.func @the_users_of_a_product_follow(%w: !w, %q: !q, %p: !p, %f: tensor<1xf32>, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %m = linop.product %w, %q, %p : !w, !q, !p -> !wqp
  %t = linop.transpose %m : !wqp -> !t
  %s = linop.scale %t, %f : !t, tensor<1xf32> -> !s
  %y = linop.apply %s, %x right : !s, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!twice = tensor<12x12xf32, #linop.sum<[!wqp, !wqp]>>

// CHECK-LABEL: func @both_uses_of_a_product_follow(
// CHECK-SAME:      %[[W:.*]]: tensor<12x12xf32, #linop.block_diagonal<blocks = 4>>, {{.*}}, %[[X:.*]]: tensor<?x12xf32>)
// CHECK-NEXT:    %[[S:.*]] = linop.sum %[[W]], %[[W]]
// CHECK-NEXT:    linop.apply %[[S]], %[[X]]
func.func @both_uses_of_a_product_follow(%w: !w, %q: !q, %p: !p, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %m = linop.product %w, %q, %p : !w, !q, !p -> !wqp
  %s = linop.sum %m, %m : !wqp, !wqp -> !twice
  %y = linop.apply %s, %x : !twice, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!i = tensor<12x12xf32, #linop.permutation<sizes = [2, 6], order = [0, 1]>>
!ii = tensor<12x12xf32, #linop.product<[!i, !i]>>

// CHECK-LABEL: func @one_of_several_identities_stays(
// CHECK:         %[[D:.*]] = linop.materialize %{{.*}} : tensor<12x12xf32, #linop.permutation<{{.*}}>>
// CHECK-NEXT:    return %[[D]]
func.func @one_of_several_identities_stays(%i: !i) -> tensor<12x12xf32> {
  %m = linop.product %i, %i : !i, !i -> !ii
  %d = linop.materialize %m : !ii -> tensor<12x12xf32>
  return %d : tensor<12x12xf32>
}

// The second cuts the index at 3, the first at 4.
!u = tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>
!ru = tensor<12x12xf32, #linop.product<[!u, !u]>>

// CHECK-LABEL: func @digits_without_a_common_refinement_stay(
// CHECK:         linop.product %{{.*}}, %{{.*}} :
func.func @digits_without_a_common_refinement_stay(%u: !u, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  // expected-remark @below {{[Missed] MergePermutations | Category:danaus-algebra | Reason="permutations 0 and 1: their digits have no common refinement"}}
  %m = linop.product %u, %u : !u, !u -> !ru
  %y = linop.apply %m, %x : !ru, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!table = tensor<12x12xf32, #linop.table_permutation<index = i32>>
!tp = tensor<12x12xf32, #linop.product<[!table, !p]>>

// CHECK-LABEL: func @a_table_stays(
// CHECK:         linop.product %{{.*}}, %{{.*}} :
func.func @a_table_stays(%t: !table, %p: !p, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  // expected-remark @below {{[Missed] MergePermutations | Category:danaus-algebra | Reason="permutations 0 and 1: one is a table"}}
  %m = linop.product %t, %p : !table, !p -> !tp
  %y = linop.apply %m, %x : !tp, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// CHECK-LABEL: func @a_returned_product_of_permutations_stays(
// CHECK:         %[[M:.*]] = linop.product %{{.*}}, %{{.*}} :
// CHECK:         return %[[M]]
func.func @a_returned_product_of_permutations_stays(%q: !q, %p: !p) -> !qp {
  // expected-remark @below {{[Missed] MergePermutations | Category:danaus-algebra | Reason="the product must keep its type for 'func.return'"}}
  %m = linop.product %q, %p : !q, !p -> !qp
  return %m : !qp
}

!h = tensor<12x12xf64, #linop.permutation<sizes = [2, 6], order = [1, 0]>>
!qh = tensor<12x12xf32, #linop.product<[!q, !h]>>

// CHECK-LABEL: func @factors_of_two_element_types_stay(
// CHECK:         linop.product %{{.*}}, %{{.*}} :
func.func @factors_of_two_element_types_stay(%q: !q, %h: !h, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  // expected-remark @below {{[Missed] MergePermutations | Category:danaus-algebra | Reason="factor 1 has another element type than the product"}}
  %m = linop.product %q, %h : !q, !h -> !qh
  %y = linop.apply %m, %x : !qh, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}
