//===- GpuGemmPlan.cpp - Stages with large blocks, as products of matrices -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuGemmPlan.h"
#include "danaus/Support/GpuPlan.h"
#include "danaus/Support/Packing.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace danaus;
using llvm::alignTo;
using llvm::ArrayRef;
using llvm::divideCeil;
using llvm::formatv;

namespace {
/// Sums that one thread of a warpgroup may hold beside addresses.
constexpr int64_t maxSums = 128;
} // namespace

int64_t danaus::swizzledByte(int64_t row, int64_t column, int64_t width) {
  int64_t byte = 2 * (row * width + column);
  return byte ^ (byte / 128 % (width / 8) * 16);
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

/// Where the columns of y go: block order of the next stage, in runs of columns
/// that stay together.
static void viewOutput(GemmPlan &plan) {
  const StagePattern &pattern = plan.pattern, &next = plan.next;
  int64_t size = pattern.outSize();
  if (plan.digit == 1) {
    plan.storeWidth = 64;
    while (plan.yColumns() % plan.storeWidth != 0)
      plan.storeWidth /= 2;
    int64_t together = pattern.b * plan.blocks;
    plan.y = {{together, pattern.numBlocks() / plan.blocks, -1},
              {1, together, size},
              {plan.storeWidth, 1, 64}};
    return;
  }
  int64_t run = plan.group / plan.digit;
  plan.storeWidth = std::gcd(std::gcd(run, plan.columns), int64_t(64));
  plan.y = {{run, next.c * next.d / plan.group, next.d, next.a, -1},
            {1, run, next.c, next.c * next.d, size},
            {plan.storeWidth, 1, 1, 1, 64}};
}

static void viewOperands(GemmPlan &plan) {
  const StagePattern &pattern = plan.pattern;
  int64_t blocks = (plan.sharesA ? 1 : pattern.a) * (plan.sharesD ? 1 : pattern.d);
  const StagePattern &reads = plan.reads();
  plan.x = {{reads.c, reads.numBlocks(), -1},
            {1, reads.c, reads.inSize()},
            {gemmStepDepth, 1, plan.rows / plan.xParts()}};
  const StagePattern &before = plan.before;
  if (plan.xDigit > 1)
    plan.x = {{before.b, before.d, before.a, -1},
              {1, before.b, before.b * before.d, reads.inSize()},
              {gemmStepDepth, 1, 1, plan.rows / plan.xParts()}};
  plan.w = {{pattern.c, pattern.b, blocks},
            {1, pattern.c, pattern.b * pattern.c},
            {gemmStepDepth, plan.columns / plan.wParts(), 1}};
  if (!plan.first)
    return;
  plan.w.box.back() = plan.sharesDigits() ? 1 : plan.digits();
  plan.first->w = {{reads.c, reads.b, plan.first->sharesA ? 1 : reads.a},
                   {1, reads.c, reads.b * reads.c},
                   {gemmStepDepth, plan.first->columns, 1}};
}

bool danaus::readsBlockOrder(const StagePattern &before, const StagePattern &pattern) {
  return before.d > 1 && pattern.d == 1 && before.b * before.d % pattern.c == 0 &&
         pattern.c % (before.d * gemmStepDepth) == 0;
}

llvm::SmallVector<int64_t, 4> danaus::loadCoordinates(const GemmPlan &plan, int64_t A,
                                                      int64_t step) {
  int64_t run = plan.reads().c / plan.xDigit, steps = run / gemmStepDepth;
  int64_t blocks = plan.before.b / run; // that read one block (A', 0) of the stage before
  return {A % blocks * run + step % steps * gemmStepDepth, step / steps, A / blocks};
}

llvm::SmallVector<int64_t, 4> danaus::storeCoordinates(const GemmPlan &plan, int64_t A,
                                                       int64_t column) {
  if (plan.digit == 1)
    return {column, A};
  int64_t run = plan.group / plan.digit, inGroup = column % plan.group;
  int64_t natural = A * plan.pattern.b + column - inGroup; // of the group's first column
  int64_t ofBlock = plan.next.c * plan.next.d;
  return {inGroup % run, natural % ofBlock / plan.group, inGroup / run, natural / ofBlock};
}

//===----------------------------------------------------------------------===//
// Shared memory
//===----------------------------------------------------------------------===//

static int64_t bytesOf(const GemmPlan &plan) {
  int64_t barriers = 16 * (plan.depth + plan.secondDepth());
  int64_t rings = plan.depth * plan.stepBytes() + plan.secondDepth() * plan.secondBytes();
  return rings + plan.consumers * plan.stagingBytes() + barriers;
}

/// The rings first, as their boxes must be aligned most.
static void placeBuffers(GemmPlan &plan, int64_t limit) {
  plan.stagedColumns = alignTo(plan.yColumns(), plan.storeWidth);
  if (plan.first)
    plan.stagedColumns = plan.storeWidth;
  while (bytesOf(plan) > limit && plan.stagedColumns % (2 * plan.storeWidth) == 0)
    plan.stagedColumns /= 2;
  // Pairs gain from not waiting for what was stored; products alone do not.
  plan.stagingSlots = plan.first ? 4 : 1;
  while (plan.stagingSlots > 1 &&
         (bytesOf(plan) > limit || plan.stagings() % plan.stagingSlots != 0))
    plan.stagingSlots /= 2;
  plan.secondOffset = plan.depth * plan.stepBytes();
  plan.stagingOffset = plan.secondOffset + plan.secondDepth() * plan.secondBytes();
  plan.barrierOffset = plan.stagingOffset + plan.consumers * plan.stagingBytes();
  plan.sharedBytes = bytesOf(plan);
}

static int64_t residentBlocks(const GemmPlan &plan, const TargetLimits &limits) {
  int64_t byShared = limits.sharedBytesPerProcessor / (plan.sharedBytes + reservedSharedBytes);
  int64_t registers = 128 * (plan.copierRegisters() + plan.consumers * plan.consumerRegisters());
  int64_t byRegisters = limits.registersPerBlock / registers;
  return std::clamp<int64_t>(std::min(byShared, byRegisters), 1, 2);
}

//===----------------------------------------------------------------------===//
// Constraints
//===----------------------------------------------------------------------===//

/// Whether `schedule` has stage `index` in one launch with the stage before.
static bool isPair(ArrayRef<StageDescriptor> stages, size_t index, const Schedule &schedule) {
  return index > 0 && index < stages.size() && !llvm::is_contained(schedule.cuts, index);
}

/// Whether `stages` are one product of whole rows.
static bool isDense(ArrayRef<StageDescriptor> stages) {
  return stages.size() == 1 && stages.front().pattern.numBlocks() == 1;
}

static void checkFields(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                        const Schedule &schedule, const TargetLimits &limits,
                        BrokenConstraints &broken) {
  if (!limits.hasWgmma)
    broken.push_back(formatv("unit: {0} has no wgmma", limits.name));
  if (elementBytes != 2)
    broken.push_back(formatv("element type for wgmma: wanted 2 bytes, found {0}", elementBytes));
  if (schedule.warps != 4 && schedule.warps != 8)
    broken.push_back(formatv("warps for wgmma: wanted 4 or 8, found {0}", schedule.warps));
  int64_t ofWarps = 16 * schedule.warps;
  if (schedule.rows % ofWarps != 0 || schedule.rows > 256)
    broken.push_back(formatv("rows for wgmma: wanted a multiple of {0} up to 256, found {1}",
                             ofWarps, schedule.rows));
  else if (schedule.rows / ofWarps * schedule.panel > 2 * maxSums)
    broken.push_back(formatv("panel for wgmma: wanted at most {0} for {1} rows, found {2}",
                             2 * maxSums * ofWarps / schedule.rows, schedule.rows, schedule.panel));
  if (schedule.panel % 16 != 0)
    broken.push_back(
        formatv("panel for wgmma: wanted a multiple of 16, found {0}", schedule.panel));
  if (schedule.depth < 2)
    broken.push_back(formatv("depth for wgmma: wanted at least 2, found {0}", schedule.depth));
  if (!llvm::is_contained({1, 2, 4}, schedule.cluster))
    broken.push_back(formatv("cluster for wgmma: wanted 1, 2 or 4, found {0}", schedule.cluster));
  for (size_t index = 2; index < stages.size(); ++index)
    if (isPair(stages, index - 1, schedule) && isPair(stages, index, schedule))
      broken.push_back(formatv("cuts for wgmma: wanted pairs of stages, found none before stages "
                               "{0} and {1}",
                               index - 1, index));
  if (schedule.library && !isDense(stages))
    broken.push_back("library: wanted one stage with a = d = 1");
}

static void checkStage(ArrayRef<StageDescriptor> stages, size_t index, bool isPaired,
                       BrokenConstraints &broken) {
  const StagePattern &pattern = stages[index].pattern;
  auto wanted = [&](llvm::StringRef text) {
    broken.push_back(formatv("stage {0} for wgmma: wanted {1}", index, text));
  };
  if (pattern.c % 8 != 0)
    wanted(formatv("c to be a multiple of 8, found {0}", pattern.c).str());
  if (stages[index].inner != 0 && !isPaired)
    wanted("the inputs of a sum side by side");
  if (pattern.b % 8 != 0)
    wanted(formatv("b to be a multiple of 8, found {0}", pattern.b).str());
  if (index == 0 && pattern.d != 1)
    wanted(formatv("d = 1 in the first stage, found {0}", pattern.d).str());
  if (pattern.d % 8 != 0 && 8 % pattern.d != 0)
    wanted(formatv("d to divide 8 or be a multiple of it, found {0}", pattern.d).str());
  if (index == 0)
    return;
  const StagePattern &before = stages[index - 1].pattern;
  int64_t group = groupBetween(before, pattern);
  if (before.d == 1 && pattern.d != 1 && (group == 1 || group / pattern.d % 8 != 0))
    wanted(formatv("d = {0} to leave runs of 8 columns or more of stage {1}", pattern.d, index - 1)
               .str());
  if (before.d != 1 && pattern.d != 1)
    wanted(formatv("d = 1 behind a stage with d > 1, found {0}", pattern.d).str());
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

bool danaus::fitSideBySide(int64_t d, int64_t panel) {
  return llvm::is_contained({2, 4, 8}, d) && panel % (16 * d) == 0;
}

/// Whether a tile should have all blocks (A, 0), (A, 1), .... It then reads x once for each
/// tile of columns, mostly from the cache: half the cost of memory, where a transposition
/// moves y twice.
static bool sharesTile(const StagePattern &pattern, const Schedule &schedule) {
  if (!fitSideBySide(pattern.d, schedule.panel))
    return false;
  int64_t columnTiles = divideCeil(pattern.b, schedule.panel / pattern.d);
  return columnTiles * pattern.inSize() <= 2 * 2 * pattern.outSize();
}

/// What the stages around `stages[begin]` to `stages[last]` ask of the orders of columns.
static void orderColumns(GemmPlan &plan, ArrayRef<StageDescriptor> stages, size_t begin,
                         size_t last) {
  bool isRead = last + 1 < stages.size();
  if (isRead && plan.pattern.d == 1) {
    plan.next = stages[last + 1].pattern;
    plan.group = groupBetween(plan.pattern, plan.next);
    plan.digit = plan.group > 1 ? plan.next.d : 1;
  }
  if (begin > 0 && readsBlockOrder(stages[begin - 1].pattern, plan.reads())) {
    plan.before = stages[begin - 1].pattern;
    plan.xDigit = plan.before.d;
  }
  bool isReadInPlace = isRead && readsBlockOrder(plan.pattern, stages[last + 1].pattern);
  plan.transposes = plan.pattern.d > 1 && !isReadInPlace && plan.blocks == 1;
}

/// The launch of stage `last`, or of a pair that begins with `begin`.
static GemmPlan planLaunch(ArrayRef<StageDescriptor> stages, size_t begin, size_t last,
                           const Schedule &schedule, const TargetLimits &limits) {
  GemmPlan plan;
  const StageDescriptor &stage = stages[last];
  plan.pattern = stage.pattern;
  plan.sharesA = stage.order.find('a') == std::string::npos;
  plan.sharesD = stage.order.find('d') == std::string::npos;
  plan.rows = schedule.rows;
  plan.columns = std::min<int64_t>(schedule.panel, alignTo(plan.pattern.b, 16));
  plan.consumers = schedule.warps / 4;
  plan.rowBlocks = plan.rows / (64 * plan.consumers);
  plan.depth = schedule.depth;
  plan.steps = divideCeil(stages[begin].pattern.c, gemmStepDepth);
  if (begin < last)
    planPair(plan, stages[begin], stage, schedule);
  orderColumns(plan, stages, begin, last);
  if (plan.transposes && !plan.first && sharesTile(plan.pattern, schedule)) {
    plan.transposes = false;
    plan.blocks = plan.pattern.d;
    plan.columns = std::min<int64_t>(schedule.panel / plan.blocks, alignTo(plan.pattern.b, 16));
  }
  plan.columnTiles = divideCeil(plan.pattern.b, plan.columns);
  plan.cluster = schedule.cluster;
  plan.sharesX = plan.first || plan.columnTiles % plan.cluster == 0;
  viewOperands(plan);
  viewOutput(plan);
  placeBuffers(plan, limits.sharedBytesPerBlock);
  plan.blocksPerProcessor = residentBlocks(plan, limits);
  return plan;
}

/// Adds what `plan` breaks as launch `index`.
static void checkLaunch(const GemmPlan &plan, size_t index, const TargetLimits &limits,
                        BrokenConstraints &broken) {
  if (plan.sharedBytes > limits.sharedBytesPerBlock)
    broken.push_back(formatv("launch {0}: wanted at most {1} bytes of shared memory, found {2}",
                             index, limits.sharedBytesPerBlock, plan.sharedBytes));
  // The pattern of the swizzle, and so a part of a box, has 8 columns.
  if (plan.columns / plan.wParts() % 8 != 0)
    broken.push_back(formatv("launch {0}: wanted columns of a tile in {1} parts of 8, found {2}",
                             index, plan.wParts(), plan.columns));
  if (plan.first && plan.tilesPerRow() % plan.cluster != 0)
    broken.push_back(formatv("launch {0}: wanted tiles of the same rows in clusters of {1}, found "
                             "{2}",
                             index, plan.cluster, plan.tilesPerRow()));
}

GemmKernelPlan danaus::planGemmKernel(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                      const Schedule &schedule, const TargetLimits &limits) {
  GemmKernelPlan plan;
  plan.broken = checkSchedule(stages, schedule);
  checkFields(stages, elementBytes, schedule, limits, plan.broken);
  for (size_t index = 0; index < stages.size(); ++index) {
    bool isPaired = isPair(stages, index, schedule);
    checkStage(stages, index, isPaired, plan.broken);
    if (isPaired)
      checkPair(stages, index, schedule, plan.broken);
  }
  if (!plan.broken.empty())
    return plan;
  for (size_t begin = 0; begin < stages.size(); ++begin) {
    size_t last = isPair(stages, begin + 1, schedule) ? begin + 1 : begin;
    GemmPlan launch = planLaunch(stages, begin, last, schedule, limits);
    checkLaunch(launch, plan.launches.size(), limits, plan.broken);
    plan.launches.push_back(std::move(launch));
    begin = last;
  }
  return plan;
}

//===----------------------------------------------------------------------===//
// The default
//===----------------------------------------------------------------------===//

namespace {
/// A tile, and how fast it multiplies, relative to the first (measured on an H100
/// with a dense layer of 4096, pairs with Monarch 4096 of rank 1024: docs/performance.md).
struct GemmTile {
  int64_t rows, columns, warps, cluster;
  double speed;
  bool isOfPairs = false;
};
constexpr GemmTile gemmTiles[] = {{256, 128, 8, 1, 1.0},        {128, 256, 8, 2, 1.02},
                                  {128, 256, 8, 1, 0.98},       {128, 128, 4, 1, 0.75},
                                  {128, 256, 8, 1, 1.25, true}, {64, 256, 4, 1, 0.65, true}};
/// Products that a multiprocessor does while a launch begins and ends, 2 us, and while memory
/// moves a byte, of which two thirds are hidden behind others.
constexpr double productsOfLaunch = 4e6, productsOfByte = 0.2;
/// The smallest b and c that fill a product, and the least c of which clusters gain: they
/// wait for each other at every step of a tile, and hide that behind those of the same tile.
constexpr int64_t leastBlock = 64, leastDepthOfCluster = 1024;
/// Products for each result from which on a transposition is a small part; so it is
/// where less than one column in `movedPerPermuted` that goes through memory is for it.
constexpr int64_t leastDepthOfPermuted = 256, movedPerPermuted = 4;
/// Products for each value in and out of a block from which on products, not memory,
/// limit a stage: 128 of 2 flops for 2 bytes are 400 Tflop/s at 3 TB/s.
constexpr int64_t leastIntensity = 128;
/// The smallest b and c for which the vendor's library is asked.
constexpr int64_t leastLibraryBlock = 256;
} // namespace

/// The cuts of launches of single products, or of pairs from the first stage on.
static llvm::SmallVector<int64_t> cutsFor(const GemmTile &tile, ArrayRef<StageDescriptor> stages,
                                          const Schedule &schedule) {
  llvm::SmallVector<int64_t> cuts;
  bool isPaired = false;
  for (size_t index = 1; index < stages.size(); ++index) {
    BrokenConstraints broken;
    if (tile.isOfPairs && !isPaired)
      checkPair(stages, index, schedule, broken);
    isPaired = tile.isOfPairs && !isPaired && broken.empty();
    if (!isPaired)
      cuts.push_back(index);
  }
  return cuts;
}

/// Thread blocks that share x: where the waits for one another are few beside the products,
/// or boxes are not whole (docs/performance.md).
static int64_t clusterFor(const GemmTile &tile, const GemmKernelPlan &plan) {
  if (!tile.isOfPairs || plan.launches.empty())
    return tile.cluster;
  bool gains = llvm::all_of(plan.launches, [](const GemmPlan &launch) {
    bool isWhole = launch.reads().c % gemmStepDepth == 0;
    return launch.consumers > 1 && (launch.steps >= 4 || !isWhole) && launch.tilesPerRow() % 2 == 0;
  });
  return gains ? 2 : 1;
}

/// The schedule on one tile, with the deepest ring that fits: of at most 4 steps, or of pairs
/// one that leaves two places for staging.
static std::optional<Schedule> scheduleOn(const GemmTile &tile, ArrayRef<StageDescriptor> stages,
                                          int64_t elementBytes, const TargetLimits &limits) {
  Schedule schedule;
  schedule.unit = ScheduleUnit::Wgmma;
  schedule.rows = tile.rows;
  schedule.panel = tile.columns;
  schedule.warps = tile.warps;
  schedule.cuts = cutsFor(tile, stages, schedule);
  if (tile.isOfPairs && schedule.cuts.size() + 1 >= stages.size())
    return std::nullopt;
  for (schedule.depth = tile.isOfPairs ? 8 : 4; schedule.depth >= 2; --schedule.depth) {
    GemmKernelPlan plan = planGemmKernel(stages, elementBytes, schedule, limits);
    bool isStaged = llvm::all_of(plan.launches, [](const GemmPlan &launch) {
      return !launch.first || launch.stagingSlots > 1 || launch.stagings() == 1;
    });
    if (!plan.broken.empty() || !isStaged)
      continue;
    schedule.cluster = clusterFor(tile, plan);
    if (planGemmKernel(stages, elementBytes, schedule, limits).broken.empty())
      return schedule;
    schedule.cluster = 1;
  }
  return std::nullopt;
}

/// Products of one tile of a launch.
static double productsOfTile(const GemmPlan &launch) {
  double products = double(launch.yColumns() * launch.apart) * launch.pattern.c;
  if (launch.first) {
    int64_t blocks = launch.pattern.c / launch.first->together;
    products += double(blocks * launch.first->columns) * launch.first->pattern.c;
  }
  return products * launch.rows;
}

/// Products that the slowest multiprocessor does, in units of the first tile's speed:
/// tiles are dealt out in rounds, and the last one may leave most without any.
static double slowest(const GemmKernelPlan &plan, int64_t rows, double speed,
                      const TargetLimits &limits) {
  double products = 0;
  for (const GemmPlan &launch : plan.launches) {
    int64_t tiles = divideCeil(rows, launch.rows) * launch.tilesPerRow();
    int64_t rounds = divideCeil(tiles, limits.multiprocessors * launch.blocksPerProcessor);
    products += double(rounds * launch.blocksPerProcessor) * productsOfTile(launch) / speed;
    int64_t columns = launch.reads().inSize() + launch.pattern.outSize();
    columns += launch.transposes ? 2 * launch.pattern.outSize() : 0;
    products += productsOfByte * 2 * double(rows * columns);
    products += productsOfLaunch * (launch.transposes ? 2 : 1);
  }
  return products;
}

/// Whether `schedule` reads the weights once for each thread block and has one launch.
static bool keepsWeights(const Schedule &schedule) {
  bool isOneLaunch = schedule.cuts.empty() || schedule.ring > 0;
  return isOneLaunch && schedule.placement == WeightPlacement::Registers;
}

static bool isLimitedByMemory(ArrayRef<StageDescriptor> stages) {
  return llvm::all_of(stages, [](const StageDescriptor &stage) {
    return stage.pattern.b * stage.pattern.c < leastIntensity * (stage.pattern.b + stage.pattern.c);
  });
}

/// Whether the products gain more than the transpositions between them take. Tiles that
/// have several blocks are none, but where one launch does it all and they have more than two
/// they gain no more.
static bool paysForTranspositions(const GemmKernelPlan &plan, const Schedule &otherwise) {
  int64_t moved = 0, permuted = 0;
  for (const GemmPlan &launch : plan.launches) {
    moved += launch.pattern.inSize() + launch.pattern.outSize();
    if (launch.first) // what other launches would move between the two
      moved += launch.pattern.inSize() + launch.reads().inSize();
    bool isPermuted = launch.transposes || (launch.blocks > 2 && otherwise.cuts.empty());
    if (isPermuted && launch.pattern.c < leastDepthOfPermuted)
      permuted += 2 * launch.pattern.outSize();
  }
  return permuted * movedPerPermuted <= moved + permuted;
}

/// Whether the blocks of all stages fill products. Pairs have those of several blocks.
static bool areLarge(const GemmKernelPlan &plan) {
  return llvm::all_of(plan.launches, [](const GemmPlan &launch) {
    if (launch.first)
      return launch.reads().c >= leastBlock / 2 && launch.pattern.b >= leastBlock / 2;
    return launch.pattern.b >= leastBlock && launch.pattern.c >= leastBlock;
  });
}

/// Whether each launch has tiles for 4 multiprocessors in 10.
static bool fills(const GemmKernelPlan &plan, int64_t rows, const TargetLimits &limits) {
  return llvm::all_of(plan.launches, [&](const GemmPlan &launch) {
    int64_t tiles = divideCeil(rows, launch.rows) * launch.tilesPerRow();
    return 10 * tiles >= 4 * limits.multiprocessors;
  });
}

/// Whether all launches' tiles are deep enough for blocks that wait for one another.
static bool gainsFromClusters(ArrayRef<StageDescriptor> stages) {
  return llvm::all_of(
      stages, [](const StageDescriptor &stage) { return stage.pattern.c >= leastDepthOfCluster; });
}

std::optional<Schedule> danaus::chooseGemmSchedule(ArrayRef<StageDescriptor> stages,
                                                   int64_t elementBytes, int64_t rows,
                                                   const Schedule &otherwise,
                                                   const TargetLimits &limits) {
  // Registers of these kernels are given to warps by hand: where an assembler needs
  // many more than planned, they are no choice.
  constexpr int64_t mostSpare = 16;
  if (!limits.hasWgmma || limits.spareRegisters > mostSpare || rows <= fewRows || stages.empty())
    return std::nullopt;
  if (otherwise.steps > 0 || (keepsWeights(otherwise) && isLimitedByMemory(stages)))
    return std::nullopt;
  std::optional<Schedule> chosen;
  double best = 0;
  for (const GemmTile &tile : gemmTiles) {
    if (tile.cluster > 1 && !gainsFromClusters(stages))
      continue;
    // Where a kernel spilled, threads of fewer warps have more registers each.
    if (limits.spareRegisters > 0 && tile.warps > 4)
      continue;
    std::optional<Schedule> schedule = scheduleOn(tile, stages, elementBytes, limits);
    if (!schedule)
      continue;
    GemmKernelPlan plan = planGemmKernel(stages, elementBytes, *schedule, limits);
    if (!areLarge(plan) || !paysForTranspositions(plan, otherwise))
      continue;
    // Beside products of warps in one launch, or of few tiles, pairs gain nothing.
    if (tile.isOfPairs && !chosen && (otherwise.cuts.empty() || !fills(plan, rows, limits)))
      continue;
    double products = slowest(plan, rows, tile.speed, limits);
    if (!chosen || products < best)
      best = products, chosen = schedule;
  }
  return chosen;
}

bool danaus::suitsLibrary(ArrayRef<StageDescriptor> stages) {
  if (!isDense(stages))
    return false;
  const StagePattern &pattern = stages.front().pattern;
  return pattern.b >= leastLibraryBlock && pattern.c >= leastLibraryBlock;
}

//===----------------------------------------------------------------------===//
// Chains of which some stages are large
//===----------------------------------------------------------------------===//

llvm::SmallVector<int64_t> danaus::splitForGemms(ArrayRef<StageDescriptor> stages,
                                                 int64_t elementBytes, int64_t rows,
                                                 const Schedule &otherwise,
                                                 const TargetLimits &limits) {
  // What one launch holds together is worth more than its products' speed.
  if (otherwise.cuts.empty() || otherwise.steps > 0 || keepsWeights(otherwise) ||
      chooseGemmSchedule(stages, elementBytes, rows, otherwise, limits))
    return {};
  auto isWorth = [&](ArrayRef<StageDescriptor> part) {
    Schedule ofWarps = defaultGpuSchedule(part, elementBytes, limits, rows);
    ofWarps.steps = 0; // alone it may take them, and does where it is cut off
    return !isLimitedByMemory(part) &&
           chooseGemmSchedule(part, elementBytes, rows, ofWarps, limits).has_value();
  };
  llvm::SmallVector<int64_t> begins;
  size_t first = 0;
  while (first < stages.size()) {
    size_t count = stages.size() - first;
    while (count > 0 && !isWorth(stages.slice(first, count)))
      --count;
    if (count > 0 && first > 0 && !llvm::is_contained(begins, static_cast<int64_t>(first)))
      begins.push_back(first);
    if (count > 0 && first + count < stages.size())
      begins.push_back(first + count);
    first += std::max<size_t>(count, 1);
  }
  return begins;
}
