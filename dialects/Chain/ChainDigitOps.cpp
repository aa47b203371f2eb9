//===- ChainDigitOps.cpp - Stages on the digits of an index -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// chain.einsum, chain.permute, chain.gather and chain.toeplitz: what lowers to
// linalg as it is.
//
//===----------------------------------------------------------------------===//

#include "dialects/Chain/ChainOps.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

/// `size` is a wanted number of columns; a dynamic one fits any.
static LogicalResult verifyColumns(Operation *op, StringRef name, Type type, int64_t size) {
  int64_t columns = cast<RankedTensorType>(type).getDimSize(1);
  if (ShapedType::isDynamic(columns) || columns == size)
    return success();
  return op->emitOpError() << "columns of " << name << ": wanted " << size << ", found " << columns;
}

static LogicalResult verifyRows(Operation *op, Type x, Type y) {
  int64_t wanted = cast<RankedTensorType>(x).getDimSize(0);
  int64_t found = cast<RankedTensorType>(y).getDimSize(0);
  if (wanted == found)
    return success();
  auto text = [](int64_t size) { return ShapedType::isDynamic(size) ? "?" : std::to_string(size); };
  return op->emitOpError() << "rows of y: wanted " << text(wanted) << ", found " << text(found);
}

static LogicalResult verifyElement(Operation *op, StringRef name, Type type, Type wanted) {
  Type found = getElementTypeOrSelf(type);
  if (found == wanted)
    return success();
  return op->emitOpError() << "element type of " << name << ": wanted " << wanted << ", found "
                           << found;
}

/// x, the weight and y have one element type.
static LogicalResult verifyElements(Operation *op, Type x, Type weight, Type y) {
  Type wanted = getElementTypeOrSelf(x);
  if (failed(verifyElement(op, "weight", weight, wanted)))
    return failure();
  return verifyElement(op, "y", y, wanted);
}

//===----------------------------------------------------------------------===//
// EinsumOp
//===----------------------------------------------------------------------===//

/// The element type of y: that of x, but the sums of i8 are i32.
static Type resultElement(Type x) {
  return x.isInteger() ? IntegerType::get(x.getContext(), 32) : x;
}

/// The letters of `spec`, each once, in the order of first appearance.
static std::string lettersOf(StringRef spec) {
  std::string letters;
  for (char c : spec)
    if (llvm::isAlpha(c) && !StringRef(letters).contains(c))
      letters += c;
  return letters;
}

Einsum EinsumOp::getEinsum() {
  SmallVector<EinsumLoop> loops;
  for (auto [letter, size] : llvm::zip(lettersOf(getSpec()), getSizes()))
    loops.push_back({letter, size});
  return Einsum::parse(getSpec(), loops);
}

LogicalResult EinsumOp::verify() {
  StringRef spec = getSpec();
  auto [operands, y] = spec.split("->");
  if (spec.count("->") != 1 || operands.count(',') != 1 || y.contains(','))
    return emitOpError() << "spec \"" << spec << "\": wanted \"x,weight->y\"";
  size_t letters = lettersOf(spec).size();
  if (letters != getSizes().size()) // (C1)
    return emitOpError() << "wanted " << letters << " sizes, one a letter, found "
                         << getSizes().size();
  Einsum einsum = getEinsum();
  if (std::string problem = einsum.check(); !problem.empty())
    return emitOpError() << "spec \"" << spec << "\": " << problem;
  auto weight = cast<RankedTensorType>(getWeight().getType());
  SmallVector<int64_t> wanted = einsum.sizesOf(einsum.weight);
  if (weight.getShape() != ArrayRef<int64_t>(wanted)) // (C2)
    return emitOpError() << "weight: wanted "
                         << RankedTensorType::get(wanted, weight.getElementType()) << ", found "
                         << weight;
  if (failed(verifyColumns(*this, "x", getX().getType(), einsum.inSize())) || // (C3)
      failed(verifyColumns(*this, "y", getY().getType(), einsum.outSize())) ||
      failed(verifyRows(*this, getX().getType(), getY().getType())))
    return failure();
  Type element = getElementTypeOrSelf(getX().getType()); // (C4)
  if (element.isInteger() && !element.isInteger(8))
    return emitOpError() << "element type of x: wanted i8, floating-point or complex, found "
                         << element;
  if (failed(verifyElement(*this, "weight", weight, element)))
    return failure();
  return verifyElement(*this, "y", getY().getType(), resultElement(element));
}

void EinsumOp::build(OpBuilder &builder, OperationState &state, Value x, Value weight,
                     const Einsum &einsum) {
  SmallVector<int64_t> sizes;
  for (char letter : lettersOf(einsum.spec()))
    sizes.push_back(einsum.sizeOf(letter));
  auto type = cast<RankedTensorType>(x.getType());
  auto y = RankedTensorType::get({type.getDimSize(0), einsum.outSize()},
                                 resultElement(type.getElementType()));
  build(builder, state, y, x, weight, einsum.spec(), sizes);
}

//===----------------------------------------------------------------------===//
// PermuteOp
//===----------------------------------------------------------------------===//

std::optional<DigitPermutation> PermuteOp::getPermutation() {
  return DigitPermutation::fromNumbers(getSizes(), getOrder());
}

LogicalResult PermuteOp::verify() {
  std::optional<DigitPermutation> permutation = getPermutation();
  if (!permutation) // (C1)
    return emitOpError() << "wanted sizes >= 1 and a permutation of their " << getSizes().size()
                         << " digits, found sizes [" << getSizes() << "] order [" << getOrder()
                         << "]";
  return verifyColumns(*this, "x", getX().getType(), permutation->size()); // (C2)
}

//===----------------------------------------------------------------------===//
// GatherOp, ToeplitzOp
//===----------------------------------------------------------------------===//

LogicalResult GatherOp::verify() {
  int64_t columns = cast<RankedTensorType>(getX().getType()).getDimSize(1);
  int64_t entries = cast<RankedTensorType>(getTable().getType()).getDimSize(0);
  if (ShapedType::isDynamic(columns) || ShapedType::isDynamic(entries) || columns == entries)
    return success();
  return emitOpError() << "table: wanted " << columns << " entries, found " << entries; // (C1)
}

LogicalResult ToeplitzOp::verify() {
  auto x = cast<RankedTensorType>(getX().getType()), y = cast<RankedTensorType>(getY().getType());
  for (auto [name, type] : {std::pair("x", x), std::pair("y", y)})
    if (type.isDynamicDim(1)) // (C1)
      return emitOpError() << "columns of " << name << ": wanted a static size, found ?";
  if (failed(verifyRows(*this, x, y)))
    return failure();
  int64_t wanted = x.getDimSize(1) + y.getDimSize(1) - 1;
  auto weight = cast<RankedTensorType>(getWeight().getType());
  if (weight.getDimSize(0) != wanted) // (C2)
    return emitOpError() << "weight: wanted in + out - 1 = " << wanted << " values, found "
                         << weight;
  return verifyElements(*this, x, weight, y); // (C3)
}
