//===- KernelEmitter.cpp - The body of one GPU kernel -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

KernelEmitter::KernelEmitter(ImplicitLocOpBuilder &builder, const GpuSegment &segment,
                             const Schedule &schedule, ArrayRef<StageWithMaps> stages,
                             const KernelOperands &operands)
    : Emitter(builder), segment(segment), schedule(schedule), stages(stages), operands(operands),
      inElement(cast<MemRefType>(operands.x.getType()).getElementType()),
      outElement(cast<MemRefType>(operands.y.getType()).getElementType()),
      threads(32 * schedule.warps), rowTiles(schedule.rows / 16) {}

//===----------------------------------------------------------------------===//
// Shared memory
//===----------------------------------------------------------------------===//

void KernelEmitter::emitViews() {
  Value memory = sharedMemory();
  auto view = [&](const SharedBuffer &buffer, Type element) {
    return sharedView(memory, buffer.offsetBytes, buffer.numElements, element);
  };
  for (const GpuStagePlan &plan : segment.stages)
    inputs.push_back(view(plan.input, inElement));
  output = view(segment.out, outElement);
  if (segment.sums.numElements > 0)
    partialSums = view(segment.sums, b.getF32Type());
}

/// The columns that pad a contraction are zero from here on: a stage stores
/// only what lies inside a block.
void KernelEmitter::emitZeroFill() {
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(inElement));
  for (auto [plan, buffer] : llvm::zip_equal(segment.stages, inputs)) {
    auto loop = scf::ForOp::create(b, thread, constant(plan.input.numElements), constant(threads));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    memref::StoreOp::create(b, zero, buffer, loop.getInductionVar());
  }
  gpu::BarrierOp::create(b);
}

//===----------------------------------------------------------------------===//
// The loop over tiles
//===----------------------------------------------------------------------===//

/// The loads of the first tiles, all but one of those that may be in flight.
void KernelEmitter::emitFirstLoads() {
  for (int64_t i = 0; i + 1 < segment.depth; ++i) {
    Value tile = add(firstTile, mul(stride, i));
    awaitInput(tile);
    if (operands.before)
      gpu::BarrierOp::create(b);
    emitAsyncLoad(tile, constant(i));
  }
}

/// All but the barrier after which the tile is in in[0], for this thread's part.
void KernelEmitter::emitLoads(const Turn &turn) {
  if (segment.depth == 1) {
    awaitInput(turn.tile);
    // With delayed stores no barrier has come since the last stage read in[0].
    if (operands.before || segment.outputs > 1)
      gpu::BarrierOp::create(b);
  }
  if (!segment.load.async)
    return emitLoad(turn.tile);
  if (segment.depth == 1)
    emitAsyncLoad(turn.tile, turn.slot);
  // Groups end in the order they began: this tile's is the oldest of depth - 1.
  NVVM::CpAsyncWaitGroupOp::create(b, segment.depth == 1 ? 0 : segment.depth - 2);
  if (segment.depth > 1)
    awaitInput(turn.nextTile);
}

/// Stores the results of the turn before and says that those of the turn before
/// that are there, which a barrier since has made true for all threads.
void KernelEmitter::emitDelayedOutput(Value tile) {
  Value previous = sub(tile, stride), other = sub(constant(schedule.rows), stagedRow);
  Value two = add(firstTile, mul(stride, 2));
  auto isPast = [&](Value limit) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::uge, tile, limit);
  };
  publishOutput(sub(previous, stride), isPast(two));
  emitIf(isPast(add(firstTile, stride)), [&] { emitOutput(previous, other); });
}

/// What emitDelayedOutput() would do in the turns after the last, whose results
/// begin at `lastRow`.
void KernelEmitter::emitLastOutput(Value lastRow) {
  Value distance = sub(add(numTiles, -1), firstTile);
  Value turns = arith::DivUIOp::create(b, distance, stride);
  Value last = add(firstTile, arith::MulIOp::create(b, turns, stride));
  awaitOutput(last);
  gpu::BarrierOp::create(b);
  Value isSecond = arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, last, firstTile);
  publishOutput(sub(last, stride), isSecond);
  emitOutput(last, lastRow);
  if (operands.after)
    gpu::BarrierOp::create(b);
  publishOutput(last);
}

void KernelEmitter::emitTile(const Turn &turn) {
  bool isDelayed = segment.outputs > 1;
  emitLoads(turn);
  if (isDelayed) {
    Value hasPrevious = arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, turn.tile, firstTile);
    awaitOutput(sub(turn.tile, stride), hasPrevious);
  }
  gpu::BarrierOp::create(b);
  releaseInput(turn.tile);
  if (segment.depth > 1)
    emitAsyncLoad(turn.nextTile, turn.nextSlot);
  if (isDelayed)
    emitDelayedOutput(turn.tile);
  Value slotBase = mul(turn.slot, schedule.rows * segment.stages.front().input.rowPitch);
  for (size_t number = 0; number < segment.stages.size(); ++number) {
    Value base = number == 0 && segment.load.async ? slotBase : constant(0);
    emitStage(number, base, mul(turn.tile, schedule.rows));
    bool isLast = number + 1 == segment.stages.size();
    if (isLast && isDelayed)
      return;
    if (isLast)
      awaitOutput(turn.tile);
    gpu::BarrierOp::create(b);
  }
  emitOutput(turn.tile, stagedRow);
  if (operands.after)
    gpu::BarrierOp::create(b);
  publishOutput(turn.tile);
}

void KernelEmitter::emit() {
  thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  warp = div(thread, 32);
  numRows = operands.numRows;
  if (segment.groupsA > 1)
    groupA = div(operands.group, segment.groupsB * segment.groupsD);
  if (segment.groupsB > 1)
    groupB = rem(div(operands.group, segment.groupsD), segment.groupsB);
  if (segment.groupsD > 1)
    groupD = rem(operands.group, segment.groupsD);
  emitViews();
  if (operands.isEarly)
    tile::AdmitLaunchOp::create(b);
  if (segment.hasPadding)
    emitZeroFill();
  registers.resize(segment.stages.size());
  if (segment.weightsInRegisters)
    for (size_t number = 0; number < segment.stages.size(); ++number)
      preloadWeights(number);
  if (operands.isEarly)
    tile::AwaitLaunchesOp::create(b);

  firstTile = gpu::BlockIdOp::create(b, gpu::Dimension::x);
  stride = gpu::GridDimOp::create(b, gpu::Dimension::x);
  numTiles = div(add(numRows, schedule.rows - 1), schedule.rows);
  emitFirstLoads();
  Value zero = constant(0);
  auto loop = scf::ForOp::create(b, firstTile, numTiles, stride, ValueRange{zero, zero});
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value tile = loop.getInductionVar(), slot = loop.getRegionIterArg(0);
    stagedRow = loop.getRegionIterArg(1);
    int64_t ahead = segment.depth - 1;
    emitTile({tile, slot, add(tile, mul(stride, ahead)), rem(add(slot, ahead), segment.depth)});
    Value nextStaged = segment.outputs > 1 ? sub(constant(schedule.rows), stagedRow) : stagedRow;
    scf::YieldOp::create(b, ValueRange{rem(add(slot, 1), segment.depth), nextStaged});
  }
  if (segment.outputs > 1)
    emitLastOutput(sub(constant(schedule.rows), loop.getResult(1)));
}
