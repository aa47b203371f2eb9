//===- KernelCopies.cpp - Activations between global and shared memory -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace danaus;

/// Copies that a thread makes one after the other without a loop; so many loads
/// are in flight at once.
static constexpr int64_t unrolledCopies = 8;

static int64_t bytesOf(Type element) { return element.getIntOrFloatBitWidth() / 8; }

//===----------------------------------------------------------------------===//
// Columns: the group's part of x and y, and in[0]
//===----------------------------------------------------------------------===//

/// Column of the whole for column `local` of a group's part: what lies `scale`
/// innermost values apart there does so here, outside of the part's innermost ones.
Value KernelEmitter::wholeColumn(Value local, int64_t scale) {
  int64_t part = segment.innerLocal * scale, whole = segment.innerWhole * scale;
  return part == whole ? local : add(mul(div(local, part), whole), rem(local, part));
}

/// Column of x at which element `local` of the group's part lies. In natural order
/// that is column (A c + C) d' + D of the part; else the part is (A, C / run, D,
/// C % run), and x the same. A stage that gathers has A in place of D.
Value KernelEmitter::globalInputColumn(Value local) {
  const StagePattern &part = segment.stages.front().local, &whole = segment.stages.front().whole;
  int64_t inner = segment.stages.front().inner;
  int64_t run = segment.inOrder.isNatural() ? std::max<int64_t>(1, inner) : segment.inOrder.run;
  if (inner > 0 && !groupA)
    return local;
  if (inner > 0) {
    int64_t ofPart = part.a * run, ofWhole = whole.a * run;
    Value column = add(mul(div(local, ofPart), ofWhole), rem(local, ofPart));
    return add(column, mul(groupA, ofPart));
  }
  Value column = wholeColumn(local, run);
  if (groupA)
    column = add(column, mul(groupA, part.a * whole.c * whole.d));
  if (groupD)
    column = add(column, mul(groupD, run * segment.innerLocal));
  return column;
}

/// Element of in[0], row 0, that holds element `local` of the part (see above).
Value KernelEmitter::sharedInputColumn(Value local) {
  const GpuStagePlan &plan = segment.stages.front();
  const StagePattern &pattern = plan.local;
  int64_t run = segment.inOrder.isNatural() ? plan.inner : segment.inOrder.run;
  if (plan.inner > 0) {
    Value A = rem(div(local, run), pattern.a), C = div(local, run * pattern.a);
    return add(mul(A, plan.input.blockPitch), add(mul(C, run), rem(local, run)));
  }
  if (!segment.inOrder.isNatural()) {
    Value A = div(local, pattern.c * pattern.d), D = rem(div(local, run), pattern.d);
    Value outerC = rem(div(local, run * pattern.d), pattern.c / run);
    Value block = mul(add(mul(A, pattern.d), D), plan.input.blockPitch);
    return add(block, add(mul(outerC, run), rem(local, run)));
  }
  if (pattern.d == 1 && plan.input.blockPitch == pattern.c)
    return local;
  Value block = add(mul(div(local, pattern.c * pattern.d), pattern.d), rem(local, pattern.d));
  Value inBlock = rem(div(local, pattern.d), pattern.c);
  return add(mul(block, plan.input.blockPitch), inBlock);
}

/// Column of y for column (A b' + B) d' + D of the group's part.
Value KernelEmitter::globalOutputColumn(Value local) {
  const StagePattern &part = segment.stages.back().local, &whole = segment.stages.back().whole;
  Value column = local;
  if (groupB) // a single stage, whose D is all that is inside
    column = add(mul(div(local, part.b * part.d), whole.b * part.d), rem(local, part.b * part.d));
  column = wholeColumn(column, 1);
  if (groupA)
    column = add(column, mul(groupA, part.a * whole.b * whole.d));
  if (groupB)
    column = add(column, mul(groupB, part.b * whole.d));
  if (groupD)
    column = add(column, mul(groupD, segment.innerLocal));
  return column;
}

/// Whether B0 + B < b; null where no group reaches past b.
Value KernelEmitter::outputIsInside(Value local) {
  const GpuStagePlan &plan = segment.stages.back();
  if (segment.groupsB * plan.local.b == plan.whole.b)
    return nullptr;
  Value B = rem(div(local, plan.local.d), plan.local.b);
  return isBelow(add(B, mul(groupB, plan.local.b)), constant(plan.whole.b));
}

//===----------------------------------------------------------------------===//
// Units: what one thread copies at once
//===----------------------------------------------------------------------===//

/// Unit `first` + `round` threads of a tile with `perRow` units a row. Where a
/// round is whole rows, its units differ from the first round's by a constant
/// number of rows, which costs no registers.
KernelEmitter::Unit KernelEmitter::unitAt(Value first, int64_t round, int64_t perRow) {
  if (threads % perRow == 0)
    return {add(div(first, perRow), round * (threads / perRow)), rem(first, perRow)};
  Value unit = add(first, round * threads);
  return {div(unit, perRow), rem(unit, perRow)};
}

/// Whether round `round` of `total` units has one for the thread that began with
/// `first`; null where it always has.
Value KernelEmitter::unitExists(Value first, int64_t round, int64_t total) {
  if (first == thread && (round + 1) * threads <= total)
    return nullptr;
  return isBelow(add(first, round * threads), constant(total));
}

/// Rows of a tile that exist, at most `rows`; 0 past the end.
Value KernelEmitter::rowsOfTile(Value tile) {
  Value known = arith::MinUIOp::create(b, mul(tile, schedule.rows), numRows);
  Value left = arith::SubIOp::create(b, numRows, known);
  return arith::MinUIOp::create(b, left, constant(schedule.rows));
}

//===----------------------------------------------------------------------===//
// x -> in[0] by cp.async
//===----------------------------------------------------------------------===//

/// One copy of one thread. Rows past the last are filled with zeros.
void KernelEmitter::emitAsyncUnit(Value sourceRow, Value tileRows, Value slotBase, int64_t round) {
  const GpuStagePlan &plan = segment.stages.front();
  int64_t width = segment.load.elements, unitsPerRow = plan.local.inSize() / width;
  emitIf(unitExists(thread, round, schedule.rows * unitsPerRow), [&] {
    Unit unit = unitAt(thread, round, unitsPerRow);
    Value local = mul(unit.column, width);
    Value read =
        arith::SelectOp::create(b, isBelow(unit.row, tileRows), constant(width), constant(0));
    Value target = add(add(slotBase, mul(unit.row, plan.input.rowPitch)), sharedInputColumn(local));
    UnitAttr bypass = width * bytesOf(inElement) == 16 ? b.getUnitAttr() : UnitAttr();
    nvgpu::DeviceAsyncCopyOp::create(b, nvgpu::DeviceAsyncTokenType::get(b.getContext()),
                                     inputs.front(), ValueRange{target}, operands.x,
                                     ValueRange{add(sourceRow, unit.row), globalInputColumn(local)},
                                     b.getIndexAttr(width), read, bypass);
  });
}

void KernelEmitter::emitAsyncLoad(Value tile, Value slot) {
  const GpuStagePlan &plan = segment.stages.front();
  int64_t total = schedule.rows * plan.local.inSize() / segment.load.elements;
  Value slotBase = mul(slot, schedule.rows * plan.input.rowPitch);
  Value tileRows = rowsOfTile(tile), sourceRow = firstRowIn(operands.before, tile);
  for (int64_t round = 0; round * threads < total; ++round)
    emitAsyncUnit(sourceRow, tileRows, slotBase, round);
  NVVM::CpAsyncCommitGroupOp::create(b);
}

//===----------------------------------------------------------------------===//
// x -> in[0] through registers
//===----------------------------------------------------------------------===//

/// Loads `count` vectors of x, then scatters them. A row past the last reads
/// the last, so that nothing is read outside x.
void KernelEmitter::emitLoadBatch(Value tile, Value firstUnit, int64_t count) {
  const GpuStagePlan &plan = segment.stages.front();
  int64_t width = segment.load.elements, unitsPerRow = plan.local.inSize() / width;
  int64_t total = schedule.rows * unitsPerRow;
  Value lastRow = arith::SubIOp::create(b, rowsOfTile(tile), constant(1));
  Value sourceRow = firstRowIn(operands.before, tile);
  auto vector = VectorType::get({width}, inElement);
  SmallVector<Value> loaded;
  for (int64_t round = 0; round < count; ++round) {
    Unit unit = unitAt(firstUnit, round, unitsPerRow);
    Value row = arith::MinUIOp::create(b, unit.row, lastRow);
    Value indices[] = {add(sourceRow, row), globalInputColumn(mul(unit.column, width))};
    loaded.push_back(vector::LoadOp::create(b, vector, operands.x, indices, /*nontemporal=*/false,
                                            llvm::MaybeAlign(width * bytesOf(inElement))));
  }
  for (auto [round, value] : llvm::enumerate(loaded))
    emitIf(unitExists(firstUnit, round, total), [&, round = round, value = value] {
      Unit unit = unitAt(firstUnit, round, unitsPerRow);
      Value base = mul(unit.row, plan.input.rowPitch), local = mul(unit.column, width);
      for (int64_t e = 0; e < width; ++e) {
        Value element = vector::ExtractOp::create(b, value, e);
        Value target = add(base, sharedInputColumn(add(local, e)));
        memref::StoreOp::create(b, element, inputs.front(), target);
      }
    });
}

void KernelEmitter::emitLoad(Value tile) {
  const GpuStagePlan &plan = segment.stages.front();
  int64_t total = schedule.rows * plan.local.inSize() / segment.load.elements;
  int64_t rounds = llvm::divideCeil(total, threads);
  if (rounds <= unrolledCopies)
    return emitLoadBatch(tile, thread, rounds);
  auto loop = scf::ForOp::create(b, thread, constant(total), constant(unrolledCopies * threads));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  emitLoadBatch(tile, loop.getInductionVar(), unrolledCopies);
}

//===----------------------------------------------------------------------===//
// out -> y
//===----------------------------------------------------------------------===//

void KernelEmitter::emitOutputUnit(Value targetRow, Value tileRows, Value stagedRow, Unit unit) {
  int64_t width = segment.store.elements;
  Value local = mul(unit.column, width), inside = isBelow(unit.row, tileRows);
  if (Value columnInside = outputIsInside(local))
    inside = arith::AndIOp::create(b, inside, columnInside);
  emitIf(inside, [&] {
    auto vector = VectorType::get({width}, outElement);
    auto alignment = llvm::MaybeAlign(width * bytesOf(outElement));
    Value source = add(mul(add(unit.row, stagedRow), segment.out.rowPitch), local);
    Value value = vector::LoadOp::create(b, vector, output, ValueRange{source},
                                         /*nontemporal=*/false, alignment);
    vector::StoreOp::create(b, value, operands.y,
                            ValueRange{add(targetRow, unit.row), globalOutputColumn(local)},
                            /*nontemporal=*/false, alignment);
  });
}

/// Stores the results of a tile, which begin at row `stagedRow` of `output`.
void KernelEmitter::emitOutput(Value tile, Value stagedRow) {
  const GpuStagePlan &plan = segment.stages.back();
  int64_t unitsPerRow = plan.local.outSize() / segment.store.elements;
  int64_t total = schedule.rows * unitsPerRow;
  Value tileRows = rowsOfTile(tile), targetRow = firstRowIn(operands.after, tile);
  if (total / threads > 4 * unrolledCopies) {
    auto loop = scf::ForOp::create(b, thread, constant(total), constant(threads));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    return emitOutputUnit(targetRow, tileRows, stagedRow,
                          unitAt(loop.getInductionVar(), 0, unitsPerRow));
  }
  for (int64_t round = 0; round * threads < total; ++round)
    emitIf(unitExists(thread, round, total), [&] {
      emitOutputUnit(targetRow, tileRows, stagedRow, unitAt(thread, round, unitsPerRow));
    });
}
