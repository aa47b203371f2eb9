//===- RegroupButterflies.cpp - Levels become stages of dense blocks ------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// danaus/Support/StageGroups.h has the mathematics. Roundings: k levels rounded
// k times; now the weight is rounded and the stage, 2, and k is at least 2.
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Support/StageGroups.h"
#include "danaus/Transforms/LinopAlgebra.h"
#include "danaus/Transforms/LinopFactors.h"
#include "danaus/Transforms/ParameterProduct.h"
#include "danaus/Transforms/Passes.h"

namespace danaus {
#define GEN_PASS_DEF_REGROUPBUTTERFLIESPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

//===----------------------------------------------------------------------===//
// Levels
//===----------------------------------------------------------------------===//

namespace {
/// One stage and its weight, whose dimensions are made of the digits a, b, c, d.
struct Level {
  StagePattern pattern;
  Value weight;
  DigitDims dims;
};
} // namespace

/// The pattern of a factor that is one stage.
static std::optional<StagePattern> patternOf(Value matrix) {
  RankedTensorType type = matrixType(matrix);
  if (!whyNotMultiplied(type.getElementType()).empty())
    return std::nullopt;
  if (auto ks = structureOf<KroneckerSparseAttr>(matrix))
    return StagePattern{ks.getA(), ks.getB(), ks.getC(), ks.getD()};
  if (auto diagonal = structureOf<BlockDiagonalAttr>(matrix)) {
    int64_t n = diagonal.getBlocks();
    return StagePattern{n, type.getDimSize(0) / n, type.getDimSize(1) / n, 1};
  }
  return std::nullopt;
}

static Level takeLevel(OpBuilder &builder, Location loc, Value matrix) {
  Value weight = getParameters(builder, loc, matrix).front();
  DigitDims dims = structureOf<KroneckerSparseAttr>(matrix) ? DigitDims{"a", "b", "c", "d"}
                                                            : DigitDims{"ad", "b", "c"};
  return {*patternOf(matrix), weight, dims};
}

/// The patterns of a butterfly's levels in order of application.
static SmallVector<StagePattern> levelPatterns(ButterflyAttr butterfly, RankedTensorType type) {
  auto [n, levels, stacks] = butterfly.getSizes(type);
  SmallVector<StagePattern> patterns;
  for (int64_t block = 0; block < butterfly.getBlocks(); ++block)
    for (int64_t slot = 0; slot < levels; ++slot) {
      int64_t t = butterfly.getStride(type, block, slot);
      patterns.push_back({n / 2 / t, 2, 2, t});
    }
  return patterns;
}

/// Its levels; pair j = g t + i has the digits a = g and d = i.
static SmallVector<Level> takeLevels(OpBuilder &builder, Location loc, Value matrix) {
  auto butterfly = structureOf<ButterflyAttr>(matrix);
  Value twiddle = getParameters(builder, loc, matrix).front();
  int64_t numSlots = butterfly.getSizes(matrixType(matrix)).levels;
  SmallVector<Level> levels;
  for (auto [index, pattern] : llvm::enumerate(levelPatterns(butterfly, matrixType(matrix)))) {
    int64_t block = index / numSlots, slot = index % numSlots;
    Value weight = sliceParameter(builder, loc, twiddle, {0, block, slot});
    levels.push_back({pattern, weight, {"ad", "b", "c"}});
  }
  return levels;
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

namespace {
/// Letters of the loops of a group: A, D and B_j, C_j of each level.
struct GroupLetters {
  static char take(unsigned index) { return index < 26 ? 'a' + index : 'A' + (index - 26); }
  static char a() { return take(0); }
  static char d() { return take(1); }
  static char b(unsigned level) { return take(2 + 2 * level); }
  static char c(unsigned level) { return take(3 + 2 * level); }
};
} // namespace

/// Stages of one group at most, so that all letters suffice.
static constexpr unsigned maxGroup = 24;

/// The digits of level `j`'s own a, b, c and d among those of its group.
static std::string digitsOf(unsigned j, char digit, unsigned numLevels, bool increases) {
  using L = GroupLetters;
  std::string digits;
  if (digit == 'b' || digit == 'c')
    return std::string(1, digit == 'b' ? L::b(j) : L::c(j));
  if (digit == 'a') {
    digits += L::a();
    for (unsigned i = numLevels; increases && i-- > j + 1;)
      digits += L::c(i);
    for (unsigned i = 0; !increases && i < j; ++i)
      digits += L::b(i);
    return digits;
  }
  for (unsigned i = j; increases && i-- > 0;)
    digits += L::b(i);
  for (unsigned i = j + 1; !increases && i < numLevels; ++i)
    digits += L::c(i);
  return digits + L::d();
}

/// The weight (a, b, c, d) of a group as a product over its levels.
static ParameterProduct groupProduct(ArrayRef<Level> levels, const StagePattern &group) {
  using L = GroupLetters;
  unsigned count = levels.size();
  bool increases =
      count == 1 || nestStages(levels[0].pattern, levels[1].pattern) == StageNesting::Increasing;
  ParameterProduct product;
  product.loops = {{L::a(), group.a}, {L::d(), group.d}};
  std::string b, c;
  for (auto [j, level] : llvm::enumerate(levels)) {
    product.loops.push_back({L::b(j), level.pattern.b});
    product.loops.push_back({L::c(j), level.pattern.c});
    b.insert(increases ? 0 : b.size(), 1, L::b(j));
    c.insert(increases ? 0 : c.size(), 1, L::c(j));
    ParameterTerm &term = product.terms.emplace_back(ParameterTerm{level.weight, {}});
    for (const std::string &dim : level.dims) {
      std::string &digits = term.dims.emplace_back();
      for (char digit : dim)
        digits += digitsOf(j, digit, count, increases);
    }
  }
  product.result = {std::string(1, L::a()), b, c, std::string(1, L::d())};
  return product;
}

/// The stage of a group, `levels` in order of application.
static Value buildGroup(OpBuilder &builder, Location loc, ArrayRef<Level> levels,
                        Type elementType) {
  SmallVector<StagePattern> patterns =
      llvm::map_to_vector(levels, [](const Level &level) { return level.pattern; });
  StagePattern group = groupPattern(patterns);
  Value weight = multiplyParameters(builder, loc, groupProduct(levels, group), elementType);
  auto encoding =
      KroneckerSparseAttr::get(builder.getContext(), group.a, group.b, group.c, group.d);
  auto type = RankedTensorType::get({group.outSize(), group.inSize()}, elementType, encoding);
  return AssembleOp::create(builder, loc, type, weight);
}

/// All groups as factors of a product: the last is applied first.
static SmallVector<Value> buildGroups(OpBuilder &builder, Location loc, ArrayRef<Level> levels,
                                      ArrayRef<unsigned> groups, Type elementType) {
  SmallVector<Value> factors;
  for (unsigned size : groups) {
    factors.push_back(buildGroup(builder, loc, levels.take_front(size), elementType));
    levels = levels.drop_front(size);
  }
  std::reverse(factors.begin(), factors.end());
  return factors;
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

/// Why the levels of the butterfly `matrix` are no stages of their own, or "".
static std::string whyNotLevels(Value matrix) {
  RankedTensorType type = matrixType(matrix);
  int64_t n = structureOf<ButterflyAttr>(matrix).getSizes(type).n;
  if (std::string why = whyNotMultiplied(type.getElementType()); !why.empty())
    return why;
  if (type.getDimSize(0) == n && type.getDimSize(1) == n)
    return "";
  return "wanted a square butterfly of a power of two, found " +
         std::to_string(type.getDimSize(0)) + " x " + std::to_string(type.getDimSize(1));
}

namespace {
/// A run of factors that are single stages.
struct Run {
  unsigned first, size;
  SmallVector<unsigned> groups; ///< in order of application: from the last factor on
};
} // namespace

/// The first run of `op` of which several stages make one group.
static std::optional<Run> findRun(ProductOp op, int64_t maxBlock) {
  unsigned count = op.getFactors().size();
  for (unsigned first = 0, end = 0; first < count; first = end + 1) {
    SmallVector<StagePattern> patterns;
    for (end = first; end < count; ++end) {
      std::optional<StagePattern> pattern = patternOf(op.getFactors()[end]);
      if (!pattern)
        break;
      patterns.push_back(*pattern);
    }
    std::reverse(patterns.begin(), patterns.end());
    SmallVector<unsigned> groups = groupStages(patterns, maxBlock);
    if (groups.size() < patterns.size() &&
        llvm::all_of(groups, [](unsigned size) { return size <= maxGroup; }))
      return Run{first, end - first, groups};
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {
/// apply(butterfly(w), x)  ->  apply(product(kronecker_sparse, kronecker_sparse), x)
/// and the same in any op of the algebra
struct RegroupButterfly : RewritePattern {
  // Levels are of 2 x 2 blocks, so that this keeps groups to `maxGroup` of them.
  RegroupButterfly(MLIRContext *context, int64_t maxBlock)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context),
        maxBlock(std::min(maxBlock, int64_t(1) << maxGroup)) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (op->getNumOperands() == 0 || findEscape(op))
      return rewriter.notifyMatchFailure(op, "the op needs the types of its operands");
    for (Value operand : op->getOperands()) {
      if (!isMatrix(operand.getType()) || !structureOf<ButterflyAttr>(operand) ||
          !whyNotLevels(operand).empty())
        continue;
      Type elementType = matrixType(operand).getElementType();
      SmallVector<Level> levels = takeLevels(rewriter, op->getLoc(), operand);
      SmallVector<StagePattern> patterns =
          llvm::map_to_vector(levels, [](const Level &level) { return level.pattern; });
      SmallVector<Value> factors =
          buildGroups(rewriter, op->getLoc(), levels, groupStages(patterns, maxBlock), elementType);
      Value product = factors.size() == 1 ? factors.front()
                                          : ProductOp::create(rewriter, op->getLoc(), factors);
      replaceMatrixIn(rewriter, op, operand, product);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no operand is a butterfly of levels");
  }

private:
  int64_t maxBlock;
};

/// product(ks(n/4t, 2, 2, 2t), ks(n/2t, 2, 2, t))  ->  product(ks(n/4t, 4, 4, t))
struct RegroupStages : OpRewritePattern<ProductOp> {
  RegroupStages(MLIRContext *context, int64_t maxBlock)
      : OpRewritePattern(context), maxBlock(maxBlock) {}

  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    std::string why = whyFixed(op);
    if (!why.empty())
      return rewriter.notifyMatchFailure(op, why);
    std::optional<Run> run = findRun(op, maxBlock);
    if (!run)
      return rewriter.notifyMatchFailure(op, "no neighbors are stages that nest");
    SmallVector<Value> factors(op.getFactors());
    auto begin = factors.begin() + run->first, end = begin + run->size;
    SmallVector<Level> levels;
    for (Value factor : llvm::reverse(llvm::make_range(begin, end)))
      levels.push_back(takeLevel(rewriter, op.getLoc(), factor));
    SmallVector<Value> grouped =
        buildGroups(rewriter, op.getLoc(), levels, run->groups, op.getType().getElementType());
    factors.erase(begin, end);
    factors.insert(factors.begin() + run->first, grouped.begin(), grouped.end());
    replaceProduct(rewriter, op, factors);
    return success();
  }

private:
  int64_t maxBlock;
};
} // namespace

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Why `op` still has a butterfly, or stages that nest; "" when it has neither.
static std::string explain(Operation *op, int64_t maxBlock) {
  if (auto product = dyn_cast<ProductOp>(op); product && findRun(product, maxBlock))
    return whyFixed(product);
  if (!isa<ApplyOp, MaterializeOp, ProductOp, ScaleOp, SumOp, TransposeOp>(op))
    return "";
  for (Value operand : op->getOperands()) {
    if (!isMatrix(operand.getType()) || !structureOf<ButterflyAttr>(operand))
      continue;
    std::string why = whyNotLevels(operand);
    if (!why.empty())
      return why;
    if (Operation *user = findEscape(op))
      return mustKeepType("butterfly", user);
  }
  return "";
}

namespace {
struct RegroupButterflies : danaus::impl::RegroupButterfliesPassBase<RegroupButterflies> {
  using Base::Base;
  void runOnOperation() override {
    if (maxBlock < 2) {
      getOperation()->emitError() << "max-block: wanted 2 or more, found " << int64_t(maxBlock);
      return signalPassFailure();
    }
    RewritePatternSet patterns(&getContext());
    populateRegroupButterfliesPatterns(patterns, maxBlock);
    if (failed(applyAlgebra(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([&](Operation *op) {
      std::string why = explain(op, maxBlock);
      if (!why.empty())
        remarkMissed(op->getLoc(), "RegroupButterflies", why);
    });
  }
};
} // namespace

void danaus::populateRegroupButterfliesPatterns(RewritePatternSet &patterns, int64_t maxBlock) {
  populateFlattenCompositesPatterns(patterns);
  addPatterns<RegroupButterfly, RegroupStages>(patterns, patterns.getContext(), maxBlock);
}
