//===- LinopOps.cpp - Operations of the linop dialect ---------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace danaus::linop;

#define GET_OP_CLASSES
#include "dialects/Linop/LinopOps.cpp.inc"

//===----------------------------------------------------------------------===//
// AssembleOp
//===----------------------------------------------------------------------===//

LogicalResult AssembleOp::verify() {
  RankedTensorType type = getMatrix().getType();
  SmallVector<RankedTensorType> wanted = getStructure(type).getParameterTypes(type);
  if (wanted.size() != getParameters().size()) // (C1)
    return emitOpError() << "wanted " << wanted.size() << " parameters, found "
                         << getParameters().size();
  for (auto [index, want, parameter] : llvm::enumerate(wanted, getParameters()))
    if (parameter.getType() != want)
      return emitOpError() << "parameter " << index << ": wanted " << want << ", found "
                           << parameter.getType();
  return success();
}

//===----------------------------------------------------------------------===//
// ApplyOp
//===----------------------------------------------------------------------===//

LogicalResult ApplyOp::verify() {
  RankedTensorType matrix = getMatrix().getType(), x = getX().getType();
  int64_t axis = getMixedAxis();
  if (axis < 0 || axis >= x.getRank()) // (C1)
    return emitOpError() << "axis " << axis << " is out of range for rank " << x.getRank();
  int64_t columns = x.getDimSize(axis), wantedColumns = matrix.getDimSize(getRight() ? 0 : 1);
  if (columns != wantedColumns) { // (C2)
    std::string which = axis == x.getRank() - 1 ? "last dimension" : "dimension " + Twine(axis).str();
    InFlightDiagnostic error = emitOpError() << which << " of x: wanted " << wantedColumns
                                             << ", found ";
    return ShapedType::isDynamic(columns) ? error << "?" : error << columns;
  }
  if (x.getElementType() != matrix.getElementType()) // (C4)
    return emitOpError() << "element type of x: wanted " << matrix.getElementType() << ", found "
                         << x.getElementType();
  SmallVector<int64_t> shape(x.getShape());
  shape[axis] = matrix.getDimSize(getRight() ? 1 : 0);
  auto wanted = RankedTensorType::get(shape, x.getElementType());
  if (getY().getType() != wanted) // (C3)
    return emitOpError() << "result: wanted " << wanted << ", found " << getY().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// TransposeOp
//===----------------------------------------------------------------------===//

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                            ValueRange operands, DictionaryAttr, OpaqueProperties,
                                            RegionRange, SmallVectorImpl<Type> &inferred) {
  auto type = dyn_cast<RankedTensorType>(operands.front().getType());
  if (!type || !isStructured(type))
    return failure();
  inferred.push_back(getTransposedType(type));
  return success();
}

//===----------------------------------------------------------------------===//
// MaterializeOp
//===----------------------------------------------------------------------===//

LogicalResult MaterializeOp::verify() {
  RankedTensorType matrix = getMatrix().getType();
  auto wanted = RankedTensorType::get(matrix.getShape(), matrix.getElementType());
  if (getResult().getType() != wanted) // (C1)
    return emitOpError() << "result: wanted " << wanted << ", found " << getResult().getType();
  return success();
}
