//===- ProgramToChain.h - Stage programs to chain operations -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The stage builders: what turns the stages that a structure describes into
// operations. A project that lowers products its own way starts here.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_CONVERSION_PROGRAMTOCHAIN_H
#define DANAUS_CONVERSION_PROGRAMTOCHAIN_H

#include "danaus/Support/StageProgram.h"
#include "mlir/IR/Builders.h"

namespace danaus {

/// `value`, a tensor of static shape, with its elements in another shape.
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                      llvm::ArrayRef<int64_t> shape);

/// The stages of `program` on the rows of `x` (rows, in), with the values of the
/// structure's parameters; the result is (rows, out) in the type `element`.
/// Every stage works in the element type of its weight. Requires that `check`
/// of the program found nothing.
mlir::Value buildProgram(mlir::OpBuilder &builder, mlir::Location loc, const StageProgram &program,
                         mlir::ValueRange parameters, mlir::Value x, mlir::Type element);

} // namespace danaus

#endif // DANAUS_CONVERSION_PROGRAMTOCHAIN_H
