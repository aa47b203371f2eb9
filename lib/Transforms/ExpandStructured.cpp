//===- ExpandStructured.cpp - Structured values to parameters -------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The structural half of the expansion: functions, calls, scf and select. The
// ops of linop are in Conversion/LinopToChain. Everything that no pattern takes
// is refused before anything is changed, so that the user reads which op it was
// and not that "something" could not be legalized.
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/LinopToChain.h"
#include "danaus/Support/PatternSwitch.h"
#include "danaus/Transforms/Passes.h"
#include "dialects/Chain/ChainDialect.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

namespace danaus {
#define GEN_PASS_DEF_EXPANDSTRUCTUREDPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Refusals
//===----------------------------------------------------------------------===//

/// The ops that have a pattern below or in LinopToChain.
static bool hasPattern(Operation *op) {
  return isa_and_nonnull<linop::LinopDialect>(op->getDialect()) ||
         isa<func::FuncOp, func::CallOp, func::ReturnOp, scf::IfOp, scf::ForOp, scf::WhileOp,
             scf::ConditionOp, scf::YieldOp, arith::SelectOp>(op);
}

/// Refuses structured operands, results and block arguments of an op without
/// a pattern.
static LogicalResult verifySupported(Operation *op) {
  for (auto [index, type] : llvm::enumerate(op->getOperandTypes()))
    if (linop::mentionsStructure(type))
      return op->emitOpError() << "structured operand " << index << " is not supported by this op";
  for (auto [index, type] : llvm::enumerate(op->getResultTypes()))
    if (linop::mentionsStructure(type))
      return op->emitOpError() << "structured result " << index << " is not supported by this op";
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (auto [index, type] : llvm::enumerate(block.getArgumentTypes()))
        if (linop::mentionsStructure(type))
          return op->emitOpError()
                 << "structured block argument " << index << " is not supported by this op";
  return success();
}

/// Blocks beyond the entry get their arguments from branches, which have no
/// pattern; these are refused first, so what is left has no predecessor.
static LogicalResult verifyBlocks(func::FuncOp function) {
  for (Block &block : llvm::drop_begin(function.getBody(), function.isExternal() ? 0 : 1))
    for (Type type : block.getArgumentTypes())
      if (linop::mentionsStructure(type))
        return function.emitOpError() << "structured argument of a block after the entry is not "
                                         "supported by this op";
  return success();
}

/// A structure comes from anywhere; its stages are checked where they are used.
static LogicalResult verifyStages(Operation *op, RankedTensorType matrix) {
  std::string problem = checkStructureStages(matrix);
  if (problem.empty())
    return success();
  return op->emitOpError() << "stages of " << matrix << ": " << problem;
}

/// Whether the patterns take `op`; otherwise an error names it.
static LogicalResult verifyExpandable(Operation *op) {
  if (auto apply = dyn_cast<linop::ApplyOp>(op))
    return verifyStages(op, apply.getMatrix().getType());
  if (auto materialize = dyn_cast<linop::MaterializeOp>(op))
    return verifyStages(op, materialize.getMatrix().getType());
  if (auto function = dyn_cast<func::FuncOp>(op))
    return verifyBlocks(function);
  return hasPattern(op) ? success() : verifySupported(op);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {
/// select(c, m1, m2)  ->  select(c, p1, q1), .., select(c, pn, qn)
struct SelectParameters : OpConversionPattern<arith::SelectOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(arith::SelectOp op, OneToNOpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> selected;
    for (auto [left, right] : llvm::zip_equal(adaptor.getTrueValue(), adaptor.getFalseValue()))
      selected.push_back(arith::SelectOp::create(rewriter, op.getLoc(),
                                                 adaptor.getCondition().front(), left, right));
    rewriter.replaceOpWithMultiple(op, ArrayRef<ValueRange>(selected));
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Attributes of arguments and results
//===----------------------------------------------------------------------===//

/// `dictionaries`, one a type of `types`, as one a parameter: those of a
/// structured value go to each of its parameters.
static SmallVector<DictionaryAttr> spreadAttributes(TypeRange types, ArrayAttr dictionaries,
                                                    const TypeConverter &converter) {
  SmallVector<DictionaryAttr> spread;
  for (auto [type, dictionary] : llvm::zip_equal(types, dictionaries)) {
    SmallVector<Type> converted;
    (void)converter.convertType(type, converted); // total, see addStructureConversion
    spread.append(converted.size(), cast<DictionaryAttr>(dictionary));
  }
  return spread;
}

/// What the upstream pattern leaves at the old positions.
namespace {
struct SignatureAttributes {
  func::FuncOp function;
  std::optional<SmallVector<DictionaryAttr>> arguments, results;
};
} // namespace

static SmallVector<SignatureAttributes> collectAttributes(Operation *root,
                                                          const TypeConverter &converter) {
  SmallVector<SignatureAttributes> collected;
  root->walk([&](func::FuncOp function) {
    SignatureAttributes &entry = collected.emplace_back(SignatureAttributes{function, {}, {}});
    if (ArrayAttr attributes = function.getArgAttrsAttr())
      entry.arguments = spreadAttributes(function.getArgumentTypes(), attributes, converter);
    if (ArrayAttr attributes = function.getResAttrsAttr())
      entry.results = spreadAttributes(function.getResultTypes(), attributes, converter);
  });
  return collected;
}

static void restoreAttributes(ArrayRef<SignatureAttributes> collected) {
  for (const SignatureAttributes &entry : collected) {
    func::FuncOp function = entry.function;
    if (entry.arguments)
      function.setAllArgAttrs(*entry.arguments);
    if (entry.results)
      function.setAllResultAttrs(*entry.results);
  }
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Expands everything under `root`, which `verifyExpandable` has accepted.
static LogicalResult expandStructured(Operation *root, bool foldPermutations) {
  MLIRContext *context = root->getContext();
  TypeConverter converter;
  addStructureConversion(converter);
  SmallVector<SignatureAttributes> attributes = collectAttributes(root, converter);

  ConversionTarget target(*context);
  target.markUnknownOpDynamicallyLegal([&](Operation *op) {
    if (auto function = dyn_cast<func::FuncOp>(op))
      return converter.isSignatureLegal(function.getFunctionType()) &&
             converter.isLegal(&function.getBody());
    return converter.isLegal(op);
  });

  RewritePatternSet patterns(context);
  populateLinopToChainPatterns(converter, patterns, foldPermutations);
  populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
  populateCallOpTypeConversionPattern(patterns, converter);
  populateReturnOpTypeConversionPattern(patterns, converter);
  scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns, target);
  danaus::addPatterns<SelectParameters>(patterns, converter, context);
  if (failed(applyPartialConversion(root, target, std::move(patterns))))
    return failure();
  restoreAttributes(attributes);
  return success();
}

namespace {
struct ExpandStructured : danaus::impl::ExpandStructuredPassBase<ExpandStructured> {
  using Base::Base;
  void runOnOperation() override {
    WalkResult refused = getOperation()->walk([](Operation *op) {
      return failed(verifyExpandable(op)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (refused.wasInterrupted() || failed(expandStructured(getOperation(), foldPermutations)))
      signalPassFailure();
  }
};
} // namespace
