// RUN: danaus-opt %s --danaus-convert-chain-to-llvm | FileCheck %s
// RUN: danaus-opt %s --danaus-convert-chain-to-llvm --danaus-convert-chain-to-llvm | FileCheck %s

// CHECK-LABEL: func @counts_in_parts(
// CHECK:         %[[X:.*]] = builtin.unrealized_conversion_cast %{{.*}} : memref<?x8xcomplex<f32>, strided<[?, 1], offset: ?>> to !llvm.struct
// CHECK:         %[[TWO:.*]] = llvm.mlir.constant(2 : index)
// CHECK:         %[[OFFSET:.*]] = llvm.extractvalue %[[X]][2]
// CHECK:         llvm.mul %[[OFFSET]], %[[TWO]]
// CHECK:         %[[ROWS:.*]] = llvm.extractvalue %[[X]][3, 0]
// CHECK:         %[[STRIDE:.*]] = llvm.extractvalue %[[X]][4, 0]
// CHECK:         llvm.insertvalue %[[ROWS]], %{{.*}}[3, 0]
// CHECK:         %[[DOUBLED:.*]] = llvm.mul %[[STRIDE]], %[[TWO]]
// CHECK:         llvm.insertvalue %[[DOUBLED]], %{{.*}}[4, 0]
// CHECK-NOT:     chain.real_view
func.func @counts_in_parts(%x: memref<?x8xcomplex<f32>, strided<[?, 1], offset: ?>>) -> memref<?x16xf32, strided<[?, 1], offset: ?>> {
  %r = chain.real_view %x : memref<?x8xcomplex<f32>, strided<[?, 1], offset: ?>> to memref<?x16xf32, strided<[?, 1], offset: ?>>
  return %r : memref<?x16xf32, strided<[?, 1], offset: ?>>
}
