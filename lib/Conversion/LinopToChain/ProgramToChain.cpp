//===- ProgramToChain.cpp - Stage programs to chain operations -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/ProgramToChain.h"
#include "danaus/Conversion/Utils.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// {{0, 1, .., rank - 1}}, or {} for rank 0.
static SmallVector<ReassociationIndices> oneGroup(int64_t rank) {
  if (rank == 0)
    return {};
  return {llvm::to_vector(llvm::seq<int64_t>(0, rank))};
}

Value danaus::reshapeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  auto flat = RankedTensorType::get({type.getNumElements()}, type.getElementType());
  if (type.getRank() == 0)
    value = tensor::ExpandShapeOp::create(builder, loc, flat, value, oneGroup(0));
  else if (type.getRank() > 1)
    value = tensor::CollapseShapeOp::create(builder, loc, value, oneGroup(type.getRank()));
  auto result = RankedTensorType::get(shape, type.getElementType());
  if (shape.empty())
    return tensor::CollapseShapeOp::create(builder, loc, result, value,
                                           SmallVector<ReassociationIndices>());
  if (shape.size() == 1)
    return value;
  return tensor::ExpandShapeOp::create(builder, loc, result, value, oneGroup(shape.size()));
}

/// `value` with one index of some dimensions, which are dropped.
static Value sliceAt(OpBuilder &builder, Location loc, Value value,
                     ArrayRef<std::pair<unsigned, int64_t>> fixed) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> sizes = getAsIndexOpFoldResult(builder.getContext(), type.getShape());
  SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
  SmallVector<int64_t> visible;
  for (auto [dimension, size] : llvm::enumerate(type.getShape())) {
    const auto *entry = llvm::find_if(fixed, [&](auto pair) { return pair.first == dimension; });
    if (entry == fixed.end()) {
      visible.push_back(size);
      continue;
    }
    offsets[dimension] = builder.getIndexAttr(entry->second);
    sizes[dimension] = builder.getIndexAttr(1);
  }
  auto result = RankedTensorType::get(visible, type.getElementType());
  return tensor::ExtractSliceOp::create(builder, loc, result, value, offsets, sizes, strides);
}

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

static Type elementOf(Value value) { return getElementTypeOrSelf(value.getType()); }

/// Activations in another element type: a `chain.map` that casts.
static Value convertActivations(OpBuilder &builder, Location loc, Value x, Type element) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getElementType() == element)
    return x;
  auto map = chain::MapOp::create(builder, loc, type.clone(element), x, ValueRange());
  OpBuilder::InsertionGuard guard(builder);
  Block *body = builder.createBlock(&map.getBody(), {}, type.getElementType(), loc);
  Value cast = convertFloat(builder, loc, body->getArgument(0), element);
  chain::YieldOp::create(builder, loc, cast);
  return map.getY();
}

static DenseElementsAttr makeElements(RankedTensorType type,
                                      ArrayRef<std::complex<double>> values) {
  Type element = type.getElementType();
  if (isa<IntegerType>(element)) {
    auto integers = llvm::map_to_vector(values, [&](std::complex<double> value) {
      return APInt(element.getIntOrFloatBitWidth(), int64_t(value.real()), /*isSigned=*/true);
    });
    return DenseElementsAttr::get(type, integers);
  }
  if (auto complex = dyn_cast<ComplexType>(element)) {
    auto pairs = llvm::map_to_vector(values, [&](std::complex<double> value) {
      return std::complex<APFloat>(roundConstant(value.real(), complex.getElementType()),
                                   roundConstant(value.imag(), complex.getElementType()));
    });
    return DenseElementsAttr::get(type, pairs);
  }
  auto floats = llvm::map_to_vector(
      values, [&](std::complex<double> value) { return roundConstant(value.real(), element); });
  return DenseElementsAttr::get(type, floats);
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

namespace {
/// Builds the values of a program, one stage after another.
struct ProgramBuilder {
  OpBuilder &builder;
  Location loc;
  const StageProgram &program;
  ValueRange parameters;
  SmallVector<Value> values;

  /// The values that a stage reads; a constant takes the type `element`.
  Value weight(const StageWeight &weight, Type element) {
    Value value;
    if (weight.isConstant) {
      const StageConstant &constant = program.getConstants()[weight.index];
      auto type = RankedTensorType::get(constant.shape, element);
      value = arith::ConstantOp::create(builder, loc, makeElements(type, constant.values));
    } else {
      value = parameters[weight.index];
    }
    if (weight.shape.empty())
      return value;
    value = reshapeTo(builder, loc, value, weight.shape);
    return weight.fixed.empty() ? value : sliceAt(builder, loc, value, weight.fixed);
  }

  Value build(const EinsumStage &stage) {
    Value weights = weight(stage.weight, elementOf(values[stage.x]));
    Type element = elementOf(weights);
    Value x = convertActivations(builder, loc, values[stage.x], element);
    std::optional<Einsum::KroneckerSparse> sparse = stage.einsum.asKroneckerSparse();
    if (!sparse || !isa<FloatType>(element)) {
      SmallVector<int64_t> shape = stage.einsum.sizesOf(stage.einsum.weight);
      return chain::EinsumOp::create(builder, loc, x, reshapeTo(builder, loc, weights, shape),
                                     stage.einsum);
    }
    const auto &[a, b, c, d] = sparse->pattern;
    int64_t rows = cast<RankedTensorType>(x.getType()).getDimSize(0);
    weights = reshapeTo(builder, loc, weights, weightShape(sparse->pattern, sparse->order));
    return chain::StageOp::create(builder, loc, RankedTensorType::get({rows, a * b * d}, element),
                                  x, weights, a, b, c, d, sparse->order, chain::PackingAttr(),
                                  chain::DigitsAttr(), chain::TransformAttr());
  }

  Value build(const PermuteStage &stage) {
    DigitPermutation permutation = stage.permutation.simplified();
    if (permutation.isIdentity())
      return values[stage.x];
    SmallVector<int64_t> order(permutation.order());
    Value x = values[stage.x];
    return chain::PermuteOp::create(builder, loc, x.getType(), x, permutation.sizes(), order);
  }

  Value build(const GatherStage &stage) {
    Value table = weight(stage.table, builder.getI32Type());
    Value x = values[stage.x];
    return chain::GatherOp::create(builder, loc, x.getType(), x, table, stage.scatters);
  }

  Value build(const SparseStage &stage) {
    Value weights = weight(stage.weight, elementOf(values[stage.x]));
    Value x = convertActivations(builder, loc, values[stage.x], elementOf(weights));
    SmallVector<Value> indices = llvm::map_to_vector(stage.indices, [&](const StageWeight &index) {
      return weight(index, builder.getI32Type());
    });
    auto [out, in] = sizesOf(stage.pattern);
    auto type = cast<RankedTensorType>(x.getType());
    auto y = RankedTensorType::get({type.getDimSize(0), stage.transposes ? in : out},
                                   type.getElementType());
    if (const auto *groups = std::get_if<GroupPattern>(&stage.pattern))
      return chain::GroupedOp::create(builder, loc, y, x, weights, indices[0], groups->n, groups->m,
                                      groups->axis, stage.transposes);
    return chain::IndexedOp::create(builder, loc, y, x, weights, indices[0], indices[1],
                                    stage.transposes);
  }

  /// Columns cut off, or written over zeros.
  Value build(const ResizeStage &stage) {
    Value x = values[stage.x];
    auto type = cast<RankedTensorType>(x.getType());
    OpFoldResult rows = tensor::getMixedSize(builder, loc, x, 0);
    OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
    SmallVector<OpFoldResult> offsets{zero, zero}, strides{one, one};
    int64_t kept = std::min(stage.columns, type.getDimSize(1));
    SmallVector<OpFoldResult> sizes{rows, builder.getIndexAttr(kept)};
    if (kept == stage.columns)
      return tensor::ExtractSliceOp::create(builder, loc, x, offsets, sizes, strides);
    SmallVector<OpFoldResult> shape{rows, builder.getIndexAttr(stage.columns)};
    Value empty = tensor::EmptyOp::create(builder, loc, shape, type.getElementType());
    Value value = createScalar(builder, loc, type.getElementType(), 0.0);
    Value zeros = linalg::FillOp::create(builder, loc, value, empty).getResult(0);
    return tensor::InsertSliceOp::create(builder, loc, x, zeros, offsets, sizes, strides);
  }

  /// One generic that adds all terms, in f32 where they are narrower.
  Value build(const SumStage &stage) {
    Type element = elementOf(values[stage.terms.front()]);
    SmallVector<Value> terms = llvm::map_to_vector(stage.terms, [&](StageValue term) {
      return convertActivations(builder, loc, values[term], element);
    });
    if (terms.size() == 1)
      return terms[0];
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, terms[0]);
    Value empty = tensor::EmptyOp::create(builder, loc, sizes, element);
    SmallVector<AffineMap> maps(terms.size() + 1, builder.getMultiDimIdentityMap(2));
    SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
    auto body = [&](OpBuilder &nested, Location loc, ValueRange scalars) {
      Value sum = addScalars(nested, loc, scalars.drop_back());
      linalg::YieldOp::create(nested, loc, sum);
    };
    return linalg::GenericOp::create(builder, loc, empty.getType(), terms, empty, maps, iterators,
                                     body)
        .getResult(0);
  }

  static Value addScalars(OpBuilder &builder, Location loc, ValueRange scalars) {
    Type element = scalars[0].getType();
    bool isComplex = isa<ComplexType>(element);
    Type sumType = isComplex ? element : chain::getAccumulatorType(element);
    Value sum;
    for (Value scalar : scalars) {
      Value term = isComplex ? scalar : convertFloat(builder, loc, scalar, sumType);
      if (!sum)
        sum = term;
      else if (isComplex)
        sum = complex::AddOp::create(builder, loc, sum, term);
      else
        sum = arith::AddFOp::create(builder, loc, sum, term);
    }
    return isComplex ? sum : convertFloat(builder, loc, sum, element);
  }

  /// A map, so that no pass takes the factors, one a column, for work on every element.
  Value build(const RescaleStage &stage) {
    Value factors = buildFactors(stage), x = values[stage.x];
    Type element = stage.to ? Type(builder.getI8Type()) : Type(builder.getF32Type());
    auto xType = cast<RankedTensorType>(x.getType());
    auto map = chain::MapOp::create(builder, loc, xType.clone(element), x, factors);
    OpBuilder::InsertionGuard guard(builder);
    Block *body = builder.createBlock(&map.getBody());
    Value sum = body->addArgument(xType.getElementType(), loc);
    Value factor = body->addArgument(builder.getF32Type(), loc);
    Value real = arith::SIToFPOp::create(builder, loc, builder.getF32Type(), sum);
    Value scaled = arith::MulFOp::create(builder, loc, real, factor);
    if (stage.to)
      scaled = saturate(builder, loc, scaled);
    chain::YieldOp::create(builder, loc, scaled);
    return map.getY();
  }

  /// What each of y's columns is multiplied with, in y's order.
  Value buildFactors(const RescaleStage &stage) {
    ArrayRef<int64_t> sizes = stage.order.sizes();
    Value channels = reshapeTo(builder, loc, weight(stage.channels, builder.getF32Type()), sizes);
    SmallVector<Value> inputs{channels, weight(stage.from, builder.getF32Type())};
    if (stage.to)
      inputs.push_back(weight(*stage.to, builder.getF32Type()));
    // The loops are y's digits.
    unsigned rank = sizes.size();
    SmallVector<AffineExpr> digits(rank);
    for (auto [loop, digit] : llvm::enumerate(stage.order.order()))
      digits[digit] = builder.getAffineDimExpr(loop);
    SmallVector<AffineMap> maps{AffineMap::get(rank, 0, digits, builder.getContext())};
    maps.append(inputs.size() - 1, AffineMap::get(rank, 0, builder.getContext()));
    maps.push_back(builder.getMultiDimIdentityMap(rank));
    SmallVector<int64_t> shape = stage.order.outputSizes();
    Value empty = tensor::EmptyOp::create(builder, loc, shape, builder.getF32Type());
    auto body = [&](OpBuilder &nested, Location loc, ValueRange scalars) {
      Value factor = arith::MulFOp::create(nested, loc, scalars[1], scalars[0]);
      if (stage.to)
        factor = arith::DivFOp::create(nested, loc, factor, scalars[2]);
      linalg::YieldOp::create(nested, loc, factor);
    };
    SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
    Value factors = linalg::GenericOp::create(builder, loc, empty.getType(), inputs, empty, maps,
                                              iterators, body)
                        .getResult(0);
    return reshapeTo(builder, loc, factors, stage.order.size());
  }

  /// An f32 rounded half to even into the range of i8; NaN goes to its low end. In
  /// the range, 1.5 2^23 more is a number whose last bit is worth 1: the addition
  /// rounds, and the low bits of the result are the integer.
  static Value saturate(OpBuilder &builder, Location loc, Value value) {
    Value low = createScalar(builder, loc, value.getType(), -128.0);
    Value high = createScalar(builder, loc, value.getType(), 127.0);
    Value magic = createScalar(builder, loc, value.getType(), 12582912.0);
    Value isAbove = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, value, low);
    Value above = arith::SelectOp::create(builder, loc, isAbove, value, low);
    Value isBelow = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT, above, high);
    Value inside = arith::SelectOp::create(builder, loc, isBelow, above, high);
    Value rounded = arith::AddFOp::create(builder, loc, inside, magic);
    Value bits = arith::BitcastOp::create(builder, loc, builder.getI32Type(), rounded);
    return arith::TruncIOp::create(builder, loc, builder.getI8Type(), bits);
  }

  Value build(const ToeplitzStage &stage) {
    Value diagonals = concatenate(stage);
    Value x = convertActivations(builder, loc, values[stage.x], elementOf(diagonals));
    int64_t rows = cast<RankedTensorType>(x.getType()).getDimSize(0);
    auto type = RankedTensorType::get({rows, stage.out}, elementOf(x));
    return chain::ToeplitzOp::create(builder, loc, type, x, diagonals);
  }

  /// The pieces one after another.
  Value concatenate(const ToeplitzStage &stage) {
    Type element = elementOf(weight(stage.pieces.front().weight, elementOf(values[stage.x])));
    int64_t length = stage.out + stage.in - 1, at = 0;
    Value result = tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>{length}, element);
    OpFoldResult one = builder.getIndexAttr(1);
    for (const WeightPiece &piece : stage.pieces) {
      if (piece.length == 0)
        continue;
      Value part = weight(piece.weight, element);
      OpFoldResult size = builder.getIndexAttr(piece.length);
      OpFoldResult start = builder.getIndexAttr(piece.start);
      part = tensor::ExtractSliceOp::create(builder, loc, part, start, size, one);
      if (piece.reversed)
        part = reverse(part, piece.length);
      OpFoldResult offset = builder.getIndexAttr(at);
      result = tensor::InsertSliceOp::create(builder, loc, part, result, offset, size, one);
      at += piece.length;
    }
    return result;
  }

  Value reverse(Value value, int64_t length) {
    Value empty =
        tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>{length}, elementOf(value));
    AffineExpr i = builder.getAffineDimExpr(0);
    SmallVector<AffineMap> maps{AffineMap::get(1, 0, builder.getAffineConstantExpr(length - 1) - i),
                                builder.getMultiDimIdentityMap(1)};
    auto body = [](OpBuilder &nested, Location loc, ValueRange scalars) {
      linalg::YieldOp::create(nested, loc, scalars[0]);
    };
    return linalg::GenericOp::create(builder, loc, empty.getType(), value, empty, maps,
                                     utils::IteratorType::parallel, body)
        .getResult(0);
  }
};
} // namespace

Value danaus::buildProgram(OpBuilder &builder, Location loc, const StageProgram &program,
                           ValueRange parameters, Value x, Type element) {
  ProgramBuilder state{builder, loc, program, parameters, {x}};
  for (const Stage &stage : program.getStages()) {
    Value value = std::visit([&](const auto &kind) { return state.build(kind); }, stage);
    state.values.push_back(value);
  }
  return convertActivations(builder, loc, state.values[program.getResult()], element);
}
