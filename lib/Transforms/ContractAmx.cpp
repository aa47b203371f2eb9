//===- ContractAmx.cpp - The loops of a contract on matrix tiles -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// AMX multiplies a tile of 16 rows x 64 bytes of c (32 values of bf16 or 64 of i8)
// by one of as many values of c x 16 of b into 16 x 16 sums (f32 or i32). Where 64
// bytes do not divide c, tiles hold fewer. A contract with packing `vnni` becomes
//
//   outputs that are neighbors along b        outputs that are neighbors along d
//   for A, for D, for b0 step 32              for A, for D0 step 16
//     for i step 32                             for i step 32, for b0 step 16
//       sums[2][2] += x[i..] w[b0..]              for D in D0 .. D0 + 15
//       scratch = sums                              scratch[D] = sum over c
//       y[i, b0..] = body(scratch)                transpose; y[i, b, D0..] = body(scratch)
//
// Where results are i8, the body comes before the transposition: storeBytes().
// The sums of each block of w are stored to a scratch in L1, from where the
// body takes them as vectors. x has the values of c of one block next to
// each other: d = 1, or `x_digits`. A stage that writes such groups for the next
// (packing digit) has the number of its block in place of D.
//
// Where fewer than 32 rows are left, they are copied to a block of 32; what the
// rest of it holds only reaches sums that are not stored.
//
//===----------------------------------------------------------------------===//

#include "ContractVectorizer.h"
#include "mlir/Dialect/AMX/AMXDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include <numeric>

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

static constexpr int64_t tileRows = 16, tileB = 16, rowTiles = 2;
static constexpr int64_t rowsOfBlock = rowTiles * tileRows;

ContractAmx::ContractAmx(ContractOp op, int64_t depthBytes)
    : ContractVectorizer(op, outputPattern(op), /*alongD=*/outputPattern(op).d > 1,
                         /*width=*/tileB),
      real(op.getPattern()), depth(depthBytes * packing.perLane / 4) {}

/// The pattern whose outputs lie in memory as those of `op`: for a stage that
/// groups its columns, block A is (A / d', A % d') with d' blocks a group.
StagePattern ContractAmx::outputPattern(ContractOp op) {
  StagePattern pattern = op.getPattern();
  int64_t digit = op.getPacking().getDigit(), group = op.getPacking().getGroup();
  if (digit == 1)
    return pattern;
  int64_t blocks = group / digit;
  return {pattern.a / blocks, pattern.b, pattern.c, blocks};
}

void ContractAmx::run() {
  weight = viewTiles();
  rows = memref::DimOp::create(b, op.getX(), 0);
  int64_t panel = alongD ? 1 : op.getPacking().getPanel();
  scratch = allocateScratch({alongD ? tileB : 1, rowsOfBlock, panel * tileB}, accumulator);
  Type element = cast<MemRefType>(op.getX().getType()).getElementType();
  tail = allocateScratch({rowsOfBlock, alongD ? tileB * real.c : real.c}, element);
  loop(pattern.a, 1, [&](Value block) {
    indexA = block;
    loop(pattern.d, alongD ? tileB : 1, [&](Value d) {
      indexD = d;
      if (alongD)
        rowBlocks([&](Value x, Value xRow, Value row, Value count) {
          loop(pattern.b, tileB, [&](Value start) { blockAlongD(x, xRow, row, count, start); });
        });
      else
        loop(pattern.b, panel * tileB, [&](Value start) {
          rowBlocks([&](Value x, Value xRow, Value row, Value count) {
            blockAlongB(x, xRow, row, count, start, panel);
          });
        });
    });
  });
}

/// The packed weight with (b % 16, c % Q) as one dimension: a tile is depth / Q rows of it.
Value ContractAmx::viewTiles() {
  int64_t rank = cast<MemRefType>(op.getWeight().getType()).getRank();
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i + 1 < rank; ++i)
    groups.push_back({i});
  groups.back().push_back(rank - 1);
  return memref::CollapseShapeOp::create(b, op.getWeight(), groups);
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// body(x, first row in x, first row in y, rows) for blocks of 32 rows, then for
/// what remains, copied.
void ContractAmx::rowBlocks(RowBody body) {
  AffineExpr all = b.getAffineDimExpr(0);
  Value whole = affine::AffineApplyOp::create(
      b, AffineMap::get(1, 0, all.floorDiv(rowsOfBlock) * rowsOfBlock), ValueRange{rows});
  rowLoop(index(0), whole, rowsOfBlock,
          [&](Value row, int64_t) { body(op.getX(), row, row, index(rowsOfBlock)); });
  rowLoop(whole, rows, rowsOfBlock, [&](Value row, int64_t) {
    Value count = arith::SubIOp::create(b, rows, row);
    copyTail(row, count);
    body(tail, index(0), row, count);
  });
}

/// tail[r, .] = x[row + r, columns of the blocks that run() is at]
void ContractAmx::copyTail(Value row, Value count) {
  int64_t columns = cast<MemRefType>(tail.getType()).getDimSize(1);
  Value first = firstOfX(/*number=*/index(0));
  rowLoop(index(0), count, 1, [&](Value r, int64_t) {
    Value from = arith::AddIOp::create(b, row, r);
    int64_t lanes = std::gcd(columns, int64_t(64));
    loop(columns, lanes, [&](Value column) {
      Value source = arith::AddIOp::create(b, first, column);
      Value values = read(op.getX(), ValueRange{from, source}, {lanes}, lastDimension(), {true});
      vector::TransferWriteOp::create(b, values, tail, ValueRange{r, column}, lastDimension(),
                                      ArrayRef<bool>{true});
    });
  });
}

AffineMap ContractAmx::lastDimension() { return AffineMap::get(2, 0, b.getAffineDimExpr(1)); }

//===----------------------------------------------------------------------===//
// Blocks of sums
//===----------------------------------------------------------------------===//

/// (A d + D + number) c: the first column of x that a block of w reads, where
/// blocks that are neighbors along D, or along A, have neighboring columns.
Value ContractAmx::firstOfX(Value number) {
  AffineExpr block = b.getAffineDimExpr(0), d = b.getAffineDimExpr(1), i = b.getAffineDimExpr(2);
  return affine::AffineApplyOp::create(b,
                                       AffineMap::get(3, 0, (block * pattern.d + d + i) * real.c),
                                       ValueRange{indexA, indexD, number});
}

/// Indices of tile (b0, C) of the packed weight: (a, d, b / 16, c / Q, 16 Q).
SmallVector<Value> ContractAmx::weightIndices(Value number, Value start, int64_t tile, Value step) {
  AffineExpr block = b.getAffineDimExpr(0), d = b.getAffineDimExpr(1), i = b.getAffineDimExpr(2);
  bool isGrouping = op.getPacking().getDigit() > 1; // then D is a part of A
  Value a =
      isGrouping
          ? Value(affine::AffineApplyOp::create(b, AffineMap::get(3, 0, block * pattern.d + d + i),
                                                ValueRange{indexA, indexD, number}))
          : indexA;
  SmallVector<Value> indices;
  if (op.getOrder().contains('a'))
    indices.push_back(a);
  if (op.getOrder().contains('d'))
    indices.push_back(isGrouping ? index(0) : Value(arith::AddIOp::create(b, indexD, number)));
  indices.push_back(affine::AffineApplyOp::create(
      b, AffineMap::get(1, 0, b.getAffineDimExpr(0).floorDiv(tileB) + tile), ValueRange{start}));
  int64_t rowsOfTile = depth / packing.perLane;
  indices.push_back(affine::AffineApplyOp::create(
      b, AffineMap::get(1, 0, b.getAffineDimExpr(0) * rowsOfTile), ValueRange{step}));
  indices.push_back(index(0));
  return indices;
}

/// Sums of 32 rows x `panel` tiles of b over all c, to scratch[slot].
void ContractAmx::sumTiles(Value x, Value xRow, Value number, Value slot, Value start,
                           int64_t panel) {
  auto sumType = amx::TileType::get({tileRows, tileB}, accumulator);
  Type element = cast<MemRefType>(x.getType()).getElementType();
  auto xType = amx::TileType::get({tileRows, depth}, element);
  auto weightType = amx::TileType::get({depth / packing.perLane, tileB * packing.perLane}, element);
  SmallVector<Value> sums;
  for (int64_t i = 0; i < rowTiles * panel; ++i)
    sums.push_back(amx::TileZeroOp::create(b, sumType));
  Value first = x == tail ? tailColumn(number) : firstOfX(number);
  auto steps = scf::ForOp::create(b, index(0), index(real.c / depth), index(1), sums);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(steps.getBody());
    Value step = steps.getInductionVar();
    Value column = affine::AffineApplyOp::create(
        b, AffineMap::get(2, 0, b.getAffineDimExpr(0) + b.getAffineDimExpr(1) * depth),
        ValueRange{first, step});
    SmallVector<Value> factors, next;
    for (int64_t i = 0; i < rowTiles; ++i)
      factors.push_back(
          amx::TileLoadOp::create(b, xType, x, ValueRange{add(xRow, i * tileRows), column}));
    for (int64_t p = 0; p < panel; ++p) {
      Value w =
          amx::TileLoadOp::create(b, weightType, weight, weightIndices(number, start, p, step));
      for (int64_t i = 0; i < rowTiles; ++i)
        next.push_back(multiply(factors[i], w, steps.getRegionIterArg(p * rowTiles + i)));
    }
    scf::YieldOp::create(b, next);
  }
  for (int64_t p = 0; p < panel; ++p)
    for (int64_t i = 0; i < rowTiles; ++i)
      amx::TileStoreOp::create(b, scratch, ValueRange{slot, index(i * tileRows), index(p * tileB)},
                               steps.getResult(p * rowTiles + i));
}

Value ContractAmx::multiply(Value x, Value w, Value sums) {
  if (isa<FloatType>(accumulator))
    return amx::TileMulFOp::create(b, sums.getType(), x, w, sums);
  return amx::TileMulIOp::create(b, sums.getType(), x, w, sums);
}

/// The columns of block `number` in the copied rows.
Value ContractAmx::tailColumn(Value number) {
  return affine::AffineApplyOp::create(b, AffineMap::get(1, 0, b.getAffineDimExpr(0) * real.c),
                                       ValueRange{number});
}

void ContractAmx::blockAlongB(Value x, Value xRow, Value row, Value count, Value start,
                              int64_t panel) {
  sumTiles(x, xRow, index(0), index(0), start, panel);
  rowLoop(index(0), count, 1, [&](Value r, int64_t) {
    auto lanes = AffineMap::get(3, 0, b.getAffineDimExpr(2));
    for (int64_t p = 0; p < panel; ++p) {
      Value sums = read(scratch, ValueRange{index(0), r, index(p * tileB)}, {tileB}, lanes, {true});
      storeVector(sums, arith::AddIOp::create(b, row, r), add(start, p * tileB));
    }
  });
}

void ContractAmx::blockAlongD(Value x, Value xRow, Value row, Value count, Value start) {
  loop(tileB, 1, [&](Value number) { sumTiles(x, xRow, number, number, start, 1); });
  if (storesBytes()) {
    turnExtras(start);
    return rowLoop(index(0), count, 1, [&](Value r, int64_t) {
      storeBytes(r, arith::AddIOp::create(b, row, r), start);
    });
  }
  rowLoop(index(0), count, 1, [&](Value r, int64_t) {
    auto plane =
        AffineMap::get(3, 0, {b.getAffineDimExpr(0), b.getAffineDimExpr(2)}, b.getContext());
    Value sums = read(scratch, ValueRange{index(0), r, index(0)}, {tileB, tileB}, plane,
                      {true, true}); // (D, b)
    Value lanesLast = vector::TransposeOp::create(b, sums, ArrayRef<int64_t>{1, 0});
    Value yRow = arith::AddIOp::create(b, row, r);
    for (int64_t lane = 0; lane < tileB; ++lane)
      storeVector(vector::ExtractOp::create(b, lanesLast, lane), yRow, add(start, lane));
  });
}

//===----------------------------------------------------------------------===//
// Bytes along d
//===----------------------------------------------------------------------===//

/// Whether results are i8 in whole blocks of 16 x 16: then the body comes first,
/// on lanes along b, and bytes change places, for a quarter of the shuffles.
bool ContractAmx::storesBytes() {
  bool isWhole = pattern.b % tileB == 0 && pattern.d % tileB == 0;
  auto isVector = [](Value extra) { return cast<MemRefType>(extra.getType()).getRank() == 1; };
  return isWhole && llvm::all_of(op.getExtras(), isVector) &&
         cast<MemRefType>(op.getInit().getType()).getElementType().isInteger(8);
}

/// turned[extra][D, b] = extra[A, start + b, D0 + D] for 16 of each.
void ContractAmx::turnExtras(Value start) {
  bool isFirst = turned.empty();
  for (auto [number, extra] : llvm::enumerate(op.getExtras())) {
    Type element = cast<MemRefType>(extra.getType()).getElementType();
    if (isFirst)
      turned.push_back(allocateScratch({tileB, tileB}, element));
    auto plane = AffineMap::getMinorIdentityMap(3, 2, b.getContext());
    Value values = read(splitOutput(extra), ValueRange{indexA, start, indexD}, {tileB, tileB},
                        plane, {true, true});
    values = vector::TransposeOp::create(b, values, ArrayRef<int64_t>{1, 0});
    vector::TransferWriteOp::create(b, values, turned[number], ValueRange{index(0), index(0)},
                                    b.getMultiDimIdentityMap(2), ArrayRef<bool>{true, true});
  }
}

/// y[yRow, b, D] = body(sums[D, r, b]) for 16 b and 16 D. Four D share a lane of
/// 32 bits, so that 4 x 4 lanes change places:
///
///   lane b of four[g]  = D = 4 g .. 4 g + 3       16 bytes at y[yRow, b, D0] =
///                                                 lane b of four[0 .. 3]
void ContractAmx::storeBytes(Value r, Value yRow, Value start) {
  SmallVector<Value> four;
  for (int64_t d = 0; d < tileB; d += 4)
    four.push_back(joinBytes(r, d));
  SmallVector<int64_t> low, high, lowPairs, highPairs; // within each four lanes
  for (int64_t lane = 0; lane < tileB; lane += 4) {
    low.append({lane, tileB + lane, lane + 1, tileB + lane + 1});
    high.append({lane + 2, tileB + lane + 2, lane + 3, tileB + lane + 3});
    lowPairs.append({lane, lane + 1, tileB + lane, tileB + lane + 1});
    highPairs.append({lane + 2, lane + 3, tileB + lane + 2, tileB + lane + 3});
  }
  auto shuffle = [&](Value left, Value right, ArrayRef<int64_t> mask) -> Value {
    return vector::ShuffleOp::create(b, left, right, mask);
  };
  SmallVector<Value> turnedLanes; // [i] has lanes b = i, 4 + i, 8 + i, 12 + i
  for (ArrayRef<int64_t> half : {ArrayRef(low), ArrayRef(high)}) {
    Value left = shuffle(four[0], four[1], half), right = shuffle(four[2], four[3], half);
    turnedLanes.push_back(shuffle(left, right, lowPairs));
    turnedLanes.push_back(shuffle(left, right, highPairs));
  }
  VectorType bytes = vectorOf({tileB}, b.getI8Type());
  for (int64_t lane = 0; lane < tileB; ++lane) {
    Value words = vector::ExtractStridedSliceOp::create(b, turnedLanes[lane % 4],
                                                        ArrayRef<int64_t>{lane / 4 * 4},
                                                        ArrayRef<int64_t>{4}, ArrayRef<int64_t>{1});
    writeColumns(vector::BitCastOp::create(b, bytes, words), yRow, add(start, lane));
  }
}

/// The results of D = first .. first + 3, one byte of each lane b for each.
Value ContractAmx::joinBytes(Value r, int64_t first) {
  VectorType words = vectorOf({tileB}, b.getI32Type());
  Value joined;
  for (int64_t i = 0; i < 4; ++i) {
    Value d = index(first + i);
    auto lanes = AffineMap::get(3, 0, b.getAffineDimExpr(2));
    SmallVector<Value> operands{read(scratch, ValueRange{d, r, index(0)}, {tileB}, lanes, {true})};
    for (Value extra : turned)
      operands.push_back(read(extra, ValueRange{d, index(0)}, {tileB}, lastDimension(), {true}));
    Value word = arith::ExtUIOp::create(b, words, vectorizeBody(operands));
    Value shift =
        arith::ConstantOp::create(b, DenseIntElementsAttr::get(words, static_cast<int32_t>(8 * i)));
    word = arith::ShLIOp::create(b, word, shift);
    joined = joined ? Value(arith::OrIOp::create(b, joined, word)) : word;
  }
  return joined;
}
