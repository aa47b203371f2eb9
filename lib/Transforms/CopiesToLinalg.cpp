//===- CopiesToLinalg.cpp - memref.copy to linalg.generic -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace danaus {
#define GEN_PASS_DEF_COPIESTOLINALGPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

namespace {
struct CopiesToLinalg : danaus::impl::CopiesToLinalgPassBase<CopiesToLinalg> {
  void runOnOperation() override {
    SmallVector<memref::CopyOp> copies;
    getOperation()->walk([&](memref::CopyOp copy) { copies.push_back(copy); });
    for (memref::CopyOp copy : copies)
      if (failed(rewrite(copy)))
        return signalPassFailure();
  }

  static LogicalResult rewrite(memref::CopyOp copy) {
    if (copy.getSource() != copy.getTarget()) {
      if (!isa<MemRefType>(copy.getSource().getType()) ||
          !isa<MemRefType>(copy.getTarget().getType()))
        return copy.emitOpError() << "wanted ranked memrefs";
      OpBuilder builder(copy);
      linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(), copy.getTarget());
    }
    copy.erase();
    return success();
  }
};
} // namespace
