//===- TileOps.td - Operations of the tile dialect -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_TILE_TILEOPS_TD
#define DIALECTS_TILE_TILEOPS_TD

include "dialects/Tile/TileAttrs.td"
include "dialects/Tile/TileDialect.td"
include "dialects/Tile/TileTypes.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Tile_Op<string mnemonic, list<Trait> traits = []>
    : Op<Tile_Dialect, mnemonic, traits>;

class Tile_FragmentOf<string role> : Type<
    And<[CPred<"::llvm::isa<::danaus::tile::FragmentType>($_self)">,
         CPred<"::llvm::cast<::danaus::tile::FragmentType>($_self).getRole() == "
               "::danaus::tile::Role::" # role>]>,
    "fragment with role " # role, "::danaus::tile::FragmentType">;
def Tile_A : Tile_FragmentOf<"a">;
def Tile_B : Tile_FragmentOf<"b">;
def Tile_Acc : Tile_FragmentOf<"acc">;

def Tile_AccF32 : Type<
    And<[Tile_Acc.predicate,
         CPred<"::llvm::cast<::danaus::tile::FragmentType>($_self).getElementType().isF32()">]>,
    "fragment with role acc of f32", "::danaus::tile::FragmentType">;

def Tile_Sums : Type<CPred<"::llvm::isa<::danaus::tile::SumsType>($_self)">,
                     "sums of a warpgroup", "::danaus::tile::SumsType">;
def Tile_Accumulator : AnyTypeOf<[Tile_Acc, Tile_Sums]>;
def Tile_Descriptor : Type<CPred<"::llvm::isa<::danaus::tile::DescriptorType>($_self)">,
                           "descriptor of a matrix", "::danaus::tile::DescriptorType">;
def Tile_Left : Type<CPred<"::llvm::isa<::danaus::tile::LeftType>($_self)">,
                     "left operand of a warpgroup", "::danaus::tile::LeftType">;
def Tile_Pointer : Type<CPred<"::llvm::isa<::mlir::LLVM::LLVMPointerType>($_self)">,
                        "pointer", "::mlir::LLVM::LLVMPointerType">,
                   BuildableType<"::mlir::LLVM::LLVMPointerType::get($_builder.getContext())">;
def Tile_Barriers : MemRefRankOf<[I64], [1]>;

def Tile_FlatBuffer : MemRefRankOf<[AnyFloat], [1]>;

def Tile_LoadAOp : Tile_Op<"load_a", [MemoryEffects<[MemRead]>]> {
  let summary = "Load the left operand of a product from shared memory";
  let description = [{
    `result[i, j] = buffer[offset + row_pitch i + j]`

    Lanes read whole words, so `offset` must be a multiple of a word (4 bytes);
    the load is free of bank conflicts when `row_pitch` is 4 modulo 8 words. Where
    it is `aligned`, offset too is a multiple of 16 bytes, and one `ldmatrix` loads
    all: lane l gives the address of row l mod 16, and of its second half for l >= 16.

    * (C1) `row_pitch` is positive and a multiple of a word, of 16 bytes if `aligned`
    * (C2) the buffer and the fragment have the same element type
    * (C3) elements have 2 or 4 bytes if `aligned`

    ```mlir
    %a = tile.load_a %buffer[%offset] row_pitch 40
        : memref<640xbf16, 3> -> !tile.fragment<a, 16x16xbf16>
    ```
  }];
  let arguments = (ins Tile_FlatBuffer:$buffer, Index:$offset, I64Attr:$row_pitch,
                       UnitAttr:$aligned);
  let results = (outs Tile_A:$result);
  let assemblyFormat = [{
    $buffer `[` $offset `]` `row_pitch` $row_pitch (`aligned` $aligned^)? attr-dict
    `:` type($buffer) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Tile_LoadBOp : Tile_Op<"load_b", [MemoryEffects<[MemRead]>]> {
  let summary = "Load the right operand of a product from a packed weight";
  let description = [{
    The weight has the digits of `#chain.packing` `mma_k16` (elements of 2
    bytes) or `mma_k8` (f32 and f64); `indices` choose the leading ones, a fragment lies
    in the last four or three:

    `result[i, j] = weight[indices..., j, (i / 2) % 4, (i / 8) % 2, i % 2]` (k16)
    `result[i, j] = weight[indices..., j, i % 4, i / 4]` (k8)

    so that a lane loads 8 bytes and a warp 256 in a row, or 16 and 512 in f64.

    * (C1) the trailing extents are 8x4x2x2, or 8x4x2 for f32 and f64, and the layout is
      row-major
    * (C2) there is one index for each other dimension
    * (C3) the weight and the fragment have the same element type

    ```mlir
    %b = tile.load_b %w[%a, %n, %k]
        : memref<32x4x2x8x4x2x2xbf16> -> !tile.fragment<b, 16x8xbf16, split>
    ```
  }];
  let arguments = (ins AnyStaticShapeMemRef:$weight, Variadic<Index>:$indices);
  let results = (outs Tile_B:$result);
  let assemblyFormat = [{
    $weight `[` $indices `]` attr-dict `:` type($weight) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Tile_LoadOp : Tile_Op<"load", [MemoryEffects<[MemRead]>]> {
  let summary = "Load an operand of a product from shared memory, wherever its elements lie";
  let description = [{
    `result[i, j] = buffer[offset + map(i, j)]`

    Where `matrices` is set, one `ldmatrix` loads all, and transposes a right operand:
    8 columns from a multiple of 8 lie side by side, at a multiple of 16 bytes; this is
    the producer's duty.

    * (C1) `map` has two dimensions, no symbols and one result
    * (C2) the buffer and the fragment have the same element type
    * (C3) elements have 2 bytes and `matrices`, or are f32 or f64 and the fragment is `a`
    * (C4) the columns of a right operand are `adjacent`

    ```mlir
    %x = tile.load %buffer[%offset] map affine_map<(i, j) -> (72 * i + j)> matrices
        : memref<4608xbf16, 3> -> !tile.fragment<b, 16x8xbf16>
    ```
  }];
  let arguments = (ins Tile_FlatBuffer:$buffer, Index:$offset, AffineMapAttr:$map,
                       UnitAttr:$matrices);
  let results = (outs AnyTypeOf<[Tile_A, Tile_B]>:$result);
  let assemblyFormat = [{
    $buffer `[` $offset `]` `map` $map (`matrices` $matrices^)? attr-dict
    `:` type($buffer) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Tile_TurnOp : Tile_Op<"turn", [Pure, AllTypesMatch<["first", "second"]>]> {
  let summary = "Two right operands as one left operand, transposed";
  let description = [{
    `result[i, j] = first[j, i]` for i < 8, `second[j, i - 8]` else. Lanes hold the same
    words of both, so that nothing moves.

    * (C1) the fragments have the same element type
    * (C2) the columns of the right operands are `adjacent`

    ```mlir
    %a = tile.turn %b0, %b1
        : !tile.fragment<b, 16x8xbf16> -> !tile.fragment<a, 16x16xbf16>
    ```
  }];
  let arguments = (ins Tile_B:$first, Tile_B:$second);
  let results = (outs Tile_A:$result);
  let assemblyFormat = "$first `,` $second attr-dict `:` type($first) `->` type($result)";
  let hasVerifier = 1;
}

def Tile_ZeroOp : Tile_Op<"zero", [Pure]> {
  let summary = "An accumulator of zeros";
  let description = [{
    `result[i, j] = 0`

    ```mlir
    %acc = tile.zero : !tile.fragment<acc, 16x8xf32>
    ```
  }];
  let results = (outs Tile_Accumulator:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Tile_MmaOp : Tile_Op<"mma", [Pure, AllTypesMatch<["acc", "result"]>]> {
  let summary = "Multiply two fragments and add";
  let description = [{
    `result = acc + a b`, accumulated in f32, or in f64 for operands of f64. Products of bf16 and f16 are exact
    before they are added. An f32 operand is split into the sum of two tf32
    values, big + small, and three products are added (small x small is left
    out): a relative error of about 2^-21 a product. An infinite f32 operand
    gives NaN, not infinity.

    * (C1) a and b have the same element type
    * (C2) b and acc hold their columns alike
    * (C3) acc is f64 where a and b are, and f32 else

    ```mlir
    %sum = tile.mma %a, %b, %acc : !tile.fragment<a, 16x16xbf16>,
        !tile.fragment<b, 16x8xbf16>, !tile.fragment<acc, 16x8xf32>
    ```
  }];
  let arguments = (ins Tile_A:$a, Tile_B:$b, Tile_Acc:$acc);
  let results = (outs Tile_Acc:$result);
  let assemblyFormat = [{
    $a `,` $b `,` $acc attr-dict `:` type($a) `,` type($b) `,` type($acc)
  }];
  let hasVerifier = 1;
}

def Tile_MapOp : Tile_Op<"map", [SingleBlock, RecursiveMemoryEffects, AllTypesMatch<["acc", "result"]>]> {
  let summary = "A function of every element of an accumulator";
  let description = [{
    `result[i, j] = body(acc[i, j], i, j)`. The body may use values from outside
    and read memory: it computes a bias, an activation or a residual from the
    position. It runs once for each element that a lane holds.

    * (C1) the body takes the element (f32 or f64), its row and its column (index)
    * (C2) the body yields the element's type

    ```mlir
    %y = tile.map %acc : !tile.fragment<acc, 16x8xf32> {
    ^bb0(%v: f32, %i: index, %j: index):
      %b = memref.load %bias[%j] : memref<8xf32>
      %s = arith.addf %v, %b : f32
      tile.yield %s : f32
    }
    ```
  }];
  let arguments = (ins Tile_Accumulator:$acc);
  let results = (outs Tile_Accumulator:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$acc attr-dict `:` type($acc) $body";
  let hasRegionVerifier = 1;
}

def Tile_StoreOp : Tile_Op<"store", [AttrSizedOperandSegments, MemoryEffects<[MemWrite]>]> {
  let summary = "Store accumulators, permuted, into shared memory";
  let description = [{
    With F accumulators and `map` from (row, column) to an offset:

    `buffer[offset + map(row + i, column + step j) + f] = convert(acc_f[i, j])` for
    j < limit; without `offset` that is 0.

    The map may be any quasi-affine function: this is where the permutation
    between two stages happens. Values for adjacent offsets are stored as one
    vector: the F accumulators (the same element of adjacent blocks), or, with
    `adjacent_columns`, columns j and j + 1 for even j.

    * (C1) F is 1, 2, 4 or 8, and 1 with `adjacent_columns`
    * (C2) all accumulators have one type; with `adjacent_columns` their columns
      are `adjacent`
    * (C3) `map` has two dimensions, no symbols and one result
    * (C4) the element type is f32, f16 or bf16, or f64 for accumulators of f64

    Vectors are stored at offsets that are a multiple of their length, and with
    `adjacent_columns` the limit is even and map sends columns j, j + 1 to
    adjacent offsets; this is the producer's duty.

    ```mlir
    tile.store %c0, %c1 into %buffer[%row, %column] step 1
        map affine_map<(i, o) -> (i * 40 + (o mod 32) * 34 + o floordiv 32)>
        : !tile.fragment<acc, 16x8xf32, split>, !tile.fragment<acc, 16x8xf32, split>
        into memref<17536xbf16, 3>
    ```
  }];
  let arguments = (ins Variadic<Tile_Acc>:$accs, Tile_FlatBuffer:$buffer, Index:$row,
                       Index:$column, Optional<Index>:$limit, Optional<Index>:$offset,
                       I64Attr:$step, AffineMapAttr:$map, UnitAttr:$adjacent_columns);
  let assemblyFormat = [{
    $accs `into` $buffer `[` $row `,` $column `]` (`limit` $limit^)?
    (`offset` $offset^)? `step` $step `map` $map (`adjacent_columns` $adjacent_columns^)? attr-dict
    `:` type($accs) `into` type($buffer)
  }];
  let hasVerifier = 1;
}

def Tile_F32Buffer : MemRefRankOf<[F32], [1]>;

def Tile_ParkOp : Tile_Op<"park", [AttrSizedOperandSegments,
                                     MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Leave an accumulator in shared memory as the lanes hold it";
  let description = [{
    `buffer[offset + 4 lane + r] = register r of acc` for lanes 0 to 31: 128 values, of
    which each lane writes its 16 bytes. Only `tile.collect` reads them. With `of` the
    buffer is that of block `rank` of the cluster (distributed shared memory), which must
    have met this one at a `tile.cluster_barrier` and not have ended. With `signals` that
    block's barrier is told of the 512 bytes, and who waits for it sees them: no other
    barrier is needed (`st.async`).

    `offset` must be a multiple of 4.

    * (C1) `signals` comes with `of`

    ```mlir
    func.func @example(%sum: !tile.fragment<acc, 16x8xf32>, %sums: memref<2048xf32, 3>, %offset: index, %rank: index,
                       %barriers: memref<8xi64, 3>, %i: index) {
      tile.park %sum into %sums[%offset] : !tile.fragment<acc, 16x8xf32> into memref<2048xf32, 3>
      tile.park %sum into %sums[%offset] of %rank : !tile.fragment<acc, 16x8xf32> into memref<2048xf32, 3>
      tile.park %sum into %sums[%offset] of %rank signals %barriers[%i]
          : !tile.fragment<acc, 16x8xf32> into memref<2048xf32, 3>, memref<8xi64, 3>
      return
    }
    ```
  }];
  let arguments = (ins Tile_AccF32:$acc, Tile_F32Buffer:$buffer, Index:$offset,
                       Optional<Index>:$rank, Optional<Tile_Barriers>:$barriers,
                       Optional<Index>:$index);
  let builders = [OpBuilder<(ins "::mlir::Value":$acc, "::mlir::Value":$buffer,
                                 "::mlir::Value":$offset,
                                 CArg<"::mlir::Value", "{}">:$rank), [{
    build($_builder, $_state, acc, buffer, offset, rank, ::mlir::Value(), ::mlir::Value());
  }]>];
  let assemblyFormat = [{
    $acc `into` $buffer `[` $offset `]` (`of` $rank^)? (`signals` $barriers^ `[` $index `]`)?
    attr-dict `:` type($acc) `into` type($buffer) (`,` type($barriers)^)?
  }];
  let hasVerifier = 1;
}

def Tile_CollectOp : Tile_Op<"collect", [MemoryEffects<[MemRead]>]> {
  let summary = "The sum of accumulators that warps have parked";
  let description = [{
    `result = sum_p parked[offset + p stride]` for p = 0 to count - 1, added in this order,
    so that the result does not depend on who is first. All were parked with the type of
    the result, and a barrier has come since.

    * (C1) `count` and `stride` are at least 1

    ```mlir
    %sum = tile.collect %sums[%offset] count 4 stride 128
        : memref<2048xf32, 3> -> !tile.fragment<acc, 16x8xf32>
    ```
  }];
  let arguments = (ins Tile_F32Buffer:$buffer, Index:$offset,
                       ConfinedAttr<I64Attr, [IntPositive]>:$count,
                       ConfinedAttr<I64Attr, [IntPositive]>:$stride);
  let results = (outs Tile_AccF32:$result);
  let assemblyFormat = [{
    $buffer `[` $offset `]` `count` $count `stride` $stride attr-dict
    `:` type($buffer) `->` type($result)
  }];
}

def Tile_JoinOp : Tile_Op<"join", [Pure, AllTypesMatch<["first", "second"]>]> {
  let summary = "Two accumulators as one left operand";
  let description = [{
    `result[i, j] = first[i, j]` for j < 8, `second[i, j - 8]` else, rounded to the type of
    the result. Lanes hold the same places of both, so that nothing moves.

    * (C1) the columns of the accumulators are `adjacent`
    * (C2) elements of the result have 2 bytes

    ```mlir
    %a = tile.join %s0, %s1 : !tile.fragment<acc, 16x8xf32> -> !tile.fragment<a, 16x16xbf16>
    ```
  }];
  let arguments = (ins Tile_AccF32:$first, Tile_AccF32:$second);
  let results = (outs Tile_A:$result);
  let assemblyFormat = "$first `,` $second attr-dict `:` type($first) `->` type($result)";
  let hasVerifier = 1;
}

def Tile_Counters : MemRefRankOf<[I32], [1]>;

def Tile_SignalOp : Tile_Op<"signal", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Raise a counter in device memory by one";
  let description = [{
    `counters[index] += 1`, atomically, after all that this thread, and those that
    met it at a barrier, did to memory before: whoever awaits the new value sees it
    (`red.release.gpu`). A `relaxed` signal does not wait for what was written to get
    there: it says that what was read before, and has arrived, may be overwritten.

    ```mlir
    tile.signal %counters[%slot] : memref<128xi32>
    tile.signal relaxed %counters[%slot] : memref<128xi32>
    ```
  }];
  let arguments = (ins Tile_Counters:$counters, Index:$index, UnitAttr:$relaxed);
  let assemblyFormat = "(`relaxed` $relaxed^)? $counters `[` $index `]` attr-dict `:` type($counters)";
}

def Tile_AwaitOp : Tile_Op<"await", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Wait until a counter in device memory has risen far enough";
  let description = [{
    Returns once `counters[index] >= least`; this thread, and those that meet it at a
    barrier after, then see all that was done before the signals that raised it
    (`ld.acquire.gpu`). Who signals must be running: a thread block that has not
    begun may never begin while others wait.

    ```mlir
    func.func @example(%counters: memref<128xi32>, %slot: index, %count: index) {
      tile.await %counters[%slot] at_least %count : memref<128xi32>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Counters:$counters, Index:$index, Index:$least);
  let assemblyFormat = "$counters `[` $index `]` `at_least` $least attr-dict `:` type($counters)";
}

def Tile_YieldOp : Tile_Op<"yield", [Pure, ReturnLike, Terminator, HasParent<"MapOp">]> {
  let summary = "End of a body";
  let description = [{
    Gives the value of the body of a `tile.map`.

    ```mlir
    tile.yield %s : f32
    ```
  }];
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

include "dialects/Tile/TileBulk.td"
include "dialects/Tile/TileExchange.td"
include "dialects/Tile/TileLaunch.td"

#endif // DIALECTS_TILE_TILEOPS_TD
