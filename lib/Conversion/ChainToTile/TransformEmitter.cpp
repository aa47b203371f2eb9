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

/// Values that a thread holds at once.
static constexpr int64_t valuesAtOnce = 16;
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
  if (operands.isEarly) {
    tile::AdmitLaunchOp::create(b);
    tile::AwaitLaunchesOp::create(b);
  }
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
    bool writesLater = number == 0 && (isLast(number) || !isGuarded(plan.stages[number]));
    if (!writesLater)
      gpu::BarrierOp::create(b);
    emitStage(number, tile);
  }
}

/// Whether some threads have no item, or items whose rows may not exist.
bool TransformEmitter::isGuarded(const TransformStagePlan &stage) const {
  return schedule.rows > 1 || stage.itemsPerRow() % threads != 0;
}

//===----------------------------------------------------------------------===//
// Items
//===----------------------------------------------------------------------===//

void TransformEmitter::emitStage(size_t number, Value tile) {
  const TransformStagePlan &stage = plan.stages[number];
  int64_t rounds = llvm::divideCeil(schedule.rows * stage.itemsPerRow(), threads);
  int64_t together = std::max<int64_t>(1, valuesAtOnce / stage.pattern.c);
  for (int64_t first = 0; first < rounds; first += together) {
    SmallVector<Item> items;
    for (int64_t round = first; round < std::min(rounds, first + together); ++round)
      items.push_back(itemAt(stage, round, tile));
    emitItems(number, items, /*awaitsTile=*/number == 0 && first == 0 && !isGuarded(stage));
  }
}

/// Items whose values a thread holds together where all exist, else one by one. With
/// `awaitsTile` it meets the others, which may still read the tile before, in between.
void TransformEmitter::emitItems(size_t number, ArrayRef<Item> items, bool awaitsTile) {
  if (items.size() > 1 && isGuarded(plan.stages[number])) {
    for (const Item &item : items)
      emitItems(number, item, awaitsTile);
    return;
  }
  emitIf(items.front().exists, [&] {
    SmallVector<Numbers> values;
    for (const Item &item : items)
      values.push_back(loadInputs(number, item));
    for (auto [item, numbers] : llvm::zip_equal(items, values))
      numbers = transform(number, item, numbers);
    if (awaitsTile && !isLast(number))
      gpu::BarrierOp::create(b);
    for (auto [item, numbers] : llvm::zip_equal(items, values))
      storeOutputs(number, item, numbers);
  });
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

TransformEmitter::Item TransformEmitter::itemAt(const TransformStagePlan &stage, int64_t round,
                                                Value tile) {
  int64_t perRow = stage.itemsPerRow(), total = schedule.rows * perRow;
  Value index = add(thread, round * threads), row = div(index, perRow), number = rem(index, perRow);
  if (schedule.rows == 1)
    row = constant(0), number = index;
  Item item;
  item.row = add(mul(tile, schedule.rows), row);
  if (schedule.rows > 1)
    item.exists = isBelow(item.row, numRows);
  if ((round + 1) * threads > total) {
    Value isOne = isBelow(index, total);
    item.exists = item.exists ? arith::AndIOp::create(b, isOne, item.exists) : isOne;
  }
  item.place = sumOfDigits(stage, number, [](const TransformDigit &digit) { return digit.place; });
  item.column =
      sumOfDigits(stage, number, [](const TransformDigit &digit) { return digit.column; });
  item.base = add(mul(row, plan.rowPitch), position(item.place));
  return item;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// memory[leading.., number + offset], where `memory` holds parts.
TransformEmitter::Number TransformEmitter::loadNumber(Value memory, ValueRange leading,
                                                      Value number, int64_t offset) {
  SmallVector<Value> indices(leading);
  indices.push_back(mul(add(number, offset), 2));
  auto type = VectorType::get({2}, b.getF32Type());
  Value pair = vector::LoadOp::create(b, type, memory, indices, /*nontemporal=*/false,
                                      llvm::MaybeAlign(numberBytes));
  Value re = vector::ExtractOp::create(b, pair, 0);
  Value im = vector::ExtractOp::create(b, pair, 1);
  return {re, im};
}

void TransformEmitter::storeNumber(Number value, Value memory, ValueRange leading, Value number,
                                   int64_t offset) {
  SmallVector<Value> indices(leading);
  indices.push_back(mul(add(number, offset), 2));
  auto type = VectorType::get({2}, b.getF32Type());
  Value pair = vector::FromElementsOp::create(b, type, ValueRange{value.re, value.im});
  vector::StoreOp::create(b, pair, memory, indices, /*nontemporal=*/false,
                          llvm::MaybeAlign(numberBytes));
}

TransformEmitter::Numbers TransformEmitter::loadInputs(size_t number, const Item &item) {
  Numbers values;
  for (int64_t place : plan.stages[number].places)
    values.push_back(number == 0 ? loadNumber(operands.x, item.row, item.place, place)
                                 : loadNumber(buffer, {}, item.base, plan.position(place)));
  return values;
}

void TransformEmitter::storeOutputs(size_t number, const Item &item, const Numbers &values) {
  const TransformStagePlan &stage = plan.stages[number];
  for (auto [B, value] : llvm::enumerate(values)) {
    if (isLast(number))
      storeNumber(value, operands.y, item.row, item.column, B * stage.pattern.d);
    else
      storeNumber(value, buffer, {}, item.base, plan.position(stage.places[B]));
  }
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

TransformEmitter::Numbers TransformEmitter::transform(size_t number, const Item &item,
                                                      Numbers values) {
  const TransformStagePlan &stage = plan.stages[number];
  if (Value twiddles = operands.twiddles[number]) {
    Value zero = constant(0);
    Value D = stage.pattern.a == 1 ? item.column : rem(item.column, stage.pattern.d);
    for (int64_t C = 1; C < stage.pattern.c; ++C) { // those of C = 0 are 1
      Value indices[] = {zero, zero, constant(C), zero};
      values[C] = multiply(values[C], loadNumber(twiddles, indices, D, 0));
    }
  }
  FastTransform fast = FastTransform::dft(stage.pattern.c);
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
