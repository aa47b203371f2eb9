//===- BufferizeFunctions.cpp - Tensors to memrefs outside kernels -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace danaus {
#define GEN_PASS_DEF_BUFFERIZEFUNCTIONSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

/// Ops in the body of a kernel say what is computed and are never buffers; a
/// kernel is done when it has no result, though its body has tensors.
static bool keepsTensors(Operation *op) {
  auto kernel = dyn_cast<chain::KernelOp>(op);
  return kernel ? !kernel.getResult() : op->getParentOfType<chain::KernelOp>() != nullptr;
}

namespace {
struct BufferizeFunctions : danaus::impl::BufferizeFunctionsPassBase<BufferizeFunctions> {
  void runOnOperation() override {
    bufferization::OneShotBufferizationOptions options;
    options.bufferizeFunctionBoundaries = true;
    options.setFunctionBoundaryTypeConversion(bufferization::LayoutMapOption::IdentityLayoutMap);
    options.opFilter.denyOperation(keepsTensors);
    bufferization::BufferizationState state;
    if (failed(bufferization::runOneShotModuleBufferize(getOperation(), options, state)))
      signalPassFailure();
  }
};
} // namespace
