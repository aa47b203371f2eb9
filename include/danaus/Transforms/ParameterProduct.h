//===- ParameterProduct.h - Products of parameters, rounded once -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The algebra multiplies parameters into new ones. A product of parameters is an
// einsum over loops that letters name, in which a dimension of a parameter may
// be several digits, slowest first:
//
//   terms {u, {"a", "bc"}}, {v, {"c", "d"}}  result {"ab", "d"}
//
//   w[(a b), d] = sum_c u[a, (b c)] v[c, d]
//
// It is computed in f64 and rounded once to the element type asked for: at once
// when all parameters are constants, else as `linalg` on them. With one term and
// no sum it only moves values, of any type.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TRANSFORMS_PARAMETERPRODUCT_H
#define DANAUS_TRANSFORMS_PARAMETERPRODUCT_H

#include "danaus/Support/Einsum.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace danaus {

/// The digits of each dimension of a tensor.
using DigitDims = llvm::SmallVector<std::string>;

/// One parameter of a product. A single value may have no digits at all.
struct ParameterTerm {
  mlir::Value value;
  DigitDims dims;
};

struct ParameterProduct {
  llvm::SmallVector<ParameterTerm> terms;
  DigitDims result;
  llvm::SmallVector<EinsumLoop> loops; ///< every letter once

  int64_t sizeOf(char letter) const;
  /// Values of the result, and multiplications that make them.
  int64_t resultSize() const;
};

/// The value of `product`, a plain tensor of `elementType`. Requires static
/// shapes that fit the loops, and floats unless values only move.
mlir::Value multiplyParameters(mlir::OpBuilder &builder, mlir::Location loc,
                               const ParameterProduct &product, mlir::Type elementType);

/// `value` with its dimensions in another order: dimension i of the result is
/// dimension `order[i]`.
mlir::Value transposeParameter(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                               llvm::ArrayRef<unsigned> order);

/// `value[indices]`, which leaves out as many dimensions.
mlir::Value sliceParameter(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                           llvm::ArrayRef<int64_t> indices);

/// Whether `value` is known when compiling.
bool isConstantParameter(mlir::Value value);

} // namespace danaus

#endif // DANAUS_TRANSFORMS_PARAMETERPRODUCT_H
