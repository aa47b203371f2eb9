//===- DigitsToLinalg.cpp - Stages on digits to linalg.generic -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An einsum is one generic whose loops are its letters, so that a permutation
// of digits on either side is an indexing map and nothing else:
//
//   einsum "kp,kqp->qk"     x (rows, k p) -> expand (rows, k, p)
//                           y[n, q, k] += w[k, q, p] * x[n, k, p]
//                           y (rows, q, k) -> collapse (rows, q k)
//
//===----------------------------------------------------------------------===//

#include "LinalgBuilders.h"
#include "danaus/Conversion/Utils.h"
#include "danaus/Support/PatternSwitch.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Einsum
//===----------------------------------------------------------------------===//

/// The loops in the order of nesting: those of y, then the summed ones, except
/// that the fastest digit of both x and y goes innermost, where it is a vector.
static std::string loopOrder(const Einsum &einsum) {
  std::string order = einsum.y;
  for (char loop : einsum.x)
    if (!StringRef(einsum.y).contains(loop))
      order += loop;
  if (einsum.x.empty() || einsum.y.empty() || einsum.x.back() != einsum.y.back())
    return order;
  char inner = einsum.y.back();
  order.erase(order.find(inner), 1);
  return order + inner;
}

/// The map of the loops (rows, order..) to `dims`, after the rows if those lead.
static AffineMap dimsMap(MLIRContext *context, StringRef order, StringRef dims, bool rowsLead) {
  SmallVector<AffineExpr> results;
  if (rowsLead)
    results.push_back(getAffineDimExpr(0, context));
  for (char loop : dims)
    results.push_back(getAffineDimExpr(order.find(loop) + 1, context));
  return AffineMap::get(order.size() + 1, 0, results, context);
}

Value danaus::buildContraction(OpBuilder &builder, Location loc, const Einsum &einsum,
                               StringRef order, Value x, Value weight, RankedTensorType type) {
  x = expandColumns(builder, loc, x, einsum.sizesOf(einsum.x));
  Value zeros =
      buildZeros(builder, loc, x, einsum.sizesOf(einsum.y), getSumType(type.getElementType()));
  SmallVector<utils::IteratorType> iterators{utils::IteratorType::parallel};
  for (char loop : order)
    iterators.push_back(StringRef(einsum.y).contains(loop) ? utils::IteratorType::parallel
                                                           : utils::IteratorType::reduction);
  MLIRContext *context = builder.getContext();
  SmallVector<AffineMap> maps{dimsMap(context, order, einsum.x, true),
                              dimsMap(context, order, einsum.weight, false),
                              dimsMap(context, order, einsum.y, true)};
  auto generic = linalg::GenericOp::create(builder, loc, zeros.getType(), ValueRange{x, weight},
                                           zeros, maps, iterators, buildMultiplyAdd);
  Value rounded = roundTo(builder, loc, generic.getResult(0), type.getElementType());
  Value y = collapseColumns(builder, loc, rounded);
  return castTo(builder, loc, y, type);
}

namespace {
/// einsum(x, w)  ->  collapse(round(generic(expand(x), w)))
struct EinsumToGeneric : OpRewritePattern<chain::EinsumOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(chain::EinsumOp op, PatternRewriter &rewriter) const override {
    Einsum einsum = op.getEinsum();
    rewriter.replaceOp(op, buildContraction(rewriter, op.getLoc(), einsum, loopOrder(einsum),
                                            op.getX(), op.getWeight(),
                                            cast<RankedTensorType>(op.getY().getType())));
    return success();
  }
};

/// permute(x)  ->  collapse(transpose(expand(x)))
struct PermuteToTranspose : OpRewritePattern<chain::PermuteOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(chain::PermuteOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    DigitPermutation permutation = *op.getPermutation();
    auto type = cast<RankedTensorType>(op.getY().getType());
    Value x = expandColumns(rewriter, loc, op.getX(), permutation.sizes());
    SmallVector<int64_t> dimensions{0};
    for (unsigned digit : permutation.order())
      dimensions.push_back(digit + 1);
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, x);
    SmallVector<OpFoldResult> permuted =
        llvm::map_to_vector(dimensions, [&](int64_t dimension) { return sizes[dimension]; });
    Value empty = tensor::EmptyOp::create(rewriter, loc, permuted, type.getElementType());
    Value y = linalg::TransposeOp::create(rewriter, loc, x, empty, dimensions)->getResult(0);
    y = collapseColumns(rewriter, loc, y);
    rewriter.replaceOp(op, castTo(rewriter, loc, y, type));
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

/// inverse[table[i]] = i
static Value invertTable(OpBuilder &builder, Location loc, Value table) {
  auto type = cast<RankedTensorType>(table.getType());
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value size = tensor::DimOp::create(builder, loc, table, zero);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, table);
  Value empty = tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
  auto body = [&](OpBuilder &nested, Location loc, Value i, ValueRange inverse) {
    Value entry = tensor::ExtractOp::create(nested, loc, table, i);
    Value target = arith::IndexCastOp::create(nested, loc, nested.getIndexType(), entry);
    Value number = arith::IndexCastOp::create(nested, loc, type.getElementType(), i);
    Value next = tensor::InsertOp::create(nested, loc, number, inverse[0], target);
    scf::YieldOp::create(nested, loc, next);
  };
  auto loop = scf::ForOp::create(builder, loc, zero, size, one, empty, body);
  loop->setAttr(independentName, builder.getUnitAttr()); // of a permutation
  return loop.getResult(0);
}

namespace {
/// gather(x, t)  ->  generic over (n, j) of x[n, t[j]]
struct GatherToGeneric : OpRewritePattern<chain::GatherOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(chain::GatherOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value table = op.getScatters() ? invertTable(rewriter, loc, op.getTable()) : op.getTable();
    Value x = op.getX();
    auto type = cast<RankedTensorType>(op.getY().getType());
    Value empty = emptyLike(rewriter, loc, x, type.getElementType());
    AffineExpr column = rewriter.getAffineDimExpr(1);
    SmallVector<AffineMap> maps{AffineMap::get(2, 0, column), rewriter.getMultiDimIdentityMap(2)};
    SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
    auto body = [&](OpBuilder &nested, Location loc, ValueRange values) {
      Value row = linalg::IndexOp::create(nested, loc, 0);
      Value source = arith::IndexCastOp::create(nested, loc, nested.getIndexType(), values[0]);
      Value value = tensor::ExtractOp::create(nested, loc, x, ValueRange{row, source});
      linalg::YieldOp::create(nested, loc, value);
    };
    auto generic = linalg::GenericOp::create(rewriter, loc, empty.getType(), table, empty, maps,
                                             iterators, body);
    rewriter.replaceOp(op, castTo(rewriter, loc, generic.getResult(0), type));
    return success();
  }
};

/// toeplitz(x, t)  ->  round(generic over (n, r, c) of t[r - c + in - 1] x[n, c])
struct ToeplitzToGeneric : OpRewritePattern<chain::ToeplitzOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(chain::ToeplitzOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getY().getType());
    int64_t in = cast<RankedTensorType>(op.getX().getType()).getDimSize(1);
    Value zeros =
        buildZeros(rewriter, loc, op.getX(), type.getDimSize(1), getSumType(type.getElementType()));
    // The rows of the matrix go innermost: there both t and y are contiguous.
    AffineExpr n, r, c;
    bindDims(op.getContext(), n, c, r);
    SmallVector<AffineMap> maps{AffineMap::get(3, 0, {n, c}, op.getContext()),
                                AffineMap::get(3, 0, r - c + (in - 1)),
                                AffineMap::get(3, 0, {n, r}, op.getContext())};
    SmallVector<utils::IteratorType> iterators{utils::IteratorType::parallel,
                                               utils::IteratorType::reduction,
                                               utils::IteratorType::parallel};
    auto generic = linalg::GenericOp::create(rewriter, loc, zeros.getType(),
                                             ValueRange{op.getX(), op.getWeight()}, zeros, maps,
                                             iterators, buildMultiplyAdd);
    Value y = roundTo(rewriter, loc, generic.getResult(0), type.getElementType());
    rewriter.replaceOp(op, castTo(rewriter, loc, y, type));
    return success();
  }
};
} // namespace

void danaus::populateDigitPatterns(RewritePatternSet &patterns) {
  addPatterns<EinsumToGeneric, GatherToGeneric, PermuteToTranspose, ToeplitzToGeneric>(
      patterns, patterns.getContext());
}
