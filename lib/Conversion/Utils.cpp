//===- Utils.cpp - What the conversions share -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace danaus;

/// `like`, a scalar or vector type, with another element type.
static Type withElement(Type like, Type element) {
  auto vector = dyn_cast<VectorType>(like);
  return vector ? Type(vector.clone(element)) : element;
}

/// A constant of a scalar type, or of a vector of it.
static Value createConstant(OpBuilder &builder, Location loc, Type type, TypedAttr value) {
  auto vector = dyn_cast<VectorType>(type);
  TypedAttr all = vector ? TypedAttr(DenseElementsAttr::get(vector, value)) : value;
  return arith::ConstantOp::create(builder, loc, all);
}

/// `value`, an f64, as f32, rounded to odd: of the two neighbors of what f32
/// cannot hold, the one whose last bit is set. Rounding that to 16 bits gives
/// what rounding `value` itself does.
static Value roundToOdd(OpBuilder &builder, Location loc, Value value) {
  Type f64 = value.getType(), f32 = withElement(f64, builder.getF32Type()),
       i32 = withElement(f64, builder.getI32Type());
  Value nearest = arith::TruncFOp::create(builder, loc, f32, value);
  Value back = arith::ExtFOp::create(builder, loc, f64, nearest);
  Value bits = arith::BitcastOp::create(builder, loc, i32, nearest);
  Value one = createConstant(builder, loc, i32, builder.getI32IntegerAttr(1));
  Value zero = createConstant(builder, loc, f64, builder.getF64FloatAttr(0));
  Value lastBit = arith::AndIOp::create(builder, loc, bits, one);
  // An even neighbor is left for the odd one on the side of `value`.
  Value up = arith::AddIOp::create(builder, loc, bits, one);
  Value down = arith::SubIOp::create(builder, loc, bits, one);
  auto compare = [&](arith::CmpFPredicate predicate, Value left, Value right) -> Value {
    return arith::CmpFOp::create(builder, loc, predicate, left, right);
  };
  Value isAbove = compare(arith::CmpFPredicate::OGT, value, back);
  Value isBelow = compare(arith::CmpFPredicate::OLT, value, back);
  Value isPositive = compare(arith::CmpFPredicate::OGT, value, zero);
  Value isLarger = arith::SelectOp::create(builder, loc, isPositive, isAbove, isBelow);
  Value odd = arith::SelectOp::create(builder, loc, isLarger, up, down);
  Value isInexact = compare(arith::CmpFPredicate::ONE, value, back);
  Value isOdd = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, lastBit, one);
  Value kept = arith::SelectOp::create(builder, loc, isOdd, bits, odd);
  Value rounded = arith::SelectOp::create(builder, loc, isInexact, kept, bits);
  return arith::BitcastOp::create(builder, loc, f32, rounded);
}

Value danaus::convertFloat(OpBuilder &builder, Location loc, Value value, Type type) {
  Type from = getElementTypeOrSelf(value.getType());
  if (from == type)
    return value;
  Type wanted = withElement(value.getType(), type);
  unsigned fromWidth = from.getIntOrFloatBitWidth(), toWidth = type.getIntOrFloatBitWidth();
  if (fromWidth < toWidth)
    return arith::ExtFOp::create(builder, loc, wanted, value);
  if (fromWidth == toWidth)
    value = arith::ExtFOp::create(builder, loc, withElement(wanted, builder.getF32Type()), value);
  if (fromWidth == 64 && toWidth < 32)
    value = roundToOdd(builder, loc, value);
  return arith::TruncFOp::create(builder, loc, wanted, value);
}

Value danaus::createScalar(OpBuilder &builder, Location loc, Type type, double value) {
  if (isa<IntegerType>(type))
    return arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(type, int64_t(value)));
  auto complex = dyn_cast<ComplexType>(type);
  if (!complex)
    return arith::ConstantOp::create(builder, loc, builder.getFloatAttr(type, value));
  Type part = complex.getElementType();
  ArrayAttr parts =
      builder.getArrayAttr({builder.getFloatAttr(part, value), builder.getFloatAttr(part, 0.0)});
  return complex::ConstantOp::create(builder, loc, complex, parts);
}

APFloat danaus::roundConstant(double value, Type type) {
  APFloat result(value);
  bool losesInfo;
  result.convert(cast<FloatType>(type).getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return result;
}

Value danaus::castTo(OpBuilder &builder, Location loc, Value value, RankedTensorType type) {
  if (value.getType() == type)
    return value;
  return tensor::CastOp::create(builder, loc, type, value);
}

/// {{0}, {1, .., digits}}, or {{0, 1}} when there are none.
static SmallVector<ReassociationIndices> rowsThenDigits(size_t digits) {
  if (digits == 0)
    return {{0, 1}};
  return {{0}, llvm::to_vector(llvm::seq<int64_t>(1, digits + 1))};
}

Value danaus::expandColumns(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> digits) {
  auto type = cast<RankedTensorType>(x.getType());
  Type element = type.getElementType();
  int64_t columns = 1;
  for (int64_t size : digits)
    columns *= size;
  x = castTo(builder, loc, x, RankedTensorType::get({type.getDimSize(0), columns}, element));
  if (digits.size() == 1)
    return x;
  if (digits.empty())
    return tensor::CollapseShapeOp::create(builder, loc, x, rowsThenDigits(0));
  SmallVector<int64_t> shape{type.getDimSize(0)};
  SmallVector<OpFoldResult> sizes{tensor::getMixedSize(builder, loc, x, 0)};
  for (int64_t size : digits) {
    shape.push_back(size);
    sizes.push_back(builder.getIndexAttr(size));
  }
  return tensor::ExpandShapeOp::create(builder, loc, RankedTensorType::get(shape, element), x,
                                       rowsThenDigits(digits.size()), sizes);
}

Value danaus::collapseColumns(OpBuilder &builder, Location loc, Value x) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getRank() == 2)
    return x;
  if (type.getRank() > 2)
    return tensor::CollapseShapeOp::create(builder, loc, x, rowsThenDigits(type.getRank() - 1));
  SmallVector<OpFoldResult> sizes{tensor::getMixedSize(builder, loc, x, 0),
                                  builder.getIndexAttr(1)};
  auto column = RankedTensorType::get({type.getDimSize(0), 1}, type.getElementType());
  return tensor::ExpandShapeOp::create(builder, loc, column, x, rowsThenDigits(0), sizes);
}
