// RUN: danaus-opt %s --danaus-to-chain --convert-chain-to-linalg --danaus-bufferize | FileCheck %s --check-prefix=BUFFERS
// RUN: danaus-opt %s --danaus-naive-to-llvm | FileCheck %s
// RUN: danaus-opt %s --danaus-naive-to-llvm | mlir-translate --mlir-to-llvmir | FileCheck %s --check-prefix=LLVM

// No dialect but LLVM is left and the result is written by the loops.
// CHECK-NOT: {{(func|scf|memref|arith|linalg|chain|linop|tensor|math|unrealized)[._]}}
// CHECK: llvm.func @layer(
// CHECK: llvm.func @_mlir_ciface_layer(
// CHECK-NOT: unrealized_conversion_cast

// LLVM: define void @_mlir_ciface_layer(ptr %{{.*}}, ptr %{{.*}}, ptr %{{.*}}, ptr %{{.*}}, ptr %{{.*}})

!m = tensor<6x8xbf16, #linop.monarch<blocks = [4, 3], middle = 12>>

// BUFFERS-LABEL: func.func @layer(
// BUFFERS-SAME: memref<4x3x2xbf16>, %{{.*}}: memref<3x2x4xbf16>, %{{.*}}: memref<?x8xbf16>, %{{.*}}: memref<?x6xbf16>, %[[Y:[a-z0-9_]+]]: memref<?x6xbf16>) {
// BUFFERS-NOT: memref.copy
// BUFFERS: linalg.generic {{.*}} outs(%[[Y]] : memref<?x6xbf16>)
// BUFFERS-NOT: memref.copy
func.func @layer(%m: !m, %x: tensor<?x8xbf16>, %residual: tensor<?x6xbf16>) -> tensor<?x6xbf16> {
  %y = linop.apply %m, %x : !m, tensor<?x8xbf16> -> tensor<?x6xbf16>
  %t = math.tanh %y : tensor<?x6xbf16>
  %z = arith.addf %t, %residual : tensor<?x6xbf16>
  return %z : tensor<?x6xbf16>
}

// BUFFERS-LABEL: func.func @inputs_are_only_read(
// BUFFERS-SAME: %[[X:[a-z0-9_]+]]: memref<8x8xf32>, %[[C:[a-z0-9_]+]]: memref<8x8xf32>, %[[Y:[a-z0-9_]+]]: memref<8x8xf32>) {
// BUFFERS-NOT: outs(%[[C]]
// BUFFERS-NOT: memref.copy %{{.*}}, %[[C]]
// BUFFERS: return
func.func @inputs_are_only_read(%x: tensor<8x8xf32>, %c: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %y = linalg.matmul ins(%x, %x : tensor<8x8xf32>, tensor<8x8xf32>) outs(%c : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}
