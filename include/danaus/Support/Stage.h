//===- Stage.h - Kronecker-sparse stages, without IR ------------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Nearly every structured matrix is a product of Kronecker-sparse stages. A
// stage with pattern (a, b, c, d) is an (a b d) x (a c d) matrix with support
// I_a (x) 1_{b x c} (x) I_d:
//
//   M[(A b + B) d + D, (A c + C) d + D] = w[A, B, C, D],   zero elsewhere,
//
// that is a*d dense blocks of b x c. Applied to a row of activations,
//
//   y[(A b + B) d + D] = sum_C w[A, B, C, D] x[(A c + C) d + D].
//
//   structure                     stages, first applied first
//   dense (out, in)               (1, out, in, 1)
//   block-diagonal (n, o, i)      (n, o, i, 1)
//   Monarch w1 (k,q,p) w2 (l,s,r) (k, q, p, 1) then (1, s, r, l)
//   low rank U (o, r) V (r, i)    (1, r, i, 1) then (1, o, r, 1)
//
// The weight of a stage is a parameter whose dimensions are some of A, B, C, D
// in some order. An omitted A or D is shared by all blocks (broadcast) when its
// extent exceeds one, so a Kronecker factor is the pattern (a, p, q, d) with
// weight order "bc". (Convention of ksmm and lazylinop for (a, b, c, d).)
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_STAGE_H
#define DANAUS_SUPPORT_STAGE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>

namespace danaus {

/// The support I_a (x) 1_{b x c} (x) I_d of a stage.
struct StagePattern {
  int64_t a = 1, b = 1, c = 1, d = 1;

  int64_t outSize() const { return a * b * d; }
  int64_t inSize() const { return a * c * d; }
  int64_t numBlocks() const { return a * d; }
  /// Multiply-adds that one row of activations costs.
  int64_t multipliesPerRow() const { return a * b * c * d; }
  /// Whether all extents are >= 1 and a b c d, which bounds every size made of
  /// them, is below 2^62. The other members require it.
  bool isValid() const;
  StagePattern transposed() const { return {a, c, b, d}; }
  bool operator==(const StagePattern &) const = default;
};

/// A stage whose weight is parameter number `parameter` of a structured
/// matrix, stored in `order`: a permutation of some of "abcd" that holds 'b'
/// and 'c' whenever their extent exceeds one.
struct StageDescriptor {
  StagePattern pattern;
  unsigned parameter = 0;
  std::string order = "abcd";
  /// 0, or the columns of x have the digits (C / inner, A, C % inner) and d is 1:
  /// the inputs of one sum lie in runs of `inner`, one for each block in turn.
  int64_t inner = 0;

  bool operator==(const StageDescriptor &) const = default;
};

/// The shape of a weight stored in `order` (letters of "abcd").
llvm::SmallVector<int64_t> weightShape(const StagePattern &pattern, llvm::StringRef order);

/// What is wrong with `order` for `pattern`, or "" when it is legal: letters
/// of "abcd", none twice, 'b' and 'c' present unless their extent is one.
std::string checkWeightOrder(const StagePattern &pattern, llvm::StringRef order);

} // namespace danaus

#endif // DANAUS_SUPPORT_STAGE_H
