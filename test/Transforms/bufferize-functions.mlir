// RUN: danaus-opt %s --danaus-bufferize-functions | FileCheck %s
// RUN: danaus-opt %s --danaus-bufferize-functions | danaus-opt --danaus-bufferize-functions | FileCheck %s

// CHECK-LABEL: func.func @a_kernel_keeps_the_tensors_of_its_body(
// CHECK-SAME:    %[[X:.+]]: memref<?x8xf32>, %[[W:.+]]: memref<4x3x2xf32>, %[[INIT:.+]]: memref<?x12xf32>)
func.func @a_kernel_keeps_the_tensors_of_its_body(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %init: tensor<?x12xf32>)
    -> tensor<?x12xf32> {
  // CHECK: chain.kernel ins(%[[X]], %[[W]] : memref<?x8xf32>, memref<4x3x2xf32>) outs(%[[INIT]] : memref<?x12xf32>)
  // CHECK: ^bb0(%{{.+}}: tensor<?x8xf32>, %{{.+}}: tensor<4x3x2xf32>):
  // CHECK:   chain.stage {{.+}} -> tensor<?x12xf32>
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>) outs(%init : tensor<?x12xf32>) {
  ^bb0(%a0: tensor<?x8xf32>, %a1: tensor<4x3x2xf32>):
    %s = chain.stage %a0, %a1 pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %s : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}
