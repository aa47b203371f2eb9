//===- TileToNVVM.h - What the lowerings of tile share -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_TILETONVVM_TILETONVVM_H
#define DANAUS_LIB_CONVERSION_TILETONVVM_TILETONVVM_H

#include "danaus/Conversion/IndexBuilder.h"
#include "dialects/Tile/TileOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/Transforms/DialectConversion.h"

namespace danaus {

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

/// The address of `buffer[offset]` in shared memory, or of `bytes` behind it.
mlir::Value sharedPointer(IndexBuilder index, mlir::Value buffer, mlir::Value offset,
                          mlir::Value bytes = nullptr);

/// The address in block `rank` of the cluster of what `pointer` is in this one.
mlir::Value pointerInBlock(IndexBuilder index, mlir::Value pointer, mlir::Value rank);

/// `map` at `dims`, non-negative: unsigned division by a constant is cheaper than the
/// floor division of `affine.apply`.
mlir::Value expandUnsigned(IndexBuilder index, mlir::AffineMap map, mlir::ValueRange dims);

/// The word that lanes exchange with tensor cores: f32, f64, or i32 for two elements.
mlir::Type wordType(tile::FragmentType type);

/// What a lane holds of a fragment.
mlir::VectorType laneType(tile::FragmentType type);

/// One ldmatrix of what `type` holds, from the row that each lane points at; for a right
/// operand transposed.
mlir::Value loadMatrices(IndexBuilder index, tile::FragmentType type, mlir::Value pointer);

/// The body of `op` for one value.
mlir::Value inlineMap(mlir::OpBuilder &builder, tile::MapOp op, mlir::Value value, mlir::Value row,
                      mlir::Value column);

/// What a lane holds of sums: one f32 a value, as wgmma takes them.
mlir::LLVM::LLVMStructType sumsOfLane(tile::SumsType type);

/// What a lane holds of a left operand: one i32 for two values.
mlir::LLVM::LLVMStructType leftOfLane(tile::LeftType type);

/// The values of such a struct, and a struct of values.
llvm::SmallVector<mlir::Value> unpackLane(mlir::OpBuilder &builder, mlir::Location loc,
                                          mlir::Value lane);
mlir::Value packLane(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type,
                     mlir::ValueRange values);

/// Inline PTX, which nothing is moved past; its result, or null where `result` is.
mlir::Value emitAsm(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type result,
                    llvm::StringRef text, llvm::StringRef constraints, mlir::ValueRange values);

/// Products of warpgroups whose left operand is in registers.
void populateLeftPatterns(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);

/// Bulk copies, barriers, and products of warpgroups.
void populateBulkPatterns(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);

/// Loads wherever elements lie, and operands that change sides.
void populateMatrixPatterns(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);

/// The four values of each lane to 16 bytes at `pointer` in block `rank`, whose barrier at
/// `barrier` is told of them.
void parkAsync(IndexBuilder index, mlir::Value values, mlir::Value pointer, mlir::Value barrier,
               mlir::Value rank);

/// Sums that go to other blocks or to boxes.
void populateExchangePatterns(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);

/// Products of f64, as the target of the module has them.
void populateDoublePatterns(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_TILETONVVM_TILETONVVM_H
