//===- LegalityCpu.cpp - Which schedules a CPU can run -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/Legality.h"
#include "danaus/Support/Packing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>

using namespace danaus;
using llvm::ArrayRef;
using llvm::formatv;

static void checkPositive(llvm::StringRef name, int64_t value, BrokenConstraints &broken) {
  if (value < 1)
    broken.push_back(formatv("{0}: wanted at least 1, found {1}", name, value));
}

static void checkCuts(size_t numStages, ArrayRef<int64_t> cuts, BrokenConstraints &broken) {
  int64_t previous = 0;
  for (int64_t cut : cuts) {
    if (cut <= previous || cut >= static_cast<int64_t>(numStages))
      broken.push_back(formatv("cuts: wanted ascending indices from {0} to {1}, found {2}",
                               previous + 1, numStages - 1, cut));
    previous = cut;
  }
}

static void checkAxes(ArrayRef<StageDescriptor> stages, ArrayRef<LaneAxis> axes,
                      BrokenConstraints &broken) {
  if (axes.size() != stages.size()) {
    broken.push_back(
        formatv("axes: wanted one for each of {0} stages, found {1}", stages.size(), axes.size()));
    return;
  }
  for (auto [index, stage, axis] : llvm::enumerate(stages, axes))
    if (axis == LaneAxis::D && stage.pattern.d == 1)
      broken.push_back(formatv("axes: stage {0}: wanted d > 1 for lanes along d, found 1", index));
}

static llvm::StringRef nameOf(ScheduleUnit unit) {
  static constexpr llvm::StringLiteral names[] = {"fma", "mma_sync", "amx", "wgmma"};
  return names[static_cast<uint32_t>(unit)];
}

/// Requires that the kernels which `field` asks for are of the schedule's unit.
static void checkUnit(llvm::StringRef field, ScheduleUnit wanted, const Schedule &schedule,
                      BrokenConstraints &broken) {
  if (schedule.unit != wanted)
    broken.push_back(
        formatv("{0}: wanted unit {1}, found {2}", field, nameOf(wanted), nameOf(schedule.unit)));
}

BrokenConstraints danaus::checkSchedule(ArrayRef<StageDescriptor> stages,
                                        const Schedule &schedule) {
  BrokenConstraints broken;
  checkPositive("rows", schedule.rows, broken);
  checkPositive("block_rows", schedule.blockRows, broken);
  checkPositive("panel", schedule.panel, broken);
  checkPositive("warps", schedule.warps, broken);
  checkPositive("depth", schedule.depth, broken);
  if (schedule.ring < 0)
    broken.push_back(formatv("ring: wanted 0 or more tiles, found {0}", schedule.ring));
  if (schedule.library)
    checkUnit("library", ScheduleUnit::Wgmma, schedule, broken);
  if (schedule.cluster != 1 && schedule.unit != ScheduleUnit::Wgmma)
    checkUnit("cluster", ScheduleUnit::MmaSync, schedule, broken);
  if (schedule.placement == WeightPlacement::Shared)
    checkUnit("placement shared", ScheduleUnit::Wgmma, schedule, broken);
  if (schedule.inPlace)
    checkUnit("in_place", ScheduleUnit::MmaSync, schedule, broken);
  checkCuts(stages.size(), schedule.cuts, broken);
  if (schedule.unit == ScheduleUnit::Fma)
    checkAxes(stages, schedule.axes, broken);
  return broken;
}

// Lanes along b: rows x panel accumulators, panel weights, one broadcast of x
// that the multiply-add reads from memory. Lanes along d: rows x panel
// accumulators, panel weights, one vector of x.
int64_t danaus::registersOfBlock(const Schedule &schedule, LaneAxis axis) {
  int64_t accumulators = schedule.blockRows * schedule.panel;
  return accumulators + schedule.panel + (axis == LaneAxis::D ? 1 : 0);
}

int64_t danaus::tileDepth(int64_t bytes) {
  int64_t depth = 64;
  while (bytes % depth != 0)
    depth -= 4;
  return depth;
}

// A tile holds 16 rows x 64 bytes of c, or those x 16 of b, or fewer of c: with
// fewer than 16 values vectors do as well. Sums that lie along
// d leave in vectors of 16. Between stages, blocks of b = d columns can be put
// side by side: column (A, B) of the first is (B, A) to the second.
BrokenConstraints danaus::checkAmxStages(ArrayRef<StageDescriptor> stages) {
  BrokenConstraints broken;
  auto require = [&](size_t stage, bool holds, llvm::StringRef what) {
    if (!holds)
      broken.push_back(formatv("unit: stage {0}: wanted {1} for amx", stage, what));
  };
  for (auto [index, stage] : llvm::enumerate(stages)) {
    const StagePattern &pattern = stage.pattern;
    require(index, pattern.c % 16 == 0, "a multiple of 16 for c");
    if (pattern.d == 1)
      continue;
    require(index, index > 0 && stages[index - 1].pattern.d == 1, "d = 1, or after such a stage");
    require(index, pattern.d % 16 == 0 && pattern.b % 16 == 0, "multiples of 16 for b and d");
    if (index > 0)
      require(index, stages[index - 1].pattern.b == pattern.d, "d = b of the stage before");
  }
  return broken;
}

/// Bytes of the block of x that lanes along d of i8 read as i16, at most: twice
/// `block_rows`, as narrow panels have them.
static int64_t bytesOfPairs(const StagePattern &pattern, int64_t blockRows,
                            const TargetLimits &limits) {
  return 2 * blockRows * pattern.c * limits.lanes(4) * 2;
}

/// What it may take of a stack.
static int64_t mostBytesOfPairs(const TargetLimits &limits) { return limits.l2Bytes / 2; }

/// i8 on vectors copies x to a block of its own.
static void checkPairs(ArrayRef<StageDescriptor> stages, const Schedule &schedule,
                       const TargetLimits &limits, BrokenConstraints &broken) {
  int64_t most = mostBytesOfPairs(limits);
  for (auto [index, stage, axis] : llvm::enumerate(stages, schedule.axes))
    if (int64_t need = bytesOfPairs(stage.pattern, schedule.blockRows, limits);
        axis == LaneAxis::D && need > most)
      broken.push_back(formatv("axes: stage {0}: wanted at most {1} bytes of x in a block along d, "
                               "found {2}",
                               index, most, need));
}

BrokenConstraints danaus::checkCpuSchedule(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                           const Schedule &schedule, const TargetLimits &limits) {
  BrokenConstraints broken = checkSchedule(stages, schedule);
  if (schedule.unit == ScheduleUnit::Amx && limits.hasAmx && elementBytes <= 2) {
    llvm::append_range(broken, checkAmxStages(stages));
    return broken;
  }
  if (schedule.unit != ScheduleUnit::Fma)
    broken.push_back(formatv("unit: wanted fma{0} on {1}",
                             limits.hasAmx ? ", or amx for bf16 and i8" : "", limits.name));
  for (LaneAxis axis : schedule.axes) {
    int64_t need = registersOfBlock(schedule, axis);
    if (need > limits.vectorRegisters)
      broken.push_back(formatv("block_rows {0} x panel {1}: wanted at most {2} vector registers, "
                               "found {3}",
                               schedule.blockRows, schedule.panel, limits.vectorRegisters, need));
  }
  if (elementBytes == 1 && broken.empty())
    checkPairs(stages, schedule, limits, broken);
  return broken;
}

//===----------------------------------------------------------------------===//
// The default
//===----------------------------------------------------------------------===//

/// Bytes that one row of activations occupies across a chain.
static int64_t bytesPerRow(ArrayRef<StageDescriptor> stages, int64_t accumulatorBytes) {
  int64_t bytes = stages.front().pattern.inSize() * accumulatorBytes;
  for (const StageDescriptor &stage : stages)
    bytes += stage.pattern.outSize() * accumulatorBytes;
  return bytes;
}

static int64_t weightBytes(ArrayRef<StageDescriptor> stages, int64_t elementBytes) {
  int64_t bytes = 0;
  for (const StageDescriptor &stage : stages) {
    int64_t values = elementBytes;
    for (int64_t size : weightShape(stage.pattern, stage.order))
      values *= size;
    bytes += values;
  }
  return bytes;
}

/// Whether vectors along d waste at most half of their lanes.
static bool fillsVector(int64_t d, int64_t lanes) {
  return d > 1 && (2 * d >= lanes || valuesPerVector(d, lanes) > 1);
}

/// Lanes along d where they fill a vector: outputs are then neighbors in memory.
/// Along b all the same where the stage before can put the inputs of a sum next
/// to each other and a block of x along d (c x lanes a row) would not stay in L1.
/// i8 has it in the order of its lanes, and pays more for outputs that are apart.
static LaneAxis defaultAxis(ArrayRef<StageDescriptor> stages, size_t index, int64_t blockRows,
                            const TargetLimits &limits, int64_t elementBytes) {
  const StagePattern &pattern = stages[index].pattern;
  int64_t accumulatorBytes = std::max<int64_t>(elementBytes, 4);
  int64_t lanes = limits.lanes(accumulatorBytes);
  if (!fillsVector(pattern.d, lanes))
    return LaneAxis::B;
  if (elementBytes == 1)
    return bytesOfPairs(pattern, blockRows, limits) > mostBytesOfPairs(limits) ? LaneAxis::B
                                                                               : LaneAxis::D;
  int64_t blockBytes = blockRows * pattern.c * std::min(pattern.d, lanes) * accumulatorBytes;
  bool isGrouped = index > 0 && groupBetween(stages[index - 1].pattern, pattern) > 1;
  return isGrouped && blockBytes > limits.l1Bytes ? LaneAxis::B : LaneAxis::D;
}

/// `enough` rows, or fewer that leave room for other things in L2 with all activations
/// between: a block of x is read in short runs of columns, and past some thirty rows the
/// hardware no longer follows each of them. More where the weights are large, as every
/// tile reads them again, past L2 at 10 GB/s against 100 GF/s: a row for 48 KB of them
/// while the tile fits beside them, or fills L2 where they are larger than that, and a
/// row for 256 KB past that.
static int64_t defaultRows(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                           int64_t accumulatorBytes, const TargetLimits &limits, int64_t enough) {
  constexpr int64_t inL2 = 48 << 10, pastL2 = 256 << 10, fewRows = 24, mostRows = 258;
  int64_t bytes = bytesPerRow(stages, accumulatorBytes);
  int64_t weights = weightBytes(stages, elementBytes), filling = limits.l2Bytes / bytes;
  int64_t beside = weights > limits.l2Bytes ? filling : 7 * filling / 10;
  int64_t amortizing = weights / inL2;
  if (filling >= fewRows)
    amortizing = std::min(amortizing, std::max(beside, weights / pastL2));
  int64_t fitting = std::min(2 * limits.l2Bytes / (5 * bytes), enough);
  return std::min(std::max(fitting, amortizing), mostRows);
}

Schedule danaus::defaultCpuSchedule(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                    const TargetLimits &limits) {
  int64_t accumulatorBytes = std::max<int64_t>(elementBytes, 4);
  Schedule schedule;
  schedule.blockRows = 6;
  schedule.panel = limits.vectorRegisters >= 32 ? 4 : 2;
  for (size_t index = 0; index < stages.size(); ++index)
    schedule.axes.push_back(defaultAxis(stages, index, schedule.blockRows, limits, elementBytes));
  int64_t rows = defaultRows(stages, elementBytes, accumulatorBytes, limits, /*enough=*/24);
  schedule.rows = std::max(rows / schedule.blockRows, int64_t(1)) * schedule.blockRows;
  return schedule;
}

Schedule danaus::defaultComplexSchedule(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                        const TargetLimits &limits) {
  Schedule schedule;
  schedule.blockRows = 6;
  schedule.panel = limits.vectorRegisters >= 32 ? 2 : 1;
  for (const StageDescriptor &stage : stages)
    schedule.axes.push_back(fillsVector(stage.pattern.d, limits.lanes(elementBytes)) ? LaneAxis::D
                                                                                     : LaneAxis::B);
  int64_t rows = defaultRows(stages, elementBytes, elementBytes, limits, /*enough=*/24);
  schedule.rows = std::max(rows / schedule.blockRows, int64_t(1)) * schedule.blockRows;
  return schedule;
}

BrokenConstraints danaus::checkComplexSchedule(ArrayRef<StageDescriptor> stages,
                                               int64_t elementBytes, const Schedule &schedule,
                                               const TargetLimits &limits) {
  if (schedule.unit != ScheduleUnit::Fma)
    return {formatv("unit: wanted fma for complex numbers")};
  Schedule parts = schedule;
  parts.panel *= 2;
  return checkCpuSchedule(stages, elementBytes, parts, limits);
}

Schedule danaus::defaultAmxSchedule(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                    const TargetLimits &limits) {
  constexpr int64_t rowsOfBlock = 32;
  Schedule schedule;
  schedule.unit = ScheduleUnit::Amx;
  schedule.blockRows = rowsOfBlock;
  schedule.panel = 2;
  int64_t rows = defaultRows(stages, elementBytes, elementBytes, limits, /*enough=*/256);
  schedule.rows = std::max(rows / rowsOfBlock, int64_t(1)) * rowsOfBlock;
  return schedule;
}
