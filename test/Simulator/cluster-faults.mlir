// The code of a layer for clusters is right; changed in one place it is not, and the simulator finds each change.

// RUN: danaus-opt %s --danaus-to-device='schedule="#chain.schedule<unit=mma_sync,placement=registers,rows=16,warps=4,depth=1,cluster=8>"' > %t.mlir
// DEFINE: %{simulate} = danaus-opt %t.wrong.mlir --danaus-simulate="rows=35"
// RUN: danaus-opt %t.mlir --danaus-simulate="rows=35" | FileCheck %s --check-prefix=RIGHT
// RIGHT: gpu.func @layer_kernel_0
//
// Memory of a block is written before it is known to run.
// RUN: awk '/tile.cluster_barrier/ { if (++n == 1) next } { print }' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=START
// START: error: 'tile.park' op block {{[0-9]+}}: wanted a cluster barrier before memory of another block
//
// Sums are read that others may not have written.
// RUN: awk '/tile.cluster_barrier/ { if (++n == 2) next } { print }' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=PARTIALS
// PARTIALS: error: 'tile.{{(park|collect)}}' op thread {{[0-9]+}} of block {{[0-9]+}}: {{(read|write)}} {{.+}} of shared memory: a race with a {{(write|read)}} by
// RUN: awk '/tile.cluster_barrier/ { if (++n == 3) next } { print }' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=PARTIALS
//
// At the end all blocks but one wait for that one.
// RUN: sed -e '/gpu.return/i %rank_of = gpu.block_id x %none_of = arith.constant 0 : index %meets = arith.cmpi ne, %rank_of, %none_of : index scf.if %meets { tile.cluster_barrier }' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=LONE
// LONE: error: 'tile.cluster_barrier' op block {{[1-7]}}: waits for ever for the other blocks of its cluster
// LONE-NOT: error
//
// A barrier on the host, which no block meets.
// RUN: sed -e '/gpu.launch_func/i tile.cluster_barrier' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=HOST
// HOST: error: 'tile.cluster_barrier' op wanted a barrier of a cluster in the body of a kernel
//
// A grid that is not whole clusters, in all or along x, and clusters of nothing.
// RUN: sed -e 's/cluster_dim = array<i32: 8, 1, 1>/cluster_dim = array<i32: 7, 1, 1>/' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=GRID
// GRID: error: 'gpu.launch_func' op wanted a grid of whole clusters of 7 blocks, found 24
// RUN: sed -e 's/blocks in (%[0-9a-z]*, %c1, %c1)/blocks in (%four, %four, %c1)/' -e '/gpu.launch_func/i %four = arith.constant 4 : index' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=ALONG-X
// ALONG-X: error: 'gpu.launch_func' op wanted a grid of whole clusters of 8 blocks, found 4
// RUN: sed -e 's/cluster_dim = array<i32: 8, 1, 1>/cluster_dim = array<i32: 0, 1, 1>/' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=NOTHING
// NOTHING: error: 'gpu.launch_func' op wanted clusters of one block or more along x, found array<i32: 0, 1, 1>
//
// Activations are read before the launches before have been awaited, and results are written.
// RUN: sed -e '/tile.await_launches/d' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=AWAIT
// AWAIT: error: 'vector.store' op thread {{[0-9]+}} of block {{[0-9]+}}: write to argument {{[0-9]+}} before the launches before have been awaited
//
// As two launches: the second reads what the first, which has admitted it, may not have written yet.
// RUN: danaus-opt %s --danaus-to-device='schedule="#chain.schedule<unit=mma_sync,placement=registers,rows=16,warps=4,depth=1,cuts=[1]>"' > %t.two.mlir
// RUN: danaus-opt %t.two.mlir --danaus-simulate="rows=35" | FileCheck %s --check-prefix=RIGHT
// RUN: awk '/tile.await_launches/ { if (++n == 2) next } { print }' %t.two.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=READ
// READ: error: 'nvgpu.device_async_copy' op thread {{[0-9]+}} of block {{[0-9]+}}: read of {{.+}} before the launches before have been awaited

module attributes {danaus.target = "sm_90a"} {
func.func @layer(%m: tensor<256x512xbf16, #linop.low_rank<rank = 16>>, %x: tensor<?x512xbf16>) -> tensor<?x256xbf16> {
  %y = linop.apply %m, %x : tensor<256x512xbf16, #linop.low_rank<rank = 16>>, tensor<?x512xbf16> -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}
}
