//===- LinalgBuilders.h - Small pieces of linalg -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the patterns of this folder build with.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOLINALG_LINALGBUILDERS_H
#define DANAUS_LIB_CONVERSION_CHAINTOLINALG_LINALGBUILDERS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace danaus {

/// The type that sums on `element` are taken in: f32, f64 for f64, and so the
/// parts of a complex type.
mlir::Type getSumType(mlir::Type element);

/// A `tensor.cast` to `type`, or `value` itself.
mlir::Value castTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                   mlir::RankedTensorType type);

/// (rows, p q ..)  ->  (rows, p, q, ..); a dynamic number of columns is made
/// static first. No digits at all leave (rows).
mlir::Value expandColumns(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                          llvm::ArrayRef<int64_t> digits);

/// The inverse: all dimensions but the first become one.
mlir::Value collapseColumns(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x);

/// An empty tensor with the sizes of `like`, a tensor or its expansion.
mlir::Value emptyLike(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value like,
                      mlir::Type element);

/// Zeros of (rows of `x`, sizes..).
mlir::Value buildZeros(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                       llvm::ArrayRef<int64_t> sizes, mlir::Type element);

/// `x` with every element converted, as one generic; `x` itself when it has
/// the element type already.
mlir::Value roundTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                    mlir::Type element);

/// The body sum + x * w of the scalars (x, w, sum), in the type of the sum.
void buildMultiplyAdd(mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange values);

/// Adds the patterns for stages on digits: einsum, permute, gather, toeplitz.
void populateDigitPatterns(mlir::RewritePatternSet &patterns);

/// Adds the patterns for stages on indices: grouped, indexed.
void populateSparsePatterns(mlir::RewritePatternSet &patterns);

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOLINALG_LINALGBUILDERS_H
