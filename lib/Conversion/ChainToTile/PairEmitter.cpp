//===- PairEmitter.cpp - The body of one launch of pairs of products -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PairEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

PairEmitter::PairEmitter(ImplicitLocOpBuilder &builder, const GemmPlan &plan,
                         const StageWithMaps &first, const StageWithMaps &second,
                         const GemmOperands &operands)
    : ProductEmitter(builder, plan, second, operands), pair(*plan.first), firstStage(first) {}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// Block `number` of the first product among those that the blocks of `tile` read.
Value PairEmitter::firstBlock(Tile tile, Value number) {
  int64_t perBlock = plan.pattern.c / pair.together;
  Value A = div(mul(tile.block, plan.digits()), pair.digits);
  return add(mul(A, perBlock), number);
}

/// The first value of D of a tile.
Value PairEmitter::firstDigit(Tile tile) {
  return rem(mul(tile.block, plan.digits()), pair.digits);
}

/// The steps of x and the first weight for step `step` of the second.
PairEmitter::Place PairEmitter::emitFirstCopies(Tile tile, Value step, Place place) {
  const Ring &ring = rings.front();
  int64_t blocks = pair.blocksPerStep();
  auto loop = scf::ForOp::create(b, constant(0), constant(blocks * plan.steps), constant(1),
                                 flatten(place));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Place current = placesOf(loop.getRegionIterArgs()).front();
  Value number = add(mul(step, blocks), div(loop.getInductionVar(), plan.steps));
  Value block = firstBlock(tile, number), inner = rem(loop.getInductionVar(), plan.steps);
  emitExpect(ring, current);
  Value start = mul(current.slot, ring.stepBytes / 2);
  Box x{operands.x, placeOfX(block, tile.row, inner), plan.rows, plan.xParts()};
  x.along = x.coordinates.size() - 1;
  Value row = mul(firstDigit(tile), pair.together);
  Box w{operands.firstW,
        {mul(inner, gemmStepDepth), row, pair.sharesA ? constant(0) : block},
        pair.columns,
        /*parts=*/1};
  emitLoad(ring, x, start, current);
  emitLoad(ring, w, add(start, constant(plan.xBytes() / 2)), current);
  scf::YieldOp::create(b, flatten(after(ring, current)));
  return placesOf(loop.getResults()).front();
}

PairEmitter::Places PairEmitter::emitCopies(Tile tile, Places places) {
  const Ring &ring = rings.back();
  auto loop = scf::ForOp::create(b, constant(0), constant(plan.pattern.c / gemmStepDepth),
                                 constant(1), flatten(places));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Places current = placesOf(loop.getRegionIterArgs());
  Value step = loop.getInductionVar();
  emitExpect(ring, current.back());
  Value block = blockOfWeight(mul(tile.block, plan.digits()));
  Box w{operands.w, {mul(step, gemmStepDepth), tile.column, block}, plan.columns, /*parts=*/1};
  emitLoad(ring, w, mul(current.back().slot, ring.stepBytes / 2), current.back());
  Place first = emitFirstCopies(tile, step, current.front());
  scf::YieldOp::create(b, flatten({first, after(ring, current.back())}));
  return placesOf(loop.getResults());
}

//===----------------------------------------------------------------------===//
// The first product
//===----------------------------------------------------------------------===//

/// Says that a slot was read, if one is left.
void PairEmitter::emitRead(std::optional<Reading> &reading) {
  if (!reading)
    return;
  emitIf(reading->condition, [&] { emitRelease(*reading->ring, reading->slot); });
  reading.reset();
}

/// `sums`, which may be null, and the products of one step.
Value PairEmitter::emitFirstStep(Place place, Value sums) {
  const Ring &ring = rings.front();
  auto descriptor = tile::DescriptorType::get(b.getContext(), element);
  Type type = tile::SumsType::get(b.getContext(), pair.columns);
  Value start = mul(place.slot, ring.stepBytes / 2);
  Value startOfGroup = add(start, mul(group, productRows * gemmStepDepth));
  Value x = tile::DescribeOp::create(b, descriptor, ring.memory, startOfGroup);
  Value w =
      tile::DescribeOp::create(b, descriptor, ring.memory, add(start, constant(plan.xBytes() / 2)));
  ValueRange before = sums ? ValueRange(sums) : ValueRange();
  auto fence = tile::WgmmaFenceOp::create(b, before.getTypes(), before);
  Value result = sums ? fence.getReady().front() : Value();
  int64_t terms = std::min(gemmStepDepth, pair.pattern.c); // the others are zeros
  for (int64_t step = 0; step < llvm::divideCeil(terms, 16); ++step)
    result = tile::WgmmaOp::create(b, type, x, w, result, step);
  NVVM::WgmmaGroupSyncAlignedOp::create(b);
  return result;
}

/// The sums of one block, the last step of which is in flight.
Value PairEmitter::emitFirst(Place &place, std::optional<Reading> &reading) {
  const Ring &ring = rings.front();
  Value sums;
  for (int64_t step = 0; step < plan.steps; ++step) {
    emitWait(ring, place);
    sums = emitFirstStep(place, sums);
    NVVM::WgmmaWaitGroupSyncOp::create(b, 1);
    emitRead(reading);
    reading = Reading{&ring, place.slot, Value()};
    place = after(ring, place);
  }
  return sums;
}

/// The maps behind the first stage on the sums of block `number`.
Value PairEmitter::emitFirstMaps(Tile tile, Value number, Value sums) {
  Value block = firstBlock(tile, number), D = firstDigit(tile);
  Value firstRow = add(tile.row, mul(group, productRows));
  auto placeOf = [&](Value i, Value j) -> ElementPlace {
    Value lastRow = arith::SubIOp::create(b, operands.numRows, constant(1));
    Value row = arith::MinUIOp::create(b, add(firstRow, i), lastRow);
    Value ofDigit = add(D, div(j, pair.together)), k = rem(j, pair.together);
    Value column =
        pair.isSplit ? add(mul(ofDigit, pair.together), k) : add(mul(k, pair.digits), ofDigit);
    return {row, add(mul(block, pair.pattern.b), column)};
  };
  return danaus::applyMaps(b, firstStage, sums, placeOf, operands.others);
}

/// Left operands, one for each D, of the blocks from `number` on whose sums they take.
PairEmitter::Values PairEmitter::emitLefts(Tile tile, Value number, Place &place,
                                           std::optional<Reading> &reading) {
  Values sums;
  for (int64_t i = 0; i < pair.atOnce; ++i)
    sums.push_back(emitFirst(place, reading));
  for (auto [i, z] : llvm::enumerate(sums)) {
    z = tile::WgmmaWaitOp::create(b, z.getType(), z);
    z = emitFirstMaps(tile, add(number, constant(i)), z);
  }
  emitRead(reading);
  Type left = tile::LeftType::get(b.getContext(), element, pair.termsAtOnce());
  SmallVector<Type> types(plan.digits(), left);
  return llvm::to_vector_of<Value>(tile::LeftOperandsOp::create(b, types, sums).getLefts());
}

//===----------------------------------------------------------------------===//
// The second product
//===----------------------------------------------------------------------===//

/// Adds the products of part `part` of a step to the sums of each D.
PairEmitter::Values PairEmitter::emitSecond(Place place, Value part, Values lefts, Values sums) {
  const Ring &ring = rings.back();
  auto descriptor = tile::DescriptorType::get(b.getContext(), element);
  Values w, operands = lefts;
  for (int64_t D = 0; D < plan.digits(); ++D) {
    Value ofDigit = constant(plan.sharesDigits() ? 0 : D * plan.wBytes() / 2);
    Value start = add(mul(place.slot, ring.stepBytes / 2), ofDigit);
    start = add(start, mul(part, pair.termsAtOnce()));
    w.push_back(tile::DescribeOp::create(b, descriptor, ring.memory, start));
  }
  operands.append(sums);
  auto fence = tile::WgmmaFenceOp::create(b, ValueRange(operands).getTypes(), operands);
  ValueRange ready = fence.getReady();
  sums = llvm::to_vector_of<Value>(ready.drop_front(lefts.size()));
  for (int64_t step = 0; step < pair.termsAtOnce() / 16; ++step)
    for (int64_t D = 0; D < plan.digits(); ++D)
      sums[D] = tile::WgmmaOp::create(b, sums[D].getType(), ready[D], w[D], sums[D], step);
  NVVM::WgmmaGroupSyncAlignedOp::create(b);
  return sums;
}

/// One step of the second product; `before` is the slot of the one before it.
PairEmitter::Values PairEmitter::emitStep(Tile tile, Value step, Places places, Value before,
                                          Values sums, Place &next) {
  emitWait(rings.back(), places.back());
  int64_t parts = pair.blocksPerStep() / pair.atOnce;
  Values carried = sums;
  carried.append(flatten(places.front()));
  auto loop = scf::ForOp::create(b, constant(0), constant(parts), constant(1), carried);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value part = loop.getInductionVar();
  // The slot before was read once the first products of this step are behind it.
  Value number = add(mul(step, parts), part);
  Value isLater = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, step, constant(0));
  Value isFirst = isEqual(part, 0);
  std::optional<Reading> reading =
      Reading{&rings.back(), before, arith::AndIOp::create(b, isLater, isFirst)};
  ValueRange arguments = loop.getRegionIterArgs();
  Place place = placesOf(arguments.drop_front(plan.digits())).front();
  Values lefts = emitLefts(tile, mul(number, pair.atOnce), place, reading);
  Values results = emitSecond(places.back(), part, lefts,
                              llvm::to_vector_of<Value>(arguments.take_front(plan.digits())));
  results.append(flatten(place));
  scf::YieldOp::create(b, results);
  next = placesOf(loop.getResults().drop_front(plan.digits())).front();
  return llvm::to_vector_of<Value>(loop.getResults().take_front(plan.digits()));
}

PairEmitter::Places PairEmitter::emitTile(Tile tile, Places places) {
  const Ring &ring = rings.back();
  Type type = tile::SumsType::get(b.getContext(), plan.columns);
  Values carried(plan.digits(), tile::ZeroOp::create(b, type));
  carried.append(flatten(places));
  carried.push_back(constant(0));
  auto loop = scf::ForOp::create(b, constant(0), constant(plan.pattern.c / gemmStepDepth),
                                 constant(1), carried);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    ValueRange arguments = loop.getRegionIterArgs();
    Values sums = llvm::to_vector_of<Value>(arguments.take_front(plan.digits()));
    Places current = placesOf(arguments.drop_front(plan.digits()).drop_back());
    Place next;
    Values results = emitStep(tile, loop.getInductionVar(), current, arguments.back(), sums, next);
    results.append(flatten({next, after(ring, current.back())}));
    results.push_back(current.back().slot);
    scf::YieldOp::create(b, results);
  }
  Values sums;
  for (Value y : loop.getResults().take_front(plan.digits()))
    sums.push_back(tile::WgmmaWaitOp::create(b, y.getType(), y));
  emitRelease(ring, loop.getResults().back());
  emitResults(tile, sums);
  return placesOf(loop.getResults().drop_front(plan.digits()).drop_back());
}

/// Maps and stores: of neighbors together, else block by block.
void PairEmitter::emitResults(Tile tile, Values sums) {
  Value firstRow = add(tile.row, mul(group, productRows));
  for (auto [D, y] : llvm::enumerate(sums))
    y = emitMaps(blockOf(tile, constant(D)), firstRow, y);
  if (plan.apart == 1)
    return emitStores(tile, firstRow, sums);
  for (auto [D, y] : llvm::enumerate(sums))
    emitStores(blockOf(tile, constant(D)), firstRow, y, D * (plan.stagings() / plan.apart));
}
