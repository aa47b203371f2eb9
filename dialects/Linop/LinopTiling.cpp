//===- LinopTiling.cpp - Tiles of rows of a product -----------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How a host's own tile-and-fuse goes across `linop.apply`. The rows are
// independent of each other and the matrix mixes all of a row, so the
// iteration domain is the leading dimensions alone, all parallel; a tile of it
// has every column:
//
//   y : d0 x .. x dn x out        iteration domain: d0 x .. x dn
//   tile (offsets, sizes)   <->   x[offsets, 0][sizes, in], y[offsets, 0][sizes, out]
//
// A slice of the result that leaves columns out has no such tile and is refused.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace danaus::linop;

/// Whether offset and size of the last dimension are those of the whole row.
static bool isWholeRow(ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
                       int64_t columns) {
  return isConstantIntValue(offsets.back(), 0) && isConstantIntValue(sizes.back(), columns);
}

/// `leading`, then `last`.
static SmallVector<OpFoldResult> appendLast(ArrayRef<OpFoldResult> leading, OpFoldResult last) {
  SmallVector<OpFoldResult> all(leading);
  all.push_back(last);
  return all;
}

LogicalResult ApplyOp::reifyResultShapes(OpBuilder &builder,
                                         ReifiedRankedShapedTypeDims &reifiedShapes) {
  SmallVector<OpFoldResult> shape = tensor::getMixedSizes(builder, getLoc(), getX());
  shape.back() = builder.getIndexAttr(getMatrix().getType().getDimSize(0));
  reifiedShapes.push_back(std::move(shape));
  return success();
}

SmallVector<utils::IteratorType> ApplyOp::getLoopIteratorTypes() {
  return SmallVector<utils::IteratorType>(getX().getType().getRank() - 1,
                                          utils::IteratorType::parallel);
}

SmallVector<Range> ApplyOp::getIterationDomain(OpBuilder &builder) {
  SmallVector<Range> domain;
  for (int64_t dim = 0; dim < getX().getType().getRank() - 1; ++dim)
    domain.push_back({builder.getIndexAttr(0), tensor::getMixedSize(builder, getLoc(), getX(), dim),
                      builder.getIndexAttr(1)});
  return domain;
}

FailureOr<TilingResult> ApplyOp::getTiledImplementation(OpBuilder &builder,
                                                        ArrayRef<OpFoldResult> offsets,
                                                        ArrayRef<OpFoldResult> sizes) {
  RankedTensorType matrix = getMatrix().getType();
  SmallVector<OpFoldResult> ones(offsets.size() + 1, builder.getIndexAttr(1));
  auto slice = tensor::ExtractSliceOp::create(
      builder, getLoc(), getX(), appendLast(offsets, builder.getIndexAttr(0)),
      appendLast(sizes, builder.getIndexAttr(matrix.getDimSize(1))), ones);
  SmallVector<int64_t> shape(slice.getType().getShape());
  shape.back() = matrix.getDimSize(0);
  auto tile = ApplyOp::create(builder, getLoc(), getY().getType().clone(shape), getMatrix(), slice);
  tile->setDiscardableAttrs(getOperation()->getDiscardableAttrDictionary());
  return TilingResult{{tile}, {tile.getY()}, {slice}};
}

//===----------------------------------------------------------------------===//
// From a tile of the result or of x to a tile of rows
//===----------------------------------------------------------------------===//

LogicalResult ApplyOp::getResultTilePosition(OpBuilder &builder, unsigned,
                                             ArrayRef<OpFoldResult> offsets,
                                             ArrayRef<OpFoldResult> sizes,
                                             SmallVector<OpFoldResult> &resultOffsets,
                                             SmallVector<OpFoldResult> &resultSizes) {
  resultOffsets = appendLast(offsets, builder.getIndexAttr(0));
  resultSizes = appendLast(sizes, builder.getIndexAttr(getMatrix().getType().getDimSize(0)));
  return success();
}

bool ApplyOp::isOpFusableWithConsumerSlice(unsigned, ArrayRef<OpFoldResult> offsets,
                                           ArrayRef<OpFoldResult> sizes) {
  return isWholeRow(offsets, sizes, getMatrix().getType().getDimSize(0));
}

LogicalResult ApplyOp::getIterationDomainTileFromResultTile(
    OpBuilder &, unsigned resultNumber, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  if (!isOpFusableWithConsumerSlice(resultNumber, offsets, sizes))
    return failure();
  domainOffsets.assign(offsets.begin(), offsets.end() - 1);
  domainSizes.assign(sizes.begin(), sizes.end() - 1);
  return success();
}

FailureOr<TilingResult> ApplyOp::generateResultTileValue(OpBuilder &builder, unsigned resultNumber,
                                                         ArrayRef<OpFoldResult> offsets,
                                                         ArrayRef<OpFoldResult> sizes) {
  if (!isOpFusableWithConsumerSlice(resultNumber, offsets, sizes))
    return failure();
  return getTiledImplementation(builder, offsets.drop_back(), sizes.drop_back());
}

/// A tile of `x` is a tile of rows; one of the matrix is not.
bool ApplyOp::isOpFusableWithProducerSlices(ArrayRef<unsigned> operandNumbers,
                                            ArrayRef<SmallVector<OpFoldResult>> allOffsets,
                                            ArrayRef<SmallVector<OpFoldResult>> allSizes) {
  return operandNumbers == ArrayRef(getXMutable().getOperandNumber()) &&
         isWholeRow(allOffsets.front(), allSizes.front(), getMatrix().getType().getDimSize(1));
}

LogicalResult ApplyOp::getIterationDomainTileFromOperandTiles(
    OpBuilder &, ArrayRef<unsigned> operandNumbers, ArrayRef<SmallVector<OpFoldResult>> allOffsets,
    ArrayRef<SmallVector<OpFoldResult>> allSizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  if (!isOpFusableWithProducerSlices(operandNumbers, allOffsets, allSizes))
    return failure();
  domainOffsets.assign(allOffsets.front().begin(), allOffsets.front().end() - 1);
  domainSizes.assign(allSizes.front().begin(), allSizes.front().end() - 1);
  return success();
}

FailureOr<TilingResult> ApplyOp::getTiledImplementationFromOperandTiles(
    OpBuilder &builder, ArrayRef<unsigned> operandNumbers,
    ArrayRef<SmallVector<OpFoldResult>> allOffsets, ArrayRef<SmallVector<OpFoldResult>> allSizes) {
  if (!isOpFusableWithProducerSlices(operandNumbers, allOffsets, allSizes))
    return failure();
  return getTiledImplementation(builder, ArrayRef(allOffsets.front()).drop_back(),
                                ArrayRef(allSizes.front()).drop_back());
}
