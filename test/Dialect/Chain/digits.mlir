// RUN: danaus-opt %s | danaus-opt | FileCheck %s

// CHECK-LABEL: func.func @digits(
// CHECK-SAME: %[[X:.*]]: tensor<?x12xf32>, %[[W:.*]]: tensor<4x2x3xf32>, %[[T:.*]]: tensor<12xi64>, %[[C:.*]]: tensor<19xf32>)
func.func @digits(%x: tensor<?x12xf32>, %w: tensor<4x2x3xf32>, %table: tensor<12xi64>, %c: tensor<19xf32>) {
  // CHECK: chain.einsum %[[X]], %[[W]] "kp,kqp->qk" sizes [4, 3, 2] : tensor<?x12xf32>, tensor<4x2x3xf32> -> tensor<?x8xf32>
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 3, 2] : tensor<?x12xf32>, tensor<4x2x3xf32> -> tensor<?x8xf32>
  // CHECK: chain.permute %[[X]] sizes [4, 3] order [1, 0] : tensor<?x12xf32>
  %p = chain.permute %x sizes [4, 3] order [1, 0] : tensor<?x12xf32>
  // CHECK: chain.gather %[[X]], %[[T]] : tensor<?x12xf32>, tensor<12xi64>
  %g = chain.gather %x, %table : tensor<?x12xf32>, tensor<12xi64>
  // CHECK: chain.toeplitz %[[X]], %[[C]] : tensor<?x12xf32>, tensor<19xf32> -> tensor<?x8xf32>
  %t = chain.toeplitz %x, %c : tensor<?x12xf32>, tensor<19xf32> -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: func.func @integers(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xi8>, %[[W:.*]]: tensor<3x8xi8>)
func.func @integers(%x: tensor<?x8xi8>, %w: tensor<3x8xi8>) -> tensor<?x3xi32> {
  // CHECK: chain.einsum %[[X]], %[[W]] "c,bc->b" sizes [8, 3] : tensor<?x8xi8>, tensor<3x8xi8> -> tensor<?x3xi32>
  %y = chain.einsum %x, %w "c,bc->b" sizes [8, 3] : tensor<?x8xi8>, tensor<3x8xi8> -> tensor<?x3xi32>
  return %y : tensor<?x3xi32>
}
