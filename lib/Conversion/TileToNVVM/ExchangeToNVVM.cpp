//===- ExchangeToNVVM.cpp - Sums that go to other blocks or to boxes -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What goes to another block is stored by `st.async`, which tells a barrier there of its
// bytes: no fence of this block's is needed, where a release to the cluster is one of the
// whole device.
//
//===----------------------------------------------------------------------===//

#include "TileToNVVM.h"
#include "danaus/Support/PatternSwitch.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::tile;

/// The address in block `rank` of the cluster of what `pointer` is in this one, as i32.
static Value addressInBlock(IndexBuilder index, Value pointer, Value rank) {
  return LLVM::PtrToIntOp::create(index.builder, index.loc, index.builder.getI32Type(),
                                  pointerInBlock(index, pointer, rank));
}

void danaus::parkAsync(IndexBuilder index, Value values, Value pointer, Value barrier, Value rank) {
  SmallVector<Value> operands{addressInBlock(index, pointer, rank)};
  for (int64_t i = 0; i < 4; ++i)
    operands.push_back(vector::ExtractOp::create(index.builder, index.loc, values, i));
  operands.push_back(addressInBlock(index, barrier, rank));
  emitAsm(index.builder, index.loc, Type(),
          "st.async.shared::cluster.mbarrier::complete_tx::bytes.v4.f32 [$0], {$1, $2, $3, $4}, "
          "[$5];",
          "r,f,f,f,f,r,~{memory}", operands);
}

/// The word at (t, g) of a matrix of 8 x 8 values of 2 bytes, where lanes hold that at (g, t).
static Value transposeWord(IndexBuilder index, Value word) {
  return emitAsm(index.builder, index.loc, index.builder.getI32Type(),
                 "movmatrix.sync.aligned.m8n8.trans.b16 $0, $1;", "=r,r", word);
}

/// Rows g and g + 8 of an accumulator, rounded, two values in a word.
static SmallVector<Value> roundedWords(IndexBuilder index, Value acc, Type element) {
  OpBuilder &builder = index.builder;
  SmallVector<Value> words;
  for (int64_t half = 0; half < 2; ++half) {
    Value pair = vector::ExtractStridedSliceOp::create(builder, index.loc, acc, 2 * half, 2, 1);
    pair = arith::TruncFOp::create(builder, index.loc, VectorType::get({2}, element), pair);
    pair = vector::BitCastOp::create(builder, index.loc, VectorType::get({1}, builder.getI32Type()),
                                     pair);
    words.push_back(vector::ExtractOp::create(builder, index.loc, pair, 0));
  }
  return words;
}

namespace {
/// tile.part  ->  four values of the struct
struct LowerPart : OpConversionPattern<PartOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(PartOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> values;
    for (int64_t i = 0; i < 4; ++i)
      values.push_back(LLVM::ExtractValueOp::create(rewriter, op.getLoc(), adaptor.getSums(),
                                                    op.getColumn() / 2 + i));
    rewriter.replaceOpWithNewOp<vector::FromElementsOp>(op, laneType(op.getResult().getType()),
                                                        values);
    return success();
  }
};

/// tile.lay  ->  stmatrix, transposed; to other blocks movmatrix and a word to each
struct LowerLay : OpConversionPattern<LayOp> {
  using OpConversionPattern::OpConversionPattern;

  /// The address of value `inUnit` of unit `unit` of a row that is `g` behind `row`.
  static Value pointerAt(IndexBuilder index, LayOp op, OpAdaptor adaptor, Value g, Value unit,
                         Value inUnit) {
    Value swizzled = arith::XOrIOp::create(index.builder, index.loc, unit, g);
    Value inRow = index.mul(swizzled, 8);
    if (inUnit)
      inRow = index.add(inRow, inUnit);
    Value start = index.add(adaptor.getOffset(), index.mul(index.add(adaptor.getRow(), g), 64));
    return sharedPointer(index, adaptor.getBuffer(), index.add(start, inRow));
  }

  static void storeHere(IndexBuilder index, LayOp op, OpAdaptor adaptor, ValueRange words) {
    Value thread = gpu::ThreadIdOp::create(index.builder, index.loc, gpu::Dimension::x);
    Value g = index.rem(thread, 8), half = index.rem(index.div(thread, 8), 2);
    Value unit = index.add(index.div(adaptor.getColumn(), 8), half);
    Value pointer = pointerAt(index, op, adaptor, g, unit, Value());
    auto shape = NVVM::LdStMatrixShapeAttr::get(index.builder.getContext(), 8, 8);
    NVVM::StMatrixOp::create(index.builder, index.loc, pointer, words, NVVM::MMALayout::col, shape,
                             NVVM::LdStMatrixEltType::B16);
  }

  static void storeEverywhere(IndexBuilder index, LayOp op, OpAdaptor adaptor, ValueRange words) {
    Lane lane = getLane(index);
    Value barrier = sharedPointer(index, adaptor.getBarriers(), adaptor.getIndex());
    SmallVector<Value> pointers, turned;
    for (int64_t half = 0; half < 2; ++half) {
      Value unit = index.add(index.div(adaptor.getColumn(), 8), half);
      pointers.push_back(pointerAt(index, op, adaptor, lane.g, unit, index.mul(lane.t, 2)));
      turned.push_back(transposeWord(index, words[half]));
    }
    for (int64_t block = 0; block < static_cast<int64_t>(*op.getBlocks()); ++block) {
      Value rank = index.constant(block), told = addressInBlock(index, barrier, rank);
      for (auto [pointer, word] : llvm::zip_equal(pointers, turned))
        emitAsm(index.builder, index.loc, Type(),
                "st.async.shared::cluster.mbarrier::complete_tx::bytes.b32 [$0], $1, [$2];",
                "r,r,r,~{memory}", {addressInBlock(index, pointer, rank), word, told});
    }
  }

  LogicalResult matchAndRewrite(LayOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    IndexBuilder index{rewriter, op.getLoc()};
    Type element = op.getBuffer().getType().getElementType();
    SmallVector<Value> words = roundedWords(index, adaptor.getAcc(), element);
    if (op.getBlocks())
      storeEverywhere(index, op, adaptor, words);
    else
      storeHere(index, op, adaptor, words);
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace

void danaus::populateExchangePatterns(TypeConverter &types, RewritePatternSet &patterns) {
  danaus::addPatterns<LowerPart, LowerLay>(patterns, types, patterns.getContext());
}
