//===- LinopDialect.cpp - The linop dialect -------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopDialect.h"
#include "dialects/Linop/LinopAttrs.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace danaus::linop;

#include "dialects/Linop/LinopDialect.cpp.inc"
#include "dialects/Linop/StructureAttrInterface.cpp.inc"

/// A count, or ? where run time decides.
static ParseResult parseCount(AsmParser &parser, int64_t &count) {
  if (failed(parser.parseOptionalQuestion()))
    return parser.parseInteger(count);
  count = ShapedType::kDynamic;
  return success();
}

static void printCount(AsmPrinter &printer, int64_t count) {
  if (ShapedType::isDynamic(count))
    printer << '?';
  else
    printer << count;
}

#define GET_ATTRDEF_CLASSES
#include "dialects/Linop/LinopAttrs.cpp.inc"

void LinopDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Linop/LinopAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Linop/LinopOps.cpp.inc"
      >();
}
