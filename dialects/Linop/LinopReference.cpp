//===- LinopReference.cpp - Structures by their definitions ---------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// y = M x in double precision, each structure by the formula of its
// description. Slow on purpose where a fast way would look like a stage.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopAttrs.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

using namespace mlir;
using namespace danaus::linop;

using Values = ArrayRef<double>;

void DenseAttr::referenceApply(RankedTensorType type, ArrayRef<Values> parameters, Values x,
                               MutableArrayRef<double> y) const {
  int64_t columns = type.getDimSize(1);
  for (int64_t i = 0; i < type.getDimSize(0); ++i) {
    double sum = 0;
    for (int64_t j = 0; j < columns; ++j)
      sum += parameters[0][i * columns + j] * x[j];
    y[i] = sum;
  }
}

void BlockDiagonalAttr::referenceApply(RankedTensorType type, ArrayRef<Values> parameters, Values x,
                                       MutableArrayRef<double> y) const {
  int64_t o = type.getDimSize(0) / getBlocks(), in = type.getDimSize(1) / getBlocks();
  for (int64_t row = 0; row < type.getDimSize(0); ++row) {
    int64_t block = row / o;
    double sum = 0;
    for (int64_t j = 0; j < in; ++j)
      sum += parameters[0][row * in + j] * x[block * in + j];
    y[row] = sum;
  }
}

void KroneckerSparseAttr::referenceApply(RankedTensorType type, ArrayRef<Values> parameters,
                                         Values x, MutableArrayRef<double> y) const {
  int64_t b = getB(), c = getC(), d = getD();
  std::fill(y.begin(), y.end(), 0.0);
  for (auto [flat, weight] : llvm::enumerate(parameters[0])) {
    int64_t D = flat % d, C = flat / d % c, B = flat / d / c % b, A = flat / d / c / b;
    y[(A * b + B) * d + D] += weight * x[(A * c + C) * d + D];
  }
}

/// Walks the middle index t: what block k' of w1 makes of x at t goes to the
/// outputs s' l + l' with l' = t mod l.
void MonarchAttr::referenceApply(RankedTensorType type, ArrayRef<Values> parameters, Values x,
                                 MutableArrayRef<double> y) const {
  auto [k, q, p, l, s, r] = getSizes(type);
  std::fill(y.begin(), y.end(), 0.0);
  for (int64_t t = 0; t < getMiddle(); ++t) {
    double middle = 0;
    for (int64_t column = 0; column < p; ++column)
      middle += parameters[0][t * p + column] * x[t / q * p + column];
    for (int64_t row = 0; row < s; ++row)
      y[row * l + t % l] += parameters[1][(t % l * s + row) * r + t / l] * middle;
  }
}

void LowRankAttr::referenceApply(RankedTensorType type, ArrayRef<Values> parameters, Values x,
                                 MutableArrayRef<double> y) const {
  int64_t columns = type.getDimSize(1);
  std::fill(y.begin(), y.end(), 0.0);
  for (int64_t rank = 0; rank < getRank(); ++rank) {
    double dot = 0;
    for (int64_t j = 0; j < columns; ++j)
      dot += parameters[1][rank * columns + j] * x[j];
    for (int64_t i = 0; i < type.getDimSize(0); ++i)
      y[i] += parameters[0][i * getRank() + rank] * dot;
  }
}

/// Splits the parameters among the factors and applies them last to first.
void ProductAttr::referenceApply(RankedTensorType, ArrayRef<Values> parameters, Values x,
                                 MutableArrayRef<double> y) const {
  SmallVector<double> current(x.begin(), x.end());
  for (RankedTensorType factor : llvm::reverse(getFactors())) {
    StructureAttrInterface structure = getStructure(factor);
    if (!structure)
      structure = cast<StructureAttrInterface>(Attribute(DenseAttr::get(getContext())));
    size_t count = structure.getParameterTypes(factor).size();
    SmallVector<double> next(factor.getDimSize(0));
    structure.referenceApply(factor, parameters.take_back(count), current, next);
    parameters = parameters.drop_back(count);
    current = std::move(next);
  }
  llvm::copy(current, y.begin());
}

/// Column j of N is N e_j, and (N^T x)[j] = <N e_j, x>.
void TransposeAttr::referenceApply(RankedTensorType, ArrayRef<Values> parameters, Values x,
                                   MutableArrayRef<double> y) const {
  RankedTensorType matrix = getMatrix();
  SmallVector<double> unit(matrix.getDimSize(1), 0.0), column(matrix.getDimSize(0));
  for (size_t j = 0; j < unit.size(); ++j) {
    unit[j] = 1;
    getStructure(matrix).referenceApply(matrix, parameters, unit, column);
    unit[j] = 0;
    y[j] = 0;
    for (auto [value, factor] : llvm::zip_equal(column, x))
      y[j] += value * factor;
  }
}
