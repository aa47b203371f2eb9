//===- ProductEmitter.cpp - What launches of products have in common -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProductEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

ProductEmitter::ProductEmitter(ImplicitLocOpBuilder &builder, const GemmPlan &plan,
                               const StageWithMaps &stage, const GemmOperands &operands)
    : Emitter(builder), plan(plan), stage(stage), operands(operands) {
  chain::StageOp op = stage.stage;
  element = cast<ShapedType>(op.getX().getType()).getElementType();
}

//===----------------------------------------------------------------------===//
// Rings
//===----------------------------------------------------------------------===//

/// Of each ring the full barriers, then the empty ones. A slot is full after one arrival and
/// the bytes of its step, and empty after one arrival of each warp that multiplies, of the
/// whole cluster where it is shared.
void ProductEmitter::emitBarriers() {
  emitIf(isEqual(thread, 0), [&] {
    for (const Ring &ring : rings)
      for (int64_t slot = ring.barrier; slot < ring.barrier + ring.depth; ++slot) {
        tile::BarrierInitOp::create(b, barriers, constant(slot), 1);
        tile::BarrierInitOp::create(b, barriers, constant(ring.depth + slot),
                                    4 * plan.consumers * (ring.isShared ? plan.cluster : 1));
      }
    NVVM::FenceMbarrierInitOp::create(b);
  });
  if (plan.cluster > 1)
    tile::ClusterBarrierOp::create(b);
  else
    gpu::BarrierOp::create(b);
}

SmallVector<Value> ProductEmitter::flatten(ArrayRef<Place> places) {
  SmallVector<Value> values;
  for (const Place &place : places)
    values.append({place.slot, place.parity});
  return values;
}

ProductEmitter::Places ProductEmitter::placesOf(ValueRange values) {
  Places places;
  for (size_t i = 0; i < values.size(); i += 2)
    places.push_back({values[i], values[i + 1]});
  return places;
}

ProductEmitter::Place ProductEmitter::after(const Ring &ring, Place place) {
  Value next = add(place.slot, constant(1));
  Value wraps = isEqual(next, ring.depth);
  Value one = arith::ConstantIntOp::create(b, 1, 32);
  Value flipped = arith::XOrIOp::create(b, place.parity, one);
  Value slot = arith::SelectOp::create(b, wraps, constant(0), next);
  Value parity = arith::SelectOp::create(b, wraps, flipped, place.parity);
  return {slot, parity};
}

void ProductEmitter::emitWait(const Ring &ring, Place place) {
  tile::BarrierWaitOp::create(b, barriers, add(place.slot, ring.barrier), place.parity);
}

void ProductEmitter::emitExpect(const Ring &ring, Place place) {
  tile::BarrierWaitOp::create(b, barriers, add(place.slot, constant(ring.barrier + ring.depth)),
                              place.parity);
  tile::BarrierExpectOp::create(b, barriers, add(place.slot, ring.barrier), ring.stepBytes);
}

/// This block's part of a box, to all blocks that share it.
void ProductEmitter::emitLoad(const Ring &ring, const Box &box, Value start, Place place) {
  SmallVector<Value> coordinates = box.coordinates;
  IntegerAttr blocks;
  if (box.parts > 1) {
    coordinates[box.along] = add(coordinates[box.along], mul(rank, box.extent / box.parts));
    start = add(start, mul(rank, box.extent / box.parts * gemmStepDepth));
    blocks = b.getI64IntegerAttr(box.parts);
  }
  tile::BulkLoadOp::create(b, box.map, coordinates, ring.memory, start, barriers,
                           add(place.slot, ring.barrier), blocks);
}

/// A thread of each warp says that it has read a slot, to each block that writes there.
void ProductEmitter::emitRelease(const Ring &ring, Value slot) {
  Value lane = rem(thread, 32), barrier = add(slot, constant(ring.barrier + ring.depth));
  if (plan.cluster == 1 || !ring.isShared)
    return emitIf(isEqual(lane, 0),
                  [&] { tile::BarrierArriveOp::create(b, barriers, barrier, Value()); });
  emitIf(isBelow(lane, plan.cluster),
         [&] { tile::BarrierArriveOp::create(b, barriers, barrier, lane); });
}

/// Waits until the blocks of the cluster have read all that this one sent them: they tell
/// its barriers, which must be there still.
void ProductEmitter::emitTail(Places places) {
  for (auto [ring, place] : llvm::zip_equal(rings, places))
    for (int64_t slot = 0; ring.isShared && slot < ring.depth; ++slot) {
      Value barrier = add(place.slot, constant(ring.barrier + ring.depth));
      tile::BarrierWaitOp::create(b, barriers, barrier, place.parity);
      place = after(ring, place);
    }
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// Tile `number` of those of this block's rank. Columns fastest, then blocks: what runs at
/// the same time shares rows of x.
ProductEmitter::Tile ProductEmitter::tileAt(Value number) {
  if (plan.sharesX && plan.cluster > 1)
    number = add(mul(number, plan.cluster), rank);
  Value inRow = rem(number, plan.tilesPerRow());
  Value rowTile = div(number, plan.tilesPerRow());
  if (!plan.sharesX && plan.cluster > 1)
    rowTile = add(mul(rowTile, plan.cluster), rank);
  Value row = mul(rowTile, plan.rows);
  Value column = mul(rem(inRow, plan.columnTiles), plan.columns);
  return {row, column, div(inRow, plan.columnTiles)};
}

/// Blocks of a cluster do equally many steps; with rows behind the last, where need be.
ProductEmitter::Places ProductEmitter::forEachTile(int64_t firstParity,
                                                   llvm::function_ref<Places(Tile, Places)> body) {
  Value first = div(gpu::BlockIdOp::create(b, gpu::Dimension::x), plan.cluster);
  Value stride = div(gpu::GridDimOp::create(b, gpu::Dimension::x), plan.cluster);
  int64_t rows = plan.rows * plan.wParts();
  Value rowTiles = div(add(operands.numRows, constant(rows - 1)), rows);
  Value tiles = mul(rowTiles, plan.tilesPerRow() / plan.xParts());
  Value parity = arith::ConstantIntOp::create(b, firstParity, 32);
  Places begin(rings.size(), {constant(0), parity});
  auto loop = scf::ForOp::create(b, first, tiles, stride, flatten(begin));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Places next = body(tileAt(loop.getInductionVar()), placesOf(loop.getRegionIterArgs()));
  scf::YieldOp::create(b, flatten(next));
  return placesOf(loop.getResults());
}

SmallVector<Value> ProductEmitter::placeOfX(Value block, Value row, Value step) {
  if (plan.xDigit == 1)
    return {mul(step, gemmStepDepth), block, row};
  int64_t run = plan.reads().c / plan.xDigit, steps = run / gemmStepDepth;
  int64_t blocks = plan.before.b / run;
  Value B = add(mul(rem(block, blocks), run), mul(rem(step, steps), gemmStepDepth));
  return {B, div(step, steps), div(block, blocks), row};
}

ProductEmitter::Tile ProductEmitter::blockOf(Tile tile, Value D) {
  return {tile.row, tile.column, add(mul(tile.block, plan.digits()), D)};
}

/// Block (A, D) of the weight, which may share A or D.
Value ProductEmitter::blockOfWeight(Value block) {
  if (plan.sharesA && plan.sharesD)
    return constant(0);
  if (plan.sharesA)
    return rem(block, plan.pattern.d);
  return plan.sharesD ? div(block, plan.pattern.d) : block;
}

//===----------------------------------------------------------------------===//
// Maps and stores
//===----------------------------------------------------------------------===//

Value ProductEmitter::emitMaps(Tile tile, Value firstRow, Value sums) {
  auto placeOf = [&](Value i, Value j) -> ElementPlace {
    Value lastRow = arith::SubIOp::create(b, operands.numRows, constant(1));
    Value row = arith::MinUIOp::create(b, add(firstRow, i), lastRow);
    Value B = add(tile.column, j);
    if (plan.columnTiles * plan.columns != plan.pattern.b)
      B = arith::MinUIOp::create(b, B, constant(plan.pattern.b - 1));
    int64_t d = plan.pattern.d;
    Value ofBlock = mul(div(tile.block, d), plan.pattern.b);
    return {row, add(mul(add(ofBlock, B), d), rem(tile.block, d))};
  };
  return danaus::applyMaps(b, stage, sums, placeOf, operands.others);
}

/// Coordinates of storeCoordinates() with a block and column that are values.
static SmallVector<Value> coordinatesOf(ImplicitLocOpBuilder &b, const GemmPlan &plan, Value block,
                                        Value column) {
  if (plan.digit == 1)
    return {column, block};
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(b, value); };
  auto div = [&](Value left, int64_t right) -> Value {
    return arith::DivUIOp::create(b, left, constant(right));
  };
  auto rem = [&](Value left, int64_t right) -> Value {
    return arith::RemUIOp::create(b, left, constant(right));
  };
  int64_t run = plan.group / plan.digit, ofBlock = plan.next.c * plan.next.d;
  Value inGroup = rem(column, plan.group);
  Value ofA = arith::MulIOp::create(b, block, constant(plan.pattern.b));
  Value natural = arith::AddIOp::create(b, ofA, arith::SubIOp::create(b, column, inGroup));
  Value inBlock = rem(natural, ofBlock);
  return {rem(inGroup, run), div(inBlock, plan.group), div(inGroup, run), div(natural, ofBlock)};
}

void ProductEmitter::emitBulkStores(Tile tile, Value firstRow, Value start, int64_t first) {
  for (int64_t column = 0; column < plan.stagedColumns; column += plan.storeWidth) {
    Value place = add(mul(tile.column, plan.blocks), constant(first + column));
    bool isInside = plan.columnTiles * plan.columns == plan.pattern.b;
    emitIf(isInside ? Value() : isBelow(place, plan.pattern.b * plan.blocks), [&] {
      SmallVector<Value> coordinates = coordinatesOf(b, plan, tile.block, place);
      coordinates.push_back(firstRow);
      Value source = add(start, constant(column * productRows));
      tile::BulkStoreOp::create(b, staging, source, operands.y, coordinates);
    });
  }
  NVVM::CpAsyncBulkCommitGroupOp::create(b);
}

/// Sums of 64 rows to y, `stagedColumns` at a time: what was staged before must
/// have been read, and what is staged now be visible to the copy engine.
void ProductEmitter::emitStores(Tile tile, Value firstRow, ValueRange sums, int64_t number) {
  Value isLeader = isEqual(rem(thread, groupThreads), 0);
  Value barrier = add(group, 1);
  for (int64_t first = 0; first < plan.yColumns(); first += plan.stagedColumns) {
    int64_t slot = (number + first / plan.stagedColumns) % plan.stagingSlots;
    Value start = add(stagingStart, constant(slot * plan.stagedColumns * productRows));
    emitIf(isLeader, [&] {
      NVVM::CpAsyncBulkWaitGroupOp::create(b, b.getI32IntegerAttr(plan.stagingSlots - 1),
                                           b.getUnitAttr());
    });
    synchronizeGroups(barrier, 1);
    tile::StageOp::create(b, sums, first, plan.stagedColumns, staging, start, plan.storeWidth);
    fenceSharedMemory();
    synchronizeGroups(barrier, 1);
    emitIf(isLeader, [&] { emitBulkStores(tile, firstRow, start, first); });
  }
}

//===----------------------------------------------------------------------===//
// The launch
//===----------------------------------------------------------------------===//

void ProductEmitter::emit() {
  thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  Value memory = sharedMemory();
  int64_t staged = plan.stagingBytes() / 2;
  auto ringAt = [&](int64_t offset, int64_t depth, int64_t stepBytes) {
    return sharedView(memory, offset, depth * stepBytes / 2, element);
  };
  rings.push_back({plan.depth, 0, plan.stepBytes(), plan.cluster > 1,
                   ringAt(plan.ringOffset, plan.depth, plan.stepBytes())});
  if (int64_t depth = plan.secondDepth())
    rings.push_back({depth, 2 * plan.depth, plan.secondBytes(), false,
                     ringAt(plan.secondOffset, depth, plan.secondBytes())});
  staging = sharedView(memory, plan.stagingOffset, plan.consumers * staged, element);
  barriers =
      sharedView(memory, plan.barrierOffset, 2 * (plan.depth + plan.secondDepth()), b.getI64Type());
  group = div(thread, groupThreads);
  stagingStart = mul(group, staged);
  if (plan.cluster > 1)
    rank = rem(gpu::BlockIdOp::create(b, gpu::Dimension::x), plan.cluster);
  if (operands.isEarly)
    tile::AdmitLaunchOp::create(b);
  emitBarriers();
  if (operands.isEarly)
    tile::AwaitLaunchesOp::create(b);
  int64_t copier = groupThreads * plan.consumers;
  auto roles = scf::IfOp::create(b, isBelow(thread, copier), /*withElseRegion=*/true);
  b.setInsertionPointToStart(roles.thenBlock());
  if (plan.movesRegisters())
    NVVM::SetMaxRegisterOp::create(b, plan.consumerRegisters(),
                                   NVVM::SetMaxRegisterAction::increase);
  forEachTile(0, [&](Tile tile, Places places) { return emitTile(tile, places); });
  emitIf(isEqual(rem(thread, groupThreads), 0),
         [&] { NVVM::CpAsyncBulkWaitGroupOp::create(b, b.getI32IntegerAttr(0), UnitAttr()); });
  b.setInsertionPointToStart(roles.elseBlock());
  if (plan.movesRegisters())
    NVVM::SetMaxRegisterOp::create(b, plan.copierRegisters(), NVVM::SetMaxRegisterAction::decrease);
  emitIf(isEqual(thread, copier), [&] {
    Places end = forEachTile(1, [&](Tile tile, Places places) { return emitCopies(tile, places); });
    if (plan.cluster > 1)
      emitTail(end);
  });
  b.setInsertionPointAfter(roles);
}
