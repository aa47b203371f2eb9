//===- FlattenComposites.cpp - Products of products become one product -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/LinopAlgebra.h"
#include "danaus/Transforms/LinopFactors.h"
#include "danaus/Transforms/Passes.h"

namespace danaus {
#define GEN_PASS_DEF_FLATTENCOMPOSITESPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

/// The parts of a composite structure, or nothing when `type` is none.
static SmallVector<RankedTensorType> partsOf(RankedTensorType type) {
  Attribute encoding = type.getEncoding();
  if (auto product = dyn_cast_or_null<ProductAttr>(encoding))
    return SmallVector<RankedTensorType>(product.getFactors());
  if (auto sum = dyn_cast_or_null<SumAttr>(encoding))
    return SmallVector<RankedTensorType>(sum.getTerms());
  if (auto scaled = dyn_cast_or_null<ScaledAttr>(encoding))
    return {scaled.getMatrix()};
  if (auto transpose = dyn_cast_or_null<TransposeAttr>(encoding))
    return {transpose.getMatrix()};
  return {};
}

/// Whether an op on the parts of `type` has that type again: a product takes the
/// element type of its first factor.
static bool isTakenApart(RankedTensorType type) {
  SmallVector<RankedTensorType> parts = partsOf(type);
  return !parts.empty() && parts.front().getElementType() == type.getElementType();
}

static bool isComposite(Operation *op) {
  return isa_and_nonnull<ProductOp, SumOp, ScaleOp, TransposeOp>(op);
}

/// The composite `matrix` again, made of assembled parts by an op of the algebra.
static Value takeApart(OpBuilder &builder, Location loc, Value matrix) {
  SmallVector<Value> parameters = getParameters(builder, loc, matrix), parts;
  ValueRange rest(parameters);
  for (RankedTensorType part : partsOf(matrixType(matrix))) {
    size_t count = getMatrixStructure(part).getParameterTypes(part).size();
    parts.push_back(assembleMatrix(builder, loc, part, rest.take_front(count)));
    rest = rest.drop_front(count);
  }
  Attribute encoding = matrixType(matrix).getEncoding();
  if (isa<ProductAttr>(encoding))
    return ProductOp::create(builder, loc, parts);
  if (isa<SumAttr>(encoding))
    return SumOp::create(builder, loc, parts);
  if (isa<ScaledAttr>(encoding))
    return ScaleOp::create(builder, loc, parts[0], rest.front());
  return TransposeOp::create(builder, loc, parts[0]);
}

namespace {
/// apply(assemble(a, b): product, x)  ->  apply(product(assemble(a), assemble(b)), x)
/// and the same for an argument, by linop.parameters, and any op of the algebra
struct TakeCompositeApart : RewritePattern {
  explicit TakeCompositeApart(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/2, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isa<ApplyOp, MaterializeOp>(op) && !isComposite(op))
      return rewriter.notifyMatchFailure(op, "not an op of the algebra");
    for (OpOperand &operand : op->getOpOperands()) {
      auto type = dyn_cast<RankedTensorType>(operand.get().getType());
      if (!type || !isTakenApart(type) || isComposite(operand.get().getDefiningOp()))
        continue;
      Value apart = takeApart(rewriter, op->getLoc(), operand.get());
      rewriter.modifyOpInPlace(op, [&] { operand.set(apart); });
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no operand is a composite in one piece");
  }
};

/// product(a, product(b, c))  ->  product(a, b, c), and the same of sums
template <typename Op> struct FlattenNested : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    SmallVector<Value> parts;
    for (Value part : op->getOperands()) {
      auto inner = part.getDefiningOp<Op>();
      if (inner && inner.getType().getElementType() == op.getType().getElementType())
        llvm::append_range(parts, inner->getOperands());
      else
        parts.push_back(part);
    }
    if (parts.size() == op->getNumOperands())
      return rewriter.notifyMatchFailure(op, "no part is of the same kind with several parts");
    if (findEscape(op.getResult()))
      return rewriter.notifyMatchFailure(op, "the result must keep its type");
    Value flat = Op::create(rewriter, op.getLoc(), parts);
    replaceMatrix(rewriter, op, flat);
    return success();
  }
};

/// product(a)  ->  a, and the same of sums
template <typename Op> struct DropSinglePart : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (op->getNumOperands() != 1)
      return rewriter.notifyMatchFailure(op, "several parts");
    if (findEscape(op.getResult()))
      return rewriter.notifyMatchFailure(op, "the result must keep its type");
    replaceMatrix(rewriter, op, op->getOperand(0));
    return success();
  }
};

// Named so that each can be switched off alone.
struct FlattenProduct : FlattenNested<ProductOp> {
  using FlattenNested::FlattenNested;
};
struct FlattenSum : FlattenNested<SumOp> {
  using FlattenNested::FlattenNested;
};
struct DropSingleFactor : DropSinglePart<ProductOp> {
  using DropSinglePart::DropSinglePart;
};
struct DropSingleTerm : DropSinglePart<SumOp> {
  using DropSinglePart::DropSinglePart;
};

struct FlattenComposites : danaus::impl::FlattenCompositesPassBase<FlattenComposites> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateFlattenCompositesPatterns(patterns);
    if (failed(applyAlgebra(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](Operation *op) {
      if (!isa<ProductOp, SumOp>(op))
        return;
      bool isSingle = op->getNumOperands() == 1;
      bool isNested = llvm::any_of(op->getOperands(), [&](Value part) {
        return part.getDefiningOp() && part.getDefiningOp()->getName() == op->getName();
      });
      if (Operation *user = isSingle || isNested ? findEscape(op->getResult(0)) : nullptr)
        remarkMissed(op->getLoc(), "FlattenComposites", mustKeepType("matrix", user));
    });
  }
};
} // namespace

void danaus::populateFlattenCompositesPatterns(RewritePatternSet &patterns) {
  addPatterns<TakeCompositeApart, FlattenProduct, FlattenSum, DropSingleFactor, DropSingleTerm>(
      patterns, patterns.getContext());
}
