//===- Reassociate.cpp - Products of parameters where they pay ------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A chain of dense matrices, or of block-diagonal ones with equal blocks, is cut
// into groups, and each group multiplied into one matrix when that lowers the
// flops plus bytes of one call:
//
//   n x r, r x r', r' x m     ->     n x r, r x m      (U1 (V1 U2) V2 and alike)
//
//   a group of n blocks o x i costs     2 rows n o i  +  bytes of (n o i + rows n (o + i))
//   and, unless all of it is constant, what it takes to multiply it out.
//
// Roundings: k stages rounded k times; now the product, taken in f64, and one
// stage are, 2 times, and k is at least 2.
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/LinopAlgebra.h"
#include "danaus/Transforms/LinopFactors.h"
#include "danaus/Transforms/ParameterProduct.h"
#include "danaus/Transforms/Passes.h"
#include "llvm/Support/FormatVariadic.h"

namespace danaus {
#define GEN_PASS_DEF_REASSOCIATEPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

//===----------------------------------------------------------------------===//
// The chain
//===----------------------------------------------------------------------===//

/// Constants are multiplied when compiling, about 10^8 flops a second.
static constexpr double mostFlopsOfCompiler = 1e9;

namespace {
/// One matrix of the chain: `blocks` dense ones of rows x columns.
struct Link {
  unsigned factor, parameter; ///< where it comes from
  int64_t blocks, rows, columns;
  bool isConstant;
};

/// Costs of all sub-chains [i, j] of a run of links, and the best way to cut it.
class ChainCost {
public:
  ChainCost(ArrayRef<Link> links, int64_t rows, int64_t elementBytes);

  /// First links of the groups, ascending from 0.
  ArrayRef<unsigned> cuts() const { return bestCuts; }
  double before() const { return costBefore; }
  double after() const { return costAfter; }
  /// After which link the last multiplication of [i, j] splits it.
  unsigned split(unsigned i, unsigned j) const { return splits[i * count + j]; }

private:
  double applyCost(unsigned i, unsigned j) const;
  void findSplits();
  void findCuts();

  ArrayRef<Link> links;
  int64_t rows, bytes;
  size_t count;
  std::vector<double> formCost; ///< of multiplying [i, j] out
  std::vector<unsigned> splits;
  SmallVector<unsigned> bestCuts;
  double costBefore = 0, costAfter = 0;
};
} // namespace

ChainCost::ChainCost(ArrayRef<Link> links, int64_t rows, int64_t elementBytes)
    : links(links), rows(rows), bytes(elementBytes), count(links.size()),
      formCost(count * count, 0.0), splits(count * count, 0) {
  findSplits();
  findCuts();
  for (unsigned i = 0; i < count; ++i)
    costBefore += applyCost(i, i);
}

/// Flops and bytes of [i, j], multiplied out, on all rows of activations.
double ChainCost::applyCost(unsigned i, unsigned j) const {
  double n = links[i].blocks, out = links[i].rows, in = links[j].columns;
  return 2 * rows * n * out * in + bytes * (n * out * in + rows * n * (out + in));
}

/// The matrix-chain order, longer chains from shorter ones.
void ChainCost::findSplits() {
  for (unsigned length = 2; length <= count; ++length)
    for (unsigned i = 0, j = length - 1; j < count; ++i, ++j) {
      double n = links[i].blocks, out = links[i].rows, in = links[j].columns;
      double best = std::numeric_limits<double>::infinity();
      for (unsigned k = i; k < j; ++k) {
        double cost = formCost[i * count + k] + formCost[(k + 1) * count + j] +
                      2 * n * out * links[k].columns * in + bytes * n * out * in;
        if (cost < best) {
          best = cost;
          splits[i * count + j] = k;
        }
      }
      auto isConstant = [](const Link &link) { return link.isConstant; };
      bool isFree = best <= mostFlopsOfCompiler && llvm::all_of(links.slice(i, length), isConstant);
      formCost[i * count + j] = isFree ? 0 : best;
    }
}

void ChainCost::findCuts() {
  std::vector<double> best(count + 1, std::numeric_limits<double>::infinity());
  SmallVector<unsigned> from(count + 1, 0); // the first link of the group that ends before
  best[0] = 0;
  // Among equals the cut that multiplies nothing, which is tried first.
  for (unsigned end = 1; end <= count; ++end)
    for (unsigned begin = end; begin-- > 0;) {
      double cost = best[begin] + formCost[begin * count + end - 1] + applyCost(begin, end - 1);
      if (cost < best[end]) {
        best[end] = cost;
        from[end] = begin;
      }
    }
  costAfter = best[count];
  for (unsigned end = count; end > 0; end = from[end])
    bestCuts.insert(bestCuts.begin(), from[end]);
}

/// The links of one factor: none if it is no chain of dense blocks.
static SmallVector<Link> linksOf(Value matrix, unsigned factor) {
  RankedTensorType type = matrixType(matrix);
  int64_t out = type.getDimSize(0), in = type.getDimSize(1);
  bool isConstant = hasConstantParameters(matrix);
  if (!whyNotMultiplied(type.getElementType()).empty())
    return {};
  if (structureOf<DenseAttr>(matrix))
    return {{factor, 0, 1, out, in, isConstant}};
  if (auto diagonal = structureOf<BlockDiagonalAttr>(matrix)) {
    int64_t n = diagonal.getBlocks();
    return {{factor, 0, n, out / n, in / n, isConstant}};
  }
  if (auto lowRank = structureOf<LowRankAttr>(matrix))
    return {{factor, 0, 1, out, lowRank.getRank(), isConstant},
            {factor, 1, 1, lowRank.getRank(), in, isConstant}};
  return {};
}

namespace {
/// Links of neighboring factors with as many blocks each.
struct Run {
  unsigned firstFactor, numFactors;
  SmallVector<Link> links;
};
} // namespace

/// The runs of two factors or more.
static SmallVector<Run> findRuns(ProductOp op) {
  SmallVector<Run> runs;
  Run run{0, 0, {}};
  auto finish = [&](unsigned next) {
    if (run.numFactors > 1)
      runs.push_back(run);
    run = {next, 0, {}};
  };
  for (auto [index, factor] : llvm::enumerate(op.getFactors())) {
    SmallVector<Link> links = linksOf(factor, index);
    if (links.empty() || (!run.links.empty() && run.links[0].blocks != links[0].blocks))
      finish(index);
    if (links.empty())
      continue;
    run.firstFactor = run.numFactors == 0 ? index : run.firstFactor;
    ++run.numFactors;
    run.links.append(links);
  }
  finish(0);
  return runs;
}

static ChainCost costOf(const Run &run, ProductOp op, int64_t rows) {
  int64_t bytes = op.getType().getElementType().getIntOrFloatBitWidth() / 8;
  return ChainCost(run.links, rows, bytes);
}

/// As "1.25e+06 flops and bytes a call".
static std::string describe(double cost) {
  return llvm::formatv("{0:e2} flops and bytes a call", cost).str();
}

//===----------------------------------------------------------------------===//
// Multiplying out
//===----------------------------------------------------------------------===//

/// u v, block by block.
static Value multiply(OpBuilder &builder, Location loc, Value u, Value v, Type elementType) {
  ArrayRef<int64_t> left = matrixType(u).getShape(), right = matrixType(v).getShape();
  bool hasBlocks = left.size() == 3;
  ParameterProduct product{{{u, {"i", "j"}}, {v, {"j", "k"}}},
                           {"i", "k"},
                           {{'i', left[left.size() - 2]}, {'j', left.back()}, {'k', right.back()}}};
  if (hasBlocks) {
    product.loops.push_back({'a', left.front()});
    product.terms[0].dims.insert(product.terms[0].dims.begin(), "a");
    product.terms[1].dims.insert(product.terms[1].dims.begin(), "a");
    product.result.insert(product.result.begin(), "a");
  }
  return multiplyParameters(builder, loc, product, elementType);
}

/// The product of links `first` to `last` in f64, rounded at the end.
static Value multiplyOut(OpBuilder &builder, Location loc, ArrayRef<Value> values,
                         const ChainCost &cost, unsigned first, unsigned last, Type elementType) {
  using Interval = std::pair<unsigned, unsigned>;
  llvm::DenseMap<Interval, Value> done;
  SmallVector<Interval> stack{{first, last}};
  while (!stack.empty()) {
    auto [i, j] = stack.back();
    unsigned k = cost.split(i, j);
    Interval left{i, k}, right{k + 1, j};
    for (Interval part : {left, right})
      if (part.first == part.second)
        done[part] = values[part.first];
    bool isReady = done.contains(left) && done.contains(right);
    if (!isReady) {
      for (Interval part : {right, left})
        if (!done.contains(part))
          stack.push_back(part);
      continue;
    }
    Type type = stack.size() == 1 ? elementType : builder.getF64Type();
    done[{i, j}] = multiply(builder, loc, done[left], done[right], type);
    stack.pop_back();
  }
  return done[{first, last}];
}

/// A parameter of the chain as a factor: plain, or block-diagonal.
static Value asFactor(OpBuilder &builder, Location loc, Value value) {
  RankedTensorType type = matrixType(value);
  if (type.getRank() == 2)
    return value;
  int64_t n = type.getDimSize(0);
  auto matrix =
      RankedTensorType::get({n * type.getDimSize(1), n * type.getDimSize(2)}, type.getElementType(),
                            BlockDiagonalAttr::get(type.getContext(), n));
  return AssembleOp::create(builder, loc, matrix, value);
}

/// The factors in place of those of `run`; a factor whose links all stay apart
/// stays as it is.
static SmallVector<Value> rebuildRun(OpBuilder &builder, ProductOp op, const Run &run,
                                     const ChainCost &cost) {
  Location loc = op.getLoc();
  SmallVector<Value> values, factors;
  for (unsigned i = 0; i < run.numFactors; ++i)
    llvm::append_range(values, getParameters(builder, loc, op.getFactors()[run.firstFactor + i]));
  SmallVector<unsigned> cuts(cost.cuts());
  cuts.push_back(values.size());
  for (size_t group = 0; group + 1 < cuts.size(); ++group) {
    unsigned first = cuts[group], size = cuts[group + 1] - first;
    const Link &link = run.links[first];
    Value factor = op.getFactors()[link.factor];
    unsigned numLinks = linksOf(factor, link.factor).size();
    bool isWhole = numLinks == 1 ||
                   (link.parameter == 0 && group + 2 < cuts.size() && cuts[group + 2] == first + 2);
    if (size == 1 && isWhole) {
      factors.push_back(factor);
      group += numLinks - 1;
    } else if (size == 1) {
      factors.push_back(asFactor(builder, loc, values[first]));
    } else {
      Value product = multiplyOut(builder, loc, values, cost, first, first + size - 1,
                                  op.getType().getElementType());
      factors.push_back(asFactor(builder, loc, product));
    }
  }
  return factors;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
/// product(u1, v1, u2, v2)  ->  product(u1, v1 u2, v2) where that costs less
struct ReassociateProduct : OpRewritePattern<ProductOp> {
  ReassociateProduct(MLIRContext *context, int64_t rows) : OpRewritePattern(context), rows(rows) {}

  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    std::string why = whyFixed(op);
    if (!why.empty())
      return rewriter.notifyMatchFailure(op, why);
    for (const Run &run : findRuns(op)) {
      ChainCost cost = costOf(run, op, rows);
      if (cost.cuts().size() == run.links.size())
        continue;
      remarkPassed(op.getLoc(), "Reassociate",
                   describe(cost.after()) + ", " + describe(cost.before()) + " as written");
      SmallVector<Value> factors(op.getFactors());
      SmallVector<Value> rebuilt = rebuildRun(rewriter, op, run, cost);
      auto begin = factors.begin() + run.firstFactor;
      factors.erase(begin, begin + run.numFactors);
      factors.insert(factors.begin() + run.firstFactor, rebuilt.begin(), rebuilt.end());
      replaceProduct(rewriter, op, factors);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no product of factors costs less than the chain");
  }

private:
  int64_t rows;
};

struct Reassociate : danaus::impl::ReassociatePassBase<Reassociate> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateReassociatePatterns(patterns, rows);
    if (failed(applyAlgebra(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([&](ProductOp op) {
      if (!isa<FloatType>(op.getType().getElementType()))
        return;
      for (const Run &run : findRuns(op)) {
        ChainCost cost = costOf(run, op, rows);
        bool pays = cost.cuts().size() < run.links.size();
        remarkMissed(op.getLoc(), "Reassociate",
                     pays ? whyFixed(op)
                          : describe(cost.before()) + " as written, no association costs less");
      }
    });
  }
};
} // namespace

void danaus::populateReassociatePatterns(RewritePatternSet &patterns, int64_t rows) {
  populateFlattenCompositesPatterns(patterns);
  addPatterns<ReassociateProduct>(patterns, patterns.getContext(), rows);
}
