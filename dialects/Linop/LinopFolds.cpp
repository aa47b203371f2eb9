//===- LinopFolds.cpp - Folds of the linop dialect ------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

/// transpose(transpose(m))  ->  m
OpFoldResult TransposeOp::fold(FoldAdaptor) {
  auto inner = getMatrix().getDefiningOp<TransposeOp>();
  if (!inner || inner.getMatrix().getType() != getType())
    return {};
  return inner.getMatrix();
}

namespace {
/// parameters(assemble(p1, .., pn))  ->  p1, .., pn
struct ParametersOfAssemble : OpRewritePattern<ParametersOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ParametersOp op, PatternRewriter &rewriter) const override {
    auto assemble = op.getMatrix().getDefiningOp<AssembleOp>();
    if (!assemble)
      return rewriter.notifyMatchFailure(op, "the matrix is not assembled here");
    rewriter.replaceOp(op, assemble.getParameters());
    return success();
  }
};
} // namespace

void ParametersOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  addPatterns<ParametersOfAssemble>(patterns, context);
}
