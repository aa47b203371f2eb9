//===- StageProgram.cpp - How a structured matrix is applied, without IR -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/StageProgram.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace danaus;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

StageWeight StageWeight::reshaped(ArrayRef<int64_t> sizes) const {
  StageWeight weight = *this;
  weight.shape.assign(sizes.begin(), sizes.end());
  return weight;
}

StageWeight StageWeight::at(unsigned dimension, int64_t position) const {
  StageWeight weight = *this;
  weight.fixed.push_back({dimension, position});
  return weight;
}

SmallVector<int64_t> StageWeight::visibleShape(ArrayRef<int64_t> whole) const {
  ArrayRef<int64_t> sizes = shape.empty() ? whole : ArrayRef<int64_t>(shape);
  SmallVector<int64_t> visible;
  for (auto [dimension, size] : llvm::enumerate(sizes))
    if (!llvm::is_contained(llvm::make_first_range(fixed), dimension))
      visible.push_back(size);
  return visible;
}

//===----------------------------------------------------------------------===//
// Appending
//===----------------------------------------------------------------------===//

StageValue StageProgram::add(Stage stage) {
  stages.push_back(std::move(stage));
  return stages.size();
}

StageValue StageProgram::einsum(StageValue x, StageWeight weight, Einsum einsum) {
  return add(EinsumStage{x, std::move(weight), std::move(einsum)});
}

StageValue StageProgram::einsum(StageValue x, StageWeight weight, StringRef spec,
                                ArrayRef<EinsumLoop> loops) {
  return einsum(x, std::move(weight), Einsum::parse(spec, loops));
}

StageValue StageProgram::kroneckerSparse(StageValue x, StageWeight weight,
                                         const StagePattern &pattern, StringRef order) {
  return einsum(x, std::move(weight), Einsum::kroneckerSparse(pattern, order));
}

StageValue StageProgram::diagonal(StageValue x, StageWeight weight, int64_t size) {
  return kroneckerSparse(x, std::move(weight), {size, 1, 1, 1}, "a");
}

StageValue StageProgram::scale(StageValue x, StageWeight weight, int64_t size) {
  return kroneckerSparse(x, std::move(weight), {size, 1, 1, 1}, "bc");
}

StageValue StageProgram::permute(StageValue x, DigitPermutation permutation) {
  return add(PermuteStage{x, std::move(permutation)});
}

StageValue StageProgram::gather(StageValue x, StageWeight table, bool scatters) {
  return add(GatherStage{x, std::move(table), scatters});
}

StageValue StageProgram::resize(StageValue x, int64_t columns) {
  return valueSizes()[x] == columns ? x : add(ResizeStage{x, columns});
}

StageValue StageProgram::sum(ArrayRef<StageValue> terms) {
  return terms.size() == 1 ? terms[0] : add(SumStage{SmallVector<StageValue>(terms)});
}

StageValue StageProgram::toeplitz(StageValue x, int64_t out, int64_t in,
                                  ArrayRef<WeightPiece> pieces) {
  return add(ToeplitzStage{x, out, in, SmallVector<WeightPiece>(pieces)});
}

StageValue StageProgram::indexed(StageValue x, StageWeight weight, StageWeight pointers,
                                 StageWeight places, const BlockPattern &pattern) {
  return add(SparseStage{x, std::move(weight), {pointers, places}, pattern, false});
}

StageValue StageProgram::grouped(StageValue x, StageWeight weight, StageWeight positions,
                                 const GroupPattern &pattern) {
  return add(SparseStage{x, std::move(weight), {positions}, pattern, false});
}

StageValue StageProgram::rescale(StageValue x, StageWeight channels, DigitPermutation order,
                                 StageWeight from, std::optional<StageWeight> to) {
  return add(
      RescaleStage{x, std::move(channels), std::move(order), std::move(from), std::move(to)});
}

StageWeight StageProgram::constant(ArrayRef<int64_t> shape,
                                   std::vector<std::complex<double>> values) {
  constants.push_back({SmallVector<int64_t>(shape), std::move(values)});
  return {true, unsigned(constants.size() - 1), {}, {}};
}

StageWeight StageProgram::constant(ArrayRef<int64_t> shape, ArrayRef<double> values) {
  return constant(shape, std::vector<std::complex<double>>(values.begin(), values.end()));
}

//===----------------------------------------------------------------------===//
// Traversal
//===----------------------------------------------------------------------===//

SmallVector<StageValue> danaus::readValues(const Stage &stage) {
  if (const auto *sum = std::get_if<SumStage>(&stage))
    return sum->terms;
  return std::visit(
      [](const auto &single) -> SmallVector<StageValue> {
        if constexpr (requires { single.x; })
          return {single.x};
        else
          return {};
      },
      stage);
}

Stage danaus::withValues(Stage stage, ArrayRef<StageValue> renamed) {
  std::visit(
      [&](auto &kind) {
        if constexpr (requires { kind.x; })
          kind.x = renamed[kind.x];
        else
          for (StageValue &term : kind.terms)
            term = renamed[term];
      },
      stage);
  return stage;
}

/// Calls `function` on every weight of `stage`.
static void forEachWeight(Stage &stage, llvm::function_ref<void(StageWeight &)> function) {
  std::visit(
      [&](auto &kind) {
        if constexpr (requires { kind.weight; })
          function(kind.weight);
        if constexpr (requires { kind.table; })
          function(kind.table);
        if constexpr (requires { kind.indices; })
          llvm::for_each(kind.indices, function);
        if constexpr (requires { kind.pieces; })
          for (WeightPiece &piece : kind.pieces)
            function(piece.weight);
        if constexpr (requires { kind.channels; }) {
          function(kind.channels);
          function(kind.from);
          if (kind.to)
            function(*kind.to);
        }
      },
      stage);
}

StageValue StageProgram::append(const StageProgram &inner, StageValue x, unsigned firstParameter) {
  unsigned firstConstant = constants.size();
  llvm::append_range(constants, inner.constants);
  SmallVector<StageValue> renamed{x};
  for (Stage stage : inner.stages) {
    forEachWeight(stage, [&](StageWeight &weight) {
      weight.index += weight.isConstant ? firstConstant : firstParameter;
    });
    renamed.push_back(add(withValues(std::move(stage), renamed)));
  }
  return renamed[inner.getResult()];
}

static int64_t outSizeOf(const Stage &stage, ArrayRef<int64_t> sizes) {
  if (const auto *einsum = std::get_if<EinsumStage>(&stage))
    return einsum->einsum.outSize();
  if (const auto *resize = std::get_if<ResizeStage>(&stage))
    return resize->columns;
  if (const auto *toeplitz = std::get_if<ToeplitzStage>(&stage))
    return toeplitz->out;
  if (const auto *sparse = std::get_if<SparseStage>(&stage)) {
    auto [rows, columns] = sizesOf(sparse->pattern);
    return sparse->transposes ? columns : rows;
  }
  return sizes[readValues(stage).front()];
}

SmallVector<int64_t> StageProgram::valueSizes() const {
  SmallVector<int64_t> sizes{columns};
  for (const Stage &stage : stages)
    sizes.push_back(outSizeOf(stage, sizes));
  return sizes;
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

namespace {
/// Checks one stage against the sizes of the values before it.
struct StageChecker {
  ArrayRef<SmallVector<int64_t>> parameters;
  ArrayRef<StageConstant> constants;
  ArrayRef<int64_t> sizes;

  std::string wanted(const llvm::Twine &what, int64_t want, int64_t found) {
    return want == found
               ? ""
               : ("wanted " + what + " " + llvm::Twine(want) + ", found " + llvm::Twine(found))
                     .str();
  }

  /// The shape of `weight`, or what is wrong with it in `problem`.
  SmallVector<int64_t> shapeOf(const StageWeight &weight, std::string &problem) {
    size_t count = weight.isConstant ? constants.size() : parameters.size();
    if (weight.index >= count) {
      problem = "wanted one of " + std::to_string(count) +
                (weight.isConstant ? " constants" : " parameters") + ", found number " +
                std::to_string(weight.index);
      return {};
    }
    ArrayRef<int64_t> whole =
        weight.isConstant ? constants[weight.index].shape : parameters[weight.index];
    if (!weight.shape.empty() && volume(whole) != volume(weight.shape))
      problem = "wanted a weight of " + std::to_string(volume(weight.shape)) + " values, found " +
                std::to_string(volume(whole));
    ArrayRef<int64_t> sizes = weight.shape.empty() ? whole : ArrayRef<int64_t>(weight.shape);
    for (auto [dimension, position] : weight.fixed)
      if (weight.shape.empty() || dimension >= sizes.size() || position < 0 ||
          position >= sizes[dimension])
        problem = "its weight fixes a dimension or an index that is not there";
    return weight.visibleShape(whole);
  }

  static int64_t volume(ArrayRef<int64_t> shape) {
    int64_t product = 1;
    for (int64_t size : shape)
      product *= size;
    return product;
  }

  std::string check(const EinsumStage &stage) {
    if (std::string problem = stage.einsum.check(); !problem.empty())
      return problem;
    std::string problem;
    SmallVector<int64_t> found = shapeOf(stage.weight, problem);
    if (problem.empty())
      problem = wanted("values of the weight", volume(stage.einsum.sizesOf(stage.einsum.weight)),
                       volume(found));
    return problem.empty() ? wanted("columns", stage.einsum.inSize(), sizes[stage.x]) : problem;
  }
  std::string check(const PermuteStage &stage) {
    return wanted("columns", stage.permutation.size(), sizes[stage.x]);
  }
  std::string check(const GatherStage &stage) {
    std::string problem;
    SmallVector<int64_t> found = shapeOf(stage.table, problem);
    if (problem.empty() && found.size() != 1)
      problem = "wanted a table of rank 1";
    return problem.empty() ? wanted("entries of the table", sizes[stage.x], found[0]) : problem;
  }
  std::string check(const ResizeStage &stage) {
    return stage.columns >= 1 ? "" : "wanted at least one column";
  }
  std::string check(const SumStage &stage) {
    for (StageValue term : stage.terms)
      if (std::string problem = wanted("columns", sizes[stage.terms[0]], sizes[term]);
          !problem.empty())
        return problem;
    return stage.terms.empty() ? "wanted at least one term" : "";
  }
  std::string check(const SparseStage &stage) {
    std::string problem;
    SmallVector<SmallVector<int64_t>> indices;
    SmallVector<int64_t> weight = shapeOf(stage.weight, problem);
    for (const StageWeight &index : stage.indices)
      indices.push_back(shapeOf(index, problem));
    if (problem.empty())
      problem = checkShapes(stage.pattern, weight, indices);
    auto [rows, columns] = sizesOf(stage.pattern);
    return problem.empty() ? wanted("columns", stage.transposes ? rows : columns, sizes[stage.x])
                           : problem;
  }
  std::string check(const ToeplitzStage &stage) {
    if (stage.out < 1 || stage.in < 1)
      return "wanted sizes >= 1";
    int64_t length = 0;
    for (const WeightPiece &piece : stage.pieces) {
      std::string problem;
      SmallVector<int64_t> found = shapeOf(piece.weight, problem);
      if (!problem.empty())
        return problem;
      if (found.size() != 1 || piece.start < 0 || piece.length < 0 ||
          piece.start + piece.length > found[0])
        return "a piece leaves its weight";
      length += piece.length;
    }
    std::string problem = wanted("diagonals", stage.out + stage.in - 1, length);
    return problem.empty() ? wanted("columns", stage.in, sizes[stage.x]) : problem;
  }
  std::string check(const RescaleStage &stage) {
    std::string problem;
    int64_t channels = volume(shapeOf(stage.channels, problem));
    int64_t from = volume(shapeOf(stage.from, problem));
    int64_t to = stage.to ? volume(shapeOf(*stage.to, problem)) : 1;
    if (problem.empty())
      problem = wanted("channels", sizes[stage.x], channels);
    if (problem.empty())
      problem = wanted("channels in order", channels, stage.order.size());
    return problem.empty() ? wanted("scales", 1, from * to) : problem;
  }
};
} // namespace

std::string StageProgram::check(ArrayRef<SmallVector<int64_t>> parameterShapes,
                                int64_t rows) const {
  SmallVector<int64_t> sizes{columns};
  for (auto [index, stage] : llvm::enumerate(stages)) {
    std::string where = "stage " + std::to_string(index) + ": ";
    for (StageValue value : readValues(stage))
      if (value >= sizes.size())
        return where + "reads value " + std::to_string(value) + ", which is not there yet";
    StageChecker checker{parameterShapes, constants, sizes};
    std::string problem = std::visit([&](const auto &kind) { return checker.check(kind); }, stage);
    if (!problem.empty())
      return where + problem;
    sizes.push_back(outSizeOf(stage, sizes));
  }
  if (getResult() >= sizes.size())
    return "the result is value " + std::to_string(getResult()) + ", which is not there";
  if (sizes[getResult()] != rows)
    return "the last stage: wanted " + std::to_string(rows) + " rows, found " +
           std::to_string(sizes[getResult()]);
  return "";
}

bool StageProgram::isLinear() const {
  return llvm::none_of(
      stages, [](const Stage &stage) { return std::holds_alternative<RescaleStage>(stage); });
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

int64_t StageProgram::multipliesPerRow() const {
  int64_t count = 0;
  for (const Stage &stage : stages) {
    if (const auto *einsum = std::get_if<EinsumStage>(&stage))
      count += einsum->einsum.multipliesPerRow();
    if (const auto *toeplitz = std::get_if<ToeplitzStage>(&stage))
      count += toeplitz->out * toeplitz->in;
    if (const auto *sparse = std::get_if<SparseStage>(&stage))
      count += countValues(sparse->pattern);
  }
  return count;
}

int64_t StageProgram::depth() const {
  SmallVector<int64_t> depths{0};
  for (const Stage &stage : stages) {
    int64_t before = 0;
    for (StageValue value : readValues(stage))
      before = std::max(before, depths[value]);
    depths.push_back(before + 1);
  }
  return depths[getResult()];
}

int64_t StageProgram::longestSum() const {
  int64_t longest = 1;
  for (const Stage &stage : stages) {
    if (const auto *einsum = std::get_if<EinsumStage>(&stage))
      longest = std::max(longest, einsum->einsum.sumLength());
    if (const auto *toeplitz = std::get_if<ToeplitzStage>(&stage))
      longest = std::max(longest, toeplitz->in);
    if (const auto *sparse = std::get_if<SparseStage>(&stage))
      longest = std::max(longest, danaus::longestSum(sparse->pattern, sparse->transposes));
    if (const auto *sum = std::get_if<SumStage>(&stage))
      longest = std::max<int64_t>(longest, sum->terms.size());
  }
  return longest;
}
