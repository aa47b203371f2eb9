//===- ChainToTile.cpp - Kernels to device functions and launches -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "danaus/Conversion/DeviceModule.h"
#include "danaus/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/SetVector.h"

namespace danaus {
#define GEN_PASS_DEF_CONVERTCHAINTOTILEPASS
#include "danaus/Conversion/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// What can be converted
//===----------------------------------------------------------------------===//

/// The kernel's body as stages and the maps after each; it must be one chain
/// from the first input to the yield, of stages with packed weights.
static FailureOr<SmallVector<StageWithMaps>> collectStages(chain::KernelOp kernel) {
  SmallVector<StageWithMaps> stages;
  Block &body = kernel.getBody().front();
  Value current = body.getArgument(0);
  for (Operation &op : body.without_terminator()) {
    if (op.getOperand(0) != current)
      return op.emitOpError() << "wanted the result of the op before as its x";
    for (Value operand : op.getOperands().drop_front())
      if (!isa<BlockArgument>(operand))
        return op.emitOpError() << "wanted inputs of the kernel as its other operands";
    current = op.getResult(0);
    if (isa<chain::PermuteOp>(op))
      return op.emitOpError() << "wanted only stages and maps in a kernel on a GPU";
    if (auto stage = dyn_cast<chain::StageOp>(op))
      stages.push_back({stage, {}});
    else if (stages.empty())
      return op.emitOpError() << "wanted a stage before the first map of a kernel on a GPU";
    else
      stages.back().maps.push_back(cast<chain::MapOp>(op));
  }
  if (stages.empty())
    return kernel.emitOpError() << "wanted at least one stage in a kernel on a GPU";
  if (cast<chain::YieldOp>(body.back()).getValue() != current)
    return kernel.emitOpError() << "wanted it to yield the result of its last op";
  return stages;
}

static LogicalResult checkStages(ArrayRef<StageWithMaps> stages) {
  chain::StageOp first = stages.front().stage;
  Type element = first.getX().getType().getElementType();
  if (!element.isF32() && !element.isF16() && !element.isBF16())
    return first.emitOpError() << "element type on a GPU: wanted f32, f16 or bf16, found "
                               << element;
  auto wanted = element.isF32() ? chain::PackingKind::mma_k8 : chain::PackingKind::mma_k16;
  for (const StageWithMaps &part : stages) {
    chain::StageOp stage = part.stage;
    Type found = stage.getX().getType().getElementType();
    if (found != element)
      return stage.emitOpError() << "element type of x: wanted that of the first stage, " << element
                                 << ", found " << found;
    if (!stage.getPacking() || stage.getPacking()->getKind() != wanted)
      return stage.emitOpError() << "packing: wanted " << stringifyPackingKind(wanted)
                                 << " for a GPU; run danaus-pack-weights";
  }
  return success();
}

/// Gives `operand` memory of its own, row after row, where its rows lie apart:
/// loads and stores of many elements at once want them together. It is copied into
/// before the kernel if that reads it, and back from after the kernel if not.
static void makeRowMajor(OpOperand &operand, bool isRead) {
  auto type = cast<MemRefType>(operand.get().getType());
  if (type.getLayout().isIdentity())
    return;
  Operation *kernel = operand.getOwner();
  ImplicitLocOpBuilder b(kernel->getLoc(), kernel);
  SmallVector<Value> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      sizes.push_back(memref::DimOp::create(b, operand.get(), dim));
  Value rows =
      memref::AllocOp::create(b, MemRefType::get(type.getShape(), type.getElementType()), sizes);
  if (isRead)
    linalg::makeMemRefCopyOp(b, b.getLoc(), operand.get(), rows);
  b.setInsertionPointAfter(kernel);
  if (!isRead)
    linalg::makeMemRefCopyOp(b, b.getLoc(), rows, operand.get());
  memref::DeallocOp::create(b, rows);
  operand.set(rows);
}

static void makeRowMajor(chain::KernelOp kernel) {
  for (OpOperand &input : kernel.getInputsMutable())
    makeRowMajor(input, /*isRead=*/true);
  for (OpOperand &init : kernel.getInitsMutable())
    makeRowMajor(init, /*isRead=*/false);
}

static LogicalResult checkBuffers(chain::KernelOp kernel) {
  Type element = cast<MemRefType>(kernel.getInit().getType()).getElementType();
  if (!element.isF32() && !element.isF16() && !element.isBF16())
    return kernel.emitOpError() << "element type of the result on a GPU: wanted f32, f16 or bf16, "
                                << "found " << element;
  return success();
}

//===----------------------------------------------------------------------===//
// One launch
//===----------------------------------------------------------------------===//

namespace {
/// Converts the kernels of one module.
struct Converter {
  ModuleOp module;
  TargetLimits limits;

  LogicalResult convert(chain::KernelOp kernel);

private:
  gpu::GPUFuncOp createDeviceFunction(func::FuncOp function, const GpuSegment &segment,
                                      const Schedule &schedule, ArrayRef<StageWithMaps> stages,
                                      ArrayRef<Value> arguments);
  void launch(ImplicitLocOpBuilder &builder, const GpuSegment &segment, const Schedule &schedule,
              gpu::GPUFuncOp device, ArrayRef<Value> arguments, Value rows);
};
} // namespace

/// The body's values that a launch needs beside x and y, each once.
static SetVector<Value> otherValues(ArrayRef<StageWithMaps> stages) {
  SetVector<Value> values;
  for (const StageWithMaps &part : stages) {
    chain::StageOp stage = part.stage;
    values.insert(stage.getWeight());
    for (chain::MapOp map : part.maps)
      values.insert(map.getExtras().begin(), map.getExtras().end());
  }
  return values;
}

/// `arguments` are x, the other values and y, as the host passes them.
gpu::GPUFuncOp Converter::createDeviceFunction(func::FuncOp function, const GpuSegment &segment,
                                               const Schedule &schedule,
                                               ArrayRef<StageWithMaps> stages,
                                               ArrayRef<Value> arguments) {
  gpu::GPUModuleOp device = getKernelModule(module);
  auto b = ImplicitLocOpBuilder::atBlockEnd(function.getLoc(), device.getBody());
  std::string name = freshKernelName(device, function.getName() + "_kernel_");
  FunctionType type = b.getFunctionType(TypeRange(ValueRange(arguments)), {});
  auto kernel = gpu::GPUFuncOp::create(b, name, type);
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  kernel.setKnownBlockSizeAttr(
      b.getDenseI32ArrayAttr({static_cast<int32_t>(32 * schedule.warps), 1, 1}));
  // Also where it is 1: ptxas would else save registers for a second block.
  kernel->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(),
                  b.getI32IntegerAttr(segment.blocksPerProcessor));
  Block &entry = kernel.getBody().front();
  KernelOperands operands;
  operands.x = entry.getArgument(0);
  operands.y = entry.getArguments().back();
  for (auto [index, value] : llvm::enumerate(otherValues(stages)))
    operands.others[value] = entry.getArgument(index + 1);
  b.setInsertionPointToStart(&entry);
  KernelEmitter(b, segment, schedule, stages, operands).emit();
  gpu::ReturnOp::create(b);
  return kernel;
}

/// One thread block for each tile of rows, up to what the device holds at once.
void Converter::launch(ImplicitLocOpBuilder &b, const GpuSegment &segment, const Schedule &schedule,
                       gpu::GPUFuncOp device, ArrayRef<Value> arguments, Value rows) {
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(b, value); };
  Value rounded = arith::AddIOp::create(b, rows, constant(schedule.rows - 1));
  Value tiles = arith::DivUIOp::create(b, rounded, constant(schedule.rows));
  int64_t resident = limits.multiprocessors * segment.blocksPerProcessor / segment.groups();
  Value most = constant(std::max<int64_t>(resident, 1));
  Value gridX = arith::MinUIOp::create(b, tiles, most);
  Value one = constant(1);
  gpu::KernelDim3 grid{gridX, constant(segment.groups()), one};
  gpu::KernelDim3 block{constant(32 * schedule.warps), one, one};
  Value bytes = arith::ConstantIntOp::create(b, segment.sharedBytes, 32);
  gpu::LaunchFuncOp::create(b, device, grid, block, bytes, arguments);
}

//===----------------------------------------------------------------------===//
// One kernel
//===----------------------------------------------------------------------===//

/// The kernel operand that a value of its body stands for.
static Value operandOf(chain::KernelOp kernel, Value inner) {
  return kernel.getInputs()[cast<BlockArgument>(inner).getArgNumber()];
}

LogicalResult Converter::convert(chain::KernelOp kernel) {
  FailureOr<SmallVector<StageWithMaps>> stages = collectStages(kernel);
  if (failed(stages) || failed(checkStages(*stages)) || failed(checkBuffers(kernel)))
    return failure();
  makeRowMajor(kernel);
  Schedule schedule = chain::toPlain(*kernel.getSchedule());
  SmallVector<StageDescriptor> descriptors;
  for (StageWithMaps &part : *stages)
    descriptors.push_back({part.stage.getPattern(), 0, part.stage.getOrder().str()});
  auto bytesOf = [](Value value) {
    return static_cast<int64_t>(cast<MemRefType>(value.getType()).getElementTypeBitWidth() / 8);
  };
  ElementSizes sizes{bytesOf(kernel.getInputs()[0]), bytesOf(kernel.getInit())};
  GpuPlan plan = planGpuKernel(descriptors, sizes, schedule, limits);
  for (const std::string &broken : plan.broken)
    kernel.emitOpError() << "schedule on " << limits.name << ": " << broken;
  if (!plan.broken.empty())
    return failure();

  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  auto function = kernel->getParentOfType<func::FuncOp>();
  Value x = kernel.getInputs()[0];
  Value rows = memref::DimOp::create(b, x, 0);
  for (const GpuSegment &segment : plan.segments) {
    auto part = ArrayRef(*stages).slice(segment.firstStage, segment.stages.size());
    bool isLast = segment.firstStage + part.size() == stages->size();
    Value y = kernel.getInit();
    if (!isLast) {
      // The activations at a cut go through device memory.
      auto next = (*stages)[segment.firstStage + part.size()].stage.getX().getType();
      auto type =
          MemRefType::get({ShapedType::kDynamic, next.getDimSize(1)}, next.getElementType());
      y = gpu::AllocOp::create(b, type, /*asyncToken=*/Type(), ValueRange(), ValueRange{rows},
                               ValueRange())
              .getMemref();
    }
    SmallVector<Value> arguments = {x};
    for (Value value : otherValues(part))
      arguments.push_back(operandOf(kernel, value));
    arguments.push_back(y);
    gpu::GPUFuncOp device = createDeviceFunction(function, segment, schedule, part, arguments);
    launch(b, segment, schedule, device, arguments, rows);
    if (x != kernel.getInputs()[0])
      gpu::DeallocOp::create(b, /*asyncToken=*/Type(), ValueRange(), x);
    x = y;
  }
  kernel.erase();
  return success();
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct ConvertChainToTile : danaus::impl::ConvertChainToTilePassBase<ConvertChainToTile> {
  void runOnOperation() override {
    SmallVector<chain::KernelOp> kernels;
    getOperation().walk([&](chain::KernelOp kernel) {
      std::optional<chain::ScheduleAttr> schedule = kernel.getSchedule();
      if (schedule && schedule->getUnit() == chain::Unit::mma_sync && !kernel.getResult())
        kernels.push_back(kernel);
    });
    if (kernels.empty())
      return;
    FailureOr<TargetLimits> limits = getGpuTarget(getOperation());
    if (failed(limits))
      return signalPassFailure();
    Converter converter{getOperation(), *limits};
    for (chain::KernelOp kernel : kernels)
      if (failed(converter.convert(kernel)))
        return signalPassFailure();
  }
};
} // namespace
