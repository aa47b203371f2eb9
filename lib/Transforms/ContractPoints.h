//===- ContractPoints.h - A vector.contract point by point -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_TRANSFORMS_CONTRACTPOINTS_H
#define DANAUS_LIB_TRANSFORMS_CONTRACTPOINTS_H

#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace danaus {

/// The indices at which `read` finds element `position` of its leading dimensions.
llvm::SmallVector<mlir::Value> indicesAt(mlir::OpBuilder &builder, mlir::Location loc,
                                         mlir::vector::TransferReadOp read,
                                         llvm::ArrayRef<int64_t> position);

/// The sums of `op` after `step(point, sum)` for every point of its loops but those
/// in `inVector`, which one vector goes through. Reductions are outermost, so that
/// consecutive steps are independent.
mlir::Value accumulatePoints(
    mlir::OpBuilder &builder, mlir::vector::ContractionOp op, llvm::ArrayRef<unsigned> inVector,
    llvm::function_ref<mlir::Value(llvm::ArrayRef<int64_t> point, mlir::Value sum)> step);

} // namespace danaus

#endif // DANAUS_LIB_TRANSFORMS_CONTRACTPOINTS_H
