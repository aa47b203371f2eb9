// Clusters whose blocks share the columns of a tile: a layer of low rank with a map behind each stage, more warps than
// fragments, fewer fragments than blocks.

// DEFINE: %{schedule} = unit=mma_sync,placement=registers
// RUN: danaus-run %s --entry=mapped --device=sim --check --rows=37 --schedule="#chain.schedule<%{schedule},rows=16,warps=4,depth=2,cluster=2>" | FileCheck %s
// RUN: danaus-run %s --entry=mapped --device=sim --check --rows=70 --schedule="#chain.schedule<%{schedule},rows=32,warps=8,depth=1,cluster=4>" | FileCheck %s
// RUN: danaus-run %s --entry=narrow --device=sim --check --rows=1 --schedule="#chain.schedule<%{schedule},rows=16,warps=4,depth=3,cluster=8>" | FileCheck %s
// RUN: danaus-run %s --entry=narrow --device=sim --check --rows=0 --schedule="#chain.schedule<%{schedule},rows=16,warps=4,depth=3,cluster=8>" | FileCheck %s
// 19 tiles for 16 clusters: some take a second one.
// RUN: danaus-run %s --entry=narrow --device=sim --check --rows=300 --schedule="#chain.schedule<%{schedule},rows=16,warps=4,depth=1,cluster=8>" | FileCheck %s
// RUN: danaus-run %s --entry=narrow --device=sim --check --rows=300 --schedule="#chain.schedule<%{schedule},rows=16,warps=4,depth=3,cluster=8>" | FileCheck %s
// CHECK: check passed
//
// What a schedule breaks.
// DEFINE: %{refuse} = not danaus-run %s --entry=narrow --device=sim --check --rows=1
// RUN: %{refuse} --schedule="#chain.schedule<%{schedule},rows=16,warps=4,cluster=3>" 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: cluster: wanted 2, 4 or 8, found 3
// RUN: %{refuse} --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=4,cluster=2>" 2>&1 | FileCheck %s --check-prefix=PLACEMENT
// PLACEMENT: cluster: wanted weights in registers
// RUN: %{refuse} --schedule="#chain.schedule<%{schedule},rows=16,warps=4,cuts=[1],cluster=2>" 2>&1 | FileCheck %s --check-prefix=CUTS
// CUTS: cluster: wanted no cuts, ring, steps or in_place, and one buffer of results
// RUN: %{refuse} --schedule="#chain.schedule<%{schedule},rows=16,warps=16,cluster=8>" 2>&1 | FileCheck %s --check-prefix=COLUMNS
// COLUMNS: cluster: wanted c of the first stage to be a multiple of 1024, found 512
// RUN: %{refuse} --target=sm_80 --schedule="#chain.schedule<%{schedule},rows=16,warps=4,cluster=8>" 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: cluster: wanted a target with clusters, found sm_80

#mapped = #linop.low_rank<rank = 64>
#narrow = #linop.low_rank<rank = 16>

func.func @mapped(%m: tensor<256x512xbf16, #mapped>, %x: tensor<?x512xbf16>, %bias: tensor<256xbf16>) -> tensor<?x256xbf16> {
  %zero = arith.constant 0.0 : bf16
  %c0 = arith.constant 0 : index
  %y = linop.apply %m, %x : tensor<256x512xbf16, #mapped>, tensor<?x512xbf16> -> tensor<?x256xbf16>
  %rows = tensor.dim %y, %c0 : tensor<?x256xbf16>
  %init = tensor.empty(%rows) : tensor<?x256xbf16>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x256xbf16>, tensor<256xbf16>) outs(%init : tensor<?x256xbf16>) {
  ^bb0(%a: bf16, %b: bf16, %o: bf16):
    %s = arith.addf %a, %b : bf16
    %r = arith.maximumf %s, %zero : bf16
    linalg.yield %r : bf16
  } -> tensor<?x256xbf16>
  return %z : tensor<?x256xbf16>
}

func.func @narrow(%m: tensor<256x512xf16, #narrow>, %x: tensor<?x512xf16>) -> tensor<?x256xf16> {
  %y = linop.apply %m, %x : tensor<256x512xf16, #narrow>, tensor<?x512xf16> -> tensor<?x256xf16>
  return %y : tensor<?x256xf16>
}
