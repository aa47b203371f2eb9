//===- Ring.cpp - A structure that Danaus does not have -------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ring.h"
#include "danaus/Pipelines/Registration.h"
#include "dialects/Linop/LinopVerify.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace ring;
using danaus::StageProgram;
using danaus::StageValue;
using danaus::StageWeight;

#include "RingDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "RingAttrs.cpp.inc"

void RingDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "RingAttrs.cpp.inc"
      >();
}

void ring::registerDialects(DialectRegistry &registry) {
  registry.insert<RingDialect>();
  danaus::registerDanausDialects(registry);
}

/// `value` modulo n, from 0 to n - 1.
static int64_t wrap(int64_t value, int64_t n) { return (value % n + n) % n; }

LogicalResult StencilAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                          function_ref<InFlightDiagnostic()> emitError) const {
  if (failed(danaus::linop::verifyMatrix(shape, elementType, emitError)))
    return failure();
  if (shape[0] != shape[1] || !isa<FloatType>(elementType)) // (C1)
    return emitError() << "stencil: wanted a square matrix of floating-point numbers, found "
                       << shape[0] << "x" << shape[1] << "x" << elementType;
  llvm::SmallDenseSet<int64_t> seen;
  for (int64_t offset : getOffsets())
    if (!seen.insert(wrap(offset, shape[0])).second) // (C2)
      return emitError() << "stencil: offset " << offset << " is another one modulo " << shape[0];
  return success();
}

SmallVector<RankedTensorType> StencilAttr::getParameterTypes(RankedTensorType type) const {
  return {danaus::linop::tensorLike(type, {int64_t(getOffsets().size()), type.getDimSize(0)})};
}

/// One shifted copy of x for each offset, times its coefficients; their sum.
StageProgram StencilAttr::buildStages(RankedTensorType type) const {
  int64_t n = type.getDimSize(0), count = getOffsets().size();
  StageProgram program(n);
  SmallVector<StageValue> terms;
  for (auto [k, offset] : llvm::enumerate(getOffsets())) {
    std::vector<double> table(n);
    for (int64_t i = 0; i < n; ++i)
      table[i] = wrap(i + offset, n);
    StageValue shifted = program.gather(0, program.constant({n}, ArrayRef(table)));
    StageWeight coefficients = StageWeight::parameter(0).reshaped({count, n}).at(0, k);
    terms.push_back(program.diagonal(shifted, coefficients, n));
  }
  program.sum(terms);
  return program;
}

void StencilAttr::referenceApply(RankedTensorType type, ArrayRef<ArrayRef<double>> parameters,
                                 ArrayRef<double> x, MutableArrayRef<double> y) const {
  int64_t n = type.getDimSize(0);
  for (int64_t i = 0; i < n; ++i) {
    y[i] = 0;
    for (auto [k, offset] : llvm::enumerate(getOffsets()))
      y[i] += parameters[0][k * n + i] * x[wrap(i + offset, n)];
  }
}

/// Random coefficients that keep a result near the size of x.
void StencilAttr::sampleParameters(RankedTensorType, uint64_t,
                                   MutableArrayRef<danaus::ParameterSample> samples) const {
  samples.front().scale = 1 / std::sqrt(double(getOffsets().size()));
}

//===----------------------------------------------------------------------===//
// Mistakes
//===----------------------------------------------------------------------===//

LogicalResult WrongAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                        function_ref<InFlightDiagnostic()> emitError) const {
  return danaus::linop::verifyMatrix(shape, elementType, emitError);
}

SmallVector<RankedTensorType> WrongAttr::getParameterTypes(RankedTensorType type) const {
  return {danaus::linop::tensorLike(type, {type.getDimSize(0)})};
}

StageProgram WrongAttr::buildStages(RankedTensorType type) const {
  int64_t n = type.getDimSize(0), half = int64_t(1) << 31;
  StageProgram program(type.getDimSize(1));
  StageWeight w = StageWeight::parameter(0);
  StringRef mistake = getMistake();
  if (mistake == "a loop without a letter")
    program.einsum(0, w, "1,1->1", {{'1', n}});
  else if (mistake == "a loop without a size")
    program.einsum(0, w, "a,a->a", {{'a', 0}});
  else if (mistake == "a loop in one operand")
    program.einsum(0, w, "ab,a->a", {{'a', n}, {'b', 2}});
  else if (mistake == "too many iterations")
    program.einsum(0, w, "ab,ab->ab", {{'a', half}, {'b', half}});
  else if (mistake == "no such parameter")
    program.diagonal(0, StageWeight::parameter(3), n);
  else if (mistake == "a reshape that does not fit")
    program.diagonal(0, w.reshaped({n + 1}), n);
  else if (mistake == "a table of two dimensions")
    program.gather(0, w.reshaped({n, 1}));
  else if (mistake == "a table of floats")
    program.gather(0, w);
  else if (mistake == "no columns")
    program.resize(0, 0);
  else if (mistake == "no terms")
    program.sum({});
  else if (mistake == "an empty Toeplitz matrix")
    program.toeplitz(0, 0, n, {});
  else
    program.resize(0, n + 1);
  return program;
}

void WrongAttr::referenceApply(RankedTensorType, ArrayRef<ArrayRef<double>>, ArrayRef<double>,
                               MutableArrayRef<double> y) const {
  llvm::fill(y, 0);
}
