//===- GemmEmitter.cpp - The body of one launch of products -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GemmEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

/// Rows of one product, and threads of a warpgroup.
static constexpr int64_t productRows = 64, groupThreads = 128;

GemmEmitter::GemmEmitter(ImplicitLocOpBuilder &builder, const GemmPlan &plan,
                         const StageWithMaps &stage, const GemmOperands &operands)
    : Emitter(builder), plan(plan), stage(stage), operands(operands) {
  chain::StageOp op = stage.stage;
  element = cast<ShapedType>(op.getX().getType()).getElementType();
}

//===----------------------------------------------------------------------===//
// Barriers
//===----------------------------------------------------------------------===//

/// Barriers of slots: full ones first. A slot is full after one arrival and the
/// bytes of its step, and empty after one arrival of each warp of the cluster that multiplies.
void GemmEmitter::emitBarriers() {
  emitIf(isEqual(thread, 0), [&] {
    for (int64_t slot = 0; slot < plan.depth; ++slot) {
      tile::BarrierInitOp::create(b, barriers, constant(slot), 1);
      tile::BarrierInitOp::create(b, barriers, constant(plan.depth + slot),
                                  4 * plan.consumers * plan.cluster);
    }
    NVVM::FenceMbarrierInitOp::create(b);
  });
  if (plan.cluster > 1)
    tile::ClusterBarrierOp::create(b);
  else
    gpu::BarrierOp::create(b);
}

Value GemmEmitter::emptyBarrier(Value slot) { return add(slot, constant(plan.depth)); }

GemmEmitter::Place GemmEmitter::after(Place place) {
  Value next = add(place.slot, constant(1));
  Value wraps = isEqual(next, plan.depth);
  Value one = arith::ConstantIntOp::create(b, 1, 32);
  Value flipped = arith::XOrIOp::create(b, place.parity, one);
  Value slot = arith::SelectOp::create(b, wraps, constant(0), next);
  Value parity = arith::SelectOp::create(b, wraps, flipped, place.parity);
  return {slot, parity};
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// Tile `number` of those of this block's rank. Columns fastest, then blocks: what runs at
/// the same time shares rows of x.
GemmEmitter::Tile GemmEmitter::tileAt(Value number) {
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
GemmEmitter::Place GemmEmitter::forEachTile(int64_t firstParity,
                                            llvm::function_ref<Place(Tile, Place)> body) {
  Value first = div(gpu::BlockIdOp::create(b, gpu::Dimension::x), plan.cluster);
  Value stride = div(gpu::GridDimOp::create(b, gpu::Dimension::x), plan.cluster);
  int64_t rows = plan.rows * plan.wParts();
  Value rowTiles = div(add(operands.numRows, constant(rows - 1)), rows);
  Value tiles = mul(rowTiles, plan.tilesPerRow() / plan.xParts());
  Value parity = arith::ConstantIntOp::create(b, firstParity, 32);
  auto loop = scf::ForOp::create(b, first, tiles, stride, ValueRange{constant(0), parity});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Place place{loop.getRegionIterArg(0), loop.getRegionIterArg(1)};
  Place next = body(tileAt(loop.getInductionVar()), place);
  scf::YieldOp::create(b, ValueRange{next.slot, next.parity});
  return {loop.getResult(0), loop.getResult(1)};
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// Block (A, D) of the weight, which may share A or D.
Value GemmEmitter::blockOfWeight(Tile tile) {
  if (plan.sharesA && plan.sharesD)
    return constant(0);
  if (plan.sharesA)
    return rem(tile.block, plan.pattern.d);
  return plan.sharesD ? div(tile.block, plan.pattern.d) : tile.block;
}

/// loadCoordinates() with a block and a step that are values; then the row.
SmallVector<Value> GemmEmitter::placeOfX(Tile tile, Value step) {
  if (plan.xDigit == 1)
    return {mul(step, gemmStepDepth), tile.block, tile.row};
  int64_t run = plan.pattern.c / plan.xDigit, steps = run / gemmStepDepth;
  int64_t blocks = plan.before.b / run;
  Value B = add(mul(rem(tile.block, blocks), run), mul(rem(step, steps), gemmStepDepth));
  return {B, div(step, steps), div(tile.block, blocks), tile.row};
}

/// This block's part of a box, to all blocks that share it.
void GemmEmitter::emitLoad(const Box &box, Value start, Place place) {
  SmallVector<Value> coordinates = box.coordinates;
  IntegerAttr blocks;
  if (box.parts > 1) {
    coordinates[box.along] = add(coordinates[box.along], mul(rank, box.extent / box.parts));
    start = add(start, mul(rank, box.extent / box.parts * gemmStepDepth));
    blocks = b.getI64IntegerAttr(box.parts);
  }
  tile::BulkLoadOp::create(b, box.map, coordinates, ring, start, barriers, place.slot, blocks);
}

void GemmEmitter::emitStepCopy(Tile tile, Value step, Place place) {
  tile::BarrierWaitOp::create(b, barriers, emptyBarrier(place.slot), place.parity);
  tile::BarrierExpectOp::create(b, barriers, place.slot, plan.stepBytes());
  Value start = mul(place.slot, plan.stepBytes() / 2);
  Box x{operands.x, placeOfX(tile, step), plan.rows, plan.xParts()};
  x.along = x.coordinates.size() - 1;
  Box w{operands.w,
        {mul(step, gemmStepDepth), tile.column, blockOfWeight(tile)},
        plan.columns,
        plan.wParts()};
  emitLoad(x, start, place);
  emitLoad(w, add(start, constant(plan.xBytes() / 2)), place);
}

/// Waits until the blocks of the cluster have read all that this one sent them: they tell
/// its barriers, which must be there still.
void GemmEmitter::emitTail(Place place) {
  for (int64_t slot = 0; slot < plan.depth; ++slot) {
    tile::BarrierWaitOp::create(b, barriers, emptyBarrier(place.slot), place.parity);
    place = after(place);
  }
}

GemmEmitter::Tile GemmEmitter::blockOf(Tile tile, Value D) {
  return {tile.row, tile.column, add(mul(tile.block, plan.blocks), D)};
}

GemmEmitter::Place GemmEmitter::emitCopies(Tile tile, Place place) {
  auto loop = scf::ForOp::create(b, constant(0), constant(plan.blocks * plan.steps), constant(1),
                                 ValueRange{place.slot, place.parity});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Place current{loop.getRegionIterArg(0), loop.getRegionIterArg(1)};
  Value number = loop.getInductionVar();
  if (plan.blocks == 1)
    emitStepCopy(tile, number, current);
  else
    emitStepCopy(blockOf(tile, div(number, plan.steps)), rem(number, plan.steps), current);
  Place next = after(current);
  scf::YieldOp::create(b, ValueRange{next.slot, next.parity});
  return {loop.getResult(0), loop.getResult(1)};
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The sums after one step: sums[m] + x[64 rows of product m] w^T; without `sums`, the
/// first step's alone.
SmallVector<Value> GemmEmitter::emitProducts(Place place, ValueRange sums) {
  auto descriptor = tile::DescriptorType::get(b.getContext(), element);
  Type type = tile::SumsType::get(b.getContext(), plan.columns);
  Value start = mul(place.slot, plan.stepBytes() / 2);
  int64_t perProduct = productRows * gemmStepDepth;
  Value startOfGroup = add(start, mul(group, plan.rowBlocks * perProduct));
  SmallVector<Value> x, results(plan.rowBlocks);
  for (int64_t m = 0; m < plan.rowBlocks; ++m)
    x.push_back(
        tile::DescribeOp::create(b, descriptor, ring, add(startOfGroup, constant(m * perProduct))));
  Value w = tile::DescribeOp::create(b, descriptor, ring, add(start, constant(plan.xBytes() / 2)));
  auto fence = tile::WgmmaFenceOp::create(b, sums.getTypes(), sums);
  if (!sums.empty())
    results = llvm::to_vector_of<Value>(fence.getReady());
  for (int64_t step = 0; step < gemmStepDepth / 16; ++step)
    for (int64_t m = 0; m < plan.rowBlocks; ++m)
      results[m] = tile::WgmmaOp::create(b, type, x[m], w, results[m], step);
  NVVM::WgmmaGroupSyncAlignedOp::create(b);
  return results;
}

/// A thread of each warp says that it has read a slot, to each block that writes there.
void GemmEmitter::emitRelease(Value slot) {
  Value lane = rem(thread, 32);
  if (plan.cluster == 1)
    return emitIf(isEqual(lane, 0),
                  [&] { tile::BarrierArriveOp::create(b, barriers, emptyBarrier(slot), Value()); });
  emitIf(isBelow(lane, plan.cluster),
         [&] { tile::BarrierArriveOp::create(b, barriers, emptyBarrier(slot), lane); });
}

/// The steps of one block, with the products of one in flight while the next is waited
/// for; adds its sums to `sums`.
GemmEmitter::Place GemmEmitter::emitSteps(Place place, SmallVectorImpl<Value> &sums) {
  tile::BarrierWaitOp::create(b, barriers, place.slot, place.parity);
  SmallVector<Value> carried = emitProducts(place, {});
  Place second = after(place);
  carried.append({second.slot, second.parity, place.slot});
  auto loop = scf::ForOp::create(b, constant(1), constant(plan.steps), constant(1), carried);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    auto rest = loop.getRegionIterArgs().drop_front(plan.rowBlocks);
    Place current{rest[0], rest[1]};
    tile::BarrierWaitOp::create(b, barriers, current.slot, current.parity);
    SmallVector<Value> next =
        emitProducts(current, loop.getRegionIterArgs().take_front(plan.rowBlocks));
    NVVM::WgmmaWaitGroupSyncOp::create(b, 1);
    emitRelease(rest[2]);
    Place following = after(current);
    next.append({following.slot, following.parity, current.slot});
    scf::YieldOp::create(b, next);
  }
  for (int64_t m = 0; m < plan.rowBlocks; ++m)
    sums.push_back(tile::WgmmaWaitOp::create(b, loop.getResult(m).getType(), loop.getResult(m)));
  ValueRange rest = loop.getResults().drop_front(plan.rowBlocks);
  emitRelease(rest[2]);
  return {rest[0], rest[1]};
}

/// One tile: the sums of its blocks, one after the other, then maps and stores.
GemmEmitter::Place GemmEmitter::emitTile(Tile tile, Place place) {
  SmallVector<Value> sums; // (D, m)
  for (int64_t D = 0; D < plan.blocks; ++D)
    place = emitSteps(place, sums);
  Value rowOfGroup = add(tile.row, mul(group, plan.rowBlocks * productRows));
  for (int64_t m = 0; m < plan.rowBlocks; ++m) {
    Value firstRow = add(rowOfGroup, constant(m * productRows));
    SmallVector<Value> ofRows;
    for (int64_t D = 0; D < plan.blocks; ++D) {
      Tile block = plan.blocks == 1 ? tile : blockOf(tile, constant(D));
      ofRows.push_back(emitMaps(block, firstRow, sums[D * plan.rowBlocks + m]));
    }
    emitStores(tile, firstRow, ofRows);
  }
  return place;
}

//===----------------------------------------------------------------------===//
// Maps and stores
//===----------------------------------------------------------------------===//

/// Rows and columns past the last read the last one's operands; what comes of them
/// is not stored.
Value GemmEmitter::emitMaps(Tile tile, Value firstRow, Value sums) {
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

void GemmEmitter::emitBulkStores(Tile tile, Value firstRow, int64_t first) {
  for (int64_t column = 0; column < plan.stagedColumns; column += plan.storeWidth) {
    Value place = add(mul(tile.column, plan.blocks), constant(first + column));
    bool isInside = plan.columnTiles * plan.columns == plan.pattern.b;
    emitIf(isInside ? Value() : isBelow(place, plan.pattern.b * plan.blocks), [&] {
      SmallVector<Value> coordinates = coordinatesOf(b, plan, tile.block, place);
      coordinates.push_back(firstRow);
      Value source = add(stagingStart, constant(column * productRows));
      tile::BulkStoreOp::create(b, staging, source, operands.y, coordinates);
    });
  }
  NVVM::CpAsyncBulkCommitGroupOp::create(b);
}

/// Sums of 64 rows to y, `stagedColumns` at a time: what was staged before must
/// have been read, and what is staged now be visible to the copy engine.
void GemmEmitter::emitStores(Tile tile, Value firstRow, ValueRange sums) {
  Value isLeader = isEqual(rem(thread, groupThreads), 0);
  Type i32 = b.getI32Type();
  Value one = arith::ConstantIntOp::create(b, 1, 32);
  Value barrier = arith::AddIOp::create(b, arith::IndexCastOp::create(b, i32, group), one);
  Value threads = arith::ConstantIntOp::create(b, groupThreads, 32);
  auto synchronize = [&] {
    NVVM::BarrierOp::create(b, TypeRange(), barrier, threads, NVVM::BarrierReductionAttr(),
                            Value());
  };
  for (int64_t first = 0; first < plan.yColumns(); first += plan.stagedColumns) {
    emitIf(isLeader, [&] {
      NVVM::CpAsyncBulkWaitGroupOp::create(b, b.getI32IntegerAttr(0), b.getUnitAttr());
    });
    synchronize();
    tile::StageOp::create(b, sums, first, plan.stagedColumns, staging, stagingStart,
                          plan.storeWidth);
    NVVM::FenceProxyOp::create(
        b, NVVM::ProxyKindAttr::get(b.getContext(), NVVM::ProxyKind::async_shared),
        NVVM::SharedSpaceAttr::get(b.getContext(), NVVM::SharedSpace::shared_cta));
    synchronize();
    emitIf(isLeader, [&] { emitBulkStores(tile, firstRow, first); });
  }
}

//===----------------------------------------------------------------------===//
// The launch
//===----------------------------------------------------------------------===//

void GemmEmitter::emit() {
  thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  Value memory = sharedMemory();
  int64_t staged = plan.stagingBytes() / 2;
  ring = sharedView(memory, plan.ringOffset, plan.depth * plan.stepBytes() / 2, element);
  staging = sharedView(memory, plan.stagingOffset, plan.consumers * staged, element);
  barriers = sharedView(memory, plan.barrierOffset, 2 * plan.depth, b.getI64Type());
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
  forEachTile(0, [&](Tile tile, Place place) { return emitTile(tile, place); });
  emitIf(isEqual(rem(thread, groupThreads), 0),
         [&] { NVVM::CpAsyncBulkWaitGroupOp::create(b, b.getI32IntegerAttr(0), UnitAttr()); });
  b.setInsertionPointToStart(roles.elseBlock());
  if (plan.movesRegisters())
    NVVM::SetMaxRegisterOp::create(b, plan.copierRegisters(), NVVM::SetMaxRegisterAction::decrease);
  emitIf(isEqual(thread, copier), [&] {
    Place end = forEachTile(1, [&](Tile tile, Place place) { return emitCopies(tile, place); });
    if (plan.cluster > 1)
      emitTail(end);
  });
  b.setInsertionPointAfter(roles);
}
