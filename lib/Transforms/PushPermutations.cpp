//===- PushPermutations.cpp - Permutations move left through stages -------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A stage (a, b, c, d) reads the digits A, C, D of an index and writes A, B, D.
// A permutation P before it only says that these digits come from others places
// of x. Where the digits that make up C are neighbors in x, x is itself read by
// a stage, and what moved besides C moves after it:
//
//   x digits     A2 A1 C      (a permutation of A1 A2 C)
//   B' reads     A' C' D' = (A2 A1) C ()      B' writes (A2 A1) B ()
//   P' puts      (A2 A1) B  to  (A1 A2) B     the order in which B P wrote it
//
// The weight of B' is that of B with its digits moved: no value changes.
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/LinopAlgebra.h"
#include "danaus/Transforms/LinopFactors.h"
#include "danaus/Transforms/ParameterProduct.h"
#include "danaus/Transforms/Passes.h"

namespace danaus {
#define GEN_PASS_DEF_PUSHPERMUTATIONSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

//===----------------------------------------------------------------------===//
// The mathematics
//===----------------------------------------------------------------------===//

namespace {
/// B P as P' B': the pattern of B', and the digits of its weight.
struct PushedStage {
  StagePattern pattern;
  DigitPermutation permutation; ///< P', on the rows
  ParameterProduct weight;      ///< one term, whose value is still missing
};

/// The digits that a stage reads, in the order of the index.
struct ReadDigits {
  SmallVector<int64_t> sizes;
  std::string kinds; ///< 'a', 'c' or 'd' each
  std::string letters;
};
} // namespace

/// Sizes of matrices are below 2^31, so there are at most 30 digits, and letters
/// from 'W' on are free for others.
static ReadDigits classify(const DigitPermutation &refined, const StagePattern &stage) {
  ReadDigits digits;
  int64_t stride = stage.inSize();
  for (int64_t size : refined.sizes()) {
    stride /= size;
    digits.sizes.push_back(size);
    digits.kinds += stride >= stage.c * stage.d ? 'a' : stride >= stage.d ? 'c' : 'd';
    unsigned index = digits.letters.size();
    digits.letters += index < 26 ? char('a' + index) : char('A' + index - 26);
  }
  return digits;
}

/// P', which puts the digits that B' writes, those of x around B, into the order
/// in which B writes them. `first` to `last` of `inX` are the block digits.
static DigitPermutation permuteRows(const ReadDigits &digits, ArrayRef<unsigned> inX, size_t first,
                                    size_t last, int64_t b) {
  const unsigned block = digits.sizes.size(); // stands for the digit B
  SmallVector<unsigned> written(inX.take_front(first)), wanted;
  written.push_back(block);
  if (last < inX.size())
    llvm::append_range(written, inX.drop_front(last + 1));
  for (char kind : {'a', 'c', 'd'}) {
    if (kind == 'c')
      wanted.push_back(block);
    for (unsigned digit = 0; kind != 'c' && digit < block; ++digit)
      if (digits.kinds[digit] == kind)
        wanted.push_back(digit);
  }
  SmallVector<int64_t> sizes;
  for (unsigned digit : written)
    sizes.push_back(digit == block ? b : digits.sizes[digit]);
  SmallVector<unsigned> order;
  for (unsigned digit : wanted)
    order.push_back(llvm::find(written, digit) - written.begin());
  return *DigitPermutation::get(sizes, order);
}

/// The digits of the weight, as B holds them and as B' does. A digit of size 1
/// stands where a dimension has none.
static ParameterProduct moveWeight(const ReadDigits &digits, ArrayRef<std::string> held,
                                   ArrayRef<std::string> moved, int64_t b) {
  ParameterProduct weight;
  for (auto [letter, size] : llvm::zip_equal(digits.letters, digits.sizes))
    weight.loops.push_back({letter, size});
  weight.loops.append({{'W', b}, {'X', 1}, {'Y', 1}, {'Z', 1}});
  weight.terms = {{Value(), {held[0] + "X", "W", held[1] + "Y", held[2] + "Z"}}};
  weight.result = {moved[0] + "X", "W", moved[1] + "Y", moved[2] + "Z"};
  return weight;
}

/// `stage` after `permutation` as a permutation after a stage; otherwise `why`.
static std::optional<PushedStage>
pushThrough(const StagePattern &stage, const DigitPermutation &permutation, std::string &why) {
  DigitPermutation inverse = permutation.inverse(); // its own x is what the stage reads
  std::optional<SmallVector<int64_t>> cuts =
      mergeDigitCuts(digitCuts(inverse.sizes()), digitCuts({stage.a, stage.c, stage.d}));
  if (!cuts) {
    why = "the digits of the permutation cut those of the stage";
    return std::nullopt;
  }
  DigitPermutation refined = inverse.refined(*cuts);
  ReadDigits digits = classify(refined, stage);
  ArrayRef<unsigned> inX = refined.order(); // x's digits, as numbers of those read
  std::string kinds, moved[3];              // letters before, in and after the block digits of x
  for (unsigned digit : inX)
    kinds += digits.kinds[digit];
  size_t first = kinds.find('c'), last = kinds.rfind('c');
  if (first == std::string::npos)
    first = last = kinds.size();
  if (kinds.substr(first, last + 1 - first).find_first_not_of('c') != std::string::npos) {
    why = "the digits of a block are apart";
    return std::nullopt;
  }
  StagePattern pattern{1, stage.b, stage.c, 1};
  for (auto [index, digit] : llvm::enumerate(inX)) {
    int part = index < first ? 0 : index <= last ? 1 : 2;
    moved[part] += digits.letters[digit];
    (part == 0 ? pattern.a : pattern.d) *= part == 1 ? 1 : digits.sizes[digit];
  }
  std::string held[3];
  for (auto [kind, letter] : llvm::zip_equal(digits.kinds, digits.letters))
    held[kind == 'a' ? 0 : kind == 'c' ? 1 : 2] += letter;
  return PushedStage{pattern, permuteRows(digits, inX, first, last, stage.b),
                     moveWeight(digits, held, moved, stage.b)};
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

/// The pattern of a factor that is one stage with one weight, if it is one.
static std::optional<StagePattern> patternOf(Value matrix) {
  RankedTensorType type = matrixType(matrix);
  int64_t out = type.getDimSize(0), in = type.getDimSize(1);
  if (auto ks = structureOf<KroneckerSparseAttr>(matrix))
    return StagePattern{ks.getA(), ks.getB(), ks.getC(), ks.getD()};
  if (auto diagonal = structureOf<BlockDiagonalAttr>(matrix))
    return StagePattern{diagonal.getBlocks(), out / diagonal.getBlocks(), in / diagonal.getBlocks(),
                        1};
  if (structureOf<DenseAttr>(matrix))
    return StagePattern{1, out, in, 1};
  if (structureOf<DiagonalAttr>(matrix) && out == in)
    return StagePattern{out, 1, 1, 1};
  return std::nullopt;
}

static std::string tooManyValues(int64_t values, int64_t limit) {
  return std::to_string(values) + " values to move at run time, limit " + std::to_string(limit);
}

/// Factors `index` and `index` + 1 of `op` in the other order. Otherwise `why`
/// says what is in the way, or is "" where they are no stage and permutation.
static std::optional<PushedStage> findPush(ProductOp op, unsigned index, int64_t maxValues,
                                           std::string &why) {
  why.clear();
  Value left = op.getFactors()[index], right = op.getFactors()[index + 1];
  std::optional<StagePattern> stage = patternOf(left);
  auto attribute = structureOf<PermutationAttr>(right);
  if (!stage || !attribute)
    return std::nullopt;
  std::optional<PushedStage> pushed = pushThrough(*stage, *attribute.getPermutation(), why);
  int64_t values = pushed && !hasConstantParameters(left) ? stage->multipliesPerRow() : 0;
  if (values > maxValues) {
    why = tooManyValues(values, maxValues);
    pushed.reset();
  }
  if (!why.empty())
    why = "permutation " + std::to_string(index + 1) + ": " + why;
  return pushed;
}

std::string danaus::whyNotAbsorbed(Value stage, const DigitPermutation &permutation,
                                   int64_t maxValues) {
  std::optional<StagePattern> pattern = patternOf(stage);
  if (auto lowRank = structureOf<LowRankAttr>(stage)) // V is what is applied first
    pattern = StagePattern{1, lowRank.getRank(), matrixType(stage).getDimSize(1), 1};
  if (!pattern)
    return "the next layer's " + structureName(stage).str() + " takes in no permutation";
  std::string why;
  std::optional<PushedStage> pushed = pushThrough(*pattern, permutation, why);
  if (!pushed)
    return why;
  if (!pushed->permutation.isIdentity())
    return "it would come out of the next layer again";
  int64_t values = hasConstantParameters(stage) ? 0 : pattern->multipliesPerRow();
  return values > maxValues ? tooManyValues(values, maxValues) : "";
}

/// B', of the plainest structure that it has.
static Value buildStage(OpBuilder &builder, Location loc, Value matrix, PushedStage &pushed) {
  Type elementType = matrixType(matrix).getElementType();
  Value weight = getParameters(builder, loc, matrix).front();
  const StagePattern &p = pushed.pattern;
  MLIRContext *context = builder.getContext();
  DigitDims &held = pushed.weight.terms[0].dims, &moved = pushed.weight.result;
  Attribute encoding = KroneckerSparseAttr::get(context, p.a, p.b, p.c, p.d);
  if (structureOf<DiagonalAttr>(matrix)) {
    held = {held[0] + held[1] + held[2] + held[3]};
    moved = {moved[0] + moved[1] + moved[2] + moved[3]};
    encoding = DiagonalAttr::get(context);
  } else {
    if (structureOf<DenseAttr>(matrix))
      held = {held[0] + held[1], held[2] + held[3]};
    else if (structureOf<BlockDiagonalAttr>(matrix))
      held = {held[0] + held[3], held[1], held[2]};
    if (p.d == 1 && p.a == 1) {
      moved = {moved[0] + moved[1], moved[2] + moved[3]};
      encoding = DenseAttr::get(context);
    } else if (p.d == 1) {
      moved = {moved[0] + moved[3], moved[1], moved[2]};
      encoding = BlockDiagonalAttr::get(context, p.a);
    }
  }
  auto type = RankedTensorType::get({p.outSize(), p.inSize()}, elementType, encoding);
  pushed.weight.terms[0].value = weight;
  return assembleMatrix(builder, loc, type,
                        multiplyParameters(builder, loc, pushed.weight, elementType));
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
/// product(stage, P)  ->  product(P', stage')
/// where P' may be the identity, which the patterns of merging drop
struct PushPermutationLeft : OpRewritePattern<ProductOp> {
  PushPermutationLeft(MLIRContext *context, int64_t maxValues)
      : OpRewritePattern(context), maxValues(maxValues) {}

  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    std::string why = whyFixed(op);
    if (!why.empty())
      return rewriter.notifyMatchFailure(op, why);
    for (unsigned i = 0; i + 1 < op.getFactors().size(); ++i) {
      std::optional<PushedStage> pushed = findPush(op, i, maxValues, why);
      if (!pushed)
        continue;
      SmallVector<Value> factors(op.getFactors());
      factors[i + 1] = buildStage(rewriter, op.getLoc(), factors[i], *pushed);
      factors[i] = assemblePermutation(rewriter, op.getLoc(), pushed->permutation,
                                       op.getType().getElementType());
      replaceProduct(rewriter, op, factors);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no permutation goes through the factor on its left");
  }

private:
  int64_t maxValues;
};

struct PushPermutations : danaus::impl::PushPermutationsPassBase<PushPermutations> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populatePushPermutationsPatterns(patterns, maxValues);
    if (failed(applyAlgebra(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([&](ProductOp op) {
      std::string why;
      for (unsigned i = 0; i + 1 < op.getFactors().size(); ++i)
        if (findPush(op, i, maxValues, why) || !why.empty())
          remarkMissed(op.getLoc(), "PushPermutations", why.empty() ? whyFixed(op) : why);
    });
  }
};
} // namespace

void danaus::populatePushPermutationsPatterns(RewritePatternSet &patterns, int64_t maxValues) {
  populateMergePermutationsPatterns(patterns);
  addPatterns<PushPermutationLeft>(patterns, patterns.getContext(), maxValues);
}
