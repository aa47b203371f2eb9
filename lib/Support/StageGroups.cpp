//===- StageGroups.cpp - Neighboring stages as one with larger blocks -----===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/StageGroups.h"
#include <algorithm>

using namespace danaus;

std::optional<StageNesting> danaus::nestStages(const StagePattern &first,
                                               const StagePattern &second) {
  if (second.d == first.b * first.d && first.a == second.a * second.c)
    return StageNesting::Increasing;
  if (first.d == second.c * second.d && second.a == first.a * first.b)
    return StageNesting::Decreasing;
  return std::nullopt;
}

StagePattern danaus::groupPattern(llvm::ArrayRef<StagePattern> run) {
  StagePattern group = run.front();
  for (size_t j = 1; j < run.size(); ++j) {
    bool increases = nestStages(run[j - 1], run[j]) == StageNesting::Increasing;
    group = {increases ? run[j].a : group.a, group.b * run[j].b, group.c * run[j].c,
             increases ? group.d : run[j].d};
  }
  return group;
}

/// Each group as long as `maxBlock` allows.
static llvm::SmallVector<unsigned> groupGreedily(llvm::ArrayRef<StagePattern> stages,
                                                 int64_t maxBlock) {
  llvm::SmallVector<unsigned> groups;
  for (size_t begin = 0; begin < stages.size(); begin += groups.back()) {
    int64_t b = stages[begin].b, c = stages[begin].c;
    std::optional<StageNesting> direction;
    size_t end = begin + 1;
    for (; end < stages.size(); ++end) {
      std::optional<StageNesting> nesting = nestStages(stages[end - 1], stages[end]);
      if (!nesting || (direction && direction != nesting) || b * stages[end].b > maxBlock ||
          c * stages[end].c > maxBlock)
        break;
      direction = nesting;
      b *= stages[end].b;
      c *= stages[end].c;
    }
    groups.push_back(end - begin);
  }
  return groups;
}

llvm::SmallVector<unsigned> danaus::groupStages(llvm::ArrayRef<StagePattern> stages,
                                                int64_t maxBlock) {
  llvm::SmallVector<unsigned> fewest = groupGreedily(stages, maxBlock);
  // The number of groups falls as the limit grows: the least limit that gives so few.
  int64_t low = 1, high = maxBlock;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (groupGreedily(stages, middle).size() == fewest.size())
      high = middle;
    else
      low = middle + 1;
  }
  return groupGreedily(stages, high);
}
