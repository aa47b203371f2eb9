//===- ChainAttrs.td - Attributes of the chain dialect -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CHAIN_CHAINATTRS_TD
#define DIALECTS_CHAIN_CHAINATTRS_TD

include "dialects/Chain/ChainDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Chain_Attr<string name, string attrMnemonic> : AttrDef<Chain_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def Chain_Unit : I32EnumAttr<"Unit", "the arithmetic unit that a kernel runs on", [
    I32EnumAttrCase<"fma", 0>,
    I32EnumAttrCase<"mma_sync", 1>,
    I32EnumAttrCase<"amx", 2>,
    I32EnumAttrCase<"wgmma", 3>]> {
  let cppNamespace = "::danaus::chain";
  let genSpecializedAttr = 0;
}

def Chain_Axis : I32EnumAttr<"Axis", "the block dimension that vector lanes run along", [
    I32EnumAttrCase<"b", 0>,
    I32EnumAttrCase<"d", 1>]> {
  let cppNamespace = "::danaus::chain";
  let genSpecializedAttr = 0;
}

def Chain_Placement : I32EnumAttr<"Placement", "where a GPU kernel keeps its weights", [
    I32EnumAttrCase<"registers", 0>,
    I32EnumAttrCase<"streamed", 1>,
    I32EnumAttrCase<"shared", 2>]> {
  let cppNamespace = "::danaus::chain";
  let genSpecializedAttr = 0;
}

def Chain_PackingKind : I32EnumAttr<"PackingKind", "the order of a packed weight", [
    I32EnumAttrCase<"panel_b", 0>,
    I32EnumAttrCase<"panel_d", 1>,
    I32EnumAttrCase<"mma_k16", 2>,
    I32EnumAttrCase<"mma_k8", 3>,
    I32EnumAttrCase<"vnni", 4>,
    I32EnumAttrCase<"complex_d", 5>,
    I32EnumAttrCase<"k_major", 6>]> {
  let cppNamespace = "::danaus::chain";
  let genSpecializedAttr = 0;
}

def Chain_Transform : I32EnumAttr<"Transform", "a matrix that fast algorithms know", [
    I32EnumAttrCase<"dft", 0>,
    I32EnumAttrCase<"hadamard", 1>]> {
  let cppNamespace = "::danaus::chain";
  let genSpecializedAttr = 0;
}

def Chain_TransformAttr : EnumAttr<Chain_Dialect, Chain_Transform, "transform"> {
  let assemblyFormat = "`<` $value `>`";
}

def Chain_PackingAttr : Chain_Attr<"Packing", "packing"> {
  let summary = "How a stage's weight lies in memory";
  let description = [{
    Splits the block dimensions of the weight into digits and orders them so
    that the inner loop of a kernel reads it front to back. `b % n` is the fast
    digit of b, of extent n; sizes are padded with zeros to whole digits. With
    L = `lanes` and P = `panel`, and Q = `per_lane` values of c that one lane
    holds next to each other, for instructions that multiply and add so many:

    | kind      | order, slowest first                                   | for |
    |-----------|--------------------------------------------------------|-----|
    | `panel_b` | a, d, b / (L P), c / Q, b % (L P), c % Q               | lanes along b |
    | `panel_d` | a, d / L, b / P, c / Q, b % P, d % L, c % Q            | lanes along d |
    | `panel_d`, m = L / d whole and > 1 | a, 1, b / (P m), c / Q, (b / m) % P, b % m, d, c % Q | lanes along b and d |
    | `mma_k16` | a, d, b / 8, c / 16, b % 8, (c / 2) % 4, (c / 8) % 2, c % 2 | B of mma.m16n8k16 |
    | `mma_k8`  | a, d, b / 8, c / 8, b % 8, c % 4, (c / 4) % 2          | B of mma.m16n8k8, tf32 and f64 |
    | `complex_d` | as `panel_d`, with (w.re, w.re) and (w.im, w.im) side by side before the digits of a vector | lanes along d, complex |
    | `vnni`    | a, d, b / 16, c / Q, b % 16, c % Q                     | tiles of AMX: Q = 2 for bf16, 4 for i8; b / 16 a multiple of P |
    | `k_major` | a, d, b, c % L, c / L, without padding               | B of wgmma, copied as boxes of a tensor; L = d of a stage before whose blocks are read in place |

    An a or d that the weight shares is left out, and so is c % Q where Q = 1, and c % L of `k_major` where L = 1.
    A complex weight has the kinds `panel_b` and `complex_d`, and a vector of L
    numbers has 2 L parts; where the weight shares d, `complex_d` holds it once, as
    it is.

    With `digit` > 1 the values of b are first put in another order, so that the
    next stage of the kernel, with d = `digit`, finds the inputs of one sum next
    to each other: in each `group` of them, those of equal b % digit together.
    What the stage computes is the same; only the tile of activations between
    the two has its columns in this order, and so have the operands of rank 1 of
    the maps between the two. This needs d = 1. With `panel_b` and `k_major`
    groups divide b, and `digit` the group; with `vnni` a group is one of whole
    blocks of b = `digit` columns.

    Example: `#chain.packing<kind = panel_b, lanes = 16, panel = 2>`
  }];
  let parameters = (ins EnumParameter<Chain_PackingKind>:$kind,
      DefaultValuedParameter<"int64_t", "1">:$lanes,
      DefaultValuedParameter<"int64_t", "1">:$panel,
      DefaultValuedParameter<"int64_t", "1">:$group,
      DefaultValuedParameter<"int64_t", "1">:$digit,
      DefaultValuedParameter<"int64_t", "1">:$per_lane);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Chain_DigitsAttr : Chain_Attr<"Digits", "digits"> {
  let summary = "A permutation of the digits of an index";
  let description = [{
    As in `chain.permute`: digits of x's index have `sizes`, slowest first, and
    digit j of y's is digit `order[j]` of x's.

    Example: `#chain.digits<sizes = [4, 3], order = [1, 0]>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$sizes, ArrayRefParameter<"int64_t">:$order);
  let builders = [AttrBuilder<(ins "const ::danaus::DigitPermutation &":$permutation)>];
  let extraClassDeclaration = [{
    /// Nothing where the sizes or the order are not those of a permutation.
    ::std::optional<::danaus::DigitPermutation> getPermutation() const;
  }];
  let assemblyFormat = [{
    `<` struct(custom<IntegerList>($sizes), custom<IntegerList>($order)) `>`
  }];
}

def Chain_ScheduleAttr : Chain_Attr<"Schedule", "schedule"> {
  let summary = "How a kernel runs";
  let description = [{
    Every decision about a `chain.kernel`, written by `danaus-assign-schedule`
    (from a user, a model or the default) and obeyed by all other passes.

    * `unit`: `fma` (vector units of a CPU), `amx` (matrix tiles of a CPU),
      `mma_sync` (tensor cores, small blocks) or `wgmma` (tensor cores of sm_90a,
      large blocks)
    * `rows`: rows of activations that one tile holds
    * `cuts`: ascending indices of stages that begin a new launch; the
      activations before each go through memory
    * `axes` (fma): for each stage, whether vector lanes run along b or d
    * `block_rows`, `panel` (fma): the register block: rows, and vectors along
      the columns; with axis d, `panel` counts values of b
    * `warps`, `depth`, `placement` (mma_sync): warps a thread block, tiles of x
      in flight, and where the weights live; `placement` (fma, on a GPU): those of twiddles
    * `panel`, `warps`, `depth` (wgmma): columns of a tile, warps that multiply (4 a
      warpgroup), and steps along c of x and the weights in flight. Two stages without a
      cut between are a pair: what the first makes stays in registers
    * `ring` (mma_sync): 0, or the parts between cuts run at once, in one launch,
      and a tile goes from one to the next through a ring of so many in memory
    * `outputs` (mma_sync): tiles of results in shared memory; with 2, one is
      stored while the next is computed
    * `steps` (mma_sync): 0, or the most steps along c (16 values, 8 of f32) that one
      warp multiplies; others take the rest, and their sums meet in shared memory. For
      few rows, where the time is that of reading weights with many warps at once
    * `in_place` (mma_sync): whole rows stay in shared memory and every stage writes
      where it read; for square blocks that all share one weight. With `cuts`, pieces of
      rows do: all that the stages between two cuts mix, times `panel` neighbors; `ring`
      then counts the rows that one part may be ahead of the next
    * `in_place` (fma, on a GPU): the same for a chain of complex transforms, with blocks in
      registers of one thread each; it then obeys `rows` and `warps`, and depth is 1
    * `cluster` (mma_sync): thread blocks that share the columns of a tile of rows, each with
      a part of c of the first stage and of b of the second; for two stages of one block
    * `cluster` (wgmma): thread blocks with neighboring tiles that get what they share, x of
      one tile of rows or the weights of one tile of columns, by one copy to all
    * `placement` (wgmma): `shared`, with `cluster` and two stages of one block, is one launch
      of clusters as for mma_sync, whose blocks keep their parts of both weights in shared
      memory. `rows` are of a tile of the cluster, `warps` 4 a warpgroup: one for each 64
      columns between the stages, and others for the second; `depth` tiles of x in flight,
      and `outputs` boxes of 64 columns of y that a warpgroup has under way
    * `library` (wgmma): where the vendor's library of products is there when the kernel
      runs, that one does it; for one stage with a = d = 1 and no maps behind it. All
      else that the schedule says is obeyed where the library is not there

    `danaus-verify-schedule` holds the constraints; they are C++ functions in
    `danaus/Support/Legality.h`.

    Example: `#chain.schedule<unit = fma, rows = 32, axes = [b, d], block_rows = 8, panel = 2>`
  }];
  let parameters = (ins
      DefaultValuedParameter<"::danaus::chain::Unit", "::danaus::chain::Unit::fma">:$unit,
      DefaultValuedParameter<"int64_t", "32">:$rows,
      OptionalArrayRefParameter<"int64_t">:$cuts,
      OptionalArrayRefParameter<"::danaus::chain::Axis">:$axes,
      DefaultValuedParameter<"int64_t", "8">:$block_rows,
      DefaultValuedParameter<"int64_t", "2">:$panel,
      DefaultValuedParameter<"int64_t", "8">:$warps,
      DefaultValuedParameter<"int64_t", "2">:$depth,
      DefaultValuedParameter<"::danaus::chain::Placement",
                             "::danaus::chain::Placement::streamed">:$placement,
      DefaultValuedParameter<"int64_t", "0">:$ring,
      DefaultValuedParameter<"int64_t", "1">:$outputs,
      DefaultValuedParameter<"int64_t", "0">:$steps,
      DefaultValuedParameter<"bool", "false">:$in_place,
      DefaultValuedParameter<"int64_t", "1">:$cluster,
      DefaultValuedParameter<"bool", "false">:$library);
  let assemblyFormat = [{
    `<` struct($unit, $rows, custom<IntegerList>($cuts), custom<AxisList>($axes),
               $block_rows, $panel, $warps, $depth, $placement, $ring, $outputs, $steps, $in_place,
               $cluster, $library) `>`
  }];
}

#endif // DIALECTS_CHAIN_CHAINATTRS_TD
