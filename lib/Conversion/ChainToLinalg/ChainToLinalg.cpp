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
#include "danaus/Conversion/Passes.h"
#include "danaus/Conversion/Utils.h"
#include "danaus/Support/PatternSwitch.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
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
// Helpers
//===----------------------------------------------------------------------===//

static const ReassociationIndices rowsThenBlock[] = {{0}, {1, 2, 3}};

static Value castTo(OpBuilder &builder, Location loc, Value value, RankedTensorType type) {
  if (value.getType() == type)
    return value;
  return tensor::CastOp::create(builder, loc, type, value);
}

/// (rows, p q r)  ->  (rows, p, q, r); a dynamic number of columns is made
/// static first, since the pattern fixes it.
static Value expandColumns(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> columns) {
  auto type = cast<RankedTensorType>(x.getType());
  Type element = type.getElementType();
  int64_t rows = type.getDimSize(0), numColumns = columns[0] * columns[1] * columns[2];
  x = castTo(builder, loc, x, RankedTensorType::get({rows, numColumns}, element));
  SmallVector<OpFoldResult> sizes{tensor::getMixedSize(builder, loc, x, 0)};
  for (int64_t size : columns)
    sizes.push_back(builder.getIndexAttr(size));
  auto expanded = RankedTensorType::get({rows, columns[0], columns[1], columns[2]}, element);
  return tensor::ExpandShapeOp::create(builder, loc, expanded, x, rowsThenBlock, sizes);
}

/// An empty tensor with the sizes of `like`, a tensor or its expansion.
static Value emptyLike(OpBuilder &builder, Location loc, Value like, Type element) {
  return tensor::EmptyOp::create(builder, loc, tensor::getMixedSizes(builder, loc, like), element);
}

/// `x` with every element converted, as one generic; `x` itself when it has
/// the element type already.
static Value roundTo(OpBuilder &builder, Location loc, Value x, Type element) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getElementType() == element)
    return x;
  Value empty = emptyLike(builder, loc, x, element);
  SmallVector<AffineMap> maps(2, builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  auto body = [&](OpBuilder &nested, Location loc, ValueRange values) {
    Value rounded = convertFloat(nested, loc, values[0], element);
    linalg::YieldOp::create(nested, loc, rounded);
  };
  return linalg::GenericOp::create(builder, loc, empty.getType(), x, empty, maps, iterators, body)
      .getResult(0);
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

/// The maps of x, w and the sum over the loops (n, A, B, D, C).
static SmallVector<AffineMap> stageMaps(MLIRContext *context, StringRef order) {
  AffineExpr n, a, b, c, d;
  bindDims(context, n, a, b, d, c);
  SmallVector<AffineExpr> weight;
  for (char dim : order)
    weight.push_back(dim == 'a' ? a : dim == 'b' ? b : dim == 'c' ? c : d);
  return {AffineMap::get(5, 0, {n, a, c, d}, context), AffineMap::get(5, 0, weight, context),
          AffineMap::get(5, 0, {n, a, b, d}, context)};
}

/// sum + x * w, all in the type of the sum.
static void buildMultiplyAdd(OpBuilder &builder, Location loc, ValueRange values) {
  Type sumType = values[2].getType();
  Value x = convertFloat(builder, loc, values[0], sumType);
  Value weight = convertFloat(builder, loc, values[1], sumType);
  Value product = arith::MulFOp::create(builder, loc, x, weight);
  Value sum = arith::AddFOp::create(builder, loc, values[2], product);
  linalg::YieldOp::create(builder, loc, sum);
}

/// A tensor of zeros (rows, a, b, d) with as many rows as `x`.
static Value buildZeros(OpBuilder &builder, Location loc, Value x, const StagePattern &pattern,
                        Type element) {
  SmallVector<OpFoldResult> sizes{tensor::getMixedSize(builder, loc, x, 0)};
  for (int64_t size : {pattern.a, pattern.b, pattern.d})
    sizes.push_back(builder.getIndexAttr(size));
  Value empty = tensor::EmptyOp::create(builder, loc, sizes, element);
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(element));
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

namespace {
/// stage(x, w)  ->  collapse(round(generic(expand(x), w)))
struct StageToGeneric : OpRewritePattern<chain::StageOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(chain::StageOp op, PatternRewriter &rewriter) const override {
    if (op.getPacking())
      return rewriter.notifyMatchFailure(op, "the weight is packed");
    Location loc = op.getLoc();
    StagePattern pattern = op.getPattern();
    auto type = cast<RankedTensorType>(op.getY().getType());
    Type sumType = chain::getAccumulatorType(op.getX().getType().getElementType());

    Value x = expandColumns(rewriter, loc, op.getX(), {pattern.a, pattern.c, pattern.d});
    Value zeros = buildZeros(rewriter, loc, x, pattern, sumType);
    SmallVector<utils::IteratorType> iterators(4, utils::IteratorType::parallel);
    iterators.push_back(utils::IteratorType::reduction);
    auto generic = linalg::GenericOp::create(
        rewriter, loc, zeros.getType(), ValueRange{x, op.getWeight()}, zeros,
        stageMaps(op.getContext(), op.getOrder()), iterators, buildMultiplyAdd);
    Value rounded = roundTo(rewriter, loc, generic.getResult(0), type.getElementType());
    Value y = tensor::CollapseShapeOp::create(rewriter, loc, rounded, rowsThenBlock);
    rewriter.replaceOp(op, castTo(rewriter, loc, y, type));
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

namespace {
struct ConvertChainToLinalg : danaus::impl::ConvertChainToLinalgPassBase<ConvertChainToLinalg> {
  void runOnOperation() override {
    WalkResult refused = getOperation()->walk([](Operation *op) {
      return failed(verifyNaive(op)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (refused.wasInterrupted())
      return signalPassFailure();
    ConversionTarget target(getContext());
    target.addIllegalDialect<chain::ChainDialect>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    RewritePatternSet patterns(&getContext());
    populateChainToLinalgPatterns(patterns);
    if (failed(applyPartialConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
