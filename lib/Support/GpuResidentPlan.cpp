//===- GpuResidentPlan.cpp - Two products whose weights a cluster keeps -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuResidentPlan.h"
#include "danaus/Support/GpuClusterPlan.h"
#include "danaus/Support/GpuPlan.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace danaus;
using llvm::ArrayRef;
using llvm::divideCeil;
using llvm::formatv;

/// Columns of a box, and rows of a product.
static constexpr int64_t boxColumns = 64;
/// Rows of a bulk copy.
static constexpr int64_t mostRows = 256;
/// Warpgroups: each has a named barrier, and one is for those of the first stage.
static constexpr int64_t mostGroups = 4;

static void checkFields(ResidentPlan &plan, const Schedule &schedule, const TargetLimits &limits) {
  auto wanted = [&](llvm::StringRef field, llvm::StringRef text, int64_t found) {
    plan.broken.push_back(
        formatv("{0} for shared weights: wanted {1}, found {2}", field, text, found));
  };
  if (!limits.hasWgmma || !limits.hasClusters)
    plan.broken.push_back(formatv("unit: {0} has no wgmma in clusters", limits.name));
  if (!llvm::isPowerOf2_64(schedule.cluster) || schedule.cluster < 2 ||
      schedule.cluster > mostClusterBlocks)
    wanted("cluster", "2, 4 or 8", schedule.cluster);
  if (schedule.rows % 8 != 0 || schedule.rows > mostRows)
    wanted("rows", "a multiple of 8 up to 256", schedule.rows);
  if (schedule.warps % 4 != 0 || schedule.warps > 4 * mostGroups)
    wanted("warps", "8, 12 or 16", schedule.warps);
  if (schedule.outputs < 1 || schedule.outputs > 2)
    wanted("outputs", "1 or 2", schedule.outputs);
  if (!schedule.cuts.empty() || schedule.ring != 0 || schedule.steps != 0 || schedule.library)
    plan.broken.push_back("placement shared: wanted no cuts, ring, steps or library");
}

static void checkStages(ResidentPlan &plan, ArrayRef<StageDescriptor> stages,
                        int64_t elementBytes) {
  if (!checkTwoProducts("placement shared", stages, elementBytes, plan.broken))
    return;
  auto checkDivides = [&](llvm::StringRef name, int64_t value, int64_t unit) {
    if (value % unit != 0)
      plan.broken.push_back(formatv("placement shared: wanted {0} to be a multiple of {1}, found "
                                    "{2}",
                                    name, unit, value));
  };
  checkDivides("c of the first stage", stages[0].pattern.c, 8);
  checkDivides("the middle", stages[0].pattern.b, 16);
  checkDivides("b of the second stage", stages[1].pattern.b, 8);
}

/// Deals boxes of columns to blocks, and fragments to who adds them up.
static void dealWork(ResidentPlan &plan, const StagePattern &first, const StagePattern &second,
                     const Schedule &schedule) {
  plan.blocks = schedule.cluster;
  plan.rows = schedule.rows;
  plan.depth = schedule.depth;
  plan.staged = schedule.outputs;
  plan.groups = schedule.warps / 4;
  plan.steps = divideCeil(first.c, boxColumns * plan.blocks);
  plan.outTiles = divideCeil(second.b, boxColumns * plan.blocks);
  plan.isWholeC = first.c == plan.blocks * plan.steps * boxColumns;
  plan.isWholeB = second.b == plan.blocks * plan.outTiles * boxColumns;
  plan.middleTiles = divideCeil(first.b, boxColumns);
  plan.across = first.b / 16;
  plan.fragments = plan.across * plan.rows / 8;
  plan.owned = divideCeil(plan.fragments, plan.blocks);
  plan.x = {{first.c, -1}, {1, first.c}, {boxColumns, plan.rows}};
  plan.down = {{first.c, first.b}, {1, first.c}, {boxColumns, boxColumns}};
  plan.up = {{second.c, second.b}, {1, second.c}, {boxColumns, boxColumns}};
  plan.y = {{second.b, -1}, {1, second.b}, {boxColumns, plan.rows}};
}

/// Boxes first, which must be aligned most.
static void placeBuffers(ResidentPlan &plan) {
  plan.downOffset = plan.inputOffset + plan.depth * plan.steps * plan.boxBytes();
  plan.upOffset = plan.downOffset + plan.downBytes();
  plan.middleOffset = plan.upOffset + plan.upBytes();
  plan.stagingOffset = plan.middleOffset + plan.middleTiles * plan.boxBytes();
  plan.partialsOffset = plan.stagingOffset + plan.lastGroups() * plan.staged * plan.boxBytes();
  plan.barrierOffset = plan.partialsOffset + plan.owned * plan.blocks * 4 * sumsOfFragment;
  plan.sharedBytes = plan.barrierOffset + 8 * plan.barriers();
}

static void checkResources(ResidentPlan &plan, const TargetLimits &limits) {
  if (plan.sharedBytes > limits.sharedBytesPerBlock)
    plan.broken.push_back(
        formatv("placement shared: wanted at most {0} bytes of shared memory, found {1}",
                limits.sharedBytesPerBlock, plan.sharedBytes));
}

ResidentPlan danaus::planResidentKernel(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                        const Schedule &schedule, const TargetLimits &limits) {
  ResidentPlan plan;
  plan.broken = checkSchedule(stages, schedule);
  checkFields(plan, schedule, limits);
  checkStages(plan, stages, elementBytes);
  if (!plan.broken.empty())
    return plan;
  dealWork(plan, stages[0].pattern, stages[1].pattern, schedule);
  if (plan.middleTiles >= plan.groups) {
    plan.broken.push_back(
        formatv("warps for shared weights: wanted at least {0}, 4 and 4 for each 64 columns of "
                "the middle, found {1}",
                4 * plan.middleTiles + 4, schedule.warps));
    return plan;
  }
  placeBuffers(plan);
  checkResources(plan, limits);
  return plan;
}

//===----------------------------------------------------------------------===//
// The default
//===----------------------------------------------------------------------===//

/// Tiles after which a smaller one leaves nothing to gain: each costs an exchange of sums.
static constexpr int64_t mostTiles = 64;

std::optional<Schedule> danaus::chooseResidentSchedule(ArrayRef<StageDescriptor> stages,
                                                       int64_t elementBytes, int64_t rows,
                                                       const TargetLimits &limits) {
  Schedule schedule;
  schedule.unit = ScheduleUnit::Wgmma;
  schedule.placement = WeightPlacement::Shared;
  schedule.cluster = mostClusterBlocks;
  schedule.warps = 12;
  schedule.depth = 1;
  // Some multiprocessors are in groups too small for a last cluster: of 16, 15 run at once.
  int64_t clusters = std::max<int64_t>(1, limits.multiprocessors / mostClusterBlocks - 1);
  for (int64_t tiles = 1; tiles <= mostTiles; ++tiles) {
    schedule.rows = 8 * divideCeil(rows, 8 * clusters * tiles);
    for (schedule.outputs = 2; schedule.outputs >= 1; --schedule.outputs)
      if (planResidentKernel(stages, elementBytes, schedule, limits).broken.empty())
        return schedule;
  }
  return std::nullopt;
}
