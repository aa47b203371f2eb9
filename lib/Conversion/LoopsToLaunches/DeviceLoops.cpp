//===- DeviceLoops.cpp - Loops as launches of plain device code -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceLoops.h"
#include "danaus/Conversion/Utils.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/Utils/GPUUtils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace danaus;

static constexpr int64_t blockThreads = 256;
/// Of blockThreads threads: 2048 threads a multiprocessor, twice.
static constexpr int64_t blocksPerProcessor = 16;

static Value constant(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

/// The point of a box that `number` counts, the last coordinate the fastest.
static SmallVector<Value> pointOf(ImplicitLocOpBuilder &b, Value number, ValueRange sizes) {
  SmallVector<Value> point(sizes.size());
  for (size_t dim = sizes.size(); dim-- > 1;) {
    point[dim] = arith::RemUIOp::create(b, number, sizes[dim]);
    number = arith::DivUIOp::create(b, number, sizes[dim]);
  }
  if (!point.empty())
    point.front() = number;
  return point;
}

void LaunchBuilder::launch(ImplicitLocOpBuilder &b, ValueRange sizes, Body body) {
  Value one = constant(b, 1), total = one;
  for (Value size : sizes)
    total = arith::MulIOp::create(b, total, size);
  Value threads = constant(b, sizes.empty() ? 1 : blockThreads);
  Value blocks = arith::CeilDivUIOp::create(b, total, threads);
  blocks =
      arith::MinUIOp::create(b, blocks, constant(b, limits.multiprocessors * blocksPerProcessor));
  auto launch = gpu::LaunchOp::create(b, blocks, one, one, threads, one, one);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&launch.getBody().front());
    Value before = arith::MulIOp::create(b, launch.getBlockIds().x, launch.getBlockSize().x);
    Value first = arith::AddIOp::create(b, before, launch.getThreadIds().x);
    Value stride = arith::MulIOp::create(b, launch.getGridSize().x, launch.getBlockSize().x);
    auto loop = scf::ForOp::create(b, first, total, stride);
    gpu::TerminatorOp::create(b);
    b.setInsertionPointToStart(loop.getBody());
    body(b, pointOf(b, loop.getInductionVar(), sizes));
  }
  outline(launch);
}

void LaunchBuilder::outline(gpu::LaunchOp launch) {
  gpu::GPUModuleOp kernels = getKernelModule(module);
  auto function = launch->getParentOfType<func::FuncOp>();
  std::string name = freshKernelName(kernels, function.getName() + "_loops_");
  // A failure to move constants inside leaves them as arguments.
  (void)sinkOperationsIntoLaunchOp(
      launch, [](Operation *op) { return op->hasTrait<OpTrait::ConstantLike>(); });
  SmallVector<Value> operands;
  gpu::GPUFuncOp device = outlineKernelFunc(launch, name, operands);
  kernels.push_back(device);
  ImplicitLocOpBuilder b(launch.getLoc(), launch);
  gpu::LaunchFuncOp::create(b, device, launch.getGridSizeOperandValues(),
                            launch.getBlockSizeOperandValues(), /*dynamicSharedMemorySize=*/Value(),
                            operands);
  launch.erase();
}

//===----------------------------------------------------------------------===//
// Structured ops
//===----------------------------------------------------------------------===//

/// Whether an access gives every point of the parallel loops an element of its own.
static bool separatesPoints(linalg::LinalgOp op, AffineMap map) {
  if (!map.isProjectedPermutation() || map.getNumResults() != op.getNumParallelLoops())
    return false;
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  return llvm::all_of(map.getResults(), [&](AffineExpr result) {
    return iterators[cast<AffineDimExpr>(result).getPosition()] == utils::IteratorType::parallel;
  });
}

StringRef danaus::whyNotPerPoint(linalg::LinalgOp op) {
  if (!op.hasPureBufferSemantics())
    return "it is on tensors";
  for (OpOperand &output : op.getDpsInitsMutable())
    if (!separatesPoints(op, op.getMatchingIndexingMap(&output)))
      return "points of its loops share an element of the result";
  return "";
}

namespace {
/// Emits one point of a structured op: `loops` has a value a loop.
struct PointEmitter {
  ImplicitLocOpBuilder &b;
  linalg::LinalgOp op;
  SmallVector<Value> loops;

  PointEmitter(ImplicitLocOpBuilder &b, linalg::LinalgOp op)
      : b(b), op(op), loops(op.getNumLoops()) {}

  /// Where `operand` is accessed.
  SmallVector<Value> place(OpOperand &operand) {
    SmallVector<Value> indices;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (AffineExpr result : map.getResults()) {
      if (auto dim = dyn_cast<AffineDimExpr>(result)) {
        indices.push_back(loops[dim.getPosition()]);
        continue;
      }
      AffineMap single = AffineMap::get(map.getNumDims(), 0, result);
      indices.push_back(affine::AffineApplyOp::create(b, single, loops));
    }
    return indices;
  }

  Value load(OpOperand &operand) {
    if (!isa<MemRefType>(operand.get().getType()))
      return operand.get();
    return memref::LoadOp::create(b, operand.get(), place(operand));
  }

  /// The body on `arguments`, with the loops' numbers in place of linalg.index.
  SmallVector<Value> inlineBody(ValueRange arguments) {
    IRMapping mapping;
    mapping.map(op.getBlock()->getArguments(), arguments);
    for (Operation &inner : op.getBlock()->without_terminator()) {
      Operation *copy = b.clone(inner, mapping);
      SmallVector<linalg::IndexOp> indices;
      copy->walk([&](linalg::IndexOp index) { indices.push_back(index); });
      for (linalg::IndexOp index : indices) {
        index.getResult().replaceAllUsesWith(loops[index.getDim()]);
        if (index == copy)
          mapping.map(inner.getResult(0), loops[index.getDim()]);
        index.erase();
      }
    }
    return llvm::map_to_vector(op.getBlock()->getTerminator()->getOperands(),
                               [&](Value value) { return mapping.lookupOrDefault(value); });
  }

  /// The values of the results at the point, from those before.
  SmallVector<Value> compute(ValueRange start, ArrayRef<Value> sizes);
};
} // namespace

SmallVector<Value> PointEmitter::compute(ValueRange start, ArrayRef<Value> sizes) {
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  SmallVector<Value> values(start);
  SmallVector<scf::ForOp> nest;
  for (unsigned dim : reductions) {
    auto loop = scf::ForOp::create(b, constant(b, 0), sizes[dim], constant(b, 1), values);
    nest.push_back(loop);
    loops[dim] = loop.getInductionVar();
    values = SmallVector<Value>(loop.getRegionIterArgs());
    b.setInsertionPointToStart(loop.getBody());
  }
  SmallVector<Value> arguments;
  for (OpOperand *input : op.getDpsInputOperands())
    arguments.push_back(load(*input));
  llvm::append_range(arguments, values);
  values = inlineBody(arguments);
  for (scf::ForOp loop : llvm::reverse(nest)) {
    scf::YieldOp::create(b, values);
    b.setInsertionPointAfter(loop);
    values = SmallVector<Value>(loop.getResults());
  }
  return values;
}

/// The function `after` of a contraction's result at `place` of its memref.
static void emitAfter(ImplicitLocOpBuilder &b, linalg::GenericOp after, Value contraction,
                      Value result, ValueRange place) {
  PointEmitter point(b, cast<linalg::LinalgOp>(after.getOperation()));
  // It reads the result where it is, loop by dimension.
  point.loops.assign(place.begin(), place.end());
  SmallVector<Value> arguments;
  for (OpOperand *input : after.getDpsInputOperands())
    arguments.push_back(input->get() == contraction ? result : point.load(*input));
  OpOperand &output = *after.getDpsInitOperand(0);
  arguments.push_back(after.payloadUsesValueFromOperand(&output) ? point.load(output) : result);
  SmallVector<Value> values = point.inlineBody(arguments);
  memref::StoreOp::create(b, values[0], output.get(), point.place(output));
}

/// The extents of all loops, on the host.
static SmallVector<Value> loopSizes(ImplicitLocOpBuilder &b, linalg::LinalgOp op) {
  return llvm::map_to_vector(op.createLoopRanges(b, b.getLoc()), [&](const Range &range) {
    return getValueOrCreateConstantIndexOp(b, b.getLoc(), range.size);
  });
}

void danaus::launchLinalg(LaunchBuilder &launches, linalg::LinalgOp op, Neighbors neighbors) {
  // Where the memory of both results exists.
  Operation *last = op;
  if (neighbors.after)
    last = neighbors.after;
  ImplicitLocOpBuilder b(op.getLoc(), last);
  SmallVector<Value> sizes = loopSizes(b, op);
  // The order of the result's dimensions is that of its memory.
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  SmallVector<unsigned> order = llvm::map_to_vector(
      result.getResults(), [](AffineExpr e) { return cast<AffineDimExpr>(e).getPosition(); });
  SmallVector<Value> box = llvm::map_to_vector(order, [&](unsigned dim) { return sizes[dim]; });
  launches.launch(b, box, [&](ImplicitLocOpBuilder &inner, ValueRange at) {
    PointEmitter point(inner, op);
    for (auto [dim, value] : llvm::zip_equal(order, at))
      point.loops[dim] = value;
    SmallVector<Value> start;
    for (OpOperand &output : op.getDpsInitsMutable())
      start.push_back(neighbors.start ? neighbors.start : point.load(output));
    SmallVector<Value> values = point.compute(start, sizes);
    OpOperand &first = *op.getDpsInitOperand(0);
    if (neighbors.after)
      return emitAfter(inner, neighbors.after, first.get(), values[0], point.place(first));
    for (auto [output, value] : llvm::zip_equal(op.getDpsInitsMutable(), values))
      memref::StoreOp::create(inner, value, output.get(), point.place(output));
  });
}

//===----------------------------------------------------------------------===//
// Nests of loops
//===----------------------------------------------------------------------===//

/// The only op of the loop's body that is not free of effects, if that is a marked loop.
static scf::ForOp onlyInnerLoop(scf::ForOp loop) {
  scf::ForOp found;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (isMemoryEffectFree(&op))
      continue;
    auto inner = dyn_cast<scf::ForOp>(op);
    if (found || !inner || !inner->hasAttr(independentName))
      return nullptr;
    found = inner;
  }
  return found;
}

SmallVector<scf::ForOp> danaus::findIndependentNest(scf::ForOp outermost) {
  SmallVector<scf::ForOp> nest;
  for (scf::ForOp loop = outermost; loop; loop = onlyInnerLoop(loop)) {
    Value bounds[] = {loop.getLowerBound(), loop.getUpperBound(), loop.getStep()};
    bool isKnown =
        llvm::all_of(bounds, [&](Value bound) { return outermost.isDefinedOutsideOfLoop(bound); });
    if (!loop->hasAttr(independentName) || loop->getNumResults() > 0 || !isKnown)
      break;
    nest.push_back(loop);
  }
  return nest;
}

void danaus::launchNest(LaunchBuilder &launches, ArrayRef<scf::ForOp> nest) {
  scf::ForOp outermost = nest.front();
  ImplicitLocOpBuilder b(outermost.getLoc(), outermost);
  SmallVector<Value> box;
  for (scf::ForOp loop : nest) {
    // No iteration where the lower bound is past the upper one.
    Value end = arith::MaxSIOp::create(b, loop.getLowerBound(), loop.getUpperBound());
    Value length = arith::SubIOp::create(b, end, loop.getLowerBound());
    box.push_back(arith::CeilDivUIOp::create(b, length, loop.getStep()));
  }
  launches.launch(b, box, [&](ImplicitLocOpBuilder &inner, ValueRange at) {
    IRMapping mapping;
    for (auto [index, number] : llvm::enumerate(at)) {
      scf::ForOp loop = nest[index];
      Value offset = arith::MulIOp::create(inner, number, loop.getStep());
      mapping.map(loop.getInductionVar(),
                  arith::AddIOp::create(inner, loop.getLowerBound(), offset).getResult());
      for (Operation &op : loop.getBody()->without_terminator())
        if (!llvm::is_contained(nest, dyn_cast<scf::ForOp>(op)))
          inner.clone(op, mapping);
    }
  });
  outermost.erase();
}
