//===- GpuInPlacePlan.cpp - Kernels whose stages share one buffer -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuInPlacePlan.h"
#include "danaus/Support/GpuPlan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <limits>
#include <numeric>

using namespace danaus;
using llvm::ArrayRef;
using llvm::formatv;

/// Bytes between two levels at least: as many as all banks have.
static constexpr int64_t levelBytes = 128;
/// The widest block whose sums leave room for those of a second fragment of x.
static constexpr int64_t mostOfDouble = 128;
/// Bytes of x that a tile has at least, where there are rows enough.
static constexpr int64_t tileBytes = 16 << 10;
/// Bytes of x that lie side by side in a piece, at least: two sectors.
static constexpr int64_t leastRunBytes = 64;
/// Registers of a thread for addresses and values in flight.
static constexpr int64_t addressRegisters = 48;

int64_t InPlaceGroup::position(int64_t column) const {
  int64_t place = column;
  for (const InPlaceLevel &level : levels)
    place += level.pad * (column / level.columns);
  return place;
}

int64_t InPlaceGroup::firstColumn(int64_t piece) const {
  int64_t runs = inner / run;
  return piece / runs * (columns * runs) + piece % runs * run;
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

/// Whether `positions` at a time fill a row without crossing a block of d unevenly.
static bool divides(const StagePattern &pattern, int64_t positions) {
  bool isEven = pattern.d % positions == 0 || positions % pattern.d == 0;
  return isEven && pattern.numBlocks() % positions == 0;
}

static InPlaceStage planStage(const StageDescriptor &stage, int64_t elementBytes) {
  InPlaceStage plan{stage.pattern};
  plan.turned = elementBytes == 2 && stage.pattern.d > 1;
  if (elementBytes == 4 && divides(stage.pattern, 32) && stage.pattern.b <= mostOfDouble)
    plan.positions = 32;
  else if (plan.turned && stage.pattern.d % 16 != 0)
    plan.positions = 8;
  plan.itemsPerRow = stage.pattern.numBlocks() / plan.positions;
  plan.kSteps = stage.pattern.c / (elementBytes == 2 ? 16 : 8);
  return plan;
}

/// What keeps one stage from running in place, or "".
static std::string checkStage(const StageDescriptor &stage, const InPlaceStage &plan,
                              int64_t elementBytes) {
  const StagePattern &pattern = stage.pattern;
  llvm::StringRef order = stage.order;
  bool isShared =
      (pattern.a == 1 || !order.contains('a')) && (pattern.d == 1 || !order.contains('d'));
  if (!isShared)
    return "one weight for all blocks, found one for each";
  if (stage.inner != 0)
    return "columns of x in order, found a stage that gathers";
  if (pattern.b != pattern.c)
    return formatv("square blocks, found {0} x {1}", pattern.b, pattern.c);
  int64_t unit = elementBytes == 2 ? 16 : 8;
  if (pattern.c % unit != 0)
    return formatv("blocks that are a multiple of {0}, found {1}", unit, pattern.c);
  if (plan.turned && pattern.d % 8 != 0)
    return formatv("d = 1 or a multiple of 8, found {0}", pattern.d);
  if (!divides(pattern, plan.positions))
    return formatv("blocks (A, D) in groups of {0}, found {1} x {2}", plan.positions, pattern.a,
                   pattern.d);
  return "";
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

/// The stages of a group as a piece has them: `inner` values of D have become `run`.
static llvm::SmallVector<StageDescriptor> stagesOfPiece(ArrayRef<StageDescriptor> stages,
                                                        const InPlaceGroup &group) {
  llvm::SmallVector<StageDescriptor> local(stages);
  for (StageDescriptor &stage : local) {
    StagePattern &pattern = stage.pattern;
    pattern.d = pattern.d / group.inner * group.run;
    pattern.a = group.columns / (pattern.c * pattern.d);
  }
  return local;
}

namespace {
/// The digits of columns that stages mix: from `inner` values on, up to `span` values.
struct MixedDigits {
  int64_t inner = 0, span = 1;
  int64_t middle() const { return span / inner; }
};
} // namespace

static MixedDigits mixedDigits(ArrayRef<StageDescriptor> stages) {
  MixedDigits digits{stages.front().pattern.d};
  for (const StageDescriptor &stage : stages) {
    digits.inner = std::min(digits.inner, stage.pattern.d);
    digits.span = std::max(digits.span, stage.pattern.c * stage.pattern.d);
  }
  return digits;
}

/// What keeps `stages` from mixing no other digits than those, or "".
static std::string checkDigits(ArrayRef<StageDescriptor> stages) {
  MixedDigits digits = mixedDigits(stages);
  for (const StageDescriptor &stage : stages) {
    int64_t d = stage.pattern.d, end = stage.pattern.c * d;
    if (d % digits.inner != 0 || digits.span % end != 0)
      return formatv("stages between cuts whose d are multiples of {0} and whose c d divide {1}, "
                     "found d = {2} and c d = {3}",
                     digits.inner, digits.span, d, end);
  }
  return "";
}

/// Chooses pieces with `others` values of the digits that `stages` do not mix, or as many as
/// divide these; rows where it is 0. What keeps it from that, or "".
static std::string choosePieces(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                int64_t others, InPlaceGroup &group) {
  int64_t columns = group.columns = stages.front().pattern.inSize();
  if (others == 0)
    return "";
  MixedDigits digits = mixedDigits(stages);
  group.inner = digits.inner;
  group.run = std::gcd(others, digits.inner);
  int64_t outer = std::gcd(others / group.run, columns / digits.span);
  group.columns = outer * digits.middle() * group.run;
  group.piecesPerRow = columns / group.columns;
  if (group.run < group.inner && group.run * elementBytes % 16 != 0)
    return formatv("a panel that gives runs of 16 bytes, found {0}", group.run * elementBytes);
  return "";
}

//===----------------------------------------------------------------------===//
// Shared memory
//===----------------------------------------------------------------------===//

/// The level of the distance of a stage's rows.
static int64_t levelOf(const InPlaceStage &stage, int64_t elementBytes) {
  int64_t distance = stage.pattern.d > 1 ? stage.pattern.d : stage.pattern.c;
  return llvm::alignTo(levelBytes / elementBytes, distance);
}

/// Words of `elementBytes` that fall into one bank of so many bytes, at most, of those that
/// lanes (row, 0 .. 3) load or store at once, for the first `rows` positions; word `word` of
/// lane j is value C = perLane j + word.
static int64_t wordsInOneBank(const InPlaceGroup &group, const InPlaceStage &stage,
                              int64_t elementBytes, int64_t rows, int64_t perLane) {
  llvm::SmallVector<int64_t, 32> words(levelBytes / elementBytes);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t C = 0; C < 4 * perLane; ++C) {
      int64_t column = stage.column(row) + C % stage.pattern.c * stage.pattern.d;
      ++words[group.position(column) % words.size()];
    }
  return *llvm::max_element(words);
}

/// What loads and stores of f32 or f64 stages with one of `group.levels` or less cost. A
/// warp accesses f32 at once, half a warp f64.
static int64_t costOfBanks(const InPlaceGroup &group, int64_t level, int64_t elementBytes) {
  int64_t cost = 0;
  for (const InPlaceStage &stage : group.stages) {
    if (levelOf(stage, elementBytes) > level)
      continue;
    int64_t loads = wordsInOneBank(group, stage, elementBytes, 32 / elementBytes, 1);
    // Where neighbors along b lie side by side, half a warp stores two of f32 at once.
    bool hasPairs = elementBytes == 4 && stage.pattern.d == 1;
    int64_t stores = hasPairs ? wordsInOneBank(group, stage, elementBytes, 4, 2) : loads;
    cost += loads + stores;
  }
  return cost;
}

/// The elements left out after each `level` columns: 16 bytes; in f32 and f64 what costs least.
static int64_t choosePad(InPlaceGroup &group, int64_t level, int64_t elementBytes) {
  int64_t unit = 16 / elementBytes, best = unit, least = std::numeric_limits<int64_t>::max();
  if (elementBytes == 2)
    return unit;
  for (int64_t pad : {int64_t(0), unit, 2 * unit}) {
    group.levels.push_back({level, pad});
    int64_t cost = costOfBanks(group, level, elementBytes);
    group.levels.pop_back();
    if (cost < least)
      least = cost, best = pad;
  }
  return best;
}

/// The levels at which elements are left out, one for each distance of rows.
static void chooseLevels(InPlaceGroup &group, int64_t elementBytes) {
  for (const InPlaceStage &stage : group.stages) {
    int64_t level = levelOf(stage, elementBytes);
    bool isKnown = llvm::any_of(group.levels,
                                [&](const InPlaceLevel &other) { return other.columns == level; });
    if (isKnown || level >= group.columns)
      continue;
    if (int64_t pad = choosePad(group, level, elementBytes))
      group.levels.push_back({level, pad});
  }
}

/// Whether position() is the sum of those of the first of `count` positions, one of
/// them, and C, for all such groups.
static bool isSumOfDigits(const InPlaceGroup &group, const InPlaceStage &stage, int64_t count) {
  const StagePattern &pattern = stage.pattern;
  for (int64_t first = 0; first < pattern.numBlocks(); first += count)
    for (int64_t i = 0; i < count; ++i)
      for (int64_t C = 0; C < pattern.c; ++C) {
        int64_t whole = group.position(stage.column(first + i) + C * pattern.d);
        int64_t base = group.position(stage.column(first));
        if (whole != base + group.position(stage.column(i)) + group.position(C * pattern.d))
          return false;
      }
  return true;
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

/// The most registers that ptxas gives to weights of the next steps.
static int64_t mostEarly(int64_t elementBytes) {
  if (elementBytes == 2)
    return 0;
  return elementBytes == 4 ? 40 : 56;
}

/// Registers of one thread: all weights, if they stay, then the sums and operands of
/// the widest item. An f32 operand takes three: the value and its two parts; an f64 value two;
/// and ptxas begins with some weights of the next step.
static int64_t estimateRegisters(const InPlaceGroup &group, int64_t elementBytes) {
  int64_t weights = 0, item = 0;
  for (const InPlaceStage &stage : group.stages) {
    int64_t tiles = stage.pattern.b / 8, value = elementBytes == 8 ? 2 : 1;
    int64_t word = elementBytes == 4 ? 3 : value;
    if (group.weightsInRegisters)
      weights += tiles * stage.kSteps * 2 * (elementBytes == 2 ? 1 : 2);
    int64_t sums = (stage.turned ? tiles / 2 : tiles) * stage.parts() * 4 * value;
    int64_t early = std::min(mostEarly(elementBytes), (elementBytes == 8 ? 8 : 5) * tiles);
    item = std::max(item, sums + 4 * (stage.parts() + 1) * word + early);
  }
  return weights + item + addressRegisters;
}

static void checkResources(const InPlaceGroup &group, const Schedule &schedule,
                           const TargetLimits &limits, BrokenConstraints &broken) {
  auto most = [&](const char *what, int64_t wanted, int64_t found) {
    if (found > wanted)
      broken.push_back(formatv("{0}: wanted at most {1}, found {2}", what, wanted, found));
  };
  most("bytes of shared memory", limits.sharedBytesPerBlock, group.sharedBytes);
  most("warps", limits.warpsPerBlock, schedule.warps);
  int64_t perThread =
      std::min(limits.registersPerThread,
               limits.registersPerBlock / (32 * std::max<int64_t>(1, schedule.warps)));
  most("registers of a thread", perThread, group.registers);
}

static void checkFields(InPlacePlan &plan, const Schedule &schedule) {
  if (schedule.outputs != 1 || schedule.steps != 0)
    plan.broken.push_back("in_place: wanted no steps, and one buffer of results");
  if (schedule.ring != 0 && (schedule.cuts.empty() || schedule.rows != 1))
    plan.broken.push_back("in_place, ring: wanted cuts, and one piece a tile");
}

static void countBlocks(InPlaceGroup &group, const Schedule &schedule, const TargetLimits &limits) {
  int64_t byShared = limits.sharedBytesPerProcessor / (group.sharedBytes + reservedSharedBytes);
  int64_t byRegisters =
      limits.registersPerBlock / (32 * schedule.warps * std::max<int64_t>(32, group.registers));
  group.blocksPerProcessor = std::clamp<int64_t>(std::min(byShared, byRegisters), 1, 4);
}

/// Plans a group of `stages` whose pieces are chosen.
static void planGroup(InPlaceGroup &group, ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                      const Schedule &schedule, const TargetLimits &limits,
                      BrokenConstraints &broken) {
  auto report = [&](size_t index, const std::string &text) {
    if (!text.empty())
      broken.push_back(formatv("in_place, stage {0}: wanted {1}", group.firstStage + index, text));
  };
  for (auto [index, stage] : llvm::enumerate(stagesOfPiece(stages, group))) {
    group.stages.push_back(planStage(stage, elementBytes));
    report(index, checkStage(stage, group.stages.back(), elementBytes));
  }
  if (!broken.empty())
    return;
  group.weightsInRegisters = schedule.placement == WeightPlacement::Registers;
  chooseLevels(group, elementBytes);
  group.rowPitch = llvm::alignTo(group.position(group.columns - 1) + 1, 16 / elementBytes);
  group.sharedBytes = schedule.depth * schedule.rows * group.rowPitch * elementBytes;
  group.registers = estimateRegisters(group, elementBytes) + limits.spareRegisters;
  checkResources(group, schedule, limits, broken);
  if (!broken.empty())
    return;
  for (auto [index, stage] : llvm::enumerate(group.stages))
    if (!isSumOfDigits(group, stage, stage.positions) ||
        !isSumOfDigits(group, stage, stage.width()))
      report(index, "extents that divide the levels of shared memory");
  countBlocks(group, schedule, limits);
}

/// The stages between cuts, each with the pieces of rows that it takes.
static void chooseGroups(InPlacePlan &plan, ArrayRef<ArrayRef<StageDescriptor>> parts,
                         int64_t elementBytes, int64_t panel) {
  int64_t widest = 0, firstStage = 0;
  for (ArrayRef<StageDescriptor> part : parts)
    widest = std::max(widest, mixedDigits(part).middle());
  for (ArrayRef<StageDescriptor> part : parts) {
    InPlaceGroup &group = plan.groups.emplace_back();
    group.firstStage = firstStage;
    firstStage += part.size();
    // All pieces have as many columns as those of the widest group.
    int64_t others = parts.size() == 1 ? 0 : panel * widest / mixedDigits(part).middle();
    std::string text = others == 0 ? "" : checkDigits(part);
    if (text.empty())
      text = choosePieces(part, elementBytes, others, group);
    if (!text.empty())
      plan.broken.push_back(formatv("in_place, stage {0}: wanted {1}", group.firstStage, text));
  }
}

static llvm::SmallVector<ArrayRef<StageDescriptor>> splitAt(ArrayRef<StageDescriptor> stages,
                                                            ArrayRef<int64_t> cuts) {
  llvm::SmallVector<ArrayRef<StageDescriptor>> parts;
  int64_t first = 0;
  for (int64_t cut : cuts) {
    parts.push_back(stages.slice(first, cut - first));
    first = cut;
  }
  parts.push_back(stages.drop_front(first));
  return parts;
}

/// Shares the thread blocks that run at once among the groups of a ring.
static void planRing(InPlacePlan &plan, const Schedule &schedule, const TargetLimits &limits) {
  int64_t numGroups = plan.groups.size(), perProcessor = 4, least = 0;
  for (const InPlaceGroup &group : plan.groups)
    perProcessor = std::min(perProcessor, group.blocksPerProcessor);
  plan.blocksPerGroup = limits.multiprocessors * perProcessor / numGroups;
  for (InPlaceGroup &group : plan.groups) {
    group.blocksPerProcessor = perProcessor;
    int64_t rowsOfTurn = llvm::divideCeil(plan.blocksPerGroup, group.piecesPerRow);
    least = std::max(least, (schedule.depth - 1) * rowsOfTurn + 2);
  }
  if (plan.blocksPerGroup < 1)
    plan.broken.push_back("in_place, ring: wanted a thread block for each group");
  if (schedule.ring < least)
    plan.broken.push_back(
        formatv("in_place, ring: wanted at least {0} rows, found {1}", least, schedule.ring));
}

InPlacePlan danaus::planInPlaceKernel(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                      const Schedule &schedule, const TargetLimits &limits) {
  InPlacePlan plan;
  plan.broken = checkSchedule(stages, schedule);
  checkFields(plan, schedule);
  if (stages.empty() || (elementBytes != 2 && elementBytes != 4 && elementBytes != 8))
    plan.broken.push_back("in_place: wanted stages of f64, f32, f16 or bf16");
  if (!plan.broken.empty())
    return plan;
  llvm::SmallVector<ArrayRef<StageDescriptor>> parts = splitAt(stages, schedule.cuts);
  chooseGroups(plan, parts, elementBytes, schedule.panel);
  for (auto [group, part] : llvm::zip_equal(plan.groups, parts))
    if (plan.broken.empty())
      planGroup(group, part, elementBytes, schedule, limits, plan.broken);
  if (plan.broken.empty() && schedule.ring > 0)
    planRing(plan, schedule, limits);
  return plan;
}

//===----------------------------------------------------------------------===//
// The default
//===----------------------------------------------------------------------===//

/// Whole rows in shared memory.
static std::optional<Schedule> chooseRows(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                          int64_t rows, const TargetLimits &limits) {
  // Some thread blocks of 4 warps beside each other overlap what each does in turn; where
  // a row is so long that there is one alone, it has more warps. No warp is without an
  // item; then a tile for each multiprocessor comes before tiles of `tileBytes`.
  int64_t bytesOfRow = stages.front().pattern.inSize() * elementBytes, items = 16;
  for (const StageDescriptor &stage : stages)
    items = std::min(items, planStage(stage, elementBytes).itemsPerRow);
  bool isAlone = 2 * bytesOfRow > limits.sharedBytesPerProcessor / 2;
  bool mayPipeline = rows > limits.multiprocessors && !isAlone;
  int64_t least =
      isAlone ? 1 : std::min<int64_t>(rows, llvm::divideCeil(4, std::max<int64_t>(1, items)));
  int64_t most =
      std::min(rows / std::max<int64_t>(1, limits.multiprocessors), tileBytes / bytesOfRow);
  Schedule schedule;
  schedule.unit = ScheduleUnit::MmaSync;
  schedule.inPlace = true;
  schedule.rows = llvm::bit_floor(static_cast<uint64_t>(std::max({int64_t(1), least, most})));
  for (WeightPlacement placement : {WeightPlacement::Registers, WeightPlacement::Streamed})
    for (schedule.depth = mayPipeline ? 2 : 1; schedule.depth >= 1; --schedule.depth)
      for (schedule.warps = isAlone ? items : 4; schedule.warps >= 1; schedule.warps /= 2) {
        schedule.placement = placement;
        if (planInPlaceKernel(stages, elementBytes, schedule, limits).broken.empty())
          return schedule;
      }
  return std::nullopt;
}

/// Cuts between groups that mix at most `most` columns, where one stage does not mix more.
static llvm::SmallVector<int64_t> cutsFor(ArrayRef<StageDescriptor> stages, int64_t most) {
  llvm::SmallVector<int64_t> cuts;
  int64_t middle = 1;
  for (auto [index, stage] : llvm::enumerate(stages)) {
    if (index > 0 && middle * stage.pattern.c > most) {
      cuts.push_back(index);
      middle = 1;
    }
    middle *= stage.pattern.c;
  }
  return cuts;
}

/// The pieces of groups between `schedule.cuts` with the longest runs that leave each
/// multiprocessor two thread blocks with two tiles each, and are enough for all of these.
static std::optional<Schedule> choosePanel(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                           int64_t rows, Schedule schedule,
                                           const TargetLimits &limits) {
  for (auto [runs, depth] : {std::pair{4, 2}, {2, 2}, {1, 2}, {1, 1}}) {
    schedule.panel = runs * leastRunBytes / elementBytes;
    schedule.depth = depth;
    InPlacePlan plan = planInPlaceKernel(stages, elementBytes, schedule, limits);
    bool isGood = plan.broken.empty() && llvm::all_of(plan.groups, [&](const InPlaceGroup &group) {
                    bool isSpread = rows * group.piecesPerRow >= 2 * limits.multiprocessors;
                    return group.blocksPerProcessor > 1 && (isSpread || runs == 1);
                  });
    if (isGood)
      return schedule;
  }
  return std::nullopt;
}

/// The same in one launch, as many small thread blocks as run at once, whose ring of rows the
/// cache keeps; where there are rows enough to fill it.
static std::optional<Schedule> chooseRing(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                          int64_t rows, Schedule schedule,
                                          const TargetLimits &limits) {
  constexpr int64_t ringBytes = 12 << 20; // of an L2 cache of 50 MB (docs/performance.md)
  schedule.warps = 4;
  schedule.depth = 1;
  schedule.panel = leastRunBytes / elementBytes;
  schedule.ring = ringBytes / (stages.front().pattern.inSize() * elementBytes);
  if (rows <= fewRows || !planInPlaceKernel(stages, elementBytes, schedule, limits).broken.empty())
    return std::nullopt;
  return schedule;
}

/// Pieces of rows in shared memory, in as few groups as have room.
static std::optional<Schedule> chooseCutRows(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                             int64_t rows, const TargetLimits &limits) {
  Schedule schedule;
  schedule.unit = ScheduleUnit::MmaSync;
  schedule.inPlace = true;
  schedule.rows = 1;
  schedule.warps = 8;
  for (int64_t most = stages.front().pattern.inSize(); most > 0; most /= 2) {
    llvm::SmallVector<int64_t> cuts = cutsFor(stages, most);
    if (cuts == schedule.cuts)
      continue;
    schedule.cuts = cuts;
    for (WeightPlacement placement : {WeightPlacement::Registers, WeightPlacement::Streamed}) {
      schedule.placement = placement;
      if (auto chosen = choosePanel(stages, elementBytes, rows, schedule, limits)) {
        auto ring = chooseRing(stages, elementBytes, rows, *chosen, limits);
        return ring ? ring : chosen;
      }
    }
  }
  return std::nullopt;
}

std::optional<Schedule> danaus::chooseInPlaceSchedule(ArrayRef<StageDescriptor> stages,
                                                      int64_t elementBytes, int64_t rows,
                                                      const TargetLimits &limits) {
  if (stages.size() < 2)
    return std::nullopt;
  if (std::optional<Schedule> whole = chooseRows(stages, elementBytes, rows, limits))
    return whole;
  return chooseCutRows(stages, elementBytes, rows, limits);
}
