//===- DeviceOps.cpp - What only device code does -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "dialects/Tile/TileOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include <cstring>

using namespace mlir;
using namespace danaus::sim;

//===----------------------------------------------------------------------===//
// Numbers of threads and blocks
//===----------------------------------------------------------------------===//

template <typename Op, std::array<int64_t, 3> Place::*field>
static LogicalResult runSame(Machine &machine, Operation *op) {
  auto dimension = static_cast<size_t>(cast<Op>(op).getDimension());
  machine.set(op->getResult(0), LaneValue::same(toWord((machine.place.*field)[dimension])));
  return success();
}

static LogicalResult runThreadId(Machine &machine, Operation *op) {
  const auto &[x, y, z] = machine.place.blockSize;
  LaneValue result(machine.lanes(), 1);
  gpu::Dimension dimension = cast<gpu::ThreadIdOp>(op).getDimension();
  for (int64_t lane = 0; lane < machine.lanes(); ++lane)
    result.at(lane).i = dimension == gpu::Dimension::x   ? lane % x
                        : dimension == gpu::Dimension::y ? lane / x % y
                                                         : lane / (x * y);
  machine.set(op->getResult(0), std::move(result));
  return success();
}

//===----------------------------------------------------------------------===//
// Barriers and shared memory
//===----------------------------------------------------------------------===//

/// What either has seen.
static void join(Clocks &clocks, const Clocks &others) {
  for (auto [mine, other] : llvm::zip(clocks, others))
    mine = std::max(mine, other);
}

static LogicalResult runBarrier(Machine &machine, Operation *op) {
  if (!machine.mask.isFull())
    return machine.fail(op, "wanted all " + Twine(machine.lanes()) +
                                " threads at a barrier, found " + Twine(machine.mask.numActive()));
  machine.passBarrier();
  return success();
}

static LogicalResult runSharedMemory(Machine &machine, Operation *op) {
  LaneValue result;
  result.view = wholeView(machine.shared, {machine.shared->size()});
  machine.set(op->getResult(0), std::move(result));
  return success();
}

//===----------------------------------------------------------------------===//
// Counters that blocks wait for
//===----------------------------------------------------------------------===//

/// The counter of one lane, an i32.
static FailureOr<int32_t *> counterOf(Machine &machine, Operation *op, int64_t lane,
                                      std::pair<Allocation *, int64_t> &key) {
  const View &view = *machine.get(op->getOperand(0)).view;
  FailureOr<int64_t> first =
      machine.locate(op, lane, view, 4, {machine.get(op->getOperand(1)).at(lane).i}, 1);
  if (failed(first))
    return failure();
  key = {view.memory, *first};
  return reinterpret_cast<int32_t *>(view.memory->bytes.data() + *first);
}

/// Others may see what this block did up to its last barrier.
static LogicalResult runSignal(Machine &machine, Operation *op) {
  return machine.forEachLane([&](int64_t lane) -> LogicalResult {
    std::pair<Allocation *, int64_t> key;
    FailureOr<int32_t *> counter = counterOf(machine, op, lane, key);
    if (failed(counter))
      return failure();
    ++**counter;
    if (!machine.meeting)
      return success();
    Clocks &published = machine.meeting->counters[key];
    published.resize(machine.seen.size());
    Clocks mine = machine.seen;
    mine[machine.place.blockNumber()] = machine.time - 1;
    join(published, mine);
    return success();
  });
}

static LogicalResult runAwait(Machine &machine, Operation *op) {
  return machine.forEachLane([&](int64_t lane) -> LogicalResult {
    std::pair<Allocation *, int64_t> key;
    FailureOr<int32_t *> counter = counterOf(machine, op, lane, key);
    if (failed(counter))
      return failure();
    int64_t least = machine.get(op->getOperand(2)).at(lane).i;
    bool waited = machine.wait([&] { return **counter >= least; });
    if (!waited && machine.hasFailedElsewhere())
      return failure();
    if (!waited)
      return machine.fail(op,
                          "waits for ever for " + Twine(least) + " at byte " + Twine(key.second) +
                              " of " + key.first->name + ", found " + Twine(**counter),
                          lane);
    if (machine.meeting)
      join(machine.awaited, machine.meeting->counters[key]);
    return success();
  });
}

/// Blocks of a cluster are neighbors in the grid.
static LogicalResult runClusterBarrier(Machine &machine, Operation *op) {
  if (!machine.meeting)
    return machine.fail(op, "wanted a barrier of a cluster in the body of a kernel");
  if (!machine.mask.isFull())
    return machine.fail(op, "wanted all " + Twine(machine.lanes()) +
                                " threads at a barrier, found " + Twine(machine.mask.numActive()));
  Meeting &meeting = *machine.meeting;
  int64_t block = machine.place.blockNumber();
  ClusterBarrier &barrier = meeting.clusters[block / meeting.clusterSize];
  barrier.arriving.resize(machine.seen.size());
  Clocks mine = machine.seen;
  mine[block] = machine.time;
  join(barrier.arriving, mine);
  int64_t phase = barrier.phase;
  if (++barrier.arrived == meeting.clusterSize) {
    barrier.released = std::move(barrier.arriving);
    barrier.arriving.clear();
    barrier.arrived = 0;
    ++barrier.phase;
  }
  if (!machine.wait([&] { return barrier.phase != phase; })) {
    if (machine.hasFailedElsewhere())
      return failure();
    return machine.fail(op, "waits for ever for the other blocks of its cluster");
  }
  join(machine.seen, barrier.released);
  machine.hasMetCluster = true;
  machine.passBarrier();
  return success();
}

//===----------------------------------------------------------------------===//
// The launches before and after
//===----------------------------------------------------------------------===//

static LogicalResult runAdmitLaunch(Machine &machine, Operation *) {
  machine.admitsNext = true;
  return success();
}

static LogicalResult runAwaitLaunches(Machine &machine, Operation *) {
  machine.mayBeAhead = false;
  return success();
}

//===----------------------------------------------------------------------===//
// Asynchronous copies
//===----------------------------------------------------------------------===//

static SmallVector<int64_t> indexOf(Machine &machine, ValueRange indices, int64_t lane) {
  return llvm::map_to_vector(indices, [&](Value index) { return machine.get(index).at(lane).i; });
}

/// cp.async copies 4, 8 or 16 bytes between addresses that are multiples of them.
static LogicalResult checkCopy(Machine &machine, const AsyncCopy &copy, int64_t lane) {
  int64_t bytes = copy.targetBytes;
  if (bytes != 4 && bytes != 8 && bytes != 16)
    return machine.fail(copy.op, "wanted to copy 4, 8 or 16 bytes, found " + Twine(bytes), lane);
  bool readsSource = copy.sourceBytes > 0;
  if (copy.targetByte % bytes != 0 || (readsSource && copy.sourceByte % bytes != 0))
    return machine.fail(copy.op,
                        "misaligned copy of " + Twine(bytes) + " bytes from byte " +
                            Twine(copy.sourceByte) + " of " + copy.source->name + " to byte " +
                            Twine(copy.targetByte) + " of " + copy.target->name,
                        lane);
  return success();
}

static LogicalResult beginCopy(Machine &machine, nvgpu::DeviceAsyncCopyOp op, int64_t lane) {
  const View &target = *machine.get(op.getDst()).view, &source = *machine.get(op.getSrc()).view;
  int64_t elements = op.getDstElements().getSExtValue(), read = elements;
  if (Value given = op.getSrcElements())
    read = machine.get(given).at(lane).i;
  if (read < 0 || read > elements)
    return machine.fail(
        op, "wanted 0 to " + Twine(elements) + " elements of the source, found " + Twine(read),
        lane);
  Type element = cast<MemRefType>(op.getDst().getType()).getElementType();
  int64_t bytes = bytesOf(partOf(element)) * elementsOf(element);
  AsyncCopy copy{op, target.memory, source.memory, 0, 0, elements * bytes, read * bytes};
  FailureOr<int64_t> first =
      machine.locate(op, lane, target, bytes, indexOf(machine, op.getDstIndices(), lane), elements);
  if (failed(first))
    return failure();
  copy.targetByte = *first;
  if (read > 0) {
    first =
        machine.locate(op, lane, source, bytes, indexOf(machine, op.getSrcIndices(), lane), read);
    if (failed(first) ||
        failed(machine.touch(op, lane, *source.memory, *first, copy.sourceBytes, false)))
      return failure();
    copy.sourceByte = *first;
  }
  if (failed(checkCopy(machine, copy, lane)) ||
      failed(machine.touch(op, lane, *target.memory, copy.targetByte, copy.targetBytes, true)))
    return failure();
  target.memory->setInFlight(copy.targetByte, copy.targetBytes, +1);
  std::memset(target.memory->bytes.data() + copy.targetByte, Allocation::poison, copy.targetBytes);
  machine.copies[lane].open.push_back(copy);
  return success();
}

static LogicalResult land(Machine &machine, const AsyncCopy &copy, int64_t lane) {
  char *target = copy.target->bytes.data() + copy.targetByte;
  copy.target->setInFlight(copy.targetByte, copy.targetBytes, -1);
  std::memset(target, 0, copy.targetBytes);
  if (copy.sourceBytes > 0)
    std::memcpy(target, copy.source->bytes.data() + copy.sourceByte, copy.sourceBytes);
  return machine.touch(copy.op, lane, *copy.target, copy.targetByte, copy.targetBytes, true);
}

static LogicalResult runAsyncCopy(Machine &machine, Operation *op) {
  return machine.forEachLane(
      [&](int64_t lane) { return beginCopy(machine, cast<nvgpu::DeviceAsyncCopyOp>(op), lane); });
}

static LogicalResult runCommit(Machine &machine, Operation *) {
  for (int64_t lane = 0; lane < machine.lanes(); ++lane)
    if (machine.mask[lane]) {
      LaneCopies &copies = machine.copies[lane];
      copies.groups.push_back(std::move(copies.open));
      copies.open.clear();
    }
  return success();
}

/// All groups of a lane but the last n land.
static LogicalResult runWait(Machine &machine, Operation *op) {
  size_t left = cast<NVVM::CpAsyncWaitGroupOp>(op).getN();
  for (int64_t lane = 0; lane < machine.lanes(); ++lane) {
    std::deque<std::vector<AsyncCopy>> &groups = machine.copies[lane].groups;
    for (; machine.mask[lane] && groups.size() > left; groups.pop_front())
      for (const AsyncCopy &copy : groups.front())
        if (failed(land(machine, copy, lane)))
          return failure();
  }
  return success();
}

void danaus::sim::addDeviceOps(HandlerTable &table) {
  table[TypeID::get<gpu::ThreadIdOp>()] = runThreadId;
  table[TypeID::get<gpu::BlockIdOp>()] = runSame<gpu::BlockIdOp, &Place::block>;
  table[TypeID::get<gpu::BlockDimOp>()] = runSame<gpu::BlockDimOp, &Place::blockSize>;
  table[TypeID::get<gpu::GridDimOp>()] = runSame<gpu::GridDimOp, &Place::gridSize>;
  table[TypeID::get<gpu::BarrierOp>()] = runBarrier;
  table[TypeID::get<gpu::DynamicSharedMemoryOp>()] = runSharedMemory;
  table[TypeID::get<danaus::tile::AwaitOp>()] = runAwait;
  table[TypeID::get<danaus::tile::SignalOp>()] = runSignal;
  table[TypeID::get<danaus::tile::ClusterBarrierOp>()] = runClusterBarrier;
  table[TypeID::get<danaus::tile::AdmitLaunchOp>()] = runAdmitLaunch;
  table[TypeID::get<danaus::tile::AwaitLaunchesOp>()] = runAwaitLaunches;
  table[TypeID::get<nvgpu::DeviceAsyncCopyOp>()] = runAsyncCopy;
  table[TypeID::get<NVVM::CpAsyncCommitGroupOp>()] = runCommit;
  table[TypeID::get<NVVM::CpAsyncWaitGroupOp>()] = runWait;
}
