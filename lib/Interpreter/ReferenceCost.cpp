//===- ReferenceCost.cpp - What the interpreter costs and may sample ------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarProgram.h"
#include "danaus/Interpreter/Interpreter.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Cost
//===----------------------------------------------------------------------===//

/// Elements of a shape whose dynamic dimensions are `rows`.
static double countWithRows(ArrayRef<int64_t> shape, int64_t rows) {
  double count = 1;
  for (int64_t size : shape)
    count *= ShapedType::isDynamic(size) ? rows : size;
  return count;
}

/// Operations of one referenceApply. The reference of a transpose applies the
/// matrix to every unit vector; a product is the sum of its factors.
static double costOfApply(RankedTensorType matrix) {
  double cost = 0;
  SmallVector<std::pair<RankedTensorType, double>> work{{matrix, 1.0}};
  while (!work.empty()) {
    auto [type, times] = work.pop_back_val();
    if (auto transpose = dyn_cast_or_null<linop::TransposeAttr>(type.getEncoding()))
      work.push_back({transpose.getMatrix(), times * type.getDimSize(0)});
    else if (auto product = dyn_cast_or_null<linop::ProductAttr>(type.getEncoding()))
      for (RankedTensorType factor : product.getFactors())
        work.push_back({factor, times});
    else if (linop::StructureAttrInterface structure = linop::getStructure(type))
      cost += times * structure.getFlopsPerRow(type);
    else
      cost += times * 2 * type.getNumElements();
  }
  return cost;
}

/// The loops of a `linalg` operation, its body at about ten operations a point.
static double costOfLinalg(linalg::LinalgOp op, int64_t rows) {
  AffineMap shapesToLoops = op.getShapesToLoopsMap();
  if (!shapesToLoops)
    return 0;
  SmallVector<int64_t> sizes;
  for (OpOperand &operand : op->getOpOperands())
    for (int64_t size : op.getShape(&operand))
      sizes.push_back(ShapedType::isDynamic(size) ? rows : size);
  return 10 * countWithRows(shapesToLoops.compose(sizes), rows);
}

double danaus::estimateReferenceCost(func::FuncOp function, int64_t rows) {
  double cost = 0;
  function.walk([&](Operation *op) {
    if (auto apply = dyn_cast<linop::ApplyOp>(op))
      cost += countWithRows(apply.getX().getType().getShape().drop_back(), rows) *
              costOfApply(apply.getMatrix().getType());
    else if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
      cost += costOfLinalg(linalgOp, rows);
    else
      for (Type type : op->getResultTypes())
        if (auto tensor = dyn_cast<RankedTensorType>(type))
          cost += countWithRows(tensor.getShape(), rows);
    for (Value operand : op->getOperands())
      if (linop::isStructured(operand.getType()) && !isa<linop::ApplyOp>(op)) {
        // Anything else that reads a structured matrix may make it dense.
        auto type = cast<RankedTensorType>(operand.getType());
        cost += isa<linop::TransposeOp>(op) ? 0 : type.getDimSize(1) * costOfApply(type);
      }
  });
  return cost;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

static bool hasDynamicDim(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && !tensor.hasStaticShape();
}

/// Whether no dimension of a tensor but the first is dynamic.
static bool isDynamicInRowsOnly(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return !tensor || !llvm::is_contained(tensor.getShape().drop_front(tensor.getRank() ? 1 : 0),
                                        ShapedType::kDynamic);
}

/// Whether one parallel loop walks the rows of every dynamic operand and nothing else.
static bool isRowwiseLinalg(linalg::LinalgOp op) {
  AffineExpr rowLoop;
  for (OpOperand &operand : op->getOpOperands())
    if (hasDynamicDim(operand.get().getType())) {
      AffineExpr loop = op.getMatchingIndexingMap(&operand).getResult(0);
      if (!isa<AffineDimExpr>(loop) || (rowLoop && loop != rowLoop))
        return false;
      rowLoop = loop;
    }
  if (!rowLoop)
    return true;
  unsigned position = cast<AffineDimExpr>(rowLoop).getPosition();
  if (op.getIteratorTypesArray()[position] != utils::IteratorType::parallel)
    return false;
  for (OpOperand &operand : op->getOpOperands()) {
    bool isDynamic = hasDynamicDim(operand.get().getType());
    for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults().drop_front(isDynamic))
      if (expr.isFunctionOfDim(position))
        return false;
  }
  return llvm::none_of(*op.getBlock(), [&](Operation &inner) {
    auto index = dyn_cast<linalg::IndexOp>(inner);
    return index && index.getDim() == position;
  });
}

static bool isRowwise(Operation &op) {
  if (!llvm::all_of(op.getOperandTypes(), isDynamicInRowsOnly) ||
      !llvm::all_of(op.getResultTypes(), isDynamicInRowsOnly))
    return false;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return isRowwiseLinalg(linalgOp);
  // The number of rows may make an empty tensor, but not enter a value.
  if (isa<tensor::DimOp>(op))
    return llvm::all_of(op.getUsers(), llvm::IsaPred<tensor::EmptyOp>);
  return isa<linop::ApplyOp, linop::AssembleOp, linop::TransposeOp, linop::MaterializeOp,
             arith::ConstantOp, complex::ConstantOp, tensor::EmptyOp, func::ReturnOp>(op) ||
         !lookupScalarFunctions(&op).empty();
}

bool danaus::isRowwise(func::FuncOp function) {
  if (!function.getBody().hasOneBlock() ||
      !llvm::any_of(function.getArgumentTypes(), hasDynamicDim) ||
      !llvm::all_of(function.getArgumentTypes(), isDynamicInRowsOnly) ||
      !llvm::all_of(function.getResultTypes(), hasDynamicDim))
    return false;
  return llvm::all_of(function.getBody().front(), [](Operation &op) { return ::isRowwise(op); });
}
