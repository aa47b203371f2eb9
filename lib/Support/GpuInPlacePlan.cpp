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

using namespace danaus;
using llvm::ArrayRef;
using llvm::formatv;

/// Bytes between two levels at least: as many as all banks have.
static constexpr int64_t levelBytes = 128;
/// The widest block whose sums leave room for those of a second fragment of x.
static constexpr int64_t mostOfDouble = 128;
/// Bytes of x that a tile has at least, where there are rows enough.
static constexpr int64_t tileBytes = 16 << 10;
/// Registers of a thread for addresses and values in flight.
static constexpr int64_t addressRegisters = 48;

int64_t InPlacePlan::position(int64_t column) const {
  int64_t place = column;
  for (int64_t level : levels)
    place += pad * (column / level);
  return place;
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
// Shared memory
//===----------------------------------------------------------------------===//

/// The levels at which 16 bytes are left out, one for each distance of rows.
static void chooseLevels(InPlacePlan &plan, int64_t elementBytes) {
  plan.pad = 16 / elementBytes * (elementBytes == 4 ? 2 : 1);
  for (const InPlaceStage &stage : plan.stages) {
    int64_t distance = stage.pattern.d > 1 ? stage.pattern.d : stage.pattern.c;
    int64_t level = llvm::alignTo(levelBytes / elementBytes, distance);
    if (!llvm::is_contained(plan.levels, level) && level < plan.columns)
      plan.levels.push_back(level);
  }
}

/// Whether position() is the sum of those of the first of `count` positions, one of
/// them, and C, for all such groups.
static bool isSumOfDigits(const InPlacePlan &plan, const InPlaceStage &stage, int64_t count) {
  const StagePattern &pattern = stage.pattern;
  for (int64_t first = 0; first < pattern.numBlocks(); first += count)
    for (int64_t i = 0; i < count; ++i)
      for (int64_t C = 0; C < pattern.c; ++C) {
        int64_t whole = plan.position(stage.column(first + i) + C * pattern.d);
        int64_t base = plan.position(stage.column(first));
        if (whole != base + plan.position(stage.column(i)) + plan.position(C * pattern.d))
          return false;
      }
  return true;
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

/// Registers of one thread: all weights, if they stay, then the sums and operands of
/// the widest item. An f32 operand takes three: the value and its two parts; and ptxas
/// begins with some weights of the next step.
static int64_t estimateRegisters(const InPlacePlan &plan, int64_t elementBytes) {
  int64_t weights = 0, item = 0;
  for (const InPlaceStage &stage : plan.stages) {
    int64_t tiles = stage.pattern.b / 8, word = elementBytes == 4 ? 3 : 1;
    if (plan.weightsInRegisters)
      weights += tiles * stage.kSteps * 2 * (elementBytes == 4 ? 2 : 1);
    int64_t sums = (stage.turned ? tiles / 2 : tiles) * stage.parts() * 4;
    int64_t early = elementBytes == 4 ? std::min<int64_t>(40, 5 * tiles) : 0;
    item = std::max(item, sums + 4 * (stage.parts() + 1) * word + early);
  }
  return weights + item + addressRegisters;
}

static void checkResources(InPlacePlan &plan, const Schedule &schedule,
                           const TargetLimits &limits) {
  auto most = [&](const char *what, int64_t wanted, int64_t found) {
    if (found > wanted)
      plan.broken.push_back(formatv("{0}: wanted at most {1}, found {2}", what, wanted, found));
  };
  most("bytes of shared memory", limits.sharedBytesPerBlock, plan.sharedBytes);
  most("warps", limits.warpsPerBlock, schedule.warps);
  int64_t perThread =
      std::min(limits.registersPerThread,
               limits.registersPerBlock / (32 * std::max<int64_t>(1, schedule.warps)));
  most("registers of a thread", perThread, plan.registers);
}

static void checkFields(InPlacePlan &plan, const Schedule &schedule) {
  if (!schedule.cuts.empty() || schedule.ring != 0 || schedule.outputs != 1 || schedule.steps != 0)
    plan.broken.push_back("in_place: wanted no cuts, ring or steps, and one buffer of results");
}

InPlacePlan danaus::planInPlaceKernel(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                      const Schedule &schedule, const TargetLimits &limits) {
  InPlacePlan plan;
  plan.broken = checkSchedule(stages, schedule);
  checkFields(plan, schedule);
  if (stages.empty() || (elementBytes != 2 && elementBytes != 4)) {
    plan.broken.push_back("in_place: wanted stages of f32, f16 or bf16");
    return plan;
  }
  for (auto [index, stage] : llvm::enumerate(stages)) {
    plan.stages.push_back(planStage(stage, elementBytes));
    if (std::string text = checkStage(stage, plan.stages.back(), elementBytes); !text.empty())
      plan.broken.push_back(formatv("in_place, stage {0}: wanted {1}", index, text));
  }
  if (!plan.broken.empty())
    return plan;
  plan.columns = stages.front().pattern.inSize();
  plan.weightsInRegisters = schedule.placement == WeightPlacement::Registers;
  chooseLevels(plan, elementBytes);
  plan.rowPitch = llvm::alignTo(plan.position(plan.columns - 1) + 1, 16 / elementBytes);
  plan.sharedBytes = schedule.depth * schedule.rows * plan.rowPitch * elementBytes;
  plan.registers = estimateRegisters(plan, elementBytes) + limits.spareRegisters;
  checkResources(plan, schedule, limits);
  if (!plan.broken.empty())
    return plan;
  for (auto [index, stage] : llvm::enumerate(plan.stages))
    if (!isSumOfDigits(plan, stage, stage.positions) || !isSumOfDigits(plan, stage, stage.width()))
      plan.broken.push_back(formatv("in_place, stage {0}: wanted extents that divide the levels of "
                                    "shared memory",
                                    index));
  int64_t byShared = limits.sharedBytesPerProcessor / (plan.sharedBytes + reservedSharedBytes);
  int64_t byRegisters =
      limits.registersPerBlock / (32 * schedule.warps * std::max<int64_t>(32, plan.registers));
  plan.blocksPerProcessor = std::clamp<int64_t>(std::min(byShared, byRegisters), 1, 4);
  return plan;
}

//===----------------------------------------------------------------------===//
// The default
//===----------------------------------------------------------------------===//

std::optional<Schedule> danaus::chooseInPlaceSchedule(ArrayRef<StageDescriptor> stages,
                                                      int64_t elementBytes, int64_t rows,
                                                      const TargetLimits &limits) {
  if (stages.size() < 2)
    return std::nullopt;
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
