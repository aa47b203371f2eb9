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

} // namespace danaus

#endif // DANAUS_TEST_UNIT_SCHEDULES_H
