//===- DeviceLoops.h - Loops as launches of plain device code -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launch for a box of points: every thread takes points of its own, a grid
// apart, the last coordinate the fastest, so that neighbors in a warp touch
// neighbors in memory.
//
//   for i, j in (rows, 96)     launch blocks of 256:
//     y[i, j] = ...              for p = thread to rows 96 step threads of the grid
//                                  i = p / 96, j = p % 96: y[i, j] = ...
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_LOOPSTOLAUNCHES_DEVICELOOPS_H
#define DANAUS_LIB_CONVERSION_LOOPSTOLAUNCHES_DEVICELOOPS_H

#include "danaus/Conversion/DeviceModule.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace danaus {

/// Makes launches and their device functions in one module.
class LaunchBuilder {
public:
  using Body = llvm::function_ref<void(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange point)>;

  LaunchBuilder(mlir::ModuleOp module, const TargetLimits &limits)
      : module(module), limits(limits) {}

  /// At `b`, a launch that runs `body` once for each point of the box `sizes`, in
  /// no order. What the body uses from outside becomes arguments of the function.
  void launch(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange sizes, Body body);

private:
  void outline(mlir::gpu::LaunchOp launch);

  mlir::ModuleOp module;
  TargetLimits limits;
};

/// Why not every point of the result of `op`, on memrefs, can be computed by a
/// thread of its own; empty where it can.
llvm::StringRef whyNotPerPoint(mlir::linalg::LinalgOp op);

/// What a launch of a contraction takes in beside the contraction itself.
struct Neighbors {
  /// The value that all of its result has before it, in place of a read.
  mlir::Value start;
  /// A function of the result and nothing else that reads it, computed in its place.
  mlir::linalg::GenericOp after;
};

/// Launches `op`: a thread a point of the result, which keeps the sum over the
/// loops of reductions in registers.
void launchLinalg(LaunchBuilder &launches, mlir::linalg::LinalgOp op, Neighbors neighbors);

/// The loops of a nest of independent iterations (`danaus.independent`) from
/// `outermost` in, whose bounds are known outside of it; none where it is not marked.
llvm::SmallVector<mlir::scf::ForOp> findIndependentNest(mlir::scf::ForOp outermost);

/// Launches a nest: a thread an iteration of the innermost of `nest`.
void launchNest(LaunchBuilder &launches, llvm::ArrayRef<mlir::scf::ForOp> nest);

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_LOOPSTOLAUNCHES_DEVICELOOPS_H
