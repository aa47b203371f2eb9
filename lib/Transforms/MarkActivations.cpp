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
#include "llvm/ADT/SetVector.h"

namespace danaus {
#define GEN_PASS_DEF_MARKACTIVATIONSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

static constexpr StringLiteral activationName = "danaus.activation";

/// Whether an argument has a row for each row of the call: its first size is
/// dynamic. A structured type with a dynamic size is a parameter that has one.
static bool hasDynamicRows(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && !tensor.getEncoding() && tensor.getRank() > 0 && tensor.isDynamicDim(0);
}

/// Whether a matrix is assembled from `argument`, through casts and the like: the
/// values of a sparse one have a dynamic size too.
static bool isParameter(BlockArgument argument) {
  llvm::SetVector<Operation *> users(argument.user_begin(), argument.user_end());
  for (size_t i = 0; i < users.size(); ++i) {
    if (isa<linop::AssembleOp>(users[i]))
      return true;
    if (!isa<linop::ApplyOp>(users[i]))
      users.insert(users[i]->user_begin(), users[i]->user_end());
  }
  return false;
}

static void markArguments(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    if (hasDynamicRows(argument.getType()) && !isParameter(argument))
      function.setArgAttr(argument.getArgNumber(), activationName,
                          UnitAttr::get(function.getContext()));
}

static bool isMarked(func::FuncOp function) {
  return llvm::any_of(llvm::seq(function.getNumArguments()), [&](unsigned number) {
    return function.getArgAttr(number, activationName) != nullptr;
  });
}

/// In a function whose rows are all static: what a product takes as activations.
static void markProducts(func::FuncOp function) {
  function.walk([&](linop::ApplyOp apply) {
    auto argument = dyn_cast<BlockArgument>(apply.getX());
    if (argument && argument.getOwner() == &function.front())
      function.setArgAttr(argument.getArgNumber(), activationName,
                          UnitAttr::get(function.getContext()));
  });
}

static LogicalResult verifyMarked(func::FuncOp function) {
  if (!isMarked(function))
    markProducts(function);
  if (isMarked(function))
    return success();
  return function.emitOpError()
         << "wanted an activation: an argument whose first size is '?', that "
            "a linop.apply takes as x, or that has the attribute "
            "danaus.activation; found none";
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
