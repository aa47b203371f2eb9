//===- FuseStages.cpp - Group stages and maps into kernels -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"

namespace danaus {
#define GEN_PASS_DEF_FUSESTAGESPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

//===----------------------------------------------------------------------===//
// Element-wise neighbours become maps
//===----------------------------------------------------------------------===//

/// A stage or a map: an op whose result `value` may take an epilogue.
static bool isChainResult(Value value) {
  return isa_and_nonnull<StageOp, MapOp>(value.getDefiningOp()) && value.hasOneUse();
}

/// Whether `map` reads element [i, j] of a matrix, or [j] of a vector.
static bool isMapAccess(AffineMap map) {
  return map.isIdentity() || (map.getNumDims() == 2 && map.getNumResults() == 1 &&
                              map.getResult(0) == getAffineDimExpr(1, map.getContext()));
}

/// What the body reads from outside: constants move in, anything else stays
/// where a kernel cannot reach it.
static bool capturesOnlyConstants(linalg::GenericOp op) {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  return llvm::all_of(captured,
                      [](Value value) { return value && matchPattern(value, m_Constant()); });
}

static bool isScalarBody(Block &body) {
  return llvm::all_of(body.without_terminator(), [](Operation &op) {
    return isa_and_nonnull<arith::ArithDialect, math::MathDialect>(op.getDialect()) ||
           danaus::isVectorizableComplex(&op);
  });
}

/// Where one of the operands is complex, all must be of its type.
static bool isOfOneKind(linalg::GenericOp op) {
  SmallVector<Type> elements = llvm::map_to_vector(
      op->getOperandTypes(), [](Type type) { return getElementTypeOrSelf(type); });
  return llvm::none_of(elements, llvm::IsaPred<ComplexType>) || llvm::all_equal(elements);
}

namespace {
/// linalg.generic {element-wise} ins(%stage, %bias)  ->  chain.map %stage, %bias
struct ElementwiseToMap : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    std::optional<unsigned> leading;
    for (OpOperand *input : op.getDpsInputOperands()) {
      AffineMap map = op.getMatchingIndexingMap(input);
      if (!isMapAccess(map))
        return rewriter.notifyMatchFailure(op, "an input is neither whole nor one per column");
      if (!leading && map.isIdentity() && isChainResult(input->get()))
        leading = input->getOperandNumber();
    }
    if (!leading)
      return rewriter.notifyMatchFailure(op, "no input is a stage used only here");
    if (op.getNumResults() != 1 || op.getNumLoops() != 2 ||
        op.getNumParallelLoops() != op.getNumLoops() ||
        !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
      return rewriter.notifyMatchFailure(op, "not an element-wise function of a matrix");
    if (op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)) || !isScalarBody(*op.getBody()))
      return rewriter.notifyMatchFailure(op, "the body reads its init or is not arith and math");
    if (!isOfOneKind(op))
      return rewriter.notifyMatchFailure(op, "some of the operands are complex");
    if (!capturesOnlyConstants(op))
      return rewriter.notifyMatchFailure(op, "the body reads a value from outside");
    rewrite(op, *leading, rewriter);
    return success();
  }

  static void rewrite(linalg::GenericOp op, unsigned leading, PatternRewriter &rewriter) {
    SmallVector<unsigned> order{leading};
    for (unsigned i = 0; i < op.getNumDpsInputs(); ++i)
      if (i != leading)
        order.push_back(i);
    SmallVector<Value> inputs =
        llvm::map_to_vector(order, [&](unsigned i) { return op->getOperand(i); });
    auto map = MapOp::create(rewriter, op.getLoc(), op.getResultTypes()[0], inputs[0],
                             ValueRange(inputs).drop_front());
    Block *body = rewriter.createBlock(&map.getBody());
    IRMapping mapping;
    for (unsigned i : order) {
      BlockArgument old = op.getBody()->getArgument(i);
      mapping.map(old, body->addArgument(old.getType(), op.getLoc()));
    }
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(op->getRegions(), captured);
    for (Value constant : captured)
      rewriter.clone(*constant.getDefiningOp(), mapping);
    for (Operation &inner : op.getBody()->without_terminator())
      rewriter.clone(inner, mapping);
    Value yielded = op.getBody()->getTerminator()->getOperand(0);
    YieldOp::create(rewriter, op.getLoc(), mapping.lookupOrDefault(yielded));
    rewriter.replaceOp(op, map);
  }
};

/// tensor.dim %stage, 0  ->  tensor.dim %x, 0, so that asking for the rows is no
/// second use of the activations.
struct RowsOfChain : OpRewritePattern<tensor::DimOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::DimOp op, PatternRewriter &rewriter) const override {
    Operation *producer = op.getSource().getDefiningOp();
    if (op.getConstantIndex() != 0 || !isa_and_nonnull<StageOp, MapOp, PermuteOp>(producer))
      return rewriter.notifyMatchFailure(op, "not the rows of a stage, a map or a permutation");
    rewriter.replaceOpWithNewOp<tensor::DimOp>(op, producer->getOperand(0), 0);
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Chains become kernels
//===----------------------------------------------------------------------===//

/// Whether `op` is a permutation that a stage alone reads, as its activations. Kernels
/// of a GPU read whole fragments: there it stays a pass of its own.
static bool isPermuteOfStage(Operation *op, bool isForGpu) {
  return isa_and_nonnull<PermuteOp>(op) && op->hasOneUse() && isa<StageOp>(*op->user_begin()) &&
         op->use_begin()->getOperandNumber() == 0 &&
         op->user_begin()->getBlock() == op->getBlock() && !isForGpu;
}

/// The op that continues the chain after `op`: its only user, when that is a
/// stage or a map which takes the result as its activations, or a permutation in
/// front of such a stage.
static Operation *nextInChain(Operation *op, bool isForGpu) {
  Value result = op->getResult(0);
  if (!result.hasOneUse()) {
    if (!result.use_empty())
      remark::missed(op->getLoc(), remark::RemarkOpts::name("FuseStages").category("danaus-fuse"))
          << remark::reason("{0} uses of the activations, wanted 1",
                            std::distance(result.use_begin(), result.use_end()));
    return nullptr;
  }
  OpOperand &use = *result.use_begin();
  Operation *user = use.getOwner();
  bool continues = (isa<StageOp, MapOp>(user) || isPermuteOfStage(user, isForGpu)) &&
                   use.getOperandNumber() == 0 && user->getBlock() == op->getBlock();
  return continues ? use.getOwner() : nullptr;
}

/// The longest chain that starts at `first`, or at the permutation that it reads through.
static SmallVector<Operation *> collectChain(StageOp first, bool isForGpu) {
  SmallVector<Operation *> chain;
  if (Operation *producer = first.getX().getDefiningOp(); isPermuteOfStage(producer, isForGpu))
    chain.push_back(producer);
  chain.push_back(first);
  while (Operation *next = nextInChain(chain.back(), isForGpu))
    chain.push_back(next);
  return chain;
}

/// Values that a chain reads from outside, its activations first.
static llvm::SetVector<Value> collectInputs(ArrayRef<Operation *> chain) {
  llvm::SetVector<Value> inputs;
  for (auto [index, op] : llvm::enumerate(chain))
    for (Value operand : index == 0 ? op->getOperands() : op->getOperands().drop_front())
      inputs.insert(operand);
  return inputs;
}

/// tensor.empty of the chain's result; its dynamic rows are those of `x`.
static Value createInit(OpBuilder &builder, Location loc, Value x, RankedTensorType type) {
  SmallVector<Value> dynamicSizes;
  if (type.isDynamicDim(0))
    dynamicSizes.push_back(tensor::DimOp::create(builder, loc, x, 0));
  return tensor::EmptyOp::create(builder, loc, type, dynamicSizes);
}

/// stage, map, stage, ...  ->  chain.kernel { stage, map, stage, ... }
static void fuseChain(ArrayRef<Operation *> chain, IRRewriter &rewriter) {
  Operation *last = chain.back();
  Location loc = chain.front()->getLoc();
  llvm::SetVector<Value> inputs = collectInputs(chain);
  auto type = cast<RankedTensorType>(last->getResult(0).getType());
  rewriter.setInsertionPoint(last);
  Value init = createInit(rewriter, loc, inputs[0], type);
  auto kernel = KernelOp::create(rewriter, loc, type, inputs.getArrayRef(), init, nullptr);
  Block *body = rewriter.createBlock(&kernel.getBody());
  IRMapping mapping;
  for (Value input : inputs)
    mapping.map(input, body->addArgument(input.getType(), loc));
  for (Operation *op : chain)
    rewriter.clone(*op, mapping);
  YieldOp::create(rewriter, loc, mapping.lookup(last->getResult(0)));
  rewriter.replaceAllUsesWith(last->getResult(0), kernel.getResult());
  for (Operation *op : llvm::reverse(chain))
    rewriter.eraseOp(op);
}

/// Whether `stage` continues the chain of another stage or map.
static bool continuesChain(StageOp stage, bool isForGpu) {
  Operation *producer = stage.getX().getDefiningOp();
  if (isPermuteOfStage(producer, isForGpu))
    producer = producer->getOperand(0).getDefiningOp();
  return isa_and_nonnull<StageOp, MapOp>(producer) && producer->getResult(0).hasOneUse() &&
         producer->getBlock() == stage->getBlock();
}

namespace {
struct FuseStages : danaus::impl::FuseStagesPassBase<FuseStages> {
  void runOnOperation() override {
    FailureOr<TargetLimits> limits = getTarget(getOperation());
    if (failed(limits))
      return signalPassFailure();
    RewritePatternSet patterns(&getContext());
    danaus::addPatterns<ElementwiseToMap, RowsOfChain>(patterns, &getContext());
    GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(false);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      return signalPassFailure();

    SmallVector<StageOp> heads;
    getOperation()->walk([&](StageOp stage) {
      if (!isa<KernelOp>(stage->getParentOp()) && !continuesChain(stage, limits->isGpu))
        heads.push_back(stage);
    });
    IRRewriter rewriter(&getContext());
    for (StageOp head : heads)
      fuseChain(collectChain(head, limits->isGpu), rewriter);
  }
};
} // namespace
