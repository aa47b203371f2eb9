//===- LinopDialect.h - The linop dialect -----------------------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPDIALECT_H
#define DIALECTS_LINOP_LINOPDIALECT_H

#include "mlir/IR/Dialect.h"

#include "dialects/Linop/LinopDialect.h.inc"

#endif // DIALECTS_LINOP_LINOPDIALECT_H
