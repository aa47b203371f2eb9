// RUN: danaus-opt %s --danaus-einsums-to-stages | FileCheck %s
// RUN: danaus-opt %s --danaus-einsums-to-stages | danaus-opt --danaus-einsums-to-stages | FileCheck %s
// RUN: danaus-opt %s --danaus-einsums-to-stages --remarks-filter=danaus-stages --verify-diagnostics -o /dev/null

// The second core of a BTT: p leaves the middle of x's digits.
// CHECK-LABEL: func.func @a_batch_between_summed_digits(
// CHECK-SAME: %[[X:.*]]: tensor<?x24xf32>, %[[W:.*]]: tensor<3x2x4x5xf32>)
// CHECK: %[[PERMUTED:.*]] = chain.permute %[[X]] sizes [2, 3, 4] order [1, 0, 2] : tensor<?x24xf32>
// CHECK: %[[WEIGHT:.*]] = tensor.expand_shape {{.*}} into tensor<3x8x5xf32>
// CHECK: %[[Y:.*]] = chain.stage %[[PERMUTED]], %[[WEIGHT]] pattern(3, 5, 8, 1) order "acb"
// CHECK: return %[[Y]]
func.func @a_batch_between_summed_digits(%x: tensor<?x24xf32>, %w: tensor<3x2x4x5xf32>) -> tensor<?x15xf32> {
  %y = chain.einsum %x, %w "gpr,pgre->pe" sizes [2, 3, 4, 5] : tensor<?x24xf32>, tensor<3x2x4x5xf32> -> tensor<?x15xf32>
  return %y : tensor<?x15xf32>
}

// Either x or y must be in another order, and x has fewer columns.
// CHECK-LABEL: func.func @the_side_with_fewer_columns_moves(
// CHECK-SAME: %[[X:.*]]: tensor<?x6xbf16>, %[[W:.*]]: tensor<2x4x3xbf16>)
// CHECK: %[[PERMUTED:.*]] = chain.permute %[[X]] sizes [2, 3] order [1, 0] : tensor<?x6xbf16>
// CHECK: %[[Y:.*]] = chain.stage %[[PERMUTED]], %[[W]] pattern(1, 4, 3, 2) order "dbc"
// CHECK: return %[[Y]]
func.func @the_side_with_fewer_columns_moves(%x: tensor<?x6xbf16>, %w: tensor<2x4x3xbf16>) -> tensor<?x8xbf16> {
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [2, 3, 4] : tensor<?x6xbf16>, tensor<2x4x3xbf16> -> tensor<?x8xbf16>
  return %y : tensor<?x8xbf16>
}

// The same where y has fewer.
// CHECK-LABEL: func.func @or_the_result_does(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>, %[[W:.*]]: tensor<2x3x4xf32>)
// CHECK: %[[STAGE:.*]] = chain.stage %[[X]], %[[W]] pattern(2, 3, 4, 1) order "abc"
// CHECK: %[[Y:.*]] = chain.permute %[[STAGE]] sizes [2, 3] order [1, 0] : tensor<?x6xf32>
// CHECK: return %[[Y]]
func.func @or_the_result_does(%x: tensor<?x8xf32>, %w: tensor<2x3x4xf32>) -> tensor<?x6xf32> {
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [2, 4, 3] : tensor<?x8xf32>, tensor<2x3x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// The batch that the weight lacks goes last here: x is as it should be then.
// CHECK-LABEL: func.func @nothing_to_move(
// CHECK-NOT: chain.permute
// CHECK: chain.stage {{.*}} pattern(1, 4, 3, 5) order "bc"
// CHECK-NOT: chain.permute
func.func @nothing_to_move(%x: tensor<?x15xf32>, %w: tensor<4x3xf32>) -> tensor<?x20xf32> {
  %y = chain.einsum %x, %w "pn,qp->qn" sizes [3, 5, 4] : tensor<?x15xf32>, tensor<4x3xf32> -> tensor<?x20xf32>
  return %y : tensor<?x20xf32>
}

// A digit of the batch between those of the sum, in the weight.
// CHECK-LABEL: func.func @a_weight_in_no_order(
// CHECK: chain.einsum
func.func @a_weight_in_no_order(%x: tensor<?x24xf32>, %w: tensor<2x3x4x5xf32>) -> tensor<?x15xf32> {
  // expected-remark @below {{[Missed] EinsumsToStages | Category:danaus-stages | Reason="no order of digits makes it a stage"}}
  %y = chain.einsum %x, %w "gpr,gpre->pe" sizes [2, 3, 4, 5] : tensor<?x24xf32>, tensor<2x3x4x5xf32> -> tensor<?x15xf32>
  return %y : tensor<?x15xf32>
}

// CHECK-LABEL: func.func @integers(
// CHECK: chain.stage {{.*}} pattern(1, 3, 8, 1) order "bc" : tensor<?x8xi8>, tensor<3x8xi8> -> tensor<?x3xi32>
func.func @integers(%x: tensor<?x8xi8>, %w: tensor<3x8xi8>) -> tensor<?x3xi32> {
  %y = chain.einsum %x, %w "c,bc->b" sizes [8, 3] : tensor<?x8xi8>, tensor<3x8xi8> -> tensor<?x3xi32>
  return %y : tensor<?x3xi32>
}

// The first stage of a Fourier transform reads the digits of x where they lie.
// CHECK-LABEL: func.func @complex_numbers_take_in_a_permutation(
// CHECK-SAME: %[[X:.*]]: tensor<?x60xcomplex<f32>>, %[[W:.*]]: tensor<4x4xcomplex<f32>>)
// CHECK-NEXT: %[[Y:.*]] = chain.stage %[[X]], %[[W]] pattern(15, 4, 4, 1) order "bc" x_digits(<sizes = [4, 3, 5], order = [2, 1, 0]>)
// CHECK-NEXT: return %[[Y]]
func.func @complex_numbers_take_in_a_permutation(%x: tensor<?x60xcomplex<f32>>, %w: tensor<4x4xcomplex<f32>>) -> tensor<?x60xcomplex<f32>> {
  %y = chain.einsum %x, %w "cfe,bc->efb" sizes [4, 3, 5, 4] : tensor<?x60xcomplex<f32>>, tensor<4x4xcomplex<f32>> -> tensor<?x60xcomplex<f32>>
  return %y : tensor<?x60xcomplex<f32>>
}

// Two digits of a sum apart in x are more than the loops of a stage can read.
// CHECK-LABEL: func.func @complex_sums_over_digits_apart_are_copied(
// CHECK: %[[PERMUTED:.*]] = chain.permute
// CHECK: chain.stage %[[PERMUTED]], %{{.*}} pattern(3, 5, 8, 1) order "acb" :
func.func @complex_sums_over_digits_apart_are_copied(%x: tensor<?x24xcomplex<f32>>, %w: tensor<3x2x4x5xcomplex<f32>>) -> tensor<?x15xcomplex<f32>> {
  %y = chain.einsum %x, %w "gpr,pgre->pe" sizes [2, 3, 4, 5] : tensor<?x24xcomplex<f32>>, tensor<3x2x4x5xcomplex<f32>> -> tensor<?x15xcomplex<f32>>
  return %y : tensor<?x15xcomplex<f32>>
}
