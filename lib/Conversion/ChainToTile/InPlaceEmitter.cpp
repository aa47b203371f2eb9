//===- InPlaceEmitter.cpp - The body of a kernel in one buffer -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InPlaceEmitter.h"
#include "ProductEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace danaus;

/// Products of an item emitted in a row; more become a loop.
static constexpr int64_t unrolledProducts = 128;

InPlaceEmitter::InPlaceEmitter(ImplicitLocOpBuilder &builder, const InPlaceGroup &plan,
                               const Schedule &schedule, ArrayRef<StageWithMaps> stages,
                               const KernelOperands &operands)
    : TileWalker(builder, schedule, stages, operands), plan(plan) {}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// Where `column` lies in a row of the buffer.
Value InPlaceEmitter::position(Value column) {
  Value place = column;
  for (const InPlaceLevel &level : plan.levels)
    place = add(place, mul(div(column, level.columns), level.pad));
  return place;
}

InPlaceEmitter::Piece InPlaceEmitter::pieceAt(Value number) {
  if (plan.piecesPerRow == 1)
    return {number, constant(0)};
  int64_t runs = plan.inner / plan.run;
  Value inRow = rem(number, plan.piecesPerRow);
  Value outer = mul(div(inRow, runs), plan.columns * runs), inner = mul(rem(inRow, runs), plan.run);
  return {div(number, plan.piecesPerRow), add(outer, inner)};
}

/// Column of x of `column` of a piece.
Value InPlaceEmitter::columnOfX(const Piece &piece, Value column) {
  Value place = column;
  if (plan.run < plan.inner)
    place = add(mul(div(column, plan.run), plan.inner), rem(column, plan.run));
  return plan.piecesPerRow == 1 ? place : add(piece.column, place);
}

/// Begins to load a tile; rows that do not exist become zeros.
void InPlaceEmitter::emitLoad(Value tile, Value slot) {
  Value rows = rowsOfTile(tile), first = mul(tile, schedule.rows), base = slotBase(slot);
  forEachUnit(plan.columns, [&](Value row, Value column) {
    Value read = arith::SelectOp::create(b, isBelow(row, rows), constant(width), constant(0));
    Value target = add(add(base, mul(row, plan.rowPitch)), position(column));
    Piece piece = pieceAt(add(first, row));
    nvgpu::DeviceAsyncCopyOp::create(b, nvgpu::DeviceAsyncTokenType::get(b.getContext()), buffer,
                                     ValueRange{target}, operands.x,
                                     ValueRange{piece.row, columnOfX(piece, column)},
                                     b.getIndexAttr(width), read, b.getUnitAttr());
  });
  NVVM::CpAsyncCommitGroupOp::create(b);
}

void InPlaceEmitter::emitOutput(Value tile, Value slot) {
  Value rows = rowsOfTile(tile), first = mul(tile, schedule.rows), base = slotBase(slot);
  auto vector = VectorType::get({width}, element);
  forEachUnit(plan.columns, [&](Value row, Value column) {
    emitIf(isBelow(row, rows), [&] {
      Value source = add(add(base, mul(row, plan.rowPitch)), position(column));
      Value value = vector::LoadOp::create(b, vector, buffer, ValueRange{source},
                                           /*nontemporal=*/false, llvm::MaybeAlign(16));
      Piece piece = pieceAt(add(first, row));
      vector::StoreOp::create(b, value, operands.y, ValueRange{piece.row, columnOfX(piece, column)},
                              /*nontemporal=*/false, llvm::MaybeAlign(16));
    });
  });
}

void InPlaceEmitter::emitTile(Value tile, Value slot) {
  Value stride = gpu::GridDimOp::create(b, gpu::Dimension::x);
  int64_t ahead = schedule.depth - 1;
  Value later = add(tile, mul(stride, ahead));
  awaitInput(later);
  if (ahead == 0) { // the tile before may still be on its way to y
    gpu::BarrierOp::create(b);
    emitLoad(tile, slot);
  }
  // Groups end in the order they began: this tile's is the oldest of those in flight.
  NVVM::CpAsyncWaitGroupOp::create(b, std::max<int64_t>(0, ahead - 1));
  gpu::BarrierOp::create(b);
  releaseInput(tile);
  if (ahead > 0)
    emitLoad(later, rem(add(slot, ahead), schedule.depth));
  awaitOutput(tile);
  for (size_t number = 0; number < stages.size(); ++number) {
    emitStage(number, slot, tile);
    gpu::BarrierOp::create(b);
  }
  emitOutput(tile, slot);
  publishOutput(tile);
}

void InPlaceEmitter::emitFirstLoads(Value first, Value stride) {
  for (int64_t i = 0; i + 1 < schedule.depth; ++i) {
    Value tile = add(first, mul(stride, i));
    awaitInput(tile);
    if (operands.before)
      gpu::BarrierOp::create(b);
    emitLoad(tile, constant(i));
  }
}

void InPlaceEmitter::emit() {
  thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  warp = div(thread, 32);
  numRows = mul(operands.numRows, plan.piecesPerRow);
  buffer = sharedView(sharedMemory(), 0, schedule.depth * schedule.rows * plan.rowPitch, element);
  registers.resize(stages.size());
  if (operands.isEarly)
    tile::AdmitLaunchOp::create(b);
  if (plan.weightsInRegisters)
    for (size_t number = 0; number < stages.size(); ++number)
      for (int64_t step = 0; step < plan.stages[number].kSteps; ++step)
        registers[number].push_back(weightsOf(number, constant(step)));
  if (operands.isEarly)
    tile::AwaitLaunchesOp::create(b);

  Value first = gpu::BlockIdOp::create(b, gpu::Dimension::x);
  Value stride = gpu::GridDimOp::create(b, gpu::Dimension::x);
  Value numTiles = div(add(numRows, schedule.rows - 1), schedule.rows);
  emitFirstLoads(first, stride);
  auto loop = scf::ForOp::create(b, first, numTiles, stride, ValueRange{constant(0)});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value slot = loop.getRegionIterArg(0);
  emitTile(loop.getInductionVar(), slot);
  scf::YieldOp::create(b, ValueRange{rem(add(slot, 1), schedule.depth)});
}

//===----------------------------------------------------------------------===//
// Rings of groups
//===----------------------------------------------------------------------===//

/// Waits until all pieces of the row of `tile` are written; past the last there is none.
void InPlaceEmitter::awaitInput(Value tile) {
  Value exists = operands.before ? isBelow(tile, numRows) : Value();
  duties().awaitInput(operands.before, [&] { return pieceAt(tile).row; }, exists);
}

/// Says that the piece has arrived in shared memory.
void InPlaceEmitter::releaseInput(Value tile) {
  duties().releaseInput(operands.before, [&] { return pieceAt(tile).row; });
}

/// Waits until all pieces of the row that was in the slot of that of `tile` are read.
void InPlaceEmitter::awaitOutput(Value tile) {
  duties().awaitOutput(operands.after, [&] { return pieceAt(tile).row; }, nullptr);
}

/// Says that the piece is written, once all threads have.
void InPlaceEmitter::publishOutput(Value tile) {
  if (operands.after)
    gpu::BarrierOp::create(b);
  duties().publishOutput(operands.after, [&] { return pieceAt(tile).row; }, nullptr);
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// The sums of a straight stage with d > 1 lie d columns apart along b: split columns
/// put those of one store in all banks. In f64 they do so for d = 1 too.
tile::FragmentType InPlaceEmitter::fragmentType(const InPlaceStage &stage, tile::Role role) {
  bool isSplit = !storesPairs(stage) && role != tile::Role::a;
  return tile::FragmentType::getFor(role, element,
                                    isSplit ? tile::Columns::split : tile::Columns::adjacent);
}

bool InPlaceEmitter::storesPairs(const InPlaceStage &stage) {
  return stage.turned || (stage.pattern.d == 1 && !element.isF64());
}

/// All fragments along b of one step: right operands, or left ones of 16 where turned.
InPlaceEmitter::Fragments InPlaceEmitter::weightsOf(size_t number, Value step) {
  const InPlaceStage &stage = plan.stages[number];
  Fragments weights;
  for (int64_t tile = 0; tile < stage.pattern.b / 8; ++tile)
    weights.push_back(loadWeight(number, fragmentType(stage, tile::Role::b), constant(tile), step));
  if (!stage.turned)
    return weights;
  Fragments turned;
  for (size_t tile = 0; tile < weights.size(); tile += 2)
    turned.push_back(tile::TurnOp::create(b, fragmentType(stage, tile::Role::a), weights[tile],
                                          weights[tile + 1]));
  return turned;
}

/// From the row and column of a fragment to the place in the buffer: row i is position
/// i and column j is C or B, or the other way round where the stage is turned.
AffineMap InPlaceEmitter::layout(const InPlaceStage &stage) {
  int64_t c = stage.pattern.c, d = stage.pattern.d;
  AffineExpr i = b.getAffineDimExpr(0), j = b.getAffineDimExpr(1);
  AffineExpr column = stage.turned ? i * d + j : i.floorDiv(d) * (c * d) + i % d + j * d;
  AffineExpr place = column;
  for (const InPlaceLevel &level : plan.levels)
    place = place + column.floorDiv(level.columns) * level.pad;
  return AffineMap::get(2, 0, place);
}

/// Part `part` of x: 16 positions as left operand, or 8 as right one where the stage is
/// turned; `start` is the place of the first C.
Value InPlaceEmitter::loadPart(size_t number, const Item &item, Value start, int64_t part) {
  const InPlaceStage &stage = plan.stages[number];
  tile::Role role = stage.turned ? tile::Role::b : tile::Role::a;
  int64_t first = plan.position(stage.column(stage.width() * part));
  return tile::LoadOp::create(b, fragmentType(stage, role), buffer,
                              add(add(item.base, start), first), layout(stage),
                              /*matrices=*/element.getIntOrFloatBitWidth() == 16);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Fragments of the sums of an item, in the order in which multiply() gives them.
SmallVector<InPlaceEmitter::Place> InPlaceEmitter::places(const InPlaceStage &stage) {
  SmallVector<Place> all;
  int64_t tiles = stage.pattern.b / (stage.turned ? 16 : 8);
  for (int64_t tile = 0; tile < tiles; ++tile)
    for (int64_t part = 0; part < stage.parts(); ++part)
      all.push_back({tile, part});
  return all;
}

/// Adds the products of one step along c.
void InPlaceEmitter::multiplyStep(size_t number, const Item &item, Value step,
                                  const Fragments &weights, Fragments &sums) {
  const InPlaceStage &stage = plan.stages[number];
  int64_t depth = tile::FragmentType::contraction(element);
  Value start = position(mul(step, depth * stage.pattern.d));
  Fragments operands;
  for (int64_t part = 0; part < stage.parts(); ++part)
    operands.push_back(loadPart(number, item, start, part));
  for (auto [place, sum] : llvm::zip_equal(places(stage), sums)) {
    Value weight = weights[place.tile], operand = operands[place.part];
    Value left = stage.turned ? weight : operand, right = stage.turned ? operand : weight;
    sum = tile::MmaOp::create(b, sum.getType(), left, right, sum);
  }
}

InPlaceEmitter::Fragments InPlaceEmitter::multiply(size_t number, const Item &item) {
  const InPlaceStage &stage = plan.stages[number];
  Value zero = tile::ZeroOp::create(b, fragmentType(stage, tile::Role::acc));
  Fragments sums(places(stage).size(), zero);
  auto multiplyAt = [&](Value step, Fragments &sums) {
    multiplyStep(number, item, step, weightsOf(number, step), sums);
  };
  if (plan.weightsInRegisters) {
    for (auto [step, weights] : llvm::enumerate(registers[number]))
      multiplyStep(number, item, constant(step), weights, sums);
    return sums;
  }
  if (stage.kSteps * static_cast<int64_t>(sums.size()) <= unrolledProducts) {
    for (int64_t step = 0; step < stage.kSteps; ++step)
      multiplyAt(constant(step), sums);
    return sums;
  }
  auto loop = scf::ForOp::create(b, constant(0), constant(stage.kSteps), constant(1), sums);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Fragments inside(loop.getRegionIterArgs());
  multiplyAt(loop.getInductionVar(), inside);
  scf::YieldOp::create(b, inside);
  return Fragments(loop.getResults());
}

//===----------------------------------------------------------------------===//
// Maps and stores
//===----------------------------------------------------------------------===//

/// Column of a fragment's element (0, 0), from that of its item.
Value InPlaceEmitter::firstColumn(const InPlaceStage &stage, Place place) {
  int64_t values = stage.turned ? 16 : 8; // of b
  return constant(values * place.tile * stage.pattern.d + stage.column(stage.width() * place.part));
}

/// Column of a fragment's element (i, j), from that of its first.
Value InPlaceEmitter::localColumn(const InPlaceStage &stage, Value i, Value j) {
  int64_t c = stage.pattern.c, d = stage.pattern.d;
  if (stage.turned)
    return add(mul(i, d), j);
  return add(add(mul(div(i, d), c * d), rem(i, d)), mul(j, d));
}

Value InPlaceEmitter::applyMaps(size_t number, const Item &item, Place place, Value sum) {
  if (stages[number].maps.empty())
    return sum;
  const InPlaceStage &stage = plan.stages[number];
  Value first = add(item.column, firstColumn(stage, place));
  auto placeOf = [&](Value i, Value j) -> ElementPlace {
    Value local = add(first, localColumn(stage, i, j));
    return {item.piece.row, columnOfX(item.piece, local)};
  };
  return danaus::applyMaps(b, stages[number], sum, placeOf, operands.others);
}

void InPlaceEmitter::store(size_t number, const Item &item, Place place, Value sum) {
  const InPlaceStage &stage = plan.stages[number];
  Value zero = constant(0);
  Value start = add(item.base, position(firstColumn(stage, place)));
  tile::StoreOp::create(b, sum, buffer, zero, zero, /*limit=*/Value(), start, /*step=*/1,
                        layout(stage), /*adjacent_columns=*/storesPairs(stage));
}

InPlaceEmitter::Item InPlaceEmitter::itemAt(const InPlaceStage &stage, Value number, Value slot,
                                            Value tile) {
  int64_t c = stage.pattern.c, d = stage.pattern.d;
  Value row = div(number, stage.itemsPerRow);
  Value first = mul(rem(number, stage.itemsPerRow), stage.positions);
  Value column = add(mul(div(first, d), c * d), rem(first, d));
  Value base = add(add(slotBase(slot), mul(row, plan.rowPitch)), position(column));
  Value last = sub(numRows, constant(1));
  Value piece = arith::MinUIOp::create(b, add(mul(tile, schedule.rows), row), last);
  return {base, column, pieceAt(piece)};
}

/// All that a warp reads of an item it has read before it writes any.
void InPlaceEmitter::emitItem(size_t number, const Item &item) {
  Fragments sums = multiply(number, item);
  NVVM::SyncWarpOp::create(b, arith::ConstantIntOp::create(b, -1, 32));
  for (auto [place, sum] : llvm::zip_equal(places(plan.stages[number]), sums))
    store(number, item, place, applyMaps(number, item, place, sum));
}

void InPlaceEmitter::emitStage(size_t number, Value slot, Value tile) {
  const InPlaceStage &stage = plan.stages[number];
  int64_t items = schedule.rows * stage.itemsPerRow;
  auto emitAt = [&](Value index) { emitItem(number, itemAt(stage, index, slot, tile)); };
  if (items <= schedule.warps)
    return emitIf(items < schedule.warps ? isBelow(warp, items) : nullptr, [&] { emitAt(warp); });
  auto loop = scf::ForOp::create(b, warp, constant(items), constant(schedule.warps));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  emitAt(loop.getInductionVar());
}
