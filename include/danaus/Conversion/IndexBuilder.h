//===- IndexBuilder.h - Unsigned arithmetic on indices -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_CONVERSION_INDEXBUILDER_H
#define DANAUS_CONVERSION_INDEXBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace danaus {

/// Unsigned arithmetic on indices: one op a call, none where the result is an operand.
struct IndexBuilder {
  mlir::OpBuilder &builder;
  mlir::Location loc;

  using Value = mlir::Value;
  Value constant(int64_t value) const {
    return mlir::arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value add(Value left, Value right) const {
    return mlir::arith::AddIOp::create(builder, loc, left, right);
  }
  Value add(Value left, int64_t right) const {
    return right == 0 ? left : add(left, constant(right));
  }
  Value sub(Value left, Value right) const {
    return mlir::arith::SubIOp::create(builder, loc, left, right);
  }
  Value mul(Value left, int64_t right) const {
    return right == 1 ? left : mlir::arith::MulIOp::create(builder, loc, left, constant(right));
  }
  Value div(Value left, int64_t right) const {
    return right == 1 ? left : mlir::arith::DivUIOp::create(builder, loc, left, constant(right));
  }
  Value rem(Value left, int64_t right) const {
    if (right == 1)
      return constant(0);
    return mlir::arith::RemUIOp::create(builder, loc, left, constant(right));
  }
  Value isBelow(Value left, Value right) const {
    return mlir::arith::CmpIOp::create(builder, loc, mlir::arith::CmpIPredicate::ult, left, right);
  }
  Value isBelow(Value left, int64_t right) const { return isBelow(left, constant(right)); }
  Value isEqual(Value left, int64_t right) const {
    return mlir::arith::CmpIOp::create(builder, loc, mlir::arith::CmpIPredicate::eq, left,
                                       constant(right));
  }
};

} // namespace danaus

#endif // DANAUS_CONVERSION_INDEXBUILDER_H
