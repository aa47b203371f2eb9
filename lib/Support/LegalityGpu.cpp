//===- LegalityGpu.cpp - Which schedules a GPU can run -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuPlan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include <algorithm>

using namespace danaus;
using llvm::ArrayRef;

BrokenConstraints danaus::checkGpuSchedule(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                           const Schedule &schedule, const TargetLimits &limits) {
  return planGpuKernel(stages, {elementBytes, elementBytes}, schedule, limits).broken;
}

/// Warps that the widest stage can keep busy, 4 to 16.
static int64_t usefulWarps(ArrayRef<StageDescriptor> stages) {
  int64_t items = 1;
  for (const StageDescriptor &stage : stages)
    items = std::max(items, stage.pattern.numBlocks() * ((stage.pattern.b + 7) / 8));
  return items >= 32 ? 16 : items >= 16 ? 8 : 4;
}

/// `schedule` with the deepest pipeline that is legal; false if none is.
static bool deepenPipeline(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                           const TargetLimits &limits, Schedule &schedule) {
  for (schedule.depth = 4; schedule.depth >= 1; --schedule.depth)
    if (checkGpuSchedule(stages, elementBytes, schedule, limits).empty())
      return true;
  return false;
}

Schedule danaus::defaultGpuSchedule(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                    const TargetLimits &limits) {
  Schedule schedule;
  schedule.unit = ScheduleUnit::MmaSync;
  auto allCuts = llvm::seq<int64_t>(1, std::max<int64_t>(1, stages.size()));
  llvm::SmallVector<int64_t> everywhere(allCuts.begin(), allCuts.end());
  struct Variant {
    WeightPlacement placement;
    int64_t rows, warps;
  };
  int64_t warps = usefulWarps(stages);
  // Half the warps have twice the registers each. Streamed weights cost a pass
  // over all of them for each tile of rows, so these tiles are tall where they fit.
  const Variant variants[] = {{WeightPlacement::Registers, 16, warps},
                              {WeightPlacement::Registers, 16, warps / 2},
                              {WeightPlacement::Streamed, 32, warps},
                              {WeightPlacement::Streamed, 16, warps}};
  llvm::SmallVector<llvm::SmallVector<int64_t>> cutChoices = {{}};
  if (!everywhere.empty())
    cutChoices.push_back(everywhere);
  for (const llvm::SmallVector<int64_t> &cuts : cutChoices)
    for (const Variant &variant : variants) {
      schedule.cuts = cuts;
      schedule.placement = variant.placement;
      schedule.rows = variant.rows;
      schedule.warps = variant.warps;
      if (deepenPipeline(stages, elementBytes, limits, schedule))
        return schedule;
    }
  schedule.depth = 1;
  return schedule;
}
