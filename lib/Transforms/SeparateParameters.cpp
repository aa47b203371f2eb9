//===- SeparateParameters.cpp - Work on parameters alone, done once -------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A public function, after weights were packed
//
//   func @f_pack(%w) -> (%p)                       packs one argument
//   func @f(%p, %bias, %x {danaus.activation})     packed = [0]
//
// has values that no activation reaches: %p, %bias, slices and products of
// them. What @f needs of these moves to the packing function:
//
//   func @f_pack(%w, %bias) -> (%p, %bias)         every parameter, as written
//   func @f(%p, %bias, %x) {danaus.parameters = 2}
//
// so that a caller keeps the results of @f_pack and no parameter.
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

namespace danaus {
#define GEN_PASS_DEF_SEPARATEPARAMETERSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// What depends on parameters alone
//===----------------------------------------------------------------------===//

/// Every value that `op` reads: its operands and what its regions capture.
static llvm::SetVector<Value> collectInputs(Operation *op) {
  llvm::SetVector<Value> inputs(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), inputs);
  return inputs;
}

/// Cheaper to make again than to keep: constants, fills and buffers without
/// contents. Nor is anything kept that is not a tensor of known shape.
static bool isMadeAgain(Operation *op, bool packConstants) {
  bool isCheapConstant = op->hasTrait<OpTrait::ConstantLike>() && !packConstants;
  if (isCheapConstant || isa<tensor::EmptyOp, linalg::FillOp>(op))
    return true;
  return !llvm::all_of(op->getResultTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape() && !tensor.getEncoding();
  });
}

namespace {
/// Splits one function.
class Separator {
public:
  Separator(func::FuncOp function, func::FuncOp oldPack, bool packConstants)
      : function(function), oldPack(oldPack), packConstants(packConstants),
        entry(function.getBody().front()) {}

  LogicalResult run();

private:
  LogicalResult verifyArguments();
  LogicalResult verifyResults();
  void findFixed();
  void need(Value value);
  func::FuncOp createPack();
  void mapOldPack(OpBuilder &builder, func::FuncOp pack, IRMapping &mapping);
  void takePacked();
  bool isParameter(BlockArgument argument) {
    return !function.getArgAttr(argument.getArgNumber(), "danaus.activation");
  }

  func::FuncOp function, oldPack;
  bool packConstants;
  Block &entry;
  /// Values that no activation reaches, and their ops in order.
  llvm::DenseSet<Value> fixed;
  llvm::SetVector<Operation *> fixedOps;
  /// Those that the rest of the function reads: what is packed.
  llvm::SetVector<Value> packed;
  llvm::SetVector<Operation *> madeAgain;
};
} // namespace

LogicalResult Separator::verifyArguments() {
  for (BlockArgument argument : entry.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || type.getEncoding() || type.getRank() > 8 ||
        !MemRefType::isValidElementType(type.getElementType()))
      return function.emitOpError()
             << "argument " << argument.getArgNumber()
             << ": wanted a tensor of rank 8 at most, found " << argument.getType();
    if (isParameter(argument) && !type.hasStaticShape())
      return function.emitOpError() << "parameter " << argument.getArgNumber()
                                    << ": wanted a static shape, found " << type;
    if (!isParameter(argument) &&
        (type.getRank() == 0 ||
         llvm::is_contained(type.getShape().drop_front(), ShapedType::kDynamic)))
      return function.emitOpError() << "activation " << argument.getArgNumber()
                                    << ": wanted all sizes but the first static, found " << type;
  }
  std::string packName = (function.getName() + "_pack").str();
  Operation *taken = SymbolTable::lookupNearestSymbolFrom(
      function, StringAttr::get(function.getContext(), packName));
  if (taken && taken != oldPack)
    return taken->emitOpError() << "has the name of the packing function of '" << function.getName()
                                << "'";
  if (llvm::hasSingleElement(function.getBody()))
    return success();
  return function.emitOpError() << "wanted one block, found branches";
}

/// Results with a dynamic first size have as many rows as the activations: a caller
/// gives one number for all.
LogicalResult Separator::verifyResults() {
  SmallVector<BlockArgument> activations;
  for (BlockArgument argument : entry.getArguments())
    if (!isParameter(argument) && cast<ShapedType>(argument.getType()).isDynamicDim(0))
      activations.push_back(argument);
  auto hasRowsOf = [](Value result, BlockArgument activation) {
    if (result == activation)
      return true;
    FailureOr<bool> areEqual = ValueBoundsConstraintSet::areEqual({result, 0}, {activation, 0});
    return succeeded(areEqual) && *areEqual;
  };
  for (OpOperand &result : entry.getTerminator()->getOpOperands()) {
    auto type = dyn_cast<RankedTensorType>(result.get().getType());
    if (!type || type.hasStaticShape())
      continue;
    bool onlyRows =
        type.isDynamicDim(0) && type.getNumDynamicDims() == 1 &&
        llvm::any_of(activations, [&](BlockArgument x) { return hasRowsOf(result.get(), x); });
    if (!onlyRows)
      return function.emitOpError() << "result " << result.getOperandNumber()
                                    << ": wanted the rows of the activations as its only dynamic "
                                       "size, cannot tell that of "
                                    << type;
  }
  return success();
}

/// An op without effects is fixed when all that it reads is.
void Separator::findFixed() {
  for (BlockArgument argument : entry.getArguments())
    if (isParameter(argument))
      fixed.insert(argument);
  for (Operation &op : entry.without_terminator()) {
    auto isFixed = [&](Value value) { return fixed.contains(value); };
    if (!isMemoryEffectFree(&op) || !llvm::all_of(collectInputs(&op), isFixed))
      continue;
    fixed.insert(op.result_begin(), op.result_end());
    fixedOps.insert(&op);
  }
}

/// Notes that the rest of the function reads `value`: it is packed, or made
/// again from what it reads.
void Separator::need(Value value) {
  SmallVector<Value> work = {value};
  while (!work.empty()) {
    Value next = work.pop_back_val();
    Operation *op = next.getDefiningOp();
    if (!fixed.contains(next))
      continue;
    if (!op || !isMadeAgain(op, packConstants))
      packed.insert(next);
    else if (madeAgain.insert(op))
      llvm::append_range(work, collectInputs(op));
  }
}

//===----------------------------------------------------------------------===//
// The two functions
//===----------------------------------------------------------------------===//

/// Arguments of `function` that were packed already get the values that the old
/// packing function makes of the new one's arguments.
void Separator::mapOldPack(OpBuilder &builder, func::FuncOp pack, IRMapping &mapping) {
  if (!oldPack)
    return;
  auto numbers = function->getAttrOfType<DenseI64ArrayAttr>("danaus.packed").asArrayRef();
  IRMapping inside;
  for (auto [number, argument] : llvm::zip_equal(numbers, oldPack.getArguments()))
    inside.map(argument, mapping.lookup(entry.getArgument(number)));
  for (Operation &op : oldPack.getBody().front().without_terminator())
    builder.clone(op, inside);
  Operation *results = oldPack.getBody().front().getTerminator();
  for (auto [number, result] : llvm::zip_equal(numbers, results->getOperands()))
    mapping.map(entry.getArgument(number), inside.lookupOrDefault(result));
}

func::FuncOp Separator::createPack() {
  SmallVector<Type> inputs;
  SmallVector<unsigned> numbers;
  for (BlockArgument argument : entry.getArguments())
    if (isParameter(argument)) {
      inputs.push_back(argument.getType());
      numbers.push_back(argument.getArgNumber());
    }
  if (oldPack) // takes them as they were written
    for (auto [number, argument] :
         llvm::zip_equal(function->getAttrOfType<DenseI64ArrayAttr>("danaus.packed").asArrayRef(),
                         oldPack.getArguments()))
      inputs[llvm::find(numbers, number) - numbers.begin()] = argument.getType();
  SmallVector<Type> results(ValueRange(packed.getArrayRef()).getTypes());
  OpBuilder builder(function);
  builder.setInsertionPointAfter(function);
  auto pack = func::FuncOp::create(builder, function.getLoc(), (function.getName() + "_pack").str(),
                                   builder.getFunctionType(inputs, results));
  builder.setInsertionPointToStart(pack.addEntryBlock());
  IRMapping mapping;
  for (auto [number, argument] : llvm::zip_equal(numbers, pack.getArguments()))
    mapping.map(entry.getArgument(number), argument);
  mapOldPack(builder, pack, mapping);
  for (Operation *op : fixedOps)
    builder.clone(*op, mapping);
  SmallVector<Value> values;
  for (Value value : packed)
    values.push_back(mapping.lookup(value));
  func::ReturnOp::create(builder, function.getLoc(), values);
  return pack;
}

/// The packed values become the first arguments; parameters and ops that only
/// they need go.
void Separator::takePacked() {
  unsigned oldArguments = function.getNumArguments();
  llvm::BitVector erased(oldArguments + packed.size());
  for (auto [index, value] : llvm::enumerate(packed)) {
    (void)function.insertArgument(index, value.getType(), {}, function.getLoc());
    BlockArgument argument = entry.getArgument(index);
    Value old = value;
    old.replaceUsesWithIf(argument, [&](OpOperand &use) {
      Operation *user = entry.findAncestorOpInBlock(*use.getOwner());
      return !fixedOps.contains(user) || madeAgain.contains(user);
    });
  }
  for (Operation *op : llvm::reverse(fixedOps))
    if (op->use_empty())
      op->erase();
  for (BlockArgument argument : entry.getArguments().drop_front(packed.size()))
    if (isParameter(argument))
      erased.set(argument.getArgNumber());
  (void)function.eraseArguments(erased);
}

LogicalResult Separator::run() {
  if (failed(verifyArguments()) || failed(verifyResults()))
    return failure();
  findFixed();
  for (Operation &op : entry)
    if (!fixedOps.contains(&op))
      for (Value value : collectInputs(&op))
        need(value);
  std::string schedules;
  llvm::raw_string_ostream stream(schedules);
  function.walk([&](chain::KernelOp kernel) {
    if (chain::ScheduleAttr schedule = kernel.getScheduleAttr())
      stream << (schedules.empty() ? "" : "; ") << schedule;
  });
  func::FuncOp pack = createPack();
  if (oldPack)
    oldPack.erase();
  takePacked();
  Builder builder(function.getContext());
  function->removeAttr("danaus.packed");
  function->setAttr("danaus.pack", FlatSymbolRefAttr::get(pack));
  function->setAttr("danaus.parameters", builder.getI64IntegerAttr(packed.size()));
  function->setAttr("danaus.schedule", builder.getStringAttr(schedules));
  return success();
}

namespace {
struct SeparateParameters : danaus::impl::SeparateParametersPassBase<SeparateParameters> {
  using SeparateParametersPassBase::SeparateParametersPassBase;

  void runOnOperation() override {
    llvm::DenseMap<func::FuncOp, func::FuncOp> packs;
    llvm::DenseSet<func::FuncOp> isPack;
    SmallVector<func::FuncOp> functions;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      functions.push_back(function);
      if (auto name = function->getAttrOfType<FlatSymbolRefAttr>("danaus.pack"))
        packs[function] = getOperation().lookupSymbol<func::FuncOp>(name);
      isPack.insert(packs.lookup(function));
    }
    llvm::erase_if(functions, [&](func::FuncOp function) {
      return !function.isPublic() || function.isExternal() || isPack.contains(function) ||
             function->hasAttr("danaus.parameters");
    });
    for (func::FuncOp function : functions)
      if (failed(Separator(function, packs.lookup(function), packConstants).run()))
        return signalPassFailure();
  }
};
} // namespace
