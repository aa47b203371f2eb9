//===- ContractAccess.cpp - What the loops of a contract read and write -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractVectorizer.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

//===----------------------------------------------------------------------===//
// Activations and weights
//===----------------------------------------------------------------------===//

/// A view of columns (A e + E) d + D as dimensions A, E, D (no D where d = 1);
/// `matrix` may have a leading dimension of rows.
Value ContractVectorizer::splitColumns(Value matrix, int64_t extent) {
  SmallVector<int64_t> digits{pattern.a, extent};
  if (viewHasD())
    digits.push_back(pattern.d);
  return splitColumns(matrix, digits);
}

/// `matrix`, where it holds complex numbers as their parts.
Value ContractVectorizer::parts(Value matrix) {
  if (!isa<ComplexType>(cast<MemRefType>(matrix.getType()).getElementType()))
    return matrix;
  return RealViewOp::create(b, matrix);
}

/// The view that outputs and their operands are moved through: as above, but
/// with E and D as one dimension where a vector holds several values of b.
Value ContractVectorizer::splitOutput(Value matrix) {
  if (perVector > 1)
    return splitColumns(matrix, ArrayRef<int64_t>{pattern.a, pattern.b * pattern.d});
  return splitColumns(matrix, pattern.b);
}

Value ContractVectorizer::splitColumns(Value matrix, ArrayRef<int64_t> digits) {
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
  groups.emplace_back();
  for (int64_t size : digits) {
    groups.back().push_back(shape.size());
    shape.push_back(size);
    sizes.push_back(b.getIndexAttr(size));
  }
  return memref::ExpandShapeOp::create(b, b.getLoc(), shape, matrix, groups, sizes);
}

VectorType ContractVectorizer::vectorOf(ArrayRef<int64_t> shape, Type element) {
  return VectorType::get(shape, element);
}

/// Extends a vector to the accumulator's type.
Value ContractVectorizer::extend(Value vector) {
  auto type = cast<VectorType>(vector.getType());
  if (type.getElementType() == accumulator)
    return vector;
  VectorType wide = vectorOf(type.getShape(), accumulator);
  if (isa<IntegerType>(accumulator))
    return arith::ExtSIOp::create(b, wide, vector);
  return arith::ExtFOp::create(b, wide, vector);
}

Value ContractVectorizer::read(Value source, ValueRange indices, ArrayRef<int64_t> shape,
                               AffineMap map, ArrayRef<bool> inBounds) {
  Type element = cast<MemRefType>(source.getType()).getElementType();
  return vector::TransferReadOp::create(b, vectorOf(shape, element), source, indices, std::nullopt,
                                        map, inBounds);
}

/// x[row + r, A, C + k, D (+ lane)] as (r, k) or (r, k, lane).
Value ContractVectorizer::readX(Value row, int64_t count, Value c) {
  SmallVector<Value> indices{row, indexA, c};
  if (viewHasD())
    indices.push_back(indexD);
  auto dim = [&](unsigned i) { return b.getAffineDimExpr(i); };
  auto rowsAndC = AffineMap::get(indices.size(), 0, {dim(0), dim(2)}, b.getContext());
  if (!alongD)
    return extend(read(x, indices, {count, unrollC}, rowsAndC, {true, true}));
  if (perVector > 1)
    return repeatX(indices, count);
  if (xBlock)
    return read(xBlock, ValueRange{index(0), c, index(0)}, {count, unrollC, width},
                b.getMultiDimIdentityMap(3), {true, true, true});
  bool whole = pattern.d % packing.lanes == 0;
  return extend(read(x, indices, {count, unrollC, width},
                     AffineMap::get(4, 0, {dim(0), dim(2), dim(3)}, b.getContext()),
                     {true, true, whole}));
}

/// The digits of C among those of x's columns, slowest first.
SmallVector<PackedDigit> ContractVectorizer::digitsOfC() const {
  auto digits = llvm::filter_to_vector(columns, [](auto &digit) { return digit.dim == 'c'; });
  llvm::sort(digits, [](auto &left, auto &right) { return left.stride > right.stride; });
  return digits;
}

/// Indices of x, as `columns` split it, at the digits `c` of C.
SmallVector<Value> ContractVectorizer::permutedIndices(Value row, ValueRange c) {
  SmallVector<PackedDigit> summed = digitsOfC();
  SmallVector<Value> indices{row};
  for (const PackedDigit &digit : columns) {
    if (digit.dim == 'c') {
      indices.push_back(c[std::distance(summed.begin(), llvm::find(summed, digit))]);
      continue;
    }
    AffineExpr value = b.getAffineDimExpr(0).floorDiv(digit.stride) % digit.extent;
    indices.push_back(affine::AffineApplyOp::create(
        b, AffineMap::get(1, 0, value), ValueRange{digit.dim == 'a' ? indexA : indexD}));
  }
  return indices;
}

/// x[row + r, .., C + k, ..] as (r, k), or (r, k, lane) where lanes run along D; k runs
/// along the innermost digit of C.
Value ContractVectorizer::readPermutedX(Value row, int64_t count, ValueRange c) {
  unsigned innermost = 1 + std::distance(columns.begin(), llvm::find(columns, digitsOfC().back()));
  SmallVector<AffineExpr> dims{b.getAffineDimExpr(0), b.getAffineDimExpr(innermost)};
  SmallVector<int64_t> shape{count, unrollC};
  if (alongD) {
    dims.push_back(b.getAffineDimExpr(columns.size()));
    shape.push_back(width);
  }
  auto map = AffineMap::get(columns.size() + 1, 0, dims, b.getContext());
  return extend(
      read(x, permutedIndices(row, c), shape, map, SmallVector<bool>(shape.size(), true)));
}

/// Where x jumps from one short run of columns to another, the hardware cannot guess
/// what the next block of rows will read. Of rows past the end nothing is fetched.
void ContractVectorizer::prefetchX(Value row, int64_t count, ValueRange c) {
  constexpr int64_t lineBytes = 64;
  Type element = cast<MemRefType>(op.getX().getType()).getElementType();
  int64_t run = columns.back().dim == 'c' ? columns.back().extent : 1;
  if (count != blockRows || run * element.getIntOrFloatBitWidth() / 8 < lineBytes)
    return;
  for (int64_t r = 0; r < count; ++r)
    memref::PrefetchOp::create(b, x, permutedIndices(add(row, r + count), c), /*isWrite=*/false,
                               /*localityHint=*/3, /*isDataCache=*/true);
}

/// Lines of x that one row block reads are d apart, which for powers of two
/// puts them into few sets of L1. Where many panels of b read the block again,
/// it is first copied together, if it fits beside the weights.
bool ContractVectorizer::copiesX() const {
  constexpr int64_t blockBytes = 32 << 10, minPanels = 4;
  int64_t bytes = blockRows * pattern.c * width * accumulator.getIntOrFloatBitWidth() / 8;
  return alongD && columns.empty() && perVector == 1 && pattern.d > width && bytes <= blockBytes &&
         pattern.b >= minPanels * packing.panel;
}

/// A block of x that is copied before it is used, or nothing.
Value ContractVectorizer::allocateXBlock() {
  return copiesX() ? allocateScratch({blockRows, pattern.c, width}, accumulator) : Value();
}

/// On the stack of the function, or of the worker that will have one of its own.
/// Not of the nearest allocation scope: a loop over tiles is one, and loses it on
/// the way to LLVM, where the stack would grow with every tile.
Value ContractVectorizer::allocateScratch(ArrayRef<int64_t> shape, Type element) {
  OpBuilder::InsertionGuard guard(b);
  if (auto workers = op->getParentOfType<scf::ForallOp>())
    b.setInsertionPointToStart(workers.getBody());
  else if (auto function = op->getParentOfType<FunctionOpInterface>())
    b.setInsertionPointToStart(&function.getFunctionBody().front());
  return memref::AllocaOp::create(b, MemRefType::get(shape, element), b.getI64IntegerAttr(64));
}

/// xBlock[r, C, lane] = x[row + r, A, C, D + lane]
void ContractVectorizer::copyX(Value row, int64_t count) {
  auto forOp = scf::ForOp::create(b, index(0), index(pattern.c), index(1));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  Value c = forOp.getInductionVar();
  auto lanes = AffineMap::get(4, 0, b.getAffineDimExpr(3));
  bool whole = pattern.d % width == 0;
  for (int64_t r = 0; r < count; ++r) {
    Value vector =
        extend(read(x, ValueRange{add(row, r), indexA, c, indexD}, {width}, lanes, {whole}));
    vector::TransferWriteOp::create(b, vector, xBlock, ValueRange{index(r), c, index(0)},
                                    AffineMap::get(3, 0, b.getAffineDimExpr(2)),
                                    ArrayRef<bool>{true});
  }
}

/// (r, k, D)  ->  (r, k, lane) with D repeated for every value of b.
Value ContractVectorizer::repeatX(ValueRange indices, int64_t count) {
  AffineExpr zero = b.getAffineConstantExpr(0);
  auto map = AffineMap::get(
      4, 0, {b.getAffineDimExpr(0), b.getAffineDimExpr(2), zero, b.getAffineDimExpr(3)},
      b.getContext());
  Value repeated = extend(
      read(x, indices, {count, unrollC, perVector, pattern.d}, map, {true, true, true, true}));
  return vector::ShapeCastOp::create(b, vectorOf({count, unrollC, width}, accumulator), repeated);
}

/// The packed weight; the digits b % m and d of one vector are one dimension, a panel
/// along b is two: vectors and lanes.
Value ContractVectorizer::viewWeight() {
  Value packed = op.getWeight();
  if (!alongD)
    return splitPanels(packed, lanes);
  if (perVector == 1 || !op.getOrder().contains('d'))
    return packed;
  int64_t rank = cast<MemRefType>(packed.getType()).getRank();
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i + 1 < rank; ++i)
    groups.push_back({i});
  groups.back().push_back(rank - 1);
  return memref::CollapseShapeOp::create(b, packed, groups);
}

/// (.., panel * inVector)  ->  (.., panel, inVector)
Value ContractVectorizer::splitPanels(Value packed, int64_t inVector) {
  SmallVector<int64_t> shape(cast<MemRefType>(packed.getType()).getShape());
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i < static_cast<int64_t>(shape.size()); ++i)
    groups.push_back({i});
  groups.back().push_back(shape.size());
  shape.back() = packing.panel;
  shape.push_back(inVector);
  return memref::ExpandShapeOp::create(b, shape, packed, groups);
}

/// The indices of the panel at b = `start` among those of the packed weight.
SmallVector<Value> ContractVectorizer::panelIndices(Value start) {
  StringRef order = op.getOrder();
  SmallVector<Value> indices;
  if (order.contains('a'))
    indices.push_back(indexA);
  if (order.contains('d'))
    indices.push_back(alongD ? floorDiv(indexD, packing.lanes) : indexD);
  indices.push_back(floorDiv(start, panelOfB()));
  return indices;
}

/// The packed weight at block column C: (k, panel, lane).
Value ContractVectorizer::readWeight(Value start, Value c) {
  SmallVector<Value> indices = panelIndices(start);
  indices.append({c, index(0)});
  SmallVector<int64_t> shape{unrollC, packing.panel};
  bool sharesD = alongD && !op.getOrder().contains('d');
  if (!(sharesD && perVector == 1)) {
    indices.push_back(index(0));
    shape.push_back(sharesD ? perVector : lanes);
  }
  auto map = AffineMap::getMinorIdentityMap(indices.size(), shape.size(), b.getContext());
  Value vector = extend(read(weight, indices, shape, map, SmallVector<bool>(shape.size(), true)));
  return sharesD ? repeatWeight(vector) : vector;
}

/// (k, panel (, b))  ->  (k, panel, lane), for a weight that all d share.
Value ContractVectorizer::repeatWeight(Value vector) {
  auto type = cast<VectorType>(vector.getType());
  SmallVector<int64_t> shape{width / perVector}, order;
  llvm::append_range(shape, type.getShape());
  for (int64_t i = 1; i < static_cast<int64_t>(shape.size()); ++i)
    order.push_back(i);
  order.push_back(0);
  Value repeated = vector::BroadcastOp::create(b, vectorOf(shape, accumulator), vector);
  Value lanesLast = vector::TransposeOp::create(b, repeated, order);
  VectorType wanted = vectorOf({unrollC, packing.panel, width}, accumulator);
  if (lanesLast.getType() == wanted)
    return lanesLast;
  return vector::ShapeCastOp::create(b, wanted, lanesLast);
}

//===----------------------------------------------------------------------===//
// Epilogue and stores
//===----------------------------------------------------------------------===//

void ContractVectorizer::store(Value sums, Value row, int64_t count, Value start) {
  for (int64_t r = 0; r < count; ++r) {
    Value rowIndex = add(row, r);
    for (int64_t p = 0; p < packing.panel; ++p) {
      Value vector = vector::ExtractOp::create(b, sums, ArrayRef<int64_t>{r, p});
      if (alongD)
        storeGuarded(vector, rowIndex, add(start, p * perVector));
      else
        storeVector(vector, rowIndex, add(start, p * lanes));
    }
  }
}

/// The last panel of b may be partly padding.
void ContractVectorizer::storeGuarded(Value vector, Value row, Value indexB) {
  if (pattern.b % panelOfB() == 0)
    return storeVector(vector, row, indexB);
  Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, indexB, index(pattern.b));
  auto ifOp = scf::IfOp::create(b, inside, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(ifOp.thenBlock());
  storeVector(vector, row, indexB);
}

void ContractVectorizer::storeVector(Value vector, Value row, Value indexB) {
  SmallVector<Value> operands{vector};
  for (Value extra : op.getExtras())
    operands.push_back(readColumns(extra, row, indexB));
  writeColumns(vectorizeBody(operands), row, indexB);
}

/// (A b + B) d + D: the column of the first lane. Where b counts parts, it is even,
/// and D stands for as many.
Value ContractVectorizer::firstColumn(Value indexB) {
  AffineExpr a = b.getAffineDimExpr(0), e = b.getAffineDimExpr(1), d = b.getAffineDimExpr(2);
  return affine::AffineApplyOp::create(
      b, AffineMap::get(3, 0, (a * pattern.b + e) * pattern.d + d * partsPerNumber),
      ValueRange{indexA, indexB, indexD});
}

/// 0, d, 2 d, ...: offsets of lanes along b; parts of one number are neighbors.
Value ContractVectorizer::laneOffsets() {
  SmallVector<int32_t> offsets;
  for (int64_t lane = 0; lane < lanes; ++lane)
    offsets.push_back(lane / partsPerNumber * pattern.d * partsPerNumber + lane % partsPerNumber);
  auto type = vectorOf({lanes}, b.getI32Type());
  return arith::ConstantOp::create(b, DenseIntElementsAttr::get(type, offsets));
}

/// The lanes that are not padding of b.
Value ContractVectorizer::laneMask(Value indexB) {
  AffineExpr rest = b.getAffineConstantExpr(pattern.b) - b.getAffineDimExpr(0);
  Value left = affine::AffineApplyOp::create(b, AffineMap::get(1, 0, rest), ValueRange{indexB});
  return vector::CreateMaskOp::create(b, vectorOf({lanes}, b.getI1Type()), left);
}

/// Indices of the first lane in `splitOutput` of a matrix, and the dimension
/// of the view that lanes run along.
SmallVector<Value> ContractVectorizer::viewIndices(MemRefType type, Value row, Value indexB,
                                                   AffineMap &map) {
  SmallVector<Value> indices;
  if (type.getRank() == 2)
    indices.push_back(row);
  unsigned lane = indices.size() + (alongD && perVector == 1 ? 2 : 1);
  indices.push_back(indexA);
  if (perVector > 1)
    indices.push_back(affine::AffineApplyOp::create(
        b, AffineMap::get(1, 0, b.getAffineDimExpr(0) * pattern.d), ValueRange{indexB}));
  else
    indices.push_back(indexB);
  if (perVector == 1 && viewHasD())
    indices.push_back(indexD);
  map = AffineMap::get(indices.size(), 0, b.getAffineDimExpr(lane));
  return indices;
}

/// Whether no vector of outputs reaches past its block.
bool ContractVectorizer::lanesInBounds() const {
  if (perVector > 1)
    return pattern.b % perVector == 0;
  return alongD ? pattern.d % width == 0 : pattern.b % width == 0;
}

Value ContractVectorizer::readColumns(Value source, Value row, Value indexB) {
  source = parts(source);
  auto type = cast<MemRefType>(source.getType());
  if (isContiguous()) {
    AffineMap map;
    SmallVector<Value> indices = viewIndices(type, row, indexB, map);
    return read(splitOutput(source), indices, {lanes}, map, {lanesInBounds()});
  }
  SmallVector<Value> indices;
  if (type.getRank() == 2)
    indices.push_back(row);
  indices.push_back(firstColumn(indexB));
  VectorType vector = vectorOf({lanes}, type.getElementType());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(vector));
  return vector::GatherOp::create(b, vector, source, indices, laneOffsets(), laneMask(indexB),
                                  zero);
}

/// y[row, y_digits of the column ..]
void ContractVectorizer::writePermuted(Value vector, Value row, Value indexB) {
  auto digits = op.getYDigits()->getPermutation();
  AffineExpr column = b.getAffineDimExpr(0), place = b.getAffineConstantExpr(0);
  for (const DigitPermutation::Digit &digit : digits->digits())
    place = place + column.floorDiv(digit.sourceStride) % digit.size * digit.stride;
  Value to = affine::AffineApplyOp::create(b, AffineMap::get(1, 0, place),
                                           ValueRange{firstColumn(indexB)});
  vector::TransferWriteOp::create(b, vector, op.getInit(), ValueRange{row, to},
                                  AffineMap::get(2, 0, b.getAffineDimExpr(1)),
                                  ArrayRef<bool>{true});
}

static bool isSmallInteger(Type element) {
  return element.isInteger() && element.getIntOrFloatBitWidth() < 32;
}

void ContractVectorizer::writeColumns(Value vector, Value row, Value indexB) {
  if (op.getYDigits())
    return writePermuted(vector, row, indexB);
  Value y = parts(op.getInit());
  if (isContiguous()) {
    AffineMap map;
    SmallVector<Value> indices = viewIndices(cast<MemRefType>(y.getType()), row, indexB, map);
    if (hasLoneLane(cast<VectorType>(vector.getType()).getElementType()))
      return writeWithLoneLane(vector, splitOutput(y), indices, map);
    vector::TransferWriteOp::create(b, vector, splitOutput(y), indices, map,
                                    ArrayRef<bool>{lanesInBounds()});
    return;
  }
  if (isSmallInteger(cast<VectorType>(vector.getType()).getElementType()))
    return writeOneByOne(vector, row, indexB);
  vector::ScatterOp::create(b, /*resultType=*/Type(), y, ValueRange{row, firstColumn(indexB)},
                            laneOffsets(), laneMask(indexB), vector);
}

/// No CPU scatters values of less than 32 bits; LLVM would write code for every lane.
void ContractVectorizer::writeOneByOne(Value vector, Value row, Value indexB) {
  if (!outLanes)
    outLanes = allocateScratch({width}, cast<VectorType>(vector.getType()).getElementType());
  vector::TransferWriteOp::create(b, vector, outLanes, ValueRange{index(0)},
                                  b.getMultiDimIdentityMap(1), ArrayRef<bool>{true});
  AffineExpr dim = b.getAffineDimExpr(0), other = b.getAffineDimExpr(1);
  Value left = affine::AffineMinOp::create(
      b, AffineMap::get(1, 0, {b.getAffineConstantExpr(width), pattern.b - dim}, b.getContext()),
      ValueRange{indexB});
  Value first = firstColumn(indexB);
  rowLoop(index(0), left, 1, [&](Value lane, int64_t) {
    Value column = affine::AffineApplyOp::create(b, AffineMap::get(2, 0, dim + other * pattern.d),
                                                 ValueRange{first, lane});
    Value byte = memref::LoadOp::create(b, outLanes, lane);
    memref::StoreOp::create(b, byte, op.getInit(), ValueRange{row, column});
  });
}

/// Whether the last vector of a block ends in a register of one lane of small
/// integers: LLVM 22 makes of a masked store of one truncated lane a store of all
/// 32 bits that it was truncated from, and overwrites what lies behind.
bool ContractVectorizer::hasLoneLane(Type element) const {
  constexpr int64_t fewestLanes = 8;
  int64_t rest = (alongD ? pattern.d : pattern.b) % width;
  return isSmallInteger(element) && perVector == 1 && rest % fewestLanes == 1;
}

/// A vector that fits its block; else its lanes but the last, then that by itself.
void ContractVectorizer::writeWithLoneLane(Value vector, Value view, ArrayRef<Value> indices,
                                           AffineMap map) {
  int64_t extent = alongD ? pattern.d : pattern.b, rest = extent % width;
  unsigned lane = map.getDimPosition(0);
  auto write = [&](Value lanes) {
    vector::TransferWriteOp::create(b, lanes, view, indices, map, ArrayRef<bool>{true});
  };
  auto isUpTo = [&](int64_t last) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::sle, indices[lane], index(last));
  };
  auto fits = scf::IfOp::create(b, isUpTo(extent - width), /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(fits.thenBlock());
  write(vector);
  b.setInsertionPointToStart(fits.elseBlock());
  auto isInside = scf::IfOp::create(b, isUpTo(extent - 1), /*withElseRegion=*/false);
  b.setInsertionPointToStart(isInside.thenBlock());
  if (rest > 1)
    write(vector::ExtractStridedSliceOp::create(b, vector, ArrayRef<int64_t>{0},
                                                ArrayRef<int64_t>{rest - 1}, ArrayRef<int64_t>{1}));
  SmallVector<Value> last(indices);
  last[lane] = add(indices[lane], rest - 1);
  memref::StoreOp::create(b, vector::ExtractOp::create(b, vector, rest - 1), view, last);
}

/// The scalar body on vectors of `width` lanes.
Value ContractVectorizer::vectorizeBody(ArrayRef<Value> operands) {
  Block &body = op.getBody().front();
  IRMapping mapping;
  mapping.map(body.getArguments(), operands);
  for (Operation &scalar : body.without_terminator())
    mapping.map(scalar.getResult(0), vectorizeScalar(scalar, mapping));
  return mapping.lookup(cast<YieldOp>(body.getTerminator()).getValue());
}

/// One op of the body, which has one result, on vectors.
Value ContractVectorizer::vectorizeScalar(Operation &scalar, const IRMapping &mapping) {
  if (isa<arith::ConstantOp>(scalar))
    return broadcast(b.clone(scalar)->getResult(0));
  IRMapping operands = mapping;
  Value wide = b.clone(scalar, operands)->getResult(0);
  wide.setType(vectorOf({lanes}, wide.getType()));
  return wide;
}

Value ContractVectorizer::broadcast(Value scalar) {
  return vector::BroadcastOp::create(b, vectorOf({lanes}, scalar.getType()), scalar);
}
