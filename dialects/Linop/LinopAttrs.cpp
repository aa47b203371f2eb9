//===- LinopAttrs.cpp - Structure encodings -------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Verification, parameters and stages. The definitions by loops, which share
// no code with the stages, are in LinopReference.cpp.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopAttrs.h"
#include "dialects/Linop/LinopVerify.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

StructureAttrInterface linop::getStructure(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.getEncoding())
    return nullptr;
  return dyn_cast<StructureAttrInterface>(tensor.getEncoding());
}

StructureAttrInterface linop::getMatrixStructure(RankedTensorType type) {
  if (!type.getEncoding())
    return cast<StructureAttrInterface>(Attribute(DenseAttr::get(type.getContext())));
  return getStructure(type);
}

bool linop::isStructured(Type type) { return getStructure(type) != nullptr; }

bool linop::mentionsStructure(Type type) {
  WalkResult result = type.walk([](RankedTensorType tensor) {
    return isStructured(tensor) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return result.wasInterrupted();
}

bool linop::isMatrix(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getRank() != 2 || !tensor.hasStaticShape())
    return false;
  StructureAttrInterface structure = getMatrixStructure(tensor);
  return structure && structure.isLinear(tensor);
}

bool linop::isPlainTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && !tensor.getEncoding() && tensor.getRank() >= 1;
}

RankedTensorType linop::getTransposedType(RankedTensorType type) {
  if (auto transpose = dyn_cast<TransposeAttr>(type.getEncoding()))
    return transpose.getMatrix();
  return RankedTensorType::get({type.getDimSize(1), type.getDimSize(0)}, type.getElementType(),
                               TransposeAttr::get(type.getContext(), type));
}

//===----------------------------------------------------------------------===//
// dense
//===----------------------------------------------------------------------===//

LogicalResult DenseAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                        EmitError emitError) const {
  return verifyMatrix(shape, elementType, emitError);
}

SmallVector<RankedTensorType> DenseAttr::getParameterTypes(RankedTensorType type) const {
  return {tensorLike(type, type.getShape())};
}

StageProgram DenseAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  program.kroneckerSparse(0, StageWeight::parameter(0),
                          {1, type.getDimSize(0), type.getDimSize(1), 1}, "bc");
  return program;
}

//===----------------------------------------------------------------------===//
// block_diagonal
//===----------------------------------------------------------------------===//

LogicalResult BlockDiagonalAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                                EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifyPositive(getBlocks(), "blocks", emitError)) ||                      // (C1)
      failed(verifyDivides(getBlocks(), shape[0], "the number of rows", emitError)) || // (C2)
      failed(verifyDivides(getBlocks(), shape[1], "the number of columns", emitError)))
    return failure();
  return success();
}

SmallVector<RankedTensorType> BlockDiagonalAttr::getParameterTypes(RankedTensorType type) const {
  int64_t n = getBlocks();
  return {tensorLike(type, {n, type.getDimSize(0) / n, type.getDimSize(1) / n})};
}

StageProgram BlockDiagonalAttr::buildStages(RankedTensorType type) const {
  int64_t n = getBlocks();
  StageProgram program(type.getDimSize(1));
  program.kroneckerSparse(0, StageWeight::parameter(0),
                          {n, type.getDimSize(0) / n, type.getDimSize(1) / n, 1}, "abc");
  return program;
}

//===----------------------------------------------------------------------===//
// kronecker_sparse
//===----------------------------------------------------------------------===//

LogicalResult KroneckerSparseAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                                  EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifyPositive(getA(), "a", emitError)) || // (C1)
      failed(verifyPositive(getB(), "b", emitError)) ||
      failed(verifyPositive(getC(), "c", emitError)) ||
      failed(verifyPositive(getD(), "d", emitError)))
    return failure();
  StagePattern pattern{getA(), getB(), getC(), getD()};
  if (!pattern.isValid())
    return emitError() << "wanted a b c d below 2^62, found more";
  if (shape[0] != pattern.outSize()) // (C2)
    return emitError() << "wanted a b d = " << pattern.outSize() << " rows, found " << shape[0];
  if (shape[1] != pattern.inSize())
    return emitError() << "wanted a c d = " << pattern.inSize() << " columns, found " << shape[1];
  return success();
}

SmallVector<RankedTensorType> KroneckerSparseAttr::getParameterTypes(RankedTensorType type) const {
  return {tensorLike(type, {getA(), getB(), getC(), getD()})};
}

StageProgram KroneckerSparseAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  program.kroneckerSparse(0, StageWeight::parameter(0), {getA(), getB(), getC(), getD()});
  return program;
}

//===----------------------------------------------------------------------===//
// monarch
//===----------------------------------------------------------------------===//

MonarchAttr::Sizes MonarchAttr::getSizes(RankedTensorType type) const {
  int64_t k = getBlocks()[0], l = getBlocks()[1], middle = getMiddle();
  return {k, middle / k, type.getDimSize(1) / k, l, type.getDimSize(0) / l, middle / l};
}

LogicalResult MonarchAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                          EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)))
    return failure();
  if (getBlocks().size() != 2) // (C1)
    return emitError() << "wanted blocks = [k, l], found " << getBlocks().size() << " entries";
  int64_t k = getBlocks()[0], l = getBlocks()[1];
  if (failed(verifyPositive(k, "k", emitError)) || failed(verifyPositive(l, "l", emitError)) ||
      failed(verifyPositive(getMiddle(), "middle", emitError)))
    return failure();
  if (getMiddle() % k != 0 || getMiddle() % l != 0) // (C2)
    return emitError() << "wanted k q = l r = middle with k = " << k << ", l = " << l
                       << ", found middle = " << getMiddle();
  if (failed(verifyDivides(k, shape[1], "the number of columns", emitError)) || // (C3)
      failed(verifyDivides(l, shape[0], "the number of rows", emitError)))      // (C4)
    return failure();
  return success();
}

SmallVector<RankedTensorType> MonarchAttr::getParameterTypes(RankedTensorType type) const {
  auto [k, q, p, l, s, r] = getSizes(type);
  return {tensorLike(type, {k, q, p}), tensorLike(type, {l, s, r})};
}

StageProgram MonarchAttr::buildStages(RankedTensorType type) const {
  auto [k, q, p, l, s, r] = getSizes(type);
  StageProgram program(type.getDimSize(1));
  StageValue middle = program.kroneckerSparse(0, StageWeight::parameter(0), {k, q, p, 1}, "abc");
  program.kroneckerSparse(middle, StageWeight::parameter(1), {1, s, r, l}, "dbc");
  return program;
}

//===----------------------------------------------------------------------===//
// low_rank
//===----------------------------------------------------------------------===//

LogicalResult LowRankAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                          EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)))
    return failure();
  return verifyRank(getRank(), shape, emitError); // (C1), (C2)
}

SmallVector<RankedTensorType> LowRankAttr::getParameterTypes(RankedTensorType type) const {
  return {tensorLike(type, {type.getDimSize(0), getRank()}),
          tensorLike(type, {getRank(), type.getDimSize(1)})};
}

StageProgram LowRankAttr::buildStages(RankedTensorType type) const {
  int64_t out = type.getDimSize(0), in = type.getDimSize(1);
  StageProgram program(in);
  StageValue middle =
      program.kroneckerSparse(0, StageWeight::parameter(1), {1, getRank(), in, 1}, "bc");
  program.kroneckerSparse(middle, StageWeight::parameter(0), {1, out, getRank(), 1}, "bc");
  return program;
}

//===----------------------------------------------------------------------===//
// product
//===----------------------------------------------------------------------===//

LogicalResult ProductAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                          EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)))
    return failure();
  assert(!getFactors().empty() && "a product without factors does not parse"); // (C1)
  int64_t wanted = shape[0];
  for (auto [index, factor] : llvm::enumerate(getFactors())) {
    if (!isMatrix(factor)) // (C2)
      return emitError()
             << "factor " << index
             << ": wanted a static matrix with no encoding or a linear structure, found " << factor;
    if (factor.getDimSize(0) != wanted) // (C3)
      return emitError() << "factor " << index << ": wanted " << wanted << " rows, found "
                         << factor.getDimSize(0);
    bool isComplex = isa<ComplexType>(elementType);
    if (isa<ComplexType>(factor.getElementType()) != isComplex) // (C4)
      return emitError() << "factor " << index << ": wanted a " << (isComplex ? "complex" : "real")
                         << " element type as the product's " << elementType << ", found "
                         << factor.getElementType();
    wanted = factor.getDimSize(1);
  }
  if (wanted != shape[1]) // (C3)
    return emitError() << "the last factor: wanted " << shape[1] << " columns, found " << wanted;
  return success();
}

SmallVector<RankedTensorType> ProductAttr::getParameterTypes(RankedTensorType) const {
  SmallVector<RankedTensorType> result;
  for (RankedTensorType factor : getFactors())
    llvm::append_range(result, getMatrixStructure(factor).getParameterTypes(factor));
  return result;
}

StageProgram ProductAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  unsigned firstParameter = getParameterTypes(type).size();
  StageValue value = 0;
  for (RankedTensorType factor : llvm::reverse(getFactors())) {
    StructureAttrInterface structure = getMatrixStructure(factor);
    firstParameter -= structure.getParameterTypes(factor).size();
    value = program.append(structure.buildStages(factor), value, firstParameter);
  }
  program.setResult(value);
  return program;
}

//===----------------------------------------------------------------------===//
// transpose
//===----------------------------------------------------------------------===//

LogicalResult TransposeAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                            EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)))
    return failure();
  RankedTensorType matrix = getMatrix();
  if (!isStructured(matrix)) // (C1)
    return emitError() << "wanted the transpose of a structured matrix, found " << matrix;
  if (matrix.getDimSize(0) != shape[1] || matrix.getDimSize(1) != shape[0] ||
      matrix.getElementType() != elementType) // (C2)
    return emitError() << "wanted a " << matrix.getDimSize(1) << " x " << matrix.getDimSize(0)
                       << " matrix of " << matrix.getElementType() << ", found " << shape[0]
                       << " x " << shape[1] << " of " << elementType;
  return success();
}

SmallVector<RankedTensorType> TransposeAttr::getParameterTypes(RankedTensorType) const {
  return getStructure(getMatrix()).getParameterTypes(getMatrix());
}

StageProgram TransposeAttr::buildStages(RankedTensorType) const {
  return getStructure(getMatrix()).buildStages(getMatrix()).transposed();
}

//===----------------------------------------------------------------------===//
// sum
//===----------------------------------------------------------------------===//

LogicalResult SumAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                      EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)))
    return failure();
  assert(!getTerms().empty() && "a sum without terms does not parse"); // (C1)
  for (auto [index, term] : llvm::enumerate(getTerms()))
    if (!isMatrix(term) || term.getShape() != shape || term.getElementType() != elementType) // (C2)
      return emitError() << "term " << index << ": wanted a " << shape[0] << " x " << shape[1]
                         << " matrix of " << elementType
                         << " with no encoding or a linear structure, found " << term;
  return success();
}

SmallVector<RankedTensorType> SumAttr::getParameterTypes(RankedTensorType) const {
  SmallVector<RankedTensorType> result;
  for (RankedTensorType term : getTerms())
    llvm::append_range(result, getMatrixStructure(term).getParameterTypes(term));
  return result;
}

StageProgram SumAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  SmallVector<StageValue> values;
  unsigned firstParameter = 0;
  for (RankedTensorType term : getTerms()) {
    StructureAttrInterface structure = getMatrixStructure(term);
    values.push_back(program.append(structure.buildStages(term), 0, firstParameter));
    firstParameter += structure.getParameterTypes(term).size();
  }
  program.setResult(program.sum(values));
  return program;
}

//===----------------------------------------------------------------------===//
// scaled
//===----------------------------------------------------------------------===//

LogicalResult ScaledAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                         EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)))
    return failure();
  if (!isStructured(getMatrix())) // (C1)
    return emitError() << "wanted a structured matrix to scale, found " << getMatrix();
  if (getMatrix().getShape() != shape || getMatrix().getElementType() != elementType) // (C2)
    return emitError() << "wanted a " << getMatrix().getDimSize(0) << " x "
                       << getMatrix().getDimSize(1) << " matrix of " << getMatrix().getElementType()
                       << ", found " << shape[0] << " x " << shape[1] << " of " << elementType;
  return success();
}

SmallVector<RankedTensorType> ScaledAttr::getParameterTypes(RankedTensorType type) const {
  SmallVector<RankedTensorType> result = getStructure(getMatrix()).getParameterTypes(getMatrix());
  result.push_back(tensorLike(type, {1}));
  return result;
}

StageProgram ScaledAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  StructureAttrInterface structure = getStructure(getMatrix());
  unsigned factor = structure.getParameterTypes(getMatrix()).size();
  StageValue value = program.append(structure.buildStages(getMatrix()), 0, 0);
  program.setResult(program.scale(value, StageWeight::parameter(factor), type.getDimSize(0)));
  return program;
}
