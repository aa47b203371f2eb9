//===- Utils.h - What the conversions share -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_CONVERSION_UTILS_H
#define DANAUS_CONVERSION_UTILS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"

namespace danaus {

/// A unit attribute of `scf.for`: its iterations write different elements, and read
/// none that another writes.
inline constexpr llvm::StringLiteral independentName = "danaus.independent";

/// `value`, a floating-point scalar or vector of one, with element type `type`.
/// bf16 and f16, which have the same width, meet in f32; f64 becomes one of them
/// by way of f32 rounded to odd, since targets have neither an instruction nor a
/// routine for it, and is so rounded once.
mlir::Value convertFloat(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                         mlir::Type type);

/// A real number as a constant of a floating-point, complex or integer type; an
/// integer type takes whole numbers.
mlir::Value createScalar(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type,
                         double value);

/// `value` rounded to nearest in a floating-point type.
llvm::APFloat roundConstant(double value, mlir::Type type);

/// A `tensor.cast` to `type`, or `value` itself.
mlir::Value castTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                   mlir::RankedTensorType type);

/// (rows, p q ..)  ->  (rows, p, q, ..); a dynamic number of columns is made
/// static first. No digits at all leave (rows).
mlir::Value expandColumns(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                          llvm::ArrayRef<int64_t> digits);

/// The inverse: all dimensions but the first become one.
mlir::Value collapseColumns(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x);

} // namespace danaus

#endif // DANAUS_CONVERSION_UTILS_H
