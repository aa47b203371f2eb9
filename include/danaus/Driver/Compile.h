//===- Compile.h - Pipelines and the JIT, as danaus-run uses them --*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_COMPILE_H
#define DANAUS_DRIVER_COMPILE_H

#include "danaus/Driver/Executor.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringMap.h"

namespace danaus {

/// What is worth knowing of a function before its types become LLVM's.
struct CompiledFunction {
  /// Memrefs: the arguments in order, then the destinations of the results.
  llvm::SmallVector<mlir::Type> arguments;
  /// The function that packs weights for this one, or empty.
  std::string pack;
  /// The arguments that take packed weights.
  llvm::SmallVector<int64_t> packed;
  /// After danaus-separate-parameters: of how many values, its first arguments, `pack` makes
  /// them from all arguments that were no activations before.
  std::optional<int64_t> numSeparated;
  /// Of each argument before that.
  llvm::SmallVector<bool> isActivation;
};

/// Notes taken while passes run: each public function as it was last seen as a
/// func.func, and the schedules of all kernels as they were last seen.
struct CompileRecord {
  llvm::StringMap<CompiledFunction> functions;
  std::string schedule;
};

/// The levels at which danaus-run can stop: to print, or at Device to simulate.
enum class Level { Chain, Kernel, Device, LLVM };

/// Removes what the public function `entry` does not need, so that only what
/// runs has to compile.
llvm::Error isolateEntry(mlir::ModuleOp module, llvm::StringRef entry);

/// Runs the passes of `settings` on `module` up to `level`. Errors of passes go
/// to the diagnostic handlers.
llvm::Error compileModule(mlir::ModuleOp module, const CompileSettings &settings, Level level,
                          CompileRecord &record);

/// LLVM IR of a module in the LLVM dialect, before any of LLVM's passes.
llvm::Expected<std::string> printLLVM(mlir::ModuleOp module);

/// Compiles a module in the LLVM dialect for this machine's CPU, with the effort
/// of LLVM's -O0 to -O3.
llvm::Expected<std::unique_ptr<mlir::ExecutionEngine>> createEngine(mlir::ModuleOp module,
                                                                    unsigned optLevel);

} // namespace danaus

#endif // DANAUS_DRIVER_COMPILE_H
