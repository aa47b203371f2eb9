//===- Einsum.h - Contractions over the digits of an index, without IR -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A linear stage reads the index of a row of activations in a mixed radix. Its
// digits, those of the result and the dimensions of the weight are *loops*,
// named by letters, and
//
//   "acd,abcd->abd"        y[(a b d)] = sum_c w[a, b, c, d] x[(a c d)]
//
// says all: the order of the letters of x and y is the digit permutation on
// either side, a loop of x and y that the weight lacks shares it, and a loop
// that y lacks is summed.
//
//   Kronecker-sparse (a, b, c, d)     acd,abcd->abd     with the sizes a, b, c, d
//   diagonal                          a,a->a
//   one core of a tensor train        arnz,rnmt->...    see the structures
//   BTT, first core                   ga,gapr->gpr
//
// A digit permutation before or after a stage only renames its digits: the
// letters are split until their digits begin where those of the permutation do,
// then put into its order (`absorbBefore`, `absorbAfter`).
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_EINSUM_H
#define DANAUS_SUPPORT_EINSUM_H

#include "danaus/Support/DigitPermutation.h"
#include "danaus/Support/Stage.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <utility>

namespace danaus {

/// A letter and the size of its loop.
using EinsumLoop = std::pair<char, int64_t>;

/// The loops of x, of the weight and of y, slowest first.
struct Einsum {
  std::string x, weight, y;
  llvm::SmallVector<EinsumLoop> loops; ///< every letter once

  /// From "x,weight->y" and the size of every letter. The result may break the
  /// rules of `check`.
  static Einsum parse(llvm::StringRef spec, llvm::ArrayRef<EinsumLoop> loops);
  /// A Kronecker-sparse stage with its weight in `order`.
  static Einsum kroneckerSparse(const StagePattern &pattern, llvm::StringRef order);

  /// "x,weight->y".
  std::string spec() const { return x + "," + weight + "->" + y; }
  /// What is wrong, or "": every letter is one of a-z and A-Z, has one size
  /// >= 1 and occurs at most once in each operand and in at least two of them;
  /// the product of all sizes is below 2^62.
  std::string check() const;

  /// The members below require that `check` found nothing.
  int64_t sizeOf(char loop) const;
  llvm::SmallVector<int64_t> sizesOf(llvm::StringRef dims) const;
  int64_t inSize() const { return volume(x); }
  int64_t outSize() const { return volume(y); }
  /// Loops of x that y lacks: how many terms a sum has.
  int64_t sumLength() const;
  /// Multiply-adds that one row of activations costs.
  int64_t multipliesPerRow() const { return inSize() * outSize() / batchSize(); }

  /// The stage of the transposed matrix.
  Einsum transposed() const { return {y, weight, x, loops}; }
  /// This stage on `inner` columns side by side: one more digit of x and y,
  /// the fastest. Nothing when all letters are taken.
  std::optional<Einsum> withInner(int64_t inner) const;
  /// The same stage without loops of size 1, and with one loop in place of two
  /// that are neighbors in the same order wherever they occur.
  Einsum simplified() const;

  /// `permutation` first, then this stage, as one; and the other way around.
  /// Nothing when their digits have no common refinement.
  std::optional<Einsum> absorbBefore(const DigitPermutation &permutation) const;
  std::optional<Einsum> absorbAfter(const DigitPermutation &permutation) const;

  /// Pattern and weight order where this is a Kronecker-sparse stage.
  struct KroneckerSparse {
    StagePattern pattern;
    std::string order;
  };
  std::optional<KroneckerSparse> asKroneckerSparse() const;

  /// `before` on x, a Kronecker-sparse stage, `after` on its result.
  struct PermutedKroneckerSparse {
    DigitPermutation before;
    KroneckerSparse stage;
    DigitPermutation after;
    /// Columns that are moved.
    int64_t movedColumns() const;
  };
  /// The form that moves the fewest columns, and of these one that moves none of y, where
  /// there is any: the weight's own digits stay in their order.
  std::optional<PermutedKroneckerSparse> asPermutedKroneckerSparse() const;

private:
  int64_t volume(llvm::StringRef dims) const;
  int64_t batchSize() const;
  std::optional<Einsum> splitAt(llvm::StringRef dims, llvm::ArrayRef<int64_t> cuts) const;
};

} // namespace danaus

#endif // DANAUS_SUPPORT_EINSUM_H
