//===- GpuInPlacePlanTest.cpp - Tests of kernels in one buffer -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuInPlacePlan.h"
#include "Schedules.h"
#include "danaus/Target/Records.h"
#include "gtest/gtest.h"
#include <set>

using namespace danaus;

using Stages = llvm::SmallVector<StageDescriptor>;

static TargetLimits h100() { return *lookupTarget("sm_90a"); }

/// The factors n (x) ... (x) n, the last one first applied.
static Stages kronecker(int64_t n, int64_t factors) {
  Stages stages;
  int64_t columns = 1;
  for (int64_t i = 0; i < factors; ++i)
    columns *= n;
  for (int64_t d = 1; d < columns; d *= n)
    stages.push_back({{columns / n / d, n, n, d}, 0, "bc"});
  return stages;
}

static Schedule inPlace(int64_t rows, int64_t warps, int64_t depth, WeightPlacement placement) {
  Schedule schedule = onTensorCores(rows, warps, depth, placement);
  schedule.inPlace = true;
  return schedule;
}

static InPlacePlan plan(const Stages &stages, int64_t bytes) {
  return planInPlaceKernel(stages, bytes, inPlace(1, 4, 1, WeightPlacement::Streamed), h100());
}

TEST(GpuInPlacePlan, columnsHavePlacesOfTheirOwn) {
  InPlacePlan found = plan(kronecker(16, 3), 2);
  ASSERT_TRUE(found.broken.empty()) << found.broken.front();
  std::set<int64_t> places;
  for (int64_t column = 0; column < 4096; ++column)
    places.insert(found.groups[0].position(column));
  EXPECT_EQ(places.size(), 4096u);
  EXPECT_LT(*places.rbegin(), found.groups[0].rowPitch);
}

/// Eight rows that one ldmatrix loads lie in different banks: 16 bytes each, 128 together.
TEST(GpuInPlacePlan, rowsOfMatricesMeetInNoBank) {
  for (int64_t n : {16, 32, 64}) {
    InPlacePlan found = plan(kronecker(n, n == 16 ? 3 : 2), 2);
    ASSERT_TRUE(found.broken.empty()) << found.broken.front();
    for (const InPlaceStage &stage : found.groups[0].stages) {
      std::set<int64_t> banks;
      int64_t distance = stage.turned ? stage.pattern.d : stage.pattern.c;
      for (int64_t row = 0; row < 8; ++row)
        banks.insert(found.groups[0].position(row * distance) / 8 % 8);
      EXPECT_EQ(banks.size(), 8u) << n << ", d = " << stage.pattern.d;
    }
  }
}

/// Every column belongs to one item, and what an item writes is what it read.
TEST(GpuInPlacePlan, itemsShareNoColumns) {
  for (int64_t bytes : {2, 4}) {
    InPlacePlan found = plan(kronecker(16, 3), bytes);
    ASSERT_TRUE(found.broken.empty()) << found.broken.front();
    for (const InPlaceStage &stage : found.groups[0].stages) {
      std::set<int64_t> columns;
      for (int64_t index = 0; index < stage.itemsPerRow * stage.positions; ++index)
        for (int64_t C = 0; C < stage.pattern.c; ++C)
          columns.insert(stage.column(index) + C * stage.pattern.d);
      EXPECT_EQ(columns.size(), 4096u);
      EXPECT_EQ(*columns.rbegin(), 4095);
    }
  }
}

TEST(GpuInPlacePlan, saysWhatIsBroken) {
  Stages stages = kronecker(32, 2);
  stages[0].order = "abc";
  EXPECT_EQ(plan(stages, 2).broken.front(),
            "in_place, stage 0: wanted one weight for all blocks, found one for each");
  EXPECT_EQ(plan({{{32, 16, 32, 1}, 0, "bc"}}, 2).broken.front(),
            "in_place, stage 0: wanted square blocks, found 16 x 32");
  EXPECT_EQ(plan(kronecker(24, 2), 2).broken.front(),
            "in_place, stage 0: wanted blocks that are a multiple of 16, found 24");
  EXPECT_EQ(plan({{{8, 16, 16, 4}, 0, "bc"}}, 2).broken.front(),
            "in_place, stage 0: wanted d = 1 or a multiple of 8, found 4");
  EXPECT_EQ(plan({{{3, 16, 16, 1}, 0, "bc"}}, 2).broken.front(),
            "in_place, stage 0: wanted blocks (A, D) in groups of 16, found 3 x 1");
  stages = kronecker(32, 2);
  stages[0].inner = 8;
  EXPECT_EQ(plan(stages, 2).broken.front(),
            "in_place, stage 0: wanted columns of x in order, found a stage that gathers");
  EXPECT_EQ(plan(kronecker(32, 2), 8).broken.front(),
            "in_place: wanted stages of f32, f16 or bf16");
  Schedule cut = inPlace(1, 4, 1, WeightPlacement::Streamed);
  cut.cuts = {1};
  EXPECT_EQ(planInPlaceKernel(kronecker(32, 2), 2, cut, h100()).broken.front(),
            "in_place: wanted no cuts, no ring and one buffer of results");
  Schedule empty = inPlace(0, 4, 1, WeightPlacement::Streamed);
  EXPECT_EQ(planInPlaceKernel(kronecker(32, 2), 2, empty, h100()).broken.front(),
            "rows, depth and warps: wanted at least 1");
  EXPECT_EQ(
      planInPlaceKernel(kronecker(64, 2), 2, inPlace(8, 4, 8, WeightPlacement::Streamed), h100())
          .broken.front(),
      "bytes of shared memory: wanted at most 232448, found 588800");
}

/// f32 positions in twos of 16 share the weights that are loaded, where they come out even.
TEST(GpuInPlacePlan, fragmentsOfAnItem) {
  EXPECT_EQ(plan(kronecker(64, 2), 4).groups[0].stages[0].parts(), 2);
  EXPECT_EQ(plan({{{48, 8, 8, 1}, 0, "bc"}}, 4).groups[0].stages[0].parts(), 1);
  EXPECT_EQ(plan(kronecker(64, 2), 2).groups[0].stages[0].parts(), 1);
  EXPECT_EQ(plan(kronecker(64, 2), 2).groups[0].stages[1].parts(), 2);
}

TEST(GpuInPlacePlan, theDefaultFitsAndHasTilesForAllProcessors) {
  for (int64_t rows : {1, 16, 300, 65536})
    for (int64_t bytes : {2, 4}) {
      std::optional<Schedule> found = chooseInPlaceSchedule(kronecker(32, 2), bytes, rows, h100());
      ASSERT_TRUE(found);
      EXPECT_TRUE(planInPlaceKernel(kronecker(32, 2), bytes, *found, h100()).broken.empty());
      EXPECT_LE(found->rows, std::max<int64_t>(4, rows / h100().multiprocessors));
    }
  EXPECT_FALSE(chooseInPlaceSchedule({{{64, 64, 64, 1}, 0, "bc"}}, 2, 256, h100()));
  EXPECT_FALSE(chooseInPlaceSchedule(kronecker(8, 6), 4, 256, h100())) << "1 MB a row";
}

/// Where a kernel spilled, the next attempt must be another one.
TEST(GpuInPlacePlan, registersToSpareCountForEachThread) {
  TargetLimits limits = h100();
  Schedule schedule = inPlace(2, 4, 2, WeightPlacement::Streamed);
  InPlacePlan before = planInPlaceKernel(kronecker(64, 2), 4, schedule, limits);
  limits.spareRegisters = 32;
  InPlacePlan after = planInPlaceKernel(kronecker(64, 2), 4, schedule, limits);
  EXPECT_EQ(after.groups[0].registers, before.groups[0].registers + 32);
  limits.spareRegisters = 128;
  EXPECT_FALSE(planInPlaceKernel(kronecker(64, 2), 4, schedule, limits).broken.empty());
}
