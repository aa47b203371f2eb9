//===- ChainDialect.cpp - The chain dialect -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Chain/ChainDialect.h"
#include "dialects/Chain/ChainAttrs.h"
#include "dialects/Chain/ChainOps.h"

using namespace mlir;
using namespace danaus::chain;

#include "dialects/Chain/ChainDialect.cpp.inc"

void ChainDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Chain/ChainOps.cpp.inc"
      >();
}
