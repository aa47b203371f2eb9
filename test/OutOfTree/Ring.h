//===- Ring.h - A structure that Danaus does not have ----------*- C++ -*--===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef RING_H
#define RING_H

#include "dialects/Linop/LinopAttrs.h"
#include "mlir/IR/Dialect.h"

#include "RingDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "RingAttrs.h.inc"

namespace ring {

/// The dialects of this project and of Danaus.
void registerDialects(mlir::DialectRegistry &registry);

/// `ring-lower` and `ring-to-llvm`, and the passes of Danaus.
void registerPasses();

} // namespace ring

#endif // RING_H
