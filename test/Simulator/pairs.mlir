// Pairs of products of warpgroups: what the first makes goes on to the second in registers. Values of D apart and, of 2, side by
// side; columns that stay together by 64, 32, 16, 8 and, exchanged between lanes, 4; blocks less deep than a step; a chain of three
// of which two are a pair; a map between.

// DEFINE: %{cluster} = 1
// DEFINE: %{rows} = 200
// DEFINE: %{cuts} = []
// DEFINE: %{run} = danaus-run %s --device=sim --check --rows=%{rows} --schedule="#chain.schedule<unit=wgmma,rows=64,warps=4,panel=64,depth=3,cuts=%{cuts},cluster=%{cluster}>"
// RUN: %{run} --entry=apart | FileCheck %s
// RUN: %{run} --entry=side_by_side | FileCheck %s
// RUN: %{run} --entry=split | FileCheck %s
// RUN: %{run} --entry=split_by_8 | FileCheck %s
// RUN: %{run} --entry=low_rank | FileCheck %s
// RUN: %{run} --entry=map_between | FileCheck %s
// REDEFINE: %{cuts} = [1]
// RUN: %{run} --entry=three | FileCheck %s
// REDEFINE: %{cuts} = []
// REDEFINE: %{rows} = 0
// RUN: %{run} --entry=apart | FileCheck %s
// REDEFINE: %{rows} = 1
// RUN: %{run} --entry=split | FileCheck %s
// REDEFINE: %{cluster} = 2
// RUN: %{run} --entry=apart | FileCheck %s
// REDEFINE: %{cluster} = 4
// RUN: %{run} --entry=split_by_8 | FileCheck %s
// CHECK: check passed
//
// Two warpgroups, more tiles than multiprocessors, and the default schedule, which is a pair.
// RUN: danaus-run %s --device=sim --check --rows=2500 --entry=side_by_side --schedule="#chain.schedule<unit=wgmma,rows=128,warps=8,panel=32,depth=2>" | FileCheck %s
// RUN: danaus-run %s --device=sim --check --rows=900 --entry=split_by_8 | FileCheck %s
//
// RUN: sed '/@thre[e]/,/^}/d' %s | danaus-opt --danaus-to-device='schedule="#chain.schedule<unit=wgmma,rows=64,warps=4,panel=64,depth=3>"' > %t.mlir
// RUN: FileCheck %s --check-prefix=CODE --input-file=%t.mlir
// CODE-LABEL: func.func @split(
// CODE:         gpu.launch_func
// CODE-NOT:     gpu.launch_func
// CODE:         return
// CODE-LABEL: gpu.func @split_kernel_0(
// CODE-COUNT-4: tile.wgmma_wait
// CODE:         tile.left_operands of {{.+}} -> !tile.left<bf16, 16>, !tile.left<bf16, 16>
//
// What the simulator finds: a second weight that is read before it is there, and results that are staged where others still lie.
// DEFINE: %{simulate} = danaus-opt %t.wrong.mlir --danaus-simulate="rows=2300 entry=split"
// RUN: sed -e '/gpu.func @split_kernel_0/,/tile.barrier_wait/ {/tile.barrier_wait/d}' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=EARLY
// EARLY: error: 'tile.wgmma' op thread 0 of block 0: read of bytes {{.+}} of shared memory: an asynchronous copy to it has not landed
// RUN: sed -e 's/bulk.wait_group 3 {read}/bulk.wait_group 4 {read}/' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=STAGED
// STAGED: error: 'tile.stage' op thread 0 of block 0: write to bytes {{.+}} of shared memory: a product or bulk store still reads it

#apart = #linop.monarch<blocks = [4, 16], middle = 1024>
#pairs = #linop.monarch<blocks = [3, 2], middle = 384>
#btt = #linop.btt<in = [16, 64], out = [32, 8], rank = 4>
#btt8 = #linop.btt<in = [8, 32], out = [64, 32], rank = 8>
#lowrank = #linop.low_rank<rank = 64>
#dense = #linop.dense

module attributes {danaus.target = "sm_90a"} {
func.func @apart(%m: tensor<1024x160xbf16, #apart>, %x: tensor<?x160xbf16>) -> tensor<?x1024xbf16> {
  %y = linop.apply %m, %x : tensor<1024x160xbf16, #apart>, tensor<?x160xbf16> -> tensor<?x1024xbf16>
  return %y : tensor<?x1024xbf16>
}

func.func @side_by_side(%m: tensor<160x216xf16, #pairs>, %x: tensor<?x216xf16>) -> tensor<?x160xf16> {
  %y = linop.apply %m, %x : tensor<160x216xf16, #pairs>, tensor<?x216xf16> -> tensor<?x160xf16>
  return %y : tensor<?x160xf16>
}

func.func @split(%m: tensor<256x1024xbf16, #btt>, %x: tensor<?x1024xbf16>) -> tensor<?x256xbf16> {
  %y = linop.apply %m, %x : tensor<256x1024xbf16, #btt>, tensor<?x1024xbf16> -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}

func.func @split_by_8(%m: tensor<2048x256xbf16, #btt8>, %x: tensor<?x256xbf16>) -> tensor<?x2048xbf16> {
  %y = linop.apply %m, %x : tensor<2048x256xbf16, #btt8>, tensor<?x256xbf16> -> tensor<?x2048xbf16>
  return %y : tensor<?x2048xbf16>
}

func.func @low_rank(%m: tensor<136x72xbf16, #lowrank>, %x: tensor<?x72xbf16>) -> tensor<?x136xbf16> {
  %y = linop.apply %m, %x : tensor<136x72xbf16, #lowrank>, tensor<?x72xbf16> -> tensor<?x136xbf16>
  return %y : tensor<?x136xbf16>
}

func.func @three(%d: tensor<128x72xbf16, #dense>, %m: tensor<136x128xbf16, #lowrank>, %x: tensor<?x72xbf16>) -> tensor<?x136xbf16> {
  %y = linop.apply %d, %x : tensor<128x72xbf16, #dense>, tensor<?x72xbf16> -> tensor<?x128xbf16>
  %z = linop.apply %m, %y : tensor<136x128xbf16, #lowrank>, tensor<?x128xbf16> -> tensor<?x136xbf16>
  return %z : tensor<?x136xbf16>
}

func.func @map_between(%m: tensor<64x72xbf16, #dense>, %n: tensor<136x64xbf16, #dense>, %x: tensor<?x72xbf16>,
                       %bias: tensor<64xbf16>, %rest: tensor<?x64xbf16>) -> tensor<?x136xbf16> {
  %y = linop.apply %m, %x : tensor<64x72xbf16, #dense>, tensor<?x72xbf16> -> tensor<?x64xbf16>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x72xbf16>
  %empty = tensor.empty(%rows) : tensor<?x64xbf16>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>,
                                        affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias, %rest : tensor<?x64xbf16>, tensor<64xbf16>, tensor<?x64xbf16>) outs(%empty : tensor<?x64xbf16>) {
  ^bb0(%v: bf16, %e: bf16, %r: bf16, %o: bf16):
    %s = arith.addf %v, %e : bf16
    %t = arith.addf %s, %r : bf16
    linalg.yield %t : bf16
  } -> tensor<?x64xbf16>
  %u = linop.apply %n, %z : tensor<136x64xbf16, #dense>, tensor<?x64xbf16> -> tensor<?x136xbf16>
  return %u : tensor<?x136xbf16>
}
}
