//===- TileLaunch.td - Launches that overlap, and clusters -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included by TileOps.td, whose classes it uses. CUDA calls this programmatic
// dependent launch. A launch with the attribute `tile.early` may begin once all blocks of
// the one before have admitted it, or ended; what is before it in the stream but that one has
// ended then, or is awaited by it. So a kernel may read its weights at once, which no kernel
// that admits others writes, and has to await the launches before it touches activations.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_TILE_TILELAUNCH_TD
#define DIALECTS_TILE_TILELAUNCH_TD

def Tile_AdmitLaunchOp : Tile_Op<"admit_launch", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Let the next launch begin";
  let description = [{
    The next launch of the stream may begin, where it is an early one, once every block
    has come here or ended (`griddepcontrol.launch_dependents`).

    ```mlir
    tile.admit_launch
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Tile_AwaitLaunchesOp : Tile_Op<"await_launches", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Wait until the launches before have ended";
  let description = [{
    Returns when the launches before this one in its stream have ended and what they
    wrote can be seen; at once in a launch that is not early (`griddepcontrol.wait`).

    ```mlir
    tile.await_launches
    ```
  }];
  let assemblyFormat = "attr-dict";
}

//===----------------------------------------------------------------------===//
// Clusters
//===----------------------------------------------------------------------===//

def Tile_ClusterBarrierOp : Tile_Op<"cluster_barrier", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "All threads of a cluster meet";
  let description = [{
    Returns when all threads of all blocks of the cluster have come; what they did to
    memory before, each other's shared memory too, can then be seen
    (`barrier.cluster.arrive.release`, `.wait.acquire`).

    ```mlir
    tile.cluster_barrier
    ```
  }];
  let assemblyFormat = "attr-dict";
}

#endif // DIALECTS_TILE_TILELAUNCH_TD
