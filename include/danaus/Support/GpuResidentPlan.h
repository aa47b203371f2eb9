//===- GpuResidentPlan.h - Two products whose weights a cluster keeps -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The two products of GpuClusterPlan.h, y = W2 W1 x with few columns between, as products
// of warpgroups. The N blocks of a cluster keep both weights in their shared memory, block r
// the columns of W1 and the rows of W2 that are its own, and share the columns of a tile:
//
//   t^T = W1[:, part r] x[tile, part r]^T   64 m x rows partial sums in one warpgroup each
//   fragments of 16 x 8 -> the blocks that own them, which add N of each and apply maps
//   t, rounded -> all blocks
//   y^T[part r, tile] = W2[part r, :] t^T   64 columns of y x rows at once in a warpgroup
//
// The weight is the left operand, whose rows are 64 at a time, so that a tile can have any
// multiple of 8 rows: as many as let all clusters end together.
//
// The first m warpgroups multiply for the first stage, a tile ahead of the others, who add
// partial sums and multiply for the second.
//
// **Who waits.** Nobody meets at a barrier of the cluster, which is a fence of the whole
// device and waits for stores of y. Sums are sent asynchronously and tell a barrier in the
// memory of who gets them (`tile.park`, `tile.lay`). One buffer of each is enough:
//
//   a block sends partials of tile i + 1   after its warps have used t of tile i, and told
//   the first warpgroups so; it came from all owners after they had read those of tile i;
//   an owner sends t of tile i + 1         after all blocks have sent it partials
//
// **Boxes.** x, weights and t lie as boxes of rows of 64 values, swizzled (`tile.tensor_map`).
// What lies past the end of a tensor is zero in shared memory and not stored, so b and c are
// multiples of 8 only; of the middle whole steps of 16 are multiplied. For 4096 x 64 x 4096
// in clusters of 8 with tiles of 56 rows:
//
//   x 8 boxes of 56 x 64     56 KB     t 1 box of 56 x 64                         7 KB
//   W1 8 boxes of 64 x 64    64 KB     partials of 4 fragments, 8 of 512 B each  16 KB
//   W2 8 boxes of 64 x 64    64 KB     y, a box a warpgroup of the second stage   7 KB each
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_GPURESIDENTPLAN_H
#define DANAUS_SUPPORT_GPURESIDENTPLAN_H

#include "danaus/Support/GpuGemmPlan.h"

namespace danaus {

struct ResidentPlan {
  int64_t blocks = 2;                      ///< of a cluster
  int64_t rows = 8, depth = 1, staged = 1; ///< of a tile; tiles of x; boxes of y a warpgroup
  int64_t groups = 2;                      ///< warpgroups, of which `middleTiles` for stage 0
  int64_t steps = 1;                       ///< boxes of 64 columns of x in a block
  int64_t outTiles = 1;                    ///< boxes of 64 columns of y in a block
  int64_t middleTiles = 1;                 ///< 64 columns of the middle each
  int64_t across = 4;                      ///< fragments of 16 columns of the middle
  int64_t fragments = 0;                   ///< of a tile, `across` for each 8 rows
  int64_t owned = 0;                       ///< by one block, in order; the last may own fewer
  bool isWholeC = true, isWholeB = true;   ///< boxes of all blocks end with the columns

  TensorView x, down, up, y;
  // Shared memory, in bytes.
  int64_t inputOffset = 0, downOffset = 0, upOffset = 0, middleOffset = 0, stagingOffset = 0;
  int64_t partialsOffset = 0, barrierOffset = 0, sharedBytes = 0;
  BrokenConstraints broken;

  /// Warpgroups for the second stage.
  int64_t lastGroups() const { return groups - middleTiles; }
  /// Bytes of a box of rows of a tile, and of one of 64 rows of a weight.
  int64_t boxBytes() const { return rows * 128; }
  static constexpr int64_t weightBytes = 64 * 128;
  int64_t downBytes() const { return middleTiles * steps * weightBytes; }
  int64_t upBytes() const { return outTiles * middleTiles * weightBytes; }
  /// Bytes of t that each block gets.
  int64_t middleBytes() const { return fragments * 256; }
  // Barriers: a box of x each, both weights, t, its use, then the partials of each fragment.
  int64_t downBarrier() const { return depth * steps; }
  int64_t upBarrier() const { return downBarrier() + 1; }
  int64_t middleBarrier() const { return downBarrier() + 2; }
  int64_t usedBarrier() const { return downBarrier() + 3; }
  int64_t partialsBarrier() const { return downBarrier() + 4; }
  int64_t barriers() const { return partialsBarrier() + owned; }
};

/// The plan of `stages` on elements of `elementBytes` under a schedule with isResident();
/// `broken` names what does not fit, and the rest is then not to be used.
ResidentPlan planResidentKernel(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                const Schedule &schedule, const TargetLimits &limits);

/// A schedule for `rows` rows such that all clusters end together, where one is legal.
std::optional<Schedule> chooseResidentSchedule(llvm::ArrayRef<StageDescriptor> stages,
                                               int64_t elementBytes, int64_t rows,
                                               const TargetLimits &limits);

} // namespace danaus

#endif // DANAUS_SUPPORT_GPURESIDENTPLAN_H
