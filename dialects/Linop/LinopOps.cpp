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
    std::string which =
        axis == x.getRank() - 1 ? "last dimension" : "dimension " + Twine(axis).str();
    InFlightDiagnostic error = emitOpError()
                               << which << " of x: wanted " << wantedColumns << ", found ";
    return ShapedType::isDynamic(columns) ? error << "?" : error << columns;
  }
  if (x.getElementType() != matrix.getElementType()) // (C4)
    return emitOpError() << "element type of x: wanted " << matrix.getElementType() << ", found "
                         << x.getElementType();
  StructureAttrInterface structure = getStructure(matrix);
  if (getRight() && !structure.isLinear(matrix)) // (C5)
    return emitOpError() << "right: wanted a linear structure, found " << matrix;
  SmallVector<int64_t> shape(x.getShape());
  shape[axis] = matrix.getDimSize(getRight() ? 1 : 0);
  auto wanted = RankedTensorType::get(shape, structure.getResultElementType(matrix));
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

//===----------------------------------------------------------------------===//
// ParametersOp, ProductOp, SumOp, ScaleOp
//===----------------------------------------------------------------------===//

LogicalResult ParametersOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                             ValueRange operands, DictionaryAttr, OpaqueProperties,
                                             RegionRange, SmallVectorImpl<Type> &inferred) {
  auto type = dyn_cast<RankedTensorType>(operands.front().getType());
  if (!type || !isStructured(type))
    return failure();
  llvm::append_range(inferred, getStructure(type).getParameterTypes(type));
  return success();
}

/// The operands' types as matrices, or nothing and an error at `loc`.
static FailureOr<SmallVector<RankedTensorType>> matrixTypes(std::optional<Location> loc,
                                                            ValueRange operands, StringRef what) {
  SmallVector<RankedTensorType> types;
  for (Type type : operands.getTypes()) {
    if (!isMatrix(type))
      return failure(); // the operand's constraint says so
    types.push_back(cast<RankedTensorType>(type));
  }
  if (types.empty())
    return emitOptionalError(loc, "wanted at least one ", what, ", found none");
  return types;
}

LogicalResult ProductOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                          ValueRange operands, DictionaryAttr, OpaqueProperties,
                                          RegionRange, SmallVectorImpl<Type> &inferred) {
  FailureOr<SmallVector<RankedTensorType>> types = matrixTypes(loc, operands, "factor");
  if (failed(types))
    return failure();
  for (size_t i = 1; i < types->size(); ++i) { // (C1)
    int64_t wanted = (*types)[i - 1].getDimSize(1), found = (*types)[i].getDimSize(0);
    if (wanted != found)
      return emitOptionalError(loc, "factor ", i, ": wanted ", wanted, " rows, found ", found);
  }
  inferred.push_back(
      RankedTensorType::get({types->front().getDimSize(0), types->back().getDimSize(1)},
                            types->front().getElementType(), ProductAttr::get(context, *types)));
  return success();
}

LogicalResult SumOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                      ValueRange operands, DictionaryAttr, OpaqueProperties,
                                      RegionRange, SmallVectorImpl<Type> &inferred) {
  FailureOr<SmallVector<RankedTensorType>> types = matrixTypes(loc, operands, "term");
  if (failed(types))
    return failure();
  RankedTensorType first = types->front();
  for (auto [index, type] : llvm::enumerate(*types)) // (C1)
    if (type.getShape() != first.getShape() || type.getElementType() != first.getElementType())
      return emitOptionalError(loc, "term ", index, ": wanted the shape and element type of ",
                               first, ", found ", type);
  inferred.push_back(RankedTensorType::get(first.getShape(), first.getElementType(),
                                           SumAttr::get(context, *types)));
  return success();
}

LogicalResult ScaleOp::inferReturnTypes(MLIRContext *context, std::optional<Location>,
                                        ValueRange operands, DictionaryAttr, OpaqueProperties,
                                        RegionRange, SmallVectorImpl<Type> &inferred) {
  auto type = dyn_cast<RankedTensorType>(operands.front().getType());
  if (!type || !isStructured(type))
    return failure();
  inferred.push_back(RankedTensorType::get(type.getShape(), type.getElementType(),
                                           ScaledAttr::get(context, type)));
  return success();
}

LogicalResult ScaleOp::verify() {
  auto wanted = RankedTensorType::get({1}, getMatrix().getType().getElementType());
  if (getFactor().getType() == wanted) // (C1)
    return success();
  return emitOpError() << "factor: wanted " << wanted << ", found " << getFactor().getType();
}
