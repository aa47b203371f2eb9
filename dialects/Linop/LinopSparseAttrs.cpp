//===- LinopSparseAttrs.cpp - Encodings of sparse matrices ----------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Verification, parameters and stages. The definitions are in
// LinopSparseReference.cpp, samples and checks of indices in LinopSparseData.cpp.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopAttrs.h"
#include "dialects/Linop/LinopVerify.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

/// A number of stored blocks of `size` values, which run time may decide.
static LogicalResult verifyCount(int64_t nnz, int64_t size, EmitError emitError) {
  constexpr int64_t limit = int64_t(1) << 62;
  if (!ShapedType::isDynamic(nnz) && nnz < 0)
    return emitError() << "wanted nnz >= 0 or ?, found " << nnz;
  if (nnz >= limit / size)
    return emitError() << "wanted fewer than 2^62 values, found nnz = " << nnz;
  return success();
}

static LogicalResult verifyIndex(IntegerType index, EmitError emitError) {
  if (index.isSignlessInteger(32) || index.isSignlessInteger(64))
    return success();
  return emitError() << "wanted index = i32 or i64, found " << index;
}

/// Blocks whose places are constants of the compiled code.
static constexpr int64_t maxFlatButterflyBlocks = int64_t(1) << 20;

//===----------------------------------------------------------------------===//
// csr
//===----------------------------------------------------------------------===//

LogicalResult CsrAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                      EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifyCount(getNnz(), 1, emitError))) // (C1)
    return failure();
  return verifyIndex(getIndex(), emitError); // (C2)
}

SmallVector<RankedTensorType> CsrAttr::getParameterTypes(RankedTensorType type) const {
  return {RankedTensorType::get({type.getDimSize(0) + 1}, getIndex()),
          RankedTensorType::get({getNnz()}, getIndex()), tensorLike(type, {getNnz()})};
}

StageProgram CsrAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  BlockPattern pattern{type.getDimSize(0), type.getDimSize(1), 1, 1, getNnz()};
  program.indexed(0, StageWeight::parameter(2), StageWeight::parameter(0),
                  StageWeight::parameter(1), pattern);
  return program;
}

//===----------------------------------------------------------------------===//
// bsr
//===----------------------------------------------------------------------===//

LogicalResult BsrAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                      EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifyIndex(getIndex(), emitError))) // (C2)
    return failure();
  if (getBlock().size() != 2) // (C3)
    return emitError() << "wanted block = [bm, bk], found " << getBlock().size() << " entries";
  if (failed(verifyPositive(getBlock()[0], "bm", emitError)) ||
      failed(verifyPositive(getBlock()[1], "bk", emitError)) ||
      failed(verifyDivides(getBlock()[0], shape[0], "the number of rows", emitError)) || // (C4)
      failed(verifyDivides(getBlock()[1], shape[1], "the number of columns", emitError)))
    return failure();
  return verifyCount(getNnz(), getBlock()[0] * getBlock()[1], emitError); // (C1)
}

SmallVector<RankedTensorType> BsrAttr::getParameterTypes(RankedTensorType type) const {
  int64_t bm = getBlock()[0], bk = getBlock()[1];
  return {RankedTensorType::get({type.getDimSize(0) / bm + 1}, getIndex()),
          RankedTensorType::get({getNnz()}, getIndex()), tensorLike(type, {getNnz(), bm, bk})};
}

StageProgram BsrAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  BlockPattern pattern{type.getDimSize(0), type.getDimSize(1), getBlock()[0], getBlock()[1],
                       getNnz()};
  program.indexed(0, StageWeight::parameter(2), StageWeight::parameter(0),
                  StageWeight::parameter(1), pattern);
  return program;
}

//===----------------------------------------------------------------------===//
// n_m
//===----------------------------------------------------------------------===//

LogicalResult NmAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                     EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)))
    return failure();
  if (getN() < 1 || getN() > getM()) // (C1)
    return emitError() << "wanted 1 <= n <= m, found n = " << getN() << ", m = " << getM();
  if (getAxis() != 0 && getAxis() != 1) // (C2)
    return emitError() << "wanted axis = 0 or 1, found " << getAxis();
  if (failed(verifyDivides(getM(), shape[getAxis()], // (C3)
                           getAxis() ? "the number of columns" : "the number of rows", emitError)))
    return failure();
  IntegerType index = getIndex(); // (C4)
  if (!index.isSignlessInteger(8) && !index.isSignlessInteger(32) && !index.isSignlessInteger(64))
    return emitError() << "wanted index = i8, i32 or i64, found " << index;
  if (index.isInteger(8) && getM() > 128)
    return emitError() << "wanted m <= 128 for positions of i8, found " << getM();
  return success();
}

SmallVector<RankedTensorType> NmAttr::getParameterTypes(RankedTensorType type) const {
  SmallVector<int64_t> shape(type.getShape());
  shape[getAxis()] = shape[getAxis()] / getM() * getN();
  return {tensorLike(type, shape), RankedTensorType::get(shape, getIndex())};
}

StageProgram NmAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  program.grouped(0, StageWeight::parameter(0), StageWeight::parameter(1),
                  {type.getDimSize(0), type.getDimSize(1), getN(), getM(), getAxis()});
  return program;
}

//===----------------------------------------------------------------------===//
// flat_butterfly
//===----------------------------------------------------------------------===//

FlatButterflyAttr::Grid FlatButterflyAttr::getGrid(ArrayRef<int64_t> shape) const {
  int64_t p = shape[0] / getBlock(), q = shape[1] / getBlock();
  return {p, q, std::min(p, q)};
}

LogicalResult FlatButterflyAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                                EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifyPositive(getBlock(), "block", emitError))) // (C1)
    return failure();
  if (getLevels() < 0)
    return emitError() << "wanted levels >= 0, found " << getLevels();
  if (failed(verifyDivides(getBlock(), shape[0], "the number of rows", emitError)) || // (C2)
      failed(verifyDivides(getBlock(), shape[1], "the number of columns", emitError)))
    return failure();
  auto [p, q, n] = getGrid(shape);
  if (!llvm::isPowerOf2_64(n) || p % n != 0 || q % n != 0) // (C3)
    return emitError() << "wanted the fewer of " << p << " x " << q
                       << " blocks to be a power of two that divides the other";
  if (getLevels() > llvm::Log2_64(n)) // (C4)
    return emitError() << "wanted levels <= " << llvm::Log2_64(n) << " for " << n
                       << " blocks, found " << getLevels();
  int64_t count = (getLevels() + 1) * (p / n) * q; // (C5): they are listed in the code
  if (count > maxFlatButterflyBlocks)
    return emitError() << "wanted at most " << maxFlatButterflyBlocks << " stored blocks, found "
                       << count;
  return success();
}

SmallVector<RankedTensorType> FlatButterflyAttr::getParameterTypes(RankedTensorType type) const {
  auto [p, q, n] = getGrid(type.getShape());
  return {tensorLike(type, {(getLevels() + 1) * (p / n) * q, getBlock(), getBlock()})};
}

/// The block columns of each block row by its neighbors: itself and one for each
/// level, every one of them q / n blocks wide.
StageProgram FlatButterflyAttr::buildStages(RankedTensorType type) const {
  auto [p, q, n] = getGrid(type.getShape());
  std::vector<double> pointers{0}, columns;
  for (int64_t row = 0; row < p; ++row) {
    int64_t place = row / (p / n);
    SmallVector<int64_t> neighbors{place};
    for (int64_t level = 0; level < getLevels(); ++level)
      neighbors.push_back(place ^ (int64_t(1) << level));
    llvm::sort(neighbors);
    for (int64_t neighbor : neighbors)
      for (int64_t i = 0; i < q / n; ++i)
        columns.push_back(neighbor * (q / n) + i);
    pointers.push_back(columns.size());
  }
  StageProgram program(type.getDimSize(1));
  BlockPattern pattern{type.getDimSize(0), type.getDimSize(1), getBlock(), getBlock(),
                       int64_t(columns.size())};
  StageWeight pointerWeight = program.constant({p + 1}, ArrayRef<double>(pointers));
  StageWeight columnWeight = program.constant({pattern.blocks}, ArrayRef<double>(columns));
  program.indexed(0, StageWeight::parameter(0), pointerWeight, columnWeight, pattern);
  return program;
}
