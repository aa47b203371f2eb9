//===- LinalgBuilders.cpp - Small pieces of linalg -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinalgBuilders.h"
#include "danaus/Conversion/Utils.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace danaus;

Type danaus::getSumType(Type element) {
  if (auto complex = dyn_cast<ComplexType>(element))
    return ComplexType::get(chain::getAccumulatorType(complex.getElementType()));
  if (isa<IntegerType>(element))
    return element; // that of a result is the sum's
  return chain::getAccumulatorType(element);
}

Value danaus::emptyLike(OpBuilder &builder, Location loc, Value like, Type element) {
  return tensor::EmptyOp::create(builder, loc, tensor::getMixedSizes(builder, loc, like), element);
}

Value danaus::buildZeros(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> sizes,
                         Type element) {
  SmallVector<OpFoldResult> shape{tensor::getMixedSize(builder, loc, x, 0)};
  for (int64_t size : sizes)
    shape.push_back(builder.getIndexAttr(size));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, element);
  Value zero = createScalar(builder, loc, element, 0.0);
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

Value danaus::roundTo(OpBuilder &builder, Location loc, Value x, Type element) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getElementType() == element)
    return x;
  Value empty = emptyLike(builder, loc, x, element);
  SmallVector<AffineMap> maps(2, builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  auto body = [&](OpBuilder &nested, Location loc, ValueRange values) {
    Value rounded = convertFloat(nested, loc, values[0], element);
    linalg::YieldOp::create(nested, loc, rounded);
  };
  return linalg::GenericOp::create(builder, loc, empty.getType(), x, empty, maps, iterators, body)
      .getResult(0);
}

Value danaus::multiplyAdd(OpBuilder &builder, Location loc, Value x, Value weight, Value sum,
                          arith::FastMathFlags flags) {
  Type type = sum.getType();
  if (isa<ComplexType>(type)) {
    Value product = complex::MulOp::create(builder, loc, x, weight);
    return complex::AddOp::create(builder, loc, sum, product);
  }
  if (isa<IntegerType>(type)) {
    Value wideX = arith::ExtSIOp::create(builder, loc, type, x);
    Value wideWeight = arith::ExtSIOp::create(builder, loc, type, weight);
    Value product = arith::MulIOp::create(builder, loc, wideX, wideWeight);
    return arith::AddIOp::create(builder, loc, sum, product);
  }
  Value wideX = convertFloat(builder, loc, x, type);
  Value wideWeight = convertFloat(builder, loc, weight, type);
  Value product = arith::MulFOp::create(builder, loc, wideX, wideWeight, flags);
  return arith::AddFOp::create(builder, loc, sum, product, flags);
}

void danaus::buildMultiplyAdd(OpBuilder &builder, Location loc, ValueRange values) {
  Value sum = multiplyAdd(builder, loc, values[0], values[1], values[2]);
  linalg::YieldOp::create(builder, loc, sum);
}
