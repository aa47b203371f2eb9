//===- FastTransformTest.cpp - Tests of fast transforms -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/FastTransform.h"
#include "gtest/gtest.h"
#include <bit>
#include <random>

using namespace danaus;
using Numbers = llvm::SmallVector<std::complex<double>>;

static Numbers randomNumbers(int64_t size) {
  std::mt19937 random(size);
  std::normal_distribution<double> normal;
  Numbers numbers;
  for (int64_t i = 0; i < size; ++i)
    numbers.push_back({normal(random), normal(random)});
  return numbers;
}

static void expectNear(llvm::ArrayRef<std::complex<double>> found, const Numbers &wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i)
    EXPECT_LT(std::abs(found[i] - wanted[i]), 1e-13 * wanted.size()) << "at " << i;
}

TEST(FastTransform, dftIsItsDefinition) {
  for (int64_t size : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 32, 60}) {
    Numbers x = randomNumbers(size), y(size);
    for (int64_t b = 0; b < size; ++b)
      for (int64_t c = 0; c < size; ++c)
        y[b] += unitRoot(b * c, size) * x[c];
    expectNear(FastTransform::dft(size).evaluate(x), y);
  }
}

TEST(FastTransform, hadamardIsItsDefinition) {
  for (int64_t size : {1, 2, 4, 8, 16, 32}) {
    Numbers x = randomNumbers(size), y(size);
    for (int64_t b = 0; b < size; ++b)
      for (int64_t c = 0; c < size; ++c)
        y[b] += (std::popcount(uint64_t(b & c)) % 2 ? -1.0 : 1.0) * x[c];
    expectNear(FastTransform::hadamard(size).evaluate(x), y);
  }
}

// 16 log2(16) additions each; the Fourier transform has 9 products beside them.
TEST(FastTransform, sixteenValuesTakeFewSteps) {
  EXPECT_EQ(FastTransform::hadamard(16).getSteps().size(), 64u);
  EXPECT_EQ(FastTransform::dft(16).getSteps().size(), 73u);
}
