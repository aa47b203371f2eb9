//===- GpuTransformPlan.cpp - Fast transforms in one kernel -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuTransformPlan.h"
#include "danaus/Support/GpuPlan.h"
#include "danaus/Support/Packing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <array>

using namespace danaus;
using llvm::ArrayRef;
using llvm::formatv;
using llvm::SmallVector;

/// Bytes of a complex<f32>.
static constexpr int64_t numberBytes = 8;
/// The largest radix: its values and what is computed from them fit into registers.
static constexpr int64_t mostValues = 16;
/// Numbers of a tile of several rows: an item for each thread of a warp. Small thread
/// blocks wait for few others.
static constexpr int64_t tileNumbers = 32 * mostValues;
/// Thread blocks that a multiprocessor runs at most.
static constexpr int64_t mostBlocks = 32;
/// Registers of a thread for addresses, twiddles and values between two steps; and for what
/// a loop over items adds.
static constexpr int64_t otherRegisters = 32, loopRegisters = 16;
/// Numbers of one access of half a warp, and banks for them.
static constexpr int64_t numBanks = 16;

/// sum_j digit_j(number) worth(digit_j)
static int64_t sumOfDigits(ArrayRef<TransformDigit> digits, int64_t number,
                           int64_t TransformDigit::*worth) {
  int64_t sum = 0;
  for (const TransformDigit &digit : llvm::reverse(digits)) {
    sum += number % digit.extent * digit.*worth;
    number /= digit.extent;
  }
  return sum;
}

int64_t TransformStagePlan::placeOf(int64_t number) const {
  return sumOfDigits(items, number, &TransformDigit::place);
}

int64_t TransformStagePlan::columnOf(int64_t number) const {
  return sumOfDigits(items, number, &TransformDigit::column);
}

int64_t TransformPlan::position(int64_t place) const {
  int64_t result = place;
  for (auto [level, pad] : llvm::zip_equal(levels, pads))
    result += pad * (place / level);
  return result;
}

//===----------------------------------------------------------------------===//
// Digits
//===----------------------------------------------------------------------===//

/// The digits of all places, slowest first, so fine that A, C and D of every stage consist
/// of whole ones; nothing where there are none.
static std::optional<SmallVector<TransformDigit>> commonDigits(const TransformChain &chain) {
  DigitPermutation columns = chain.columns.simplified().inverse();
  SmallVector<int64_t> cuts = digitCuts(columns.sizes());
  for (const TransformChain::Stage &stage : chain.stages) {
    const StagePattern &pattern = stage.pattern;
    auto merged = mergeDigitCuts(cuts, digitCuts({pattern.a, pattern.c, pattern.d}));
    if (!merged)
      return std::nullopt;
    cuts = *merged;
  }
  SmallVector<TransformDigit> digits;
  for (const DigitPermutation::Digit &digit : columns.refined(cuts).digits())
    digits.push_back({digit.size, digit.stride, digit.sourceStride});
  return digits;
}

/// A stage with its items counted by place.
static TransformStagePlan planStage(const TransformChain::Stage &stage,
                                    ArrayRef<TransformDigit> digits) {
  int64_t d = stage.pattern.d;
  TransformStagePlan plan{stage.pattern, stage.hasTwiddles, stage.isHadamard, {}, {}, false};
  plan.places.assign(stage.pattern.c, 0);
  for (const TransformDigit &digit : digits) {
    if (digit.column < d || digit.column >= d * stage.pattern.c) {
      plan.items.push_back(digit);
      continue;
    }
    for (auto [C, place] : llvm::enumerate(plan.places))
      place += static_cast<int64_t>(C) / (digit.column / d) % digit.extent * digit.place;
  }
  return plan;
}

static void countByColumn(TransformStagePlan &plan) {
  llvm::sort(plan.items, [](const TransformDigit &left, const TransformDigit &right) {
    return left.column > right.column;
  });
}

//===----------------------------------------------------------------------===//
// Banks
//===----------------------------------------------------------------------===//

/// Accesses to shared memory that one value of each item of a tile takes.
static int64_t countAccesses(const TransformPlan &plan, const TransformStagePlan &stage,
                             int64_t rows) {
  int64_t total = rows * stage.itemsPerRow(), accesses = 0;
  for (int64_t first = 0; first < total; first += numBanks) {
    std::array<int64_t, numBanks> used{};
    for (int64_t item = first; item < std::min(total, first + numBanks); ++item) {
      int64_t place = stage.placeOf(item % stage.itemsPerRow());
      int64_t row = item / stage.itemsPerRow();
      ++used[(row * plan.rowPitch + plan.position(place)) % numBanks];
    }
    accesses += *llvm::max_element(used);
  }
  return accesses;
}

/// Gives the stages between the first and the last the better order of items; how many
/// accesses all of them take together.
static int64_t orderItems(TransformPlan &plan, int64_t rows) {
  int64_t accesses = 0, last = static_cast<int64_t>(plan.stages.size()) - 1;
  for (auto [index, stage] : llvm::enumerate(plan.stages)) {
    int64_t number = index, best = countAccesses(plan, stage, rows);
    if (number > 0 && number < last) {
      TransformStagePlan other = stage;
      countByColumn(other);
      if (int64_t found = countAccesses(plan, other, rows); found < best)
        best = found, stage = other;
    }
    accesses += best * stage.pattern.c * ((number > 0) + (number < last));
  }
  return accesses;
}

/// The next of all choices of `digits`, each from a list of `size`; false after the last.
static bool advance(llvm::SmallVectorImpl<size_t> &digits, size_t size) {
  for (size_t &digit : digits) {
    if (++digit < size)
      return true;
    digit = 0;
  }
  return false;
}

/// Levels and pads with the fewest accesses, of these the smallest.
static void choosePads(TransformPlan &plan, ArrayRef<TransformDigit> digits, int64_t rows,
                       int64_t mostBytes) {
  constexpr std::array<int64_t, 4> sizes{0, 1, 2, 4};
  for (const TransformDigit &digit : digits)
    if (digit.place > 1)
      plan.levels.push_back(digit.place);
  TransformPlan candidate = plan;
  size_t numLevels = plan.levels.size();
  SmallVector<size_t> choice(numLevels + (rows > 1), 0); // the last one is after each row
  int64_t least = std::numeric_limits<int64_t>::max();
  do {
    candidate.pads.clear();
    for (size_t number : ArrayRef(choice).take_front(numLevels))
      candidate.pads.push_back(sizes[number]);
    candidate.rowPitch = candidate.position(plan.columns - 1) + 1;
    if (rows > 1)
      candidate.rowPitch += sizes[choice.back()];
    candidate.sharedBytes = rows * candidate.rowPitch * numberBytes;
    if (candidate.sharedBytes > mostBytes)
      continue;
    int64_t accesses = orderItems(candidate, rows);
    if (accesses > least || (accesses == least && candidate.rowPitch >= plan.rowPitch))
      continue;
    least = accesses;
    plan = candidate;
  } while (advance(choice, sizes.size()));
}

//===----------------------------------------------------------------------===//
// Code of a thread
//===----------------------------------------------------------------------===//

/// Whether the items of each thread lie as far apart as those of the first.
static bool hasSameDistances(const TransformPlan &plan, const TransformStagePlan &stage,
                             int64_t threads) {
  for (int64_t first = threads; first < stage.itemsPerRow(); first += threads)
    for (int64_t thread = 0; thread < threads; ++thread) {
      int64_t place = stage.placeOf(first), own = stage.placeOf(thread);
      bool isSame =
          stage.placeOf(first + thread) == place + own &&
          stage.columnOf(first + thread) == stage.columnOf(first) + stage.columnOf(thread);
      if (!isSame || plan.position(place + own) != plan.position(place) + plan.position(own))
        return false;
    }
  return true;
}

static bool isStraight(const TransformPlan &plan, const TransformStagePlan &stage,
                       const Schedule &schedule) {
  int64_t threads = 32 * schedule.warps, items = stage.itemsPerRow();
  return schedule.rows == 1 && items % threads == 0 &&
         items / threads * stage.pattern.c <= mostValues && hasSameDistances(plan, stage, threads);
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

static void checkFields(TransformPlan &plan, const Schedule &schedule, const TargetLimits &limits) {
  if (schedule.rows < 1 || schedule.warps < 1 || schedule.warps > limits.warpsPerBlock)
    plan.broken.push_back(
        formatv("rows, warps: wanted at least 1, and at most {0} warps", limits.warpsPerBlock));
  if (schedule.depth != 1 || !schedule.cuts.empty() || schedule.cluster != 1)
    plan.broken.push_back("in_place of unit fma: wanted depth 1, no cuts and no cluster");
}

static void checkStages(TransformPlan &plan, const TransformChain &chain) {
  for (auto [index, stage] : llvm::enumerate(chain.stages))
    if (stage.pattern.b != stage.pattern.c || stage.pattern.c > mostValues)
      plan.broken.push_back(formatv("in_place, stage {0}: wanted a transform of at most {1} values",
                                    index, mostValues));
}

/// Thread blocks that one multiprocessor can run beside each other.
static int64_t countBlocks(const TransformPlan &plan, const Schedule &schedule,
                           const TargetLimits &limits) {
  int64_t byShared = limits.sharedBytesPerProcessor / (plan.sharedBytes + reservedSharedBytes);
  int64_t byRegisters = limits.registersPerBlock / (32 * schedule.warps * plan.registers);
  return std::clamp<int64_t>(std::min(byShared, byRegisters), 1, mostBlocks);
}

/// Registers for twiddles that stay there.
static int64_t keptRegisters(TransformPlan &plan, const Schedule &schedule) {
  if (schedule.placement != WeightPlacement::Registers)
    return 0;
  int64_t registers = 0;
  for (const TransformStagePlan &stage : plan.stages) {
    if (!stage.hasTwiddles)
      continue;
    if (!stage.isStraight)
      plan.broken.push_back("placement: wanted as many items for each thread of one row for "
                            "twiddles in registers");
    int64_t items = stage.itemsPerRow() / (32 * schedule.warps);
    registers += 2 * items * (stage.pattern.c - 1);
  }
  return registers;
}

TransformPlan danaus::planTransformKernel(const TransformChain &chain, const Schedule &schedule,
                                          const TargetLimits &limits) {
  TransformPlan plan;
  checkFields(plan, schedule, limits);
  checkStages(plan, chain);
  std::optional<SmallVector<TransformDigit>> digits = commonDigits(chain);
  if (!digits)
    plan.broken.push_back("in_place: wanted digits that all stages share");
  if (!plan.broken.empty())
    return plan;
  plan.columns = chain.columns.size();
  for (const TransformChain::Stage &stage : chain.stages)
    plan.stages.push_back(planStage(stage, *digits));
  if (plan.stages.size() > 1)
    countByColumn(plan.stages.back());
  choosePads(plan, *digits, schedule.rows, limits.sharedBytesPerBlock);
  if (plan.rowPitch == 0)
    plan.broken.push_back(formatv("bytes of shared memory: wanted at most {0}, found {1}",
                                  limits.sharedBytesPerBlock,
                                  schedule.rows * plan.columns * numberBytes));
  for (TransformStagePlan &stage : plan.stages)
    stage.isStraight = isStraight(plan, stage, schedule);
  bool hasLoops = !llvm::all_of(plan.stages, [](const auto &stage) { return stage.isStraight; });
  plan.registers =
      2 * mostValues + otherRegisters + (hasLoops ? loopRegisters : 0) + limits.spareRegisters;
  plan.registers += keptRegisters(plan, schedule);
  if (plan.registers > limits.registersPerThread ||
      32 * schedule.warps * plan.registers > limits.registersPerBlock)
    plan.broken.push_back(formatv("registers: wanted at most {0} for {1} warps, found {2} each",
                                  limits.registersPerBlock, schedule.warps, plan.registers));
  plan.blocksPerProcessor = countBlocks(plan, schedule, limits);
  return plan;
}

//===----------------------------------------------------------------------===//
// The default
//===----------------------------------------------------------------------===//

std::optional<Schedule> danaus::chooseTransformSchedule(const TransformChain &chain, int64_t rows,
                                                        const TargetLimits &limits) {
  int64_t columns = chain.columns.size();
  // A tile for each multiprocessor comes before tiles of `tileNumbers`.
  int64_t most =
      std::min(rows / std::max<int64_t>(1, limits.multiprocessors), tileNumbers / columns);
  Schedule schedule;
  schedule.inPlace = true;
  schedule.depth = 1;
  schedule.rows = llvm::bit_floor(static_cast<uint64_t>(std::max<int64_t>(1, most)));
  int64_t warps = llvm::divideCeil(schedule.rows * columns, 32 * mostValues);
  for (schedule.warps = std::min(warps, limits.warpsPerBlock); schedule.warps >= 1;
       schedule.warps /= 2)
    for (WeightPlacement placement : {WeightPlacement::Registers, WeightPlacement::Streamed}) {
      schedule.placement = placement;
      bool isWanted = placement == WeightPlacement::Streamed || rows <= fewRows;
      if (isWanted && planTransformKernel(chain, schedule, limits).broken.empty())
        return schedule;
    }
  return std::nullopt;
}
