//===- MixKronecker.cpp - (A (x) B)(C (x) D) = AC (x) BD ------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Roundings: two products of N factors are 2 N stages; now N parameters are
// rounded and N stages.
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/LinopAlgebra.h"
#include "danaus/Transforms/LinopFactors.h"
#include "danaus/Transforms/ParameterProduct.h"
#include "danaus/Transforms/Passes.h"

namespace danaus {
#define GEN_PASS_DEF_MIXKRONECKERPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

/// The type of the product of two Kronecker products whose factors match.
static RankedTensorType mixedType(Value left, Value right) {
  auto first = structureOf<KroneckerAttr>(left), second = structureOf<KroneckerAttr>(right);
  RankedTensorType type = matrixType(left);
  auto encoding =
      KroneckerAttr::get(type.getContext(), first.getRows(), second.getColumns(), /*terms=*/1);
  return RankedTensorType::get({type.getDimSize(0), matrixType(right).getDimSize(1)},
                               type.getElementType(), encoding);
}

/// As "[2, 3]".
static std::string toString(ArrayRef<int64_t> sizes) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::interleaveComma(sizes, stream << '[');
  stream << ']';
  return text;
}

static int64_t flopsPerRow(RankedTensorType type) {
  return getMatrixStructure(type).getFlopsPerRow(type);
}

/// Flops that the products of the factors cost at every call.
static int64_t flopsOfFactors(Value left, Value right) {
  if (hasConstantParameters(left) && hasConstantParameters(right))
    return 0;
  auto first = structureOf<KroneckerAttr>(left), second = structureOf<KroneckerAttr>(right);
  int64_t flops = 0;
  for (auto [p, q, r] : llvm::zip_equal(first.getRows(), first.getColumns(), second.getColumns()))
    flops += 2 * p * q * r;
  return flops;
}

/// Why factors `index` and `index` + 1 of `op` are not mixed: "" if they can be,
/// nothing if they are not both Kronecker products.
static std::optional<std::string> whyNotMixed(ProductOp op, unsigned index, int64_t rows) {
  Value left = op.getFactors()[index], right = op.getFactors()[index + 1];
  auto first = structureOf<KroneckerAttr>(left), second = structureOf<KroneckerAttr>(right);
  if (!first || !second)
    return std::nullopt;
  std::string pair = "factors " + std::to_string(index) + " and " + std::to_string(index + 1);
  if (std::string why = whyNotMultiplied(matrixType(left).getElementType()); !why.empty())
    return pair + ": " + why;
  if (first.getTerms() != 1 || second.getTerms() != 1)
    return pair + ": one is a sum of several products";
  if (first.getColumns() != second.getRows())
    return pair + ": wanted " + toString(second.getRows()) + " as columns of the left one, found " +
           toString(first.getColumns());
  int64_t before = rows * (flopsPerRow(matrixType(left)) + flopsPerRow(matrixType(right)));
  int64_t after = rows * flopsPerRow(mixedType(left, right)) + flopsOfFactors(left, right);
  if (after <= before)
    return "";
  return pair + ": " + std::to_string(after) + " flops mixed, " + std::to_string(before) + " apart";
}

/// A factor each of AC, BD, ..
static Value mix(OpBuilder &builder, Location loc, Value left, Value right) {
  RankedTensorType type = mixedType(left, right);
  SmallVector<Value> lefts = getParameters(builder, loc, left), products;
  SmallVector<Value> rights = getParameters(builder, loc, right);
  for (auto [a, c] : llvm::zip_equal(lefts, rights)) {
    ArrayRef<int64_t> shape = matrixType(a).getShape();
    ParameterProduct product{
        {{a, {"i", "j"}}, {c, {"j", "k"}}},
        {"i", "k"},
        {{'i', shape[0]}, {'j', shape[1]}, {'k', matrixType(c).getDimSize(1)}}};
    products.push_back(multiplyParameters(builder, loc, product, type.getElementType()));
  }
  return assembleMatrix(builder, loc, type, products);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
/// product(kronecker(a, b), kronecker(c, d))  ->  kronecker(a c, b d)
struct MixAdjacentKronecker : OpRewritePattern<ProductOp> {
  MixAdjacentKronecker(MLIRContext *context, int64_t rows)
      : OpRewritePattern(context), rows(rows) {}

  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    std::string why = whyFixed(op);
    if (!why.empty())
      return rewriter.notifyMatchFailure(op, why);
    for (unsigned i = 0; i + 1 < op.getFactors().size(); ++i) {
      if (whyNotMixed(op, i, rows) != "")
        continue;
      SmallVector<Value> factors(op.getFactors());
      factors[i] = mix(rewriter, op.getLoc(), factors[i], factors[i + 1]);
      factors.erase(factors.begin() + i + 1);
      replaceProduct(rewriter, op, factors);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no neighbors are Kronecker products that mix");
  }

private:
  int64_t rows;
};

struct MixKronecker : danaus::impl::MixKroneckerPassBase<MixKronecker> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMixKroneckerPatterns(patterns, rows);
    if (failed(applyAlgebra(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([&](ProductOp op) {
      for (unsigned i = 0; i + 1 < op.getFactors().size(); ++i)
        if (std::optional<std::string> why = whyNotMixed(op, i, rows))
          remarkMissed(op.getLoc(), "MixKronecker", why->empty() ? whyFixed(op) : *why);
    });
  }
};
} // namespace

void danaus::populateMixKroneckerPatterns(RewritePatternSet &patterns, int64_t rows) {
  populateFlattenCompositesPatterns(patterns);
  addPatterns<MixAdjacentKronecker>(patterns, patterns.getContext(), rows);
}
