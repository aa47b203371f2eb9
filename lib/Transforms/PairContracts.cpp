//===- PairContracts.cpp - Contracts on pairs of small integers -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// vpmaddwd(x, w)[l] = x[l, 0] w[l, 0] + x[l, 1] w[l, 1]: vectors of i16 to half
// as many sums in i32, exact but for -2^15 in all four, which i8 never reaches.
// MLIR has no op of its own for it, so it is called by its name in LLVM, which
// joins it with the addition that follows where the CPU has VNNI.
//
//===----------------------------------------------------------------------===//

#include "PairContracts.h"
#include "ContractPoints.h"
#include "danaus/Support/PatternSwitch.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <map>

using namespace mlir;

/// The read from memory that `value` is, extended and with its last dimension
/// split in two where `isSplit`; null if it is not that.
static vector::TransferReadOp findRead(Value value, bool isSplit) {
  auto extend = value.getDefiningOp<arith::ExtSIOp>();
  Value source = extend ? extend.getIn() : Value();
  if (source && isSplit) {
    auto split = source.getDefiningOp<vector::ShapeCastOp>();
    source = split ? split.getSource() : Value();
  }
  auto read = source ? source.getDefiningOp<vector::TransferReadOp>() : vector::TransferReadOp();
  if (!read || read.getMask() || !isa<MemRefType>(read.getBase().getType()) ||
      !read.getPermutationMap().isProjectedPermutation() || read.hasOutOfBoundsDim())
    return nullptr;
  // Whole lanes: (.., L, 2) was (.., 2 L).
  int64_t rank = cast<VectorType>(value.getType()).getRank();
  return read.getVectorType().getRank() == (isSplit ? rank - 1 : rank) ? read
                                                                       : vector::TransferReadOp();
}

namespace {
/// One operand of a contraction as vectors of i16 for vpmaddwd.
class PairOperand {
public:
  PairOperand(vector::TransferReadOp read, AffineMap map, bool hasLanes, int64_t lanes)
      : read(read), map(map), hasLanes(hasLanes), lanes(lanes) {}

  /// All pairs at `point` (one index a loop of the contraction), or one for all lanes.
  Value at(OpBuilder &b, Location loc, ArrayRef<int64_t> point) {
    SmallVector<int64_t> position;
    for (AffineExpr result : map.getResults().drop_back(hasLanes ? 2 : 1))
      position.push_back(point[cast<AffineDimExpr>(result).getPosition()]);
    Value &piece = cache[position];
    if (!piece)
      piece = hasLanes ? load(b, loc, position) : broadcast(b, loc, load(b, loc, position));
    return piece;
  }

private:
  Value load(OpBuilder &b, Location loc, ArrayRef<int64_t> position) {
    SmallVector<Value> indices = danaus::indicesAt(b, loc, read, position);
    AffineMap access = read.getPermutationMap();
    auto last = AffineMap::get(access.getNumDims(), 0, access.getResults().back());
    VectorType whole = read.getVectorType();
    auto type = VectorType::get(whole.getShape().back(), whole.getElementType());
    Value piece = vector::TransferReadOp::create(b, loc, type, read.getBase(), indices,
                                                 std::nullopt, last, ArrayRef<bool>{true});
    if (type.getElementType().isInteger(16))
      return piece;
    return arith::ExtSIOp::create(b, loc, type.clone(b.getI16Type()), piece);
  }

  /// A pair is 32 bits: one load puts it into all lanes.
  Value broadcast(OpBuilder &b, Location loc, Value pair) {
    Value bits = vector::BitCastOp::create(b, loc, VectorType::get(1, b.getI32Type()), pair);
    Value scalar = vector::ExtractOp::create(b, loc, bits, 0);
    Value all = vector::BroadcastOp::create(b, loc, VectorType::get(lanes, b.getI32Type()), scalar);
    return vector::BitCastOp::create(b, loc, VectorType::get(2 * lanes, b.getI16Type()), all);
  }

  vector::TransferReadOp read;
  AffineMap map;
  bool hasLanes;
  int64_t lanes;
  std::map<SmallVector<int64_t>, Value> cache;
};

/// contract acc[.., l] += sum_q left[.., (l), q] * right[.., l, q], q < 2
///   ->  acc[.., l] + vpmaddwd(left[..], right[..]) for each other index
struct ContractToPairs : OpRewritePattern<vector::ContractionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(vector::ContractionOp op,
                                PatternRewriter &rewriter) const override {
    auto accType = dyn_cast<VectorType>(op.getAccType());
    if (!accType || !accType.getElementType().isInteger(32) ||
        op.getKind() != vector::CombiningKind::ADD)
      return rewriter.notifyMatchFailure(op, "no sums in vectors of i32");
    int64_t lanes = accType.getShape().back();
    if (lanes != 8 && lanes != 16)
      return rewriter.notifyMatchFailure(op, "neither 8 nor 16 lanes");
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    unsigned numLoops = maps[0].getNumDims(), pair = numLoops - 1;
    AffineExpr lane = maps[2].getResults().back(), last = rewriter.getAffineDimExpr(pair);
    auto endsIn = [&](AffineMap map, ArrayRef<AffineExpr> end) {
      return map.getNumResults() > end.size() && map.getResults().take_back(end.size()) == end;
    };
    bool isOfPairs = op.getShapeForUnroll().value()[pair] == 2 && endsIn(maps[1], {lane, last}) &&
                     endsIn(maps[0], {last}) && !maps[2].getResultPosition(last);
    bool hasLanes = maps[0].getResultPosition(lane).has_value();
    if (!isOfPairs || (hasLanes && !endsIn(maps[0], {lane, last})))
      return rewriter.notifyMatchFailure(op, "the last loop does not go over pairs");
    vector::TransferReadOp left = findRead(op.getLhs(), hasLanes);
    vector::TransferReadOp right = findRead(op.getRhs(), /*isSplit=*/true);
    auto isSmall = [](vector::TransferReadOp read) {
      return read && read.getVectorType().getElementTypeBitWidth() <= 16;
    };
    if (!isSmall(left) || !isSmall(right))
      return rewriter.notifyMatchFailure(op, "an operand is not i8 or i16 in memory");
    PairOperand x(left, maps[0], hasLanes, lanes), w(right, maps[1], /*hasLanes=*/true, lanes);
    Location loc = op.getLoc();
    auto step = [&](ArrayRef<int64_t> point, Value sum) {
      Value factor = x.at(rewriter, loc, point), weight = w.at(rewriter, loc, point);
      return addPairs(rewriter, loc, factor, weight, sum);
    };
    unsigned laneDim = cast<AffineDimExpr>(lane).getPosition();
    rewriter.replaceOp(op, danaus::accumulatePoints(rewriter, op, {laneDim, pair}, step));
    return success();
  }

  static Value addPairs(OpBuilder &b, Location loc, Value factor, Value weight, Value sum) {
    bool isWide = cast<VectorType>(sum.getType()).getDimSize(0) == 16;
    StringAttr name =
        b.getStringAttr(isWide ? "llvm.x86.avx512.pmaddw.d.512" : "llvm.x86.avx2.pmadd.wd");
    auto call =
        LLVM::CallIntrinsicOp::create(b, loc, sum.getType(), name, ValueRange{factor, weight});
    return arith::AddIOp::create(b, loc, sum, call.getResults());
  }
};
} // namespace

void danaus::populatePairContractPatterns(RewritePatternSet &patterns) {
  danaus::addPatterns<ContractToPairs>(patterns, patterns.getContext());
}
