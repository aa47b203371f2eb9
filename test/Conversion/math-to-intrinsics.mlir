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

// The bits of x + 1.5 * 2^23 are x rounded, plus those of the constant; of another sum they stay.
// CHECK-LABEL: func.func @rounding_by_adding(
// CHECK-SAME:    %[[X:.+]]: f32) -> (i8, i32) {
// CHECK-DAG:     %[[BITS:.+]] = arith.constant 1262485504 : i32
// CHECK:         %[[ROUNDED:.+]] = llvm.call_intrinsic "llvm.roundeven"(%[[X]])
// CHECK:         %[[INTEGER:.+]] = arith.fptosi %[[ROUNDED]] : f32 to i32
// CHECK:         %[[SUM:.+]] = arith.addi %[[INTEGER]], %[[BITS]] : i32
// CHECK:         arith.trunci %[[SUM]] : i32 to i8
// CHECK:         arith.bitcast %{{.+}} : f32 to i32
func.func @rounding_by_adding(%x: f32) -> (i8, i32) {
  %magic = arith.constant 12582912.0 : f32
  %one = arith.constant 1.0 : f32
  %0 = arith.addf %x, %magic : f32
  %1 = arith.bitcast %0 : f32 to i32
  %2 = arith.trunci %1 : i32 to i8
  %3 = arith.addf %x, %one : f32
  %4 = arith.bitcast %3 : f32 to i32
  return %2, %4 : i8, i32
}

// What may be approximate is one instruction, or a few multiply-adds.
// CHECK-LABEL: func.func @approximations(
// CHECK-SAME:    %[[X:.+]]: f32)
// CHECK-DAG:     %[[LOG2E:.+]] = arith.constant 1.44269502 : f32
// CHECK-DAG:     %[[END:.+]] = arith.constant 2.99932313 : f32
// CHECK-DAG:     %[[START:.+]] = arith.constant -2.99932313 : f32
// CHECK-DAG:     %[[LAST:.+]] = arith.constant 1.12826848 : f32
// CHECK:         %[[SCALED:.+]] = arith.mulf %[[X]], %[[LOG2E]]
// CHECK:         %[[EXP:.+]] = llvm.call_intrinsic "llvm.exp2"(%[[SCALED]]) {fastmathFlags = #llvm.fastmath<afn>}
// CHECK:         %[[TANH:.+]] = llvm.call_intrinsic "llvm.tanh"(%[[EXP]]) {fastmathFlags = #llvm.fastmath<afn>}
// CHECK:         %[[BELOW:.+]] = llvm.call_intrinsic "llvm.minimum"(%[[TANH]], %[[END]])
// CHECK:         %[[INSIDE:.+]] = llvm.call_intrinsic "llvm.maximum"(%[[BELOW]], %[[START]])
// CHECK:         %[[SQUARE:.+]] = arith.mulf %[[INSIDE]], %[[INSIDE]]
// CHECK-COUNT-7: llvm.call_intrinsic "llvm.fma"
// CHECK:         %[[SUM:.+]] = llvm.call_intrinsic "llvm.fma"(%{{.+}}, %[[SQUARE]], %[[LAST]])
// CHECK:         %[[ERF:.+]] = arith.mulf %[[INSIDE]], %[[SUM]]
// CHECK:         return %[[ERF]]
func.func @approximations(%x: f32) -> f32 {
  %a = math.exp %x fastmath<afn> : f32
  %b = math.tanh %a fastmath<afn> : f32
  %c = math.erf %b fastmath<afn> : f32
  return %c : f32
}
