//===- AllocateWorkspace.cpp - All temporary memory from the caller -------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// After it a function of an entry point allocates nothing: it takes
//
//   %workspace: memref<?xi8>     [ a | b (worker 0) b (worker 1) ... | c ]
//
// and every memref.alloc is a view of it. Offsets are multiples of 64 bytes. A
// function whose memory is on a device copies its constants there, too. An
// allocation inside a loop over workers has one place for each of them. Sizes
// are constants or functions of the rows of the activations; what lies in a
// loop must have a constant bound. `@f_workspace(%rows)` returns the bytes.
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Transforms/Transforms.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "llvm/Support/MathExtras.h"

namespace danaus {
#define GEN_PASS_DEF_ALLOCATEWORKSPACEPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

/// Every place in the workspace starts at a multiple of this: a cache line and
/// the widest vector.
static constexpr int64_t alignment = 64;

static int64_t elementBytes(MemRefType type) {
  auto complex = dyn_cast<ComplexType>(type.getElementType());
  Type part = complex ? complex.getElementType() : type.getElementType();
  int64_t bits = part.isIndex() ? 64 : part.getIntOrFloatBitWidth();
  return llvm::divideCeil(bits, 8) * (complex ? 2 : 1);
}

namespace {
/// One allocation: a constant number of bytes times sizes known when the
/// function begins.
struct Place {
  memref::AllocOp alloc;
  int64_t bytes;            ///< of one worker, without the sizes below
  SmallVector<Value> sizes; ///< outside of all loops
  scf::ForallOp workerLoop; ///< null outside of loops over workers
  int64_t workers = 1;
};

/// Plans one function, then rewrites it.
class Workspace {
public:
  explicit Workspace(func::FuncOp function) : function(function), aliases(function) {}

  /// Finds a place for every allocation.
  LogicalResult plan();
  /// Replaces the allocations.
  void apply();
  /// Builds a function from rows to bytes.
  func::FuncOp createQuery(SymbolTable &symbols);

private:
  LogicalResult planAlloc(memref::AllocOp alloc);
  LogicalResult verifyStaysInside(memref::AllocOp alloc);
  LogicalResult verifySize(Value size);
  Value findSize(Value size);
  Value bytesOf(ImplicitLocOpBuilder &builder, const Place &place, IRMapping &mapping);
  Value materialize(ImplicitLocOpBuilder &builder, Value size, IRMapping &mapping);

  func::FuncOp function;
  BufferViewFlowAnalysis aliases;
  SmallVector<Place> places;
};
} // namespace

//===----------------------------------------------------------------------===//
// Plan
//===----------------------------------------------------------------------===//

/// A buffer made in a loop and handed to its next iteration would share its
/// place with that iteration's own.
LogicalResult Workspace::verifyStaysInside(memref::AllocOp alloc) {
  for (Value alias : aliases.resolve(alloc))
    if (!alloc->getParentRegion()->isAncestor(alias.getParentRegion()))
      return alloc.emitOpError() << "leaves the loop or branch that allocates it";
  return success();
}

/// The number of rows: the first size of an argument.
static bool isRows(Operation *op) {
  auto dim = dyn_cast<memref::DimOp>(op);
  return dim && isa<BlockArgument>(dim.getSource()) && dim.getConstantIndex() == 0 &&
         isa<func::FuncOp>(cast<BlockArgument>(dim.getSource()).getOwner()->getParentOp());
}

/// Whether `size` follows from the rows by arithmetic outside of all loops.
LogicalResult Workspace::verifySize(Value size) {
  SmallVector<Value> work = {size};
  while (!work.empty()) {
    Value value = work.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!op || op->getParentOp() != function || op->getNumRegions() != 0 || !isPure(op))
      return failure();
    if (!isRows(op))
      llvm::append_range(work, op->getOperands());
  }
  return success();
}

/// What `size` equals in terms of the rows, computed where the function begins: the
/// size of a reshaped buffer, of a slice. Null where that cannot be told.
Value Workspace::findSize(Value size) {
  auto isArgument = [&](Value value, std::optional<int64_t> dim, ValueBoundsConstraintSet &) {
    auto argument = dyn_cast<BlockArgument>(value);
    return dim && argument && argument.getOwner() == &function.front();
  };
  AffineMap map;
  ValueDimList operands;
  if (failed(ValueBoundsConstraintSet::computeBound(map, operands, presburger::BoundType::EQ, size,
                                                    isArgument)))
    return nullptr;
  OpBuilder builder = OpBuilder::atBlockBegin(&function.front());
  OpFoldResult bound = affine::materializeComputedBound(builder, function.getLoc(), map, operands);
  return getValueOrCreateConstantIndexOp(builder, function.getLoc(), bound);
}

LogicalResult Workspace::planAlloc(memref::AllocOp alloc) {
  if (!alloc.getType().getLayout().isIdentity())
    return alloc.emitOpError() << "wanted a row-major buffer, found " << alloc.getType();
  if (failed(verifyStaysInside(alloc)))
    return failure();
  Place place{alloc, elementBytes(alloc.getType()), {}, alloc->getParentOfType<scf::ForallOp>()};
  if (place.workerLoop) {
    auto workers = place.workerLoop->getAttrOfType<IntegerAttr>("danaus.workers");
    if (!workers)
      return alloc.emitOpError() << "in a parallel loop with no danaus.workers (run "
                                    "danaus-distribute-rows)";
    place.workers = workers.getInt();
  }
  for (int64_t size : alloc.getType().getShape())
    place.bytes *= ShapedType::isDynamic(size) ? 1 : size;
  for (Value size : alloc.getDynamicSizes()) {
    if (succeeded(verifySize(size))) {
      place.sizes.push_back(size);
      continue;
    }
    if (Value same = findSize(size)) {
      place.sizes.push_back(same);
      continue;
    }
    FailureOr<int64_t> bound = ValueBoundsConstraintSet::computeConstantBound(
        presburger::BoundType::UB, size, /*stopCondition=*/nullptr, /*closedUB=*/true);
    if (failed(bound))
      return alloc.emitOpError() << "wanted a size that follows from the number of rows, or a "
                                    "constant bound on it";
    place.bytes *= *bound;
  }
  places.push_back(place);
  return success();
}

LogicalResult Workspace::plan() {
  WalkResult result = function.walk([&](Operation *op) {
    if (auto alloc = dyn_cast<memref::AllocOp>(op))
      return failed(planAlloc(alloc)) ? WalkResult::interrupt() : WalkResult::advance();
    auto call = dyn_cast<func::CallOp>(op);
    if (!call)
      return WalkResult::advance();
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(call, call.getCalleeAttr());
    if (!callee || callee.isExternal())
      return WalkResult::advance();
    call.emitOpError() << "wanted every function inlined, found a call of one with a body";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

//===----------------------------------------------------------------------===//
// Rewrite
//===----------------------------------------------------------------------===//

/// `size` at the start of the function that `builder` is in: its slice, cloned.
Value Workspace::materialize(ImplicitLocOpBuilder &builder, Value size, IRMapping &mapping) {
  llvm::SetVector<Operation *> slice;
  BackwardSliceOptions options;
  options.inclusive = true;
  options.filter = [&](Operation *op) { return !isa<func::FuncOp>(op); };
  (void)getBackwardSlice(size, &slice, options);
  for (Operation *op : slice)
    if (!mapping.contains(op->getResult(0)))
      builder.clone(*op, mapping);
  return mapping.lookup(size);
}

/// workers * roundUp(bytes * sizes, 64)
Value Workspace::bytesOf(ImplicitLocOpBuilder &builder, const Place &place, IRMapping &mapping) {
  int64_t constant = place.sizes.empty() ? llvm::alignTo(place.bytes, alignment) : place.bytes;
  Value bytes = arith::ConstantIndexOp::create(builder, constant);
  for (Value size : place.sizes)
    bytes = arith::MulIOp::create(builder, bytes, materialize(builder, size, mapping));
  if (!place.sizes.empty()) {
    Value mask = arith::ConstantIndexOp::create(builder, -alignment);
    Value rest = arith::ConstantIndexOp::create(builder, alignment - 1);
    Value sum = arith::AddIOp::create(builder, bytes, rest);
    bytes = arith::AndIOp::create(builder, sum, mask);
  }
  return bytes;
}

void Workspace::apply() {
  auto bytes = MemRefType::get(ShapedType::kDynamic, IntegerType::get(function.getContext(), 8));
  unsigned number = function.getNumArguments();
  (void)function.insertArgument(number, bytes, {}, function.getLoc());
  Value workspace = function.getArgument(number);
  auto builder = ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &function.front());
  Value offset = arith::ConstantIndexOp::create(builder, 0);
  IRMapping mapping;
  for (Place &place : places) {
    Value own = bytesOf(builder, place, mapping), start = offset;
    Value workers = arith::ConstantIndexOp::create(builder, place.workers);
    Value all = arith::MulIOp::create(builder, own, workers);
    offset = arith::AddIOp::create(builder, offset, all);
    ImplicitLocOpBuilder there(place.alloc.getLoc(), place.alloc);
    if (place.workerLoop) {
      Value skipped = arith::MulIOp::create(there, own, place.workerLoop.getInductionVar(0));
      start = arith::AddIOp::create(there, start, skipped);
    }
    Value view = memref::ViewOp::create(there, place.alloc.getType(), workspace, start,
                                        place.alloc.getDynamicSizes());
    place.alloc.replaceAllUsesWith(view);
    place.alloc.erase();
  }
}

func::FuncOp Workspace::createQuery(SymbolTable &symbols) {
  ImplicitLocOpBuilder builder(function.getLoc(), function.getContext());
  Type index = builder.getIndexType();
  auto query = func::FuncOp::create(builder, (function.getName() + "_workspace").str(),
                                    builder.getFunctionType({index}, {index}));
  query.setPrivate();
  symbols.insert(query, std::next(Block::iterator(function)));
  builder.setInsertionPointToStart(query.addEntryBlock());
  IRMapping mapping;
  function.walk([&](memref::DimOp dim) {
    if (isRows(dim))
      mapping.map(dim.getResult(), query.getArgument(0));
  });
  Value total = arith::ConstantIndexOp::create(builder, 0);
  for (const Place &place : places) {
    Value own = bytesOf(builder, place, mapping);
    Value workers = arith::ConstantIndexOp::create(builder, place.workers);
    Value all = arith::MulIOp::create(builder, own, workers);
    total = arith::AddIOp::create(builder, total, all);
  }
  func::ReturnOp::create(builder, total);
  return query;
}

//===----------------------------------------------------------------------===//
// Functions whose memory is on a device
//===----------------------------------------------------------------------===//

/// gpu.alloc  ->  memref.alloc, and nothing is freed that the caller owns.
static void ownNothing(func::FuncOp function) {
  function.walk([](Operation *op) {
    if (isa<gpu::DeallocOp, memref::DeallocOp>(op))
      return op->erase();
    auto device = dyn_cast<gpu::AllocOp>(op);
    if (!device)
      return;
    OpBuilder builder(device);
    auto type = cast<MemRefType>(device.getMemref().getType());
    auto alloc = memref::AllocOp::create(builder, device.getLoc(), type, device.getDynamicSizes());
    device.getMemref().replaceAllUsesWith(alloc);
    device.erase();
  });
}

/// memref.get_global @c  ->  memory of the device and a copy of @c to it
static void copyConstants(func::FuncOp function) {
  SmallVector<memref::GetGlobalOp> globals;
  function.walk([&](memref::GetGlobalOp op) { globals.push_back(op); });
  for (memref::GetGlobalOp global : globals) {
    OpBuilder builder(global);
    builder.setInsertionPointAfter(global);
    auto alloc = memref::AllocOp::create(builder, global.getLoc(), global.getType());
    auto copy = gpu::MemcpyOp::create(builder, global.getLoc(), /*asyncToken=*/Type(), ValueRange(),
                                      alloc, global);
    global.getResult().replaceAllUsesExcept(alloc, copy);
  }
}

namespace {
struct AllocateWorkspace : danaus::impl::AllocateWorkspacePassBase<AllocateWorkspace> {
  void runOnOperation() override {
    SmallVector<func::FuncOp> entries;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr("danaus.parameters") && !function->hasAttr("danaus.workspace"))
        entries.push_back(function);
    for (func::FuncOp function : entries)
      if (failed(allocate(function)))
        return signalPassFailure();
  }

  /// `function` and its packing function, whose sizes do not depend on rows.
  LogicalResult allocate(func::FuncOp function) {
    auto name = function->getAttrOfType<FlatSymbolRefAttr>("danaus.pack");
    SymbolTable symbols(getOperation());
    auto pack = symbols.lookup<func::FuncOp>(name.getAttr());
    if (pack->hasAttr("danaus.on_device")) {
      ownNothing(function), ownNothing(pack);
      copyConstants(pack);
    }
    for (func::FuncOp part : {function, pack}) {
      Workspace workspace(part);
      if (failed(workspace.plan()))
        return failure();
      func::FuncOp query = workspace.createQuery(symbols);
      workspace.apply();
      part->setAttr("danaus.workspace", FlatSymbolRefAttr::get(query));
    }
    return success();
  }
};
} // namespace
