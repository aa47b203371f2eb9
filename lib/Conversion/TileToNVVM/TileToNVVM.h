//===- TileToNVVM.h - What the lowerings of tile share -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_TILETONVVM_TILETONVVM_H
#define DANAUS_LIB_CONVERSION_TILETONVVM_TILETONVVM_H

#include "dialects/Tile/TileOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/Transforms/DialectConversion.h"

namespace danaus {

/// Unsigned arithmetic on indices, one op a call.
struct IndexBuilder {
  mlir::OpBuilder &builder;
  mlir::Location loc;

  mlir::Value constant(int64_t value) const {
    return mlir::arith::ConstantIndexOp::create(builder, loc, value);
  }
  mlir::Value add(mlir::Value left, mlir::Value right) const {
    return mlir::arith::AddIOp::create(builder, loc, left, right);
  }
  mlir::Value add(mlir::Value left, int64_t right) const {
    return right == 0 ? left : add(left, constant(right));
  }
  mlir::Value mul(mlir::Value left, int64_t right) const {
    return right == 1 ? left : mlir::arith::MulIOp::create(builder, loc, left, constant(right));
  }
  mlir::Value div(mlir::Value left, int64_t right) const {
    return mlir::arith::DivUIOp::create(builder, loc, left, constant(right));
  }
  mlir::Value rem(mlir::Value left, int64_t right) const {
    return mlir::arith::RemUIOp::create(builder, loc, left, constant(right));
  }
};

/// The place of a lane in its warp: lane = 4 g + t.
struct Lane {
  mlir::Value g, t;
};

/// The place of the thread that executes this.
inline Lane getLane(IndexBuilder index) {
  mlir::Value thread =
      mlir::gpu::ThreadIdOp::create(index.builder, index.loc, mlir::gpu::Dimension::x);
  mlir::Value lane = index.rem(thread, 32);
  return {index.div(lane, 4), index.rem(lane, 4)};
}

/// The body of `op` for one value.
mlir::Value inlineMap(mlir::OpBuilder &builder, tile::MapOp op, mlir::Value value, mlir::Value row,
                      mlir::Value column);

/// What a lane holds of sums: one f32 a value, as wgmma takes them.
mlir::LLVM::LLVMStructType sumsOfLane(tile::SumsType type);

/// Bulk copies, barriers, and products of warpgroups.
void populateBulkPatterns(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_TILETONVVM_TILETONVVM_H
