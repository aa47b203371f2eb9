// Kernels in one buffer: every stage writes where it read, so that a wrong place or a missing barrier shows. Rows that
// fill no tile, stages straight and turned, three stages, f16, f32, and maps that need row and column.

// RUN: danaus-run %s --entry=turned --device=sim --check --rows=5 --schedule="#chain.schedule<unit=mma_sync,rows=2,warps=4,depth=2,placement=registers,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=turned --device=sim --check --rows=3 --schedule="#chain.schedule<unit=mma_sync,rows=1,warps=2,depth=1,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=three --device=sim --check --rows=9 --schedule="#chain.schedule<unit=mma_sync,rows=2,warps=3,depth=3,placement=registers,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=exact --device=sim --check --rows=5 --schedule="#chain.schedule<unit=mma_sync,rows=2,warps=4,depth=2,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=eights --device=sim --check --rows=3 --schedule="#chain.schedule<unit=mma_sync,rows=1,warps=4,depth=1,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=with_maps --device=sim --check --rows=5 --schedule="#chain.schedule<unit=mma_sync,rows=2,warps=4,depth=1,placement=registers,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=turned --device=sim --check --rows=0 | FileCheck %s
//
// In groups, on pieces of rows: runs shorter and as long as the inner digits, a tile of more pieces than are left, three
// groups, both kinds of stages, maps behind each group, and no rows at all.
// RUN: danaus-run %s --entry=more_eights --device=sim --check --rows=3 --schedule="#chain.schedule<unit=mma_sync,rows=1,cuts=[2],panel=16,warps=4,depth=2,placement=registers,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=more_eights --device=sim --check --rows=1 --schedule="#chain.schedule<unit=mma_sync,rows=3,cuts=[1,3],panel=32,warps=4,depth=1,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=three --device=sim --check --rows=3 --schedule="#chain.schedule<unit=mma_sync,rows=1,cuts=[1],panel=8,warps=4,depth=2,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=three --device=sim --check --rows=2 --schedule="#chain.schedule<unit=mma_sync,rows=1,cuts=[2],panel=32,warps=8,depth=3,placement=registers,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=with_maps --device=sim --check --rows=5 --schedule="#chain.schedule<unit=mma_sync,rows=2,cuts=[1],panel=16,warps=2,depth=2,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=map_between --device=sim --check --rows=3 --schedule="#chain.schedule<unit=mma_sync,rows=2,cuts=[1,2,3],panel=16,warps=2,depth=2,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=more_eights --device=sim --check --rows=0 --schedule="#chain.schedule<unit=mma_sync,rows=1,cuts=[2],panel=16,warps=4,in_place=true>" | FileCheck %s
//
// All groups at once: rows more than the ring holds, two tiles in flight, and a group between two others.
// RUN: danaus-run %s --entry=more_eights --device=sim --check --rows=5 --schedule="#chain.schedule<unit=mma_sync,rows=1,cuts=[2],panel=16,warps=4,depth=1,placement=registers,ring=2,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=three --device=sim --check --rows=3 --schedule="#chain.schedule<unit=mma_sync,rows=1,cuts=[2],panel=16,warps=2,depth=2,ring=300,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=map_between --device=sim --check --rows=5 --schedule="#chain.schedule<unit=mma_sync,rows=1,cuts=[1,3],panel=16,warps=1,depth=1,ring=3,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=more_eights --device=sim --check --rows=0 --schedule="#chain.schedule<unit=mma_sync,rows=1,cuts=[2],panel=16,warps=4,depth=1,ring=2,in_place=true>" | FileCheck %s
// CHECK: check passed

//
// Without the meeting of a warp between what it reads and what it writes.
// RUN: danaus-opt %s --danaus-to-device > %t.mlir
// RUN: sed -e '/nvvm.bar.warp.sync/d' %t.mlir > %t.wrong.mlir
// RUN: not danaus-opt %t.wrong.mlir --danaus-simulate="rows=3" 2>&1 | FileCheck %s --check-prefix=MEETING
// MEETING: error: 'tile.store' op thread {{[0-9]+}} of block 0: write to bytes {{.+}} of shared memory: a race with a read by

#turned = #linop.kronecker<rows = [32, 48], columns = [32, 48]>
#three = #linop.kronecker<rows = [16, 16, 16], columns = [16, 16, 16]>
#exact = #linop.kronecker<rows = [48, 16], columns = [48, 16]>
#eights = #linop.kronecker<rows = [8, 8, 8], columns = [8, 8, 8]>
#more_eights = #linop.kronecker<rows = [8, 8, 8, 8], columns = [8, 8, 8, 8]>
#square = #linop.kronecker<rows = [32, 32], columns = [32, 32]>

module attributes {danaus.target = "sm_90a"} {
func.func @turned(%m: tensor<1536x1536xbf16, #turned>, %x: tensor<?x1536xbf16>) -> tensor<?x1536xbf16> {
  %y = linop.apply %m, %x : tensor<1536x1536xbf16, #turned>, tensor<?x1536xbf16> -> tensor<?x1536xbf16>
  return %y : tensor<?x1536xbf16>
}

func.func @three(%m: tensor<4096x4096xf16, #three>, %x: tensor<?x4096xf16>) -> tensor<?x4096xf16> {
  %y = linop.apply %m, %x : tensor<4096x4096xf16, #three>, tensor<?x4096xf16> -> tensor<?x4096xf16>
  return %y : tensor<?x4096xf16>
}

func.func @exact(%m: tensor<768x768xf32, #exact>, %x: tensor<?x768xf32>) -> tensor<?x768xf32> {
  %y = linop.apply %m, %x : tensor<768x768xf32, #exact>, tensor<?x768xf32> -> tensor<?x768xf32>
  return %y : tensor<?x768xf32>
}

func.func @eights(%m: tensor<512x512xf32, #eights>, %x: tensor<?x512xf32>) -> tensor<?x512xf32> {
  %y = linop.apply %m, %x : tensor<512x512xf32, #eights>, tensor<?x512xf32> -> tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}

func.func @more_eights(%m: tensor<4096x4096xf32, #more_eights>, %x: tensor<?x4096xf32>) -> tensor<?x4096xf32> {
  %y = linop.apply %m, %x : tensor<4096x4096xf32, #more_eights>, tensor<?x4096xf32> -> tensor<?x4096xf32>
  return %y : tensor<?x4096xf32>
}

func.func @with_maps(%m: tensor<1024x1024xbf16, #square>, %x: tensor<?x1024xbf16>, %bias: tensor<1024xbf16>,
                     %residual: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
  %y = linop.apply %m, %x : tensor<1024x1024xbf16, #square>, tensor<?x1024xbf16> -> tensor<?x1024xbf16>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %y, %c0 : tensor<?x1024xbf16>
  %empty = tensor.empty(%rows) : tensor<?x1024xbf16>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                                        affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias, %residual : tensor<?x1024xbf16>, tensor<1024xbf16>, tensor<?x1024xbf16>)
      outs(%empty : tensor<?x1024xbf16>) {
  ^bb0(%v: bf16, %e: bf16, %r: bf16, %o: bf16):
    %s = arith.addf %v, %e : bf16
    %t = arith.addf %s, %r : bf16
    linalg.yield %t : bf16
  } -> tensor<?x1024xbf16>
  return %z : tensor<?x1024xbf16>
}

func.func @map_between(%m: tensor<1024x1024xbf16, #square>, %n: tensor<1024x1024xbf16, #square>,
                       %x: tensor<?x1024xbf16>, %bias: tensor<1024xbf16>) -> tensor<?x1024xbf16> {
  %y = linop.apply %m, %x : tensor<1024x1024xbf16, #square>, tensor<?x1024xbf16> -> tensor<?x1024xbf16>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x1024xbf16>
  %empty = tensor.empty(%rows) : tensor<?x1024xbf16>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x1024xbf16>, tensor<1024xbf16>) outs(%empty : tensor<?x1024xbf16>) {
  ^bb0(%v: bf16, %e: bf16, %o: bf16):
    %s = arith.addf %v, %e : bf16
    linalg.yield %s : bf16
  } -> tensor<?x1024xbf16>
  %r = linop.apply %n, %z : tensor<1024x1024xbf16, #square>, tensor<?x1024xbf16> -> tensor<?x1024xbf16>
  return %r : tensor<?x1024xbf16>
}
}
