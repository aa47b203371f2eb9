// RUN: danaus-opt %s --convert-math-to-intrinsics | FileCheck %s
// RUN: danaus-opt %s --convert-math-to-intrinsics > %t.once
// RUN: danaus-opt %s --convert-math-to-intrinsics --convert-math-to-intrinsics | diff - %t.once

// CHECK-LABEL: func.func @instructions(
// CHECK-SAME:    %[[X:.+]]: f32, %[[Y:.+]]: f64)
// CHECK:         %[[A:.+]] = llvm.call_intrinsic "llvm.fabs"(%[[X]]) : (f32) -> f32
// CHECK:         %[[B:.+]] = llvm.call_intrinsic "llvm.sqrt"(%[[Y]]) : (f64) -> f64
// CHECK:         %[[C:.+]] = llvm.call_intrinsic "llvm.fma"(%[[X]], %[[X]], %[[A]]) : (f32, f32, f32) -> f32
// CHECK:         %[[D:.+]] = llvm.call_intrinsic "llvm.maxnum"(%[[X]], %[[C]])
// CHECK:         return %[[D]], %[[B]]
func.func @instructions(%x: f32, %y: f64) -> (f32, f64) {
  %a = math.absf %x : f32
  %b = math.sqrt %y : f64
  %c = math.fma %x, %x, %a : f32
  %d = arith.maxnumf %x, %c : f32
  return %d, %b : f32, f64
}

// CHECK-LABEL: func.func @a_quotient(
// CHECK-SAME:    %[[X:.+]]: f32)
// CHECK:         %[[ONE:.+]] = arith.constant 1.0
// CHECK:         %[[ROOT:.+]] = llvm.call_intrinsic "llvm.sqrt"(%[[X]])
// CHECK:         arith.divf %[[ONE]], %[[ROOT]]
func.func @a_quotient(%x: f32) -> f32 {
  %y = math.rsqrt %x : f32
  return %y : f32
}

// Neither narrow floats, which are extended before, nor vectors, nor functions without an instruction.
// CHECK-LABEL: func.func @left_alone(
// CHECK:         math.sqrt %{{.+}} : f16
// CHECK:         math.sqrt %{{.+}} : vector<4xf32>
// CHECK:         math.rsqrt %{{.+}} : vector<4xf32>
// CHECK:         math.exp %{{.+}} : f32
func.func @left_alone(%h: f16, %v: vector<4xf32>, %x: f32) -> (f16, vector<4xf32>, vector<4xf32>, f32) {
  %a = math.sqrt %h : f16
  %b = math.sqrt %v : vector<4xf32>
  %c = math.rsqrt %v : vector<4xf32>
  %d = math.exp %x : f32
  return %a, %b, %c, %d : f16, vector<4xf32>, vector<4xf32>, f32
}
