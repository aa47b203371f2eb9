//===- ImportSparseTensors.h - Upstream encodings as structures -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The border to upstream's sparse_tensor dialect.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TRANSFORMS_IMPORTSPARSETENSORS_H
#define DANAUS_TRANSFORMS_IMPORTSPARSETENSORS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"

namespace danaus {

/// The structured type of a static matrix with a `#sparse_tensor.encoding` of the
/// kinds CSR, CSC, BSR or n out of m, or null for any other type.
mlir::RankedTensorType getStructureOfSparseTensor(mlir::RankedTensorType type);

/// Makes structured matrices of all such tensors in `module`. A diagnostic names
/// an operation that cannot take one. Requires the dialects that the pass of this
/// name depends on.
llvm::LogicalResult importSparseTensors(mlir::ModuleOp module);

} // namespace danaus

#endif // DANAUS_TRANSFORMS_IMPORTSPARSETENSORS_H
