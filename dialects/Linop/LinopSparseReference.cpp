//===- LinopSparseReference.cpp - Sparse matrices by their definitions ----===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// y = M x in double precision, as LinopReference.cpp. An index that points
// outside the matrix is NaN in the result: the values were not verified.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopReference.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

namespace {
/// Rows of stored blocks, in the order of the parameters.
template <typename Scalar> struct Blocks {
  int64_t rows, columns; ///< of one block
  ArrayRef<Scalar> pointers, places, values;

  /// y += the stored blocks of block row `blockRow` times x.
  void apply(int64_t blockRow, ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) const {
    auto begin = int64_t(realPart(pointers[blockRow]));
    auto end = int64_t(realPart(pointers[blockRow + 1]));
    if (begin < 0 || end > int64_t(places.size()))
      return llvm::fill(y, Scalar(std::nan("")));
    for (int64_t e = begin; e < end; ++e) {
      auto first = int64_t(realPart(places[e])) * columns;
      if (first < 0 || first + columns > int64_t(x.size()))
        return llvm::fill(y, Scalar(std::nan("")));
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t k = 0; k < columns; ++k)
          y[i] += values[(e * rows + i) * columns + k] * x[first + k];
    }
  }
};
} // namespace

template <typename Scalar>
static void defineBlocks(Blocks<Scalar> blocks, ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  llvm::fill(y, Scalar(0));
  for (int64_t row = 0; row < int64_t(y.size()) / blocks.rows; ++row)
    blocks.apply(row, x, y.slice(row * blocks.rows, blocks.rows));
}

template <typename Scalar>
static void define(CsrAttr, RankedTensorType, Parameters<Scalar> parameters, ArrayRef<Scalar> x,
                   MutableArrayRef<Scalar> y) {
  defineBlocks<Scalar>({1, 1, parameters[0], parameters[1], parameters[2]}, x, y);
}
LINOP_REFERENCE(CsrAttr)

template <typename Scalar>
static void define(BsrAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  defineBlocks<Scalar>(
      {attr.getBlock()[0], attr.getBlock()[1], parameters[0], parameters[1], parameters[2]}, x, y);
}
LINOP_REFERENCE(BsrAttr)

/// Walks the stored values; each lies in one group along the axis.
template <typename Scalar>
static void define(NmAttr attr, RankedTensorType type, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  int64_t n = attr.getN(), m = attr.getM();
  int64_t width = attr.getParameterTypes(type)[0].getDimSize(1);
  llvm::fill(y, Scalar(0));
  for (auto [flat, value] : llvm::enumerate(parameters[0])) {
    int64_t place[2] = {int64_t(flat) / width, int64_t(flat) % width};
    int64_t &along = place[attr.getAxis()];
    auto position = int64_t(realPart(parameters[1][flat]));
    along = along / n * m + position;
    bool isInside = position >= 0 && position < m;
    y[isInside ? place[0] : 0] += isInside ? value * x[place[1]] : Scalar(std::nan(""));
  }
}
LINOP_REFERENCE(NmAttr)

/// Walks all blocks of the matrix and asks of each whether it is stored.
template <typename Scalar>
static void define(FlatButterflyAttr attr, RankedTensorType type, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  auto [p, q, n] = attr.getGrid(type.getShape());
  int64_t size = attr.getBlock(), stored = 0;
  llvm::fill(y, Scalar(0));
  for (int64_t row = 0; row < p; ++row)
    for (int64_t column = 0; column < q; ++column) {
      int64_t difference = (row * n / p) ^ (column * n / q);
      bool isOneBit = (difference & (difference - 1)) == 0;
      if (!isOneBit || difference >= int64_t(1) << attr.getLevels())
        continue;
      for (int64_t i = 0; i < size; ++i)
        for (int64_t k = 0; k < size; ++k)
          y[row * size + i] += parameters[0][(stored * size + i) * size + k] * x[column * size + k];
      ++stored;
    }
}
LINOP_REFERENCE(FlatButterflyAttr)
