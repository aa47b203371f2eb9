//===- Schedules.h - Schedules of tensor cores for tests -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TEST_UNIT_SCHEDULES_H
#define DANAUS_TEST_UNIT_SCHEDULES_H

#include "danaus/Support/Schedule.h"
#include "danaus/Support/Stage.h"

namespace danaus {

/// Of unit mma_sync, with all else by default.
inline Schedule onTensorCores(int64_t rows, int64_t warps, int64_t depth,
                              WeightPlacement placement) {
  Schedule schedule;
  schedule.unit = ScheduleUnit::MmaSync;
  schedule.rows = rows;
  schedule.warps = warps;
  schedule.depth = depth;
  schedule.placement = placement;
  return schedule;
}

/// Of unit wgmma, a launch for each of `stages`.
inline Schedule onWarpgroups(int64_t rows, int64_t panel, int64_t warps, int64_t depth,
                             size_t stages) {
  Schedule schedule;
  schedule.unit = ScheduleUnit::Wgmma;
  schedule.rows = rows;
  schedule.panel = panel;
  schedule.warps = warps;
  schedule.depth = depth;
  for (size_t cut = 1; cut < stages; ++cut)
    schedule.cuts.push_back(cut);
  return schedule;
}

/// One block of b x c.
inline StageDescriptor denseStage(int64_t b, int64_t c) {
  StageDescriptor stage;
  stage.pattern = {1, b, c, 1};
  return stage;
}

} // namespace danaus

#endif // DANAUS_TEST_UNIT_SCHEDULES_H
