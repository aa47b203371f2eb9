//===- Passes.h - The simulator as a pass -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SIMULATOR_PASSES_H
#define DANAUS_SIMULATOR_PASSES_H

#include "mlir/Pass/Pass.h"

namespace danaus {

#define GEN_PASS_DECL
#include "danaus/Simulator/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "danaus/Simulator/Passes.h.inc"

} // namespace danaus

#endif // DANAUS_SIMULATOR_PASSES_H
