// The code of clusters that keep weights is right; changed in one place it is not, and the simulator finds each change. The
// layer is two dense ones with a map between, which the owners of its sums apply.

// RUN: danaus-opt %s --danaus-to-device='schedule="#chain.schedule<unit=wgmma,placement=shared,rows=8,warps=8,depth=1,cluster=2>"' > %t.mlir
// DEFINE: %{simulate} = danaus-opt %t.wrong.mlir --danaus-simulate="rows=600"
// RUN: danaus-opt %t.mlir --danaus-simulate="rows=600" | FileCheck %s --check-prefix=RIGHT
// RIGHT: gpu.func @layers_kernel_0
// RIGHT: tile.collect
// RIGHT: tile.map
// RIGHT: tile.lay
//
// Memory of a block is written before it is known to run.
// RUN: sed -e '/tile.cluster_barrier/d' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=START
// START: error: 'tile.park' op {{.*}}wanted a cluster barrier before memory of another block
//
// Nobody says how many bytes of partial sums come.
// RUN: sed -e 's/tile.barrier_expect \(.*\) bytes 1024 /tile.barrier_expect \1 bytes 512 /' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=BYTES
// BYTES: error: 'tile.barrier_wait' op {{.*}}waits for ever for the end of a phase
//
// x is loaded into the place of the tile before while products read it.
// RUN: sed -e '0,/tile.wgmma_wait/ s/tile.wgmma_wait \(%[0-9]*\) : <8>/tile.wgmma_fence of \1 : !tile.sums<8> -> !tile.sums<8>/' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=READ
// READ: error: 'tile.bulk_load' op {{.*}}a product or bulk store still reads it
//
// Nobody says that t is used: partial sums of the next tile are never sent.
// RUN: sed -e '/tile.barrier_arrive/d' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=USED
// USED: error: 'tile.barrier_wait' op {{.*}}waits for ever for the end of a phase
//
// x is read before the launches before have been awaited.
// RUN: sed -e '/tile.await_launches/d' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=AWAIT
// AWAIT: error: 'tile.bulk_store' op {{.*}}before the launches before have been awaited

module attributes {danaus.target = "sm_90a"} {
func.func @layers(%v: tensor<32x256xbf16, #linop.dense>, %u: tensor<128x32xbf16, #linop.dense>, %x: tensor<?x256xbf16>, %middle: tensor<32xbf16>) -> tensor<?x128xbf16> {
  %c0 = arith.constant 0 : index
  %a = linop.apply %v, %x : tensor<32x256xbf16, #linop.dense>, tensor<?x256xbf16> -> tensor<?x32xbf16>
  %rows = tensor.dim %a, %c0 : tensor<?x32xbf16>
  %empty = tensor.empty(%rows) : tensor<?x32xbf16>
  %b = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%a, %middle : tensor<?x32xbf16>, tensor<32xbf16>) outs(%empty : tensor<?x32xbf16>) {
  ^bb0(%e: bf16, %m: bf16, %o: bf16):
    %s = arith.addf %e, %m : bf16
    linalg.yield %s : bf16
  } -> tensor<?x32xbf16>
  %y = linop.apply %u, %b : tensor<128x32xbf16, #linop.dense>, tensor<?x32xbf16> -> tensor<?x128xbf16>
  return %y : tensor<?x128xbf16>
}
}
