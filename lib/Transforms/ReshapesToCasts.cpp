//===- ReshapesToCasts.cpp - Expansions with several dynamic sizes -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace danaus {
#define GEN_PASS_DEF_RESHAPESTOCASTSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

/// Whether one dimension of the source becomes several of unknown size.
static bool splitsUnknown(memref::ExpandShapeOp op) {
  ArrayRef<int64_t> shape = op.getResultType().getShape();
  return llvm::any_of(op.getReassociationIndices(), [&](const ReassociationIndices &group) {
    return llvm::count_if(group, [&](int64_t dimension) {
             return ShapedType::isDynamic(shape[dimension]);
           }) > 1;
  });
}

/// expand_shape %m  ->  reinterpret_cast %m with the strides of a row-major array
static void rewrite(memref::ExpandShapeOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  SmallVector<OpFoldResult> sizes = op.getMixedOutputShape(), strides(sizes.size());
  OpFoldResult stride = builder.getIndexAttr(1);
  AffineExpr left, right;
  bindSymbols(op.getContext(), left, right);
  for (size_t dimension = sizes.size(); dimension-- > 0;) {
    strides[dimension] = stride;
    stride = affine::makeComposedFoldedAffineApply(builder, loc, left * right,
                                                   {stride, sizes[dimension]});
  }
  // The cast's own type says the same of the strides as the identity layout.
  auto cast = memref::ReinterpretCastOp::create(builder, loc, op.getResultType(), op.getSrc(),
                                                builder.getIndexAttr(0), sizes, strides);
  op.replaceAllUsesWith(cast.getResult());
  op.erase();
}

namespace {
struct ReshapesToCasts : danaus::impl::ReshapesToCastsPassBase<ReshapesToCasts> {
  void runOnOperation() override {
    SmallVector<memref::ExpandShapeOp> reshapes;
    getOperation()->walk([&](memref::ExpandShapeOp op) {
      if (splitsUnknown(op) && op.getSrcType().getLayout().isIdentity())
        reshapes.push_back(op);
    });
    for (memref::ExpandShapeOp op : reshapes)
      rewrite(op);
  }
};
} // namespace
