//===- PackingTest.cpp - Tests of packed layouts ----------------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/Packing.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "gtest/gtest.h"
#include <map>

using namespace danaus;
using llvm::SmallVector;

static const PackingKind allKinds[] = {PackingKind::PanelB, PackingKind::PanelD,
                                       PackingKind::MmaK16, PackingKind::MmaK8, PackingKind::Vnni};

TEST(Packing, panelBPadsBToWholePanels) {
  PackedLayout layout = packedLayout({2, 6, 3, 1}, "abc", {PackingKind::PanelB, 4, 2});
  EXPECT_EQ(layout.padded, (StagePattern{2, 8, 3, 1}));
  EXPECT_EQ(layout.shape(), (SmallVector<int64_t>{2, 1, 3, 8}));
}

TEST(Packing, panelDPadsDToWholeVectors) {
  PackedLayout layout = packedLayout({1, 5, 3, 6}, "dbc", {PackingKind::PanelD, 4, 2});
  EXPECT_EQ(layout.padded, (StagePattern{1, 6, 3, 8}));
  EXPECT_EQ(layout.shape(), (SmallVector<int64_t>{2, 3, 3, 2, 4}));
}

static Packing withPerLane(PackingKind kind, int64_t lanes, int64_t panel, int64_t perLane) {
  Packing packing{kind, lanes, panel};
  packing.perLane = perLane;
  return packing;
}

TEST(Packing, aLaneHoldsSeveralValuesOfC) {
  auto shape = [](const StagePattern &pattern, llvm::StringRef order, const Packing &packing) {
    return packedLayout(pattern, order, packing).shape();
  };
  EXPECT_EQ(shape({2, 6, 3, 1}, "abc", withPerLane(PackingKind::PanelB, 4, 2, 2)),
            (SmallVector<int64_t>{2, 1, 2, 8, 2}));
  EXPECT_EQ(shape({1, 5, 3, 6}, "dbc", withPerLane(PackingKind::PanelD, 4, 2, 2)),
            (SmallVector<int64_t>{2, 3, 2, 2, 4, 2}));
  EXPECT_EQ(shape({1, 5, 3, 2}, "bc", withPerLane(PackingKind::PanelD, 4, 2, 2)),
            (SmallVector<int64_t>{2, 2, 2, 2, 2})); // b / 4, c / 2, (b / 2) % 2, b % 2, c % 2
  EXPECT_EQ(shape({4, 32, 96, 1}, "abc", withPerLane(PackingKind::Vnni, 16, 1, 4)),
            (SmallVector<int64_t>{4, 2, 24, 16, 4}));
}

// Terms that lie in different blocks of the stage before, block by block.
TEST(Packing, kMajorPutsTermsOfOneBlockTogether) {
  PackedLayout layout = packedLayout({4, 192, 768, 1}, "abc", {PackingKind::KMajor, 4, 1});
  EXPECT_EQ(layout.shape(), (SmallVector<int64_t>{4, 192, 4, 192}));
  EXPECT_EQ(layout.digits[2], (PackedDigit{'c', 4, 1}));
  EXPECT_EQ(layout.digits[3], (PackedDigit{'c', 192, 4}));
  PackedLayout plain = packedLayout({4, 192, 768, 1}, "abc", {PackingKind::KMajor, 1, 1});
  EXPECT_EQ(plain.shape(), (SmallVector<int64_t>{4, 192, 768}));
}

// The parts of a complex number stand before the digits of a vector, where d has any.
TEST(Packing, complexDHoldsBothParts) {
  PackedLayout layout = packedLayout({1, 5, 3, 6}, "dbc", {PackingKind::ComplexD, 4, 2});
  EXPECT_EQ(layout.shape(), (SmallVector<int64_t>{2, 3, 3, 2, 2, 4}));
  EXPECT_EQ(layout.digits[4], (PackedDigit{'r', 2, 1}));
  PackedLayout joined = packedLayout({1, 5, 3, 2}, "dbc", {PackingKind::ComplexD, 4, 2});
  EXPECT_EQ(joined.shape(), (SmallVector<int64_t>{1, 2, 3, 2, 2, 2, 2}));
  PackedLayout shared = packedLayout({1, 5, 3, 6}, "bc", {PackingKind::ComplexD, 4, 2});
  EXPECT_EQ(shared.shape(), (SmallVector<int64_t>{3, 3, 2}));
}

TEST(Packing, sharedExtentsHaveNoDigit) {
  PackedLayout layout = packedLayout({2, 8, 16, 5}, "bc", {PackingKind::MmaK16, 1, 1});
  EXPECT_EQ(layout.shape(), (SmallVector<int64_t>{1, 1, 8, 4, 2, 2}));
}

// The digits of each dimension are a mixed radix of its padded extent: in
// ascending order, each stride is the product of the extents below it.
TEST(Packing, digitsOfADimensionCoverItOnce) {
  for (PackingKind kind : allKinds)
    for (const StagePattern &pattern :
         {StagePattern{1, 1, 1, 1}, StagePattern{3, 12, 20, 7}, StagePattern{2, 64, 64, 33}}) {
      PackedLayout layout = packedLayout(pattern, "abcd", withPerLane(kind, 4, 2, 2));
      std::map<char, std::map<int64_t, int64_t>> extents; // by dimension and stride
      for (const PackedDigit &digit : layout.digits)
        EXPECT_TRUE(extents[digit.dim].emplace(digit.stride, digit.extent).second ||
                    digit.extent == 1);
      for (auto [dim, padded] :
           {std::pair('a', layout.padded.a), std::pair('b', layout.padded.b),
            std::pair('c', layout.padded.c), std::pair('d', layout.padded.d)}) {
        int64_t covered = 1;
        for (auto [stride, extent] : extents[dim]) {
          EXPECT_EQ(stride, covered) << dim;
          covered *= extent;
        }
        EXPECT_EQ(covered, padded) << dim;
      }
      EXPECT_EQ(layout.numElements(),
                layout.padded.a * layout.padded.b * layout.padded.c * layout.padded.d);
      EXPECT_GE(layout.padded.b, pattern.b);
      EXPECT_GE(layout.padded.d, pattern.d);
    }
}

TEST(Packing, outputsAreGroupedWhereTheNextStageSumsOverThem) {
  EXPECT_EQ(groupBetween({16, 1024, 256, 1}, {1, 256, 1024, 16}), 1024);
  EXPECT_EQ(groupBetween({4, 192, 192, 1}, {1, 768, 192, 4}), 192);
  EXPECT_EQ(groupBetween({2, 32, 8, 1}, {4, 8, 4, 4}), 16); // blocks of the second are smaller
}

TEST(Packing, outputsStayWhereGroupingHasNoUse) {
  EXPECT_EQ(groupBetween({64, 64, 64, 1}, {1, 64, 64, 64}), 1); // one value of c a group
  EXPECT_EQ(groupBetween({1, 64, 64, 1}, {1, 64, 64, 1}), 1);   // d = 1
  EXPECT_EQ(groupBetween({1, 8, 8, 8}, {1, 32, 32, 2}), 1);     // outputs are not neighbors
  EXPECT_EQ(groupBetween({3, 5, 4, 1}, {1, 7, 5, 3}), 1);       // d does not divide b
}

TEST(Packing, aPanelPadsAsLittleAsItCan) {
  EXPECT_EQ(panelFor({1, 64, 8, 1}, PackingKind::PanelB, 16, 4), 4);
  EXPECT_EQ(panelFor({1, 96, 8, 1}, PackingKind::PanelB, 16, 4), 3);
  EXPECT_EQ(panelFor({1, 20, 8, 1}, PackingKind::PanelB, 16, 4), 2);
  EXPECT_EQ(panelFor({1, 3, 8, 1}, PackingKind::PanelB, 16, 4), 1);
  EXPECT_EQ(panelFor({1, 6, 8, 16}, PackingKind::PanelD, 16, 4), 3);
  EXPECT_EQ(panelFor({1, 768, 8, 4}, PackingKind::PanelD, 16, 4), 4);
}

TEST(Packing, columnsThatAStagePermutesAreDigitsOfItsDimensions) {
  // The second core of a BTT: x has (g, p, r), the stage wants (p, g r).
  auto digits = columnDigits({64, 5, 128, 1}, *DigitPermutation::get({64, 64, 2}, {1, 0, 2}));
  ASSERT_TRUE(digits);
  EXPECT_EQ(*digits, (SmallVector<PackedDigit>{{'c', 64, 2}, {'a', 64, 1}, {'c', 2, 1}}));
  // Digits of a in another order, and one that both a and c have a part of.
  digits = columnDigits({6, 5, 4, 1}, *DigitPermutation::get({4, 2, 3}, {2, 1, 0}));
  ASSERT_TRUE(digits);
  EXPECT_EQ(*digits, (SmallVector<PackedDigit>{{'c', 4, 1}, {'a', 2, 1}, {'a', 3, 2}}));
  digits = columnDigits({2, 1, 2, 3}, *DigitPermutation::get({3, 4}, {1, 0}));
  ASSERT_TRUE(digits);
  EXPECT_EQ(*digits, (SmallVector<PackedDigit>{{'d', 3, 1}, {'a', 2, 1}, {'c', 2, 1}}));
}

TEST(Packing, columnsWithoutSuchDigits) {
  EXPECT_FALSE(columnDigits({1, 1, 16, 2}, *DigitPermutation::get({4, 3}, {1, 0})));
  EXPECT_FALSE(columnDigits({3, 1, 4, 1}, *DigitPermutation::get({3, 4}, {1, 0})));
}

TEST(Packing, columnsInGroups) {
  auto digits = columnDigits({3, 5, 8, 2}, groupedColumns({3, 5, 8, 2}, 8));
  ASSERT_TRUE(digits);
  EXPECT_EQ(*digits,
            (SmallVector<PackedDigit>{{'a', 3, 1}, {'c', 2, 4}, {'d', 2, 1}, {'c', 4, 1}}));
}

TEST(Packing, aSumMayGoOverSeveralDigitsOfX) {
  EXPECT_TRUE(sumsOneDigit({4, 5, 6, 1}, *DigitPermutation::get({6, 4}, {1, 0})));
  EXPECT_TRUE(sumsOneDigit({4, 5, 1, 1}, DigitPermutation::identity(4)));
  EXPECT_FALSE(sumsOneDigit({64, 5, 128, 1}, *DigitPermutation::get({64, 64, 2}, {1, 0, 2})));
  EXPECT_FALSE(sumsOneDigit({3, 1, 4, 1}, *DigitPermutation::get({3, 4}, {1, 0})));
}
