// RUN: danaus-tune %s --list --rows=3 --target=x86-avx512 | FileCheck %s
// RUN: danaus-tune %s --choose --target=x86-avx512 | FileCheck %s --check-prefix=CHOOSE
// RUN: danaus-tune %s --choose --target=x86-avx512 --model=%S/../Transforms/Inputs/narrow-panels.json \
// RUN:   | FileCheck %s --check-prefix=MODEL

// Every line is one JSON object: first the problem, then a schedule each.
// CHECK: {"element_bytes":4,"features":["stages","launches",
// CHECK-SAME: "rows":3,"schema":"{{[0-9a-f]+}}","stages":[{{\[4,3,2,1,"abc"\],\[1,2,4,3,"dbc"\]}}],"target":"x86-avx512"}
// CHECK: {"bound_ms":{{.*}},"features":[2,1,{{.*}}],"predicted_ms":{{.*}},"schedule":"#chain.schedule<{{.*}}>"}
// A tile holds the three rows, and no larger one is listed.
// CHECK-NOT: rows = {{8|16|32}}

// Without a model the choice is the default; a model that finds one panel
// quicker changes it.
// CHOOSE: "schedule":"#chain.schedule<rows = 24, axes = [b, b], block_rows = 6, panel = 4>"
// MODEL: "schedule":"#chain.schedule<{{.*}}panel = 1>"

#monarch = #linop.monarch<blocks = [4, 3], middle = 12>
func.func @layer(%w1: tensor<4x3x2xf32>, %w2: tensor<3x2x4xf32>, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %m = linop.assemble %w1, %w2 : (tensor<4x3x2xf32>, tensor<3x2x4xf32>) -> tensor<6x8xf32, #monarch>
  %y = linop.apply %m, %x : tensor<6x8xf32, #monarch>, tensor<?x8xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}
