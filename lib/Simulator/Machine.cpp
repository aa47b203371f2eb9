//===- Machine.cpp - The threads of a block, or the host, on one function -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "danaus/Simulator/Simulator.h"
#include "llvm/ADT/StringExtras.h"
#include <cstring>

using namespace mlir;
using namespace danaus;
using namespace danaus::sim;

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

LogicalResult Machine::forEachLane(llvm::function_ref<LogicalResult(int64_t lane)> body) {
  for (int64_t lane = 0; lane < lanes(); ++lane)
    if (mask[lane] && failed(body(lane)))
      return failure();
  return success();
}

LogicalResult Machine::run(Block &block) {
  for (Operation &op : block.without_terminator()) {
    auto handler = world.handlers.find(op.getName().getTypeID());
    if (handler == world.handlers.end())
      return op.emitOpError() << "is none that the simulator knows";
    if (failed(handler->second(*this, &op)))
      return failure();
  }
  return success();
}

LogicalResult Machine::runMasked(Block &block, const Mask &part) {
  if (part.isEmpty())
    return success();
  Mask saved = mask;
  mask = part;
  LogicalResult result = run(block);
  mask = saved;
  return result;
}

bool Machine::wait(llvm::function_ref<bool()> isReady) {
  Fibers *mine = roles, *others = mine ? mine : meeting ? &meeting->fibers : nullptr;
  if (!others)
    return isReady();
  Mask saved = mask;
  bool result = others->waitUntil(isReady);
  mask = saved;
  roles = mine;
  return result;
}

/// What either has seen.
static void join(Clocks &clocks, const Clocks &others) {
  for (auto [mine, other] : llvm::zip(clocks, others))
    mine = std::max(mine, other);
}

void Machine::passBarrier() {
  ++time;
  if (!meeting)
    return;
  join(seen, awaited);
  seen[place.blockNumber()] = time;
}

LogicalResult Machine::fail(Operation *op, const Twine &what, int64_t lane) {
  hasFailed = true;
  InFlightDiagnostic diagnostic = op->emitOpError();
  if (isDevice && lane >= 0)
    diagnostic << "thread " << lane << " of ";
  if (isDevice)
    diagnostic << "block " << place.blockNumber() << ": ";
  diagnostic << what;
  return failure();
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

static std::string printIndex(ArrayRef<int64_t> index) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << '[';
  llvm::interleaveComma(index, stream);
  stream << ']';
  return text;
}

FailureOr<int64_t> Machine::locate(Operation *op, int64_t lane, const View &view,
                                   int64_t elementBytes, ArrayRef<int64_t> index, int64_t count) {
  Allocation &memory = *view.memory;
  int64_t element = view.offset + (view.offsetsOfLanes.empty() ? 0 : view.offsetsOfLanes[lane]);
  bool isInside = true;
  for (auto [dim, at] : llvm::enumerate(index)) {
    // Elements of a vector run along the last dimension.
    int64_t reach = dim + 1 == index.size() ? count : 1;
    isInside &= at >= 0 && at + reach <= view.sizes[dim];
    element += at * view.strides[dim];
  }
  int64_t first = view.firstByte + element * elementBytes;
  if (!isInside || first < 0 || first + count * elementBytes > memory.size())
    return fail(op,
                "access out of bounds: " + Twine(count) + " elements from " + printIndex(index) +
                    " of " + memory.name + ", a view of " + printIndex(view.sizes),
                lane);
  if (memory.isFreed)
    return fail(op, "access to " + memory.name + ", which is freed", lane);
  return first;
}

LogicalResult Machine::touch(Operation *op, int64_t lane, Allocation &memory, int64_t first,
                             int64_t count, bool writes) {
  if (!isDevice)
    return success();
  if (mayBeAhead && !memory.isShared && (writes || memory.isWrittenAhead))
    return fail(op,
                Twine(writes ? "write to " : "read of ") + memory.name +
                    " before the launches before have been awaited",
                lane);
  if (writes && admitsNext && !memory.isShared)
    memory.isWrittenAhead = true;
  size_t warp = lane / 32;
  uint32_t warpTime = warp < warpTimes.size() ? warpTimes[warp] : 0;
  Access access{lane,   place.blockNumber(),      launch, time, warpTime,
                writes, meeting ? &seen : nullptr};
  std::string problem = memory.touch(access, first, count);
  if (problem.empty())
    return success();
  return fail(op,
              Twine(writes ? "write to" : "read of") + " bytes " + Twine(first) + " to " +
                  Twine(first + count - 1) + " of " + memory.name + ": " + problem,
              lane);
}

/// Bytes of an element of a memref.
static int64_t elementBytes(Type element) { return bytesOf(partOf(element)) * elementsOf(element); }

LogicalResult Machine::read(Operation *op, int64_t lane, const View &view, Type element,
                            ArrayRef<int64_t> index, MutableArrayRef<Word> words) {
  int64_t bytes = elementBytes(element), count = words.size() / elementsOf(element);
  FailureOr<int64_t> first = locate(op, lane, view, bytes, index, count);
  if (failed(first) ||
      failed(touch(op, lane, *view.memory, *first, bytes * count, /*writes=*/false)))
    return failure();
  Type part = partOf(element);
  for (auto [number, word] : llvm::enumerate(words))
    word = decode(part, view.memory->bytes.data() + *first + number * bytesOf(part));
  return success();
}

LogicalResult Machine::write(Operation *op, int64_t lane, const View &view, Type element,
                             ArrayRef<int64_t> index, ArrayRef<Word> words) {
  int64_t bytes = elementBytes(element), count = words.size() / elementsOf(element);
  FailureOr<int64_t> first = locate(op, lane, view, bytes, index, count);
  if (failed(first) ||
      failed(touch(op, lane, *view.memory, *first, bytes * count, /*writes=*/true)))
    return failure();
  Type part = partOf(element);
  for (auto [number, word] : llvm::enumerate(words))
    encode(part, word, view.memory->bytes.data() + *first + number * bytesOf(part));
  return success();
}

std::shared_ptr<const View> sim::wholeView(Allocation *memory, ArrayRef<int64_t> shape) {
  auto view = std::make_shared<View>();
  view->memory = memory;
  view->sizes.assign(shape.begin(), shape.end());
  view->strides.resize(shape.size());
  int64_t stride = 1;
  for (size_t dim = shape.size(); dim-- > 0; stride *= shape[dim])
    view->strides[dim] = stride;
  return view;
}

//===----------------------------------------------------------------------===//
// A run
//===----------------------------------------------------------------------===//

LogicalResult danaus::simulate(func::FuncOp function, ArrayRef<SimBuffer> buffers) {
  World world;
  world.module = function->getParentOfType<ModuleOp>();
  addScalarOps(world.handlers);
  addControlOps(world.handlers);
  addMemoryOps(world.handlers);
  addDeviceOps(world.handlers);
  addTileOps(world.handlers);
  addBulkOps(world.handlers);
  addExchangeOps(world.handlers);
  if (function.getNumArguments() != buffers.size())
    return function.emitOpError() << "wanted " << function.getNumArguments() << " buffers, found "
                                  << buffers.size();
  SmallVector<LaneValue> arguments, results;
  for (auto [number, buffer] : llvm::enumerate(buffers)) {
    auto type = dyn_cast<MemRefType>(function.getArgumentTypes()[number]);
    if (!type)
      return function.emitOpError() << "wanted memrefs as arguments to simulate";
    int64_t bytes = bytesOf(partOf(type)) * elementsOf(type.getElementType());
    for (int64_t extent : buffer.shape)
      bytes *= extent;
    Allocation *memory = world.allocate(("argument " + Twine(number)).str(), bytes);
    std::memcpy(memory->bytes.data(), buffer.data, bytes);
    LaneValue argument;
    argument.view = wholeView(memory, buffer.shape);
    arguments.push_back(std::move(argument));
  }
  if (failed(callHost(world, function, arguments, results)))
    return failure();
  for (auto [argument, buffer] : llvm::zip_equal(arguments, buffers)) {
    const std::vector<char> &bytes = argument.view->memory->bytes;
    std::memcpy(buffer.data, bytes.data(), bytes.size());
  }
  return success();
}
