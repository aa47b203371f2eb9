//===- StageProgramTest.cpp - Programs of stages -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/StageProgram.h"
#include "gtest/gtest.h"
#include <random>

using namespace danaus;
using Complex = std::complex<double>;
using Row = std::vector<Complex>;

static Row randomRow(int64_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  Row row;
  for (int64_t i = 0; i < count; ++i)
    row.push_back(double(random() % 19) - 9);
  return row;
}

/// A program with every kind of stage: 12 columns in, 10 out.
static StageProgram makeProgram() {
  StageProgram program(12);
  StageValue permuted = program.permute(0, *DigitPermutation::get({2, 6}, {1, 0}));
  StageValue stage = program.kroneckerSparse(permuted, StageWeight::parameter(0), {2, 5, 3, 2});
  StageValue sliced = program.einsum(0, StageWeight::parameter(1).reshaped({3, 20, 12}).at(0, 1),
                                     "c,bc->b", {{'b', 20}, {'c', 12}});
  StageValue sum = program.sum({stage, sliced});
  StageValue gathered = program.gather(sum, StageWeight::parameter(2));
  StageValue after = program.permute(gathered, *DigitPermutation::get({4, 5}, {1, 0}));
  StageValue toeplitz = program.toeplitz(
      after, 7, 20, {{StageWeight::parameter(3), 2, 10, true}, {StageWeight::parameter(3), 0, 16}});
  program.resize(toeplitz, 10);
  return program;
}

static const llvm::SmallVector<llvm::SmallVector<int64_t>> shapes = {
    {2, 5, 3, 2}, {720}, {20}, {30}};

static std::vector<Row> makeParameters() {
  Row table;
  for (int64_t i = 0; i < 20; ++i)
    table.push_back(double(i * 7 % 20));
  return {randomRow(60, 1), randomRow(720, 2), table, randomRow(30, 3)};
}

/// The matrix of a program, column by column.
static std::vector<Row> matrixOf(const StageProgram &program) {
  std::vector<Row> columns;
  for (int64_t j = 0; j < program.inSize(); ++j) {
    Row unit(program.inSize(), 0.0);
    unit[j] = 1;
    columns.push_back(program.evaluate(makeParameters(), unit));
  }
  return columns;
}

TEST(StageProgram, ACorrectProgramPassesItsCheck) {
  EXPECT_EQ(makeProgram().check(shapes, 10), "");
  EXPECT_EQ(makeProgram().outSize(), 10);
  EXPECT_EQ(makeProgram().depth(), 7);
  EXPECT_EQ(makeProgram().longestSum(), 20);
}

TEST(StageProgram, ChecksSayWhichStageIsWrong) {
  EXPECT_EQ(makeProgram().check(shapes, 11), "the last stage: wanted 11 rows, found 10");
  EXPECT_EQ(makeProgram().check(llvm::ArrayRef(shapes).take_front(1), 10),
            "stage 2: wanted one of 1 parameters, found number 1");
  StageProgram early(4);
  early.sum({0, 3});
  EXPECT_EQ(early.check({}, 4), "stage 0: reads value 3, which is not there yet");
  StageProgram narrow(4);
  narrow.permute(0, DigitPermutation::identity(5));
  EXPECT_EQ(narrow.check({}, 4), "stage 0: wanted columns 5, found 4");
  StageProgram fixes(4);
  fixes.einsum(0, StageWeight::parameter(0).reshaped({2, 4}).at(0, 2), "a,a->a", {{'a', 4}});
  EXPECT_EQ(fixes.check({{8}}, 4),
            "stage 0: its weight fixes a dimension or an index that is not there");
}

TEST(StageProgram, ChecksSayWhichWeightDoesNotFit) {
  StageProgram einsum(4), gather(4), toeplitz(4), unset(4);
  einsum.einsum(0, StageWeight::parameter(0), "a,a->a", {{'a', 4}});
  EXPECT_EQ(einsum.check({{5}}, 4), "stage 0: wanted values of the weight 4, found 5");
  gather.gather(0, StageWeight::parameter(0));
  EXPECT_EQ(gather.check({{5}}, 4), "stage 0: wanted entries of the table 4, found 5");
  toeplitz.toeplitz(0, 3, 4, {{StageWeight::parameter(0), 2, 4}});
  EXPECT_EQ(toeplitz.check({{5}}, 3), "stage 0: a piece leaves its weight");
  unset.setResult(2);
  EXPECT_EQ(unset.check({}, 4), "the result is value 2, which is not there");
}

TEST(StageProgram, TheTransposeIsTheTransposedMatrix) {
  StageProgram program = makeProgram(), transposed = program.transposed();
  EXPECT_EQ(transposed.check(shapes, 12), "");
  std::vector<Row> columns = matrixOf(program), rows = matrixOf(transposed);
  for (int64_t i = 0; i < 10; ++i)
    for (int64_t j = 0; j < 12; ++j)
      EXPECT_EQ(columns[j][i], rows[i][j]);
}

TEST(StageProgram, ARescaleRoundsHalfToEvenAndSaturates) {
  StageProgram program(6);
  program.rescale(0, StageWeight::parameter(0), *DigitPermutation::get({2, 3}, {1, 0}),
                  StageWeight::parameter(1).reshaped({2}).at(0, 0),
                  StageWeight::parameter(1).reshaped({2}).at(0, 1));
  EXPECT_EQ(program.check({{2, 3}, {2}}, 6), "");
  EXPECT_FALSE(program.isLinear());
  // Channel (a, b) scales column (b, a).
  Row channels = {1, 2, 3, 4, 5, 6}, scales = {0.5, 2.0};
  Row x = {10, 6, 5, 2, 1000, -1000};
  // x / 4 times 1, 4, 2, 5, 3, 6
  EXPECT_EQ(program.evaluate({channels, scales}, x), (Row{2, 6, 2, 2, 127, -128}));
}

TEST(StageProgram, ARescaleChecksItsWeights) {
  auto check = [](int64_t columns, llvm::ArrayRef<llvm::SmallVector<int64_t>> shapes) {
    StageProgram program(columns);
    program.rescale(0, StageWeight::parameter(0), DigitPermutation::identity(4),
                    StageWeight::parameter(1), std::nullopt);
    return program.check(shapes, columns);
  };
  EXPECT_EQ(check(4, {{4}, {1}}), "");
  EXPECT_EQ(check(5, {{4}, {1}}), "stage 0: wanted channels 5, found 4");
  EXPECT_EQ(check(5, {{5}, {1}}), "stage 0: wanted channels in order 5, found 4");
  EXPECT_EQ(check(4, {{4}, {2}}), "stage 0: wanted scales 1, found 2");
  EXPECT_EQ(check(4, {{4}}), "stage 0: wanted one of 1 parameters, found number 1");
}

static int64_t countPermutations(const StageProgram &program) {
  return llvm::count_if(program.getStages(), [](const Stage &stage) {
    return std::holds_alternative<PermuteStage>(stage);
  });
}

TEST(StageProgram, PermutationsMoveIntoTheEinsumsBesideThem) {
  StageProgram program = makeProgram(), folded = program.withoutPermutations();
  EXPECT_EQ(countPermutations(program), 2);
  EXPECT_EQ(countPermutations(folded), 1); // a table and a Toeplitz have no digits
  EXPECT_EQ(folded.check(shapes, 10), "");
  EXPECT_EQ(matrixOf(program), matrixOf(folded));
}

TEST(StageProgram, APermutationAloneStays) {
  StageProgram program(12);
  program.permute(0, *DigitPermutation::get({3, 4}, {1, 0}));
  EXPECT_EQ(countPermutations(program.withoutPermutations()), 1);
}

TEST(StageProgram, APermutationAndItsInverseVanish) {
  StageProgram program(12);
  DigitPermutation permutation = *DigitPermutation::get({3, 4}, {1, 0});
  StageValue value = program.permute(0, permutation);
  program.permute(value, permutation.inverse());
  EXPECT_TRUE(program.withoutPermutations().getStages().empty());
}

TEST(StageProgram, InnerColumnsAreOneMoreDigit) {
  StageProgram program(6);
  StageValue value = program.permute(0, *DigitPermutation::get({2, 3}, {1, 0}));
  value = program.kroneckerSparse(value, StageWeight::parameter(0), {1, 4, 6, 1}, "bc");
  program.resize(value, 5);
  std::optional<StageProgram> wide = program.withInner(3);
  ASSERT_TRUE(wide);
  Row x = randomRow(18, 5), weights = randomRow(24, 6);
  Row y = wide->evaluate({weights}, x);
  for (int64_t inner = 0; inner < 3; ++inner) {
    Row column;
    for (int64_t i = 0; i < 6; ++i)
      column.push_back(x[i * 3 + inner]);
    Row wanted = program.evaluate({weights}, column);
    for (int64_t i = 0; i < 5; ++i)
      EXPECT_EQ(y[i * 3 + inner], wanted[i]);
  }
}

TEST(StageProgram, ATableHasNoInnerColumns) {
  StageProgram program(6);
  program.gather(0, StageWeight::parameter(0));
  EXPECT_FALSE(program.withInner(3));
}

TEST(StageProgram, AppendShiftsParametersAndConstants) {
  StageProgram inner(2), outer(2);
  StageWeight two = inner.constant({1}, llvm::ArrayRef<double>{2.0});
  StageValue scaled = inner.scale(0, two, 2);
  inner.diagonal(scaled, StageWeight::parameter(0), 2);
  StageWeight three = outer.constant({1}, llvm::ArrayRef<double>{3.0});
  StageValue value = outer.scale(0, three, 2);
  outer.append(inner, value, 1);
  EXPECT_EQ(outer.check({{7}, {2}}, 2), "");
  Row y = outer.evaluate({Row(7, 0.0), Row{5.0, 7.0}}, Row{1.0, 10.0});
  EXPECT_EQ(y, (Row{30.0, 420.0}));
}
