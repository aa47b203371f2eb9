//===- OutlineParallelLoops.cpp - Loops over workers to the runtime -------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
//   scf.forall (%w) in (%n) { body }            reads %a, %b from outside
//
// becomes
//
//   %context = { %a, %b } on the stack
//   call @danausParallelFor(@f_worker0, %context, %n)
//
//   func private @f_worker0(%context: !llvm.ptr, %w: i64) { body }
//
// Memrefs are stored as their descriptors; constants are made again inside.
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Transforms/RegionUtils.h"

namespace danaus {
#define GEN_PASS_DEF_OUTLINEPARALLELLOOPSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

static constexpr StringLiteral runtimeName = "danausParallelFor";

/// What each worker makes for itself: constants, addresses of globals, and
/// scratch memory on the stack, which workers must not share.
static bool isMadeByWorker(Operation *op) {
  return op && (op->hasTrait<OpTrait::ConstantLike>() ||
                isa<memref::GetGlobalOp, memref::AllocaOp, ub::PoisonOp>(op));
}

namespace {
/// Outlines one loop.
class Outliner {
public:
  Outliner(scf::ForallOp loop, const LLVMTypeConverter &converter)
      : loop(loop), converter(converter), pointer(LLVM::LLVMPointerType::get(loop.getContext())) {}

  LogicalResult run(SymbolTable &symbols);

private:
  LogicalResult collectCaptures();
  func::FuncOp createWorker(SymbolTable &symbols);
  Value storeCaptures(ImplicitLocOpBuilder &builder);
  void callRuntime(func::FuncOp worker);

  scf::ForallOp loop;
  const LLVMTypeConverter &converter;
  Type pointer;
  SmallVector<Value> captures;
  SmallVector<Operation *> madeByWorker;
  LLVM::LLVMStructType contextType;
};
} // namespace

LogicalResult Outliner::collectCaptures() {
  llvm::SetVector<Value> used;
  getUsedValuesDefinedAbove(loop.getRegion(), used);
  SmallVector<Type> types;
  for (Value value : used) {
    if (isMadeByWorker(value.getDefiningOp()) && value.getDefiningOp()->getNumOperands() == 0) {
      madeByWorker.push_back(value.getDefiningOp());
      continue;
    }
    Type type = converter.convertType(value.getType());
    if (!type)
      return loop.emitOpError() << "reads a value that LLVM has no type for: " << value.getType();
    captures.push_back(value);
    types.push_back(type);
  }
  contextType = LLVM::LLVMStructType::getLiteral(loop.getContext(), types);
  return success();
}

func::FuncOp Outliner::createWorker(SymbolTable &symbols) {
  auto parent = loop->getParentOfType<func::FuncOp>();
  ImplicitLocOpBuilder builder(loop.getLoc(), loop.getContext());
  auto worker =
      func::FuncOp::create(builder, (parent.getName() + "_worker").str(),
                           builder.getFunctionType({pointer, builder.getI64Type()}, TypeRange()));
  worker.setPrivate();
  symbols.insert(worker, std::next(Block::iterator(parent)));
  builder.setInsertionPointToStart(worker.addEntryBlock());
  IRMapping mapping;
  for (auto [index, capture] : llvm::enumerate(captures)) {
    auto place = LLVM::GEPOp::create(builder, pointer, contextType, worker.getArgument(0),
                                     ArrayRef<LLVM::GEPArg>{0, int32_t(index)});
    Value loaded = LLVM::LoadOp::create(builder, contextType.getBody()[index], place);
    if (loaded.getType() != capture.getType())
      loaded = UnrealizedConversionCastOp::create(builder, capture.getType(), loaded).getResult(0);
    mapping.map(capture, loaded);
  }
  for (Operation *op : madeByWorker)
    builder.clone(*op, mapping);
  mapping.map(loop.getInductionVar(0),
              arith::IndexCastOp::create(builder, builder.getIndexType(), worker.getArgument(1)));
  for (Operation &op : loop.getBody()->without_terminator())
    builder.clone(op, mapping);
  func::ReturnOp::create(builder);
  return worker;
}

/// The captured values in a struct on the stack of the function, which is entered
/// once: in a loop around, each round would take more of it.
Value Outliner::storeCaptures(ImplicitLocOpBuilder &builder) {
  auto parent = loop->getParentOfType<func::FuncOp>();
  auto entry = ImplicitLocOpBuilder::atBlockBegin(loop.getLoc(), &parent.front());
  Value one = LLVM::ConstantOp::create(entry, entry.getI64IntegerAttr(1));
  Value context = LLVM::AllocaOp::create(entry, pointer, contextType, one);
  for (auto [index, capture] : llvm::enumerate(captures)) {
    Type type = contextType.getBody()[index];
    Value stored = capture;
    if (type != capture.getType())
      stored = UnrealizedConversionCastOp::create(builder, type, capture).getResult(0);
    Value place = LLVM::GEPOp::create(builder, pointer, contextType, context,
                                      ArrayRef<LLVM::GEPArg>{0, int32_t(index)});
    LLVM::StoreOp::create(builder, stored, place);
  }
  return context;
}

void Outliner::callRuntime(func::FuncOp worker) {
  ImplicitLocOpBuilder builder(loop.getLoc(), loop);
  Value context = storeCaptures(builder);
  Value function = func::ConstantOp::create(builder, worker.getFunctionType(), worker.getName());
  Value address = UnrealizedConversionCastOp::create(builder, pointer, function).getResult(0);
  Value count =
      getValueOrCreateConstantIndexOp(builder, loop.getLoc(), loop.getMixedUpperBound()[0]);
  Value count64 = arith::IndexCastOp::create(builder, builder.getI64Type(), count);
  func::CallOp::create(builder, runtimeName, TypeRange(), ValueRange{address, context, count64});
  loop.erase();
}

LogicalResult Outliner::run(SymbolTable &symbols) {
  if (failed(collectCaptures()))
    return failure();
  callRuntime(createWorker(symbols));
  return success();
}

/// func private @danausParallelFor(function, context, count)
static void declareRuntime(ModuleOp module) {
  if (module.lookupSymbol(runtimeName))
    return;
  ImplicitLocOpBuilder builder(module.getLoc(), module.getContext());
  builder.setInsertionPointToStart(module.getBody());
  auto pointer = LLVM::LLVMPointerType::get(module.getContext());
  auto type = builder.getFunctionType({pointer, pointer, builder.getI64Type()}, TypeRange());
  func::FuncOp::create(builder, runtimeName, type).setPrivate();
}

namespace {
struct OutlineParallelLoops : danaus::impl::OutlineParallelLoopsPassBase<OutlineParallelLoops> {
  void runOnOperation() override {
    SmallVector<scf::ForallOp> loops;
    getOperation().walk([&](scf::ForallOp loop) {
      if (loop->hasAttr("danaus.workers"))
        loops.push_back(loop);
    });
    if (loops.empty())
      return;
    declareRuntime(getOperation());
    LLVMTypeConverter converter(&getContext());
    SymbolTable symbols(getOperation());
    for (scf::ForallOp loop : loops)
      if (failed(Outliner(loop, converter).run(symbols)))
        return signalPassFailure();
  }
};
} // namespace
