//===- Spills.h - Default schedules that leave more registers free --*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_SPILLS_H
#define DANAUS_DRIVER_SPILLS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace danaus {

/// What running passes on `module` came to: a SpillError where kernels spill, which
/// diagnostics have named, or another error.
llvm::Error resultOfPasses(mlir::ModuleOp module, llvm::LogicalResult result);

/// Runs `compile` on `module`, which it may change. Plans estimate registers; where an
/// assembler needs more and `compile` returns a SpillError, runs it again on the module
/// as it was, with schedules that leave 16, then 32 registers of each thread free, and
/// at last with spills allowed and a warning. Where spills are allowed anyway, or
/// somebody named a schedule, by `schedule` or for a kernel of `module`, runs it once.
llvm::Error compileSparingRegisters(mlir::ModuleOp module, llvm::StringRef schedule,
                                    bool allowSpills,
                                    llvm::function_ref<llvm::Error(bool allowSpills)> compile);

} // namespace danaus

#endif // DANAUS_DRIVER_SPILLS_H
