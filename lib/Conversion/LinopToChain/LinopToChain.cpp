//===- LinopToChain.cpp - linop values to parameters and stages -----------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A structured value is N values here, its parameters. Products become chains
// of stages on activations of rank 2:
//
//   apply %m, %x: tensor<3x?x8>    collapse   stage 1 ... stage n   expand
//                 (3, ?, 8)    ->  (rows, 8)  -> ... ->  (rows, 12) -> (3, ?, 12)
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/LinopToChain.h"
#include "danaus/Conversion/Utils.h"
#include "danaus/Support/PatternSwitch.h"
#include "dialects/Chain/ChainOps.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Types and stages
//===----------------------------------------------------------------------===//

void danaus::addStructureConversion(TypeConverter &converter) {
  converter.addConversion([](Type type) { return type; });
  converter.addConversion(
      [](RankedTensorType type, SmallVectorImpl<Type> &parameters) -> std::optional<LogicalResult> {
        linop::StructureAttrInterface structure = linop::getStructure(type);
        if (!structure)
          return std::nullopt;
        llvm::append_range(parameters, structure.getParameterTypes(type));
        return success();
      });
}

/// The constraints that `chain.stage` puts on one descriptor.
static std::string checkStage(const StageDescriptor &stage, ArrayRef<RankedTensorType> parameters) {
  const StagePattern &pattern = stage.pattern;
  if (!pattern.isValid())
    return "its pattern has an extent below one or more than 2^62 multiply-adds";
  if (std::string problem = checkWeightOrder(pattern, stage.order); !problem.empty())
    return "order \"" + stage.order + "\": " + problem;
  if (stage.parameter >= parameters.size())
    return "wanted one of " + std::to_string(parameters.size()) + " parameters, found number " +
           std::to_string(stage.parameter);
  if (parameters[stage.parameter].getShape() !=
      ArrayRef<int64_t>(weightShape(pattern, stage.order)))
    return "its weight does not have the shape of parameter " + std::to_string(stage.parameter);
  return "";
}

std::string danaus::checkStructureStages(RankedTensorType type) {
  linop::StructureAttrInterface structure = linop::getStructure(type);
  SmallVector<RankedTensorType> parameters = structure.getParameterTypes(type);
  int64_t columns = type.getDimSize(1);
  for (auto [index, stage] : llvm::enumerate(structure.buildStages(type))) {
    std::string where = "stage " + std::to_string(index) + ": ";
    if (std::string problem = checkStage(stage, parameters); !problem.empty())
      return where + problem;
    if (stage.pattern.inSize() != columns)
      return where + "wanted " + std::to_string(columns) + " columns, found " +
             std::to_string(stage.pattern.inSize());
    columns = stage.pattern.outSize();
  }
  if (columns == type.getDimSize(0))
    return "";
  return "the last stage: wanted " + std::to_string(type.getDimSize(0)) + " rows, found " +
         std::to_string(columns);
}

//===----------------------------------------------------------------------===//
// Building chains
//===----------------------------------------------------------------------===//

/// Activations in another element type: a `chain.map` that casts.
static Value convertActivations(OpBuilder &builder, Location loc, Value x, Type elementType) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getElementType() == elementType)
    return x;
  auto map = chain::MapOp::create(builder, loc, type.clone(elementType), x, ValueRange());
  OpBuilder::InsertionGuard guard(builder);
  Block *body = builder.createBlock(&map.getBody(), {}, type.getElementType(), loc);
  Value cast = convertFloat(builder, loc, body->getArgument(0), elementType);
  chain::YieldOp::create(builder, loc, cast);
  return map.getY();
}

/// M x for every row of `x` (rows, in): one `chain.stage` a descriptor, each
/// on the element type of its parameter. The result is (rows, out) in the
/// matrix's element type.
static Value buildChain(OpBuilder &builder, Location loc, RankedTensorType matrix,
                        ValueRange parameters, Value x) {
  for (const StageDescriptor &stage : linop::getStructure(matrix).buildStages(matrix)) {
    Value weight = parameters[stage.parameter];
    Type elementType = cast<RankedTensorType>(weight.getType()).getElementType();
    x = convertActivations(builder, loc, x, elementType);
    int64_t rows = cast<RankedTensorType>(x.getType()).getDimSize(0);
    const auto &[a, b, c, d] = stage.pattern;
    x = chain::StageOp::create(builder, loc,
                               RankedTensorType::get({rows, stage.pattern.outSize()}, elementType),
                               x, weight, a, b, c, d, stage.order, chain::PackingAttr());
  }
  return convertActivations(builder, loc, x, matrix.getElementType());
}

/// [[0, 1, .., rank - 2], [rank - 1]]
static SmallVector<ReassociationIndices> leadingDimensions(int64_t rank) {
  return {llvm::to_vector(llvm::seq<int64_t>(0, rank - 1)), {rank - 1}};
}

/// (d0, d1, .., n)  ->  (d0 d1 .., n);  (n)  ->  (1, n)
static Value flattenRows(OpBuilder &builder, Location loc, Value x) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getRank() == 2)
    return x;
  if (type.getRank() == 1) {
    auto row = RankedTensorType::get({1, type.getDimSize(0)}, type.getElementType());
    return tensor::ExpandShapeOp::create(builder, loc, row, x,
                                         ArrayRef<ReassociationIndices>{{0, 1}});
  }
  return tensor::CollapseShapeOp::create(builder, loc, x, leadingDimensions(type.getRank()));
}

/// The inverse of `flattenRows`: `y` (rows, out) in the leading dimensions of `x`.
static Value restoreRows(OpBuilder &builder, Location loc, Value y, Value x,
                         RankedTensorType type) {
  if (type.getRank() == 2)
    return y;
  if (type.getRank() == 1)
    return tensor::CollapseShapeOp::create(builder, loc, y, ArrayRef<ReassociationIndices>{{0, 1}});
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, x);
  sizes.back() = builder.getIndexAttr(type.getShape().back());
  return tensor::ExpandShapeOp::create(builder, loc, type, y, leadingDimensions(type.getRank()),
                                       sizes);
}

/// The n x n identity as a `linalg.generic` over an empty tensor.
static Value buildIdentity(OpBuilder &builder, Location loc, int64_t n, Type elementType) {
  Value empty = tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>{n, n}, elementType);
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(elementType));
  Value one = arith::ConstantOp::create(builder, loc, builder.getFloatAttr(elementType, 1.0));
  auto body = [&](OpBuilder &nested, Location loc, ValueRange) {
    Value row = linalg::IndexOp::create(nested, loc, 0);
    Value column = linalg::IndexOp::create(nested, loc, 1);
    Value onDiagonal = arith::CmpIOp::create(nested, loc, arith::CmpIPredicate::eq, row, column);
    Value value = arith::SelectOp::create(nested, loc, onDiagonal, one, zero);
    linalg::YieldOp::create(nested, loc, value);
  };
  SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
  return linalg::GenericOp::create(builder, loc, empty.getType(), ValueRange(), empty,
                                   builder.getMultiDimIdentityMap(2), iterators, body)
      .getResult(0);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

/// assemble(p1, .., pn)  ->  p1, .., pn
struct AssembleToParameters : OpConversionPattern<linop::AssembleOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(linop::AssembleOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithMultiple(op, ArrayRef<ValueRange>(adaptor.getParameters()));
    return success();
  }
};

/// transpose(m)  ->  the parameters of m; the stages come from the new type
struct TransposeToParameters : OpConversionPattern<linop::TransposeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(linop::TransposeOp op, OneToNOpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithMultiple(op, ArrayRef<ValueRange>(adaptor.getMatrix()));
    return success();
  }
};

/// apply(m, x)  ->  stage(..stage(x, p1).., pn)
struct ApplyToStages : OpConversionPattern<linop::ApplyOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(linop::ApplyOp op, OneToNOpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value x = adaptor.getX().front();
    Value rows = flattenRows(rewriter, loc, x);
    Value y = buildChain(rewriter, loc, op.getMatrix().getType(), adaptor.getMatrix(), rows);
    rewriter.replaceOp(op, restoreRows(rewriter, loc, y, x, op.getY().getType()));
    return success();
  }
};

/// materialize(m)  ->  transpose(m applied to every row of the identity):
/// row j of the identity becomes M e_j, which is column j of M.
struct MaterializeToStages : OpConversionPattern<linop::MaterializeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(linop::MaterializeOp op, OneToNOpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType matrix = op.getMatrix().getType();
    Type elementType = matrix.getElementType();
    Value identity = buildIdentity(rewriter, loc, matrix.getDimSize(1), elementType);
    Value columns = buildChain(rewriter, loc, matrix, adaptor.getMatrix(), identity);
    Value empty = tensor::EmptyOp::create(rewriter, loc, matrix.getShape(), elementType);
    rewriter.replaceOpWithNewOp<linalg::TransposeOp>(op, columns, empty, ArrayRef<int64_t>{1, 0});
    return success();
  }
};

} // namespace

void danaus::populateLinopToChainPatterns(const TypeConverter &converter,
                                          RewritePatternSet &patterns) {
  danaus::addPatterns<ApplyToStages, AssembleToParameters, MaterializeToStages,
                      TransposeToParameters>(patterns, converter, patterns.getContext());
}
