//===- AheadOfTime.h - MLIR files to machine code ---------------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_AHEADOFTIME_H
#define DANAUS_DRIVER_AHEADOFTIME_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace danaus {

/// The command line of danaus-compile.
struct CompileFileSettings {
  std::string input = "-", output = "-";
  std::string emit;      ///< kind of output, or empty: the output's suffix
  std::string target;    ///< empty: sm_90a for PTX and cubins, else this machine; for
                         ///< CPUs several with commas between, the best first
  std::string schedule;  ///< text of a #chain.schedule for every kernel
  std::string model;     ///< file with a schedule model
  std::string header;    ///< file for the C header, or empty
  int64_t rows = 256;    ///< rows to expect where they are dynamic
  int64_t threads = 1;   ///< workers of a call at most
  bool simplify = false; ///< the algebra first
  bool allowSpills = false, verbose = false;
};

/// Compiles a file as `settings` say; diagnostics on stderr. Returns the exit
/// status. A structure from outside is known when `registry` has its dialect.
int compileFile(const CompileFileSettings &settings, mlir::DialectRegistry &registry);

/// Brings `module` to the entry points of danaus-create-entry-points for the CPU
/// target named in `settings`. What passes say goes to the diagnostic handlers.
llvm::Error lowerToEntryPoints(mlir::ModuleOp module, const CompileFileSettings &settings);

/// The same for a GPU, whose record's name is in `settings`: host functions that launch kernels,
/// whose code is a constant.
llvm::Error lowerToCudaEntryPoints(mlir::ModuleOp module, const CompileFileSettings &settings);

/// Gives the public functions of `module` names of their own for `target`, so that
/// modules for several targets fit together.
void renameForTarget(mlir::ModuleOp module, llvm::StringRef target);

/// A module whose entry points call, of those in `parts` (compiled for one target
/// each, the best first), the first that this CPU can run, or else the last, which
/// refuses with its code.
mlir::OwningOpRef<mlir::ModuleOp> createDispatch(llvm::ArrayRef<mlir::ModuleOp> parts);

/// A C header for the entry points in a module that one of the two above made.
/// `guard` becomes its include guard.
std::string printHeader(mlir::ModuleOp module, llvm::StringRef guard);

} // namespace danaus

#endif // DANAUS_DRIVER_AHEADOFTIME_H
