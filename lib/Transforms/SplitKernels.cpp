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
// Complex transforms have kernels with nothing else in them, and only the first may read
// its columns in another order: a product of Fourier and diagonal matrices is split so.
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
#include "llvm/ADT/SmallVectorExtras.h"

namespace danaus {
#define GEN_PASS_DEF_SPLITKERNELSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Where
//===----------------------------------------------------------------------===//

/// Of stages and maps on complex numbers: where transforms end, and where they begin.
static SmallVector<Operation *> beginsOfTransforms(chain::KernelOp kernel) {
  SmallVector<Operation *> begins;
  auto isTransform = [](Operation *op) {
    auto stage = dyn_cast<chain::StageOp>(op);
    return stage && stage.getTransform();
  };
  Operation *previous = nullptr;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (isa<chain::PermuteOp>(op)) // belongs to the stage behind it
      return {};
    auto stage = dyn_cast<chain::StageOp>(op);
    bool isNew = previous && (isTransform(&op) != isTransform(previous) ||
                              (isTransform(&op) && stage.getXDigits()));
    if (isNew)
      begins.push_back(&op);
    previous = &op;
  }
  return begins;
}

/// The ops with which new kernels begin, none where it stays whole.
static SmallVector<Operation *> beginsOf(chain::KernelOp kernel, int64_t expectedRows,
                                         const TargetLimits &limits) {
  if (isComplex(kernel))
    return beginsOfTransforms(kernel);
  Type element = cast<ShapedType>(kernel.getInputs()[0].getType()).getElementType();
  if (!limits.hasWgmma || (!element.isF16() && !element.isBF16()))
    return {};
  SmallVector<StageDescriptor> stages = describeStages(kernel);
  int64_t bytes = elementBytes(kernel), rows = rowsOf(kernel, expectedRows);
  Schedule ofWarps = defaultGpuSchedule(stages, bytes, limits, rows);
  if (!checkTensorCoreKernel(kernel, ofWarps, limits).empty())
    return {};
  auto ops = llvm::to_vector(kernel.getStages());
  return llvm::map_to_vector(splitForGemms(stages, bytes, rows, ofWarps, limits),
                             [&](int64_t number) -> Operation * { return ops[number]; });
}

static SmallVector<SmallVector<Operation *>> partsOf(chain::KernelOp kernel,
                                                     ArrayRef<Operation *> begins) {
  SmallVector<SmallVector<Operation *>> parts(1);
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (llvm::is_contained(begins, &op))
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

static void splitKernel(IRRewriter &rewriter, chain::KernelOp kernel,
                        ArrayRef<Operation *> begins) {
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
    if (!limits->isGpu)
      return;
    SmallVector<chain::KernelOp> kernels;
    getOperation().walk([&](chain::KernelOp kernel) {
      if (!kernel.getSchedule() && kernel.getResult())
        kernels.push_back(kernel);
    });
    IRRewriter rewriter(&getContext());
    for (chain::KernelOp kernel : kernels)
      if (SmallVector<Operation *> begins = beginsOf(kernel, rows, *limits); !begins.empty())
        splitKernel(rewriter, kernel, begins);
  }
};
} // namespace
