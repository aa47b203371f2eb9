//===- ChainToTile.cpp - Kernels to device functions and launches -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"
#include "danaus/Conversion/DeviceModule.h"
#include "danaus/Conversion/Passes.h"
#include "danaus/Support/GpuGemmPlan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
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
  bool isWord = element.isF32() || element.isF64();
  return isWord ? chain::PackingKind::mma_k8 : chain::PackingKind::mma_k16;
}

/// Whether tensor cores take `element` under `schedule`: f64 only in place.
static bool takesElement(chain::ScheduleAttr schedule, Type element) {
  return isa<Float32Type, Float16Type, BFloat16Type>(element) ||
         (element.isF64() && schedule.getInPlace());
}

static LogicalResult checkStages(ArrayRef<StageWithMaps> stages, chain::ScheduleAttr schedule) {
  chain::StageOp first = stages.front().stage;
  Type element = first.getX().getType().getElementType();
  if (!takesElement(schedule, element))
    return first.emitOpError()
           << "element type on a GPU: wanted f32, f16, bf16, or f64 in place, found " << element;
  chain::PackingKind wanted = wantedPacking(element, schedule.getUnit());
  for (const StageWithMaps &part : stages) {
    chain::StageOp stage = part.stage;
    Type found = stage.getX().getType().getElementType();
    if (found != element)
      return stage.emitOpError() << "element type of x: wanted that of the first stage, " << element
                                 << ", found " << found;
    if (chain::describeStage(stage, 0).inner < 0)
      return stage.emitOpError() << "x_digits on a GPU: wanted those of C / n, A and C % n, found "
                                 << stage.getXDigitsAttr();
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
  if (!takesElement(*kernel.getSchedule(), element))
    return kernel.emitOpError() << "element type of the result on a GPU: wanted f32, f16, bf16, or "
                                << "f64 in place, found " << element;
  return success();
}

//===----------------------------------------------------------------------===//
// Device functions
//===----------------------------------------------------------------------===//

gpu::GPUFuncOp danaus::createKernelFunction(func::FuncOp function, TypeRange arguments,
                                            int64_t threads, int64_t blocksPerProcessor) {
  gpu::GPUModuleOp device = getKernelModule(function->getParentOfType<ModuleOp>());
  auto b = ImplicitLocOpBuilder::atBlockEnd(function.getLoc(), device.getBody());
  std::string name = freshKernelName(device, function.getName() + "_kernel_");
  auto kernel = gpu::GPUFuncOp::create(b, name, b.getFunctionType(arguments, {}));
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  kernel.setKnownBlockSizeAttr(b.getDenseI32ArrayAttr({static_cast<int32_t>(threads), 1, 1}));
  // Also where it is 1: ptxas would else save registers for a second block.
  kernel->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(),
                  b.getI32IntegerAttr(blocksPerProcessor));
  return kernel;
}

void danaus::emitLaunch(ImplicitLocOpBuilder &b, gpu::GPUFuncOp device, const Grid &grid,
                        ValueRange arguments) {
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(b, value); };
  Value rounded = arith::AddIOp::create(b, grid.pieces, constant(grid.perBlock - 1));
  Value blocks = arith::DivUIOp::create(b, rounded, constant(grid.perBlock));
  Value gridX = arith::MinUIOp::create(b, blocks, constant(grid.mostBlocks));
  if (grid.cluster > 1)
    gridX = arith::MulIOp::create(b, gridX, constant(grid.cluster));
  Value one = constant(1);
  Value bytes = arith::ConstantIntOp::create(b, grid.sharedBytes, 32);
  auto launch = gpu::LaunchFuncOp::create(
      b, device, gpu::KernelDim3{gridX, constant(grid.groups), one},
      gpu::KernelDim3{constant(grid.threads), one, one}, bytes, arguments);
  if (grid.isEarly)
    launch->setAttr(tile::TileDialect::getEarlyAttrName(), b.getUnitAttr());
  if (grid.cluster > 1)
    launch->setAttr(tile::TileDialect::getClusterAttrName(), b.getI64IntegerAttr(grid.cluster));
}

void danaus::setClusterSize(gpu::GPUFuncOp device, int64_t blocks) {
  int32_t extents[] = {static_cast<int32_t>(blocks), 1, 1};
  device->setAttr(NVVM::NVVMDialect::getClusterDimAttrName(),
                  Builder(device.getContext()).getDenseI32ArrayAttr(extents));
}

LogicalResult danaus::reportBroken(chain::KernelOp kernel, const TargetLimits &limits,
                                   const BrokenConstraints &broken) {
  for (const std::string &text : broken)
    kernel.emitOpError() << "schedule on " << limits.name << ": " << text;
  return success(broken.empty());
}

Value danaus::operandOf(chain::KernelOp kernel, Value inner) {
  return kernel.getInputs()[cast<BlockArgument>(inner).getArgNumber()];
}

//===----------------------------------------------------------------------===//
// One launch
//===----------------------------------------------------------------------===//

namespace {
/// One launch: a part of a kernel, or all parts at once with rings between them.
/// `arguments` are of the host: x, the other values, the rings, their counters, y.
struct Launch {
  ArrayRef<GpuSegment> parts;
  ArrayRef<StageWithMaps> stages;
  SmallVector<Value> arguments;
  bool isEarly = false; ///< whether it may begin while the launch before runs

  ArrayRef<StageWithMaps> stagesOf(const GpuSegment &part) const {
    return stages.slice(part.firstStage - parts.front().firstStage, part.stages.size());
  }
};

/// Converts the kernels of one module.
struct Converter {
  ModuleOp module;
  TargetLimits limits;

  LogicalResult convert(chain::KernelOp kernel);

private:
  gpu::GPUFuncOp createDeviceFunction(func::FuncOp function, const Launch &launch,
                                      const Schedule &schedule);
  void emitParts(ImplicitLocOpBuilder &b, const Launch &launch, const Schedule &schedule,
                 Block &entry, size_t index, int64_t firstGroup);
  void emitLaunch(ImplicitLocOpBuilder &b, const Launch &launch, const Schedule &schedule,
                  gpu::GPUFuncOp device, Value rows, int64_t blocksPerGroup);
  void launchApart(ImplicitLocOpBuilder &b, chain::KernelOp kernel, const GpuPlan &plan,
                   const Schedule &schedule, ArrayRef<StageWithMaps> stages);
  void launchAtOnce(ImplicitLocOpBuilder &b, chain::KernelOp kernel, const GpuPlan &plan,
                    const Schedule &schedule, ArrayRef<StageWithMaps> stages);
};
} // namespace

SetVector<Value> danaus::otherValues(ArrayRef<StageWithMaps> stages) {
  SetVector<Value> values;
  for (const StageWithMaps &part : stages) {
    chain::StageOp stage = part.stage;
    values.insert(stage.getWeight());
    values.insert_range(valuesOfMaps(part));
  }
  return values;
}

SetVector<Value> danaus::valuesOfMaps(ArrayRef<StageWithMaps> stages) {
  SetVector<Value> values;
  for (const StageWithMaps &part : stages)
    for (chain::MapOp map : part.maps)
      values.insert_range(map.getExtras());
  return values;
}

Value danaus::createTensorMap(ImplicitLocOpBuilder &b, Value source, Value rows,
                              const TensorView &view) {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  return tile::TensorMapOp::create(b, pointer, source, rows, view.sizes, view.strides, view.box);
}

/// The code of part `index` for its groups, which begin at `firstGroup`, and of
/// the parts after it for theirs.
void Converter::emitParts(ImplicitLocOpBuilder &b, const Launch &launch, const Schedule &schedule,
                          Block &entry, size_t index, int64_t firstGroup) {
  const GpuSegment &part = launch.parts[index];
  bool isLast = index + 1 == launch.parts.size();
  SetVector<Value> others = otherValues(launch.stages);
  ValueRange rings = entry.getArguments().drop_front(others.size() + 1).drop_back();
  auto ringBetween = [&](size_t producer) -> RingOperand {
    return {rings[rings.size() / 2 + producer], schedule.ring, launch.parts[producer].groups(),
            launch.parts[producer + 1].groups()};
  };
  KernelOperands operands;
  operands.x = index == 0 ? entry.getArgument(0) : Value(rings[index - 1]);
  operands.y = isLast ? entry.getArguments().back() : Value(rings[index]);
  for (auto [number, value] : llvm::enumerate(others))
    operands.others[value] = entry.getArgument(number + 1);
  operands.numRows = memref::DimOp::create(b, entry.getArgument(0), 0);
  operands.isEarly = launch.isEarly;
  if (index > 0)
    operands.before = ringBetween(index - 1);
  if (!isLast)
    operands.after = ringBetween(index);

  Value group = gpu::BlockIdOp::create(b, gpu::Dimension::y);
  Value begin = arith::ConstantIndexOp::create(b, firstGroup);
  operands.group = firstGroup == 0 ? group : arith::SubIOp::create(b, group, begin).getResult();
  OpBuilder::InsertionGuard guard(b);
  if (!isLast) {
    Value end = arith::ConstantIndexOp::create(b, firstGroup + part.groups());
    Value isOurs = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, group, end);
    auto choice = scf::IfOp::create(b, isOurs, /*withElseRegion=*/true);
    b.setInsertionPointToStart(choice.elseBlock());
    emitParts(b, launch, schedule, entry, index + 1, firstGroup + part.groups());
    b.setInsertionPointToStart(choice.thenBlock());
  }
  KernelEmitter(b, part, schedule, launch.stagesOf(part), operands).emit();
}

gpu::GPUFuncOp Converter::createDeviceFunction(func::FuncOp function, const Launch &launch,
                                               const Schedule &schedule) {
  gpu::GPUFuncOp kernel =
      createKernelFunction(function, TypeRange(ValueRange(launch.arguments)), 32 * schedule.warps,
                           launch.parts.front().blocksPerProcessor);
  Block &entry = kernel.getBody().front();
  auto b = ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &entry);
  emitParts(b, launch, schedule, entry, 0, 0);
  gpu::ReturnOp::create(b);
  return kernel;
}

/// One thread block for each tile of rows and group of a part, at most `blocksPerGroup`.
void Converter::emitLaunch(ImplicitLocOpBuilder &b, const Launch &launch, const Schedule &schedule,
                           gpu::GPUFuncOp device, Value rows, int64_t blocksPerGroup) {
  int64_t groups = 0;
  for (const GpuSegment &part : launch.parts)
    groups += part.groups();
  danaus::emitLaunch(b, device,
                     {rows, schedule.rows, blocksPerGroup, groups, 32 * schedule.warps,
                      launch.parts.front().sharedBytes, launch.isEarly},
                     launch.arguments);
}

//===----------------------------------------------------------------------===//
// One kernel
//===----------------------------------------------------------------------===//

/// Device memory for the activations before stage `next`: `rows` rows, or as many
/// as the dynamic `dynamicRows`.
static Value allocateActivations(ImplicitLocOpBuilder &b, chain::StageOp next, int64_t rows,
                                 ValueRange dynamicRows) {
  auto activations = next.getX().getType();
  auto type = MemRefType::get({rows, activations.getDimSize(1)}, activations.getElementType());
  return gpu::AllocOp::create(b, type, /*asyncToken=*/Type(), ValueRange(), dynamicRows,
                              ValueRange())
      .getMemref();
}

Value danaus::allocateCounters(ImplicitLocOpBuilder &b, int64_t ring) {
  auto type = MemRefType::get({2 * ring}, b.getI32Type());
  Value memory =
      gpu::AllocOp::create(b, type, /*asyncToken=*/Type(), ValueRange(), ValueRange(), ValueRange())
          .getMemref();
  Value zero = arith::ConstantIntOp::create(b, 0, 32);
  gpu::MemsetOp::create(b, /*asyncToken=*/Type(), ValueRange(), memory, zero);
  return memory;
}

void danaus::freeDeviceMemory(ImplicitLocOpBuilder &b, Value memory) {
  gpu::DeallocOp::create(b, /*asyncToken=*/Type(), ValueRange(), memory);
}

/// A launch a part; the activations at a cut go through device memory.
void Converter::launchApart(ImplicitLocOpBuilder &b, chain::KernelOp kernel, const GpuPlan &plan,
                            const Schedule &schedule, ArrayRef<StageWithMaps> stages) {
  auto function = kernel->getParentOfType<func::FuncOp>();
  Value x = kernel.getInputs()[0];
  Value rows = memref::DimOp::create(b, x, 0);
  for (const GpuSegment &segment : plan.segments) {
    size_t end = segment.firstStage + segment.stages.size();
    Launch launch{segment, stages.slice(segment.firstStage, segment.stages.size()), {x}};
    Value y = kernel.getInit();
    if (end < stages.size())
      y = allocateActivations(b, stages[end].stage, ShapedType::kDynamic, rows);
    for (Value value : otherValues(launch.stages))
      launch.arguments.push_back(operandOf(kernel, value));
    launch.arguments.push_back(y);
    launch.isEarly = limits.hasEarlyLaunch;
    gpu::GPUFuncOp device = createDeviceFunction(function, launch, schedule);
    int64_t resident = limits.multiprocessors * segment.blocksPerProcessor / segment.groups();
    emitLaunch(b, launch, schedule, device, rows, std::max<int64_t>(resident, 1));
    if (x != kernel.getInputs()[0])
      freeDeviceMemory(b, x);
    x = y;
  }
}

/// One launch of all parts, with a ring of tiles and its counters between each two.
void Converter::launchAtOnce(ImplicitLocOpBuilder &b, chain::KernelOp kernel, const GpuPlan &plan,
                             const Schedule &schedule, ArrayRef<StageWithMaps> stages) {
  Launch launch{plan.segments, stages, {kernel.getInputs()[0]}};
  for (Value value : otherValues(stages))
    launch.arguments.push_back(operandOf(kernel, value));
  SmallVector<Value> rings, counters;
  for (const GpuSegment &segment : ArrayRef(plan.segments).drop_front()) {
    chain::StageOp next = stages[segment.firstStage].stage;
    rings.push_back(allocateActivations(b, next, schedule.ring * schedule.rows, {}));
    counters.push_back(allocateCounters(b, schedule.ring));
  }
  launch.arguments.append(rings);
  launch.arguments.append(counters);
  launch.arguments.push_back(kernel.getInit());
  auto function = kernel->getParentOfType<func::FuncOp>();
  // The parts wait for each other, so all blocks must run at once.
  function->setAttr("danaus.multiprocessors", b.getI64IntegerAttr(limits.multiprocessors));
  gpu::GPUFuncOp device = createDeviceFunction(function, launch, schedule);
  Value rows = memref::DimOp::create(b, kernel.getInputs()[0], 0);
  emitLaunch(b, launch, schedule, device, rows, plan.blocksPerGroup);
  for (Value memory : llvm::concat<Value>(rings, counters))
    freeDeviceMemory(b, memory);
}

LogicalResult Converter::convert(chain::KernelOp kernel) {
  FailureOr<SmallVector<StageWithMaps>> stages = collectStages(kernel);
  if (succeeded(stages) && kernel.getSchedule()->getUnit() == chain::Unit::fma) {
    makeRowMajor(kernel);
    return convertToTransforms(kernel, *stages, limits);
  }
  if (failed(stages) || failed(checkStages(*stages, *kernel.getSchedule())) ||
      failed(checkBuffers(kernel)))
    return failure();
  makeRowMajor(kernel);
  Schedule schedule = chain::toPlain(*kernel.getSchedule());
  SmallVector<StageDescriptor> descriptors;
  for (StageWithMaps &part : *stages)
    descriptors.push_back(chain::describeStage(part.stage, 0));
  if (schedule.isResident())
    return convertToResident(kernel, *stages, descriptors, limits);
  if (schedule.unit == ScheduleUnit::Wgmma)
    return convertToGemms(kernel, *stages, descriptors, limits);
  if (schedule.cluster != 1)
    return convertToClusters(kernel, *stages, descriptors, limits);
  if (schedule.inPlace)
    return convertInPlace(kernel, *stages, descriptors, limits);
  auto bytesOf = [](Value value) {
    return static_cast<int64_t>(cast<MemRefType>(value.getType()).getElementTypeBitWidth() / 8);
  };
  ElementSizes sizes{bytesOf(kernel.getInputs()[0]), bytesOf(kernel.getInit())};
  GpuPlan plan = planGpuKernel(descriptors, sizes, schedule, limits);
  if (failed(reportBroken(kernel, limits, plan.broken)))
    return failure();

  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  if (schedule.ring > 0)
    launchAtOnce(b, kernel, plan, schedule, *stages);
  else
    launchApart(b, kernel, plan, schedule, *stages);
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
      bool isOnGpu =
          schedule && (schedule->getUnit() == chain::Unit::mma_sync ||
                       schedule->getUnit() == chain::Unit::wgmma ||
                       (schedule->getUnit() == chain::Unit::fma && schedule->getInPlace()));
      if (isOnGpu && !kernel.getResult())
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
