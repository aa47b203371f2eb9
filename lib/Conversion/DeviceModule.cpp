//===- DeviceModule.cpp - Where device functions go -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/DeviceModule.h"
#include "danaus/Target/Records.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace danaus;

FailureOr<TargetLimits> danaus::getGpuTarget(ModuleOp module) {
  auto name = module->getAttrOfType<StringAttr>("danaus.target");
  std::optional<TargetLimits> limits = name ? lookupTarget(name.getValue()) : std::nullopt;
  if (auto spare = module->getAttrOfType<IntegerAttr>(spareRegistersName); spare && limits)
    limits->spareRegisters = spare.getInt();
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

gpu::GPUModuleOp danaus::getKernelModule(ModuleOp module) {
  constexpr StringRef name = "danaus_kernels";
  if (auto existing = module.lookupSymbol<gpu::GPUModuleOp>(name))
    return existing;
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(), builder.getUnitAttr());
  return gpu::GPUModuleOp::create(builder, module.getLoc(), name);
}

std::string danaus::freshKernelName(gpu::GPUModuleOp kernels, const Twine &prefix) {
  std::string name;
  for (int64_t number = 0; name.empty() || kernels.lookupSymbol(name); ++number)
    name = (prefix + Twine(number)).str();
  return name;
}
