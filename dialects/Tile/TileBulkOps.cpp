//===- TileBulkOps.cpp - Bulk copies and products of warpgroups -*- C++ -*-===//
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

static bool isHalf(Type element) { return element.isF16() || element.isBF16(); }

LogicalResult TensorMapOp::verify() {
  ArrayRef<int64_t> sizes = getSizes(), strides = getStrides(), box = getBox();
  if (sizes.size() < 2 || sizes.size() > 5) // (C1)
    return emitOpError() << "sizes: wanted 2 to 5, found " << sizes.size();
  if (strides.size() != sizes.size() || box.size() != sizes.size())
    return emitOpError() << "wanted " << sizes.size() << " strides and box extents, found "
                         << strides.size() << " and " << box.size();
  if (llvm::any_of(sizes, [](int64_t size) { return size < -1 || size == 0; }) ||
      llvm::count(sizes, -1) > 1)
    return emitOpError() << "sizes: wanted positive ones and -1 at most once, found " << sizes;
  bool isWhole = llvm::all_of(strides.drop_front(),
                              [](int64_t stride) { return stride > 0 && stride % 8 == 0; });
  if (strides.front() != 1 || !isWhole) // (C2)
    return emitOpError() << "strides: wanted 1, then positive multiples of 8, found " << strides;
  bool fits = llvm::all_of(box, [](int64_t extent) { return extent > 0 && extent <= 256; });
  if (!fits || !llvm::is_contained({8, 16, 32, 64}, box.front())) // (C3)
    return emitOpError() << "box: wanted extents of 1 to 256, the first 8, 16, 32 or 64, found "
                         << box;
  auto type = cast<MemRefType>(getSource().getType());
  if (!isHalf(type.getElementType()) || !type.getLayout().isIdentity()) // (C4)
    return emitOpError() << "source: wanted a row-major memref of f16 or bf16, found " << type;
  return success();
}

static LogicalResult checkCoordinates(Operation *op, size_t count) {
  if (count < 2 || count > 5) // (C1)
    return op->emitOpError() << "coordinates: wanted 2 to 5, found " << count;
  return success();
}

LogicalResult BulkLoadOp::verify() { return checkCoordinates(*this, getCoordinates().size()); }
LogicalResult BulkStoreOp::verify() { return checkCoordinates(*this, getCoordinates().size()); }

LogicalResult DescribeOp::verify() {
  Type found = getBuffer().getType().getElementType();
  Type wanted = getResult().getType().getElementType();
  if (found != wanted) // (C1)
    return emitOpError() << "element type of the buffer: wanted " << wanted << ", found " << found;
  return success();
}

LogicalResult LeftOperandsOp::verify() {
  if (getSums().empty() || getLefts().empty())
    return emitOpError() << "wanted sums and left operands, found none";
  if (!llvm::all_equal(getSums().getTypes()) || !llvm::all_equal(getLefts().getTypes())) // (C1)
    return emitOpError() << "wanted sums of one type and left operands of one type";
  int64_t h = getSums().size(), g = getLefts().size();
  int64_t wide = cast<SumsType>(getSums()[0].getType()).getColumnCount();
  int64_t deep = cast<LeftType>(getLefts()[0].getType()).getColumnCount();
  if (wide % g != 0 || wide / g * h != deep) // (C2)
    return emitOpError() << "left operands: wanted " << wide * h << " columns in all, found "
                         << deep * g;
  int64_t r = wide / g;
  if (r % 8 != 0 && (r != 4 || h % 2 != 0 || g % 2 != 0)) // (C3)
    return emitOpError() << "columns that stay together: wanted a multiple of 8, or 4 of an even "
                            "number of sums and left operands, found "
                         << r << " of " << h << " and " << g;
  return success();
}

LogicalResult WgmmaFenceOp::verify() {
  if (getOperandTypes() != getReady().getTypes()) // (C1)
    return emitOpError() << "results: wanted the types of the operands, found "
                         << getReady().getTypes();
  return success();
}

LogicalResult WgmmaOp::verify() {
  auto left = dyn_cast<LeftType>(getA().getType());
  Type a = left ? left.getElementType() : cast<DescriptorType>(getA().getType()).getElementType();
  Type b = getB().getType().getElementType();
  if (a != b) // (C1)
    return emitOpError() << "element type of b: wanted " << a << ", found " << b;
  uint64_t steps = left ? std::min<int64_t>(4, left.getColumnCount() / 16) : 4;
  if (getStep() >= steps) // (C2), unsigned
    return emitOpError() << "step: wanted 0 to " << steps - 1 << ", found "
                         << static_cast<int64_t>(getStep());
  if (getAcc() && getAcc().getType() != getResult().getType()) // (C3)
    return emitOpError() << "acc: wanted " << getResult().getType() << ", found "
                         << getAcc().getType();
  return success();
}

LogicalResult StageOp::verify() {
  int64_t first = getFirst(), count = getCount(), width = getWidth();
  if (!llvm::is_contained({8, 16, 32, 64}, width) || count < 1 || count % width != 0) // (C1)
    return emitOpError() << "width: wanted 8, 16, 32 or 64 that divides the count " << count
                         << ", found " << width;
  int64_t blocks = getSums().size();
  bool isCounted = llvm::is_contained({1, 2, 4, 8}, blocks);
  if (!isCounted || !llvm::all_equal(getSums().getTypes())) // (C4)
    return emitOpError() << "sums: wanted 1, 2, 4 or 8 of one type, found " << getSums().getTypes();
  if (blocks > 1 && (width % (8 * blocks) != 0 || first % (8 * blocks) != 0)) // (C4)
    return emitOpError() << "width and first column: wanted multiples of " << 8 * blocks
                         << ", found " << width << " and " << first;
  int64_t columns = blocks * cast<SumsType>(getSums()[0].getType()).getColumnCount();
  if (first < 0 || first % 8 != 0 || first + count > columns) // (C2)
    return emitOpError() << "columns: wanted a multiple of 8 and " << count << " columns of "
                         << columns << " from there, found " << first;
  Type element = getBuffer().getType().getElementType();
  if (!isHalf(element)) // (C3)
    return emitOpError() << "element type of the buffer: wanted f16 or bf16, found " << element;
  return success();
}
