//===- StageGroups.h - Neighboring stages as one with larger blocks -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two levels of a butterfly act on different digits of the index, and their
// product is a stage of dense 4 x 4 blocks on both. In general, with the stages
// numbered in order of application, stage j and j + 1 *nest* when the blocks of
// one are strided by all of the other:
//
//   increasing strides   d_(j+1) = b_j d_j   and a_j = a_(j+1) c_(j+1)
//   decreasing strides   d_j = c_(j+1) d_(j+1)   and a_(j+1) = a_j b_j
//
// A run that nests in one direction is one stage whose blocks are the products
// of theirs. Every entry is a single product of one entry a stage, without sums:
//
//   increasing     w[A, (B_k .. B_1), (C_k .. C_1), D]
//                    = prod_j w_j[(A C_k .. C_(j+1)), B_j, C_j, (B_(j-1) .. B_1 D)]
//   decreasing     w[A, (B_1 .. B_k), (C_1 .. C_k), D]
//                    = prod_j w_j[(A B_1 .. B_(j-1)), B_j, C_j, (C_(j+1) .. C_k D)]
//
// Ten levels of a butterfly of 1024 are so (32, 32, 32, 1) after (1, 32, 32, 32),
// or the other way around.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_STAGEGROUPS_H
#define DANAUS_SUPPORT_STAGEGROUPS_H

#include "danaus/Support/Stage.h"
#include <optional>

namespace danaus {

enum class StageNesting { Increasing, Decreasing };

/// How `second`, applied after `first`, nests with it; nothing if it does not.
std::optional<StageNesting> nestStages(const StagePattern &first, const StagePattern &second);

/// The pattern of a run of stages, in order of application, that nests in one
/// direction; of a single stage its own.
StagePattern groupPattern(llvm::ArrayRef<StagePattern> run);

/// How many stages to take together, one number a group, in order of
/// application: each group nests and has blocks of at most `maxBlock` rows and
/// columns (unless it is a single stage). As few groups as that allows, and
/// their largest block as small as that number allows.
llvm::SmallVector<unsigned> groupStages(llvm::ArrayRef<StagePattern> stages, int64_t maxBlock);

} // namespace danaus

#endif // DANAUS_SUPPORT_STAGEGROUPS_H
