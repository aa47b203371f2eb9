//===- TileTypes.cpp - Types of the tile dialect -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Tile/TileOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace danaus::tile;

#include "dialects/Tile/TileEnums.cpp.inc"

/// 16x8xf32
static ParseResult parseShape(AsmParser &parser, int64_t &rows, int64_t &columnCount,
                              Type &elementType) {
  SmallVector<int64_t> shape;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseDimensionList(shape, /*allowDynamic=*/false) || parser.parseType(elementType))
    return failure();
  if (shape.size() != 2)
    return parser.emitError(where) << "wanted 2 dimensions, found " << shape.size();
  rows = shape[0];
  columnCount = shape[1];
  return success();
}

static void printShape(AsmPrinter &printer, int64_t rows, int64_t columnCount, Type elementType) {
  printer << rows << 'x' << columnCount << 'x' << elementType;
}

#define GET_TYPEDEF_CLASSES
#include "dialects/Tile/TileTypes.cpp.inc"

void TileDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Tile/TileTypes.cpp.inc"
      >();
}

/// Elements of an operand that are a word of their own.
static bool isWord(Type elementType) { return elementType.isF32() || elementType.isF64(); }

int64_t FragmentType::contraction(Type elementType) { return isWord(elementType) ? 8 : 16; }

FragmentType FragmentType::getFor(Role role, Type elementType, Columns columns) {
  int64_t depth = contraction(elementType);
  MLIRContext *context = elementType.getContext();
  if (role == Role::a)
    return get(context, role, 16, depth, elementType, Columns::adjacent);
  if (role == Role::b)
    return get(context, role, depth, 8, elementType, columns);
  Type sum = elementType.isF64() ? elementType : Float32Type::get(context);
  return get(context, role, 16, 8, sum, columns);
}

LogicalResult FragmentType::verify(function_ref<InFlightDiagnostic()> emitError, Role role,
                                   int64_t rows, int64_t columnCount, Type elementType,
                                   Columns columns) {
  if (!isWord(elementType) && (role == Role::acc || !(elementType.isBF16() || elementType.isF16())))
    return emitError() << "element type of a fragment with role " << stringifyRole(role)
                       << ": wanted "
                       << (role == Role::acc ? "f32 or f64" : "bf16, f16, f32 or f64") << ", found "
                       << elementType;
  if (role == Role::a && columns != Columns::adjacent)
    return emitError() << "wanted no column order for a fragment with role a, found split";
  int64_t depth = contraction(elementType);
  int64_t wantedRows = role == Role::b ? depth : 16;
  int64_t wantedColumns = role == Role::a ? depth : 8;
  if (rows != wantedRows || columnCount != wantedColumns)
    return emitError() << "fragment with role " << stringifyRole(role) << " of " << elementType
                       << ": wanted " << wantedRows << "x" << wantedColumns << ", found " << rows
                       << "x" << columnCount;
  return success();
}

LogicalResult SumsType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t columnCount) {
  if (columnCount < 8 || columnCount > 256 || columnCount % 8 != 0)
    return emitError() << "columns of sums: wanted a multiple of 8 up to 256, found "
                       << columnCount;
  return success();
}

LogicalResult DescriptorType::verify(function_ref<InFlightDiagnostic()> emitError,
                                     Type elementType) {
  if (!elementType.isBF16() && !elementType.isF16())
    return emitError() << "element type of a descriptor: wanted bf16 or f16, found " << elementType;
  return success();
}

LogicalResult LeftType::verify(function_ref<InFlightDiagnostic()> emitError, Type elementType,
                               int64_t columnCount) {
  if (!elementType.isBF16() && !elementType.isF16())
    return emitError() << "element type of a left operand: wanted bf16 or f16, found "
                       << elementType;
  if (columnCount < 16 || columnCount > 256 || columnCount % 16 != 0)
    return emitError() << "columns of a left operand: wanted a multiple of 16 up to 256, found "
                       << columnCount;
  return success();
}
