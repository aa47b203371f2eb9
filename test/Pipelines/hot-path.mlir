// RUN: danaus-opt %s --danaus-to-entry-points | FileCheck %s --implicit-check-not=malloc --implicit-check-not=memcpy --implicit-check-not="{{fma|fmuladd|fmul}}{{.*}} : f32" --implicit-check-not="{{fma|fmuladd}}({{.*}}) : (f32"

// What runs at each call allocates nothing, copies nothing, and multiplies vectors only; rows are dynamic.
// CHECK: llvm.func internal @monarch_run_body(
// CHECK: llvm.intr.fmuladd({{.*}}) : (vector<16xf32>
// CHECK: llvm.func @monarch_run(
#mon = #linop.monarch<blocks = [64, 64], middle = 4096>

func.func @monarch(%w1: tensor<64x64x64xf32>, %w2: tensor<64x64x64xf32>, %x: tensor<?x4096xf32>) -> tensor<?x4096xf32> {
  %m = linop.assemble %w1, %w2 : (tensor<64x64x64xf32>, tensor<64x64x64xf32>) -> tensor<4096x4096xf32, #mon>
  %y = linop.apply %m, %x : tensor<4096x4096xf32, #mon>, tensor<?x4096xf32> -> tensor<?x4096xf32>
  return %y : tensor<?x4096xf32>
}
