//===- LowerContracts.cpp - vector.contract to vector.fma -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractPoints.h"
#include "PairContracts.h"
#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include <map>

namespace danaus {
#define GEN_PASS_DEF_LOWERCONTRACTSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

namespace {

/// One operand of a contraction, read vector by vector: either pieces of a
/// vector value, or straight from the memory that it was read from.
class Operand {
public:
  Operand(Value value, AffineMap map, unsigned laneDim) : value(value), map(map) {
    auto type = cast<VectorType>(value.getType());
    accumulator = type.getElementType();
    hasLanes = map.getNumResults() > 0 && map.getDimPosition(map.getNumResults() - 1) == laneDim;
    lanes = hasLanes ? type.getShape().back() : 1;
    Value source = value;
    if (auto cast = source.getDefiningOp<vector::ShapeCastOp>(); cast && source.hasOneUse())
      source = cast.getSource();
    bool isCast = source != value;
    if (isa_and_nonnull<arith::ExtFOp, arith::ExtSIOp>(source.getDefiningOp()) &&
        source.hasOneUse())
      source = source.getDefiningOp()->getOperand(0);
    auto candidate = source.getDefiningOp<vector::TransferReadOp>();
    if (candidate && source.hasOneUse() && canSplit(candidate, isCast))
      read = candidate;
  }

  /// The vector of lanes at `point` (one index a loop of the contraction);
  /// scalars are broadcast to `width` lanes.
  Value at(OpBuilder &b, Location loc, ArrayRef<int64_t> point, int64_t width) {
    SmallVector<int64_t> position;
    for (unsigned i = 0; i < map.getNumResults() - (hasLanes ? 1 : 0); ++i)
      position.push_back(point[map.getDimPosition(i)]);
    Value &piece = cache[position];
    if (!piece)
      piece = load(b, loc, position, width);
    return piece;
  }

private:
  /// All but the lanes must be in bounds; without lanes, all must be. Behind a
  /// cast to lanes, the read must repeat its last dimension: (.., 0, d).
  bool canSplit(vector::TransferReadOp candidate, bool isCast) {
    if (candidate.getMask() || !isa<MemRefType>(candidate.getBase().getType()))
      return false;
    AffineMap access = candidate.getPermutationMap();
    SmallVector<unsigned> repeated = access.getBroadcastDims();
    unsigned rank = access.getNumResults();
    bool repeatsLanes = hasLanes && isCast && rank == map.getNumResults() + 1 &&
                        repeated == SmallVector<unsigned>{rank - 2};
    if (isCast ? !repeatsLanes : !repeated.empty())
      return false;
    SmallVector<bool> inBounds = candidate.getInBoundsValues();
    if (hasLanes)
      inBounds.pop_back();
    return llvm::all_of(inBounds, [](bool inside) { return inside; });
  }

  Value load(OpBuilder &b, Location loc, ArrayRef<int64_t> position, int64_t width) {
    Value piece = read ? loadFromMemory(b, loc, position)
                       : Value(vector::ExtractOp::create(b, loc, value, position));
    if (getElementTypeOrSelf(piece.getType()) != accumulator) {
      Type type = hasLanes ? Type(VectorType::get(lanes, accumulator)) : accumulator;
      piece = isa<IntegerType>(accumulator)
                  ? arith::ExtSIOp::create(b, loc, type, piece).getResult()
                  : arith::ExtFOp::create(b, loc, type, piece);
    }
    if (hasLanes)
      return piece;
    return vector::BroadcastOp::create(b, loc, VectorType::get(width, accumulator), piece);
  }

  Value loadFromMemory(OpBuilder &b, Location loc, ArrayRef<int64_t> position) {
    SmallVector<Value> indices = danaus::indicesAt(b, loc, read, position);
    AffineMap access = read.getPermutationMap();
    if (!hasLanes)
      return memref::LoadOp::create(b, loc, read.getBase(), indices);
    Type element = cast<MemRefType>(read.getBase().getType()).getElementType();
    auto laneMap =
        AffineMap::get(access.getNumDims(), 0, access.getResult(access.getNumResults() - 1));
    int64_t inMemory = read.getVectorType().getShape().back();
    Value piece = vector::TransferReadOp::create(b, loc, VectorType::get(inMemory, element),
                                                 read.getBase(), indices, std::nullopt, laneMap,
                                                 ArrayRef<bool>{read.getInBoundsValues().back()});
    if (inMemory == lanes)
      return piece;
    auto repeatedType = VectorType::get({lanes / inMemory, inMemory}, element);
    Value repeated = vector::BroadcastOp::create(b, loc, repeatedType, piece);
    return vector::ShapeCastOp::create(b, loc, VectorType::get(lanes, element), repeated);
  }

  Value value;
  AffineMap map;
  Type accumulator;
  bool hasLanes;
  int64_t lanes;
  vector::TransferReadOp read;
  std::map<SmallVector<int64_t>, Value> cache;
};

static Value multiplyAdd(OpBuilder &b, Location loc, Value factor, Value weight, Value sum) {
  if (isa<FloatType>(getElementTypeOrSelf(sum.getType())))
    return vector::FMAOp::create(b, loc, factor, weight, sum);
  Value product = arith::MulIOp::create(b, loc, factor, weight);
  return arith::AddIOp::create(b, loc, sum, product);
}

/// contract acc[.., l] += left[.., (l)] * right[.., l]
///   ->  fma(broadcast(left[..]), right[..], acc[..]) for each other index
struct ContractToFma : OpRewritePattern<vector::ContractionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(vector::ContractionOp op,
                                PatternRewriter &rewriter) const override {
    auto accType = dyn_cast<VectorType>(op.getAccType());
    if (!accType)
      return rewriter.notifyMatchFailure(op, "the accumulator is not a vector");
    if (op.getKind() != vector::CombiningKind::ADD)
      return rewriter.notifyMatchFailure(op, "the combining kind is not add");
    if (op.getLhsType().getElementType() != accType.getElementType() ||
        op.getRhsType().getElementType() != accType.getElementType())
      return rewriter.notifyMatchFailure(op, "the element types differ");
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    unsigned laneDim = maps[2].getDimPosition(maps[2].getNumResults() - 1);
    std::optional<unsigned> right = maps[1].getResultPosition(rewriter.getAffineDimExpr(laneDim));
    std::optional<unsigned> left = maps[0].getResultPosition(rewriter.getAffineDimExpr(laneDim));
    if (!right || *right + 1 != maps[1].getNumResults())
      return rewriter.notifyMatchFailure(op, "the right operand's last dimension is not the lanes");
    if (left && *left + 1 != maps[0].getNumResults())
      return rewriter.notifyMatchFailure(op, "the left operand's lanes are not its last dimension");
    rewriter.replaceOp(op, lower(op, laneDim, rewriter));
    return success();
  }

  static Value lower(vector::ContractionOp op, unsigned laneDim, PatternRewriter &rewriter) {
    Location loc = op.getLoc();
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    Operand left(op.getLhs(), maps[0], laneDim), right(op.getRhs(), maps[1], laneDim);
    int64_t width = cast<VectorType>(op.getAccType()).getShape().back();
    auto step = [&](ArrayRef<int64_t> point, Value sum) {
      Value factor = left.at(rewriter, loc, point, width);
      Value weight = right.at(rewriter, loc, point, width);
      return multiplyAdd(rewriter, loc, factor, weight, sum);
    };
    return danaus::accumulatePoints(rewriter, op, laneDim, step);
  }
};

struct LowerContracts : danaus::impl::LowerContractsPassBase<LowerContracts> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    danaus::addPatterns<ContractToFma>(patterns, &getContext());
    danaus::populatePairContractPatterns(patterns);
    // 16 x 16 values change places in registers, by shuffles.
    vector::populateVectorTransposeLoweringPatterns(patterns,
                                                    vector::VectorTransposeLowering::Shuffle16x16);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
