//===- ParameterProduct.cpp - Products of parameters, rounded once --------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/ParameterProduct.h"
#include "danaus/Conversion/ProgramToChain.h"
#include "danaus/Conversion/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

static std::string flatten(ArrayRef<std::string> dims) {
  std::string letters;
  for (const std::string &dim : dims)
    letters += dim;
  return letters;
}

int64_t ParameterProduct::sizeOf(char letter) const {
  return llvm::find_if(loops, [&](const EinsumLoop &loop) { return loop.first == letter; })->second;
}

int64_t ParameterProduct::resultSize() const {
  int64_t size = 1;
  for (char letter : flatten(result))
    size *= sizeOf(letter);
  return size;
}

/// All letters, those of the result first and in its order.
static std::string loopOrder(const ParameterProduct &product) {
  std::string order = flatten(product.result);
  for (const EinsumLoop &loop : product.loops)
    if (order.find(loop.first) == std::string::npos)
      order += loop.first;
  return order;
}

static SmallVector<int64_t> sizesOf(const ParameterProduct &product, StringRef letters) {
  return llvm::map_to_vector(letters, [&](char letter) { return product.sizeOf(letter); });
}

static bool onlyMoves(const ParameterProduct &product) {
  return product.terms.size() == 1 &&
         flatten(product.terms[0].dims).size() == flatten(product.result).size();
}

static RankedTensorType resultType(const ParameterProduct &product, Type elementType) {
  SmallVector<int64_t> shape;
  for (const std::string &dim : product.result) {
    shape.push_back(1);
    for (char letter : dim)
      shape.back() *= product.sizeOf(letter);
  }
  return RankedTensorType::get(shape, elementType);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Null for what is no constant or one of complex numbers.
static DenseElementsAttr getConstant(Value value) {
  DenseElementsAttr elements;
  bool isScalar =
      matchPattern(value, m_Constant(&elements)) && elements.getElementType().isIntOrFloat();
  return isScalar ? elements : nullptr;
}

bool danaus::isConstantParameter(Value value) { return bool(getConstant(value)); }

static Value createConstant(OpBuilder &builder, Location loc, DenseElementsAttr elements) {
  return arith::ConstantOp::create(builder, loc, elements);
}

namespace {
/// Walks all values of the loops, the last the fastest, and keeps an offset into
/// each of several row-major tensors on some of the loops.
class LoopWalk {
public:
  LoopWalk(const ParameterProduct &product, StringRef loops) : sizes(sizesOf(product, loops)) {
    counters.assign(sizes.size(), 0);
  }

  /// Adds a tensor whose digits are `letters`; `loops` as in the constructor.
  void add(StringRef letters, StringRef loops) {
    SmallVector<int64_t> &stride = strides.emplace_back(sizes.size(), 0);
    int64_t step = 1;
    for (char letter : llvm::reverse(letters)) {
      size_t loop = loops.find(letter);
      stride[loop] = step;
      step *= sizes[loop];
    }
    offsets.push_back(0);
  }

  int64_t offset(size_t tensor) const { return offsets[tensor]; }

  /// Goes on; false at the end.
  bool next() {
    for (size_t loop = sizes.size(); loop-- > 0;) {
      bool wraps = ++counters[loop] == sizes[loop];
      for (auto [offset, stride] : llvm::zip_equal(offsets, strides))
        offset += wraps ? -stride[loop] * (sizes[loop] - 1) : stride[loop];
      if (!wraps)
        return true;
      counters[loop] = 0;
    }
    return false;
  }

private:
  SmallVector<int64_t> sizes, counters;
  SmallVector<SmallVector<int64_t>> strides;
  SmallVector<int64_t> offsets;
};
} // namespace

static double toDouble(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return value.convertToDouble();
}

/// Constants in another order, whatever their type.
static DenseElementsAttr moveConstant(const ParameterProduct &product, DenseElementsAttr elements) {
  RankedTensorType type = resultType(product, elements.getElementType());
  if (elements.isSplat())
    return elements.resizeSplat(type);
  std::string loops = flatten(product.result);
  LoopWalk walk(product, loops);
  walk.add(flatten(product.terms[0].dims), loops);
  auto values = llvm::to_vector(elements.getValues<Attribute>());
  SmallVector<Attribute> moved;
  moved.reserve(values.size());
  do
    moved.push_back(values[walk.offset(0)]);
  while (walk.next());
  return DenseElementsAttr::get(type, moved);
}

static DenseElementsAttr multiplyConstants(const ParameterProduct &product,
                                           ArrayRef<DenseElementsAttr> constants,
                                           Type elementType) {
  std::string loops = loopOrder(product);
  LoopWalk walk(product, loops);
  SmallVector<std::vector<double>> factors;
  for (auto [term, elements] : llvm::zip_equal(product.terms, constants)) {
    walk.add(flatten(term.dims), loops);
    std::vector<double> &values = factors.emplace_back();
    for (APFloat value : elements.getValues<APFloat>())
      values.push_back(toDouble(value));
  }
  walk.add(flatten(product.result), loops);
  std::vector<double> sums(product.resultSize(), 0.0);
  do {
    double value = 1;
    for (auto [index, factor] : llvm::enumerate(factors))
      value *= factor[walk.offset(index)];
    sums[walk.offset(factors.size())] += value;
  } while (walk.next());
  SmallVector<APFloat> rounded;
  rounded.reserve(sums.size());
  for (double sum : sums)
    rounded.push_back(roundConstant(sum, elementType));
  return DenseElementsAttr::get(resultType(product, elementType), rounded);
}

//===----------------------------------------------------------------------===//
// linalg
//===----------------------------------------------------------------------===//

/// {0}, {1, 2}, ..: which digits are dimension 0, 1, ..
static SmallVector<ReassociationIndices> groupsOf(ArrayRef<std::string> dims) {
  SmallVector<ReassociationIndices> groups;
  int64_t digit = 0;
  for (const std::string &dim : dims) {
    groups.emplace_back();
    for (size_t i = 0; i < dim.size(); ++i)
      groups.back().push_back(digit++);
  }
  return groups;
}

/// Whether every dimension of `type` is one of `dims` and has digits: one of size
/// 1 need not be, and then no group says where it is.
static bool haveGroups(RankedTensorType type, ArrayRef<std::string> dims) {
  return type.getRank() == int64_t(dims.size()) &&
         llvm::none_of(dims, [](const std::string &dim) { return dim.empty(); });
}

/// The term with one dimension a digit.
static Value expandTerm(OpBuilder &builder, Location loc, const ParameterProduct &product,
                        const ParameterTerm &term) {
  auto type = cast<RankedTensorType>(term.value.getType());
  SmallVector<int64_t> digits = sizesOf(product, flatten(term.dims));
  if (type.getShape() == ArrayRef<int64_t>(digits) || !haveGroups(type, term.dims))
    return reshapeTo(builder, loc, term.value, digits);
  auto expanded = RankedTensorType::get(digits, type.getElementType());
  return tensor::ExpandShapeOp::create(builder, loc, expanded, term.value, groupsOf(term.dims));
}

/// The map from all loops to the digits of one tensor.
static AffineMap mapOf(MLIRContext *context, StringRef letters, StringRef loops) {
  SmallVector<AffineExpr> digits;
  for (char letter : letters)
    digits.push_back(getAffineDimExpr(loops.find(letter), context));
  return AffineMap::get(loops.size(), 0, digits, context);
}

/// The product of the terms in f64, plus the sum so far if there is one.
static Value buildBody(OpBuilder &builder, Location loc, ValueRange arguments, bool isSum) {
  Type wide = builder.getF64Type();
  Value value = convertFloat(builder, loc, arguments.front(), wide);
  for (Value factor : arguments.drop_front().drop_back()) {
    Value extended = convertFloat(builder, loc, factor, wide);
    value = arith::MulFOp::create(builder, loc, value, extended);
  }
  return isSum ? arith::AddFOp::create(builder, loc, arguments.back(), value) : value;
}

/// A sum in f64, rounded element by element.
static Value roundTensor(OpBuilder &builder, Location loc, Value sums, Type elementType) {
  auto type = cast<RankedTensorType>(sums.getType());
  if (type.getElementType() == elementType)
    return sums;
  Value init = tensor::EmptyOp::create(builder, loc, type.getShape(), elementType);
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  auto rounded = linalg::GenericOp::create(
      builder, loc, init.getType(), sums, init, ArrayRef<AffineMap>{identity, identity}, iterators,
      [&](OpBuilder &inner, Location where, ValueRange arguments) {
        Value value = convertFloat(inner, where, arguments[0], elementType);
        linalg::YieldOp::create(inner, where, value);
      });
  return rounded.getResult(0);
}

/// linalg.generic over all loops; the result has one dimension a digit.
static Value buildGeneric(OpBuilder &builder, Location loc, const ParameterProduct &product,
                          Type elementType) {
  MLIRContext *context = builder.getContext();
  std::string loops = loopOrder(product), digits = flatten(product.result);
  bool isSum = loops.size() > digits.size(), moves = onlyMoves(product);
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (const ParameterTerm &term : product.terms) {
    inputs.push_back(expandTerm(builder, loc, product, term));
    maps.push_back(mapOf(context, flatten(term.dims), loops));
  }
  maps.push_back(mapOf(context, digits, loops));
  Type stored = isSum ? builder.getF64Type() : elementType;
  Value init = tensor::EmptyOp::create(builder, loc, sizesOf(product, digits), stored);
  if (isSum) {
    Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(stored));
    init = linalg::FillOp::create(builder, loc, zero, init).getResult(0);
  }
  SmallVector<utils::IteratorType> iterators(loops.size(), utils::IteratorType::reduction);
  std::fill_n(iterators.begin(), digits.size(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), inputs, init, maps, iterators,
      [&](OpBuilder &inner, Location where, ValueRange arguments) {
        Value value = moves ? arguments[0] : buildBody(inner, where, arguments, isSum);
        if (!moves && !isSum)
          value = convertFloat(inner, where, value, elementType);
        linalg::YieldOp::create(inner, where, value);
      });
  return moves ? generic.getResult(0)
               : roundTensor(builder, loc, generic.getResult(0), elementType);
}

Value danaus::multiplyParameters(OpBuilder &builder, Location loc, const ParameterProduct &product,
                                 Type elementType) {
  SmallVector<DenseElementsAttr> constants = llvm::map_to_vector(
      product.terms, [](const ParameterTerm &term) { return getConstant(term.value); });
  if (llvm::all_of(constants, [](DenseElementsAttr constant) { return bool(constant); }))
    return createConstant(builder, loc,
                          onlyMoves(product) ? moveConstant(product, constants[0])
                                             : multiplyConstants(product, constants, elementType));
  Value value = buildGeneric(builder, loc, product, elementType);
  RankedTensorType type = resultType(product, elementType);
  if (value.getType() == type || !haveGroups(type, product.result))
    return reshapeTo(builder, loc, value, type.getShape());
  return tensor::CollapseShapeOp::create(builder, loc, type, value, groupsOf(product.result));
}

//===----------------------------------------------------------------------===//
// One parameter
//===----------------------------------------------------------------------===//

Value danaus::transposeParameter(OpBuilder &builder, Location loc, Value value,
                                 ArrayRef<unsigned> order) {
  auto type = cast<RankedTensorType>(value.getType());
  if (llvm::is_sorted(order))
    return value;
  ParameterProduct product;
  ParameterTerm &term = product.terms.emplace_back(ParameterTerm{value, {}});
  for (auto [dim, size] : llvm::enumerate(type.getShape())) {
    product.loops.push_back({char('a' + dim), size});
    term.dims.push_back(std::string(1, char('a' + dim)));
  }
  for (unsigned dim : order)
    product.result.push_back(term.dims[dim]);
  if (isConstantParameter(value))
    return multiplyParameters(builder, loc, product, type.getElementType());
  SmallVector<int64_t> permutation(order);
  Value init = tensor::EmptyOp::create(
      builder, loc, resultType(product, type.getElementType()).getShape(), type.getElementType());
  return linalg::TransposeOp::create(builder, loc, value, init, permutation)->getResult(0);
}

Value danaus::sliceParameter(OpBuilder &builder, Location loc, Value value,
                             ArrayRef<int64_t> indices) {
  auto type = cast<RankedTensorType>(value.getType());
  ArrayRef<int64_t> rest = type.getShape().drop_front(indices.size());
  auto sliced = RankedTensorType::get(rest, type.getElementType());
  if (DenseElementsAttr elements = getConstant(value)) {
    int64_t position = 0;
    for (auto [index, size] : llvm::zip(indices, type.getShape()))
      position = position * size + index;
    auto values = llvm::to_vector(llvm::make_range(
        elements.getValues<Attribute>().begin() + position * sliced.getNumElements(),
        elements.getValues<Attribute>().begin() + (position + 1) * sliced.getNumElements()));
    return createConstant(builder, loc, DenseElementsAttr::get(sliced, values));
  }
  SmallVector<OpFoldResult> offsets, sizes, strides(type.getRank(), builder.getIndexAttr(1));
  for (int64_t index : indices) {
    offsets.push_back(builder.getIndexAttr(index));
    sizes.push_back(builder.getIndexAttr(1));
  }
  for (int64_t size : rest) {
    offsets.push_back(builder.getIndexAttr(0));
    sizes.push_back(builder.getIndexAttr(size));
  }
  return tensor::ExtractSliceOp::create(builder, loc, sliced, value, offsets, sizes, strides);
}
