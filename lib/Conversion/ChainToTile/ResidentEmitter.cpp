//===- ResidentEmitter.cpp - Two products whose weights a cluster keeps -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ResidentEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

/// Columns of a box; elements of a box of a weight.
static constexpr int64_t boxColumns = 64, weightBox = 64 * 64;

ResidentEmitter::ResidentEmitter(ImplicitLocOpBuilder &builder, const ResidentPlan &plan,
                                 ArrayRef<StageWithMaps> stages, const ResidentOperands &operands,
                                 bool isEarly)
    : Emitter(builder), plan(plan), stages(stages), operands(operands), isEarly(isEarly) {
  chain::StageOp first = stages.front().stage;
  element = cast<ShapedType>(first.getX().getType()).getElementType();
}

//===----------------------------------------------------------------------===//
// Barriers
//===----------------------------------------------------------------------===//

void ResidentEmitter::emitViews() {
  Value memory = sharedMemory();
  int64_t box = plan.boxBytes() / 2;
  input = sharedView(memory, plan.inputOffset, plan.depth * plan.steps * box, element);
  down = sharedView(memory, plan.downOffset, plan.downBytes() / 2, element);
  up = sharedView(memory, plan.upOffset, plan.upBytes() / 2, element);
  middle = sharedView(memory, plan.middleOffset, plan.middleTiles * box, element);
  staging = sharedView(memory, plan.stagingOffset, plan.lastGroups() * plan.staged * box, element);
  partials = sharedView(memory, plan.partialsOffset, plan.owned * plan.blocks * sumsOfFragment,
                        b.getF32Type());
  barriers = sharedView(memory, plan.barrierOffset, plan.barriers(), b.getI64Type());
}

/// One thread each says how many bytes there will be, and all of them come; t is used when
/// each warp of the second stage has said so.
void ResidentEmitter::emitBarriers() {
  emitIf(isEqual(thread, 0), [&] {
    for (int64_t barrier = 0; barrier < plan.barriers(); ++barrier)
      tile::BarrierInitOp::create(b, barriers, constant(barrier),
                                  barrier == plan.usedBarrier() ? 4 * plan.lastGroups() : 1);
    NVVM::FenceMbarrierInitOp::create(b);
  });
}

void ResidentEmitter::emitWait(Value barrier, Value parity) {
  tile::BarrierWaitOp::create(b, barriers, barrier, parity);
}

//===----------------------------------------------------------------------===//
// Loads
//===----------------------------------------------------------------------===//

void ResidentEmitter::emitLoad(Value map, Value column, Value row, Value buffer, Value offset,
                               Value barrier) {
  tile::BulkLoadOp::create(b, map, ValueRange{column, row}, buffer, offset, barriers, barrier,
                           IntegerAttr());
}

/// Runs `body` for each of `count` loads, in a lane of each of `warps` warps in turn: a load
/// takes a thread tens of cycles to ask for.
void ResidentEmitter::forEachLoad(int64_t count, int64_t warps,
                                  llvm::function_ref<void(Value number)> body) {
  emitIf(isEqual(rem(thread, 32), 0), [&] {
    auto loop = scf::ForOp::create(b, warp, constant(count), constant(warps));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    body(loop.getInductionVar());
  });
}

/// Thread `number` says how many bytes come.
void ResidentEmitter::emitExpect(int64_t number, Value barrier, int64_t bytes) {
  emitIf(isEqual(thread, number),
         [&] { tile::BarrierExpectOp::create(b, barriers, barrier, bytes); });
}

/// This block's columns of W1, a box for each 64 columns of the middle and each step.
void ResidentEmitter::emitDownLoads() {
  Value barrier = constant(plan.downBarrier()), firstStep = mul(rank, plan.steps);
  emitExpect(0, barrier, plan.downBytes());
  forEachLoad(plan.middleTiles * plan.steps, 4 * plan.groups, [&](Value number) {
    Value step = add(firstStep, rem(number, plan.steps));
    emitLoad(operands.down, mul(step, boxColumns), mul(div(number, plan.steps), boxColumns), down,
             mul(number, weightBox), barrier);
  });
}

/// This block's rows of W2, a box for each 64 of them and each 64 columns of the middle.
void ResidentEmitter::emitUpLoads() {
  Value barrier = constant(plan.upBarrier()), firstTile = mul(rank, plan.outTiles);
  emitExpect(0, barrier, plan.upBytes());
  forEachLoad(plan.outTiles * plan.middleTiles, 4 * plan.groups, [&](Value number) {
    Value tile = add(firstTile, div(number, plan.middleTiles));
    emitLoad(operands.up, mul(rem(number, plan.middleTiles), boxColumns), mul(tile, boxColumns), up,
             mul(number, weightBox), barrier);
  });
}

/// This block's columns of a tile of x, if there is one, by `warps` warps.
void ResidentEmitter::emitInputLoads(Value tile, Value slot, int64_t warps) {
  emitIf(isBelow(tile, numTiles), [&] {
    Value row = mul(tile, plan.rows), first = mul(slot, plan.steps);
    forEachLoad(plan.steps, warps, [&](Value step) {
      Value number = add(first, step), column = mul(add(mul(rank, plan.steps), step), boxColumns);
      tile::BarrierExpectOp::create(b, barriers, number, plan.boxBytes());
      emitLoad(operands.x, column, row, input, mul(number, plan.boxBytes() / 2), number);
    });
  });
}

//===----------------------------------------------------------------------===//
// The first stage
//===----------------------------------------------------------------------===//

/// sums + W1[64 columns of the middle of this warpgroup, box] x[tile, box]^T.
Value ResidentEmitter::emitBoxProduct(const Turn &turn, Value step, Value sums) {
  auto descriptor = tile::DescriptorType::get(b.getContext(), element);
  Type type = tile::SumsType::get(b.getContext(), plan.rows);
  Value number = add(mul(turn.slot, plan.steps), step);
  emitWait(number, turn.inputParity);
  Value weight = add(mul(group, plan.steps), step);
  Value w = tile::DescribeOp::create(b, descriptor, down, mul(weight, weightBox));
  Value x = tile::DescribeOp::create(b, descriptor, input, mul(number, plan.boxBytes() / 2));
  auto fence = tile::WgmmaFenceOp::create(b, sums ? TypeRange(type) : TypeRange(),
                                          sums ? ValueRange(sums) : ValueRange());
  if (sums)
    sums = fence.getReady().front();
  for (int64_t part = 0; part < boxColumns / 16; ++part)
    sums = tile::WgmmaOp::create(b, type, w, x, sums, part);
  NVVM::WgmmaGroupSyncAlignedOp::create(b);
  return sums;
}

/// The partial sums of this warpgroup; products of a box go on while the next is awaited.
Value ResidentEmitter::emitFirstProducts(const Turn &turn) {
  emitWait(constant(plan.downBarrier()), arith::ConstantIntOp::create(b, 0, 32));
  Value sums = emitBoxProduct(turn, constant(0), Value());
  if (plan.steps > 1) {
    auto loop =
        scf::ForOp::create(b, constant(1), constant(plan.steps), constant(1), ValueRange{sums});
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value next = emitBoxProduct(turn, loop.getInductionVar(), loop.getRegionIterArg(0));
    scf::YieldOp::create(b, ValueRange{next});
    sums = loop.getResult(0);
  }
  return tile::WgmmaWaitOp::create(b, sums.getType(), sums);
}

/// Fragments to the blocks that own them: number `across` n + i has rows 8 n and columns
/// 16 i of the middle.
void ResidentEmitter::emitPartials(Value sums) {
  Value ofWarp = warp; // 16 columns each, of one warpgroup behind the other
  auto emitParks = [&] {
    for (int64_t n = 0; n < plan.rows / 8; ++n) {
      Value number = add(ofWarp, n * plan.across);
      Value owner = div(number, plan.owned), place = rem(number, plan.owned);
      Value offset = mul(add(mul(place, plan.blocks), rank), sumsOfFragment);
      Value part = tile::PartOp::create(b, fragmentType(), sums, 8 * n);
      tile::ParkOp::create(b, part, partials, offset, owner, barriers,
                           add(place, plan.partialsBarrier()));
    }
  };
  bool isWhole = plan.across == 4 * plan.middleTiles;
  emitIf(isWhole ? Value() : isBelow(ofWarp, plan.across), emitParks);
}

/// A tile's partial sums, which may be sent when t of the tile before is used: then its owners
/// have read those of the tile before, and may overwrite t.
void ResidentEmitter::emitFirstStage(const Turn &turn) {
  Value sums = emitFirstProducts(turn);
  synchronizeGroups(constant(plan.groups + 1), plan.middleTiles);
  emitInputLoads(add(turn.tile, mul(stride, plan.depth)), turn.slot, 4 * plan.middleTiles);
  Value one = arith::ConstantIntOp::create(b, 1, 32);
  emitWait(constant(plan.usedBarrier()), arith::XOrIOp::create(b, turn.parity, one));
  emitPartials(sums);
}

//===----------------------------------------------------------------------===//
// Between the stages
//===----------------------------------------------------------------------===//

/// One fragment that this block owns: the sum of all blocks' partials, mapped, to all blocks.
void ResidentEmitter::emitSum(const Turn &turn, Value place, Value number) {
  Value barrier = add(place, plan.partialsBarrier());
  emitIf(isEqual(rem(thread, 32), 0), [&] {
    tile::BarrierExpectOp::create(b, barriers, barrier, plan.blocks * 4 * sumsOfFragment);
  });
  emitWait(barrier, turn.parity);
  Value sum =
      tile::CollectOp::create(b, fragmentType(), partials, mul(place, plan.blocks * sumsOfFragment),
                              plan.blocks, sumsOfFragment);
  Value row = mul(div(number, plan.across), 8), column = mul(rem(number, plan.across), 16);
  int64_t columns = 16 * plan.across;
  sum = applyMaps(0, sum, add(mul(turn.tile, plan.rows), row), column, columns);
  Value box = mul(div(column, boxColumns), plan.boxBytes() / 2);
  tile::LayOp::create(b, sum, middle, box, row, rem(column, boxColumns), barriers,
                      constant(plan.middleBarrier()), b.getI64IntegerAttr(plan.blocks));
}

/// The fragments of this block, in turns.
void ResidentEmitter::emitSums(const Turn &turn) {
  int64_t warps = 4 * plan.lastGroups();
  Value ofWarp = sub(warp, constant(4 * plan.middleTiles));
  bool ownsAll = plan.fragments == plan.blocks * plan.owned;
  for (int64_t first = 0; first < plan.owned; first += warps) {
    Value place = add(ofWarp, first), number = add(mul(rank, plan.owned), place);
    Value exists = first + warps > plan.owned ? isBelow(place, plan.owned) : Value();
    emitIf(exists, [&] {
      emitIf(ownsAll ? Value() : isBelow(number, plan.fragments),
             [&] { emitSum(turn, place, number); });
    });
  }
}

//===----------------------------------------------------------------------===//
// The second stage
//===----------------------------------------------------------------------===//

/// W2[64 columns of y, :] t^T.
Value ResidentEmitter::emitSecondProduct(Value outTile) {
  auto descriptor = tile::DescriptorType::get(b.getContext(), element);
  Type type = tile::SumsType::get(b.getContext(), plan.rows);
  tile::WgmmaFenceOp::create(b, TypeRange(), ValueRange());
  Value sums;
  for (int64_t m = 0; m < plan.middleTiles; ++m) {
    Value weight = add(mul(outTile, plan.middleTiles), m);
    Value w = tile::DescribeOp::create(b, descriptor, up, mul(weight, weightBox));
    Value t = tile::DescribeOp::create(b, descriptor, middle, constant(m * plan.boxBytes() / 2));
    int64_t parts = std::min<int64_t>(4, plan.across - 4 * m);
    for (int64_t part = 0; part < parts; ++part)
      sums = tile::WgmmaOp::create(b, type, w, t, sums, part);
  }
  NVVM::WgmmaGroupSyncAlignedOp::create(b);
  return tile::WgmmaWaitOp::create(b, sums.getType(), sums);
}

/// 64 columns of y: what was staged in this place before must have been read, and what is
/// staged now be visible to the copy engine.
void ResidentEmitter::emitStore(Value sums, Value firstRow, Value column, Value round) {
  int64_t box = plan.boxBytes() / 2;
  Value isLeader = isEqual(rem(thread, groupThreads), 0), barrier = add(group, 1);
  Value place = mul(lastGroup(), plan.staged);
  if (plan.staged > 1)
    place = add(place, rem(round, plan.staged));
  Value offset = mul(place, box);
  // Places take turns from tile to tile only where each warpgroup stages whole turns of them.
  bool isWhole = plan.outTiles % (plan.lastGroups() * plan.staged) == 0;
  emitIf(isLeader, [&] {
    NVVM::CpAsyncBulkWaitGroupOp::create(b, b.getI32IntegerAttr(isWhole ? plan.staged - 1 : 0),
                                         b.getUnitAttr());
  });
  synchronizeGroups(barrier, 1);
  Value columnOfWarp = mul(rem(warp, 4), 16);
  for (int64_t row = 0; row < plan.rows; row += 8) {
    Value part = tile::PartOp::create(b, fragmentType(), sums, row);
    tile::LayOp::create(b, part, staging, offset, constant(row), columnOfWarp, Value(), Value(),
                        IntegerAttr());
  }
  fenceSharedMemory();
  synchronizeGroups(barrier, 1);
  emitIf(isLeader, [&] {
    int64_t numColumns = plan.y.sizes.front();
    emitIf(plan.isWholeB ? Value() : isBelow(column, numColumns), [&] {
      tile::BulkStoreOp::create(b, staging, offset, operands.y, ValueRange{column, firstRow});
    });
    NVVM::CpAsyncBulkCommitGroupOp::create(b);
  });
}

void ResidentEmitter::emitSecondStage(const Turn &turn) {
  emitWait(constant(plan.upBarrier()), arith::ConstantIntOp::create(b, 0, 32));
  emitWait(constant(plan.middleBarrier()), turn.parity);
  // t was written by stores of threads, and is read as operands of products.
  fenceSharedMemory();
  Value firstRow = mul(turn.tile, plan.rows);
  {
    auto loop =
        scf::ForOp::create(b, lastGroup(), constant(plan.outTiles), constant(plan.lastGroups()));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value outTile = loop.getInductionVar();
    Value column = mul(add(mul(rank, plan.outTiles), outTile), boxColumns);
    Value sums = emitSecondProduct(outTile);
    sums = applyMaps(1, sums, firstRow, column, plan.y.sizes.front());
    emitStore(sums, firstRow, column, div(outTile, plan.lastGroups()));
  }
  emitIf(isEqual(rem(thread, 32), 0), [&] {
    tile::BarrierArriveOp::create(b, barriers, constant(plan.usedBarrier()), Value());
  });
}

/// The maps behind stage `number` on sums whose rows are columns from `firstColumn` on, and
/// whose columns are rows; what is past the end reads the last one's operands.
Value ResidentEmitter::applyMaps(size_t number, Value sums, Value firstRow, Value firstColumn,
                                 int64_t columns) {
  auto placeOf = [&](Value i, Value j) -> ElementPlace {
    Value lastRow = sub(operands.numRows, constant(1));
    Value row = arith::MinUIOp::create(b, add(firstRow, j), lastRow);
    Value column = add(firstColumn, i);
    if (number == 1 && !plan.isWholeB)
      column = arith::MinUIOp::create(b, column, constant(columns - 1));
    return {row, column};
  };
  return danaus::applyMaps(b, stages[number], sums, placeOf, operands.others);
}

//===----------------------------------------------------------------------===//
// The launch
//===----------------------------------------------------------------------===//

/// Runs `body` for each tile of this cluster.
void ResidentEmitter::forEachTile(Value first, llvm::function_ref<void(const Turn &turn)> body) {
  Value zero = arith::ConstantIntOp::create(b, 0, 32), one = arith::ConstantIntOp::create(b, 1, 32);
  auto loop = scf::ForOp::create(b, first, numTiles, stride, ValueRange{constant(0), zero, zero});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Turn turn{loop.getInductionVar(), loop.getRegionIterArg(0), loop.getRegionIterArg(1),
            loop.getRegionIterArg(2)};
  body(turn);
  Value next = add(turn.slot, 1), wraps = isEqual(next, plan.depth);
  Value slot = arith::SelectOp::create(b, wraps, constant(0), next);
  Value flipped = arith::XOrIOp::create(b, turn.inputParity, one);
  Value inputParity = arith::SelectOp::create(b, wraps, flipped, turn.inputParity);
  Value parity = arith::XOrIOp::create(b, turn.parity, one);
  scf::YieldOp::create(b, ValueRange{slot, inputParity, parity});
}

/// The first warpgroups, and the others.
void ResidentEmitter::emitRoles(Value first) {
  auto roles = scf::IfOp::create(b, isBelow(group, plan.middleTiles), /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(roles.thenBlock());
  forEachTile(first, [&](const Turn &turn) { emitFirstStage(turn); });
  b.setInsertionPointToStart(roles.elseBlock());
  forEachTile(first, [&](const Turn &turn) {
    emitExpect(plan.middleTiles * groupThreads, constant(plan.middleBarrier()), plan.middleBytes());
    emitSums(turn);
    emitSecondStage(turn);
  });
  emitIf(isEqual(rem(thread, groupThreads), 0),
         [&] { NVVM::CpAsyncBulkWaitGroupOp::create(b, b.getI32IntegerAttr(0), UnitAttr()); });
}

/// What does not need the launches before, up to where they have ended.
void ResidentEmitter::emitPrologue() {
  emitIf(isEqual(thread, 0), [&] {
    for (Value map : {operands.down, operands.x, operands.up, operands.y})
      NVVM::PrefetchOp::create(b, NVVM::PrefetchCacheLevelAttr(), NVVM::CacheEvictionPriorityAttr(),
                               map, /*predicate=*/Value(),
                               /*tensormap=*/b.getUnitAttr(), /*uniform=*/UnitAttr(),
                               /*in_param_space=*/UnitAttr());
  });
  emitBarriers();
  gpu::BarrierOp::create(b);
  emitDownLoads();
  if (isEarly)
    tile::AwaitLaunchesOp::create(b);
}

void ResidentEmitter::emit() {
  thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  warp = div(thread, 32);
  group = div(thread, groupThreads);
  Value block = gpu::BlockIdOp::create(b, gpu::Dimension::x);
  rank = rem(block, plan.blocks);
  emitViews();
  if (isEarly)
    tile::AdmitLaunchOp::create(b);
  emitPrologue();
  Value first = div(block, plan.blocks);
  stride = div(gpu::GridDimOp::create(b, gpu::Dimension::x), plan.blocks);
  numTiles = div(add(operands.numRows, plan.rows - 1), plan.rows);
  for (int64_t slot = 0; slot < plan.depth; ++slot)
    emitInputLoads(add(first, mul(stride, slot)), constant(slot), 4 * plan.groups);
  emitUpLoads(); // wanted last, so asked for behind x
  // Memory of a block may be written, and its barriers told, once it is here.
  tile::ClusterBarrierOp::create(b);
  emitRoles(first);
}
