// RUN: danaus-opt %s --danaus-reshapes-to-casts --split-input-file | FileCheck %s
// RUN: danaus-opt %s --danaus-reshapes-to-casts --danaus-reshapes-to-casts --split-input-file | FileCheck %s

// CHECK-LABEL: func @two_unknown_sizes
// CHECK-SAME:    %[[M:[a-z0-9]+]]: memref<?x48xf32>, %[[P:[a-z0-9]+]]: index, %[[Q:[a-z0-9]+]]: index
// CHECK:         %[[STRIDE:.+]] = affine.apply #{{.+}}()[%[[Q]]]
// CHECK:         %[[CAST:.+]] = memref.reinterpret_cast %[[M]] to offset: [0], sizes: [%[[P]], %[[Q]], 48], strides: [%[[STRIDE]], 48, 1]
// CHECK:         return %[[CAST]]
func.func @two_unknown_sizes(%m: memref<?x48xf32>, %p: index, %q: index) -> memref<?x?x48xf32> {
  %0 = memref.expand_shape %m [[0, 1], [2]] output_shape [%p, %q, 48] : memref<?x48xf32> into memref<?x?x48xf32>
  return %0 : memref<?x?x48xf32>
}

// -----

// CHECK-LABEL: func @one_unknown_size_stays
// CHECK:         memref.expand_shape
func.func @one_unknown_size_stays(%m: memref<?x48xf32>, %p: index) -> memref<?x2x48xf32> {
  %0 = memref.expand_shape %m [[0, 1], [2]] output_shape [%p, 2, 48] : memref<?x48xf32> into memref<?x2x48xf32>
  return %0 : memref<?x2x48xf32>
}

// -----

// CHECK-LABEL: func @strided_memory_stays
// CHECK:         memref.expand_shape
func.func @strided_memory_stays(%m: memref<?x4xf32, strided<[8, 1]>>, %p: index, %q: index)
    -> memref<?x?x4xf32, strided<[?, 8, 1]>> {
  %0 = memref.expand_shape %m [[0, 1], [2]] output_shape [%p, %q, 4]
      : memref<?x4xf32, strided<[8, 1]>> into memref<?x?x4xf32, strided<[?, 8, 1]>>
  return %0 : memref<?x?x4xf32, strided<[?, 8, 1]>>
}
