//===- LinopFactors.cpp - Factors of matrices, taken apart and changed -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/LinopFactors.h"
#include "danaus/Transforms/ParameterProduct.h"
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
  if (auto assemble = matrix.getDefiningOp<AssembleOp>())
    return llvm::all_of(assemble.getParameters(), isConstantParameter);
  return isConstantParameter(matrix);
}

std::string danaus::whyNotMultiplied(Type element) {
  if (!isa<FloatType>(element))
    return "the elements are no floats";
  return element.isF16() ? "products of f16 may leave its range" : "";
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

/// `user`, an op of the algebra, again on other operands and so with another type.
static Value rebuild(RewriterBase &rewriter, Operation *user, SmallVector<Value> operands) {
  Location loc = user->getLoc();
  if (isa<ProductOp>(user))
    return ProductOp::create(rewriter, loc, operands);
  if (isa<SumOp>(user))
    return SumOp::create(rewriter, loc, operands);
  operands[0] = asStructured(rewriter, loc, operands[0]);
  if (isa<ScaleOp>(user))
    return ScaleOp::create(rewriter, loc, operands[0], operands[1]);
  return TransposeOp::create(rewriter, loc, operands[0]);
}

/// `roots` and all that is made of them, each op before what uses it.
static SmallVector<Operation *> usersInOrder(ArrayRef<Operation *> roots) {
  SmallVector<Operation *> order; // the other way around at first
  DenseSet<Operation *> seen;
  auto visit = [&](auto &self, Operation *op) -> void {
    if (!seen.insert(op).second)
      return;
    if (!isa<ApplyOp, MaterializeOp>(op))
      for (Operation *user : op->getResult(0).getUsers())
        self(self, user);
    order.push_back(op);
  };
  for (Operation *root : roots)
    visit(visit, root);
  std::reverse(order.begin(), order.end());
  return order;
}

/// Puts `replacement` in the place of `matrix` in `roots`, and rebuilds whatever
/// is made of them once, when all of its operands are.
static void replaceUses(RewriterBase &rewriter, ArrayRef<Operation *> roots, Value matrix,
                        Value replacement) {
  OpBuilder::InsertionGuard guard(rewriter);
  DenseMap<Value, Value> rebuilt;
  SmallVector<Operation *> replaced;
  for (Operation *user : usersInOrder(roots)) {
    bool isRoot = llvm::is_contained(roots, user);
    auto replace = [&](Value operand) {
      return isRoot && operand == matrix ? replacement : rebuilt.lookup_or(operand, operand);
    };
    rewriter.setInsertionPoint(user);
    if (isa<ApplyOp, MaterializeOp>(user)) {
      Value structured = asStructured(rewriter, user->getLoc(), replace(user->getOperand(0)));
      rewriter.modifyOpInPlace(user, [&] { user->setOperand(0, structured); });
      continue;
    }
    SmallVector<Value> operands = llvm::map_to_vector(user->getOperands(), replace);
    rebuilt[user->getResult(0)] = rebuild(rewriter, user, operands);
    replaced.push_back(user);
  }
  for (Operation *op : llvm::reverse(replaced))
    rewriter.eraseOp(op);
}

void danaus::replaceMatrixIn(RewriterBase &rewriter, Operation *user, Value matrix,
                             Value replacement) {
  replaceUses(rewriter, user, matrix, replacement);
}

void danaus::replaceMatrix(RewriterBase &rewriter, Operation *op, Value replacement) {
  Value matrix = op->getResult(0);
  replaceUses(rewriter, SmallVector<Operation *>(matrix.getUsers()), matrix, replacement);
  rewriter.eraseOp(op);
}

void danaus::replaceProduct(RewriterBase &rewriter, Operation *op, ArrayRef<Value> factors) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  Value product =
      factors.size() == 1 ? factors.front() : ProductOp::create(rewriter, op->getLoc(), factors);
  replaceMatrix(rewriter, op, product);
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
