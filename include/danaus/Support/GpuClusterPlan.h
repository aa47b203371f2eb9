//===- GpuClusterPlan.h - Two products whose columns a cluster shares -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// y = W2 W1 x where both weights are one dense block (a = d = 1) and what lies between
// has few columns (low rank): too little for the weights of both to be read again for
// each tile of rows, too much for the registers of one multiprocessor. A cluster of N
// thread blocks keeps them in the registers of N:
//
//   block r: partial = x[:, part r of c] W1[:, part r of c]^T     a sum of c / N values
//            partial -> shared memory of the block that owns the fragment
//   cluster barrier
//   owner:   sum of N partials -> shared memory of all blocks
//   cluster barrier
//   block r: y[:, part r of b] = sums W2[part r of b, :]^T        whole rows of b / N values
//
// A fragment has 16 rows and 8 columns and lies in shared memory as its lanes hold it
// (`tile.park`). Where there are more warps than fragments, `split` of them share the steps
// along c of one, and its owner adds N split partials.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_GPUCLUSTERPLAN_H
#define DANAUS_SUPPORT_GPUCLUSTERPLAN_H

#include "danaus/Support/Legality.h"
#include <optional>

namespace danaus {

struct ClusterPlan {
  int64_t blocks = 1;              ///< of a cluster
  int64_t inLocal = 0, middle = 0; ///< columns of x of one block, and between the stages
  int64_t outLocal = 0;            ///< columns of y of one block
  // The first stage.
  int64_t fragments = 0;        ///< along the middle
  int64_t fragmentsPerWarp = 0; ///< of them
  int64_t split = 1;            ///< warps that share one
  int64_t steps = 0;            ///< along c that one warp takes
  int64_t owned = 0; ///< fragments that one block adds up, in order; the last may own none
  // The second stage.
  int64_t outPerWarp = 0; ///< fragments along b of one warp
  int64_t outSteps = 0;   ///< along the middle
  // Shared memory: x in `depth` slots, partials, sums, rows of y; pitches in elements.
  int64_t inPitch = 0, outPitch = 0;
  int64_t partialsOffset = 0, sumsOffset = 0, outOffset = 0, sharedBytes = 0;
  int64_t registers = 0;
  BrokenConstraints broken;
};

/// The largest cluster that every chip with clusters can run.
inline constexpr int64_t mostClusterBlocks = 8;

/// Adds to `broken` what keeps `stages` from being two products of one block each on elements
/// of 2 bytes, which `field` of the schedule wants; false where they are no two such stages at all.
bool checkTwoProducts(llvm::StringRef field, llvm::ArrayRef<StageDescriptor> stages,
                      int64_t elementBytes, BrokenConstraints &broken);

/// The plan of `stages` on elements of `elementBytes` with schedule.cluster > 1; `broken`
/// names what does not fit, and the rest is then not to be used.
ClusterPlan planClusterKernel(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                              const Schedule &schedule, const TargetLimits &limits);

/// A schedule for a cluster where there is one and `rows` are enough for it: one that keeps
/// weights in shared memory (GpuResidentPlan.h) where that is legal.
std::optional<Schedule> chooseClusterSchedule(llvm::ArrayRef<StageDescriptor> stages,
                                              int64_t elementBytes, int64_t rows,
                                              const TargetLimits &limits);

} // namespace danaus

#endif // DANAUS_SUPPORT_GPUCLUSTERPLAN_H
