// RUN: danaus-opt %s --danaus-outputs-to-destinations="row-strides=false" | FileCheck %s

// On a device rows follow each other.
// CHECK-LABEL: func.func @rows_follow_each_other(
// CHECK-SAME: %{{.*}}: tensor<8xf32> {bufferization.writable = false}, %{{.*}}: tensor<?x4xf32> {bufferization.writable = false}, %{{.*}}: memref<?x4xf32>)
func.func @rows_follow_each_other(%p: tensor<8xf32>, %x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {danaus.parameters = 1 : i64} {
  return %x : tensor<?x4xf32>
}
