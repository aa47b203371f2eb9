//===- BulkToNVVM.cpp - Bulk copies and products of warpgroups -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Barriers, boxes and descriptors are addresses in shared memory; sums are a
// struct of f32, which is what wgmma adds to in place.
//
//===----------------------------------------------------------------------===//

#include "TileToNVVM.h"
#include "danaus/Support/PatternSwitch.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::tile;

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

/// The address of `buffer[offset]` in shared memory, or of `behind` bytes behind it, as i64.
static Value sharedAddress(IndexBuilder index, Value buffer, Value offset, Value behind = nullptr) {
  OpBuilder &builder = index.builder;
  int64_t bytes = cast<MemRefType>(buffer.getType()).getElementTypeBitWidth() / 8;
  Value base = memref::ExtractAlignedPointerAsIndexOp::create(builder, index.loc, buffer);
  Value address = index.add(base, index.mul(offset, bytes));
  if (behind)
    address = index.add(address, behind);
  return arith::IndexCastOp::create(builder, index.loc, builder.getI64Type(), address);
}

Value danaus::sharedPointer(IndexBuilder index, Value buffer, Value offset, Value bytes) {
  Type type = LLVM::LLVMPointerType::get(index.builder.getContext(),
                                         static_cast<unsigned>(NVVM::NVVMMemorySpace::Shared));
  Value address = sharedAddress(index, buffer, offset, bytes);
  return LLVM::IntToPtrOp::create(index.builder, index.loc, type, address);
}

static Value constantOf(IndexBuilder index, Type type, int64_t value) {
  OpBuilder &builder = index.builder;
  return LLVM::ConstantOp::create(builder, index.loc, type, builder.getIntegerAttr(type, value));
}

static SmallVector<Value> toCoordinates(IndexBuilder index, ValueRange values) {
  SmallVector<Value> coordinates;
  Type i32 = index.builder.getI32Type();
  for (Value value : values)
    coordinates.push_back(arith::IndexCastOp::create(index.builder, index.loc, i32, value));
  return coordinates;
}

//===----------------------------------------------------------------------===//
// Barriers
//===----------------------------------------------------------------------===//

namespace {
/// tile.barrier_init  ->  mbarrier.init
struct LowerBarrierInit : OpConversionPattern<BarrierInitOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BarrierInitOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    IndexBuilder index{rewriter, op.getLoc()};
    Value barrier = sharedPointer(index, adaptor.getBarriers(), adaptor.getIndex());
    Value count = constantOf(index, rewriter.getI32Type(), op.getCount());
    rewriter.replaceOpWithNewOp<NVVM::MBarrierInitOp>(op, barrier, count, Value());
    return success();
  }
};

/// tile.barrier_expect  ->  mbarrier.arrive.expect_tx
struct LowerBarrierExpect : OpConversionPattern<BarrierExpectOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BarrierExpectOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    IndexBuilder index{rewriter, op.getLoc()};
    Value barrier = sharedPointer(index, adaptor.getBarriers(), adaptor.getIndex());
    Value bytes = constantOf(index, rewriter.getI32Type(), op.getBytes());
    NVVM::MBarrierArriveExpectTxOp::create(rewriter, op.getLoc(), TypeRange(), barrier, bytes,
                                           NVVM::MemScopeKind::CTA, /*relaxed=*/false, Value());
    rewriter.eraseOp(op);
    return success();
  }
};

/// tile.barrier_arrive  ->  mbarrier.arrive, of another block at the address that mapa gives
struct LowerBarrierArrive : OpConversionPattern<BarrierArriveOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BarrierArriveOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    IndexBuilder index{rewriter, op.getLoc()};
    Value barrier = sharedPointer(index, adaptor.getBarriers(), adaptor.getIndex());
    if (Value rank = adaptor.getRank())
      NVVM::MBarrierArriveOp::create(rewriter, op.getLoc(), TypeRange(),
                                     pointerInBlock(index, barrier, rank), Value(),
                                     NVVM::MemScopeKind::CTA, /*relaxed=*/false);
    else
      NVVM::MBarrierArriveOp::create(rewriter, op.getLoc(), TypeRange(rewriter.getI64Type()),
                                     barrier, Value(), NVVM::MemScopeKind::CTA, /*relaxed=*/false);
    rewriter.eraseOp(op);
    return success();
  }
};

/// tile.barrier_wait  ->  mbarrier.try_wait.parity until it says yes
struct LowerBarrierWait : OpConversionPattern<BarrierWaitOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BarrierWaitOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    constexpr int64_t nanoseconds = 10'000'000; // before it asks again
    IndexBuilder index{rewriter, op.getLoc()};
    Value barrier = sharedPointer(index, adaptor.getBarriers(), adaptor.getIndex());
    Value ticks = constantOf(index, rewriter.getI32Type(), nanoseconds);
    rewriter.replaceOpWithNewOp<NVVM::MBarrierTryWaitParityOp>(op, barrier, adaptor.getParity(),
                                                               ticks);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Bulk copies
//===----------------------------------------------------------------------===//

/// tile.bulk_load  ->  cp.async.bulk.tensor, to the block's own shared memory or to that of
/// all blocks in a mask
struct LowerBulkLoad : OpConversionPattern<BulkLoadOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BulkLoadOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    IndexBuilder index{rewriter, loc};
    Value box = sharedPointer(index, adaptor.getBuffer(), adaptor.getOffset());
    Type cluster = LLVM::LLVMPointerType::get(
        rewriter.getContext(), static_cast<unsigned>(NVVM::NVVMMemorySpace::SharedCluster));
    box = LLVM::AddrSpaceCastOp::create(rewriter, loc, cluster, box);
    Value barrier = sharedPointer(index, adaptor.getBarriers(), adaptor.getIndex());
    SmallVector<Value> coordinates = toCoordinates(index, adaptor.getCoordinates());
    Value mask;
    if (std::optional<uint64_t> blocks = op.getBlocks())
      mask = constantOf(index, rewriter.getI16Type(), (int64_t(1) << *blocks) - 1);
    NVVM::CpAsyncBulkTensorGlobalToSharedClusterOp::create(
        rewriter, loc, box, adaptor.getMap(), coordinates, barrier, /*im2colOffsets=*/ValueRange(),
        /*multicastMask=*/mask, /*l2CacheHint=*/Value(), NVVM::TMALoadMode::TILE,
        /*isCTAOnly=*/false, /*group=*/nullptr, /*predicate=*/Value());
    rewriter.eraseOp(op);
    return success();
  }
};

/// tile.bulk_store  ->  cp.async.bulk.tensor in the thread's bulk group
struct LowerBulkStore : OpConversionPattern<BulkStoreOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BulkStoreOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    IndexBuilder index{rewriter, op.getLoc()};
    Value box = sharedPointer(index, adaptor.getBuffer(), adaptor.getOffset());
    SmallVector<Value> coordinates = toCoordinates(index, adaptor.getCoordinates());
    NVVM::CpAsyncBulkTensorSharedCTAToGlobalOp::create(
        rewriter, op.getLoc(), adaptor.getMap(), box, coordinates, /*l2CacheHint=*/Value(),
        NVVM::TMAStoreMode::TILE, /*predicate=*/Value());
    rewriter.eraseOp(op);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Products of warpgroups
//===----------------------------------------------------------------------===//

/// tile.describe  ->  address / 16 in bits 0 to 13, and the constants of the layout
struct LowerDescribe : OpConversionPattern<DescribeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(DescribeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    IndexBuilder index{rewriter, loc};
    Type i64 = rewriter.getI64Type();
    // Groups of 8 rows are 1024 bytes apart; mode 1 is the 128-byte swizzle, with
    // which the distance between groups of columns is not used.
    constexpr int64_t layout = int64_t(1) << 62 | int64_t(1024 / 16) << 32 | 1 << 16;
    Value address = sharedAddress(index, adaptor.getBuffer(), adaptor.getOffset());
    Value low = LLVM::AndOp::create(rewriter, loc, address, constantOf(index, i64, 0x3ffff));
    Value start = LLVM::LShrOp::create(rewriter, loc, low, constantOf(index, i64, 4));
    rewriter.replaceOpWithNewOp<LLVM::OrOp>(op, start, constantOf(index, i64, layout));
    return success();
  }
};

/// tile.wgmma  ->  wgmma.mma_async.m64nNk16
struct LowerWgmma : OpConversionPattern<WgmmaOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(WgmmaOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    IndexBuilder index{rewriter, loc};
    MLIRContext *context = rewriter.getContext();
    if (isa<LeftType>(op.getA().getType()))
      return rewriter.notifyMatchFailure(op, "wanted a in shared memory");
    int64_t units = 2 * op.getStep(); // 16 elements are 2 units of 16 bytes
    Value a = adaptor.getA(), b = adaptor.getB();
    if (units != 0) {
      Value forward = constantOf(index, rewriter.getI64Type(), units);
      a = LLVM::AddOp::create(rewriter, loc, a, forward);
      b = LLVM::AddOp::create(rewriter, loc, b, forward);
    }
    bool isF16 = op.getB().getType().getElementType().isF16();
    auto element =
        NVVM::WGMMATypesAttr::get(context, isF16 ? NVVM::WGMMATypes::f16 : NVVM::WGMMATypes::bf16);
    auto f32 = NVVM::WGMMATypesAttr::get(context, NVVM::WGMMATypes::f32);
    auto one = NVVM::WGMMAScaleInAttr::get(context, NVVM::WGMMAScaleIn::one);
    int columns = op.getResult().getType().getColumnCount();
    Type type = sumsOfLane(op.getResult().getType());
    Value acc = adaptor.getAcc();
    auto scale = acc ? NVVM::WGMMAScaleOut::one : NVVM::WGMMAScaleOut::zero;
    if (!acc)
      acc = LLVM::UndefOp::create(rewriter, loc, type);
    rewriter.replaceOpWithNewOp<NVVM::WgmmaMmaAsyncOp>(
        op, type, acc, a, b, NVVM::MMAShapeAttr::get(context, 64, columns, 16), element, element,
        f32, NVVM::WGMMAScaleOutAttr::get(context, scale), one, one,
        NVVM::MMALayoutAttr::get(context, NVVM::MMALayout::row),
        NVVM::MMALayoutAttr::get(context, NVVM::MMALayout::col), NVVM::MMAIntOverflowAttr());
    return success();
  }
};
} // namespace

SmallVector<Value> danaus::unpackLane(OpBuilder &builder, Location loc, Value lane) {
  SmallVector<Value> values;
  size_t count = cast<LLVM::LLVMStructType>(lane.getType()).getBody().size();
  for (size_t i = 0; i < count; ++i)
    values.push_back(LLVM::ExtractValueOp::create(builder, loc, lane, i));
  return values;
}

Value danaus::packLane(OpBuilder &builder, Location loc, Type type, ValueRange values) {
  Value lane = LLVM::PoisonOp::create(builder, loc, type);
  for (auto [i, value] : llvm::enumerate(values))
    lane = LLVM::InsertValueOp::create(builder, loc, lane, value, i);
  return lane;
}

/// One instruction that leaves `values`, f32 or i32, where they are. LLVM sees it read and
/// write them, so it moves nothing that does past it.
static Value emitOnLane(OpBuilder &builder, Location loc, StringRef instruction,
                        ValueRange values) {
  SmallVector<std::string> constraints;
  for (Value value : values)
    constraints.push_back(value.getType().isF32() ? "=f" : "=r");
  for (size_t i = 0; i < values.size(); ++i)
    constraints.push_back(std::to_string(i));
  SmallVector<Type> types(values.getTypes());
  auto result = LLVM::LLVMStructType::getLiteral(builder.getContext(), types);
  return emitAsm(builder, loc, result, instruction, llvm::join(constraints, ","), values);
}

namespace {
/// tile.wgmma_fence  ->  wgmma.fence, which takes and gives all operands, so that no
/// register of theirs is written between it and the products
struct LowerWgmmaFence : OpConversionPattern<WgmmaFenceOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(WgmmaFenceOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> values;
    for (Value operand : adaptor.getOperands())
      values.append(unpackLane(rewriter, op.getLoc(), operand));
    if (values.empty()) {
      NVVM::WgmmaFenceAlignedOp::create(rewriter, op.getLoc());
      rewriter.eraseOp(op);
      return success();
    }
    Value ready = emitOnLane(rewriter, op.getLoc(), "wgmma.fence.sync.aligned;", values);
    SmallVector<Value> through = unpackLane(rewriter, op.getLoc(), ready), results;
    ArrayRef<Value> rest = through;
    for (Value operand : adaptor.getOperands()) {
      size_t count = cast<LLVM::LLVMStructType>(operand.getType()).getBody().size();
      results.push_back(packLane(rewriter, op.getLoc(), operand.getType(), rest.take_front(count)));
      rest = rest.drop_front(count);
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// tile.wgmma_wait  ->  wgmma.wait_group, which takes and gives all sums, so that no
/// use of them comes before it
struct LowerWgmmaWait : OpConversionPattern<WgmmaWaitOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(WgmmaWaitOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> values = unpackLane(rewriter, op.getLoc(), adaptor.getAcc());
    rewriter.replaceOp(
        op, emitOnLane(rewriter, op.getLoc(), "wgmma.wait_group.sync.aligned 0;", values));
    return success();
  }
};

/// tile.zero of sums  ->  llvm.mlir.zero
struct LowerZeroSums : OpConversionPattern<ZeroOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ZeroOp op, OpAdaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = dyn_cast<SumsType>(op.getResult().getType());
    if (!type)
      return rewriter.notifyMatchFailure(op, "wanted sums");
    rewriter.replaceOpWithNewOp<LLVM::ZeroOp>(op, sumsOfLane(type));
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Epilogue and staging
//===----------------------------------------------------------------------===//

/// Row 16 w + g of the sums that this thread holds.
static Value firstRowOfLane(IndexBuilder index, Lane lane) {
  Value thread = gpu::ThreadIdOp::create(index.builder, index.loc, gpu::Dimension::x);
  Value warp = index.rem(index.div(thread, 32), 4);
  return index.add(index.mul(warp, 16), lane.g);
}

namespace {
/// tile.map of sums  ->  the body for each value, with its row and column
struct LowerMapSums : OpConversionPattern<MapOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(MapOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (!isa<SumsType>(op.getAcc().getType()))
      return rewriter.notifyMatchFailure(op, "wanted sums");
    Location loc = op.getLoc();
    IndexBuilder index{rewriter, loc};
    Lane lane = getLane(index);
    Value firstRow = firstRowOfLane(index, lane), firstColumn = index.mul(lane.t, 2);
    SmallVector<Value> values = unpackLane(rewriter, loc, adaptor.getAcc());
    for (auto [i, value] : llvm::enumerate(values)) {
      Value row = index.add(firstRow, i / 2 % 2 * 8);
      Value column = index.add(firstColumn, i / 4 * 8 + i % 2);
      value = inlineMap(rewriter, op, value, row, column);
    }
    rewriter.replaceOp(op, packLane(rewriter, loc, adaptor.getAcc().getType(), values));
    return success();
  }
};

/// tile.stage  ->  for each pair of columns, of n blocks: convert, swizzle, store 4 n bytes, at
/// most 16 at once. Lanes of a warp store to 8 rows, whose units the swizzle puts on all 32 banks.
struct LowerStage : OpConversionPattern<StageOp> {
  using OpConversionPattern::OpConversionPattern;

  /// The element at which units begin in a row of a box: `units` of them a row, and
  /// unit u of row r is where unit u xor (r units / 8 % units) would be.
  static Value elementOf(IndexBuilder index, Value row, Value unit, int64_t units) {
    OpBuilder &builder = index.builder;
    Value key = index.rem(index.div(row, 8 / units), units);
    Value plain = index.add(index.mul(row, units), unit);
    Value swizzled = arith::XOrIOp::create(builder, index.loc, plain, key);
    return index.mul(swizzled, 8);
  }

  /// Values from column `column` of a box that begins at element `box`, 16 bytes at most at
  /// once, so that each store is within a unit.
  static void storeNeighbors(IndexBuilder index, ArrayRef<Value> values, StageOp op, Value buffer,
                             Value box, Value row, Value column) {
    OpBuilder &builder = index.builder;
    int64_t length = std::min<int64_t>(values.size(), 8), units = op.getWidth() / 8;
    auto wide = VectorType::get({length}, builder.getF32Type());
    auto narrow = VectorType::get({length}, op.getBuffer().getType().getElementType());
    for (size_t first = 0; first < values.size(); first += length) {
      Value start = index.add(column, first);
      Value place = elementOf(index, row, index.div(start, 8), units);
      Value offset = index.add(index.add(box, place), index.rem(start, 8));
      Value group =
          vector::FromElementsOp::create(builder, index.loc, wide, values.slice(first, length));
      group = arith::TruncFOp::create(builder, index.loc, narrow, group);
      vector::StoreOp::create(builder, index.loc, group, buffer, offset, /*nontemporal=*/false,
                              llvm::MaybeAlign(2 * length));
    }
  }

  LogicalResult matchAndRewrite(StageOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    IndexBuilder index{rewriter, loc};
    Lane lane = getLane(index);
    Value rowOfLane = firstRowOfLane(index, lane);
    SmallVector<SmallVector<Value>> sums;
    for (Value part : adaptor.getSums())
      sums.push_back(unpackLane(rewriter, loc, part));
    int64_t blocks = sums.size(), width = op.getWidth(), first = op.getFirst();
    for (int64_t column = 0; column < static_cast<int64_t>(op.getCount()); column += 8 * blocks)
      for (int64_t half = 0; half < 2; ++half) {
        int64_t value = (first + column) / blocks / 2 + 2 * half;
        SmallVector<Value> neighbors; // (B, D), both of this lane's values of B
        for (int64_t B = 0; B < 2; ++B)
          for (int64_t D = 0; D < blocks; ++D)
            neighbors.push_back(sums[D][value + B]);
        Value row = index.add(rowOfLane, 8 * half);
        Value box = index.add(adaptor.getOffset(), column / width * 64 * width);
        Value inBox = index.add(index.mul(lane.t, 2 * blocks), column % width);
        storeNeighbors(index, neighbors, op, adaptor.getBuffer(), box, row, inBox);
      }
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace

Value danaus::emitAsm(OpBuilder &builder, Location loc, Type result, StringRef text,
                      StringRef constraints, ValueRange values) {
  auto dialect = LLVM::AsmDialectAttr::get(builder.getContext(), LLVM::AsmDialect::AD_ATT);
  auto assembly = LLVM::InlineAsmOp::create(builder, loc, result, values, text, constraints,
                                            /*has_side_effects=*/true, /*is_align_stack=*/false,
                                            LLVM::TailCallKind::None, dialect, ArrayAttr());
  return result ? assembly.getResult(0) : Value();
}

LLVM::LLVMStructType danaus::sumsOfLane(SumsType type) {
  SmallVector<Type> values(type.getValuesPerLane(), Float32Type::get(type.getContext()));
  return LLVM::LLVMStructType::getLiteral(type.getContext(), values);
}

void danaus::populateBulkPatterns(TypeConverter &types, RewritePatternSet &patterns) {
  danaus::addPatterns<LowerBarrierInit, LowerBarrierExpect, LowerBarrierArrive, LowerBarrierWait,
                      LowerBulkLoad, LowerBulkStore, LowerDescribe, LowerWgmma, LowerWgmmaFence,
                      LowerWgmmaWait, LowerZeroSums, LowerMapSums, LowerStage>(
      patterns, types, patterns.getContext());
}
