// Every schedule that the tests of the CUDA path name, and the default for their shapes, assembles for both GPUs
// without a spill: danaus-compile fails on one.
// REQUIRES: ptxas

// DEFINE: %{monarch} = danaus-compile %S/../Integration/CUDA/sm90/monarch.mlir -o %t.cubin -v
// DEFINE: %{structures} = danaus-compile %S/../Integration/CUDA/sm90/structures.mlir -o %t.cubin -v
// RUN: %{monarch} --target=sm_90a 2>&1 | FileCheck %s
// RUN: %{monarch} --target=sm_80 2>&1 | FileCheck %s
// RUN: %{structures} --target=sm_90a 2>&1 | FileCheck %s
// RUN: %{structures} --target=sm_80 2>&1 | FileCheck %s
// CHECK-NOT: error
// CHECK-COUNT-9: {{_kernel_[0-9]+: [0-9]+ registers, 0 bytes spilled, 0 bytes stack}}

// DEFINE: %{layer} = danaus-compile %s --target=sm_90a -o %t.cubin -v
// RUN: %{layer} --schedule="#chain.schedule<unit = mma_sync, rows = 16, warps = 16, depth = 2, placement = registers>" 2>&1 | FileCheck %s --check-prefix=LAYER
// RUN: %{layer} --schedule="#chain.schedule<unit = mma_sync, rows = 16, warps = 16, depth = 3, placement = registers>" 2>&1 | FileCheck %s --check-prefix=LAYER
// RUN: %{layer} --schedule="#chain.schedule<unit = mma_sync, rows = 16, warps = 16, depth = 4, placement = registers>" 2>&1 | FileCheck %s --check-prefix=LAYER
// RUN: %{layer} --schedule="#chain.schedule<unit = mma_sync, rows = 32, warps = 16, depth = 1, placement = streamed>" 2>&1 | FileCheck %s --check-prefix=LAYER
// LAYER: layer_kernel_0: {{[0-9]+}} registers, 0 bytes spilled, 0 bytes stack
#mon = #linop.monarch<blocks = [32, 32], middle = 1024>
func.func @layer(%m: tensor<1024x1024xbf16, #mon>, %x: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
  %y = linop.apply %m, %x : tensor<1024x1024xbf16, #mon>, tensor<?x1024xbf16> -> tensor<?x1024xbf16>
  return %y : tensor<?x1024xbf16>
}
