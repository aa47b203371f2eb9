//===- StageTest.cpp - Tests of the stage mathematics ---------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/Stage.h"
#include "gtest/gtest.h"

using namespace danaus;

TEST(Stage, sizesFollowFromThePattern) {
  StagePattern pattern{2, 3, 5, 7};
  EXPECT_EQ(pattern.outSize(), 2 * 3 * 7);
  EXPECT_EQ(pattern.inSize(), 2 * 5 * 7);
  EXPECT_EQ(pattern.numBlocks(), 2 * 7);
  EXPECT_EQ(pattern.multipliesPerRow(), 2 * 3 * 5 * 7);
}

TEST(Stage, weightShapeFollowsTheOrder) {
  StagePattern pattern{2, 3, 5, 7};
  EXPECT_EQ(weightShape(pattern, "abcd"), (llvm::SmallVector<int64_t>{2, 3, 5, 7}));
  EXPECT_EQ(weightShape(pattern, "dbc"), (llvm::SmallVector<int64_t>{7, 3, 5}));
}

TEST(Stage, weightOrderNamesBAndCOnce) {
  StagePattern pattern{2, 3, 5, 7};
  EXPECT_EQ(checkWeightOrder(pattern, "bc"), "");
  EXPECT_NE(checkWeightOrder(pattern, "abd"), "");
  EXPECT_NE(checkWeightOrder(pattern, "abbc"), "");
  EXPECT_NE(checkWeightOrder(pattern, "abce"), "");
  EXPECT_EQ(checkWeightOrder({2, 1, 5, 7}, "acd"), "");
}

TEST(Stage, transposeReversesStagesAndBlocks) {
  llvm::SmallVector<StageDescriptor> monarch{{{4, 3, 2, 1}, 0, "abc"}, {{1, 5, 6, 2}, 1, "dbc"}};
  llvm::SmallVector<StageDescriptor> transposed = transposeStages(monarch);
  ASSERT_EQ(transposed.size(), 2u);
  EXPECT_EQ(transposed[0].pattern, (StagePattern{1, 6, 5, 2}));
  EXPECT_EQ(transposed[0].parameter, 1u);
  EXPECT_EQ(transposed[1].pattern, (StagePattern{4, 2, 3, 1}));
  EXPECT_EQ(transposeStages(transposed), monarch);
}
