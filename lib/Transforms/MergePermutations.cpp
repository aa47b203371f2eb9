//===- MergePermutations.cpp - Merge and cancel permutations in products -*- C++ -*-===//
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
#define GEN_PASS_DEF_MERGEPERMUTATIONSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

static std::optional<DigitPermutation> permutationOf(Value matrix) {
  auto attribute = structureOf<PermutationAttr>(matrix);
  return attribute ? attribute.getPermutation() : std::nullopt;
}

static bool isIdentity(Value matrix) {
  std::optional<DigitPermutation> permutation = permutationOf(matrix);
  return permutation && permutation->isIdentity();
}

/// Factors `index` and `index` + 1 of `op` as one permutation, or why not ("" if
/// they are not both permutations). The second is applied first.
static std::optional<DigitPermutation> mergePair(ProductOp op, unsigned index, std::string &why) {
  Value left = op.getFactors()[index], right = op.getFactors()[index + 1];
  auto isPermutation = [](Value matrix) {
    return structureOf<PermutationAttr>(matrix) || structureOf<TablePermutationAttr>(matrix);
  };
  why.clear();
  if (!isPermutation(left) || !isPermutation(right))
    return std::nullopt;
  std::string pair = "permutations " + std::to_string(index) + " and " + std::to_string(index + 1);
  std::optional<DigitPermutation> second = permutationOf(left), first = permutationOf(right);
  if (!first || !second) {
    why = pair + ": one is a table";
    return std::nullopt;
  }
  std::optional<DigitPermutation> merged = first->then(*second);
  if (!merged)
    why = pair + ": their digits have no common refinement";
  return merged;
}

namespace {
/// product(.., P1, P2, ..)  ->  product(.., P1 P2, ..)
struct MergeAdjacentPermutations : OpRewritePattern<ProductOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    std::string why = whyFixed(op);
    if (!why.empty())
      return rewriter.notifyMatchFailure(op, why);
    for (unsigned i = 0; i + 1 < op.getFactors().size(); ++i) {
      std::optional<DigitPermutation> merged = mergePair(op, i, why);
      if (!merged)
        continue;
      SmallVector<Value> factors(op.getFactors());
      factors[i] =
          assemblePermutation(rewriter, op.getLoc(), *merged, op.getType().getElementType());
      factors.erase(factors.begin() + i + 1);
      replaceProduct(rewriter, op, factors);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no neighbors are permutations that compose");
  }
};

/// product(A, I, B)  ->  product(A, B)
struct DropIdentityFactors : OpRewritePattern<ProductOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    SmallVector<Value> factors =
        llvm::filter_to_vector(op.getFactors(), [](Value factor) { return !isIdentity(factor); });
    if (factors.empty() || factors.size() == op.getFactors().size())
      return rewriter.notifyMatchFailure(op, "no factor is the identity beside others");
    std::string why = whyFixed(op);
    if (!why.empty())
      return rewriter.notifyMatchFailure(op, why);
    replaceProduct(rewriter, op, factors);
    return success();
  }
};

/// apply(I, x)  ->  x
struct DropIdentityApply : OpRewritePattern<ApplyOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyOp op, PatternRewriter &rewriter) const override {
    if (!isIdentity(op.getMatrix()))
      return rewriter.notifyMatchFailure(op, "the matrix is not the identity");
    rewriter.replaceOp(op, op.getX());
    return success();
  }
};

struct MergePermutations : danaus::impl::MergePermutationsPassBase<MergePermutations> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMergePermutationsPatterns(patterns);
    if (failed(applyAlgebra(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](ProductOp op) {
      std::string why;
      for (unsigned i = 0; i + 1 < op.getFactors().size(); ++i) {
        bool composes = mergePair(op, i, why).has_value();
        if (composes || !why.empty())
          remarkMissed(op.getLoc(), "MergePermutations", composes ? whyFixed(op) : why);
      }
    });
  }
};
} // namespace

void danaus::populateMergePermutationsPatterns(RewritePatternSet &patterns) {
  populateFlattenCompositesPatterns(patterns);
  addPatterns<MergeAdjacentPermutations, DropIdentityFactors, DropIdentityApply>(
      patterns, patterns.getContext());
}
