//===- LinopTiling.cpp - Tiles of a product -------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How a host's own tile-and-fuse goes across `linop.apply`. The matrix mixes all
// of one dimension, the axis, and nothing else, so the iteration domain is every
// other dimension, all parallel; a tile of it is whole along the axis. With the
// axis last:
//
//   y : d0 x .. x dn x out        iteration domain: d0 x .. x dn
//   tile (offsets, sizes)   <->   x[offsets, 0][sizes, in], y[offsets, 0][sizes, out]
//
// A slice of the result that is not whole along the axis has no such tile and is
// refused. Upstream fuses a consumer into the loop of its producer only when it
// is in destination-passing style, which this is not: tile it, then fuse the
// producer.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace danaus::linop;

/// Entries of x and of y along the axis.
static int64_t inSize(ApplyOp op) {
  return op.getMatrix().getType().getDimSize(op.getRight() ? 0 : 1);
}
static int64_t outSize(ApplyOp op) {
  return op.getMatrix().getType().getDimSize(op.getRight() ? 1 : 0);
}

/// `others`, one a dimension of the iteration domain, and `value` for the axis.
static SmallVector<OpFoldResult> withAxis(ApplyOp op, ArrayRef<OpFoldResult> others,
                                          Builder &builder, int64_t value) {
  SmallVector<OpFoldResult> all(others);
  all.insert(all.begin() + op.getMixedAxis(), builder.getIndexAttr(value));
  return all;
}

/// All but the axis of `all`, one a dimension of x or y.
static SmallVector<OpFoldResult> withoutAxis(ApplyOp op, ArrayRef<OpFoldResult> all) {
  SmallVector<OpFoldResult> others(all);
  others.erase(others.begin() + op.getMixedAxis());
  return others;
}

/// Whether a slice is whole along the axis, which has `size` entries.
static bool isWhole(ApplyOp op, ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
                    int64_t size) {
  int64_t axis = op.getMixedAxis();
  return isConstantIntValue(offsets[axis], 0) && isConstantIntValue(sizes[axis], size);
}

LogicalResult ApplyOp::reifyResultShapes(OpBuilder &builder,
                                         ReifiedRankedShapedTypeDims &reifiedShapes) {
  SmallVector<OpFoldResult> shape = tensor::getMixedSizes(builder, getLoc(), getX());
  shape[getMixedAxis()] = builder.getIndexAttr(outSize(*this));
  reifiedShapes.push_back(std::move(shape));
  return success();
}

SmallVector<utils::IteratorType> ApplyOp::getLoopIteratorTypes() {
  return SmallVector<utils::IteratorType>(getX().getType().getRank() - 1,
                                          utils::IteratorType::parallel);
}

SmallVector<Range> ApplyOp::getIterationDomain(OpBuilder &builder) {
  SmallVector<Range> domain;
  for (OpFoldResult size : withoutAxis(*this, tensor::getMixedSizes(builder, getLoc(), getX())))
    domain.push_back({builder.getIndexAttr(0), size, builder.getIndexAttr(1)});
  return domain;
}

FailureOr<TilingResult> ApplyOp::getTiledImplementation(OpBuilder &builder,
                                                        ArrayRef<OpFoldResult> offsets,
                                                        ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> ones(offsets.size() + 1, builder.getIndexAttr(1));
  auto slice = tensor::ExtractSliceOp::create(builder, getLoc(), getX(),
                                              withAxis(*this, offsets, builder, 0),
                                              withAxis(*this, sizes, builder, inSize(*this)), ones);
  SmallVector<int64_t> shape(slice.getType().getShape());
  shape[getMixedAxis()] = outSize(*this);
  Type type = getY().getType().clone(shape);
  auto tile =
      ApplyOp::create(builder, getLoc(), type, getMatrix(), slice, getRight(), getAxisAttr());
  tile->setDiscardableAttrs(getOperation()->getDiscardableAttrDictionary());
  return TilingResult{{tile}, {tile.getY()}, {slice}};
}

//===----------------------------------------------------------------------===//
// From a tile of the result to one of the domain, and back
//===----------------------------------------------------------------------===//

LogicalResult ApplyOp::getResultTilePosition(OpBuilder &builder, unsigned,
                                             ArrayRef<OpFoldResult> offsets,
                                             ArrayRef<OpFoldResult> sizes,
                                             SmallVector<OpFoldResult> &resultOffsets,
                                             SmallVector<OpFoldResult> &resultSizes) {
  resultOffsets = withAxis(*this, offsets, builder, 0);
  resultSizes = withAxis(*this, sizes, builder, outSize(*this));
  return success();
}

bool ApplyOp::isOpFusableWithConsumerSlice(unsigned, ArrayRef<OpFoldResult> offsets,
                                           ArrayRef<OpFoldResult> sizes) {
  return isWhole(*this, offsets, sizes, outSize(*this));
}

LogicalResult ApplyOp::getIterationDomainTileFromResultTile(
    OpBuilder &, unsigned resultNumber, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  if (!isOpFusableWithConsumerSlice(resultNumber, offsets, sizes))
    return failure();
  domainOffsets = withoutAxis(*this, offsets);
  domainSizes = withoutAxis(*this, sizes);
  return success();
}

FailureOr<TilingResult> ApplyOp::generateResultTileValue(OpBuilder &builder, unsigned resultNumber,
                                                         ArrayRef<OpFoldResult> offsets,
                                                         ArrayRef<OpFoldResult> sizes) {
  if (!isOpFusableWithConsumerSlice(resultNumber, offsets, sizes))
    return failure();
  return getTiledImplementation(builder, withoutAxis(*this, offsets), withoutAxis(*this, sizes));
}
