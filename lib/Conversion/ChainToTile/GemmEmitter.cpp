//===- GemmEmitter.cpp - The body of one launch of products -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GemmEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

void GemmEmitter::emitStepCopy(Tile tile, Value step, Place place) {
  const Ring &ring = rings.front();
  emitExpect(ring, place);
  Value start = mul(place.slot, ring.stepBytes / 2);
  Box x{operands.x, placeOfX(tile.block, tile.row, step), plan.rows, plan.xParts()};
  x.along = x.coordinates.size() - 1;
  Box w{operands.w,
        {mul(step, gemmStepDepth), tile.column, blockOfWeight(tile.block)},
        plan.columns,
        plan.wParts()};
  emitLoad(ring, x, start, place);
  emitLoad(ring, w, add(start, constant(plan.xBytes() / 2)), place);
}

GemmEmitter::Places GemmEmitter::emitCopies(Tile tile, Places places) {
  auto loop = scf::ForOp::create(b, constant(0), constant(plan.blocks * plan.steps), constant(1),
                                 flatten(places));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Place current = placesOf(loop.getRegionIterArgs()).front();
  Value number = loop.getInductionVar();
  if (plan.blocks == 1)
    emitStepCopy(tile, number, current);
  else
    emitStepCopy(blockOf(tile, div(number, plan.steps)), rem(number, plan.steps), current);
  scf::YieldOp::create(b, flatten(after(rings.front(), current)));
  return placesOf(loop.getResults());
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The sums after one step: sums[m] + x[64 rows of product m] w^T; without `sums`, the
/// first step's alone.
SmallVector<Value> GemmEmitter::emitProducts(Place place, ValueRange sums) {
  auto descriptor = tile::DescriptorType::get(b.getContext(), element);
  Type type = tile::SumsType::get(b.getContext(), plan.columns);
  Value ring = rings.front().memory, start = mul(place.slot, plan.stepBytes() / 2);
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

/// The steps of one block, with the products of one in flight while the next is waited
/// for; adds its sums to `sums`.
GemmEmitter::Place GemmEmitter::emitSteps(Place place, SmallVectorImpl<Value> &sums) {
  const Ring &ring = rings.front();
  emitWait(ring, place);
  SmallVector<Value> carried = emitProducts(place, {});
  Place second = after(ring, place);
  carried.append({second.slot, second.parity, place.slot});
  auto loop = scf::ForOp::create(b, constant(1), constant(plan.steps), constant(1), carried);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    auto rest = loop.getRegionIterArgs().drop_front(plan.rowBlocks);
    Place current{rest[0], rest[1]};
    emitWait(ring, current);
    SmallVector<Value> next =
        emitProducts(current, loop.getRegionIterArgs().take_front(plan.rowBlocks));
    NVVM::WgmmaWaitGroupSyncOp::create(b, 1);
    emitRelease(ring, rest[2]);
    Place following = after(ring, current);
    next.append({following.slot, following.parity, current.slot});
    scf::YieldOp::create(b, next);
  }
  for (int64_t m = 0; m < plan.rowBlocks; ++m)
    sums.push_back(tile::WgmmaWaitOp::create(b, loop.getResult(m).getType(), loop.getResult(m)));
  ValueRange rest = loop.getResults().drop_front(plan.rowBlocks);
  emitRelease(ring, rest[2]);
  return {rest[0], rest[1]};
}

/// One tile: the sums of its blocks, one after the other, then maps and stores.
GemmEmitter::Places GemmEmitter::emitTile(Tile tile, Places places) {
  SmallVector<Value> sums; // (D, m)
  Place place = places.front();
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
  return {place};
}
