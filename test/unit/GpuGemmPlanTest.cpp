//===- GpuGemmPlanTest.cpp - Tests of launches of products -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuGemmPlan.h"
#include "Schedules.h"
#include "danaus/Support/Packing.h"
#include "danaus/Target/Records.h"
#include "gtest/gtest.h"
#include <set>

using namespace danaus;

using Stages = llvm::SmallVector<StageDescriptor>;

static TargetLimits h100() { return *lookupTarget("sm_90a"); }

static Stages dense(int64_t size) { return {{{1, size, size, 1}, 0, "bc"}}; }

/// Monarch of 4096 with 16 blocks of rank 1024 on both sides.
static Stages monarch() { return {{{16, 1024, 256, 1}, 0, "abc"}, {{1, 256, 1024, 16}, 1, "dbc"}}; }

/// The plan for mma.sync, which streams weights that are as large as here.
static Schedule streamed() {
  Schedule schedule;
  schedule.unit = ScheduleUnit::MmaSync;
  schedule.placement = WeightPlacement::Streamed;
  return schedule;
}

TEST(GpuGemmPlan, buffersFollowOneAnotherAndFit) {
  GemmKernelPlan plan = planGemmKernel(dense(4096), 2, onWarpgroups(256, 128, 8, 4, 1), h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  ASSERT_EQ(plan.launches.size(), 1u);
  const GemmPlan &launch = plan.launches.front();
  EXPECT_EQ(launch.threads(), 384);
  EXPECT_EQ(launch.rowBlocks, 2);
  EXPECT_EQ(launch.steps, 64);
  EXPECT_EQ(launch.tilesPerRow(), 32);
  EXPECT_EQ(launch.stagingOffset, 4 * (256 + 128) * 128);
  EXPECT_EQ(launch.stagingOffset % 1024, 0);
  EXPECT_GE(launch.barrierOffset, launch.stagingOffset + 2 * launch.stagingBytes());
  EXPECT_EQ(launch.sharedBytes, launch.barrierOffset + 16 * launch.depth);
  EXPECT_LE(launch.sharedBytes, h100().sharedBytesPerBlock);
}

TEST(GpuGemmPlan, registersMoveOnlyWhereThreadsBeginWithTooFew) {
  auto launchOf = [](const Schedule &schedule) {
    return planGemmKernel(dense(4096), 2, schedule, h100()).launches.front();
  };
  EXPECT_TRUE(launchOf(onWarpgroups(256, 128, 8, 4, 1)).movesRegisters());
  GemmPlan twice = launchOf(onWarpgroups(128, 128, 4, 2, 1));
  EXPECT_EQ(twice.blocksPerProcessor, 2);
  EXPECT_TRUE(twice.movesRegisters());
  GemmPlan alone = launchOf(onWarpgroups(128, 128, 4, 4, 1));
  EXPECT_EQ(alone.blocksPerProcessor, 1);
  EXPECT_FALSE(alone.movesRegisters());
}

TEST(GpuGemmPlan, theSwizzlePermutesTheUnitsOfEachRow) {
  for (int64_t width : {8, 16, 32, 64}) {
    std::set<int64_t> bytes;
    for (int64_t row = 0; row < 64; ++row)
      for (int64_t column = 0; column < width; ++column) {
        int64_t byte = swizzledByte(row, column, width);
        EXPECT_EQ(byte / (2 * width), row);
        EXPECT_EQ(byte % 16, 2 * column % 16);
        bytes.insert(byte);
      }
    EXPECT_EQ(bytes.size(), static_cast<size_t>(64 * width));
  }
}

/// A stage before another writes each value of c of a block where that block reads it.
TEST(GpuGemmPlan, storesGoWhereTheNextStageReads) {
  Stages stages = monarch();
  GemmKernelPlan plan = planGemmKernel(stages, 2, onWarpgroups(256, 128, 8, 3, 2), h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  const GemmPlan &launch = plan.launches.front();
  EXPECT_EQ(launch.group, 1024);
  EXPECT_EQ(launch.digit, 16);
  EXPECT_EQ(launch.storeWidth, 64);
  const StagePattern &next = stages[1].pattern;
  for (int64_t A = 0; A < 16; ++A)
    for (int64_t first = 0; first < 1024; first += launch.storeWidth) {
      llvm::SmallVector<int64_t, 4> place = storeCoordinates(launch, A, first);
      int64_t offset = 0;
      for (auto [coordinate, stride] : llvm::zip(place, launch.y.strides))
        offset += coordinate * stride;
      // Column h g + D' (g / d') + C of the packed block has place D' c' + h + C.
      int64_t D = first % launch.group / 64, C = A * 64 + first % 64;
      EXPECT_EQ(offset, D * next.c + C);
    }
}

TEST(GpuGemmPlan, refusesWhatTheUnitCannotDo) {
  Schedule schedule = onWarpgroups(200, 40, 6, 1, 1);
  BrokenConstraints broken = planGemmKernel(monarch(), 4, schedule, *lookupTarget("sm_80")).broken;
  ASSERT_EQ(broken.size(), 7u);
  EXPECT_EQ(broken[0], "unit: sm_80 has no wgmma");
  EXPECT_EQ(broken[1], "element type for wgmma: wanted 2 bytes, found 4");
  EXPECT_EQ(broken[2], "warps for wgmma: wanted 4 or 8, found 6");
  EXPECT_EQ(broken[3], "rows for wgmma: wanted a multiple of 96 up to 256, found 200");
  EXPECT_EQ(broken[4], "panel for wgmma: wanted a multiple of 16, found 40");
  EXPECT_EQ(broken[5], "depth for wgmma: wanted at least 2, found 1");
  EXPECT_EQ(broken[6], "pair of stages 0 and 1: wanted 96 rows, 64 a warpgroup, found 200");
}

TEST(GpuGemmPlan, refusesStagesThatBulkCopiesCannotReach) {
  Stages stages = {{{2, 20, 12, 2}, 0, "abcd"}, {{1, 16, 16, 5}, 1, "dbc"}};
  BrokenConstraints broken =
      planGemmKernel(stages, 2, onWarpgroups(256, 128, 8, 4, 2), h100()).broken;
  ASSERT_EQ(broken.size(), 5u);
  EXPECT_EQ(broken[0], "stage 0 for wgmma: wanted c to be a multiple of 8, found 12");
  EXPECT_EQ(broken[1], "stage 0 for wgmma: wanted b to be a multiple of 8, found 20");
  EXPECT_EQ(broken[2], "stage 0 for wgmma: wanted d = 1 in the first stage, found 2");
  EXPECT_EQ(broken[3], "stage 1 for wgmma: wanted d to divide 8 or be a multiple of it, found 5");
  EXPECT_EQ(broken[4], "stage 1 for wgmma: wanted d = 1 behind a stage with d > 1, found 5");
}

TEST(GpuGemmPlan, refusesTooManySumsAndTooMuchSharedMemory) {
  BrokenConstraints sums =
      planGemmKernel(dense(4096), 2, onWarpgroups(256, 256, 8, 2, 1), h100()).broken;
  ASSERT_EQ(sums.size(), 1u);
  EXPECT_EQ(sums[0], "panel for wgmma: wanted at most 128 for 256 rows, found 256");
  BrokenConstraints bytes =
      planGemmKernel(dense(4096), 2, onWarpgroups(256, 128, 8, 8, 1), h100()).broken;
  ASSERT_EQ(bytes.size(), 1u);
  EXPECT_EQ(bytes[0].find("launch 0: wanted at most 232448 bytes of shared memory"), 0u);
}

TEST(GpuGemmPlan, aClusterSharesXOrElseW) {
  Schedule schedule = onWarpgroups(256, 128, 8, 4, 1);
  schedule.cluster = 2;
  const GemmPlan wide = planGemmKernel(dense(4096), 2, schedule, h100()).launches.front();
  EXPECT_EQ(wide.xParts(), 2);
  EXPECT_EQ(wide.x.box.back(), 128);
  EXPECT_EQ(wide.w.box[1], 128);
  // One tile of columns: its neighbors are those of other rows.
  const GemmPlan narrow = planGemmKernel(dense(128), 2, schedule, h100()).launches.front();
  EXPECT_EQ(narrow.wParts(), 2);
  EXPECT_EQ(narrow.x.box.back(), 256);
  EXPECT_EQ(narrow.w.box[1], 64);

  schedule.cluster = 3;
  BrokenConstraints broken = planGemmKernel(dense(4096), 2, schedule, h100()).broken;
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_EQ(broken[0], "cluster for wgmma: wanted 1, 2 or 4, found 3");
  schedule.cluster = 4;
  broken = planGemmKernel(dense(16), 2, schedule, h100()).broken;
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_EQ(broken[0], "launch 0: wanted columns of a tile in 4 parts of 8, found 16");
}

TEST(GpuGemmPlan, theLibraryIsForOneDenseStage) {
  Schedule schedule = onWarpgroups(128, 128, 4, 3, 1);
  schedule.library = true;
  EXPECT_TRUE(planGemmKernel(dense(4096), 2, schedule, h100()).broken.empty());
  Stages blocks = {{{4, 256, 256, 1}, 0, "abc"}};
  BrokenConstraints broken = planGemmKernel(blocks, 2, schedule, h100()).broken;
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_EQ(broken[0], "library: wanted one stage with a = d = 1");
  schedule.unit = ScheduleUnit::Fma;
  schedule.axes = {LaneAxis::B};
  broken = checkSchedule(dense(4096), schedule);
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_EQ(broken[0], "library: wanted unit wgmma, found fma");

  EXPECT_TRUE(suitsLibrary(dense(256)));
  EXPECT_FALSE(suitsLibrary(dense(128)));
  EXPECT_FALSE(suitsLibrary(blocks));
  EXPECT_FALSE(suitsLibrary(monarch()));
}

TEST(GpuGemmPlan, theDefaultTakesTheTileThatFillsTheProcessors) {
  auto chosen = [](const Stages &stages, int64_t rows) {
    return chooseGemmSchedule(stages, 2, rows, streamed(), h100());
  };
  std::optional<Schedule> many = chosen(dense(4096), 16384);
  ASSERT_TRUE(many);
  Schedule sharing = onWarpgroups(128, 256, 8, 4, 1);
  sharing.cluster = 2;
  EXPECT_EQ(*many, sharing);
  // Of rank 96 a block and D, which lanes do not pass on.
  Stages wide = {{{16, 1536, 256, 1}, 0, "abc"}, {{1, 256, 1536, 16}, 1, "dbc"}};
  EXPECT_EQ(chosen(wide, 8192)->cluster, 1);
  EXPECT_EQ(chosen(wide, 8192)->rows, 256);
  std::optional<Schedule> few = chosen(dense(1024), 1024);
  ASSERT_TRUE(few);
  EXPECT_EQ(few->rows, 128);
  EXPECT_EQ(few->warps, 4);
}

TEST(GpuGemmPlan, theDefaultLeavesTheRestToProductsOfWarps) {
  auto isTaken = [](const Stages &stages, int64_t rows, const Schedule &otherwise,
                    llvm::StringRef target = "sm_90a") {
    return chooseGemmSchedule(stages, 2, rows, otherwise, *lookupTarget(target)).has_value();
  };
  EXPECT_TRUE(isTaken(monarch(), 8192, streamed()));
  EXPECT_FALSE(isTaken(monarch(), 64, streamed()));
  EXPECT_FALSE(isTaken(monarch(), 8192, streamed(), "sm_80"));
  EXPECT_FALSE(isTaken(monarch(), 8192, streamed(), "sm_100a"));
  // Blocks of 32, and permutations behind 192 products a result: of 16 values of D a launch
  // of its own, of 2 none.
  EXPECT_FALSE(isTaken({{{32, 32, 32, 1}, 0, "abc"}}, 65536, streamed()));
  EXPECT_FALSE(
      isTaken({{{6, 64, 64, 1}, 0, "abc"}, {{1, 768, 192, 16}, 1, "dbc"}}, 25088, streamed()));
  EXPECT_TRUE(
      isTaken({{{6, 64, 64, 1}, 0, "abc"}, {{1, 768, 192, 2}, 1, "dbc"}}, 25088, streamed()));
  // A ring whose weights stay in registers, of stages that memory limits.
  Schedule ring = streamed();
  ring.placement = WeightPlacement::Registers;
  ring.cuts = {1};
  ring.ring = 128;
  Stages small = {{{64, 64, 64, 1}, 0, "abc"}, {{64, 64, 64, 1}, 1, "abc"}};
  EXPECT_FALSE(isTaken(small, 8192, ring));
  EXPECT_TRUE(isTaken(monarch(), 8192, ring));
  ring.ring = 0;
  EXPECT_TRUE(isTaken(small, 8192, ring));
}

/// Two layers of 768 to 3072 to 768 with 4 blocks: one transposition, at the end.
TEST(GpuGemmPlan, aLayerReadsTheBlocksOfTheLayerBeforeInPlace) {
  Stages stages = {{{4, 192, 192, 1}, 0, "abc"},
                   {{1, 768, 192, 4}, 1, "dbc"},
                   {{4, 192, 768, 1}, 2, "abc"},
                   {{1, 192, 192, 4}, 3, "dbc"}};
  GemmKernelPlan plan = planGemmKernel(stages, 2, onWarpgroups(128, 128, 4, 4, 4), h100());
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  EXPECT_FALSE(plan.launches[1].transposes);
  EXPECT_TRUE(plan.launches[3].transposes); // 6 times x are more than y there and back
  GemmPlan wide = planGemmKernel(stages, 2, onWarpgroups(128, 256, 8, 3, 4), h100()).launches[3];
  EXPECT_FALSE(wide.transposes);
  EXPECT_EQ(wide.blocks, 4);
  EXPECT_EQ(wide.columns, 64);
  EXPECT_EQ(wide.tilesPerRow(), 3);
  EXPECT_EQ(wide.storeWidth, 64);
  EXPECT_EQ(wide.y.sizes.front(), 768);
  const GemmPlan &launch = plan.launches[2];
  EXPECT_EQ(launch.xDigit, 4);
  EXPECT_EQ(launch.steps, 12);
  std::set<int64_t> terms;
  for (int64_t A = 0; A < 4; ++A)
    for (int64_t step = 0; step < launch.steps; ++step) {
      int64_t offset = 0;
      for (auto [coordinate, stride] :
           llvm::zip(loadCoordinates(launch, A, step), launch.x.strides))
        offset += coordinate * stride;
      for (int64_t i = offset; i < offset + gemmStepDepth; ++i) {
        int64_t B = i % 768, D = i / 768;
        EXPECT_EQ((4 * B + D) / 768, A); // in natural order it is in block A
        terms.insert(i);
      }
    }
  EXPECT_EQ(terms.size(), 3072u);
}

TEST(GpuGemmPlan, blocksAreReadInPlaceWhereStepsLieTogether) {
  EXPECT_TRUE(readsBlockOrder({1, 768, 192, 4}, {4, 192, 768, 1}));
  EXPECT_FALSE(readsBlockOrder({1, 768, 192, 1}, {4, 192, 192, 1})); // in natural order
  EXPECT_FALSE(readsBlockOrder({1, 128, 192, 4}, {4, 192, 128, 1})); // runs of 32
  EXPECT_FALSE(readsBlockOrder({2, 128, 64, 4}, {1, 64, 1024, 1}));  // of two blocks
  EXPECT_FALSE(readsBlockOrder({1, 768, 192, 4}, {1, 192, 768, 4}));
}

TEST(GpuGemmPlan, chainsAreCutAroundLargeStages) {
  auto begins = [](const Stages &stages, int64_t rows) {
    Schedule apart = streamed();
    for (size_t cut = 1; cut < stages.size(); ++cut)
      apart.cuts.push_back(cut);
    return splitForGemms(stages, 2, rows, apart, h100());
  };
  using Numbers = llvm::SmallVector<int64_t>;
  StageDescriptor large{{16, 1024, 256, 1}, 0, "abc"}, small{{1, 16, 16, 1024}, 0, "bcd"},
      back{{16, 256, 1024, 1}, 0, "abc"};
  EXPECT_EQ(begins({large, small, back}, 8192), (Numbers{1, 2}));
  EXPECT_EQ(begins({large, back, small}, 8192), (Numbers{2}));
  EXPECT_EQ(begins({small, large, back}, 8192), (Numbers{1}));
  EXPECT_EQ(begins({large, back}, 8192), Numbers());
  EXPECT_EQ(begins({small, small}, 8192), Numbers());
  EXPECT_EQ(begins({large, small, back}, 16), Numbers());
}
