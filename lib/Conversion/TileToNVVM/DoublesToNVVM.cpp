//===- DoublesToNVVM.cpp - Products of f64 -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileToNVVM.h"
#include "danaus/Support/PatternSwitch.h"
#include "danaus/Target/Records.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::tile;

/// Whether the target of the module around `op` has products of 16 x 8 x 8; without one, no.
static bool hasWholeProducts(Operation *op) {
  StringAttr name;
  for (Operation *parent = op; parent && !name; parent = parent->getParentOp())
    name = parent->getAttrOfType<StringAttr>("danaus.target");
  std::optional<TargetLimits> limits = name ? lookupTarget(name.getValue()) : std::nullopt;
  return limits && limits->hasWholeDoubles;
}

namespace {
/// Creates products of f64 at one place.
struct DoubleProducts {
  OpBuilder &builder;
  Location loc;

  Type structOf(int64_t count) {
    SmallVector<Type> members(count, builder.getF64Type());
    return LLVM::LLVMStructType::getLiteral(builder.getContext(), members);
  }

  SmallVector<Value> unpack(Value fragment) {
    SmallVector<Value> values;
    for (int64_t i = 0, size = cast<VectorType>(fragment.getType()).getDimSize(0); i < size; ++i)
      values.push_back(vector::ExtractOp::create(builder, loc, fragment, i));
    return values;
  }

  SmallVector<Value> members(Value result, int64_t count) {
    SmallVector<Value> values;
    for (int64_t i = 0; i < count; ++i)
      values.push_back(LLVM::ExtractValueOp::create(builder, loc, result, i));
    return values;
  }

  /// One product of 16 x 8 x 8. nvvm.mma.sync knows 8 x 8 x 4 alone.
  SmallVector<Value> whole(ArrayRef<Value> a, ArrayRef<Value> b, ArrayRef<Value> sums) {
    SmallVector<Value> operands(a);
    llvm::append_range(operands, b);
    llvm::append_range(operands, sums);
    auto call = LLVM::CallIntrinsicOp::create(
        builder, loc, structOf(4), builder.getStringAttr("llvm.nvvm.mma.m16n8k8.row.col.f64"),
        operands);
    return members(call.getResults(), 4);
  }

  /// Four products of 8 x 8 x 4: words (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4) of a are
  /// the left operands for two halves of the rows, then of the contraction.
  SmallVector<Value> quarters(ArrayRef<Value> a, ArrayRef<Value> b, ArrayRef<Value> sums) {
    std::array<NVVM::MMATypes, 2> types = {NVVM::MMATypes::f64, NVVM::MMATypes::f64};
    std::array<NVVM::MMALayout, 2> layouts = {NVVM::MMALayout::row, NVVM::MMALayout::col};
    SmallVector<Value> results(sums);
    for (int64_t word = 0; word < 4; ++word) {
      int64_t row = word % 2;
      SmallVector<Value> pair = {results[2 * row], results[2 * row + 1]};
      Value product = NVVM::MmaOp::create(builder, loc, structOf(2), a[word], b[word / 2], pair,
                                          {8, 8, 4}, std::nullopt, std::nullopt, types, layouts);
      llvm::copy(members(product, 2), results.begin() + 2 * row);
    }
    return results;
  }
};

/// tile.mma of f64  ->  mma.sync.m16n8k8, or four mma.sync.m8n8k4
struct LowerDoubleMma : OpConversionPattern<MmaOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(MmaOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (!op.getA().getType().getElementType().isF64())
      return rewriter.notifyMatchFailure(op, "wanted operands of f64");
    DoubleProducts products{rewriter, op.getLoc()};
    SmallVector<Value> a = products.unpack(adaptor.getA()), b = products.unpack(adaptor.getB());
    SmallVector<Value> sums = products.unpack(adaptor.getAcc());
    sums = hasWholeProducts(op) ? products.whole(a, b, sums) : products.quarters(a, b, sums);
    rewriter.replaceOpWithNewOp<vector::FromElementsOp>(op, adaptor.getAcc().getType(), sums);
    return success();
  }
};
} // namespace

void danaus::populateDoublePatterns(TypeConverter &types, RewritePatternSet &patterns) {
  danaus::addPatterns<LowerDoubleMma>(patterns, types, patterns.getContext());
}
