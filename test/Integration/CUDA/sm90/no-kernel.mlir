// A function without work for the device is a message and status 1.
// REQUIRES: sm90

// RUN: not danaus-run %s --device=cuda 2>&1 | FileCheck %s
// CHECK: danaus-run: error: device cuda: no part of the module runs on a GPU

func.func @identity(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  return %x : tensor<4x4xf32>
}
