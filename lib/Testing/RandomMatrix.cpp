//===- RandomMatrix.cpp - Random structured matrices -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomMatrix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace danaus::testing;
using llvm::formatv;
using llvm::StringRef;

int64_t danaus::testing::below(Random &random, int64_t bound) { return random() % bound; }

int64_t danaus::testing::randomSize(Random &random) {
  static constexpr int64_t sizes[] = {1,  2,  3,  4,  5,  6,  7,  8,  9, 12,
                                      13, 15, 16, 17, 24, 30, 31, 32, 64};
  return sizes[below(random, std::size(sizes))];
}

/// A divisor of `size`.
static int64_t randomDivisor(Random &random, int64_t size) {
  std::vector<int64_t> divisors;
  for (int64_t divisor = 1; divisor <= size; ++divisor)
    if (size % divisor == 0)
      divisors.push_back(divisor);
  return divisors[below(random, divisors.size())];
}

/// `size` as a product of `count` factors.
static std::vector<int64_t> randomFactors(Random &random, int64_t size, int64_t count) {
  std::vector<int64_t> factors;
  for (int64_t i = 1; i < count; ++i) {
    factors.push_back(randomDivisor(random, size));
    size /= factors.back();
  }
  factors.push_back(size);
  return factors;
}

static std::string list(const std::vector<int64_t> &values) {
  std::string text = "[";
  for (int64_t value : values)
    text += (text.size() > 1 ? ", " : "") + std::to_string(value);
  return text + "]";
}

namespace {
/// Makes the encoding of one family for a shape, or "" where it has none.
struct FamilyMaker {
  Random &random;
  int64_t out, in;
  StringRef element;
  int depth;

  int64_t rank() { return 1 + below(random, 4); }
  int64_t count() { return 1 + below(random, 3); }
  int64_t commonDivisor() { return randomDivisor(random, std::gcd(out, in)); }
  bool isSquare() { return out == in; }
  StringRef truth() { return below(random, 2) ? "true" : "false"; }
  std::string part(int64_t rows, int64_t columns) {
    return randomMatrix(random, rows, columns, element, depth - 1).type(element);
  }

  std::string dense() { return "#linop.dense"; }
  std::string diagonal() { return "#linop.diagonal"; }
  std::string toeplitz() { return "#linop.toeplitz"; }
  std::string circulant() { return isSquare() ? "#linop.circulant" : ""; }
  /// At most the sizes.
  int64_t smallRank() { return 1 + below(random, std::min<int64_t>({out, in, 4})); }
  std::string lowRank() { return formatv("#linop.low_rank<rank = {0}>", smallRank()); }
  std::string usv() { return formatv("#linop.usv<rank = {0}>", smallRank()); }
  std::string blockDiagonal() {
    return formatv("#linop.block_diagonal<blocks = {0}>", commonDivisor());
  }
  std::string kroneckerSparse() {
    int64_t both = commonDivisor(), a = randomDivisor(random, both), d = both / a;
    return formatv("#linop.kronecker_sparse<a = {0}, b = {1}, c = {2}, d = {3}>", a, out / both,
                   in / both, d);
  }
  std::string monarch() {
    int64_t k = randomDivisor(random, in), l = randomDivisor(random, out);
    return formatv("#linop.monarch<blocks = [{0}, {1}], middle = {2}>", k, l,
                   std::lcm(k, l) * count());
  }
  std::string multiMonarch() {
    int64_t n = count();
    return formatv("#linop.multi_monarch<in = {0}, out = {1}>", list(randomFactors(random, in, n)),
                   list(randomFactors(random, out, n)));
  }
  std::string butterfly() {
    if (in < 2)
      return "";
    return formatv("#linop.butterfly<blocks = {0}, increasing = {1}>", count(), truth());
  }
  std::string blockButterfly() {
    if (!isSquare() || out % 2 != 0)
      return "";
    int64_t block =
        llvm::isPowerOf2_64(out) && below(random, 2) ? 1 : out >> llvm::countr_zero(uint64_t(out));
    return formatv("#linop.block_butterfly<block = {0}, increasing = {1}>", block, truth());
  }
  std::string kronecker() {
    int64_t n = count(), terms = count();
    std::string more = terms > 1 ? ", terms = " + std::to_string(terms) : "";
    return formatv("#linop.kronecker<rows = {0}, columns = {1}{2}>",
                   list(randomFactors(random, out, n)), list(randomFactors(random, in, n)), more);
  }
  std::string btt() {
    return formatv("#linop.btt<in = {0}, out = {1}, rank = {2}>",
                   list(randomFactors(random, in, 2)), list(randomFactors(random, out, 2)), rank());
  }
  std::string blast() {
    return formatv("#linop.blast<blocks = {0}, rank = {1}>", commonDivisor(), rank());
  }
  std::string tensorTrain() {
    int64_t n = count();
    std::vector<int64_t> ranks;
    for (int64_t k = 1; k < n; ++k)
      ranks.push_back(rank());
    std::string more = n > 1 ? ", ranks = " + list(ranks) : "";
    return formatv("#linop.tensor_train<out = {0}, in = {1}{2}>",
                   list(randomFactors(random, out, n)), list(randomFactors(random, in, n)), more);
  }
  std::string tucker() {
    std::vector<int64_t> outRanks{rank(), rank()}, inRanks{rank(), rank()};
    return formatv("#linop.tucker<out = {0}, in = {1}, out_ranks = {2}, in_ranks = {3}>",
                   list(randomFactors(random, out, 2)), list(randomFactors(random, in, 2)),
                   list(outRanks), list(inRanks));
  }
  std::string permutation() {
    if (!isSquare())
      return "";
    std::vector<int64_t> sizes = randomFactors(random, out, 3), order{0, 1, 2};
    for (size_t i = 2; i > 0; --i)
      std::swap(order[i], order[below(random, i + 1)]);
    return formatv("#linop.permutation<sizes = {0}, order = {1}>", list(sizes), list(order));
  }
  std::string tablePermutation() {
    StringRef index = below(random, 2) ? "i32" : "i64";
    return isSquare() ? formatv("#linop.table_permutation<index = {0}>", index).str() : "";
  }
  std::string hadamard() { return isSquare() && llvm::isPowerOf2_64(out) ? "#linop.hadamard" : ""; }
  std::string dft() { return isSquare() && element.starts_with("complex") ? "#linop.dft" : ""; }
  std::string csr() {
    return formatv("#linop.csr<nnz = {0}>", below(random, std::min<int64_t>(out * in, 40) + 1));
  }
  std::string bsr() {
    int64_t b = randomDivisor(random, out), c = randomDivisor(random, in);
    int64_t blocks = below(random, std::min<int64_t>(out / b * (in / c), 20) + 1);
    return formatv("#linop.bsr<block = [{0}, {1}], nnz = {2}>", b, c, blocks);
  }
  std::string nToM() {
    int64_t axis = below(random, 2), m = randomDivisor(random, axis == 1 ? in : out);
    StringRef index = below(random, 2) ? "i8" : "i32";
    return formatv("#linop.n_m<n = {0}, m = {1}, axis = {2}, index = {3}>", 1 + below(random, m), m,
                   axis, index);
  }
  std::string openCsr() { return "#linop.csr<nnz = ?, index = i64>"; }
  std::string openBsr() {
    return formatv("#linop.bsr<block = [{0}, {1}], nnz = ?>", randomDivisor(random, out),
                   randomDivisor(random, in));
  }
  std::string flatButterfly() {
    int64_t block = commonDivisor(), p = out / block, q = in / block, n = std::min(p, q);
    if (!llvm::isPowerOf2_64(n) || p % n != 0 || q % n != 0)
      return "";
    return formatv("#linop.flat_butterfly<block = {0}, levels = {1}>", block,
                   below(random, llvm::Log2_64(n) + 1));
  }
  std::string product() {
    if (depth <= 0)
      return "";
    int64_t middle = randomSize(random);
    std::string left = part(out, middle), right = part(middle, in);
    return formatv("#linop.product<[{0}, {1}]>", left, right);
  }
  std::string sum() {
    if (depth <= 0)
      return "";
    std::string left = part(out, in), right = part(out, in);
    return formatv("#linop.sum<[{0}, {1}]>", left, right);
  }
  std::string wrapped(StringRef name, int64_t rows, int64_t columns) {
    if (depth <= 0)
      return "";
    Matrix inner = randomMatrix(random, rows, columns, element, depth - 1);
    if (inner.encoding.empty())
      inner.encoding = "#linop.dense";
    return formatv("#linop.{0}<{1}>", name, inner.type(element));
  }
  std::string transpose() { return wrapped("transpose", in, out); }
  std::string scaled() { return wrapped("scaled", out, in); }
};
} // namespace

using Maker = std::string (FamilyMaker::*)();
static constexpr Maker families[] = {&FamilyMaker::dense,
                                     &FamilyMaker::diagonal,
                                     &FamilyMaker::toeplitz,
                                     &FamilyMaker::circulant,
                                     &FamilyMaker::lowRank,
                                     &FamilyMaker::usv,
                                     &FamilyMaker::blockDiagonal,
                                     &FamilyMaker::kroneckerSparse,
                                     &FamilyMaker::monarch,
                                     &FamilyMaker::multiMonarch,
                                     &FamilyMaker::butterfly,
                                     &FamilyMaker::blockButterfly,
                                     &FamilyMaker::kronecker,
                                     &FamilyMaker::btt,
                                     &FamilyMaker::blast,
                                     &FamilyMaker::tensorTrain,
                                     &FamilyMaker::tucker,
                                     &FamilyMaker::permutation,
                                     &FamilyMaker::tablePermutation,
                                     &FamilyMaker::hadamard,
                                     &FamilyMaker::dft,
                                     &FamilyMaker::csr,
                                     &FamilyMaker::bsr,
                                     &FamilyMaker::openCsr,
                                     &FamilyMaker::openBsr,
                                     &FamilyMaker::flatButterfly,
                                     &FamilyMaker::nToM,
                                     &FamilyMaker::product,
                                     &FamilyMaker::sum,
                                     &FamilyMaker::transpose,
                                     &FamilyMaker::scaled};

static constexpr Maker quantizedFamilies[] = {&FamilyMaker::dense, &FamilyMaker::lowRank,
                                              &FamilyMaker::blockDiagonal, &FamilyMaker::monarch};

/// A matrix of one of `makers`.
static Matrix makeMatrix(FamilyMaker maker, llvm::ArrayRef<Maker> makers) {
  Matrix matrix;
  matrix.out = maker.out;
  matrix.in = maker.in;
  while (matrix.encoding.empty())
    matrix.encoding = (maker.*makers[below(maker.random, makers.size())])();
  return matrix;
}

Matrix danaus::testing::randomMatrix(Random &random, int64_t out, int64_t in, StringRef element,
                                     int depth) {
  return makeMatrix({random, out, in, element, depth}, families);
}

Matrix danaus::testing::randomQuantizedMatrix(Random &random, int64_t out, int64_t in,
                                              StringRef y) {
  Matrix matrix = makeMatrix({random, out, in, "i8", 0}, quantizedFamilies);
  matrix.encoding = formatv("#linop.quantized<{0}, y = {1}>", matrix.encoding, y);
  return matrix;
}
