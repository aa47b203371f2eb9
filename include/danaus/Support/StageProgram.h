//===- StageProgram.h - How a structured matrix is applied, without IR -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a structure says of itself: y = M x as a small graph of stages on one row
// of activations, all of them linear but the one that rounds (`RescaleStage`). Value 0 is x, every
// stage makes the next value, and the result is one of them.
//
//   low rank       1 = einsum(0, V, "c,bc->b")      2 = einsum(1, U, "c,bc->b")
//   P_1 A + B      1 = einsum(0, A, ..)  2 = permute(1)  3 = einsum(0, B, ..)
//                  4 = sum(2, 3)
//
// A weight is a parameter of the structure or a constant, reshaped, with some
// dimensions fixed: a level of a butterfly is a slice of its twiddles.
//
// A program is data. It can be checked, transposed, freed of permutations
// (which move into the digits of the stages beside them), evaluated in double
// for tests, and lowered; the conversion to `chain` does the last.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_STAGEPROGRAM_H
#define DANAUS_SUPPORT_STAGEPROGRAM_H

#include "danaus/Support/DigitPermutation.h"
#include "danaus/Support/Einsum.h"
#include "danaus/Support/SparsePattern.h"
#include <complex>
#include <variant>
#include <vector>

namespace danaus {

/// The number of a value of a program; 0 is x.
using StageValue = unsigned;

/// The values of a parameter or of a constant that a stage reads, in row-major
/// order; the loops of the stage give them their shape.
struct StageWeight {
  bool isConstant = false;
  unsigned index = 0; ///< of the parameter, or of the program's constants
  /// The shape to see it in where dimensions are fixed, else empty.
  llvm::SmallVector<int64_t> shape;
  /// Dimensions of that shape, and the only index to read of each.
  llvm::SmallVector<std::pair<unsigned, int64_t>> fixed;

  static StageWeight parameter(unsigned index) { return {false, index, {}, {}}; }
  StageWeight reshaped(llvm::ArrayRef<int64_t> sizes) const;
  /// Reads only `position` of `dimension` of the shape.
  StageWeight at(unsigned dimension, int64_t position) const;
  /// What is left of `whole`, the shape of the parameter or constant.
  llvm::SmallVector<int64_t> visibleShape(llvm::ArrayRef<int64_t> whole) const;
  bool operator==(const StageWeight &) const = default;
};

/// Row-major values that the structure itself fixes.
struct StageConstant {
  llvm::SmallVector<int64_t> shape;
  std::vector<std::complex<double>> values;
};

/// y = the contraction of x with the weight.
struct EinsumStage {
  StageValue x;
  StageWeight weight;
  Einsum einsum;
};

/// y[i] = x[table[i]] for a digit permutation.
struct PermuteStage {
  StageValue x;
  DigitPermutation permutation;
};

/// y[i] = x[table[i]], or y[table[i]] = x[i] when it scatters; `table` is an
/// integer weight of rank 1.
struct GatherStage {
  StageValue x;
  StageWeight table;
  bool scatters;
};

/// The first `columns` of x, filled up with zeros.
struct ResizeStage {
  StageValue x;
  int64_t columns;
};

/// The sum of values of one size.
struct SumStage {
  llvm::SmallVector<StageValue> terms;
};

/// Consecutive values of a weight of rank 1.
struct WeightPiece {
  StageWeight weight;
  int64_t start, length;
  bool reversed = false;
};

/// y[i] = sum_j t[i - j + in - 1] x[j], where t, of out + in - 1 values, is the
/// concatenation of `pieces`.
struct ToeplitzStage {
  StageValue x;
  int64_t out, in;
  llvm::SmallVector<WeightPiece> pieces;
};

/// y = M x, or y = M^T x when it transposes, with the values of M where integer
/// weights say.
struct SparseStage {
  StageValue x;
  StageWeight weight;
  llvm::SmallVector<StageWeight> indices; ///< as the pattern lists them
  SparsePattern pattern;
  bool transposes;
};

/// Integers to what they stand for: with f32 weights, c the `channels` in the
/// order of y's columns,
///
///   y[i] = x[i] (from c[i])                                in f32
///   y[i] = saturate(round(x[i] (from c[i] / to)))          in i8, where there is `to`
///
/// rounding half to even, each operation in f32.
struct RescaleStage {
  StageValue x;
  StageWeight channels;
  DigitPermutation order; ///< from the channels as stored to y's columns
  StageWeight from;       ///< one value
  std::optional<StageWeight> to;
};

using Stage = std::variant<EinsumStage, PermuteStage, GatherStage, ResizeStage, SumStage,
                           ToeplitzStage, SparseStage, RescaleStage>;

/// The graph. The functions that append a stage return its value and check
/// nothing: `check` does, once, so that a structure may be written down as is.
class StageProgram {
public:
  /// The program that returns its input of `columns`.
  explicit StageProgram(int64_t columns) : columns(columns) {}

  StageValue einsum(StageValue x, StageWeight weight, Einsum einsum);
  StageValue einsum(StageValue x, StageWeight weight, llvm::StringRef spec,
                    llvm::ArrayRef<EinsumLoop> loops);
  /// A Kronecker-sparse stage; `order` names the weight's dimensions.
  StageValue kroneckerSparse(StageValue x, StageWeight weight, const StagePattern &pattern,
                             llvm::StringRef order = "abcd");
  /// y = diag(weight) x, with a weight of `size` values.
  StageValue diagonal(StageValue x, StageWeight weight, int64_t size);
  /// y = weight x on `size` columns, with a weight of one value.
  StageValue scale(StageValue x, StageWeight weight, int64_t size);
  StageValue permute(StageValue x, DigitPermutation permutation);
  StageValue gather(StageValue x, StageWeight table, bool scatters = false);
  /// x itself when it has that many columns.
  StageValue resize(StageValue x, int64_t columns);
  StageValue sum(llvm::ArrayRef<StageValue> terms);
  StageValue toeplitz(StageValue x, int64_t out, int64_t in, llvm::ArrayRef<WeightPiece> pieces);
  /// Dense blocks that `pointers` and `places` put into the matrix.
  StageValue indexed(StageValue x, StageWeight weight, StageWeight pointers, StageWeight places,
                     const BlockPattern &pattern);
  /// n of every m neighbors, those at `positions`.
  StageValue grouped(StageValue x, StageWeight weight, StageWeight positions,
                     const GroupPattern &pattern);
  StageValue rescale(StageValue x, StageWeight channels, DigitPermutation order, StageWeight from,
                     std::optional<StageWeight> to);
  /// All stages of `inner` on `x`; its parameter 0 is this one's `firstParameter`.
  StageValue append(const StageProgram &inner, StageValue x, unsigned firstParameter);
  /// Appends any stage.
  StageValue add(Stage stage);

  /// A weight that is `values` in row-major order.
  StageWeight constant(llvm::ArrayRef<int64_t> shape, std::vector<std::complex<double>> values);
  StageWeight constant(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<double> values);

  /// The value that is y; the last one unless set.
  void setResult(StageValue value) { result = value; }
  StageValue getResult() const { return result.value_or(stages.size()); }

  int64_t inSize() const { return columns; }
  llvm::ArrayRef<Stage> getStages() const { return stages; }
  llvm::ArrayRef<StageConstant> getConstants() const { return constants; }
  /// The columns of every value. Requires values that precede their stage.
  llvm::SmallVector<int64_t> valueSizes() const;
  int64_t outSize() const { return valueSizes()[getResult()]; }

  /// What is wrong, or "": values before their use, sizes that meet, weights
  /// that exist, and `rows` results. A dynamic size (negative) of a parameter
  /// fits any.
  std::string check(llvm::ArrayRef<llvm::SmallVector<int64_t>> parameterShapes, int64_t rows) const;

  // The members below require that `check` found nothing.

  /// Whether no stage rounds.
  bool isLinear() const;
  /// The program of the transposed matrix. Requires that it is linear.
  StageProgram transposed() const;
  /// The same without any digit permutation that an einsum beside it, or
  /// another permutation, can take in, and without stages that nothing reads.
  StageProgram withoutPermutations() const;
  /// The program on `inner` columns side by side for each of x, the fastest
  /// digit of every index; nothing when a stage has no digits to add one to.
  std::optional<StageProgram> withInner(int64_t inner) const;

  /// Multiply-adds that one row costs.
  int64_t multipliesPerRow() const;
  /// The most stages between x and y.
  int64_t depth() const;
  /// The most terms that a sum has.
  int64_t longestSum() const;
  /// y for one row, in double, the values of every parameter in row-major
  /// order; for tests.
  std::vector<std::complex<double>>
  evaluate(llvm::ArrayRef<std::vector<std::complex<double>>> parameters,
           llvm::ArrayRef<std::complex<double>> x) const;

private:
  int64_t columns;
  std::vector<Stage> stages;
  std::vector<StageConstant> constants;
  std::optional<StageValue> result;
};

/// The values that `stage` reads.
llvm::SmallVector<StageValue> readValues(const Stage &stage);

/// `stage` with every value that it reads replaced by `renamed` of it.
Stage withValues(Stage stage, llvm::ArrayRef<StageValue> renamed);

} // namespace danaus

#endif // DANAUS_SUPPORT_STAGEPROGRAM_H
