//===- LinopTransformReference.cpp - Definitions of the transforms -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopReference.h"
#include <numbers>

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

template <typename Scalar>
static void define(DiagonalAttr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  llvm::fill(y, Scalar(0));
  for (auto [i, value] : llvm::enumerate(parameters[0]))
    y[i] = value * x[i];
}
LINOP_REFERENCE(DiagonalAttr)

/// Takes i apart into the digits of y, and puts x's index together from them.
template <typename Scalar>
static void define(PermutationAttr attr, RankedTensorType, Parameters<Scalar>, ArrayRef<Scalar> x,
                   MutableArrayRef<Scalar> y) {
  ArrayRef<int64_t> sizes = attr.getSizes(), order = attr.getOrder();
  for (size_t i = 0; i < y.size(); ++i) {
    SmallVector<int64_t> digits(sizes.size());
    int64_t rest = i, source = 0;
    for (size_t j = order.size(); j-- > 0; rest /= sizes[order[j]])
      digits[order[j]] = rest % sizes[order[j]];
    for (auto [digit, size] : llvm::zip_equal(digits, sizes))
      source = source * size + digit;
    y[i] = x[source];
  }
}
LINOP_REFERENCE(PermutationAttr)

template <typename Scalar>
static void define(TablePermutationAttr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  for (auto [i, entry] : llvm::enumerate(parameters[0]))
    y[i] = x[int64_t(realPart(entry))];
}
LINOP_REFERENCE(TablePermutationAttr)

template <typename Scalar>
static void define(CirculantAttr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  int64_t n = x.size();
  for (int64_t i = 0; i < n; ++i) {
    y[i] = 0;
    for (int64_t j = 0; j < n; ++j)
      y[i] += parameters[0][(i - j + n) % n] * x[j];
  }
}
LINOP_REFERENCE(CirculantAttr)

template <typename Scalar>
static void define(ToeplitzAttr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  for (size_t i = 0; i < y.size(); ++i) {
    y[i] = 0;
    for (size_t j = 0; j < x.size(); ++j)
      y[i] += (i >= j ? parameters[0][i - j] : parameters[1][j - i]) * x[j];
  }
}
LINOP_REFERENCE(ToeplitzAttr)

template <typename Scalar>
static void define(HadamardAttr, RankedTensorType, Parameters<Scalar>, ArrayRef<Scalar> x,
                   MutableArrayRef<Scalar> y) {
  for (size_t i = 0; i < y.size(); ++i) {
    y[i] = 0;
    for (size_t j = 0; j < x.size(); ++j)
      y[i] += llvm::popcount(i & j) % 2 == 0 ? x[j] : -x[j];
  }
}
LINOP_REFERENCE(HadamardAttr)

/// By the formula, with every root from a table. A real element type is refused
/// by the verifier; the instance for it only completes the interface.
template <typename Scalar>
static void define(DftAttr, RankedTensorType, Parameters<Scalar>, ArrayRef<Scalar> x,
                   MutableArrayRef<Scalar> y) {
  size_t n = x.size();
  SmallVector<Complex> roots;
  for (size_t k = 0; k < n; ++k) {
    std::complex<long double> root =
        std::polar<long double>(1, -2 * std::numbers::pi_v<long double> * k / n);
    roots.push_back(Complex(root));
  }
  for (size_t k = 0; k < n; ++k) {
    Complex sum = 0;
    for (size_t j = 0; j < n; ++j)
      sum += roots[k * j % n] * x[j];
    if constexpr (std::is_same_v<Scalar, Complex>)
      y[k] = sum;
    else
      y[k] = std::nan("");
  }
}
LINOP_REFERENCE(DftAttr)
