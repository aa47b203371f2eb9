//===- TileOps.cpp - Operations of the tile dialect -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Tile/TileOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace danaus::tile;

#define GET_OP_CLASSES
#include "dialects/Tile/TileOps.cpp.inc"

/// Elements of `type` in a word.
static int64_t elementsPerWord(Type type) { return isa<Float32Type, Float64Type>(type) ? 1 : 2; }

LogicalResult LoadAOp::verify() {
  Type element = getBuffer().getType().getElementType();
  if (element != getResult().getType().getElementType()) // (C2)
    return emitOpError() << "element type of the buffer: wanted "
                         << getResult().getType().getElementType() << ", found " << element;
  int64_t pitch = getRowPitch(), word = elementsPerWord(element);
  if (pitch < 1 || pitch % word != 0) // (C1)
    return emitOpError() << "row_pitch: wanted a positive multiple of " << word << ", found "
                         << pitch;
  if (getAligned() && element.isF64()) // (C3)
    return emitOpError() << "aligned: wanted elements of 2 or 4 bytes, found f64";
  if (getAligned() && pitch % (4 * word) != 0) // (C1)
    return emitOpError() << "row_pitch: wanted a multiple of " << 4 * word
                         << " for an aligned load, found " << pitch;
  return success();
}

LogicalResult LoadBOp::verify() {
  MemRefType type = getWeight().getType();
  Type element = type.getElementType();
  if (element != getResult().getType().getElementType()) // (C3)
    return emitOpError() << "element type of the weight: wanted "
                         << getResult().getType().getElementType() << ", found " << element;
  static constexpr int64_t k16[] = {8, 4, 2, 2}, k8[] = {8, 4, 2};
  bool hasPairs = elementsPerWord(element) == 2;
  ArrayRef<int64_t> tail = hasPairs ? ArrayRef(k16) : ArrayRef(k8);
  int64_t leading = type.getRank() - static_cast<int64_t>(tail.size());
  if (leading < 0 || type.getShape().take_back(tail.size()) != tail ||
      !type.getLayout().isIdentity()) // (C1)
    return emitOpError() << "weight: wanted a row-major memref with trailing extents "
                         << (hasPairs ? "8x4x2x2" : "8x4x2") << ", found " << type;
  if (static_cast<int64_t>(getIndices().size()) != leading) // (C2)
    return emitOpError() << "wanted " << leading << " indices, found " << getIndices().size();
  return success();
}

/// A map from (i, j) to an offset.
static LogicalResult verifyMap(Operation *op, AffineMapAttr attr) {
  AffineMap map = attr.getValue();
  if (map.getNumDims() == 2 && map.getNumSymbols() == 0 && map.getNumResults() == 1)
    return success();
  return op->emitOpError() << "map: wanted 2 dimensions and 1 result, found " << attr;
}

LogicalResult LoadOp::verify() {
  if (failed(verifyMap(*this, getMapAttr()))) // (C1)
    return failure();
  Type element = getBuffer().getType().getElementType();
  auto type = cast<FragmentType>(getResult().getType());
  if (element != type.getElementType()) // (C2)
    return emitOpError() << "element type of the buffer: wanted " << type.getElementType()
                         << ", found " << element;
  bool isSmall = elementsPerWord(element) == 2;
  if (getMatrices() != isSmall || (!isSmall && type.getRole() != Role::a)) // (C3)
    return emitOpError() << "wanted matrices of elements of 2 bytes, or a left operand of "
                         << "f32 or f64 without, found " << type
                         << (getMatrices() ? " with" : " without");
  if (type.getColumns() != Columns::adjacent) // (C4)
    return emitOpError() << "columns: wanted adjacent, found "
                         << stringifyColumns(type.getColumns());
  return success();
}

LogicalResult TurnOp::verify() {
  FragmentType from = getFirst().getType(), to = getResult().getType();
  if (from.getElementType() != to.getElementType()) // (C1)
    return emitOpError() << "element type of the result: wanted " << from.getElementType()
                         << ", found " << to.getElementType();
  if (from.getColumns() != Columns::adjacent) // (C2)
    return emitOpError() << "columns: wanted adjacent, found "
                         << stringifyColumns(from.getColumns());
  return success();
}

LogicalResult JoinOp::verify() {
  FragmentType from = getFirst().getType(), to = getResult().getType();
  if (from.getColumns() != Columns::adjacent) // (C1)
    return emitOpError() << "columns: wanted adjacent, found "
                         << stringifyColumns(from.getColumns());
  if (elementsPerWord(to.getElementType()) == 1) // (C2)
    return emitOpError() << "element type of the result: wanted f16 or bf16, found "
                         << to.getElementType();
  return success();
}

LogicalResult MmaOp::verify() {
  FragmentType a = getA().getType(), b = getB().getType(), acc = getAcc().getType();
  if (a.getElementType() != b.getElementType()) // (C1)
    return emitOpError() << "element type of b: wanted " << a.getElementType() << ", found "
                         << b.getElementType();
  if (b.getColumns() != acc.getColumns()) // (C2)
    return emitOpError() << "columns of acc: wanted " << stringifyColumns(b.getColumns())
                         << ", found " << stringifyColumns(acc.getColumns());
  if (a.getElementType().isF64() != acc.getElementType().isF64()) // (C3)
    return emitOpError() << "element type of acc: wanted f64 for operands of f64 and f32 for "
                         << "others, found " << acc.getElementType();
  return success();
}

LogicalResult MapOp::verifyRegions() {
  Block &body = getBody().front();
  Builder builder(getContext());
  auto fragment = dyn_cast<FragmentType>(getAcc().getType());
  Type element = fragment ? fragment.getElementType() : builder.getF32Type();
  Type wanted[] = {element, builder.getIndexType(), builder.getIndexType()};
  if (!llvm::equal(body.getArgumentTypes(), wanted)) // (C1)
    return emitOpError() << "body: wanted arguments " << element << ", index, index, found "
                         << body.getArgumentTypes();
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!yield || yield.getValue().getType() != element) // (C2)
    return emitOpError() << "body: wanted it to yield " << element;
  return success();
}

LogicalResult StoreOp::verify() {
  size_t count = getAccs().size();
  if (count == 0 || count > 8 || !llvm::isPowerOf2_64(count) || // (C1)
      (getAdjacentColumns() && count != 1))
    return emitOpError() << "accumulators: wanted " << (getAdjacentColumns() ? "1" : "1, 2, 4 or 8")
                         << ", found " << count;
  auto first = cast<FragmentType>(getAccs().front().getType());
  for (Value acc : getAccs())
    if (acc.getType() != first) // (C2)
      return emitOpError() << "accumulators: wanted all " << first << ", found " << acc.getType();
  if (getAdjacentColumns() && first.getColumns() != Columns::adjacent)
    return emitOpError() << "adjacent_columns: wanted columns adjacent, found "
                         << stringifyColumns(first.getColumns());
  if (failed(verifyMap(*this, getMapAttr()))) // (C3)
    return failure();
  Type element = getBuffer().getType().getElementType();
  if (first.getElementType().isF64()
          ? !element.isF64()
          : !isa<Float32Type, Float16Type, BFloat16Type>(element)) // (C4)
    return emitOpError() << "element type of the buffer: wanted "
                         << (first.getElementType().isF64() ? "f64" : "f32, f16 or bf16")
                         << ", found " << element;
  return success();
}
