//===- GemmLaunches.cpp - A kernel of unit wgmma as launches of products -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GemmEmitter.h"
#include "Launches.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// What can be converted
//===----------------------------------------------------------------------===//

/// Whether the orders in which `plan` reads x and stores y are those of the packed weight.
static LogicalResult checkOrder(chain::StageOp stage, const GemmPlan &plan) {
  chain::PackingAttr packing = *stage.getPacking();
  if (packing.getLanes() != plan.xDigit)
    return stage.emitOpError() << "packing for wgmma: wanted lanes = " << plan.xDigit
                               << ", the d of the stage before, found " << packing.getLanes();
  if (packing.getDigit() == plan.digit && (plan.digit == 1 || packing.getGroup() == plan.group))
    return success();
  return stage.emitOpError() << "packing for wgmma: wanted group = " << plan.group
                             << ", digit = " << plan.digit << ", found " << packing.getGroup()
                             << " and " << packing.getDigit()
                             << "; between stages wanted maps without operands of rank 2";
}

static LogicalResult checkGemms(chain::KernelOp kernel, ArrayRef<StageWithMaps> stages,
                                const GemmKernelPlan &plan) {
  Type in = cast<MemRefType>(kernel.getInputs()[0].getType()).getElementType();
  Type out = cast<MemRefType>(kernel.getInit().getType()).getElementType();
  if (in != out)
    return kernel.emitOpError() << "element type of the result for wgmma: wanted " << in
                                << ", found " << out;
  for (auto [stage, launch] : llvm::zip_equal(stages, plan.launches))
    if (failed(checkOrder(stage.stage, launch)))
      return failure();
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

  void emitProducts(const GemmPlan &plan, const StageWithMaps &stage, Value x, Value y);
  void emitTransposition(const StagePattern &pattern, Value source, Value target);
  void askLibrary(chain::StageOp stage);

private:
  Value constant(int64_t value) { return arith::ConstantIndexOp::create(b, value); }
  Value tensorMap(Value source, const TensorView &view);
};
} // namespace

//===----------------------------------------------------------------------===//
// One launch
//===----------------------------------------------------------------------===//

Value GemmLauncher::tensorMap(Value source, const TensorView &view) {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  return tile::TensorMapOp::create(b, pointer, source, rows, view.sizes, view.strides, view.box);
}

void GemmLauncher::emitProducts(const GemmPlan &plan, const StageWithMaps &stage, Value x,
                                Value y) {
  chain::StageOp op = stage.stage;
  Value weight = operandOf(kernel, op.getWeight());
  SmallVector<Value> arguments{tensorMap(x, plan.x), tensorMap(weight, plan.w),
                               tensorMap(y, plan.y), rows};
  SetVector<Value> others;
  for (chain::MapOp map : stage.maps)
    others.insert(map.getExtras().begin(), map.getExtras().end());
  for (Value other : others)
    arguments.push_back(operandOf(kernel, other));
  gpu::GPUFuncOp device = createKernelFunction(function, TypeRange(ValueRange(arguments)),
                                               plan.threads(), plan.blocksPerProcessor);
  device->setAttr(tile::TileDialect::getTensorMapsAttrName(), b.getI64IntegerAttr(3));
  Block &entry = device.getBody().front();
  auto inside = ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &entry);
  GemmOperands operands;
  operands.x = entry.getArgument(0);
  operands.w = entry.getArgument(1);
  operands.y = entry.getArgument(2);
  operands.numRows = entry.getArgument(3);
  for (auto [index, other] : llvm::enumerate(others))
    operands.others[other] = entry.getArgument(index + 4);
  operands.isEarly = limits.hasEarlyLaunch;
  GemmEmitter(inside, plan, stage, operands).emit();
  gpu::ReturnOp::create(inside);
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
  for (auto [index, launch] : llvm::enumerate(plan.launches)) {
    bool isLast = index + 1 == stages.size();
    int64_t columns = launch.pattern.outSize();
    Value y = isLast ? Value(kernel.getInit()) : allocate(columns);
    Value blocks = launch.transposes ? allocate(columns) : y;
    launcher.emitProducts(launch, stages[index], x, blocks);
    if (launch.transposes)
      launcher.emitTransposition(launch.pattern, blocks, y);
    x = y;
  }
  for (Value temporary : temporaries)
    gpu::DeallocOp::create(b, /*asyncToken=*/Type(), ValueRange(), temporary);
  kernel.erase();
  return success();
}
