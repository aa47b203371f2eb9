// RUN: danaus-opt %s --split-input-file --danaus-copies-to-linalg --verify-diagnostics | FileCheck %s
// RUN: danaus-opt %s --split-input-file --danaus-copies-to-linalg --danaus-copies-to-linalg --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @a_strided_copy_is_a_generic(
// CHECK-SAME:      %[[FROM:.*]]: memref<4x8xf32, strided<[16, 2]>>, %[[TO:.*]]: memref<4x8xf32>)
// CHECK:         linalg.generic {{.*}} ins(%[[FROM]] : {{.*}}) outs(%[[TO]] :
// CHECK-NOT:     memref.copy
func.func @a_strided_copy_is_a_generic(%from: memref<4x8xf32, strided<[16, 2]>>, %to: memref<4x8xf32>) {
  memref.copy %from, %to : memref<4x8xf32, strided<[16, 2]>> to memref<4x8xf32>
  return
}

// CHECK-LABEL: func @a_copy_onto_itself_is_gone(
// CHECK-NEXT:    return
func.func @a_copy_onto_itself_is_gone(%m: memref<4x8xf32>) {
  memref.copy %m, %m : memref<4x8xf32> to memref<4x8xf32>
  return
}

// -----

func.func @an_unranked_memref(%from: memref<*xf32>, %to: memref<*xf32>) {
  // expected-error @below {{'memref.copy' op wanted ranked memrefs}}
  memref.copy %from, %to : memref<*xf32> to memref<*xf32>
  return
}
