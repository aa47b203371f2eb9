// RUN: danaus-opt %s --danaus-push-permutations="max-values=100" | FileCheck %s
// RUN: danaus-opt %s --danaus-push-permutations="max-values=100" -o %t.once
// RUN: danaus-opt %t.once --danaus-push-permutations="max-values=100" | diff %t.once -
// RUN: danaus-opt %s --danaus-push-permutations="max-values=100" --remarks-filter="danaus-algebra" --verify-diagnostics -o /dev/null

!bd = tensor<12x8xf32, #linop.block_diagonal<blocks = 4>>
!blocks = tensor<8x8xf32, #linop.permutation<sizes = [2, 2, 2], order = [1, 0, 2]>>
!bp = tensor<12x8xf32, #linop.product<[!bd, !blocks]>>

// Four blocks (2 x 2 of them) of 3 x 2 change places: their weights do, and their results of 3 afterwards.
// CHECK-LABEL: func @whole_blocks_change_places_in_the_weight(
// CHECK-SAME:      %[[W:.*]]: tensor<4x3x2xf32>, %[[X:.*]]: tensor<?x8xf32>)
// CHECK:         %[[G:.*]] = linalg.generic
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT:      linalg.yield %[[V]]
// CHECK-DAG:     %[[B:.*]] = linop.assemble %{{.*}} : (tensor<4x3x2xf32>) -> tensor<12x8xf32, #linop.block_diagonal<blocks = 4>>
// CHECK-DAG:     %[[P:.*]] = linop.assemble : () -> tensor<12x12xf32, #linop.permutation<sizes = [2, 2, 3], order = [1, 0, 2]>>
// CHECK:         %[[M:.*]] = linop.product %[[P]], %[[B]]
// CHECK:         linop.apply %[[M]], %[[X]]
func.func @whole_blocks_change_places_in_the_weight(%w: tensor<4x3x2xf32>, %x: tensor<?x8xf32>) -> tensor<?x12xf32> {
  %b = linop.assemble %w : (tensor<4x3x2xf32>) -> !bd
  %p = linop.assemble : () -> !blocks
  %m = linop.product %b, %p : !bd, !blocks -> !bp
  %y = linop.apply %m, %x : !bp, tensor<?x8xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!wide = tensor<4x12xf32, #linop.block_diagonal<blocks = 2>>
!inside = tensor<12x12xf32, #linop.permutation<sizes = [2, 3, 2], order = [0, 2, 1]>>
!wp = tensor<4x12xf32, #linop.product<[!wide, !inside]>>

// CHECK-LABEL: func @what_moves_inside_a_block_is_absorbed(
// CHECK:         linalg.generic
// CHECK:         linop.apply %{{.*}} : tensor<4x12xf32, #linop.block_diagonal<blocks = 2>>
func.func @what_moves_inside_a_block_is_absorbed(%b: !wide, %p: !inside, %x: tensor<?x12xf32>) -> tensor<?x4xf32> {
  %m = linop.product %b, %p : !wide, !inside -> !wp
  %y = linop.apply %m, %x : !wp, tensor<?x12xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!stride = tensor<8x8xf32, #linop.permutation<sizes = [2, 4], order = [1, 0]>>
!bs = tensor<12x8xf32, #linop.product<[!bd, !stride]>>

// The block digit becomes the slow one, in x and in the weight: the stage is strided.
// CHECK-LABEL: func @a_strided_access_is_a_strided_stage(
// CHECK:         %[[W:.*]] = tensor.collapse_shape %{{.*}} into tensor<1x3x2x4xf32>
// CHECK:         %[[S:.*]] = linop.assemble %[[W]] : (tensor<1x3x2x4xf32>) -> tensor<12x8xf32, #linop.kronecker_sparse<a = 1, b = 3, c = 2, d = 4>>
// CHECK:         %[[P:.*]] = linop.assemble : () -> tensor<12x12xf32, #linop.permutation<sizes = [3, 4], order = [1, 0]>>
// CHECK:         linop.product %[[P]], %[[S]]
func.func @a_strided_access_is_a_strided_stage(%b: !bd, %p: !stride, %x: tensor<?x8xf32>) -> tensor<?x12xf32> {
  %m = linop.product %b, %p : !bd, !stride -> !bs
  %y = linop.apply %m, %x : !bs, tensor<?x8xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!dense = tensor<5x8xf32>
!ds = tensor<5x8xf32, #linop.product<[!dense, !stride]>>

// CHECK-LABEL: func @a_dense_factor_takes_all_of_it(
// CHECK:         linalg.generic
// CHECK:         linop.apply %{{.*}} : tensor<5x8xf32, #linop.dense>
func.func @a_dense_factor_takes_all_of_it(%w: !dense, %p: !stride, %x: tensor<?x8xf32>) -> tensor<?x5xf32> {
  %m = linop.product %w, %p : !dense, !stride -> !ds
  %y = linop.apply %m, %x : !ds, tensor<?x8xf32> -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

!d = tensor<8x8xf32, #linop.diagonal>
!dp = tensor<8x8xf32, #linop.product<[!d, !stride]>>

// CHECK-LABEL: func @a_diagonal_lets_it_pass(
// CHECK:         %[[D:.*]] = linop.assemble %{{.*}} : (tensor<8xf32>) -> tensor<8x8xf32, #linop.diagonal>
// CHECK:         %[[P:.*]] = linop.assemble : () -> tensor<8x8xf32, #linop.permutation<sizes = [2, 4], order = [1, 0]>>
// CHECK:         linop.product %[[P]], %[[D]]
func.func @a_diagonal_lets_it_pass(%d: !d, %p: !stride, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %m = linop.product %d, %p : !d, !stride -> !dp
  %y = linop.apply %m, %x : !dp, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!b3 = tensor<6x12xf32, #linop.block_diagonal<blocks = 3>>
!torn = tensor<12x12xf32, #linop.permutation<sizes = [2, 3, 2], order = [1, 0, 2]>>
!bt = tensor<6x12xf32, #linop.product<[!b3, !torn]>>

// CHECK-LABEL: func @digits_of_a_block_that_are_apart_stay(
// CHECK:         linop.product
func.func @digits_of_a_block_that_are_apart_stay(%b: !b3, %p: !torn, %x: tensor<?x12xf32>) -> tensor<?x6xf32> {
  // expected-remark @below {{[Missed] PushPermutations | Category:danaus-algebra | Reason="permutation 1: the digits of a block are apart"}}
  %m = linop.product %b, %p : !b3, !torn -> !bt
  %y = linop.apply %m, %x : !bt, tensor<?x12xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!cut = tensor<12x12xf32, #linop.permutation<sizes = [3, 4], order = [1, 0]>>
!b4 = tensor<12x12xf32, #linop.block_diagonal<blocks = 3>>
!bc = tensor<12x12xf32, #linop.product<[!b4, !cut]>>

// The stage reads digits (3, 4), the permutation writes (4, 3).
// CHECK-LABEL: func @digits_that_cut_each_other_stay(
// CHECK:         linop.product
func.func @digits_that_cut_each_other_stay(%b: !b4, %p: !cut, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  // expected-remark @below {{[Missed] PushPermutations | Category:danaus-algebra | Reason="permutation 1: the digits of the permutation cut those of the stage"}}
  %m = linop.product %b, %p : !b4, !cut -> !bc
  %y = linop.apply %m, %x : !bc, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!big = tensor<16x8xf32, #linop.dense>
!bigp = tensor<16x8xf32, #linop.product<[!big, !stride]>>

// CHECK-LABEL: func @a_large_weight_is_not_moved_at_run_time(
// CHECK:         linop.product
func.func @a_large_weight_is_not_moved_at_run_time(%b: !big, %p: !stride, %x: tensor<?x8xf32>) -> tensor<?x16xf32> {
  // expected-remark @below {{[Missed] PushPermutations | Category:danaus-algebra | Reason="permutation 1: 128 values to move at run time, limit 100"}}
  %m = linop.product %b, %p : !big, !stride -> !bigp
  %y = linop.apply %m, %x : !bigp, tensor<?x8xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// CHECK-LABEL: func @a_large_constant_is_moved_when_compiling(
// CHECK:         linop.apply %{{.*}} : tensor<16x8xf32, #linop.dense>
func.func @a_large_constant_is_moved_when_compiling(%p: !stride, %x: tensor<?x8xf32>) -> tensor<?x16xf32> {
  %w = arith.constant dense<2.0> : tensor<16x8xf32>
  %b = linop.assemble %w : (tensor<16x8xf32>) -> !big
  %m = linop.product %b, %p : !big, !stride -> !bigp
  %y = linop.apply %m, %x : !bigp, tensor<?x8xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// CHECK-LABEL: func @a_returned_product_stays(
// CHECK:         linop.product
func.func @a_returned_product_stays(%b: !bd, %p: !blocks) -> !bp {
  // expected-remark @below {{[Missed] PushPermutations | Category:danaus-algebra | Reason="the product must keep its type for 'func.return'"}}
  %m = linop.product %b, %p : !bd, !blocks -> !bp
  return %m : !bp
}
