//===- TransposeChains.cpp - Transposes move to the factors ---------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/LinopAlgebra.h"
#include "danaus/Transforms/LinopFactors.h"
#include "danaus/Transforms/ParameterProduct.h"
#include "danaus/Transforms/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

namespace danaus {
#define GEN_PASS_DEF_TRANSPOSECHAINSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

//===----------------------------------------------------------------------===//
// Structures whose transpose has the same structure
//===----------------------------------------------------------------------===//

namespace {
/// A parameter of the transpose: dimension i is dimension order[i] of parameter
/// `from`.
struct MovedParameter {
  unsigned from;
  SmallVector<unsigned> order;
  bool isMoved() const { return !llvm::is_sorted(order); }
};

struct TransposedForm {
  StructureAttrInterface structure;
  SmallVector<MovedParameter> parameters;
};
} // namespace

static TransposedForm transposeKronecker(KroneckerAttr kronecker) {
  SmallVector<unsigned> order{1, 0};
  if (kronecker.getTerms() > 1)
    order = {0, 2, 1};
  TransposedForm form{KroneckerAttr::get(kronecker.getContext(), kronecker.getColumns(),
                                         kronecker.getRows(), kronecker.getTerms()),
                      {}};
  for (unsigned i = 0; i < kronecker.getRows().size(); ++i)
    form.parameters.push_back({i, order});
  return form;
}

static TransposedForm transposeTensorTrain(TensorTrainAttr train) {
  TransposedForm form{
      TensorTrainAttr::get(train.getContext(), train.getIn(), train.getOut(), train.getRanks()),
      {}};
  for (unsigned k = 0; k < train.getOut().size(); ++k)
    form.parameters.push_back({k, {0, 2, 1, 3}});
  return form;
}

/// (U core V^T)^T = V core^T U^T
static TransposedForm transposeTucker(TuckerAttr tucker) {
  TransposedForm form{TuckerAttr::get(tucker.getContext(), tucker.getIn(), tucker.getOut(),
                                      tucker.getInRanks(), tucker.getOutRanks()),
                      {}};
  unsigned n = tucker.getOut().size();
  MovedParameter &core = form.parameters.emplace_back(MovedParameter{0, {}});
  for (unsigned i = 0; i < 2 * n; ++i)
    core.order.push_back((i + n) % (2 * n));
  for (unsigned i = 0; i < 2 * n; ++i)
    form.parameters.push_back({1 + (i + n) % (2 * n), {0, 1}});
  return form;
}

static TransposedForm transposePermutation(PermutationAttr permutation) {
  DigitPermutation inverse = permutation.getPermutation()->inverse();
  SmallVector<int64_t> sizes(inverse.sizes()), order(inverse.order());
  return {PermutationAttr::get(permutation.getContext(), sizes, order), {}};
}

/// What the transpose of `matrix` is in its own structure; nothing where it is
/// in none, or only by computing.
static std::optional<TransposedForm> findTransposedForm(Value matrix) {
  using Form = std::optional<TransposedForm>;
  MLIRContext *context = matrix.getContext();
  Attribute structure = getMatrixStructure(matrixType(matrix));
  auto same = cast<StructureAttrInterface>(structure);
  return llvm::TypeSwitch<Attribute, Form>(structure)
      .Case<DenseAttr>([&](auto) { return Form({same, {{0, {1, 0}}}}); })
      .Case<DiagonalAttr>([&](auto) { return Form({same, {{0, {0}}}}); })
      .Case<HadamardAttr, DftAttr>([&](auto) { return Form({same, {}}); })
      .Case<BlockDiagonalAttr>([&](auto) { return Form({same, {{0, {0, 2, 1}}}}); })
      .Case([&](KroneckerSparseAttr ks) {
        auto swapped =
            KroneckerSparseAttr::get(context, ks.getA(), ks.getC(), ks.getB(), ks.getD());
        return Form({swapped, {{0, {0, 2, 1, 3}}}});
      })
      .Case<LowRankAttr>([&](auto) { return Form({same, {{1, {1, 0}}, {0, {1, 0}}}}); })
      .Case<UsvAttr>([&](auto) { return Form({same, {{2, {1, 0}}, {1, {0}}, {0, {1, 0}}}}); })
      .Case<BlastAttr>(
          [&](auto) { return Form({same, {{1, {0, 2, 1}}, {0, {0, 2, 1}}, {2, {1, 0, 2}}}}); })
      .Case([](KroneckerAttr kronecker) { return Form(transposeKronecker(kronecker)); })
      .Case([](TensorTrainAttr train) { return Form(transposeTensorTrain(train)); })
      .Case([](TuckerAttr tucker) { return Form(transposeTucker(tucker)); })
      .Case([](PermutationAttr permutation) { return Form(transposePermutation(permutation)); })
      .Default([](Attribute) { return Form(); });
}

/// Values that `form` moves at run time.
static int64_t countMoved(const TransposedForm &form, Value matrix) {
  if (hasConstantParameters(matrix))
    return 0;
  SmallVector<RankedTensorType> types =
      getMatrixStructure(matrixType(matrix)).getParameterTypes(matrixType(matrix));
  int64_t count = 0;
  for (const MovedParameter &parameter : form.parameters)
    count += parameter.isMoved() ? types[parameter.from].getNumElements() : 0;
  return count;
}

/// The transpose of `matrix` in its own structure: same parameters, moved.
static Value transposeStructure(OpBuilder &builder, Location loc, const TransposedForm &form,
                                Value matrix) {
  RankedTensorType type = matrixType(matrix);
  SmallVector<Value> parameters = getParameters(builder, loc, matrix), moved;
  for (const MovedParameter &parameter : form.parameters)
    moved.push_back(transposeParameter(builder, loc, parameters[parameter.from], parameter.order));
  auto transposed = RankedTensorType::get({type.getDimSize(1), type.getDimSize(0)},
                                          type.getElementType(), form.structure);
  return assembleMatrix(builder, loc, transposed, moved);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// transpose(m) for a factor or a term, which may be plain.
static Value createTranspose(OpBuilder &builder, Location loc, Value matrix) {
  return TransposeOp::create(builder, loc, asStructured(builder, loc, matrix));
}

namespace {
/// transpose(product(a, b))  ->  product(transpose b, transpose a)
struct TransposeOfProduct : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto product = op.getMatrix().getDefiningOp<ProductOp>();
    if (!product)
      return rewriter.notifyMatchFailure(op, "the matrix is no product");
    if (findEscape(op.getResult()) || !whyFixed(product).empty())
      return rewriter.notifyMatchFailure(op, "the matrix must keep its type");
    SmallVector<Value> factors;
    for (Value factor : llvm::reverse(product.getFactors()))
      factors.push_back(createTranspose(rewriter, op.getLoc(), factor));
    Value transposed = ProductOp::create(rewriter, op.getLoc(), factors);
    replaceMatrix(rewriter, op, transposed);
    return success();
  }
};

/// transpose(sum(a, b))  ->  sum(transpose a, transpose b)
struct TransposeOfSum : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto sum = op.getMatrix().getDefiningOp<SumOp>();
    if (!sum)
      return rewriter.notifyMatchFailure(op, "the matrix is no sum");
    if (findEscape(op.getResult()))
      return rewriter.notifyMatchFailure(op, "the matrix must keep its type");
    SmallVector<Value> terms;
    for (Value term : sum.getTerms())
      terms.push_back(createTranspose(rewriter, op.getLoc(), term));
    Value transposed = SumOp::create(rewriter, op.getLoc(), terms);
    replaceMatrix(rewriter, op, transposed);
    return success();
  }
};

/// transpose(scale(m, s))  ->  scale(transpose m, s)
struct TransposeOfScale : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto scale = op.getMatrix().getDefiningOp<ScaleOp>();
    if (!scale)
      return rewriter.notifyMatchFailure(op, "the matrix is not scaled");
    if (findEscape(op.getResult()))
      return rewriter.notifyMatchFailure(op, "the matrix must keep its type");
    Value inner = createTranspose(rewriter, op.getLoc(), scale.getMatrix());
    Value scaled = ScaleOp::create(rewriter, op.getLoc(), inner, scale.getFactor());
    replaceMatrix(rewriter, op, scaled);
    return success();
  }
};

/// transpose(transpose(m))  ->  m
struct TransposeOfTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getMatrix().getDefiningOp<TransposeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "the matrix is no transpose");
    rewriter.replaceOp(op, inner.getMatrix());
    return success();
  }
};

/// transpose(assemble(p, q): low_rank)  ->  assemble(q^T, p^T): low_rank
/// and so on: the structure itself, with its parameters moved
struct TransposeOfStructure : OpRewritePattern<TransposeOp> {
  TransposeOfStructure(MLIRContext *context, int64_t maxValues)
      : OpRewritePattern(context), maxValues(maxValues) {}

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    std::optional<TransposedForm> form = findTransposedForm(op.getMatrix());
    if (!form)
      return rewriter.notifyMatchFailure(op, "the transpose is in no structure but its own");
    if (countMoved(*form, op.getMatrix()) > maxValues)
      return rewriter.notifyMatchFailure(op, "too many values to move at run time");
    if (findEscape(op.getResult()))
      return rewriter.notifyMatchFailure(op, "the matrix must keep its type");
    Value transposed = transposeStructure(rewriter, op.getLoc(), *form, op.getMatrix());
    replaceMatrix(rewriter, op, transposed);
    return success();
  }

private:
  int64_t maxValues;
};
} // namespace

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Why `op` is still there.
static std::string explain(TransposeOp op, int64_t maxValues) {
  if (Operation *user = findEscape(op.getResult()))
    return mustKeepType("transpose", user);
  if (auto product = op.getMatrix().getDefiningOp<ProductOp>())
    return whyFixed(product);
  std::optional<TransposedForm> form = findTransposedForm(op.getMatrix());
  if (!form)
    return "the transpose of " + structureName(op.getMatrix()).str() +
           " is in no structure but its own";
  return std::to_string(countMoved(*form, op.getMatrix())) + " values to move at run time, limit " +
         std::to_string(maxValues);
}

namespace {
struct TransposeChains : danaus::impl::TransposeChainsPassBase<TransposeChains> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateTransposeChainsPatterns(patterns, maxValues);
    if (failed(applyAlgebra(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([&](TransposeOp op) {
      remarkMissed(op.getLoc(), "TransposeChains", explain(op, maxValues));
    });
  }
};
} // namespace

void danaus::populateTransposeChainsPatterns(RewritePatternSet &patterns, int64_t maxValues) {
  populateFlattenCompositesPatterns(patterns);
  addPatterns<TransposeOfProduct, TransposeOfScale, TransposeOfSum, TransposeOfTranspose>(
      patterns, patterns.getContext());
  addPatterns<TransposeOfStructure>(patterns, patterns.getContext(), maxValues);
}
