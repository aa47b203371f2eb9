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
#include "danaus/Conversion/ProgramToChain.h"
#include "danaus/Conversion/Utils.h"
#include "danaus/Support/PatternSwitch.h"
#include "dialects/Chain/ChainOps.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
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

std::string danaus::checkStructureStages(RankedTensorType type) {
  linop::StructureAttrInterface structure = linop::getStructure(type);
  SmallVector<SmallVector<int64_t>> shapes;
  for (RankedTensorType parameter : structure.getParameterTypes(type))
    shapes.push_back(SmallVector<int64_t>(parameter.getShape()));
  StageProgram program = structure.buildStages(type);
  if (program.inSize() != type.getDimSize(1))
    return "wanted " + std::to_string(type.getDimSize(1)) + " columns, found " +
           std::to_string(program.inSize());
  return program.check(shapes, type.getDimSize(0));
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

namespace {
/// How activations of any rank become rows, and back. With the axis k:
///
///   (d0, .., n, e0, ..)  ->  (d0 .., n e0 ..)
struct RowsView {
  RankedTensorType type; ///< of the activations
  int64_t axis;

  int64_t size() const { return type.getDimSize(axis); }
  /// The columns side by side after the axis, or nothing when not static.
  std::optional<int64_t> inner() const {
    int64_t product = 1;
    for (int64_t size : type.getShape().drop_front(axis + 1)) {
      if (ShapedType::isDynamic(size))
        return std::nullopt;
      product *= size;
    }
    return product;
  }
  /// {{0, .., axis - 1}, {axis, .., rank - 1}}
  SmallVector<ReassociationIndices> groups() const {
    return {llvm::to_vector(llvm::seq<int64_t>(0, axis)),
            llvm::to_vector(llvm::seq<int64_t>(axis, type.getRank()))};
  }
};
} // namespace

/// All of `x` in one dimension, when it has no rows before the axis.
static Value flattenRows(OpBuilder &builder, Location loc, Value x, const RowsView &view) {
  RankedTensorType type = view.type;
  if (view.axis > 0 && type.getRank() == 2)
    return x;
  if (view.axis > 0)
    return tensor::CollapseShapeOp::create(builder, loc, x, view.groups());
  if (type.getRank() > 1)
    x = tensor::CollapseShapeOp::create(
        builder, loc, x,
        ArrayRef<ReassociationIndices>{llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()))});
  auto row = RankedTensorType::get({1, type.getNumElements()}, type.getElementType());
  return tensor::ExpandShapeOp::create(builder, loc, row, x,
                                       ArrayRef<ReassociationIndices>{{0, 1}});
}

/// The inverse of `flattenRows`: `y` (rows, columns) in the shape `type`, whose
/// dimensions are those of `x` except the axis.
static Value restoreRows(OpBuilder &builder, Location loc, Value y, Value x, RankedTensorType type,
                         const RowsView &view) {
  if (view.axis > 0 && type.getRank() == 2)
    return y;
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, x);
  sizes[view.axis] = builder.getIndexAttr(type.getDimSize(view.axis));
  if (view.axis > 0)
    return tensor::ExpandShapeOp::create(builder, loc, type, y, view.groups(), sizes);
  y = tensor::CollapseShapeOp::create(builder, loc, y, ArrayRef<ReassociationIndices>{{0, 1}});
  if (type.getRank() == 1)
    return y;
  ReassociationIndices all = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  return tensor::ExpandShapeOp::create(builder, loc, type, y, ArrayRef<ReassociationIndices>{all},
                                       sizes);
}

/// `x` with dimension `from` moved to the place `to`.
static Value moveAxis(OpBuilder &builder, Location loc, Value x, int64_t from, int64_t to) {
  if (from == to)
    return x;
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, x), moved;
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, sizes.size()));
  order.erase(order.begin() + from);
  order.insert(order.begin() + to, from);
  for (int64_t dimension : order)
    moved.push_back(sizes[dimension]);
  Type element = getElementTypeOrSelf(x.getType());
  Value empty = tensor::EmptyOp::create(builder, loc, moved, element);
  return linalg::TransposeOp::create(builder, loc, x, empty, order)->getResult(0);
}

/// `type` with `size` along `axis`.
static RankedTensorType withSize(RankedTensorType type, int64_t axis, int64_t size) {
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] = size;
  return RankedTensorType::get(shape, type.getElementType());
}

/// `program` along `axis` of `x`. Columns after the axis become digits of every
/// stage; where they cannot, the axis is moved to the end and back.
static Value applyAlong(OpBuilder &builder, Location loc, StageProgram program,
                        ValueRange parameters, Value x, int64_t axis, Type element) {
  RowsView view{cast<RankedTensorType>(x.getType()), axis};
  if (llvm::is_contained(view.type.getShape(),
                         0)) { // nothing to compute, and slices of it are errors
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, x);
    sizes[axis] = builder.getIndexAttr(program.outSize());
    return tensor::EmptyOp::create(builder, loc, sizes, element);
  }
  int64_t out = program.outSize(), last = view.type.getRank() - 1;
  if (axis != last) {
    std::optional<int64_t> inner = view.inner();
    bool isStatic = axis > 0 || view.type.hasStaticShape();
    std::optional<StageProgram> wide =
        inner && *inner > 0 && isStatic ? program.withInner(*inner) : std::nullopt;
    if (!wide) {
      Value moved = moveAxis(builder, loc, x, axis, last);
      Value y = applyAlong(builder, loc, program, parameters, moved, last, element);
      return moveAxis(builder, loc, y, last, axis);
    }
    program = *wide;
  }
  Value rows = flattenRows(builder, loc, x, view);
  Value y = buildProgram(builder, loc, program, parameters, rows, element);
  return restoreRows(builder, loc, y, x, withSize(view.type, axis, out).clone(element), view);
}

/// The n x n identity as a `linalg.generic` over an empty tensor.
static Value buildIdentity(OpBuilder &builder, Location loc, int64_t n, Type elementType) {
  Value empty = tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>{n, n}, elementType);
  Value zero = createScalar(builder, loc, elementType, 0.0);
  Value one = createScalar(builder, loc, elementType, 1.0);
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

/// parameters(m)  ->  the parameters of m
struct ParametersToParameters : OpConversionPattern<linop::ParametersOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(linop::ParametersOp op, OneToNOpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, adaptor.getMatrix());
    return success();
  }
};

/// product(f1, .., fn), sum(t1, .., tn), scale(m, s)  ->  all their parameters
template <typename Op> struct CompositeToParameters : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;
  using OneToNOpAdaptor = typename OpConversionPattern<Op>::OneToNOpAdaptor;
  LogicalResult matchAndRewrite(Op op, OneToNOpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> all;
    for (ValueRange parameters : adaptor.getOperands())
      llvm::append_range(all, parameters);
    rewriter.replaceOpWithMultiple(op, ArrayRef<ValueRange>(all));
    return success();
  }
};
using ProductToParameters = CompositeToParameters<linop::ProductOp>;
using SumToParameters = CompositeToParameters<linop::SumOp>;
using ScaleToParameters = CompositeToParameters<linop::ScaleOp>;

/// The stages of `matrix`, or of its transpose.
static StageProgram stagesOf(RankedTensorType matrix, bool isTransposed, bool foldPermutations) {
  StageProgram program = linop::getStructure(matrix).buildStages(matrix);
  if (isTransposed)
    program = program.transposed();
  return foldPermutations ? program.withoutPermutations() : program;
}

/// apply(m, x)  ->  stage(..stage(x, p1).., pn)
struct ApplyToStages : OpConversionPattern<linop::ApplyOp> {
  ApplyToStages(const TypeConverter &converter, MLIRContext *context, bool foldPermutations)
      : OpConversionPattern(converter, context), foldPermutations(foldPermutations) {}
  LogicalResult matchAndRewrite(linop::ApplyOp op, OneToNOpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType matrix = op.getMatrix().getType();
    Type element = linop::getStructure(matrix).getResultElementType(matrix);
    StageProgram program = stagesOf(matrix, op.getRight(), foldPermutations);
    Value y = applyAlong(rewriter, op.getLoc(), program, adaptor.getMatrix(),
                         adaptor.getX().front(), op.getMixedAxis(), element);
    rewriter.replaceOp(op, y);
    return success();
  }
  bool foldPermutations;
};

/// materialize(m)  ->  transpose(m applied to every row of the identity):
/// row j of the identity becomes M e_j, which is column j of M.
struct MaterializeToStages : OpConversionPattern<linop::MaterializeOp> {
  MaterializeToStages(const TypeConverter &converter, MLIRContext *context, bool foldPermutations)
      : OpConversionPattern(converter, context), foldPermutations(foldPermutations) {}
  LogicalResult matchAndRewrite(linop::MaterializeOp op, OneToNOpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType matrix = op.getMatrix().getType();
    Type element = matrix.getElementType();
    Value identity = buildIdentity(rewriter, loc, matrix.getDimSize(1), element);
    StageProgram program = stagesOf(matrix, false, foldPermutations);
    Value columns = buildProgram(rewriter, loc, program, adaptor.getMatrix(), identity, element);
    Value empty = tensor::EmptyOp::create(rewriter, loc, matrix.getShape(), element);
    rewriter.replaceOpWithNewOp<linalg::TransposeOp>(op, columns, empty, ArrayRef<int64_t>{1, 0});
    return success();
  }
  bool foldPermutations;
};

} // namespace

void danaus::populateLinopToChainPatterns(const TypeConverter &converter,
                                          RewritePatternSet &patterns, bool foldPermutations) {
  MLIRContext *context = patterns.getContext();
  addPatterns<AssembleToParameters, ParametersToParameters, ProductToParameters, ScaleToParameters,
              SumToParameters, TransposeToParameters>(patterns, converter, context);
  addPatterns<ApplyToStages, MaterializeToStages>(patterns, converter, context, foldPermutations);
}
