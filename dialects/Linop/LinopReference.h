//===- LinopReference.h - One definition for two scalars --------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A structure of this dialect is defined by one function template
//
//   template <typename Scalar>
//   static void define(NameAttr attr, RankedTensorType type, Parameters<Scalar> parameters,
//                      ArrayRef<Scalar> x, MutableArrayRef<Scalar> y);
//
// for Scalar = double and std::complex<double>; `LINOP_REFERENCE(NameAttr)`
// behind it makes the two methods of StructureAttrInterface from it.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPREFERENCE_H
#define DIALECTS_LINOP_LINOPREFERENCE_H

#include "dialects/Linop/LinopAttrs.h"
#include <type_traits>

namespace danaus::linop {

using Complex = std::complex<double>;

/// The values of every parameter, in the order of `linop.assemble`.
template <typename Scalar> using Parameters = llvm::ArrayRef<llvm::ArrayRef<Scalar>>;

/// The real part of a value: how a definition reads an index.
inline double realPart(double value) { return value; }
inline double realPart(Complex value) { return value.real(); }

/// `structure`'s definition for either scalar.
template <typename Scalar>
void applyDefinition(StructureAttrInterface structure, mlir::RankedTensorType type,
                     Parameters<Scalar> parameters, llvm::ArrayRef<Scalar> x,
                     llvm::MutableArrayRef<Scalar> y) {
  if constexpr (std::is_same_v<Scalar, double>)
    structure.referenceApply(type, parameters, x, y);
  else
    structure.referenceApplyComplex(type, parameters, x, y);
}

} // namespace danaus::linop

/// The interface's two methods from `define`.
#define LINOP_REFERENCE(ATTR)                                                                      \
  void ATTR::referenceApply(RankedTensorType type, ArrayRef<ArrayRef<double>> parameters,          \
                            ArrayRef<double> x, MutableArrayRef<double> y) const {                 \
    define<double>(*this, type, parameters, x, y);                                                 \
  }                                                                                                \
  void ATTR::referenceApplyComplex(RankedTensorType type, ArrayRef<ArrayRef<Complex>> parameters,  \
                                   ArrayRef<Complex> x, MutableArrayRef<Complex> y) const {        \
    define<Complex>(*this, type, parameters, x, y);                                                \
  }

#endif // DIALECTS_LINOP_LINOPREFERENCE_H
