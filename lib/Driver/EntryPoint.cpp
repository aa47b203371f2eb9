//===- EntryPoint.cpp - The function that danaus-run runs -----------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/EntryPoint.h"
#include "danaus/Support/ParallelFor.h"
#include "dialects/Linop/LinopOps.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

static constexpr int64_t defaultRows = 7;

bool EntryTensor::isDynamic() const { return llvm::is_contained(shape, ShapedType::kDynamic); }

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

static std::optional<ElementKind> getElementKind(Type type) {
  if (type.isF16())
    return ElementKind::F16;
  if (type.isBF16())
    return ElementKind::BF16;
  if (type.isF32())
    return ElementKind::F32;
  if (type.isF64())
    return ElementKind::F64;
  return std::nullopt;
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
  for (RankedTensorType part : parts)
    if (std::optional<ElementKind> kind = getElementKind(part.getElementType())) {
      double scale = isParameter ? 1 / std::sqrt(double(getFanIn(part.getShape()))) : 1;
      tensors.push_back({*kind, SmallVector<int64_t>(part.getShape()), scale});
    } else {
      parts.clear();
      break;
    }
  if (!parts.empty())
    return Error::success();
  std::string found;
  llvm::raw_string_ostream(found) << type;
  return makeError(what + ": wanted a tensor of f16, bf16, f32 or f64, found " + found);
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

Expected<EntrySignature> danaus::readSignature(func::FuncOp entry) {
  EntrySignature signature;
  for (BlockArgument argument : entry.getArguments())
    if (Error error =
            appendTensors(argument.getType(), isParameter(argument),
                          "argument " + Twine(argument.getArgNumber()), signature.arguments))
      return std::move(error);
  for (auto [number, type] : llvm::enumerate(entry.getResultTypes()))
    if (Error error = appendTensors(type, false, "result " + Twine(number), signature.results))
      return std::move(error);
  return signature;
}

//===----------------------------------------------------------------------===//
// Random values
//===----------------------------------------------------------------------===//

/// The output function of SplitMix64: a hash of the counter, so that element i
/// needs no element before it.
static uint64_t hash(uint64_t counter) {
  counter = (counter ^ (counter >> 30)) * 0xbf58476d1ce4e5b9;
  counter = (counter ^ (counter >> 27)) * 0x94d049bb133111eb;
  return counter ^ (counter >> 31);
}

/// In (0, 1), both ends excluded.
static double uniform(uint64_t bits) { return (double(bits >> 12) + 0.5) * 0x1p-52; }

void danaus::fillRandom(HostTensor &tensor, uint64_t seed, double scale) {
  constexpr uint64_t golden = 0x9e3779b97f4a7c15;
  constexpr double twoPi = 6.283185307179586;
  uint64_t start = hash(seed + golden);
  parallelFor(tensor.getNumElements(), 1 << 14, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      double radius = std::sqrt(-2 * std::log(uniform(hash(start + golden * (2 * i + 1)))));
      double angle = twoPi * uniform(hash(start + golden * (2 * i + 2)));
      tensor.set(i, scale * radius * std::cos(angle));
      if (tensor.get(i) == 0)
        tensor.set(i, scale);
    }
  });
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

Expected<ArgumentFile> ArgumentFile::parse(StringRef text) {
  auto [number, file] = text.split('=');
  unsigned argument;
  if (number.getAsInteger(10, argument) || file.empty())
    return makeError("--arg " + text + ": wanted NUMBER=FILE");
  Expected<TensorPath> path = TensorPath::parse(file);
  if (!path)
    return path.takeError();
  return ArgumentFile{argument, *path};
}

/// "4x?xf32".
static std::string print(ElementKind kind, ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t size : shape)
    text += (ShapedType::isDynamic(size) ? "?" : llvm::itostr(size)) + "x";
  return text + stringify(kind).str();
}

/// Whether `tensor` fits `wanted`, and the size that its dynamic dimensions have.
static Error matchFile(unsigned number, const EntryTensor &wanted, const HostTensor &tensor,
                       std::optional<int64_t> &rows, StringRef &rowsFrom, StringRef file) {
  std::string where = ("argument " + Twine(number) + ": ").str();
  if (wanted.kind == ElementKind::BF16 && StringRef(file).ends_with(".npy"))
    return makeError(where + "wanted bf16, which NumPy files do not have: use .safetensors");
  bool fits = wanted.kind == tensor.getKind() && wanted.shape.size() == tensor.getShape().size();
  for (size_t dim = 0; fits && dim < wanted.shape.size(); ++dim)
    fits = ShapedType::isDynamic(wanted.shape[dim]) || wanted.shape[dim] == tensor.getShape()[dim];
  if (!fits)
    return makeError(where + "wanted " + print(wanted.kind, wanted.shape) + ", found " +
                     print(tensor.getKind(), tensor.getShape()) + " in " + file);
  for (auto [want, found] : llvm::zip_equal(wanted.shape, tensor.getShape())) {
    if (!ShapedType::isDynamic(want))
      continue;
    if (rows && *rows != found)
      return makeError(where + "wanted " + Twine(*rows) + " rows as " + rowsFrom + " has, found " +
                       Twine(found) + " in " + file);
    if (!rows)
      rowsFrom = file;
    rows = found;
  }
  return Error::success();
}

Expected<EntryArguments> danaus::makeArguments(const EntrySignature &signature,
                                               ArrayRef<ArgumentFile> files,
                                               std::optional<int64_t> rows, uint64_t seed) {
  std::vector<std::optional<HostTensor>> loaded(signature.arguments.size());
  StringRef rowsFrom = "--rows";
  for (const ArgumentFile &file : files) {
    if (file.argument >= loaded.size())
      return makeError("--arg " + Twine(file.argument) + ": the function takes " +
                       Twine(loaded.size()) + " arguments");
    if (loaded[file.argument])
      return makeError("--arg " + Twine(file.argument) + ": given twice");
    Expected<HostTensor> tensor = readTensor(file.path);
    if (!tensor)
      return tensor.takeError();
    if (Error error = matchFile(file.argument, signature.arguments[file.argument], *tensor, rows,
                                rowsFrom, file.path.file))
      return std::move(error);
    loaded[file.argument] = std::move(*tensor);
  }
  EntryArguments arguments;
  arguments.rows = rows.value_or(defaultRows);
  for (auto [number, wanted] : llvm::enumerate(signature.arguments)) {
    if (loaded[number]) {
      arguments.tensors.push_back(std::move(*loaded[number]));
      continue;
    }
    TensorSpec spec = wanted.resolve(arguments.rows);
    Expected<HostTensor> tensor = HostTensor::allocate(spec.kind, spec.shape);
    if (!tensor)
      return tensor.takeError();
    fillRandom(*tensor, seed * 1000 + number, wanted.scale);
    arguments.tensors.push_back(std::move(*tensor));
  }
  return arguments;
}
