//===- LinopOps.h - Operations of the linop dialect -------------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPOPS_H
#define DIALECTS_LINOP_LINOPOPS_H

#include "dialects/Linop/LinopAttrs.h"
#include "dialects/Linop/LinopDialect.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"

#define GET_OP_CLASSES
#include "dialects/Linop/LinopOps.h.inc"

#endif // DIALECTS_LINOP_LINOPOPS_H
