//===- TileExchange.td - Sums that go to other blocks or to boxes -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included by TileOps.td, whose constraints it uses. A product whose left operand is the
// weight has its sums transposed: rows are columns of y. Taken apart into the fragments
// of its warps they can be parked, collected, mapped, and laid into boxes of rows of y.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_TILE_TILEEXCHANGE_TD
#define DIALECTS_TILE_TILEEXCHANGE_TD

def Tile_PartOp : Tile_Op<"part", [Pure]> {
  let summary = "The fragment that a warp has of its warpgroup's sums";
  let description = [{
    `result[i, j] = sums[16 w + i, column + j]` in warp w of the warpgroup. Lanes hold the
    same values of both, so that nothing moves.

    * (C1) `column` is a multiple of 8, and below the columns of the sums
    * (C2) the columns of the result are `adjacent`

    ```mlir
    func.func @example(%sums: !tile.sums<56>) {
      %part = tile.part %sums column 8 : !tile.sums<56> -> !tile.fragment<acc, 16x8xf32>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Sums:$sums, ConfinedAttr<I64Attr, [IntNonNegative]>:$column);
  let results = (outs Tile_AccF32:$result);
  let assemblyFormat = "$sums `column` $column attr-dict `:` type($sums) `->` type($result)";
  let hasVerifier = 1;
}

def Tile_LayOp : Tile_Op<"lay", [AttrSizedOperandSegments,
                                 MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Lay an accumulator, transposed, into a box of rows of 64";
  let description = [{
    `box[row + j, column + i] = convert(acc[i, j])`, where the box begins at `buffer[offset]`
    and is swizzled as by `tile.tensor_map`: 8 rows of 32 bytes. With `to` they go to the
    same place of blocks 0 to `blocks` - 1 of the cluster, whose barriers at that place are
    told of the 256 bytes, as by `tile.park`.

    `offset` must be a multiple of 1024 bytes, `row` of 8 and `column`, below 64, of 16.

    * (C1) the element type is f16 or bf16, and the columns of `acc` are `adjacent`
    * (C2) `blocks` comes with barriers

    ```mlir
    func.func @example(%sum: !tile.fragment<acc, 16x8xf32>, %rows: memref<4096xbf16, 3>, %offset: index, %row: index,
                       %column: index, %barriers: memref<8xi64, 3>, %i: index) {
      tile.lay %sum into %rows[%offset] row %row column %column
          : !tile.fragment<acc, 16x8xf32> into memref<4096xbf16, 3>
      tile.lay %sum into %rows[%offset] row %row column %column to 8 signals %barriers[%i]
          : !tile.fragment<acc, 16x8xf32> into memref<4096xbf16, 3>, memref<8xi64, 3>
      return
    }
    ```
  }];
  let arguments = (ins Tile_AccF32:$acc, Tile_FlatBuffer:$buffer, Index:$offset, Index:$row,
                       Index:$column, Optional<Tile_Barriers>:$barriers, Optional<Index>:$index,
                       OptionalAttr<ConfinedAttr<I64Attr, [IntMinValue<2>, IntMaxValue<16>]>>:$blocks);
  let assemblyFormat = [{
    $acc `into` $buffer `[` $offset `]` `row` $row `column` $column
    (`to` $blocks^ `signals` $barriers `[` $index `]`)? attr-dict
    `:` type($acc) `into` type($buffer) (`,` type($barriers)^)?
  }];
  let hasVerifier = 1;
}

#endif // DIALECTS_TILE_TILEEXCHANGE_TD
