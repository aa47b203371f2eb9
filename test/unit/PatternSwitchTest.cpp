//===- PatternSwitchTest.cpp - Tests of the switch for patterns -----------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "llvm/ADT/SmallVector.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <string>

using namespace danaus;

namespace {
struct First {};
template <typename T> struct Second {};

/// As much of mlir::RewritePatternSet as addPatterns uses.
struct NameSet {
  llvm::SmallVector<std::string> names;
  template <typename Pattern> void add(int benefit) {
    names.push_back(unqualifiedClassName(llvm::getTypeName<Pattern>()).str() +
                    std::to_string(benefit));
  }
};
} // namespace

TEST(PatternSwitch, nameIsWithoutNamespacesAndTemplateArguments) {
  EXPECT_EQ(unqualifiedClassName("Fold"), "Fold");
  EXPECT_EQ(unqualifiedClassName("(anonymous namespace)::Fold"), "Fold");
  EXPECT_EQ(unqualifiedClassName("a::b::Lower<mlir::gpu::AllocOp, c::D<int>>"), "Lower");
}

TEST(PatternSwitch, onlyTheNamedClassIsLeftOutWithAllItsInstances) {
  NameSet all, less;
  addPatterns<First, Second<int>, Second<NameSet>>(all, 3);
  EXPECT_EQ(all.names, (llvm::SmallVector<std::string>{"First3", "Second3", "Second3"}));
  setenv("DANAUS_DISABLE_PATTERN", "Second", /*replace=*/1);
  addPatterns<First, Second<int>, Second<NameSet>>(less, 3);
  unsetenv("DANAUS_DISABLE_PATTERN");
  EXPECT_EQ(less.names, (llvm::SmallVector<std::string>{"First3"}));
}
