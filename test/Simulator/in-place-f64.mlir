// Kernels in one buffer on f64: rows that fill no tile and none at all, blocks of one and two fragments of positions, weights
// streamed and in registers, pieces of rows, and a map in f64. --check holds f64 to its own tolerance, which no product in f32 meets.

// RUN: danaus-run %s --entry=two --device=sim --check --rows=3 | FileCheck %s
// RUN: danaus-run %s --entry=two --device=sim --check --rows=1 | FileCheck %s
// RUN: danaus-run %s --entry=two --device=sim --check --rows=0 | FileCheck %s
// RUN: danaus-run %s --entry=eights --device=sim --check --rows=5 --schedule="#chain.schedule<unit=mma_sync,rows=2,warps=2,depth=2,placement=registers,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=uneven --device=sim --check --rows=3 --schedule="#chain.schedule<unit=mma_sync,rows=2,warps=4,depth=2,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=eights --device=sim --check --rows=3 --schedule="#chain.schedule<unit=mma_sync,rows=1,cuts=[2],panel=8,warps=4,depth=2,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=with_map --device=sim --check --rows=3 | FileCheck %s
// CHECK: check passed
//
// Blocks that are no multiple of 8 go through loops.
// RUN: danaus-run %s --entry=odd --device=sim --check --rows=3 | FileCheck %s

#two = #linop.kronecker<rows = [32, 32], columns = [32, 32]>
#uneven = #linop.kronecker<rows = [48, 16], columns = [48, 16]>
#eights = #linop.kronecker<rows = [8, 8, 8], columns = [8, 8, 8]>
#odd = #linop.kronecker<rows = [6, 10], columns = [6, 10]>

module attributes {danaus.target = "sm_90a"} {
func.func @two(%m: tensor<1024x1024xf64, #two>, %x: tensor<?x1024xf64>) -> tensor<?x1024xf64> {
  %y = linop.apply %m, %x : tensor<1024x1024xf64, #two>, tensor<?x1024xf64> -> tensor<?x1024xf64>
  return %y : tensor<?x1024xf64>
}

func.func @uneven(%m: tensor<768x768xf64, #uneven>, %x: tensor<?x768xf64>) -> tensor<?x768xf64> {
  %y = linop.apply %m, %x : tensor<768x768xf64, #uneven>, tensor<?x768xf64> -> tensor<?x768xf64>
  return %y : tensor<?x768xf64>
}

func.func @eights(%m: tensor<512x512xf64, #eights>, %x: tensor<?x512xf64>) -> tensor<?x512xf64> {
  %y = linop.apply %m, %x : tensor<512x512xf64, #eights>, tensor<?x512xf64> -> tensor<?x512xf64>
  return %y : tensor<?x512xf64>
}

func.func @odd(%m: tensor<60x60xf64, #odd>, %x: tensor<?x60xf64>) -> tensor<?x60xf64> {
  %y = linop.apply %m, %x : tensor<60x60xf64, #odd>, tensor<?x60xf64> -> tensor<?x60xf64>
  return %y : tensor<?x60xf64>
}

func.func @with_map(%m: tensor<1024x1024xf64, #two>, %x: tensor<?x1024xf64>, %bias: tensor<1024xf64>) -> tensor<?x1024xf64> {
  %y = linop.apply %m, %x : tensor<1024x1024xf64, #two>, tensor<?x1024xf64> -> tensor<?x1024xf64>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %y, %c0 : tensor<?x1024xf64>
  %empty = tensor.empty(%rows) : tensor<?x1024xf64>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                                        affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x1024xf64>, tensor<1024xf64>) outs(%empty : tensor<?x1024xf64>) {
  ^bb0(%v: f64, %e: f64, %o: f64):
    %s = arith.addf %v, %e : f64
    linalg.yield %s : f64
  } -> tensor<?x1024xf64>
  return %z : tensor<?x1024xf64>
}
}
