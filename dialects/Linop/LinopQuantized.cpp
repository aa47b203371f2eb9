//===- LinopQuantized.cpp - Integer weights with scales -------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Verification, parameters, stages and samples of #linop.quantized. Its
// definition by loops is in LinopQuantizedReference.cpp.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopAttrs.h"
#include "dialects/Linop/LinopVerify.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

/// 131071 x 128 x 128 is below 2^31.
static constexpr int64_t maxTerms = 131071;

/// The type of `inner` on real numbers, whose shapes and stages are those of the
/// quantized matrix.
static RankedTensorType realType(StructureAttrInterface inner, ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, Float32Type::get(inner.getContext()), inner);
}

/// The shape of the factors, in the order of the structure's parameters.
static SmallVector<SmallVector<int64_t>> factorShapes(QuantizedAttr attr, RankedTensorType type) {
  SmallVector<SmallVector<int64_t>> shapes;
  RankedTensorType real = realType(attr.getInner(), type.getShape());
  for (RankedTensorType factor : attr.getInner().getParameterTypes(real))
    shapes.push_back(SmallVector<int64_t>(factor.getShape()));
  return shapes;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

LogicalResult QuantizedAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                            EmitError emitError) const {
  if (!elementType) // the parser goes on to the encoding after an error in the type
    return failure();
  if (!isa<DenseAttr, BlockDiagonalAttr, MonarchAttr, LowRankAttr>(getInner())) // (C1)
    return emitError() << "wanted dense, block_diagonal, monarch or low_rank to quantize, found "
                       << getInner();
  auto inner = cast<VerifiableTensorEncoding>(Attribute(getInner()));
  if (failed(inner.verifyEncoding(shape, Float32Type::get(getContext()), emitError)))
    return failure();
  if (!elementType.isSignlessInteger(8)) // (C2)
    return emitError() << "wanted element type i8, found " << elementType;
  if (!getY().isSignlessInteger(8) && !getY().isF32())
    return emitError() << "wanted y = i8 or y = f32, found " << getY();
  StageProgram program = getInner().buildStages(realType(getInner(), shape));
  if (program.longestSum() > maxTerms) // (C3)
    return emitError() << "wanted sums of at most " << maxTerms << " terms, which i32 holds, found "
                       << program.longestSum();
  return success();
}

SmallVector<RankedTensorType> QuantizedAttr::getParameterTypes(RankedTensorType type) const {
  auto f32 = Float32Type::get(getContext());
  SmallVector<RankedTensorType> types, scales;
  for (ArrayRef<int64_t> shape : factorShapes(*this, type)) {
    types.push_back(tensorLike(type, shape));
    scales.push_back(RankedTensorType::get(shape.drop_back(), f32));
  }
  int64_t activations = types.size() + (getY().isF32() ? 0 : 1);
  llvm::append_range(types, scales);
  types.push_back(RankedTensorType::get({activations}, f32));
  return types;
}

bool QuantizedAttr::isLinear(RankedTensorType) const { return false; }

Type QuantizedAttr::getResultElementType(RankedTensorType) const { return getY(); }

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

/// The order of y's columns among a factor's output channels, which are its
/// dimensions that y has too.
static DigitPermutation channelOrder(const Einsum &einsum) {
  std::string channels;
  for (char loop : einsum.weight)
    if (StringRef(einsum.y).contains(loop))
      channels += loop;
  SmallVector<unsigned> order;
  for (char loop : einsum.y) // one that the weight lacks has size 1
    if (StringRef(channels).contains(loop))
      order.push_back(channels.find(loop));
  return *DigitPermutation::get(einsum.sizesOf(channels), order);
}

/// The stages of `inner`, each with a rescale behind it.
StageProgram QuantizedAttr::buildStages(RankedTensorType type) const {
  StageProgram real = getInner().buildStages(realType(getInner(), type.getShape()));
  unsigned factors = real.getStages().size(), numScales = factors + (getY().isF32() ? 0 : 1);
  StageWeight scales = StageWeight::parameter(2 * factors).reshaped({numScales});
  StageProgram program(type.getDimSize(1));
  StageValue value = 0;
  for (auto [index, stage] : llvm::enumerate(real.getStages())) {
    const auto &[x, weight, einsum] = std::get<EinsumStage>(stage);
    value = program.einsum(value, weight, einsum);
    std::optional<StageWeight> to;
    if (index + 1 < numScales)
      to = scales.at(0, index + 1);
    StageWeight channels = StageWeight::parameter(factors + weight.index);
    value = program.rescale(value, channels, channelOrder(einsum), scales.at(0, index), to);
  }
  return program;
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

/// Weights over all of i8, and scales with which a few of a thousand results
/// saturate: the sum of k products of uniform values has about the deviation
/// 74^2 sqrt(k).
void QuantizedAttr::sampleParameters(RankedTensorType type, uint64_t seed,
                                     MutableArrayRef<ParameterSample> samples) const {
  std::mt19937_64 random(seed);
  SmallVector<SmallVector<int64_t>> shapes = factorShapes(*this, type);
  int64_t terms = 1;
  for (auto [shape, sample] : llvm::zip(shapes, samples)) {
    for (int64_t i = 0; i < productOf(shape); ++i)
      sample.values.push_back(double(random() % 256) - 128);
    terms = std::max(terms, shape.back());
  }
  for (auto [shape, sample] : llvm::zip(shapes, samples.drop_front(shapes.size())))
    for (int64_t i = 0; i < productOf(ArrayRef<int64_t>(shape).drop_back()); ++i)
      sample.values.push_back(0.01 * (1 + double(random() % 1024) / 1024));
  double scale = 0.02;
  for (int64_t i = 0; i < samples.back().shape[0]; ++i) {
    samples.back().values.push_back(scale);
    scale *= 0.015 * 74 * 74 * std::sqrt(double(terms)) * 1.2 / 127;
  }
}

std::optional<ParameterError>
QuantizedAttr::verifyData(RankedTensorType type, ArrayRef<ArrayRef<double>> parameters) const {
  for (unsigned index = factorShapes(*this, type).size(); index < parameters.size(); ++index)
    for (auto [i, scale] : llvm::enumerate(parameters[index]))
      if (!(scale > 0 && std::isfinite(scale))) { // (C4)
        std::string message;
        llvm::raw_string_ostream(message)
            << "element " << i << ": wanted a finite scale above 0, found "
            << llvm::format("%g", scale);
        return ParameterError{index, message};
      }
  return std::nullopt;
}
