//===- ResidentLaunch.cpp - The launch of clusters that keep weights -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"
#include "ResidentEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace danaus;

/// Maps of x, both weights and y, the number of rows, and operands of maps.
static SmallVector<Value> argumentsOf(ImplicitLocOpBuilder &b, chain::KernelOp kernel,
                                      ArrayRef<StageWithMaps> stages, const ResidentPlan &plan,
                                      ArrayRef<Value> others) {
  Value x = kernel.getInputs()[0];
  Value rows = memref::DimOp::create(b, x, 0);
  auto mapOf = [&](Value source, const TensorView &view) {
    return createTensorMap(b, source, rows, view);
  };
  auto weightOf = [&](size_t number) {
    chain::StageOp stage = stages[number].stage;
    return operandOf(kernel, stage.getWeight());
  };
  SmallVector<Value> arguments{mapOf(x, plan.x), mapOf(weightOf(0), plan.down),
                               mapOf(weightOf(1), plan.up), mapOf(kernel.getInit(), plan.y), rows};
  for (Value other : others)
    arguments.push_back(operandOf(kernel, other));
  return arguments;
}

static ResidentOperands operandsIn(Block &entry, ArrayRef<Value> others) {
  ResidentOperands operands;
  operands.x = entry.getArgument(0);
  operands.down = entry.getArgument(1);
  operands.up = entry.getArgument(2);
  operands.y = entry.getArgument(3);
  operands.numRows = entry.getArgument(4);
  for (auto [index, other] : llvm::enumerate(others))
    operands.others[other] = entry.getArgument(index + 5);
  return operands;
}

/// Whether the weights lie row after row, in natural order.
static LogicalResult checkOrders(ArrayRef<StageWithMaps> stages) {
  for (const StageWithMaps &part : stages) {
    chain::StageOp stage = part.stage;
    chain::PackingAttr packing = *stage.getPacking();
    if (packing.getLanes() != 1 || packing.getDigit() != 1)
      return stage.emitOpError() << "packing for shared weights: wanted lanes = 1 and digit = 1, "
                                 << "found " << packing.getLanes() << " and " << packing.getDigit();
  }
  return success();
}

LogicalResult danaus::convertToResident(chain::KernelOp kernel, ArrayRef<StageWithMaps> stages,
                                        ArrayRef<StageDescriptor> descriptors,
                                        const TargetLimits &limits) {
  Type in = cast<MemRefType>(kernel.getInputs()[0].getType()).getElementType();
  Type out = cast<MemRefType>(kernel.getInit().getType()).getElementType();
  ResidentPlan plan = planResidentKernel(descriptors, in.getIntOrFloatBitWidth() / 8,
                                         chain::toPlain(*kernel.getSchedule()), limits);
  if (failed(reportBroken(kernel, limits, plan.broken)) || failed(checkOrders(stages)))
    return failure();
  if (in != out)
    return kernel.emitOpError() << "placement shared: wanted a result of the same type as x";
  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  SetVector<Value> others = valuesOfMaps(stages);
  SmallVector<Value> arguments = argumentsOf(b, kernel, stages, plan, others.getArrayRef());
  int64_t threads = 128 * plan.groups;
  gpu::GPUFuncOp device =
      createKernelFunction(kernel->getParentOfType<func::FuncOp>(),
                           TypeRange(ValueRange(arguments)), threads, /*blocksPerProcessor=*/1);
  device->setAttr(tile::TileDialect::getTensorMapsAttrName(), b.getI64IntegerAttr(4));
  setClusterSize(device, plan.blocks);
  Block &entry = device.getBody().front();
  auto inside = ImplicitLocOpBuilder::atBlockBegin(kernel.getLoc(), &entry);
  ResidentOperands operands = operandsIn(entry, others.getArrayRef());
  ResidentEmitter(inside, plan, stages, operands, limits.hasEarlyLaunch).emit();
  gpu::ReturnOp::create(inside);
  Grid grid{
      arguments[4],         plan.rows, std::max<int64_t>(1, limits.multiprocessors / plan.blocks),
      /*groups=*/1,         threads,   plan.sharedBytes,
      limits.hasEarlyLaunch};
  grid.cluster = plan.blocks;
  emitLaunch(b, device, grid, arguments);
  kernel.erase();
  return success();
}
