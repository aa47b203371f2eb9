//===- ChainOps.h - Operations of the chain dialect -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CHAIN_CHAINOPS_H
#define DIALECTS_CHAIN_CHAINOPS_H

#include "danaus/Support/Einsum.h"
#include "danaus/Support/SparsePattern.h"
#include "danaus/Support/Stage.h"
#include "dialects/Chain/ChainAttrs.h"
#include "dialects/Chain/ChainDialect.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

#define GET_OP_CLASSES
#include "dialects/Chain/ChainOps.h.inc"

namespace danaus::chain {

/// The type of the sums of a stage on `elementType`: f64 for f64, i32 for
/// integers, else f32; of complex numbers, complex numbers of that.
mlir::Type getAccumulatorType(mlir::Type elementType);

/// Whether `elementType` is one that stages compute with.
bool isStageNumber(mlir::Type elementType);

/// The plain form of `stage`, number `number` of its kernel. Where its `x_digits` are
/// neither none nor those of an `inner` (see StageDescriptor), that is -1.
StageDescriptor describeStage(StageOp stage, unsigned number);

} // namespace danaus::chain

#endif // DIALECTS_CHAIN_CHAINOPS_H
