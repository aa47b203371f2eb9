//===- EinsumsToStages.cpp - Contractions on permuted digits as stages ----===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   einsum(x, w) "gpr,pgre->pe"     the second core of a BTT
//
// sums over g and r, which p keeps apart in x. With x's digits as (p g r) it is
// the stage "acb" with a = p, c = (g r), b = e.
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/ProgramToChain.h"
#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace danaus {
#define GEN_PASS_DEF_EINSUMSTOSTAGESPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

/// `value` itself where the permutation is the identity.
static Value permute(OpBuilder &builder, Location loc, Value value,
                     const DigitPermutation &permutation) {
  DigitPermutation simple = permutation.simplified();
  if (simple.isIdentity())
    return value;
  SmallVector<int64_t> order(simple.order());
  return chain::PermuteOp::create(builder, loc, value.getType(), value, simple.sizes(), order);
}

/// Whether kernels of a GPU can: the inputs of a sum lie in runs, one a block in turn.
static bool readsRuns(const DigitPermutation &before, const StagePattern &pattern) {
  auto columns = columnDigits(pattern, before);
  if (!columns || before.isIdentity() || pattern.d != 1)
    return false;
  std::string dims;
  for (const PackedDigit &digit : *columns)
    dims += digit.dim;
  return dims == "cac" || dims == "ca";
}

/// Whether the loops of a stage can read x with its digits in the order of `before`:
/// C is one digit, and lanes run along b, as d = 1.
static bool readsDigits(const DigitPermutation &before, const StagePattern &pattern) {
  return pattern.d == 1 && !before.isIdentity() && sumsOneDigit(pattern, before);
}

namespace {
/// einsum(x, w)  ->  permute(stage(permute(x), w)); of complex numbers, and on a GPU,
/// the stage takes in the first permutation where it can
struct EinsumToStage : OpRewritePattern<chain::EinsumOp> {
  EinsumToStage(MLIRContext *context, bool isForGpu)
      : OpRewritePattern(context), isForGpu(isForGpu) {}

  LogicalResult matchAndRewrite(chain::EinsumOp op, PatternRewriter &rewriter) const override {
    auto y = cast<RankedTensorType>(op.getY().getType());
    if (isa<ComplexType>(y.getElementType()) && !chain::isStageNumber(y.getElementType()))
      return decline(op, "its numbers are complex");
    if (isForGpu && isa<IntegerType>(y.getElementType()))
      return decline(op, "its numbers are integers, which kernels of GPUs do not have");
    auto form = op.getEinsum().asPermutedKroneckerSparse();
    if (!form)
      return decline(op, "no order of digits makes it a stage");
    Location loc = op.getLoc();
    const auto &[pattern, order] = form->stage;
    DigitPermutation before = form->before.simplified();
    bool isComplex = isa<ComplexType>(y.getElementType());
    bool reads = isComplex  ? readsDigits(before, pattern)
                 : isForGpu ? readsRuns(before, pattern)
                            : false;
    bool moves = !form->after.isIdentity() || !(reads || before.isIdentity());
    if (isForGpu && isComplex && moves)
      return decline(op, "its numbers are complex, and a GPU would move them");
    Value x = reads ? Value(op.getX()) : permute(rewriter, loc, op.getX(), before);
    chain::DigitsAttr digits;
    if (reads)
      digits = chain::DigitsAttr::get(rewriter.getContext(), before);
    Value weight = reshapeTo(rewriter, loc, op.getWeight(), weightShape(pattern, order));
    Value stage = chain::StageOp::create(rewriter, loc, y, x, weight, pattern.a, pattern.b,
                                         pattern.c, pattern.d, order, chain::PackingAttr(), digits,
                                         chain::TransformAttr());
    rewriter.replaceOp(op, permute(rewriter, loc, stage, form->after));
    return success();
  }

  static LogicalResult decline(chain::EinsumOp op, StringRef reason) {
    remark::missed(op.getLoc(),
                   remark::RemarkOpts::name("EinsumsToStages").category("danaus-stages"))
        << remark::reason("{0}", reason);
    return failure();
  }

  bool isForGpu;
};

struct EinsumsToStages : danaus::impl::EinsumsToStagesPassBase<EinsumsToStages> {
  void runOnOperation() override {
    FailureOr<TargetLimits> limits = getTarget(getOperation());
    if (failed(limits))
      return signalPassFailure();
    RewritePatternSet patterns(&getContext());
    danaus::addPatterns<EinsumToStage>(patterns, &getContext(), limits->isGpu);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
