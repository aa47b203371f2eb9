//===- LinopVerify.h - What structures verify alike -------------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Pieces of `verifyEncoding` and `getParameterTypes` that most structures share.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPVERIFY_H
#define DIALECTS_LINOP_LINOPVERIFY_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"

namespace danaus::linop {

using EmitError = llvm::function_ref<mlir::InFlightDiagnostic()>;

/// A structure encodes a static matrix of a floating-point or complex type.
llvm::LogicalResult verifyMatrix(llvm::ArrayRef<int64_t> shape, mlir::Type elementType,
                                 EmitError emitError);

/// `what`, which is `size`, must be a multiple of `divisor`.
llvm::LogicalResult verifyDivides(int64_t divisor, int64_t size, llvm::StringRef what,
                                  EmitError emitError);

/// `value`, which diagnostics call `what`, must be 1 or more.
llvm::LogicalResult verifyPositive(int64_t value, llvm::StringRef what, EmitError emitError);

/// A plain tensor of `shape` with the element type of `type`.
mlir::RankedTensorType tensorLike(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> shape);

/// A list of digits: `count` entries (any number >= 1 if negative), each >= 1,
/// with a product below 2^31.
llvm::LogicalResult verifyDigits(llvm::ArrayRef<int64_t> digits, int64_t count,
                                 llvm::StringRef name, EmitError emitError);

/// `size`, the number of `what`, is the product of the list.
llvm::LogicalResult verifyProduct(llvm::ArrayRef<int64_t> digits, int64_t size,
                                  llvm::StringRef what, llvm::StringRef name, EmitError emitError);

/// `rank` is 1 or more and at most the smaller size.
llvm::LogicalResult verifyRank(int64_t rank, llvm::ArrayRef<int64_t> shape, EmitError emitError);

llvm::LogicalResult verifySquare(llvm::ArrayRef<int64_t> shape, EmitError emitError);

/// The product of the entries.
int64_t productOf(llvm::ArrayRef<int64_t> values);

} // namespace danaus::linop

#endif // DIALECTS_LINOP_LINOPVERIFY_H
