//===- GpuPipelines.cpp - The stages of compilation for a GPU -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/Passes.h"
#include "danaus/Pipelines/Pipelines.h"
#include "danaus/Target/Passes.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace danaus;

void danaus::buildDeviceToNVVM(OpPassManager &pm) {
  OpPassManager &device = pm.nest<gpu::GPUModuleOp>();
  device.addPass(createCanonicalizerPass());
  device.addPass(createConvertTileToNVVMPass());
  device.addPass(createApproximateMathPass());
  device.addPass(createConvertNVGPUToNVVMPass());
  device.addPass(createCanonicalizerPass());
  device.addPass(createCSEPass());
  // Before the GPU conversion, which would call a device library for what is an instruction.
  device.addPass(createConvertMathToLLVMPass());
  device.addPass(createSCFToControlFlowPass());
  device.addPass(createConvertGpuOpsToNVVMOps());
  device.addPass(createConvertVectorToLLVMPass());
  device.addPass(createPassTensorMapsPass());
  device.addPass(createConvertNVVMToLLVMPass());
  device.addPass(createReconcileUnrealizedCastsPass());
  device.addPass(createCanonicalizerPass());
  device.addPass(createCSEPass());
}

void danaus::buildToNVVM(OpPassManager &pm, const ToKernelsOptions &options) {
  buildToKernels(pm, options);
  buildBufferize(pm, BufferizeOptions());
  pm.addPass(createConvertChainToTilePass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  buildDeviceToNVVM(pm);
}

void danaus::buildToCuda(OpPassManager &pm, const ToKernelsOptions &options) {
  buildToNVVM(pm, options);
  pm.addPass(createConvertLaunchToRuntimePass());
  pm.addPass(createEmbedKernelsPass());
  buildLowerToLLVM(pm, LowerToLLVMOptions());
}
