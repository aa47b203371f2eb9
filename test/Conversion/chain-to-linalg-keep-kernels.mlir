// RUN: danaus-opt %s --convert-chain-to-linalg="keep-kernels=true" | FileCheck %s --check-prefixes=CHECK,KEPT
// RUN: danaus-opt %s --convert-chain-to-linalg="keep-kernels=false" | FileCheck %s --check-prefixes=CHECK,NONE

// The optimized path keeps its kernels, and what they leave outside becomes loops.
// CHECK-LABEL: func.func @a_kernel_beside_an_einsum(
// CHECK:         linalg.generic
// KEPT:          chain.kernel
// KEPT:            chain.stage
// NONE:          linalg.generic
// NONE-NOT:      chain.
// CHECK:         return
func.func @a_kernel_beside_an_einsum(%x: tensor<?x12xf32>, %w: tensor<4x2x3xf32>, %v: tensor<4x3x2xf32>, %init: tensor<?x12xf32>)
    -> tensor<?x12xf32> {
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 3, 2] : tensor<?x12xf32>, tensor<4x2x3xf32> -> tensor<?x8xf32>
  %z = chain.kernel ins(%y, %v : tensor<?x8xf32>, tensor<4x3x2xf32>) outs(%init : tensor<?x12xf32>) {
  ^bb0(%yi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
    %0 = chain.stage %yi, %a pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %z : tensor<?x12xf32>
}
