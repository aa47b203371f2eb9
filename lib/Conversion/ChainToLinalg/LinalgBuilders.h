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

#include "danaus/Conversion/Utils.h"
#include "danaus/Support/Einsum.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace danaus {

/// The type that sums for results of `element` are taken in: f32, f64 for f64,
/// and so the parts of a complex type; i32 for i32.
mlir::Type getSumType(mlir::Type element);

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

/// sum + x * weight of scalars, in the type of the sum.
mlir::Value multiplyAdd(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                        mlir::Value weight, mlir::Value sum,
                        mlir::arith::FastMathFlags flags = mlir::arith::FastMathFlags::none);

/// That as the body of a generic on (x, w, sum).
void buildMultiplyAdd(mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange values);

/// y (rows, out) of type `type` as one generic on the digits of x, its loops the
/// rows and the letters of `order`.
mlir::Value buildContraction(mlir::OpBuilder &builder, mlir::Location loc, const Einsum &einsum,
                             llvm::StringRef order, mlir::Value x, mlir::Value weight,
                             mlir::RankedTensorType type);

/// Adds the patterns for stages on digits: einsum, permute, gather, toeplitz.
void populateDigitPatterns(mlir::RewritePatternSet &patterns);

/// Adds the patterns for stages on indices: grouped, indexed.
void populateSparsePatterns(mlir::RewritePatternSet &patterns);

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOLINALG_LINALGBUILDERS_H
