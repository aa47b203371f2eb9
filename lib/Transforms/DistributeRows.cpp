//===- DistributeRows.cpp - Row tiles to workers --------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace danaus {
#define GEN_PASS_DEF_DISTRIBUTEROWSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

static constexpr StringLiteral workersName = "danaus.workers";

/// A loop over tiles of rows that nothing runs in parallel yet.
static bool isRowLoop(scf::ForallOp loop) {
  return loop.getRank() == 1 && loop.getOutputs().empty() &&
         !loop->getParentOfType<scf::ForallOp>() &&
         isConstantIntValue(loop.getMixedLowerBound()[0], 0);
}

/// The ops in `loop` that say how many rows a tile has, min(step, rows - i), where
/// nothing else limits its rows: with another limit there, tiles may end earlier.
/// Empty where that cannot be told.
static SmallVector<OpOperand *> findLimits(scf::ForallOp loop, Value rows) {
  SmallVector<OpOperand *> limits;
  bool isKnown = true;
  for (OpOperand &use : loop.getInductionVar(0).getUses()) {
    auto size = dyn_cast<affine::AffineMinOp>(use.getOwner());
    if (!size)
      continue;
    auto limit = llvm::find_if(size->getOpOperands(),
                               [&](OpOperand &operand) { return operand.get() == rows; });
    isKnown &= limit != size->getOpOperands().end() && size.getNumOperands() == 2;
    if (isKnown)
      limits.push_back(&*limit);
  }
  for (OpOperand &use : rows.getUses())
    isKnown &= !loop->isProperAncestor(use.getOwner()) || llvm::is_contained(limits, &use);
  return isKnown ? limits : SmallVector<OpOperand *>();
}

/// Rows that are given to a worker together: a tile, or where tiles may end earlier
/// the largest of these numbers that divides it, a few blocks of a micro-kernel.
static int64_t unitOfRows(scf::ForallOp loop, ArrayRef<OpOperand *> limits) {
  int64_t step = getConstantIntValue(loop.getMixedStep()[0]).value_or(1);
  for (int64_t unit : {16, 12, 8, 6, 4})
    if (!limits.empty() && step % unit == 0)
      return unit;
  return step;
}

/// forall (%i) = (0) to (%n) step (s) { min(s, n - i) rows }  ->
///
///   units = ceildiv(n, u)                     n = 100, u = 16, workers = 3:
///   forall (%w) in (min(workers, units)) {    units 0 1 | 2 3 | 4 5 6
///     last = min(n, units (w + 1) / all * u)
///     for %i = units w / all * u to last step s { min(s, last - i) rows }
///   }
///
/// Each worker has a contiguous range of rows; ranges differ by one unit at most.
static void distribute(scf::ForallOp loop, int64_t workers) {
  ImplicitLocOpBuilder builder(loop.getLoc(), loop);
  Value one = arith::ConstantIndexOp::create(builder, 1);
  Value rows =
      getValueOrCreateConstantIndexOp(builder, loop.getLoc(), loop.getMixedUpperBound()[0]);
  Value step = getValueOrCreateConstantIndexOp(builder, loop.getLoc(), loop.getMixedStep()[0]);
  SmallVector<OpOperand *> limits = findLimits(loop, rows);
  Value unit = arith::ConstantIndexOp::create(builder, unitOfRows(loop, limits));
  Value units = arith::CeilDivSIOp::create(builder, rows, unit);
  Value most = arith::ConstantIndexOp::create(builder, workers);
  Value used = arith::MinSIOp::create(builder, most, units);
  auto outer =
      scf::ForallOp::create(builder, ArrayRef<OpFoldResult>{used}, ValueRange(), std::nullopt);
  outer->setAttr(workersName, builder.getI64IntegerAttr(workers));
  builder.setInsertionPoint(outer.getTerminator());
  // The first row of worker w; `used` is at least 1 where this runs.
  auto firstRow = [&](Value worker) -> Value {
    Value product = arith::MulIOp::create(builder, units, worker);
    Value first = arith::DivSIOp::create(builder, product, used);
    return arith::MulIOp::create(builder, first, unit);
  };
  Value worker = outer.getInductionVar(0);
  Value from = firstRow(worker);
  Value next = arith::AddIOp::create(builder, worker, one);
  Value to = arith::MinSIOp::create(builder, rows, firstRow(next));
  auto inner = scf::ForOp::create(builder, from, to, step);
  for (OpOperand *limit : limits)
    limit->set(to);
  Block *body = loop.getBody();
  body->getTerminator()->erase();
  inner.getBody()->getOperations().splice(inner.getBody()->begin(), body->getOperations());
  loop.getInductionVar(0).replaceAllUsesWith(inner.getInductionVar());
  loop.erase();
}

namespace {
struct DistributeRows : danaus::impl::DistributeRowsPassBase<DistributeRows> {
  using DistributeRowsPassBase::DistributeRowsPassBase;

  void runOnOperation() override {
    if (threads < 1) {
      getOperation().emitError() << "threads: wanted at least 1, found " << threads.getValue();
      return signalPassFailure();
    }
    SmallVector<scf::ForallOp> loops;
    getOperation().walk([&](scf::ForallOp loop) {
      if (!loop->hasAttr(workersName))
        loops.push_back(loop);
    });
    IRRewriter rewriter(&getContext());
    for (scf::ForallOp loop : loops) {
      if (threads > 1 && isRowLoop(loop)) {
        distribute(loop, threads);
        continue;
      }
      rewriter.setInsertionPoint(loop);
      if (failed(scf::forallToForLoop(rewriter, loop)))
        return signalPassFailure();
    }
  }
};
} // namespace
