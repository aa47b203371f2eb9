//===- GpuInPlacePlan.h - Kernels whose stages share one buffer -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The arithmetic of a kernel on tensor cores whose stages have square blocks that all
// share one weight, as the factors of a Kronecker product: rows of x, or pieces of them,
// stay in shared memory, and every stage writes where it read.
//
//   x (global) -> tile -> stage 0 in place -> ... -> last stage in place -> y (global)
//
// **Groups.** A row that does not fit is taken in pieces. The stages between two cuts mix
// only some digits of a column, (outer, middle, inner) with the middle one theirs: `inner`
// is the least of their d, `span` = middle x inner the largest of their c d. A piece has
// all of middle and, in the group with the widest middle, `panel` of the others, neighbors
// of inner first, then of outer; in other groups as many more as make pieces of one size.
// For cuts = [3], panel = 16 and six factors of 8:
//
//                  span    inner   a piece                       its columns in x
//   stages 0 to 2  8^3     1       16 outer x 512 middle         8192 side by side
//   stages 3 to 5  8^6     8^3     512 middle x 16 of inner      runs of 16, 512 apart
//
// To its stages a piece is a row, in which the inner digit has `run` values. Each group is
// a launch: the first from x to y, the others from y to y, as pieces share no columns.
//
// **Rings.** With `ring` all groups run at once, each with a share of the thread blocks, and
// what one writes is read by the next while it is in the L2 cache. A row is read when all of
// its pieces are written, and written when the row `ring` before it is read. A thread block
// awaits the piece that it loads, depth - 1 turns ahead, before it is done with its own: so
// a ring has at least the rows that its turns span.
//
// **Items.** As all blocks have one weight, a fragment may hold any of them: a warp
// takes some positions (A, D) of one row, all c of each, and gives all b of each. No
// other warp touches these columns, so that stages meet at one barrier and nothing
// needs a second buffer. For element (A, C, D) of a tile row, which is column
// (A c + C) d + D:
//
//   straight  d = 1, or f32,  x is the left operand: 16 positions by C, in f32 twice 16
//             or f64          where they come out even, so that each weight that is
//                             loaded serves two products; the sums are positions by B
//   turned    2 bytes, d > 1  the weight is: B by C; x, C by 8 values of D, is the right
//                             operand, which ldmatrix transposes; the sums are B by D
//
// so that both loads and stores find pairs of 2 bytes side by side.
//
// **Rows of shared memory.** Eight rows of one ldmatrix lie d columns apart (turned), or
// c (straight): for powers of two in one bank. 16 bytes after each `level` columns, in f32 and
// f64 as many as make the fewest lanes meet, spread them; a level for each stage, of at least 128
// bytes. Column k of a row is at
//
//   position(k) = k + sum_l pad_l floor(k / level_l)
//
// which must be a sum over the digits A, C and D, as it is where a level is a multiple of
// what lies inside it: then each lane's part of an address is known before the loop.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_GPUINPLACEPLAN_H
#define DANAUS_SUPPORT_GPUINPLACEPLAN_H

#include "danaus/Support/Legality.h"
#include <optional>

namespace danaus {

/// How one stage runs in place.
struct InPlaceStage {
  StagePattern pattern;
  bool turned = false;    ///< the weight is the left operand
  int64_t positions = 16; ///< (A, D) of an item
  int64_t itemsPerRow = 1;
  int64_t kSteps = 1; ///< products along c

  /// Positions of a fragment of x, and fragments of x that an item has.
  int64_t width() const { return turned ? 8 : 16; }
  int64_t parts() const { return positions / width(); }

  /// Column of position `index` of a row, at C = 0.
  int64_t column(int64_t index) const {
    return index / pattern.d * pattern.c * pattern.d + index % pattern.d;
  }
};

/// After each `columns` of a row, `pad` elements of the buffer are left out.
struct InPlaceLevel {
  int64_t columns = 0, pad = 0;
};

/// Stages that run together; their patterns are those of a piece.
struct InPlaceGroup {
  size_t firstStage = 0;
  llvm::SmallVector<InPlaceStage, 4> stages;
  int64_t columns = 0;      ///< of a piece
  int64_t piecesPerRow = 1; ///< of x
  int64_t run = 1;          ///< columns of a piece that lie side by side in x
  int64_t inner = 1;        ///< from one run of a piece to the next; of one run, `run`
  llvm::SmallVector<InPlaceLevel, 4> levels;
  int64_t rowPitch = 0; ///< elements from one piece to the next
  int64_t sharedBytes = 0;
  int64_t registers = 0; ///< estimate for one thread, and what the target is to spare
  int64_t blocksPerProcessor = 1;
  bool weightsInRegisters = false;

  /// Where `column` of a piece lies in the buffer.
  int64_t position(int64_t column) const;
  /// Column of x at which a piece of a row begins.
  int64_t firstColumn(int64_t piece) const;
  /// Column of x, from the first of the piece, of `column` of a piece.
  int64_t columnOfX(int64_t column) const { return column / run * inner + column % run; }
};

struct InPlacePlan {
  llvm::SmallVector<InPlaceGroup, 2> groups;
  int64_t blocksPerGroup = 0; ///< that run at once; for groups in a ring
  BrokenConstraints broken;
};

/// Plans `stages` under `schedule`, which has `in_place`; the plan is usable only where
/// nothing is broken.
InPlacePlan planInPlaceKernel(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                              const Schedule &schedule, const TargetLimits &limits);

/// The schedule in place for `rows` rows; nothing where none is legal.
std::optional<Schedule> chooseInPlaceSchedule(llvm::ArrayRef<StageDescriptor> stages,
                                              int64_t elementBytes, int64_t rows,
                                              const TargetLimits &limits);

} // namespace danaus

#endif // DANAUS_SUPPORT_GPUINPLACEPLAN_H
