//===- AbsorbScales.cpp - Diagonals and scales become part of parameters --===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A diagonal beside a matrix scales its rows or its columns, and most structures
// have one parameter whose dimensions hold all digits of the row index, and one
// with those of the column index:
//
//   diagonal(d) block_diagonal(w)      w'[A, B, C] = d[(A B)] w[A, B, C]
//   low_rank(u, v) diagonal(d)         v'[r, j] = v[r, j] d[j]
//
// Roundings: the chain rounded after the diagonal and after the stage, 2; now
// the parameter is rounded and the stage, 2.
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/LinopAlgebra.h"
#include "danaus/Transforms/LinopFactors.h"
#include "danaus/Transforms/ParameterProduct.h"
#include "danaus/Transforms/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

namespace danaus {
#define GEN_PASS_DEF_ABSORBSCALESPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

//===----------------------------------------------------------------------===//
// Which parameter takes a factor
//===----------------------------------------------------------------------===//

namespace {
enum class Side { Rows, Columns };

/// The parameter that holds an index of the matrix, and its dimensions that are
/// the digits of that index, slowest first.
struct IndexedParameter {
  unsigned parameter;
  SmallVector<unsigned> dims;
};
} // namespace

/// Nothing where no single parameter holds all of the index.
static std::optional<IndexedParameter> findIndexed(Value matrix, Side side) {
  using Found = std::optional<IndexedParameter>;
  auto pick = [&](IndexedParameter rows, IndexedParameter columns) -> Found {
    return side == Side::Rows ? rows : columns;
  };
  Attribute structure = getMatrixStructure(matrixType(matrix));
  return llvm::TypeSwitch<Attribute, Found>(structure)
      .Case<DenseAttr>([&](auto) { return pick({0, {0}}, {0, {1}}); })
      .Case<BlockDiagonalAttr>([&](auto) { return pick({0, {0, 1}}, {0, {0, 2}}); })
      .Case<KroneckerSparseAttr>([&](auto) { return pick({0, {0, 1, 3}}, {0, {0, 2, 3}}); })
      // w1 (k, q, p) reads column k' p + p', w2 (l, s, r) makes row s' l + l'.
      .Case<MonarchAttr>([&](auto) { return pick({1, {1, 0}}, {0, {0, 2}}); })
      .Case([&](MultiMonarchAttr monarch) {
        unsigned last = monarch.getIn().size() - 1;
        return pick({last, {0, 1, 3}}, {0, {0, 2, 3}});
      })
      .Case<LowRankAttr>([&](auto) { return pick({0, {0}}, {1, {1}}); })
      .Case<UsvAttr>([&](auto) { return pick({0, {0}}, {2, {1}}); })
      .Case<BlastAttr>([&](auto) { return pick({0, {0, 1}}, {1, {0, 2}}); })
      .Case<BttAttr>([&](auto) { return pick({1, {0, 2}}, {0, {0, 1}}); })
      .Case<DiagonalAttr>([&](auto) {
        RankedTensorType type = matrixType(matrix);
        bool isSquare = type.getDimSize(0) == type.getDimSize(1);
        return isSquare ? pick({0, {0}}, {0, {0}}) : Found();
      })
      .Default([](Attribute) { return Found(); });
}

static RankedTensorType parameterType(Value matrix, unsigned parameter) {
  RankedTensorType type = matrixType(matrix);
  return getMatrixStructure(type).getParameterTypes(type)[parameter];
}

/// Whether `matrix` is a square diagonal: only that scales all of its neighbor.
static bool isDiagonal(Value matrix) {
  RankedTensorType type = matrixType(matrix);
  return structureOf<DiagonalAttr>(matrix) && type.getDimSize(0) == type.getDimSize(1);
}

/// `matrix` with one parameter multiplied by `scales`, which has the digits of
/// `found.dims`, or none.
static Value scaleParameter(OpBuilder &builder, Location loc, Value matrix,
                            const IndexedParameter &found, Value scales, bool isUniform) {
  SmallVector<Value> parameters = getParameters(builder, loc, matrix);
  RankedTensorType type = parameterType(matrix, found.parameter);
  ParameterProduct product;
  ParameterTerm parameter{parameters[found.parameter], {}}, scale{scales, {}};
  for (auto [dim, size] : llvm::enumerate(type.getShape())) {
    product.loops.push_back({char('a' + dim), size});
    parameter.dims.push_back(std::string(1, char('a' + dim)));
  }
  if (!isUniform) {
    std::string &digits = scale.dims.emplace_back();
    for (unsigned dim : found.dims)
      digits += parameter.dims[dim];
  }
  product.result = parameter.dims;
  product.terms = {parameter, scale};
  parameters[found.parameter] = multiplyParameters(builder, loc, product, type.getElementType());
  return assembleMatrix(builder, loc, matrixType(matrix), parameters);
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

/// Why `matrix` should not take factors of type `element` per row or column, or
/// "". Multiplying a parameter at every call pays when it is no larger than the
/// activations that are not: `saved`.
static std::string whyNotScaled(Value matrix, Side side, Type element, bool isConstant,
                                int64_t saved) {
  std::optional<IndexedParameter> found = findIndexed(matrix, side);
  if (!found)
    return "no parameter of " + structureName(matrix).str() + " holds all of its " +
           (side == Side::Rows ? "rows" : "columns");
  if (std::string why = whyNotMultiplied(element); !why.empty())
    return why;
  if (matrixType(matrix).getElementType() != element)
    return structureName(matrix).str() + " has another element type";
  if (isConstant && hasConstantParameters(matrix))
    return "";
  int64_t added = parameterType(matrix, found->parameter).getNumElements();
  return added <= saved ? ""
                        : std::to_string(added) + " multiplications of parameters, " +
                              std::to_string(saved) + " of activations saved";
}

namespace {
/// A diagonal, and the neighbor that takes it, both as numbers of factors.
struct Absorption {
  unsigned diagonal, into;
  Side side;
};
} // namespace

/// The first diagonal of `op` that a neighbor takes; the smaller parameter when
/// both could. Otherwise `why` says what kept the first one, if there is one.
static std::optional<Absorption> findAbsorption(ProductOp op, int64_t rows, std::string &why) {
  OperandRange factors = op.getFactors();
  for (unsigned i = 0; i < factors.size(); ++i) {
    if (!isDiagonal(factors[i]) || factors.size() == 1)
      continue;
    std::optional<Absorption> best;
    int64_t bestSize = 0;
    RankedTensorType diagonal = matrixType(factors[i]);
    auto consider = [&](unsigned into, Side side) {
      std::string reason =
          whyNotScaled(factors[into], side, diagonal.getElementType(),
                       hasConstantParameters(factors[i]), rows * diagonal.getDimSize(0));
      if (!reason.empty()) {
        if (why.empty())
          why = "diagonal " + std::to_string(i) + ": " + reason;
        return;
      }
      unsigned parameter = findIndexed(factors[into], side)->parameter;
      int64_t size = parameterType(factors[into], parameter).getNumElements();
      if (!best || size < bestSize) {
        best = {i, into, side};
        bestSize = size;
      }
    };
    if (i + 1 < factors.size())
      consider(i + 1, Side::Rows);
    if (i > 0)
      consider(i - 1, Side::Columns);
    if (best)
      return best;
  }
  return std::nullopt;
}

/// The factor of a product that takes the scale `scale`, where a matrix of
/// `scaledRows` rows has it now: of those that can, the one with the smallest
/// parameter. Otherwise `why` says what kept the first one.
static std::optional<unsigned> findScalable(ValueRange factors, Value scale, int64_t scaledRows,
                                            int64_t rows, std::string &why) {
  std::optional<unsigned> best;
  int64_t bestSize = 0;
  for (auto [index, factor] : llvm::enumerate(factors)) {
    std::string reason = whyNotScaled(factor, Side::Rows, getElementTypeOrSelf(scale.getType()),
                                      isConstantParameter(scale), rows * scaledRows);
    if (!reason.empty()) {
      if (why.empty())
        why = "scale: " + reason;
      continue;
    }
    unsigned parameter = findIndexed(factor, Side::Rows)->parameter;
    int64_t size = parameterType(factor, parameter).getNumElements();
    if (!best || size < bestSize) {
      best = index;
      bestSize = size;
    }
  }
  return best;
}

static SmallVector<Value> factorsOf(Value matrix) {
  if (auto product = matrix.getDefiningOp<ProductOp>())
    return llvm::to_vector(product.getFactors());
  return {matrix};
}

namespace {
/// A product of which one factor takes a scale.
struct Scaling {
  SmallVector<Value> factors; ///< without the scale
  Value scale;
  unsigned into;
};
} // namespace

/// How the factors of what `op` scales take the scale; nothing, and why, if none
/// does.
static std::optional<Scaling> findScaling(ScaleOp op, int64_t rows, std::string &why) {
  SmallVector<Value> factors = factorsOf(op.getMatrix());
  std::optional<unsigned> into =
      findScalable(factors, op.getFactor(), op.getType().getDimSize(0), rows, why);
  if (!into)
    return std::nullopt;
  return Scaling{factors, op.getFactor(), *into};
}

/// The same for the first scaled factor of `op` whose scale any factor takes.
static std::optional<Scaling> findScaling(ProductOp op, int64_t rows, std::string &why) {
  for (auto [index, factor] : llvm::enumerate(op.getFactors())) {
    auto scaled = factor.getDefiningOp<ScaleOp>();
    if (!scaled)
      continue;
    SmallVector<Value> factors(op.getFactors());
    factors[index] = scaled.getMatrix();
    std::optional<unsigned> into =
        findScalable(factors, scaled.getFactor(), scaled.getType().getDimSize(0), rows, why);
    if (into)
      return Scaling{factors, scaled.getFactor(), *into};
  }
  return std::nullopt;
}

/// The factors with the scale in one of them.
static SmallVector<Value> absorb(OpBuilder &builder, Location loc, const Scaling &scaling) {
  SmallVector<Value> factors = scaling.factors;
  Value &factor = factors[scaling.into];
  factor = scaleParameter(builder, loc, factor, *findIndexed(factor, Side::Rows), scaling.scale,
                          /*isUniform=*/true);
  return factors;
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {
/// product(diagonal(d), block_diagonal(w))  ->  product(block_diagonal(d w))
/// and likewise with the diagonal on the right
struct AbsorbDiagonal : OpRewritePattern<ProductOp> {
  AbsorbDiagonal(MLIRContext *context, int64_t rows) : OpRewritePattern(context), rows(rows) {}

  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    std::string why = whyFixed(op);
    if (!why.empty())
      return rewriter.notifyMatchFailure(op, why);
    std::optional<Absorption> found = findAbsorption(op, rows, why);
    if (!found)
      return rewriter.notifyMatchFailure(op, "no diagonal has a neighbor that takes it");
    SmallVector<Value> factors(op.getFactors());
    Value scales = getParameters(rewriter, op.getLoc(), factors[found->diagonal]).front();
    IndexedParameter indexed = *findIndexed(factors[found->into], found->side);
    factors[found->into] = scaleParameter(rewriter, op.getLoc(), factors[found->into], indexed,
                                          scales, /*isUniform=*/false);
    factors.erase(factors.begin() + found->diagonal);
    replaceProduct(rewriter, op, factors);
    return success();
  }

private:
  int64_t rows;
};

/// scale(block_diagonal(w), s)  ->  block_diagonal(s w)
/// scale(product(a, b), s)  ->  product(a, s b)
struct AbsorbScale : OpRewritePattern<ScaleOp> {
  AbsorbScale(MLIRContext *context, int64_t rows) : OpRewritePattern(context), rows(rows) {}

  LogicalResult matchAndRewrite(ScaleOp op, PatternRewriter &rewriter) const override {
    if (findEscape(op.getResult()))
      return rewriter.notifyMatchFailure(op, "the matrix must keep its type");
    std::string why;
    std::optional<Scaling> found = findScaling(op, rows, why);
    if (!found)
      return rewriter.notifyMatchFailure(op, why);
    replaceProduct(rewriter, op, absorb(rewriter, op.getLoc(), *found));
    return success();
  }

private:
  int64_t rows;
};

/// product(a, scale(b, s), c)  ->  product(a, b, s c)
struct AbsorbFactorScale : OpRewritePattern<ProductOp> {
  AbsorbFactorScale(MLIRContext *context, int64_t rows) : OpRewritePattern(context), rows(rows) {}

  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    std::string why = whyFixed(op);
    if (!why.empty())
      return rewriter.notifyMatchFailure(op, why);
    std::optional<Scaling> found = findScaling(op, rows, why);
    if (!found)
      return rewriter.notifyMatchFailure(op, "no factor is scaled, or none takes the scale");
    replaceProduct(rewriter, op, absorb(rewriter, op.getLoc(), *found));
    return success();
  }

private:
  int64_t rows;
};

struct AbsorbScales : danaus::impl::AbsorbScalesPassBase<AbsorbScales> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateAbsorbScalesPatterns(patterns, rows);
    if (failed(applyAlgebra(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([&](Operation *op) {
      std::string why;
      if (auto product = dyn_cast<ProductOp>(op); product && findAbsorption(product, rows, why))
        why = whyFixed(product);
      if (auto scale = dyn_cast<ScaleOp>(op)) {
        Operation *user = findEscape(scale.getResult());
        if (findScaling(scale, rows, why) && user)
          why = mustKeepType("matrix", user);
      }
      if (!why.empty())
        remarkMissed(op->getLoc(), "AbsorbScales", why);
    });
  }
};
} // namespace

void danaus::populateAbsorbScalesPatterns(RewritePatternSet &patterns, int64_t rows) {
  populateFlattenCompositesPatterns(patterns);
  addPatterns<AbsorbDiagonal, AbsorbFactorScale, AbsorbScale>(patterns, patterns.getContext(),
                                                              rows);
}
