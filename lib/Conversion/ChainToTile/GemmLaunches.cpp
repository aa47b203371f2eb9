//===- GemmLaunches.cpp - A kernel of unit wgmma as launches of products -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GemmEmitter.h"
#include "Launches.h"
#include "PairEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// What can be converted
//===----------------------------------------------------------------------===//

/// Whether a stage's packed weight has its sums in runs of `lanes`, and its columns in the
/// order of `group` and `digit`.
static LogicalResult checkOrder(chain::StageOp stage, int64_t lanes, int64_t group, int64_t digit) {
  chain::PackingAttr packing = *stage.getPacking();
  if (packing.getLanes() != lanes)
    return stage.emitOpError() << "packing for wgmma: wanted lanes = " << lanes
                               << ", the d of the stage before, found " << packing.getLanes();
  if (packing.getDigit() == digit && (digit == 1 || packing.getGroup() == group))
    return success();
  return stage.emitOpError() << "packing for wgmma: wanted group = " << group
                             << ", digit = " << digit << ", found " << packing.getGroup() << " and "
                             << packing.getDigit()
                             << "; between stages wanted maps without operands of rank 2";
}

/// Whether the packed weights of the stages from `stage` on have the orders of `plan`.
static LogicalResult checkOrders(const StageWithMaps *stage, const GemmPlan &plan) {
  if (!plan.first)
    return checkOrder(stage->stage, plan.xDigit, plan.group, plan.digit);
  int64_t digit = plan.first->isSplit ? 1 : plan.first->digits;
  if (failed(checkOrder(stage->stage, plan.xDigit, plan.first->pattern.b, digit)))
    return failure();
  return checkOrder((stage + 1)->stage, /*lanes=*/1, plan.group, plan.digit);
}

static LogicalResult checkGemms(chain::KernelOp kernel, ArrayRef<StageWithMaps> stages,
                                const GemmKernelPlan &plan) {
  Type in = cast<MemRefType>(kernel.getInputs()[0].getType()).getElementType();
  Type out = cast<MemRefType>(kernel.getInit().getType()).getElementType();
  if (in != out)
    return kernel.emitOpError() << "element type of the result for wgmma: wanted " << in
                                << ", found " << out;
  const StageWithMaps *stage = stages.begin();
  for (const GemmPlan &launch : plan.launches) {
    if (failed(checkOrders(stage, launch)))
      return failure();
    stage += launch.numStages();
  }
  if (kernel.getSchedule()->getLibrary() && !stages.front().maps.empty())
    return kernel.emitOpError() << "library: wanted no maps behind the stage";
  return success();
}

namespace {
/// Emits the launches of one kernel, and their device functions.
struct GemmLauncher {
  ImplicitLocOpBuilder &b;
  func::FuncOp function;
  const TargetLimits &limits;
  chain::KernelOp kernel;
  Value rows;

  void emitProducts(const GemmPlan &plan, ArrayRef<StageWithMaps> stages, Value x, Value y);
  void emitTransposition(const StagePattern &pattern, Value source, Value target);
  void askLibrary(chain::StageOp stage);

private:
  Value constant(int64_t value) { return arith::ConstantIndexOp::create(b, value); }
};
} // namespace

//===----------------------------------------------------------------------===//
// One launch
//===----------------------------------------------------------------------===//

static void emitBody(ImplicitLocOpBuilder &b, const GemmPlan &plan, ArrayRef<StageWithMaps> stages,
                     const GemmOperands &operands) {
  if (plan.first)
    PairEmitter(b, plan, stages[0], stages[1], operands).emit();
  else
    GemmEmitter(b, plan, stages[0], operands).emit();
  gpu::ReturnOp::create(b);
}

void GemmLauncher::emitProducts(const GemmPlan &plan, ArrayRef<StageWithMaps> stages, Value x,
                                Value y) {
  auto weightOf = [&](StageWithMaps stage) { return operandOf(kernel, stage.stage.getWeight()); };
  auto mapOf = [&](Value source, const TensorView &view) {
    return createTensorMap(b, source, rows, view);
  };
  SmallVector<Value> arguments{mapOf(x, plan.x), mapOf(weightOf(stages.back()), plan.w),
                               mapOf(y, plan.y)};
  if (plan.first)
    arguments.push_back(mapOf(weightOf(stages.front()), plan.first->w));
  int64_t numMaps = arguments.size();
  arguments.push_back(rows);
  SetVector<Value> others = valuesOfMaps(stages);
  for (Value other : others)
    arguments.push_back(operandOf(kernel, other));
  gpu::GPUFuncOp device = createKernelFunction(function, TypeRange(ValueRange(arguments)),
                                               plan.threads(), plan.blocksPerProcessor);
  device->setAttr(tile::TileDialect::getTensorMapsAttrName(), b.getI64IntegerAttr(numMaps));
  Block &entry = device.getBody().front();
  auto inside = ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &entry);
  GemmOperands operands;
  operands.x = entry.getArgument(0);
  operands.w = entry.getArgument(1);
  operands.y = entry.getArgument(2);
  operands.firstW = plan.first ? entry.getArgument(3) : Value();
  operands.numRows = entry.getArgument(numMaps);
  for (auto [index, other] : llvm::enumerate(others))
    operands.others[other] = entry.getArgument(numMaps + 1 + index);
  operands.isEarly = limits.hasEarlyLaunch;
  emitBody(inside, plan, stages, operands);
  if (plan.cluster > 1)
    setClusterSize(device, plan.cluster);

  // Tiles of a cluster, of rows or of columns, are one piece.
  int64_t pieceRows = plan.rows * plan.wParts();
  Value rounded = arith::AddIOp::create(b, rows, constant(pieceRows - 1));
  Value rowTiles = arith::DivUIOp::create(b, rounded, constant(pieceRows));
  Value pieces = arith::MulIOp::create(b, rowTiles, constant(plan.tilesPerRow() / plan.xParts()));
  Grid grid{pieces,
            /*perBlock=*/1,   limits.multiprocessors * plan.blocksPerProcessor / plan.cluster,
            /*groups=*/1,     plan.threads(),
            plan.sharedBytes, limits.hasEarlyLaunch};
  grid.cluster = plan.cluster;
  emitLaunch(b, device, grid, arguments);
}

void GemmLauncher::emitTransposition(const StagePattern &pattern, Value source, Value target) {
  constexpr int64_t blocksPerProcessor = 4;
  Value arguments[] = {source, target};
  gpu::GPUFuncOp device = createKernelFunction(function, TypeRange(ValueRange(arguments)),
                                               transposeThreads, blocksPerProcessor);
  Block &entry = device.getBody().front();
  auto inside = ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &entry);
  if (limits.hasEarlyLaunch) {
    tile::AdmitLaunchOp::create(inside);
    tile::AwaitLaunchesOp::create(inside);
  }
  emitTranspose(inside, pattern, entry.getArgument(0), entry.getArgument(1));
  gpu::ReturnOp::create(inside);
  Value units = arith::MulIOp::create(b, rows, constant(transposeUnits(pattern)));
  emitLaunch(b, device,
             {units, transposeThreads, limits.multiprocessors * blocksPerProcessor, /*groups=*/1,
              transposeThreads, /*sharedBytes=*/0, limits.hasEarlyLaunch},
             arguments);
}

/// Asks the vendor's library for the product; what is emitted from here on is launched
/// where that was in vain.
void GemmLauncher::askLibrary(chain::StageOp stage) {
  Value weight = operandOf(kernel, stage.getWeight());
  Value isDone = tile::LibraryProductOp::create(b, b.getI1Type(), kernel.getInputs()[0], weight,
                                                kernel.getInit());
  Value yes = arith::ConstantIntOp::create(b, 1, 1);
  Value isLeft = arith::XOrIOp::create(b, isDone, yes);
  auto left = scf::IfOp::create(b, isLeft, /*withElseRegion=*/false);
  b.setInsertionPointToStart(left.thenBlock());
}

//===----------------------------------------------------------------------===//
// One kernel
//===----------------------------------------------------------------------===//

LogicalResult danaus::convertToGemms(chain::KernelOp kernel, ArrayRef<StageWithMaps> stages,
                                     ArrayRef<StageDescriptor> descriptors,
                                     const TargetLimits &limits) {
  Value x = kernel.getInputs()[0];
  Type element = cast<MemRefType>(x.getType()).getElementType();
  GemmKernelPlan plan = planGemmKernel(descriptors, element.getIntOrFloatBitWidth() / 8,
                                       chain::toPlain(*kernel.getSchedule()), limits);
  if (failed(reportBroken(kernel, limits, plan.broken)) || failed(checkGemms(kernel, stages, plan)))
    return failure();

  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  Value rows = memref::DimOp::create(b, x, 0);
  GemmLauncher launcher{b, kernel->getParentOfType<func::FuncOp>(), limits, kernel, rows};
  if (kernel.getSchedule()->getLibrary())
    launcher.askLibrary(stages.front().stage);
  SmallVector<Value> temporaries;
  auto allocate = [&](int64_t columns) -> Value {
    auto type = MemRefType::get({ShapedType::kDynamic, columns}, element);
    auto alloc = gpu::AllocOp::create(b, type, /*asyncToken=*/Type(), ValueRange(),
                                      ValueRange{rows}, ValueRange());
    temporaries.push_back(alloc.getMemref());
    return alloc.getMemref();
  };
  for (const GemmPlan &launch : plan.launches) {
    ArrayRef<StageWithMaps> ofLaunch = stages.take_front(launch.numStages());
    stages = stages.drop_front(launch.numStages());
    bool isLast = stages.empty();
    int64_t columns = launch.pattern.outSize();
    Value y = isLast ? Value(kernel.getInit()) : allocate(columns);
    Value blocks = launch.transposes ? allocate(columns) : y;
    launcher.emitProducts(launch, ofLaunch, x, blocks);
    if (launch.transposes)
      launcher.emitTransposition(launch.pattern, blocks, y);
    x = y;
  }
  for (Value temporary : temporaries)
    gpu::DeallocOp::create(b, /*asyncToken=*/Type(), ValueRange(), temporary);
  kernel.erase();
  return success();
}
