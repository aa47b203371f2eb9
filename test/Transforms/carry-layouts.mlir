// RUN: danaus-opt %s --danaus-carry-layouts="max-values=100" | FileCheck %s
// RUN: danaus-opt %s --danaus-carry-layouts="max-values=100" -o %t.once
// RUN: danaus-opt %t.once --danaus-carry-layouts="max-values=100" | diff %t.once -
// RUN: danaus-opt %s --danaus-carry-layouts="max-values=100" --remarks-filter="danaus-algebra" --verify-diagnostics -o /dev/null

!bd = tensor<8x8xf32, #linop.block_diagonal<blocks = 4>>
!turn = tensor<8x8xf32, #linop.permutation<sizes = [2, 4], order = [1, 0]>>
!back = tensor<8x8xf32, #linop.permutation<sizes = [4, 2], order = [1, 0]>>
!first = tensor<8x8xf32, #linop.product<[!turn, !bd]>>
!begins = tensor<8x8xf32, #linop.product<[!bd, !back]>>
!dense = tensor<5x8xf32, #linop.dense>

#id = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
#row = affine_map<(i, j) -> (i)>

// CHECK: #[[$ORDER:.*]] = affine_map<(d0) -> ((d0 floordiv 4) mod 2 + (d0 mod 4) * 2)>

// The permutation of the first layer meets its inverse in the second: both are gone, the bias is in the order of A.
// CHECK-LABEL: func @a_permutation_meets_its_inverse_across_a_bias(
// CHECK-SAME:      %[[A:[a-z0-9]+]]: tensor<4x2x2xf32>, %[[B:[a-z0-9]+]]: tensor<4x2x2xf32>, %[[BIAS:[a-z0-9]+]]: tensor<8xf32>, %[[X:[a-z0-9]+]]: tensor<?x8xf32>)
// CHECK-NOT:     linop.permutation
// CHECK:         %[[Y:.*]] = linop.apply %{{.*}}, %[[X]] : tensor<8x8xf32, #linop.block_diagonal<blocks = 4>>
// CHECK:         %[[MOVED:.*]] = tensor.generate
// CHECK:           %[[FROM:.*]] = affine.apply #[[$ORDER]](%{{.*}})
// CHECK:           tensor.extract %[[BIAS]][%[[FROM]]]
// CHECK:         %[[Z:.*]] = linalg.generic {{.*}} ins(%[[Y]], %[[MOVED]]
// CHECK-NOT:     linop.permutation
// CHECK:         linop.apply %{{.*}}, %[[Z]] : tensor<8x8xf32, #linop.block_diagonal<blocks = 4>>
func.func @a_permutation_meets_its_inverse_across_a_bias(%a: tensor<4x2x2xf32>, %b: tensor<4x2x2xf32>,
    %bias: tensor<8xf32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %fa = linop.assemble %a : (tensor<4x2x2xf32>) -> !bd
  %fb = linop.assemble %b : (tensor<4x2x2xf32>) -> !bd
  %p = linop.assemble : () -> !turn
  %q = linop.assemble : () -> !back
  %m1 = linop.product %p, %fa : !turn, !bd -> !first
  %m2 = linop.product %fb, %q : !bd, !back -> !begins
  %y = linop.apply %m1, %x : !first, tensor<?x8xf32> -> tensor<?x8xf32>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %y, %c0 : tensor<?x8xf32>
  %empty = tensor.empty(%rows) : tensor<?x8xf32>
  %z = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x8xf32>, tensor<8xf32>) outs(%empty : tensor<?x8xf32>) {
  ^bb0(%v: f32, %c: f32, %o: f32):
    %s = arith.addf %v, %c : f32
    linalg.yield %s : f32
  } -> tensor<?x8xf32>
  %u = linop.apply %m2, %z : !begins, tensor<?x8xf32> -> tensor<?x8xf32>
  return %u : tensor<?x8xf32>
}

// The weight of a dense layer takes any order of its columns; ops on tensors, one after the other, do not mind.
// CHECK-LABEL: func @a_dense_layer_takes_the_permutation_into_its_weight(
// CHECK-NOT:     linop.permutation
// CHECK:         %[[Y:.*]] = linop.apply %{{.*}}, %{{.*}} : tensor<8x8xf32, #linop.block_diagonal<blocks = 4>>
// CHECK:         %[[T:.*]] = math.tanh %[[Y]]
// CHECK:         %[[Z:.*]] = arith.addf %[[T]],
// CHECK-NOT:     linop.permutation
// CHECK:         linop.apply %{{.*}}, %[[Z]] : tensor<5x8xf32, #linop.dense>
func.func @a_dense_layer_takes_the_permutation_into_its_weight(%a: tensor<4x2x2xf32>, %w: tensor<5x8xf32>,
    %x: tensor<3x8xf32>) -> tensor<3x5xf32> {
  %fa = linop.assemble %a : (tensor<4x2x2xf32>) -> !bd
  %p = linop.assemble : () -> !turn
  %m1 = linop.product %p, %fa : !turn, !bd -> !first
  %m2 = linop.assemble %w : (tensor<5x8xf32>) -> !dense
  %y = linop.apply %m1, %x : !first, tensor<3x8xf32> -> tensor<3x8xf32>
  %one = arith.constant dense<1.0> : tensor<3x8xf32>
  %t = math.tanh %y : tensor<3x8xf32>
  %z = arith.addf %t, %one : tensor<3x8xf32>
  %u = linop.apply %m2, %z : !dense, tensor<3x8xf32> -> tensor<3x5xf32>
  return %u : tensor<3x5xf32>
}

!lr = tensor<5x8xf32, #linop.low_rank<rank = 2>>

// Of a layer of low rank the factor that is applied first takes it.
// CHECK-LABEL: func @a_layer_of_low_rank_takes_it_into_its_first_factor(
// CHECK-SAME:      tensor<4x2x2xf32>, %[[U:[a-z0-9]+]]: tensor<5x2xf32>, %[[V:[a-z0-9]+]]: tensor<2x8xf32>
// CHECK-NOT:     linop.permutation
// CHECK:         linalg.generic {{.*}} outs(%{{.*}} : tensor<1x2x2x4x1x1xf32>)
// CHECK:         linop.product %[[U]], %{{.*}} : tensor<5x2xf32>, tensor<2x8xf32, #linop.dense>
func.func @a_layer_of_low_rank_takes_it_into_its_first_factor(%a: tensor<4x2x2xf32>, %u: tensor<5x2xf32>,
    %v: tensor<2x8xf32>, %x: tensor<3x8xf32>) -> tensor<3x5xf32> {
  %fa = linop.assemble %a : (tensor<4x2x2xf32>) -> !bd
  %p = linop.assemble : () -> !turn
  %m1 = linop.product %p, %fa : !turn, !bd -> !first
  %m2 = linop.assemble %u, %v : (tensor<5x2xf32>, tensor<2x8xf32>) -> !lr
  %y = linop.apply %m1, %x : !first, tensor<3x8xf32> -> tensor<3x8xf32>
  %z = linop.apply %m2, %y : !lr, tensor<3x8xf32> -> tensor<3x5xf32>
  return %z : tensor<3x5xf32>
}

// CHECK-LABEL: func @another_use_of_the_activations_keeps_the_permutation(
// CHECK:         linop.permutation
func.func @another_use_of_the_activations_keeps_the_permutation(%a: tensor<4x2x2xf32>, %w: tensor<5x8xf32>,
    %x: tensor<3x8xf32>) -> (tensor<3x5xf32>, tensor<3x8xf32>) {
  %fa = linop.assemble %a : (tensor<4x2x2xf32>) -> !bd
  %p = linop.assemble : () -> !turn
  %m1 = linop.product %p, %fa : !turn, !bd -> !first
  %m2 = linop.assemble %w : (tensor<5x8xf32>) -> !dense
  %y = linop.apply %m1, %x : !first, tensor<3x8xf32> -> tensor<3x8xf32>
  // expected-remark @below {{the activations between have several uses}}
  %u = linop.apply %m2, %y : !dense, tensor<3x8xf32> -> tensor<3x5xf32>
  return %u, %y : tensor<3x5xf32>, tensor<3x8xf32>
}

// CHECK-LABEL: func @a_residual_keeps_the_permutation(
// CHECK:         linop.permutation
func.func @a_residual_keeps_the_permutation(%a: tensor<4x2x2xf32>, %w: tensor<5x8xf32>,
    %x: tensor<3x8xf32>) -> tensor<3x5xf32> {
  %fa = linop.assemble %a : (tensor<4x2x2xf32>) -> !bd
  %p = linop.assemble : () -> !turn
  %m1 = linop.product %p, %fa : !turn, !bd -> !first
  %m2 = linop.assemble %w : (tensor<5x8xf32>) -> !dense
  %y = linop.apply %m1, %x : !first, tensor<3x8xf32> -> tensor<3x8xf32>
  %z = arith.addf %y, %x : tensor<3x8xf32>
  // expected-remark @below {{'arith.addf' between does not act column by column}}
  %u = linop.apply %m2, %z : !dense, tensor<3x8xf32> -> tensor<3x5xf32>
  return %u : tensor<3x5xf32>
}

// CHECK-LABEL: func @a_sum_over_columns_keeps_the_permutation(
// CHECK:         linop.permutation
func.func @a_sum_over_columns_keeps_the_permutation(%a: tensor<4x2x2xf32>, %w: tensor<5x8xf32>, %b: tensor<3xf32>,
    %x: tensor<3x8xf32>) -> tensor<3x5xf32> {
  %fa = linop.assemble %a : (tensor<4x2x2xf32>) -> !bd
  %p = linop.assemble : () -> !turn
  %m1 = linop.product %p, %fa : !turn, !bd -> !first
  %m2 = linop.assemble %w : (tensor<5x8xf32>) -> !dense
  %y = linop.apply %m1, %x : !first, tensor<3x8xf32> -> tensor<3x8xf32>
  %empty = tensor.empty() : tensor<3x8xf32>
  %z = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y, %b : tensor<3x8xf32>, tensor<3xf32>) outs(%empty : tensor<3x8xf32>) {
  ^bb0(%v: f32, %c: f32, %o: f32):
    %s = arith.addf %v, %c : f32
    linalg.yield %s : f32
  } -> tensor<3x8xf32>
  // expected-remark @below {{'linalg.generic' between does not act column by column}}
  %u = linop.apply %m2, %z : !dense, tensor<3x8xf32> -> tensor<3x5xf32>
  return %u : tensor<3x5xf32>
}

!kron = tensor<8x8xf32, #linop.kronecker<rows = [2, 4], columns = [2, 4]>>

// CHECK-LABEL: func @a_structure_without_a_stage_takes_nothing_in(
// CHECK:         linop.permutation
func.func @a_structure_without_a_stage_takes_nothing_in(%a: tensor<4x2x2xf32>, %m2: !kron,
    %x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %fa = linop.assemble %a : (tensor<4x2x2xf32>) -> !bd
  %p = linop.assemble : () -> !turn
  %m1 = linop.product %p, %fa : !turn, !bd -> !first
  %y = linop.apply %m1, %x : !first, tensor<3x8xf32> -> tensor<3x8xf32>
  // expected-remark @below {{the next layer's kronecker takes in no permutation}}
  %u = linop.apply %m2, %y : !kron, tensor<3x8xf32> -> tensor<3x8xf32>
  return %u : tensor<3x8xf32>
}

// Whole blocks would change places, and so would their results.
// CHECK-LABEL: func @what_would_come_out_again_stays(
// CHECK:         linop.permutation
func.func @what_would_come_out_again_stays(%a: tensor<4x2x2xf32>, %b: tensor<4x2x2xf32>, %x: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %fa = linop.assemble %a : (tensor<4x2x2xf32>) -> !bd
  %m2 = linop.assemble %b : (tensor<4x2x2xf32>) -> !bd
  %p = linop.assemble : () -> tensor<8x8xf32, #linop.permutation<sizes = [2, 2, 2], order = [1, 0, 2]>>
  %m1 = linop.product %p, %fa : tensor<8x8xf32, #linop.permutation<sizes = [2, 2, 2], order = [1, 0, 2]>>, !bd
      -> tensor<8x8xf32, #linop.product<[tensor<8x8xf32, #linop.permutation<sizes = [2, 2, 2], order = [1, 0, 2]>>, !bd]>>
  %y = linop.apply %m1, %x : tensor<8x8xf32, #linop.product<[tensor<8x8xf32, #linop.permutation<sizes = [2, 2, 2], order = [1, 0, 2]>>, !bd]>>,
      tensor<3x8xf32> -> tensor<3x8xf32>
  // expected-remark @below {{it would come out of the next layer again}}
  %u = linop.apply %m2, %y : !bd, tensor<3x8xf32> -> tensor<3x8xf32>
  return %u : tensor<3x8xf32>
}

// CHECK-LABEL: func @a_large_weight_is_not_moved_at_run_time(
// CHECK:         linop.permutation
func.func @a_large_weight_is_not_moved_at_run_time(%a: tensor<4x2x2xf32>, %w: tensor<50x8xf32>,
    %x: tensor<3x8xf32>) -> tensor<3x50xf32> {
  %fa = linop.assemble %a : (tensor<4x2x2xf32>) -> !bd
  %p = linop.assemble : () -> !turn
  %m1 = linop.product %p, %fa : !turn, !bd -> !first
  %m2 = linop.assemble %w : (tensor<50x8xf32>) -> tensor<50x8xf32, #linop.dense>
  %y = linop.apply %m1, %x : !first, tensor<3x8xf32> -> tensor<3x8xf32>
  // expected-remark @below {{400 values to move at run time, limit 100}}
  %u = linop.apply %m2, %y : tensor<50x8xf32, #linop.dense>, tensor<3x8xf32> -> tensor<3x50xf32>
  return %u : tensor<3x50xf32>
}

!p12 = tensor<12x12xf32, #linop.permutation<sizes = [3, 4], order = [1, 0]>>
!b12 = tensor<12x12xf32, #linop.block_diagonal<blocks = 4>>
!m12 = tensor<12x12xf32, #linop.product<[!p12, !b12]>>
!k12 = tensor<12x12xf32, #linop.kronecker<rows = [3, 4], columns = [3, 4]>>
!n12 = tensor<12x12xf32, #linop.product<[!k12, !p12]>>

// Digits (4, 3) come out of the first, (3, 4) go into the second.
// CHECK-LABEL: func @permutations_without_a_common_refinement_stay(
// CHECK:         linop.permutation
func.func @permutations_without_a_common_refinement_stay(%a: !b12, %k: !k12, %x: tensor<3x12xf32>) -> tensor<3x12xf32> {
  %p = linop.assemble : () -> !p12
  %m1 = linop.product %p, %a : !p12, !b12 -> !m12
  %m2 = linop.product %k, %p : !k12, !p12 -> !n12
  %y = linop.apply %m1, %x : !m12, tensor<3x12xf32> -> tensor<3x12xf32>
  // expected-remark @below {{the permutations of the layers have no common refinement}}
  %u = linop.apply %m2, %y : !n12, tensor<3x12xf32> -> tensor<3x12xf32>
  return %u : tensor<3x12xf32>
}

// CHECK-LABEL: func @a_product_of_columns_is_no_layer(
// CHECK:         linop.permutation
func.func @a_product_of_columns_is_no_layer(%a: tensor<4x2x2xf32>, %m2: !bd, %x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %fa = linop.assemble %a : (tensor<4x2x2xf32>) -> !bd
  %p = linop.assemble : () -> !turn
  %m1 = linop.product %p, %fa : !turn, !bd -> !first
  %y = linop.apply %m1, %x : !first, tensor<8x8xf32> -> tensor<8x8xf32>
  %u = linop.apply %m2, %y axis 0 : !bd, tensor<8x8xf32> -> tensor<8x8xf32>
  return %u : tensor<8x8xf32>
}
