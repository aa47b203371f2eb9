//===- LegalityGpu.cpp - Which schedules a GPU can run -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuClusterPlan.h"
#include "danaus/Support/GpuGemmPlan.h"
#include "danaus/Support/GpuInPlacePlan.h"
#include "danaus/Support/GpuPlan.h"
#include "danaus/Support/GpuResidentPlan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include <algorithm>
#include <optional>

using namespace danaus;
using llvm::ArrayRef;

BrokenConstraints danaus::checkGpuSchedule(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                           const Schedule &schedule, const TargetLimits &limits) {
  if (schedule.isResident())
    return planResidentKernel(stages, elementBytes, schedule, limits).broken;
  if (schedule.unit == ScheduleUnit::Wgmma)
    return planGemmKernel(stages, elementBytes, schedule, limits).broken;
  if (schedule.cluster != 1)
    return planClusterKernel(stages, elementBytes, schedule, limits).broken;
  if (schedule.inPlace)
    return planInPlaceKernel(stages, elementBytes, schedule, limits).broken;
  return planGpuKernel(stages, {elementBytes, elementBytes}, schedule, limits).broken;
}

/// Warps that the widest stage can keep busy, 4 to 16.
static int64_t usefulWarps(ArrayRef<StageDescriptor> stages) {
  int64_t items = 1;
  for (const StageDescriptor &stage : stages)
    items = std::max(items, stage.pattern.numBlocks() * ((stage.pattern.b + 7) / 8));
  return items >= 32 ? 16 : items >= 16 ? 8 : 4;
}

/// Gives `schedule`, which is legal without a pipeline, a second buffer of results
/// where that leaves two tiles of x in flight, and then as many of these as are legal.
static void deepenPipeline(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                           const TargetLimits &limits, Schedule &schedule) {
  for (schedule.outputs = 2; schedule.outputs >= 1; --schedule.outputs)
    for (schedule.depth = 4; schedule.depth > 1; --schedule.depth)
      if (checkGpuSchedule(stages, elementBytes, schedule, limits).empty())
        return;
  schedule.outputs = schedule.depth = 1;
}

/// `schedule` with all launches at once where that is legal, with the smallest ring,
/// a power of two so that the slot of a tile is cheap: a larger one, or a deeper
/// pipeline, which needs one, is written back from the cache (docs/performance.md).
static bool joinLaunches(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                         const TargetLimits &limits, Schedule &schedule) {
  Schedule joined = schedule;
  for (joined.depth = 2; joined.depth >= 1; --joined.depth)
    for (joined.ring = 4; joined.ring <= 4096; joined.ring *= 2)
      if (checkGpuSchedule(stages, elementBytes, joined, limits).empty()) {
        schedule = joined;
        return true;
      }
  return false;
}

/// All ways to cut `stages` stages into `parts`; for more than three parts only the
/// one that cuts everywhere, as there would be too many.
static llvm::SmallVector<llvm::SmallVector<int64_t>> waysToCut(int64_t stages, int64_t parts) {
  llvm::SmallVector<llvm::SmallVector<int64_t>> ways;
  if (parts == 1)
    return {{}};
  if (parts == stages)
    return {llvm::to_vector(llvm::seq<int64_t>(1, stages))};
  for (int64_t first = 1; first < stages && parts <= 3; ++first) {
    if (parts == 2)
      ways.push_back({first});
    for (int64_t second = first + 1; second < stages && parts == 3; ++second)
      ways.push_back({first, second});
  }
  return ways;
}

namespace {
/// How good a legal schedule is: bytes that lie side by side in what each part
/// stores, at most a cache line of 128, then how few groups there are.
struct Merit {
  int64_t bytes = 0, groups = 0;
  bool operator>(const Merit &other) const {
    return bytes != other.bytes ? bytes > other.bytes : groups < other.groups;
  }
};
} // namespace

/// The merit of a schedule, nothing where it is not legal.
static std::optional<Merit> judge(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                  const Schedule &schedule, const TargetLimits &limits) {
  GpuPlan plan = planGpuKernel(stages, {elementBytes, elementBytes}, schedule, limits);
  if (!plan.broken.empty())
    return std::nullopt;
  Merit merit{128, 0};
  for (const GpuSegment &segment : plan.segments) {
    merit.groups += segment.groups();
    if (segment.groupsD > 1)
      merit.bytes = std::min(merit.bytes, segment.innerLocal * elementBytes);
  }
  return merit;
}

/// Less than a sector of 32 bytes stored together is for where nothing else is left.
static constexpr int64_t belowSector = 31;

namespace {
struct Variant {
  WeightPlacement placement;
  int64_t rows, warps;
};
} // namespace

/// The best legal schedule of `parts` parts among some variants, without a pipeline, that
/// stores more than `bytes` together.
static std::optional<Schedule> chooseCuts(ArrayRef<StageDescriptor> stages, int64_t parts,
                                          ArrayRef<Variant> variants, int64_t bytes,
                                          int64_t elementBytes, const TargetLimits &limits) {
  std::optional<Schedule> chosen;
  Merit best{bytes, 0};
  Schedule schedule;
  schedule.unit = ScheduleUnit::MmaSync;
  schedule.depth = 1;
  for (const Variant &variant : variants)
    for (const llvm::SmallVector<int64_t> &cuts : waysToCut(stages.size(), parts)) {
      schedule.placement = variant.placement;
      schedule.rows = variant.rows;
      schedule.warps = variant.warps;
      schedule.cuts = cuts;
      std::optional<Merit> merit = judge(stages, elementBytes, schedule, limits);
      if (merit && *merit > best)
        best = *merit, chosen = schedule;
    }
  return chosen;
}

/// The first of `variants` whose parts can run at once, through a ring. Those with the
/// most merit may leave too few registers for it.
static std::optional<Schedule> chooseJoined(ArrayRef<StageDescriptor> stages, int64_t parts,
                                            ArrayRef<Variant> variants, int64_t elementBytes,
                                            const TargetLimits &limits) {
  for (const Variant &variant : variants)
    if (auto schedule = chooseCuts(stages, parts, variant, belowSector, elementBytes, limits);
        schedule && joinLaunches(stages, elementBytes, limits, *schedule))
      return schedule;
  return std::nullopt;
}

/// Whether what goes through a ring is no more than what goes in and out: each tile of it
/// waits for the stores before it to arrive.
static bool isWorthRing(ArrayRef<StageDescriptor> stages, const Schedule &schedule) {
  int64_t outside = stages.front().pattern.inSize() + stages.back().pattern.outSize();
  return llvm::all_of(schedule.cuts,
                      [&](int64_t cut) { return stages[cut].pattern.inSize() <= outside; });
}

/// `schedule`, of `variants` and legal without any of this, with copies, products and
/// stores that go on at the same time. In f32 rings lose to launches of their own.
static Schedule overlapped(ArrayRef<StageDescriptor> stages, Schedule schedule,
                           ArrayRef<Variant> variants, int64_t elementBytes,
                           const TargetLimits &limits) {
  bool isApart = !schedule.cuts.empty() && elementBytes == 2;
  if (isApart && schedule.placement == WeightPlacement::Streamed)
    return schedule; // thread blocks beside each other do more than tiles in flight
  if (isApart && isWorthRing(stages, schedule)) {
    if (joinLaunches(stages, elementBytes, limits, schedule))
      return schedule;
    int64_t parts = static_cast<int64_t>(schedule.cuts.size()) + 1;
    if (auto joined = chooseJoined(stages, parts, variants, elementBytes, limits))
      return *joined;
  }
  deepenPipeline(stages, elementBytes, limits, schedule);
  return schedule;
}

/// Rows up to which a launch a stage still beats tiles whose weights are read anew for each.
static constexpr int64_t someRows = 256;
/// Bytes of x that its groups may read in all for that.
static constexpr int64_t mostReadBytes = 24 << 20;

/// Whether x of some stage is in strips so wide that its columns come through registers,
/// which takes the fewer trips to memory the fewer columns a group has.
static bool readsStrips(ArrayRef<StageDescriptor> stages, int64_t elementBytes) {
  constexpr int64_t stripBytes = 16;
  return llvm::any_of(stages, [&](const StageDescriptor &stage) {
    return stage.pattern.d * elementBytes >= stripBytes;
  });
}

/// Bytes of activations that all groups of all launches read.
static int64_t bytesRead(const GpuPlan &plan, int64_t elementBytes, int64_t rows) {
  int64_t columns = 0;
  for (const GpuSegment &segment : plan.segments)
    columns += segment.groups() * segment.stages.front().local.inSize();
  return columns * elementBytes * rows;
}

/// For few rows: a launch a stage, and in each warp so few steps along c that the weights
/// of all are on their way at once. Where x comes through registers there are thread blocks
/// enough for all multiprocessors; but no fewer steps than that takes, as sums that meet
/// cost more.
static std::optional<Schedule> chooseSteps(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                           const TargetLimits &limits, int64_t rows) {
  Schedule schedule;
  schedule.unit = ScheduleUnit::MmaSync;
  schedule.placement = WeightPlacement::Registers;
  schedule.rows = 16;
  schedule.warps = 8;
  schedule.depth = 1;
  for (int64_t cut = 1; cut < static_cast<int64_t>(stages.size()); ++cut)
    schedule.cuts.push_back(cut);
  bool wantsBlocks = readsStrips(stages, elementBytes);
  std::optional<Schedule> chosen;
  for (int64_t steps : {32, 16, 8, 4, 2}) {
    schedule.steps = steps;
    GpuPlan plan = planGpuKernel(stages, {elementBytes, elementBytes}, schedule, limits);
    if (!plan.broken.empty())
      continue;
    if (rows > fewRows && bytesRead(plan, elementBytes, rows) > mostReadBytes)
      continue;
    chosen = schedule;
    bool isSpread = !wantsBlocks || llvm::all_of(plan.segments, [&](const GpuSegment &segment) {
      return 8 * segment.groups() >= 7 * limits.multiprocessors;
    });
    // 32 steps take too many registers where results come in pairs (docs/performance.md).
    if (steps < 32 && isSpread)
      break;
  }
  return chosen;
}

/// Tiles at once below which launches with weights in registers wait for each tile in turn.
static constexpr int64_t leastTiles = 6;

/// Tiles of rows that thread blocks of all groups of a launch work on at once, at least.
static int64_t tilesAtOnce(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                           const Schedule &schedule, const TargetLimits &limits) {
  int64_t tiles = limits.multiprocessors;
  for (const GpuSegment &segment :
       planGpuKernel(stages, {elementBytes, elementBytes}, schedule, limits).segments)
    tiles = std::min(tiles, limits.multiprocessors * segment.blocksPerProcessor / segment.groups());
  return tiles;
}

/// What launches may keep and how, the first that is legal before the others.
static llvm::SmallVector<llvm::SmallVector<Variant, 2>, 3>
variantsInOrder(ArrayRef<StageDescriptor> stages, int64_t parts, int64_t elementBytes,
                int64_t rows) {
  int64_t warps = usefulWarps(stages);
  // Streamed weights cost a pass over all of them for each tile of rows, so these tiles are
  // tall where they fit.
  llvm::SmallVector<llvm::SmallVector<Variant, 2>, 3> order = {
      {{WeightPlacement::Registers, 16, warps}},
      {{WeightPlacement::Streamed, 32, warps}},
      {{WeightPlacement::Streamed, 16, warps}}};
  // Half the warps have twice the registers each; but for few rows what counts is how many
  // multiprocessors fetch weights at once: many warps with few of them each.
  if (rows > fewRows)
    order[0].push_back({WeightPlacement::Registers, 16, warps / 2});
  // In f32 a weight takes twice its registers.
  if (elementBytes == 4 && parts > 1 && parts == static_cast<int64_t>(stages.size()))
    std::swap(order[0], order[1]);
  return order;
}

/// For many rows, of `parts` launches that store more than `bytes` together; nothing where
/// no schedule of these is legal.
static std::optional<Schedule> chooseTiles(ArrayRef<StageDescriptor> stages, int64_t parts,
                                           int64_t bytes, int64_t elementBytes,
                                           const TargetLimits &limits, int64_t rows) {
  std::optional<Schedule> last;
  for (ArrayRef<Variant> variants : variantsInOrder(stages, parts, elementBytes, rows)) {
    std::optional<Schedule> schedule =
        chooseCuts(stages, parts, variants, bytes, elementBytes, limits);
    if (!schedule)
      continue;
    if (rows <= fewRows)
      return schedule;
    // Weights that take nearly all registers of the chip leave none for tiles beside each other,
    // which costs more than stores of less than a sector.
    bool isFull = schedule->placement == WeightPlacement::Registers &&
                  tilesAtOnce(stages, elementBytes, *schedule, limits) < leastTiles;
    if (isFull && !last) {
      last = overlapped(stages, *schedule, variants, elementBytes, limits);
      bytes = 0;
      continue;
    }
    bool readsAnew = variants.front().placement == WeightPlacement::Streamed;
    if (rows <= someRows && readsAnew && !readsStrips(stages, elementBytes))
      if (std::optional<Schedule> steps = chooseSteps(stages, elementBytes, limits, rows))
        return steps;
    return overlapped(stages, *schedule, variants, elementBytes, limits);
  }
  return last;
}

Schedule danaus::defaultGpuSchedule(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                    const TargetLimits &limits, int64_t rows) {
  if (rows <= fewRows)
    if (std::optional<Schedule> schedule = chooseSteps(stages, elementBytes, limits, rows))
      return *schedule;
  int64_t most = std::max<int64_t>(1, stages.size());
  for (int64_t parts = 1; parts <= most; ++parts)
    if (auto schedule = chooseTiles(stages, parts, belowSector, elementBytes, limits, rows))
      return *schedule;
  if (auto schedule = chooseTiles(stages, most, /*bytes=*/0, elementBytes, limits, rows))
    return *schedule;
  Schedule none;
  none.unit = ScheduleUnit::MmaSync;
  none.rows = 16;
  none.warps = usefulWarps(stages);
  none.depth = 1;
  return none;
}
