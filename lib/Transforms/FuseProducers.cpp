//===- FuseProducers.cpp - Compute producers of a row tile inside its loop -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"

namespace danaus {
#define GEN_PASS_DEF_FUSEPRODUCERSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

/// Whether recomputing a tile of `producer` costs what the tile costs: it is
/// element-wise and nothing but slices inside `loop` reads it.
static bool isFusible(linalg::LinalgOp producer, scf::ForallOp loop) {
  if (producer->getNumResults() != 1 || producer.getNumParallelLoops() != producer.getNumLoops())
    return false;
  return llvm::all_of(producer->getUsers(), [&](Operation *user) {
    return isa<tensor::ExtractSliceOp>(user) && loop->isProperAncestor(user);
  });
}

/// extract_slice(linalg.generic(%a))  ->  linalg.generic(extract_slice(%a))
static bool fuseSlice(tensor::ExtractSliceOp slice, scf::ForallOp loop, IRRewriter &rewriter) {
  auto producer = slice.getSource().getDefiningOp<linalg::LinalgOp>();
  if (!producer || loop->isAncestor(producer) || !isFusible(producer, loop))
    return false;
  rewriter.setInsertionPoint(slice);
  FailureOr<TilingResult> tiled = tensor::replaceExtractSliceWithTiledProducer(
      rewriter, slice, cast<OpResult>(slice.getSource()));
  if (failed(tiled))
    return false;
  rewriter.replaceOp(slice, tiled->tiledValues[0]);
  if (producer->use_empty())
    rewriter.eraseOp(producer);
  return true;
}

static void fuseProducers(scf::ForallOp loop, IRRewriter &rewriter) {
  bool changed = true;
  while (changed) {
    changed = false;
    SmallVector<tensor::ExtractSliceOp> slices;
    loop.walk([&](tensor::ExtractSliceOp slice) { slices.push_back(slice); });
    for (tensor::ExtractSliceOp slice : slices)
      changed |= fuseSlice(slice, loop, rewriter);
  }
}

namespace {
struct FuseProducers : danaus::impl::FuseProducersPassBase<FuseProducers> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation()->walk([&](scf::ForallOp loop) { fuseProducers(loop, rewriter); });
  }
};
} // namespace
