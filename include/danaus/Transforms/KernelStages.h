//===- KernelStages.h - Kernels as the plain structs of Support -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TRANSFORMS_KERNELSTAGES_H
#define DANAUS_TRANSFORMS_KERNELSTAGES_H

#include "danaus/Support/Legality.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace danaus {

/// The stages of `kernel`, `parameter` being the position among the stages.
llvm::SmallVector<StageDescriptor> describeStages(chain::KernelOp kernel);

/// Bytes of a number, both parts of a complex one.
int64_t elementBytes(mlir::Type element);

/// Bytes of an activation of the kernel's input.
int64_t elementBytes(chain::KernelOp kernel);

/// The size of the fastest digit of x in memory, if it is one of A, else 1.
int64_t fastestDigitOfA(const StagePattern &pattern, chain::DigitsAttr digits);

/// Whether `op` is one on complex numbers that vectors of their parts can do.
bool isVectorizableComplex(mlir::Operation *op);

/// Whether the activations are complex numbers.
bool isComplex(chain::KernelOp kernel);

/// Rows of the kernel's activations, or those to expect where they are dynamic; at
/// least 1.
int64_t rowsOf(chain::KernelOp kernel, int64_t expected);

/// The stage that reads what `stage` computes, through maps whose operands have
/// one value a column; null if there is none.
chain::StageOp nextStage(chain::StageOp stage);

/// Why the vendor's library cannot run `kernel`, beside what its stages' sizes say: it
/// computes a stage alone, without maps.
BrokenConstraints checkLibraryKernel(chain::KernelOp kernel);

/// Why matrix tiles (AMX) cannot run `kernel`, beside what its stages' sizes say,
/// which checkCpuSchedule() knows: bf16 only, between stages nothing that has one
/// value a column, and d = 1 behind a permutation.
BrokenConstraints checkAmxKernel(chain::KernelOp kernel);

/// Why `kernel` cannot run as one of transforms, in place and with unit fma, on a GPU.
BrokenConstraints checkTransformKernel(chain::KernelOp kernel, const Schedule &schedule,
                                       const TargetLimits &limits);

/// What keeps the kernel from the tensor cores of a GPU under `schedule`.
BrokenConstraints checkTensorCoreKernel(chain::KernelOp kernel, const Schedule &schedule,
                                        const TargetLimits &limits);

/// The record named by the module's `danaus.target`, by default "x86-avx512".
/// Emits an error that lists the known names when there is no such record.
mlir::FailureOr<TargetLimits> getTarget(mlir::ModuleOp module);

} // namespace danaus

#endif // DANAUS_TRANSFORMS_KERNELSTAGES_H
