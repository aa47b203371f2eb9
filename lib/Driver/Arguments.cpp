//===- Arguments.cpp - What danaus-run passes ----------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/EntryPoint.h"
#include "danaus/Support/ParallelFor.h"
#include "dialects/Linop/LinopAttrs.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

/// What a size is that nothing fixes.
static constexpr int64_t defaultRows = 7;

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

static constexpr uint64_t golden = 0x9e3779b97f4a7c15;

/// Element `i` of a standard normal sequence, by Box and Muller.
static double normal(uint64_t start, int64_t i) {
  constexpr double twoPi = 6.283185307179586;
  double radius = std::sqrt(-2 * std::log(uniform(hash(start + golden * (2 * i + 1)))));
  return radius * std::cos(twoPi * uniform(hash(start + golden * (2 * i + 2))));
}

void danaus::fillRandom(HostTensor &tensor, uint64_t seed, double scale) {
  uint64_t start = hash(seed + golden);
  if (isComplex(tensor.getKind()))
    scale *= std::sqrt(0.5);
  parallelFor(tensor.getNumParts(), 1 << 14, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (isInteger(tensor.getKind())) {
        tensor.set(i, double(hash(start + golden * (i + 1)) % 201) - 100);
        continue;
      }
      tensor.set(i, scale * normal(start, i));
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
  if (wanted.kind == ElementKind::BF16 && file.ends_with(".npy"))
    return makeError(where + "wanted bf16, which NumPy files do not have: use .safetensors");
  if (wanted.kind == ElementKind::C128 && file.ends_with(".safetensors"))
    return makeError(where + "wanted complex<f64>, which safetensors files do not have: use .npy");
  bool fits = wanted.kind == tensor.getKind() && wanted.shape.size() == tensor.getShape().size();
  for (size_t dim = 0; fits && dim < wanted.shape.size(); ++dim)
    fits = ShapedType::isDynamic(wanted.shape[dim]) || wanted.shape[dim] == tensor.getShape()[dim];
  if (!fits)
    return makeError(where + "wanted " + print(wanted.kind, wanted.shape) + ", found " +
                     print(tensor.getKind(), tensor.getShape()) + " in " + file);
  for (auto [want, found] : llvm::zip_equal(wanted.shape, tensor.getShape())) {
    if (!ShapedType::isDynamic(want) || wanted.isParameter)
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

/// Whether the structure alone can say what a parameter holds: it has integers or
/// a size known only at run time.
static bool isOfStructure(const EntryTensor &tensor) {
  return isInteger(tensor.kind) || llvm::is_contained(tensor.shape, ShapedType::kDynamic);
}

using Loaded = std::vector<std::optional<HostTensor>>;

static Expected<Loaded> readArguments(const EntrySignature &signature, ArrayRef<ArgumentFile> files,
                                      std::optional<int64_t> &rows) {
  Loaded loaded(signature.arguments.size());
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
  return loaded;
}

/// A tensor with the sample's values; random ones where it has none.
static Expected<HostTensor> makeTensor(const EntryTensor &wanted, const ParameterSample &sample,
                                       uint64_t seed) {
  Expected<HostTensor> tensor = HostTensor::allocate(wanted.kind, sample.shape);
  if (!tensor)
    return tensor;
  if (sample.values.empty())
    fillRandom(*tensor, seed, sample.scale.value_or(wanted.scale));
  // Where a structure sampled too few, the rest is 0; its verifyData has the last word.
  for (int64_t i = 0, e = sample.values.empty() ? 0 : tensor->getNumParts(); i < e; ++i)
    tensor->set(i, i < int64_t(sample.values.size()) ? sample.values[i] : 0);
  return tensor;
}

/// Fills the arguments of one matrix that no file gave. What only the structure
/// can make comes from files as a whole or not at all.
static Error sampleMatrix(const EntrySignature &signature, const EntryMatrix &matrix, uint64_t seed,
                          const llvm::BitVector &isFile, Loaded &loaded) {
  linop::StructureAttrInterface structure = linop::getStructure(matrix.type);
  std::optional<unsigned> given, missing;
  std::vector<ParameterSample> samples;
  for (auto [parameter, type] :
       llvm::zip_equal(matrix.parameters, structure.getParameterTypes(matrix.type))) {
    samples.push_back({SmallVector<int64_t>(type.getShape()), {}, std::nullopt});
    if (parameter.argument && isOfStructure(signature.arguments[*parameter.argument]))
      (isFile[*parameter.argument] ? given : missing) = parameter.argument;
  }
  if (given && missing)
    return makeError("argument " + Twine(*missing) + ": wanted a file, as argument " +
                     Twine(*given) + " of the same matrix comes from one");
  structure.sampleParameters(matrix.type, seed, samples);
  for (auto [parameter, sample] : llvm::zip_equal(matrix.parameters, samples)) {
    if (!parameter.argument || loaded[*parameter.argument])
      continue;
    unsigned number = *parameter.argument;
    llvm::replace(sample.shape, ShapedType::kDynamic, defaultRows);
    if (signature.arguments[number].shape.size() == 1) // it may come flat
      sample.shape = {countElements(sample.shape).value_or(-1)};
    Expected<HostTensor> tensor =
        makeTensor(signature.arguments[number], sample, seed * 1000 + number);
    if (!tensor)
      return tensor.takeError();
    loaded[number] = std::move(*tensor);
  }
  return Error::success();
}

Expected<EntryArguments> danaus::makeArguments(const EntrySignature &signature,
                                               ArrayRef<ArgumentFile> files,
                                               std::optional<int64_t> rows, uint64_t seed) {
  Expected<Loaded> loaded = readArguments(signature, files, rows);
  if (!loaded)
    return loaded.takeError();
  llvm::BitVector isFile(loaded->size());
  for (const ArgumentFile &file : files)
    isFile.set(file.argument);
  for (const EntryMatrix &matrix : signature.matrices)
    if (Error error = sampleMatrix(signature, matrix, seed, isFile, *loaded))
      return std::move(error);
  EntryArguments arguments;
  arguments.rows = rows.value_or(defaultRows);
  for (auto [number, wanted] : llvm::enumerate(signature.arguments)) {
    if (!(*loaded)[number]) {
      ParameterSample sample{wanted.resolve(arguments.rows).shape, {}, std::nullopt};
      Expected<HostTensor> tensor = makeTensor(wanted, sample, seed * 1000 + number);
      if (!tensor)
        return tensor.takeError();
      (*loaded)[number] = std::move(*tensor);
    }
    arguments.tensors.push_back(std::move(*(*loaded)[number]));
  }
  return arguments;
}

//===----------------------------------------------------------------------===//
// Validation
//===----------------------------------------------------------------------===//

Error danaus::verifyStructureData(const EntrySignature &signature,
                                  const EntryArguments &arguments) {
  for (const EntryMatrix &matrix : signature.matrices) {
    std::vector<std::vector<double>> values;
    bool isKnown = true;
    for (const EntryMatrix::Parameter &parameter : matrix.parameters) {
      isKnown &= parameter.argument || parameter.constant;
      values.push_back(parameter.argument   ? arguments.tensors[*parameter.argument].toDoubles()
                       : parameter.constant ? *parameter.constant
                                            : std::vector<double>());
    }
    if (!isKnown) // computed by the function itself
      continue;
    SmallVector<ArrayRef<double>> views(values.begin(), values.end());
    std::optional<ParameterError> error =
        linop::getStructure(matrix.type).verifyData(matrix.type, views);
    if (!error)
      continue;
    std::optional<unsigned> argument = matrix.parameters[error->parameter].argument;
    std::string type;
    llvm::raw_string_ostream(type) << matrix.type;
    std::string where = argument ? ("argument " + Twine(*argument) + ": ").str() : "";
    return makeError(where + "parameter " + Twine(error->parameter) + " of " + type + ": " +
                     error->message);
  }
  return Error::success();
}

/// "[1, 2]": where element `flat` of `shape` lies.
static std::string printIndex(ArrayRef<int64_t> shape, int64_t flat) {
  std::string text;
  for (size_t dim = shape.size(); dim-- > 0; flat /= shape[dim])
    text = llvm::itostr(flat % shape[dim]) + (text.empty() ? "" : ", ") + text;
  return "[" + text + "]";
}

Error danaus::verifyFiniteParameters(const EntrySignature &signature,
                                     const EntryArguments &arguments) {
  for (auto [number, wanted, tensor] : llvm::enumerate(signature.arguments, arguments.tensors)) {
    if (!wanted.isParameter || isInteger(wanted.kind))
      continue;
    std::vector<double> parts = tensor.toDoubles();
    auto bad = llvm::find_if(parts, [](double value) { return !std::isfinite(value); });
    if (bad == parts.end())
      continue;
    int64_t element = (bad - parts.begin()) / (isComplex(wanted.kind) ? 2 : 1);
    return makeError("argument " + Twine(number) + ": wanted finite values, found " +
                     (std::isnan(*bad) ? "NaN" : "an infinity") + " at " +
                     printIndex(tensor.getShape(), element));
  }
  return Error::success();
}
