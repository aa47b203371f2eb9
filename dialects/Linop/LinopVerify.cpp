//===- LinopVerify.cpp - What structures verify alike ---------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopVerify.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

/// Whether matrices of this type have a definition and code.
static bool isElementType(Type type) {
  if (auto complex = dyn_cast<ComplexType>(type))
    return complex.getElementType().isF32() || complex.getElementType().isF64();
  return isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type);
}

LogicalResult linop::verifyMatrix(ArrayRef<int64_t> shape, Type elementType, EmitError emitError) {
  if (!elementType) // the parser goes on to the encoding after an error in the type
    return failure();
  if (shape.size() != 2)
    return emitError() << "a structure encodes a matrix: wanted rank 2, found rank "
                       << shape.size();
  if (ShapedType::isDynamicShape(shape))
    return emitError() << "a structure fixes the shape of its matrix: wanted static sizes, found "
                          "a dynamic one";
  for (auto [dimension, size] : llvm::enumerate(shape)) {
    if (size < 1)
      return emitError() << "dimension " << dimension
                         << " of a structured matrix: wanted >= 1, found " << size;
    if (size >= int64_t(1) << 31) // products of two sizes stay in int64
      return emitError() << "dimension " << dimension
                         << " of a structured matrix: wanted less than 2^31, found " << size;
  }
  if (!isElementType(elementType))
    return emitError() << "wanted element type f16, bf16, f32, f64, complex<f32> or complex<f64>, "
                          "found "
                       << elementType;
  return success();
}

LogicalResult linop::verifyDivides(int64_t divisor, int64_t size, StringRef what,
                                   EmitError emitError) {
  if (size % divisor == 0)
    return success();
  return emitError() << "wanted " << what << " to be a multiple of " << divisor << ", found "
                     << size;
}

LogicalResult linop::verifyPositive(int64_t value, StringRef what, EmitError emitError) {
  if (value >= 1)
    return success();
  return emitError() << "wanted " << what << " >= 1, found " << value;
}

RankedTensorType linop::tensorLike(RankedTensorType type, ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, type.getElementType());
}

int64_t linop::productOf(ArrayRef<int64_t> values) {
  int64_t product = 1;
  for (int64_t value : values)
    product *= value;
  return product;
}

LogicalResult linop::verifyDigits(ArrayRef<int64_t> digits, int64_t count, StringRef name,
                                  EmitError emitError) {
  assert((count >= 0 || !digits.empty()) && "a list without entries does not parse");
  if (count >= 0 && count != int64_t(digits.size()))
    return emitError() << "wanted " << count << " entries of " << name << ", found "
                       << digits.size();
  int64_t product = 1;
  for (int64_t digit : digits) {
    if (failed(verifyPositive(digit, (name + "'s entries").str(), emitError)))
      return failure();
    if (digit >= (int64_t(1) << 31) / product)
      return emitError() << "wanted the product of " << name << " below 2^31, found more";
    product *= digit;
  }
  return success();
}

LogicalResult linop::verifyProduct(ArrayRef<int64_t> digits, int64_t size, StringRef what,
                                   StringRef name, EmitError emitError) {
  if (productOf(digits) == size)
    return success();
  return emitError() << "wanted the product of " << name << " = " << productOf(digits) << " "
                     << what << ", found " << size;
}

LogicalResult linop::verifyRank(int64_t rank, ArrayRef<int64_t> shape, EmitError emitError) {
  if (failed(verifyPositive(rank, "rank", emitError)))
    return failure();
  int64_t limit = std::min(shape[0], shape[1]);
  if (rank <= limit)
    return success();
  return emitError() << "wanted a rank of at most " << limit << ", found " << rank;
}

LogicalResult linop::verifySquare(ArrayRef<int64_t> shape, EmitError emitError) {
  if (shape[0] == shape[1])
    return success();
  return emitError() << "wanted a square matrix, found " << shape[0] << " x " << shape[1];
}
