//===- GpuClusterPlan.cpp - Two products whose columns a cluster shares -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuClusterPlan.h"
#include "danaus/Support/GpuPlan.h"
#include "danaus/Support/GpuResidentPlan.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace danaus;
using llvm::ArrayRef;
using llvm::formatv;

/// Values along c of one product, and columns of a fragment.
static constexpr int64_t stepDepth = 16, fragmentColumns = 8;
/// Elements that keep rows of shared memory in different banks.
static constexpr int64_t pitchPad = 8;
/// Registers of a thread for addresses and values in flight.
static constexpr int64_t addressRegisters = 40;

static void checkFields(ClusterPlan &plan, const Schedule &schedule, const TargetLimits &limits) {
  if (!limits.hasClusters)
    plan.broken.push_back(
        formatv("cluster: wanted a target with clusters, found {0}", limits.name));
  if (!llvm::isPowerOf2_64(schedule.cluster) || schedule.cluster > mostClusterBlocks)
    plan.broken.push_back(
        formatv("cluster: wanted 2, 4 or {0}, found {1}", mostClusterBlocks, schedule.cluster));
  if (schedule.placement != WeightPlacement::Registers)
    plan.broken.push_back("cluster: wanted weights in registers");
  if (!schedule.cuts.empty() || schedule.ring != 0 || schedule.outputs != 1 ||
      schedule.steps != 0 || schedule.inPlace)
    plan.broken.push_back(
        "cluster: wanted no cuts, ring, steps or in_place, and one buffer of results");
  if (schedule.rows % 16 != 0)
    plan.broken.push_back(formatv("rows: wanted a multiple of 16, found {0}", schedule.rows));
  if (schedule.warps > limits.warpsPerBlock)
    plan.broken.push_back(
        formatv("warps: wanted at most {0}, found {1}", limits.warpsPerBlock, schedule.warps));
}

bool danaus::checkTwoProducts(llvm::StringRef field, ArrayRef<StageDescriptor> stages,
                              int64_t elementBytes, BrokenConstraints &broken) {
  if (stages.size() != 2 || elementBytes != 2) {
    broken.push_back(formatv("{0}: wanted two stages of f16 or bf16", field));
    return false;
  }
  for (const StageDescriptor &stage : stages)
    if (stage.pattern.a != 1 || stage.pattern.d != 1 || stage.inner != 0)
      broken.push_back(formatv("{0}: wanted stages of one block, a = d = 1", field));
  return true;
}

/// Requires that `unit` divides `value`, the extent `name`.
static void checkDivides(ClusterPlan &plan, llvm::StringRef name, int64_t value, int64_t unit) {
  if (value % unit != 0)
    plan.broken.push_back(
        formatv("cluster: wanted {0} to be a multiple of {1}, found {2}", name, unit, value));
}

/// Deals fragments and steps to blocks and warps.
static void dealWork(ClusterPlan &plan, const StagePattern &first, const StagePattern &second,
                     const Schedule &schedule) {
  int64_t warps = schedule.warps;
  plan.blocks = schedule.cluster;
  plan.middle = first.b;
  checkDivides(plan, "the middle", plan.middle, stepDepth);
  plan.fragments = plan.middle / fragmentColumns;
  plan.split = std::max<int64_t>(1, warps / std::max<int64_t>(1, plan.fragments));
  checkDivides(plan, "c of the first stage", first.c, plan.blocks * plan.split * stepDepth);
  checkDivides(plan, "fragments of the middle times warps that share one",
               plan.fragments * plan.split, warps);
  checkDivides(plan, "b of the second stage", second.b, plan.blocks * warps * fragmentColumns);
  if (!plan.broken.empty())
    return;
  plan.inLocal = first.c / plan.blocks;
  plan.outLocal = second.b / plan.blocks;
  plan.fragmentsPerWarp = plan.fragments * plan.split / warps;
  plan.steps = plan.inLocal / stepDepth / plan.split;
  plan.owned = llvm::divideCeil(plan.fragments, plan.blocks);
  plan.outPerWarp = plan.outLocal / fragmentColumns / warps;
  plan.outSteps = plan.middle / stepDepth;
}

static void placeBuffers(ClusterPlan &plan, int64_t elementBytes, const Schedule &schedule) {
  constexpr int64_t bytesOfFragment = 4 * sumsOfFragment;
  int64_t rowTiles = schedule.rows / 16;
  plan.inPitch = plan.inLocal + pitchPad;
  plan.outPitch = plan.outLocal + pitchPad;
  plan.partialsOffset = schedule.depth * schedule.rows * plan.inPitch * elementBytes;
  int64_t partials = rowTiles * plan.owned * plan.blocks * plan.split;
  plan.sumsOffset = plan.partialsOffset + partials * bytesOfFragment;
  plan.outOffset = plan.sumsOffset + rowTiles * plan.fragments * bytesOfFragment;
  plan.sharedBytes = plan.outOffset + schedule.rows * plan.outPitch * elementBytes;
}

/// Weights of both stages stay; beside them the sums of the first stage, or the left operands
/// and the sums of one fragment of the second.
static int64_t estimateRegisters(const ClusterPlan &plan, const Schedule &schedule) {
  int64_t rowTiles = schedule.rows / 16;
  int64_t weights = 2 * (plan.fragmentsPerWarp * plan.steps + plan.outPerWarp * plan.outSteps);
  int64_t first = 4 * rowTiles * (plan.fragmentsPerWarp + 1);
  int64_t second = 4 * (plan.outSteps + 2);
  return weights + std::max(first, second) + addressRegisters;
}

static void checkResources(ClusterPlan &plan, const Schedule &schedule,
                           const TargetLimits &limits) {
  int64_t perThread =
      std::min(limits.registersPerThread, limits.registersPerBlock / (32 * schedule.warps));
  if (plan.sharedBytes > limits.sharedBytesPerBlock)
    plan.broken.push_back(formatv("cluster: wanted at most {0} bytes of shared memory, found {1}",
                                  limits.sharedBytesPerBlock, plan.sharedBytes));
  if (plan.registers > perThread)
    plan.broken.push_back(formatv("cluster: wanted at most {0} registers a thread, found about {1}",
                                  perThread, plan.registers));
}

ClusterPlan danaus::planClusterKernel(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                      const Schedule &schedule, const TargetLimits &limits) {
  ClusterPlan plan;
  plan.broken = checkSchedule(stages, schedule);
  checkFields(plan, schedule, limits);
  checkTwoProducts("cluster", stages, elementBytes, plan.broken);
  if (!plan.broken.empty())
    return plan;
  dealWork(plan, stages[0].pattern, stages[1].pattern, schedule);
  if (!plan.broken.empty())
    return plan;
  placeBuffers(plan, elementBytes, schedule);
  plan.registers = estimateRegisters(plan, schedule) + limits.spareRegisters;
  checkResources(plan, schedule, limits);
  return plan;
}

//===----------------------------------------------------------------------===//
// The default
//===----------------------------------------------------------------------===//

/// Rows up to which a cluster that keeps weights in registers is faster than the launches that
/// it replaces: with more the barriers of their tiles count (docs/performance.md).
static constexpr int64_t mostRows = 2048;

/// Whether the weights are at least half of what one multiprocessor's L1 holds: fewer stay
/// there from tile to tile beside x, so that to share them out saves no trips to L2.
static bool areWorthSharing(ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                            const TargetLimits &limits) {
  int64_t weights = 0;
  for (const StageDescriptor &stage : stages)
    weights += stage.pattern.b * stage.pattern.c;
  return 2 * weights * elementBytes >= limits.sharedBytesPerProcessor;
}

std::optional<Schedule> danaus::chooseClusterSchedule(ArrayRef<StageDescriptor> stages,
                                                      int64_t elementBytes, int64_t rows,
                                                      const TargetLimits &limits) {
  if (rows <= fewRows || !areWorthSharing(stages, elementBytes, limits))
    return std::nullopt;
  if (std::optional<Schedule> resident = chooseResidentSchedule(stages, elementBytes, rows, limits))
    return resident;
  if (rows > mostRows)
    return std::nullopt;
  Schedule schedule;
  schedule.unit = ScheduleUnit::MmaSync;
  schedule.placement = WeightPlacement::Registers;
  schedule.cluster = mostClusterBlocks;
  // The flat tiles where all of them run at once; two clusters may find no place on the chip.
  int64_t clusters = limits.multiprocessors / mostClusterBlocks - 2;
  schedule.rows = rows <= 16 * clusters ? 16 : 32;
  for (schedule.depth = 3; schedule.depth >= 1; --schedule.depth)
    if (planClusterKernel(stages, elementBytes, schedule, limits).broken.empty())
      return schedule;
  return std::nullopt;
}
