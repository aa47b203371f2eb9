//===- VerifyNoStructured.cpp - Fail if a structured tensor is left -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "dialects/Linop/LinopAttrs.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace danaus {
#define GEN_PASS_DEF_VERIFYNOSTRUCTUREDPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

/// The first structured type that `op` has in its signature, or null.
static Type findStructured(Operation *op) {
  auto search = [](TypeRange types) -> Type {
    for (Type type : types)
      if (danaus::linop::mentionsStructure(type))
        return type;
    return nullptr;
  };
  if (Type found = search(op->getOperandTypes()))
    return found;
  if (Type found = search(op->getResultTypes()))
    return found;
  if (auto function = dyn_cast<FunctionOpInterface>(op)) {
    if (Type found = search(function.getArgumentTypes()))
      return found;
    return search(function.getResultTypes());
  }
  for (Region &region : op->getRegions())
    for (Block &block : region)
      if (Type found = search(block.getArgumentTypes()))
        return found;
  return nullptr;
}

namespace {
struct VerifyNoStructured : danaus::impl::VerifyNoStructuredPassBase<VerifyNoStructured> {
  void runOnOperation() override {
    WalkResult result = getOperation()->walk([](Operation *op) {
      Type found = findStructured(op);
      if (!found)
        return WalkResult::advance();
      op->emitOpError() << "structured tensor left: " << found;
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
