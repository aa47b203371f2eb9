//===- ChainSparseOps.cpp - Stages whose values lie where data say --------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Chain/ChainOps.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

/// x and y: static columns, as many rows, and the weight's element type.
static LogicalResult verifyActivations(Operation *op, RankedTensorType x, RankedTensorType weight,
                                       RankedTensorType y) {
  for (auto [name, type] : {std::pair("x", x), std::pair("y", y)}) {
    if (type.isDynamicDim(1))
      return op->emitOpError() << "columns of " << name << ": wanted a static size, found ?";
    if (type.getDimSize(1) < 1)
      return op->emitOpError() << "columns of " << name << ": wanted >= 1, found 0";
  }
  if (x.getDimSize(0) != y.getDimSize(0))
    return op->emitOpError() << "wanted as many rows in y as in x, found " << y << " and " << x;
  for (auto [name, type] : {std::pair("weight", weight), std::pair("y", y)})
    if (type.getElementType() != x.getElementType())
      return op->emitOpError() << "element type of " << name << ": wanted " << x.getElementType()
                               << ", found " << type.getElementType();
  return success();
}

/// Rows and columns of M for activations of these columns.
static std::pair<int64_t, int64_t> matrixSizes(Value x, Value y, bool transposes) {
  int64_t in = cast<RankedTensorType>(x.getType()).getDimSize(1);
  int64_t out = cast<RankedTensorType>(y.getType()).getDimSize(1);
  return transposes ? std::pair(in, out) : std::pair(out, in);
}

static SmallVector<int64_t> shapeOf(Value value) {
  return SmallVector<int64_t>(cast<RankedTensorType>(value.getType()).getShape());
}

//===----------------------------------------------------------------------===//
// IndexedOp
//===----------------------------------------------------------------------===//

BlockPattern IndexedOp::getPattern() {
  auto weight = cast<RankedTensorType>(getWeight().getType());
  auto [rows, columns] = matrixSizes(getX(), getY(), getTransposes());
  bool isScalar = weight.getRank() == 1;
  return {rows, columns, isScalar ? 1 : weight.getDimSize(1), isScalar ? 1 : weight.getDimSize(2),
          weight.getDimSize(0)};
}

LogicalResult IndexedOp::verify() {
  auto x = cast<RankedTensorType>(getX().getType()), y = cast<RankedTensorType>(getY().getType());
  auto weight = cast<RankedTensorType>(getWeight().getType());
  if (failed(verifyActivations(*this, x, weight, y))) // (C1), (C4)
    return failure();
  BlockPattern pattern = getPattern();
  if (pattern.blockRows < 1 || pattern.blockColumns < 1)
    return emitOpError() << "weight: wanted blocks of a static size >= 1, found " << weight;
  if (pattern.rows % pattern.blockRows != 0 || pattern.columns % pattern.blockColumns != 0) // (C1)
    return emitOpError() << "wanted a " << pattern.rows << " x " << pattern.columns
                         << " matrix of whole blocks, found blocks of " << pattern.blockRows
                         << " x " << pattern.blockColumns;
  std::string problem = checkShapes(pattern, weight.getShape(), // (C2), (C3)
                                    {shapeOf(getPointers()), shapeOf(getPlaces())});
  return problem.empty() ? success() : emitOpError() << problem;
}

//===----------------------------------------------------------------------===//
// GroupedOp
//===----------------------------------------------------------------------===//

GroupPattern GroupedOp::getPattern() {
  auto [rows, columns] = matrixSizes(getX(), getY(), getTransposes());
  return {rows, columns, int64_t(getN()), int64_t(getM()), int64_t(getAxis())};
}

LogicalResult GroupedOp::verify() {
  auto x = cast<RankedTensorType>(getX().getType()), y = cast<RankedTensorType>(getY().getType());
  auto weight = cast<RankedTensorType>(getWeight().getType());
  if (failed(verifyActivations(*this, x, weight, y))) // (C3)
    return failure();
  auto [rows, columns, n, m, axis] = getPattern(); // (C1)
  if (n < 1 || n > m)
    return emitOpError() << "wanted 1 <= n <= m, found n = " << n << ", m = " << m;
  if (axis != 0 && axis != 1)
    return emitOpError() << "wanted axis 0 or 1, found " << axis;
  if ((axis == 0 ? rows : columns) % m != 0)
    return emitOpError() << "wanted a multiple of m = " << m << " along axis " << axis
                         << ", found a " << rows << " x " << columns << " matrix";
  std::string problem =
      checkShapes(getPattern(), weight.getShape(), {shapeOf(getPositions())}); // (C2)
  return problem.empty() ? success() : emitOpError() << problem;
}
