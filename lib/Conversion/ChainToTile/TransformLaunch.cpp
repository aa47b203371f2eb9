//===- TransformLaunch.cpp - A kernel of transforms as a launch -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"
#include "TransformEmitter.h"
#include "dialects/Chain/ChainTransforms.h"
#include "llvm/ADT/SmallVectorExtras.h"

using namespace mlir;
using namespace danaus;

/// x, the weights that are twiddles, and y of `kernel`: memory of complex numbers.
static SmallVector<Value> buffersOf(chain::KernelOp kernel, ArrayRef<StageWithMaps> stages,
                                    const TransformPlan &plan) {
  SmallVector<Value> buffers{kernel.getInputs()[0]};
  for (auto [part, stage] : llvm::zip_equal(stages, plan.stages)) {
    chain::StageOp op = part.stage;
    if (stage.hasTwiddles)
      buffers.push_back(operandOf(kernel, op.getWeight()));
  }
  buffers.push_back(kernel.getInit());
  return buffers;
}

/// The arguments of `device`, which are those buffers as their parts.
static TransformEmitter::Operands operandsOf(gpu::GPUFuncOp device, const TransformPlan &plan,
                                             bool isEarly) {
  ArrayRef<BlockArgument> arguments = device.getBody().getArguments();
  TransformEmitter::Operands operands{arguments.front(), arguments.back(), {}, isEarly};
  size_t next = 1;
  for (const TransformStagePlan &stage : plan.stages)
    operands.twiddles.push_back(stage.hasTwiddles ? Value(arguments[next++]) : Value());
  return operands;
}

static LogicalResult checkPackings(ArrayRef<StageWithMaps> stages) {
  for (const StageWithMaps &part : stages) {
    chain::StageOp stage = part.stage;
    auto packing = stage.getPacking();
    if (!packing || packing->getKind() != chain::PackingKind::panel_d ||
        packing->getLanes() != static_cast<int64_t>(stage.getD()))
      return stage.emitOpError() << "packing: wanted panel_d with lanes = d for transforms on a "
                                    "GPU; run danaus-pack-weights";
  }
  return success();
}

LogicalResult danaus::convertToTransforms(chain::KernelOp kernel, ArrayRef<StageWithMaps> stages,
                                          const TargetLimits &limits) {
  Schedule schedule = chain::toPlain(*kernel.getSchedule());
  std::optional<TransformChain> chain = chain::describeTransforms(kernel);
  if (!chain)
    return kernel.emitOpError() << "in_place of unit fma: wanted only transforms of "
                                   "complex<f32>";
  TransformPlan plan = planTransformKernel(*chain, schedule, limits);
  if (failed(reportBroken(kernel, limits, plan.broken)) || failed(checkPackings(stages)))
    return failure();
  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  SmallVector<Value> arguments =
      llvm::map_to_vector(buffersOf(kernel, stages, plan), [&](Value buffer) -> Value {
        return chain::RealViewOp::create(b, buffer);
      });
  gpu::GPUFuncOp device = createKernelFunction(kernel->getParentOfType<func::FuncOp>(),
                                               TypeRange(ValueRange(arguments)),
                                               32 * schedule.warps, plan.blocksPerProcessor);
  TransformEmitter::Operands operands = operandsOf(device, plan, limits.hasEarlyLaunch);
  auto inside = ImplicitLocOpBuilder::atBlockBegin(kernel.getLoc(), &device.getBody().front());
  TransformEmitter(inside, plan, schedule, operands).emit();
  gpu::ReturnOp::create(inside);
  Grid grid{memref::DimOp::create(b, kernel.getInputs()[0], 0),
            schedule.rows,
            limits.multiprocessors * plan.blocksPerProcessor,
            /*groups=*/1,
            32 * schedule.warps,
            plan.sharedBytes,
            limits.hasEarlyLaunch};
  emitLaunch(b, device, grid, arguments);
  kernel.erase();
  return success();
}
