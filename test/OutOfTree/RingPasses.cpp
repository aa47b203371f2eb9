//===- RingPasses.cpp - Danaus's patterns in passes of another project ----===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ring.h"
#include "danaus/Conversion/ChainToLinalg.h"
#include "danaus/Conversion/ProgramToChain.h"
#include "danaus/Pipelines/Pipelines.h"
#include "danaus/Pipelines/Registration.h"
#include "dialects/Chain/ChainDialect.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace danaus;

namespace {
/// apply(assemble(w), x) with a stencil  ->  the stages of the stencil on x
struct StencilToStages : OpRewritePattern<linop::ApplyOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linop::ApplyOp op, PatternRewriter &rewriter) const override {
    RankedTensorType type = op.getMatrix().getType();
    auto stencil = dyn_cast<ring::StencilAttr>(type.getEncoding());
    auto assemble = op.getMatrix().getDefiningOp<linop::AssembleOp>();
    if (!stencil || !assemble || op.getRight() || op.getX().getType().getRank() != 2 ||
        op.getMixedAxis() != 1)
      return rewriter.notifyMatchFailure(op, "wanted rows times a stencil made by linop.assemble");
    Value y = buildProgram(rewriter, op.getLoc(), stencil.buildStages(type),
                           assemble.getParameters(), op.getX(), type.getElementType());
    rewriter.replaceOp(op, y);
    return success();
  }
};

/// Stencils to linalg in one pass: a pattern of this project beside those of Danaus.
struct RingLower : PassWrapper<RingLower, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(RingLower)
  StringRef getArgument() const override { return "ring-lower"; }
  StringRef getDescription() const override { return "Stencils to linalg"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, chain::ChainDialect, linalg::LinalgDialect,
                    tensor::TensorDialect>();
  }
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<StencilToStages>(&getContext());
    populateChainToLinalgPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

/// A pass manager of this project's own: its pass, then stages of Danaus.
static void buildRingToLLVM(OpPassManager &pm) {
  pm.addPass(std::make_unique<RingLower>());
  pm.addPass(createCanonicalizerPass());
  buildBufferize(pm, BufferizeOptions());
  buildLowerToLLVM(pm, LowerToLLVMOptions());
}

void ring::registerPasses() {
  registerDanausPasses();
  PassRegistration<RingLower>();
  PassPipelineRegistration<>("ring-to-llvm", "Stencils to the LLVM dialect", buildRingToLLVM);
}
