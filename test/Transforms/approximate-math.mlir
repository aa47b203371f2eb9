// RUN: danaus-opt %s --danaus-approximate-math | FileCheck %s
// RUN: danaus-opt %s --danaus-approximate-math | danaus-opt --danaus-approximate-math | FileCheck %s
// RUN: danaus-opt %s --danaus-approximate-math=only=exp,tanh | FileCheck %s --check-prefix=ONLY

// CHECK-LABEL: @functions_of_a_library_become_arithmetic(
// CHECK-NOT: math.erf
// CHECK-NOT: math.tanh
// CHECK: return
func.func @functions_of_a_library_become_arithmetic(%x: f32) -> f32 {
  %y = math.erf %x : f32
  %z = math.tanh %y : f32
  return %z : f32
}

// CHECK-LABEL: @narrow_types_compute_in_f32(
// CHECK-SAME: %[[X:.+]]: bf16)
// CHECK: arith.extf %[[X]] : bf16 to f32
// CHECK-NOT: math.exp
// CHECK: %[[Y:.+]] = arith.truncf %{{.+}} : f32 to bf16
// CHECK: return %[[Y]]
func.func @narrow_types_compute_in_f32(%x: bf16) -> bf16 {
  %y = math.exp %x : bf16
  return %y : bf16
}

// CHECK-LABEL: @instructions_stay(
// CHECK: math.sqrt
// CHECK: math.fma
func.func @instructions_stay(%x: f32) -> f32 {
  %y = math.sqrt %x : f32
  %z = math.fma %x, %y, %y : f32
  return %z : f32
}

// ONLY-LABEL: @functions_that_were_not_asked_for_stay(
// ONLY-NOT: math.exp
// ONLY: math.sin
// ONLY: math.roundeven
func.func @functions_that_were_not_asked_for_stay(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.exp %x : vector<8xf32>
  %z = math.sin %y : vector<8xf32>
  %w = math.roundeven %z : vector<8xf32>
  return %w : vector<8xf32>
}
