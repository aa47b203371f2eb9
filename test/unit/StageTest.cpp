//===- StageTest.cpp - Tests of the stage mathematics ---------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/Stage.h"
#include "danaus/Support/StageProgram.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "gtest/gtest.h"
#include <random>

using namespace danaus;
using llvm::SmallVector;

TEST(Stage, sizesFollowFromThePattern) {
  StagePattern pattern{2, 3, 5, 7};
  EXPECT_EQ(pattern.outSize(), 2 * 3 * 7);
  EXPECT_EQ(pattern.inSize(), 2 * 5 * 7);
  EXPECT_EQ(pattern.numBlocks(), 2 * 7);
  EXPECT_EQ(pattern.multipliesPerRow(), 2 * 3 * 5 * 7);
}

TEST(Stage, patternIsValidWithinTwoToTheSixtyTwo) {
  EXPECT_TRUE((StagePattern{1, 1, 1, 1}.isValid()));
  EXPECT_FALSE((StagePattern{1, 0, 1, 1}.isValid()));
  EXPECT_FALSE((StagePattern{1, 1, -1, 1}.isValid()));
  EXPECT_TRUE((StagePattern{1 << 20, 1 << 20, 1 << 20, 2}.isValid()));
  EXPECT_FALSE((StagePattern{1 << 20, 1 << 20, 1 << 20, 4}.isValid()));
  // 3 d wraps around to 8.
  EXPECT_FALSE((StagePattern{1, 3, 3, 6148914691236517208}.isValid()));
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

/// The stages of the transposed matrix.
static SmallVector<StageDescriptor> transposeStages(llvm::ArrayRef<StageDescriptor> stages) {
  StageProgram program(stages.front().pattern.inSize());
  StageValue value = 0;
  for (const StageDescriptor &stage : stages)
    value = program.kroneckerSparse(value, StageWeight::parameter(stage.parameter), stage.pattern,
                                    stage.order);
  SmallVector<StageDescriptor> transposed;
  StageProgram backward = program.transposed();
  for (const Stage &stage : backward.getStages()) {
    const auto &einsum = std::get<EinsumStage>(stage);
    Einsum::KroneckerSparse sparse = *einsum.einsum.asKroneckerSparse();
    transposed.push_back({sparse.pattern, einsum.weight.index, sparse.order});
  }
  return transposed;
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

TEST(Stage, checkNamesWhatIsWrongWithAnOrder) {
  StagePattern pattern{2, 3, 5, 7};
  EXPECT_EQ(checkWeightOrder(pattern, "abce"), "letter 'e' is not one of 'abcd'");
  EXPECT_EQ(checkWeightOrder(pattern, "bcb"), "letter 'b' occurs twice");
  EXPECT_EQ(checkWeightOrder(pattern, "ad"), "letter 'b' is missing");
  EXPECT_EQ(checkWeightOrder(pattern, "bd"), "letter 'c' is missing");
}

/// The matrix of one stage by its definition, weight (a, b, c, d) or shared.
static SmallVector<SmallVector<double>> stageMatrix(const StageDescriptor &stage,
                                                    llvm::ArrayRef<double> weight) {
  const auto &[a, b, c, d] = stage.pattern;
  SmallVector<SmallVector<double>> matrix(stage.pattern.outSize(),
                                          SmallVector<double>(stage.pattern.inSize(), 0.0));
  SmallVector<int64_t> shape = weightShape(stage.pattern, stage.order);
  for (int64_t A = 0; A < a; ++A)
    for (int64_t B = 0; B < b; ++B)
      for (int64_t C = 0; C < c; ++C)
        for (int64_t D = 0; D < d; ++D) {
          int64_t index = 0;
          for (auto [dim, extent] : llvm::zip_equal(llvm::StringRef(stage.order), shape))
            index = index * extent + (dim == 'a' ? A : dim == 'b' ? B : dim == 'c' ? C : D);
          matrix[(A * b + B) * d + D][(A * c + C) * d + D] = weight[index];
        }
  return matrix;
}

TEST(Stage, transposedStageIsTheTransposedMatrix) {
  std::mt19937 random(7);
  for (const char *order : {"abcd", "dcba", "bc", "cb", "dbc", "acb"})
    for (int trial = 0; trial < 10; ++trial) {
      auto extent = [&] { return int64_t(random() % 4 + 1); };
      StageDescriptor stage{{extent(), extent(), extent(), extent()}, 0, order};
      int64_t numWeights = 1;
      for (int64_t size : weightShape(stage.pattern, order))
        numWeights *= size;
      SmallVector<double> weight(numWeights);
      for (double &value : weight)
        value = random() % 100 + 1;
      auto matrix = stageMatrix(stage, weight);
      auto transposed = stageMatrix(transposeStages(stage).front(), weight);
      for (size_t i = 0; i < matrix.size(); ++i)
        for (size_t j = 0; j < matrix[i].size(); ++j)
          ASSERT_EQ(matrix[i][j], transposed[j][i]) << order;
    }
}
