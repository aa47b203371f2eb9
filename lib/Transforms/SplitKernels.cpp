//===- SplitKernels.cpp - Large stages in kernels of their own -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel has one unit. Of the three stages of a BLAST layer the first and the last
// are large enough for products of warpgroups, and the second, which mixes blocks of
// 16, is for those of warps; each goes through memory anyway.
//
//   kernel { stage 0; map; stage 1; stage 2 }   begins = [1, 2]
//     ->  kernel { stage 0; map }, kernel { stage 1 }, kernel { stage 2 }
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuGemmPlan.h"
#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"

namespace danaus {
#define GEN_PASS_DEF_SPLITKERNELSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Where
//===----------------------------------------------------------------------===//

/// The numbers of the stages at which new kernels begin, none where it stays whole.
static SmallVector<int64_t> beginsOf(chain::KernelOp kernel, int64_t expectedRows,
                                     const TargetLimits &limits) {
  Type element = cast<ShapedType>(kernel.getInputs()[0].getType()).getElementType();
  if (!element.isF16() && !element.isBF16())
    return {};
  SmallVector<StageDescriptor> stages = describeStages(kernel);
  int64_t bytes = elementBytes(kernel), rows = rowsOf(kernel, expectedRows);
  Schedule ofWarps = defaultGpuSchedule(stages, bytes, limits, rows);
  if (!checkTensorCoreKernel(kernel, ofWarps, limits).empty())
    return {};
  return splitForGemms(stages, bytes, rows, ofWarps, limits);
}

/// The ops of each part: a stage and the maps behind it stay together.
static SmallVector<SmallVector<Operation *>> partsOf(chain::KernelOp kernel,
                                                     ArrayRef<int64_t> begins) {
  SmallVector<SmallVector<Operation *>> parts(1);
  int64_t number = 0;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (isa<chain::StageOp>(op) && llvm::is_contained(begins, number++))
      parts.emplace_back();
    parts.back().push_back(&op);
  }
  return parts;
}

//===----------------------------------------------------------------------===//
// The rewrite
//===----------------------------------------------------------------------===//

/// Memory for the activations between two parts.
static Value createInit(OpBuilder &builder, Location loc, Value x, RankedTensorType type) {
  SmallVector<Value> rows;
  if (type.isDynamicDim(0))
    rows.push_back(tensor::DimOp::create(builder, loc, x, 0));
  return tensor::EmptyOp::create(builder, loc, type, rows);
}

/// A kernel of the ops `part` of `kernel` on the activations `x`; gives its result.
static Value buildPart(IRRewriter &rewriter, chain::KernelOp kernel, ArrayRef<Operation *> part,
                       Value x) {
  rewriter.setInsertionPoint(kernel);
  Location loc = part.front()->getLoc();
  llvm::SetVector<Value> others;
  for (Operation *op : part)
    for (Value operand : op->getOperands().drop_front())
      others.insert(operand);
  SmallVector<Value> inputs{x};
  for (Value other : others)
    inputs.push_back(kernel.getInputs()[cast<BlockArgument>(other).getArgNumber()]);
  auto type = cast<RankedTensorType>(part.back()->getResult(0).getType());
  bool isLast = part.back()->getNextNode() == kernel.getBody().front().getTerminator();
  Value init = isLast ? kernel.getInit() : createInit(rewriter, loc, x, type);
  auto result = chain::KernelOp::create(rewriter, loc, type, inputs, init, nullptr);
  Block *body = rewriter.createBlock(&result.getBody());
  IRMapping mapping;
  Value first = part.front()->getOperand(0);
  mapping.map(first, body->addArgument(first.getType(), loc));
  for (Value other : others)
    mapping.map(other, body->addArgument(other.getType(), loc));
  for (Operation *op : part)
    rewriter.clone(*op, mapping);
  chain::YieldOp::create(rewriter, loc, mapping.lookup(part.back()->getResult(0)));
  return result.getResult();
}

static void splitKernel(IRRewriter &rewriter, chain::KernelOp kernel, ArrayRef<int64_t> begins) {
  remark::passed(kernel.getLoc(),
                 remark::RemarkOpts::name("SplitKernels").category("danaus-schedule"))
      << remark::reason("kernels of their own for {0} parts", begins.size() + 1);
  Value x = kernel.getInputs()[0];
  for (ArrayRef<Operation *> part : partsOf(kernel, begins))
    x = buildPart(rewriter, kernel, part, x);
  rewriter.replaceOp(kernel, x);
}

namespace {
struct SplitKernels : danaus::impl::SplitKernelsPassBase<SplitKernels> {
  using SplitKernelsPassBase::SplitKernelsPassBase;

  void runOnOperation() override {
    FailureOr<TargetLimits> limits = getTarget(getOperation());
    if (failed(limits))
      return signalPassFailure();
    if (!limits->hasWgmma)
      return;
    SmallVector<chain::KernelOp> kernels;
    getOperation().walk([&](chain::KernelOp kernel) {
      if (!kernel.getSchedule() && kernel.getResult())
        kernels.push_back(kernel);
    });
    IRRewriter rewriter(&getContext());
    for (chain::KernelOp kernel : kernels)
      if (SmallVector<int64_t> begins = beginsOf(kernel, rows, *limits); !begins.empty())
        splitKernel(rewriter, kernel, begins);
  }
};
} // namespace
