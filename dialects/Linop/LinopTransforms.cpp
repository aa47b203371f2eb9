//===- LinopTransforms.cpp - Diagonals, permutations, transforms -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/FastTransform.h"
#include "dialects/Linop/LinopAttrs.h"
#include "dialects/Linop/LinopVerify.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>
#include <random>

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

//===----------------------------------------------------------------------===//
// diagonal
//===----------------------------------------------------------------------===//

LogicalResult DiagonalAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                           EmitError emitError) const {
  return verifyMatrix(shape, elementType, emitError);
}

SmallVector<RankedTensorType> DiagonalAttr::getParameterTypes(RankedTensorType type) const {
  return {tensorLike(type, {std::min(type.getDimSize(0), type.getDimSize(1))})};
}

StageProgram DiagonalAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  int64_t size = std::min(type.getDimSize(0), type.getDimSize(1));
  StageValue value = program.resize(0, size);
  value = program.diagonal(value, StageWeight::parameter(0), size);
  program.resize(value, type.getDimSize(0));
  return program;
}

//===----------------------------------------------------------------------===//
// permutation
//===----------------------------------------------------------------------===//

std::optional<DigitPermutation> PermutationAttr::getPermutation() const {
  return DigitPermutation::fromNumbers(getSizes(), getOrder());
}

LogicalResult PermutationAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                              EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifySquare(shape, emitError))) // (C2)
    return failure();
  std::optional<DigitPermutation> permutation = getPermutation();
  if (!permutation) // (C1)
    return emitError() << "wanted sizes >= 1 and a permutation of their " << getSizes().size()
                       << " digits, found sizes [" << getSizes() << "] order [" << getOrder()
                       << "]";
  if (permutation->size() == shape[0]) // (C2)
    return success();
  return emitError() << "wanted the product of sizes = " << permutation->size() << " rows, found "
                     << shape[0];
}

SmallVector<RankedTensorType> PermutationAttr::getParameterTypes(RankedTensorType) const {
  return {};
}

StageProgram PermutationAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  program.permute(0, *getPermutation());
  return program;
}

//===----------------------------------------------------------------------===//
// table_permutation
//===----------------------------------------------------------------------===//

LogicalResult TablePermutationAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                                   EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) ||
      failed(verifySquare(shape, emitError))) // (C1)
    return failure();
  if (getIndex().isSignlessInteger(32) || getIndex().isSignlessInteger(64)) // (C2)
    return success();
  return emitError() << "wanted index i32 or i64, found " << getIndex();
}

SmallVector<RankedTensorType> TablePermutationAttr::getParameterTypes(RankedTensorType type) const {
  return {RankedTensorType::get({type.getDimSize(0)}, getIndex())};
}

StageProgram TablePermutationAttr::buildStages(RankedTensorType type) const {
  StageProgram program(type.getDimSize(1));
  program.gather(0, StageWeight::parameter(0));
  return program;
}

void TablePermutationAttr::sampleParameters(RankedTensorType type, uint64_t seed,
                                            MutableArrayRef<ParameterSample> samples) const {
  std::vector<double> &table = samples[0].values;
  table.resize(type.getDimSize(0));
  std::iota(table.begin(), table.end(), 0.0);
  std::mt19937_64 random(seed);
  for (size_t i = table.size(); i > 1; --i)
    std::swap(table[i - 1], table[random() % i]);
}

std::optional<ParameterError>
TablePermutationAttr::verifyData(RankedTensorType, ArrayRef<ArrayRef<double>> parameters) const {
  int64_t size = parameters[0].size();
  std::vector<bool> seen(size, false);
  for (auto [i, entry] : llvm::enumerate(parameters[0])) {
    auto target = int64_t(entry);
    std::string where = "element " + std::to_string(i) + ": ";
    if (target < 0 || target >= size)
      return ParameterError{0, where + "wanted an index below " + std::to_string(size) +
                                   ", found " + std::to_string(target)};
    if (seen[target])
      return ParameterError{0, where + "wanted every index once, found " + std::to_string(target) +
                                   " again"};
    seen[target] = true;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// circulant, toeplitz
//===----------------------------------------------------------------------===//

LogicalResult CirculantAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                            EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)))
    return failure();
  return verifySquare(shape, emitError); // (C1)
}

SmallVector<RankedTensorType> CirculantAttr::getParameterTypes(RankedTensorType type) const {
  return {tensorLike(type, {type.getDimSize(0)})};
}

/// t[k] = c[(k - (n - 1)) mod n]: c without its first value, then all of it.
StageProgram CirculantAttr::buildStages(RankedTensorType type) const {
  int64_t n = type.getDimSize(0);
  StageWeight c = StageWeight::parameter(0);
  StageProgram program(n);
  program.toeplitz(0, n, n, {{c, 1, n - 1}, {c, 0, n}});
  return program;
}

LogicalResult ToeplitzAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                           EmitError emitError) const {
  return verifyMatrix(shape, elementType, emitError);
}

SmallVector<RankedTensorType> ToeplitzAttr::getParameterTypes(RankedTensorType type) const {
  return {tensorLike(type, {type.getDimSize(0)}), tensorLike(type, {type.getDimSize(1)})};
}

/// t = r[in - 1], .., r[1], c[0], .., c[out - 1]
StageProgram ToeplitzAttr::buildStages(RankedTensorType type) const {
  int64_t out = type.getDimSize(0), in = type.getDimSize(1);
  StageProgram program(in);
  program.toeplitz(0, out, in,
                   {{StageWeight::parameter(1), 1, in - 1, /*reversed=*/true},
                    {StageWeight::parameter(0), 0, out}});
  return program;
}

//===----------------------------------------------------------------------===//
// hadamard
//===----------------------------------------------------------------------===//

LogicalResult HadamardAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                           EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) || failed(verifySquare(shape, emitError)))
    return failure();
  if (llvm::isPowerOf2_64(shape[0]) && shape[0] <= (int64_t(1) << 30)) // (C1)
    return success();
  return emitError() << "wanted a power of two up to 2^30 as the size, found " << shape[0];
}

SmallVector<RankedTensorType> HadamardAttr::getParameterTypes(RankedTensorType) const { return {}; }

/// H_n is a Kronecker product of Hadamard matrices; 16 x 16 is a stage that
/// reads x once for four levels.
StageProgram HadamardAttr::buildStages(RankedTensorType type) const {
  int64_t n = type.getDimSize(0);
  StageProgram program(n);
  StageValue value = 0;
  for (int64_t done = 1; done < n;) {
    int64_t size = std::min<int64_t>(16, n / done);
    std::vector<double> signs;
    for (int64_t i = 0; i < size; ++i)
      for (int64_t j = 0; j < size; ++j)
        signs.push_back(llvm::popcount(uint64_t(i & j)) % 2 == 0 ? 1.0 : -1.0);
    StageWeight weight = program.constant({size, size}, llvm::ArrayRef<double>(signs));
    value = program.kroneckerSparse(value, weight, {n / done / size, size, size, done}, "bc");
    done *= size;
  }
  return program;
}

//===----------------------------------------------------------------------===//
// dft
//===----------------------------------------------------------------------===//

LogicalResult DftAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                      EmitError emitError) const {
  if (failed(verifyMatrix(shape, elementType, emitError)) || failed(verifySquare(shape, emitError)))
    return failure();
  if (shape[0] > (int64_t(1) << 20)) // (C1)
    return emitError() << "wanted a size of at most 2^20, found " << shape[0];
  if (!isa<ComplexType>(elementType)) // (C2)
    return emitError() << "wanted element type complex<f32> or complex<f64>, found " << elementType;
  return success();
}

SmallVector<RankedTensorType> DftAttr::getParameterTypes(RankedTensorType) const { return {}; }

/// Factors of n: primes above `most`, then as few as possible up to it, the largest
/// first. A level of radix r has r n twiddles, which for large n are too many at 16.
static SmallVector<int64_t> radicesOf(int64_t n) {
  SmallVector<int64_t> radices;
  int64_t most = n <= (1 << 16) ? 16 : 4, rest = n;
  for (int64_t prime = 2; prime * prime <= rest; ++prime)
    while (rest % prime == 0) {
      rest /= prime;
      if (prime > most)
        radices.push_back(prime);
    }
  if (rest > most)
    radices.push_back(rest);
  for (int64_t radix : radices)
    n /= radix;
  for (int64_t radix = most; radix > 1; --radix)
    for (; n % radix == 0; n /= radix)
      radices.push_back(radix);
  return radices;
}

/// The twiddles and the DFT of a radix in one weight:
/// w[B, C, D] = exp(-2 pi i C (B t + D) / (r t))
static std::vector<std::complex<double>> levelOf(int64_t r, int64_t t) {
  std::vector<std::complex<double>> values;
  for (int64_t B = 0; B < r; ++B)
    for (int64_t C = 0; C < r; ++C)
      for (int64_t D = 0; D < t; ++D)
        values.push_back(unitRoot(C * (B * t + D), r * t));
  return values;
}

/// Digits reversed, then one stage a radix: r transforms of t values that lie
/// side by side become one of r t.
StageProgram DftAttr::buildStages(RankedTensorType type) const {
  int64_t n = type.getDimSize(0), t = 1;
  StageProgram program(n);
  SmallVector<int64_t> radices = radicesOf(n);
  if (radices.empty())
    return program;
  StageValue value = program.permute(0, *DigitPermutation::digitReversal(radices));
  for (int64_t r : radices) {
    StageWeight weight = program.constant({r, r, t}, levelOf(r, t));
    value = program.kroneckerSparse(value, weight, {n / (r * t), r, r, t}, "bcd");
    t *= r;
  }
  return program;
}
