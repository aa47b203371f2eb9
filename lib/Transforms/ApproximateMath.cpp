//===- ApproximateMath.cpp - Functions of math without a library -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace danaus {
#define GEN_PASS_DEF_APPROXIMATEMATHPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

/// Functions that are one instruction or a short sequence on every target.
static bool needsNoLibrary(StringRef name) {
  return llvm::is_contained({math::AbsFOp::getOperationName(), math::FmaOp::getOperationName(),
                             math::SqrtOp::getOperationName(), math::RsqrtOp::getOperationName(),
                             math::FloorOp::getOperationName(), math::CeilOp::getOperationName(),
                             math::CopySignOp::getOperationName()},
                            name);
}

namespace {
struct ApproximateMath : danaus::impl::ApproximateMathPassBase<ApproximateMath> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    auto predicate = [&](StringRef name) {
      bool isWanted = only.empty() || llvm::is_contained(only, name.rsplit('.').second);
      return isWanted && !needsNoLibrary(name);
    };
    populateMathF32ExpansionPatterns(patterns, predicate);
    populateMathPolynomialApproximationPatterns(patterns, predicate);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
