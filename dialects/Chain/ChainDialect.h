//===- ChainDialect.h - The chain dialect -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CHAIN_CHAINDIALECT_H
#define DIALECTS_CHAIN_CHAINDIALECT_H

#include "mlir/IR/Dialect.h"

#include "dialects/Chain/ChainDialect.h.inc"

#endif // DIALECTS_CHAIN_CHAINDIALECT_H
