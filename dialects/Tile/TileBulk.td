//===- TileBulk.td - Bulk copies and products of warpgroups -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included by TileOps.td, whose constraints it uses.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_TILE_TILEBULK_TD
#define DIALECTS_TILE_TILEBULK_TD

//===----------------------------------------------------------------------===//
// Barriers
//===----------------------------------------------------------------------===//

class Tile_BarrierOp<string mnemonic> : Tile_Op<mnemonic, [MemoryEffects<[MemRead, MemWrite]>]>;

def Tile_BarrierInitOp : Tile_BarrierOp<"barrier_init"> {
  let summary = "Make a barrier in shared memory";
  let description = [{
    `barriers[index]` becomes a barrier in phase 0 that waits for `count` arrivals.
    A phase ends when they have come and all bytes that were expected have been
    copied; then the next one begins, waiting for as many.

    * (C1) `count` is positive

    ```mlir
    tile.barrier_init %barriers[%i] count 8 : memref<8xi64, 3>
    ```
  }];
  let arguments = (ins Tile_Barriers:$barriers, Index:$index,
                       ConfinedAttr<I64Attr, [IntPositive]>:$count);
  let assemblyFormat = "$barriers `[` $index `]` `count` $count attr-dict `:` type($barriers)";
}

def Tile_BarrierExpectOp : Tile_BarrierOp<"barrier_expect"> {
  let summary = "Arrive at a barrier and announce bytes of bulk copies";
  let description = [{
    One arrival; the phase then also waits for `bytes` more bytes that bulk loads
    signal.

    * (C1) `bytes` is positive

    ```mlir
    tile.barrier_expect %barriers[%i] bytes 49152 : memref<8xi64, 3>
    ```
  }];
  let arguments = (ins Tile_Barriers:$barriers, Index:$index,
                       ConfinedAttr<I64Attr, [IntPositive]>:$bytes);
  let assemblyFormat = "$barriers `[` $index `]` `bytes` $bytes attr-dict `:` type($barriers)";
}

def Tile_BarrierArriveOp : Tile_BarrierOp<"barrier_arrive"> {
  let summary = "Arrive at a barrier";
  let description = [{
    One arrival of the thread that executes this. With `of` the barrier is that of block
    `rank` of the cluster, which must have met this one at a `tile.cluster_barrier` and
    not have ended.

    ```mlir
    func.func @example(%barriers: memref<8xi64, 3>, %i: index, %rank: index) {
      tile.barrier_arrive %barriers[%i] : memref<8xi64, 3>
      tile.barrier_arrive %barriers[%i] of %rank : memref<8xi64, 3>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Barriers:$barriers, Index:$index, Optional<Index>:$rank);
  let assemblyFormat = "$barriers `[` $index `]` (`of` $rank^)? attr-dict `:` type($barriers)";
}

def Tile_BarrierWaitOp : Tile_BarrierOp<"barrier_wait"> {
  let summary = "Wait for the end of a phase of a barrier";
  let description = [{
    Waits until the barrier is in another phase than one of parity `parity` (0 or
    1): at a fresh barrier, parity 1 does not wait.

    ```mlir
    func.func @example(%barriers: memref<8xi64, 3>, %i: index, %p: i32) {
      tile.barrier_wait %barriers[%i] parity %p : memref<8xi64, 3>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Barriers:$barriers, Index:$index, I32:$parity);
  let assemblyFormat = "$barriers `[` $index `]` `parity` $parity attr-dict `:` type($barriers)";
}

//===----------------------------------------------------------------------===//
// Bulk copies
//===----------------------------------------------------------------------===//

def Tile_TensorMapOp : Tile_Op<"tensor_map", [Pure]> {
  let summary = "Describe a tensor to the copy engine, on the host";
  let description = [{
    The tensor with value `source[sum of i_k strides_k]` at (i_0, i_1, ...), i_0 the
    fastest, as bulk copies of boxes see it. One size may be `rows`, written -1.
    Boxes lie in shared memory with i_0 fastest and *swizzled*: with n units of 16
    bytes along i_0, the unit at byte o is at o xor (o / 128 % n * 16).
    The result points to what a launch passes by value.

    * (C1) 2 to 5 sizes, as many strides and box extents; one size at most is -1
    * (C2) strides are positive, the first is 1, the others multiples of 8
    * (C3) box extents are 1 to 256, the first 8, 16, 32 or 64
    * (C4) the element type is f16 or bf16, and the memref row-major

    ```mlir
    func.func @example(%x: memref<?x4096xbf16>, %n: index) {
      %map = tile.tensor_map %x rows %n sizes [256, 16, -1] strides [1, 256, 4096] box [64, 1, 128]
          : memref<?x4096xbf16>
      return
    }
    ```
  }];
  let arguments = (ins AnyMemRef:$source, Index:$rows, DenseI64ArrayAttr:$sizes,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$box);
  let results = (outs Tile_Pointer:$result);
  let assemblyFormat = [{
    $source `rows` $rows `sizes` $sizes `strides` $strides `box` $box attr-dict `:` type($source)
  }];
  let hasVerifier = 1;
}

def Tile_BulkLoadOp : Tile_Op<"bulk_load", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Copy a box of a tensor into shared memory, asynchronously";
  let description = [{
    Copies the box of `map` that begins at the coordinates to `buffer[offset]`, a
    multiple of 1024 bytes; what lies outside the tensor is zero. `barriers[index]`
    is told of each byte, those of zeros too. One thread executes this.

    With `multicast` the box is read once and goes to the same place of blocks 0 to
    `blocks` - 1 of the cluster, each of whose barriers at that place is told. They must
    have met at a `tile.cluster_barrier` and not have ended.

    * (C1) 2 to 5 coordinates
    * (C2) `blocks` is 2 to 16

    ```mlir
    func.func @example(%map: !llvm.ptr, %c: index, %block: index, %row: index,
                       %buffer: memref<98304xbf16, 3>, %offset: index, %barriers: memref<8xi64, 3>, %i: index) {
      tile.bulk_load %map[%c, %block, %row] into %buffer[%offset] signals %barriers[%i]
          : memref<98304xbf16, 3>, memref<8xi64, 3>
      tile.bulk_load %map[%c, %block, %row] into %buffer[%offset] signals %barriers[%i] multicast 2
          : memref<98304xbf16, 3>, memref<8xi64, 3>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Pointer:$map, Variadic<Index>:$coordinates, Tile_FlatBuffer:$buffer,
                       Index:$offset, Tile_Barriers:$barriers, Index:$index,
                       OptionalAttr<ConfinedAttr<I64Attr, [IntMinValue<2>, IntMaxValue<16>]>>:$blocks);
  let assemblyFormat = [{
    $map `[` $coordinates `]` `into` $buffer `[` $offset `]` `signals` $barriers `[` $index `]`
    (`multicast` $blocks^)? attr-dict `:` type($buffer) `,` type($barriers)
  }];
  let hasVerifier = 1;
}

def Tile_BulkStoreOp : Tile_Op<"bulk_store", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Copy a box from shared memory into a tensor, asynchronously";
  let description = [{
    The reverse of `tile.bulk_load`: what lies outside the tensor is not written.
    The copy belongs to the bulk group of the one thread that executes this.

    * (C1) 2 to 5 coordinates

    ```mlir
    func.func @example(%buffer: memref<8192xbf16, 3>, %offset: index, %map: !llvm.ptr,
                       %column: index, %block: index, %row: index) {
      tile.bulk_store %buffer[%offset] into %map[%column, %block, %row] : memref<8192xbf16, 3>
      return
    }
    ```
  }];
  let arguments = (ins Tile_FlatBuffer:$buffer, Index:$offset, Tile_Pointer:$map,
                       Variadic<Index>:$coordinates);
  let assemblyFormat = [{
    $buffer `[` $offset `]` `into` $map `[` $coordinates `]` attr-dict `:` type($buffer)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Products of warpgroups
//===----------------------------------------------------------------------===//

def Tile_DescribeOp : Tile_Op<"describe", [Pure]> {
  let summary = "Describe a matrix in shared memory to wgmma";
  let description = [{
    The matrix whose row i begins at element `offset - j + 64 i` of the buffer, swizzled as
    by `tile.tensor_map`, from column j on. The offset is a multiple of 1024 bytes and 2 j,
    where j is 0, 16, 32 or 48.

    * (C1) the buffer and the descriptor have the same element type

    ```mlir
    %m = tile.describe %buffer[%offset] : memref<98304xbf16, 3> -> !tile.descriptor<bf16>
    ```
  }];
  let arguments = (ins Tile_FlatBuffer:$buffer, Index:$offset);
  let results = (outs Tile_Descriptor:$result);
  let assemblyFormat = "$buffer `[` $offset `]` attr-dict `:` type($buffer) `->` type($result)";
  let hasVerifier = 1;
}

def Tile_LeftOperandsOp : Tile_Op<"left_operands", [Pure]> {
  let summary = "Regroup sums as left operands of further products";
  let description = [{
    Of h `sums` with g r columns each, g left operands with h r columns, converted:
    `left_j[m, r i + k] = sums_i[m, r j + k]`. All threads of a warpgroup execute this.
    What a lane gets it has itself, but with r = 4, where lanes t and t xor 2 exchange
    half of it. (Passing results on in registers is what FlashAttention does between its
    two products, which is h = g = 1.)

    * (C1) the sums are of one type, and so are the left operands
    * (C2) columns of sums / g = columns of left operands / h, the r above
    * (C3) r is a multiple of 8, or it is 4 and h and g are even

    ```mlir
    %a:2 = tile.left_operands of %z0, %z1, %z2, %z3
        : !tile.sums<16>, !tile.sums<16>, !tile.sums<16>, !tile.sums<16>
        -> !tile.left<bf16, 32>, !tile.left<bf16, 32>
    ```
  }];
  let arguments = (ins Variadic<Tile_Sums>:$sums);
  let results = (outs Variadic<Tile_Left>:$lefts);
  let assemblyFormat = "`of` $sums attr-dict `:` type($sums) `->` type($lefts)";
  let hasVerifier = 1;
}

def Tile_WgmmaFenceOp : Tile_Op<"wgmma_fence", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Make sums and left operands ready for products of a warpgroup";
  let description = [{
    The results are `operands`, to whose registers products may add, or from which they
    may read, from here on: what was written to them before is ordered before what
    products do. All threads of a warpgroup execute this before the first product behind
    such a write, with all sums and left operands that they have, or none.

    * (C1) there is one result for each operand, of its type

    ```mlir
    %ready = tile.wgmma_fence of %sums : !tile.sums<256> -> !tile.sums<256>
    ```
  }];
  let arguments = (ins Variadic<AnyTypeOf<[Tile_Sums, Tile_Left]>>:$operands);
  let results = (outs Variadic<AnyTypeOf<[Tile_Sums, Tile_Left]>>:$ready);
  let assemblyFormat = "(`of` $operands^ `:` type($operands) `->` type($ready))? attr-dict";
  let hasVerifier = 1;
}

def Tile_WgmmaOp : Tile_Op<"wgmma", [MemoryEffects<[MemRead]>]> {
  let summary = "Multiply two matrices and add, asynchronously";
  let description = [{
    `result[i, j] = acc[i, j] + sum over k < 16 of a[i, 16 step + k] b[j, 16 step + k]`,
    without `acc` the sum alone. `b` is in shared memory, `a` there or in registers. All
    threads of a warpgroup execute this behind `tile.wgmma_fence` and before
    `nvvm.wgmma.commit.group.sync.aligned`; until `tile.wgmma_wait` the result may only
    be the `acc` of another product.

    * (C1) a and b have the same element type
    * (C2) `step` is 0 to 3, and one of those that a left operand has
    * (C3) `acc` has the type of the result

    ```mlir
    %first = tile.wgmma %a, %b step 0
        : !tile.descriptor<bf16>, !tile.descriptor<bf16> -> !tile.sums<256>
    %sums = tile.wgmma %left, %b add %first step 1
        : !tile.left<bf16, 64>, !tile.descriptor<bf16>, !tile.sums<256> -> !tile.sums<256>
    ```
  }];
  let arguments = (ins AnyTypeOf<[Tile_Descriptor, Tile_Left]>:$a, Tile_Descriptor:$b,
                       Optional<Tile_Sums>:$acc, I64Attr:$step);
  let results = (outs Tile_Sums:$result);
  let assemblyFormat = [{
    $a `,` $b (`add` $acc^)? `step` $step attr-dict
    `:` type($a) `,` type($b) (`,` type($acc)^)? `->` type($result)
  }];
  let hasVerifier = 1;
}

def Tile_WgmmaWaitOp : Tile_Op<"wgmma_wait", [MemoryEffects<[MemRead, MemWrite]>,
                                             AllTypesMatch<["acc", "result"]>]> {
  let summary = "Wait for the products of a warpgroup";
  let description = [{
    The result is `acc` after all groups of products that were committed; it may be
    read, and so may the shared memory of the products be overwritten.

    ```mlir
    %done = tile.wgmma_wait %sums : !tile.sums<256>
    ```
  }];
  let arguments = (ins Tile_Sums:$acc);
  let results = (outs Tile_Sums:$result);
  let assemblyFormat = "$acc attr-dict `:` type($acc)";
}

def Tile_StageOp : Tile_Op<"stage", [MemoryEffects<[MemWrite]>]> {
  let summary = "Store sums into shared memory as boxes for bulk stores";
  let description = [{
    Columns `first`, ..., `first + count - 1` of the 64 rows, converted, as boxes of
    64 rows x `width` columns one after the other from `buffer[offset]`, each swizzled
    as by `tile.tensor_map`. All threads of a warpgroup execute this. Column B of sums
    D, of n, is column `n B + D`: where n blocks take turns in a row, a lane has 2 n
    neighbors.

    * (C1) `width` is 8, 16, 32 or 64 and divides `count`
    * (C2) `first` is a multiple of 8, and `first + count` at most the columns of all sums
    * (C3) the element type is f16 or bf16
    * (C4) there are 1, 2, 4 or 8 sums of one type, and for more than one `width` and
      `first` are multiples of 8 n

    ```mlir
    tile.stage %sums columns 0 count 128 into %buffer[%offset] width 64
        : !tile.sums<256> into memref<16384xbf16, 3>
    ```
  }];
  let arguments = (ins Variadic<Tile_Sums>:$sums, I64Attr:$first, I64Attr:$count, Tile_FlatBuffer:$buffer,
                       Index:$offset, I64Attr:$width);
  let assemblyFormat = [{
    $sums `columns` $first `count` $count `into` $buffer `[` $offset `]` `width` $width attr-dict
    `:` type($sums) `into` type($buffer)
  }];
  let hasVerifier = 1;
}

#endif // DIALECTS_TILE_TILEBULK_TD
