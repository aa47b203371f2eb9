//===- OutputsToDestinations.cpp - Tensor results to memref arguments -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compiled function owns no memory: its caller gives the place of each
// result. Done on tensors, before bufferization, so that the producer of a
// result can be bufferized into its place; results returned as memrefs would
// be allocations.
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/SymbolTable.h"

namespace danaus {
#define GEN_PASS_DEF_OUTPUTSTODESTINATIONSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

/// A public function is called from outside; anything else keeps its tensors.
static bool isEntryPoint(func::FuncOp function) {
  return function.isPublic() && !function.isExternal();
}

/// Bufferization may otherwise take the memory of an argument for a result: a
/// caller's inputs are not ours to overwrite.
static void protectInputs(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    if (isa<TensorType>(argument.getType()))
      function.setArgAttr(argument.getArgNumber(),
                          bufferization::BufferizationDialect::kWritableAttrName,
                          BoolAttr::get(function.getContext(), false));
}

/// Refuses results that no memref can hold.
static LogicalResult verifyResults(func::FuncOp function) {
  for (auto [index, type] : llvm::enumerate(function.getResultTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !MemRefType::isValidElementType(tensor.getElementType()))
      return function.emitOpError()
             << "result " << index << " of a public function: wanted a ranked tensor, found "
             << type;
    if (tensor.getEncoding())
      return function.emitOpError()
             << "result " << index << " of a public function: wanted no encoding, found " << type;
  }
  return success();
}

/// Refuses a function that the module itself uses as a value or calls: its
/// results would be gone. A symbol in an attribute of another function, as
/// `danaus.pack`, names it only.
static LogicalResult verifyNoCaller(func::FuncOp function, ModuleOp module) {
  if (function.getNumResults() == 0)
    return success();
  std::optional<SymbolTable::UseRange> uses = SymbolTable::getSymbolUses(function, module);
  if (!uses)
    return function.emitOpError() << "uses of a public function cannot be told: an op of an "
                                     "unknown dialect is in the module";
  for (SymbolTable::SymbolUse use : *uses) {
    if (isa<func::FuncOp>(use.getUser()))
      continue;
    InFlightDiagnostic error = function.emitOpError()
                               << "a public function with results is called in its module: call "
                                  "a private function from both";
    error.attachNote(use.getUser()->getLoc()) << "called here";
    return error;
  }
  return success();
}

/// f(args) -> tensor  ->  f(args, memref), written before each return.
/// memref<? x 4 x 8, strided<[?, 8, 1]>>: rows that lie apart, each contiguous.
static MemRefType withRowStride(RankedTensorType tensor) {
  SmallVector<int64_t> strides(tensor.getRank(), 1);
  for (int64_t i = tensor.getRank() - 2; i > 0; --i)
    strides[i] = strides[i + 1] * tensor.getDimSize(i + 1);
  strides[0] = ShapedType::kDynamic;
  auto layout = StridedLayoutAttr::get(tensor.getContext(), /*offset=*/0, strides);
  return MemRefType::get(tensor.getShape(), tensor.getElementType(), layout);
}

/// The number of leading arguments that are packed parameters, in a function that
/// danaus-separate-parameters made: what follows has row strides.
static std::optional<int64_t> countParameters(func::FuncOp function) {
  auto count = function->getAttrOfType<IntegerAttr>("danaus.parameters");
  return count ? std::optional(count.getInt()) : std::nullopt;
}

/// %x: tensor<?x8xf32>  ->  %x: memref<?x8xf32, strided<[?, 1]>>, read as a tensor
static void addRowStrides(func::FuncOp function, int64_t firstActivation) {
  OpBuilder builder = OpBuilder::atBlockBegin(&function.getBody().front());
  for (BlockArgument argument : function.getArguments().drop_front(firstActivation)) {
    auto tensor = dyn_cast<RankedTensorType>(argument.getType());
    if (!tensor || tensor.getRank() == 0)
      continue;
    argument.setType(withRowStride(tensor));
    auto read = bufferization::ToTensorOp::create(builder, argument.getLoc(), tensor, argument,
                                                  /*restrict=*/true);
    argument.replaceAllUsesExcept(read.getResult(), read);
  }
  function.setFunctionType(
      builder.getFunctionType(function.getBody().getArgumentTypes(), function.getResultTypes()));
}

static void addDestinations(func::FuncOp function, bool rowStrides) {
  unsigned firstDestination = function.getNumArguments();
  for (Type type : function.getResultTypes()) {
    auto tensor = cast<RankedTensorType>(type);
    bool hasRowStride = rowStrides && countParameters(function) && tensor.getRank() > 0;
    MemRefType memref = hasRowStride ? withRowStride(tensor)
                                     : MemRefType::get(tensor.getShape(), tensor.getElementType());
    (void)function.insertArgument(function.getNumArguments(), memref, {}, function.getLoc());
  }
  function.walk([&](func::ReturnOp op) {
    OpBuilder builder(op);
    for (auto [index, value] : llvm::enumerate(op.getOperands())) {
      auto write = bufferization::MaterializeInDestinationOp::create(
          builder, op.getLoc(), Type(), value, function.getArgument(firstDestination + index));
      write.setRestrict(true);
      write.setWritable(true);
    }
    op.getOperandsMutable().clear();
  });
  llvm::BitVector all(function.getNumResults(), true);
  (void)function.eraseResults(all);
}

namespace {
struct OutputsToDestinations : danaus::impl::OutputsToDestinationsPassBase<OutputsToDestinations> {
  using OutputsToDestinationsPassBase::OutputsToDestinationsPassBase;

  void runOnOperation() override {
    SmallVector<func::FuncOp> functions;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (isEntryPoint(function))
        functions.push_back(function);
    for (func::FuncOp function : functions)
      if (failed(verifyResults(function)) || failed(verifyNoCaller(function, getOperation())))
        return signalPassFailure();
    for (func::FuncOp function : functions) {
      std::optional<int64_t> parameters = countParameters(function);
      if (parameters && rowStrides)
        addRowStrides(function, *parameters);
      protectInputs(function);
      addDestinations(function, rowStrides);
    }
  }
};
} // namespace
