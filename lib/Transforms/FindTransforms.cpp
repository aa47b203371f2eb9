//===- FindTransforms.cpp - Recognize the matrices of fast transforms -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   %w = constant of exp(-2 pi i B C / 16) t[C, D]
//   stage %x, %w pattern(1, 16, 16, 256) order "bcd"
//
// becomes the same stage with transform(<dft>). What a structure says with numbers
// is so found again from the numbers, and whoever writes such a constant by hand
// gets the fast algorithm too.
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/FastTransform.h"
#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"

namespace danaus {
#define GEN_PASS_DEF_FINDTRANSFORMSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

/// Vectors hold all values of a transform at once; with d below `leastD` most of
/// their lanes would be empty.
static constexpr int64_t mostValues = 16, leastD = 4;

/// Whether lanes can run along d, or along the fastest digit of x; on a GPU every thread
/// has transforms of its own.
static bool hasLanes(StageOp stage, const TargetLimits &limits) {
  if (limits.isGpu)
    return true;
  DigitsAttr digits = stage.getXDigitsAttr();
  if (!digits)
    return stage.getD() >= static_cast<uint64_t>(leastD);
  Type element = stage.getX().getType().getElementType();
  if (!isa<ComplexType>(element) || stage.getD() != 1 || stage.getOrder() != "bc")
    return false;
  return fastestDigitOfA(stage.getPattern(), digits) % limits.lanes(elementBytes(element)) == 0;
}

static std::vector<std::complex<double>> readValues(DenseElementsAttr elements) {
  std::vector<std::complex<double>> values;
  values.reserve(elements.getNumElements());
  if (isa<ComplexType>(elements.getElementType()))
    for (std::complex<APFloat> value : elements.getValues<std::complex<APFloat>>())
      values.push_back({value.real().convertToDouble(), value.imag().convertToDouble()});
  else
    for (APFloat value : elements.getValues<APFloat>())
      values.push_back(value.convertToDouble());
  return values;
}

/// A few units in the last place of numbers of size one.
static double toleranceOf(Type element) {
  if (auto complex = dyn_cast<ComplexType>(element))
    element = complex.getElementType();
  return 4 * std::ldexp(1.0, -int(cast<FloatType>(element).getFPMantissaWidth()));
}

namespace {
/// A weight in the order "bc" or "bcd".
struct Weight {
  std::vector<std::complex<double>> values;
  int64_t size, d;
  double tolerance;

  std::complex<double> at(int64_t b, int64_t c, int64_t i) const {
    return values[(b * size + c) * d + i];
  }

  /// w[B, C, D] = f(B, C) w[0, C, D], and w[0, C] = 1 where d shares it.
  template <typename F> bool isTransform(bool sharesD, F &&f) const {
    for (int64_t b = 0; b < size; ++b)
      for (int64_t c = 0; c < size; ++c)
        for (int64_t i = 0; i < d; ++i) {
          std::complex<double> first = sharesD ? 1.0 : at(0, c, i);
          if (!(std::abs(at(b, c, i) - f(b, c) * first) <= tolerance * std::abs(first)))
            return false;
        }
    return true;
  }
};
} // namespace

/// The elements of a constant in their order, perhaps of another shape; null where `weight`
/// is none.
static DenseElementsAttr matchElements(Value weight) {
  while (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(weight.getDefiningOp()))
    weight = weight.getDefiningOp()->getOperand(0);
  DenseElementsAttr elements;
  matchPattern(weight, m_Constant(&elements));
  return elements;
}

/// The transform that the blocks of `stage` are, or the reason why they are none.
static std::optional<Transform> findTransform(StageOp stage, const TargetLimits &limits,
                                              StringRef &reason) {
  StagePattern pattern = stage.getPattern();
  DenseElementsAttr elements = matchElements(stage.getWeight());
  reason = "the weight is not a constant";
  if (!elements || stage.getPacking())
    return std::nullopt;
  reason = "its numbers are integers";
  if (!isStageNumber(elements.getElementType()))
    return std::nullopt;
  bool sharesD = stage.getOrder() == "bc";
  reason = "no blocks of a size up to 16 that all a share, with 4 values of d or a vector of x";
  if ((!sharesD && stage.getOrder() != "bcd") || pattern.b != pattern.c || pattern.b < 2 ||
      pattern.b > mostValues || !hasLanes(stage, limits))
    return std::nullopt;
  Type element = elements.getElementType();
  Weight weight{readValues(elements), pattern.b, sharesD ? 1 : pattern.d, toleranceOf(element)};
  auto sign = [](int64_t b, int64_t c) {
    return std::complex<double>(llvm::popcount(uint64_t(b & c)) % 2 ? -1.0 : 1.0);
  };
  if (llvm::isPowerOf2_64(pattern.b) && weight.isTransform(sharesD, sign))
    return Transform::hadamard;
  auto root = [&](int64_t b, int64_t c) { return unitRoot(b * c, pattern.b); };
  if (isa<ComplexType>(element) && weight.isTransform(sharesD, root))
    return Transform::dft;
  reason = "the blocks are no transforms";
  return std::nullopt;
}

namespace {
struct FindTransforms : danaus::impl::FindTransformsPassBase<FindTransforms> {
  void runOnOperation() override {
    FailureOr<TargetLimits> limits = getTarget(getOperation());
    if (failed(limits))
      return signalPassFailure();
    getOperation().walk([&](StageOp stage) {
      bool isComplex = isa<ComplexType>(stage.getX().getType().getElementType());
      if (limits->isGpu && !isComplex) // tensor cores want the matrices
        return;
      if (!stage.getTransform())
        mark(stage, *limits);
    });
  }

  static void mark(StageOp stage, const TargetLimits &limits) {
    StringRef reason;
    std::optional<Transform> transform = findTransform(stage, limits, reason);
    auto options = remark::RemarkOpts::name("FindTransforms").category("danaus-transforms");
    if (!transform) {
      remark::missed(stage.getLoc(), options) << remark::reason("{0}", reason);
      return;
    }
    stage.setTransform(*transform);
    remark::passed(stage.getLoc(), options)
        << remark::reason("{0} of size {1}", stringifyTransform(*transform), stage.getB());
  }
};
} // namespace
