//===- VectorizeKernels.cpp - Contracts on tiles to loops over vectors -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A contract becomes a loop nest whose innermost body is one register block:
//
//   lanes along b (panel_b), V = lanes * panel      lanes along d (panel_d)
//   for A, for D, for b0 step V                     for A, for D0 step L
//     for i step R                                    for i step R, for b0 step P
//       acc[R][V]    += x[R][K] * w[K][V]               acc[R][P][L] += x[R][K][L] * w[K][P][L]
//
// with a loop over K = C inside. Along b a panel of weights (c x V) stays in
// L1 while rows stream past; along d a block of x does, and weights stream.
// Rows that do not fill a block of R run one at a time.
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace danaus {
#define GEN_PASS_DEF_VECTORIZEKERNELSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

namespace {

/// Builds the loops of one contract.
class ContractVectorizer {
public:
  explicit ContractVectorizer(ContractOp op)
      : op(op), b(op.getLoc(), op), pattern(op.getPattern()), packing(toPlain(op.getPacking())),
        accumulator(op.getBody().front().getArgument(0).getType()),
        alongD(packing.kind == danaus::PackingKind::PanelD),
        width(alongD ? packing.lanes : packing.lanes * packing.panel) {
    for (int64_t unroll : {4, 2, 1})
      if (pattern.c % unroll == 0) {
        unrollC = unroll;
        break;
      }
  }

  void run() {
    x = splitColumns(op.getX(), pattern.c);
    rows = memref::DimOp::create(b, op.getX(), 0);
    loop(pattern.a, 1, [&](Value block) {
      indexA = block;
      if (alongD)
        loop(pattern.d, packing.lanes, [&](Value d) {
          indexD = d;
          rowLoops([&](Value row, int64_t count) {
            loop(pattern.b, packing.panel, [&](Value start) { microKernel(row, count, start); });
          });
        });
      else
        loop(pattern.d, 1, [&](Value d) {
          indexD = d;
          loop(pattern.b, width, [&](Value start) {
            rowLoops([&](Value row, int64_t count) { microKernel(row, count, start); });
          });
        });
    });
  }

private:
  //===--------------------------------------------------------------------===//
  // Loops and indices
  //===--------------------------------------------------------------------===//

  Value index(int64_t value) { return arith::ConstantIndexOp::create(b, value); }

  void loop(int64_t extent, int64_t step, llvm::function_ref<void(Value)> body) {
    if (extent <= step)
      return body(index(0));
    auto forOp = scf::ForOp::create(b, index(0), index(extent), index(step));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(forOp.getBody());
    body(forOp.getInductionVar());
  }

  /// Blocks of `block_rows` rows, then single rows.
  void rowLoops(llvm::function_ref<void(Value, int64_t)> body) {
    int64_t block = op.getBlockRows();
    Value start = index(0);
    if (block > 1) {
      AffineExpr total = b.getAffineDimExpr(0);
      Value end = affine::AffineApplyOp::create(
          b, AffineMap::get(1, 0, total.floorDiv(block) * block), ValueRange{rows});
      rowLoop(start, end, block, body);
      start = end;
    }
    rowLoop(start, rows, 1, body);
  }

  void rowLoop(Value from, Value to, int64_t step, llvm::function_ref<void(Value, int64_t)> body) {
    auto forOp = scf::ForOp::create(b, from, to, index(step));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(forOp.getBody());
    body(forOp.getInductionVar(), step);
  }

  Value add(Value value, int64_t offset) {
    return affine::AffineApplyOp::create(b, AffineMap::get(1, 0, b.getAffineDimExpr(0) + offset),
                                         ValueRange{value});
  }

  Value floorDiv(Value value, int64_t divisor) {
    return affine::AffineApplyOp::create(
        b, AffineMap::get(1, 0, b.getAffineDimExpr(0).floorDiv(divisor)), ValueRange{value});
  }

  /// Whether the views of columns have a dimension D: without one, neighbours
  /// along b are neighbours in the last dimension, as vector loads want them.
  bool viewHasD() const { return pattern.d > 1; }

  /// A view of columns (A e + E) d + D as dimensions A, E, D (no D where d = 1);
  /// `matrix` may have a leading dimension of rows.
  Value splitColumns(Value matrix, int64_t extent) {
    auto type = cast<MemRefType>(matrix.getType());
    SmallVector<OpFoldResult> sizes;
    SmallVector<int64_t> shape;
    SmallVector<ReassociationIndices> groups;
    if (type.getRank() == 2) {
      sizes = memref::getMixedSizes(b, b.getLoc(), matrix);
      sizes.pop_back();
      shape.push_back(type.getDimSize(0));
      groups.push_back({0});
    }
    int64_t first = shape.size();
    groups.push_back({first, first + 1});
    SmallVector<int64_t> digits{pattern.a, extent};
    if (viewHasD()) {
      groups.back().push_back(first + 2);
      digits.push_back(pattern.d);
    }
    for (int64_t size : digits) {
      shape.push_back(size);
      sizes.push_back(b.getIndexAttr(size));
    }
    return memref::ExpandShapeOp::create(b, b.getLoc(), shape, matrix, groups, sizes);
  }

  //===--------------------------------------------------------------------===//
  // The register block
  //===--------------------------------------------------------------------===//

  VectorType vectorOf(ArrayRef<int64_t> shape, Type element) {
    return VectorType::get(shape, element);
  }

  /// Extends a vector to the accumulator's type.
  Value extend(Value vector) {
    auto type = cast<VectorType>(vector.getType());
    if (type.getElementType() == accumulator)
      return vector;
    return arith::ExtFOp::create(b, vectorOf(type.getShape(), accumulator), vector);
  }

  Value read(Value source, ValueRange indices, ArrayRef<int64_t> shape, AffineMap map,
             ArrayRef<bool> inBounds) {
    Type element = cast<MemRefType>(source.getType()).getElementType();
    return vector::TransferReadOp::create(b, vectorOf(shape, element), source, indices,
                                          std::nullopt, map, inBounds);
  }

  /// x[row + r, A, C + k, D (+ lane)] as (r, k) or (r, k, lane).
  Value readX(Value row, int64_t count, Value c) {
    SmallVector<Value> indices{row, indexA, c};
    if (viewHasD())
      indices.push_back(indexD);
    auto dim = [&](unsigned i) { return b.getAffineDimExpr(i); };
    auto rowsAndC = AffineMap::get(indices.size(), 0, {dim(0), dim(2)}, b.getContext());
    if (!alongD)
      return extend(read(x, indices, {count, unrollC}, rowsAndC, {true, true}));
    bool whole = pattern.d % packing.lanes == 0;
    return extend(read(x, indices, {count, unrollC, width},
                       AffineMap::get(4, 0, {dim(0), dim(2), dim(3)}, b.getContext()),
                       {true, true, whole}));
  }

  /// The packed weight at block column C: (k, lane) or (k, panel, lane).
  Value readWeight(Value start, Value c) {
    StringRef order = op.getOrder();
    SmallVector<Value> indices;
    if (order.contains('a'))
      indices.push_back(indexA);
    if (order.contains('d'))
      indices.push_back(alongD ? floorDiv(indexD, packing.lanes) : indexD);
    indices.push_back(floorDiv(start, alongD ? packing.panel : width));
    indices.push_back(c);
    SmallVector<int64_t> shape{unrollC};
    indices.push_back(index(0));
    if (alongD) {
      shape.push_back(packing.panel);
      if (order.contains('d')) {
        indices.push_back(index(0));
        shape.push_back(width);
      }
    } else {
      shape.push_back(width);
    }
    Value weight = op.getWeight();
    auto map = AffineMap::getMinorIdentityMap(indices.size(), shape.size(), b.getContext());
    Value vector = extend(read(weight, indices, shape, map, SmallVector<bool>(shape.size(), true)));
    if (alongD && !order.contains('d'))
      vector = broadcastLanes(vector);
    return vector;
  }

  /// (k, panel)  ->  (k, panel, lane), for a weight that all d share.
  Value broadcastLanes(Value vector) {
    VectorType wide = vectorOf({width, unrollC, packing.panel}, accumulator);
    Value repeated = vector::BroadcastOp::create(b, wide, vector);
    return vector::TransposeOp::create(b, repeated, ArrayRef<int64_t>{1, 2, 0});
  }

  VectorType accumulatorType(int64_t count) {
    if (alongD)
      return vectorOf({count, packing.panel, width}, accumulator);
    return vectorOf({count, width}, accumulator);
  }

  Value contract(Value left, Value right, Value sum) {
    MLIRContext *context = b.getContext();
    auto dims = [&](ArrayRef<unsigned> positions) {
      unsigned numLoops = alongD ? 4 : 3;
      return AffineMap::getMultiDimMapWithTargets(numLoops, positions, context);
    };
    auto parallel = vector::IteratorTypeAttr::get(context, vector::IteratorType::parallel);
    auto reduction = vector::IteratorTypeAttr::get(context, vector::IteratorType::reduction);
    // Loops: row, lane, k; along d: row, panel, lane, k.
    SmallVector<AffineMap> maps =
        alongD ? SmallVector<AffineMap>{dims({0, 3, 2}), dims({3, 1, 2}), dims({0, 1, 2})}
               : SmallVector<AffineMap>{dims({0, 2}), dims({2, 1}), dims({0, 1})};
    SmallVector<Attribute> iterators(alongD ? 3 : 2, parallel);
    iterators.push_back(reduction);
    return vector::ContractionOp::create(b, left, right, sum, b.getAffineMapArrayAttr(maps),
                                         b.getArrayAttr(iterators));
  }

  void microKernel(Value row, int64_t count, Value start) {
    VectorType type = accumulatorType(count);
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    auto forOp =
        scf::ForOp::create(b, index(0), index(pattern.c), index(unrollC), ValueRange{zero});
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(forOp.getBody());
      Value c = forOp.getInductionVar();
      Value sum = contract(readX(row, count, c), readWeight(start, c), forOp.getRegionIterArg(0));
      scf::YieldOp::create(b, sum);
    }
    store(forOp.getResult(0), row, count, start);
  }

  //===--------------------------------------------------------------------===//
  // Epilogue and stores
  //===--------------------------------------------------------------------===//

  void store(Value sums, Value row, int64_t count, Value start) {
    for (int64_t r = 0; r < count; ++r) {
      Value rowIndex = add(row, r);
      if (!alongD) {
        storeVector(vector::ExtractOp::create(b, sums, r), rowIndex, start);
        continue;
      }
      for (int64_t p = 0; p < packing.panel; ++p)
        storeGuarded(vector::ExtractOp::create(b, sums, ArrayRef<int64_t>{r, p}), rowIndex,
                     add(start, p));
    }
  }

  /// Along d, the last panel of b may be partly padding.
  void storeGuarded(Value vector, Value row, Value indexB) {
    if (pattern.b % packing.panel == 0)
      return storeVector(vector, row, indexB);
    Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, indexB, index(pattern.b));
    auto ifOp = scf::IfOp::create(b, inside, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(ifOp.thenBlock());
    storeVector(vector, row, indexB);
  }

  void storeVector(Value vector, Value row, Value indexB) {
    SmallVector<Value> operands{vector};
    for (Value extra : op.getExtras())
      operands.push_back(readColumns(extra, row, indexB));
    writeColumns(vectorizeBody(operands), row, indexB);
  }

  /// Whether the lanes of the output are neighbours in memory.
  bool isContiguous() const { return alongD || pattern.d == 1; }

  /// (A b + B) d + D: the column of the first lane.
  Value firstColumn(Value indexB) {
    AffineExpr a = b.getAffineDimExpr(0), e = b.getAffineDimExpr(1), d = b.getAffineDimExpr(2);
    return affine::AffineApplyOp::create(b,
                                         AffineMap::get(3, 0, (a * pattern.b + e) * pattern.d + d),
                                         ValueRange{indexA, indexB, indexD});
  }

  /// 0, d, 2 d, ...: offsets of lanes along b.
  Value laneOffsets() {
    SmallVector<int32_t> offsets;
    for (int64_t lane = 0; lane < width; ++lane)
      offsets.push_back(lane * pattern.d);
    auto type = vectorOf({width}, b.getI32Type());
    return arith::ConstantOp::create(b, DenseIntElementsAttr::get(type, offsets));
  }

  /// The lanes that are not padding of b.
  Value laneMask(Value indexB) {
    AffineExpr rest = b.getAffineConstantExpr(pattern.b) - b.getAffineDimExpr(0);
    Value left = affine::AffineApplyOp::create(b, AffineMap::get(1, 0, rest), ValueRange{indexB});
    return vector::CreateMaskOp::create(b, vectorOf({width}, b.getI1Type()), left);
  }

  /// Indices of the first lane in the (row,) A, B, D view of `matrix`, and the
  /// dimension of the view that lanes run along.
  SmallVector<Value> viewIndices(MemRefType type, Value row, Value indexB, AffineMap &map) {
    SmallVector<Value> indices;
    if (type.getRank() == 2)
      indices.push_back(row);
    unsigned lane = indices.size() + (alongD ? 2 : 1);
    indices.append({indexA, indexB});
    if (viewHasD())
      indices.push_back(indexD);
    map = AffineMap::get(indices.size(), 0, b.getAffineDimExpr(lane));
    return indices;
  }

  bool lanesInBounds() const { return alongD ? pattern.d % width == 0 : pattern.b % width == 0; }

  Value readColumns(Value source, Value row, Value indexB) {
    auto type = cast<MemRefType>(source.getType());
    if (isContiguous()) {
      AffineMap map;
      SmallVector<Value> indices = viewIndices(type, row, indexB, map);
      return read(splitColumns(source, pattern.b), indices, {width}, map, {lanesInBounds()});
    }
    SmallVector<Value> indices;
    if (type.getRank() == 2)
      indices.push_back(row);
    indices.push_back(firstColumn(indexB));
    VectorType vector = vectorOf({width}, type.getElementType());
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(vector));
    return vector::GatherOp::create(b, vector, source, indices, laneOffsets(), laneMask(indexB),
                                    zero);
  }

  void writeColumns(Value vector, Value row, Value indexB) {
    Value y = op.getInit();
    if (isContiguous()) {
      AffineMap map;
      SmallVector<Value> indices = viewIndices(cast<MemRefType>(y.getType()), row, indexB, map);
      vector::TransferWriteOp::create(b, vector, splitColumns(y, pattern.b), indices, map,
                                      ArrayRef<bool>{lanesInBounds()});
      return;
    }
    vector::ScatterOp::create(b, /*resultType=*/Type(), y, ValueRange{row, firstColumn(indexB)},
                              laneOffsets(), laneMask(indexB), vector);
  }

  /// The scalar body on vectors of `width` lanes.
  Value vectorizeBody(ArrayRef<Value> operands) {
    Block &body = op.getBody().front();
    IRMapping mapping;
    mapping.map(body.getArguments(), operands);
    for (Operation &scalar : body.without_terminator()) {
      if (auto constant = dyn_cast<arith::ConstantOp>(scalar)) {
        Value splat = b.clone(*constant)->getResult(0);
        mapping.map(constant.getResult(), broadcast(splat));
        continue;
      }
      Operation *wide = b.clone(scalar, mapping);
      for (Value result : wide->getResults())
        result.setType(vectorOf({width}, result.getType()));
      mapping.map(scalar.getResults(), wide->getResults());
    }
    Value yielded = mapping.lookup(cast<YieldOp>(body.getTerminator()).getValue());
    return yielded;
  }

  Value broadcast(Value scalar) {
    return vector::BroadcastOp::create(b, vectorOf({width}, scalar.getType()), scalar);
  }

  ContractOp op;
  ImplicitLocOpBuilder b;
  StagePattern pattern;
  danaus::Packing packing;
  Type accumulator;
  bool alongD;
  int64_t width;       ///< lanes of one stored vector
  int64_t unrollC = 1; ///< values of C in one step of the innermost loop
  Value x, rows, indexA, indexD;
};

struct VectorizeKernels : danaus::impl::VectorizeKernelsPassBase<VectorizeKernels> {
  void runOnOperation() override {
    SmallVector<ContractOp> contracts;
    getOperation()->walk([&](ContractOp op) { contracts.push_back(op); });
    for (ContractOp op : contracts) {
      if (failed(check(op)))
        return signalPassFailure();
      ContractVectorizer(op).run();
      op.erase();
    }
  }

  static LogicalResult check(ContractOp op) {
    if (op.getResult())
      return op.emitOpError() << "wanted memrefs, found tensors (run one-shot-bufferize)";
    chain::PackingKind kind = op.getPacking().getKind();
    if (kind != chain::PackingKind::panel_b && kind != chain::PackingKind::panel_d)
      return op.emitOpError() << "wanted packing panel_b or panel_d, found "
                              << stringifyPackingKind(kind);
    for (Operation &inner : op.getBody().front().without_terminator())
      if (inner.getNumRegions() != 0 || inner.getNumResults() != 1)
        return inner.emitOpError() << "is not element-wise: it cannot run on vectors";
    return success();
  }
};
} // namespace
