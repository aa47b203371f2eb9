//===- ConvertAmxToLLVM.cpp - Matrix tiles and branches to LLVM -----------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tiles are carried around loops as arguments of blocks. Upstream's conversion of
// control flow does not know their type, and its conversion of tiles leaves
// control flow alone; here both run under one type converter.
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/AMX/AMXDialect.h"
#include "mlir/Dialect/AMX/Transforms.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Transforms/DialectConversion.h"

namespace danaus {
#define GEN_PASS_DEF_CONVERTAMXTOLLVMPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

namespace {
struct ConvertAmxToLLVM : danaus::impl::ConvertAmxToLLVMPassBase<ConvertAmxToLLVM> {
  void runOnOperation() override {
    LLVMConversionTarget target(getContext());
    target.addIllegalDialect<cf::ControlFlowDialect, amx::AMXDialect>();
    target.addLegalOp<cf::AssertOp>();
    LLVMTypeConverter types(&getContext());
    RewritePatternSet patterns(&getContext());
    populateAMXLegalizeForLLVMExportPatterns(types, patterns);
    configureAMXLegalizeForExportTarget(target);
    cf::populateControlFlowToLLVMConversionPatterns(types, patterns);
    if (failed(applyPartialConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
