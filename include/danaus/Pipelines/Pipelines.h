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
// danaus-simplify-linop
//===----------------------------------------------------------------------===//

struct SimplifyLinopOptions : mlir::PassPipelineOptions<SimplifyLinopOptions> {
  Option<int64_t> maxBlock{*this, "max-block",
                           llvm::cl::desc("Rows and columns of a regrouped block at most"),
                           llvm::cl::init(32)};
  Option<int64_t> maxValues{
      *this, "max-values",
      llvm::cl::desc("Values of run-time parameters to move for one matrix at most"),
      llvm::cl::init(65536)};
  Option<int64_t> rows{*this, "rows", llvm::cl::desc("Rows of activations to expect"),
                       llvm::cl::init(256)};
};

/// The algebra: linop to linop, each pass once in the order in which one makes
/// work for the next.
void buildSimplifyLinop(mlir::OpPassManager &pm, const SimplifyLinopOptions &options);

//===----------------------------------------------------------------------===//
// danaus-to-chain
//===----------------------------------------------------------------------===//

struct ToChainOptions : mlir::PassPipelineOptions<ToChainOptions> {
  Option<bool> foldPermutations{
      *this, "fold-permutations",
      llvm::cl::desc("Move digit permutations into the stages beside them"), llvm::cl::init(true)};
  Option<bool> simplify{*this, "simplify", llvm::cl::desc("Run danaus-simplify-linop first"),
                        llvm::cl::init(false)};
  Option<bool> regroup{*this, "regroup",
                       llvm::cl::desc("Multiply levels of butterflies into larger blocks"),
                       llvm::cl::init(false)};
  Option<int64_t> maxBlock{*this, "max-block",
                           llvm::cl::desc("Rows and columns of a regrouped block at most"),
                           llvm::cl::init(32)};
};

/// linop and linalg on structured tensors to chain.stage on parameters. After
/// it no structured type is left.
void buildToChain(mlir::OpPassManager &pm, const ToChainOptions &options);

//===----------------------------------------------------------------------===//
// danaus-bufferize
//===----------------------------------------------------------------------===//

struct BufferizeOptions : mlir::PassPipelineOptions<BufferizeOptions> {
  Option<int64_t> threads{*this, "threads", llvm::cl::desc("Workers that share the rows, at most"),
                          llvm::cl::init(1)};
  Option<bool> deallocate{*this, "deallocate",
                          llvm::cl::desc("Free every allocation; off where none will be left"),
                          llvm::cl::init(true)};
  Option<bool> rowStrides{*this, "row-strides",
                          llvm::cl::desc("Let rows of activations and results lie apart"),
                          llvm::cl::init(true)};
};

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

//===----------------------------------------------------------------------===//
// danaus-to-kernels
//===----------------------------------------------------------------------===//

struct ToKernelsOptions : mlir::PassPipelineOptions<ToKernelsOptions> {
  Option<std::string> schedule{
      *this, "schedule", llvm::cl::desc("A #chain.schedule attribute, given to every kernel")};
  Option<std::string> model{*this, "model", llvm::cl::desc("Model that ranks the legal schedules")};
  Option<int64_t> rows{*this, "rows", llvm::cl::desc("Rows to expect where the size is dynamic"),
                       llvm::cl::init(256)};
  Option<bool> simplify{*this, "simplify", llvm::cl::desc("Run danaus-simplify-linop first"),
                        llvm::cl::init(false)};
  Option<int64_t> threads{*this, "threads", llvm::cl::desc("Workers that share the rows, at most"),
                          llvm::cl::init(1)};
  Option<bool> regroup{*this, "regroup",
                       llvm::cl::desc("Multiply levels of butterflies into larger blocks"),
                       llvm::cl::init(false)};
  Option<int64_t> maxBlock{*this, "max-block",
                           llvm::cl::desc("Rows and columns of a regrouped block at most"),
                           llvm::cl::init(32)};
  Option<bool> vectorize{
      *this, "vectorize",
      llvm::cl::desc("Run danaus-lower-contracts; without it contractions become "
                     "scalar code, to measure what the pass is worth"),
      llvm::cl::init(true), llvm::cl::Hidden};
};

/// linop to scheduled chain.kernel with packed weights, on tensors: the common
/// part of the CPU and the GPU path.
void buildToKernels(mlir::OpPassManager &pm, const ToKernelsOptions &options);

//===----------------------------------------------------------------------===//
// danaus-to-llvm
//===----------------------------------------------------------------------===//

/// The optimized CPU path, from linop to the LLVM dialect.
void buildToLLVM(mlir::OpPassManager &pm, const ToKernelsOptions &options);

//===----------------------------------------------------------------------===//
// danaus-to-entry-points
//===----------------------------------------------------------------------===//

/// The optimized CPU path, ahead of time: for each public function the five C
/// functions of danaus-create-entry-points, in the LLVM dialect. Nothing allocates.
void buildToEntryPoints(mlir::OpPassManager &pm, const ToKernelsOptions &options);

//===----------------------------------------------------------------------===//
// danaus-to-device
//===----------------------------------------------------------------------===//

/// The GPU path as far as the simulator runs it: device functions of tile, nvgpu,
/// scf and memref, and host functions that launch them. The module's
/// `danaus.target` must be a GPU. Where `separate` is set, @f_pack does all the work that
/// depends on parameters alone, on the device (danaus-separate-parameters).
void buildToDevice(mlir::OpPassManager &pm, const ToKernelsOptions &options, bool separate = false);

//===----------------------------------------------------------------------===//
// danaus-to-nvvm
//===----------------------------------------------------------------------===//

/// Device functions of `tile` in gpu.module ops to the LLVM and NVVM dialects.
void buildDeviceToNVVM(mlir::OpPassManager &pm);

/// The GPU path, from linop to device functions in the NVVM dialect and host
/// functions that launch them. The module's `danaus.target` must be a GPU.
void buildToNVVM(mlir::OpPassManager &pm, const ToKernelsOptions &options, bool separate = false);

//===----------------------------------------------------------------------===//
// danaus-to-cuda
//===----------------------------------------------------------------------===//

/// `danaus-to-nvvm`, then the kernels' machine code as a constant and the host
/// functions in the LLVM dialect, calling the CUDA runtime. Kernels that spill registers
/// are refused unless `allowSpills` is set.
void buildToCuda(mlir::OpPassManager &pm, const ToKernelsOptions &options, bool separate = false,
                 bool allowSpills = false);

//===----------------------------------------------------------------------===//
// danaus-to-cuda-entry-points
//===----------------------------------------------------------------------===//

/// The GPU path, ahead of time: as danaus-to-entry-points, with the kernels' machine code
/// and PTX as a constant. Packing runs on the device; nothing allocates or waits. Kernels
/// that spill registers are refused unless `allowSpills` is set.
void buildToCudaEntryPoints(mlir::OpPassManager &pm, const ToKernelsOptions &options,
                            bool allowSpills = false);

/// Makes all pipelines above known to danaus-opt. Call once a process.
void registerPipelines();

} // namespace danaus

#endif // DANAUS_PIPELINES_PIPELINES_H
