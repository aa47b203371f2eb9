//===- CarryLayouts.cpp - One layer's output order is the next one's input -===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Between two layers an element-wise function does not mind the order of the
// columns, so a permutation P at the end of the first may as well be done at the
// beginning of the second, where a weight takes it in or it meets its inverse:
//
//   y = (P A) x                          y = A x
//   z = f(y, bias)               ->      z = f(y, P^-1 bias)
//   u = B z                              u = (B P) z
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/LinopAlgebra.h"
#include "danaus/Transforms/LinopFactors.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

namespace danaus {
#define GEN_PASS_DEF_CARRYLAYOUTSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

//===----------------------------------------------------------------------===//
// What lies between two layers
//===----------------------------------------------------------------------===//

namespace {
/// Two layers, and the element-wise ops from one to the other.
struct LayerPair {
  ApplyOp first;
  SmallVector<Operation *> between; ///< in the order of execution
};
} // namespace

/// Whether `op` multiplies rows of activations from the left, as layers do.
static bool isLayer(ApplyOp op) {
  int64_t last = cast<ShapedType>(op.getX().getType()).getRank() - 1;
  return !op.getRight() && static_cast<int64_t>(op.getAxis().value_or(last)) == last;
}

/// The only user of `value` beside questions for its size, or null.
static bool isReadOnce(Value value) {
  return llvm::count_if(value.getUses(),
                        [](OpOperand &use) { return !isa<tensor::DimOp>(use.getOwner()); }) == 1;
}

/// The operand of `op` that all columns come from, where `op` computes column
/// from column: every other operand has one value for each column, or one.
static Value columnwiseSource(linalg::GenericOp op) {
  if (op.getNumResults() != 1 || op.getNumParallelLoops() != op.getNumLoops() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() ||
      op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)) || op.hasIndexSemantics())
    return Value();
  Value source;
  AffineExpr column = getAffineDimExpr(op.getNumLoops() - 1, op.getContext());
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    if (map.getNumResults() == 0 || (map.getNumResults() == 1 && map.getResult(0) == column))
      continue;
    if (source || !map.isIdentity())
      return Value();
    source = input->get();
  }
  return source;
}

/// The same for element-wise ops on tensors: all other operands are splats.
static Value columnwiseSource(Operation *op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return columnwiseSource(generic);
  if (!OpTrait::hasElementwiseMappableTraits(op) || op->getNumResults() != 1)
    return Value();
  Value source;
  for (Value operand : op->getOperands()) {
    if (matchPattern(operand, m_Constant<SplatElementsAttr>(nullptr)))
      continue;
    if (source)
      return Value();
    source = operand;
  }
  return source;
}

/// The layer before `second` and what lies between. Otherwise nothing, and `why`
/// where there is a layer that something keeps apart from this one.
static std::optional<LayerPair> findPair(ApplyOp second, std::string &why) {
  LayerPair pair;
  Value value = second.getX();
  while (Operation *op = value.getDefiningOp()) {
    if (!isReadOnce(value)) {
      why = "the activations between have several uses";
      return std::nullopt;
    }
    if ((pair.first = dyn_cast<ApplyOp>(op)))
      break;
    value = columnwiseSource(op);
    if (!value) {
      why = "'" + op->getName().getStringRef().str() + "' between does not act column by column";
      return std::nullopt;
    }
    pair.between.insert(pair.between.begin(), op);
  }
  if (!pair.first || !isLayer(pair.first))
    return std::nullopt;
  return pair;
}

//===----------------------------------------------------------------------===//
// What takes a permutation in
//===----------------------------------------------------------------------===//

/// The factors of a product, or the matrix.
static SmallVector<Value> factorsOf(Value matrix) {
  if (auto product = matrix.getDefiningOp<ProductOp>())
    return SmallVector<Value>(product.getFactors());
  return {matrix};
}

/// Where the result of `matrix` is permuted last, that permutation.
static std::optional<DigitPermutation> lastPermutation(Value matrix) {
  auto product = matrix.getDefiningOp<ProductOp>();
  if (!product)
    return std::nullopt;
  auto attribute = structureOf<PermutationAttr>(product.getFactors().front());
  return attribute ? attribute.getPermutation() : std::nullopt;
}

/// Why `matrix` does not take in a permutation of its columns, or "".
static std::string whyNotTaken(Value matrix, const DigitPermutation &permutation,
                               int64_t maxValues) {
  Value first = factorsOf(matrix).back();
  if (auto attribute = structureOf<PermutationAttr>(first))
    return permutation.then(*attribute.getPermutation())
               ? ""
               : "the permutations of the layers have no common refinement";
  return whyNotAbsorbed(first, permutation, maxValues);
}

//===----------------------------------------------------------------------===//
// The rewrite
//===----------------------------------------------------------------------===//

/// One value a column, in the order of the columns before `permutation`. Not in
/// linalg: fused with the ops between it would keep these from the kernels.
static Value permuteVector(OpBuilder &builder, Location loc, Value vector,
                           const DigitPermutation &permutation) {
  AffineExpr column = builder.getAffineDimExpr(0), source = builder.getAffineConstantExpr(0);
  for (const DigitPermutation::Digit &digit : permutation.inverse().digits())
    source = source + (column.floorDiv(digit.stride) % digit.size) * digit.sourceStride;
  AffineMap map = AffineMap::get(1, 0, source);
  auto body = [&](OpBuilder &b, Location loc, ValueRange indices) {
    Value index = affine::AffineApplyOp::create(b, loc, map, indices);
    Value element = tensor::ExtractOp::create(b, loc, vector, index);
    tensor::YieldOp::create(b, loc, element);
  };
  return tensor::GenerateOp::create(builder, loc, vector.getType(), ValueRange(), body);
}

/// low_rank(U, V)  ->  U, V
static void splitLowRank(OpBuilder &builder, Location loc, SmallVectorImpl<Value> &factors) {
  if (!structureOf<LowRankAttr>(factors.back()))
    return;
  SmallVector<Value> parts = getParameters(builder, loc, factors.pop_back_val());
  llvm::append_range(factors, parts);
}

/// Puts `replacement` where the size of `value` is asked for.
static void moveSizes(RewriterBase &rewriter, Value value, Value replacement) {
  rewriter.replaceUsesWithIf(value, replacement,
                             [](OpOperand &use) { return isa<tensor::DimOp>(use.getOwner()); });
}

/// The first layer without `permutation`, its first factor.
static Value shortenFirst(PatternRewriter &rewriter, ApplyOp first) {
  rewriter.setInsertionPoint(first);
  SmallVector<Value> factors = factorsOf(first.getMatrix());
  factors.erase(factors.begin());
  Value rest = factors.size() == 1 ? asStructured(rewriter, first.getLoc(), factors[0])
                                   : ProductOp::create(rewriter, first.getLoc(), factors);
  Value y = ApplyOp::create(rewriter, first.getLoc(), first.getType(), rest, first.getX(),
                            first.getRightAttr(), first.getAxisAttr());
  moveSizes(rewriter, first.getY(), y);
  return y;
}

/// The ops between again, on columns in the other order.
static Value rebuildBetween(PatternRewriter &rewriter, LayerPair pair, Value value,
                            const DigitPermutation &permutation) {
  Value old = pair.first.getY();
  for (Operation *op : pair.between) {
    rewriter.setInsertionPoint(op);
    IRMapping mapping;
    mapping.map(old, value);
    if (auto generic = dyn_cast<linalg::GenericOp>(op))
      for (Value input : generic.getInputs())
        if (cast<ShapedType>(input.getType()).getRank() == 1 && input != old)
          mapping.map(input, permuteVector(rewriter, op->getLoc(), input, permutation));
    old = op->getResult(0);
    value = rewriter.clone(*op, mapping)->getResult(0);
    moveSizes(rewriter, old, value);
  }
  return value;
}

namespace {
/// apply(B, f(apply(P A, x)))  ->  apply(B P, f'(apply(A, x)))
struct CarryPermutation : OpRewritePattern<ApplyOp> {
  CarryPermutation(MLIRContext *context, int64_t maxValues)
      : OpRewritePattern(context), maxValues(maxValues) {}

  LogicalResult matchAndRewrite(ApplyOp second, PatternRewriter &rewriter) const override {
    std::string why = whyNotCarried(second, maxValues);
    if (!why.empty())
      return rewriter.notifyMatchFailure(second, why);
    LayerPair pair = *findPair(second, why);
    DigitPermutation permutation = *lastPermutation(pair.first.getMatrix());
    Value y = shortenFirst(rewriter, pair.first);
    Value z = rebuildBetween(rewriter, pair, y, permutation);

    rewriter.setInsertionPoint(second);
    Location loc = second.getLoc();
    SmallVector<Value> factors = factorsOf(second.getMatrix());
    splitLowRank(rewriter, loc, factors);
    factors.push_back(assemblePermutation(rewriter, loc, permutation,
                                          matrixType(second.getMatrix()).getElementType()));
    Value product = ProductOp::create(rewriter, loc, factors);
    rewriter.modifyOpInPlace(second, [&] { second->setOperands({product, z}); });
    for (Operation *op : llvm::reverse(pair.between))
      rewriter.eraseOp(op);
    rewriter.eraseOp(pair.first);
    return success();
  }

  /// Why there is nothing to carry into `second`, beginning with "no" where
  /// no permutation could have gone.
  static std::string whyNotCarried(ApplyOp second, int64_t maxValues) {
    if (!isLayer(second))
      return "no layer on rows";
    std::string why = "no layer before";
    std::optional<LayerPair> pair = findPair(second, why);
    if (!pair)
      return why;
    std::optional<DigitPermutation> permutation = lastPermutation(pair->first.getMatrix());
    if (!permutation)
      return "no permutation at the end of the layer before";
    return whyNotTaken(second.getMatrix(), *permutation, maxValues);
  }

private:
  int64_t maxValues;
};

struct CarryLayouts : danaus::impl::CarryLayoutsPassBase<CarryLayouts> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateCarryLayoutsPatterns(patterns, maxValues);
    if (failed(applyAlgebra(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([&](ApplyOp op) {
      std::string why = CarryPermutation::whyNotCarried(op, maxValues);
      if (!StringRef(why).starts_with("no "))
        remarkMissed(op.getLoc(), "CarryLayouts", why);
    });
  }
};
} // namespace

void danaus::populateCarryLayoutsPatterns(RewritePatternSet &patterns, int64_t maxValues) {
  populatePushPermutationsPatterns(patterns, maxValues);
  addPatterns<CarryPermutation>(patterns, patterns.getContext(), maxValues);
}
