//===- Interpreter.h - Reference results in double precision ----*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The oracle of every test. It evaluates a function as it was written, before
// any pass: `linop` operations by StructureAttrInterface::referenceApply (its
// complex form for complex matrices) and nothing else, everything around them operation by
// operation, all in double and without rounding in between. Types matter only for constants, which
// were rounded when they were parsed. Integers and indices are doubles too: exact up to 2^53,
// without wrapping.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_INTERPRETER_INTERPRETER_H
#define DANAUS_INTERPRETER_INTERPRETER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <memory>
#include <vector>

namespace danaus {

/// A row-major tensor of doubles, shared and never changed once made; a scalar
/// is one of rank 0. A complex element is two values, its real and imaginary part.
struct ReferenceTensor {
  llvm::SmallVector<int64_t> shape;
  std::shared_ptr<const std::vector<double>> values;
  bool isComplex = false;

  /// Values of one element.
  int64_t getNumParts() const { return isComplex ? 2 : 1; }
};

/// The results of `function` on `arguments`. A structured argument or result is
/// its parameters, in order; all others are one tensor each, of exactly the
/// types' rank and static sizes. What cannot be evaluated is a diagnostic that
/// names the operation, and failure.
llvm::FailureOr<std::vector<ReferenceTensor>> interpret(mlir::func::FuncOp function,
                                                        llvm::ArrayRef<ReferenceTensor> arguments);

/// About how many double-precision operations `interpret` takes when every
/// dynamic dimension is `rows`.
double estimateReferenceCost(mlir::func::FuncOp function, int64_t rows);

/// Whether row i of every result depends on row i of every dynamic argument only,
/// where rows are the first and only dynamic dimension: then a sample of the
/// rows can be checked alone.
bool isRowwise(mlir::func::FuncOp function);

} // namespace danaus

#endif // DANAUS_INTERPRETER_INTERPRETER_H
