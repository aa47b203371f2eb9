//===- LinopAttrs.h - Structure encodings -----------------------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPATTRS_H
#define DIALECTS_LINOP_LINOPATTRS_H

#include "danaus/Support/ParameterData.h"
#include "danaus/Support/StageProgram.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TensorEncoding.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <complex>

#include "dialects/Linop/StructureAttrInterface.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Linop/LinopAttrs.h.inc"

namespace danaus::linop {

/// The structure of a tensor type, or null when its encoding is none.
StructureAttrInterface getStructure(mlir::Type type);

/// The structure of a matrix that may be plain: one without an encoding is dense.
/// Null when the encoding is no structure.
StructureAttrInterface getMatrixStructure(mlir::RankedTensorType type);

/// Whether `type` is a rank-2 tensor with a structure as its encoding.
bool isStructured(mlir::Type type);

/// Whether `type` is a static rank-2 tensor with a linear structure or nothing as
/// its encoding: what a factor can be.
bool isMatrix(mlir::Type type);

/// Whether a structured tensor occurs anywhere in `type`, as in the type of a
/// function.
bool mentionsStructure(mlir::Type type);

/// Whether `type` is a ranked tensor of rank >= 1 without any encoding.
bool isPlainTensor(mlir::Type type);

/// The type of the transposed matrix: `#linop.transpose<type>`, or the inner
/// type when `type` is itself a transpose.
mlir::RankedTensorType getTransposedType(mlir::RankedTensorType type);

} // namespace danaus::linop

#endif // DIALECTS_LINOP_LINOPATTRS_H
