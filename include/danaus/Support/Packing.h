//===- Packing.h - Orders of packed weights, without IR -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A packed weight is the weight of a stage with its block dimensions padded,
// split into digits, and the digits ordered so that a kernel reads it front to
// back. A *digit* of dimension x with extent n and stride t is (x / t) % n.
//
//   panel_b, lanes 4, panel 1, of w (a, b = 6, c = 2):     pad b to 8
//   digits  a | b: extent 2 stride 4 | c | b: extent 4 stride 1
//   packed[A][b'][C][lane] = w[A, 4 b' + lane, C], zero where 4 b' + lane >= 6
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_PACKING_H
#define DANAUS_SUPPORT_PACKING_H

#include "danaus/Support/DigitPermutation.h"
#include "danaus/Support/Stage.h"
#include <optional>

namespace danaus {

enum class PackingKind : uint32_t {
  PanelB = 0,
  PanelD = 1,
  MmaK16 = 2,
  MmaK8 = 3,
  Vnni = 4,
  ComplexD = 5,
  KMajor = 6
};

/// The plain form of `#chain.packing`.
struct Packing {
  PackingKind kind = PackingKind::PanelB;
  int64_t lanes = 1;
  int64_t panel = 1;
  int64_t group = 1;   ///< columns of y that are put in another order together
  int64_t digit = 1;   ///< d of the next stage, or 1: columns stay in their order
  int64_t perLane = 1; ///< values of c that a lane holds next to each other
  bool operator==(const Packing &) const = default;
};

/// One digit of a packed weight: (value of `dim` / stride) % extent. The dim 'r'
/// is that of a complex number's parts, of which the weight itself has none.
struct PackedDigit {
  char dim;
  int64_t extent;
  int64_t stride;
  bool operator==(const PackedDigit &) const = default;
};

/// What `packing` makes of a weight of `pattern`.
struct PackedLayout {
  StagePattern padded;                   ///< extents after padding
  llvm::SmallVector<PackedDigit> digits; ///< slowest first

  llvm::SmallVector<int64_t> shape() const;
  int64_t numElements() const;
};

/// Between two stages the columns of a tile may have any order that the weights
/// of the first can give them. With `digit` = d of the second, column
/// h g + C d + D of a group of g goes to h g + D (g / d) + C, so that the inputs
/// C of one sum are neighbors. Returns the largest such g that divides the blocks
/// of both, or 1 where this has no use (d = 1, or each group has one C) or where
/// the first stage's outputs are not neighbors themselves (its d > 1).
int64_t groupBetween(const StagePattern &first, const StagePattern &second);

/// The permutation between columns in that order and those of a stage of
/// `pattern`: y of it is what the stage reads. Requires d > 1 and a group that is
/// a multiple of d and divides c d.
DigitPermutation groupedColumns(const StagePattern &pattern, int64_t group);

/// The columns that x really has, as digits of A, C and D of a stage that reads
/// `permutation` of x: slowest first. Nothing where a digit lies across two of
/// the three. (3, 1, 4, 1) read from digits (4, 3) in order (1, 0): c, then a.
std::optional<llvm::SmallVector<PackedDigit>> columnDigits(const StagePattern &pattern,
                                                           const DigitPermutation &permutation);

/// Whether that has C as one digit at most, as loops with a single sum want it.
bool sumsOneDigit(const StagePattern &pattern, const DigitPermutation &permutation);

/// How many values of b one vector along d holds: lanes / d where that is whole
/// and d is smaller, so that short rows of d fill the vector together; else 1.
int64_t valuesPerVector(int64_t d, int64_t lanes);

/// The panel of at most `most` vectors that pads b least; of equals the largest.
/// Along b a vector holds `lanes` values of b, along d as many as fit beside d.
int64_t panelFor(const StagePattern &pattern, PackingKind kind, int64_t lanes, int64_t most);

/// The layout of a weight of `pattern` stored in `order` (an a or d that is
/// not in `order` is shared and has no digit). Requires lanes, panel >= 1.
PackedLayout packedLayout(const StagePattern &pattern, llvm::StringRef order,
                          const Packing &packing);

} // namespace danaus

#endif // DANAUS_SUPPORT_PACKING_H
