//===- TileWalker.cpp - Kernels that walk over tiles of whole rows -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileWalker.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

/// Copies of a thread emitted in a row; more become a loop.
static constexpr int64_t unrolledCopies = 16;

TileWalker::TileWalker(ImplicitLocOpBuilder &b, const Schedule &schedule,
                       ArrayRef<StageWithMaps> stages, const KernelOperands &operands)
    : Emitter(b), schedule(schedule), stages(stages), operands(operands),
      element(cast<MemRefType>(operands.x.getType()).getElementType()),
      threads(32 * schedule.warps), width(128 / element.getIntOrFloatBitWidth()) {}

Value TileWalker::rowsOfTile(Value tile) {
  Value known = arith::MinUIOp::create(b, mul(tile, schedule.rows), numRows);
  return sub(numRows, known);
}

void TileWalker::forEachUnit(int64_t columns,
                             llvm::function_ref<void(Value row, Value column)> body) {
  int64_t perRow = columns / width, total = schedule.rows * perRow;
  auto emitUnit = [&](Value unit) { body(div(unit, perRow), mul(rem(unit, perRow), width)); };
  if (total > unrolledCopies * threads) {
    auto loop = scf::ForOp::create(b, thread, constant(total), constant(threads));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    return emitUnit(loop.getInductionVar());
  }
  for (int64_t first = 0; first < total; first += threads) {
    Value unit = add(thread, first);
    Value exists = first + threads > total ? isBelow(unit, total) : nullptr;
    emitIf(exists, [&] { emitUnit(unit); });
  }
}

Value TileWalker::loadWeight(size_t number, tile::FragmentType type, Value fragment, Value step) {
  chain::StageOp stage = stages[number].stage;
  SmallVector<Value> indices;
  for (char digit : {'a', 'd'})
    if (stage.getOrder().contains(digit))
      indices.push_back(constant(0));
  indices.push_back(fragment);
  indices.push_back(step);
  return tile::LoadBOp::create(b, type, operands.others.lookup(stage.getWeight()), indices);
}
