//===- TileToNVVM.cpp - Fragments to vectors a lane -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each op becomes the code of one lane. A fragment is the vector of what the
// lane holds (see the type's description): four words for `a`, two for `b`,
// four f32 or f64 for `acc`; a word is i32, or f32 and f64 for such operands.
//
//===----------------------------------------------------------------------===//

#include "TileToNVVM.h"
#include "danaus/Conversion/Passes.h"
#include "danaus/Support/PatternSwitch.h"
#include "dialects/Tile/TileOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/AffineExprVisitor.h"
#include "mlir/Transforms/DialectConversion.h"

namespace danaus {
#define GEN_PASS_DEF_CONVERTTILETONVVMPASS
#include "danaus/Conversion/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::tile;

//===----------------------------------------------------------------------===//
// Index arithmetic and lanes
//===----------------------------------------------------------------------===//

namespace {
/// Expands a quasi-affine expression of non-negative values.
struct UnsignedExpander : AffineExprVisitor<UnsignedExpander, Value> {
  IndexBuilder index;
  ValueRange dims;

  UnsignedExpander(IndexBuilder index, ValueRange dims) : index(index), dims(dims) {}
  int64_t constantOf(AffineExpr expr) { return cast<AffineConstantExpr>(expr).getValue(); }
  Value visitAddExpr(AffineBinaryOpExpr expr) {
    Value left = visit(expr.getLHS());
    return index.add(left, visit(expr.getRHS()));
  }
  Value visitMulExpr(AffineBinaryOpExpr expr) {
    return index.mul(visit(expr.getLHS()), constantOf(expr.getRHS()));
  }
  Value visitModExpr(AffineBinaryOpExpr expr) {
    return index.rem(visit(expr.getLHS()), constantOf(expr.getRHS()));
  }
  Value visitFloorDivExpr(AffineBinaryOpExpr expr) {
    return index.div(visit(expr.getLHS()), constantOf(expr.getRHS()));
  }
  Value visitCeilDivExpr(AffineBinaryOpExpr expr) {
    int64_t divisor = constantOf(expr.getRHS());
    return index.div(index.add(visit(expr.getLHS()), divisor - 1), divisor);
  }
  Value visitConstantExpr(AffineConstantExpr expr) { return index.constant(expr.getValue()); }
  Value visitDimExpr(AffineDimExpr expr) { return dims[expr.getPosition()]; }
  Value visitSymbolExpr(AffineSymbolExpr) { return nullptr; }
};
} // namespace

Value danaus::expandUnsigned(IndexBuilder index, AffineMap map, ValueRange dims) {
  return UnsignedExpander(index, dims).visit(map.getResult(0));
}

/// Row of the accumulator's register `reg` (0 to 3).
static Value rowOf(IndexBuilder index, Lane lane, int reg) {
  return index.add(lane.g, 8 * (reg / 2));
}

/// p(2 half + 1) where columns are split: 4 + half, in f64 4 + (half xor 1).
static Value oddColumn(IndexBuilder index, FragmentType type, Value half) {
  if (!type.getElementType().isF64())
    return index.add(half, 4);
  return index.sub(index.add(half, 5), index.mul(index.rem(half, 2), 2));
}

/// Column of the accumulator's register `reg`: p(2 t + reg % 2).
static Value columnOf(IndexBuilder index, Lane lane, int reg, FragmentType type) {
  if (type.getColumns() == Columns::split)
    return reg % 2 == 0 ? lane.t : oddColumn(index, type, lane.t);
  return index.add(index.mul(lane.t, 2), reg % 2);
}

//===----------------------------------------------------------------------===//
// Loads
//===----------------------------------------------------------------------===//

/// One word of shared memory, as i32, f32 or f64.
static Value loadWord(IndexBuilder index, Value buffer, Value offset, FragmentType type) {
  Type element = type.getElementType();
  if (wordType(type) == element)
    return memref::LoadOp::create(index.builder, index.loc, buffer, offset);
  auto pair = VectorType::get({2}, element);
  Value two = vector::LoadOp::create(index.builder, index.loc, pair, buffer, offset,
                                     /*nontemporal=*/false, llvm::MaybeAlign(4));
  auto word = VectorType::get({1}, wordType(type));
  Value cast = vector::BitCastOp::create(index.builder, index.loc, word, two);
  return vector::ExtractOp::create(index.builder, index.loc, cast, 0);
}

/// One ldmatrix of 16 rows of 16 elements of 2 bytes, or 8 words of f32: lane l gives
/// the address of row l mod 16, at word 0 for l < 16, else at word 4.
static Value loadByMatrices(IndexBuilder index, LoadAOp op, Value buffer, Value start) {
  FragmentType type = op.getResult().getType();
  int64_t bytes = type.getElementType().getIntOrFloatBitWidth() / 8;
  Value thread = gpu::ThreadIdOp::create(index.builder, index.loc, gpu::Dimension::x);
  Value lane = index.rem(thread, 32);
  Value row = index.mul(index.rem(lane, 16), op.getRowPitch() * bytes);
  Value half = index.mul(index.div(lane, 16), 16);
  return loadMatrices(index, type, sharedPointer(index, buffer, start, index.add(row, half)));
}

/// tile.load_a  ->  words (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4)
struct LowerLoadA : OpConversionPattern<LoadAOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(LoadAOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    FragmentType type = op.getResult().getType();
    IndexBuilder index{rewriter, op.getLoc()};
    if (op.getAligned()) {
      rewriter.replaceOp(op, loadByMatrices(index, op, adaptor.getBuffer(), adaptor.getOffset()));
      return success();
    }
    Lane lane = getLane(index);
    int64_t pitch = op.getRowPitch(), perWord = wordType(type) == type.getElementType() ? 1 : 2;
    Value inRow = index.add(index.mul(lane.g, pitch), index.mul(lane.t, perWord));
    Value base = index.add(adaptor.getOffset(), inRow);
    SmallVector<Value> words;
    for (int64_t reg = 0; reg < 4; ++reg) {
      int64_t step = reg % 2 * 8 * pitch + reg / 2 * 4 * perWord;
      words.push_back(loadWord(index, adaptor.getBuffer(), index.add(base, step), type));
    }
    rewriter.replaceOpWithNewOp<vector::FromElementsOp>(op, laneType(type), words);
    return success();
  }
};

/// The row-major offset of `indices` followed by zeros.
static Value linearize(IndexBuilder index, MemRefType type, ValueRange indices) {
  Value offset = index.constant(0);
  int64_t stride = type.getNumElements();
  for (auto [value, extent] : llvm::zip(indices, type.getShape())) {
    stride /= extent;
    offset = index.add(offset, index.mul(value, stride));
  }
  return offset;
}

/// Column of a right operand: p(g).
static Value rightColumn(IndexBuilder index, Lane lane, FragmentType type) {
  if (type.getColumns() != Columns::split)
    return lane.g;
  Value half = index.div(lane.g, 2), odd = index.rem(lane.g, 2);
  if (!type.getElementType().isF64())
    return index.add(half, index.mul(odd, 4));
  Value isOdd = index.isEqual(odd, 1);
  return arith::SelectOp::create(index.builder, index.loc, isOdd, oddColumn(index, type, half),
                                 half);
}

/// tile.load_b  ->  one load of 8 bytes, or 16 of f64: words t and t + 4 of column p(g)
struct LowerLoadB : OpConversionPattern<LoadBOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(LoadBOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    FragmentType type = op.getResult().getType();
    Location loc = op.getLoc();
    IndexBuilder index{rewriter, loc};
    Lane lane = getLane(index);
    Value column = rightColumn(index, lane, type);
    MemRefType weight = op.getWeight().getType();
    Value flat = memref::ReinterpretCastOp::create(
        rewriter, loc,
        MemRefType::get({weight.getNumElements()}, weight.getElementType(),
                        MemRefLayoutAttrInterface(), weight.getMemorySpace()),
        adaptor.getWeight(), /*offset=*/0, ArrayRef<int64_t>{weight.getNumElements()},
        ArrayRef<int64_t>{1});
    int64_t bytes = type.getElementType().getIntOrFloatBitWidth() / 8;
    int64_t perLane = bytes == 2 ? 4 : 2;
    Value inFragment = index.mul(index.add(index.mul(column, 4), lane.t), perLane);
    Value offset = index.add(linearize(index, weight, adaptor.getIndices()), inFragment);
    auto loaded = VectorType::get({perLane}, type.getElementType());
    Value value = vector::LoadOp::create(rewriter, loc, loaded, flat, offset,
                                         /*nontemporal=*/false, llvm::MaybeAlign(perLane * bytes));
    rewriter.replaceOpWithNewOp<vector::BitCastOp>(op, laneType(type), value);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// tile.zero  ->  dense<0.0> : vector<4xf32>
struct LowerZero : OpConversionPattern<ZeroOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ZeroOp op, OpAdaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto fragment = dyn_cast<FragmentType>(op.getResult().getType());
    if (!fragment)
      return rewriter.notifyMatchFailure(op, "wanted a fragment");
    VectorType type = laneType(fragment);
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, rewriter.getZeroAttr(type));
    return success();
  }
};

static SmallVector<Value> unpack(OpBuilder &builder, Location loc, Value fragment) {
  SmallVector<Value> values;
  for (int64_t i = 0, size = cast<VectorType>(fragment.getType()).getDimSize(0); i < size; ++i)
    values.push_back(vector::ExtractOp::create(builder, loc, fragment, i));
  return values;
}

/// One mma.sync; `a` and `b` hold i32 words, or vector<2xf16> for f16.
static Value emitMma(OpBuilder &builder, Location loc, ValueRange a, ValueRange b, Value acc,
                     NVVM::MMATypes element, int64_t depth) {
  SmallVector<Value> c = unpack(builder, loc, acc);
  SmallVector<Type> four(4, builder.getF32Type());
  Type result = LLVM::LLVMStructType::getLiteral(builder.getContext(), four);
  std::array<NVVM::MMATypes, 2> types = {element, element};
  std::array<NVVM::MMALayout, 2> layouts = {NVVM::MMALayout::row, NVVM::MMALayout::col};
  Value d = NVVM::MmaOp::create(builder, loc, result, a, b, c, {16, 8, depth}, std::nullopt,
                                std::nullopt, types, layouts);
  SmallVector<Value> values;
  for (int64_t i = 0; i < 4; ++i)
    values.push_back(LLVM::ExtractValueOp::create(builder, loc, d, i));
  return vector::FromElementsOp::create(builder, loc, VectorType::get({4}, builder.getF32Type()),
                                        values);
}

/// x -> (big, small), tf32 as i32, with x = big + small up to 2^-23 of it. Products ignore the
/// low 13 bits, so that three instructions are enough, where cvt.rna.tf32 takes four for each
/// part: big is rounded to the nearest, and small has one bit too many at most. A NaN of all
/// ones is lost in big, but not in small.
static std::pair<SmallVector<Value>, SmallVector<Value>> splitToTf32(OpBuilder &builder,
                                                                     Location loc, Value fragment) {
  constexpr int32_t lowBits = (1 << 13) - 1, half = 1 << 12;
  Type i32 = builder.getI32Type(), f32 = builder.getF32Type();
  Value mask = arith::ConstantIntOp::create(builder, loc, ~lowBits, 32);
  Value rounding = arith::ConstantIntOp::create(builder, loc, half, 32);
  SmallVector<Value> bigs, smalls;
  for (Value value : unpack(builder, loc, fragment)) {
    Value bits = arith::BitcastOp::create(builder, loc, i32, value);
    Value rounded = arith::AddIOp::create(builder, loc, bits, rounding);
    Value big = arith::AndIOp::create(builder, loc, rounded, mask);
    Value bigFloat = arith::BitcastOp::create(builder, loc, f32, big);
    Value rest = arith::SubFOp::create(builder, loc, value, bigFloat);
    bigs.push_back(big);
    smalls.push_back(arith::BitcastOp::create(builder, loc, i32, rest));
  }
  return {bigs, smalls};
}

/// f16 operands of mma.sync are vector<2xf16>, bf16 operands i32.
static SmallVector<Value> toOperands(OpBuilder &builder, Location loc, Value fragment,
                                     Type element) {
  SmallVector<Value> words = unpack(builder, loc, fragment);
  if (!element.isF16())
    return words;
  auto pair = VectorType::get({2}, element);
  for (Value &word : words)
    word = LLVM::BitcastOp::create(builder, loc, pair, word);
  return words;
}

/// tile.mma  ->  mma.sync.m16n8k16, or three mma.sync.m16n8k8 on tf32 parts,
/// smallest first
struct LowerMma : OpConversionPattern<MmaOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(MmaOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type element = op.getA().getType().getElementType();
    if (element.isF64())
      return rewriter.notifyMatchFailure(op, "wanted operands of 2 or 4 bytes");
    if (element.isF32()) {
      auto [aBig, aSmall] = splitToTf32(rewriter, loc, adaptor.getA());
      auto [bBig, bSmall] = splitToTf32(rewriter, loc, adaptor.getB());
      constexpr NVVM::MMATypes tf32 = NVVM::MMATypes::tf32;
      Value first = emitMma(rewriter, loc, aSmall, bBig, adaptor.getAcc(), tf32, 8);
      Value second = emitMma(rewriter, loc, aBig, bSmall, first, tf32, 8);
      rewriter.replaceOp(op, emitMma(rewriter, loc, aBig, bBig, second, tf32, 8));
      return success();
    }
    NVVM::MMATypes type = element.isF16() ? NVVM::MMATypes::f16 : NVVM::MMATypes::bf16;
    SmallVector<Value> a = toOperands(rewriter, loc, adaptor.getA(), element);
    SmallVector<Value> b = toOperands(rewriter, loc, adaptor.getB(), element);
    rewriter.replaceOp(op, emitMma(rewriter, loc, a, b, adaptor.getAcc(), type, 16));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Epilogue and stores
//===----------------------------------------------------------------------===//

Value danaus::inlineMap(OpBuilder &builder, MapOp op, Value value, Value row, Value column) {
  IRMapping mapping;
  Block &body = op.getBody().front();
  mapping.map(body.getArguments(), ValueRange{value, row, column});
  for (Operation &inner : body.without_terminator())
    builder.clone(inner, mapping);
  return mapping.lookupOrDefault(cast<YieldOp>(body.back()).getValue());
}

/// tile.map  ->  the body four times, with row and column of each register
struct LowerMap : OpConversionPattern<MapOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(MapOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto fragment = dyn_cast<FragmentType>(op.getAcc().getType());
    if (!fragment)
      return rewriter.notifyMatchFailure(op, "wanted a fragment");
    IndexBuilder index{rewriter, loc};
    Lane lane = getLane(index);
    SmallVector<Value> values = unpack(rewriter, loc, adaptor.getAcc());
    for (auto [reg, value] : llvm::enumerate(values)) {
      Value row = rowOf(index, lane, reg);
      value = inlineMap(rewriter, op, value, row, columnOf(index, lane, reg, fragment));
    }
    rewriter.replaceOpWithNewOp<vector::FromElementsOp>(op, laneType(fragment), values);
    return success();
  }
};

/// Converts to the buffer's element type and stores, as one vector if several.
static void storeValues(IndexBuilder index, ValueRange values, Value buffer, Value offset) {
  OpBuilder &builder = index.builder;
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  Value value = values.front();
  auto many = VectorType::get({static_cast<int64_t>(values.size())}, value.getType());
  if (values.size() > 1)
    value = vector::FromElementsOp::create(builder, index.loc, many, values);
  if (element != many.getElementType()) {
    Type narrow = values.size() > 1 ? Type(many.cloneWith(std::nullopt, element)) : element;
    value = arith::TruncFOp::create(builder, index.loc, narrow, value);
  }
  if (values.size() == 1) {
    memref::StoreOp::create(builder, index.loc, value, buffer, offset);
    return;
  }
  int64_t bytes = values.size() * element.getIntOrFloatBitWidth() / 8;
  vector::StoreOp::create(builder, index.loc, value, buffer, offset, /*nontemporal=*/false,
                          llvm::MaybeAlign(bytes));
}

/// tile.store  ->  for each register, or pair of registers: offset, convert, store
struct LowerStore : OpConversionPattern<StoreOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(StoreOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    IndexBuilder index{rewriter, op.getLoc()};
    Lane lane = getLane(index);
    auto type = cast<FragmentType>(op.getAccs().front().getType());
    SmallVector<SmallVector<Value>> accs;
    for (Value acc : adaptor.getAccs())
      accs.push_back(unpack(rewriter, op.getLoc(), acc));
    for (int reg = 0; reg < 4; reg += op.getAdjacentColumns() ? 2 : 1) {
      OpBuilder::InsertionGuard guard(rewriter);
      Value column = columnOf(index, lane, reg, type);
      if (Value limit = adaptor.getLimit()) {
        Value isInside =
            arith::CmpIOp::create(rewriter, op.getLoc(), arith::CmpIPredicate::ult, column, limit);
        auto inside = scf::IfOp::create(rewriter, op.getLoc(), isInside);
        rewriter.setInsertionPointToStart(inside.thenBlock());
      }
      Value row = index.add(adaptor.getRow(), rowOf(index, lane, reg));
      Value place = index.add(adaptor.getColumn(), index.mul(column, op.getStep()));
      Value dims[] = {row, place};
      Value offset = expandUnsigned(index, op.getMap(), dims);
      if (Value start = adaptor.getOffset())
        offset = index.add(start, offset);
      SmallVector<Value> values;
      for (const SmallVector<Value> &acc : accs)
        values.push_back(acc[reg]);
      if (op.getAdjacentColumns())
        values.push_back(accs.front()[reg + 1]);
      storeValues(index, values, adaptor.getBuffer(), offset);
    }
    rewriter.eraseOp(op);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Counters
//===----------------------------------------------------------------------===//

/// The address of counters[index].
static Value counterAddress(OpBuilder &builder, Location loc, Value counters, Value index) {
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Type i64 = builder.getI64Type();
  Value base = memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, counters);
  Value word = arith::IndexCastOp::create(builder, loc, i64, base);
  Value start = LLVM::IntToPtrOp::create(builder, loc, pointer, word);
  Value offset = arith::IndexCastOp::create(builder, loc, i64, index);
  return LLVM::GEPOp::create(builder, loc, pointer, builder.getI32Type(), start, offset);
}

/// What all threads of the device see; LLVM's name for PTX's scope .gpu.
static constexpr llvm::StringLiteral deviceScope = "device";

/// One instruction that no access to memory is moved across, as the back end moves them
/// across its own intrinsics for these.
static void emitFencedInstruction(OpBuilder &builder, Location loc, StringRef instruction,
                                  StringRef constraints = "~{memory}", ValueRange operands = {}) {
  LLVM::InlineAsmOp::create(
      builder, loc, /*result=*/Type(), operands, instruction, constraints,
      /*has_side_effects=*/true, /*is_align_stack=*/false, LLVM::TailCallKind::None,
      LLVM::AsmDialectAttr::get(builder.getContext(), LLVM::AsmDialect::AD_ATT), ArrayAttr());
}

/// tile.signal  ->  red.release, or red.relaxed. The back end drops the order of an atomic
/// add, and a fence of its own would also forget what the first-level cache holds.
struct LowerSignal : OpConversionPattern<SignalOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(SignalOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value address = counterAddress(rewriter, loc, adaptor.getCounters(), adaptor.getIndex());
    StringRef instruction =
        op.getRelaxed() ? "red.relaxed.gpu.add.u32 [$0], 1;" : "red.release.gpu.add.u32 [$0], 1;";
    emitFencedInstruction(rewriter, loc, instruction, "l,~{memory}", address);
    rewriter.eraseOp(op);
    return success();
  }
};

/// tile.await  ->  while (load acquire < least);
struct LowerAwait : OpConversionPattern<AwaitOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(AwaitOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type i32 = rewriter.getI32Type();
    Value address = counterAddress(rewriter, loc, adaptor.getCounters(), adaptor.getIndex());
    Value least = arith::IndexCastOp::create(rewriter, loc, i32, adaptor.getLeast());
    auto loop = scf::WhileOp::create(rewriter, loc, TypeRange(), ValueRange());
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.createBlock(&loop.getBefore());
    Value count = LLVM::LoadOp::create(rewriter, loc, i32, address, /*alignment=*/4,
                                       /*isVolatile=*/false, /*isNonTemporal=*/false,
                                       /*isInvariant=*/false, /*isInvariantGroup=*/false,
                                       LLVM::AtomicOrdering::acquire, deviceScope);
    Value isBelow = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::slt, count, least);
    scf::ConditionOp::create(rewriter, loc, isBelow, ValueRange());
    rewriter.createBlock(&loop.getAfter());
    scf::YieldOp::create(rewriter, loc);
    rewriter.eraseOp(op);
    return success();
  }
};

/// tile.admit_launch  ->  griddepcontrol.launch_dependents
/// tile.await_launches  ->  griddepcontrol.wait
template <typename LaunchOp> struct LowerLaunchOrder : OpConversionPattern<LaunchOp> {
  using OpConversionPattern<LaunchOp>::OpConversionPattern;
  LogicalResult matchAndRewrite(LaunchOp op, typename LaunchOp::Adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    constexpr bool admits = std::is_same_v<LaunchOp, AdmitLaunchOp>;
    emitFencedInstruction(rewriter, op.getLoc(),
                          admits ? "griddepcontrol.launch_dependents;" : "griddepcontrol.wait;");
    rewriter.eraseOp(op);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct ConvertTileToNVVM : danaus::impl::ConvertTileToNVVMPassBase<ConvertTileToNVVM> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    TypeConverter types;
    types.addConversion([](Type type) { return type; });
    types.addConversion([](FragmentType type) -> Type { return laneType(type); });
    types.addConversion([](SumsType type) -> Type { return sumsOfLane(type); });
    types.addConversion([](LeftType type) -> Type { return leftOfLane(type); });
    types.addConversion(
        [](DescriptorType type) -> Type { return IntegerType::get(type.getContext(), 64); });
    ConversionTarget target(*context);
    target.addIllegalDialect<TileDialect>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    RewritePatternSet patterns(context);
    danaus::addPatterns<LowerLoadA, LowerLoadB, LowerZero, LowerMma, LowerMap, LowerStore,
                        LowerSignal, LowerAwait, LowerLaunchOrder<AdmitLaunchOp>,
                        LowerLaunchOrder<AwaitLaunchesOp>>(patterns, types, context);
    populateBulkPatterns(types, patterns);
    populateLeftPatterns(types, patterns);
    populateExchangePatterns(types, patterns);
    populateMatrixPatterns(types, patterns);
    populateDoublePatterns(types, patterns);
    scf::populateSCFStructuralTypeConversionsAndLegality(types, patterns, target);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, types);
    populateCallOpTypeConversionPattern(patterns, types);
    populateReturnOpTypeConversionPattern(patterns, types);
    target.addDynamicallyLegalOp<func::FuncOp>(
        [&](func::FuncOp op) { return types.isSignatureLegal(op.getFunctionType()); });
    target.addDynamicallyLegalOp<func::CallOp, func::ReturnOp>(
        [&](Operation *op) { return types.isLegal(op); });
    if (failed(applyPartialConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
