//===- Enumerate.h - All CPU schedules of a chain, ranked -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The space of CPU schedules is small enough to list, so nothing searches: all
// legal points are ranked by predicted time.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_COSTMODEL_ENUMERATE_H
#define DANAUS_COSTMODEL_ENUMERATE_H

#include "danaus/CostModel/Features.h"

namespace danaus {

class TreeModel;

/// A schedule and the time that is expected of it.
struct RankedSchedule {
  Schedule schedule;
  double bound = 0;     ///< seconds, at least
  double predicted = 0; ///< seconds; the bound when there is no model
};

/// All legal schedules of unit `fma`, in a fixed order: cuts (every set up to
/// four stages; above, none or all), axes of each stage (d where d > 1; above
/// four stages all stages alike), rows in {4, 8, ..., 256}, block_rows in
/// {1, 2, 4, 6, 8, 12}, panel in {1, ..., 4}. A tile holds whole register
/// blocks and at most the rows of the problem, rounded up. Requires stages.
llvm::SmallVector<Schedule> enumerateCpuSchedules(const CpuProblem &problem,
                                                  const TargetLimits &limits);

/// All of them, quickest first; ties keep the order of the enumeration.
llvm::SmallVector<RankedSchedule>
rankCpuSchedules(const CpuProblem &problem, const TargetLimits &limits, const TreeModel *model);

/// The schedule to run: without a model `defaultCpuSchedule`; with one the
/// quickest by prediction, unless the default is within `tolerance` of it, a
/// ratio of times. (0.1 ranks best on held-out problems: docs/cost-model.md.) A problem without
/// stages has the empty schedule.
RankedSchedule chooseCpuSchedule(const CpuProblem &problem, const TargetLimits &limits,
                                 const TreeModel *model, double tolerance = 0.1);

} // namespace danaus

#endif // DANAUS_COSTMODEL_ENUMERATE_H
