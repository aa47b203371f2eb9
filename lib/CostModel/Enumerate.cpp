//===- Enumerate.cpp - All CPU schedules of a chain, ranked -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/CostModel/Enumerate.h"
#include "danaus/CostModel/TreeModel.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include <cmath>

using namespace danaus;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::SmallVectorImpl;

/// Longer chains have all stages treated alike: 2^n grows too fast.
static constexpr size_t maxFreeStages = 4;

//===----------------------------------------------------------------------===//
// The space
//===----------------------------------------------------------------------===//

using CutSet = SmallVector<int64_t>;
using AxisList = SmallVector<LaneAxis>;

static SmallVector<CutSet> allCuts(size_t numStages) {
  SmallVector<CutSet> sets(1);
  if (numStages > maxFreeStages) {
    sets.push_back(llvm::to_vector(llvm::seq<int64_t>(1, numStages)));
    return sets;
  }
  for (int64_t cut = 1; cut < static_cast<int64_t>(numStages); ++cut) {
    size_t numSets = sets.size();
    for (size_t i = 0; i < numSets; ++i) {
      CutSet with = sets[i];
      with.push_back(cut);
      sets.push_back(std::move(with));
    }
  }
  return sets;
}

static SmallVector<AxisList> allAxes(ArrayRef<StageDescriptor> stages) {
  AxisList alongD = llvm::map_to_vector(stages, [](const StageDescriptor &stage) {
    return stage.pattern.d > 1 ? LaneAxis::D : LaneAxis::B;
  });
  SmallVector<AxisList> lists = {AxisList(stages.size(), LaneAxis::B)};
  if (stages.size() > maxFreeStages) {
    if (alongD != lists[0])
      lists.push_back(alongD);
    return lists;
  }
  for (auto [index, axis] : llvm::enumerate(alongD)) {
    size_t numLists = axis == LaneAxis::D ? lists.size() : 0;
    for (size_t i = 0; i < numLists; ++i) {
      AxisList with = lists[i];
      with[index] = LaneAxis::D;
      lists.push_back(std::move(with));
    }
  }
  return lists;
}

/// Adds all tiles of whole register blocks of `schedule` that have a use: the
/// largest is the first that holds all rows.
static void addTiles(const CpuProblem &problem, const TargetLimits &limits, Schedule schedule,
                     SmallVectorImpl<Schedule> &schedules) {
  if (!checkCpuSchedule(problem.stages, problem.elementBytes, schedule, limits).empty())
    return;
  int64_t previous = 0;
  for (int64_t rows = 4; rows <= 256 && previous < problem.rows; rows *= 2) {
    int64_t blocks = std::max<int64_t>(rows / schedule.blockRows, 1);
    schedule.rows = blocks * schedule.blockRows;
    if (schedule.rows == previous)
      continue;
    schedules.push_back(schedule);
    previous = schedule.rows;
  }
}

/// Adds all register blocks and tiles for the cuts and axes of `schedule`.
static void addRegisterBlocks(const CpuProblem &problem, const TargetLimits &limits,
                              Schedule schedule, SmallVectorImpl<Schedule> &schedules) {
  int64_t previous = 0;
  for (int64_t blockRows : {1, 2, 4, 6, 8, 12}) {
    if (previous >= problem.rows)
      break;
    previous = blockRows;
    for (int64_t panel = 1; panel <= 4; ++panel) {
      schedule.blockRows = blockRows;
      schedule.panel = panel;
      addTiles(problem, limits, schedule, schedules);
    }
  }
}

SmallVector<Schedule> danaus::enumerateCpuSchedules(const CpuProblem &problem,
                                                    const TargetLimits &limits) {
  SmallVector<Schedule> schedules;
  SmallVector<AxisList> axisLists = allAxes(problem.stages);
  for (const CutSet &cuts : allCuts(problem.stages.size())) {
    for (const AxisList &axes : axisLists) {
      Schedule schedule;
      schedule.cuts = cuts;
      schedule.axes = axes;
      addRegisterBlocks(problem, limits, schedule, schedules);
    }
  }
  return schedules;
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

static RankedSchedule predict(const CpuProblem &problem, const Schedule &schedule,
                              const TargetLimits &limits, const TreeModel *model) {
  RankedSchedule ranked;
  ranked.schedule = schedule;
  ranked.bound = computeCpuBound(problem, schedule, limits).total;
  ranked.predicted = ranked.bound;
  if (model)
    ranked.predicted *= std::exp(model->predict(computeCpuFeatures(problem, schedule, limits)));
  return ranked;
}

SmallVector<RankedSchedule> danaus::rankCpuSchedules(const CpuProblem &problem,
                                                     const TargetLimits &limits,
                                                     const TreeModel *model) {
  SmallVector<RankedSchedule> listed;
  SmallVector<std::pair<double, size_t>> order; // ties by place in the list
  for (const Schedule &schedule : enumerateCpuSchedules(problem, limits)) {
    listed.push_back(predict(problem, schedule, limits, model));
    order.push_back({listed.back().predicted, order.size()});
  }
  llvm::sort(order);
  return llvm::map_to_vector(
      order, [&](const std::pair<double, size_t> &place) { return listed[place.second]; });
}

RankedSchedule danaus::chooseCpuSchedule(const CpuProblem &problem, const TargetLimits &limits,
                                         const TreeModel *model, double tolerance) {
  if (problem.stages.empty()) // maps only: nothing to choose
    return RankedSchedule();
  Schedule byRule = defaultCpuSchedule(problem.stages, problem.elementBytes, limits);
  RankedSchedule fallback = predict(problem, byRule, limits, model);
  if (!model)
    return fallback;
  SmallVector<RankedSchedule> ranked = rankCpuSchedules(problem, limits, model);
  bool clearlyBetter =
      !ranked.empty() && ranked.front().predicted * (1 + tolerance) < fallback.predicted;
  return clearlyBetter ? ranked.front() : fallback;
}
