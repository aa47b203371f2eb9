// RUN: danaus-opt %s --danaus-outputs-to-destinations | FileCheck %s
// RUN: danaus-opt %s --danaus-outputs-to-destinations -o %t.once
// RUN: danaus-opt %t.once --danaus-outputs-to-destinations | diff %t.once -

// CHECK-LABEL: func.func @results_become_trailing_memrefs(
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<?x8xf32> {bufferization.writable = false}, %[[Y:[a-z0-9_]+]]: tensor<4xbf16> {bufferization.writable = false}, %[[D0:[a-z0-9_]+]]: memref<4xbf16>, %[[D1:[a-z0-9_]+]]: memref<?x8xf32>) {
func.func @results_become_trailing_memrefs(%x: tensor<?x8xf32>, %y: tensor<4xbf16>) -> (tensor<4xbf16>, tensor<?x8xf32>) {
  // CHECK: bufferization.materialize_in_destination %[[Y]] in restrict writable %[[D0]] : (tensor<4xbf16>, memref<4xbf16>) -> ()
  // CHECK: bufferization.materialize_in_destination %[[X]] in restrict writable %[[D1]] : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
  // CHECK: return
  // CHECK-NOT: tensor
  return %y, %x : tensor<4xbf16>, tensor<?x8xf32>
}

// CHECK-LABEL: func.func @every_return_writes(
// CHECK-SAME: %[[D:[a-z0-9_]+]]: memref<8xf32>)
func.func @every_return_writes(%c: i1, %x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-COUNT-2: bufferization.materialize_in_destination %{{.*}} in restrict writable %[[D]]
  cf.cond_br %c, ^bb1, ^bb2
^bb1:
  return %x : tensor<8xf32>
^bb2:
  return %x : tensor<8xf32>
}

// CHECK-LABEL: func.func private @private_functions_keep_their_tensors(
// CHECK-SAME: %{{.*}}: tensor<8xf32>) -> tensor<8xf32>
func.func private @private_functions_keep_their_tensors(%x: tensor<8xf32>) -> tensor<8xf32> {
  return %x : tensor<8xf32>
}

// CHECK-LABEL: func.func private @declarations_keep_their_tensors(tensor<8xf32>) -> tensor<8xf32>
func.func private @declarations_keep_their_tensors(%x: tensor<8xf32>) -> tensor<8xf32>

// An attribute that names a function does not call it.
// CHECK-LABEL: func.func @named_by_an_attribute(
// CHECK-SAME: memref<8xf32>) attributes {danaus.pack = @results_become_trailing_memrefs}
func.func @named_by_an_attribute(%x: tensor<8xf32>) -> tensor<8xf32> attributes {danaus.pack = @results_become_trailing_memrefs} {
  return %x : tensor<8xf32>
}

// CHECK-LABEL: func.func @arguments_of_a_function_without_results_are_protected(
// CHECK-SAME: %{{.*}}: tensor<8xf32> {bufferization.writable = false}, %{{.*}}: memref<8xf32>, %{{.*}}: index) {
func.func @arguments_of_a_function_without_results_are_protected(%x: tensor<8xf32>, %y: memref<8xf32>, %i: index) {
  bufferization.materialize_in_destination %x in restrict writable %y : (tensor<8xf32>, memref<8xf32>) -> ()
  return
}

// Behind its packed parameters a function with entry points takes rows that lie apart.
// CHECK-LABEL: func.func @rows_lie_apart(
// CHECK-SAME: %[[P:[a-z0-9_]+]]: tensor<8xf32> {bufferization.writable = false}, %[[X:[a-z0-9_]+]]: memref<?x2x4xf32, strided<[?, 4, 1]>>, %[[V:[a-z0-9_]+]]: memref<?xf32, strided<[?]>>, %[[D0:[a-z0-9_]+]]: memref<?x2x4xf32, strided<[?, 4, 1]>>, %[[D1:[a-z0-9_]+]]: memref<?xf32, strided<[?]>>)
func.func @rows_lie_apart(%p: tensor<8xf32>, %x: tensor<?x2x4xf32>, %v: tensor<?xf32>) -> (tensor<?x2x4xf32>, tensor<?xf32>) attributes {danaus.parameters = 1 : i64} {
  // CHECK: %[[XT:.*]] = bufferization.to_tensor %[[X]] restrict :
  // CHECK: %[[VT:.*]] = bufferization.to_tensor %[[V]] restrict :
  // CHECK: bufferization.materialize_in_destination %[[XT]] in restrict writable %[[D0]]
  // CHECK: bufferization.materialize_in_destination %[[VT]] in restrict writable %[[D1]]
  return %x, %v : tensor<?x2x4xf32>, tensor<?xf32>
}
