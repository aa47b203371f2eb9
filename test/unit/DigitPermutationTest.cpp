//===- DigitPermutationTest.cpp - Tests of digit permutations ---*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/DigitPermutation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "gtest/gtest.h"
#include <random>

using namespace danaus;
using llvm::SmallVector;

// GoogleTest prints permutations in its messages.
namespace danaus {
static void PrintTo(const DigitPermutation &permutation, std::ostream *os) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << permutation;
  *os << text;
}
} // namespace danaus

//===----------------------------------------------------------------------===//
// Random permutations
//===----------------------------------------------------------------------===//

namespace {
/// Sizes with a common refinement for every pair, and sizes without.
const int64_t lengths[] = {1, 2, 12, 16, 30, 60, 64, 96, 360, 384, 768};

struct RandomDigits {
  std::mt19937 random{20};

  /// A random factorization of `length`, with a 1 now and then.
  SmallVector<int64_t> sizes(int64_t length) {
    SmallVector<int64_t> result;
    while (length > 1) {
      SmallVector<int64_t> divisors;
      for (int64_t divisor = 2; divisor <= length; ++divisor)
        if (length % divisor == 0)
          divisors.push_back(divisor);
      int64_t size = divisors[random() % divisors.size()];
      result.push_back(size);
      length /= size;
      if (random() % 4 == 0)
        result.push_back(1);
    }
    return result;
  }

  DigitPermutation permutation(int64_t length) {
    SmallVector<int64_t> digits = sizes(length);
    SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(0, digits.size()));
    std::shuffle(order.begin(), order.end(), random);
    return *DigitPermutation::get(digits, order);
  }
};
} // namespace

/// Calls `check` on 40 permutations of every length.
template <typename Check> static void forRandomPermutations(Check check) {
  RandomDigits digits;
  for (int64_t length : lengths)
    for (int trial = 0; trial < 40; ++trial)
      check(digits.permutation(length), digits);
}

//===----------------------------------------------------------------------===//
// Definition
//===----------------------------------------------------------------------===//

TEST(DigitPermutation, tableOfTheHeader) {
  std::optional<DigitPermutation> swap = DigitPermutation::get({2, 3}, {1, 0});
  ASSERT_TRUE(swap);
  EXPECT_EQ(swap->table(), (SmallVector<int64_t>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(swap->outputSizes(), (SmallVector<int64_t>{3, 2}));
}

TEST(DigitPermutation, digitOfYIsDigitOfX) {
  forRandomPermutations([](const DigitPermutation &permutation, RandomDigits &) {
    SmallVector<int64_t> sizes(permutation.sizes()), outputs = permutation.outputSizes();
    auto digitsOf = [](int64_t index, llvm::ArrayRef<int64_t> radix) {
      SmallVector<int64_t> digits(radix.size());
      for (size_t j = radix.size(); j-- > 0; index /= radix[j])
        digits[j] = index % radix[j];
      return digits;
    };
    for (int64_t i = 0; i < permutation.size(); ++i) {
      SmallVector<int64_t> ofY = digitsOf(i, outputs), ofX = digitsOf(permutation.apply(i), sizes);
      for (size_t j = 0; j < ofY.size(); ++j)
        ASSERT_EQ(ofY[j], ofX[permutation.order()[j]]) << ::testing::PrintToString(permutation);
    }
  });
}

TEST(DigitPermutation, wrongDigitsAreRefused) {
  EXPECT_FALSE(DigitPermutation::get({2, 3}, {0}));
  EXPECT_FALSE(DigitPermutation::get({2, 3}, {0, 0}));
  EXPECT_FALSE(DigitPermutation::get({2, 3}, {0, 2}));
  EXPECT_FALSE(DigitPermutation::get({2, 0}, {0, 1}));
  EXPECT_FALSE(DigitPermutation::get({-2, -3}, {0, 1}));
  EXPECT_FALSE(DigitPermutation::get({int64_t(1) << 40, int64_t(1) << 40}, {0, 1}));
  EXPECT_FALSE(DigitPermutation::stridePermutation(12, 5));
  EXPECT_FALSE(DigitPermutation::stridePermutation(12, 0));
}

TEST(DigitPermutation, digitsGiveTheTableByDivisions) {
  forRandomPermutations([](const DigitPermutation &permutation, RandomDigits &) {
    for (int64_t i = 0; i < permutation.size(); ++i) {
      int64_t source = 0;
      for (const DigitPermutation::Digit &digit : permutation.digits())
        source += i / digit.stride % digit.size * digit.sourceStride;
      ASSERT_EQ(source, permutation.apply(i));
    }
  });
}

TEST(DigitPermutation, printShowsDigitsAndOrder) {
  std::string text;
  llvm::raw_string_ostream(text) << *DigitPermutation::get({2, 3}, {1, 0});
  EXPECT_EQ(text, "digits (2, 3) order (1, 0)");
}

//===----------------------------------------------------------------------===//
// Factories
//===----------------------------------------------------------------------===//

TEST(DigitPermutation, stridePermutationReadsAtAStride) {
  std::optional<DigitPermutation> stride = DigitPermutation::stridePermutation(12, 4);
  ASSERT_TRUE(stride);
  EXPECT_EQ(stride->table(), (SmallVector<int64_t>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
}

TEST(DigitPermutation, bitReversalReversesBits) {
  EXPECT_EQ(DigitPermutation::bitReversal(3).table(),
            (SmallVector<int64_t>{0, 4, 2, 6, 1, 5, 3, 7}));
  EXPECT_EQ(DigitPermutation::bitReversal(0).table(), (SmallVector<int64_t>{0}));
  EXPECT_EQ(DigitPermutation::bitReversal(62).size(), int64_t(1) << 62);
}

//===----------------------------------------------------------------------===//
// Algebra
//===----------------------------------------------------------------------===//

TEST(DigitPermutation, inverseUndoes) {
  forRandomPermutations([](const DigitPermutation &permutation, RandomDigits &) {
    DigitPermutation inverse = permutation.inverse();
    for (int64_t i = 0; i < permutation.size(); ++i)
      ASSERT_EQ(inverse.apply(permutation.apply(i)), i);
    ASSERT_EQ(inverse.inverse(), permutation);
    std::optional<DigitPermutation> both = permutation.then(inverse);
    ASSERT_TRUE(both);
    ASSERT_TRUE(both->isIdentity());
  });
}

TEST(DigitPermutation, simplifiedIsTheSamePermutation) {
  forRandomPermutations([](const DigitPermutation &permutation, RandomDigits &) {
    DigitPermutation simple = permutation.simplified();
    ASSERT_EQ(simple.table(), permutation.table());
    ASSERT_EQ(simple.simplified(), simple);
    ASSERT_FALSE(llvm::is_contained(simple.sizes(), 1));
    SmallVector<int64_t> counting = llvm::to_vector(llvm::seq<int64_t>(0, permutation.size()));
    ASSERT_EQ(permutation.isIdentity(), permutation.table() == counting);
  });
}

TEST(DigitPermutation, simplifiedMergesNeighborsAndDropsOnes) {
  DigitPermutation simple = DigitPermutation::get({2, 3, 1, 4}, {3, 2, 0, 1})->simplified();
  EXPECT_EQ(simple, *DigitPermutation::get({6, 4}, {1, 0}));
  EXPECT_TRUE(DigitPermutation::get({2, 3, 4}, {0, 1, 2})->isIdentity());
  EXPECT_TRUE(DigitPermutation::get({1, 1}, {1, 0})->isIdentity());
}

TEST(DigitPermutation, thenIsTheProductOfTables) {
  int composed = 0;
  forRandomPermutations([&](const DigitPermutation &first, RandomDigits &digits) {
    DigitPermutation second = digits.permutation(first.size());
    std::optional<DigitPermutation> both = first.then(second);
    if (!both)
      return;
    ++composed;
    for (int64_t i = 0; i < first.size(); ++i)
      ASSERT_EQ(both->apply(i), first.apply(second.apply(i)))
          << ::testing::PrintToString(first) << " then " << ::testing::PrintToString(second);
  });
  EXPECT_GT(composed, 100);
}

TEST(DigitPermutation, powersOfTwoAlwaysCompose) {
  RandomDigits digits;
  for (int trial = 0; trial < 200; ++trial)
    ASSERT_TRUE(digits.permutation(64).then(digits.permutation(64)));
}

// Cuts at 4 and at 3, at 128 and at 3: neither divides the other.
TEST(DigitPermutation, noCommonRefinementIsNoComposition) {
  for (int64_t length : {12, 384, 768}) {
    DigitPermutation first = *DigitPermutation::stridePermutation(length, length / 3);
    EXPECT_FALSE(first.then(first)) << length;
    EXPECT_TRUE(first.then(first.inverse())) << length;
    // The product is no digit permutation at all.
    SmallVector<int64_t> table;
    for (int64_t i = 0; i < length; ++i)
      table.push_back(first.apply(first.apply(i)));
    EXPECT_FALSE(DigitPermutation::detect(table)) << length;
  }
}

TEST(DigitPermutation, differentSizesDoNotCompose) {
  EXPECT_FALSE(DigitPermutation::identity(4).then(DigitPermutation::identity(8)));
}

TEST(DigitPermutation, composedStridePermutationsAddStrides) {
  DigitPermutation both = *DigitPermutation::stridePermutation(64, 4)->then(
      *DigitPermutation::stridePermutation(64, 8));
  EXPECT_EQ(both, *DigitPermutation::stridePermutation(64, 32));
}

//===----------------------------------------------------------------------===//
// Detection
//===----------------------------------------------------------------------===//

TEST(DigitPermutation, detectFindsTheSimplifiedForm) {
  forRandomPermutations([](const DigitPermutation &permutation, RandomDigits &) {
    std::optional<DigitPermutation> found = DigitPermutation::detect(permutation.table());
    ASSERT_TRUE(found) << ::testing::PrintToString(permutation);
    ASSERT_EQ(*found, permutation.simplified());
  });
}

TEST(DigitPermutation, detectRefusesOtherTables) {
  EXPECT_FALSE(DigitPermutation::detect({}));
  EXPECT_FALSE(DigitPermutation::detect({1, 0}));
  EXPECT_FALSE(DigitPermutation::detect({0, 0, 0, 0}));
  EXPECT_FALSE(DigitPermutation::detect({0, 2, 3, 1}));
  EXPECT_FALSE(DigitPermutation::detect({0, 1, 2, 4}));
  EXPECT_FALSE(DigitPermutation::detect({0, -1, 1, 2}));
  EXPECT_FALSE(DigitPermutation::detect({0, int64_t(1) << 62, 1, 2}));
}

// Swapping two entries of a table leaves a permutation of another kind, or the
// swap itself is one of digits; then detect must give the swapped table.
TEST(DigitPermutation, detectIsNeverWrong) {
  forRandomPermutations([](const DigitPermutation &permutation, RandomDigits &digits) {
    SmallVector<int64_t> table = permutation.table();
    std::swap(table[digits.random() % table.size()], table[digits.random() % table.size()]);
    if (std::optional<DigitPermutation> found = DigitPermutation::detect(table))
      ASSERT_EQ(found->table(), table);
  });
}
