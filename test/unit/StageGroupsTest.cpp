//===- StageGroupsTest.cpp - Neighboring stages as one --------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/StageGroups.h"
#include "gtest/gtest.h"

using namespace danaus;
using Groups = llvm::SmallVector<unsigned>;

/// The levels of a butterfly of 2^levels in order of application.
static llvm::SmallVector<StagePattern> butterfly(unsigned levels, bool increasing) {
  llvm::SmallVector<StagePattern> stages;
  for (unsigned slot = 0; slot < levels; ++slot) {
    int64_t t = int64_t(1) << (increasing ? slot : levels - 1 - slot);
    stages.push_back({(int64_t(1) << (levels - 1)) / t, 2, 2, t});
  }
  return stages;
}

TEST(StageGroups, ButterflyOfTenLevelsIsTwoStagesOf32) {
  llvm::SmallVector<StagePattern> up = butterfly(10, true), down = butterfly(10, false);
  EXPECT_EQ(groupStages(up, 32), (Groups{5, 5}));
  EXPECT_EQ(groupPattern(llvm::ArrayRef(up).take_front(5)), (StagePattern{32, 32, 32, 1}));
  EXPECT_EQ(groupPattern(llvm::ArrayRef(up).drop_front(5)), (StagePattern{1, 32, 32, 32}));
  EXPECT_EQ(groupPattern(llvm::ArrayRef(down).take_front(5)), (StagePattern{1, 32, 32, 32}));
  EXPECT_EQ(groupPattern(llvm::ArrayRef(down).drop_front(5)), (StagePattern{32, 32, 32, 1}));
}

TEST(StageGroups, GroupsAreEvenAndAsFewAsTheBlockAllows) {
  EXPECT_EQ(groupStages(butterfly(8, true), 32), (Groups{4, 4}));
  EXPECT_EQ(groupStages(butterfly(11, true), 32), (Groups{4, 4, 3}));
  EXPECT_EQ(groupStages(butterfly(3, true), 32), (Groups{3}));
  EXPECT_EQ(groupStages(butterfly(3, true), 2), (Groups{1, 1, 1}));
  EXPECT_EQ(groupStages({}, 32), Groups());
}

TEST(StageGroups, RunsEndWhereTheDirectionTurns) {
  llvm::SmallVector<StagePattern> stages = butterfly(3, true);
  llvm::append_range(stages, butterfly(3, false));
  EXPECT_EQ(groupStages(stages, 64), (Groups{3, 3}));
}

TEST(StageGroups, RectangularBlocksNest) {
  StagePattern first{4, 3, 2, 1}, second{1, 5, 4, 3};
  EXPECT_EQ(nestStages(first, second), StageNesting::Increasing);
  EXPECT_EQ(groupPattern({first, second}), (StagePattern{1, 15, 8, 1}));
  EXPECT_EQ(nestStages({1, 2, 2, 6}, {2, 3, 3, 2}), StageNesting::Decreasing);
  EXPECT_EQ(nestStages({4, 2, 2, 1}, {4, 2, 2, 1}), std::nullopt);
}

TEST(StageGroups, GroupTakesAsManyRowsAndColumnsAsItsStages) {
  for (bool increasing : {true, false}) {
    llvm::SmallVector<StagePattern> stages = butterfly(6, increasing);
    for (unsigned size = 1; size <= 6; ++size)
      EXPECT_EQ(groupPattern(llvm::ArrayRef(stages).take_front(size)).outSize(), 64);
  }
}
