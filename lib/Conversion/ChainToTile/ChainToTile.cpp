//===- ChainToTile.cpp - Kernels to device functions and launches -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GemmEmitter.h"
#include "danaus/Conversion/Passes.h"
#include "danaus/Target/Records.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
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

/// The packing that kernels on `element` read under `unit`.
static chain::PackingKind wantedPacking(Type element, chain::Unit unit) {
  if (unit == chain::Unit::wgmma)
    return chain::PackingKind::k_major;
  return element.isF32() ? chain::PackingKind::mma_k8 : chain::PackingKind::mma_k16;
}

static LogicalResult checkStages(ArrayRef<StageWithMaps> stages, chain::Unit unit) {
  chain::StageOp first = stages.front().stage;
  Type element = first.getX().getType().getElementType();
  if (!element.isF32() && !element.isF16() && !element.isBF16())
    return first.emitOpError() << "element type on a GPU: wanted f32, f16 or bf16, found "
                               << element;
  chain::PackingKind wanted = wantedPacking(element, unit);
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

static LogicalResult checkBuffers(chain::KernelOp kernel) {
  for (Value operand : kernel->getOperands())
    if (!cast<MemRefType>(operand.getType()).getLayout().isIdentity())
      return kernel.emitOpError() << "wanted row-major memrefs, found " << operand.getType();
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
  gpu::GPUModuleOp deviceModule();
  gpu::GPUFuncOp createFunction(func::FuncOp function, TypeRange arguments, int64_t threads,
                                int64_t blocksPerProcessor);
  LogicalResult convertToGemms(chain::KernelOp kernel, ArrayRef<StageWithMaps> stages,
                               const Schedule &schedule, ArrayRef<StageDescriptor> descriptors);
  void launchGemm(ImplicitLocOpBuilder &builder, func::FuncOp function, const GemmPlan &plan,
                  const StageWithMaps &stage, Value x, Value weight, Value y, Value rows,
                  llvm::function_ref<Value(Value)> outside);
  void launchTranspose(ImplicitLocOpBuilder &builder, func::FuncOp function,
                       const StagePattern &pattern, Value source, Value target, Value rows);
  gpu::GPUFuncOp createDeviceFunction(func::FuncOp function, const GpuSegment &segment,
                                      const Schedule &schedule, ArrayRef<StageWithMaps> stages,
                                      ArrayRef<Value> arguments);
  void launch(ImplicitLocOpBuilder &builder, const GpuSegment &segment, const Schedule &schedule,
              gpu::GPUFuncOp device, ArrayRef<Value> arguments, Value rows);
};
} // namespace

/// The module of all device functions, made when first needed.
gpu::GPUModuleOp Converter::deviceModule() {
  constexpr StringRef name = "danaus_kernels";
  if (auto existing = module.lookupSymbol<gpu::GPUModuleOp>(name))
    return existing;
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(), builder.getUnitAttr());
  return gpu::GPUModuleOp::create(builder, module.getLoc(), name);
}

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

/// An empty kernel, named after the function that launches it.
gpu::GPUFuncOp Converter::createFunction(func::FuncOp function, TypeRange arguments,
                                         int64_t threads, int64_t blocksPerProcessor) {
  gpu::GPUModuleOp device = deviceModule();
  auto b = ImplicitLocOpBuilder::atBlockEnd(function.getLoc(), device.getBody());
  std::string name;
  for (int64_t number = 0; name.empty() || device.lookupSymbol(name); ++number)
    name = (function.getName() + "_kernel_" + Twine(number)).str();
  auto kernel = gpu::GPUFuncOp::create(b, name, b.getFunctionType(arguments, {}));
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  kernel.setKnownBlockSizeAttr(b.getDenseI32ArrayAttr({static_cast<int32_t>(threads), 1, 1}));
  // Also where it is 1: ptxas would else save registers for a second block.
  kernel->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(),
                  b.getI32IntegerAttr(blocksPerProcessor));
  return kernel;
}

/// `arguments` are x, the other values and y, as the host passes them.
gpu::GPUFuncOp Converter::createDeviceFunction(func::FuncOp function, const GpuSegment &segment,
                                               const Schedule &schedule,
                                               ArrayRef<StageWithMaps> stages,
                                               ArrayRef<Value> arguments) {
  gpu::GPUFuncOp kernel = createFunction(function, TypeRange(ValueRange(arguments)),
                                         32 * schedule.warps, segment.blocksPerProcessor);
  Block &entry = kernel.getBody().front();
  KernelOperands operands;
  operands.x = entry.getArgument(0);
  operands.y = entry.getArguments().back();
  for (auto [index, value] : llvm::enumerate(otherValues(stages)))
    operands.others[value] = entry.getArgument(index + 1);
  auto b = ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &entry);
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
  if (failed(stages) || failed(checkStages(*stages, kernel.getSchedule()->getUnit())) || failed(checkBuffers(kernel)))
    return failure();
  Schedule schedule = chain::toPlain(*kernel.getSchedule());
  SmallVector<StageDescriptor> descriptors;
  for (StageWithMaps &part : *stages)
    descriptors.push_back({part.stage.getPattern(), 0, part.stage.getOrder().str()});
  if (schedule.unit == ScheduleUnit::Wgmma)
    return convertToGemms(kernel, *stages, schedule, descriptors);
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
// Products of warpgroups
//===----------------------------------------------------------------------===//

/// Whether the order in which `plan` stores y is that of the packed weight.
static LogicalResult checkOrder(chain::StageOp stage, const GemmPlan &plan) {
  chain::PackingAttr packing = *stage.getPacking();
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
  return success();
}

void Converter::launchGemm(ImplicitLocOpBuilder &b, func::FuncOp function, const GemmPlan &plan,
                           const StageWithMaps &stage, Value x, Value weight, Value y, Value rows,
                           llvm::function_ref<Value(Value)> outside) {
  auto map = [&](Value source, const TensorView &view) -> Value {
    return tile::TensorMapOp::create(b, LLVM::LLVMPointerType::get(b.getContext()), source, rows,
                                     view.sizes, view.strides, view.box);
  };
  SmallVector<Value> arguments{map(x, plan.x), map(weight, plan.w), map(y, plan.y), rows};
  SetVector<Value> others;
  for (chain::MapOp op : stage.maps)
    others.insert(op.getExtras().begin(), op.getExtras().end());
  for (Value other : others)
    arguments.push_back(outside(other));
  gpu::GPUFuncOp device = createFunction(function, TypeRange(ValueRange(arguments)), plan.threads(),
                                         plan.blocksPerProcessor);
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
  GemmEmitter(inside, plan, stage, operands).emit();
  gpu::ReturnOp::create(inside);

  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(b, value); };
  Value rounded = arith::AddIOp::create(b, rows, constant(plan.rows - 1));
  Value rowTiles = arith::DivUIOp::create(b, rounded, constant(plan.rows));
  Value tiles = arith::MulIOp::create(b, rowTiles, constant(plan.tilesPerRow()));
  Value gridX = arith::MinUIOp::create(
      b, tiles, constant(limits.multiprocessors * plan.blocksPerProcessor));
  Value one = constant(1), bytes = arith::ConstantIntOp::create(b, plan.sharedBytes, 32);
  gpu::LaunchFuncOp::create(b, device, gpu::KernelDim3{gridX, one, one},
                            gpu::KernelDim3{constant(plan.threads()), one, one}, bytes, arguments);
}

void Converter::launchTranspose(ImplicitLocOpBuilder &b, func::FuncOp function,
                                const StagePattern &pattern, Value source, Value target,
                                Value rows) {
  constexpr int64_t blocksPerProcessor = 4;
  Value arguments[] = {source, target};
  gpu::GPUFuncOp device = createFunction(function, TypeRange(ValueRange(arguments)),
                                         transposeThreads, blocksPerProcessor);
  Block &entry = device.getBody().front();
  auto inside = ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &entry);
  emitTranspose(inside, pattern, entry.getArgument(0), entry.getArgument(1));
  gpu::ReturnOp::create(inside);

  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(b, value); };
  Value units = arith::MulIOp::create(b, rows, constant(transposeUnits(pattern)));
  Value rounded = arith::AddIOp::create(b, units, constant(transposeThreads - 1));
  Value blocks = arith::DivUIOp::create(b, rounded, constant(transposeThreads));
  Value most = constant(limits.multiprocessors * blocksPerProcessor);
  Value gridX = arith::MinUIOp::create(b, blocks, most), one = constant(1);
  Value bytes = arith::ConstantIntOp::create(b, 0, 32);
  gpu::LaunchFuncOp::create(b, device, gpu::KernelDim3{gridX, one, one},
                            gpu::KernelDim3{constant(transposeThreads), one, one}, bytes,
                            arguments);
}

/// One launch a stage, and a transposition behind a stage with d > 1; activations
/// between launches go through device memory.
LogicalResult Converter::convertToGemms(chain::KernelOp kernel, ArrayRef<StageWithMaps> stages,
                                        const Schedule &schedule,
                                        ArrayRef<StageDescriptor> descriptors) {
  Value x = kernel.getInputs()[0];
  Type element = cast<MemRefType>(x.getType()).getElementType();
  GemmKernelPlan plan =
      planGemmKernel(descriptors, element.getIntOrFloatBitWidth() / 8, schedule, limits);
  for (const std::string &broken : plan.broken)
    kernel.emitOpError() << "schedule on " << limits.name << ": " << broken;
  if (!plan.broken.empty() || failed(checkGemms(kernel, stages, plan)))
    return failure();

  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  auto function = kernel->getParentOfType<func::FuncOp>();
  Value rows = memref::DimOp::create(b, x, 0);
  auto outside = [&](Value inner) { return operandOf(kernel, inner); };
  SmallVector<Value> temporaries;
  auto allocate = [&](int64_t columns) -> Value {
    auto type = MemRefType::get({ShapedType::kDynamic, columns}, element);
    auto alloc = gpu::AllocOp::create(b, type, /*asyncToken=*/Type(), ValueRange(),
                                      ValueRange{rows}, ValueRange());
    temporaries.push_back(alloc.getMemref());
    return alloc.getMemref();
  };
  for (auto [index, launch] : llvm::enumerate(plan.launches)) {
    bool isLast = index + 1 == stages.size(), isOrdered = launch.pattern.d == 1;
    int64_t columns = launch.pattern.outSize();
    Value y = isLast ? Value(kernel.getInit()) : allocate(columns);
    Value blocks = isOrdered ? y : allocate(columns);
    chain::StageOp stage = stages[index].stage;
    launchGemm(b, function, launch, stages[index], x, outside(stage.getWeight()), blocks, rows,
               outside);
    if (!isOrdered)
      launchTranspose(b, function, launch.pattern, blocks, y, rows);
    x = y;
  }
  for (Value temporary : temporaries)
    gpu::DeallocOp::create(b, /*asyncToken=*/Type(), ValueRange(), temporary);
  kernel.erase();
  return success();
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// The record of the module's target, which must be a GPU.
static FailureOr<TargetLimits> gpuTarget(ModuleOp module) {
  auto name = module->getAttrOfType<StringAttr>("danaus.target");
  std::optional<TargetLimits> limits = name ? lookupTarget(name.getValue()) : std::nullopt;
  if (limits && limits->isGpu)
    return *limits;
  InFlightDiagnostic error = module.emitError()
                             << "danaus.target: wanted a GPU, such as \"sm_90a\", found ";
  if (name)
    error << name;
  else
    error << "none";
  return failure();
}

namespace {
struct ConvertChainToTile : danaus::impl::ConvertChainToTilePassBase<ConvertChainToTile> {
  void runOnOperation() override {
    SmallVector<chain::KernelOp> kernels;
    getOperation().walk([&](chain::KernelOp kernel) {
      std::optional<chain::ScheduleAttr> schedule = kernel.getSchedule();
      bool isOnGpu = schedule && (schedule->getUnit() == chain::Unit::mma_sync ||
                                  schedule->getUnit() == chain::Unit::wgmma);
      if (isOnGpu && !kernel.getResult())
        kernels.push_back(kernel);
    });
    if (kernels.empty())
      return;
    FailureOr<TargetLimits> limits = gpuTarget(getOperation());
    if (failed(limits))
      return signalPassFailure();
    Converter converter{getOperation(), *limits};
    for (chain::KernelOp kernel : kernels)
      if (failed(converter.convert(kernel)))
        return signalPassFailure();
  }
};
} // namespace
