//===- RaiseLinalgToLinop.cpp - Products of structured matrices -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a front end writes on a structured tensor, in linalg, becomes what
// linop calls it. A contraction is read from its indexing maps alone, so all
// named ops, their variants with maps of their own, and generics are one case:
//
//   loops (n, i, k):   x (n, k)   m (i, k)   y (n, i)      y = apply(m, x)
//                      x (n, k)   m (k, i)   y (n, i)      y = apply(transpose m, x)
//                      x (k, n)   m (i, k)   y (i, n)      the same between
//                                                          transposes of x and y
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/Passes.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace danaus {
#define GEN_PASS_DEF_RAISELINALGTOLINOPPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Copies and transposes
//===----------------------------------------------------------------------===//

namespace {
/// A structured matrix as an operand sees it.
struct MatrixView {
  Value matrix;
  bool transposed = false;
};
} // namespace

/// The source of `op` if it copies or transposes a matrix and no more.
static std::optional<MatrixView> matchCopy(Operation *op) {
  auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
  if (!linalgOp || linalgOp.getNumDpsInputs() != 1 || linalgOp.getNumDpsInits() != 1 ||
      op->getNumResults() != 1)
    return std::nullopt;
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  Block *body = linalgOp.getBlock();
  bool yieldsInput = body->getOperations().size() == 1 &&
                     body->getTerminator()->getOperand(0) == body->getArgument(0);
  if (!type || type.getRank() != 2 || !yieldsInput)
    return std::nullopt;
  SmallVector<AffineMap> maps = linalgOp.getIndexingMapsArray();
  if (!maps[0].isPermutation() || !maps[1].isPermutation())
    return std::nullopt;
  return MatrixView{op->getOperand(0), maps[0] != maps[1]};
}

/// Looks through copies and transposes that dropped the encoding.
static std::optional<MatrixView> traceMatrix(Value value) {
  MatrixView view{value};
  while (!linop::isStructured(view.matrix.getType())) {
    std::optional<MatrixView> source = matchCopy(view.matrix.getDefiningOp());
    if (!source)
      return std::nullopt;
    view = {source->matrix, view.transposed != source->transposed};
  }
  return view;
}

static RankedTensorType viewType(const MatrixView &view) {
  auto type = cast<RankedTensorType>(view.matrix.getType());
  return view.transposed ? linop::getTransposedType(type) : type;
}

static Value buildView(OpBuilder &builder, Location loc, const MatrixView &view) {
  if (!view.transposed)
    return view.matrix;
  return linop::TransposeOp::create(builder, loc, viewType(view), view.matrix);
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

namespace {
/// A contraction of a matrix with activations, as numbers of loops.
struct Contraction {
  MatrixView matrix;
  Value x;
  SmallVector<unsigned> xLoops, yLoops; ///< the loop of each dimension of x and y
  unsigned contracted, row;             ///< the loops over M's columns and rows
};
} // namespace

/// sum + a * b on the three arguments of `body`, in any order, and no more.
static bool isMultiplyAdd(Block &body) {
  if (body.getNumArguments() != 3 || body.getOperations().size() != 3)
    return false;
  auto product = dyn_cast<arith::MulFOp>(body.front());
  auto sum = dyn_cast<arith::AddFOp>(*std::next(body.begin()));
  if (!product || !sum || body.getTerminator()->getOperand(0) != sum.getResult())
    return false;
  auto isPair = [](Operation *op, Value left, Value right) {
    return (op->getOperand(0) == left && op->getOperand(1) == right) ||
           (op->getOperand(0) == right && op->getOperand(1) == left);
  };
  return isPair(product, body.getArgument(0), body.getArgument(1)) &&
         isPair(sum, body.getArgument(2), product);
}

/// The loop of each result of a projected permutation.
static SmallVector<unsigned> loopsOf(AffineMap map) {
  return llvm::map_to_vector(map.getResults(), [](AffineExpr result) {
    return cast<AffineDimExpr>(result).getPosition();
  });
}

/// The loops of y but one, in y's order, must be those of x but one: x holds
/// each row of activations once, and nothing else is summed.
static bool fitsApply(const Contraction &match) {
  SmallVector<unsigned> xRows(match.xLoops), yRows(match.yLoops);
  llvm::erase(xRows, match.contracted);
  llvm::erase(yRows, match.row);
  llvm::sort(xRows);
  llvm::sort(yRows);
  return xRows == yRows && xRows.size() + 1 == match.xLoops.size() &&
         yRows.size() + 1 == match.yLoops.size() && !llvm::is_contained(xRows, match.row);
}

/// Reads `op`, whose input number `input` is the matrix.
static FailureOr<Contraction> matchContraction(linalg::LinalgOp op, unsigned input,
                                               PatternRewriter &rewriter) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  if (!llvm::all_of(maps, [](AffineMap map) { return map.isProjectedPermutation(); }))
    return rewriter.notifyMatchFailure(op, "an indexing map is not a projected permutation");
  if (!isMultiplyAdd(*op.getBlock()))
    return rewriter.notifyMatchFailure(op, "the body is not a multiply-add");

  Contraction match;
  match.matrix = *traceMatrix(op->getOperand(input));
  match.x = op->getOperand(1 - input);
  match.xLoops = loopsOf(maps[1 - input]);
  match.yLoops = loopsOf(maps[2]);
  SmallVector<unsigned> matrixLoops = loopsOf(maps[input]);
  match.row = matrixLoops[0], match.contracted = matrixLoops[1];
  if (llvm::is_contained(match.yLoops, match.contracted)) {
    std::swap(match.row, match.contracted);
    match.matrix.transposed = !match.matrix.transposed;
  }
  if (!fitsApply(match) || maps[0].getNumDims() != match.xLoops.size() + 1)
    return rewriter.notifyMatchFailure(op, "not one product a row of activations");
  return match;
}

/// `value`, whose dimensions run over the loops `from`, in the order `to`.
static Value transposeLoops(OpBuilder &builder, Location loc, Value value, ArrayRef<unsigned> from,
                            ArrayRef<unsigned> to) {
  if (from == to)
    return value;
  SmallVector<int64_t> permutation;
  for (unsigned loop : to)
    permutation.push_back(llvm::find(from, loop) - from.begin());
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, value);
  SmallVector<OpFoldResult> permuted;
  for (int64_t dimension : permutation)
    permuted.push_back(sizes[dimension]);
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  Value empty = tensor::EmptyOp::create(builder, loc, permuted, element);
  return linalg::TransposeOp::create(builder, loc, value, empty, permutation).getResult()[0];
}

static Value castTo(OpBuilder &builder, Location loc, Value value, RankedTensorType type) {
  return value.getType() == type ? value : tensor::CastOp::create(builder, loc, type, value);
}

/// A fill with zero, or a splat constant of it.
static bool isZeroTensor(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    return matchPattern(fill.getInputs().front(), m_AnyZeroFloat());
  return matchPattern(value, m_AnyZeroFloat());
}

/// apply on x in the order (rows of y .., contracted), then y in its order.
static Value buildApply(OpBuilder &builder, Location loc, const Contraction &match) {
  SmallVector<unsigned> leading(match.yLoops);
  llvm::erase(leading, match.row);
  SmallVector<unsigned> xOrder(leading), yOrder(leading);
  xOrder.push_back(match.contracted);
  yOrder.push_back(match.row);

  RankedTensorType matrixType = viewType(match.matrix);
  Value x = transposeLoops(builder, loc, match.x, match.xLoops, xOrder);
  auto xType = cast<RankedTensorType>(x.getType());
  SmallVector<int64_t> shape(xType.getShape());
  shape.back() = matrixType.getDimSize(1);
  x = castTo(builder, loc, x, RankedTensorType::get(shape, xType.getElementType()));

  shape.back() = matrixType.getDimSize(0);
  auto yType = RankedTensorType::get(shape, xType.getElementType());
  Value matrix = buildView(builder, loc, match.matrix);
  Value y = linop::ApplyOp::create(builder, loc, yType, matrix, x);
  return transposeLoops(builder, loc, y, yOrder, match.yLoops);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

/// contraction(m, x, init)  ->  init + apply(m, x), without the sum when init
/// is zero
struct RaiseContraction : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    if (op.getNumDpsInputs() != 2 || op->getNumResults() != 1)
      return rewriter.notifyMatchFailure(op, "wanted two inputs and one result on tensors");
    bool leftIsMatrix = traceMatrix(op->getOperand(0)).has_value();
    bool rightIsMatrix = traceMatrix(op->getOperand(1)).has_value();
    if (leftIsMatrix == rightIsMatrix)
      return rewriter.notifyMatchFailure(op, "wanted exactly one structured input");
    Value x = op->getOperand(leftIsMatrix ? 1 : 0), init = op.getDpsInits()[0];
    Type element = getElementTypeOrSelf(op->getOperand(leftIsMatrix ? 0 : 1));
    if (!linop::isPlainTensor(x.getType()) || !linop::isPlainTensor(init.getType()) ||
        getElementTypeOrSelf(x) != element || getElementTypeOrSelf(init) != element)
      return rewriter.notifyMatchFailure(op, "activations of another type");
    FailureOr<Contraction> match = matchContraction(op, leftIsMatrix ? 0 : 1, rewriter);
    if (failed(match))
      return failure();

    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(init.getType());
    Value y = castTo(rewriter, loc, buildApply(rewriter, loc, *match), type);
    if (!isZeroTensor(init))
      y = arith::AddFOp::create(rewriter, loc, init, y);
    rewriter.replaceOp(op, y);
    return success();
  }
};

/// copy(m)  ->  m;  transpose(m)  ->  linop.transpose(m);  dense if the
/// result has dropped the encoding
struct RaiseCopy : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    std::optional<MatrixView> view = matchCopy(op);
    if (!view || !linop::isStructured(view->matrix.getType()))
      return rewriter.notifyMatchFailure(op, "not a copy or transpose of a structured matrix");
    if (op->use_empty())
      return rewriter.notifyMatchFailure(op, "dead");
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Value matrix = buildView(rewriter, op.getLoc(), *view);
    if (matrix.getType() != type)
      matrix = buildDense(rewriter, op.getLoc(), matrix, type);
    rewriter.replaceOp(op, matrix);
    return success();
  }

  /// The dense form of `matrix` in `type`, which may have dynamic sizes.
  static Value buildDense(OpBuilder &builder, Location loc, Value matrix, RankedTensorType type) {
    auto structured = cast<RankedTensorType>(matrix.getType());
    auto plain = RankedTensorType::get(structured.getShape(), structured.getElementType());
    Value dense = linop::MaterializeOp::create(builder, loc, plain, matrix);
    return castTo(builder, loc, dense, type);
  }
};

/// cast of m to a type without its encoding  ->  materialize(m)
struct RaiseCast : OpRewritePattern<tensor::CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::CastOp op, PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (!linop::isStructured(op.getSource().getType()) || !type || type.getEncoding())
      return rewriter.notifyMatchFailure(op, "not a cast that drops a structure");
    rewriter.replaceOp(op, RaiseCopy::buildDense(rewriter, op.getLoc(), op.getSource(), type));
    return success();
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// A copy, transpose or cast keeps the structure or drops it; it cannot make
/// another one of it.
static LogicalResult verifyNoChange(Operation *op) {
  std::optional<MatrixView> view = matchCopy(op);
  if (auto castOp = dyn_cast<tensor::CastOp>(op))
    view = MatrixView{castOp.getSource()};
  if (!view || !linop::isStructured(view->matrix.getType()))
    return success();
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type)
    return op->emitOpError() << "result of a structured operand: wanted a ranked tensor, found "
                             << op->getResult(0).getType();
  if (!type.getEncoding() || type == viewType(*view))
    return success();
  return op->emitOpError() << "a structure cannot become another one: wanted " << viewType(*view)
                           << " or no encoding, found " << type;
}

/// Erases what raising left without a use: transposes that contractions read
/// through, and empty structured tensors that gave only a result type.
static void eraseDead(Operation *root) {
  SmallVector<Operation *> candidates;
  root->walk([&](Operation *op) {
    if (isa<linalg::LinalgOp, tensor::CastOp, tensor::EmptyOp, linop::MaterializeOp,
            linop::TransposeOp>(op))
      candidates.push_back(op);
  });
  auto mentionsStructure = [](Operation *op) {
    return llvm::any_of(op->getOperandTypes(), linop::isStructured) ||
           llvm::any_of(op->getResultTypes(), linop::isStructured);
  };
  for (Operation *op : llvm::reverse(candidates))
    if (mentionsStructure(op) && isOpTriviallyDead(op))
      op->erase();
}

/// Contractions come first: they read through transposes, which then are dead.
static void raiseLinalgToLinop(Operation *root) {
  RewritePatternSet contractions(root->getContext()), copies(root->getContext());
  danaus::addPatterns<RaiseContraction>(contractions, root->getContext());
  danaus::addPatterns<RaiseCast, RaiseCopy>(copies, root->getContext());
  walkAndApplyPatterns(root, std::move(contractions));
  walkAndApplyPatterns(root, std::move(copies));
  eraseDead(root);
}

namespace {
struct RaiseLinalgToLinop : danaus::impl::RaiseLinalgToLinopPassBase<RaiseLinalgToLinop> {
  void runOnOperation() override {
    WalkResult refused = getOperation()->walk([](Operation *op) {
      return failed(verifyNoChange(op)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (refused.wasInterrupted())
      return signalPassFailure();
    raiseLinalgToLinop(getOperation());
  }
};
} // namespace
