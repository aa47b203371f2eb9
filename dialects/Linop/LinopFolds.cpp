//===- LinopFolds.cpp - Folds of the linop dialect ------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopOps.h"

using namespace mlir;
using namespace danaus::linop;

/// transpose(transpose(m))  ->  m
OpFoldResult TransposeOp::fold(FoldAdaptor) {
  auto inner = getMatrix().getDefiningOp<TransposeOp>();
  if (!inner || inner.getMatrix().getType() != getType())
    return {};
  return inner.getMatrix();
}
