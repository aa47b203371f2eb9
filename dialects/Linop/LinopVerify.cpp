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
  if (shape.size() != 2)
    return emitError() << "a structure encodes a matrix: wanted rank 2, found rank "
                       << shape.size();
  if (ShapedType::isDynamicShape(shape))
    return emitError() << "a structure fixes the shape of its matrix: wanted static sizes, found "
                          "a dynamic one";
  for (auto [dimension, size] : llvm::enumerate(shape))
    if (size < 1)
      return emitError() << "dimension " << dimension
                         << " of a structured matrix: wanted >= 1, found " << size;
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
