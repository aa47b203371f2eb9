//===- ContractPoints.cpp - A vector.contract point by point -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractPoints.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include <map>

using namespace mlir;

SmallVector<Value> danaus::indicesAt(OpBuilder &builder, Location loc, vector::TransferReadOp read,
                                     ArrayRef<int64_t> position) {
  SmallVector<Value> indices(read.getIndices());
  AffineMap access = read.getPermutationMap();
  for (auto [i, offset] : llvm::enumerate(position)) {
    Value &index = indices[access.getDimPosition(i)];
    AffineExpr sum = builder.getAffineDimExpr(0) + offset;
    index =
        affine::AffineApplyOp::create(builder, loc, AffineMap::get(1, 0, sum), ValueRange{index});
  }
  return indices;
}

/// Reductions first (outermost), then parallel loops.
static SmallVector<unsigned> visitingOrder(vector::ContractionOp op, ArrayRef<unsigned> inVector) {
  SmallVector<unsigned> order;
  for (bool reductions : {true, false})
    for (auto [dim, type] : llvm::enumerate(op.getIteratorTypesArray()))
      if (!llvm::is_contained(inVector, dim) &&
          (type == vector::IteratorType::reduction) == reductions)
        order.push_back(dim);
  return order;
}

Value danaus::accumulatePoints(OpBuilder &builder, vector::ContractionOp op,
                               ArrayRef<unsigned> inVector,
                               llvm::function_ref<Value(ArrayRef<int64_t> point, Value sum)> step) {
  Location loc = op.getLoc();
  AffineMap sumMap = op.getIndexingMapsArray()[2];
  SmallVector<int64_t> bounds = op.getShapeForUnroll().value();
  SmallVector<unsigned> order = visitingOrder(op, inVector);
  int64_t numPoints = 1;
  for (unsigned dim : order)
    numPoints *= bounds[dim];
  std::map<SmallVector<int64_t>, Value> sums;
  for (int64_t flat = 0; flat < numPoints; ++flat) {
    SmallVector<int64_t> point(bounds.size(), 0), position;
    int64_t rest = flat;
    for (unsigned dim : llvm::reverse(order)) {
      point[dim] = rest % bounds[dim];
      rest /= bounds[dim];
    }
    for (AffineExpr result : sumMap.getResults().drop_back())
      position.push_back(point[cast<AffineDimExpr>(result).getPosition()]);
    Value &sum = sums[position];
    if (!sum)
      sum = vector::ExtractOp::create(builder, loc, op.getAcc(), position);
    sum = step(point, sum);
  }
  if (sumMap.getNumResults() == 1)
    return sums.begin()->second;
  Value result = op.getAcc();
  for (auto &[position, sum] : sums)
    result = vector::InsertOp::create(builder, loc, sum, result, position);
  return result;
}
