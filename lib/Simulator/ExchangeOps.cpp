//===- ExchangeOps.cpp - Sums that go to other blocks or to boxes -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What tells a barrier of another block lands, as bulk loads do, when somebody there waits
// for the phase.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "dialects/Tile/TileOps.h"
#include <cstring>

using namespace mlir;
using namespace danaus;
using namespace danaus::sim;

static constexpr int64_t warpLanes = 32, groupLanes = 128, rowBytes = 128, unitBytes = 16;

FailureOr<Machine *> sim::blockOfCluster(Machine &machine, Operation *op, int64_t rank) {
  Meeting *meeting = machine.meeting;
  if (!meeting || !machine.hasMetCluster)
    return machine.fail(op, "wanted a cluster barrier before memory of another block");
  if (rank < 0 || rank >= meeting->clusterSize)
    return machine.fail(op, "wanted a block of a cluster of " + Twine(meeting->clusterSize) +
                                ", found " + Twine(rank));
  int64_t number = machine.place.blockNumber();
  number += rank - number % meeting->clusterSize;
  if (!meeting->machines[number])
    return machine.fail(op, "block " + Twine(number) + " of the cluster has ended");
  return meeting->machines[number];
}

/// `words` of lane `lane` to `index` of the view, in memory of `block`; where barriers are given,
/// as bytes on their way that tell the one of that block.
static LogicalResult sendWords(Machine &machine, Operation *op, int64_t lane, const View &view,
                               Type element, int64_t index, ArrayRef<Word> words, Machine &block,
                               Value barriers, Value barrier) {
  View target = view;
  if (&block != &machine)
    target.memory = block.shared;
  if (!barriers)
    return machine.write(op, lane, target, element, {index}, words);
  int64_t size = bytesOf(element);
  FailureOr<int64_t> first = machine.locate(op, lane, target, size, {index}, words.size());
  FailureOr<PhaseBarrier *> told = barrierAt(machine, op, lane, barriers, barrier, &block);
  if (failed(first) || failed(told))
    return failure();
  std::vector<char> bytes(size * words.size());
  for (auto [i, word] : llvm::enumerate(words))
    encode(element, word, bytes.data() + size * i);
  return sendBox(machine, op, lane, *target.memory, *first, bytes, **told);
}

/// Four values a lane, side by side.
static LogicalResult runPark(Machine &machine, Operation *op) {
  auto park = cast<tile::ParkOp>(op);
  const LaneValue acc = machine.get(park.getAcc()), offset = machine.get(park.getOffset());
  const View view = *machine.get(park.getBuffer()).view;
  Type f32 = park.getBuffer().getType().getElementType();
  return forEachWarp(machine, op, [&](int64_t first) -> LogicalResult {
    FailureOr<Machine *> block = &machine;
    if (Value rank = park.getRank())
      block = blockOfCluster(machine, op, machine.get(rank).at(first).i);
    if (failed(block))
      return failure();
    for (int64_t lane = first; lane < first + warpLanes; ++lane) {
      SmallVector<Word> words;
      for (int64_t e = 0; e < acc.elements; ++e)
        words.push_back(acc.at(lane, e));
      int64_t index = offset.at(lane).i + lane % warpLanes * acc.elements;
      if (failed(sendWords(machine, op, lane, view, f32, index, words, **block, park.getBarriers(),
                           park.getIndex())))
        return failure();
    }
    return success();
  });
}

/// Values 2 column to 2 column + 3 of each lane, which are of the same rows.
static LogicalResult runPart(Machine &machine, Operation *op) {
  auto part = cast<tile::PartOp>(op);
  const LaneValue sums = machine.get(part.getSums());
  LaneValue result(machine.lanes(), 4);
  int64_t begin = part.getColumn() / 2;
  LogicalResult status = forEachWarp(machine, op, [&](int64_t first) {
    for (int64_t lane = first; lane < first + warpLanes; ++lane)
      for (int64_t e = 0; e < 4; ++e)
        result.at(lane, e) = sums.at(lane, begin + e);
    return success();
  });
  machine.set(op->getResult(0), std::move(result));
  return status;
}

/// The value of a warp's fragment at (i, j): lane 4 g + t has columns 2 t and 2 t + 1 of rows
/// g and g + 8.
static Word valueAt(const LaneValue &acc, int64_t firstLane, int64_t i, int64_t j) {
  return acc.at(firstLane + i % 8 * 4 + j / 2, i / 8 * 2 + j % 2);
}

/// Eight rows of two units, to this block or to all that share them.
static LogicalResult layWarp(Machine &machine, tile::LayOp lay, int64_t first, Machine &block) {
  const LaneValue &acc = machine.get(lay.getAcc());
  const View view = *machine.get(lay.getBuffer()).view;
  Type element = lay.getBuffer().getType().getElementType();
  int64_t offset = machine.get(lay.getOffset()).at(first).i;
  int64_t row = machine.get(lay.getRow()).at(first).i;
  int64_t column = machine.get(lay.getColumn()).at(first).i;
  if (offset % 512 != 0 || row % 8 != 0 || column % 16 != 0 || column >= 64)
    return machine.fail(lay,
                        "wanted whole boxes, rows from a multiple of 8 and columns from one of 16 "
                        "below 64, found " +
                            Twine(offset) + ", " + Twine(row) + " and " + Twine(column),
                        first);
  for (int64_t j = 0; j < 8; ++j)
    for (int64_t unit = 0; unit < 2; ++unit) {
      SmallVector<Word> words;
      for (int64_t i = 0; i < 8; ++i)
        words.push_back(valueAt(acc, first, 8 * unit + i, j));
      int64_t inRow = (column / 8 + unit) ^ (row + j) % 8;
      int64_t index = offset + ((row + j) * rowBytes + inRow * unitBytes) / 2;
      if (failed(sendWords(machine, lay, first + 4 * j + unit, view, element, index, words, block,
                           lay.getBarriers(), lay.getIndex())))
        return failure();
    }
  return success();
}

static LogicalResult runLay(Machine &machine, Operation *op) {
  auto lay = cast<tile::LayOp>(op);
  return forEachWarp(machine, op, [&](int64_t first) -> LogicalResult {
    if (!lay.getBlocks())
      return layWarp(machine, lay, first, machine);
    for (uint64_t rank = 0; rank < *lay.getBlocks(); ++rank) {
      FailureOr<Machine *> block = blockOfCluster(machine, op, rank);
      if (failed(block) || failed(layWarp(machine, lay, first, **block)))
        return failure();
    }
    return success();
  });
}

void danaus::sim::addExchangeOps(HandlerTable &table) {
  table[TypeID::get<tile::ParkOp>()] = runPark;
  table[TypeID::get<tile::PartOp>()] = runPart;
  table[TypeID::get<tile::LayOp>()] = runLay;
}
