//===- SparsePattern.cpp - Where a sparse matrix has its values -----------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/SparsePattern.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include <string>

using namespace danaus;
using llvm::ArrayRef;
using llvm::SmallVector;

SmallVector<int64_t> GroupPattern::weightShape() const {
  SmallVector<int64_t> shape{rows, columns};
  shape[axis] = shape[axis] / m * n;
  return shape;
}

std::pair<int64_t, int64_t> danaus::sizesOf(const SparsePattern &pattern) {
  return std::visit([](const auto &kind) { return std::pair(kind.rows, kind.columns); }, pattern);
}

int64_t danaus::countValues(const SparsePattern &pattern) {
  if (const auto *groups = std::get_if<GroupPattern>(&pattern))
    return groups->rows * groups->columns / groups->m * groups->n;
  const auto &blocks = std::get<BlockPattern>(pattern);
  return blocks.blocks < 0 ? blocks.rows * blocks.columns
                           : blocks.blocks * blocks.blockRows * blocks.blockColumns;
}

/// Blocks may all lie in one row, so their number bounds the sum.
int64_t danaus::longestSum(const SparsePattern &pattern, bool transposed) {
  auto [rows, columns] = sizesOf(pattern);
  int64_t length = transposed ? rows : columns;
  if (const auto *groups = std::get_if<GroupPattern>(&pattern))
    return groups->isGroupedAlongSum(transposed) ? length / groups->m * groups->n : length;
  const auto &blocks = std::get<BlockPattern>(pattern);
  int64_t along = transposed ? blocks.blockRows : blocks.blockColumns;
  return blocks.blocks < 0 ? length : std::max<int64_t>(std::min(length, blocks.blocks * along), 1);
}

/// Whether `found` is `wanted` where neither is open.
static bool fits(ArrayRef<int64_t> wanted, ArrayRef<int64_t> found) {
  return wanted.size() == found.size() && llvm::all_of(llvm::zip(wanted, found), [](auto pair) {
           auto [want, size] = pair;
           return want < 0 || size < 0 || want == size;
         });
}

static std::string describe(llvm::StringRef what, ArrayRef<int64_t> wanted,
                            ArrayRef<int64_t> found) {
  if (fits(wanted, found))
    return "";
  auto print = [](ArrayRef<int64_t> shape) {
    std::string text;
    for (int64_t size : shape)
      text += (text.empty() ? "" : "x") + (size < 0 ? "?" : std::to_string(size));
    return text.empty() ? std::string("a scalar") : text;
  };
  return (what + ": wanted " + print(wanted) + ", found " + print(found)).str();
}

std::string danaus::checkShapes(const SparsePattern &pattern, ArrayRef<int64_t> weight,
                                ArrayRef<SmallVector<int64_t>> indices) {
  if (const auto *groups = std::get_if<GroupPattern>(&pattern)) {
    SmallVector<int64_t> shape = groups->weightShape();
    std::string problem = describe("weight", shape, weight);
    return problem.empty() ? describe("positions", shape, indices[0]) : problem;
  }
  const auto &blocks = std::get<BlockPattern>(pattern);
  SmallVector<int64_t> shape{blocks.blocks, blocks.blockRows, blocks.blockColumns};
  if (weight.size() == 1 && blocks.blockRows == 1 && blocks.blockColumns == 1)
    shape.truncate(1);
  std::string problem = describe("weight", shape, weight);
  if (problem.empty())
    problem = describe("pointers", {blocks.rows / blocks.blockRows + 1}, indices[0]);
  return problem.empty() ? describe("places", {blocks.blocks}, indices[1]) : problem;
}

void danaus::forEachValue(const SparsePattern &pattern, ArrayRef<ArrayRef<int64_t>> indices,
                          llvm::function_ref<void(int64_t, int64_t, int64_t)> visit) {
  if (const auto *groups = std::get_if<GroupPattern>(&pattern)) {
    int64_t width = groups->weightShape()[1];
    for (auto [i, position] : llvm::enumerate(indices[0])) {
      int64_t place[2] = {int64_t(i) / width, int64_t(i) % width};
      place[groups->axis] = place[groups->axis] / groups->n * groups->m + position;
      visit(place[0], place[1], i);
    }
    return;
  }
  const auto &[rows, columns, blockRows, blockColumns, count] = std::get<BlockPattern>(pattern);
  for (int64_t row = 0; row < rows / blockRows; ++row)
    for (int64_t e = indices[0][row]; e < indices[0][row + 1]; ++e)
      for (int64_t i = 0; i < blockRows; ++i)
        for (int64_t k = 0; k < blockColumns; ++k)
          visit(row * blockRows + i, indices[1][e] * blockColumns + k,
                (e * blockRows + i) * blockColumns + k);
}
