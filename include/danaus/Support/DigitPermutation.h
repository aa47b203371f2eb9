//===- DigitPermutation.h - Mixed-radix digit permutations ------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The permutations between the factors of structured matrices are nearly all
// of one kind: write the index in a mixed radix, as the time of a day in days,
// hours and minutes, and put its digits in another order. Transposes of blocks,
// stride permutations and bit reversals are such *digit permutations*. They
// need no table, their inverses are of the same kind, and, because each digit
// of one index is a digit of the other, a loop over the digits turns them into
// strides: that is how they vanish into an access map and are never executed
// as a pass over data.
//
// Given the sizes n_0, n_1, .. of the digits of x's index, slowest first, and
// an order s, digit j of y's index is digit s(j) of x's, so y's sizes are
// n_s(0), n_s(1), .., and
//
//   y[i] = x[table[i]].
//
// Worked out for sizes (2, 3), order (1, 0): x's index is 3 h + m, y's 2 m + h.
//
//   i of y      0      1      2      3      4      5
//   (m, h)    (0,0)  (0,1)  (1,0)  (1,1)  (2,0)  (2,1)
//   (h, m)    (0,0)  (1,0)  (0,1)  (1,1)  (0,2)  (1,2)
//   table[i]    0      3      1      4      2      5        y = x0 x3 x1 x4 x2 x5
//
// Two digits that are neighbors, in the same order, on both sides may as well
// be one, and a digit of size 1 says nothing: `simplified` is the unique form
// without either. The other way, a digit of size 12 may be *refined* into
// (3, 4) or (4, 3). To do one permutation after another, the digits in the
// middle must be made the same: `then` refines both sides to a common
// refinement. For powers of two there always is one. For others there need not
// be: (3, 4) cuts an index of 12 below at 4, and (4, 3) cuts it at 3, and 3 does
// not divide 4, so an index has no digits that respect both. Then `then` has no
// answer, and the pair is kept or becomes a table.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_DIGITPERMUTATION_H
#define DANAUS_SUPPORT_DIGITPERMUTATION_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <optional>

namespace danaus {

/// A permutation of 0 .. n - 1 that orders the digits of an index anew.
class DigitPermutation {
public:
  /// One digit of y's index i, (i / stride) % size, and what it is worth in x:
  /// table[i] is the sum of digit times sourceStride.
  struct Digit {
    int64_t size, stride, sourceStride;
    bool operator==(const Digit &) const = default;
  };

  /// The identity on 0 .. `size` - 1. Requires size >= 1.
  static DigitPermutation identity(int64_t size);

  /// y's digit j is x's digit `order[j]`; `sizes` are those of x's digits,
  /// slowest first. Nothing if a size is below 1, their product exceeds 2^62,
  /// or `order` is not a permutation of the digits.
  static std::optional<DigitPermutation> get(llvm::ArrayRef<int64_t> sizes,
                                             llvm::ArrayRef<unsigned> order);

  /// The same from the numbers of an attribute, which may be negative.
  static std::optional<DigitPermutation> fromNumbers(llvm::ArrayRef<int64_t> sizes,
                                                     llvm::ArrayRef<int64_t> order);

  /// Reads x of length `size` at stride `stride`: x as a matrix with `stride`
  /// columns, transposed. Nothing unless stride >= 1 divides size >= 1.
  static std::optional<DigitPermutation> stridePermutation(int64_t size, int64_t stride);

  /// Digits in reverse order; all sizes 2 is bit reversal. Nothing as in `get`.
  static std::optional<DigitPermutation> digitReversal(llvm::ArrayRef<int64_t> sizes);

  /// Bit reversal on 0 .. 2^bits - 1. Requires bits <= 62.
  static DigitPermutation bitReversal(unsigned bits);

  /// The digit permutation with this table in simplified form, or nothing when
  /// it has none. Takes time proportional to the length times the digits.
  static std::optional<DigitPermutation> detect(llvm::ArrayRef<int64_t> table);

  /// The number of indices, which is the product of the sizes.
  int64_t size() const;
  /// The sizes of x's digits, slowest first.
  llvm::ArrayRef<int64_t> sizes() const { return inputSizes; }
  /// order()[j] is the digit of x that digit j of y is.
  llvm::ArrayRef<unsigned> order() const { return digitOrder; }
  /// The sizes of y's digits, slowest first.
  llvm::SmallVector<int64_t> outputSizes() const;

  /// table[i]. Requires 0 <= i < size().
  int64_t apply(int64_t i) const;
  /// All of the table.
  llvm::SmallVector<int64_t> table() const;
  /// The digits of y's index, slowest first, with their strides on both sides:
  /// what an affine map is made from.
  llvm::SmallVector<Digit> digits() const;

  /// The permutation that undoes this one.
  DigitPermutation inverse() const;
  /// This one first, then `second`: z[i] = y[second.table[i]] and so
  /// x[table[second.table[i]]]. Nothing if the sizes differ or the digits in
  /// the middle have no common refinement.
  std::optional<DigitPermutation> then(const DigitPermutation &second) const;
  /// The same permutation with no digit of size 1 and no two digits that are
  /// neighbors in the same order on both sides. Equal permutations have equal
  /// simplified forms.
  DigitPermutation simplified() const;
  /// The same permutation with the digits of x split so that they begin at
  /// `cuts`, ascending from 1 to size(), a superset of where they begin now.
  DigitPermutation refined(llvm::ArrayRef<int64_t> cuts) const;
  bool isIdentity() const { return simplified().digitOrder.size() <= 1; }

  /// Whether digits and order are the same; for the same permutation compare
  /// simplified forms.
  bool operator==(const DigitPermutation &) const = default;
  /// As "digits (2, 3) order (1, 0)".
  void print(llvm::raw_ostream &os) const;

private:
  DigitPermutation() = default;

  llvm::SmallVector<int64_t> inputSizes;
  llvm::SmallVector<unsigned> digitOrder;
};

/// Where the digits of an index of these sizes begin: all products of trailing
/// sizes, ascending from 1.
llvm::SmallVector<int64_t> digitCuts(llvm::ArrayRef<int64_t> sizes);

/// The cuts of both lists if each divides the next: a common refinement.
std::optional<llvm::SmallVector<int64_t>> mergeDigitCuts(llvm::ArrayRef<int64_t> left,
                                                         llvm::ArrayRef<int64_t> right);

llvm::raw_ostream &operator<<(llvm::raw_ostream &os, const DigitPermutation &permutation);

} // namespace danaus

#endif // DANAUS_SUPPORT_DIGITPERMUTATION_H
