//===- TransformEmitter.cpp - The body of a kernel of transforms -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TransformEmitter.h"
#include "dialects/Tile/TileOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/SmallVectorExtras.h"

using namespace mlir;
using namespace danaus;

/// Bytes of a number, to a multiple of which all of them are aligned.
static constexpr int64_t numberBytes = 8;

TransformEmitter::TransformEmitter(ImplicitLocOpBuilder &builder, const TransformPlan &plan,
                                   const Schedule &schedule, const Operands &operands)
    : Emitter(builder), plan(plan), schedule(schedule), operands(operands),
      threads(32 * schedule.warps) {}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

void TransformEmitter::emit() {
  thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  numRows = memref::DimOp::create(b, operands.x, 0);
  buffer = sharedView(sharedMemory(), 0, 2 * schedule.rows * plan.rowPitch, b.getF32Type());
  if (operands.isEarly)
    tile::AdmitLaunchOp::create(b);
  kept.resize(plan.stages.size());
  if (schedule.placement == WeightPlacement::Registers)
    keepTwiddles();
  if (operands.isEarly)
    tile::AwaitLaunchesOp::create(b);
  Value first = gpu::BlockIdOp::create(b, gpu::Dimension::x);
  Value stride = gpu::GridDimOp::create(b, gpu::Dimension::x);
  Value numTiles = div(add(numRows, schedule.rows - 1), schedule.rows);
  auto loop = scf::ForOp::create(b, first, numTiles, stride);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  emitTile(loop.getInductionVar());
}

void TransformEmitter::emitTile(Value tile) {
  for (size_t number = 0; number < plan.stages.size(); ++number) {
    bool meetsInside = number == 0 && (plan.stages[number].isStraight || isLast(number));
    if (!meetsInside)
      gpu::BarrierOp::create(b);
    emitStage(number, tile);
  }
}

//===----------------------------------------------------------------------===//
// Items
//===----------------------------------------------------------------------===//

/// Straight code, or a loop: addresses that do not change with it would all be kept in
/// registers over all tiles.
void TransformEmitter::emitStage(size_t number, Value tile) {
  const TransformStagePlan &stage = plan.stages[number];
  if (stage.isStraight)
    return emitItems(number, straightItems(number, tile));
  Value total = constant(schedule.rows * stage.itemsPerRow());
  auto loop = scf::ForOp::create(b, thread, total, constant(threads));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Item item = itemAt(number, loop.getInductionVar(), tile);
  emitIf(item.exists, [&] { emitItems(number, item); });
}

/// The items of a thread where all threads have equally many.
SmallVector<TransformEmitter::Item> TransformEmitter::straightItems(size_t number, Value tile) {
  int64_t count = plan.stages[number].itemsPerRow() / threads;
  SmallVector<Item> items(count, itemAt(number, thread, tile));
  for (auto [round, item] : llvm::enumerate(items))
    item.distance = static_cast<int64_t>(round) * threads;
  return items;
}

/// Items whose values a thread holds together. In the first stage it meets the others, which
/// may still read the tile before, ahead of its stores.
void TransformEmitter::emitItems(size_t number, ArrayRef<Item> items) {
  SmallVector<Numbers> values;
  for (const Item &item : items)
    values.push_back(loadInputs(number, item));
  for (auto [item, numbers] : llvm::zip_equal(items, values))
    numbers = transform(number, item, numbers);
  if (number == 0 && plan.stages[number].isStraight && !isLast(number))
    gpu::BarrierOp::create(b);
  for (auto [item, numbers] : llvm::zip_equal(items, values))
    storeOutputs(number, item, numbers);
}

/// sum_j digit_j(item) worth(digit_j); neighbors that count on are taken as one.
Value TransformEmitter::sumOfDigits(const TransformStagePlan &stage, Value item,
                                    llvm::function_ref<int64_t(const TransformDigit &)> worth) {
  Value sum = constant(0);
  int64_t below = 1; // items that the digits behind count
  for (size_t last = stage.items.size(); last > 0;) {
    size_t first = last - 1;
    int64_t extent = stage.items[first].extent, unit = worth(stage.items[first]);
    while (first > 0 && worth(stage.items[first - 1]) == extent * unit)
      extent *= stage.items[--first].extent;
    if (unit != 0) {
      Value digit = div(item, below);
      sum = add(sum, mul(first > 0 ? rem(digit, extent) : digit, unit));
    }
    below *= extent;
    last = first;
  }
  return sum;
}

/// Where a place of a row lies in its row of shared memory.
Value TransformEmitter::position(Value place) {
  Value result = place;
  for (auto [level, pad] : llvm::zip_equal(plan.levels, plan.pads))
    if (pad != 0)
      result = add(result, mul(div(place, level), pad));
  return result;
}

/// What the items of a thread read and write, from the first value of its first item on: the
/// rest of their addresses is known.
TransformEmitter::Item TransformEmitter::itemAt(size_t number, Value index, Value tile) {
  const TransformStagePlan &stage = plan.stages[number];
  bool hasRows = schedule.rows > 1;
  Value row = hasRows ? div(index, stage.itemsPerRow()) : constant(0);
  Value inRow = hasRows ? rem(index, stage.itemsPerRow()) : index;
  Value firstRow = mul(tile, schedule.rows), wholeRow = add(firstRow, row);
  Value place = sumOfDigits(stage, inRow, [](const TransformDigit &digit) { return digit.place; });
  Value column =
      sumOfDigits(stage, inRow, [](const TransformDigit &digit) { return digit.column; });
  Item item;
  if (hasRows)
    item.exists = isBelow(wholeRow, numRows);
  if (number == 0)
    item.source = viewFrom(operands.x, {wholeRow, place}, {plan.columns});
  if (number > 0 || !isLast(number)) {
    Value base = mul(row, plan.rowPitch), inBuffer = add(base, position(place));
    item.target = viewFrom(buffer, inBuffer, {plan.rowPitch});
  }
  if (number > 0)
    item.source = item.target;
  if (isLast(number))
    item.target = viewFrom(operands.y, {wholeRow, column}, {plan.columns});
  if (stage.hasTwiddles) {
    Value zero = constant(0), D = stage.pattern.a == 1 ? column : rem(column, stage.pattern.d);
    item.twiddles = viewFrom(operands.twiddles[number], {zero, zero, zero, zero, D},
                             {stage.pattern.c, stage.pattern.d});
  }
  return item;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// `memory` from number `first` on, whose last index counts numbers, as an array of `shape`
/// numbers of which the last ones may not exist.
Value TransformEmitter::viewFrom(Value memory, ValueRange first, ArrayRef<int64_t> shape) {
  SmallVector<OpFoldResult> offsets(first.drop_back());
  offsets.push_back(mul(first.back(), 2));
  auto type = cast<MemRefType>(memory.getType());
  SmallVector<OpFoldResult> sizes(type.getRank() - 1, b.getIndexAttr(1)),
      steps(type.getRank(), b.getIndexAttr(1));
  SmallVector<int64_t> kept(shape);
  kept.back() *= 2;
  if (shape.size() == 2)
    sizes[2] = b.getIndexAttr(shape.front());
  sizes.push_back(b.getIndexAttr(kept.back()));
  auto view = cast<MemRefType>(
      memref::SubViewOp::inferRankReducedResultType(kept, type, offsets, sizes, steps));
  return memref::SubViewOp::create(b, view, memory, offsets, sizes, steps);
}

/// Constant indices of a number in a view.
SmallVector<Value> TransformEmitter::indicesOf(ArrayRef<int64_t> place) {
  SmallVector<Value> indices;
  for (int64_t index : place.drop_back())
    indices.push_back(constant(index));
  indices.push_back(constant(2 * place.back()));
  return indices;
}

TransformEmitter::Number TransformEmitter::loadNumber(Value view, ArrayRef<int64_t> place) {
  auto type = VectorType::get({2}, b.getF32Type());
  Value pair = vector::LoadOp::create(b, type, view, indicesOf(place), /*nontemporal=*/false,
                                      llvm::MaybeAlign(numberBytes));
  Value re = vector::ExtractOp::create(b, pair, 0);
  Value im = vector::ExtractOp::create(b, pair, 1);
  return {re, im};
}

void TransformEmitter::storeNumber(Number value, Value view, int64_t place) {
  auto type = VectorType::get({2}, b.getF32Type());
  Value pair = vector::FromElementsOp::create(b, type, ValueRange{value.re, value.im});
  vector::StoreOp::create(b, pair, view, indicesOf(place), /*nontemporal=*/false,
                          llvm::MaybeAlign(numberBytes));
}

TransformEmitter::Numbers TransformEmitter::loadInputs(size_t number, const Item &item) {
  const TransformStagePlan &stage = plan.stages[number];
  Numbers values;
  for (int64_t offset : stage.places) {
    int64_t place = stage.placeOf(item.distance) + offset;
    values.push_back(loadNumber(item.source, number == 0 ? place : plan.position(place)));
  }
  return values;
}

void TransformEmitter::storeOutputs(size_t number, const Item &item, const Numbers &values) {
  const TransformStagePlan &stage = plan.stages[number];
  for (auto [B, value] : llvm::enumerate(values)) {
    int64_t place = stage.placeOf(item.distance) + stage.places[B];
    int64_t column = stage.columnOf(item.distance) + B * stage.pattern.d;
    storeNumber(value, item.target, isLast(number) ? column : plan.position(place));
  }
}

/// Those of an item from C = 1 on; before these all are 1.
TransformEmitter::Numbers TransformEmitter::loadTwiddles(size_t number, const Item &item) {
  const TransformStagePlan &stage = plan.stages[number];
  int64_t D = stage.columnOf(item.distance) % stage.pattern.d;
  Numbers twiddles;
  for (int64_t C = 1; C < stage.pattern.c; ++C)
    twiddles.push_back(loadNumber(item.twiddles, {C, D}));
  return twiddles;
}

/// Of straight stages, where they are the same for all tiles.
void TransformEmitter::keepTwiddles() {
  for (auto [number, stage] : llvm::enumerate(plan.stages))
    if (stage.hasTwiddles && stage.isStraight)
      for (const Item &item : straightItems(number, constant(0)))
        kept[number].push_back(loadTwiddles(number, item));
}

void TransformEmitter::multiplyTwiddles(size_t number, const Item &item, Numbers &values) {
  ArrayRef<Numbers> ofItems = kept[number];
  Numbers twiddles =
      ofItems.empty() ? loadTwiddles(number, item) : ofItems[item.distance / threads];
  for (auto [C, twiddle] : llvm::enumerate(twiddles))
    values[C + 1] = multiply(values[C + 1], twiddle);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

TransformEmitter::Numbers TransformEmitter::transform(size_t number, const Item &item,
                                                      Numbers values) {
  const TransformStagePlan &stage = plan.stages[number];
  if (stage.hasTwiddles)
    multiplyTwiddles(number, item, values);
  FastTransform fast = stage.isHadamard ? FastTransform::hadamard(stage.pattern.c)
                                        : FastTransform::dft(stage.pattern.c);
  for (const TransformStep &step : fast.getSteps())
    values.push_back(applyStep(step, values));
  return llvm::map_to_vector(fast.getOutputs(), [&](unsigned output) { return values[output]; });
}

Value TransformEmitter::splat(double value) {
  return arith::ConstantOp::create(b, b.getF32FloatAttr(static_cast<float>(value)));
}

TransformEmitter::Number TransformEmitter::multiply(Number left, Number right) {
  Value squares = arith::NegFOp::create(b, arith::MulFOp::create(b, left.im, right.im));
  Value cross = arith::MulFOp::create(b, left.im, right.re);
  Value re = math::FmaOp::create(b, left.re, right.re, squares);
  Value im = math::FmaOp::create(b, left.re, right.im, cross);
  return {re, im};
}

/// `factor` times `value`; 1, i, -1 and -i, to the last bit or so, take no product.
TransformEmitter::Number TransformEmitter::scale(Number value, std::complex<double> factor) {
  constexpr double tiny = 1e-15;
  Number turned = value;
  if (std::abs(factor.real()) < tiny) { // factor = i (factor / i)
    turned = {arith::NegFOp::create(b, value.im), value.re};
    factor = factor.imag();
  }
  if (factor == 1.0)
    return turned;
  if (factor == -1.0)
    return {arith::NegFOp::create(b, turned.re), arith::NegFOp::create(b, turned.im)};
  Value re = splat(factor.real());
  if (factor.imag() == 0)
    return {arith::MulFOp::create(b, turned.re, re), arith::MulFOp::create(b, turned.im, re)};
  Value im = splat(factor.imag());
  return multiply(turned, {re, im});
}

TransformEmitter::Number TransformEmitter::applyStep(const TransformStep &step,
                                                     ArrayRef<Number> values) {
  auto sum = [&](Value left, Value right) -> Value {
    return arith::AddFOp::create(b, left, right);
  };
  auto difference = [&](Value left, Value right) -> Value {
    return arith::SubFOp::create(b, left, right);
  };
  Number left = values[step.left], right = values[step.right];
  Value re, im;
  switch (step.kind) {
  case TransformStep::Add:
    re = sum(left.re, right.re), im = sum(left.im, right.im);
    return {re, im};
  case TransformStep::Subtract:
    re = difference(left.re, right.re), im = difference(left.im, right.im);
    return {re, im};
  case TransformStep::AddTurned:
    re = difference(left.re, right.im), im = sum(left.im, right.re);
    return {re, im};
  case TransformStep::SubTurned:
    re = sum(left.re, right.im), im = difference(left.im, right.re);
    return {re, im};
  case TransformStep::MulAdd:
    re = math::FmaOp::create(b, right.re, splat(step.factor.real()), left.re);
    im = math::FmaOp::create(b, right.im, splat(step.factor.real()), left.im);
    return {re, im};
  case TransformStep::Multiply:
    return scale(left, step.factor);
  }
  llvm_unreachable("all kinds of steps are handled");
}
