// Clusters that keep both weights in shared memory: maps behind each stage with operands of rank 1 and 2, tiles of all sizes,
// blocks without columns, a middle that is no whole box, two of them, two tiles of x in flight, and the default.

// DEFINE: %{schedule} = unit=wgmma,placement=shared
// DEFINE: %{run} = danaus-run %s --device=sim --check
// RUN: %{run} --entry=mapped --rows=37 --schedule="#chain.schedule<%{schedule},rows=16,warps=8,depth=1,cluster=2>" | FileCheck %s
// RUN: %{run} --entry=mapped --rows=70 --schedule="#chain.schedule<%{schedule},rows=24,warps=12,depth=2,outputs=2,cluster=4>" | FileCheck %s
// RUN: %{run} --entry=narrow --rows=1 --schedule="#chain.schedule<%{schedule},rows=8,warps=8,depth=1,cluster=8>" | FileCheck %s
// RUN: %{run} --entry=narrow --rows=0 --schedule="#chain.schedule<%{schedule},rows=8,warps=8,depth=1,cluster=8>" | FileCheck %s
// 38 tiles for 16 clusters: some take a third one.
// RUN: %{run} --entry=narrow --rows=300 --schedule="#chain.schedule<%{schedule},rows=8,warps=16,depth=1,cluster=8>" | FileCheck %s
// RUN: %{run} --entry=narrow --rows=300 --schedule="#chain.schedule<%{schedule},rows=8,warps=8,depth=2,outputs=2,cluster=8>" | FileCheck %s
// RUN: %{run} --entry=two_boxes --rows=201 --schedule="#chain.schedule<%{schedule},rows=40,warps=12,depth=1,cluster=4>" | FileCheck %s
// RUN: %{run} --entry=two_boxes --rows=65 --schedule="#chain.schedule<%{schedule},rows=64,warps=16,depth=1,cluster=8>" | FileCheck %s
// RUN: %{run} --entry=large --rows=66 --json | FileCheck %s --check-prefix=DEFAULT
// CHECK: check passed
// DEFAULT: "schedule":"#chain.schedule<unit = wgmma, rows = 8, warps = 12, depth = 1, placement = shared, outputs = 2, cluster = 8>"
//
// What a schedule breaks.
// DEFINE: %{refuse} = not danaus-run %s --entry=narrow --device=sim --check --rows=1
// RUN: %{refuse} --schedule="#chain.schedule<%{schedule},rows=12,warps=8,depth=1,cluster=8>" 2>&1 | FileCheck %s --check-prefix=ROWS
// ROWS: rows for shared weights: wanted a multiple of 8 up to 256, found 12
// RUN: %{refuse} --schedule="#chain.schedule<unit=mma_sync,placement=shared,rows=16,warps=4,depth=1,cluster=8>" 2>&1 | FileCheck %s --check-prefix=UNIT
// UNIT: placement shared: wanted unit wgmma, found mma_sync
// RUN: %{refuse} --schedule="#chain.schedule<%{schedule},rows=16,warps=8,depth=1,cuts=[1],cluster=8>" 2>&1 | FileCheck %s --check-prefix=CUTS
// CUTS: placement shared: wanted no cuts, ring, steps or library
// RUN: %{refuse} --schedule="#chain.schedule<%{schedule},rows=16,warps=4,depth=1,cluster=8>" 2>&1 | FileCheck %s --check-prefix=WARPS
// WARPS: warps for shared weights: wanted at least 8, 4 and 4 for each 64 columns of the middle, found 4

#mapped = #linop.low_rank<rank = 48>
#narrow = #linop.low_rank<rank = 16>
#large = #linop.low_rank<rank = 64>
#two_boxes = #linop.low_rank<rank = 96>

func.func @mapped(%m: tensor<264x520xbf16, #mapped>, %x: tensor<?x520xbf16>, %bias: tensor<264xbf16>, %residual: tensor<?x264xbf16>) -> tensor<?x264xbf16> {
  %zero = arith.constant 0.0 : bf16
  %c0 = arith.constant 0 : index
  %y = linop.apply %m, %x : tensor<264x520xbf16, #mapped>, tensor<?x520xbf16> -> tensor<?x264xbf16>
  %rows = tensor.dim %y, %c0 : tensor<?x264xbf16>
  %init = tensor.empty(%rows) : tensor<?x264xbf16>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias, %residual : tensor<?x264xbf16>, tensor<264xbf16>, tensor<?x264xbf16>) outs(%init : tensor<?x264xbf16>) {
  ^bb0(%a: bf16, %b: bf16, %r: bf16, %o: bf16):
    %s = arith.addf %a, %b : bf16
    %t = arith.maximumf %s, %zero : bf16
    %u = arith.addf %t, %r : bf16
    linalg.yield %u : bf16
  } -> tensor<?x264xbf16>
  return %z : tensor<?x264xbf16>
}

func.func @narrow(%m: tensor<256x512xf16, #narrow>, %x: tensor<?x512xf16>) -> tensor<?x256xf16> {
  %y = linop.apply %m, %x : tensor<256x512xf16, #narrow>, tensor<?x512xf16> -> tensor<?x256xf16>
  return %y : tensor<?x256xf16>
}

func.func @two_boxes(%m: tensor<1000x640xbf16, #two_boxes>, %x: tensor<?x640xbf16>) -> tensor<?x1000xbf16> {
  %y = linop.apply %m, %x : tensor<1000x640xbf16, #two_boxes>, tensor<?x640xbf16> -> tensor<?x1000xbf16>
  return %y : tensor<?x1000xbf16>
}

func.func @large(%m: tensor<1024x1024xbf16, #large>, %x: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
  %y = linop.apply %m, %x : tensor<1024x1024xbf16, #large>, tensor<?x1024xbf16> -> tensor<?x1024xbf16>
  return %y : tensor<?x1024xbf16>
}
