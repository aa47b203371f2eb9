//===- BulkOps.cpp - Barriers with phases, bulk copies, products of warpgroups -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A bulk load lands when somebody waits for the phase that it signals, and a product
// reads shared memory from when it begins until its warpgroup waits for it: no copy
// may begin there before. Bulk stores are done at once, and the memory that loads
// land in is not searched for races between threads, which barriers with phases
// order pair by pair.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "dialects/Tile/TileOps.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include <cstring>

using namespace mlir;
using namespace danaus;
using namespace danaus::sim;

static constexpr int64_t groupLanes = 128, rowBytes = 128, unitBytes = 16;

//===----------------------------------------------------------------------===//
// Barriers with phases
//===----------------------------------------------------------------------===//

FailureOr<PhaseBarrier *> sim::barrierAt(Machine &machine, Operation *op, int64_t lane,
                                         Value barriers, Value index, Machine *block) {
  FailureOr<int64_t> first =
      machine.locate(op, lane, *machine.get(barriers).view, 8, {machine.get(index).at(lane).i}, 1);
  if (failed(first))
    return failure();
  return &(block ? block : &machine)->barriers[*first];
}

/// Ends the phase if all that it waits for has come; its copies land.
static void endPhase(PhaseBarrier &barrier) {
  if (barrier.arrived < barrier.count || barrier.copiedBytes != barrier.wantedBytes)
    return;
  for (const BulkCopy &copy : barrier.copies) {
    copy.target->setInFlight(copy.firstByte, copy.bytes.size(), -1);
    std::memcpy(copy.target->bytes.data() + copy.firstByte, copy.bytes.data(), copy.bytes.size());
  }
  int64_t count = barrier.count, phase = barrier.phase + 1;
  barrier = PhaseBarrier();
  barrier.count = count;
  barrier.phase = phase;
}

static LogicalResult runInit(Machine &machine, Operation *op) {
  auto init = cast<tile::BarrierInitOp>(op);
  return machine.forEachLane([&](int64_t lane) -> LogicalResult {
    auto barrier = barrierAt(machine, op, lane, init.getBarriers(), init.getIndex());
    if (failed(barrier))
      return failure();
    **barrier = PhaseBarrier();
    (*barrier)->count = init.getCount();
    return success();
  });
}

/// An arrival at a barrier of this block, or of block `rank` of its cluster.
static LogicalResult arrive(Machine &machine, Operation *op, Value barriers, Value index,
                            int64_t bytes, Value rank = nullptr) {
  return machine.forEachLane([&](int64_t lane) -> LogicalResult {
    FailureOr<Machine *> block = &machine;
    if (rank)
      block = blockOfCluster(machine, op, machine.get(rank).at(lane).i);
    if (failed(block))
      return failure();
    auto barrier = barrierAt(machine, op, lane, barriers, index, *block);
    if (failed(barrier))
      return failure();
    if ((*barrier)->count == 0)
      return machine.fail(op, "arrives at a barrier that is not made", lane);
    ++(*barrier)->arrived;
    (*barrier)->wantedBytes += bytes;
    // Without copies a phase ends with its last arrival.
    if ((*barrier)->wantedBytes == 0)
      endPhase(**barrier);
    return success();
  });
}

static LogicalResult runExpect(Machine &machine, Operation *op) {
  auto expect = cast<tile::BarrierExpectOp>(op);
  return arrive(machine, op, expect.getBarriers(), expect.getIndex(), expect.getBytes());
}
static LogicalResult runArrive(Machine &machine, Operation *op) {
  auto arrival = cast<tile::BarrierArriveOp>(op);
  return arrive(machine, op, arrival.getBarriers(), arrival.getIndex(), 0, arrival.getRank());
}

static LogicalResult runPhaseWait(Machine &machine, Operation *op) {
  auto wait = cast<tile::BarrierWaitOp>(op);
  return machine.forEachLane([&](int64_t lane) -> LogicalResult {
    auto barrier = barrierAt(machine, op, lane, wait.getBarriers(), wait.getIndex());
    if (failed(barrier))
      return failure();
    int64_t parity = machine.get(wait.getParity()).at(lane).i;
    auto isReady = [&] {
      if ((*barrier)->phase % 2 == parity)
        endPhase(**barrier);
      return (*barrier)->phase % 2 != parity;
    };
    if (machine.wait(isReady))
      return success();
    if (machine.hasFailedElsewhere())
      return failure();
    return machine.fail(op, "waits for ever for the end of a phase of parity " + Twine(parity),
                        lane);
  });
}

//===----------------------------------------------------------------------===//
// Bulk copies
//===----------------------------------------------------------------------===//

static LogicalResult runTensorMap(Machine &machine, Operation *op) {
  auto map = cast<tile::TensorMapOp>(op);
  auto view = std::make_shared<View>(*machine.get(map.getSource()).view);
  view->sizes.assign(map.getSizes().begin(), map.getSizes().end());
  view->strides.assign(map.getStrides().begin(), map.getStrides().end());
  view->box.assign(map.getBox().begin(), map.getBox().end());
  for (int64_t &size : view->sizes)
    if (size == -1)
      size = machine.get(map.getRows()).at(0).i;
  LaneValue value;
  value.view = view;
  machine.set(op->getResult(0), std::move(value));
  return success();
}

/// Where byte `offset` of a box lies, whose rows have `units` of 16 bytes.
static int64_t swizzled(int64_t offset, int64_t units) {
  return offset ^ (offset / rowBytes % units * unitBytes);
}

/// Calls `move(byte in the box, byte in the tensor)` for each value of 2 bytes of the
/// box at the coordinates, with -1 for what lies outside the tensor.
static void forBox(const View &map, ArrayRef<int64_t> coordinates,
                   llvm::function_ref<void(int64_t inBox, int64_t inTensor)> move) {
  int64_t count = 1;
  for (int64_t extent : map.box)
    count *= extent;
  int64_t units = std::max<int64_t>(map.box[0] * 2 / unitBytes, 1);
  for (int64_t number = 0; number < count; ++number) {
    int64_t rest = number, element = map.offset;
    bool isInside = true;
    for (auto [dim, extent] : llvm::enumerate(map.box)) {
      int64_t at = coordinates[dim] + rest % extent;
      rest /= extent;
      isInside &= at >= 0 && at < map.sizes[dim];
      element += at * map.strides[dim];
    }
    move(swizzled(2 * number, units), isInside ? map.firstByte + 2 * element : -1);
  }
}

static int64_t bytesOfBox(const View &map) {
  int64_t bytes = 2;
  for (int64_t extent : map.box)
    bytes *= extent;
  return bytes;
}

/// The first byte of a box in shared memory. The pattern of the swizzle begins anew
/// after as many rows of 128 bytes as a row of the box has units.
static FailureOr<int64_t> locateBox(Machine &machine, Operation *op, int64_t lane,
                                    const View &buffer, const View &map, int64_t offset) {
  int64_t bytes = bytesOfBox(map), units = map.box[0] * 2 / unitBytes;
  int64_t alignment = units > 1 ? rowBytes * units : rowBytes;
  FailureOr<int64_t> first = machine.locate(op, lane, buffer, 2, {offset}, bytes / 2);
  if (succeeded(first) && *first % alignment != 0)
    return machine.fail(op,
                        "misaligned box at byte " + Twine(*first) + " of " + buffer.memory->name +
                            ", wanted a multiple of " + Twine(alignment),
                        lane);
  return first;
}

static SmallVector<int64_t> coordinatesOf(Machine &machine, ValueRange values, int64_t lane) {
  return llvm::map_to_vector(values, [&](Value value) { return machine.get(value).at(lane).i; });
}

/// The bytes of a box as they will lie in shared memory.
static FailureOr<std::vector<char>> readBox(Machine &machine, tile::BulkLoadOp load, int64_t lane) {
  const View &map = *machine.get(load.getMap()).view;
  std::vector<char> bytes(bytesOfBox(map), 0);
  bool isInside = true;
  forBox(map, coordinatesOf(machine, load.getCoordinates(), lane),
         [&](int64_t inBox, int64_t inTensor) {
           isInside &= inTensor + 2 <= map.memory->size();
           if (isInside && inTensor >= 0)
             std::memcpy(bytes.data() + inBox, map.memory->bytes.data() + inTensor, 2);
         });
  if (isInside)
    return bytes;
  return machine.fail(
      load, "access out of bounds: a tensor map that is larger than " + map.memory->name, lane);
}

LogicalResult sim::sendBox(Machine &machine, Operation *op, int64_t lane, Allocation &memory,
                           int64_t first, const std::vector<char> &bytes, PhaseBarrier &barrier) {
  int64_t size = bytes.size();
  if (std::string use = memory.describeUse(first, size); !use.empty())
    return machine.fail(op, "copy to " + memory.name + ": " + use, lane);
  memory.setInFlight(first, size, +1);
  std::memset(memory.bytes.data() + first, Allocation::poison, size);
  barrier.copiedBytes += size;
  barrier.copies.push_back({&memory, first, bytes});
  return success();
}

static LogicalResult runBulkLoad(Machine &machine, Operation *op) {
  auto load = cast<tile::BulkLoadOp>(op);
  const View &map = *machine.get(load.getMap()).view, &buffer = *machine.get(load.getBuffer()).view;
  std::optional<uint64_t> blocks = load.getBlocks();
  return machine.forEachLane([&](int64_t lane) -> LogicalResult {
    FailureOr<int64_t> first =
        locateBox(machine, op, lane, buffer, map, machine.get(load.getOffset()).at(lane).i);
    FailureOr<std::vector<char>> bytes = readBox(machine, load, lane);
    if (failed(first) || failed(bytes))
      return failure();
    for (uint64_t rank = 0; rank < blocks.value_or(1); ++rank) {
      FailureOr<Machine *> block = &machine;
      if (blocks)
        block = blockOfCluster(machine, op, rank);
      if (failed(block))
        return failure();
      auto barrier = barrierAt(machine, op, lane, load.getBarriers(), load.getIndex(), *block);
      if (failed(barrier) ||
          failed(sendBox(machine, op, lane, *(*block)->shared, *first, *bytes, **barrier)))
        return failure();
    }
    return success();
  });
}

static LogicalResult runBulkStore(Machine &machine, Operation *op) {
  auto store = cast<tile::BulkStoreOp>(op);
  const View &map = *machine.get(store.getMap()).view,
             &buffer = *machine.get(store.getBuffer()).view;
  return machine.forEachLane([&](int64_t lane) -> LogicalResult {
    int64_t bytes = bytesOfBox(map);
    FailureOr<int64_t> first =
        locateBox(machine, op, lane, buffer, map, machine.get(store.getOffset()).at(lane).i);
    if (failed(first) || failed(machine.touch(op, lane, *buffer.memory, *first, bytes, false)))
      return failure();
    buffer.memory->setInUse(*first, bytes, +1);
    machine.copies[lane].stores.open.push_back({buffer.memory, *first, bytes});
    LogicalResult status = success();
    forBox(map, coordinatesOf(machine, store.getCoordinates(), lane),
           [&](int64_t inBox, int64_t inTensor) {
             if (inTensor < 0 || failed(status))
               return;
             if (inTensor + 2 > map.memory->size()) {
               status = machine.fail(
                   op, "access out of bounds: a tensor map that is larger than " + map.memory->name,
                   lane);
               return;
             }
             status = machine.touch(op, lane, *map.memory, inTensor, 2, true);
             std::memcpy(map.memory->bytes.data() + inTensor,
                         buffer.memory->bytes.data() + *first + inBox, 2);
           });
    return status;
  });
}

/// What was begun since the last commit becomes a group.
static LogicalResult commit(BytesRead &read) {
  read.groups.push_back(std::move(read.open));
  read.open.clear();
  return success();
}

/// All groups but the last `left` are done.
static LogicalResult retire(BytesRead &read, size_t left) {
  for (; read.groups.size() > left; read.groups.pop_front())
    for (const BytesInUse &use : read.groups.front())
      use.memory->setInUse(use.firstByte, use.numBytes, -1);
  return success();
}

static LogicalResult runCommitStores(Machine &machine, Operation *) {
  return machine.forEachLane([&](int64_t lane) { return commit(machine.copies[lane].stores); });
}

/// What all groups of bulk stores of a lane but the last ones stored may be overwritten.
static LogicalResult runWaitStores(Machine &machine, Operation *op) {
  size_t left = cast<NVVM::CpAsyncBulkWaitGroupOp>(op).getGroup();
  return machine.forEachLane(
      [&](int64_t lane) { return retire(machine.copies[lane].stores, left); });
}

//===----------------------------------------------------------------------===//
// Products of warpgroups
//===----------------------------------------------------------------------===//

/// Calls `body(first lane)` for every warpgroup that runs, all of whose threads must.
static LogicalResult forEachGroup(Machine &machine, Operation *op,
                                  llvm::function_ref<LogicalResult(int64_t first)> body) {
  for (int64_t first = 0; first < machine.lanes(); first += groupLanes) {
    int64_t active = 0, last = std::min(first + groupLanes, machine.lanes());
    for (int64_t lane = first; lane < last; ++lane)
      active += machine.mask[lane];
    if (active != 0 && active != groupLanes)
      return machine.fail(op, "wanted all threads of warpgroup " + Twine(first / groupLanes) +
                                  ", found " + Twine(active));
    if (active && failed(body(first)))
      return failure();
  }
  return success();
}

/// Row and column of value `e` of lane `lane` of a warpgroup.
std::pair<int64_t, int64_t> sim::placeOfSum(int64_t lane, int64_t e) {
  int64_t warp = lane / 32, g = lane % 32 / 4, t = lane % 4;
  return {16 * warp + g + 8 * (e / 2 % 2), 8 * (e / 4) + 2 * t + e % 2};
}

static LogicalResult runDescribe(Machine &machine, Operation *op) {
  auto describe = cast<tile::DescribeOp>(op);
  LaneValue value = machine.get(describe.getOffset());
  value.view = machine.get(describe.getBuffer()).view;
  machine.set(op->getResult(0), std::move(value));
  return success();
}

/// Columns 16 step to 16 step + 15 of the matrix of a descriptor, row after row. The
/// bytes of its rows are in use until the group waits.
static LogicalResult readMatrix(Machine &machine, tile::WgmmaOp op, Value descriptor, int64_t rows,
                                int64_t first, SmallVectorImpl<double> &matrix) {
  const LaneValue &value = machine.get(descriptor);
  const View &view = *value.view;
  Type element = cast<tile::DescriptorType>(descriptor.getType()).getElementType();
  int64_t bytes = rows * rowBytes, column = value.at(first).i % (8 * rowBytes / 2);
  FailureOr<int64_t> start =
      machine.locate(op, first, view, 2, {value.at(first).i - column}, bytes / 2);
  if (failed(start) || failed(machine.touch(op, first, *view.memory, *start, bytes, false)))
    return failure();
  view.memory->setInUse(*start, bytes, +1);
  machine.copies[first].products.open.push_back({view.memory, *start, bytes});
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t k = 0; k < 16; ++k) {
      int64_t inRow = column + 16 * int64_t(op.getStep()) + k;
      int64_t byte = swizzled(row * rowBytes + 2 * inRow, 8);
      matrix.push_back(decode(element, view.memory->bytes.data() + *start + byte).f);
    }
  return success();
}

/// The same of a left operand in registers.
static void readLeft(Machine &machine, tile::WgmmaOp op, int64_t first,
                     SmallVectorImpl<double> &matrix) {
  const LaneValue &left = machine.get(op.getA());
  int64_t step = op.getStep();
  matrix.assign(64 * 16, 0.0);
  for (int64_t lane = 0; lane < groupLanes; ++lane)
    for (int64_t e = 8 * step; e < 8 * step + 8; ++e) {
      auto [row, column] = placeOfSum(lane, e);
      matrix[row * 16 + column - 16 * step] = left.at(first + lane, e).f;
    }
}

/// left_j[m, r i + k] = sums_i[m, r j + k]: value (n, half, parity) of a lane is in column
/// 8 n + 2 t + parity.
static LogicalResult runLeftOperands(Machine &machine, Operation *op) {
  auto regroup = cast<tile::LeftOperandsOp>(op);
  auto type = cast<tile::LeftType>(regroup.getLefts()[0].getType());
  int64_t depth = type.getColumnCount(), r = depth / int64_t(regroup.getSums().size());
  SmallVector<LaneValue> lefts(regroup.getLefts().size(),
                               LaneValue(machine.lanes(), type.getValuesPerLane()));
  LogicalResult status = forEachGroup(machine, op, [&](int64_t first) -> LogicalResult {
    for (auto [j, left] : llvm::enumerate(lefts))
      for (int64_t lane = 0; lane < groupLanes; ++lane)
        for (int64_t e = 0; e < left.elements; ++e) {
          int64_t column = placeOfSum(lane, e).second;
          int64_t from = r * int64_t(j) + column % r; // of sums column / r
          int64_t other = lane - lane % 4 + from % 8 / 2;
          const LaneValue &sums = machine.get(regroup.getSums()[column / r]);
          double value = sums.at(first + other, from / 8 * 4 + e % 4).f;
          left.at(first + lane, e) = toWord(roundTo(type.getElementType(), value));
        }
    return success();
  });
  for (auto [result, left] : llvm::zip_equal(regroup.getLefts(), lefts))
    machine.set(result, std::move(left));
  return status;
}

static LogicalResult runWgmma(Machine &machine, Operation *op) {
  auto wgmma = cast<tile::WgmmaOp>(op);
  int64_t columns = wgmma.getResult().getType().getColumnCount();
  LaneValue result(machine.lanes(), elementsOf(wgmma.getResult().getType()));
  LogicalResult status = forEachGroup(machine, op, [&](int64_t first) -> LogicalResult {
    SmallVector<double> a, b;
    if (isa<tile::LeftType>(wgmma.getA().getType()))
      readLeft(machine, wgmma, first, a);
    else if (failed(readMatrix(machine, wgmma, wgmma.getA(), 64, first, a)))
      return failure();
    if (failed(readMatrix(machine, wgmma, wgmma.getB(), columns, first, b)))
      return failure();
    for (int64_t lane = 0; lane < groupLanes; ++lane)
      for (int64_t e = 0; e < result.elements; ++e) {
        auto [row, column] = placeOfSum(lane, e);
        double sum = wgmma.getAcc() ? machine.get(wgmma.getAcc()).at(first + lane, e).f : 0;
        for (int64_t k = 0; k < 16; ++k)
          sum += a[row * 16 + k] * b[column * 16 + k];
        result.at(first + lane, e) = toWord(static_cast<double>(static_cast<float>(sum)));
      }
    return success();
  });
  machine.set(op->getResult(0), std::move(result));
  return status;
}

static LogicalResult runCommitGroup(Machine &machine, Operation *op) {
  return forEachGroup(machine, op,
                      [&](int64_t first) { return commit(machine.copies[first].products); });
}

/// All groups of products but the last `left` are done.
static LogicalResult retireProducts(Machine &machine, Operation *op, size_t left) {
  return forEachGroup(machine, op,
                      [&](int64_t first) { return retire(machine.copies[first].products, left); });
}

static LogicalResult runWaitGroups(Machine &machine, Operation *op) {
  return retireProducts(machine, op, cast<NVVM::WgmmaWaitGroupSyncOp>(op).getGroup());
}

static LogicalResult runWgmmaWait(Machine &machine, Operation *op) {
  machine.set(op->getResult(0), machine.get(op->getOperand(0)));
  return retireProducts(machine, op, 0);
}

static LogicalResult runFence(Machine &machine, Operation *op) {
  for (auto [sums, ready] : llvm::zip_equal(op->getOperands(), op->getResults()))
    machine.set(ready, machine.get(sums));
  return success();
}

static LogicalResult runStage(Machine &machine, Operation *op) {
  auto stage = cast<tile::StageOp>(op);
  const View &buffer = *machine.get(stage.getBuffer()).view;
  Type element = stage.getBuffer().getType().getElementType();
  const LaneValue &offset = machine.get(stage.getOffset());
  int64_t blocks = stage.getSums().size(), perLane = machine.get(stage.getSums()[0]).elements;
  int64_t begin = stage.getFirst(), count = stage.getCount(), width = stage.getWidth();
  int64_t units = std::max<int64_t>(width * 2 / unitBytes, 1);
  return forEachGroup(machine, op, [&](int64_t first) -> LogicalResult {
    for (int64_t lane = first; lane < first + groupLanes; ++lane)
      for (int64_t e = 0; e < blocks * perLane; ++e) {
        const LaneValue &sums = machine.get(stage.getSums()[e / perLane]);
        auto [row, inBlock] = placeOfSum(lane - first, e % perLane);
        int64_t column = inBlock * blocks + e / perLane;
        if (column < begin || column >= begin + count)
          continue;
        int64_t inStage = column - begin, box = inStage / width * 64 * width;
        int64_t byte = swizzled(2 * (row * width + inStage % width), units);
        if (failed(machine.write(op, lane, buffer, element, {offset.at(lane).i + box + byte / 2},
                                 sums.at(lane, e % perLane))))
          return failure();
      }
    return success();
  });
}

/// A barrier of as many threads as it says, by number: those of warpgroups.
static LogicalResult runNamedBarrier(Machine &machine, Operation *op) {
  auto barrier = cast<NVVM::BarrierOp>(op);
  if (!barrier.getBarrierId() || !barrier.getNumberOfThreads())
    return machine.fail(op, "wanted a number and a count of threads");
  llvm::DenseMap<int64_t, int64_t> met;
  int64_t wanted = 0;
  for (int64_t lane = 0; lane < machine.lanes(); ++lane)
    if (machine.mask[lane]) {
      ++met[machine.get(barrier.getBarrierId()).at(lane).i];
      wanted = machine.get(barrier.getNumberOfThreads()).at(lane).i;
    }
  for (auto [number, count] : met)
    if (count != wanted)
      return machine.fail(op, "wanted " + Twine(wanted) + " threads at barrier " + Twine(number) +
                                  ", found " + Twine(count));
  machine.passBarrier();
  return success();
}

/// There is no library here: the kernels run that are launched in its place.
static LogicalResult runLibraryProduct(Machine &machine, Operation *op) {
  machine.set(op->getResult(0), LaneValue::same(toWord(int64_t(0))));
  return success();
}

static LogicalResult runNothing(Machine &, Operation *) { return success(); }

void danaus::sim::addBulkOps(HandlerTable &table) {
  table[TypeID::get<tile::BarrierInitOp>()] = runInit;
  table[TypeID::get<tile::BarrierExpectOp>()] = runExpect;
  table[TypeID::get<tile::BarrierArriveOp>()] = runArrive;
  table[TypeID::get<tile::BarrierWaitOp>()] = runPhaseWait;
  table[TypeID::get<tile::TensorMapOp>()] = runTensorMap;
  table[TypeID::get<tile::BulkLoadOp>()] = runBulkLoad;
  table[TypeID::get<tile::BulkStoreOp>()] = runBulkStore;
  table[TypeID::get<tile::DescribeOp>()] = runDescribe;
  table[TypeID::get<tile::LeftOperandsOp>()] = runLeftOperands;
  table[TypeID::get<tile::WgmmaOp>()] = runWgmma;
  table[TypeID::get<tile::WgmmaFenceOp>()] = runFence;
  table[TypeID::get<tile::WgmmaWaitOp>()] = runWgmmaWait;
  table[TypeID::get<tile::StageOp>()] = runStage;
  table[TypeID::get<tile::LibraryProductOp>()] = runLibraryProduct;
  table[TypeID::get<NVVM::WgmmaGroupSyncAlignedOp>()] = runCommitGroup;
  table[TypeID::get<NVVM::WgmmaWaitGroupSyncOp>()] = runWaitGroups;
  table[TypeID::get<NVVM::BarrierOp>()] = runNamedBarrier;
  for (TypeID op : {TypeID::get<NVVM::FenceMbarrierInitOp>(), TypeID::get<NVVM::FenceProxyOp>(),
                    TypeID::get<NVVM::PrefetchOp>(), TypeID::get<NVVM::SetMaxRegisterOp>()})
    table[op] = runNothing;
  table[TypeID::get<NVVM::CpAsyncBulkCommitGroupOp>()] = runCommitStores;
  table[TypeID::get<NVVM::CpAsyncBulkWaitGroupOp>()] = runWaitStores;
}
