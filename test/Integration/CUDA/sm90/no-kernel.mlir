// A function that only passes its argument on is a copy on the device.
// REQUIRES: sm90

// RUN: danaus-run %s --device=cuda --check | FileCheck %s
// CHECK: check passed

func.func @identity(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  return %x : tensor<4x4xf32>
}
