//===- NVPTX.h - Device functions to PTX and machine code -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TARGET_NVPTX_H
#define DANAUS_TARGET_NVPTX_H

#include "danaus/Support/Legality.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace danaus {

/// What `ptxas` says of one kernel.
struct KernelResources {
  std::string name;
  int64_t registers = 0;  ///< of a thread
  int64_t spillBytes = 0; ///< stores and loads of one thread
  int64_t stackBytes = 0;
};

/// Machine code, and the resources of the kernels in it.
struct Cubin {
  std::string image;
  llvm::SmallVector<KernelResources> kernels;
};

/// A kernel spills registers; without a name where diagnostics have said which.
struct SpillError : llvm::ErrorInfo<SpillError> {
  static char ID;
  KernelResources kernel;

  explicit SpillError(KernelResources kernel) : kernel(std::move(kernel)) {}
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }
};

/// A unit attribute of modules in which danaus-embed-kernels found kernels that spill.
inline constexpr llvm::StringLiteral spilledName = "danaus.spilled";

/// What the translations below need to know of a registry's dialects.
void registerDeviceTranslations(mlir::DialectRegistry &registry);

/// PTX for `module`, whose functions are in the LLVM dialect, by LLVM's NVPTX
/// back end; needs no CUDA Toolkit. An error if `target` is not a GPU, or the
/// code calls a function that is not in the module.
llvm::Expected<std::string> translateToPtx(mlir::gpu::GPUModuleOp module,
                                           const TargetLimits &target);

/// LLVM IR of the same, optimized: what the back end reads.
llvm::Expected<std::string> translateToOptimizedLLVMIR(mlir::gpu::GPUModuleOp module,
                                                       const TargetLimits &target);

/// The path of `ptxas`: from the environment variable DANAUS_PTXAS, the PATH,
/// CUDA_PATH, or where the CUDA Toolkit installs it; nothing if there is none.
std::optional<std::string> findPtxas();

/// Runs `ptxas`. An error if it fails, with its log, or a SpillError if a kernel
/// spills registers and `allowSpills` is not set.
llvm::Expected<Cubin> assemble(llvm::StringRef ptx, const TargetLimits &target,
                               llvm::StringRef ptxas, bool allowSpills);

} // namespace danaus

#endif // DANAUS_TARGET_NVPTX_H
