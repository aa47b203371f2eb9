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
    : b(builder), segment(segment), schedule(schedule), stages(stages), operands(operands),
      inElement(cast<MemRefType>(operands.x.getType()).getElementType()),
      outElement(cast<MemRefType>(operands.y.getType()).getElementType()),
      threads(32 * schedule.warps), rowTiles(schedule.rows / 16) {}

//===----------------------------------------------------------------------===//
// Index arithmetic
//===----------------------------------------------------------------------===//

Value KernelEmitter::constant(int64_t value) { return arith::ConstantIndexOp::create(b, value); }

Value KernelEmitter::add(Value left, Value right) { return arith::AddIOp::create(b, left, right); }

Value KernelEmitter::add(Value left, int64_t right) {
  return right == 0 ? left : add(left, constant(right));
}

Value KernelEmitter::mul(Value left, int64_t right) {
  return right == 1 ? left : arith::MulIOp::create(b, left, constant(right));
}

Value KernelEmitter::div(Value left, int64_t right) {
  return right == 1 ? left : arith::DivUIOp::create(b, left, constant(right));
}

Value KernelEmitter::rem(Value left, int64_t right) {
  return right == 1 ? constant(0) : arith::RemUIOp::create(b, left, constant(right));
}

Value KernelEmitter::isBelow(Value left, Value right) {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, left, right);
}

void KernelEmitter::emitIf(Value condition, llvm::function_ref<void()> body) {
  if (!condition)
    return body();
  auto branch = scf::IfOp::create(b, condition);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

//===----------------------------------------------------------------------===//
// Shared memory
//===----------------------------------------------------------------------===//

static MemRefType sharedType(ImplicitLocOpBuilder &b, int64_t size, Type element) {
  auto space = gpu::AddressSpaceAttr::get(b.getContext(), gpu::AddressSpace::Workgroup);
  return MemRefType::get({size}, element, MemRefLayoutAttrInterface(), space);
}

void KernelEmitter::emitViews() {
  MemRefType bytes = sharedType(b, ShapedType::kDynamic, b.getI8Type());
  Value memory = gpu::DynamicSharedMemoryOp::create(b, bytes);
  auto view = [&](const SharedBuffer &buffer, Type element) -> Value {
    return memref::ViewOp::create(b, sharedType(b, buffer.numElements, element), memory,
                                  constant(buffer.offsetBytes), ValueRange());
  };
  for (const GpuStagePlan &plan : segment.stages)
    inputs.push_back(view(plan.input, inElement));
  output = view(segment.out, outElement);
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
void KernelEmitter::emitFirstLoads(Value firstTile, Value stride) {
  for (int64_t i = 0; i + 1 < segment.depth; ++i) {
    Value tile = add(firstTile, arith::MulIOp::create(b, stride, constant(i)));
    awaitInput(tile);
    if (operands.before)
      gpu::BarrierOp::create(b);
    emitAsyncLoad(tile, constant(i));
  }
}

void KernelEmitter::emitTile(Value tile, Value slot, Value nextTile, Value nextSlot) {
  Value base = constant(0);
  if (segment.depth == 1) {
    awaitInput(tile);
    if (operands.before)
      gpu::BarrierOp::create(b);
  }
  if (!segment.load.async) {
    emitLoad(tile);
  } else {
    if (segment.depth == 1)
      emitAsyncLoad(tile, slot);
    // Groups end in the order they began: this tile's is the oldest of depth - 1.
    NVVM::CpAsyncWaitGroupOp::create(b, segment.depth == 1 ? 0 : segment.depth - 2);
    base = mul(slot, schedule.rows * segment.stages.front().input.rowPitch);
  }
  if (segment.depth > 1)
    awaitInput(nextTile);
  gpu::BarrierOp::create(b);
  releaseInput(tile);
  if (segment.depth > 1)
    emitAsyncLoad(nextTile, nextSlot);
  for (size_t number = 0; number < segment.stages.size(); ++number) {
    emitStage(number, number == 0 ? base : constant(0), mul(tile, schedule.rows));
    if (number + 1 == segment.stages.size())
      awaitOutput(tile);
    gpu::BarrierOp::create(b);
  }
  emitOutput(tile);
  publishOutput(tile);
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
  if (segment.hasPadding)
    emitZeroFill();
  registers.resize(segment.stages.size());
  if (segment.weightsInRegisters)
    for (size_t number = 0; number < segment.stages.size(); ++number)
      preloadWeights(number);

  Value first = gpu::BlockIdOp::create(b, gpu::Dimension::x);
  Value stride = gpu::GridDimOp::create(b, gpu::Dimension::x);
  numTiles = div(add(numRows, schedule.rows - 1), schedule.rows);
  int64_t ahead = segment.depth - 1;
  emitFirstLoads(first, stride);
  auto loop = scf::ForOp::create(b, first, numTiles, stride, ValueRange{constant(0)});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value tile = loop.getInductionVar(), slot = loop.getRegionIterArg(0);
  Value nextTile = add(tile, arith::MulIOp::create(b, stride, constant(ahead)));
  Value nextSlot = rem(add(slot, ahead), segment.depth);
  emitTile(tile, slot, nextTile, nextSlot);
  Value following = rem(add(slot, 1), segment.depth);
  scf::YieldOp::create(b, ValueRange{following});
}
