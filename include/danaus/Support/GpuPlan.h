//===- GpuPlan.h - Where a GPU kernel keeps and moves its data -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The arithmetic of a kernel on tensor cores, without IR: which block of a
// stage a warp computes, where the activations between two stages lie in shared
// memory, and how much of each resource that takes. The conversion to `tile`
// and the legality functions read the same plan, so they cannot disagree.
//
//   x (global) -> in[0] -> stage 0 -> in[1] -> stage 1 -> ... -> out -> y (global)
//
// **Input of a stage.** Stage s reads its left operand from in[s]. The value of
// tile row i that block (A, D) contracts at C lies at element
//
//   rowPitch i + blockPitch (A d + D) + C,
//
// so a permutation between two stages happens when the accumulators of the
// first are stored, and loads of the second are contiguous in C. c is padded to
// whole contractions with zeros that are written once and never overwritten.
//
// **Banks.** Shared memory has 32 banks of one word (4 bytes). Lane 4 g + t of
// a load reads word `rowPitch g + t`, which is free of conflicts iff rowPitch is
// 4 modulo 8 words. A store of lane 4 g + t goes to row g and column 2 t + j, or
// t + 4 j when columns are *split*; the remaining freedom (words added to
// blockPitch, or to the pitch of `out`, and whether columns are split) is tried
// out and the conflicts of one warp's store are counted. For Monarch 1024 (32
// blocks of 32 x 32, bf16):
//
//   blockPitch words   split   store into in[1] takes
//   16                 no      4 times the time of one without conflicts
//   17                 no      2
//   17                 yes     1
//
// **Pairs.** An element of 2 bytes is half a word. Where columns 2 t, 2 t + 1
// are neighbors in the destination they are stored together; else, where block
// n + 1 lies beside block n for all even n, a warp computes both blocks and
// stores their values together. `pairing` says which.
//
// **Groups.** A launch may be split: thread blocks with the same blockIdx.y handle
// a part of each stage. What all stages have in common on the outside, the outermost
// digit of A, is split into `groupsA`; what they have in common on the inside, the
// `innerWhole` innermost values of D, into groups of `innerLocal`; a single stage
// also along B. Pattern (a', b', c, d') of the part is `local`. The three stages of
// 8 (x) 8 (x) 8 on 512 columns, 64 times side by side, are 64 groups; the two stages
// of 8 (x) 8 on columns 512 apart are 32 groups of 16 innermost values.
//
// **Between launches** the columns lie in an order of our own (`ColumnOrder`), in
// which the values of c of a block of the next stage come in runs. For Monarch
// 4096 (64 blocks of 64 x 64), where a group has 16 blocks:
//
//   natural    (k, i): a group of stage 0 stores 1024 columns in a row, one of
//              stage 1 finds its values of c 64 columns apart
//   run = 16   (k / 16, i, k % 16): the same 1024 columns in a row are stored;
//              16 blocks i of stage 1 find 256 in a row, 16 values of c together
//
// **Stages that gather.** A stage with `inner` (see StageDescriptor), the second of a
// BTT, finds the inputs of block A in runs, one a block in turn: what other stages
// have in d, its blocks have in a, and its results come block by block.
//
// **Few rows.** What counts then is how many warps read weights at once. With
// `schedule.steps` a warp takes so many steps along c of one fragment along b and no more: a
// launch of one stage has as many groups as that needs, and the warps of a thread block that
// share a fragment add their sums through shared memory. Low rank 4096 to 64: 8 groups of 16
// warps, each a fragment of 8 columns and 16 of the 256 steps.
//
// **Rings.** With `schedule.ring` the launches are one: each group has thread
// blocks of its own, all groups run at once, and a tile goes from one to the next
// through a ring of so many tiles in memory, which stays in the L2 cache. For each
// slot of a ring one counter says how many producers have written it, another how
// many consumers have read it.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_GPUPLAN_H
#define DANAUS_SUPPORT_GPUPLAN_H

#include "danaus/Support/Legality.h"

namespace danaus {

/// The driver's share of shared memory for each thread block.
inline constexpr int64_t reservedSharedBytes = 1024;

/// Sums of one product, of 16 rows by 8 columns.
inline constexpr int64_t sumsOfFragment = 128;

/// Rows up to which a kernel has a tile or a few: these gain nothing from a pipeline, and
/// pay for counters and barriers that parts of a kernel meet at.
inline constexpr int64_t fewRows = 64;

/// How values of 2 bytes find a partner to make a word.
enum class StorePairing { None, Columns, Blocks };

/// A buffer in shared memory; pitches and counts in elements.
struct SharedBuffer {
  int64_t offsetBytes = 0;
  int64_t blockPitch = 0; ///< unused in `out`
  int64_t rowPitch = 0;
  int64_t numElements = 0;
};

/// How one stage of a launch is computed.
struct GpuStagePlan {
  StagePattern whole;        ///< the stage
  StagePattern local;        ///< the part of one group
  int64_t inner = 0;         ///< of the stage's descriptor: how its x is ordered
  int64_t kSteps = 0;        ///< products along c
  int64_t nTiles = 0;        ///< fragments along b of the group
  int64_t blocksPerItem = 1; ///< adjacent blocks that a warp takes together
  int64_t tilesPerItem = 1;  ///< fragments along b that it takes together
  int64_t split = 1;         ///< warps that share the steps along c of an item
  StorePairing pairing = StorePairing::None;
  bool splitColumns = false;
  SharedBuffer input;

  /// Units of work dealt to warps: item i is blocks (i / n) blocksPerItem ...,
  /// fragments (i % n) tilesPerItem ..., with n = nTiles / tilesPerItem.
  int64_t numItems() const { return local.numBlocks() / blocksPerItem * (nTiles / tilesPerItem); }
  /// Sums of an item that one warp has.
  int64_t sumsOfItem(int64_t rowTiles) const {
    return rowTiles * blocksPerItem * tilesPerItem * sumsOfFragment;
  }
  /// Steps along c that one warp takes.
  int64_t ownSteps() const { return kSteps / split; }
};

/// How many elements a lane moves at once between global and shared memory.
struct GpuCopy {
  bool async = false; ///< cp.async (load only)
  int64_t elements = 1;
};

/// The order of columns between two launches: in each chunk of `run` x `width`
/// columns, those that are `width` apart lie side by side; with `inner`, pieces of
/// so many columns in place of columns, `run` counting columns all the same.
struct ColumnOrder {
  int64_t run = 1, width = 1, inner = 1;

  bool isNatural() const { return run == inner || width == 1; }
  /// Where `column` lies.
  int64_t position(int64_t column) const {
    int64_t piece = column / inner, perRun = run / inner;
    int64_t chunk = piece / (perRun * width), inRun = piece / width % perRun;
    return (chunk * width + piece % width) * run + inRun * inner + column % inner;
  }
};

/// One launch: the stages from one cut to the next.
struct GpuSegment {
  size_t firstStage = 0;
  llvm::SmallVector<GpuStagePlan, 2> stages;
  SharedBuffer out;
  SharedBuffer sums; ///< f32, of warps that share an item: a fragment has 128
  GpuCopy load, store;
  ColumnOrder inOrder, outOrder; ///< of what it loads and stores
  int64_t depth = 1;             ///< buffers of x in flight
  int64_t outputs = 1; ///< buffers of results: with 2, one is stored while the next is computed
  bool weightsInRegisters = false;
  bool hasPadding = false; ///< some c is padded: buffers start as zeros
  int64_t groupsA = 1, groupsB = 1, groupsD = 1;
  int64_t innerWhole = 1, innerLocal = 1; ///< innermost values of D that all stages share
  int64_t sharedBytes = 0;
  int64_t registers = 0; ///< estimate for one thread
  int64_t blocksPerProcessor = 1;

  int64_t groups() const { return groupsA * groupsB * groupsD; }
};

/// The launches of a kernel, and what they break.
struct GpuPlan {
  llvm::SmallVector<GpuSegment, 1> segments;
  /// With a ring: thread blocks of each group, all of which run at once.
  int64_t blocksPerGroup = 0;
  BrokenConstraints broken;
};

/// Element sizes in bytes of x (and of the activations between stages), and of y.
struct ElementSizes {
  int64_t in = 4;
  int64_t out = 4;
};

/// The plan of `stages` under `schedule`. `broken` names what does not fit
/// `limits`; the rest of the plan is then not to be used.
GpuPlan planGpuKernel(llvm::ArrayRef<StageDescriptor> stages, ElementSizes sizes,
                      const Schedule &schedule, const TargetLimits &limits);

/// The element of in[next] at which column `column` of the stage before lies
/// (row 0); `next` is the plan of the stage that reads it.
int64_t inputOffset(const GpuStagePlan &next, int64_t column);

} // namespace danaus

#endif // DANAUS_SUPPORT_GPUPLAN_H
