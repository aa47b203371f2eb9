//===- LinalgLoops.h - linalg operations by their loops ---------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LIB_INTERPRETER_LINALGLOOPS_H
#define LIB_INTERPRETER_LINALGLOOPS_H

#include "danaus/Interpreter/Interpreter.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace danaus {

/// Elements that one tensor may have here: 8 GiB of doubles.
inline constexpr int64_t maxReferenceElements = int64_t(1) << 30;

/// A zero-filled tensor of `shape` with `parts` values an element; a diagnostic at
/// `op` where it is too large.
llvm::FailureOr<std::shared_ptr<std::vector<double>>>
allocateReference(mlir::Operation *op, llvm::ArrayRef<int64_t> shape, int64_t parts = 1);

/// Runs any structured `linalg` operation, generic or named, by its indexing
/// maps and its scalar body. `operands[i]` belongs to operand i; `lookup` gives
/// the parts of the scalars that the body captures. One result for each init.
llvm::FailureOr<std::vector<ReferenceTensor>>
interpretLinalg(mlir::linalg::LinalgOp op, llvm::ArrayRef<ReferenceTensor> operands,
                llvm::function_ref<llvm::ArrayRef<double>(mlir::Value)> lookup);

/// exp(x - max x) / sum exp(x - max x) along dimension `dim` of `input`.
llvm::FailureOr<ReferenceTensor> interpretSoftmax(mlir::Operation *op, const ReferenceTensor &input,
                                                  int64_t dim);

} // namespace danaus

#endif // LIB_INTERPRETER_LINALGLOOPS_H
