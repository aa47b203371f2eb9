//===- LoopsToLaunches.cpp - Host loops over device memory to launches -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a host function does to the data of memrefs, launch by launch:
//
//   linalg op, each point of its result   ->  a thread a point
//   nest of loops marked independent      ->  a thread an iteration
//   other loads, stores and loops of them ->  one thread for all
//
// Loops and branches that contain linalg ops, allocations or calls stay on the
// host, around launches.
//
//===----------------------------------------------------------------------===//

#include "DeviceLoops.h"
#include "danaus/Conversion/Passes.h"
#include "danaus/Conversion/Utils.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/DenseSet.h"

namespace danaus {
#define GEN_PASS_DEF_CONVERTLOOPSTOLAUNCHESPASS
#include "danaus/Conversion/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// What one thread can run
//===----------------------------------------------------------------------===//

static bool makesMemRef(Operation *op) {
  return llvm::any_of(op->getResultTypes(), llvm::IsaPred<BaseMemRefType>);
}

/// A load or store, or loops and branches of such and of scalar ops.
static bool isScalarCode(Operation *op) {
  WalkResult result = op->walk([](Operation *inner) {
    bool isAccess = isa<memref::LoadOp, memref::StoreOp>(inner);
    bool isControl = isa<scf::ForOp, scf::IfOp, scf::WhileOp>(inner);
    bool isScalar = isMemoryEffectFree(inner) || inner->hasTrait<OpTrait::IsTerminator>();
    bool fits = (isAccess || isControl || isScalar) && !makesMemRef(inner);
    return fits ? WalkResult::advance() : WalkResult::interrupt();
  });
  return !result.wasInterrupted();
}

/// Whether only ops of `run`, and those inside them, use the results of `op`.
static bool isUsedOnlyIn(Operation *op, ArrayRef<Operation *> run) {
  return llvm::all_of(op->getUsers(), [&](Operation *user) {
    return llvm::any_of(run, [&](Operation *member) { return member->isAncestor(user); });
  });
}

//===----------------------------------------------------------------------===//
// Neighbors of a structured op
//===----------------------------------------------------------------------===//

static bool isPerPoint(Operation *op) {
  auto structured = dyn_cast_or_null<linalg::LinalgOp>(op);
  return structured && whyNotPerPoint(structured).empty();
}

/// The next op that does something to memory.
static Operation *nextAccess(Operation *op) {
  do
    op = op->getNextNode();
  while (op && (isMemoryEffectFree(op) || isa<memref::AllocOp>(op)));
  return op;
}

static Operation *previousAccess(Operation *op) {
  do
    op = op->getPrevNode();
  while (op && (isMemoryEffectFree(op) || isa<memref::AllocOp>(op)));
  return op;
}

/// Whether `op` begins with what `fill` leaves, and is all that reads it.
static bool takesIn(Operation *op, linalg::FillOp fill) {
  if (!isPerPoint(op))
    return false;
  auto structured = cast<linalg::LinalgOp>(op);
  Value memory = fill.getDpsInits()[0];
  return structured.getNumDpsInits() == 1 && structured.getDpsInits()[0] == memory &&
         structured.payloadUsesValueFromOperand(structured.getDpsInitOperand(0)) &&
         !llvm::is_contained(structured.getDpsInputs(), memory);
}

/// The fill before `op` that it takes in.
static linalg::FillOp findStart(linalg::LinalgOp op) {
  auto fill = dyn_cast_or_null<linalg::FillOp>(previousAccess(op));
  return fill && takesIn(op, fill) ? fill : nullptr;
}

/// Whether `op` is a function of single points that reads `memory` where they are.
static bool isFunctionOf(linalg::GenericOp op, Value memory) {
  if (!op || !isPerPoint(op) || op.getNumDpsInits() != 1 || op.getNumReductionLoops() > 0 ||
      op.getDpsInits()[0] == memory)
    return false;
  SmallVector<OpOperand *> reads;
  for (OpOperand *input : op.getDpsInputOperands())
    if (input->get() == memory)
      reads.push_back(input);
  return !reads.empty() && llvm::all_of(reads, [&](OpOperand *read) {
    return op.getMatchingIndexingMap(read).isIdentity();
  });
}

/// The function behind `op` that alone reads its result, whose memory then needs
/// no value.
static linalg::GenericOp findAfter(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() == 0)
    return nullptr;
  Value memory = op.getDpsInits()[0];
  auto after = dyn_cast_or_null<linalg::GenericOp>(nextAccess(op));
  bool isOwn = llvm::all_of(memory.getUsers(), [&](Operation *user) {
    return user == op || user == after ||
           isa<linalg::FillOp, memref::DeallocOp, memref::DimOp>(user);
  });
  bool isLocal = memory.getDefiningOp<memref::AllocOp>();
  return isOwn && isLocal && isFunctionOf(after, memory) ? after : nullptr;
}

//===----------------------------------------------------------------------===//
// One host function
//===----------------------------------------------------------------------===//

namespace {
class HostConverter {
public:
  explicit HostConverter(LaunchBuilder &launches) : launches(launches) {}
  void convert(func::FuncOp function);

private:
  void convertBlock(Block &block);
  void convertOp(Operation *op);
  void convertLinalg(linalg::LinalgOp op);
  void launchSequentially(linalg::LinalgOp op);
  void launchRun();
  void endRun();

  LaunchBuilder &launches;
  SmallVector<Block *> blocks;            ///< still to convert
  SmallVector<Operation *> run;           ///< consecutive scalar ops
  llvm::SmallPtrSet<Operation *, 4> gone; ///< ops of the block that were taken in before their turn
};
} // namespace

/// A structured op whose points depend on each other, on one thread.
void HostConverter::launchSequentially(linalg::LinalgOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  launches.launch(b, {}, [&](ImplicitLocOpBuilder &inner, ValueRange) {
    auto copy = cast<linalg::LinalgOp>(inner.clone(*op));
    IRRewriter rewriter(copy);
    if (succeeded(linalg::linalgOpToLoops(rewriter, copy)))
      rewriter.eraseOp(copy);
  });
  op.erase();
}

void HostConverter::convertLinalg(linalg::LinalgOp op) {
  if (!whyNotPerPoint(op).empty())
    return launchSequentially(op);
  if (auto fill = dyn_cast<linalg::FillOp>(op.getOperation()))
    if (Operation *next = nextAccess(op); next && takesIn(next, fill))
      return;
  linalg::FillOp start = findStart(op);
  linalg::GenericOp after = findAfter(op);
  launchLinalg(launches, op, {start ? start.getInputs()[0] : Value(), after});
  if (after) {
    gone.insert(after);
    after.erase();
  }
  op.erase();
  if (start)
    start.erase();
}

/// Moves the run into a launch of one thread; scalars that the host needs stay, too.
void HostConverter::launchRun() {
  ImplicitLocOpBuilder b(run.front()->getLoc(), run.back());
  b.setInsertionPointAfter(run.back());
  launches.launch(b, {}, [&](ImplicitLocOpBuilder &inner, ValueRange) {
    IRMapping mapping;
    for (Operation *op : run)
      if (!makesMemRef(op))
        inner.clone(*op, mapping);
  });
  for (Operation *op : llvm::reverse(run))
    if (op->use_empty())
      op->erase();
}

/// The ops of `run` that access memory or compute with what others of it loaded.
static SmallVector<Operation *> findDependent(ArrayRef<Operation *> run) {
  llvm::SmallPtrSet<Operation *, 16> known;
  SmallVector<Operation *> dependent;
  for (Operation *op : run) {
    bool reads = llvm::any_of(op->getOperands(),
                              [&](Value value) { return known.contains(value.getDefiningOp()); });
    if (isMemoryEffectFree(op) && !reads)
      continue;
    known.insert(op);
    dependent.push_back(op);
  }
  return dependent;
}

/// Launches the run up to its last access. One whose values the host wants stays,
/// for convert-launch-to-runtime to refuse.
void HostConverter::endRun() {
  while (!run.empty() && isMemoryEffectFree(run.back()))
    run.pop_back();
  bool isClosed =
      llvm::all_of(findDependent(run), [&](Operation *op) { return isUsedOnlyIn(op, run); });
  if (!run.empty() && isClosed)
    launchRun();
  run.clear();
}

void HostConverter::convertOp(Operation *op) {
  if (isMemoryEffectFree(op) && !isa<scf::ForOp, scf::IfOp, scf::WhileOp>(op)) {
    run.push_back(op);
    return;
  }
  auto loop = dyn_cast<scf::ForOp>(op);
  SmallVector<scf::ForOp> nest = loop ? findIndependentNest(loop) : SmallVector<scf::ForOp>();
  if (isScalarCode(op) && nest.empty()) {
    run.push_back(op);
    return;
  }
  endRun();
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return convertLinalg(structured);
  if (!nest.empty() && isScalarCode(op))
    return launchNest(launches, nest);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      blocks.push_back(&block);
}

void HostConverter::convertBlock(Block &block) {
  gone.clear();
  SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator())
    ops.push_back(&op);
  for (Operation *op : ops)
    if (!gone.contains(op))
      convertOp(op);
  endRun();
}

void HostConverter::convert(func::FuncOp function) {
  for (Block &block : function.getBody())
    blocks.push_back(&block);
  while (!blocks.empty())
    convertBlock(*blocks.pop_back_val());
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// The functions that pack weights on the host, before all others run. Where
/// danaus-separate-parameters made them, they have work that is worth a device.
static llvm::DenseSet<StringRef> packFunctions(ModuleOp module) {
  llvm::DenseSet<StringRef> names;
  for (auto function : module.getOps<func::FuncOp>()) {
    auto pack = function->getAttrOfType<FlatSymbolRefAttr>("danaus.pack");
    if (pack && !function->hasAttr("danaus.parameters"))
      names.insert(pack.getValue());
  }
  return names;
}

namespace {
struct ConvertLoopsToLaunches
    : danaus::impl::ConvertLoopsToLaunchesPassBase<ConvertLoopsToLaunches> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<TargetLimits> limits = getGpuTarget(module);
    if (failed(limits))
      return signalPassFailure();
    LaunchBuilder launches(module, *limits);
    llvm::DenseSet<StringRef> packs = packFunctions(module);
    for (func::FuncOp function : llvm::to_vector(module.getOps<func::FuncOp>())) {
      if (function.isExternal() || packs.contains(function.getName()))
        continue;
      function->setAttr(onDeviceName, UnitAttr::get(&getContext()));
      HostConverter(launches).convert(function);
    }
  }
};
} // namespace
