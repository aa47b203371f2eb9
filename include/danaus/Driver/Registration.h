//===- Registration.h - Dialects and passes that the tools know -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_REGISTRATION_H
#define DANAUS_DRIVER_REGISTRATION_H

#include "mlir/IR/DialectRegistry.h"

namespace danaus {

/// Adds Danaus' dialects, the upstream dialects that its pipelines use, and all
/// external models that these need (bufferization, tiling, LLVM translation).
void registerDialects(mlir::DialectRegistry &registry);

/// Registers every pass and pipeline of Danaus and the upstream passes that
/// its tests and users combine with them. Call once a process.
void registerPasses();

} // namespace danaus

#endif // DANAUS_DRIVER_REGISTRATION_H
