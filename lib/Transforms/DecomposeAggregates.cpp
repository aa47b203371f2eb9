//===- DecomposeAggregates.cpp - softmax and its like in plain linalg -----===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace danaus {
#define GEN_PASS_DEF_DECOMPOSEAGGREGATESPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

/// softmax(x)  ->  m = max x; e = exp(x - m); s = sum e; e / s
static LogicalResult decompose(linalg::AggregatedOpInterface op, OpBuilder &builder) {
  // Upstream does not look, and builds operations that are not valid.
  for (Type type : op->getOperandTypes())
    if (!isa<FloatType>(getElementTypeOrSelf(type)))
      return op->emitOpError() << "operand of " << type
                               << ": wanted floating-point elements to take it apart";
  builder.setInsertionPoint(op);
  FailureOr<SmallVector<Value>> results = op.decomposeOperation(builder);
  if (failed(results))
    return failure();
  op->replaceAllUsesWith(*results);
  op->erase();
  return success();
}

namespace {
struct DecomposeAggregates : danaus::impl::DecomposeAggregatesPassBase<DecomposeAggregates> {
  void runOnOperation() override {
    SmallVector<linalg::AggregatedOpInterface> ops;
    getOperation()->walk([&](linalg::AggregatedOpInterface op) {
      if (op->getNumResults() > 0) // on memrefs there is nothing to put in its place
        ops.push_back(op);
    });
    OpBuilder builder(&getContext());
    for (linalg::AggregatedOpInterface op : ops)
      if (failed(decompose(op, builder)))
        return signalPassFailure();
  }
};
} // namespace
