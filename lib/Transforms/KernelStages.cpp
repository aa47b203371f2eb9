//===- KernelStages.cpp - Kernels as the plain structs of Support -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/KernelStages.h"
#include "danaus/Target/Records.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace danaus;

SmallVector<StageDescriptor> danaus::describeStages(chain::KernelOp kernel) {
  SmallVector<StageDescriptor> stages;
  for (chain::StageOp stage : kernel.getStages())
    stages.push_back(
        {stage.getPattern(), static_cast<unsigned>(stages.size()), stage.getOrder().str()});
  return stages;
}

int64_t danaus::elementBytes(chain::KernelOp kernel) {
  Type element = cast<ShapedType>(kernel.getInputs()[0].getType()).getElementType();
  return element.getIntOrFloatBitWidth() / 8;
}

FailureOr<TargetLimits> danaus::getTarget(ModuleOp module) {
  auto name = module->getAttrOfType<StringAttr>("danaus.target");
  std::optional<TargetLimits> limits = lookupTarget(name ? name.getValue() : "x86-avx512");
  if (limits)
    return *limits;
  return module.emitError() << "danaus.target: wanted one of " << llvm::join(targetNames(), ", ")
                            << ", found " << name;
}
