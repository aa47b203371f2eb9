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
#include <array>
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

/// 8 rows by 4 columns that f32 lanes load at once lie in all banks, in whole rows and pieces.
TEST(GpuInPlacePlan, wordsOfFloatsMeetInNoBank) {
  Schedule cut = inPlace(1, 8, 1, WeightPlacement::Streamed);
  cut.cuts = {3};
  cut.panel = 16;
  InPlacePlan plans[] = {plan(kronecker(8, 4), 4),
                         planInPlaceKernel(kronecker(8, 6), 4, cut, h100())};
  for (const InPlacePlan &found : plans) {
    ASSERT_TRUE(found.broken.empty()) << found.broken.front();
    for (const InPlaceGroup &group : found.groups)
      for (const InPlaceStage &stage : group.stages) {
        std::set<int64_t> banks;
        for (int64_t row = 0; row < 8; ++row)
          for (int64_t C = 0; C < 4; ++C)
            banks.insert(group.position(stage.column(row) + C * stage.pattern.d) % 32);
        EXPECT_EQ(banks.size(), 32u) << "d = " << stage.pattern.d;
      }
  }
}

/// 4 rows by 4 columns that half a warp loads at once lie in all banks of f64, and so do the
/// columns t, and 4 + (t xor 1), that it stores.
TEST(GpuInPlacePlan, doublesMeetInNoBank) {
  for (int64_t n : {32, 64}) {
    InPlacePlan found = plan(kronecker(n, 2), 8);
    ASSERT_TRUE(found.broken.empty()) << found.broken.front();
    const InPlaceGroup &group = found.groups[0];
    for (const InPlaceStage &stage : group.stages)
      for (int64_t first : {0, 4}) {
        std::set<int64_t> banks;
        for (int64_t row = 0; row < 4; ++row)
          for (int64_t C = first; C < first + 4; ++C)
            banks.insert(group.position(stage.column(row) + C * stage.pattern.d) % 16);
        EXPECT_EQ(banks.size(), 16u) << n << ", d = " << stage.pattern.d;
      }
  }
}

/// Every column belongs to one item, and what an item writes is what it read.
TEST(GpuInPlacePlan, itemsShareNoColumns) {
  for (int64_t bytes : {2, 4, 8}) {
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
  EXPECT_EQ(plan(kronecker(32, 2), 1).broken.front(),
            "in_place: wanted stages of f64, f32, f16 or bf16");
  Schedule cut = inPlace(1, 4, 1, WeightPlacement::Streamed);
  cut.cuts = {1};
  EXPECT_EQ(planInPlaceKernel(kronecker(32, 2), 2, cut, h100()).broken.front(),
            "in_place, stage 1: wanted a panel that gives runs of 16 bytes, found 4");
  cut.cuts = {2};
  EXPECT_EQ(planInPlaceKernel(kronecker(32, 2), 2, cut, h100()).broken.front(),
            "cuts: wanted ascending indices from 1 to 1, found 2");
  cut.cuts = {1, 1};
  EXPECT_EQ(planInPlaceKernel(kronecker(16, 3), 2, cut, h100()).broken.front(),
            "cuts: wanted ascending indices from 2 to 2, found 1");
  cut.cuts = {2};
  stages = {{{32, 16, 16, 24}, 0, "bc"}, {{24, 16, 16, 32}, 0, "bc"}, {{768, 16, 16, 1}, 0, "bc"}};
  EXPECT_EQ(
      planInPlaceKernel(stages, 2, cut, h100()).broken.front(),
      "in_place, stage 0: wanted stages between cuts whose d are multiples of 24 and whose c d "
      "divide 512, found d = 24 and c d = 384");
  Schedule ring = inPlace(1, 4, 1, WeightPlacement::Streamed);
  ring.ring = 4;
  EXPECT_EQ(planInPlaceKernel(kronecker(32, 2), 2, ring, h100()).broken.front(),
            "in_place, ring: wanted cuts, and one piece a tile");
  Schedule empty = inPlace(0, 4, 1, WeightPlacement::Streamed);
  EXPECT_EQ(planInPlaceKernel(kronecker(32, 2), 2, empty, h100()).broken.front(),
            "rows: wanted at least 1, found 0");
  Schedule asked = inPlace(1, 4, 1, WeightPlacement::Streamed);
  asked.library = true;
  EXPECT_EQ(planInPlaceKernel(kronecker(32, 2), 2, asked, h100()).broken.front(),
            "library: wanted unit wgmma, found mma_sync");
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
    for (int64_t bytes : {2, 4, 8}) {
      std::optional<Schedule> found = chooseInPlaceSchedule(kronecker(32, 2), bytes, rows, h100());
      ASSERT_TRUE(found);
      EXPECT_TRUE(planInPlaceKernel(kronecker(32, 2), bytes, *found, h100()).broken.empty());
      EXPECT_LE(found->rows, std::max<int64_t>(4, rows / h100().multiprocessors));
    }
  EXPECT_FALSE(chooseInPlaceSchedule({{{64, 64, 64, 1}, 0, "bc"}}, 2, 256, h100()));
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

static InPlacePlan planCut(const Stages &stages, int64_t bytes, llvm::ArrayRef<int64_t> cuts,
                           int64_t panel) {
  Schedule schedule = inPlace(1, 8, 1, WeightPlacement::Streamed);
  schedule.cuts.assign(cuts.begin(), cuts.end());
  schedule.panel = panel;
  return planInPlaceKernel(stages, bytes, schedule, h100());
}

/// The pieces of a group have each column of x once.
static void expectPartition(const InPlaceGroup &group, int64_t columns) {
  std::set<int64_t> found;
  for (int64_t piece = 0; piece < group.piecesPerRow; ++piece)
    for (int64_t column = 0; column < group.columns; ++column)
      found.insert(group.firstColumn(piece) + group.columnOfX(column));
  EXPECT_EQ(static_cast<int64_t>(found.size()), columns);
  EXPECT_EQ(*found.rbegin(), columns - 1);
  EXPECT_EQ(group.columns * group.piecesPerRow, columns);
}

/// What a stage takes together in a piece differs in x by multiples of its d alone.
static void expectDigits(const InPlaceGroup &group, llvm::ArrayRef<StageDescriptor> stages) {
  for (auto [stage, whole] : llvm::zip_equal(group.stages, stages))
    for (int64_t index = 0; index < stage.pattern.numBlocks(); ++index) {
      int64_t first = group.columnOfX(stage.column(index));
      EXPECT_EQ(first / whole.pattern.d % whole.pattern.c, 0);
      for (int64_t C = 0; C < whole.pattern.c; ++C)
        EXPECT_EQ(group.columnOfX(stage.column(index) + C * stage.pattern.d),
                  first + C * whole.pattern.d);
    }
}

TEST(GpuInPlacePlan, piecesOfGroupsHaveEachColumnOnce) {
  Stages stages = kronecker(8, 5);
  for (std::initializer_list<int64_t> cuts : {std::initializer_list<int64_t>{3}, {1, 4}, {2, 3}}) {
    InPlacePlan found = planCut(stages, 4, cuts, 16);
    ASSERT_TRUE(found.broken.empty()) << found.broken.front();
    ASSERT_EQ(found.groups.size(), cuts.size() + 1);
    for (const InPlaceGroup &group : found.groups) {
      expectPartition(group, 32768);
      expectDigits(group, llvm::ArrayRef(stages).slice(group.firstStage, group.stages.size()));
    }
  }
}

/// Pieces of narrow groups have more of the other digits: neighbors first, which also are the
/// longest runs.
TEST(GpuInPlacePlan, piecesOfGroupsAreOfOneSize) {
  InPlacePlan found = planCut(kronecker(8, 6), 4, {3, 5}, 16);
  ASSERT_TRUE(found.broken.empty()) << found.broken.front();
  EXPECT_EQ(found.groups[0].columns, 8192);
  EXPECT_EQ(found.groups[0].run, 1);
  EXPECT_EQ(found.groups[1].columns, 8192);
  EXPECT_EQ(found.groups[1].run, 128);
  EXPECT_EQ(found.groups[2].columns, 8192);
  EXPECT_EQ(found.groups[2].run, 1024);
  EXPECT_EQ(found.groups[2].inner, 32768);
}

/// A thread block awaits what it loads a turn ahead: the rows of two turns are in the ring.
TEST(GpuInPlacePlan, ringsHoldTheRowsOfTheirTurns) {
  Schedule schedule = inPlace(1, 8, 2, WeightPlacement::Registers);
  schedule.cuts = {3};
  schedule.panel = 16;
  schedule.ring = 7; // 132 blocks of a group on rows of 32 pieces: 5 rows a turn
  InPlacePlan found = planInPlaceKernel(kronecker(8, 6), 4, schedule, h100());
  ASSERT_TRUE(found.broken.empty()) << found.broken.front();
  EXPECT_EQ(found.blocksPerGroup, 132);
  schedule.ring = 6;
  EXPECT_EQ(planInPlaceKernel(kronecker(8, 6), 4, schedule, h100()).broken.front(),
            "in_place, ring: wanted at least 7 rows, found 6");
  schedule.depth = 1;
  schedule.ring = 2;
  EXPECT_TRUE(planInPlaceKernel(kronecker(8, 6), 4, schedule, h100()).broken.empty());
}

TEST(GpuInPlacePlan, rowsThatDoNotFitAreTakenInFewGroups) {
  Schedule eights = *chooseInPlaceSchedule(kronecker(8, 6), 4, 1024, h100());
  EXPECT_EQ(eights.cuts, (llvm::SmallVector<int64_t>{3}));
  EXPECT_EQ(eights.panel * 4, 64);
  EXPECT_EQ(eights.ring, 12);
  Schedule few = *chooseInPlaceSchedule(kronecker(8, 6), 4, 64, h100());
  EXPECT_EQ(few.panel * 4, 64);
  EXPECT_EQ(few.depth, 2);
  EXPECT_EQ(few.ring, 0);
  for (auto [n, factors, bytes] : {std::array{8, 6, 4}, {8, 7, 4}, {16, 5, 2}, {64, 3, 2}})
    for (int64_t rows : {0, 1, 1001}) {
      Stages stages = kronecker(n, factors);
      std::optional<Schedule> found = chooseInPlaceSchedule(stages, bytes, rows, h100());
      ASSERT_TRUE(found);
      EXPECT_FALSE(found->cuts.empty());
      for (const InPlaceGroup &group : planInPlaceKernel(stages, bytes, *found, h100()).groups)
        EXPECT_GE(group.blocksPerProcessor, 2);
    }
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
