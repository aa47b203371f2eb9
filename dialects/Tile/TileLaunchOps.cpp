//===- TileLaunchOps.cpp - Launches of others -*- C++ -*-===//
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

std::pair<int64_t, int64_t> LibraryProductOp::getWeightSizes() {
  ArrayRef<int64_t> sizes = cast<MemRefType>(getW().getType()).getShape().take_back(2);
  return {sizes[0], sizes[1]};
}

/// Whether `type` is extents of 1, then b x c, all static.
static bool isMatrix(MemRefType type) {
  return type.hasStaticShape() && type.getRank() >= 2 &&
         llvm::all_of(type.getShape().drop_back(2), [](int64_t size) { return size == 1; });
}

/// Whether `type` is rows x `columns`.
static bool hasColumns(MemRefType type, int64_t columns) {
  return type.getRank() == 2 && type.getDimSize(1) == columns;
}

LogicalResult LibraryProductOp::verify() {
  auto x = cast<MemRefType>(getX().getType()), w = cast<MemRefType>(getW().getType()),
       y = cast<MemRefType>(getY().getType());
  if (!isMatrix(w)) // (C1)
    return emitOpError() << "w: wanted static b x c behind extents of 1, found " << w;
  if (!hasColumns(x, getC()))
    return emitOpError() << "x: wanted rows x " << getC() << ", found " << x;
  if (!hasColumns(y, getB()))
    return emitOpError() << "y: wanted rows x " << getB() << ", found " << y;
  Type element = x.getElementType();
  for (MemRefType type : {x, w, y}) { // (C2)
    bool isHalf = type.getElementType().isF16() || type.getElementType().isBF16();
    if (!isHalf || type.getElementType() != element || !type.getLayout().isIdentity())
      return emitOpError() << "wanted row-major memrefs of f16 or of bf16, found " << type;
  }
  return success();
}
