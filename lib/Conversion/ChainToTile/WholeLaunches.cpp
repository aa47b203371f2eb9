//===- WholeLaunches.cpp - Launches that keep rows on chip -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kernels in one buffer and of clusters, whose x and y have elements of one type.
//
//===----------------------------------------------------------------------===//

#include "ClusterEmitter.h"
#include "InPlaceEmitter.h"
#include "Launches.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

namespace {
/// A launch of some stages: x, other values, counters of rings, y.
struct WholeLaunch {
  SmallVector<Value> arguments;
  gpu::GPUFuncOp device;
  KernelOperands operands; ///< inside `device`
  ValueRange counters;     ///< inside `device`
};
} // namespace

static Type elementOf(Value memory) { return cast<MemRefType>(memory.getType()).getElementType(); }

static LogicalResult checkElements(chain::KernelOp kernel, StringRef field) {
  if (elementOf(kernel.getInit()) == elementOf(kernel.getInputs()[0]))
    return success();
  return kernel.emitOpError() << field << ": wanted a result of the same type as x";
}

/// Creates the device function of a launch from `x` to the kernel's result, without a body.
static WholeLaunch createWholeLaunch(chain::KernelOp kernel, Value x,
                                     ArrayRef<StageWithMaps> stages, ArrayRef<Value> counters,
                                     int64_t blocksPerProcessor, bool isEarly) {
  WholeLaunch launch;
  launch.arguments.push_back(x);
  SetVector<Value> others = otherValues(stages);
  for (Value value : others)
    launch.arguments.push_back(operandOf(kernel, value));
  llvm::append_range(launch.arguments, counters);
  launch.arguments.push_back(kernel.getInit());
  int64_t threads = 32 * kernel.getSchedule()->getWarps();
  launch.device =
      createKernelFunction(kernel->getParentOfType<func::FuncOp>(),
                           TypeRange(ValueRange(launch.arguments)), threads, blocksPerProcessor);
  Block &entry = launch.device.getBody().front();
  auto inside = ImplicitLocOpBuilder::atBlockBegin(kernel.getLoc(), &entry);
  launch.operands.x = entry.getArgument(0);
  launch.operands.y = entry.getArguments().back();
  for (auto [number, value] : llvm::enumerate(others))
    launch.operands.others[value] = entry.getArgument(number + 1);
  launch.counters = entry.getArguments().drop_front(others.size() + 1).drop_back();
  launch.operands.numRows = memref::DimOp::create(inside, launch.operands.x, 0);
  launch.operands.isEarly = isEarly;
  return launch;
}

static int64_t elementBytes(chain::KernelOp kernel) {
  return elementOf(kernel.getInputs()[0]).getIntOrFloatBitWidth() / 8;
}

/// The pieces that all rows of `x` have in `group`.
static Value countPieces(ImplicitLocOpBuilder &b, Value x, const InPlaceGroup &group) {
  Value rows = memref::DimOp::create(b, x, 0);
  if (group.piecesPerRow == 1)
    return rows;
  Value perRow = arith::ConstantIndexOp::create(b, group.piecesPerRow);
  return arith::MulIOp::create(b, rows, perRow);
}

/// A thread block for each tile of pieces of `x`, as many as run at once.
static void launchGroup(chain::KernelOp kernel, Value x, const InPlaceGroup &group,
                        const Schedule &schedule, ArrayRef<StageWithMaps> stages,
                        const TargetLimits &limits) {
  WholeLaunch launch =
      createWholeLaunch(kernel, x, stages, {}, group.blocksPerProcessor, limits.hasEarlyLaunch);
  auto inside = ImplicitLocOpBuilder::atBlockEnd(kernel.getLoc(), &launch.device.getBody().front());
  InPlaceEmitter(inside, group, schedule, stages, launch.operands).emit();
  gpu::ReturnOp::create(inside);
  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  Value pieces = countPieces(b, x, group);
  int64_t resident = limits.multiprocessors * group.blocksPerProcessor;
  emitLaunch(b, launch.device,
             {pieces, schedule.rows, resident, /*groups=*/1, 32 * schedule.warps, group.sharedBytes,
              limits.hasEarlyLaunch},
             launch.arguments);
}

/// The code of group `index` for its thread blocks, and of those after it for theirs.
static void emitGroups(ImplicitLocOpBuilder &b, const InPlacePlan &plan, const Schedule &schedule,
                       ArrayRef<StageWithMaps> stages, const WholeLaunch &launch, size_t index) {
  const InPlaceGroup &group = plan.groups[index];
  bool isLast = index + 1 == plan.groups.size();
  auto ringBetween = [&](size_t producer) -> RingOperand {
    return {launch.counters[producer], schedule.ring, plan.groups[producer].piecesPerRow,
            plan.groups[producer + 1].piecesPerRow};
  };
  KernelOperands operands = launch.operands;
  if (index > 0) {
    operands.x = operands.y;
    operands.before = ringBetween(index - 1);
  }
  OpBuilder::InsertionGuard guard(b);
  if (!isLast) {
    operands.after = ringBetween(index);
    Value number = gpu::BlockIdOp::create(b, gpu::Dimension::y);
    Value ours = arith::ConstantIndexOp::create(b, index);
    Value isOurs = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, number, ours);
    auto choice = scf::IfOp::create(b, isOurs, /*withElseRegion=*/true);
    b.setInsertionPointToStart(choice.elseBlock());
    emitGroups(b, plan, schedule, stages, launch, index + 1);
    b.setInsertionPointToStart(choice.thenBlock());
  }
  ArrayRef<StageWithMaps> ofGroup = stages.slice(group.firstStage, group.stages.size());
  InPlaceEmitter(b, group, schedule, ofGroup, operands).emit();
}

/// All groups at once, in one launch.
static void launchRing(chain::KernelOp kernel, const InPlacePlan &plan, const Schedule &schedule,
                       ArrayRef<StageWithMaps> stages, const TargetLimits &limits) {
  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  SmallVector<Value> counters;
  int64_t sharedBytes = plan.groups.front().sharedBytes;
  for (const InPlaceGroup &group : ArrayRef(plan.groups).drop_front()) {
    counters.push_back(allocateCounters(b, schedule.ring));
    sharedBytes = std::max(sharedBytes, group.sharedBytes);
  }
  Value x = kernel.getInputs()[0];
  WholeLaunch launch = createWholeLaunch(kernel, x, stages, counters,
                                         plan.groups.front().blocksPerProcessor, /*isEarly=*/false);
  auto inside = ImplicitLocOpBuilder::atBlockEnd(kernel.getLoc(), &launch.device.getBody().front());
  emitGroups(inside, plan, schedule, stages, launch, 0);
  gpu::ReturnOp::create(inside);
  // The groups wait for each other, so all blocks must run at once.
  kernel->getParentOfType<func::FuncOp>()->setAttr("danaus.multiprocessors",
                                                   b.getI64IntegerAttr(limits.multiprocessors));
  int64_t numGroups = plan.groups.size();
  Value pieces = countPieces(b, x, plan.groups.front());
  emitLaunch(b, launch.device,
             {pieces, schedule.rows, plan.blocksPerGroup, numGroups, 32 * schedule.warps,
              sharedBytes, /*isEarly=*/false},
             launch.arguments);
  for (Value memory : counters)
    freeDeviceMemory(b, memory);
}

LogicalResult danaus::convertInPlace(chain::KernelOp kernel, ArrayRef<StageWithMaps> stages,
                                     ArrayRef<StageDescriptor> descriptors,
                                     const TargetLimits &limits) {
  Schedule schedule = chain::toPlain(*kernel.getSchedule());
  InPlacePlan plan = planInPlaceKernel(descriptors, elementBytes(kernel), schedule, limits);
  if (failed(reportBroken(kernel, limits, plan.broken)) ||
      failed(checkElements(kernel, "in_place")))
    return failure();
  if (schedule.ring > 0) {
    launchRing(kernel, plan, schedule, stages, limits);
    kernel.erase();
    return success();
  }
  Value x = kernel.getInputs()[0];
  for (const InPlaceGroup &group : plan.groups) {
    launchGroup(kernel, x, group, schedule, stages.slice(group.firstStage, group.stages.size()),
                limits);
    x = kernel.getInit(); // pieces share no columns, so that later groups write where they read
  }
  kernel.erase();
  return success();
}

/// One launch of a cluster for each tile of rows, as many as run at once.
LogicalResult danaus::convertToClusters(chain::KernelOp kernel, ArrayRef<StageWithMaps> stages,
                                        ArrayRef<StageDescriptor> descriptors,
                                        const TargetLimits &limits) {
  Schedule schedule = chain::toPlain(*kernel.getSchedule());
  ClusterPlan plan = planClusterKernel(descriptors, elementBytes(kernel), schedule, limits);
  if (failed(reportBroken(kernel, limits, plan.broken)) || failed(checkElements(kernel, "cluster")))
    return failure();
  Value x = kernel.getInputs()[0];
  WholeLaunch launch = createWholeLaunch(kernel, x, stages, {}, 1, limits.hasEarlyLaunch);
  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  setClusterSize(launch.device, plan.blocks);
  auto inside = ImplicitLocOpBuilder::atBlockEnd(kernel.getLoc(), &launch.device.getBody().front());
  ClusterEmitter(inside, plan, schedule, stages, launch.operands).emit();
  gpu::ReturnOp::create(inside);
  Grid grid{memref::DimOp::create(b, x, 0),
            schedule.rows,
            std::max<int64_t>(1, limits.multiprocessors / plan.blocks),
            /*groups=*/1,
            32 * schedule.warps,
            plan.sharedBytes,
            limits.hasEarlyLaunch};
  grid.cluster = plan.blocks;
  emitLaunch(b, launch.device, grid, launch.arguments);
  kernel.erase();
  return success();
}
