//===- KernelStages.cpp - The products of one stage -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProductEmitter.h"
#include "danaus/Conversion/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

/// Products emitted in a row; more become a loop.
static constexpr int64_t unrolledProducts = 64;
/// Items of a warp emitted one after the other; more become a loop, so that their
/// addresses are not all kept at once.
static constexpr int64_t unrolledItems = 1;

static int64_t contraction(Type element) { return tile::FragmentType::contraction(element); }

tile::FragmentType KernelEmitter::fragmentType(size_t number, tile::Role role) {
  bool isSplit = segment.stages[number].splitColumns && role != tile::Role::a;
  return tile::FragmentType::getFor(role, inElement,
                                    isSplit ? tile::Columns::split : tile::Columns::adjacent);
}

//===----------------------------------------------------------------------===//
// Items and weights
//===----------------------------------------------------------------------===//

KernelEmitter::Item KernelEmitter::itemAt(const GpuStagePlan &plan, Value number) {
  int64_t perBlock = plan.nTiles / plan.tilesPerItem;
  return {mul(div(number, perBlock), plan.blocksPerItem),
          mul(rem(number, perBlock), plan.tilesPerItem)};
}

/// A and D of block A d' + D of the group, in the whole stage.
Value KernelEmitter::blockA(const GpuStagePlan &plan, Value block) {
  Value A = div(block, plan.local.d);
  return groupA ? add(A, mul(groupA, plan.local.a)) : A;
}

Value KernelEmitter::blockD(const GpuStagePlan &plan, Value block) {
  Value D = wholeColumn(rem(block, plan.local.d), 1);
  return groupD ? add(D, mul(groupD, segment.innerLocal)) : D;
}

/// The fragment of the packed weight for one block, fragment along b, and step
/// along c. A group that reaches past b reads the last fragment again; what
/// comes of it is not stored.
Value KernelEmitter::loadWeight(size_t number, Item item, int64_t block, int64_t tile, Value step) {
  const GpuStagePlan &plan = segment.stages[number];
  chain::StageOp stage = stages[number].stage;
  SmallVector<Value> indices;
  Value blockIndex = add(item.block, block), tileIndex = add(item.tile, tile);
  if (stage.getOrder().contains('a'))
    indices.push_back(blockA(plan, blockIndex));
  if (stage.getOrder().contains('d'))
    indices.push_back(blockD(plan, blockIndex));
  if (groupB) {
    Value last = constant(llvm::divideCeil(plan.whole.b, 8) - 1);
    tileIndex = arith::MinUIOp::create(b, add(tileIndex, mul(groupB, plan.local.b / 8)), last);
  }
  indices.push_back(tileIndex);
  indices.push_back(step);
  Value weight = operands.others.lookup(stage.getWeight());
  return tile::LoadBOp::create(b, fragmentType(number, tile::Role::b), weight, indices);
}

/// Weights of an item for `steps` steps along c, ordered (block, tile, step).
KernelEmitter::Fragments KernelEmitter::loadWeights(size_t number, Item item, Value firstStep,
                                                    int64_t steps) {
  const GpuStagePlan &plan = segment.stages[number];
  Fragments weights;
  for (int64_t block = 0; block < plan.blocksPerItem; ++block)
    for (int64_t tile = 0; tile < plan.tilesPerItem; ++tile)
      for (int64_t step = 0; step < steps; ++step)
        weights.push_back(loadWeight(number, item, block, tile, add(firstStep, step)));
  return weights;
}

/// Weights of all items of this warp, once for the launch. A warp without an
/// item in its last slot loads those of the last item.
void KernelEmitter::preloadWeights(size_t number) {
  const GpuStagePlan &plan = segment.stages[number];
  int64_t shares = plan.numItems() * plan.split;
  int64_t slots = llvm::divideCeil(shares, schedule.warps);
  for (int64_t slot = 0; slot < slots; ++slot) {
    Value index = add(warp, slot * schedule.warps);
    if ((slot + 1) * schedule.warps > shares)
      index = arith::MinUIOp::create(b, index, constant(shares - 1));
    Value first = mul(rem(index, plan.split), plan.ownSteps());
    registers[number].push_back(
        loadWeights(number, itemAt(plan, div(index, plan.split)), first, plan.ownSteps()));
  }
}

//===----------------------------------------------------------------------===//
// Products of one item
//===----------------------------------------------------------------------===//

/// The left operand of one product: 16 rows of a block, one step along c.
Value KernelEmitter::loadLeft(size_t number, Item item, int64_t m, int64_t block, Value step,
                              Value inputBase) {
  const GpuStagePlan &plan = segment.stages[number];
  Value start = add(inputBase, mul(add(item.block, block), plan.input.blockPitch));
  Value offset = add(add(start, 16 * m * plan.input.rowPitch), mul(step, contraction(inElement)));
  int64_t bytes = inElement.getIntOrFloatBitWidth() / 8;
  bool isAligned = plan.input.rowPitch * bytes % 16 == 0 && plan.input.blockPitch * bytes % 16 == 0;
  return tile::LoadAOp::create(b, fragmentType(number, tile::Role::a), inputs[number], offset,
                               plan.input.rowPitch, isAligned);
}

/// acc[m, block, tile] += in[m, block, step] * weight[block, tile, step], the
/// weights loaded step by step: ptxas moves loads up as far as registers allow.
void KernelEmitter::multiplySteps(size_t number, Item item, Value inputBase, Value firstStep,
                                  int64_t steps, Fragments &accs) {
  const GpuStagePlan &plan = segment.stages[number];
  int64_t perRowTile = plan.blocksPerItem * plan.tilesPerItem;
  for (int64_t i = 0; i < steps; ++i) {
    Value step = add(firstStep, i);
    Fragments weights = loadWeights(number, item, step, 1);
    for (int64_t block = 0; block < plan.blocksPerItem; ++block)
      for (int64_t m = 0; m < rowTiles; ++m) {
        Value left = loadLeft(number, item, m, block, step, inputBase);
        for (int64_t tile = 0; tile < plan.tilesPerItem; ++tile) {
          int64_t pair = block * plan.tilesPerItem + tile;
          Value &acc = accs[m * perRowTile + pair];
          acc = tile::MmaOp::create(b, acc.getType(), left, weights[pair], acc);
        }
      }
  }
}

/// The sums of an item, ordered (m, block, tile), with weights loaded on the way.
KernelEmitter::Fragments KernelEmitter::multiply(size_t number, Item item, Value inputBase) {
  const GpuStagePlan &plan = segment.stages[number];
  int64_t pairs = plan.blocksPerItem * plan.tilesPerItem;
  Value zero = tile::ZeroOp::create(b, fragmentType(number, tile::Role::acc));
  Fragments accs(rowTiles * pairs, zero);
  int64_t steps = std::max<int64_t>(1, std::min(plan.kSteps, unrolledProducts / pairs));
  while (plan.kSteps % steps != 0)
    --steps;
  if (steps == plan.kSteps) {
    multiplySteps(number, item, inputBase, constant(0), steps, accs);
    return accs;
  }
  auto loop = scf::ForOp::create(b, constant(0), constant(plan.kSteps), constant(steps), accs);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Fragments sums(loop.getRegionIterArgs());
  Value step = loop.getInductionVar();
  multiplySteps(number, item, inputBase, step, steps, sums);
  scf::YieldOp::create(b, sums);
  return Fragments(loop.getResults());
}

//===----------------------------------------------------------------------===//
// Maps and stores
//===----------------------------------------------------------------------===//

/// Column of the stage's result in the group for the first column of a fragment.
Value KernelEmitter::localColumn(const GpuStagePlan &plan, Value block, Value tile) {
  const StagePattern &part = plan.local;
  Value B = mul(tile, 8);
  Value outer = add(mul(div(block, part.d), part.b), B);
  return add(mul(outer, part.d), rem(block, part.d));
}

/// The same, in the whole stage.
Value KernelEmitter::globalColumn(const GpuStagePlan &plan, Value block, Value tile) {
  Value B = mul(tile, 8);
  if (groupB)
    B = add(B, mul(groupB, plan.local.b));
  Value outer = add(mul(blockA(plan, block), plan.whole.b), B);
  return add(mul(outer, plan.whole.d), blockD(plan, block));
}

/// Columns of a fragment that exist: b - 8 tile where that is below 8; null
/// where every fragment is whole.
Value KernelEmitter::columnLimit(const GpuStagePlan &plan, Value tile) {
  bool isWhole = plan.local.b % 8 == 0 && segment.groupsB * plan.local.b == plan.whole.b;
  if (isWhole)
    return nullptr;
  Value start = mul(tile, 8), end = constant(plan.whole.b);
  if (groupB)
    start = add(start, mul(groupB, plan.local.b));
  Value known = arith::MinUIOp::create(b, start, end);
  return arith::SubIOp::create(b, end, known);
}

/// Where element (row, column) of the stage's result lies in the buffer that
/// the next stage, or the copy to y, reads (see GpuPlan.h).
AffineMap KernelEmitter::storeMap(size_t number) {
  AffineExpr row = b.getAffineDimExpr(0), column = b.getAffineDimExpr(1);
  if (number + 1 == segment.stages.size()) {
    const ColumnOrder &order = segment.outOrder;
    if (!order.isNatural()) {
      int64_t perRun = order.run / order.inner;
      AffineExpr piece = column.floorDiv(order.inner);
      AffineExpr chunk = piece.floorDiv(perRun * order.width) * order.width + piece % order.width;
      column = chunk * order.run + piece.floorDiv(order.width) % perRun * order.inner +
               column % order.inner;
    }
    return AffineMap::get(2, 0, row * segment.out.rowPitch + column);
  }
  const GpuStagePlan &next = segment.stages[number + 1];
  int64_t a = next.local.a, c = next.local.c, d = next.local.d;
  if (int64_t inner = next.inner) {
    AffineExpr C = column.floorDiv(inner * a) * inner + column % inner;
    AffineExpr A = column.floorDiv(inner) % a;
    return AffineMap::get(2, 0, row * next.input.rowPitch + A * next.input.blockPitch + C);
  }
  AffineExpr block = column.floorDiv(c * d) * d + column % d;
  AffineExpr inBlock = column.floorDiv(d) % c;
  return AffineMap::get(2, 0, row * next.input.rowPitch + block * next.input.blockPitch + inBlock);
}

/// The body of a tile.map that runs all maps between this stage and the next.
/// Columns and rows past the last read the last operand's element; what comes
/// of them is not stored.
Value KernelEmitter::applyMaps(size_t number, Value acc, Value column, Value limit,
                               Value firstRow) {
  auto placeOf = [&](Value i, Value j) -> ElementPlace {
    if (limit) {
      Value one = constant(1),
            last = arith::SubIOp::create(b, arith::MaxUIOp::create(b, limit, one), one);
      j = arith::MinUIOp::create(b, j, last);
    }
    Value lastRow = arith::SubIOp::create(b, numRows, constant(1));
    Value row = arith::MinUIOp::create(b, add(firstRow, i), lastRow);
    return {row, add(column, mul(j, segment.stages[number].whole.d))};
  };
  return danaus::applyMaps(b, stages[number], acc, placeOf, operands.others);
}

/// Stores the sums of one fragment along b, ordered (m, block).
void KernelEmitter::storeSums(size_t number, Item item, Value tile, const Fragments &accs,
                              Value firstRow) {
  const GpuStagePlan &plan = segment.stages[number];
  bool isLast = number + 1 == segment.stages.size();
  Value target = isLast ? output : inputs[number + 1];
  AffineMap map = storeMap(number);
  Value limit = columnLimit(plan, tile);
  for (int64_t m = 0; m < rowTiles; ++m) {
    Fragments values;
    for (int64_t block = 0; block < plan.blocksPerItem; ++block) {
      Value column = globalColumn(plan, add(item.block, block), tile);
      values.push_back(applyMaps(number, accs[m * plan.blocksPerItem + block], column, limit,
                                 add(firstRow, 16 * m)));
    }
    bool areAdjacent = plan.pairing == StorePairing::Columns;
    Value row = isLast ? add(stagedRow, 16 * m) : constant(16 * m);
    tile::StoreOp::create(b, values, target, row, localColumn(plan, item.block, tile), limit,
                          /*offset=*/Value(), plan.local.d, map, areAdjacent);
  }
}

//===----------------------------------------------------------------------===//
// The stage
//===----------------------------------------------------------------------===//

/// With weights in registers few are left: all left operands of the item, then
/// one fragment along b after the other, stored before the next.
void KernelEmitter::emitResidentItem(size_t number, Item item, const Fragments &weights,
                                     Value inputBase, Value firstRow) {
  const GpuStagePlan &plan = segment.stages[number];
  Fragments lefts;
  for (int64_t step = 0; step < plan.kSteps; ++step)
    for (int64_t m = 0; m < rowTiles; ++m)
      for (int64_t block = 0; block < plan.blocksPerItem; ++block)
        lefts.push_back(loadLeft(number, item, m, block, constant(step), inputBase));
  Value zero = tile::ZeroOp::create(b, fragmentType(number, tile::Role::acc));
  int64_t sums = rowTiles * plan.blocksPerItem;
  for (int64_t tile = 0; tile < plan.tilesPerItem; ++tile) {
    Fragments accs(sums, zero);
    for (int64_t step = 0; step < plan.kSteps; ++step)
      for (int64_t sum = 0; sum < sums; ++sum) {
        int64_t pair = sum % plan.blocksPerItem * plan.tilesPerItem + tile;
        accs[sum] = tile::MmaOp::create(b, zero.getType(), lefts[step * sums + sum],
                                        weights[pair * plan.kSteps + step], accs[sum]);
      }
    storeSums(number, item, add(item.tile, tile), accs, firstRow);
  }
}

void KernelEmitter::emitStreamedItem(size_t number, Item item, Value inputBase, Value firstRow) {
  storeItem(number, item, multiply(number, item, inputBase), firstRow);
}

/// Stores all sums of an item, ordered (m, block, tile).
void KernelEmitter::storeItem(size_t number, Item item, const Fragments &sums, Value firstRow) {
  const GpuStagePlan &plan = segment.stages[number];
  for (int64_t tile = 0; tile < plan.tilesPerItem; ++tile) {
    Fragments accs;
    for (size_t index = tile; index < sums.size(); index += plan.tilesPerItem)
      accs.push_back(sums[index]);
    storeSums(number, item, add(item.tile, tile), accs, firstRow);
  }
}

/// The sums of one warp's steps of an item, ordered (m, block, tile).
KernelEmitter::Fragments KernelEmitter::multiplyShare(size_t number, Item item, Value firstStep,
                                                      Value inputBase) {
  const GpuStagePlan &plan = segment.stages[number];
  int64_t pairs = plan.blocksPerItem * plan.tilesPerItem, steps = plan.ownSteps();
  const Fragments weights = segment.weightsInRegisters
                                ? registers[number].front()
                                : loadWeights(number, item, firstStep, steps);
  Fragments sums(rowTiles * pairs, tile::ZeroOp::create(b, fragmentType(number, tile::Role::acc)));
  for (int64_t step = 0; step < steps; ++step)
    for (int64_t m = 0; m < rowTiles; ++m)
      for (int64_t block = 0; block < plan.blocksPerItem; ++block) {
        Value left = loadLeft(number, item, m, block, add(firstStep, step), inputBase);
        for (int64_t tile = 0; tile < plan.tilesPerItem; ++tile) {
          int64_t pair = block * plan.tilesPerItem + tile;
          Value &sum = sums[m * pairs + pair];
          sum = tile::MmaOp::create(b, sum.getType(), left, weights[pair * steps + step], sum);
        }
      }
  return sums;
}

/// Items whose steps along c several warps share, neighbors: each leaves its sums, and
/// after a barrier one warp for each item adds them up, as in every stage in order.
void KernelEmitter::emitSharedItems(size_t number, Value inputBase, Value firstRow) {
  const GpuStagePlan &plan = segment.stages[number];
  int64_t shares = plan.numItems() * plan.split, perShare = plan.sumsOfItem(rowTiles);
  emitIf(shares < schedule.warps ? isBelow(warp, shares) : nullptr, [&] {
    Value first = mul(rem(warp, plan.split), plan.ownSteps());
    Fragments sums = multiplyShare(number, itemAt(plan, div(warp, plan.split)), first, inputBase);
    for (auto [index, sum] : llvm::enumerate(sums))
      tile::ParkOp::create(b, sum, partialSums, add(mul(warp, perShare), index * sumsOfFragment),
                           /*rank=*/Value());
  });
  gpu::BarrierOp::create(b);
  emitIf(isBelow(warp, plan.numItems()), [&] {
    Item item = itemAt(plan, warp);
    Fragments sums;
    for (int64_t offset = 0; offset < perShare; offset += sumsOfFragment)
      sums.push_back(tile::CollectOp::create(b, fragmentType(number, tile::Role::acc), partialSums,
                                             add(mul(warp, plan.split * perShare), offset),
                                             plan.split, perShare));
    storeItem(number, item, sums, firstRow);
  });
}

/// Deals the stage's items to the warps: item i to warp i modulo warps.
void KernelEmitter::emitStage(size_t number, Value inputBase, Value firstRow) {
  const GpuStagePlan &plan = segment.stages[number];
  if (plan.split > 1)
    return emitSharedItems(number, inputBase, firstRow);
  int64_t items = plan.numItems(), slots = llvm::divideCeil(items, schedule.warps);
  if (!segment.weightsInRegisters && slots > unrolledItems) {
    auto loop = scf::ForOp::create(b, warp, constant(items), constant(schedule.warps));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    return emitStreamedItem(number, itemAt(plan, loop.getInductionVar()), inputBase, firstRow);
  }
  for (int64_t slot = 0; slot < slots; ++slot) {
    Value index = add(warp, slot * schedule.warps);
    Value exists = (slot + 1) * schedule.warps > items ? isBelow(index, constant(items)) : nullptr;
    emitIf(exists, [&] {
      if (segment.weightsInRegisters)
        emitResidentItem(number, itemAt(plan, index), registers[number][slot], inputBase, firstRow);
      else
        emitStreamedItem(number, itemAt(plan, index), inputBase, firstRow);
    });
  }
}
