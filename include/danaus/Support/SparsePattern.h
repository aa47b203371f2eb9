//===- SparsePattern.h - Where a sparse matrix has its values ---*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The two ways in which integer data say where the values of a matrix lie.
//
//   blocks   block row r holds the blocks pointers[r] .. pointers[r + 1] - 1, and
//            block e lies in block column places[e]: BSR; with 1 x 1 blocks CSR
//   groups   of every m neighbors along an axis n values are kept, and
//            positions[..] says which: N:M
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_SPARSEPATTERN_H
#define DANAUS_SUPPORT_SPARSEPATTERN_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <string>
#include <variant>

namespace danaus {

/// Dense blocks at places that data give. Weight (blocks, blockRows, blockColumns),
/// or (blocks) for 1 x 1; indices: pointers (rows / blockRows + 1), places (blocks).
struct BlockPattern {
  int64_t rows, columns;           ///< of the matrix
  int64_t blockRows, blockColumns; ///< of one block
  int64_t blocks;                  ///< negative where only run time knows

  bool operator==(const BlockPattern &) const = default;
};

/// n of every m neighbors along dimension `axis` of the matrix. Weight and the one
/// index, positions, have the matrix's shape with m replaced by n along the axis.
struct GroupPattern {
  int64_t rows, columns; ///< of the matrix
  int64_t n, m, axis;

  llvm::SmallVector<int64_t> weightShape() const;
  /// Whether the groups lie along the sum, as hardware that skips zeros wants,
  /// when the matrix is applied as it is or `transposed`.
  bool isGroupedAlongSum(bool transposed) const { return (axis == 1) != transposed; }
  bool operator==(const GroupPattern &) const = default;
};

using SparsePattern = std::variant<BlockPattern, GroupPattern>;

/// Rows and columns of the matrix.
std::pair<int64_t, int64_t> sizesOf(const SparsePattern &pattern);

/// Stored values; a number that only run time knows counts as all of them.
int64_t countValues(const SparsePattern &pattern);

/// The most values that one row has, or one column where `transposed`.
int64_t longestSum(const SparsePattern &pattern, bool transposed);

/// What is wrong with the shapes of the weight and of the indices, or "". A
/// negative size fits any.
std::string checkShapes(const SparsePattern &pattern, llvm::ArrayRef<int64_t> weight,
                        llvm::ArrayRef<llvm::SmallVector<int64_t>> indices);

/// Calls `visit(row, column, i)` for every value i of the weight, in row-major
/// order. Requires valid indices.
void forEachValue(const SparsePattern &pattern, llvm::ArrayRef<llvm::ArrayRef<int64_t>> indices,
                  llvm::function_ref<void(int64_t row, int64_t column, int64_t i)> visit);

} // namespace danaus

#endif // DANAUS_SUPPORT_SPARSEPATTERN_H
