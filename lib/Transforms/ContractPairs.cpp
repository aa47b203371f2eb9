//===- ContractPairs.cpp - The loops of a contract on pairs of c -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// CPUs without matrix tiles, and stages that tiles do not take, multiply i8 two
// values of c at a time: vpmaddwd takes vectors of i16, multiplies lane by lane
// and adds neighbors into sums in i32 (with VNNI that and the sum so far are one
// instruction, vpdpwssd). With packing `per_lane = 2` a lane of the weight has
// two values of c, and the register block is
//
//   acc[R][P][L] += x[R][K](L)[2] * w[K][P][L][2]
//
// i8 becomes i16 once a block of rows for x, which is copied to a block of its
// own (R, c / 2, 2), lanes along d (R, c / 2, L, 2), and when it is read for w.
//
//===----------------------------------------------------------------------===//

#include "ContractVectorizer.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

ContractPairs::ContractPairs(ContractOp op)
    : ContractVectorizer(op), numPairs(llvm::divideCeil(pattern.c, 2)) {
  width = packing.lanes;
  unrollC = numPairs % 2 == 0 ? 2 : 1;
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// Values of c in one vector of a copy along c.
static int64_t valuesOfCopy(int64_t c) {
  return std::min<int64_t>(32, llvm::PowerOf2Ceil(std::max<int64_t>(c, 2)));
}

/// i16 as (row, pair, 2) or (row, pair, 2 L).
Value ContractPairs::allocateXBlock() {
  int64_t inPair = alongD ? 2 * width : 2;
  int64_t padded = alongD ? numPairs : llvm::alignTo(pattern.c, valuesOfCopy(pattern.c)) / 2;
  return allocateScratch({blockRows, padded, inPair}, b.getI16Type());
}

void ContractPairs::copyX(Value row, int64_t count) {
  rowLoop(index(0), index(count), 1, [&](Value r, int64_t) {
    Value from = arith::AddIOp::create(b, row, r);
    if (alongD)
      copyAlongD(from, r);
    else if (viewHasD() || !columns.empty())
      copyValues(from, r);
    else
      copyVectors(from, r);
  });
}

/// The block of x with (pair, 2) as one dimension.
Value ContractPairs::flatBlock() {
  return memref::CollapseShapeOp::create(b, xBlock, ArrayRef<ReassociationIndices>{{0}, {1, 2}});
}

/// xBlock[r, C] = x[from, A, C] by vectors; what a vector reads past c is 0.
void ContractPairs::copyVectors(Value from, Value r) {
  int64_t values = valuesOfCopy(pattern.c);
  Value block = flatBlock();
  loop(pattern.c, values, [&](Value c) {
    Value bytes = read(x, ValueRange{from, indexA, c}, {values},
                       AffineMap::get(3, 0, b.getAffineDimExpr(2)), {pattern.c % values == 0});
    Value words = arith::ExtSIOp::create(b, vectorOf({values}, b.getI16Type()), bytes);
    vector::TransferWriteOp::create(b, words, block, ValueRange{r, c},
                                    AffineMap::get(2, 0, b.getAffineDimExpr(1)),
                                    ArrayRef<bool>{true});
  });
}

/// xBlock[r, C] = x[from, A, C, D] one by one, for values that are d apart or in groups.
void ContractPairs::copyValues(Value from, Value r) {
  Value block = flatBlock();
  AffineExpr c = b.getAffineDimExpr(0);
  auto forOp = scf::ForOp::create(b, index(0), index(pattern.c), index(1));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(forOp.getBody());
    Value column = forOp.getInductionVar();
    SmallVector<Value> indices{from, indexA, column, indexD};
    if (!columns.empty())
      indices = permutedIndices(from, llvm::map_to_vector(digitsOfC(), [&](PackedDigit digit) {
                                  AffineExpr value = c.floorDiv(digit.stride) % digit.extent;
                                  return Value(affine::AffineApplyOp::create(
                                      b, AffineMap::get(1, 0, value), ValueRange{column}));
                                }));
    Value byte = memref::LoadOp::create(b, x, indices);
    Value word = arith::ExtSIOp::create(b, b.getI16Type(), byte);
    memref::StoreOp::create(b, word, block, ValueRange{r, column});
  }
  if (pattern.c % 2 == 0)
    return;
  Value zero = arith::ConstantOp::create(b, b.getI16IntegerAttr(0));
  memref::StoreOp::create(b, zero, block, ValueRange{r, index(pattern.c)});
}

/// xBlock[r, C / 2, lane, C % 2] = x[from, A, C, D + lane]; an odd c ends in zeros.
void ContractPairs::copyAlongD(Value from, Value r) {
  auto store = [&](Value pair, Value even, Value odd) {
    Value bytes = vector::InterleaveOp::create(b, even, odd);
    Value words = arith::ExtSIOp::create(b, vectorOf({2 * width}, b.getI16Type()), bytes);
    vector::TransferWriteOp::create(b, words, xBlock, ValueRange{r, pair, index(0)},
                                    AffineMap::get(3, 0, b.getAffineDimExpr(2)),
                                    ArrayRef<bool>{true});
  };
  int64_t whole = pattern.c / 2;
  auto forOp = scf::ForOp::create(b, index(0), index(whole), index(1));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(forOp.getBody());
    Value pair = forOp.getInductionVar();
    AffineExpr twice = b.getAffineDimExpr(0) * 2;
    Value c = affine::AffineApplyOp::create(b, AffineMap::get(1, 0, twice), ValueRange{pair});
    Value even = readLanes(from, c), odd = readLanes(from, add(c, 1));
    store(pair, even, odd);
  }
  if (pattern.c % 2 == 0)
    return;
  Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(vectorOf({width}, b.getI8Type())));
  store(index(whole), readLanes(from, index(pattern.c - 1)), zeros);
}

/// x[row, A, C, D + lane]; where d is smaller than a vector, all of d again and again.
Value ContractPairs::readLanes(Value row, Value c) {
  SmallVector<Value> indices{row, indexA, c, indexD};
  AffineExpr d = b.getAffineDimExpr(3);
  if (perVector == 1)
    return read(x, indices, {width}, AffineMap::get(4, 0, d), {pattern.d % width == 0});
  AffineExpr zero = b.getAffineConstantExpr(0);
  Value repeated = read(x, indices, {perVector, pattern.d},
                        AffineMap::get(4, 0, {zero, d}, b.getContext()), {true, true});
  return vector::ShapeCastOp::create(b, vectorOf({width}, b.getI8Type()), repeated);
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The packed weight as (.., c / 2, P, 2 L).
Value ContractPairs::viewWeight() {
  auto type = cast<MemRefType>(op.getWeight().getType());
  int64_t rank = type.getRank(), digits = alongD ? (perVector > 1 ? 3 : 2) : 2;
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i < rank - digits; ++i)
    groups.push_back({i});
  groups.push_back(llvm::to_vector(llvm::seq<int64_t>(rank - digits, rank)));
  Value flat = memref::CollapseShapeOp::create(b, op.getWeight(), groups);
  return alongD ? flat : splitPanels(flat, 2 * width);
}

/// (k, panel, lane, 2) at pair `pair` of block column b0.
Value ContractPairs::readPairsOfWeight(Value start, Value pair) {
  SmallVector<Value> indices = panelIndices(start);
  indices.append({pair, index(0), index(0)});
  auto map = AffineMap::getMinorIdentityMap(indices.size(), 3, b.getContext());
  Value bytes = read(weight, indices, {unrollC, packing.panel, 2 * width}, map, {true, true, true});
  return extend(vector::ShapeCastOp::create(
      b, vectorOf({unrollC, packing.panel, width, 2}, b.getI8Type()), bytes));
}

/// (r, k, 2) or (r, k, lane, 2) at pair `pair` of the block of x.
Value ContractPairs::readPairsOfX(int64_t count, Value pair) {
  int64_t inPair = alongD ? 2 * width : 2;
  Value words = read(xBlock, ValueRange{index(0), pair, index(0)}, {count, unrollC, inPair},
                     b.getMultiDimIdentityMap(3), {true, true, true});
  if (alongD)
    words =
        vector::ShapeCastOp::create(b, vectorOf({count, unrollC, width, 2}, b.getI16Type()), words);
  return extend(words);
}

//===----------------------------------------------------------------------===//
// The register block
//===----------------------------------------------------------------------===//

void ContractPairs::microKernel(Value row, int64_t count, Value start) {
  VectorType sums = vectorOf({count, packing.panel, width}, accumulator);
  Value sum = arith::ConstantOp::create(b, b.getZeroAttr(sums));
  sum = carry(numPairs, unrollC, sum, [&](Value pair, Value partial) {
    return contractPairs(readPairsOfX(count, pair), readPairsOfWeight(start, pair), partial);
  });
  for (int64_t r = 0; r < count; ++r) {
    Value rowIndex = add(row, r);
    for (int64_t p = 0; p < packing.panel; ++p)
      storeGuarded(vector::ExtractOp::create(b, sum, ArrayRef<int64_t>{r, p}), rowIndex,
                   add(start, p * panelOfB() / packing.panel));
  }
}

/// Loops: row, panel, lane, k, value of the pair.
Value ContractPairs::contractPairs(Value left, Value right, Value sum) {
  SmallVector<unsigned> ofX{0, 3, 4};
  if (alongD)
    ofX = {0, 3, 2, 4};
  return contraction({left, ofX}, {right, {3, 1, 2, 4}}, {sum, {0, 1, 2}}, 5);
}
