//===- MathToIntrinsics.cpp - Functions that GPUs have as instructions -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Upstream's conversion for GPUs takes no intrinsic of these functions and calls a
// device library instead, which an artifact of Danaus has not. As calls of LLVM's
// intrinsics by name they pass it.
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/Passes.h"
#include "danaus/Support/PatternSwitch.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/StringSwitch.h"

namespace danaus {
#define GEN_PASS_DEF_CONVERTMATHTOINTRINSICSPASS
#include "danaus/Conversion/Passes.h.inc"
} // namespace danaus

using namespace mlir;

/// The intrinsic of an op, or "".
static StringRef intrinsicOf(Operation *op) {
  return llvm::StringSwitch<StringRef>(op->getName().getStringRef())
      .Case(arith::MaxNumFOp::getOperationName(), "llvm.maxnum")
      .Case(arith::MaximumFOp::getOperationName(), "llvm.maximum")
      .Case(arith::MinNumFOp::getOperationName(), "llvm.minnum")
      .Case(arith::MinimumFOp::getOperationName(), "llvm.minimum")
      .Case(math::AbsFOp::getOperationName(), "llvm.fabs")
      .Case(math::CeilOp::getOperationName(), "llvm.ceil")
      .Case(math::CopySignOp::getOperationName(), "llvm.copysign")
      .Case(math::FloorOp::getOperationName(), "llvm.floor")
      .Case(math::FmaOp::getOperationName(), "llvm.fma")
      .Case(math::RoundEvenOp::getOperationName(), "llvm.roundeven")
      .Case(math::SqrtOp::getOperationName(), "llvm.sqrt")
      .Case(math::TruncOp::getOperationName(), "llvm.trunc")
      .Default("");
}

namespace {
/// math.sqrt %x : f32  ->  llvm.call_intrinsic "llvm.sqrt"(%x) : (f32) -> f32
struct MathToIntrinsic : RewritePattern {
  explicit MathToIntrinsic(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    StringRef intrinsic = intrinsicOf(op);
    if (intrinsic.empty())
      return rewriter.notifyMatchFailure(op, "no instruction of a GPU");
    Type type = op->getResult(0).getType();
    if (!type.isF32() && !type.isF64())
      return rewriter.notifyMatchFailure(op, "not a scalar of f32 or f64");
    rewriter.replaceOpWithNewOp<LLVM::CallIntrinsicOp>(op, type, rewriter.getStringAttr(intrinsic),
                                                       op->getOperands());
    return success();
  }
};

/// math.rsqrt %x  ->  1 / math.sqrt %x
struct RsqrtToSqrt : OpRewritePattern<math::RsqrtOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::RsqrtOp op, PatternRewriter &rewriter) const override {
    auto type = dyn_cast<FloatType>(op.getType());
    if (!type)
      return rewriter.notifyMatchFailure(op, "not a scalar");
    Value root = math::SqrtOp::create(rewriter, op.getLoc(), op.getOperand());
    Value one = arith::ConstantOp::create(rewriter, op.getLoc(), rewriter.getFloatAttr(type, 1.0));
    rewriter.replaceOpWithNewOp<arith::DivFOp>(op, one, root);
    return success();
  }
};

/// Whether `op` may be as exact as f16 and bf16 need.
template <typename Op> static bool isApproximate(Op op) {
  return op.getType().isF32() && bitEnumContainsAll(op.getFastmath(), arith::FastMathFlags::afn);
}

/// An intrinsic that is one instruction where it is approximate.
static Value callApproximate(PatternRewriter &rewriter, Location loc, StringRef name, Value x) {
  auto call = LLVM::CallIntrinsicOp::create(rewriter, loc, x.getType(),
                                            rewriter.getStringAttr(name), ValueRange{x});
  call.setFastmathFlags(LLVM::FastmathFlags::afn);
  return call.getResult(0);
}

/// math.exp %x fastmath<afn>  ->  ex2.approx (x log2 e)
struct ApproximateExp : OpRewritePattern<math::ExpOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::ExpOp op, PatternRewriter &rewriter) const override {
    if (!isApproximate(op))
      return rewriter.notifyMatchFailure(op, "not approximate");
    Location loc = op.getLoc();
    Value log2e =
        arith::ConstantOp::create(rewriter, loc, rewriter.getF32FloatAttr(1.442695040888963f));
    Value scaled = arith::MulFOp::create(rewriter, loc, op.getOperand(), log2e);
    rewriter.replaceOp(op, callApproximate(rewriter, loc, "llvm.exp2", scaled));
    return success();
  }
};

/// math.tanh %x fastmath<afn>  ->  tanh.approx: a relative error of 2^-11
struct ApproximateTanh : OpRewritePattern<math::TanhOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::TanhOp op, PatternRewriter &rewriter) const override {
    if (!isApproximate(op))
      return rewriter.notifyMatchFailure(op, "not approximate");
    rewriter.replaceOp(op, callApproximate(rewriter, op.getLoc(), "llvm.tanh", op.getOperand()));
    return success();
  }
};

/// math.erf %x fastmath<afn>  ->  an odd polynomial of degree 17 on [-c, c], +-1 outside
///
/// Fitted for the least greatest error, which is 2.4e-5; c is where it is 1 in f32, so
/// that 1 + erf(x) is 0 for all smaller x. Multiply-adds only: the functions of a
/// processor that a formula with an exponential needs are eight times as slow.
struct ApproximateErf : OpRewritePattern<math::ErfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::ErfOp op, PatternRewriter &rewriter) const override {
    static constexpr float c = 2.9993231f;
    static constexpr float coefficients[] = {
        4.0742168749829943e-08f, -1.94482504412008e-06f, 4.106055712327361e-05f,
        -0.0005110371275804937f, 0.004235428757965565f,  -0.02510286308825016f,
        0.11107933521270752f,    -0.3753148913383484f,   1.1282684803009033f};
    if (!isApproximate(op))
      return rewriter.notifyMatchFailure(op, "not approximate");
    Location loc = op.getLoc();
    auto constant = [&](float value) -> Value {
      return arith::ConstantOp::create(rewriter, loc, rewriter.getF32FloatAttr(value));
    };
    Value x = arith::MinimumFOp::create(rewriter, loc, op.getOperand(), constant(c));
    x = arith::MaximumFOp::create(rewriter, loc, x, constant(-c));
    Value square = arith::MulFOp::create(rewriter, loc, x, x), sum = constant(coefficients[0]);
    for (float coefficient : llvm::drop_begin(coefficients))
      sum = math::FmaOp::create(rewriter, loc, sum, square, constant(coefficient));
    rewriter.replaceOpWithNewOp<arith::MulFOp>(op, x, sum);
    return success();
  }
};

/// arith.bitcast (x + 1.5 * 2^23) : f32 to i32  ->  arith.fptosi (math.roundeven x) + bits
///
/// The low byte of the left side is x rounded, which is cheap on CPUs. ptxas 13.0 takes
/// its store for a conversion to u8, which saturates.
struct RoundByAdding : OpRewritePattern<arith::BitcastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::BitcastOp op, PatternRewriter &rewriter) const override {
    auto sum = op.getIn().getDefiningOp<arith::AddFOp>();
    if (!sum || !sum.getType().isF32() || !op.getType().isInteger(32))
      return rewriter.notifyMatchFailure(op, "not the bits of a sum of f32");
    APFloat magic(12582912.0f), found(0.0f);
    if (!matchPattern(sum.getRhs(), m_ConstantFloat(&found)) || found != magic)
      return rewriter.notifyMatchFailure(op, "not a sum with 1.5 * 2^23");
    Location loc = op.getLoc();
    Value rounded = math::RoundEvenOp::create(rewriter, loc, sum.getLhs());
    Value integer = arith::FPToSIOp::create(rewriter, loc, op.getType(), rounded);
    Value bits = arith::ConstantOp::create(
        rewriter, loc, rewriter.getIntegerAttr(op.getType(), magic.bitcastToAPInt()));
    rewriter.replaceOpWithNewOp<arith::AddIOp>(op, integer, bits);
    return success();
  }
};

struct ConvertMathToIntrinsics
    : danaus::impl::ConvertMathToIntrinsicsPassBase<ConvertMathToIntrinsics> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    danaus::addPatterns<ApproximateErf, ApproximateExp, ApproximateTanh, MathToIntrinsic,
                        RoundByAdding, RsqrtToSqrt>(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
