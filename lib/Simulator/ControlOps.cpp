//===- ControlOps.cpp - Loops, branches, calls and launches -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "dialects/Tile/TileOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Support/DebugStringHelper.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::sim;

//===----------------------------------------------------------------------===//
// Loops and branches
//===----------------------------------------------------------------------===//

/// The values that a block ends with; `part` is where they count, and `old` holds
/// those of the other lanes of the enclosing mask, unless it is empty.
static SmallVector<LaneValue> yielded(Machine &machine, ValueRange values, const Mask &part,
                                      ArrayRef<LaneValue> old) {
  SmallVector<LaneValue> result;
  bool isAll = part.numActive() == machine.mask.numActive();
  for (auto [number, value] : llvm::enumerate(values)) {
    const LaneValue &mine = machine.get(value);
    result.push_back(isAll || old.empty() ? mine : select(part, mine, old[number]));
  }
  return result;
}

static void setAll(Machine &machine, ValueRange values, ArrayRef<LaneValue> contents) {
  for (auto [value, content] : llvm::zip_equal(values, contents))
    machine.set(value, content);
}

static SmallVector<LaneValue> getAll(Machine &machine, ValueRange values) {
  return llvm::map_to_vector(values, [&](Value value) { return machine.get(value); });
}

/// Drops the lanes of `part` in which a loop at `at` has ended.
static void dropEnded(Mask &part, const LaneValue &at, const LaneValue &end, bool isUnsigned) {
  for (int64_t lane = 0; lane < part.size(); ++lane) {
    int64_t a = at.at(lane).i, b = end.at(lane).i;
    bool goesOn = isUnsigned ? uint64_t(a) < uint64_t(b) : a < b;
    if (part[lane] && !goesOn)
      part.clear(lane);
  }
}

static LogicalResult runFor(Machine &machine, Operation *op) {
  auto loop = cast<scf::ForOp>(op);
  LaneValue at = machine.get(loop.getLowerBound());
  const LaneValue end = machine.get(loop.getUpperBound()), step = machine.get(loop.getStep());
  SmallVector<LaneValue> carried = getAll(machine, loop.getInitArgs());
  Mask part = machine.mask;
  while (true) {
    dropEnded(part, at, end, loop.getUnsignedCmp());
    if (part.isEmpty())
      break;
    machine.set(loop.getInductionVar(), at);
    setAll(machine, loop.getRegionIterArgs(), carried);
    if (failed(machine.runMasked(*loop.getBody(), part)))
      return failure();
    carried = yielded(machine, loop.getYieldedValues(), part, carried);
    LaneValue next(std::max(at.width, step.width), 1);
    for (int64_t lane = 0; lane < next.width; ++lane)
      next.at(lane).i = at.at(lane).i + step.at(lane).i;
    at = std::move(next);
  }
  setAll(machine, loop.getResults(), carried);
  return success();
}

/// Whether threads in there wait for what others do.
static bool waitsForOthers(Region &region) {
  return region.walk([](tile::BarrierWaitOp) { return WalkResult::interrupt(); }).wasInterrupted();
}

/// Two roles of the threads of a block, in turns: each waits for the other.
static LogicalResult runRoles(Machine &machine, scf::IfOp branch, const Mask &yes, const Mask &no) {
  Mask saved = machine.mask;
  Fibers roles, *outer = machine.roles;
  bool hasFailed = false;
  auto add = [&](Block &block, const Mask &part) {
    roles.add([&machine, &roles, &hasFailed, &block, part] {
      machine.mask = part;
      machine.roles = &roles;
      hasFailed |= failed(machine.run(block));
    });
  };
  add(*branch.thenBlock(), yes);
  add(*branch.elseBlock(), no);
  roles.run(outer ? outer : machine.meeting ? &machine.meeting->fibers : nullptr);
  machine.roles = outer;
  machine.mask = saved;
  return success(!hasFailed);
}

static LogicalResult runIf(Machine &machine, Operation *op) {
  auto branch = cast<scf::IfOp>(op);
  LaneValue condition = machine.get(branch.getCondition());
  Mask yes = machine.mask, no = machine.mask;
  for (int64_t lane = 0; lane < yes.size(); ++lane)
    (condition.at(lane).i ? no : yes).clear(lane);
  bool hasRoles = branch.elseBlock() && !yes.isEmpty() && !no.isEmpty() &&
                  waitsForOthers(branch.getThenRegion()) && waitsForOthers(branch.getElseRegion());
  if (hasRoles)
    return runRoles(machine, branch, yes, no);
  SmallVector<LaneValue> results;
  if (!no.isEmpty() && branch.elseBlock()) {
    if (failed(machine.runMasked(*branch.elseBlock(), no)))
      return failure();
    results = yielded(machine, branch.elseYield().getOperands(), machine.mask, {});
  }
  if (!yes.isEmpty()) {
    if (failed(machine.runMasked(*branch.thenBlock(), yes)))
      return failure();
    results = yielded(machine, branch.thenYield().getOperands(), yes, results);
  }
  setAll(machine, branch.getResults(), results);
  return success();
}

static LogicalResult runWhile(Machine &machine, Operation *op) {
  auto loop = cast<scf::WhileOp>(op);
  SmallVector<LaneValue> carried = getAll(machine, loop.getInits()), results;
  Mask part = machine.mask;
  while (!part.isEmpty()) {
    setAll(machine, loop.getBeforeArguments(), carried);
    if (failed(machine.runMasked(*loop.getBeforeBody(), part)))
      return failure();
    scf::ConditionOp condition = loop.getConditionOp();
    results = yielded(machine, condition.getArgs(), part, results);
    LaneValue goesOn = machine.get(condition.getCondition());
    for (int64_t lane = 0; lane < part.size(); ++lane)
      if (!goesOn.at(lane).i)
        part.clear(lane);
    if (part.isEmpty())
      break;
    setAll(machine, loop.getAfterArguments(), getAll(machine, condition.getArgs()));
    if (failed(machine.runMasked(*loop.getAfterBody(), part)))
      return failure();
    carried = getAll(machine, loop.getYieldOp().getOperands());
  }
  setAll(machine, loop.getResults(), results);
  return success();
}

//===----------------------------------------------------------------------===//
// Functions of the host
//===----------------------------------------------------------------------===//

LogicalResult danaus::sim::callHost(World &world, Operation *op, ArrayRef<LaneValue> arguments,
                                    SmallVectorImpl<LaneValue> &results) {
  auto function = cast<func::FuncOp>(op);
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitOpError() << "wanted a body of one block to simulate";
  Machine host(world, /*lanes=*/1, /*isDevice=*/false);
  Block &body = function.getBody().front();
  setAll(host, body.getArguments(), arguments);
  if (failed(host.run(body)))
    return failure();
  results = getAll(host, body.getTerminator()->getOperands());
  return success();
}

static LogicalResult runCall(Machine &machine, Operation *op) {
  auto call = cast<func::CallOp>(op);
  auto callee = machine.world.module.lookupSymbol<func::FuncOp>(call.getCallee());
  if (!callee || callee.isExternal())
    return machine.fail(op, "calls a function without a body");
  SmallVector<LaneValue> results;
  if (failed(callHost(machine.world, callee, getAll(machine, call.getOperands()), results)))
    return failure();
  setAll(machine, op->getResults(), results);
  return success();
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

static std::array<int64_t, 3> sizesOf(Machine &machine, gpu::KernelDim3 dims) {
  auto size = [&](Value value) { return machine.get(value).at(0).i; };
  return {size(dims.x), size(dims.y), size(dims.z)};
}

namespace {
/// One launch, whose blocks run one after the other, or where some await others in
/// turns.
struct Grid {
  Machine &host;
  gpu::LaunchFuncOp launch;
  gpu::GPUFuncOp kernel;
  Place place;
  Meeting *meeting = nullptr;

  int64_t numBlocks() const { return place.gridSize[0] * place.gridSize[1] * place.gridSize[2]; }
  FailureOr<int64_t> clusterSize();
  LogicalResult runBlock(int64_t number);
  LogicalResult run();
};
} // namespace

LogicalResult Grid::runBlock(int64_t number) {
  const auto &[x, y, z] = place.blockSize;
  Machine block(host.world, x * y * z, /*isDevice=*/true);
  int64_t bytes = 0;
  if (Value size = launch.getDynamicSharedMemorySize())
    bytes = host.get(size).at(0).i;
  // Others may reach the memory of a block that meets them, after its end by mistake.
  auto shared = std::make_unique<Allocation>("shared memory", bytes);
  shared->isShared = true;
  block.shared = shared.get();
  if (meeting)
    meeting->shared[number] = std::move(shared);
  block.place = place;
  block.place.block = {number % place.gridSize[0], number / place.gridSize[0] % place.gridSize[1],
                       number / (place.gridSize[0] * place.gridSize[1])};
  block.launch = host.world.launches;
  block.mayBeAhead = launch->hasAttr(tile::TileDialect::getEarlyAttrName());
  block.meeting = meeting;
  if (meeting)
    meeting->machines[number] = &block;
  if (meeting) {
    block.seen.assign(numBlocks(), 0);
    block.awaited.assign(numBlocks(), 0);
  }
  setAll(block, kernel.getBody().front().getArguments(), getAll(host, launch.getKernelOperands()));
  LogicalResult result = block.run(kernel.getBody().front());
  if (meeting)
    meeting->machines[number] = nullptr;
  return result;
}

/// Blocks of a cluster, which lie along x.
FailureOr<int64_t> Grid::clusterSize() {
  auto extents =
      kernel->getAttrOfType<DenseI32ArrayAttr>(NVVM::NVVMDialect::getClusterDimAttrName());
  if (!extents)
    return 1;
  ArrayRef<int32_t> sizes = extents.asArrayRef();
  if (sizes.empty() || sizes[0] < 1 ||
      llvm::any_of(sizes.drop_front(), [](int32_t size) { return size != 1; }))
    return host.fail(launch,
                     "wanted clusters of one block or more along x, found " + debugString(extents));
  if (place.gridSize[0] % sizes[0] != 0)
    return host.fail(launch, "wanted a grid of whole clusters of " + Twine(sizes[0]) +
                                 " blocks, found " + Twine(place.gridSize[0]));
  return sizes[0];
}

LogicalResult Grid::run() {
  FailureOr<int64_t> size = clusterSize();
  if (failed(size))
    return failure();
  ++host.world.launches;
  WalkResult awaits = kernel.walk([](Operation *op) {
    return isa<tile::AwaitOp, tile::ClusterBarrierOp>(op) ? WalkResult::interrupt()
                                                          : WalkResult::advance();
  });
  Meeting together;
  if (awaits.wasInterrupted())
    meeting = &together;
  together.clusterSize = *size;
  together.clusters.resize(numBlocks() / together.clusterSize);
  together.shared.resize(numBlocks());
  together.machines.resize(numBlocks());
  for (int64_t number = 0; number < numBlocks(); ++number) {
    if (meeting)
      together.fibers.add([this, number] { meeting->hasFailed |= failed(runBlock(number)); });
    else if (failed(runBlock(number)))
      return failure();
  }
  together.fibers.run();
  return success(!together.hasFailed);
}

static LogicalResult runLaunch(Machine &machine, Operation *op) {
  auto launch = cast<gpu::LaunchFuncOp>(op);
  auto kernel = dyn_cast_or_null<gpu::GPUFuncOp>(
      SymbolTable::lookupSymbolIn(machine.world.module, launch.getKernel()));
  if (!kernel || !llvm::hasSingleElement(kernel.getBody()))
    return machine.fail(op, "wanted a kernel with a body of one block to simulate");
  Place place;
  place.gridSize = sizesOf(machine, launch.getGridSizeOperandValues());
  place.blockSize = sizesOf(machine, launch.getBlockSizeOperandValues());
  int64_t threads = place.blockSize[0] * place.blockSize[1] * place.blockSize[2];
  if (threads < 1 || threads > 1024)
    return machine.fail(op, "wanted 1 to 1024 threads a block, found " + Twine(threads));
  return Grid{machine, launch, kernel, place}.run();
}

void danaus::sim::addControlOps(HandlerTable &table) {
  table[TypeID::get<scf::ForOp>()] = runFor;
  table[TypeID::get<scf::IfOp>()] = runIf;
  table[TypeID::get<scf::WhileOp>()] = runWhile;
  table[TypeID::get<func::CallOp>()] = runCall;
  table[TypeID::get<gpu::LaunchFuncOp>()] = runLaunch;
}
