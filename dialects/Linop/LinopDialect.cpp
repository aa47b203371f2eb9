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
#include "mlir/Transforms/InliningUtils.h"
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

namespace {
/// Functions on structured matrices may be inlined: the ops mean the same anywhere.
struct LinopInliner : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const override { return true; }
};
} // namespace

void LinopDialect::initialize() {
  addInterfaces<LinopInliner>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Linop/LinopAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Linop/LinopOps.cpp.inc"
      >();
}
