//===- LinopFactorized.cpp - Products of small factors -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/HostTensor.h"
#include "dialects/Linop/LinopAttrs.h"
#include "dialects/Linop/LinopVerify.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <numbers>
#include <random>

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

/// How a verifier begins: the matrix is one, and lists have as many digits.
static LogicalResult verifyLists(ArrayRef<int64_t> shape, Type elementType,
                                 ArrayRef<std::pair<StringRef, ArrayRef<int64_t>>> lists,
                                 EmitError emitError) {
  if (failed(verifyMatrix(shape, elementType, emitError)))
    return failure();
  int64_t count = -1; // the first list says
  for (auto [name, digits] : lists) {
    if (failed(verifyDigits(digits, count, name, emitError)))
      return failure();
    count = digits.size();
  }
  return success();
}

static StageWeight parameter(unsigned index) { return StageWeight::parameter(index); }

//===----------------------------------------------------------------------===//
// multi_monarch
//===----------------------------------------------------------------------===//

LogicalResult MultiMonarchAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                               EmitError emitError) const {
  if (failed(verifyLists(shape, elementType, {{"in", getIn()}, {"out", getOut()}}, emitError)) ||
      failed(verifyProduct(getOut(), shape[0], "rows", "out", emitError))) // (C2)
    return failure();
  return verifyProduct(getIn(), shape[1], "columns", "in", emitError);
}

/// The pattern of factor f, from 0: the digits after it are still those of the
/// column, the digits before it already those of the row.
static StagePattern factorPattern(MultiMonarchAttr attr, size_t f) {
  return {productOf(attr.getIn().drop_front(f + 1)), attr.getOut()[f], attr.getIn()[f],
          productOf(attr.getOut().take_front(f))};
}

SmallVector<RankedTensorType> MultiMonarchAttr::getParameterTypes(RankedTensorType type) const {
  SmallVector<RankedTensorType> types;
  for (size_t f = 0; f < getIn().size(); ++f)
    types.push_back(tensorLike(type, weightShape(factorPattern(*this, f), "abcd")));
  return types;
}

StageProgram MultiMonarchAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  StageValue value = 0;
  for (size_t f = 0; f < getIn().size(); ++f)
    value = program.kroneckerSparse(value, parameter(f), factorPattern(*this, f));
  return program;
}

//===----------------------------------------------------------------------===//
// butterfly
//===----------------------------------------------------------------------===//

ButterflyAttr::Sizes ButterflyAttr::getSizes(RankedTensorType type) const {
  int64_t n = llvm::PowerOf2Ceil(type.getDimSize(1));
  return {n, int64_t(llvm::Log2_64(n)), llvm::divideCeilSigned(type.getDimSize(0), n)};
}

int64_t ButterflyAttr::getStride(RankedTensorType type, int64_t block, int64_t slot) const {
  bool increases = getIncreasing() == (block % 2 == 0);
  return int64_t(1) << (increases ? slot : getSizes(type).levels - 1 - slot);
}

LogicalResult ButterflyAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                            EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifyPositive(getBlocks(), "blocks", emitError))) // (C1)
    return failure();
  if (shape[1] >= 2 && shape[1] <= (int64_t(1) << 30)) // (C2)
    return success();
  return emitError() << "wanted 2 to 2^30 columns, found " << shape[1];
}

SmallVector<RankedTensorType> ButterflyAttr::getParameterTypes(RankedTensorType type) const {
  auto [n, levels, stacks] = getSizes(type);
  return {tensorLike(type, {stacks, getBlocks(), levels, n / 2, 2, 2})};
}

StageProgram ButterflyAttr::buildStages(RankedTensorType type) const {
  auto [n, levels, stacks] = getSizes(type);
  StageProgram program(type.getDimSize(1));
  StageValue value = program.resize(0, n);
  StageWeight twiddle = parameter(0).reshaped({stacks, getBlocks(), levels, n / 2, 2, 2});
  for (int64_t block = 0; block < getBlocks(); ++block)
    for (int64_t slot = 0; slot < levels; ++slot) {
      int64_t t = getStride(type, block, slot);
      // All stacks read the one x at first.
      bool isFirst = block == 0 && slot == 0;
      value = program.einsum(value, twiddle.at(1, block).at(2, slot),
                             isFirst ? "gci,sgirc->sgri" : "sgci,sgirc->sgri",
                             {{'s', stacks}, {'g', n / 2 / t}, {'r', 2}, {'c', 2}, {'i', t}});
    }
  program.resize(value, type.getDimSize(0));
  return program;
}

/// Rotations, which keep lengths. Products of many normal values have so heavy
/// tails that the rounding of the largest result alone exceeds a bound that is
/// relative to the root mean square of all.
void ButterflyAttr::sampleParameters(RankedTensorType type, uint64_t seed,
                                     MutableArrayRef<ParameterSample> samples) const {
  constexpr int64_t mostValues = 1 << 24; // larger ones are not worth their memory
  std::optional<int64_t> count = countElements(samples[0].shape);
  if (!count || *count > mostValues)
    return;
  std::mt19937_64 random(seed);
  bool isComplex = isa<ComplexType>(type.getElementType());
  for (int64_t block = 0; block < *count / 4; ++block) {
    double angle = 2 * std::numbers::pi * double(random() >> 11) * 0x1p-53;
    double cosine = std::cos(angle), sine = std::sin(angle);
    for (double value : {cosine, -sine, sine, cosine}) {
      samples[0].values.push_back(value);
      if (isComplex)
        samples[0].values.push_back(0);
    }
  }
}

//===----------------------------------------------------------------------===//
// block_butterfly
//===----------------------------------------------------------------------===//

LogicalResult BlockButterflyAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                                 EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifyPositive(getBlock(), "block", emitError)) || // (C1)
      failed(verifySquare(shape, emitError)) ||                 // (C2)
      failed(verifyDivides(getBlock(), shape[0], "the number of rows", emitError)))
    return failure();
  int64_t m = shape[0] / getBlock();
  if (m >= 2 && m <= (int64_t(1) << 30) && llvm::isPowerOf2_64(m))
    return success();
  return emitError() << "wanted a power of two from 2 to 2^30 as the number of blocks, found " << m;
}

SmallVector<RankedTensorType> BlockButterflyAttr::getParameterTypes(RankedTensorType type) const {
  int64_t m = type.getDimSize(0) / getBlock();
  return {tensorLike(type, {int64_t(llvm::Log2_64(m)), m / 2, 2, 2, getBlock(), getBlock()})};
}

StageProgram BlockButterflyAttr::buildStages(RankedTensorType type) const {
  int64_t m = type.getDimSize(0) / getBlock(), levels = llvm::Log2_64(m);
  StageProgram program(type.getDimSize(1));
  StageValue value = 0;
  StageWeight all = parameter(0).reshaped({levels, m / 2, 2, 2, getBlock(), getBlock()});
  for (int64_t slot = 0; slot < levels; ++slot) {
    int64_t t = int64_t(1) << (getIncreasing() ? slot : levels - 1 - slot);
    value = program.einsum(
        value, all.at(0, slot), "gciv,gircuv->griu",
        {{'g', m / 2 / t}, {'r', 2}, {'c', 2}, {'i', t}, {'u', getBlock()}, {'v', getBlock()}});
  }
  return program;
}

//===----------------------------------------------------------------------===//
// kronecker
//===----------------------------------------------------------------------===//

LogicalResult KroneckerAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                            EmitError emitError) const {
  if (failed(verifyLists(shape, elementType, {{"rows", getRows()}, {"columns", getColumns()}},
                         emitError)) ||                                        // (C1)
      failed(verifyProduct(getRows(), shape[0], "rows", "rows", emitError)) || // (C2)
      failed(verifyProduct(getColumns(), shape[1], "columns", "columns", emitError)))
    return failure();
  return verifyPositive(getTerms(), "terms", emitError); // (C3)
}

SmallVector<RankedTensorType> KroneckerAttr::getParameterTypes(RankedTensorType type) const {
  SmallVector<RankedTensorType> types;
  for (auto [p, q] : llvm::zip_equal(getRows(), getColumns())) {
    SmallVector<int64_t> shape{getTerms(), p, q};
    types.push_back(tensorLike(type, ArrayRef<int64_t>(shape).drop_front(getTerms() == 1)));
  }
  return types;
}

StageProgram KroneckerAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  SmallVector<StageValue> sums;
  for (int64_t term = 0; term < getTerms(); ++term) {
    StageValue value = 0;
    for (size_t i = 0; i < getRows().size(); ++i) {
      int64_t p = getRows()[i], q = getColumns()[i];
      StageWeight weight = parameter(i);
      if (getTerms() > 1)
        weight = weight.reshaped({getTerms(), p, q}).at(0, term);
      StagePattern pattern{productOf(getRows().take_front(i)), p, q,
                           productOf(getColumns().drop_front(i + 1))};
      value = program.kroneckerSparse(value, weight, pattern, "bc");
    }
    sums.push_back(value);
  }
  program.sum(sums);
  return program;
}

//===----------------------------------------------------------------------===//
// usv
//===----------------------------------------------------------------------===//

LogicalResult UsvAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                      EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)))
    return failure();
  return verifyRank(getRank(), shape, emitError); // (C1), (C2)
}

SmallVector<RankedTensorType> UsvAttr::getParameterTypes(RankedTensorType type) const {
  return {tensorLike(type, {type.getDimSize(0), getRank()}), tensorLike(type, {getRank()}),
          tensorLike(type, {getRank(), type.getDimSize(1)})};
}

StageProgram UsvAttr::buildStages(RankedTensorType type) const {
  int64_t out = type.getDimSize(0), in = type.getDimSize(1);
  StageProgram program(in);
  StageValue value = program.kroneckerSparse(0, parameter(2), {1, getRank(), in, 1}, "bc");
  value = program.diagonal(value, parameter(1), getRank());
  program.kroneckerSparse(value, parameter(0), {1, out, getRank(), 1}, "bc");
  return program;
}

//===----------------------------------------------------------------------===//
// btt
//===----------------------------------------------------------------------===//

LogicalResult BttAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                      EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifyDigits(getIn(), 2, "in", emitError)) || // (C1)
      failed(verifyDigits(getOut(), 2, "out", emitError)) ||
      failed(verifyPositive(getRank(), "rank", emitError)) ||
      failed(verifyProduct(getOut(), shape[0], "rows", "out", emitError))) // (C2)
    return failure();
  return verifyProduct(getIn(), shape[1], "columns", "in", emitError);
}

SmallVector<RankedTensorType> BttAttr::getParameterTypes(RankedTensorType type) const {
  int64_t alpha = getIn()[0], gamma = getIn()[1], phi = getOut()[0], epsilon = getOut()[1];
  return {tensorLike(type, {gamma, alpha, phi * getRank()}),
          tensorLike(type, {phi, gamma * getRank(), epsilon})};
}

StageProgram BttAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  EinsumLoop g{'g', getIn()[1]}, a{'a', getIn()[0]}, p{'p', getOut()[0]}, e{'e', getOut()[1]},
      r{'r', getRank()};
  StageValue middle = program.einsum(0, parameter(0), "ga,gapr->gpr", {g, a, p, r});
  program.einsum(middle, parameter(1), "gpr,pgre->pe", {g, p, r, e});
  return program;
}

//===----------------------------------------------------------------------===//
// blast
//===----------------------------------------------------------------------===//

LogicalResult BlastAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                        EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifyPositive(getBlocks(), "blocks", emitError)) || // (C1)
      failed(verifyPositive(getRank(), "rank", emitError)) ||
      failed(verifyDivides(getBlocks(), shape[0], "the number of rows", emitError))) // (C2)
    return failure();
  return verifyDivides(getBlocks(), shape[1], "the number of columns", emitError);
}

SmallVector<RankedTensorType> BlastAttr::getParameterTypes(RankedTensorType type) const {
  int64_t b = getBlocks(), r = getRank();
  return {tensorLike(type, {b, type.getDimSize(0) / b, r}),
          tensorLike(type, {b, r, type.getDimSize(1) / b}), tensorLike(type, {b, b, r})};
}

StageProgram BlastAttr::buildStages(RankedTensorType type) const {
  int64_t b = getBlocks();
  StageProgram program(type.getDimSize(1));
  EinsumLoop i{'i', b}, j{'j', b}, r{'r', getRank()}, p{'p', type.getDimSize(1) / b},
      s{'s', type.getDimSize(0) / b};
  StageValue value = program.einsum(0, parameter(1), "jp,jrp->jr", {j, r, p});
  value = program.einsum(value, parameter(2), "jr,ijr->ir", {i, j, r});
  program.einsum(value, parameter(0), "ir,isr->is", {i, s, r});
  return program;
}

//===----------------------------------------------------------------------===//
// tensor_train
//===----------------------------------------------------------------------===//

LogicalResult TensorTrainAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                              EmitError emitError) const {
  if (failed(verifyLists(shape, elementType, {{"out", getOut()}, {"in", getIn()}},
                         emitError)) || // (C1)
      failed(verifyDigits(getRanks(), getOut().size() - 1, "ranks", emitError)) ||
      failed(verifyProduct(getOut(), shape[0], "rows", "out", emitError))) // (C2)
    return failure();
  return verifyProduct(getIn(), shape[1], "columns", "in", emitError);
}

SmallVector<RankedTensorType> TensorTrainAttr::getParameterTypes(RankedTensorType type) const {
  SmallVector<RankedTensorType> types;
  for (size_t k = 0; k < getOut().size(); ++k)
    types.push_back(tensorLike(type, {getRank(k), getOut()[k], getIn()[k], getRank(k + 1)}));
  return types;
}

/// Core k turns the digits (a, r, m, d) into (a, n, t, d): a the row digits that
/// are done, d the column digits to come, r and t the ranks before and after.
StageProgram TensorTrainAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  StageValue value = 0;
  for (size_t k = 0; k < getOut().size(); ++k)
    value = program.einsum(value, parameter(k), "armd,rnmt->antd",
                           {{'a', productOf(getOut().take_front(k))},
                            {'r', getRank(k)},
                            {'m', getIn()[k]},
                            {'d', productOf(getIn().drop_front(k + 1))},
                            {'n', getOut()[k]},
                            {'t', getRank(k + 1)}});
  return program;
}

//===----------------------------------------------------------------------===//
// tucker
//===----------------------------------------------------------------------===//

LogicalResult TuckerAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                         EmitError emitError) const {
  if (failed(verifyLists(shape, elementType,
                         {{"out", getOut()},
                          {"in", getIn()},
                          {"out_ranks", getOutRanks()},
                          {"in_ranks", getInRanks()}},
                         emitError)) ||                                    // (C1), (C3)
      failed(verifyProduct(getOut(), shape[0], "rows", "out", emitError))) // (C2)
    return failure();
  return verifyProduct(getIn(), shape[1], "columns", "in", emitError);
}

SmallVector<RankedTensorType> TuckerAttr::getParameterTypes(RankedTensorType type) const {
  SmallVector<int64_t> core(getOutRanks());
  core.append(getInRanks().begin(), getInRanks().end());
  SmallVector<RankedTensorType> types{tensorLike(type, core)};
  for (auto [size, rank] : llvm::zip_equal(getOut(), getOutRanks()))
    types.push_back(tensorLike(type, {size, rank}));
  for (auto [size, rank] : llvm::zip_equal(getIn(), getInRanks()))
    types.push_back(tensorLike(type, {size, rank}));
  return types;
}

StageProgram TuckerAttr::buildStages(RankedTensorType type) const {
  size_t n = getOut().size();
  StageProgram program(type.getDimSize(1));
  StageValue value = 0;
  for (size_t k = 0; k < n; ++k) // V_k^T, whose parameter is (i_k, s_k)
    value = program.kroneckerSparse(value, parameter(1 + n + k),
                                    {productOf(getInRanks().take_front(k)), getInRanks()[k],
                                     getIn()[k], productOf(getIn().drop_front(k + 1))},
                                    "cb");
  value = program.kroneckerSparse(value, parameter(0),
                                  {1, productOf(getOutRanks()), productOf(getInRanks()), 1}, "bc");
  for (size_t k = 0; k < n; ++k) // U_k
    value = program.kroneckerSparse(value, parameter(1 + k),
                                    {productOf(getOut().take_front(k)), getOut()[k],
                                     getOutRanks()[k], productOf(getOutRanks().drop_front(k + 1))},
                                    "bc");
  return program;
}
