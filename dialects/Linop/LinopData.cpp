//===- LinopData.cpp - Values of structures' parameters -------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Samples and checks of the values that the structures made of other structures
// have: each part answers for its own parameters.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopAttrs.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

/// Every part, a factor or a term, samples its own parameters.
static void sampleParts(ArrayRef<RankedTensorType> parts, uint64_t seed,
                        MutableArrayRef<ParameterSample> samples) {
  for (auto [index, factor] : llvm::enumerate(parts)) {
    StructureAttrInterface structure = getMatrixStructure(factor);
    size_t count = structure.getParameterTypes(factor).size();
    structure.sampleParameters(factor, seed + 101 * index, samples.take_front(count));
    samples = samples.drop_front(count);
  }
}

/// The first error of any part, its parameter counted among all.
static std::optional<ParameterError> verifyParts(ArrayRef<RankedTensorType> parts,
                                                 ArrayRef<ArrayRef<double>> parameters) {
  unsigned first = 0;
  for (RankedTensorType factor : parts) {
    StructureAttrInterface structure = getMatrixStructure(factor);
    size_t count = structure.getParameterTypes(factor).size();
    auto error = structure.verifyData(factor, parameters.slice(first, count));
    if (error)
      return ParameterError{first + error->parameter, error->message};
    first += count;
  }
  return std::nullopt;
}

void TransposeAttr::sampleParameters(RankedTensorType, uint64_t seed,
                                     MutableArrayRef<ParameterSample> samples) const {
  getStructure(getMatrix()).sampleParameters(getMatrix(), seed, samples);
}

std::optional<ParameterError>
TransposeAttr::verifyData(RankedTensorType, ArrayRef<ArrayRef<double>> parameters) const {
  return getStructure(getMatrix()).verifyData(getMatrix(), parameters);
}

void ProductAttr::sampleParameters(RankedTensorType, uint64_t seed,
                                   MutableArrayRef<ParameterSample> samples) const {
  sampleParts(getFactors(), seed, samples);
}

std::optional<ParameterError> ProductAttr::verifyData(RankedTensorType,
                                                      ArrayRef<ArrayRef<double>> parameters) const {
  return verifyParts(getFactors(), parameters);
}

void SumAttr::sampleParameters(RankedTensorType, uint64_t seed,
                               MutableArrayRef<ParameterSample> samples) const {
  sampleParts(getTerms(), seed, samples);
}

std::optional<ParameterError> SumAttr::verifyData(RankedTensorType,
                                                  ArrayRef<ArrayRef<double>> parameters) const {
  return verifyParts(getTerms(), parameters);
}

void ScaledAttr::sampleParameters(RankedTensorType, uint64_t seed,
                                  MutableArrayRef<ParameterSample> samples) const {
  sampleParts(getMatrix(), seed, samples.drop_back());
}

std::optional<ParameterError> ScaledAttr::verifyData(RankedTensorType,
                                                     ArrayRef<ArrayRef<double>> parameters) const {
  return verifyParts(getMatrix(), parameters.drop_back());
}
