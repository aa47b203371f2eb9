//===- GpuPlan.cpp - Where a GPU kernel keeps and moves its data -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuPlan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

using namespace danaus;
using llvm::alignTo;
using llvm::ArrayRef;
using llvm::divideCeil;
using llvm::formatv;

namespace {
constexpr int64_t wordBytes = 4;
constexpr int64_t numBanks = 32;
/// Accumulators that a thread may hold beside weights and addresses.
constexpr int64_t maxAccumulators = 32;
/// Registers for addresses, loop counters and values in flight, such that no
/// kernel of test/Integration/CUDA spills (ptxas 13.0, sm_80 and sm_90a). Extents
/// that are no powers of two need quotients and remainders, which stay in registers.
constexpr int64_t addressRegisters = 28, oddAddressRegisters = 72;
/// And for the counters of rings and the choice of a part.
constexpr int64_t ringRegisters = 12;
/// And for weights that are loaded early, where they are streamed in one of several launches.
constexpr int64_t earlyRegisters = 8;

/// The element at which a column of a stage's result is stored (row 0).
using ColumnOffset = std::function<int64_t(int64_t column)>;
} // namespace

static int64_t contraction(int64_t elementBytes) { return elementBytes == 2 ? 16 : 8; }

int64_t danaus::inputOffset(const GpuStagePlan &next, int64_t column) {
  const StagePattern &pattern = next.local;
  if (int64_t inner = next.inner) {
    int64_t C = column / (inner * pattern.a) * inner + column % inner;
    return column / inner % pattern.a * next.input.blockPitch + C;
  }
  int64_t block = column / (pattern.c * pattern.d) * pattern.d + column % pattern.d;
  return block * next.input.blockPitch + column / pattern.d % pattern.c;
}

/// The column of a stage's result (in its group) that block and B give.
static int64_t columnOf(const StagePattern &pattern, int64_t block, int64_t B) {
  return (block / pattern.d * pattern.b + B) * pattern.d + block % pattern.d;
}

//===----------------------------------------------------------------------===//
// Pairs of values of 2 bytes
//===----------------------------------------------------------------------===//

/// Whether (B, B + 1), or (block, block + 1), always lie side by side, the even
/// one at an even offset.
static bool pairsUp(const StagePattern &pattern, const ColumnOffset &offset, StorePairing pairing) {
  int64_t blockStep = pairing == StorePairing::Blocks ? 2 : 1, bStep = 3 - blockStep;
  if (pattern.numBlocks() % blockStep != 0 || pattern.b % bStep != 0)
    return false;
  for (int64_t block = 0; block < pattern.numBlocks(); block += blockStep)
    for (int64_t B = 0; B < pattern.b; B += bStep) {
      int64_t first = offset(columnOf(pattern, block, B));
      int64_t second = offset(columnOf(pattern, block + blockStep - 1, B + bStep - 1));
      if (first % 2 != 0 || second != first + 1)
        return false;
    }
  return true;
}

static StorePairing choosePairing(const StagePattern &pattern, int64_t elementBytes,
                                  const ColumnOffset &offset) {
  if (elementBytes != 2)
    return StorePairing::None;
  for (StorePairing pairing : {StorePairing::Columns, StorePairing::Blocks})
    if (pairsUp(pattern, offset, pairing))
      return pairing;
  return StorePairing::None;
}

//===----------------------------------------------------------------------===//
// Bank conflicts
//===----------------------------------------------------------------------===//

/// Passes over shared memory that a store of one register by 32 lanes takes:
/// the most distinct words in one bank.
static int64_t storePasses(const GpuStagePlan &stage, const ColumnOffset &offset, int64_t rowPitch,
                           int64_t elementBytes, int64_t block, int64_t tile, int64_t j) {
  std::array<llvm::SmallVector<int64_t, 8>, numBanks> words;
  for (int64_t lane = 0; lane < 32; ++lane) {
    int64_t g = lane / 4, t = lane % 4;
    int64_t B = 8 * tile + (stage.splitColumns ? t + 4 * j : 2 * t + j);
    if (B >= stage.local.b)
      continue;
    int64_t element = g * rowPitch + offset(columnOf(stage.local, block, B));
    int64_t word = element * elementBytes / wordBytes;
    llvm::SmallVector<int64_t, 8> &bank = words[word % numBanks];
    if (!llvm::is_contained(bank, word))
      bank.push_back(word);
  }
  size_t most = 0;
  for (const auto &bank : words)
    most = std::max(most, bank.size());
  return static_cast<int64_t>(most);
}

/// The passes of a sample of stores: first and middle blocks and fragments.
static int64_t samplePasses(const GpuStagePlan &stage, const ColumnOffset &offset, int64_t rowPitch,
                            int64_t elementBytes) {
  int64_t middle = stage.local.numBlocks() / 2 / stage.blocksPerItem * stage.blocksPerItem;
  int64_t passes = 0;
  for (int64_t block : {int64_t(0), middle})
    for (int64_t tile : {int64_t(0), stage.nTiles / 2})
      for (int64_t j : {0, 1})
        passes += storePasses(stage, offset, rowPitch, elementBytes, block, tile, j);
  return passes;
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

/// The least pitch of at least `elements` that is 4 modulo 8 words.
static int64_t loadablePitch(int64_t elements, int64_t elementBytes) {
  int64_t words = divideCeil(elements * elementBytes, wordBytes);
  return (alignTo(words + 4, 8) - 4) * wordBytes / elementBytes;
}

static void layOutInput(GpuStagePlan &stage, int64_t blockPitch, int64_t elementBytes) {
  stage.input.blockPitch = blockPitch;
  stage.input.rowPitch = loadablePitch(stage.local.numBlocks() * blockPitch, elementBytes);
}

/// Chooses how `stage` stores into in[next]: the words added to the block pitch,
/// and whether its columns are split, by the fewest passes, then the least room.
static void connectStages(GpuStagePlan &stage, GpuStagePlan &next, int64_t elementBytes) {
  int64_t padded = next.kSteps * contraction(elementBytes);
  auto offset = [&next](int64_t column) { return inputOffset(next, column); };
  layOutInput(next, padded, elementBytes);
  stage.pairing = choosePairing(stage.local, elementBytes, offset);
  stage.blocksPerItem = stage.pairing == StorePairing::Blocks ? 2 : 1;
  int64_t best = INT64_MAX, bestWords = 0;
  bool bestSplit = false;
  for (int64_t words = 0; words < 8; ++words)
    for (bool split : {false, true}) {
      if (split && stage.pairing == StorePairing::Columns)
        continue;
      layOutInput(next, padded + words * wordBytes / elementBytes, elementBytes);
      stage.splitColumns = split;
      int64_t passes = samplePasses(stage, offset, next.input.rowPitch, elementBytes);
      if (passes < best)
        best = passes, bestWords = words, bestSplit = split;
    }
  layOutInput(next, padded + bestWords * wordBytes / elementBytes, elementBytes);
  stage.splitColumns = bestSplit;
}

/// Elements of y that lie side by side in a row and in `out`, such that a multiple of them
/// lies before those of every group.
static int64_t contiguousOutput(const GpuSegment &segment) {
  const GpuStagePlan &last = segment.stages.back();
  if (segment.groupsD > 1)
    return segment.innerLocal;
  if (segment.groupsB > 1)
    return std::gcd(last.local.b, last.whole.b) * last.local.d;
  return last.local.outSize();
}

/// Chooses the pitch of `out`, the width of the copy to y, and whether the last
/// stage's columns are split: fewest passes, then the widest copy.
static void layOutOutput(GpuSegment &segment, int64_t elementBytes) {
  GpuStagePlan &stage = segment.stages.back();
  auto offset = [&segment](int64_t column) { return segment.outOrder.position(column); };
  stage.pairing = choosePairing(stage.local, elementBytes, offset);
  stage.blocksPerItem = stage.pairing == StorePairing::Blocks ? 2 : 1;
  int64_t run = contiguousOutput(segment), best = INT64_MAX;
  bool bestSplit = false;
  for (int64_t width = 16 / elementBytes; width >= 1; width /= 2) {
    if (run % width != 0 || stage.whole.outSize() % width != 0)
      continue;
    int64_t step = std::max<int64_t>(width, stage.pairing == StorePairing::None ? 1 : 2);
    int64_t base = alignTo(stage.local.outSize(), step);
    for (int64_t pitch = base; pitch < base + numBanks * wordBytes / elementBytes; pitch += step)
      for (bool split : {false, true}) {
        if (split && stage.pairing == StorePairing::Columns)
          continue;
        stage.splitColumns = split;
        int64_t passes = samplePasses(stage, offset, pitch, elementBytes);
        if (passes >= best)
          continue;
        best = passes, bestSplit = split;
        segment.out.rowPitch = pitch;
        segment.store.elements = width;
      }
  }
  stage.splitColumns = bestSplit;
}

/// Elements of what a launch loads that lie side by side in a row and in in[0].
static int64_t contiguousInput(const GpuSegment &segment, int64_t paddedC) {
  const GpuStagePlan &stage = segment.stages.front();
  if (!segment.inOrder.isNatural())
    return segment.inOrder.run;
  if (stage.inner == 1)
    return stage.local.a;
  if (stage.inner > 1)
    return stage.inner;
  if (stage.whole.d > 1)
    return segment.groupsD > 1 ? segment.innerLocal : stage.local.d;
  return stage.local.c == paddedC ? stage.local.a * stage.local.c : stage.local.c;
}

/// How x reaches in[0]: by cp.async where a block's values are contiguous, else
/// through registers, with vectors along d where d > 1.
static void layOutFirstInput(GpuSegment &segment, int64_t elementBytes) {
  GpuStagePlan &stage = segment.stages.front();
  int64_t padded = stage.kSteps * contraction(elementBytes);
  bool isScattered = (stage.whole.d > 1 || stage.inner == 1) && segment.inOrder.isNatural();
  int64_t run = contiguousInput(segment, padded);
  for (int64_t width = 16 / elementBytes; width >= 1; width /= 2) {
    if (run % width != 0 || stage.whole.inSize() % width != 0)
      continue;
    segment.load = {!isScattered && width * elementBytes >= wordBytes, width};
    break;
  }
  // One word more spreads the scattered stores of the path through registers.
  int64_t extra = isScattered ? wordBytes / elementBytes : 0;
  layOutInput(stage, padded + extra, elementBytes);
}

/// The order in which `segment` leaves its columns for a launch that begins with
/// stage `next`: what a group stores stays contiguous, and has in it as many values
/// of c of each block as it can. Natural where groups do not split a alone.
static ColumnOrder orderBetween(const GpuSegment &segment, const StageDescriptor &next) {
  int64_t columns = segment.stages.back().local.outSize();
  // Blocks that are side by side where the next stage finds their inputs in turn.
  int64_t blocks = next.inner > 0 ? next.pattern.a : next.pattern.d;
  int64_t inner = std::max<int64_t>(1, next.inner), c = next.pattern.c;
  if (segment.groupsB > 1 || segment.groupsD > 1 || columns % (blocks * inner) != 0)
    return {};
  int64_t run = std::min(c, columns / blocks);
  if (c % run != 0 || columns % (run * blocks) != 0 || run % inner != 0)
    return {};
  return {run, blocks, inner};
}

//===----------------------------------------------------------------------===//
// Work and resources
//===----------------------------------------------------------------------===//

/// The number of fragments that a warp takes together: the least time for the
/// warp with most items, then the most fragments to one load of the left operand.
static void chooseTilesPerItem(GpuStagePlan &stage, const Schedule &schedule) {
  if (schedule.steps > 0)
    return;
  int64_t perTile = 4 * stage.blocksPerItem * (schedule.rows / 16);
  int64_t most = std::max<int64_t>(1, maxAccumulators / perTile), best = INT64_MAX, chosen = 1;
  for (int64_t tiles = 1; tiles <= std::min(most, stage.nTiles); ++tiles) {
    if (stage.nTiles % tiles != 0)
      continue;
    stage.tilesPerItem = tiles;
    int64_t time = divideCeil(stage.numItems(), schedule.warps) * tiles;
    if (time <= best)
      best = time, chosen = tiles;
  }
  stage.tilesPerItem = chosen;
}

/// The fewest warps that share an item so that none takes more than `schedule.steps`.
static int64_t chooseSplit(const GpuStagePlan &stage, const Schedule &schedule) {
  int64_t split = 1;
  while (schedule.steps > 0 && (stage.kSteps % split != 0 || stage.kSteps > split * schedule.steps))
    ++split;
  return split;
}

/// Elements of f32 in which the warps that share an item leave their sums.
static int64_t sharedSums(const GpuStagePlan &stage, const Schedule &schedule) {
  if (stage.split == 1)
    return 0;
  return stage.numItems() * stage.split * stage.sumsOfItem(schedule.rows / 16);
}

static int64_t placeBuffer(SharedBuffer &buffer, int64_t elements, int64_t elementBytes,
                           int64_t offset) {
  buffer.offsetBytes = offset;
  buffer.numElements = elements;
  return alignTo(offset + elements * elementBytes, 16);
}

static void placeBuffers(GpuSegment &segment, ElementSizes sizes, const Schedule &schedule) {
  int64_t bytes = 0;
  for (auto [index, stage] : llvm::enumerate(segment.stages)) {
    int64_t copies = index == 0 ? segment.depth : 1;
    bytes =
        placeBuffer(stage.input, copies * schedule.rows * stage.input.rowPitch, sizes.in, bytes);
  }
  int64_t sums = 0;
  for (const GpuStagePlan &stage : segment.stages)
    sums = std::max(sums, sharedSums(stage, schedule));
  bytes = placeBuffer(segment.sums, sums, sizeof(float), bytes);
  segment.sharedBytes = placeBuffer(
      segment.out, segment.outputs * schedule.rows * segment.out.rowPitch, sizes.out, bytes);
}

static bool hasOddExtents(const StagePattern &pattern) {
  auto isOdd = [](int64_t extent) { return !llvm::isPowerOf2_64(extent); };
  return isOdd(pattern.a) || isOdd(pattern.b) || isOdd(pattern.c) || isOdd(pattern.d);
}

/// Registers of one thread: weights (twice for f32, whose halves stay in
/// registers too), accumulators and left operands of an item, and addresses.
static int64_t estimateRegisters(const GpuSegment &segment, int64_t elementBytes,
                                 const Schedule &schedule) {
  int64_t weights = 0, item = 0, addresses = addressRegisters;
  for (const GpuStagePlan &stage : segment.stages) {
    if (hasOddExtents(stage.local))
      addresses = oddAddressRegisters;
    int64_t rowTiles = schedule.rows / 16;
    int64_t slots = divideCeil(stage.numItems() * stage.split, schedule.warps);
    int64_t fragments = slots * stage.blocksPerItem * stage.tilesPerItem * stage.ownSteps();
    weights += fragments * 2 * (elementBytes == 4 ? 2 : 1);
    int64_t wordsOfLeft = elementBytes == 4 ? 12 : 4; // f32 and its two parts
    int64_t accumulators = 4 * stage.blocksPerItem * rowTiles;
    int64_t lefts = wordsOfLeft * rowTiles;
    if (segment.weightsInRegisters)
      lefts *= stage.ownSteps() * stage.blocksPerItem;
    else // and the weights of two steps on their way
      accumulators = (accumulators + 4 * stage.blocksPerItem) * stage.tilesPerItem;
    item = std::max(item, accumulators + lefts);
  }
  int64_t early = schedule.cuts.empty() ? 0 : earlyRegisters;
  return item + addresses + (segment.weightsInRegisters ? weights : early);
}

static int64_t registerLimit(const Schedule &schedule, const TargetLimits &limits) {
  int64_t perThread = limits.registersPerBlock / (32 * schedule.warps) / 8 * 8;
  return std::min(perThread, limits.registersPerThread) - limits.spareRegisters;
}

/// Thread blocks that fit on one multiprocessor; 4 are enough to hide latency.
static int64_t residentBlocks(const GpuSegment &segment, const Schedule &schedule,
                              const TargetLimits &limits) {
  int64_t byShared = limits.sharedBytesPerProcessor / (segment.sharedBytes + reservedSharedBytes);
  int64_t byRegisters = limits.registersPerBlock / (32 * schedule.warps * segment.registers);
  int64_t byWarps = 2 * limits.warpsPerBlock / schedule.warps;
  return std::clamp<int64_t>(std::min({byShared, byRegisters, byWarps}), 1, 4);
}

//===----------------------------------------------------------------------===//
// A launch
//===----------------------------------------------------------------------===//

namespace {
/// What surrounds a launch: its stages are all[begin, end).
struct Surroundings {
  ArrayRef<StageDescriptor> all;
  size_t begin, end;
  ColumnOrder inOrder;

  ArrayRef<StageDescriptor> stages() const { return all.slice(begin, end - begin); }
};
} // namespace

/// The part of a launch that one group has.
struct Split {
  int64_t groupsA = 1;    ///< of what all stages have in common outside
  int64_t innerLocal = 1; ///< of what they have in common inside
  int64_t localB = 0;     ///< of a single stage; 0 for all of it
};

/// What all stages have in common of an extent: a outside, d inside. The blocks of a
/// stage that gathers have all of a stage before outside.
static int64_t commonFactor(ArrayRef<StageDescriptor> stages, int64_t StagePattern::*extent) {
  int64_t common = 0;
  for (const StageDescriptor &stage : stages) {
    bool gathers = stage.inner > 0 && &stage != &stages.front();
    common = gathers ? 1 : std::gcd(common, stage.pattern.*extent);
  }
  return common;
}

static void splitStages(GpuSegment &segment, ArrayRef<StageDescriptor> stages, const Split &split,
                        int64_t elementBytes) {
  segment.innerWhole = commonFactor(stages, &StagePattern::d);
  segment.innerLocal = split.innerLocal;
  segment.groupsA = split.groupsA;
  segment.groupsD = segment.innerWhole / split.innerLocal;
  if (split.localB > 0)
    segment.groupsB = divideCeil(stages.front().pattern.b, split.localB);
  for (const StageDescriptor &descriptor : stages) {
    GpuStagePlan stage;
    stage.whole = stage.local = descriptor.pattern;
    stage.inner = descriptor.inner;
    stage.local.a /= segment.groupsA;
    stage.local.d /= segment.groupsD;
    if (split.localB > 0)
      stage.local.b = split.localB;
    stage.kSteps = divideCeil(stage.local.c, contraction(elementBytes));
    stage.nTiles = divideCeil(stage.local.b, 8);
    segment.hasPadding |= stage.local.c % contraction(elementBytes) != 0;
    segment.stages.push_back(stage);
  }
}

static GpuSegment planSegment(const Surroundings &around, const Split &split, ElementSizes sizes,
                              const Schedule &schedule, const TargetLimits &limits) {
  GpuSegment segment;
  segment.firstStage = around.begin;
  segment.inOrder = around.inOrder;
  splitStages(segment, around.stages(), split, sizes.in);
  segment.weightsInRegisters = schedule.placement == WeightPlacement::Registers;
  if (around.end < around.all.size())
    segment.outOrder = orderBetween(segment, around.all[around.end]);
  layOutFirstInput(segment, sizes.in);
  for (size_t s = 0; s + 1 < segment.stages.size(); ++s)
    connectStages(segment.stages[s], segment.stages[s + 1], sizes.in);
  layOutOutput(segment, sizes.out);
  for (GpuStagePlan &stage : segment.stages) {
    chooseTilesPerItem(stage, schedule);
    stage.split = chooseSplit(stage, schedule);
  }
  segment.depth = segment.load.async ? schedule.depth : 1;
  segment.outputs = schedule.outputs;
  placeBuffers(segment, sizes, schedule);
  segment.registers = estimateRegisters(segment, sizes.in, schedule);
  segment.blocksPerProcessor = residentBlocks(segment, schedule, limits);
  return segment;
}

/// Whether each warp has one item at most, where that is wanted.
static bool hasWarpsEnough(const GpuSegment &segment, const Schedule &schedule) {
  return schedule.steps == 0 || llvm::all_of(segment.stages, [&](const GpuStagePlan &stage) {
           return stage.numItems() * stage.split <= schedule.warps;
         });
}

static bool fits(const GpuSegment &segment, const Schedule &schedule, const TargetLimits &limits) {
  return hasWarpsEnough(segment, schedule) && segment.sharedBytes <= limits.sharedBytesPerBlock &&
         segment.registers <= registerLimit(schedule, limits);
}

/// The largest divisor of `value` below it and at least `least`, or 0.
static int64_t nextDivisor(int64_t value, int64_t least) {
  for (int64_t divisor = value / 2; divisor >= least; --divisor)
    if (value % divisor == 0)
      return divisor;
  return 0;
}

/// A smaller part, or false. Whole rows of blocks first; inside down to 16, so
/// that what a row reads and writes stays whole sectors of 32 bytes; then along b;
/// below that only if nothing else is left.
static bool shrink(ArrayRef<StageDescriptor> stages, Split &split) {
  if (int64_t inner = nextDivisor(split.innerLocal, 16)) {
    split.innerLocal = inner;
    return true;
  }
  int64_t outer = commonFactor(stages, &StagePattern::a);
  if (int64_t perGroup = nextDivisor(outer / split.groupsA, 1)) {
    split.groupsA = outer / perGroup;
    return true;
  }
  int64_t b = split.localB > 0 ? split.localB : stages.front().pattern.b;
  if (stages.size() == 1 && b > 8) {
    split.localB = alignTo(divideCeil(b, 2), 8);
    return true;
  }
  int64_t inner = nextDivisor(split.innerLocal, 1);
  if (inner > 0)
    split.innerLocal = inner;
  return inner > 0;
}

static void reportBroken(const GpuSegment &segment, size_t index, const Schedule &schedule,
                         const TargetLimits &limits, BrokenConstraints &broken) {
  if (segment.sharedBytes > limits.sharedBytesPerBlock)
    broken.push_back(formatv("launch {0}: wanted at most {1} bytes of shared memory, found {2}",
                             index, limits.sharedBytesPerBlock, segment.sharedBytes));
  if (!hasWarpsEnough(segment, schedule))
    broken.push_back(formatv("launch {0}: wanted a warp for each part of c with steps = {1}, found "
                             "more than {2} parts",
                             index, schedule.steps, schedule.warps));
  int64_t limit = registerLimit(schedule, limits);
  if (segment.registers > limit)
    broken.push_back(formatv("launch {0}: wanted at most {1} registers a thread, found about {2}",
                             index, limit, segment.registers));
}

static void checkFields(ArrayRef<StageDescriptor> stages, ElementSizes sizes,
                        const Schedule &schedule, const TargetLimits &limits,
                        BrokenConstraints &broken) {
  if (schedule.unit != ScheduleUnit::MmaSync)
    broken.push_back(formatv("unit: wanted mma_sync on {0}", limits.name));
  if (schedule.rows % 16 != 0 || schedule.rows > 64)
    broken.push_back(formatv("rows: wanted 16, 32, 48 or 64, found {0}", schedule.rows));
  if (schedule.steps < 0)
    broken.push_back(formatv("steps: wanted at least 0, found {0}", schedule.steps));
  if (schedule.outputs < 1 || schedule.outputs > 2)
    broken.push_back(formatv("outputs: wanted 1 or 2, found {0}", schedule.outputs));
  if (schedule.warps > limits.warpsPerBlock)
    broken.push_back(
        formatv("warps: wanted at most {0}, found {1}", limits.warpsPerBlock, schedule.warps));
  if (sizes.in != 2 && sizes.in != 4)
    broken.push_back(formatv("element type: wanted 2 or 4 bytes, found {0}", sizes.in));
  if (stages.empty())
    broken.push_back("stages: wanted at least one, found none");
}

/// Bytes of the rings of all cuts together.
static int64_t ringBytes(const GpuPlan &plan, int64_t elementBytes, const Schedule &schedule) {
  int64_t columns = 0;
  for (const GpuSegment &segment : ArrayRef(plan.segments).drop_front())
    columns += segment.stages.front().whole.inSize();
  return schedule.ring * schedule.rows * columns * elementBytes;
}

/// All groups of all launches at once: each needs a thread block of its own, and
/// the ring room for the tiles that wait in between. With 2 depth tiles for each
/// thread block of a group, what a consumer waits for never waits for that consumer;
/// a second tile of results delays what a producer says by another.
static void planRing(GpuPlan &plan, int64_t elementBytes, const Schedule &schedule,
                     const TargetLimits &limits) {
  if (plan.segments.size() < 2) {
    plan.broken.push_back("ring: wanted cuts, found none");
    return;
  }
  int64_t groups = 0, perProcessor = INT64_MAX, sharedBytes = 0;
  int64_t mostRegisters = registerLimit(schedule, limits) - ringRegisters;
  for (auto [index, segment] : llvm::enumerate(plan.segments)) {
    if (segment.registers > mostRegisters)
      plan.broken.push_back(
          formatv("launch {0}: wanted at most {1} registers a thread with a ring, found about {2}",
                  index, mostRegisters, segment.registers));
    groups += segment.groups();
    perProcessor = std::min(perProcessor, segment.blocksPerProcessor);
    sharedBytes = std::max(sharedBytes, segment.sharedBytes);
  }
  for (GpuSegment &segment : plan.segments) {
    segment.blocksPerProcessor = perProcessor;
    segment.sharedBytes = sharedBytes;
  }
  int64_t most = limits.multiprocessors * perProcessor;
  plan.blocksPerGroup = most / groups;
  if (plan.blocksPerGroup == 0) {
    plan.broken.push_back(
        formatv("ring: wanted at most {0} groups in all launches, found {1}", most, groups));
    return;
  }
  int64_t least = 2 * (schedule.depth + schedule.outputs - 1) * plan.blocksPerGroup;
  if (schedule.ring < least)
    plan.broken.push_back(
        formatv("ring: wanted at least {0} tiles, found {1}", least, schedule.ring));
  // So that the tiles stay in the cache.
  int64_t bytes = ringBytes(plan, elementBytes, schedule), mostBytes = limits.l2Bytes / 2;
  if (bytes > mostBytes)
    plan.broken.push_back(formatv("ring: wanted at most {0} bytes, found {1}", mostBytes, bytes));
}

GpuPlan danaus::planGpuKernel(ArrayRef<StageDescriptor> stages, ElementSizes sizes,
                              const Schedule &schedule, const TargetLimits &limits) {
  GpuPlan plan;
  plan.broken = checkSchedule(stages, schedule);
  checkFields(stages, sizes, schedule, limits, plan.broken);
  if (!plan.broken.empty())
    return plan;
  llvm::SmallVector<int64_t> ends(schedule.cuts);
  ends.push_back(stages.size());
  Surroundings around{stages, 0, 0, {}};
  for (int64_t end : ends) {
    around.end = end;
    ElementSizes partSizes = {sizes.in, end == ends.back() ? sizes.out : sizes.in};
    Split split;
    split.innerLocal = commonFactor(around.stages(), &StagePattern::d);
    GpuSegment segment = planSegment(around, split, partSizes, schedule, limits);
    while (!fits(segment, schedule, limits) && shrink(around.stages(), split))
      segment = planSegment(around, split, partSizes, schedule, limits);
    reportBroken(segment, plan.segments.size(), schedule, limits, plan.broken);
    around.inOrder = segment.outOrder;
    around.begin = end;
    plan.segments.push_back(std::move(segment));
  }
  if (schedule.ring > 0 && plan.broken.empty())
    planRing(plan, sizes.in, schedule, limits);
  return plan;
}
