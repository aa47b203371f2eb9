//===- Pipelines.cpp - The stages of compilation, in order -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Pipelines/Pipelines.h"
#include "danaus/Conversion/Passes.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace danaus;

void danaus::buildSimplifyLinop(OpPassManager &pm, const SimplifyLinopOptions &options) {
  // Canonicalization would make dense tensors of structured ones in linalg.
  pm.addPass(createRaiseLinalgToLinopPass());
  TransposeChainsPassOptions transpose;
  transpose.maxValues = options.maxValues;
  pm.addPass(createTransposeChainsPass(transpose));
  pm.addPass(createMergePermutationsPass());
  AbsorbScalesPassOptions absorb;
  absorb.rows = options.rows;
  pm.addPass(createAbsorbScalesPass(absorb));
  RegroupButterfliesPassOptions regroup;
  regroup.maxBlock = options.maxBlock;
  pm.addPass(createRegroupButterfliesPass(regroup));
  MixKroneckerPassOptions mix;
  mix.rows = options.rows;
  pm.addPass(createMixKroneckerPass(mix));
  PushPermutationsPassOptions push;
  push.maxValues = options.maxValues;
  pm.addPass(createPushPermutationsPass(push));
  CarryLayoutsPassOptions carry;
  carry.maxValues = options.maxValues;
  pm.addPass(createCarryLayoutsPass(carry));
  pm.addPass(createAbsorbScalesPass(absorb)); // into what was regrouped
  ReassociatePassOptions reassociate;
  reassociate.rows = options.rows;
  pm.addPass(createReassociatePass(reassociate));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void danaus::buildToChain(OpPassManager &pm, const ToChainOptions &options) {
  pm.addPass(createImportSparseTensorsPass());
  pm.addPass(createRaiseLinalgToLinopPass());
  RegroupButterfliesPassOptions regroup;
  regroup.maxBlock = options.maxBlock;
  if (options.simplify)
    buildSimplifyLinop(pm, SimplifyLinopOptions());
  else if (options.regroup)
    pm.addPass(createRegroupButterfliesPass(regroup));
  ExpandStructuredPassOptions expand;
  expand.foldPermutations = options.foldPermutations;
  pm.addPass(createExpandStructuredPass(expand));
  pm.addPass(createVerifyNoStructuredPass());
  pm.addPass(createDecomposeAggregatesPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void danaus::buildBufferize(OpPassManager &pm, const BufferizeOptions &options) {
  // What lies between the products: bias, residual, activation on tensors.
  pm.addPass(createConvertElementwiseToLinalgPass());
  OutputsToDestinationsPassOptions outputs;
  outputs.rowStrides = options.rowStrides;
  pm.addPass(createOutputsToDestinationsPass(outputs));
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  pm.addPass(createBufferizeFunctionsPass());
  // Copies of a buffer onto itself go once CSE has made both sides one value.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createCanonicalizerPass());
  // Tiles of static size are allocated once; this must precede deallocation.
  DistributeRowsPassOptions distribute;
  distribute.threads = options.threads;
  pm.addNestedPass<func::FuncOp>(createDistributeRowsPass(distribute));
  pm.addNestedPass<func::FuncOp>(bufferization::createBufferLoopHoistingPass());
  pm.addPass(createCopiesToLinalgPass());
  if (options.deallocate)
    bufferization::buildBufferDeallocationPipeline(
        pm, bufferization::BufferDeallocationPipelineOptions());
}

void danaus::buildLowerToLLVM(OpPassManager &pm, const LowerToLLVMOptions &options) {
  pm.addPass(createRequestCInterfacePass());
  pm.addPass(createConvertLinalgToLoopsPass());
  // Unrolled, a transfer needs no buffer on the stack, which a loop would grow.
  VectorTransferToSCFOptions toLoops;
  toLoops.enableFullUnroll();
  pm.addPass(createConvertVectorToSCFPass(toLoops));
  pm.addPass(createReshapesToCastsPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  // Functions of math that LLVM has intrinsics for, then calls of libm, both on f32 or f64.
  pm.addPass(math::createMathExtendToSupportedTypes());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  if (options.expandBf16) {
    arith::ArithEmulateUnsupportedFloatsOptions emulate;
    emulate.sourceTypeStrs = {"bf16"};
    pm.addPass(arith::createArithEmulateUnsupportedFloats(emulate));
  }
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = options.expandBf16;
  pm.addPass(arith::createArithExpandOpsPass(expand));
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertComplexToLLVMPass());
  pm.addPass(createConvertChainToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertAmxToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

void danaus::buildNaiveToLLVM(OpPassManager &pm, const NaiveToLLVMOptions &) {
  ToChainOptions toChain;
  toChain.foldPermutations = false;
  buildToChain(pm, toChain);
  pm.addPass(createConvertChainToLinalgPass());
  buildBufferize(pm, BufferizeOptions());
  buildLowerToLLVM(pm, LowerToLLVMOptions());
}

void danaus::buildToKernels(OpPassManager &pm, const ToKernelsOptions &options) {
  ToChainOptions toChain;
  toChain.simplify = options.simplify;
  toChain.regroup = options.regroup;
  toChain.maxBlock = options.maxBlock;
  buildToChain(pm, toChain);
  pm.addPass(createConvertElementwiseToLinalgPass());
  pm.addPass(createLinalgGeneralizeNamedOpsPass());
  pm.addPass(createLinalgElementwiseOpFusionPass());
  pm.addPass(createEinsumsToStagesPass());
  pm.addPass(createFindTransformsPass());
  pm.addPass(createFuseStagesPass());
  AssignSchedulePassOptions assign;
  assign.schedule = options.schedule;
  assign.model = options.model;
  // Of those that a worker has.
  assign.rows = std::max<int64_t>(1, options.rows / std::max<int64_t>(1, options.threads));
  // A schedule that the user names is for the chains that are there.
  if (options.schedule.empty()) {
    SplitKernelsPassOptions split;
    split.rows = assign.rows;
    pm.addPass(createSplitKernelsPass(split));
  }
  pm.addPass(createAssignSchedulePass(assign));
  pm.addPass(createVerifySchedulePass());
  pm.addPass(createPackWeightsPass());
  // Stages on other digits than those of a kernel take the naive path from here.
  ConvertChainToLinalgPassOptions toLinalg;
  toLinalg.keepKernels = true;
  pm.addPass(createConvertChainToLinalgPass(toLinalg));
}

/// Scheduled kernels with packed weights to vectors and loops on memrefs.
static void buildKernelsToVectors(OpPassManager &pm, const BufferizeOptions &bufferize,
                                  bool vectorize) {
  pm.addPass(createTileKernelsPass());
  pm.addPass(createFuseProducersPass());
  // Sizes in terms of the rows, which the workspace has to know.
  pm.addPass(memref::createResolveShapedTypeResultDimsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  buildBufferize(pm, bufferize);
  pm.addPass(createVectorizeKernelsPass());
  ApproximateMathPassOptions epilogues;
  epilogues.only = {"exp", "exp2", "expm1", "log", "log1p", "log2", "tanh", "erf"};
  pm.addPass(createApproximateMathPass(epilogues));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  if (vectorize)
    pm.addPass(createLowerContractsPass());
}

void danaus::buildToLLVM(OpPassManager &pm, const ToKernelsOptions &options) {
  buildToKernels(pm, options);
  BufferizeOptions bufferize;
  bufferize.threads = options.threads;
  buildKernelsToVectors(pm, bufferize, options.vectorize);
  pm.addPass(createOutlineParallelLoopsPass());
  buildLowerToLLVM(pm, LowerToLLVMOptions());
}

void danaus::buildToEntryPoints(OpPassManager &pm, const ToKernelsOptions &options) {
  // Without the canonicalization that the inliner has by default: see buildSimplifyLinop.
  pm.addPass(createInlinerPass({}, [](OpPassManager &) {}));
  pm.addPass(createSymbolDCEPass());
  pm.addPass(createMarkActivationsPass());
  buildToKernels(pm, options);
  pm.addPass(createSeparateParametersPass());
  BufferizeOptions bufferize;
  bufferize.threads = options.threads;
  bufferize.deallocate = false;
  buildKernelsToVectors(pm, bufferize, options.vectorize);
  pm.addPass(createAllocateWorkspacePass());
  pm.addPass(createOutlineParallelLoopsPass());
  pm.addPass(createCreateEntryPointsPass());
  buildLowerToLLVM(pm, LowerToLLVMOptions());
}

/// A pipeline for a GPU without what only drivers ask for.
template <auto build> static void asRegistered(OpPassManager &pm, const ToKernelsOptions &options) {
  build(pm, options, false);
}

void danaus::registerPipelines() {
  PassPipelineRegistration<SimplifyLinopOptions>(
      "danaus-simplify-linop", "The algebra on structured matrices, all of it in a fixed order",
      buildSimplifyLinop);
  PassPipelineRegistration<ToChainOptions>(
      "danaus-to-chain", "Structured matrices to chains of stages on their parameters",
      buildToChain);
  PassPipelineRegistration<BufferizeOptions>(
      "danaus-bufferize", "Tensors to memrefs, results in the caller's memory", buildBufferize);
  PassPipelineRegistration<LowerToLLVMOptions>(
      "danaus-lower-to-llvm", "Vectors, loops and memrefs to the LLVM dialect", buildLowerToLLVM);
  PassPipelineRegistration<NaiveToLLVMOptions>(
      "danaus-naive-to-llvm", "The naive path: one loop nest a stage", buildNaiveToLLVM);
  PassPipelineRegistration<ToKernelsOptions>(
      "danaus-to-kernels", "Structured matrices to scheduled kernels with packed weights",
      buildToKernels);
  PassPipelineRegistration<ToKernelsOptions>(
      "danaus-to-llvm", "The optimized CPU path: one loop over row tiles a kernel", buildToLLVM);
  PassPipelineRegistration<ToKernelsOptions>(
      "danaus-to-entry-points", "The optimized CPU path ahead of time: five C functions each",
      buildToEntryPoints);
  PassPipelineRegistration<ToKernelsOptions>(
      "danaus-to-device", "The GPU path to device functions of tile and scf, and their launches",
      asRegistered<buildToDevice>);
  PassPipelineRegistration<ToKernelsOptions>(
      "danaus-to-nvvm", "The GPU path: device functions in NVVM and their launches",
      asRegistered<buildToNVVM>);
  PassPipelineRegistration<ToKernelsOptions>(
      "danaus-to-cuda", "The GPU path to the end: machine code and calls of the CUDA runtime",
      [](OpPassManager &pm, const ToKernelsOptions &options) { buildToCuda(pm, options); });
  PassPipelineRegistration<ToKernelsOptions>("danaus-to-cuda-entry-points",
                                             "The GPU path ahead of time: five C functions each",
                                             asRegistered<buildToCudaEntryPoints>);
}
