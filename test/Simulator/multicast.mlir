// Products of warpgroups whose thread blocks share boxes in a cluster: of x where the tiles of columns of a block come in whole
// clusters, else of the weights, with tiles of rows that may lie behind the last row.

// DEFINE: %{cluster} = 2
// DEFINE: %{rows} = 200
// DEFINE: %{run} = danaus-run %s --device=sim --check --rows=%{rows} --schedule="#chain.schedule<unit=wgmma,rows=64,warps=4,panel=64,depth=2,cuts=[1],cluster=%{cluster}>"
// RUN: %{run} --entry=layer | FileCheck %s
// RUN: %{run} --entry=one_tile_of_columns | FileCheck %s
// REDEFINE: %{rows} = 0
// RUN: %{run} --entry=layer | FileCheck %s
// REDEFINE: %{rows} = 1
// RUN: %{run} --entry=one_tile_of_columns | FileCheck %s
// REDEFINE: %{cluster} = 4
// RUN: %{run} --entry=layer | FileCheck %s
// CHECK: check passed
//
// More tiles than multiprocessors, so that a ring goes on from one tile to the next.
// RUN: danaus-run %s --device=sim --check --rows=4500 --entry=small --schedule="#chain.schedule<unit=wgmma,rows=64,warps=4,panel=32,depth=3,cuts=[1],cluster=2>" | FileCheck %s
//
// RUN: danaus-opt %s --danaus-to-device='schedule="#chain.schedule<unit=wgmma,rows=64,warps=4,panel=64,depth=2,cuts=[1],cluster=2>"' > %t.mlir
// RUN: FileCheck %s --check-prefix=CODE --input-file=%t.mlir
// CODE-LABEL: func.func @layer(
// CODE:         tile.tensor_map {{.+}} box [64, 1, 32]
// CODE:         gpu.launch_func {{.+}}tile.cluster = 2
// CODE-LABEL: func.func @one_tile_of_columns(
// CODE:         tile.tensor_map {{.+}} box [64, 1, 64]
// CODE:         tile.tensor_map {{.+}} box [64, 32, 1]
// CODE-LABEL: gpu.func @layer_kernel_0(
// CODE-SAME:    nvvm.cluster_dim = array<i32: 2, 1, 1>
// CODE:         tile.cluster_barrier
// CODE:         tile.barrier_arrive %{{.+}} of %{{.+}} : memref<4xi64
// CODE:         tile.bulk_load {{.+}} multicast 2 :
// CODE:         tile.bulk_load {{.+}}] : memref
//
// What the simulator finds: a block that begins before the others' barriers are made, a slot that is written while another
// block reads it, a block that ends while others tell it what they have read, and a box that goes to one block only.
// DEFINE: %{simulate} = danaus-opt %t.wrong.mlir --danaus-simulate="rows=200 entry=layer"
// RUN: sed -e 's/tile.cluster_barrier/gpu.barrier/' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=START
// START: error: 'tile.{{.+}}' op block {{[0-9]+}}: wanted a cluster barrier before memory of another block
// RUN: sed -e 's/\(tile.barrier_arrive %[^ ]*\) of %[^ ]*/\1/' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=READ
// READ: error: 'tile.bulk_load' op thread {{[0-9]+}} of block {{[0-9]+}}: copy to shared memory: another asynchronous copy to it has not landed
// RUN: awk '/gpu.func @layer_kernel_0/ { here = 1 } /gpu.return/ { here = 0 } /tile.barrier_wait/ { if (here * int((n += here) / 4)) next } { print }' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=END
// END: error: 'tile.barrier_arrive' op block {{[0-9]+}}: block {{[0-9]+}} of the cluster has ended
// RUN: sed -e 's/ multicast 2 / /' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | FileCheck %s --check-prefix=PARTS
// PARTS: error: 'tile.barrier_wait' op thread {{[0-9]+}} of block {{[0-9]+}}: waits for ever for the end of a phase

#layer = #linop.monarch<blocks = [2, 2], middle = 512>
#narrow = #linop.monarch<blocks = [2, 2], middle = 128>

module attributes {danaus.target = "sm_90a"} {
func.func @layer(%m: tensor<256x256xbf16, #layer>, %x: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
  %y = linop.apply %m, %x : tensor<256x256xbf16, #layer>, tensor<?x256xbf16> -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}

func.func @one_tile_of_columns(%m: tensor<128x256xbf16, #narrow>, %x: tensor<?x256xbf16>) -> tensor<?x128xbf16> {
  %y = linop.apply %m, %x : tensor<128x256xbf16, #narrow>, tensor<?x256xbf16> -> tensor<?x128xbf16>
  return %y : tensor<?x128xbf16>
}

func.func @small(%m: tensor<64x64xbf16, #narrow>, %x: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %y = linop.apply %m, %x : tensor<64x64xbf16, #narrow>, tensor<?x64xbf16> -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}
}
