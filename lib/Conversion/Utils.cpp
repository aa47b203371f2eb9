//===- Utils.cpp - What the conversions share -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

Value danaus::convertFloat(OpBuilder &builder, Location loc, Value value, Type type) {
  Type from = getElementTypeOrSelf(value.getType());
  if (from == type)
    return value;
  auto withElement = [&](Type element) -> Type {
    auto vector = dyn_cast<VectorType>(value.getType());
    return vector ? vector.clone(element) : element;
  };
  unsigned fromWidth = from.getIntOrFloatBitWidth(), toWidth = type.getIntOrFloatBitWidth();
  if (fromWidth < toWidth)
    return arith::ExtFOp::create(builder, loc, withElement(type), value);
  if (fromWidth == toWidth)
    value = arith::ExtFOp::create(builder, loc, withElement(builder.getF32Type()), value);
  return arith::TruncFOp::create(builder, loc, withElement(type), value);
}
