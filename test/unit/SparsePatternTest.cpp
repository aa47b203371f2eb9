//===- SparsePatternTest.cpp - Where sparse matrices have their values ----===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/StageProgram.h"
#include "gtest/gtest.h"

using namespace danaus;
using Row = std::vector<std::complex<double>>;

/// The dense 4 x 6 matrix with blocks of 2 x 3 at (0, 1), (1, 0) and (1, 1).
static const BlockPattern blocks{4, 6, 2, 3, 3};
static const Row pointers{0, 1, 3}, places{1, 0, 1};

/// A program of one sparse stage, and the dense matrix that it is, column by column.
static StageProgram makeProgram(const SparsePattern &pattern) {
  StageProgram program(sizesOf(pattern).second);
  if (const auto *groups = std::get_if<GroupPattern>(&pattern))
    program.grouped(0, StageWeight::parameter(0), StageWeight::parameter(1), *groups);
  else
    program.indexed(0, StageWeight::parameter(0), StageWeight::parameter(1),
                    StageWeight::parameter(2), std::get<BlockPattern>(pattern));
  return program;
}

static Row columnOf(const StageProgram &program, const std::vector<Row> &parameters, int64_t j) {
  Row unit(program.inSize());
  unit[j] = 1;
  return program.evaluate(parameters, unit);
}

TEST(SparsePattern, blocksLieWhereTheIndicesSay) {
  Row weight(18);
  for (int i = 0; i < 18; ++i)
    weight[i] = i + 1;
  StageProgram program = makeProgram(blocks);
  EXPECT_EQ(program.outSize(), 4);
  EXPECT_EQ(columnOf(program, {weight, pointers, places}, 0), (Row{0, 0, 7, 10}));
  EXPECT_EQ(columnOf(program, {weight, pointers, places}, 5), (Row{3, 6, 15, 18}));
}

TEST(SparsePattern, transposedProgramsSwapRowsAndColumns) {
  Row weight(18);
  for (int i = 0; i < 18; ++i)
    weight[i] = i + 1;
  StageProgram program = makeProgram(blocks), transposed = program.transposed();
  EXPECT_EQ(transposed.inSize(), 4);
  for (int64_t i = 0; i < 4; ++i)
    for (int64_t j = 0; j < 6; ++j)
      EXPECT_EQ(columnOf(transposed, {weight, pointers, places}, i)[j],
                columnOf(program, {weight, pointers, places}, j)[i]);
}

TEST(SparsePattern, groupsLieAlongEitherAxis) {
  // Row i keeps 2 of 4 columns twice.
  GroupPattern along{1, 8, 2, 4, 1};
  std::vector<Row> row{{1, 2, 3, 4}, {0, 3, 1, 2}};
  for (auto [j, value] : {std::pair(0, 1.0), {3, 2.0}, {5, 3.0}, {6, 4.0}, {1, 0.0}, {7, 0.0}})
    EXPECT_EQ(columnOf(makeProgram(along), row, j), Row{value});
  // Column j keeps 1 of 3 rows twice; the weight is (2, 2).
  GroupPattern across{6, 2, 1, 3, 0};
  std::vector<Row> columns{{1, 2, 3, 4}, {2, 0, 1, 1}};
  EXPECT_EQ(columnOf(makeProgram(across), columns, 0), (Row{0, 0, 1, 0, 3, 0}));
  EXPECT_EQ(columnOf(makeProgram(across), columns, 1), (Row{2, 0, 0, 0, 4, 0}));
}

TEST(SparsePattern, hardwareWantsGroupsAlongTheSum) {
  GroupPattern columns{6, 8, 2, 4, 1}, rows{8, 6, 2, 4, 0};
  EXPECT_TRUE(columns.isGroupedAlongSum(false));
  EXPECT_FALSE(columns.isGroupedAlongSum(true));
  EXPECT_FALSE(rows.isGroupedAlongSum(false));
  EXPECT_TRUE(rows.isGroupedAlongSum(true));
}

TEST(SparsePattern, countsBoundWhatIsStored) {
  EXPECT_EQ(countValues(blocks), 18);
  EXPECT_EQ(countValues(BlockPattern{4, 6, 2, 3, -1}), 24);
  EXPECT_EQ(countValues(GroupPattern{6, 8, 2, 4, 1}), 24);
  EXPECT_EQ(longestSum(blocks, false), 6);
  EXPECT_EQ(longestSum(BlockPattern{40, 60, 2, 3, 4}, false), 12);
  EXPECT_EQ(longestSum(BlockPattern{40, 60, 2, 3, 4}, true), 8);
  EXPECT_EQ(longestSum(BlockPattern{40, 60, 2, 3, 0}, true), 1);
  EXPECT_EQ(longestSum(GroupPattern{6, 8, 2, 4, 1}, false), 4);
  EXPECT_EQ(longestSum(GroupPattern{6, 8, 2, 4, 1}, true), 6);
}

TEST(SparsePattern, shapesAreChecked) {
  auto check = [](llvm::SmallVector<int64_t> weight, int64_t rows, int64_t count) {
    llvm::SmallVector<int64_t> first{rows}, second{count};
    return checkShapes(blocks, weight, {first, second});
  };
  EXPECT_EQ(check({3, 2, 3}, 3, 3), "");
  EXPECT_EQ(check({-1, 2, 3}, 3, -1), "");
  EXPECT_EQ(check({3, 3, 2}, 3, 3), "weight: wanted 3x2x3, found 3x3x2");
  EXPECT_EQ(check({3, 2, 3}, 4, 3), "pointers: wanted 3, found 4");
  EXPECT_EQ(check({3, 2, 3}, 3, 2), "places: wanted 3, found 2");
  llvm::SmallVector<int64_t> weight{-1, 2, 3};
  EXPECT_EQ(makeProgram(BlockPattern{4, 6, 2, 3, -1}).check({weight, {3}, {-1}}, 4), "");
  EXPECT_EQ(makeProgram(blocks).check({weight, {3}, {3}}, 5),
            "the last stage: wanted 5 rows, found 4");
}
