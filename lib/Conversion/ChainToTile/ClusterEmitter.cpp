//===- ClusterEmitter.cpp - Two products whose columns a cluster shares -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ClusterEmitter.h"
#include "ProductEmitter.h"
#include "danaus/Support/GpuPlan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace danaus;

/// Values along c of one product, columns of a fragment.
static constexpr int64_t stepDepth = 16, fragmentColumns = 8;

ClusterEmitter::ClusterEmitter(ImplicitLocOpBuilder &builder, const ClusterPlan &plan,
                               const Schedule &schedule, ArrayRef<StageWithMaps> stages,
                               const KernelOperands &operands)
    : TileWalker(builder, schedule, stages, operands), plan(plan), rowTiles(schedule.rows / 16) {}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

void ClusterEmitter::emitViews() {
  Value memory = sharedMemory();
  int64_t rows = schedule.rows;
  int64_t numPartials = rowTiles * plan.owned * plan.blocks * plan.split * sumsOfFragment;
  input = sharedView(memory, 0, schedule.depth * rows * plan.inPitch, element);
  partials = sharedView(memory, plan.partialsOffset, numPartials, b.getF32Type());
  sums = sharedView(memory, plan.sumsOffset, rowTiles * plan.fragments * sumsOfFragment,
                    b.getF32Type());
  output = sharedView(memory, plan.outOffset, rows * plan.outPitch, element);
}

/// Begins to load this block's columns of a tile; rows that do not exist become zeros.
void ClusterEmitter::emitLoad(Value tile, Value slot) {
  Value rows = rowsOfTile(tile), first = mul(tile, schedule.rows);
  Value base = mul(slot, schedule.rows * plan.inPitch), begin = mul(rank, plan.inLocal);
  forEachUnit(plan.inLocal, [&](Value row, Value column) {
    Value read = arith::SelectOp::create(b, isBelow(row, rows), constant(width), constant(0));
    Value target = add(add(base, mul(row, plan.inPitch)), column);
    nvgpu::DeviceAsyncCopyOp::create(b, nvgpu::DeviceAsyncTokenType::get(b.getContext()), input,
                                     ValueRange{target}, operands.x,
                                     ValueRange{add(first, row), add(begin, column)},
                                     b.getIndexAttr(width), read, b.getUnitAttr());
  });
  NVVM::CpAsyncCommitGroupOp::create(b);
}

void ClusterEmitter::emitOutput(Value tile) {
  Value rows = rowsOfTile(tile), first = mul(tile, schedule.rows), begin = mul(rank, plan.outLocal);
  auto vector = VectorType::get({width}, element);
  forEachUnit(plan.outLocal, [&](Value row, Value column) {
    emitIf(isBelow(row, rows), [&] {
      Value source = add(mul(row, plan.outPitch), column);
      Value value = vector::LoadOp::create(b, vector, output, ValueRange{source},
                                           /*nontemporal=*/false, llvm::MaybeAlign(16));
      vector::StoreOp::create(b, value, operands.y, ValueRange{add(first, row), add(begin, column)},
                              /*nontemporal=*/false, llvm::MaybeAlign(16));
    });
  });
}

void ClusterEmitter::emitTile(Value tile, Value slot) {
  int64_t ahead = schedule.depth - 1;
  if (ahead == 0)
    emitLoad(tile, slot);
  NVVM::CpAsyncWaitGroupOp::create(b, std::max<int64_t>(0, ahead - 1));
  gpu::BarrierOp::create(b);
  if (ahead > 0) {
    Value stride = div(gpu::GridDimOp::create(b, gpu::Dimension::x), plan.blocks);
    emitLoad(add(tile, mul(stride, ahead)), rem(add(slot, ahead), schedule.depth));
  }
  emitPartials(slot);
  tile::ClusterBarrierOp::create(b);
  emitSums(tile);
  tile::ClusterBarrierOp::create(b);
  emitResults(tile);
  gpu::BarrierOp::create(b);
  emitOutput(tile);
}

void ClusterEmitter::emit() {
  thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  warp = div(thread, 32);
  numRows = operands.numRows;
  Value block = gpu::BlockIdOp::create(b, gpu::Dimension::x);
  rank = rem(block, plan.blocks);
  emitViews();
  if (operands.isEarly)
    tile::AdmitLaunchOp::create(b);
  preloadWeights();
  // Memory of a block may be written once it runs.
  tile::ClusterBarrierOp::create(b);
  if (operands.isEarly)
    tile::AwaitLaunchesOp::create(b);

  Value first = div(block, plan.blocks);
  Value stride = div(gpu::GridDimOp::create(b, gpu::Dimension::x), plan.blocks);
  Value numTiles = div(add(numRows, schedule.rows - 1), schedule.rows);
  for (int64_t i = 0; i + 1 < schedule.depth; ++i)
    emitLoad(add(first, mul(stride, i)), constant(i));
  auto loop = scf::ForOp::create(b, first, numTiles, stride, ValueRange{constant(0)});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value slot = loop.getRegionIterArg(0);
  emitTile(loop.getInductionVar(), slot);
  scf::YieldOp::create(b, ValueRange{rem(add(slot, 1), schedule.depth)});
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Warp w takes share w mod split of fragments (w / split) fragmentsPerWarp ... of the first
/// stage, and fragments w outPerWarp ... of this block's part of the second.
void ClusterEmitter::preloadWeights() {
  share = rem(warp, plan.split);
  firstFragment = mul(div(warp, plan.split), plan.fragmentsPerWarp);
  Value firstStep = mul(add(mul(rank, plan.split), share), plan.steps);
  for (int64_t fragment = 0; fragment < plan.fragmentsPerWarp; ++fragment)
    for (int64_t step = 0; step < plan.steps; ++step)
      firstWeights.push_back(loadWeight(0, fragmentType(tile::Role::b),
                                        add(firstFragment, fragment), add(firstStep, step)));
  Value firstOut = mul(add(mul(rank, schedule.warps), warp), plan.outPerWarp);
  for (int64_t fragment = 0; fragment < plan.outPerWarp; ++fragment)
    for (int64_t step = 0; step < plan.outSteps; ++step)
      secondWeights.push_back(
          loadWeight(1, fragmentType(tile::Role::b), add(firstOut, fragment), constant(step)));
}

/// The sums of this warp's steps, to the blocks that own their fragments.
void ClusterEmitter::emitPartials(Value slot) {
  Value zero = tile::ZeroOp::create(b, fragmentType(tile::Role::acc));
  Fragments accs(rowTiles * plan.fragmentsPerWarp, zero);
  Value firstColumn = mul(share, plan.steps * stepDepth);
  Value base = add(mul(slot, schedule.rows * plan.inPitch), firstColumn);
  for (int64_t step = 0; step < plan.steps; ++step)
    for (int64_t m = 0; m < rowTiles; ++m) {
      Value left = tile::LoadAOp::create(b, fragmentType(tile::Role::a), input,
                                         add(base, 16 * m * plan.inPitch + step * stepDepth),
                                         plan.inPitch, /*aligned=*/true);
      for (int64_t fragment = 0; fragment < plan.fragmentsPerWarp; ++fragment) {
        Value &acc = accs[m * plan.fragmentsPerWarp + fragment];
        acc = tile::MmaOp::create(b, acc.getType(), left,
                                  firstWeights[fragment * plan.steps + step], acc);
      }
    }
  Value source = add(mul(rank, plan.split), share);
  for (int64_t fragment = 0; fragment < plan.fragmentsPerWarp; ++fragment) {
    Value number = add(firstFragment, fragment), owner = div(number, plan.owned);
    for (int64_t m = 0; m < rowTiles; ++m) {
      Value place = add(rem(number, plan.owned), m * plan.owned);
      Value offset = add(mul(place, plan.blocks * plan.split), source);
      tile::ParkOp::create(b, accs[m * plan.fragmentsPerWarp + fragment], partials,
                           mul(offset, sumsOfFragment), owner);
    }
  }
}

/// The fragments that this block owns, each added up by one warp, to all blocks.
void ClusterEmitter::emitSums(Value tile) {
  int64_t items = rowTiles * plan.owned, count = plan.blocks * plan.split;
  auto emitItem = [&](Value item) {
    Value m = div(item, plan.owned);
    Value number = add(mul(rank, plan.owned), rem(item, plan.owned));
    auto emitSum = [&] {
      Value sum = tile::CollectOp::create(b, fragmentType(tile::Role::acc), partials,
                                          mul(item, count * sumsOfFragment), count, sumsOfFragment);
      Value firstRow = add(mul(tile, schedule.rows), mul(m, 16));
      sum = applyMaps(0, sum, mul(number, fragmentColumns), firstRow);
      Value offset = mul(add(mul(m, plan.fragments), number), sumsOfFragment);
      for (int64_t block = 0; block < plan.blocks; ++block)
        tile::ParkOp::create(b, sum, sums, offset, constant(block));
    };
    bool ownsAll = plan.fragments == plan.blocks * plan.owned;
    emitIf(ownsAll ? nullptr : isBelow(number, plan.fragments), emitSum);
  };
  if (items <= schedule.warps)
    return emitIf(items < schedule.warps ? isBelow(warp, items) : nullptr, [&] { emitItem(warp); });
  auto loop = scf::ForOp::create(b, warp, constant(items), constant(schedule.warps));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  emitItem(loop.getInductionVar());
}

/// This block's columns of y, in shared memory.
void ClusterEmitter::emitResults(Value tile) {
  for (int64_t m = 0; m < rowTiles; ++m) {
    Fragments lefts;
    for (int64_t step = 0; step < plan.outSteps; ++step)
      lefts.push_back(tile::JoinOp::create(b, fragmentType(tile::Role::a), sumAt(m, 2 * step),
                                           sumAt(m, 2 * step + 1)));
    Value firstRow = add(mul(tile, schedule.rows), 16 * m);
    for (int64_t fragment = 0; fragment < plan.outPerWarp; ++fragment)
      emitResult(m, fragment, lefts, firstRow);
  }
}

Value ClusterEmitter::sumAt(int64_t m, int64_t fragment) {
  Value offset = constant((m * plan.fragments + fragment) * sumsOfFragment);
  return tile::CollectOp::create(b, fragmentType(tile::Role::acc), sums, offset, 1, 1);
}

void ClusterEmitter::emitResult(int64_t m, int64_t fragment, const Fragments &lefts,
                                Value firstRow) {
  Value sum = tile::ZeroOp::create(b, fragmentType(tile::Role::acc));
  for (int64_t step = 0; step < plan.outSteps; ++step)
    sum = tile::MmaOp::create(b, sum.getType(), lefts[step],
                              secondWeights[fragment * plan.outSteps + step], sum);
  Value local = mul(add(mul(warp, plan.outPerWarp), fragment), fragmentColumns);
  sum = applyMaps(1, sum, add(mul(rank, plan.outLocal), local), firstRow);
  AffineExpr row = b.getAffineDimExpr(0), column = b.getAffineDimExpr(1);
  AffineMap map = AffineMap::get(2, 0, row * plan.outPitch + column);
  tile::StoreOp::create(b, sum, output, constant(16 * m), local, /*limit=*/Value(),
                        /*offset=*/Value(), /*step=*/1, map, /*adjacent_columns=*/true);
}

/// The maps behind stage `number` on a fragment at `firstRow` and `column` of its result;
/// rows past the last read the last operand's element, and are not stored.
Value ClusterEmitter::applyMaps(size_t number, Value sum, Value column, Value firstRow) {
  auto placeOf = [&](Value i, Value j) -> ElementPlace {
    Value lastRow = sub(numRows, constant(1));
    Value row = arith::MinUIOp::create(b, add(firstRow, i), lastRow);
    return {row, add(column, j)};
  };
  return danaus::applyMaps(b, stages[number], sum, placeOf, operands.others);
}
