//===- GpuPairPlanTest.cpp - Tests of launches of pairs of products -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Schedules.h"
#include "danaus/Support/GpuGemmPlan.h"
#include "danaus/Target/Records.h"
#include "gtest/gtest.h"

using namespace danaus;

using Stages = llvm::SmallVector<StageDescriptor>;

static TargetLimits h100() { return *lookupTarget("sm_90a"); }

/// Monarch of 4096 with 16 blocks of rank 1024 on both sides: 64 columns for each of 16 D.
static Stages monarch() { return {{{16, 1024, 256, 1}, 0, "abc"}, {{1, 256, 1024, 16}, 1, "dbc"}}; }

/// BTT of 4096 with rank 4: 4 columns for each of 64 blocks.
static Stages btt() { return {{{64, 256, 64, 1}, 0, "abc"}, {{64, 64, 256, 1}, 1, "abc", 4}}; }

/// A Kronecker-sparse layer whose second stage has d = 2.
static Stages narrow() { return {{{6, 64, 64, 1}, 0, "abc"}, {{1, 768, 192, 2}, 1, "dbc"}}; }

static Schedule pair(int64_t depth = 4, int64_t panel = 256) {
  return onWarpgroups(128, panel, 8, depth, /*stages=*/1);
}

static GemmPlan launchOf(const Stages &stages, const Schedule &schedule) {
  GemmKernelPlan plan = planGemmKernel(stages, 2, schedule, h100());
  EXPECT_TRUE(plan.broken.empty()) << plan.broken.front();
  EXPECT_EQ(plan.launches.size(), 1u);
  return plan.launches.front();
}

static std::string brokenOf(const Stages &stages, const Schedule &schedule) {
  GemmKernelPlan plan = planGemmKernel(stages, 2, schedule, h100());
  return plan.broken.empty() ? "" : plan.broken.front();
}

TEST(GpuPairPlan, oneValueOfDFillsTheSums) {
  GemmPlan launch = launchOf(monarch(), pair());
  ASSERT_TRUE(launch.first.has_value());
  EXPECT_EQ(launch.numStages(), 2);
  EXPECT_EQ(launch.first->together, 64);
  EXPECT_EQ(launch.first->columns, 64);
  EXPECT_EQ(launch.first->atOnce, 1);
  EXPECT_EQ(launch.digits(), 1);
  EXPECT_EQ(launch.tilesPerRow(), 16);
  EXPECT_EQ(launch.steps, 4);
  EXPECT_TRUE(launch.transposes);
}

TEST(GpuPairPlan, blocksOfFourColumnsMakeUpAStepTogether) {
  GemmPlan launch = launchOf(btt(), pair());
  EXPECT_TRUE(launch.first->isSplit);
  EXPECT_EQ(launch.apart, 4);
  EXPECT_EQ(launch.first->columns, 16);
  EXPECT_EQ(launch.first->atOnce, 4);
  EXPECT_EQ(launch.first->blocksPerStep(), 16);
  EXPECT_EQ(launch.tilesPerRow(), 16);
  // y is in order, and the second weight has the 4 blocks of a tile as one box.
  EXPECT_FALSE(launch.transposes);
  EXPECT_EQ(launch.w.box, (llvm::SmallVector<int64_t, 5>{64, 64, 4}));
}

TEST(GpuPairPlan, twoValuesOfDLieSideBySide) {
  GemmPlan launch = launchOf(narrow(), pair());
  EXPECT_EQ(launch.blocks, 2);
  EXPECT_EQ(launch.apart, 1);
  EXPECT_EQ(launch.columns, 128);
  EXPECT_EQ(launch.first->columns, 64);
  EXPECT_EQ(launch.tilesPerRow(), 6);
  EXPECT_FALSE(launch.transposes);
}

TEST(GpuPairPlan, ringsAndStagingFollowOneAnother) {
  for (const Stages &stages : {monarch(), btt(), narrow()}) {
    GemmPlan launch = launchOf(stages, pair(5));
    EXPECT_EQ(launch.secondOffset, 5 * launch.stepBytes());
    EXPECT_EQ(launch.secondOffset % 1024, 0);
    EXPECT_EQ(launch.secondBytes(), 256 * 128);
    EXPECT_EQ(launch.stagingOffset, launch.secondOffset + 2 * launch.secondBytes());
    EXPECT_EQ(launch.stagings() % launch.stagingSlots, 0);
    EXPECT_LE(launch.sharedBytes, h100().sharedBytesPerBlock);
  }
  // A shorter ring leaves place for more staging.
  EXPECT_EQ(launchOf(btt(), pair(8)).stagingSlots, 1);
  EXPECT_EQ(launchOf(btt(), pair(7)).stagingSlots, 2);
  EXPECT_EQ(launchOf(btt(), pair(5)).stagingSlots, 4);
}

TEST(GpuPairPlan, refusesWhatLanesCannotPassOn) {
  EXPECT_EQ(brokenOf({{{16, 2048, 256, 1}, 0, "abc"}, {{1, 256, 2048, 16}, 1, "dbc"}}, pair()),
            "pair of stages 0 and 1: wanted 4, 8, 16, 32 or 64 columns of a block for one D, "
            "found 128");
  EXPECT_EQ(brokenOf({{{16, 96, 256, 1}, 0, "abc"}, {{1, 256, 1536, 1}, 1, "bc"}}, pair()),
            "pair of stages 0 and 1: wanted 4, 8, 16, 32 or 64 columns of a block for one D, "
            "found 96");
  EXPECT_EQ(brokenOf({{{3, 64, 64, 1}, 0, "abc"}, {{1, 256, 96, 2}, 1, "dbc"}}, pair()),
            "pair of stages 0 and 1: wanted c of the second to be a multiple of 64, found 96");
  EXPECT_EQ(brokenOf({{{2, 96, 64, 1}, 0, "abc"}, {{1, 256, 128, 2}, 1, "dbc"}}, pair()),
            "pair of stages 0 and 1: wanted blocks of 96 columns, some for each d of the second");
  Schedule high = pair();
  high.rows = 256;
  high.panel = 128;
  EXPECT_EQ(brokenOf(monarch(), high),
            "pair of stages 0 and 1: wanted 128 rows, 64 a warpgroup, found 256");
}

TEST(GpuPairPlan, threeStagesAreNoPair) {
  Stages three = {{{1, 64, 64, 1}, 0, "bc"}, {{1, 64, 64, 1}, 1, "bc"}, {{1, 64, 64, 1}, 2, "bc"}};
  EXPECT_EQ(brokenOf(three, pair()),
            "cuts for wgmma: wanted pairs of stages, found none before stages 1 and 2");
  Schedule cut = pair();
  cut.cuts = {2};
  GemmKernelPlan plan = planGemmKernel(three, 2, cut, h100());
  ASSERT_EQ(plan.launches.size(), 2u);
  EXPECT_TRUE(plan.launches[0].first.has_value());
  EXPECT_FALSE(plan.launches[1].first.has_value());
}

TEST(GpuPairPlan, aClusterWantsTilesOfTheSameRows) {
  Schedule schedule = pair(3);
  schedule.cluster = 4;
  EXPECT_EQ(brokenOf(narrow(), schedule),
            "launch 0: wanted tiles of the same rows in clusters of 4, found 6");
  EXPECT_EQ(launchOf(monarch(), schedule).x.box.back(), 32);
}

/// The default beside `otherwise`, a schedule for products of warps with a cut.
static Schedule chosen(const Stages &stages, int64_t rows) {
  Schedule otherwise;
  otherwise.unit = ScheduleUnit::MmaSync;
  otherwise.cuts = {1};
  otherwise.placement = WeightPlacement::Registers;
  std::optional<Schedule> schedule = chooseGemmSchedule(stages, 2, rows, otherwise, h100());
  return schedule.value_or(otherwise);
}

TEST(GpuPairPlan, theDefaultTakesPairsWhereTheirTilesFillTheChip) {
  EXPECT_EQ(chosen(monarch(), 8192).cuts.size(), 0u);
  EXPECT_EQ(chosen(monarch(), 8192).cluster, 2);
  EXPECT_EQ(chosen(monarch(), 128).cuts.size(), 1u);
  EXPECT_EQ(chosen(btt(), 12288).unit, ScheduleUnit::Wgmma);
  EXPECT_EQ(chosen(btt(), 12288).cluster, 1);
  EXPECT_EQ(chosen(btt(), 256).rows, 64);
  EXPECT_EQ(chosen(btt(), 80).unit, ScheduleUnit::MmaSync);
  EXPECT_EQ(chosen(narrow(), 25088).cuts.size(), 0u);
}
