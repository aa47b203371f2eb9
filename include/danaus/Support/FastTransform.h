//===- FastTransform.h - Small transforms as few additions, without IR -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A product with the matrix of a Fourier or Hadamard transform of size r takes
// r^2 multiply-adds by the definition and about r log r additions by a fast
// algorithm. For sizes whose values fit into registers the algorithm is a list of
// *steps* without a loop: value 0 .. r - 1 are the inputs, each step appends one.
//
//   Hadamard of 4:   v4 = v0 + v2   v5 = v1 + v3   v6 = v0 - v2   v7 = v1 - v3
//                    v8 = v4 + v5   v9 = v4 - v5   v10 = v6 + v7  v11 = v6 - v7
//                    outputs v8, v9, v10, v11
//
// Of complex numbers, i v only swaps the parts of v and turns a sign, so that sums
// with i v are steps of their own; a Fourier transform of 4 needs no product.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_FASTTRANSFORM_H
#define DANAUS_SUPPORT_FASTTRANSFORM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <complex>
#include <cstdint>

namespace danaus {

/// exp(-2 pi i k / n), right to the last bit or so: the angle is reduced first
/// and has more digits than the result. Requires k >= 0, n >= 1.
std::complex<double> unitRoot(int64_t k, int64_t n);

/// One value from one or two before it.
struct TransformStep {
  enum Kind {
    Add,       ///< left + right
    Subtract,  ///< left - right
    AddTurned, ///< left + i right
    SubTurned, ///< left - i right
    MulAdd,    ///< left + re(factor) right
    Multiply   ///< factor left
  };
  Kind kind;
  unsigned left, right = 0;
  std::complex<double> factor = 0;
};

/// The steps of one transform of `size` values.
class FastTransform {
public:
  /// y[B] = sum_C exp(-2 pi i B C / size) x[C]. Requires size >= 1.
  static FastTransform dft(int64_t size);
  /// y[B] = sum_C (-1)^popcount(B & C) x[C]. Requires a power of two.
  static FastTransform hadamard(int64_t size);

  /// How many inputs and outputs there are.
  int64_t size() const { return outputs.size(); }
  llvm::ArrayRef<TransformStep> getSteps() const { return steps; }
  /// The numbers of the values that are y.
  llvm::ArrayRef<unsigned> getOutputs() const { return outputs; }

  /// y for one x, for tests.
  llvm::SmallVector<std::complex<double>> evaluate(llvm::ArrayRef<std::complex<double>> x) const;

private:
  using Values = llvm::SmallVector<unsigned>;

  explicit FastTransform(int64_t size) : numValues(size) {}

  unsigned append(const TransformStep &step);
  Values dftOf(Values x);
  Values dftOfFour(const Values &x);
  Values dftOfPrime(const Values &x);

  unsigned numValues; ///< inputs and steps so far
  llvm::SmallVector<TransformStep> steps;
  Values outputs;
};

} // namespace danaus

#endif // DANAUS_SUPPORT_FASTTRANSFORM_H
