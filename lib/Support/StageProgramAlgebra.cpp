//===- StageProgramAlgebra.cpp - Transposes, permutations, values -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/StageProgram.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SmallVectorExtras.h"

using namespace danaus;
using llvm::ArrayRef;
using llvm::SmallVector;

//===----------------------------------------------------------------------===//
// Transposition
//===----------------------------------------------------------------------===//

namespace {
/// The stage that takes the gradient of a stage's result to that of its input,
/// which has `inSize` columns.
struct Transposer {
  StageValue y;
  int64_t inSize;

  Stage operator()(const EinsumStage &stage) {
    return EinsumStage{y, stage.weight, stage.einsum.transposed()};
  }
  Stage operator()(const PermuteStage &stage) {
    return PermuteStage{y, stage.permutation.inverse()};
  }
  Stage operator()(const GatherStage &stage) {
    return GatherStage{y, stage.table, !stage.scatters};
  }
  Stage operator()(const ResizeStage &) { return ResizeStage{y, inSize}; }
  Stage operator()(const SumStage &) { return SumStage{{y}}; }
  Stage operator()(SparseStage stage) {
    stage.x = y;
    stage.transposes = !stage.transposes;
    return stage;
  }
  Stage operator()(const RescaleStage &) { llvm_unreachable("a rescale is not linear"); }
  /// M^T[j, i] = t[i - j + in - 1] = t reversed[j - i + out - 1]
  Stage operator()(const ToeplitzStage &stage) {
    ToeplitzStage result{y, stage.in, stage.out, {}};
    for (WeightPiece piece : llvm::reverse(stage.pieces)) {
      piece.reversed = !piece.reversed;
      result.pieces.push_back(piece);
    }
    return result;
  }
};
} // namespace

StageProgram StageProgram::transposed() const {
  SmallVector<int64_t> sizes = valueSizes();
  StageProgram program(sizes[getResult()]);
  program.constants = constants;
  // What reaches each value of this program backward, as values of the new one.
  std::vector<SmallVector<StageValue>> reached(sizes.size());
  reached[getResult()] = {0};
  for (size_t index = stages.size(); index-- > 0;) {
    if (reached[index + 1].empty())
      continue;
    StageValue y = program.sum(reached[index + 1]);
    for (StageValue value : readValues(stages[index])) {
      bool isSum = std::holds_alternative<SumStage>(stages[index]);
      Transposer transposer{y, sizes[value]};
      reached[value].push_back(isSum ? y : program.add(std::visit(transposer, stages[index])));
    }
  }
  program.setResult(program.sum(reached[0]));
  return program;
}

//===----------------------------------------------------------------------===//
// Permutations into their neighbors
//===----------------------------------------------------------------------===//

namespace {
/// Folds one permutation at a time. A stage that has been folded away becomes
/// a name for another value.
class PermutationFolder {
public:
  PermutationFolder(std::vector<Stage> &stages, StageValue result)
      : stages(stages), result(result) {}

  /// Whether anything was folded.
  bool run() {
    bool changed = false;
    for (StageValue value = 1; value <= stages.size(); ++value)
      if (std::holds_alternative<PermuteStage>(stages[value - 1]))
        changed |=
            isIdentity(value) ? forward(value) : foldIntoUsers(value) || foldIntoSource(value);
    return changed;
  }

private:
  const PermuteStage &at(StageValue value) { return std::get<PermuteStage>(stages[value - 1]); }
  bool isIdentity(StageValue value) { return at(value).permutation.isIdentity(); }

  /// The stages that read `value`.
  SmallVector<StageValue> usersOf(StageValue value) {
    SmallVector<StageValue> users;
    for (StageValue user = value + 1; user <= stages.size(); ++user)
      if (llvm::is_contained(readValues(stages[user - 1]), value))
        users.push_back(user);
    return users;
  }

  /// Everything that reads an identity reads its input. It stays, unread.
  bool forward(StageValue value) {
    bool changed = false;
    if (result == value) {
      result = at(value).x;
      changed = true;
    }
    for (StageValue user : usersOf(value)) {
      SmallVector<StageValue> names = llvm::to_vector(llvm::seq<StageValue>(0, stages.size() + 1));
      names[value] = at(value).x;
      stages[user - 1] = withValues(stages[user - 1], names);
      changed = true;
    }
    return changed;
  }

  /// user(permute(x))  ->  user'(x)
  bool foldIntoUsers(StageValue value) {
    bool changed = false;
    for (StageValue user : usersOf(value)) {
      if (auto *einsum = std::get_if<EinsumStage>(&stages[user - 1])) {
        std::optional<Einsum> folded = einsum->einsum.absorbBefore(at(value).permutation);
        if (!folded)
          continue;
        einsum->einsum = *folded;
        einsum->x = at(value).x;
        changed = true;
      } else if (auto *permute = std::get_if<PermuteStage>(&stages[user - 1])) {
        std::optional<DigitPermutation> folded = at(value).permutation.then(permute->permutation);
        if (!folded)
          continue;
        *permute = {at(value).x, *folded};
        changed = true;
      }
    }
    return changed;
  }

  /// permute(stage(x)), all that reads the stage  ->  stage'(x)
  bool foldIntoSource(StageValue value) {
    StageValue source = at(value).x;
    if (source == 0 || source == result || usersOf(source).size() != 1 ||
        (result != value && usersOf(value).empty()))
      return false;
    auto *einsum = std::get_if<EinsumStage>(&stages[source - 1]);
    if (!einsum)
      return false;
    std::optional<Einsum> folded = einsum->einsum.absorbAfter(at(value).permutation);
    if (!folded)
      return false;
    einsum->einsum = *folded;
    stages[value - 1] = PermuteStage{source, DigitPermutation::identity(folded->outSize())};
    return forward(value);
  }

  std::vector<Stage> &stages;

public:
  StageValue result;
};
} // namespace

/// The stages that the result needs, in order, under new numbers.
static StageProgram prune(int64_t columns, ArrayRef<Stage> stages, StageValue result,
                          StageProgram program) {
  std::vector<bool> needed(stages.size() + 1, false);
  needed[result] = true;
  for (size_t index = stages.size(); index-- > 0;)
    if (needed[index + 1])
      for (StageValue value : readValues(stages[index]))
        needed[value] = true;
  SmallVector<StageValue> renamed{0};
  for (auto [index, stage] : llvm::enumerate(stages))
    renamed.push_back(needed[index + 1] ? program.add(withValues(stage, renamed)) : 0);
  program.setResult(renamed[result]);
  return program;
}

StageProgram StageProgram::withoutPermutations() const {
  std::vector<Stage> folded = stages;
  PermutationFolder folder(folded, getResult());
  while (folder.run()) {
  }
  StageProgram empty(columns);
  empty.constants = constants;
  return prune(columns, folded, folder.result, std::move(empty));
}

//===----------------------------------------------------------------------===//
// Columns side by side
//===----------------------------------------------------------------------===//

/// One more digit of size `inner`, the fastest on both sides.
static DigitPermutation addInner(const DigitPermutation &permutation, int64_t inner) {
  SmallVector<int64_t> sizes(permutation.sizes());
  SmallVector<unsigned> order(permutation.order());
  order.push_back(sizes.size());
  sizes.push_back(inner);
  return *DigitPermutation::get(sizes, order);
}

std::optional<StageProgram> StageProgram::withInner(int64_t inner) const {
  StageProgram program(columns * inner);
  program.constants = constants;
  for (const Stage &stage : stages) {
    Stage wider = stage;
    if (auto *einsum = std::get_if<EinsumStage>(&wider)) {
      std::optional<Einsum> with = einsum->einsum.withInner(inner);
      if (!with)
        return std::nullopt;
      einsum->einsum = *with;
    } else if (auto *permute = std::get_if<PermuteStage>(&wider)) {
      permute->permutation = addInner(permute->permutation, inner);
    } else if (auto *resize = std::get_if<ResizeStage>(&wider)) {
      resize->columns *= inner;
    } else if (!std::holds_alternative<SumStage>(wider)) {
      return std::nullopt;
    }
    program.add(std::move(wider));
  }
  program.result = result;
  return program;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

using Complex = std::complex<double>;
using Row = std::vector<Complex>;

/// round(x) to even, no lower than -128 and no higher than 127.
static float saturateToI8(float x) {
  return std::fmin(std::fmax(std::nearbyint(x), -128.0f), 127.0f);
}

namespace {
/// Evaluates one stage by its definition.
struct StageEvaluator {
  ArrayRef<Row> parameters;
  ArrayRef<StageConstant> constants;
  ArrayRef<Row> values; ///< of the program so far

  /// The values of `weight`, its fixed dimensions gone.
  Row read(const StageWeight &weight) {
    const Row &all = weight.isConstant ? constants[weight.index].values : parameters[weight.index];
    if (weight.fixed.empty())
      return all;
    ArrayRef<int64_t> shape = weight.shape; // given where dimensions are fixed
    Row seen;
    for (auto [flat, value] : llvm::enumerate(all)) {
      bool isSeen = true;
      int64_t rest = flat;
      for (size_t dimension = shape.size(); dimension-- > 0; rest /= shape[dimension])
        for (auto [fixed, position] : weight.fixed)
          isSeen &= fixed != dimension || rest % shape[dimension] == position;
      if (isSeen)
        seen.push_back(value);
    }
    return seen;
  }

  Row operator()(const EinsumStage &stage) {
    const Einsum &einsum = stage.einsum;
    Row weight = read(stage.weight), y(einsum.outSize(), 0.0);
    auto flatten = [&](llvm::StringRef dims, ArrayRef<int64_t> indices) {
      int64_t flat = 0;
      for (char loop : dims)
        for (auto [entry, index] : llvm::zip_equal(einsum.loops, indices))
          if (entry.first == loop)
            flat = flat * entry.second + index;
      return flat;
    };
    SmallVector<int64_t> indices(einsum.loops.size(), 0);
    for (bool done = false; !done;) {
      y[flatten(einsum.y, indices)] +=
          weight[flatten(einsum.weight, indices)] * values[stage.x][flatten(einsum.x, indices)];
      done = true;
      for (size_t loop = indices.size(); done && loop-- > 0;) {
        done = ++indices[loop] == einsum.loops[loop].second;
        if (done)
          indices[loop] = 0;
      }
    }
    return y;
  }
  Row operator()(const PermuteStage &stage) {
    Row y;
    for (int64_t i : stage.permutation.table())
      y.push_back(values[stage.x][i]);
    return y;
  }
  Row operator()(const GatherStage &stage) {
    Row table = read(stage.table), y(table.size());
    for (size_t i = 0; i < table.size(); ++i) {
      auto entry = size_t(table[i].real());
      if (stage.scatters)
        y[entry] = values[stage.x][i];
      else
        y[i] = values[stage.x][entry];
    }
    return y;
  }
  Row operator()(const ResizeStage &stage) {
    Row y = values[stage.x];
    y.resize(stage.columns, 0.0);
    return y;
  }
  Row operator()(const SumStage &stage) {
    Row y(values[stage.terms[0]].size(), 0.0);
    for (StageValue term : stage.terms)
      for (auto [sum, value] : llvm::zip_equal(y, values[term]))
        sum += value;
    return y;
  }
  Row operator()(const SparseStage &stage) {
    auto [rows, columns] = sizesOf(stage.pattern);
    Row weight = read(stage.weight), y(stage.transposes ? columns : rows, 0.0);
    std::vector<std::vector<int64_t>> indices;
    for (const StageWeight &index : stage.indices) {
      indices.emplace_back();
      for (Complex value : read(index))
        indices.back().push_back(int64_t(value.real()));
    }
    SmallVector<ArrayRef<int64_t>> views(indices.begin(), indices.end());
    forEachValue(stage.pattern, views, [&](int64_t row, int64_t column, int64_t i) {
      auto [to, from] = stage.transposes ? std::pair(column, row) : std::pair(row, column);
      y[to] += weight[i] * values[stage.x][from];
    });
    return y;
  }
  Row operator()(const RescaleStage &stage) {
    Row channels = read(stage.channels), y;
    auto from = float(read(stage.from)[0].real());
    float to = stage.to ? float(read(*stage.to)[0].real()) : 1;
    for (auto [x, channel] : llvm::zip_equal(values[stage.x], stage.order.table())) {
      float factor = from * float(channels[channel].real());
      y.push_back(stage.to ? saturateToI8(float(x.real()) * (factor / to))
                           : float(x.real()) * factor);
    }
    return y;
  }
  Row operator()(const ToeplitzStage &stage) {
    Row diagonals, y(stage.out, 0.0);
    for (const WeightPiece &piece : stage.pieces) {
      Row part = read(piece.weight);
      part = Row(part.begin() + piece.start, part.begin() + piece.start + piece.length);
      if (piece.reversed)
        std::reverse(part.begin(), part.end());
      llvm::append_range(diagonals, part);
    }
    for (int64_t i = 0; i < stage.out; ++i)
      for (int64_t j = 0; j < stage.in; ++j)
        y[i] += diagonals[i - j + stage.in - 1] * values[stage.x][j];
    return y;
  }
};
} // namespace

std::vector<Complex> StageProgram::evaluate(ArrayRef<Row> parameters, ArrayRef<Complex> x) const {
  std::vector<Row> values{Row(x.begin(), x.end())};
  for (const Stage &stage : stages)
    values.push_back(std::visit(StageEvaluator{parameters, constants, values}, stage));
  return values[getResult()];
}
