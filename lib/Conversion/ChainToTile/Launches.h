//===- Launches.h - Device functions and who launches them -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_LAUNCHES_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_LAUNCHES_H

#include "KernelEmitter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/ADT/SetVector.h"

namespace danaus {

struct TensorView;

/// An empty kernel, named after `function`, which launches it, in the module of all
/// device functions, which is made when first needed.
mlir::gpu::GPUFuncOp createKernelFunction(mlir::func::FuncOp function, mlir::TypeRange arguments,
                                          int64_t threads, int64_t blocksPerProcessor);

/// A thread block, or a cluster of them, for each `perBlock` of `pieces`, at most `mostBlocks`,
/// in each of `groups`.
struct Grid {
  mlir::Value pieces;
  int64_t perBlock = 1, mostBlocks = 1, groups = 1, threads = 32, sharedBytes = 0;
  bool isEarly = false; ///< the kernel awaits the launches before, so it may begin early
  int64_t cluster = 1;
};

/// Launches `device` so.
void emitLaunch(mlir::ImplicitLocOpBuilder &b, mlir::gpu::GPUFuncOp device, const Grid &grid,
                mlir::ValueRange arguments);

/// Says that blocks of `device` run in clusters of `blocks`.
void setClusterSize(mlir::gpu::GPUFuncOp device, int64_t blocks);

/// Counters of a ring of `ring` tiles or rows, as RingOperand has them, all zero.
mlir::Value allocateCounters(mlir::ImplicitLocOpBuilder &b, int64_t ring);
void freeDeviceMemory(mlir::ImplicitLocOpBuilder &b, mlir::Value memory);

/// Says at `kernel` what keeps its schedule from running; failure if anything does.
mlir::LogicalResult reportBroken(chain::KernelOp kernel, const TargetLimits &limits,
                                 const BrokenConstraints &broken);

/// The kernel operand that a value of its body stands for.
mlir::Value operandOf(chain::KernelOp kernel, mlir::Value inner);

/// The body's values that a launch of `stages` needs beside x and y, each once.
llvm::SetVector<mlir::Value> otherValues(llvm::ArrayRef<StageWithMaps> stages);

/// Those of them that maps read.
llvm::SetVector<mlir::Value> valuesOfMaps(llvm::ArrayRef<StageWithMaps> stages);

/// What bulk copies see of `source`, which has `rows` rows, as `view` says.
mlir::Value createTensorMap(mlir::ImplicitLocOpBuilder &b, mlir::Value source, mlir::Value rows,
                            const TensorView &view);

/// Replaces a kernel with `in_place` by a launch for each group of its stages,
/// or one of all groups where it has a ring.
mlir::LogicalResult convertInPlace(chain::KernelOp kernel, llvm::ArrayRef<StageWithMaps> stages,
                                   llvm::ArrayRef<StageDescriptor> descriptors,
                                   const TargetLimits &limits);

/// Replaces a kernel with `cluster` by one launch of a cluster for each tile of rows.
mlir::LogicalResult convertToClusters(chain::KernelOp kernel, llvm::ArrayRef<StageWithMaps> stages,
                                      llvm::ArrayRef<StageDescriptor> descriptors,
                                      const TargetLimits &limits);

/// Replaces a kernel with shared weights by one launch of clusters that keep them.
mlir::LogicalResult convertToResident(chain::KernelOp kernel, llvm::ArrayRef<StageWithMaps> stages,
                                      llvm::ArrayRef<StageDescriptor> descriptors,
                                      const TargetLimits &limits);

/// Replaces a kernel of unit wgmma by a launch a stage, and a transposition behind a
/// stage with d > 1; activations between launches go through device memory.
mlir::LogicalResult convertToGemms(chain::KernelOp kernel, llvm::ArrayRef<StageWithMaps> stages,
                                   llvm::ArrayRef<StageDescriptor> descriptors,
                                   const TargetLimits &limits);

/// Replaces a kernel of unit fma, in place, by one launch of transforms.
mlir::LogicalResult convertToTransforms(chain::KernelOp kernel,
                                        llvm::ArrayRef<StageWithMaps> stages,
                                        const TargetLimits &limits);

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_LAUNCHES_H
