//===- KernelStages.cpp - Kernels as the plain structs of Support -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/KernelStages.h"
#include "danaus/Support/GpuClusterPlan.h"
#include "danaus/Support/GpuGemmPlan.h"
#include "danaus/Support/GpuInPlacePlan.h"
#include "danaus/Support/GpuPlan.h"
#include "danaus/Support/GpuResidentPlan.h"
#include "danaus/Target/Records.h"
#include "dialects/Chain/ChainTransforms.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace danaus;

SmallVector<StageDescriptor> danaus::describeStages(chain::KernelOp kernel) {
  SmallVector<StageDescriptor> stages;
  for (chain::StageOp stage : kernel.getStages())
    stages.push_back(chain::describeStage(stage, stages.size()));
  return stages;
}

int64_t danaus::elementBytes(Type element) {
  if (auto complex = dyn_cast<ComplexType>(element))
    return 2 * complex.getElementType().getIntOrFloatBitWidth() / 8;
  return element.getIntOrFloatBitWidth() / 8;
}

int64_t danaus::elementBytes(chain::KernelOp kernel) {
  return elementBytes(cast<ShapedType>(kernel.getInputs()[0].getType()).getElementType());
}

bool danaus::isComplex(chain::KernelOp kernel) {
  return isa<ComplexType>(cast<ShapedType>(kernel.getInputs()[0].getType()).getElementType());
}

int64_t danaus::rowsOf(chain::KernelOp kernel, int64_t expected) {
  int64_t known = cast<ShapedType>(kernel.getInputs()[0].getType()).getDimSize(0);
  return std::max<int64_t>(ShapedType::isDynamic(known) ? expected : known, 1);
}

chain::StageOp danaus::nextStage(chain::StageOp stage) {
  Value value = stage.getY();
  while (value.hasOneUse()) {
    Operation *user = *value.user_begin();
    auto map = dyn_cast<chain::MapOp>(user);
    if (!map)
      return dyn_cast<chain::StageOp>(user);
    for (Value extra : map.getExtras())
      if (auto type = cast<ShapedType>(extra.getType());
          type.getRank() != 1 || !type.hasStaticShape())
        return nullptr;
    value = map.getY();
  }
  return nullptr;
}

BrokenConstraints danaus::checkLibraryKernel(chain::KernelOp kernel) {
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (!isa<chain::StageOp>(op))
      return {"library: wanted no maps beside the stage"};
  return {};
}

BrokenConstraints danaus::checkAmxKernel(chain::KernelOp kernel) {
  BrokenConstraints broken;
  Type element = cast<ShapedType>(kernel.getInputs()[0].getType()).getElementType();
  SmallVector<chain::StageOp> stages = llvm::to_vector(kernel.getStages());
  if (llvm::any_of(stages, [](chain::StageOp stage) { return stage.getTransform(); }))
    broken.push_back("unit: wanted no transforms for amx");
  bool isOneType = llvm::all_of(stages, [&](chain::StageOp stage) {
    return stage.getX().getType().getElementType() == element;
  });
  if (!(element.isBF16() || element.isInteger(8)) || !isOneType)
    broken.push_back("unit: wanted activations of bf16 or of i8 for amx");
  if (stages.empty())
    broken.push_back("unit: wanted a stage for amx");
  for (auto [index, stage] : llvm::enumerate(stages)) {
    bool isPermuted = stage.getX().getDefiningOp<chain::PermuteOp>();
    if (isPermuted && stage.getD() > 1)
      broken.push_back("unit: wanted d = 1 behind a permutation for amx");
    if (index > 0 && !isPermuted && !nextStage(stages[index - 1]))
      broken.push_back("unit: wanted maps without operands of rank 2 between stages for amx");
  }
  return broken;
}

/// The first op of the kernel's body that is not one of a chain of stages and maps on
/// the kernel's inputs, which begins with a stage; null where there is none.
static Operation *findOtherThanChain(chain::KernelOp kernel) {
  Block &body = kernel.getBody().front();
  Value current = body.getArgument(0);
  for (Operation &op : body.without_terminator()) {
    bool isFirst = current == body.getArgument(0);
    bool fits = isa<chain::StageOp>(op) || (isa<chain::MapOp>(op) && !isFirst);
    bool onInputs = llvm::all_of(op.getOperands().drop_front(), llvm::IsaPred<BlockArgument>);
    if (!fits || !onInputs || op.getOperand(0) != current)
      return &op;
    current = op.getResult(0);
  }
  Operation *yield = body.getTerminator();
  return yield->getOperand(0) == current ? nullptr : yield;
}

BrokenConstraints danaus::checkTensorCoreKernel(chain::KernelOp kernel, const Schedule &schedule,
                                                const TargetLimits &limits) {
  auto elementOf = [](Value value) { return cast<ShapedType>(value.getType()).getElementType(); };
  auto fits = [&](Type type) {
    return isa<Float32Type, Float16Type, BFloat16Type>(type) || (type.isF64() && schedule.inPlace);
  };
  Type element = elementOf(kernel.getInputs()[0]), result = elementOf(kernel.getInit());
  bool isOneType = llvm::all_of(kernel.getStages(), [&](chain::StageOp stage) {
    return elementOf(stage.getX()) == element && !stage.getTransform() &&
           chain::describeStage(stage, 0).inner >= 0;
  });
  if (!fits(element) || !fits(result) || !isOneType)
    return {"unit: wanted stages of f32, f16, bf16, or f64 in place, for mma_sync"};
  if (kernel.getStages().empty() || findOtherThanChain(kernel))
    return {"unit: wanted one chain from a stage to the yield for mma_sync"};
  if (schedule.isResident() && result != element)
    return {"placement shared: wanted a result of the same type as x"};
  if (schedule.isResident())
    return planResidentKernel(describeStages(kernel), elementBytes(element), schedule, limits)
        .broken;
  if (schedule.unit == ScheduleUnit::Wgmma)
    return planGemmKernel(describeStages(kernel), elementBytes(element), schedule, limits).broken;
  if (schedule.cluster != 1 && result != element)
    return {"cluster: wanted a result of the same type as x"};
  if (schedule.cluster != 1)
    return planClusterKernel(describeStages(kernel), elementBytes(element), schedule, limits)
        .broken;
  if (schedule.inPlace && result != element)
    return {"in_place: wanted a result of the same type as x"};
  if (schedule.inPlace)
    return planInPlaceKernel(describeStages(kernel), elementBytes(element), schedule, limits)
        .broken;
  ElementSizes sizes{elementBytes(element), elementBytes(result)};
  return planGpuKernel(describeStages(kernel), sizes, schedule, limits).broken;
}

BrokenConstraints danaus::checkTransformKernel(chain::KernelOp kernel, const Schedule &schedule,
                                               const TargetLimits &limits) {
  std::optional<TransformChain> chain = chain::describeTransforms(kernel);
  if (!chain)
    return {"in_place of unit fma: wanted only transforms of complex<f32>"};
  return planTransformKernel(*chain, schedule, limits).broken;
}

FailureOr<TargetLimits> danaus::getTarget(ModuleOp module) {
  auto name = module->getAttrOfType<StringAttr>("danaus.target");
  std::optional<TargetLimits> limits = lookupTarget(name ? name.getValue() : "x86-avx512");
  if (auto spare = module->getAttrOfType<IntegerAttr>(spareRegistersName); spare && limits)
    limits->spareRegisters = spare.getInt();
  if (limits)
    return *limits;
  return module.emitError() << "danaus.target: wanted one of " << llvm::join(targetNames(), ", ")
                            << ", found " << name;
}
