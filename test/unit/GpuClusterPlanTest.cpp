//===- GpuClusterPlanTest.cpp - Kernels of clusters -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuClusterPlan.h"
#include "Schedules.h"
#include "danaus/Target/Records.h"
#include <gtest/gtest.h>

using namespace danaus;

static Schedule onCluster(int64_t rows, int64_t warps, int64_t depth, int64_t blocks) {
  Schedule schedule = onTensorCores(rows, warps, depth, WeightPlacement::Registers);
  schedule.cluster = blocks;
  return schedule;
}

static const TargetLimits h100 = *lookupTarget("sm_90a");
static const StageDescriptor lowRank[] = {denseStage(64, 4096), denseStage(4096, 64)};

/// A fragment of the middle and of its 32 steps a warp, 8 of the 512 columns of y.
TEST(GpuClusterPlan, DealsColumnsToBlocksAndFragmentsToWarps) {
  ClusterPlan plan = planClusterKernel(lowRank, 2, onCluster(32, 8, 3, 8), h100);
  ASSERT_TRUE(plan.broken.empty());
  EXPECT_EQ(plan.inLocal, 512);
  EXPECT_EQ(plan.outLocal, 512);
  EXPECT_EQ(plan.fragments, 8);
  EXPECT_EQ(plan.split, 1);
  EXPECT_EQ(plan.steps, 32);
  EXPECT_EQ(plan.outPerWarp, 8);
  EXPECT_EQ(plan.outSteps, 4);
  EXPECT_EQ(plan.owned, 1);
  // x in 3 slots of 32 rows, 2 x 8 partials, 2 x 8 sums, rows of y.
  int64_t rowsOfX = 3 * 32 * 520 * 2;
  EXPECT_EQ(plan.partialsOffset, rowsOfX);
  EXPECT_EQ(plan.sumsOffset, rowsOfX + 16 * 512);
  EXPECT_EQ(plan.outOffset, rowsOfX + 32 * 512);
  EXPECT_EQ(plan.sharedBytes, rowsOfX + 32 * 512 + 32 * 520 * 2);
}

/// More warps than fragments share the steps; the last blocks own nothing.
TEST(GpuClusterPlan, WarpsShareTheStepsOfFewFragments) {
  const StageDescriptor narrow[] = {denseStage(32, 4096), denseStage(4096, 32)};
  ClusterPlan plan = planClusterKernel(narrow, 2, onCluster(16, 8, 2, 8), h100);
  ASSERT_TRUE(plan.broken.empty());
  EXPECT_EQ(plan.split, 2);
  EXPECT_EQ(plan.steps, 16);
  EXPECT_EQ(plan.owned, 1);
}

TEST(GpuClusterPlan, SaysWhatDoesNotFit) {
  auto broken = [&](llvm::ArrayRef<StageDescriptor> stages, const Schedule &schedule) {
    BrokenConstraints found = planClusterKernel(stages, 2, schedule, h100).broken;
    return found.empty() ? std::string() : found.front();
  };
  Schedule fits = onCluster(16, 8, 2, 8);
  EXPECT_EQ(broken(lowRank, onCluster(24, 8, 2, 8)), "rows: wanted a multiple of 16, found 24");
  EXPECT_EQ(broken(lowRank, onCluster(16, 64, 2, 8)), "warps: wanted at most 32, found 64");
  EXPECT_EQ(broken(lowRank, onCluster(16, 8, 0, 8)), "depth: wanted at least 1, found 0");
  EXPECT_EQ(broken(llvm::ArrayRef(lowRank).take_front(), fits),
            "cluster: wanted two stages of f16 or bf16");
  EXPECT_EQ(broken(lowRank, onCluster(64, 8, 3, 8)),
            "cluster: wanted at most 232448 bytes of shared memory, found 299008");
  const StageDescriptor blocks[] = {{{2, 64, 64, 1}}, {{2, 64, 64, 1}}};
  EXPECT_EQ(broken(blocks, fits), "cluster: wanted stages of one block, a = d = 1");
  const StageDescriptor odd[] = {denseStage(24, 4096), denseStage(4096, 24)};
  EXPECT_EQ(broken(odd, fits), "cluster: wanted the middle to be a multiple of 16, found 24");
  const StageDescriptor wide[] = {denseStage(256, 8192), denseStage(8192, 256)};
  EXPECT_EQ(broken(wide, fits).rfind("cluster: wanted at most 255 registers a thread", 0), 0u);
}

/// 64 x 512 values are 64 KB, twice: more than half of the 228 KB of a multiprocessor.
TEST(GpuClusterPlan, DefaultIsForWeightsThatNoProcessorKeeps) {
  auto isChosen = [](int64_t columns) {
    const StageDescriptor stages[] = {denseStage(64, columns), denseStage(columns, 64)};
    return chooseClusterSchedule(stages, 2, 256, h100).has_value();
  };
  EXPECT_TRUE(isChosen(1024));
  EXPECT_TRUE(isChosen(512));
  EXPECT_FALSE(isChosen(256));
}

TEST(GpuClusterPlan, DefaultIsForRowsInBetween) {
  EXPECT_FALSE(chooseClusterSchedule(lowRank, 2, 64, h100));
  std::optional<Schedule> some = chooseClusterSchedule(lowRank, 2, 256, h100);
  ASSERT_TRUE(some);
  EXPECT_TRUE(some->isResident());
  EXPECT_EQ(some->cluster, 8);
  TargetLimits other = h100;
  other.hasWgmma = false;
  some = chooseClusterSchedule(lowRank, 2, 256, other);
  ASSERT_TRUE(some);
  EXPECT_FALSE(some->isResident());
  EXPECT_EQ(some->rows, 32);
  EXPECT_EQ(some->cluster, 8);
  EXPECT_FALSE(chooseClusterSchedule(lowRank, 4, 256, h100));
  // With many rows only clusters that keep weights in shared memory.
  EXPECT_TRUE(chooseClusterSchedule(lowRank, 2, 16384, h100)->isResident());
  EXPECT_FALSE(chooseClusterSchedule(lowRank, 2, 16384, other));
  EXPECT_FALSE(chooseClusterSchedule(lowRank, 2, 256, *lookupTarget("sm_80")));
}
