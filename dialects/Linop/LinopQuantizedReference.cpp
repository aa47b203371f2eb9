//===- LinopQuantizedReference.cpp - Integer weights by their definition --===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The definition of #linop.quantized. Sums are exact in double; the operations
// on scales are those of the definition in f32, so that a result that differs at
// all is wrong.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopAttrs.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace danaus::linop;

namespace {
/// A factor: y[i] = sum_j value(i, j) x[j] over `terms` columns of x.
struct Factor {
  int64_t rows, terms;
  /// The column of x, the element of the factor, and the channel of row i.
  llvm::function_ref<int64_t(int64_t row, int64_t term)> column, element;
  llvm::function_ref<int64_t(int64_t row)> channel;
};

/// One layer's parameters, and where a row of activations is in it.
struct QuantizedRow {
  ArrayRef<ArrayRef<double>> parameters;
  bool isLastRounded;
  std::vector<double> values; ///< q_0, q_1, ..: integers until the last
  unsigned done = 0;          ///< factors applied

  int64_t numFactors() const { return (parameters.size() - 1) / 2; }

  /// Applies parameter `number`.
  void apply(unsigned number, const Factor &factor) {
    ArrayRef<double> weights = parameters[number], scales = parameters.back();
    ArrayRef<double> channels = parameters[numFactors() + number];
    std::vector<double> result(factor.rows, 0.0);
    for (int64_t i = 0; i < factor.rows; ++i) {
      for (int64_t j = 0; j < factor.terms; ++j)
        result[i] += weights[factor.element(i, j)] * values[factor.column(i, j)];
      auto sum = float(int32_t(result[i]));
      float scale = float(scales[done]) * float(channels[factor.channel(i)]);
      bool isRounded = done + 1 < numFactors() || isLastRounded;
      result[i] = isRounded ? round(sum * (scale / float(scales[done + 1]))) : sum * scale;
    }
    values = std::move(result);
    ++done;
  }

  /// To nearest, half to even, into [-128, 127].
  static double round(float value) {
    float below = std::floor(value), rest = value - below;
    bool isUp = rest > 0.5f || (rest == 0.5f && std::fmod(below, 2.0f) != 0);
    return std::clamp(below + (isUp ? 1.0f : 0.0f), -128.0f, 127.0f);
  }

  /// `blocks` blocks of `rows` x `columns` side by side on the diagonal.
  void applyBlocks(unsigned number, int64_t blocks, int64_t rows, int64_t columns) {
    apply(number,
          {blocks * rows, columns, [&](int64_t i, int64_t j) { return i / rows * columns + j; },
           [&](int64_t i, int64_t j) { return i * columns + j; }, [&](int64_t i) { return i; }});
  }
};
} // namespace

/// The middle index is r' l + l', and so is the row s' l + l'.
static void applyMonarch(MonarchAttr monarch, RankedTensorType type, QuantizedRow &row) {
  MonarchAttr::Sizes sizes = monarch.getSizes(type);
  int64_t l = sizes.l, s = sizes.s, r = sizes.r;
  row.applyBlocks(0, sizes.k, sizes.q, sizes.p);
  row.apply(1, {s * l, r, [&](int64_t i, int64_t j) { return j * l + i % l; },
                [&](int64_t i, int64_t j) { return (i % l * s + i / l) * r + j; },
                [&](int64_t i) { return i % l * s + i / l; }});
}

void QuantizedAttr::referenceApply(RankedTensorType type, ArrayRef<ArrayRef<double>> parameters,
                                   ArrayRef<double> x, MutableArrayRef<double> y) const {
  QuantizedRow row{parameters, !getY().isF32(), std::vector<double>(x)};
  int64_t out = type.getDimSize(0), in = type.getDimSize(1);
  llvm::TypeSwitch<Attribute>(getInner())
      .Case([&](DenseAttr) { row.applyBlocks(0, 1, out, in); })
      .Case([&](BlockDiagonalAttr blocks) {
        row.applyBlocks(0, blocks.getBlocks(), out / blocks.getBlocks(), in / blocks.getBlocks());
      })
      .Case([&](LowRankAttr lowRank) {
        row.applyBlocks(1, 1, lowRank.getRank(), in);
        row.applyBlocks(0, 1, out, lowRank.getRank());
      })
      .Case([&](MonarchAttr monarch) { applyMonarch(monarch, type, row); });
  llvm::copy(row.values, y.begin());
}
