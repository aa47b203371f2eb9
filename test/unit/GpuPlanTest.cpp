//===- GpuPlanTest.cpp - Tests of the plan of a GPU kernel -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuPlan.h"
#include "Schedules.h"
#include "danaus/Target/Records.h"
#include "gtest/gtest.h"
#include <set>

using namespace danaus;

static TargetLimits h100() { return *lookupTarget("sm_90a"); }

static llvm::SmallVector<StageDescriptor> monarch(int64_t k) {
  return {{{k, k, k, 1}, 0, "abc"}, {{1, k, k, k}, 1, "dbc"}};
}

TEST(GpuPlan, monarch1024StoresWithoutConflictsBetweenItsStages) {
  Schedule schedule = onTensorCores(16, 16, 3, WeightPlacement::Registers);
  GpuPlan plan = planGpuKernel(monarch(32), {2, 2}, schedule, h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  ASSERT_EQ(plan.segments.size(), 1u);
  const GpuSegment &segment = plan.segments.front();
  EXPECT_TRUE(segment.load.async);
  EXPECT_EQ(segment.load.elements, 8);
  const GpuStagePlan &first = segment.stages[0], &second = segment.stages[1];
  // The table at the head of GpuPlan.h: 17 words a block, columns split.
  EXPECT_EQ(first.pairing, StorePairing::Blocks);
  EXPECT_TRUE(first.splitColumns);
  EXPECT_EQ(second.input.blockPitch, 34);
  EXPECT_EQ(first.input.blockPitch, 32);
  for (const GpuStagePlan &stage : segment.stages)
    EXPECT_EQ(stage.input.rowPitch / 2 % 8, 4);
  EXPECT_FALSE(segment.hasPadding);
}

TEST(GpuPlan, everyColumnHasAPlaceOfItsOwn) {
  llvm::SmallVector<StageDescriptor> stages = {{{5, 6, 9, 1}, 0, "abcd"},
                                               {{1, 14, 10, 3}, 1, "abcd"}};
  Schedule schedule = onTensorCores(16, 4, 2, WeightPlacement::Streamed);
  GpuPlan plan = planGpuKernel(stages, {4, 4}, schedule, h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  const GpuStagePlan &next = plan.segments.front().stages[1];
  EXPECT_TRUE(plan.segments.front().hasPadding);
  std::set<int64_t> places;
  for (int64_t column = 0; column < 30; ++column) {
    int64_t place = inputOffset(next, column);
    EXPECT_TRUE(places.insert(place).second);
    // Within the row, and inside the 10 values of a block of pitch 16 or more.
    EXPECT_LT(place, next.input.rowPitch);
    EXPECT_LT(place % next.input.blockPitch, 10);
  }
}

TEST(GpuPlan, aLargeStageAloneIsSplitIntoGroups) {
  Schedule schedule = onTensorCores(16, 16, 2, WeightPlacement::Registers);
  schedule.cuts = {1};
  GpuPlan plan = planGpuKernel(monarch(64), {2, 2}, schedule, h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  ASSERT_EQ(plan.segments.size(), 2u);
  EXPECT_GT(plan.segments[0].groupsA, 1);
  EXPECT_GT(plan.segments[1].groupsD, 1);
  // Sectors of 32 bytes stay whole.
  EXPECT_GE(plan.segments[1].stages[0].local.d, 16);
  for (const GpuSegment &segment : plan.segments)
    EXPECT_LE(segment.sharedBytes, h100().sharedBytesPerBlock);
}

TEST(GpuPlan, betweenLaunchesAGroupStoresARowAndFindsItsBlocksInRuns) {
  Schedule schedule = onTensorCores(16, 8, 4, WeightPlacement::Registers);
  schedule.cuts = {1};
  GpuPlan plan = planGpuKernel(monarch(64), {2, 2}, schedule, h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  const GpuSegment &first = plan.segments[0], &second = plan.segments[1];
  EXPECT_EQ(first.outOrder.run, 16);
  EXPECT_EQ(first.outOrder.width, 64);
  EXPECT_EQ(second.inOrder.run, 16);
  EXPECT_TRUE(second.outOrder.isNatural());
  EXPECT_TRUE(second.load.async);
  EXPECT_EQ(second.load.elements, 8);
  // Column (k, i) lies at (k / 16, i, k % 16), and no two at one place.
  EXPECT_EQ(first.outOrder.position(64 * 17 + 3), 1024 + 3 * 16 + 1);
  std::set<int64_t> places;
  for (int64_t column = 0; column < 4096; ++column) {
    EXPECT_TRUE(places.insert(first.outOrder.position(column)).second);
    EXPECT_EQ(column / 1024, first.outOrder.position(column) / 1024);
  }
}

/// The two stages of a BTT of rank 4: column (g, p, r) is term (g, r) of block p.
TEST(GpuPlan, aStageThatGathersFindsItsTermsInRuns) {
  StageDescriptor second{{64, 64, 256, 1}, 1, "acb"};
  second.inner = 4;
  llvm::SmallVector<StageDescriptor> stages = {{{64, 256, 64, 1}, 0, "acb"}, second};
  Schedule schedule = onTensorCores(16, 8, 2, WeightPlacement::Registers);
  schedule.cuts = {1};
  GpuPlan plan = planGpuKernel(stages, {2, 2}, schedule, h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  const GpuSegment &consumer = plan.segments[1];
  const ColumnOrder &order = consumer.inOrder;
  EXPECT_EQ(order.width, 64);
  EXPECT_EQ(order.inner, 4);
  EXPECT_EQ(order.run % 8, 0); // a whole 16 bytes at a time
  EXPECT_TRUE(consumer.load.async);
  EXPECT_GT(consumer.groupsA, 1);
  std::set<int64_t> places;
  for (int64_t g = 0; g < 64; ++g)
    for (int64_t p = 0; p < 64; ++p)
      for (int64_t r = 0; r < 4; ++r) {
        int64_t C = 4 * g + r, place = order.position((64 * g + p) * 4 + r);
        EXPECT_EQ(place, (C / order.run * 64 + p) * order.run + C % order.run);
        places.insert(place);
      }
  EXPECT_EQ(places.size(), 16384u);
}

TEST(GpuPlan, withinALaunchAStageThatGathersReadsWhereTheOneBeforeStores) {
  GpuStagePlan next;
  next.local = {8, 16, 32, 1};
  next.inner = 4;
  next.input.blockPitch = 40;
  for (int64_t g = 0; g < 8; ++g)
    for (int64_t p = 0; p < 8; ++p)
      for (int64_t r = 0; r < 4; ++r)
        EXPECT_EQ(inputOffset(next, (8 * g + p) * 4 + r), 40 * p + 4 * g + r);
}

TEST(GpuPlan, columnsStayInOrderWhereAGroupHasPartOfARow) {
  // The first stage is split along d, so that no group has whole blocks of the next.
  llvm::SmallVector<StageDescriptor> stages = {{{1, 64, 64, 64}, 0, "dbc"},
                                               {{64, 64, 64, 1}, 1, "abc"}};
  Schedule schedule = onTensorCores(16, 16, 2, WeightPlacement::Registers);
  schedule.cuts = {1};
  GpuPlan plan = planGpuKernel(stages, {2, 2}, schedule, h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  EXPECT_GT(plan.segments[0].groupsD, 1);
  EXPECT_TRUE(plan.segments[0].outOrder.isNatural());
}

TEST(GpuPlan, aRingRunsAllGroupsAtOnce) {
  Schedule schedule = onTensorCores(16, 16, 3, WeightPlacement::Registers);
  schedule.cuts = {1};
  schedule.ring = 128;
  GpuPlan plan = planGpuKernel(monarch(64), {2, 2}, schedule, h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  int64_t groups = plan.segments[0].groups() + plan.segments[1].groups();
  EXPECT_EQ(plan.blocksPerGroup, 132 / groups);
  EXPECT_EQ(plan.segments[0].sharedBytes, plan.segments[1].sharedBytes);
  EXPECT_EQ(plan.segments[0].blocksPerProcessor, plan.segments[1].blocksPerProcessor);
}

TEST(GpuPlan, whatARingNeedsIsNamed) {
  Schedule schedule = onTensorCores(16, 16, 3, WeightPlacement::Registers);
  schedule.ring = 128;
  EXPECT_EQ(checkGpuSchedule(monarch(32), 2, schedule, h100()),
            BrokenConstraints{"ring: wanted cuts, found none"});
  schedule.cuts = {1};
  schedule.ring = 20;
  schedule.warps = 8;
  EXPECT_EQ(checkGpuSchedule(monarch(64), 2, schedule, h100()),
            BrokenConstraints{"ring: wanted at least 96 tiles, found 20"});
  schedule.ring = 512;
  EXPECT_EQ(checkGpuSchedule(monarch(64), 2, schedule, h100()),
            BrokenConstraints{"ring: wanted at most 26214400 bytes, found 67108864"});
  schedule.ring = -1;
  EXPECT_EQ(checkSchedule(monarch(64), schedule),
            BrokenConstraints{"ring: wanted 0 or more tiles, found -1"});
  schedule.ring = 128;
  TargetLimits small = h100();
  small.multiprocessors = 6;
  EXPECT_EQ(checkGpuSchedule(monarch(64), 2, schedule, small),
            BrokenConstraints{"ring: wanted at most 6 groups in all launches, found 8"});
}

TEST(GpuPlan, sharedMemoryIsNamedWhenItDoesNotSuffice) {
  Schedule schedule = onTensorCores(16, 16, 2, WeightPlacement::Streamed);
  BrokenConstraints broken = checkGpuSchedule(monarch(64), 2, schedule, h100());
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_NE(broken[0].find("launch 0: wanted at most 232448 bytes of shared memory"),
            std::string::npos);
}

TEST(GpuPlan, registersAreNamedWhenTheyDoNotSuffice) {
  Schedule schedule = onTensorCores(16, 8, 1, WeightPlacement::Registers);
  BrokenConstraints broken = checkGpuSchedule(monarch(48), 2, schedule, h100());
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_NE(broken[0].find("launch 0: wanted at most 255 registers a thread, found about"),
            std::string::npos);
}

TEST(GpuPlan, fieldsOutOfRangeAreNamed) {
  Schedule schedule = onTensorCores(20, 64, 1, WeightPlacement::Streamed);
  schedule.unit = ScheduleUnit::Fma;
  schedule.axes = {LaneAxis::B, LaneAxis::B};
  BrokenConstraints broken = checkGpuSchedule(monarch(8), 8, schedule, h100());
  ASSERT_EQ(broken.size(), 4u);
  EXPECT_EQ(broken[0], "unit: wanted mma_sync on sm_90a");
  EXPECT_EQ(broken[1], "rows: wanted 16, 32, 48 or 64, found 20");
  EXPECT_EQ(broken[2], "warps: wanted at most 32, found 64");
  EXPECT_EQ(broken[3], "element type: wanted 2 or 4 bytes, found 8");
}

TEST(GpuPlan, theDefaultIsLegalForManyShapes) {
  for (int64_t k : {4, 8, 16, 32, 64})
    for (int64_t bytes : {2, 4}) {
      Schedule schedule = defaultGpuSchedule(monarch(k), bytes, h100());
      BrokenConstraints broken = checkGpuSchedule(monarch(k), bytes, schedule, h100());
      EXPECT_TRUE(broken.empty()) << "k = " << k << ": " << broken.front();
    }
  for (StagePattern pattern : {StagePattern{1, 4096, 1024, 1},
                               {3, 7, 11, 13},
                               {1, 1, 1, 1},
                               {128, 16, 16, 4},
                               {1, 2, 2, 512}}) {
    llvm::SmallVector<StageDescriptor> stages = {{pattern, 0, "abcd"}};
    Schedule schedule = defaultGpuSchedule(stages, 2, h100());
    BrokenConstraints broken = checkGpuSchedule(stages, 2, schedule, h100());
    EXPECT_TRUE(broken.empty()) << broken.front();
  }
}

TEST(GpuPlan, theDefaultKeepsAMonarchOf1024InOneLaunchWithWeightsInRegisters) {
  Schedule schedule = defaultGpuSchedule(monarch(32), 2, h100());
  EXPECT_TRUE(schedule.cuts.empty());
  EXPECT_EQ(schedule.placement, WeightPlacement::Registers);
  EXPECT_EQ(schedule.warps, 16);
  EXPECT_GE(schedule.depth, 2);
}

TEST(GpuPlan, theDefaultCutsAMonarchOf4096) {
  Schedule schedule = defaultGpuSchedule(monarch(64), 2, h100());
  EXPECT_EQ(schedule.cuts, (llvm::SmallVector<int64_t>{1}));
  EXPECT_EQ(schedule.warps, 8);
  EXPECT_EQ(schedule.ring, 64);
  EXPECT_EQ(defaultGpuSchedule(monarch(64), 2, h100(), 16).ring, 0);
}

/// Each warp has one item at most and no more steps than wanted; sums of those that share
/// one have room behind the inputs.
TEST(GpuPlan, warpsShareTheStepsOfAnItem) {
  Schedule schedule = onTensorCores(16, 16, 1, WeightPlacement::Registers);
  schedule.cuts = {1};
  schedule.steps = 16;
  llvm::SmallVector<StageDescriptor> lowRank = {{{1, 64, 4096, 1}, 0, "bc"},
                                                {{1, 4096, 64, 1}, 1, "bc"}};
  GpuPlan plan = planGpuKernel(lowRank, {2, 2}, schedule, h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  const GpuSegment &first = plan.segments[0], &second = plan.segments[1];
  EXPECT_EQ(first.groups(), 8);
  EXPECT_EQ(first.stages[0].split, 16);
  EXPECT_EQ(first.stages[0].ownSteps(), 16);
  EXPECT_EQ(first.sums.numElements, 16 * 128);
  EXPECT_EQ(second.stages[0].split, 1);
  EXPECT_EQ(second.sums.numElements, 0);
  for (const GpuSegment &segment : plan.segments)
    EXPECT_LE(segment.stages[0].numItems() * segment.stages[0].split, schedule.warps);
  schedule.steps = 8;
  EXPECT_EQ(planGpuKernel(lowRank, {2, 2}, schedule, h100()).broken.front(),
            "launch 0: wanted a warp for each part of c with steps = 8, found more than 16 parts");
}
