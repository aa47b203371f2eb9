//===- MatricesToNVVM.cpp - Operands wherever they lie -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileToNVVM.h"
#include "danaus/Support/PatternSwitch.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::tile;

Type danaus::wordType(FragmentType type) {
  Type element = type.getElementType();
  if (element.isF32() || element.isF64())
    return element;
  return IntegerType::get(type.getContext(), 32);
}

VectorType danaus::laneType(FragmentType type) {
  return VectorType::get({type.getRole() == Role::b ? 2 : 4}, wordType(type));
}

Value danaus::loadMatrices(IndexBuilder index, FragmentType type, Value pointer) {
  OpBuilder &builder = index.builder;
  Location loc = index.loc;
  VectorType lane = laneType(type);
  int64_t count = lane.getDimSize(0);
  SmallVector<Type> words(count, builder.getI32Type());
  auto result = LLVM::LLVMStructType::getLiteral(builder.getContext(), words);
  auto shape = NVVM::LdStMatrixShapeAttr::get(builder.getContext(), 8, 8);
  auto layout = type.getRole() == Role::b ? NVVM::MMALayout::col : NVVM::MMALayout::row;
  Value loaded = NVVM::LdMatrixOp::create(builder, loc, result, pointer, count, layout, shape,
                                          NVVM::LdStMatrixEltType::B16);
  SmallVector<Value> values;
  for (int64_t reg = 0; reg < count; ++reg) {
    Value word = LLVM::ExtractValueOp::create(builder, loc, loaded, reg);
    if (type.getElementType().isF32())
      word = arith::BitcastOp::create(builder, loc, type.getElementType(), word);
    values.push_back(word);
  }
  return vector::FromElementsOp::create(builder, loc, lane, values);
}

/// Words of f32 or f64, each from a place of its own.
static Value loadWords(IndexBuilder index, LoadOp op, Value buffer, Value start) {
  Lane lane = getLane(index);
  SmallVector<Value> words;
  for (int64_t reg = 0; reg < 4; ++reg) {
    Value dims[] = {index.add(lane.g, reg % 2 * 8), index.add(lane.t, reg / 2 * 4)};
    Value offset = index.add(start, expandUnsigned(index, op.getMap(), dims));
    words.push_back(memref::LoadOp::create(index.builder, index.loc, buffer, offset));
  }
  return vector::FromElementsOp::create(
      index.builder, index.loc, laneType(cast<FragmentType>(op.getResult().getType())), words);
}

/// One lane's 16 bytes of a parked fragment.
static Value placeOfLane(IndexBuilder index, Value offset) {
  Value thread = gpu::ThreadIdOp::create(index.builder, index.loc, gpu::Dimension::x);
  return index.add(offset, index.mul(index.rem(thread, 32), 4));
}

Value danaus::pointerInBlock(IndexBuilder index, Value pointer, Value rank) {
  OpBuilder &builder = index.builder;
  auto space = static_cast<unsigned>(NVVM::NVVMMemorySpace::SharedCluster);
  auto type = LLVM::LLVMPointerType::get(builder.getContext(), space);
  Value number = arith::IndexCastOp::create(builder, index.loc, builder.getI32Type(), rank);
  return NVVM::MapaOp::create(builder, index.loc, type, pointer, number);
}

namespace {
/// tile.load  ->  ldmatrix of the rows at map(lane mod 16, 8 (lane / 16)), or four loads
struct LowerLoad : OpConversionPattern<LoadOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(LoadOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    IndexBuilder index{rewriter, op.getLoc()};
    auto type = cast<FragmentType>(op.getResult().getType());
    if (!op.getMatrices()) {
      rewriter.replaceOp(op, loadWords(index, op, adaptor.getBuffer(), adaptor.getOffset()));
      return success();
    }
    Value thread = gpu::ThreadIdOp::create(rewriter, op.getLoc(), gpu::Dimension::x);
    Value lane = index.rem(thread, 32);
    // A right operand has 8 columns: the other half of the lanes point at no row.
    Value column =
        type.getRole() == Role::b ? index.constant(0) : index.mul(index.div(lane, 16), 8);
    Value dims[] = {index.rem(lane, 16), column};
    Value bytes = index.mul(expandUnsigned(index, op.getMap(), dims), 2);
    Value pointer = sharedPointer(index, adaptor.getBuffer(), adaptor.getOffset(), bytes);
    rewriter.replaceOp(op, loadMatrices(index, type, pointer));
    return success();
  }
};

/// tile.turn  ->  words (first 0, second 0, first 1, second 1)
struct LowerTurn : OpConversionPattern<TurnOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(TurnOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> words;
    for (int64_t word = 0; word < 2; ++word)
      for (Value part : {adaptor.getFirst(), adaptor.getSecond()})
        words.push_back(vector::ExtractOp::create(rewriter, op.getLoc(), part, word));
    rewriter.replaceOpWithNewOp<vector::FromElementsOp>(op, laneType(op.getResult().getType()),
                                                        words);
    return success();
  }
};

/// tile.join  ->  each accumulator's words, rounded, behind each other
struct LowerJoin : OpConversionPattern<JoinOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(JoinOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<FragmentType>(op.getResult().getType());
    auto pairType = VectorType::get({2}, type.getElementType());
    auto wordType = VectorType::get({1}, rewriter.getI32Type());
    SmallVector<Value> words;
    for (Value acc : {adaptor.getFirst(), adaptor.getSecond()})
      for (int64_t row = 0; row < 2; ++row) {
        Value pair = vector::ExtractStridedSliceOp::create(rewriter, loc, acc, 2 * row, 2, 1);
        pair = arith::TruncFOp::create(rewriter, loc, pairType, pair);
        pair = vector::BitCastOp::create(rewriter, loc, wordType, pair);
        words.push_back(vector::ExtractOp::create(rewriter, loc, pair, 0));
      }
    rewriter.replaceOpWithNewOp<vector::FromElementsOp>(op, laneType(type), words);
    return success();
  }
};

/// tile.park  ->  one store of 16 bytes, for another block at the address that mapa gives;
/// where that is told of them, st.async
struct LowerPark : OpConversionPattern<ParkOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ParkOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    IndexBuilder index{rewriter, op.getLoc()};
    Value place = placeOfLane(index, adaptor.getOffset());
    if (!adaptor.getRank()) {
      rewriter.replaceOpWithNewOp<vector::StoreOp>(op, adaptor.getAcc(), adaptor.getBuffer(), place,
                                                   /*nontemporal=*/false, llvm::MaybeAlign(16));
      return success();
    }
    Value pointer = sharedPointer(index, adaptor.getBuffer(), place);
    if (Value barriers = adaptor.getBarriers()) {
      Value barrier = sharedPointer(index, barriers, adaptor.getIndex());
      parkAsync(index, adaptor.getAcc(), pointer, barrier, adaptor.getRank());
      rewriter.eraseOp(op);
      return success();
    }
    pointer = pointerInBlock(index, pointer, adaptor.getRank());
    rewriter.replaceOpWithNewOp<LLVM::StoreOp>(op, adaptor.getAcc(), pointer, /*alignment=*/16);
    return success();
  }
};

/// tile.cluster_barrier  ->  barrier.cluster.arrive, then .wait
struct LowerClusterBarrier : OpConversionPattern<ClusterBarrierOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ClusterBarrierOp op, OpAdaptor,
                                ConversionPatternRewriter &rewriter) const override {
    NVVM::ClusterArriveOp::create(rewriter, op.getLoc(), rewriter.getUnitAttr());
    rewriter.replaceOpWithNewOp<NVVM::ClusterWaitOp>(op, rewriter.getUnitAttr());
    return success();
  }
};

/// tile.collect  ->  loads of 16 bytes, added
struct LowerCollect : OpConversionPattern<CollectOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(CollectOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    IndexBuilder index{rewriter, loc};
    Value place = placeOfLane(index, adaptor.getOffset());
    VectorType type = laneType(cast<FragmentType>(op.getResult().getType()));
    Value sum;
    for (uint64_t part = 0; part < op.getCount(); ++part) {
      Value offset = index.add(place, static_cast<int64_t>(part * op.getStride()));
      Value value = vector::LoadOp::create(rewriter, loc, type, adaptor.getBuffer(), offset,
                                           /*nontemporal=*/false, llvm::MaybeAlign(16));
      sum = sum ? arith::AddFOp::create(rewriter, loc, sum, value).getResult() : value;
    }
    rewriter.replaceOp(op, sum);
    return success();
  }
};
} // namespace

void danaus::populateMatrixPatterns(TypeConverter &types, RewritePatternSet &patterns) {
  danaus::addPatterns<LowerLoad, LowerTurn, LowerJoin, LowerPark, LowerCollect,
                      LowerClusterBarrier>(patterns, types, patterns.getContext());
}
