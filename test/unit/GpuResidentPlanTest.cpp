//===- GpuResidentPlanTest.cpp - Clusters that keep weights -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuResidentPlan.h"
#include "Schedules.h"
#include "danaus/Target/Records.h"
#include <gtest/gtest.h>

using namespace danaus;

static Schedule resident(int64_t rows, int64_t warps, int64_t blocks, int64_t depth = 1) {
  Schedule schedule = onWarpgroups(rows, Schedule().panel, warps, depth, /*stages=*/1);
  schedule.placement = WeightPlacement::Shared;
  schedule.cluster = blocks;
  return schedule;
}

static const TargetLimits h100 = *lookupTarget("sm_90a");
static const StageDescriptor lowRank[] = {denseStage(64, 4096), denseStage(4096, 64)};

/// The example of the header: 512 columns of x and of y, 28 fragments, 4 of them a block's.
TEST(GpuResidentPlan, DealsBoxesToBlocksAndFragmentsToOwners) {
  ResidentPlan plan = planResidentKernel(lowRank, 2, resident(56, 12, 8), h100);
  ASSERT_TRUE(plan.broken.empty());
  EXPECT_EQ(plan.steps, 8);
  EXPECT_EQ(plan.outTiles, 8);
  EXPECT_EQ(plan.middleTiles, 1);
  EXPECT_EQ(plan.across, 4);
  EXPECT_EQ(plan.fragments, 28);
  EXPECT_EQ(plan.owned, 4);
  EXPECT_TRUE(plan.isWholeC && plan.isWholeB);
  EXPECT_EQ(plan.downOffset, 56 << 10);
  EXPECT_EQ(plan.upOffset, 120 << 10);
  EXPECT_EQ(plan.middleOffset, 184 << 10);
  EXPECT_EQ(plan.stagingOffset, 191 << 10);
  EXPECT_EQ(plan.partialsOffset, 205 << 10);
  EXPECT_EQ(plan.barrierOffset, 221 << 10);
  EXPECT_EQ(plan.middleBytes(), 7 << 10);
  EXPECT_EQ(plan.barriers(), 8 + 4 + 4);
  EXPECT_EQ(plan.lastGroups(), 2);
}

/// 24 boxes of 64 columns are 3 a block; 10 are 2, of which the last blocks have none; of the
/// middle 48 columns are one product of 64 rows, of which 3 warps have sums.
TEST(GpuResidentPlan, LastBlocksMayHaveNoColumns) {
  const StageDescriptor odd[] = {denseStage(48, 1536), denseStage(640, 48)};
  ResidentPlan plan = planResidentKernel(odd, 2, resident(16, 8, 8, 2), h100);
  ASSERT_TRUE(plan.broken.empty());
  EXPECT_EQ(plan.steps, 3);
  EXPECT_EQ(plan.outTiles, 2);
  EXPECT_TRUE(plan.isWholeC);
  EXPECT_FALSE(plan.isWholeB);
  EXPECT_EQ(plan.across, 3);
  EXPECT_EQ(plan.fragments, 6);
  EXPECT_EQ(plan.owned, 1);
  EXPECT_EQ(plan.downBarrier(), 6);
}

/// All boxes begin at a multiple of 1024 bytes, as the swizzle wants, whatever the rows.
TEST(GpuResidentPlan, BoxesAreAligned) {
  for (int64_t rows = 8; rows <= 56; rows += 8) {
    ResidentPlan plan = planResidentKernel(lowRank, 2, resident(rows, 12, 8), h100);
    ASSERT_TRUE(plan.broken.empty());
    for (int64_t offset : {plan.boxBytes(), plan.downOffset, plan.upOffset, plan.middleOffset,
                           plan.stagingOffset, plan.partialsOffset})
      EXPECT_EQ(offset % 1024, 0) << rows;
  }
}

/// 13 clusters take one tile each, or two, or three: 56 rows are the most beside both weights.
TEST(GpuResidentPlan, DefaultLetsAllClustersEndTogether) {
  auto rowsFor = [](int64_t rows) {
    std::optional<Schedule> schedule = chooseResidentSchedule(lowRank, 2, rows, h100);
    return schedule ? schedule->rows : 0;
  };
  EXPECT_EQ(rowsFor(65), 8);
  EXPECT_EQ(rowsFor(256), 24);
  EXPECT_EQ(rowsFor(1024), 40);
  EXPECT_EQ(rowsFor(2048), 48);
  EXPECT_EQ(rowsFor(16384), 56);
  EXPECT_EQ(chooseResidentSchedule(lowRank, 2, 256, h100)->outputs, 2);
  EXPECT_EQ(chooseResidentSchedule(lowRank, 2, 2048, h100)->outputs, 2);
  EXPECT_FALSE(chooseResidentSchedule(lowRank, 4, 256, h100));
  const StageDescriptor large[] = {denseStage(128, 8192), denseStage(8192, 128)};
  EXPECT_FALSE(chooseResidentSchedule(large, 2, 256, h100));
}

TEST(GpuResidentPlan, SaysWhatDoesNotFit) {
  auto broken = [&](llvm::ArrayRef<StageDescriptor> stages, const Schedule &schedule,
                    const TargetLimits &limits = h100) {
    BrokenConstraints found = planResidentKernel(stages, 2, schedule, limits).broken;
    return found.empty() ? std::string() : found.front();
  };
  EXPECT_EQ(broken(lowRank, resident(20, 8, 8)),
            "rows for shared weights: wanted a multiple of 8 up to 256, found 20");
  EXPECT_EQ(broken(lowRank, resident(264, 8, 8)),
            "rows for shared weights: wanted a multiple of 8 up to 256, found 264");
  EXPECT_EQ(broken(lowRank, resident(16, 6, 8)),
            "warps for shared weights: wanted 8, 12 or 16, found 6");
  EXPECT_EQ(broken(lowRank, resident(16, 8, 1)),
            "cluster for shared weights: wanted 2, 4 or 8, found 1");
  EXPECT_EQ(broken(lowRank, resident(64, 12, 8)),
            "placement shared: wanted at most 232448 bytes of shared memory, found 237696");
  EXPECT_EQ(broken(llvm::ArrayRef(lowRank).take_front(), resident(16, 8, 8)),
            "placement shared: wanted two stages of f16 or bf16");
  const StageDescriptor blocks[] = {{{2, 64, 64, 1}}, {{2, 64, 64, 1}}};
  EXPECT_EQ(broken(blocks, resident(16, 8, 8)),
            "placement shared: wanted stages of one block, a = d = 1");
  const StageDescriptor odd[] = {denseStage(24, 4096), denseStage(4096, 24)};
  EXPECT_EQ(broken(odd, resident(16, 8, 8)),
            "placement shared: wanted the middle to be a multiple of 16, found 24");
  const StageDescriptor wide[] = {denseStage(128, 1024), denseStage(1024, 128)};
  EXPECT_EQ(broken(wide, resident(16, 8, 8)),
            "warps for shared weights: wanted at least 12, 4 and 4 for each 64 columns of the "
            "middle, found 8");
  EXPECT_EQ(broken(lowRank, resident(16, 8, 8), *lookupTarget("sm_100a")),
            "unit: sm_100a has no wgmma in clusters");
  Schedule cut = resident(16, 8, 8);
  cut.cuts = {1};
  EXPECT_EQ(broken(lowRank, cut), "placement shared: wanted no cuts, ring, steps or library");
  Schedule many = resident(16, 8, 8);
  many.outputs = 3;
  EXPECT_EQ(broken(lowRank, many), "outputs for shared weights: wanted 1 or 2, found 3");
  EXPECT_FALSE(planResidentKernel(lowRank, 4, resident(16, 8, 8), h100).broken.empty());
}
