//===- SparseToLoops.cpp - Sparse stages to loops on tensors --------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What data decide is no affine map, so these stages become loops and not
// generics. Two forms, for M applied as it is stored or transposed:
//
//   blocks            y[n, I bm + i] = sum over e, k of w[e, i, k] x[n, places[e] bk + k]
//   blocks, M^T       y[n, places[e] bk + k] += w[e, i, k] x[n, I bm + i]
//   groups along the sum   y[n, i] = sum over c of w[i, c] x[n, c / n m + positions[i, c]]
//   groups along y         y[n, c / n m + positions[j, c]] += w[j, c] x[n, j]
//
// Sums stay in a register, and the innermost loop of blocks runs along memory.
// The order of a sum is free (fastmath<reassoc>), which lets it be a vector.
//
//===----------------------------------------------------------------------===//

#include "LinalgBuilders.h"
#include "danaus/Conversion/Utils.h"
#include "danaus/Support/PatternSwitch.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace danaus;

namespace {

/// Builds loops over one value: a sum, or the result that grows.
struct LoopBuilder {
  /// What a loop's body makes of the index and of the value so far.
  using Body = llvm::function_ref<Value(Value index, Value carried)>;

  PatternRewriter &builder;
  Location loc;

  Value constant(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }
  Value add(Value a, Value b) { return arith::AddIOp::create(builder, loc, a, b); }
  Value scaled(Value index, int64_t factor) {
    if (factor == 1)
      return index;
    return arith::MulIOp::create(builder, loc, index, constant(factor));
  }
  /// index * size + within
  Value join(Value index, int64_t size, Value within) {
    return size == 1 ? index : add(scaled(index, size), within);
  }
  Value rowsOf(Value x) { return tensor::DimOp::create(builder, loc, x, constant(0)); }

  /// An element of an integer tensor as an index.
  Value readIndex(Value table, ValueRange at) {
    Value entry = tensor::ExtractOp::create(builder, loc, table, at);
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(), entry);
  }

  Value loop(Value begin, Value end, Value carried, Body body) {
    auto loop = scf::ForOp::create(builder, loc, begin, end, constant(1), carried);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value next = body(loop.getInductionVar(), loop.getRegionIterArg(0));
    scf::YieldOp::create(builder, loc, next);
    return loop.getResult(0);
  }
  /// A loop whose iterations write elements of `carried` that no other reads.
  Value independentLoop(Value end, Value carried, Body body) {
    Value result = loop(constant(0), end, carried, body);
    result.getDefiningOp()->setAttr(independentName, builder.getUnitAttr());
    return result;
  }
  Value independentLoop(int64_t end, Value carried, Body body) {
    if (end == 1)
      return body(constant(0), carried);
    return independentLoop(constant(end), carried, body);
  }
  Value loop(int64_t end, Value carried, Body body) {
    if (end == 1)
      return body(constant(0), carried);
    return loop(constant(0), constant(end), carried, body);
  }

  /// sum + weight * x, in any order of the sum.
  Value accumulate(Value weight, Value x, Value sum) {
    auto flags = arith::FastMathFlags::reassoc | arith::FastMathFlags::contract;
    return multiplyAdd(builder, loc, x, weight, sum, flags);
  }
  Value zero(Type type) { return createScalar(builder, loc, type, 0.0); }

  Value extract(Value tensor, ValueRange at) {
    return tensor::ExtractOp::create(builder, loc, tensor, at);
  }
  Value insert(Value scalar, Value tensor, ValueRange at) {
    return tensor::InsertOp::create(builder, loc, scalar, tensor, at);
  }
};

} // namespace

/// What the sums of y are written into: zeros where they grow there.
static Value buildInit(OpBuilder &builder, Location loc, Value x, RankedTensorType y,
                       bool scatters) {
  Type sumType = getSumType(y.getElementType());
  if (scatters)
    return buildZeros(builder, loc, x, y.getDimSize(1), sumType);
  SmallVector<OpFoldResult> sizes{tensor::getMixedSize(builder, loc, x, 0),
                                  builder.getIndexAttr(y.getDimSize(1))};
  return tensor::EmptyOp::create(builder, loc, sizes, sumType);
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

namespace {
/// The loops of one chain.indexed.
struct IndexedLoops : LoopBuilder {
  chain::IndexedOp op;
  BlockPattern pattern;

  IndexedLoops(PatternRewriter &builder, chain::IndexedOp op)
      : LoopBuilder{builder, op.getLoc()}, op(op), pattern(op.getPattern()) {}

  Value weightAt(Value block, Value i, Value k) {
    bool isScalar = cast<RankedTensorType>(op.getWeight().getType()).getRank() == 1;
    return extract(op.getWeight(), isScalar ? ValueRange{block} : ValueRange{block, i, k});
  }

  /// Calls `body` for the blocks of one block row, with their first column.
  Value forBlocks(Value row, Value carried,
                  llvm::function_ref<Value(Value block, Value firstColumn, Value carried)> body) {
    Value begin = readIndex(op.getPointers(), row);
    Value end = readIndex(op.getPointers(), add(row, constant(1)));
    return loop(begin, end, carried, [&](Value block, Value inner) {
      Value first = scaled(readIndex(op.getPlaces(), block), pattern.blockColumns);
      return body(block, first, inner);
    });
  }

  /// One element of y for each sum.
  Value gather(Value y) {
    Type sumType = getElementTypeOrSelf(y);
    auto rowSum = [&](Value n, Value row, Value i) {
      return forBlocks(row, zero(sumType), [&](Value block, Value first, Value blockSum) {
        return loop(pattern.blockColumns, blockSum, [&](Value k, Value sum) {
          Value x = extract(op.getX(), {n, add(first, k)});
          return accumulate(weightAt(block, i, k), x, sum);
        });
      });
    };
    return independentLoop(rowsOf(op.getX()), y, [&](Value n, Value rowsDone) {
      int64_t blockRows = pattern.rows / pattern.blockRows;
      return independentLoop(blockRows, rowsDone, [&](Value row, Value blocksDone) {
        return independentLoop(pattern.blockRows, blocksDone, [&](Value i, Value done) {
          Value sum = rowSum(n, row, i);
          return insert(sum, done, {n, join(row, pattern.blockRows, i)});
        });
      });
    });
  }

  /// Each block adds to the elements of y that it covers.
  Value scatter(Value y) {
    auto addBlock = [&](Value n, Value row, Value block, Value first, Value start) {
      return loop(pattern.blockRows, start, [&](Value i, Value rowsDone) {
        Value x = extract(op.getX(), {n, join(row, pattern.blockRows, i)});
        return loop(pattern.blockColumns, rowsDone, [&](Value k, Value done) {
          Value column = add(first, k);
          Value sum = extract(done, {n, column});
          sum = accumulate(weightAt(block, i, k), x, sum);
          return insert(sum, done, {n, column});
        });
      });
    };
    return independentLoop(rowsOf(op.getX()), y, [&](Value n, Value rowsDone) {
      return loop(pattern.rows / pattern.blockRows, rowsDone, [&](Value row, Value blocksDone) {
        return forBlocks(row, blocksDone, [&](Value block, Value first, Value done) {
          return addBlock(n, row, block, first, done);
        });
      });
    });
  }
};

/// indexed(x, w)  ->  round(loops over rows, block rows and blocks)
struct IndexedToLoops : OpRewritePattern<chain::IndexedOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(chain::IndexedOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getY().getType());
    IndexedLoops loops(rewriter, op);
    Value init = buildInit(rewriter, loc, op.getX(), type, op.getTransposes());
    Value y = op.getTransposes() ? loops.scatter(init) : loops.gather(init);
    rewriter.replaceOp(
        op, castTo(rewriter, loc, roundTo(rewriter, loc, y, type.getElementType()), type));
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

namespace {
/// The loops of one chain.grouped. `across` counts rows for axis 1 and columns for
/// axis 0; c counts what is stored along the axis.
struct GroupedLoops : LoopBuilder {
  chain::GroupedOp op;
  GroupPattern pattern;

  GroupedLoops(PatternRewriter &builder, chain::GroupedOp op)
      : LoopBuilder{builder, op.getLoc()}, op(op), pattern(op.getPattern()) {}

  int64_t stored() { return pattern.weightShape()[pattern.axis]; }
  int64_t acrossSize() { return pattern.axis == 1 ? pattern.rows : pattern.columns; }
  SmallVector<Value> place(Value across, Value c) {
    return pattern.axis == 1 ? SmallVector<Value>{across, c} : SmallVector<Value>{c, across};
  }
  /// c / n m + positions[..]
  Value along(Value across, Value c) {
    Value group = arith::DivUIOp::create(builder, loc, c, constant(pattern.n));
    Value position = readIndex(op.getPositions(), place(across, c));
    return add(scaled(group, pattern.m), position);
  }

  Value gather(Value y) {
    Type sumType = getElementTypeOrSelf(y);
    return independentLoop(rowsOf(op.getX()), y, [&](Value n, Value rowsDone) {
      return independentLoop(acrossSize(), rowsDone, [&](Value across, Value done) {
        Value sum = loop(stored(), zero(sumType), [&](Value c, Value partial) {
          Value x = extract(op.getX(), {n, along(across, c)});
          return accumulate(extract(op.getWeight(), place(across, c)), x, partial);
        });
        return insert(sum, done, {n, across});
      });
    });
  }

  Value scatter(Value y) {
    return independentLoop(rowsOf(op.getX()), y, [&](Value n, Value rowsDone) {
      return loop(acrossSize(), rowsDone, [&](Value across, Value columnsDone) {
        Value x = extract(op.getX(), {n, across});
        return loop(stored(), columnsDone, [&](Value c, Value done) {
          Value target = along(across, c);
          Value sum = extract(done, {n, target});
          sum = accumulate(extract(op.getWeight(), place(across, c)), x, sum);
          return insert(sum, done, {n, target});
        });
      });
    });
  }
};

/// grouped(x, w)  ->  round(loops over rows and stored values)
struct GroupedToLoops : OpRewritePattern<chain::GroupedOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(chain::GroupedOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getY().getType());
    GroupedLoops loops(rewriter, op);
    bool scatters = !op.getPattern().isGroupedAlongSum(op.getTransposes());
    Value init = buildInit(rewriter, loc, op.getX(), type, scatters);
    Value y = scatters ? loops.scatter(init) : loops.gather(init);
    rewriter.replaceOp(
        op, castTo(rewriter, loc, roundTo(rewriter, loc, y, type.getElementType()), type));
    return success();
  }
};
} // namespace

void danaus::populateSparsePatterns(RewritePatternSet &patterns) {
  addPatterns<GroupedToLoops, IndexedToLoops>(patterns, patterns.getContext());
}
