//===- ChainToLinalg.cpp - Stages and maps to linalg.generic -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The naive path: what a stage is, written as one linalg.generic. With the
// columns of x split into (a, c, d) and those of y into (a, b, d),
//
//   sum[n, A, B, D] += w[A, B, C, D] * x[n, A, C, D]
//
//   x (rows, a c d) -> expand (rows, a, c, d) --+
//   w (in its order) ---------------------------+-> sum (rows, a, b, d) f32
//                                                   -> round -> (rows, a b d)
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/ChainToLinalg.h"
#include "LinalgBuilders.h"
#include "danaus/Conversion/Passes.h"
#include "danaus/Conversion/Utils.h"
#include "danaus/Support/PatternSwitch.h"
#include "danaus/Target/Records.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/DialectConversion.h"

namespace danaus {
#define GEN_PASS_DEF_CONVERTCHAINTOLINALGPASS
#include "danaus/Conversion/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

namespace {
/// stage(x, w)  ->  collapse(round(generic(expand(x), w)))
struct StageToGeneric : OpRewritePattern<chain::StageOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(chain::StageOp op, PatternRewriter &rewriter) const override {
    if (op.getPacking())
      return rewriter.notifyMatchFailure(op, "the weight is packed");
    Einsum einsum = Einsum::kroneckerSparse(op.getPattern(), op.getOrder());
    std::string loops = "abdc";
    if (chain::DigitsAttr digits = op.getXDigitsAttr()) {
      auto whole = einsum.absorbBefore(*digits.getPermutation());
      if (!whole)
        return rewriter.notifyMatchFailure(op, "x_digits cut across the digits of the stage");
      einsum = *whole;
      loops = einsum.y;
      llvm::copy_if(einsum.x, std::back_inserter(loops),
                    [&](char loop) { return !StringRef(einsum.y).contains(loop); });
    }
    rewriter.replaceOp(op, buildContraction(rewriter, op.getLoc(), einsum, loops, op.getX(),
                                            op.getWeight(),
                                            cast<RankedTensorType>(op.getY().getType())));
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Maps and kernels
//===----------------------------------------------------------------------===//

/// Rank 2 walks (row, column), rank 1 the columns.
static AffineMap mapOperandMap(OpBuilder &builder, Type type) {
  if (cast<RankedTensorType>(type).getRank() == 2)
    return builder.getMultiDimIdentityMap(2);
  return AffineMap::get(2, 0, builder.getAffineDimExpr(1));
}

/// The ops of `body` on `values` in place of its arguments, yielding to linalg.
static void cloneBody(OpBuilder &builder, Block &body, ValueRange values) {
  IRMapping mapping;
  mapping.map(body.getArguments(), values);
  for (Operation &op : body.without_terminator())
    builder.clone(op, mapping);
  auto yield = cast<chain::YieldOp>(body.getTerminator());
  linalg::YieldOp::create(builder, yield.getLoc(), mapping.lookupOrDefault(yield.getValue()));
}

namespace {
/// map(x, extras)  ->  generic(x, extras) with the same body
struct MapToGeneric : OpRewritePattern<chain::MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(chain::MapOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getY().getType());
    Value empty = emptyLike(rewriter, loc, op.getX(), type.getElementType());
    SmallVector<AffineMap> maps;
    for (Type operand : op->getOperandTypes())
      maps.push_back(mapOperandMap(rewriter, operand));
    maps.push_back(rewriter.getMultiDimIdentityMap(2));
    SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
    auto generic =
        linalg::GenericOp::create(rewriter, loc, empty.getType(), op->getOperands(), empty, maps,
                                  iterators, [&](OpBuilder &nested, Location, ValueRange values) {
                                    cloneBody(nested, op.getBody().front(), values.drop_back());
                                  });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

/// kernel(inputs) { body }  ->  body(inputs)
struct InlineKernel : OpRewritePattern<chain::KernelOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(chain::KernelOp op, PatternRewriter &rewriter) const override {
    if (!op.getResult())
      return rewriter.notifyMatchFailure(op, "the kernel is on memrefs");
    Block &body = op.getBody().front();
    auto yield = cast<chain::YieldOp>(body.getTerminator());
    Value result = yield.getValue();
    if (auto argument = dyn_cast<BlockArgument>(result))
      result = op.getInputs()[argument.getArgNumber()];
    rewriter.eraseOp(yield);
    rewriter.inlineBlockBefore(&body, op, op.getInputs());
    rewriter.replaceOp(op, result);
    return success();
  }
};
} // namespace

void danaus::populateChainToLinalgPatterns(RewritePatternSet &patterns) {
  danaus::addPatterns<InlineKernel, MapToGeneric, StageToGeneric>(patterns, patterns.getContext());
  populateDigitPatterns(patterns);
  populateSparsePatterns(patterns);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Refuses the forms that only the optimized path knows.
static LogicalResult verifyNaive(Operation *op) {
  if (auto stage = dyn_cast<chain::StageOp>(op); stage && stage.getPacking())
    return op->emitOpError() << "wanted an unpacked weight, found packing " << *stage.getPacking();
  if (auto kernel = dyn_cast<chain::KernelOp>(op); kernel && !kernel.getResult())
    return op->emitOpError() << "wanted a kernel on tensors, found one on memrefs";
  if (isa<chain::ContractOp>(op))
    return op->emitOpError() << "wanted chain.stage, found a tiled contract";
  return success();
}

/// Whether the optimized path has code of its own for the kernel: for a GPU, plain
/// loops are all that unit fma means, but in_place.
static bool hasOwnCode(Operation *op) {
  auto kernel = dyn_cast<chain::KernelOp>(op);
  if (!kernel || !kernel.getSchedule() || kernel.getSchedule()->getUnit() != chain::Unit::fma ||
      kernel.getSchedule()->getInPlace())
    return static_cast<bool>(kernel);
  auto module = op->getParentOfType<ModuleOp>();
  auto name = module ? module->getAttrOfType<StringAttr>("danaus.target") : StringAttr();
  std::optional<TargetLimits> limits = name ? lookupTarget(name.getValue()) : std::nullopt;
  return !limits || !limits->isGpu;
}

namespace {
struct ConvertChainToLinalg : danaus::impl::ConvertChainToLinalgPassBase<ConvertChainToLinalg> {
  using Base::Base;
  void runOnOperation() override {
    WalkResult refused = getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (keepKernels && hasOwnCode(op))
        return WalkResult::skip();
      return failed(verifyNaive(op)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (refused.wasInterrupted())
      return signalPassFailure();
    ConversionTarget target(getContext());
    target.addIllegalDialect<chain::ChainDialect>();
    if (keepKernels) {
      target.addDynamicallyLegalOp<chain::KernelOp>(hasOwnCode);
      target.markOpRecursivelyLegal<chain::KernelOp>(hasOwnCode);
    }
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    RewritePatternSet patterns(&getContext());
    populateChainToLinalgPatterns(patterns);
    if (failed(applyPartialConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
