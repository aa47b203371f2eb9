//===- Features.cpp - Bound and features of a CPU schedule -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/CostModel/Features.h"
#include "danaus/Support/Packing.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>

using namespace danaus;
using llvm::ArrayRef;

//===----------------------------------------------------------------------===//
// Counts of one stage, for one row
//===----------------------------------------------------------------------===//

namespace {
/// What a stage costs for one row of activations, by how its lanes lie.
struct StageCounts {
  double multiplies;      ///< multiply-adds that count
  double vectorFmas;      ///< vectors, with lanes that no element fills
  double paddedFmas;      ///< vectors, with panels that are partly padding too
  double vectorLoads;     ///< of weights and x
  double scatteredStores; ///< elements stored one by one
  bool isRagged;          ///< has panels that are partly padding
  double weightElements;  ///< stored, so a shared block counts once
};

/// Stages [begin, end) that run together, tile by tile.
struct Launch {
  size_t begin, end;
};
} // namespace

static double ceilDiv(int64_t numerator, int64_t denominator) {
  return static_cast<double>((numerator + denominator - 1) / denominator);
}

static int64_t accumulatorBytes(const CpuProblem &problem) {
  return std::max<int64_t>(problem.elementBytes, 4);
}

/// Rows that run one at a time, since they fill no register block.
static double looseRows(const CpuProblem &problem, const Schedule &schedule) {
  int64_t wholeTiles = problem.rows / schedule.rows, rest = problem.rows % schedule.rows;
  return static_cast<double>(wholeTiles * (schedule.rows % schedule.blockRows) +
                             rest % schedule.blockRows);
}

static StageCounts countStage(const StageDescriptor &stage, LaneAxis axis, const Schedule &schedule,
                              int64_t lanes, double looseShare) {
  const StagePattern &p = stage.pattern;
  Packing packing{axis == LaneAxis::B ? PackingKind::PanelB : PackingKind::PanelD, lanes,
                  schedule.panel};
  StageCounts counts;
  counts.multiplies = static_cast<double>(p.multipliesPerRow());
  // Packed weights are padded to whole panels; what of that is multiplied is up
  // to the code generator, so the bound counts whole vectors only.
  StagePattern padded = packedLayout(p, "abcd", packing).padded;
  counts.isRagged = !(padded == p);
  counts.paddedFmas = static_cast<double>(padded.multipliesPerRow()) / static_cast<double>(lanes);
  packing.panel = 1;
  counts.vectorFmas =
      static_cast<double>(packedLayout(p, "abcd", packing).padded.multipliesPerRow()) /
      static_cast<double>(lanes);
  // A register block of R rows x P panels loads P vectors of weights and R
  // values of x for its R P multiply-adds; a row by itself has R = 1.
  double weightLoads = (1 - looseShare) / static_cast<double>(schedule.blockRows) + looseShare;
  counts.vectorLoads =
      counts.vectorFmas * (weightLoads + 1.0 / static_cast<double>(schedule.panel));
  // Lanes along b lie d elements apart in y.
  bool scatters = axis == LaneAxis::B && p.d > 1;
  counts.scatteredStores = scatters ? static_cast<double>(p.outSize()) : 0;
  counts.weightElements = 1;
  for (int64_t extent : weightShape(p, stage.order))
    counts.weightElements *= static_cast<double>(extent);
  return counts;
}

//===----------------------------------------------------------------------===//
// Counts of a launch
//===----------------------------------------------------------------------===//

static llvm::SmallVector<Launch> launchesOf(const CpuProblem &problem, const Schedule &schedule) {
  llvm::SmallVector<Launch> launches;
  size_t begin = 0;
  for (int64_t cut : schedule.cuts) {
    launches.push_back({begin, static_cast<size_t>(cut)});
    begin = cut;
  }
  launches.push_back({begin, problem.stages.size()});
  return launches;
}

static double weightBytes(const CpuProblem &problem, Launch launch) {
  double elements = 0;
  for (const StageDescriptor &stage :
       ArrayRef(problem.stages).slice(launch.begin, launch.end - launch.begin))
    elements += countStage(stage, LaneAxis::B, Schedule(), 1, 0).weightElements;
  return elements * problem.elementBytes;
}

/// Bytes of x and y of a launch, for one row.
static double outerBytesPerRow(const CpuProblem &problem, Launch launch) {
  int64_t in = problem.stages[launch.begin].pattern.inSize();
  int64_t out = problem.stages[launch.end - 1].pattern.outSize();
  return static_cast<double>((in + out) * problem.elementBytes);
}

/// Bytes that pass between the stages of a launch, for one row.
static double innerBytesPerRow(const CpuProblem &problem, Launch launch) {
  double bytes = 0;
  for (size_t i = launch.begin; i + 1 < launch.end; ++i)
    bytes += static_cast<double>(problem.stages[i].pattern.outSize() * problem.elementBytes);
  return bytes;
}

/// Bytes that the inner loops of a stage go over again and again. Along b a panel
/// of weights meets all rows of a tile; along d a block of rows meets all
/// weights of a vector of d.
static double reusedBytes(const CpuProblem &problem, const Schedule &schedule, size_t index,
                          int64_t lanes) {
  const StagePattern &p = problem.stages[index].pattern;
  int64_t elements = schedule.axes[index] == LaneAxis::B
                         ? std::min(schedule.rows, problem.rows) * p.c
                         : p.b * p.c * std::min(p.d, lanes);
  return static_cast<double>(elements * problem.elementBytes);
}

/// Bytes that a stage asks of L2 when a tile does not stay in L1.
static double stageL2Bytes(const CpuProblem &problem, const Schedule &schedule, size_t index,
                           const TargetLimits &limits) {
  int64_t lanes = limits.lanes(accumulatorBytes(problem));
  const StageDescriptor &stage = problem.stages[index];
  const StagePattern &p = stage.pattern;
  double rows = static_cast<double>(problem.rows);
  double weights = countStage(stage, LaneAxis::B, schedule, lanes, 0).weightElements;
  double tiles = ceilDiv(problem.rows, schedule.rows);
  bool staysInL1 =
      reusedBytes(problem, schedule, index, lanes) <= static_cast<double>(limits.l1Bytes);
  double xPasses = 1, weightPasses = tiles;
  if (!staysInL1 && schedule.axes[index] == LaneAxis::B)
    xPasses = ceilDiv(p.b, lanes * schedule.panel);
  if (!staysInL1 && schedule.axes[index] == LaneAxis::D)
    weightPasses = std::max(tiles, ceilDiv(problem.rows, schedule.blockRows));
  double x = xPasses * rows * static_cast<double>(p.inSize());
  double y = rows * static_cast<double>(p.outSize());
  return (weightPasses * weights + x + y) * static_cast<double>(problem.elementBytes);
}

/// Bytes that a tile of rows touches: weights and all activations.
static double tileBytes(const CpuProblem &problem, const Schedule &schedule, Launch launch) {
  int64_t rows = std::min(schedule.rows, problem.rows);
  return weightBytes(problem, launch) +
         rows * (outerBytesPerRow(problem, launch) + innerBytesPerRow(problem, launch));
}

static CpuBound boundOfLaunch(const CpuProblem &problem, const Schedule &schedule, Launch launch,
                              const TargetLimits &limits, const CpuRates &rates) {
  int64_t lanes = limits.lanes(accumulatorBytes(problem));
  double rows = static_cast<double>(problem.rows);
  double tiles = ceilDiv(problem.rows, schedule.rows);
  double loose = looseRows(problem, schedule) / rows;
  double fmas = 0, loads = 0, stores = 0, stageL2 = 0;

  for (size_t i = launch.begin; i < launch.end; ++i) {
    StageCounts counts = countStage(problem.stages[i], schedule.axes[i], schedule, lanes, loose);
    stageL2 += stageL2Bytes(problem, schedule, i, limits);
    fmas += rows * counts.vectorFmas;
    loads += rows * counts.vectorLoads;
    stores += rows * counts.scatteredStores;
  }
  double weights = weightBytes(problem, launch);
  double outer = rows * outerBytesPerRow(problem, launch);
  double inner = rows * innerBytesPerRow(problem, launch);

  bool tileInL1 = tileBytes(problem, schedule, launch) <= static_cast<double>(limits.l1Bytes);
  bool tileInL2 = tileBytes(problem, schedule, launch) <= static_cast<double>(limits.l2Bytes);
  bool allInL2 = weights + outer <= static_cast<double>(limits.l2Bytes);
  double l2 = tileInL1 ? outer : stageL2;
  double memory = allInL2 ? 0 : outer + (tileInL2 ? weights : tiles * weights + 2 * inner);

  double cycle = 1e-9 / rates.gigahertz;
  CpuBound bound;
  bound.fma = fmas / rates.fmasPerCycle * cycle;
  bound.loads = (loads / rates.loadsPerCycle + stores / rates.storesPerCycle) * cycle;
  bound.l2 = l2 / rates.l2BytesPerCycle * cycle;
  bound.memory = memory / rates.memoryBytesPerCycle * cycle;
  bound.total = std::max({bound.fma, bound.loads, bound.l2, bound.memory});
  return bound;
}

CpuBound danaus::computeCpuBound(const CpuProblem &problem, const Schedule &schedule,
                                 const TargetLimits &limits, const CpuRates &rates) {
  CpuBound sum;
  for (Launch launch : launchesOf(problem, schedule)) {
    CpuBound bound = boundOfLaunch(problem, schedule, launch, limits, rates);
    sum.fma += bound.fma;
    sum.loads += bound.loads;
    sum.l2 += bound.l2;
    sum.memory += bound.memory;
    sum.total += bound.total;
  }
  return sum;
}

//===----------------------------------------------------------------------===//
// Features
//===----------------------------------------------------------------------===//

llvm::ArrayRef<llvm::StringLiteral> danaus::cpuFeatureNames() {
  static constexpr llvm::StringLiteral names[] = {
      "stages",            // in the chain
      "launches",          // cuts + 1
      "block_rows",        // rows of the register block
      "panel",             // vectors along its columns
      "accumulators",      // block_rows x panel
      "registers_free",    // share of the register file, worst stage
      "log_tile_rows",     // log2 of rows in a full tile
      "log_tiles",         // log2 of tiles
      "loose_rows",        // share of rows that fill no register block
      "log_tile_in_l1",    // log2(largest tile / L1)
      "log_tile_in_l2",    // log2(largest tile / L2)
      "log_reuse_in_l1",   // log2(what inner loops go over again / L1), weighted
      "log_weights_in_l1", // log2(weights of all stages / L1)
      "log_weights_in_l2", // log2(weights of all stages / L2)
      "log_data_in_l2",    // log2((x + y + weights) / L2)
      "share_fma",         // of the bound's parts in their sum
      "share_loads",
      "share_l2",
      "share_memory",
      "share_lanes_d",   // of multiply-adds in stages with lanes along d
      "share_scattered", // of multiply-adds in stages that store single elements
      "share_ragged",    // of multiply-adds in stages with panels that are partly padding
      "lane_use",        // multiply-adds / lanes that multiply

      "panel_use",           // vectors / vectors of whole panels, weighted
      "share_aliased",       // of multiply-adds in stages whose rows of x or y alias in L1
      "log_unroll",          // log2 of the terms of a sum that a loop body holds, weighted
      "log_c",               // log2 of the sum's length, weighted
      "log_d",               // log2 of the stride, weighted
      "log_blocks",          // log2 of a d, weighted
      "log_work_per_output", // log2(multiply-adds / (x + y elements))
      "element_bytes",
  };
  return names;
}

uint64_t danaus::cpuFeatureSchemaHash() {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (llvm::StringRef name : cpuFeatureNames())
    for (unsigned char c : name.str() + "\n")
      hash = (hash ^ c) * 0x100000001b3ull;
  return hash;
}

namespace {
/// Averages over the stages, weighted by their multiply-adds.
struct StageAverages {
  double lanesD = 0, scattered = 0, ragged = 0, laneUse = 0, panelUse = 0, aliased = 0;
  double logUnroll = 0, logReuse = 0;
  double logC = 0, logD = 0, logBlocks = 0, multiplies = 0;
};
} // namespace

/// Whether the same column of consecutive rows falls into the same set of L1,
/// whose sets repeat every 4 KB on all CPUs with pages of that size.
static bool rowsAlias(const StagePattern &pattern, int64_t elementBytes) {
  return pattern.inSize() * elementBytes % 4096 == 0 ||
         pattern.outSize() * elementBytes % 4096 == 0;
}

static StageAverages averageStages(const CpuProblem &problem, const Schedule &schedule,
                                   int64_t lanes, double l1Bytes) {
  StageAverages sum;
  for (auto [index, stage, axis] : llvm::enumerate(problem.stages, schedule.axes)) {
    const StagePattern &p = stage.pattern;
    StageCounts counts = countStage(stage, axis, schedule, lanes, 0);
    double work = counts.multiplies;
    sum.lanesD += axis == LaneAxis::D ? work : 0;
    sum.scattered += counts.scatteredStores > 0 ? work : 0;
    sum.ragged += counts.isRagged ? work : 0;
    sum.laneUse += work * work / (counts.vectorFmas * static_cast<double>(lanes));
    sum.panelUse += work * counts.vectorFmas / counts.paddedFmas;
    sum.aliased += rowsAlias(p, problem.elementBytes) ? work : 0;
    sum.logUnroll += p.c % 4 == 0 ? 2 * work : p.c % 2 == 0 ? work : 0;
    sum.logReuse += work * std::log2(reusedBytes(problem, schedule, index, lanes) / l1Bytes);
    sum.logC += work * std::log2(p.c);
    sum.logD += work * std::log2(p.d);
    sum.logBlocks += work * std::log2(p.numBlocks());
    sum.multiplies += work;
  }
  for (double *field :
       {&sum.lanesD, &sum.scattered, &sum.ragged, &sum.laneUse, &sum.panelUse, &sum.aliased,
        &sum.logUnroll, &sum.logReuse, &sum.logC, &sum.logD, &sum.logBlocks})
    *field /= sum.multiplies;
  return sum;
}

static double worstFreeRegisters(const Schedule &schedule, const TargetLimits &limits) {
  int64_t need = 0;
  for (LaneAxis axis : schedule.axes)
    need = std::max(need, registersOfBlock(schedule, axis));
  return 1.0 - static_cast<double>(need) / static_cast<double>(limits.vectorRegisters);
}

llvm::SmallVector<double> danaus::computeCpuFeatures(const CpuProblem &problem,
                                                     const Schedule &schedule,
                                                     const TargetLimits &limits,
                                                     const CpuRates &rates) {
  CpuBound bound = computeCpuBound(problem, schedule, limits, rates);
  double parts = bound.fma + bound.loads + bound.l2 + bound.memory;
  double l1 = static_cast<double>(limits.l1Bytes), l2 = static_cast<double>(limits.l2Bytes);
  StageAverages average =
      averageStages(problem, schedule, limits.lanes(accumulatorBytes(problem)), l1);
  llvm::SmallVector<Launch> launches = launchesOf(problem, schedule);
  double largestTile = 0;
  for (Launch launch : launches)
    largestTile = std::max(largestTile, tileBytes(problem, schedule, launch));
  Launch whole = {0, problem.stages.size()};
  double weights = weightBytes(problem, whole);
  double outer = outerBytesPerRow(problem, whole);

  int64_t tileRows = std::min(schedule.rows, problem.rows);
  return {static_cast<double>(problem.stages.size()),
          static_cast<double>(launches.size()),
          static_cast<double>(schedule.blockRows),
          static_cast<double>(schedule.panel),
          static_cast<double>(schedule.blockRows * schedule.panel),
          worstFreeRegisters(schedule, limits),
          std::log2(static_cast<double>(tileRows)),
          std::log2(ceilDiv(problem.rows, schedule.rows)),
          looseRows(problem, schedule) / static_cast<double>(problem.rows),
          std::log2(largestTile / l1),
          std::log2(largestTile / l2),
          average.logReuse,
          std::log2(weights / l1),
          std::log2(weights / l2),
          std::log2((weights + static_cast<double>(problem.rows) * outer) / l2),
          bound.fma / parts,
          bound.loads / parts,
          bound.l2 / parts,
          bound.memory / parts,
          average.lanesD,
          average.scattered,
          average.ragged,
          average.laneUse,
          average.panelUse,
          average.aliased,
          average.logUnroll,

          average.logC,
          average.logD,
          average.logBlocks,
          std::log2(average.multiplies * static_cast<double>(problem.elementBytes) / outer),
          static_cast<double>(problem.elementBytes)};
}
