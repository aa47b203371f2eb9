//===- ChainTransforms.cpp - Kernels of transforms as plain structs -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Chain/ChainTransforms.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

/// Whether `stage` is one of transforms of `x`; only the first may have x_digits.
static bool isTransformOf(StageOp stage, Value x, bool isFirst) {
  auto element = dyn_cast<ComplexType>(stage.getX().getType().getElementType());
  return stage.getX() == x && isa<BlockArgument>(stage.getWeight()) && stage.getTransform() &&
         element && element.getElementType().isF32() && (isFirst || !stage.getXDigits());
}

/// The columns of x as `first` reads them.
static DigitPermutation columnsOf(StageOp first) {
  if (DigitsAttr digits = first.getXDigitsAttr())
    return *digits.getPermutation();
  return DigitPermutation::identity(first.getPattern().inSize());
}

std::optional<TransformChain> danaus::chain::describeTransforms(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  Value current = body.getArgument(0);
  TransformChain chain{{}, DigitPermutation::identity(1)};
  for (Operation &op : body.without_terminator()) {
    auto stage = dyn_cast<StageOp>(op);
    bool isFirst = chain.stages.empty();
    if (!stage || !isTransformOf(stage, current, isFirst))
      return std::nullopt;
    if (isFirst)
      chain.columns = columnsOf(stage);
    chain.stages.push_back({stage.getPattern(), stage.getOrder().contains('d'),
                            stage.getTransform() == Transform::hadamard});
    current = stage.getY();
  }
  bool isWhole = !chain.stages.empty() && body.getTerminator()->getOperand(0) == current;
  return isWhole ? std::optional(chain) : std::nullopt;
}
