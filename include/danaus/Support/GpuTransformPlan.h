//===- GpuTransformPlan.h - Fast transforms in one kernel -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The arithmetic of a kernel on a GPU whose stages are all transforms: Fourier matrices
// of a small radix, times twiddles, or Hadamard's. A thread takes the r inputs of one of them into
// registers, and through the steps of a FastTransform:
//
//   x (global) -> stage 0 -> shared memory -> stage 1 in place -> .. -> last -> y (global)
//
// so that a row is read and written once, and only what lies between two stages goes
// through shared memory.
//
// **Places.** Every stage writes where it read, and digits of x that the first stage reads
// in another order are never moved: place p of a row, in shared memory as in x, holds a
// column of the stages' activations, digit by digit. Fourier 4096 with digits n of x and B
// of y, the slowest first:
//
//   place             (n0, n1, n2)   (B0, n1, n2)   (B0, B1, n2)   (B0, B1, B2)
//   column of stage               0              1              2   y: (B2, B1, B0)
//
// **Items.** An item is the r values of one block (A, D) of a row; neighboring threads take
// neighboring items. In which order these are counted is free: by place in the first stage,
// whose loads of x then lie side by side, by column in the last, for the stores of y;
// between, whichever has fewer conflicts of banks.
//
// The items of a thread are `threads` apart; where all threads have as many, the distances
// between these are constants, and the code is straight. Otherwise it is a loop.
//
// **Twiddles** are read for each tile anew; with placement = registers, which wants stages
// without loops, once, and before x is there: for few rows, which are too few to hide that.
//
// **Banks.** Half a warp moves 16 numbers of 8 bytes at once, which want 16 different places
// mod 16. `pads` numbers are left out after each `level` of places, each where a digit
// begins, so that position(p) = p + sum_l pads_l floor(p / level_l) is a sum over the digits
// and what lies between the inputs of an item is known to the compiler. The planner tries
// some pads and counts.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_GPUTRANSFORMPLAN_H
#define DANAUS_SUPPORT_GPUTRANSFORMPLAN_H

#include "danaus/Support/DigitPermutation.h"
#include "danaus/Support/Legality.h"
#include <optional>

namespace danaus {

/// Stages that are all transforms of complex<f32>, with one weight for all a.
struct TransformChain {
  struct Stage {
    StagePattern pattern;
    bool hasTwiddles = false; ///< the weight depends on d
    bool isHadamard = false;  ///< not Fourier; of 2 values these are the same
  };
  llvm::SmallVector<Stage, 4> stages;
  DigitPermutation columns; ///< of x, as the first stage reads them
};

/// A digit of the places of a row, and what it is worth there and among the columns of a
/// stage.
struct TransformDigit {
  int64_t extent, place, column;
};

/// How one stage runs.
struct TransformStagePlan {
  StagePattern pattern;
  bool hasTwiddles = false, isHadamard = false;
  llvm::SmallVector<TransformDigit, 4> items; ///< digits of the items of a row, slowest first
  llvm::SmallVector<int64_t, 16> places;      ///< of C, from that of its item

  /// Whether all threads have as many items, which exist, fit into registers together, and
  /// lie equally far apart in all threads.
  bool isStraight = false;

  int64_t itemsPerRow() const { return pattern.numBlocks(); }
  /// Place and column of the first value of item `number` of a row.
  int64_t placeOf(int64_t number) const;
  int64_t columnOf(int64_t number) const;
};

struct TransformPlan {
  llvm::SmallVector<TransformStagePlan, 4> stages;
  llvm::SmallVector<int64_t, 4> levels, pads; ///< in numbers, as all sizes but bytes
  int64_t columns = 0;
  int64_t rowPitch = 0;
  int64_t sharedBytes = 0;
  int64_t registers = 0; ///< estimate for one thread, and what the target is to spare
  int64_t blocksPerProcessor = 1;
  BrokenConstraints broken;

  int64_t position(int64_t place) const;
};

/// Plans `chain` under `schedule`, which has `in_place` and unit fma; the plan is usable
/// only where nothing is broken.
TransformPlan planTransformKernel(const TransformChain &chain, const Schedule &schedule,
                                  const TargetLimits &limits);

/// The schedule for `rows` rows; nothing where none is legal.
std::optional<Schedule> chooseTransformSchedule(const TransformChain &chain, int64_t rows,
                                                const TargetLimits &limits);

} // namespace danaus

#endif // DANAUS_SUPPORT_GPUTRANSFORMPLAN_H
