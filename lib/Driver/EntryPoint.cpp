//===- EntryPoint.cpp - The function that danaus-run runs -----------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/EntryPoint.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

bool EntryTensor::isDynamic() const {
  return !isParameter && llvm::is_contained(shape, ShapedType::kDynamic);
}

TensorSpec EntryTensor::resolve(int64_t rows) const {
  TensorSpec spec{kind, shape};
  llvm::replace(spec.shape, ShapedType::kDynamic, rows);
  return spec;
}

bool EntrySignature::isDynamic() const {
  auto isDynamic = [](const EntryTensor &tensor) { return tensor.isDynamic(); };
  return llvm::any_of(arguments, isDynamic) || llvm::any_of(results, isDynamic);
}

//===----------------------------------------------------------------------===//
// The function and its types
//===----------------------------------------------------------------------===//

Expected<func::FuncOp> danaus::findEntry(ModuleOp module, StringRef name) {
  SmallVector<func::FuncOp> candidates;
  std::vector<std::string> names;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isExternal())
      continue;
    names.push_back(function.getName().str());
    if (name.empty() || function.getName() == name)
      candidates.push_back(function);
  }
  std::string listed = names.empty() ? "none" : llvm::join(names, ", ");
  if (!name.empty() && candidates.empty())
    return makeError("no public function '" + name + "': the module has " + listed);
  if (candidates.size() != 1)
    return makeError("wanted --entry=NAME, as the module's public functions are: " + listed);
  return candidates.front();
}

std::optional<ElementKind> danaus::getElementKind(Type type) {
  if (auto complex = dyn_cast<ComplexType>(type)) {
    if (complex.getElementType().isF32())
      return ElementKind::C64;
    if (complex.getElementType().isF64())
      return ElementKind::C128;
    return std::nullopt;
  }
  return llvm::TypeSwitch<Type, std::optional<ElementKind>>(type)
      .Case([](Float16Type) { return ElementKind::F16; })
      .Case([](BFloat16Type) { return ElementKind::BF16; })
      .Case([](Float32Type) { return ElementKind::F32; })
      .Case([](Float64Type) { return ElementKind::F64; })
      .Case([](IntegerType integer) -> std::optional<ElementKind> {
        if (integer.isSignlessInteger(8))
          return ElementKind::I8;
        if (integer.isSignlessInteger(32))
          return ElementKind::I32;
        if (integer.isSignlessInteger(64))
          return ElementKind::I64;
        return std::nullopt;
      })
      .Default(std::nullopt);
}

/// Values that one output of a parameter sums over: the third dimension of a
/// Kronecker-sparse weight (a, b, c, d), the last of every other.
static int64_t getFanIn(ArrayRef<int64_t> shape) {
  if (shape.size() < 2)
    return 1;
  int64_t fanIn = shape.size() == 4 ? shape[2] : shape.back();
  return ShapedType::isDynamic(fanIn) ? 1 : std::max<int64_t>(fanIn, 1);
}

static Error appendTensors(Type type, bool isParameter, const Twine &what,
                           std::vector<EntryTensor> &tensors) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  SmallVector<RankedTensorType> parts;
  if (linop::isStructured(type))
    parts = linop::getStructure(type).getParameterTypes(tensor);
  else if (tensor && !tensor.getEncoding())
    parts.push_back(tensor);
  for (RankedTensorType part : parts) {
    std::optional<ElementKind> kind = getElementKind(part.getElementType());
    if (!kind) {
      parts.clear();
      break;
    }
    double scale = isParameter ? 1 / std::sqrt(double(getFanIn(part.getShape()))) : 1;
    tensors.push_back(
        {*kind, SmallVector<int64_t>(part.getShape()), scale, linop::isStructured(type)});
  }
  if (!parts.empty() || (tensor && linop::isStructured(type)))
    return Error::success();
  std::string found;
  llvm::raw_string_ostream(found) << type;
  return makeError(what +
                   ": wanted a tensor of i8, i32, i64, f16, bf16, f32, f64, complex<f32> or "
                   "complex<f64>, found " +
                   found);
}

/// Whether an argument holds parameters and not activations: it is structured, is
/// assembled, or is static, has two dimensions or more and is no apply's x.
static bool isParameter(BlockArgument argument) {
  auto isActivation = [&](OpOperand &use) {
    auto apply = dyn_cast<linop::ApplyOp>(use.getOwner());
    return apply && use.get() == apply.getX();
  };
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  if (!type || !type.hasStaticShape())
    return false;
  return linop::isStructured(type) || llvm::none_of(argument.getUses(), isActivation);
}

//===----------------------------------------------------------------------===//
// Structured matrices
//===----------------------------------------------------------------------===//

namespace {
/// Finds the matrices that are made from arguments of the entry, in it and in the
/// functions that it hands them to.
class MatrixFinder {
public:
  explicit MatrixFinder(EntrySignature &signature) : signature(signature) {}
  void enter(func::FuncOp entry);
  void walk();

private:
  void visit(linop::AssembleOp op);
  void visit(func::CallOp op);

  EntrySignature &signature;
  /// The number of the entry's argument that a block argument is.
  DenseMap<Value, unsigned> numbers;
  SmallVector<func::FuncOp> work;
  DenseSet<Operation *> seen;
};
} // namespace

/// Numbers the arguments as danaus-expand-structured does.
void MatrixFinder::enter(func::FuncOp entry) {
  unsigned number = 0;
  for (BlockArgument argument : entry.getArguments()) {
    linop::StructureAttrInterface structure = linop::getStructure(argument.getType());
    if (!structure) {
      numbers[argument] = number++;
      continue;
    }
    EntryMatrix matrix{cast<RankedTensorType>(argument.getType()), {}};
    for (size_t i = 0; i < structure.getParameterTypes(matrix.type).size(); ++i)
      matrix.parameters.push_back({number++, std::nullopt});
    signature.matrices.push_back(std::move(matrix));
  }
  work.push_back(entry);
}

/// Looks through what changes the type of an argument and no value.
static Value traceArgument(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<tensor::CastOp, tensor::ExpandShapeOp, arith::IndexCastOp, arith::ExtSIOp>(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

/// The values of a parameter, a complex one as its two parts.
static std::vector<double> readConstant(DenseElementsAttr elements) {
  std::vector<double> values;
  if (elements.getElementType().isInteger())
    for (const APInt &value : elements.getValues<APInt>())
      values.push_back(value.getSExtValue());
  else if (isa<FloatType>(elements.getElementType()))
    for (const APFloat &value : elements.getValues<APFloat>())
      values.push_back(value.convertToDouble());
  else
    for (const std::complex<APFloat> &value : elements.getValues<std::complex<APFloat>>())
      values.insert(values.end(), {value.real().convertToDouble(), value.imag().convertToDouble()});
  return values;
}

void MatrixFinder::visit(linop::AssembleOp op) {
  EntryMatrix matrix{op.getMatrix().getType(), {}};
  bool hasArgument = false;
  for (Value parameter : op.getParameters()) {
    EntryMatrix::Parameter &entry = matrix.parameters.emplace_back();
    DenseElementsAttr elements;
    auto number = numbers.find(traceArgument(parameter));
    if (number != numbers.end()) {
      entry.argument = number->second;
      signature.arguments[number->second].isParameter = true;
      hasArgument = true;
    } else if (matchPattern(parameter, m_Constant(&elements))) {
      entry.constant = readConstant(elements);
    }
  }
  if (hasArgument)
    signature.matrices.push_back(std::move(matrix));
}

/// An argument that is handed on keeps its number.
void MatrixFinder::visit(func::CallOp op) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(op, op.getCalleeAttr());
  if (!callee || callee.isExternal())
    return;
  bool isNew = false;
  for (auto [operand, argument] : llvm::zip_equal(op.getOperands(), callee.getArguments()))
    if (auto number = numbers.find(operand); number != numbers.end())
      isNew |= numbers.try_emplace(argument, unsigned(number->second)).second;
  if (isNew && seen.insert(callee).second)
    work.push_back(callee);
}

void MatrixFinder::walk() {
  while (!work.empty())
    work.pop_back_val().walk([&](Operation *op) {
      if (auto assemble = dyn_cast<linop::AssembleOp>(op))
        visit(assemble);
      else if (auto call = dyn_cast<func::CallOp>(op))
        visit(call);
    });
}

Expected<EntrySignature> danaus::readSignature(func::FuncOp entry) {
  EntrySignature signature;
  for (BlockArgument argument : entry.getArguments())
    if (Error error =
            appendTensors(argument.getType(), isParameter(argument),
                          "argument " + Twine(argument.getArgNumber()), signature.arguments))
      return std::move(error);
  for (auto [number, type] : llvm::enumerate(entry.getResultTypes())) {
    size_t first = signature.results.size();
    if (Error error = appendTensors(type, false, "result " + Twine(number), signature.results))
      return std::move(error);
    for (const EntryTensor &tensor : ArrayRef(signature.results).drop_front(first))
      if (tensor.isParameter && llvm::is_contained(tensor.shape, ShapedType::kDynamic))
        return makeError("result " + Twine(number) +
                         ": wanted a matrix whose parameters have sizes known at compile time");
  }
  MatrixFinder finder(signature);
  finder.enter(entry);
  finder.walk();
  return signature;
}

Expected<std::vector<HostTensor>> danaus::execute(Executor &executor,
                                                  const EntrySignature &signature,
                                                  const EntryArguments &arguments) {
  std::vector<TensorSpec> specs;
  for (const EntryTensor &result : signature.results)
    specs.push_back(result.resolve(arguments.rows));
  if (Error error = executor.upload(arguments.tensors, specs))
    return std::move(error);
  if (Error error = executor.run())
    return std::move(error);
  return executor.download();
}
