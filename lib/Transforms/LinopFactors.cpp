//===- LinopFactors.cpp - Factors of matrices, taken apart and changed -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/LinopFactors.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;

//===----------------------------------------------------------------------===//
// Matrices and their parameters
//===----------------------------------------------------------------------===//

StringRef danaus::structureName(Value matrix) {
  StructureAttrInterface structure = getMatrixStructure(matrixType(matrix));
  StringRef name = structure.getAbstractAttribute().getName(); // "linop.low_rank"
  return name.substr(name.rfind('.') + 1);
}

SmallVector<Value> danaus::getParameters(OpBuilder &builder, Location loc, Value matrix) {
  if (!matrixType(matrix).getEncoding())
    return {matrix};
  if (auto assemble = matrix.getDefiningOp<AssembleOp>())
    return SmallVector<Value>(assemble.getParameters());
  auto parameters = ParametersOp::create(builder, loc, matrix);
  return SmallVector<Value>(parameters.getParameters());
}

Value danaus::assembleMatrix(OpBuilder &builder, Location loc, RankedTensorType type,
                             ValueRange parameters) {
  if (!type.getEncoding())
    return parameters.front();
  return AssembleOp::create(builder, loc, type, parameters);
}

Value danaus::asStructured(OpBuilder &builder, Location loc, Value matrix) {
  RankedTensorType type = matrixType(matrix);
  if (type.getEncoding())
    return matrix;
  auto dense = RankedTensorType::get(type.getShape(), type.getElementType(),
                                     DenseAttr::get(builder.getContext()));
  return AssembleOp::create(builder, loc, dense, matrix);
}

Value danaus::assemblePermutation(OpBuilder &builder, Location loc,
                                  const DigitPermutation &permutation, Type elementType) {
  DigitPermutation simple = permutation.simplified();
  SmallVector<int64_t> sizes(simple.sizes()), order(simple.order());
  if (sizes.empty()) { // of one index
    sizes = {1};
    order = {0};
  }
  int64_t size = permutation.size();
  auto type = RankedTensorType::get({size, size}, elementType,
                                    PermutationAttr::get(builder.getContext(), sizes, order));
  return AssembleOp::create(builder, loc, type, ValueRange());
}

bool danaus::hasConstantParameters(Value matrix) {
  auto isConstant = [](Value value) { return matchPattern(value, m_Constant()); };
  if (auto assemble = matrix.getDefiningOp<AssembleOp>())
    return llvm::all_of(assemble.getParameters(), isConstant);
  return isConstant(matrix);
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

Operation *danaus::findEscape(Value matrix) {
  SmallVector<Value> worklist{matrix};
  while (!worklist.empty())
    for (Operation *user : worklist.pop_back_val().getUsers()) {
      if (isa<TransposeOp, ProductOp, SumOp, ScaleOp>(user))
        worklist.push_back(user->getResult(0));
      else if (!isa<ApplyOp, MaterializeOp>(user))
        return user;
    }
  return nullptr;
}

Operation *danaus::findEscape(Operation *user) {
  if (isa<ApplyOp, MaterializeOp>(user))
    return nullptr;
  return isa<TransposeOp, ProductOp, SumOp, ScaleOp>(user) ? findEscape(user->getResult(0)) : user;
}

std::string danaus::mustKeepType(StringRef what, Operation *user) {
  return "the " + what.str() + " must keep its type for '" + user->getName().getStringRef().str() +
         "'";
}

/// `user` again, with `replacement` for `matrix` and so with another type.
static Value rebuild(RewriterBase &rewriter, Operation *user, Value matrix, Value replacement) {
  Location loc = user->getLoc();
  SmallVector<Value> operands(user->getOperands());
  llvm::replace(operands, matrix, replacement);
  if (isa<ProductOp>(user))
    return ProductOp::create(rewriter, loc, operands);
  if (isa<SumOp>(user))
    return SumOp::create(rewriter, loc, operands);
  operands[0] = asStructured(rewriter, loc, operands[0]);
  if (isa<ScaleOp>(user))
    return ScaleOp::create(rewriter, loc, operands[0], operands[1]);
  return TransposeOp::create(rewriter, loc, operands[0]);
}

namespace {
/// `user` is to take `replacement` in place of `matrix`.
struct PendingUse {
  Operation *user;
  Value matrix, replacement;
};
} // namespace

static void replaceUses(RewriterBase &rewriter, SmallVector<PendingUse> worklist) {
  OpBuilder::InsertionGuard guard(rewriter);
  llvm::SetVector<Operation *> replaced;
  while (!worklist.empty()) {
    auto [user, matrix, replacement] = worklist.pop_back_val();
    if (replaced.contains(user))
      continue;
    rewriter.setInsertionPoint(user);
    if (isa<ApplyOp, MaterializeOp>(user)) {
      Value structured = asStructured(rewriter, user->getLoc(), replacement);
      rewriter.modifyOpInPlace(user, [&] { user->setOperand(0, structured); });
      continue;
    }
    Value result = user->getResult(0), rebuilt = rebuild(rewriter, user, matrix, replacement);
    replaced.insert(user);
    for (Operation *next : result.getUsers())
      worklist.push_back({next, result, rebuilt});
  }
  // Whatever used a replaced result was rebuilt too, and is erased before it.
  while (!replaced.empty()) {
    auto unused = llvm::find_if(replaced, [](Operation *op) { return op->use_empty(); });
    assert(unused != replaced.end() && "the matrix escapes");
    Operation *op = *unused;
    replaced.remove(op);
    rewriter.eraseOp(op);
  }
}

void danaus::replaceMatrixIn(RewriterBase &rewriter, Operation *user, Value matrix,
                             Value replacement) {
  replaceUses(rewriter, {{user, matrix, replacement}});
}

void danaus::replaceMatrix(RewriterBase &rewriter, Value matrix, Value replacement) {
  SmallVector<PendingUse> worklist;
  for (Operation *user : matrix.getUsers())
    worklist.push_back({user, matrix, replacement});
  replaceUses(rewriter, std::move(worklist));
}

void danaus::replaceProduct(RewriterBase &rewriter, ProductOp op, ArrayRef<Value> factors) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  Value product =
      factors.size() == 1 ? factors.front() : ProductOp::create(rewriter, op.getLoc(), factors);
  replaceMatrix(rewriter, op.getResult(), product);
  rewriter.eraseOp(op);
}

std::string danaus::whyFixed(ProductOp op) {
  Type wanted = op.getType().getElementType();
  for (auto [index, factor] : llvm::enumerate(op.getFactors()))
    if (matrixType(factor).getElementType() != wanted)
      return "factor " + std::to_string(index) + " has another element type than the product";
  if (Operation *user = findEscape(op.getResult()))
    return mustKeepType("product", user);
  return "";
}

LogicalResult danaus::applyAlgebra(Operation *root, RewritePatternSet &&patterns) {
  GreedyRewriteConfig config;
  config.enableFolding(false).enableConstantCSE(false).setRegionSimplificationLevel(
      GreedySimplifyRegionLevel::Disabled);
  return applyPatternsGreedily(root, std::move(patterns), config);
}

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

void danaus::remarkMissed(Location loc, StringRef rewrite, const std::string &reason) {
  remark::missed(loc, remark::RemarkOpts::name(rewrite).category("danaus-algebra"))
      << remark::reason("{0}", reason);
}

void danaus::remarkPassed(Location loc, StringRef rewrite, const std::string &what) {
  remark::passed(loc, remark::RemarkOpts::name(rewrite).category("danaus-algebra"))
      << remark::reason("{0}", what);
}
