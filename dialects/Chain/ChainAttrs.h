//===- ChainAttrs.h - Attributes of the chain dialect -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CHAIN_CHAINATTRS_H
#define DIALECTS_CHAIN_CHAINATTRS_H

#include "danaus/Support/Packing.h"
#include "danaus/Support/Schedule.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"

#include "dialects/Chain/ChainEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Chain/ChainAttrs.h.inc"

namespace danaus::chain {

/// The attribute as the plain struct that the legality functions take.
danaus::Schedule toPlain(ScheduleAttr schedule);
/// The inverse of `toPlain`.
ScheduleAttr toAttr(mlir::MLIRContext *context, const danaus::Schedule &schedule);
/// The attribute as the plain struct that computes shapes and digits.
danaus::Packing toPlain(PackingAttr packing);
PackingAttr toAttr(mlir::MLIRContext *context, const danaus::Packing &packing);

} // namespace danaus::chain

#endif // DIALECTS_CHAIN_CHAINATTRS_H
