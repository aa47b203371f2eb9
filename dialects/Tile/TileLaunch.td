//===- TileLaunch.td - Launches that overlap, clusters, and others' -*- tablegen -*-===//
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

//===----------------------------------------------------------------------===//
// Launches of others
//===----------------------------------------------------------------------===//

def Tile_LibraryProductOp : Tile_Op<"library_product", []> {
  let summary = "Have the vendor's library compute a product, where it is there";
  let description = [{
    On the host: `y[r, i] = sum over j of x[r, j] w[i, j]`, summed in f32, launched in
    the stream's order by the vendor's library of products, which is looked for when this
    first runs. The result says whether it was launched; where the library is not there
    or refuses, y is as it was, and the caller computes it in another way.

    * (C1) x is rows x c and y rows x b with b, c static; w is b x c behind extents of 1
    * (C2) the memrefs are row-major, of one element type, f16 or bf16

    ```mlir
    func.func @example(%x: memref<?x512xbf16>, %w: memref<1x256x512xbf16>, %y: memref<?x256xbf16>) {
      %done = tile.library_product %x, %w, %y
          : memref<?x512xbf16>, memref<1x256x512xbf16>, memref<?x256xbf16>
      return
    }
    ```
  }];
  let arguments = (ins Arg<AnyMemRef, "", [MemRead]>:$x, Arg<AnyMemRef, "", [MemRead]>:$w,
                       Arg<AnyMemRef, "", [MemWrite]>:$y);
  let results = (outs I1:$isDone);
  let assemblyFormat = "$x `,` $w `,` $y attr-dict `:` type($x) `,` type($w) `,` type($y)";
  let extraClassDeclaration = [{
    /// The sizes of w.
    int64_t getB() { return getWeightSizes().first; }
    int64_t getC() { return getWeightSizes().second; }
    /// The last two extents of w.
    ::std::pair<int64_t, int64_t> getWeightSizes();
  }];
  let hasVerifier = 1;
}

#endif // DIALECTS_TILE_TILELAUNCH_TD
