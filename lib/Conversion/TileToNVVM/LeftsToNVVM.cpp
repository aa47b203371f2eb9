//===- LeftsToNVVM.cpp - Left operands of warpgroups in registers -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileToNVVM.h"
#include "danaus/Support/PatternSwitch.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::tile;

//===----------------------------------------------------------------------===//
// From sums
//===----------------------------------------------------------------------===//

namespace {
/// tile.left_operands  ->  conversions of two sums to a word, and where columns stay
/// together by 4 an exchange of words between lanes t and t xor 2
struct LowerLeftOperands : OpConversionPattern<LeftOperandsOp> {
  using OpConversionPattern::OpConversionPattern;
  using Words = SmallVector<Value>;

  /// Words of sums: (columns / 8, row / 8 % 2), both columns of the lane in one.
  static Words convert(OpBuilder &builder, Location loc, Value sums, Type element) {
    Words words, values = unpackLane(builder, loc, sums);
    auto wide = VectorType::get({2}, builder.getF32Type()), narrow = VectorType::get({2}, element);
    Type i32 = builder.getI32Type();
    for (size_t i = 0; i < values.size(); i += 2) {
      Value pair =
          vector::FromElementsOp::create(builder, loc, wide, ValueRange{values[i], values[i + 1]});
      pair = arith::TruncFOp::create(builder, loc, narrow, pair);
      words.push_back(LLVM::BitcastOp::create(builder, loc, i32, pair));
    }
    return words;
  }

  /// Columns 8 n, ... of sums i have j = 2 n + t / 2, and are wanted at i = 2 n + t / 2 of j:
  /// word (i, n) at half t / 2 of the lanes and word (i xor 1, n) at the other change places.
  static void exchange(IndexBuilder index, Value isHigh, Value &even, Value &odd) {
    OpBuilder &builder = index.builder;
    Location loc = index.loc;
    Type i32 = builder.getI32Type();
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIntOp::create(builder, loc, value, 32);
    };
    Value sent = arith::SelectOp::create(builder, loc, isHigh, even, odd);
    Value found = NVVM::ShflOp::create(builder, loc, i32, constant(-1), sent, constant(2),
                                       constant(31), NVVM::ShflKind::bfly, UnitAttr());
    even = arith::SelectOp::create(builder, loc, isHigh, found, even);
    odd = arith::SelectOp::create(builder, loc, isHigh, odd, found);
  }

  /// With 4 columns together, words (i, n) such that those of left operand j = 2 n + p,
  /// columns 16 q / 4 .., are (2 q + p, n).
  static void exchangeAll(IndexBuilder index, MutableArrayRef<Words> words) {
    Value two = arith::ConstantIndexOp::create(index.builder, index.loc, 2);
    Value isHigh = arith::CmpIOp::create(index.builder, index.loc, arith::CmpIPredicate::uge,
                                         getLane(index).t, two);
    for (size_t i = 0; i < words.size(); i += 2)
      for (size_t place = 0; place < words[i].size(); ++place)
        exchange(index, isHigh, words[i][place], words[i + 1][place]);
  }

  LogicalResult matchAndRewrite(LeftOperandsOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<LeftType>(op.getLefts()[0].getType());
    SmallVector<Words> words;
    for (Value sums : adaptor.getSums())
      words.push_back(convert(rewriter, op.getLoc(), sums, type.getElementType()));
    int64_t h = words.size(), r = type.getColumnCount() / h;
    if (r == 4)
      exchangeAll({rewriter, op.getLoc()}, words);
    SmallVector<Value> lefts;
    for (size_t j = 0; j < op.getLefts().size(); ++j) {
      Words ofLeft;
      for (int64_t column = 0; column < type.getColumnCount(); column += 8)
        for (int64_t half = 0; half < 2; ++half) {
          int64_t i = column / r, n = (r * j + column % r) / 8;
          if (r == 4)
            i = column / 4 + j % 2;
          ofLeft.push_back(words[i][2 * n + half]);
        }
      lefts.push_back(packLane(rewriter, op.getLoc(), leftOfLane(type), ofLeft));
    }
    rewriter.replaceOp(op, lefts);
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// "{$first, $(first + 1), ...}"
static std::string registerList(int64_t first, int64_t count) {
  std::string text;
  for (int64_t i = first; i < first + count; ++i)
    text += (text.empty() ? "$" : ", $") + std::to_string(i);
  return "{" + text + "}";
}

namespace {
/// tile.wgmma with a in registers  ->  wgmma.mma_async.m64nNk16 with four of its words
struct LowerLeftWgmma : OpConversionPattern<WgmmaOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(WgmmaOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (!isa<LeftType>(op.getA().getType()))
      return rewriter.notifyMatchFailure(op, "wanted a in registers");
    Location loc = op.getLoc();
    Type i64 = rewriter.getI64Type();
    int64_t step = op.getStep(), count = op.getResult().getType().getValuesPerLane();
    SmallVector<Value> values;
    if (adaptor.getAcc())
      values = unpackLane(rewriter, loc, adaptor.getAcc());
    int64_t left = count + values.size();
    SmallVector<std::string> constraints(count, "=f");
    for (size_t i = 0; i < values.size(); ++i)
      constraints.push_back(std::to_string(i));
    SmallVector<Value> words = unpackLane(rewriter, loc, adaptor.getA());
    values.append(words.begin() + 4 * step, words.begin() + 4 * step + 4);
    constraints.append(4, "r");
    // 16 elements are 2 units of 16 bytes.
    Value forward = LLVM::ConstantOp::create(rewriter, loc, i64, 2 * step);
    values.push_back(LLVM::AddOp::create(rewriter, loc, adaptor.getB(), forward));
    constraints.push_back("l");
    StringRef element = op.getB().getType().getElementType().isF16() ? "f16" : "bf16";
    std::string text = llvm::formatv(
        "{{\n.reg .pred adds;\nsetp.ne.b32 adds, {0}, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n{1}k16.f32.{2}.{2} {3}, {4}, ${5}, adds, 1, 1, 0;\n}",
        adaptor.getAcc() ? 1 : 0, 2 * count, element, registerList(0, count), registerList(left, 4),
        left + 4);
    Type type = sumsOfLane(op.getResult().getType());
    rewriter.replaceOp(op,
                       emitAsm(rewriter, loc, type, text, llvm::join(constraints, ","), values));
    return success();
  }
};
} // namespace

LLVM::LLVMStructType danaus::leftOfLane(LeftType type) {
  Type word = IntegerType::get(type.getContext(), 32);
  SmallVector<Type> words(type.getValuesPerLane() / 2, word);
  return LLVM::LLVMStructType::getLiteral(type.getContext(), words);
}

void danaus::populateLeftPatterns(TypeConverter &types, RewritePatternSet &patterns) {
  danaus::addPatterns<LowerLeftOperands, LowerLeftWgmma>(patterns, types, patterns.getContext());
}
