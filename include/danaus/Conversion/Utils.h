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

namespace danaus {

/// `value`, a floating-point scalar or vector of one, with element type `type`.
/// bf16 and f16, which have the same width, meet in f32.
mlir::Value convertFloat(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                         mlir::Type type);

} // namespace danaus

#endif // DANAUS_CONVERSION_UTILS_H
