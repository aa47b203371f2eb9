//===- DeviceModule.h - Where device functions go -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_CONVERSION_DEVICEMODULE_H
#define DANAUS_CONVERSION_DEVICEMODULE_H

#include "danaus/Support/Legality.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace danaus {

/// A unit attribute of host functions whose memrefs point to device memory.
inline constexpr llvm::StringLiteral onDeviceName = "danaus.on_device";

/// The record of the module's `danaus.target`, or an error where that is no GPU.
mlir::FailureOr<TargetLimits> getGpuTarget(mlir::ModuleOp module);

/// The module of all device functions, @danaus_kernels, made when first needed.
mlir::gpu::GPUModuleOp getKernelModule(mlir::ModuleOp module);

/// `prefix` and the first number that makes a new name in `kernels`.
std::string freshKernelName(mlir::gpu::GPUModuleOp kernels, const llvm::Twine &prefix);

} // namespace danaus

#endif // DANAUS_CONVERSION_DEVICEMODULE_H
