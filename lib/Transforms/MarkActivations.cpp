//===- MarkActivations.cpp - Which arguments carry rows -------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace danaus {
#define GEN_PASS_DEF_MARKACTIVATIONSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

static constexpr StringLiteral activationName = "danaus.activation";

/// Whether an argument has a row for each row of the call: its first size is
/// dynamic. A structured type with a dynamic size is a parameter that has one.
static bool hasDynamicRows(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && !tensor.getEncoding() && tensor.getRank() > 0 && tensor.isDynamicDim(0);
}

/// Marks the arguments of `function`, less those that are parameters of a matrix:
/// the values of a sparse one have a dynamic size too.
static void markArguments(func::FuncOp function) {
  auto isParameter = [](OpOperand &use) { return isa<danaus::linop::AssembleOp>(use.getOwner()); };
  for (BlockArgument argument : function.getArguments())
    if (hasDynamicRows(argument.getType()) && llvm::none_of(argument.getUses(), isParameter))
      function.setArgAttr(argument.getArgNumber(), activationName,
                          UnitAttr::get(function.getContext()));
}

static LogicalResult verifyMarked(func::FuncOp function) {
  for (unsigned number = 0; number < function.getNumArguments(); ++number)
    if (function.getArgAttr(number, activationName))
      return success();
  return function.emitOpError() << "wanted an activation: an argument whose first size is '?' or "
                                   "that has the attribute danaus.activation; found none";
}

namespace {
struct MarkActivations : danaus::impl::MarkActivationsPassBase<MarkActivations> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!function.isPublic() || function.isExternal())
        continue;
      markArguments(function);
      if (failed(verifyMarked(function)))
        signalPassFailure();
    }
  }
};
} // namespace
