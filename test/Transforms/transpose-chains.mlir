// RUN: danaus-opt %s --danaus-transpose-chains="max-values=100" | FileCheck %s
// RUN: danaus-opt %s --danaus-transpose-chains="max-values=100" -o %t.once
// RUN: danaus-opt %t.once --danaus-transpose-chains="max-values=100" | diff %t.once -
// RUN: danaus-opt %s --danaus-transpose-chains="max-values=100" --remarks-filter="danaus-algebra" --verify-diagnostics -o /dev/null

!a = tensor<6x4xf32, #linop.block_diagonal<blocks = 2>>
!b = tensor<4x5xf32>
!ab = tensor<6x5xf32, #linop.product<[!a, !b]>>
!abt = tensor<5x6xf32, #linop.transpose<!ab>>

// CHECK-LABEL: func @a_product_is_transposed_factor_by_factor(
// CHECK-SAME:      %[[A:.*]]: tensor<6x4xf32, {{.*}}>, %[[B:.*]]: tensor<4x5xf32>, %[[X:.*]]: tensor<?x6xf32>)
// CHECK-DAG:     %[[BT:.*]] = linalg.transpose ins(%[[B]] : tensor<4x5xf32>) outs(%{{.*}} : tensor<5x4xf32>) permutation = [1, 0]
// CHECK-DAG:     %[[D:.*]] = linop.assemble %[[BT]] : (tensor<5x4xf32>) -> tensor<5x4xf32, #linop.dense>
// CHECK-DAG:     %[[W:.*]] = linop.parameters %[[A]]
// CHECK-DAG:     %[[WT:.*]] = linalg.transpose ins(%[[W]] : tensor<2x3x2xf32>) outs(%{{.*}} : tensor<2x2x3xf32>) permutation = [0, 2, 1]
// CHECK-DAG:     %[[AT:.*]] = linop.assemble %[[WT]] : (tensor<2x2x3xf32>) -> tensor<4x6xf32, #linop.block_diagonal<blocks = 2>>
// CHECK:         %[[P:.*]] = linop.product %[[D]], %[[AT]]
// CHECK:         linop.apply %[[P]], %[[X]]
func.func @a_product_is_transposed_factor_by_factor(%a: !a, %b: !b, %x: tensor<?x6xf32>) -> tensor<?x5xf32> {
  %m = linop.product %a, %b : !a, !b -> !ab
  %t = linop.transpose %m : !ab -> !abt
  %y = linop.apply %t, %x : !abt, tensor<?x6xf32> -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

!d = tensor<6x5xf32, #linop.diagonal>
!s = tensor<6x5xf32, #linop.sum<[!d, tensor<6x5xf32>]>>
!z = tensor<6x5xf32, #linop.scaled<!s>>
!zd = tensor<6x5xf32, #linop.scaled<!d>>
!zt = tensor<5x6xf32, #linop.transpose<!z>>

// CHECK-LABEL: func @a_scaled_sum_is_transposed_term_by_term(
// CHECK-SAME:      %[[V:.*]]: tensor<5xf32>, %[[W:.*]]: tensor<6x5xf32>, %[[F:.*]]: tensor<1xf32>)
// CHECK-DAG:     %[[D:.*]] = linop.assemble %[[V]] : (tensor<5xf32>) -> tensor<5x6xf32, #linop.diagonal>
// CHECK-DAG:     %[[WT:.*]] = linalg.transpose ins(%[[W]] :
// CHECK-DAG:     %[[E:.*]] = linop.assemble %[[WT]] :
// CHECK:         %[[S:.*]] = linop.sum %[[D]], %[[E]]
// CHECK:         %[[Z:.*]] = linop.scale %[[S]], %[[F]]
// CHECK:         linop.materialize %[[Z]]
func.func @a_scaled_sum_is_transposed_term_by_term(%v: tensor<5xf32>, %w: tensor<6x5xf32>, %f: tensor<1xf32>) -> tensor<5x6xf32> {
  %d = linop.assemble %v : (tensor<5xf32>) -> !d
  %s = linop.sum %d, %w : !d, tensor<6x5xf32> -> !s
  %z = linop.scale %s, %f : !s, tensor<1xf32> -> !z
  %t = linop.transpose %z : !z -> !zt
  %m = linop.materialize %t : !zt -> tensor<5x6xf32>
  return %m : tensor<5x6xf32>
}

!ks = tensor<12x18xf32, #linop.kronecker_sparse<a = 3, b = 2, c = 3, d = 2>>
!lr = tensor<18x6xf32, #linop.low_rank<rank = 2>>
!p = tensor<6x6xf32, #linop.permutation<sizes = [2, 3], order = [1, 0]>>
!h = tensor<6x6xf32, #linop.usv<rank = 2>>
!chain = tensor<12x6xf32, #linop.product<[!ks, !lr, !p, !h]>>
!chaint = tensor<6x12xf32, #linop.transpose<!chain>>

// CHECK-LABEL: func @structures_have_their_transpose_in_themselves(
// CHECK:         linop.product %{{.*}} : tensor<6x6xf32, #linop.usv<rank = 2>>, tensor<6x6xf32, #linop.permutation<sizes = [3, 2], order = [1, 0]>>, tensor<6x18xf32, #linop.low_rank<rank = 2>>, tensor<18x12xf32, #linop.kronecker_sparse<a = 3, b = 3, c = 2, d = 2>>
// CHECK-NOT:     linop.transpose
func.func @structures_have_their_transpose_in_themselves(%a: !ks, %b: !lr, %p: !p, %h: !h, %x: tensor<?x12xf32>) -> tensor<?x6xf32> {
  %m = linop.product %a, %b, %p, %h : !ks, !lr, !p, !h -> !chain
  %t = linop.transpose %m : !chain -> !chaint
  %y = linop.apply %t, %x : !chaint, tensor<?x12xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!k = tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2], terms = 2>>
!kt = tensor<8x6xf32, #linop.transpose<!k>>

// CHECK-LABEL: func @a_kronecker_product_is_transposed_factor_by_factor(
// CHECK-SAME:      %[[F:.*]]: tensor<2x2x4xf32>, %[[G:.*]]: tensor<2x3x2xf32>,
// CHECK-DAG:     %[[FT:.*]] = linalg.transpose ins(%[[F]] : {{.*}}permutation = [0, 2, 1]
// CHECK-DAG:     %[[GT:.*]] = linalg.transpose ins(%[[G]] : {{.*}}permutation = [0, 2, 1]
// CHECK:         linop.assemble %[[FT]], %[[GT]] : {{.*}} -> tensor<8x6xf32, #linop.kronecker<rows = [4, 2], columns = [2, 3], terms = 2>>
func.func @a_kronecker_product_is_transposed_factor_by_factor(%f: tensor<2x2x4xf32>, %g: tensor<2x3x2xf32>, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %m = linop.assemble %f, %g : (tensor<2x2x4xf32>, tensor<2x3x2xf32>) -> !k
  %t = linop.transpose %m : !k -> !kt
  %y = linop.apply %t, %x : !kt, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!tt = tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [4, 2], ranks = [2]>>
!ttt = tensor<8x6xf32, #linop.transpose<!tt>>
!tk = tensor<8x6xf32, #linop.tucker<out = [4, 2], in = [2, 3], out_ranks = [2, 2], in_ranks = [3, 1]>>
!tkt = tensor<6x8xf32, #linop.transpose<!tk>>

// CHECK-LABEL: func @tensor_networks_are_transposed_core_by_core(
// CHECK-DAG:     linop.assemble %{{.*}} -> tensor<8x6xf32, #linop.tensor_train<out = [4, 2], in = [2, 3], ranks = [2]>>
// CHECK-DAG:     linalg.transpose {{.*}} permutation = [2, 3, 0, 1]
// CHECK-DAG:     linop.assemble %{{.*}} -> tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [3, 1], in_ranks = [2, 2]>>
func.func @tensor_networks_are_transposed_core_by_core(%a: !tt, %b: !tk, %x: tensor<?x6xf32>) -> (tensor<?x8xf32>, tensor<8x6xf32>) {
  %s = linop.transpose %a : !tt -> !ttt
  %t = linop.transpose %b : !tk -> !tkt
  %y = linop.apply %s, %x : !ttt, tensor<?x6xf32> -> tensor<?x8xf32>
  %z = linop.materialize %t : !tkt -> tensor<6x8xf32>
  %e = tensor.empty() : tensor<8x6xf32>
  %zt = linalg.transpose ins(%z : tensor<6x8xf32>) outs(%e : tensor<8x6xf32>) permutation = [1, 0]
  return %y, %zt : tensor<?x8xf32>, tensor<8x6xf32>
}

!bl = tensor<12x8xf32, #linop.blast<blocks = 2, rank = 3>>
!blt = tensor<8x12xf32, #linop.transpose<!bl>>

// CHECK-LABEL: func @blast_swaps_its_factors(
// CHECK-SAME:      %[[U:.*]]: tensor<2x6x3xf32>, %[[V:.*]]: tensor<2x3x4xf32>, %[[S:.*]]: tensor<2x2x3xf32>,
// CHECK-DAG:     %[[VT:.*]] = linalg.transpose ins(%[[V]] : {{.*}} permutation = [0, 2, 1]
// CHECK-DAG:     %[[UT:.*]] = linalg.transpose ins(%[[U]] : {{.*}} permutation = [0, 2, 1]
// CHECK-DAG:     %[[ST:.*]] = linalg.transpose ins(%[[S]] : {{.*}} permutation = [1, 0, 2]
// CHECK:         linop.assemble %[[VT]], %[[UT]], %[[ST]]
func.func @blast_swaps_its_factors(%u: tensor<2x6x3xf32>, %v: tensor<2x3x4xf32>, %s: tensor<2x2x3xf32>, %x: tensor<?x12xf32>) -> tensor<?x8xf32> {
  %m = linop.assemble %u, %v, %s : (tensor<2x6x3xf32>, tensor<2x3x4xf32>, tensor<2x2x3xf32>) -> !bl
  %t = linop.transpose %m : !bl -> !blt
  %y = linop.apply %t, %x : !blt, tensor<?x12xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!had = tensor<8x8xf32, #linop.hadamard>
!hadt = tensor<8x8xf32, #linop.transpose<!had>>

// CHECK-LABEL: func @transposed_twice_is_the_matrix(
// CHECK-SAME:      %[[H:.*]]: tensor<8x8xf32, #linop.low_rank<rank = 2>>, %[[X:.*]]: tensor<?x8xf32>)
// CHECK-NEXT:    linop.apply %[[H]], %[[X]]
func.func @transposed_twice_is_the_matrix(%h: tensor<8x8xf32, #linop.low_rank<rank = 2>>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %t = linop.transpose %h : tensor<8x8xf32, #linop.low_rank<rank = 2>> -> tensor<8x8xf32, #linop.transpose<tensor<8x8xf32, #linop.low_rank<rank = 2>>>>
  %tt = linop.transpose %t : tensor<8x8xf32, #linop.transpose<tensor<8x8xf32, #linop.low_rank<rank = 2>>>> -> tensor<8x8xf32, #linop.low_rank<rank = 2>>
  %y = linop.apply %tt, %x : tensor<8x8xf32, #linop.low_rank<rank = 2>>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func @a_symmetric_structure_is_itself(
// CHECK-SAME:      %[[X:.*]]: tensor<?x8xf32>)
// CHECK-NEXT:    %[[H:.*]] = linop.assemble : () -> tensor<8x8xf32, #linop.hadamard>
// CHECK-NEXT:    linop.apply %[[H]], %[[X]]
func.func @a_symmetric_structure_is_itself(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %t = linop.assemble : () -> !hadt
  %y = linop.apply %t, %x : !hadt, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!big = tensor<16x8xf32, #linop.dense>
!bigt = tensor<8x16xf32, #linop.transpose<!big>>

// CHECK-LABEL: func @constants_are_moved_when_compiling_whatever_their_number(
// CHECK:         %[[W:.*]] = arith.constant dense<2.000000e+00> : tensor<8x16xf32>
// CHECK:         %[[M:.*]] = linop.assemble %[[W]] : (tensor<8x16xf32>) -> tensor<8x16xf32, #linop.dense>
// CHECK:         linop.apply %[[M]]
func.func @constants_are_moved_when_compiling_whatever_their_number(%x: tensor<?x16xf32>) -> tensor<?x8xf32> {
  %w = arith.constant dense<2.0> : tensor<16x8xf32>
  %m = linop.assemble %w : (tensor<16x8xf32>) -> !big
  %t = linop.transpose %m : !big -> !bigt
  %y = linop.apply %t, %x : !bigt, tensor<?x16xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!small = tensor<2x3xf32, #linop.dense>
!smallt = tensor<3x2xf32, #linop.transpose<!small>>

// CHECK-LABEL: func @each_constant_goes_to_its_place(
// CHECK:         arith.constant dense<{{\[\[}}1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]> : tensor<3x2xf32>
func.func @each_constant_goes_to_its_place(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %m = linop.assemble %w : (tensor<2x3xf32>) -> !small
  %t = linop.transpose %m : !small -> !smallt
  %y = linop.apply %t, %x : !smallt, tensor<?x2xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// CHECK-LABEL: func @many_values_are_not_moved_at_run_time(
// CHECK:         linop.transpose
func.func @many_values_are_not_moved_at_run_time(%m: !big, %x: tensor<?x16xf32>) -> tensor<?x8xf32> {
  // expected-remark @below {{[Missed] TransposeChains | Category:danaus-algebra | Reason="128 values to move at run time, limit 100"}}
  %t = linop.transpose %m : !big -> !bigt
  %y = linop.apply %t, %x : !bigt, tensor<?x16xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!long = tensor<128x128xf32, #linop.diagonal>
!longt = tensor<128x128xf32, #linop.transpose<!long>>

// CHECK-LABEL: func @values_that_stay_in_place_do_not_count(
// CHECK:         linop.apply %{{.*}} : tensor<128x128xf32, #linop.diagonal>
func.func @values_that_stay_in_place_do_not_count(%m: !long, %x: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %t = linop.transpose %m : !long -> !longt
  %y = linop.apply %t, %x : !longt, tensor<?x128xf32> -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}

!c = tensor<8x8xf32, #linop.circulant>
!ct = tensor<8x8xf32, #linop.transpose<!c>>

// CHECK-LABEL: func @a_circulant_stays_transposed(
// CHECK:         linop.transpose
func.func @a_circulant_stays_transposed(%m: !c, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-remark @below {{[Missed] TransposeChains | Category:danaus-algebra | Reason="the transpose of circulant is in no structure but its own"}}
  %t = linop.transpose %m : !c -> !ct
  %y = linop.apply %t, %x : !ct, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func @a_returned_transpose_keeps_its_type(
// CHECK:         linop.transpose
func.func @a_returned_transpose_keeps_its_type(%m: !a) -> tensor<4x6xf32, #linop.transpose<!a>> {
  // expected-remark @below {{[Missed] TransposeChains | Category:danaus-algebra | Reason="the transpose must keep its type for 'func.return'"}}
  %t = linop.transpose %m : !a -> tensor<4x6xf32, #linop.transpose<!a>>
  return %t : tensor<4x6xf32, #linop.transpose<!a>>
}

// CHECK-LABEL: func @the_returned_transpose_of_a_composite_keeps_its_type(
// CHECK-COUNT-3: linop.transpose
func.func @the_returned_transpose_of_a_composite_keeps_its_type(%p: !ab, %a: !d, %b: tensor<6x5xf32>, %m: !d, %f: tensor<1xf32>)
    -> (!abt, tensor<5x6xf32, #linop.transpose<!s>>, tensor<5x6xf32, #linop.transpose<!zd>>) {
  // expected-remark @below {{[Missed] TransposeChains | Category:danaus-algebra | Reason="the transpose must keep its type for 'func.return'"}}
  %0 = linop.transpose %p : !ab -> !abt
  %s = linop.sum %a, %b : !d, tensor<6x5xf32> -> !s
  // expected-remark @below {{[Missed] TransposeChains | Category:danaus-algebra | Reason="the transpose must keep its type for 'func.return'"}}
  %1 = linop.transpose %s : !s -> tensor<5x6xf32, #linop.transpose<!s>>
  %z = linop.scale %m, %f : !d, tensor<1xf32> -> !zd
  // expected-remark @below {{[Missed] TransposeChains | Category:danaus-algebra | Reason="the transpose must keep its type for 'func.return'"}}
  %2 = linop.transpose %z : !zd -> tensor<5x6xf32, #linop.transpose<!zd>>
  return %0, %1, %2 : !abt, tensor<5x6xf32, #linop.transpose<!s>>, tensor<5x6xf32, #linop.transpose<!zd>>
}

!mixed = tensor<6x5xf32, #linop.product<[!a, tensor<4x5xf64>]>>

// CHECK-LABEL: func @a_product_of_two_element_types_stays_transposed(
// CHECK:         linop.transpose
func.func @a_product_of_two_element_types_stays_transposed(%a: !a, %b: tensor<4x5xf64>, %x: tensor<?x6xf32>) -> tensor<?x5xf32> {
  %m = linop.product %a, %b : !a, tensor<4x5xf64> -> !mixed
  // expected-remark @below {{[Missed] TransposeChains | Category:danaus-algebra | Reason="factor 1 has another element type than the product"}}
  %t = linop.transpose %m : !mixed -> tensor<5x6xf32, #linop.transpose<!mixed>>
  %y = linop.apply %t, %x : tensor<5x6xf32, #linop.transpose<!mixed>>, tensor<?x6xf32> -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

!lr8 = tensor<8x8xf32, #linop.low_rank<rank = 2>>
!lr8t = tensor<8x8xf32, #linop.transpose<!lr8>>
!both = tensor<8x8xf32, #linop.product<[!lr8t, !lr8]>>
!used_twice = tensor<8x8xf32, #linop.sum<[!lr8t, !both]>>

// What reads the transpose itself and through a product is rebuilt once, from both.
// CHECK-LABEL: func @a_transpose_that_is_used_twice_on_the_way_to_one_sum(
// CHECK-SAME:      %[[A:.*]]: tensor<8x8xf32, #linop.low_rank<rank = 2>>, %[[X:.*]]: tensor<?x8xf32>)
// CHECK:         %[[T:.*]] = linop.assemble %{{.*}}, %{{.*}} -> tensor<8x8xf32, #linop.low_rank<rank = 2>>
// CHECK:         %[[P:.*]] = linop.product %[[T]], %[[A]]
// CHECK:         %[[S:.*]] = linop.sum %[[T]], %[[P]]
// CHECK:         linop.apply %[[S]], %[[X]]
func.func @a_transpose_that_is_used_twice_on_the_way_to_one_sum(%a: !lr8, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %t = linop.transpose %a : !lr8 -> !lr8t
  %p = linop.product %t, %a : !lr8t, !lr8 -> !both
  %s = linop.sum %t, %p : !lr8t, !both -> !used_twice
  %y = linop.apply %s, %x : !used_twice, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
