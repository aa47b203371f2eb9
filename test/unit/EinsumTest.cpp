//===- EinsumTest.cpp - Contractions over digits -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/Einsum.h"
#include "danaus/Support/StageProgram.h"
#include "gtest/gtest.h"
#include <random>

using namespace danaus;
using Complex = std::complex<double>;

static const Einsum btt = Einsum::parse("ga,gapr->gpr", {{'g', 3}, {'a', 4}, {'p', 5}, {'r', 2}});

TEST(Einsum, SizesOfAKroneckerSparseStage) {
  Einsum einsum = Einsum::kroneckerSparse({2, 3, 4, 5}, "abcd");
  EXPECT_EQ(einsum.check(), "");
  EXPECT_EQ(einsum.inSize(), 40);
  EXPECT_EQ(einsum.outSize(), 30);
  EXPECT_EQ(einsum.sumLength(), 4);
  EXPECT_EQ(einsum.multipliesPerRow(), 120);
}

TEST(Einsum, ChecksNameTheLoop) {
  auto check = [](llvm::StringRef spec, llvm::ArrayRef<EinsumLoop> loops) {
    return Einsum::parse(spec, loops).check();
  };
  EXPECT_EQ(check("a,a->a", {{'a', 0}}), "loop 'a': wanted a size >= 1, found 0");
  EXPECT_EQ(check("aa,a->a", {{'a', 2}}), "loop 'a' occurs twice in 'aa'");
  EXPECT_EQ(check("a,a->b", {{'a', 2}, {'b', 2}}),
            "loop 'b': wanted it in two operands, found it in 1");
  EXPECT_EQ(check("a,a->a", {{'a', 2}, {'a', 3}}), "loop 'a' has two sizes");
  EXPECT_EQ(check("ab,a->a", {{'a', 2}}), "loop 'b' has no size");
  EXPECT_EQ(check("1,1->1", {{'1', 2}}), "loop '1': wanted a letter");
}

TEST(Einsum, RecognizesKroneckerSparseInOtherLetters) {
  std::optional<Einsum::KroneckerSparse> sparse = btt.asKroneckerSparse();
  ASSERT_TRUE(sparse);
  EXPECT_EQ(sparse->pattern, (StagePattern{3, 10, 4, 1}));
  EXPECT_EQ(sparse->order, "acb");
}

TEST(Einsum, APermutedStageIsNotKroneckerSparse) {
  Einsum permuted = Einsum::parse("ga,gapr->pgr", btt.loops);
  EXPECT_FALSE(permuted.asKroneckerSparse());
}

TEST(Einsum, APermutedStageIsOneBetweenPermutations) {
  // The second core of a BTT: x's digits become (p g r), y's are (p e) as they are.
  Einsum core = Einsum::parse("gpr,pgre->pe", {{'g', 2}, {'p', 3}, {'r', 4}, {'e', 5}});
  auto form = core.asPermutedKroneckerSparse();
  ASSERT_TRUE(form);
  EXPECT_EQ(form->before, *DigitPermutation::get({2, 3, 4}, {1, 0, 2}));
  EXPECT_TRUE(form->after.isIdentity());
  EXPECT_EQ(form->stage.pattern, (StagePattern{3, 5, 8, 1}));
  EXPECT_EQ(form->stage.order, "acb");
  EXPECT_EQ(form->movedColumns(), 24);
  EXPECT_FALSE(Einsum::parse("gpr,gpre->pe", core.loops).asPermutedKroneckerSparse());
}

TEST(Einsum, AWeightWithHalfOfABatchIsNotKroneckerSparse) {
  Einsum half = Einsum::parse("gha,gba->ghb", {{'g', 2}, {'h', 3}, {'a', 4}, {'b', 5}});
  EXPECT_EQ(half.check(), "");
  EXPECT_FALSE(half.asKroneckerSparse());
}

TEST(Einsum, SimplifiedMergesNeighborsAndDropsOnes) {
  Einsum einsum =
      Einsum::parse("aobc,abcx->aox", {{'a', 2}, {'o', 1}, {'b', 3}, {'c', 4}, {'x', 5}});
  Einsum simple = einsum.simplified();
  EXPECT_EQ(simple.spec(), "ab,abx->ax");
  EXPECT_EQ(simple.sizeOf('b'), 12);
}

/// y of one einsum stage on random data, after and before permutations.
static std::vector<Complex> evaluate(const StageProgram &program, int64_t weights) {
  std::mt19937_64 random(7);
  auto values = [&](int64_t count) {
    std::vector<Complex> result;
    for (int64_t i = 0; i < count; ++i)
      result.push_back(double(random() % 19) - 9);
    return result;
  };
  std::vector<std::vector<Complex>> parameters{values(weights)};
  return program.evaluate(parameters, values(program.inSize()));
}

TEST(Einsum, AbsorbsPermutationsOnBothSides) {
  DigitPermutation before = *DigitPermutation::get({2, 2, 3}, {2, 0, 1});
  DigitPermutation after = *DigitPermutation::get({3, 5, 2}, {1, 2, 0});
  std::optional<Einsum> folded = btt.absorbBefore(before);
  ASSERT_TRUE(folded);
  folded = folded->absorbAfter(after);
  ASSERT_TRUE(folded);

  StageProgram apart(12), together(12);
  StageValue value = apart.permute(0, before);
  value = apart.einsum(value, StageWeight::parameter(0), btt);
  apart.permute(value, after);
  together.einsum(0, StageWeight::parameter(0), *folded);
  EXPECT_EQ(evaluate(apart, 120), evaluate(together, 120));
}

TEST(Einsum, RefusesDigitsWithoutACommonRefinement) {
  Einsum einsum = Einsum::parse("ab,ba->b", {{'a', 3}, {'b', 4}}); // cuts x below at 4
  EXPECT_FALSE(einsum.absorbBefore(
      *DigitPermutation::get({4, 3}, {0, 1}).value().then(*DigitPermutation::get({3, 4}, {1, 0}))));
  EXPECT_TRUE(einsum.absorbBefore(*DigitPermutation::get({4, 3}, {1, 0})));
}
