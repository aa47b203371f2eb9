//===- TileExchangeOps.cpp - Sums that go to other blocks or to boxes -*- C++ -*-===//
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

static LogicalResult verifyAdjacent(Operation *op, StringRef what, FragmentType type) {
  if (type.getColumns() == Columns::adjacent)
    return success();
  return op->emitOpError() << what << ": wanted adjacent columns, found " << type;
}

LogicalResult ParkOp::verify() {
  if (getBarriers() && !getRank()) // (C1)
    return emitOpError() << "signals: wanted the block whose barriers these are, behind 'of'";
  return success();
}

LogicalResult PartOp::verify() {
  int64_t columns = getSums().getType().getColumnCount(), column = getColumn();
  if (column % 8 != 0 || column >= columns) // (C1)
    return emitOpError() << "column: wanted a multiple of 8 below " << columns << ", found "
                         << column;
  return verifyAdjacent(*this, "result", getResult().getType()); // (C2)
}

LogicalResult LayOp::verify() {
  Type element = getBuffer().getType().getElementType();
  if (!element.isF16() && !element.isBF16()) // (C1)
    return emitOpError() << "element type of the buffer: wanted f16 or bf16, found " << element;
  if (getBlocks().has_value() != static_cast<bool>(getBarriers())) // (C2)
    return emitOpError() << "to: wanted barriers of the blocks, behind 'signals'";
  return verifyAdjacent(*this, "acc", getAcc().getType());
}
