// UNSUPPORTED: sm90
// Without a GPU, --device=cuda is a message and status 1.

// RUN: not danaus-run %s --device=cuda 2>&1 | FileCheck %s
// CHECK: danaus-run: error: device cuda: {{.+}}

func.func @dense(%w: tensor<3x2xf32>, %x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  %m = linop.assemble %w : (tensor<3x2xf32>) -> tensor<3x2xf32, #linop.dense>
  %y = linop.apply %m, %x : tensor<3x2xf32, #linop.dense>, tensor<?x2xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}
