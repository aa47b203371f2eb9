//===- LinopReference.cpp - Structures by their definitions ---------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// y = M x in double precision, each structure by the formula of its
// description, for real and for complex values alike. Slow on purpose where a
// fast way would look like a stage.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopReference.h"

using namespace mlir;
using namespace danaus::linop;

template <typename Scalar>
static void define(DenseAttr, RankedTensorType type, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  int64_t columns = type.getDimSize(1);
  for (int64_t i = 0; i < type.getDimSize(0); ++i) {
    Scalar sum = 0;
    for (int64_t j = 0; j < columns; ++j)
      sum += parameters[0][i * columns + j] * x[j];
    y[i] = sum;
  }
}
LINOP_REFERENCE(DenseAttr)

template <typename Scalar>
static void define(BlockDiagonalAttr attr, RankedTensorType type, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  int64_t o = type.getDimSize(0) / attr.getBlocks(), in = type.getDimSize(1) / attr.getBlocks();
  for (int64_t row = 0; row < type.getDimSize(0); ++row) {
    int64_t block = row / o;
    Scalar sum = 0;
    for (int64_t j = 0; j < in; ++j)
      sum += parameters[0][row * in + j] * x[block * in + j];
    y[row] = sum;
  }
}
LINOP_REFERENCE(BlockDiagonalAttr)

template <typename Scalar>
static void define(KroneckerSparseAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  int64_t b = attr.getB(), c = attr.getC(), d = attr.getD();
  llvm::fill(y, Scalar(0));
  for (auto [flat, weight] : llvm::enumerate(parameters[0])) {
    int64_t D = flat % d, C = flat / d % c, B = flat / d / c % b, A = flat / d / c / b;
    y[(A * b + B) * d + D] += weight * x[(A * c + C) * d + D];
  }
}
LINOP_REFERENCE(KroneckerSparseAttr)

/// Walks the middle index t: what block k' of w1 makes of x at t goes to the
/// outputs s' l + l' with l' = t mod l.
template <typename Scalar>
static void define(MonarchAttr attr, RankedTensorType type, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  auto [k, q, p, l, s, r] = attr.getSizes(type);
  llvm::fill(y, Scalar(0));
  for (int64_t t = 0; t < attr.getMiddle(); ++t) {
    Scalar middle = 0;
    for (int64_t column = 0; column < p; ++column)
      middle += parameters[0][t * p + column] * x[t / q * p + column];
    for (int64_t row = 0; row < s; ++row)
      y[row * l + t % l] += parameters[1][(t % l * s + row) * r + t / l] * middle;
  }
}
LINOP_REFERENCE(MonarchAttr)

template <typename Scalar>
static void define(LowRankAttr attr, RankedTensorType type, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  int64_t columns = type.getDimSize(1);
  llvm::fill(y, Scalar(0));
  for (int64_t rank = 0; rank < attr.getRank(); ++rank) {
    Scalar dot = 0;
    for (int64_t j = 0; j < columns; ++j)
      dot += parameters[1][rank * columns + j] * x[j];
    for (int64_t i = 0; i < type.getDimSize(0); ++i)
      y[i] += parameters[0][i * attr.getRank() + rank] * dot;
  }
}
LINOP_REFERENCE(LowRankAttr)

/// Splits the parameters among the factors and applies them last to first.
template <typename Scalar>
static void define(ProductAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  SmallVector<Scalar> current(x);
  for (RankedTensorType factor : llvm::reverse(attr.getFactors())) {
    StructureAttrInterface structure = getMatrixStructure(factor);
    size_t count = structure.getParameterTypes(factor).size();
    SmallVector<Scalar> next(factor.getDimSize(0));
    applyDefinition<Scalar>(structure, factor, parameters.take_back(count), current, next);
    parameters = parameters.drop_back(count);
    current = std::move(next);
  }
  llvm::copy(current, y.begin());
}
LINOP_REFERENCE(ProductAttr)

/// (F_1 .. F_n)^T x, first factor first.
template <typename Scalar>
static void defineTransposedProduct(ProductAttr product, Parameters<Scalar> parameters,
                                    ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  SmallVector<Scalar> current(x);
  for (RankedTensorType factor : product.getFactors()) {
    StructureAttrInterface structure = getMatrixStructure(factor);
    size_t count = structure.getParameterTypes(factor).size();
    RankedTensorType transposed = getTransposedType(
        RankedTensorType::get(factor.getShape(), factor.getElementType(), structure));
    SmallVector<Scalar> next(factor.getDimSize(1));
    applyDefinition<Scalar>(getStructure(transposed), transposed, parameters.take_front(count),
                            current, next);
    parameters = parameters.drop_front(count);
    current = std::move(next);
  }
  llvm::copy(current, y.begin());
}

/// Column j of N is N e_j, and (N^T x)[j] = sum over i of (N e_j)[i] x[i]. Not so
/// for products: the work would grow with every level of nesting.
template <typename Scalar>
static void define(TransposeAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  RankedTensorType matrix = attr.getMatrix();
  if (auto product = dyn_cast<ProductAttr>(matrix.getEncoding()))
    return defineTransposedProduct(product, parameters, x, y);
  SmallVector<Scalar> unit(matrix.getDimSize(1), 0), column(matrix.getDimSize(0));
  for (size_t j = 0; j < unit.size(); ++j) {
    unit[j] = 1;
    applyDefinition<Scalar>(getStructure(matrix), matrix, parameters, unit, column);
    unit[j] = 0;
    y[j] = 0;
    for (auto [value, factor] : llvm::zip_equal(column, x))
      y[j] += value * factor;
  }
}
LINOP_REFERENCE(TransposeAttr)

template <typename Scalar>
static void define(SumAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  llvm::fill(y, Scalar(0));
  for (RankedTensorType term : attr.getTerms()) {
    StructureAttrInterface structure = getMatrixStructure(term);
    size_t count = structure.getParameterTypes(term).size();
    SmallVector<Scalar> values(y.size());
    applyDefinition<Scalar>(structure, term, parameters.take_front(count), x, values);
    parameters = parameters.drop_front(count);
    for (auto [sum, value] : llvm::zip_equal(y, values))
      sum += value;
  }
}
LINOP_REFERENCE(SumAttr)

template <typename Scalar>
static void define(ScaledAttr attr, RankedTensorType, Parameters<Scalar> parameters,
                   ArrayRef<Scalar> x, MutableArrayRef<Scalar> y) {
  applyDefinition<Scalar>(getStructure(attr.getMatrix()), attr.getMatrix(), parameters.drop_back(),
                          x, y);
  for (Scalar &value : y)
    value *= parameters.back()[0];
}
LINOP_REFERENCE(ScaledAttr)
