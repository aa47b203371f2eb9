//===- ConvertChainToLLVM.cpp - Views of complex numbers to LLVM -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The descriptor of a memref of complex numbers, (pointers, offset, sizes,
// strides), counts in pairs; that of its parts counts in single numbers. All
// strides but the last are doubled, since the last one is 1 in both.
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/Passes.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Transforms/DialectConversion.h"

namespace danaus {
#define GEN_PASS_DEF_CONVERTCHAINTOLLVMPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

namespace {
/// real_view(descriptor)  ->  the descriptor with offset, last size and outer strides doubled
struct RealViewToLLVM : ConvertOpToLLVMPattern<chain::RealViewOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(chain::RealViewOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<MemRefType>(op.getResult().getType());
    Type descriptor = getTypeConverter()->convertType(type);
    if (!descriptor)
      return rewriter.notifyMatchFailure(op, "LLVM has no type for the result");
    Value two = LLVM::ConstantOp::create(rewriter, loc, getIndexType(), rewriter.getIndexAttr(2));
    auto doubled = [&](Value number) -> Value {
      return LLVM::MulOp::create(rewriter, loc, number, two);
    };
    MemRefDescriptor source(adaptor.getSource());
    auto result = MemRefDescriptor::poison(rewriter, loc, descriptor);
    result.setAllocatedPtr(rewriter, loc, source.allocatedPtr(rewriter, loc));
    result.setAlignedPtr(rewriter, loc, source.alignedPtr(rewriter, loc));
    result.setOffset(rewriter, loc, doubled(source.offset(rewriter, loc)));
    for (int64_t i = 0, last = type.getRank() - 1; i <= last; ++i) {
      Value size = source.size(rewriter, loc, i), stride = source.stride(rewriter, loc, i);
      result.setSize(rewriter, loc, i, i == last ? doubled(size) : size);
      result.setStride(rewriter, loc, i, i == last ? stride : doubled(stride));
    }
    rewriter.replaceOp(op, Value(result));
    return success();
  }
};

struct ConvertChainToLLVM : danaus::impl::ConvertChainToLLVMPassBase<ConvertChainToLLVM> {
  void runOnOperation() override {
    LLVMConversionTarget target(getContext());
    target.addIllegalOp<chain::RealViewOp>();
    LLVMTypeConverter types(&getContext());
    RewritePatternSet patterns(&getContext());
    danaus::addPatterns<RealViewToLLVM>(patterns, types);
    if (failed(applyPartialConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
