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
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace danaus;

void danaus::buildDeviceToNVVM(OpPassManager &pm) {
  OpPassManager &device = pm.nest<gpu::GPUModuleOp>();
  device.addPass(createCanonicalizerPass());
  device.addPass(createConvertTileToNVVMPass());
  device.addPass(createConvertComplexToStandardPass());
  device.addPass(math::createMathExtendToSupportedTypes());
  device.addPass(createConvertMathToIntrinsicsPass()); // what may be approximate
  device.addPass(createApproximateMathPass());
  device.addPass(createConvertMathToIntrinsicsPass());
  device.addPass(createConvertNVGPUToNVVMPass());
  device.addPass(memref::createExpandStridedMetadataPass());
  device.addPass(createLowerAffinePass());
  device.addPass(createCanonicalizerPass());
  device.addPass(createCSEPass());
  device.addPass(createSCFToControlFlowPass());
  device.addPass(createConvertGpuOpsToNVVMOps());
  device.addPass(createConvertVectorToLLVMPass());
  device.addPass(createPassTensorMapsPass());
  device.addPass(createConvertNVVMToLLVMPass());
  device.addPass(createReconcileUnrealizedCastsPass());
  device.addPass(createCanonicalizerPass());
  device.addPass(createCSEPass());
}

/// `deallocate`: whether memory is allocated where it is needed, and freed.
static void buildToLaunches(OpPassManager &pm, const ToKernelsOptions &options, bool separate,
                            bool deallocate) {
  // A function that is called would return memory that its caller has to know is on the
  // device. Without the canonicalization that the inliner has: see buildSimplifyLinop.
  pm.addPass(createInlinerPass({}, [](OpPassManager &) {}));
  pm.addPass(createSymbolDCEPass());
  BufferizeOptions bufferize;
  if (separate)
    pm.addPass(createMarkActivationsPass());
  buildToKernels(pm, options);
  if (separate) {
    SeparateParametersPassOptions parameters;
    parameters.packConstants = true;
    pm.addPass(createSeparateParametersPass(parameters));
    // Sizes in terms of the rows, which the workspace has to know.
    pm.addPass(memref::createResolveShapedTypeResultDimsPass());
    pm.addPass(createCanonicalizerPass());
    bufferize.rowStrides = false; // copies by blocks of 16 bytes want them side by side
  }
  bufferize.deallocate = deallocate;
  buildBufferize(pm, bufferize);
  pm.addPass(createConvertChainToTilePass());
  pm.addPass(createConvertLoopsToLaunchesPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void danaus::buildToDevice(OpPassManager &pm, const ToKernelsOptions &options, bool separate) {
  buildToLaunches(pm, options, separate, /*deallocate=*/true);
}

void danaus::buildToNVVM(OpPassManager &pm, const ToKernelsOptions &options, bool separate) {
  buildToDevice(pm, options, separate);
  buildDeviceToNVVM(pm);
}

void danaus::buildToCuda(OpPassManager &pm, const ToKernelsOptions &options, bool separate,
                         bool allowSpills) {
  buildToNVVM(pm, options, separate);
  pm.addPass(createConvertLaunchToRuntimePass());
  EmbedKernelsPassOptions embed;
  embed.allowSpills = allowSpills;
  pm.addPass(createEmbedKernelsPass(embed));
  buildLowerToLLVM(pm, LowerToLLVMOptions());
}

void danaus::buildToCudaEntryPoints(OpPassManager &pm, const ToKernelsOptions &options,
                                    bool allowSpills) {
  buildToLaunches(pm, options, /*separate=*/true, /*deallocate=*/false);
  pm.addPass(createAllocateWorkspacePass());
  pm.addPass(createCanonicalizerPass());
  buildDeviceToNVVM(pm);
  pm.addPass(createCreateEntryPointsPass());
  pm.addPass(createConvertLaunchToRuntimePass());
  EmbedKernelsPassOptions embed;
  embed.format = "both";
  embed.allowSpills = allowSpills;
  pm.addPass(createEmbedKernelsPass(embed));
  buildLowerToLLVM(pm, LowerToLLVMOptions());
}
