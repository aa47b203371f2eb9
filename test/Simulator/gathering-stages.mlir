// The second stage of a BTT gathers its inputs: runs of `rank` values of each group in turn. As one launch, as two with
// the columns between them in an order of our own, through a ring, and split into groups of blocks; bf16 and f32, rank
// 1 to 4, and 40 rows, so that the last tile is not whole. No permutation is left.

// DEFINE: %{run} = danaus-run %s --device=sim --check --rows=40
// RUN: %{run} --entry=rank_four --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=4,depth=2>" | FileCheck %s
// RUN: %{run} --entry=rank_four --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=4,depth=2,cuts=[1]>" | FileCheck %s
// RUN: %{run} --entry=rank_four --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=1,depth=2,placement=registers,cuts=[1]>" | FileCheck %s
// RUN: %{run} --entry=rank_one --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=1,depth=2,placement=registers,cuts=[1]>" | FileCheck %s
// RUN: %{run} --entry=rank_one --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=4,depth=1>" | FileCheck %s
// RUN: %{run} --entry=rank_three | FileCheck %s
// RUN: %{run} --entry=in_f32 | FileCheck %s
// RUN: %{run} --entry=split_along_b --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=1,depth=2,placement=registers,cuts=[1]>" | FileCheck %s
// RUN: %{run} --entry=split_of_rank_one --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=1,depth=2,placement=registers,cuts=[1]>" | FileCheck %s
// CHECK: check passed

// RUN: danaus-opt %s --danaus-to-kernels | FileCheck %s --check-prefix=KERNELS
// KERNELS-NOT: chain.permute
// KERNELS:     func.func @rank_four(
// KERNELS-NEXT: arith.constant
// KERNELS-NEXT: tensor.dim
// KERNELS-NEXT: tensor.empty
// KERNELS-NEXT: chain.kernel
// KERNELS-NOT: chain.permute

module attributes {danaus.target = "sm_90a"} {
  func.func @rank_four(%m: tensor<256x256xbf16, #linop.btt<in = [16, 16], out = [16, 16], rank = 4>>, %x: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
    %y = linop.apply %m, %x : tensor<256x256xbf16, #linop.btt<in = [16, 16], out = [16, 16], rank = 4>>, tensor<?x256xbf16> -> tensor<?x256xbf16>
    return %y : tensor<?x256xbf16>
  }
  func.func @rank_one(%m: tensor<256x256xbf16, #linop.btt<in = [16, 16], out = [16, 16], rank = 1>>, %x: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
    %y = linop.apply %m, %x : tensor<256x256xbf16, #linop.btt<in = [16, 16], out = [16, 16], rank = 1>>, tensor<?x256xbf16> -> tensor<?x256xbf16>
    return %y : tensor<?x256xbf16>
  }
  func.func @rank_three(%m: tensor<60x48xf16, #linop.btt<in = [6, 8], out = [12, 5], rank = 3>>, %x: tensor<?x48xf16>) -> tensor<?x60xf16> {
    %y = linop.apply %m, %x : tensor<60x48xf16, #linop.btt<in = [6, 8], out = [12, 5], rank = 3>>, tensor<?x48xf16> -> tensor<?x60xf16>
    return %y : tensor<?x60xf16>
  }
  func.func @in_f32(%m: tensor<64x64xf32, #linop.btt<in = [8, 8], out = [8, 8], rank = 2>>, %x: tensor<?x64xf32>) -> tensor<?x64xf32> {
    %y = linop.apply %m, %x : tensor<64x64xf32, #linop.btt<in = [8, 8], out = [8, 8], rank = 2>>, tensor<?x64xf32> -> tensor<?x64xf32>
    return %y : tensor<?x64xf32>
  }
  // A first stage that is split along b leaves its columns where they are.
  func.func @split_along_b(%m: tensor<1024x64xbf16, #linop.btt<in = [4, 16], out = [64, 16], rank = 16>>, %x: tensor<?x64xbf16>) -> tensor<?x1024xbf16> {
    %y = linop.apply %m, %x : tensor<1024x64xbf16, #linop.btt<in = [4, 16], out = [64, 16], rank = 16>>, tensor<?x64xbf16> -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
  func.func @split_of_rank_one(%m: tensor<4096x64xbf16, #linop.btt<in = [4, 16], out = [1024, 4], rank = 1>>, %x: tensor<?x64xbf16>) -> tensor<?x4096xbf16> {
    %y = linop.apply %m, %x : tensor<4096x64xbf16, #linop.btt<in = [4, 16], out = [1024, 4], rank = 1>>, tensor<?x64xbf16> -> tensor<?x4096xbf16>
    return %y : tensor<?x4096xbf16>
  }
}
