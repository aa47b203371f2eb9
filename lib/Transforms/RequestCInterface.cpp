//===- RequestCInterface.cpp - C entry points for public functions -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace danaus {
#define GEN_PASS_DEF_REQUESTCINTERFACEPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

namespace {
struct RequestCInterface : danaus::impl::RequestCInterfacePassBase<RequestCInterface> {
  void runOnOperation() override {
    getOperation()->walk([](func::FuncOp function) {
      if (function.isPublic() && !function.isExternal())
        function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                          UnitAttr::get(function.getContext()));
    });
  }
};
} // namespace
