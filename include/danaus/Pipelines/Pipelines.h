//===- Pipelines.h - The stages of compilation, in order -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only place where passes are put in order. Each stage is an options
// struct, a function that appends its passes, and a pipeline of the same name
// in danaus-opt. All expect a module.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_PIPELINES_PIPELINES_H
#define DANAUS_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace danaus {

//===----------------------------------------------------------------------===//
// danaus-to-chain
//===----------------------------------------------------------------------===//

/// Nothing to choose.
struct ToChainOptions : mlir::PassPipelineOptions<ToChainOptions> {};

/// linop and linalg on structured tensors to chain.stage on parameters. After
/// it no structured type is left.
void buildToChain(mlir::OpPassManager &pm, const ToChainOptions &options);

//===----------------------------------------------------------------------===//
// danaus-bufferize
//===----------------------------------------------------------------------===//

/// Nothing to choose.
struct BufferizeOptions : mlir::PassPipelineOptions<BufferizeOptions> {};

/// Tensors to memrefs across functions, results of public functions in their
/// callers' memory, every allocation freed.
void buildBufferize(mlir::OpPassManager &pm, const BufferizeOptions &options);

//===----------------------------------------------------------------------===//
// danaus-lower-to-llvm
//===----------------------------------------------------------------------===//

struct LowerToLLVMOptions : mlir::PassPipelineOptions<LowerToLLVMOptions> {
  Option<bool> expandBf16{
      *this, "expand-bf16",
      llvm::cl::desc("Convert to and from bf16 by integer arithmetic instead of instructions or "
                     "calls that a target without them needs"),
      llvm::cl::init(true)};
};

/// vector, linalg and scf on memrefs, arith, math and func to the LLVM
/// dialect, with `_mlir_ciface_<name>` for every public function.
void buildLowerToLLVM(mlir::OpPassManager &pm, const LowerToLLVMOptions &options);

//===----------------------------------------------------------------------===//
// danaus-naive-to-llvm
//===----------------------------------------------------------------------===//

/// Nothing to choose.
struct NaiveToLLVMOptions : mlir::PassPipelineOptions<NaiveToLLVMOptions> {};

/// The whole naive path, from linop to the LLVM dialect: one linalg.generic a
/// stage, then loops. The optimized paths are held to its answers.
void buildNaiveToLLVM(mlir::OpPassManager &pm, const NaiveToLLVMOptions &options);

/// Makes all pipelines above known to danaus-opt. Call once a process.
void registerPipelines();

} // namespace danaus

#endif // DANAUS_PIPELINES_PIPELINES_H
