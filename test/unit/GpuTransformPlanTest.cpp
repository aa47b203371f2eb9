//===- GpuTransformPlanTest.cpp - Tests of transforms in one kernel -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuTransformPlan.h"
#include "danaus/Target/Records.h"
#include "gtest/gtest.h"
#include <set>

using namespace danaus;

static TargetLimits h100() { return *lookupTarget("sm_90a"); }

/// Fourier's matrix as stages of `radices`, the first one first.
static TransformChain fourier(llvm::ArrayRef<int64_t> radices) {
  TransformChain chain{{}, *DigitPermutation::digitReversal(radices)};
  int64_t n = chain.columns.size(), t = 1;
  for (int64_t radix : radices) {
    chain.stages.push_back({{n / radix / t, radix, radix, t}, t > 1, false});
    t *= radix;
  }
  return chain;
}

static TransformPlan plan(const TransformChain &chain, int64_t rows, int64_t warps) {
  Schedule schedule;
  schedule.rows = rows;
  schedule.warps = warps;
  schedule.depth = 1;
  schedule.inPlace = true;
  return planTransformKernel(chain, schedule, h100());
}

/// Stage 0 reads columns in digits reversed: those of an item are n / 16 apart in x.
TEST(GpuTransformPlan, placesAreThoseOfX) {
  TransformPlan found = plan(fourier({16, 16, 16}), 1, 8);
  ASSERT_TRUE(found.broken.empty()) << found.broken.front();
  EXPECT_EQ(found.stages[0].places[1], 256);
  EXPECT_EQ(found.stages[1].places[1], 16);
  EXPECT_EQ(found.stages[2].places[1], 1);
  EXPECT_EQ(found.stages[0].placeOf(17), 17);
  EXPECT_EQ(found.stages[2].columnOf(17), 17);
  EXPECT_EQ(found.stages[2].placeOf(17), 256 + 16);
}

TEST(GpuTransformPlan, everyStageCoversAllPlacesOnce) {
  for (const TransformChain &chain : {fourier({16, 16, 8}), fourier({10, 10, 10}), fourier({7})}) {
    TransformPlan found = plan(chain, 2, 2);
    ASSERT_TRUE(found.broken.empty()) << found.broken.front();
    for (const TransformStagePlan &stage : found.stages) {
      std::set<int64_t> positions;
      for (int64_t item = 0; item < stage.itemsPerRow(); ++item)
        for (int64_t place : stage.places)
          positions.insert(found.position(stage.placeOf(item) + place));
      EXPECT_EQ(static_cast<int64_t>(positions.size()), found.columns);
      EXPECT_LT(*positions.rbegin(), found.rowPitch);
    }
  }
}

/// 16 numbers of 8 bytes that half a warp moves at once lie in all banks.
TEST(GpuTransformPlan, halfWarpsMeetInNoBank) {
  for (const TransformChain &chain :
       {fourier({16, 16, 4}), fourier({16, 16, 16}), fourier({16, 16, 16, 4})}) {
    TransformPlan found = plan(chain, 1, 2);
    ASSERT_TRUE(found.broken.empty()) << found.broken.front();
    for (const TransformStagePlan &stage : found.stages)
      for (int64_t first = 0; first < stage.itemsPerRow(); first += 16) {
        std::set<int64_t> banks;
        for (int64_t item = first; item < first + 16; ++item)
          banks.insert(found.position(stage.placeOf(item)) % 16);
        EXPECT_EQ(banks.size(), 16u) << "radix " << stage.pattern.c << ", item " << first;
      }
  }
}

TEST(GpuTransformPlan, codeIsStraightWhereItemsComeOutEven) {
  TransformPlan even = plan(fourier({16, 16, 16, 2}), 1, 16);
  for (const TransformStagePlan &stage : even.stages)
    EXPECT_TRUE(stage.isStraight);
  TransformPlan uneven = plan(fourier({16, 16, 3}), 1, 2);
  EXPECT_FALSE(uneven.stages[0].isStraight);
  EXPECT_GT(uneven.registers, even.registers);
}

TEST(GpuTransformPlan, whatBreaks) {
  EXPECT_FALSE(plan(fourier({16, 16, 16, 8}), 1, 32).broken.empty()); // 256 KB
  EXPECT_FALSE(plan(fourier({16, 17}), 1, 1).broken.empty());
  EXPECT_FALSE(plan(fourier({16, 16}), 0, 1).broken.empty());
  EXPECT_FALSE(plan(fourier({16, 16}), 1, 64).broken.empty());
  TransformChain mixed = fourier({4, 6});
  mixed.columns =
      *DigitPermutation::digitReversal({8, 3}); // columns in digits of 3 and 8, cut at 8
  EXPECT_TRUE(plan(mixed, 1, 1).broken.empty());
  mixed.columns = *DigitPermutation::digitReversal({3, 8}); // cut at 3, the stages at 4
  EXPECT_FALSE(plan(mixed, 1, 1).broken.empty());
}

TEST(GpuTransformPlan, defaults) {
  std::optional<Schedule> large = chooseTransformSchedule(fourier({16, 16, 16}), 16384, h100());
  ASSERT_TRUE(large);
  EXPECT_EQ(large->rows, 1);
  EXPECT_EQ(large->warps, 8);
  EXPECT_EQ(planTransformKernel(fourier({16, 16, 16}), *large, h100()).blocksPerProcessor, 4);
  std::optional<Schedule> small = chooseTransformSchedule(fourier({16, 4}), 16384, h100());
  ASSERT_TRUE(small);
  EXPECT_EQ(small->rows, 8);
  EXPECT_EQ(small->warps, 1);
  // Few rows: one for each thread block.
  EXPECT_EQ(chooseTransformSchedule(fourier({16, 4}), 100, h100())->rows, 1);
  EXPECT_FALSE(chooseTransformSchedule(fourier({16, 16, 16, 8}), 16384, h100()));
}

/// Registers that the assembler wants beside those of the plan leave room for fewer blocks.
TEST(GpuTransformPlan, spareRegisters) {
  TargetLimits limits = h100();
  limits.spareRegisters = 32;
  TransformChain chain = fourier({16, 16, 16, 4});
  std::optional<Schedule> schedule = chooseTransformSchedule(chain, 16384, limits);
  ASSERT_TRUE(schedule);
  EXPECT_EQ(schedule->warps, 16);
}
