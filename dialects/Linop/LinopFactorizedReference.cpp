//===- LinopFactorizedReference.cpp - Definitions of the factorized structures -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// By the formula of each description, entry by entry where that is possible: M[i, j] is
// then computed alone. No product of factors is ever formed.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopReference.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

/// The digits of `index`, slowest first.
static SmallVector<int64_t> digitsOf(int64_t index, ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> digits(sizes.size());
  for (size_t k = sizes.size(); k-- > 0; index /= sizes[k])
    digits[k] = index % sizes[k];
  return digits;
}

/// y[i] = sum_j entry(i, j) x[j]
template <typename Scalar, typename Entry>
static void multiplyEntries(ArrayRef<Scalar> x, MutableArrayRef<Scalar> y, Entry entry) {
  for (size_t i = 0; i < y.size(); ++i) {
    Scalar sum = 0;
    for (size_t j = 0; j < x.size(); ++j)
      sum += entry(i, j) * x[j];
    y[i] = sum;
  }
}

/// An entry walks one path: factor f takes the column digits of f and after and
/// the row digits before to those of f and before.
template <typename Scalar>
static void define(MultiMonarchAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  ArrayRef<int64_t> in = attr.getIn(), out = attr.getOut();
  multiplyEntries(x, y, [&](int64_t row, int64_t column) {
    Scalar entry = 1;
    int64_t done = 0, weight = 1; // the row digits so far as an index, and its range
    for (size_t f = 0; f < in.size(); ++f) {
      int64_t p = column % in[f], a = column / in[f], q = row % out[f];
      entry *= parameters[f][((a * out[f] + q) * in[f] + p) * weight + done];
      done += q * weight;
      weight *= out[f];
      column /= in[f];
      row /= out[f];
    }
    return entry;
  });
}
LINOP_REFERENCE(MultiMonarchAttr)

/// Level after level, pair after pair, as the description has it.
template <typename Scalar>
static void define(ButterflyAttr attr, RankedTensorType type, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  auto [n, levels, stacks] = attr.getSizes(type);
  for (int64_t stack = 0; stack < stacks; ++stack) {
    SmallVector<Scalar> values(x);
    values.resize(n, Scalar(0));
    const Scalar *w = parameters[0].data() + stack * attr.getBlocks() * levels * n * 2;
    for (int64_t block = 0; block < attr.getBlocks(); ++block)
      for (int64_t slot = 0; slot < levels; ++slot) {
        int64_t t = attr.getStride(type, block, slot);
        for (int64_t j = 0; j < n / 2; ++j, w += 4) {
          int64_t first = j / t * 2 * t + j % t;
          Scalar low = values[first], high = values[first + t];
          values[first] = w[0] * low + w[1] * high;
          values[first + t] = w[2] * low + w[3] * high;
        }
      }
    for (int64_t i = 0; i < n && stack * n + i < int64_t(y.size()); ++i)
      y[stack * n + i] = values[i];
  }
}
LINOP_REFERENCE(ButterflyAttr)

template <typename Scalar>
static void define(BlockButterflyAttr attr, RankedTensorType type, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  int64_t B = attr.getBlock(), m = type.getDimSize(0) / B;
  SmallVector<Scalar> values(x);
  const Scalar *w = parameters[0].data();
  for (int64_t level = 1; level < m; level *= 2) {
    int64_t t = attr.getIncreasing() ? level : m / 2 / level;
    SmallVector<Scalar> next(values.size(), Scalar(0));
    for (int64_t j = 0; j < m / 2; ++j)
      for (int64_t r = 0; r < 2; ++r)
        for (int64_t c = 0; c < 2; ++c)
          for (int64_t u = 0; u < B; ++u)
            for (int64_t v = 0; v < B; ++v) {
              int64_t first = j / t * 2 * t + j % t;
              next[(first + r * t) * B + u] += *w++ * values[(first + c * t) * B + v];
            }
    values = std::move(next);
  }
  llvm::copy(values, y.begin());
}
LINOP_REFERENCE(BlockButterflyAttr)

/// y[o, r, i] = sum_c w[r, c] x[o, c, i] for a digit c of x with `inner` values behind it.
template <typename Scalar>
static SmallVector<Scalar> multiplyDigit(ArrayRef<Scalar> w, int64_t rows, int64_t columns,
                                         int64_t inner, ArrayRef<Scalar> x) {
  int64_t outer = x.size() / (columns * inner);
  SmallVector<Scalar> y(outer * rows * inner, Scalar(0));
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < columns; ++c)
        for (int64_t i = 0; i < inner; ++i)
          y[(o * rows + r) * inner + i] += w[r * columns + c] * x[(o * columns + c) * inner + i];
  return y;
}

/// Digit after digit, the last first: entry by entry a matrix of 8^6 rows would take days.
template <typename Scalar>
static void define(KroneckerAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  ArrayRef<int64_t> rows = attr.getRows(), columns = attr.getColumns();
  llvm::fill(y, Scalar(0));
  for (int64_t term = 0; term < attr.getTerms(); ++term) {
    SmallVector<Scalar> values(x);
    int64_t inner = 1; // row digits that are done
    for (size_t k = rows.size(); k-- > 0; inner *= rows[k]) {
      int64_t size = rows[k] * columns[k];
      ArrayRef<Scalar> factor = ArrayRef<Scalar>(parameters[k]).slice(term * size, size);
      values = multiplyDigit<Scalar>(factor, rows[k], columns[k], inner, values);
    }
    for (auto [sum, value] : llvm::zip_equal(y, values))
      sum += value;
  }
}
LINOP_REFERENCE(KroneckerAttr)

/// y = U (s (V x))
template <typename Scalar>
static void define(UsvAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  int64_t rank = attr.getRank();
  SmallVector<Scalar> inner(rank, Scalar(0));
  for (int64_t r = 0; r < rank; ++r)
    for (size_t j = 0; j < x.size(); ++j)
      inner[r] += parameters[2][r * x.size() + j] * x[j];
  multiplyEntries<Scalar>(inner, y, [&](int64_t i, int64_t r) {
    return parameters[0][i * rank + r] * parameters[1][r];
  });
}
LINOP_REFERENCE(UsvAttr)

template <typename Scalar>
static void define(BttAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  int64_t alpha = attr.getIn()[0], gamma = attr.getIn()[1], phi = attr.getOut()[0],
          epsilon = attr.getOut()[1], rank = attr.getRank();
  multiplyEntries(x, y, [&](int64_t i, int64_t j) {
    int64_t p = i / epsilon, e = i % epsilon, g = j / alpha, a = j % alpha;
    Scalar entry = 0;
    for (int64_t r = 0; r < rank; ++r)
      entry += parameters[0][((g * alpha + a) * phi + p) * rank + r] *
               parameters[1][((p * gamma + g) * rank + r) * epsilon + e];
    return entry;
  });
}
LINOP_REFERENCE(BttAttr)

/// y_I = U_I sum_J s_IJ (V_J x_J)
template <typename Scalar>
static void define(BlastAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  int64_t b = attr.getBlocks(), rank = attr.getRank(), rows = y.size() / b, columns = x.size() / b;
  SmallVector<Scalar> inner(b * rank, Scalar(0)); // (J, r)
  for (int64_t Jr = 0; Jr < b * rank; ++Jr)
    for (int64_t j = 0; j < columns; ++j)
      inner[Jr] += parameters[1][Jr * columns + j] * x[Jr / rank * columns + j];
  llvm::fill(y, Scalar(0));
  for (int64_t I = 0; I < b; ++I)
    for (int64_t r = 0; r < rank; ++r) {
      Scalar mixed = 0;
      for (int64_t J = 0; J < b; ++J)
        mixed += parameters[2][(I * b + J) * rank + r] * inner[J * rank + r];
      for (int64_t i = I * rows; i < (I + 1) * rows; ++i)
        y[i] += parameters[0][i * rank + r] * mixed;
    }
}
LINOP_REFERENCE(BlastAttr)

/// One entry is a product of matrices along the train, from a row of length 1.
template <typename Scalar>
static void define(TensorTrainAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  multiplyEntries(x, y, [&](int64_t row, int64_t column) {
    SmallVector<int64_t> i = digitsOf(row, attr.getOut()), j = digitsOf(column, attr.getIn());
    SmallVector<Scalar> train{Scalar(1)};
    for (size_t k = 0; k < i.size(); ++k) {
      int64_t after = attr.getRank(k + 1);
      SmallVector<Scalar> next(after, Scalar(0));
      for (int64_t r = 0; r < attr.getRank(k); ++r)
        for (int64_t t = 0; t < after; ++t)
          next[t] +=
              train[r] *
              parameters[k][((r * attr.getOut()[k] + i[k]) * attr.getIn()[k] + j[k]) * after + t];
      train = std::move(next);
    }
    return train[0];
  });
}
LINOP_REFERENCE(TensorTrainAttr)

/// The product of the entries of `matrices` at (outer[k], inner[k]).
template <typename Scalar>
static Scalar productAt(Parameters<Scalar> matrices, ArrayRef<int64_t> outer,
                        ArrayRef<int64_t> inner, ArrayRef<int64_t> innerSizes) {
  Scalar product = 1;
  for (size_t k = 0; k < outer.size(); ++k)
    product *= matrices[k][outer[k] * innerSizes[k] + inner[k]];
  return product;
}

/// The middle vector z = core (V^T x), then y = U z, each sum written out.
template <typename Scalar>
static void define(TuckerAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  size_t n = attr.getOut().size();
  int64_t outRank = 1, inRank = 1;
  for (auto [r, s] : llvm::zip_equal(attr.getOutRanks(), attr.getInRanks())) {
    outRank *= r;
    inRank *= s;
  }
  SmallVector<Scalar> projected(inRank, Scalar(0)), middle(outRank, Scalar(0));
  for (int64_t s = 0; s < inRank; ++s)
    for (size_t j = 0; j < x.size(); ++j)
      projected[s] +=
          x[j] * productAt<Scalar>(parameters.slice(1 + n, n), digitsOf(j, attr.getIn()),
                                   digitsOf(s, attr.getInRanks()), attr.getInRanks());
  for (int64_t r = 0; r < outRank; ++r)
    for (int64_t s = 0; s < inRank; ++s)
      middle[r] += parameters[0][r * inRank + s] * projected[s];
  for (size_t i = 0; i < y.size(); ++i) {
    y[i] = 0;
    for (int64_t r = 0; r < outRank; ++r)
      y[i] += middle[r] * productAt<Scalar>(parameters.slice(1, n), digitsOf(i, attr.getOut()),
                                            digitsOf(r, attr.getOutRanks()), attr.getOutRanks());
  }
}
LINOP_REFERENCE(TuckerAttr)
