//===- Registration.h - All of Danaus in a host's context -------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a program that embeds Danaus calls once: its own opt, a compiler, the
// plug-in. Nothing here registers all of MLIR, so it links and starts fast.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_PIPELINES_REGISTRATION_H
#define DANAUS_PIPELINES_REGISTRATION_H

#include "mlir/IR/DialectRegistry.h"

namespace danaus {

/// Adds the dialects of Danaus, those of MLIR that its pipelines read from user
/// input, and the external models without which bufferization and tiling would
/// pass over an operation in silence. Calling it beside other registrations is
/// harmless: MLIR registers each model once.
void registerDanausDialects(mlir::DialectRegistry &registry);

/// Makes the passes and pipelines of Danaus known by name. Call once a process.
void registerDanausPasses();

} // namespace danaus

#endif // DANAUS_PIPELINES_REGISTRATION_H
