//===- X86.h - Code for CPUs ------------------------------------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TARGET_X86_H
#define DANAUS_TARGET_X86_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace danaus {

/// What code may use.
struct CpuTarget {
  std::string name;     ///< as the user wrote it, or what "native" stands for
  std::string record;   ///< the target record that schedules are made for
  std::string tune;     ///< LLVM's name of the CPU to choose and order instructions for
  std::string features; ///< "avx2,fma": instruction sets, all checked before code runs
};

/// The target "x86-avx2", "x86-avx512", "sapphirerapids" or "native", which has
/// the instruction sets of this machine. An error names the known ones.
llvm::Expected<CpuTarget> lookupCpuTarget(llvm::StringRef name);

/// The least that all targets have: for code that chooses between them.
CpuTarget baselineCpuTarget();

/// Names for help texts, joined by commas.
std::string cpuTargetNames();

enum class CodeKind { LLVMIR, Assembly, Object };

/// A module in the LLVM dialect and what its code may use.
struct CpuModule {
  mlir::ModuleOp module;
  CpuTarget target;
};

/// Code of one module, or of several as one, optimized with the effort of LLVM's -O0
/// to -O3, position independent.
llvm::Expected<std::string> emitCode(llvm::ArrayRef<CpuModule> parts, CodeKind kind,
                                     unsigned optLevel = 3);

/// Links an object file with the runtime library into the shared library `output`
/// by `cc` or `ld.lld`, whichever DANAUS_CC or the PATH has. Errors say what
/// is missing, or what the linker said.
llvm::Error linkSharedLibrary(llvm::StringRef object, llvm::StringRef output);

} // namespace danaus

#endif // DANAUS_TARGET_X86_H
