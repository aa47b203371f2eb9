//===- CloneMaps.cpp - Maps as scalar code on sums -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sums are f32, and a map on f16 or bf16 is computed in f32 from the sum on and rounded
// once, when its result is stored:
//
//   ^bb0(%v: bf16):                          %0 = arith.mulf %sum, %half : f32
//     %0 = arith.mulf %v, %half : bf16   ->  %1 = math.erf %0 fastmath<afn> : f32
//     %1 = math.erf %0 : bf16
//
// That is closer to the function than a rounding after each op, and spares the
// conversions. `afn` lets functions be as exact as the type that is stored.
//
//===----------------------------------------------------------------------===//

#include "ProductEmitter.h"
#include "danaus/Conversion/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace danaus;

static bool isShort(Type type) { return type.isF16() || type.isBF16(); }

/// f32 for f16 and bf16.
static Type widened(Type type) {
  return isShort(type) ? Float32Type::get(type.getContext()) : type;
}

/// Whether `op` means the same on wider numbers: bits of f16 and bf16 do not.
static bool canWiden(Operation &op) {
  bool isKnown = isa_and_nonnull<arith::ArithDialect, math::MathDialect>(op.getDialect());
  return isKnown && !isa<arith::BitcastOp>(op);
}

/// Lets `op` be as exact as f16 or bf16 need.
static void allowApproximation(Operation *op) {
  auto interface = dyn_cast<arith::ArithFastMathInterface>(op);
  if (!interface || !(isa<math::MathDialect>(op->getDialect()) || isa<arith::DivFOp>(op)))
    return;
  arith::FastMathFlags flags = interface.getFastMathFlagsAttr().getValue();
  op->setAttr(interface.getFastMathAttrName(),
              arith::FastMathFlagsAttr::get(op->getContext(), flags | arith::FastMathFlags::afn));
}

/// `op` on wider numbers.
static void cloneWidened(ImplicitLocOpBuilder &b, Operation &op, IRMapping &mapping) {
  if (isa<arith::ExtFOp, arith::TruncFOp>(op)) {
    Value value = mapping.lookup(op.getOperand(0));
    Type wanted = widened(op.getResult(0).getType());
    mapping.map(op.getResult(0), convertFloat(b, b.getLoc(), value, wanted));
    return;
  }
  auto constant = dyn_cast<arith::ConstantOp>(op);
  if (constant && isShort(constant.getType())) {
    double value = cast<FloatAttr>(constant.getValue()).getValueAsDouble();
    mapping.map(op.getResult(0),
                arith::ConstantOp::create(b, b.getF32FloatAttr(value)).getResult());
    return;
  }
  Operation *copy = b.clone(op, mapping);
  for (OpResult result : copy->getResults())
    result.setType(widened(result.getType()));
  allowApproximation(copy);
}

/// One map for `value`, at (row, column) of its operands.
static Value cloneMap(ImplicitLocOpBuilder &b, chain::MapOp op, Value value, Value row,
                      Value column, const DenseMap<Value, Value> &others) {
  Location loc = b.getLoc();
  Block &scalar = op.getBody().front();
  Value yielded = cast<chain::YieldOp>(scalar.back()).getValue();
  bool isWide = isShort(yielded.getType()) && llvm::all_of(scalar.without_terminator(), canWiden);
  auto typeOf = [&](Value argument) {
    return isWide ? widened(argument.getType()) : argument.getType();
  };
  IRMapping mapping;
  Value first = scalar.getArgument(0);
  mapping.map(first, convertFloat(b, loc, value, typeOf(first)));
  for (auto [extra, argument] :
       llvm::zip_equal(op.getExtras(), scalar.getArguments().drop_front())) {
    Value source = others.lookup(extra);
    SmallVector<Value> where = {column};
    if (cast<MemRefType>(source.getType()).getRank() == 2)
      where.insert(where.begin(), row);
    Value loaded = memref::LoadOp::create(b, source, where);
    bool isFloat = isa<FloatType>(loaded.getType());
    mapping.map(argument, isFloat ? convertFloat(b, loc, loaded, typeOf(argument)) : loaded);
  }
  for (Operation &inner : scalar.without_terminator())
    if (isWide)
      cloneWidened(b, inner, mapping);
    else
      b.clone(inner, mapping);
  return mapping.lookupOrDefault(yielded);
}

Value danaus::cloneMaps(ImplicitLocOpBuilder &b, const StageWithMaps &stage, Value value, Value row,
                        Value column, const DenseMap<Value, Value> &others) {
  Type sum = value.getType();
  for (chain::MapOp op : stage.maps)
    value = cloneMap(b, op, value, row, column, others);
  return convertFloat(b, b.getLoc(), value, sum);
}

Value danaus::applyMaps(ImplicitLocOpBuilder &b, const StageWithMaps &stage, Value sums,
                        llvm::function_ref<ElementPlace(Value i, Value j)> placeOf,
                        const DenseMap<Value, Value> &others) {
  if (stage.maps.empty())
    return sums;
  auto map = tile::MapOp::create(b, sums.getType(), sums);
  OpBuilder::InsertionGuard guard(b);
  auto fragment = dyn_cast<tile::FragmentType>(sums.getType());
  Type value = fragment ? fragment.getElementType() : b.getF32Type(), index = b.getIndexType();
  Location loc = b.getLoc();
  Block *body = b.createBlock(&map.getBody(), {}, {value, index, index}, {loc, loc, loc});
  ElementPlace place = placeOf(body->getArgument(1), body->getArgument(2));
  Value mapped = cloneMaps(b, stage, body->getArgument(0), place.row, place.column, others);
  tile::YieldOp::create(b, mapped);
  return map.getResult();
}
