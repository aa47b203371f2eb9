// Warps that share the steps along c of an item, a stage a launch: a layer of low rank, blocks of rank 64 whose results
// are pairs, steps that divide c unevenly, f32, and the default for few rows.

// RUN: danaus-run %s --entry=low_rank --device=sim --check --rows=1 --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=8,depth=1,placement=registers,cuts=[1],steps=4>" | FileCheck %s
// RUN: danaus-run %s --entry=low_rank --device=sim --check --rows=37 --schedule="#chain.schedule<unit=mma_sync,rows=32,warps=16,depth=1,placement=registers,cuts=[1],steps=2>" | FileCheck %s
// RUN: danaus-run %s --entry=blocks --device=sim --check --rows=18 --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=4,depth=1,placement=registers,cuts=[1],steps=2>" | FileCheck %s
// RUN: danaus-run %s --entry=blocks --device=sim --check --rows=3 --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=8,depth=1,placement=streamed,cuts=[1],steps=1>" | FileCheck %s
// RUN: danaus-run %s --entry=exact --device=sim --check --rows=5 --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=16,depth=1,placement=registers,cuts=[1],steps=3>" | FileCheck %s
// CHECK: check passed
//
// Groups of 8 values of b of blocks that have 36: a group begins at no multiple of 16 bytes.
// RUN: danaus-run %s --entry=uneven --device=sim --check --rows=1 | FileCheck %s
// RUN: danaus-run %s --entry=uneven --device=sim --check --rows=17 | FileCheck %s
//
// RUN: danaus-run %s --entry=large --device=sim --check --rows=2 --json | FileCheck %s --check-prefix=DEFAULT
// DEFAULT: "schedule":"#chain.schedule<unit = mma_sync, rows = 16, cuts = [1], depth = 1, placement = registers, steps = 32>"
//
// One warp for an item is not enough for all of c.
// RUN: not danaus-run %s --entry=low_rank --device=sim --check --rows=1 --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=2,depth=1,placement=registers,cuts=[1],steps=1>" 2>&1 | FileCheck %s --check-prefix=WARPS
// WARPS: launch 0: wanted a warp for each part of c with steps = 1, found more than 2 parts
// RUN: not danaus-run %s --entry=low_rank --device=sim --check --rows=1 --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=2,depth=1,cuts=[1],steps=-1>" 2>&1 | FileCheck %s --check-prefix=STEPS
// STEPS: steps: wanted at least 0, found -1

#low = #linop.low_rank<rank = 16>
#blocks = #linop.monarch<blocks = [4, 4], middle = 256>
#exact = #linop.low_rank<rank = 24>
#large = #linop.low_rank<rank = 64>
#uneven = #linop.monarch<blocks = [4, 12], middle = 144>

func.func @low_rank(%m: tensor<64x256xbf16, #low>, %x: tensor<?x256xbf16>) -> tensor<?x64xbf16> {
  %y = linop.apply %m, %x : tensor<64x256xbf16, #low>, tensor<?x256xbf16> -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}

func.func @blocks(%m: tensor<128x128xbf16, #blocks>, %x: tensor<?x128xbf16>) -> tensor<?x128xbf16> {
  %y = linop.apply %m, %x : tensor<128x128xbf16, #blocks>, tensor<?x128xbf16> -> tensor<?x128xbf16>
  return %y : tensor<?x128xbf16>
}

func.func @exact(%m: tensor<40x96xf32, #exact>, %x: tensor<?x96xf32>) -> tensor<?x40xf32> {
  %y = linop.apply %m, %x : tensor<40x96xf32, #exact>, tensor<?x96xf32> -> tensor<?x40xf32>
  return %y : tensor<?x40xf32>
}

func.func @large(%m: tensor<256x4096xbf16, #large>, %x: tensor<?x4096xbf16>) -> tensor<?x256xbf16> {
  %y = linop.apply %m, %x : tensor<256x4096xbf16, #large>, tensor<?x4096xbf16> -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}

func.func @uneven(%m: tensor<264x136xbf16, #uneven>, %x: tensor<?x136xbf16>) -> tensor<?x264xbf16> {
  %y = linop.apply %m, %x : tensor<264x136xbf16, #uneven>, tensor<?x136xbf16> -> tensor<?x264xbf16>
  return %y : tensor<?x264xbf16>
}
