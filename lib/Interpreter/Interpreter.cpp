//===- Interpreter.cpp - Reference results in double precision ------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Interpreter/Interpreter.h"
#include "LinalgLoops.h"
#include "ScalarProgram.h"
#include "danaus/Support/HostTensor.h"
#include "danaus/Support/ParallelFor.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace danaus;

namespace {

/// What an SSA value holds: its parameters where it is structured, else one tensor.
using Parts = std::vector<ReferenceTensor>;

/// Evaluates one function body; calls nest, bounded by `depth`.
class Evaluator {
public:
  explicit Evaluator(int depth) : depth(depth) {}
  FailureOr<std::vector<Parts>> call(func::FuncOp function, std::vector<Parts> arguments);

private:
  static constexpr int maxDepth = 64;

  LogicalResult evaluate(Block &block);
  LogicalResult evaluate(Operation &op);
  LogicalResult evaluateOp(linop::ApplyOp op);
  LogicalResult evaluateOp(linop::MaterializeOp op);
  LogicalResult evaluateConstant(Operation &op);
  LogicalResult evaluateOp(arith::SelectOp op);
  LogicalResult evaluateOp(tensor::EmptyOp op);
  LogicalResult evaluateOp(tensor::DimOp op);
  LogicalResult evaluateOp(tensor::CastOp op);
  LogicalResult evaluateOp(tensor::ExtractSliceOp op);
  LogicalResult evaluateOp(tensor::ExpandShapeOp op);
  LogicalResult evaluateOp(tensor::CollapseShapeOp op);
  LogicalResult evaluateOp(linalg::SoftmaxOp op);
  LogicalResult evaluateOp(scf::IfOp op);
  LogicalResult evaluateOp(func::CallOp op);
  LogicalResult evaluateLinalg(linalg::LinalgOp op);
  LogicalResult evaluateElementwise(Operation &op);

  LogicalResult set(Value value, ReferenceTensor tensor);
  LogicalResult setReshaped(Value result, Value source, SmallVector<int64_t> shape);
  double scalar(Value value) { return parts[value].front().values->front(); }
  FailureOr<ReferenceTensor> plain(Operation *op, Value value);
  FailureOr<ReferenceTensor> applyTo(Operation *op, RankedTensorType type, const Parts &matrix,
                                     const ReferenceTensor &x);
  SmallVector<int64_t> resolve(ArrayRef<OpFoldResult> sizes);

  int depth;
  DenseMap<Value, Parts> parts;
};

} // namespace

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// Binds `tensor` to `value`, whose type's static sizes it must have.
LogicalResult Evaluator::set(Value value, ReferenceTensor tensor) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (type && (type.getRank() != int64_t(tensor.shape.size()) ||
               !llvm::all_of(llvm::zip_equal(type.getShape(), tensor.shape), [](auto pair) {
                 return ShapedType::isDynamic(std::get<0>(pair)) ||
                        std::get<0>(pair) == std::get<1>(pair);
               })))
    return value.getDefiningOp()->emitOpError()
           << "result: wanted " << type << ", found shape " << printShape(tensor.shape);
  parts[value] = {std::move(tensor)};
  return success();
}

LogicalResult Evaluator::setReshaped(Value result, Value source, SmallVector<int64_t> shape) {
  Operation *op = result.getDefiningOp();
  FailureOr<ReferenceTensor> tensor = plain(op, source);
  if (failed(tensor))
    return failure();
  if (countElements(shape) != countElements(tensor->shape))
    return op->emitOpError() << "changes the number of elements from " << printShape(tensor->shape)
                             << " to " << printShape(shape);
  return set(result, {std::move(shape), tensor->values, tensor->isComplex});
}

/// Sizes that are constants or index values.
SmallVector<int64_t> Evaluator::resolve(ArrayRef<OpFoldResult> sizes) {
  return llvm::map_to_vector(sizes, [&](OpFoldResult size) {
    if (auto attribute = dyn_cast<Attribute>(size))
      return cast<IntegerAttr>(attribute).getInt();
    return int64_t(scalar(cast<Value>(size)));
  });
}

/// Pairs of parts as complex numbers, or real numbers with imaginary part 0.
static std::vector<std::complex<double>> toComplex(const ReferenceTensor &tensor) {
  int64_t parts = tensor.getNumParts();
  std::vector<std::complex<double>> result(tensor.values->size() / parts);
  for (auto [i, value] : llvm::enumerate(result))
    value = {(*tensor.values)[i * parts], tensor.isComplex ? (*tensor.values)[2 * i + 1] : 0};
  return result;
}

/// Calls `apply(x, y)` on every row of `x`, rows in parallel.
template <typename Scalar, typename Apply>
static void applyToRows(RankedTensorType type, ArrayRef<Scalar> x, MutableArrayRef<Scalar> y,
                        Apply apply) {
  int64_t out = type.getDimSize(0), in = type.getDimSize(1);
  parallelFor(x.size() / in, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      apply(x.slice(row * in, in), y.slice(row * out, out));
  });
}

/// Applies a structured matrix, `matrix` its parameters, to every row of `x`.
FailureOr<ReferenceTensor> Evaluator::applyTo(Operation *op, RankedTensorType type,
                                              const Parts &matrix, const ReferenceTensor &x) {
  using Complex = std::complex<double>;
  linop::StructureAttrInterface structure = linop::getStructure(type);
  ReferenceTensor y{x.shape, nullptr, hasComplexElements(type)};
  y.shape.back() = type.getDimSize(0);
  auto values = allocateReference(op, y.shape, y.getNumParts());
  if (failed(values))
    return failure();
  y.values = *values;
  if (!y.isComplex) {
    SmallVector<ArrayRef<double>> parameters;
    for (const ReferenceTensor &parameter : matrix)
      parameters.push_back(*parameter.values);
    applyToRows<double>(type, *x.values, **values, [&](auto row, auto result) {
      structure.referenceApply(type, parameters, row, result);
    });
    return y;
  }
  std::vector<std::vector<Complex>> storage;
  for (const ReferenceTensor &parameter : matrix)
    storage.push_back(toComplex(parameter));
  SmallVector<ArrayRef<Complex>> parameters(storage.begin(), storage.end());
  std::vector<Complex> results((*values)->size() / 2);
  applyToRows<Complex>(type, toComplex(x), results, [&](auto row, auto result) {
    structure.referenceApplyComplex(type, parameters, row, result);
  });
  for (auto [i, value] : llvm::enumerate(results))
    (**values)[2 * i] = value.real(), (**values)[2 * i + 1] = value.imag();
  return y;
}

/// The dense form of any tensor value: column j of a structured matrix is M e_j.
FailureOr<ReferenceTensor> Evaluator::plain(Operation *op, Value value) {
  if (!linop::isStructured(value.getType()))
    return parts[value].front();
  auto type = cast<RankedTensorType>(value.getType());
  int64_t out = type.getDimSize(0), in = type.getDimSize(1);
  auto identity = allocateReference(op, {in, in});
  if (failed(identity))
    return failure();
  for (int64_t j = 0; j < in; ++j)
    (**identity)[j * in + j] = 1;
  FailureOr<ReferenceTensor> columns = applyTo(op, type, parts[value], {{in, in}, *identity});
  if (failed(columns))
    return failure();
  int64_t parts = columns->getNumParts();
  auto dense = allocateReference(op, {out, in}, parts);
  if (failed(dense))
    return failure();
  for (int64_t i = 0; i < out; ++i)
    for (int64_t j = 0; j < in; ++j)
      for (int64_t part = 0; part < parts; ++part)
        (**dense)[(i * in + j) * parts + part] = (*columns->values)[(j * out + i) * parts + part];
  return ReferenceTensor{{out, in}, *dense, columns->isComplex};
}

//===----------------------------------------------------------------------===//
// linop
//===----------------------------------------------------------------------===//

/// `x` with dimension `from` moved to the place `to`.
static ReferenceTensor moveAxis(const ReferenceTensor &x, int64_t from, int64_t to) {
  if (from == to)
    return x;
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, x.shape.size()));
  order.erase(order.begin() + from);
  order.insert(order.begin() + to, from);
  ReferenceTensor y{{}, nullptr, x.isComplex};
  for (int64_t dimension : order)
    y.shape.push_back(x.shape[dimension]);
  auto values = std::make_shared<std::vector<double>>(x.values->size());
  int64_t numParts = x.getNumParts();
  for (size_t i = 0; i < values->size(); i += numParts) {
    SmallVector<int64_t> indices(order.size());
    int64_t rest = i / numParts, source = 0;
    for (size_t dimension = order.size(); dimension-- > 0; rest /= y.shape[dimension])
      indices[order[dimension]] = rest % y.shape[dimension];
    for (auto [index, size] : llvm::zip_equal(indices, x.shape))
      source = source * size + index;
    for (int64_t part = 0; part < numParts; ++part)
      (*values)[i + part] = (*x.values)[source * numParts + part];
  }
  y.values = values;
  return y;
}

LogicalResult Evaluator::evaluateOp(linop::ApplyOp op) {
  FailureOr<ReferenceTensor> x = plain(op, op.getX());
  if (failed(x))
    return failure();
  RankedTensorType type = op.getMatrix().getType();
  if (op.getRight())
    type = linop::getTransposedType(type);
  int64_t axis = op.getMixedAxis(), last = x->shape.size() - 1;
  FailureOr<ReferenceTensor> y = applyTo(op, type, parts[op.getMatrix()], moveAxis(*x, axis, last));
  return failed(y) ? failure() : set(op.getY(), moveAxis(*y, last, axis));
}

LogicalResult Evaluator::evaluateOp(linop::MaterializeOp op) {
  FailureOr<ReferenceTensor> dense = plain(op, op.getMatrix());
  return failed(dense) ? failure() : set(op.getResult(), *dense);
}

//===----------------------------------------------------------------------===//
// arith, math, tensor
//===----------------------------------------------------------------------===//

static double toDouble(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return value.convertToDouble();
}

/// The parts of every element, in order; empty where the interpreter knows no such elements.
static std::vector<double> getElements(DenseElementsAttr elements) {
  std::vector<double> values;
  Type type = elements.getElementType();
  if (auto complex = dyn_cast<ComplexType>(type);
      complex && isa<FloatType>(complex.getElementType()))
    for (std::complex<APFloat> element : elements.getValues<std::complex<APFloat>>()) {
      values.push_back(toDouble(element.real()));
      values.push_back(toDouble(element.imag()));
    }
  else if (type.isIntOrIndexOrFloat())
    for (Attribute element : elements.getValues<Attribute>())
      llvm::append_range(values, getScalarConstant(element));
  return values;
}

LogicalResult Evaluator::evaluateConstant(Operation &op) {
  Value result = op.getResult(0);
  Attribute value = op.getAttr("value");
  SmallVector<double, 2> scalarParts = getScalarConstant(value);
  if (!scalarParts.empty())
    return set(result,
               {{},
                std::make_shared<std::vector<double>>(scalarParts.begin(), scalarParts.end()),
                scalarParts.size() == 2});
  auto elements = dyn_cast<DenseElementsAttr>(value);
  if (!elements || linop::isStructured(result.getType()))
    return op.emitOpError() << "is not supported by the reference interpreter";
  SmallVector<int64_t> shape(elements.getType().getShape());
  if (failed(allocateReference(&op, shape, countParts(result.getType()))))
    return failure();
  auto values = std::make_shared<std::vector<double>>(getElements(elements));
  if (values->size() != size_t(elements.getNumElements()) * countParts(result.getType()))
    return op.emitOpError() << "is not supported by the reference interpreter";
  return set(result, {shape, values, hasComplexElements(result.getType())});
}

/// A scalar condition chooses whole values, structured ones included; a tensor of
/// conditions is element-wise.
LogicalResult Evaluator::evaluateOp(arith::SelectOp op) {
  if (isa<TensorType>(op.getCondition().getType()))
    return evaluateElementwise(*op);
  Parts chosen = parts[scalar(op.getCondition()) != 0 ? op.getTrueValue() : op.getFalseValue()];
  parts[op.getResult()] = std::move(chosen);
  return success();
}

LogicalResult Evaluator::evaluateOp(tensor::EmptyOp op) {
  SmallVector<int64_t> shape = resolve(op.getMixedSizes());
  FailureOr<std::shared_ptr<std::vector<double>>> values =
      allocateReference(op, shape, countParts(op.getType()));
  if (failed(values))
    return failure();
  // What was never written must not pass for a result.
  llvm::fill(**values, std::numeric_limits<double>::quiet_NaN());
  return set(op.getResult(), {shape, *values, hasComplexElements(op.getType())});
}

LogicalResult Evaluator::evaluateOp(tensor::DimOp op) {
  auto type = dyn_cast<RankedTensorType>(op.getSource().getType());
  auto dim = int64_t(scalar(op.getIndex()));
  if (!type || dim < 0 || dim >= type.getRank())
    return op.emitOpError() << "dimension " << dim << " is out of range for "
                            << op.getSource().getType();
  bool isStructured = linop::isStructured(type);
  int64_t size = isStructured ? type.getDimSize(dim) : parts[op.getSource()].front().shape[dim];
  return set(op.getResult(), {{}, std::make_shared<std::vector<double>>(1, double(size))});
}

LogicalResult Evaluator::evaluateOp(tensor::CastOp op) {
  auto source = dyn_cast<RankedTensorType>(op.getSource().getType());
  auto result = dyn_cast<RankedTensorType>(op.getType());
  if (!source || !result)
    return op.emitOpError() << "between unranked tensors is not supported by the reference "
                               "interpreter";
  if (linop::isStructured(result)) {
    if (source.getEncoding() != result.getEncoding())
      return op.emitOpError() << "changes the structure from " << source << " to " << result;
    Parts same = parts[op.getSource()];
    parts[op.getResult()] = std::move(same);
    return success();
  }
  FailureOr<ReferenceTensor> tensor = plain(op, op.getSource());
  return failed(tensor) ? failure() : set(op.getResult(), *tensor);
}

LogicalResult Evaluator::evaluateOp(tensor::ExtractSliceOp op) {
  FailureOr<ReferenceTensor> source = plain(op, op.getSource());
  if (failed(source))
    return failure();
  SmallVector<int64_t> offsets = resolve(op.getMixedOffsets());
  SmallVector<int64_t> sizes = resolve(op.getMixedSizes());
  SmallVector<int64_t> steps = resolve(op.getMixedStrides());
  int64_t parts = source->getNumParts();
  FailureOr<std::shared_ptr<std::vector<double>>> values = allocateReference(op, sizes, parts);
  if (failed(values))
    return failure();
  for (auto [dim, size] : llvm::enumerate(source->shape)) {
    int64_t last = offsets[dim] + (sizes[dim] - 1) * steps[dim];
    if (sizes[dim] > 0 &&
        (std::min(offsets[dim], last) < 0 || std::max(offsets[dim], last) >= size))
      return op.emitOpError() << "dimension " << dim << " reads index " << last << " of " << size;
  }
  for (auto [position, value] : llvm::enumerate(**values)) {
    int64_t rest = position / parts, stride = 1, offset = 0;
    for (size_t dim = sizes.size(); dim-- > 0; stride *= source->shape[dim]) {
      offset += (offsets[dim] + rest % sizes[dim] * steps[dim]) * stride;
      rest /= sizes[dim];
    }
    value = (*source->values)[offset * parts + position % parts];
  }
  SmallVector<int64_t> shape;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (!dropped.test(dim))
      shape.push_back(size);
  return set(op.getResult(), {shape, *values, source->isComplex});
}

LogicalResult Evaluator::evaluateOp(tensor::ExpandShapeOp op) {
  return setReshaped(op.getResult(), op.getSrc(), resolve(op.getMixedOutputShape()));
}

LogicalResult Evaluator::evaluateOp(tensor::CollapseShapeOp op) {
  FailureOr<ReferenceTensor> source = plain(op, op.getSrc());
  if (failed(source))
    return failure();
  SmallVector<int64_t> shape;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    shape.push_back(1);
    for (int64_t dim : group)
      shape.back() *= source->shape[dim];
  }
  return setReshaped(op.getResult(), op.getSrc(), shape);
}

/// One scalar operation on scalars or on tensors of one shape.
LogicalResult Evaluator::evaluateElementwise(Operation &op) {
  SmallVector<ScalarFunction, 2> functions = lookupScalarFunctions(&op);
  if (functions.empty() || op.getNumResults() != 1 || op.getNumOperands() == 0)
    return op.emitOpError() << "is not supported by the reference interpreter";
  std::vector<ReferenceTensor> operands;
  for (Value operand : op.getOperands()) {
    FailureOr<ReferenceTensor> tensor = plain(&op, operand);
    if (failed(tensor))
      return failure();
    if (!operands.empty() && operands.front().shape != tensor->shape)
      return op.emitOpError() << "operands differ in shape: " << printShape(operands.front().shape)
                              << " and " << printShape(tensor->shape);
    operands.push_back(*tensor);
  }
  size_t numParts = functions.size();
  auto values = allocateReference(&op, operands.front().shape, numParts);
  if (failed(values))
    return failure();
  parallelFor((*values)->size() / numParts, 1 << 14, [&](int64_t begin, int64_t end) {
    SmallVector<double, 4> scalars;
    for (int64_t i = begin; i < end; ++i) {
      scalars.clear();
      for (const ReferenceTensor &operand : operands)
        for (int64_t part = 0, parts = operand.getNumParts(); part < parts; ++part)
          scalars.push_back((*operand.values)[i * parts + part]);
      for (auto [part, function] : llvm::enumerate(functions))
        (**values)[i * numParts + part] = function(scalars.data());
    }
  });
  return set(op.getResult(0), {operands.front().shape, *values, numParts == 2});
}

LogicalResult Evaluator::evaluateLinalg(linalg::LinalgOp op) {
  std::vector<ReferenceTensor> operands;
  for (Value operand : op->getOperands()) {
    assert(!isa<BaseMemRefType>(operand.getType()) && "no op that makes a memref is evaluated");
    FailureOr<ReferenceTensor> tensor = plain(op, operand);
    if (failed(tensor))
      return failure();
    operands.push_back(*tensor);
  }
  auto results = interpretLinalg(
      op, operands, [&](Value value) { return ArrayRef(*parts[value].front().values); });
  if (failed(results))
    return failure();
  for (auto [result, tensor] : llvm::zip_equal(op->getResults(), *results)) {
    if (linop::isStructured(result.getType()))
      return op->emitOpError() << "makes a structured result, which is not supported by the "
                                  "reference interpreter";
    if (failed(set(result, tensor)))
      return failure();
  }
  return success();
}

LogicalResult Evaluator::evaluateOp(linalg::SoftmaxOp op) {
  FailureOr<ReferenceTensor> input = plain(op, op.getInput());
  if (failed(input))
    return failure();
  if (input->isComplex)
    return op.emitOpError() << "on complex numbers is not supported by the reference interpreter";
  FailureOr<ReferenceTensor> result = interpretSoftmax(op, *input, op.getDimension());
  return failed(result) ? failure() : set(op->getResult(0), *result);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

LogicalResult Evaluator::evaluateOp(scf::IfOp op) {
  Region &region = scalar(op.getCondition()) != 0 ? op.getThenRegion() : op.getElseRegion();
  if (region.empty())
    return success();
  if (failed(evaluate(region.front())))
    return failure();
  for (auto [result, value] :
       llvm::zip_equal(op.getResults(), region.front().getTerminator()->getOperands())) {
    Parts yielded = parts[value];
    parts[result] = std::move(yielded);
  }
  return success();
}

LogicalResult Evaluator::evaluateOp(func::CallOp op) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(op, op.getCalleeAttr());
  if (!callee || callee.isExternal())
    return op.emitOpError() << "calls '" << op.getCallee() << "', which has no body";
  if (depth == maxDepth)
    return op.emitOpError() << "is nested more than " << maxDepth
                            << " calls deep, which is not supported by the reference interpreter";
  std::vector<Parts> arguments;
  for (Value operand : op.getOperands())
    arguments.push_back(parts[operand]);
  FailureOr<std::vector<Parts>> results = Evaluator(depth + 1).call(callee, std::move(arguments));
  if (failed(results))
    return failure();
  for (auto [result, value] : llvm::zip_equal(op.getResults(), *results))
    parts[result] = value;
  return success();
}

LogicalResult Evaluator::evaluate(Operation &op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case<arith::ConstantOp, complex::ConstantOp>([&](auto) { return evaluateConstant(op); })
      .Case<linop::ApplyOp, linop::MaterializeOp, arith::SelectOp, tensor::EmptyOp, tensor::DimOp,
            tensor::CastOp, tensor::ExtractSliceOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
            linalg::SoftmaxOp, scf::IfOp, func::CallOp>(
          [&](auto typed) { return evaluateOp(typed); })
      .Case([&](linop::AssembleOp assemble) {
        Parts parameters;
        for (Value parameter : assemble.getParameters())
          parameters.push_back(parts[parameter].front());
        parts[assemble.getMatrix()] = std::move(parameters);
        return success();
      })
      .Case([&](linop::ParametersOp op) {
        Parts all = parts[op.getMatrix()];
        for (auto [result, parameter] : llvm::zip_equal(op.getParameters(), all))
          parts[result] = {parameter};
        return success();
      })
      .Case<linop::ProductOp, linop::SumOp, linop::ScaleOp>([&](Operation *composite) {
        // The parameters of all parts, one after another.
        Parts all;
        for (Value operand : composite->getOperands())
          llvm::append_range(all, parts[operand]);
        parts[composite->getResult(0)] = std::move(all);
        return success();
      })
      .Case([&](linop::TransposeOp transpose) {
        // The same parameters under another type.
        Parts same = parts[transpose.getMatrix()];
        parts[transpose.getResult()] = std::move(same);
        return success();
      })
      .Case([&](linalg::LinalgOp linalgOp) { return evaluateLinalg(linalgOp); })
      .Default([&](Operation *other) { return evaluateElementwise(*other); });
}

LogicalResult Evaluator::evaluate(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(evaluate(op)))
      return failure();
  return success();
}

FailureOr<std::vector<Parts>> Evaluator::call(func::FuncOp function, std::vector<Parts> arguments) {
  if (!function.getBody().hasOneBlock())
    return function.emitOpError() << "has " << function.getBody().getBlocks().size()
                                  << " blocks: the reference interpreter wants 1";
  for (auto [argument, value] : llvm::zip_equal(function.getArguments(), arguments))
    parts[argument] = std::move(value);
  Block &body = function.getBody().front();
  if (failed(evaluate(body)))
    return failure();
  std::vector<Parts> results;
  for (Value result : body.getTerminator()->getOperands())
    results.push_back(parts[result]);
  return results;
}

FailureOr<std::vector<ReferenceTensor>> danaus::interpret(func::FuncOp function,
                                                          ArrayRef<ReferenceTensor> arguments) {
  std::vector<Parts> grouped;
  for (Type type : function.getArgumentTypes()) {
    size_t count = 1;
    if (linop::isStructured(type))
      count = linop::getStructure(type).getParameterTypes(cast<RankedTensorType>(type)).size();
    grouped.push_back(arguments.take_front(count));
    arguments = arguments.drop_front(count);
  }
  FailureOr<std::vector<Parts>> results = Evaluator(0).call(function, std::move(grouped));
  if (failed(results))
    return failure();
  std::vector<ReferenceTensor> flat;
  for (const Parts &result : *results)
    llvm::append_range(flat, result);
  return flat;
}
