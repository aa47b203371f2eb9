// RUN: danaus-opt %s --danaus-lower-to-llvm | FileCheck %s --check-prefixes=CHECK,EXPANDED
// RUN: danaus-opt %s --danaus-lower-to-llvm="expand-bf16=false" | FileCheck %s --check-prefixes=CHECK,NATIVE

// A conversion to bf16 is shifts of the bits of an f32, or an instruction.
// CHECK-LABEL: llvm.func @to_bf16(
// NATIVE:        llvm.fptrunc %{{.*}} : f32 to bf16
// NATIVE-NOT:    llvm.lshr
// EXPANDED-NOT:  llvm.fptrunc
// EXPANDED:      llvm.bitcast %{{.*}} : f32 to i32
// EXPANDED:      llvm.lshr
// CHECK:         llvm.return
// CHECK:       llvm.func @_mlir_ciface_to_bf16(
func.func @to_bf16(%x: f32) -> bf16 {
  %y = arith.truncf %x : f32 to bf16
  return %y : bf16
}
