//===- LegalityGpuTest.cpp - Properties of GPU plans and schedules -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What must hold of every plan, over random chains of stages: buffers are apart
// and inside shared memory, every column has a place of its own in the buffer
// of the next stage, warps and groups cover a stage once. Bank conflicts are
// counted here from the definition, not by the planner's own count.
//
//===----------------------------------------------------------------------===//

#include "Schedules.h"
#include "danaus/Support/GpuPlan.h"
#include "danaus/Target/Records.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"
#include <map>
#include <random>
#include <set>

using namespace danaus;
using Stages = llvm::SmallVector<StageDescriptor>;

static TargetLimits target(const char *name) { return *lookupTarget(name); }

//===----------------------------------------------------------------------===//
// Random chains
//===----------------------------------------------------------------------===//

namespace {
/// One to four stages whose sizes fit together, up to 2048 columns: 16 rows of
/// that in f32 fit into shared memory, so that a legal schedule exists.
struct RandomChains {
  std::mt19937 random{42};

  int64_t extent(int64_t most) { return static_cast<int64_t>(random() % most) + 1; }

  /// Splits `size` into a c d, by divisors drawn at random.
  StagePattern patternOn(int64_t size) {
    auto divisorOf = [&](int64_t value) {
      llvm::SmallVector<int64_t> divisors;
      for (int64_t d = 1; d <= value; ++d)
        if (value % d == 0)
          divisors.push_back(d);
      return divisors[random() % divisors.size()];
    };
    StagePattern pattern;
    pattern.a = divisorOf(size);
    pattern.d = divisorOf(size / pattern.a);
    pattern.c = size / pattern.a / pattern.d;
    pattern.b = extent(std::max<int64_t>(1, std::min<int64_t>(64, 2048 / pattern.numBlocks())));
    return pattern;
  }

  Stages next() {
    Stages stages;
    int64_t size = extent(random() % 4 == 0 ? 2048 : 256);
    for (int64_t count = extent(4); count > 0; --count) {
      stages.push_back({patternOn(size), 0, "abcd"});
      size = stages.back().pattern.outSize();
    }
    return stages;
  }
};
} // namespace

static std::string describe(const Stages &stages) {
  std::string text;
  for (const StageDescriptor &stage : stages)
    text += "(" + std::to_string(stage.pattern.a) + ", " + std::to_string(stage.pattern.b) + ", " +
            std::to_string(stage.pattern.c) + ", " + std::to_string(stage.pattern.d) + ") ";
  return text;
}

//===----------------------------------------------------------------------===//
// Invariants of a plan
//===----------------------------------------------------------------------===//

/// Buffers in the order of their offsets; each begins after the one before, at
/// a multiple of 16 bytes (what cp.async and vectors of 16 bytes need).
static void expectBuffersApart(const GpuSegment &segment, ElementSizes sizes) {
  int64_t end = 0;
  auto expectAfter = [&end](const SharedBuffer &buffer, int64_t elementBytes) {
    EXPECT_EQ(buffer.offsetBytes % 16, 0);
    EXPECT_GE(buffer.offsetBytes, end);
    end = buffer.offsetBytes + buffer.numElements * elementBytes;
  };
  for (const GpuStagePlan &stage : segment.stages)
    expectAfter(stage.input, sizes.in);
  expectAfter(segment.out, sizes.out);
  EXPECT_LE(end, segment.sharedBytes);
}

/// Rows of left operands start 4 words modulo 8 apart and hold whole, padded blocks.
static void expectLoadable(const GpuStagePlan &stage, int64_t elementBytes) {
  int64_t depth = elementBytes == 2 ? 16 : 8;
  EXPECT_EQ(stage.input.rowPitch * elementBytes / 4 % 8, 4);
  EXPECT_EQ(stage.input.blockPitch * elementBytes % 4, 0);
  EXPECT_GE(stage.input.blockPitch, stage.kSteps * depth);
  EXPECT_GE(stage.kSteps * depth, stage.local.c);
  EXPECT_GE(stage.input.rowPitch, stage.local.numBlocks() * stage.input.blockPitch);
}

/// Items cover blocks x fragments once.
static void expectItemsCover(const GpuStagePlan &stage) {
  EXPECT_EQ(stage.local.numBlocks() % stage.blocksPerItem, 0);
  EXPECT_EQ(stage.nTiles % stage.tilesPerItem, 0);
  EXPECT_EQ(stage.numItems() * stage.blocksPerItem * stage.tilesPerItem,
            stage.local.numBlocks() * stage.nTiles);
  EXPECT_GE(stage.nTiles * 8, stage.local.b);
}

/// The parts of all groups make up the stage; only along b may the last reach past the end.
static void expectGroupsCover(const GpuSegment &segment) {
  EXPECT_EQ(segment.groupsD * segment.innerLocal, segment.innerWhole);
  for (const GpuStagePlan &stage : segment.stages) {
    EXPECT_EQ(segment.groupsA * stage.local.a, stage.whole.a);
    EXPECT_EQ(segment.groupsD * stage.local.d, stage.whole.d);
    EXPECT_EQ(stage.whole.d % segment.innerWhole, 0);
    EXPECT_EQ(stage.local.c, stage.whole.c);
    EXPECT_GE(segment.groupsB * stage.local.b, stage.whole.b);
    EXPECT_LT((segment.groupsB - 1) * stage.local.b, stage.whole.b);
  }
  if (segment.stages.size() > 1)
    EXPECT_EQ(segment.groupsB, 1);
}

/// What one part stores is a permutation of its columns that its groups keep to
/// themselves, and the next part copies whole pieces of runs.
static void expectOrderFits(const GpuSegment &segment, const GpuSegment &next) {
  EXPECT_EQ(segment.outOrder.run, next.inOrder.run);
  EXPECT_EQ(segment.outOrder.width, next.inOrder.width);
  if (segment.outOrder.isNatural())
    return;
  int64_t columns = segment.stages.back().whole.outSize();
  int64_t perGroup = segment.stages.back().local.outSize();
  std::set<int64_t> places;
  for (int64_t column = 0; column < columns; ++column) {
    int64_t place = segment.outOrder.position(column);
    EXPECT_TRUE(places.insert(place).second) << "column " << column;
    EXPECT_EQ(place / perGroup, column / perGroup);
  }
  EXPECT_EQ(next.stages.front().whole.c % next.inOrder.run, 0);
  EXPECT_EQ(next.inOrder.run % next.load.elements, 0);
}

/// Each column between two stages has its own place, inside the c values of its block.
static void expectPlacesDistinct(const GpuStagePlan &stage, const GpuStagePlan &next) {
  ASSERT_EQ(stage.local.outSize(), next.local.inSize());
  std::set<int64_t> places;
  for (int64_t column = 0; column < stage.local.outSize(); ++column) {
    int64_t place = inputOffset(next, column);
    EXPECT_TRUE(places.insert(place).second) << "column " << column;
    EXPECT_LT(place / next.input.blockPitch, next.local.numBlocks());
    EXPECT_LT(place % next.input.blockPitch, next.local.c);
  }
}

/// Vectors are at most 16 bytes and divide the rows that they are cut from.
static void expectCopiesWhole(const GpuSegment &segment, ElementSizes sizes) {
  const GpuStagePlan &first = segment.stages.front(), &last = segment.stages.back();
  EXPECT_LE(segment.load.elements * sizes.in, 16);
  EXPECT_LE(segment.store.elements * sizes.out, 16);
  EXPECT_EQ(first.local.inSize() % segment.load.elements, 0);
  EXPECT_EQ(first.whole.inSize() % segment.load.elements, 0);
  EXPECT_EQ(last.local.outSize() % segment.store.elements, 0);
  EXPECT_EQ(last.whole.outSize() % segment.store.elements, 0);
  EXPECT_EQ(segment.out.rowPitch % segment.store.elements, 0);
  EXPECT_GE(segment.out.rowPitch, last.local.outSize());
  if (segment.load.async)
    EXPECT_GE(segment.load.elements * sizes.in, 4); // cp.async moves 4, 8 or 16 bytes
  else
    EXPECT_EQ(segment.depth, 1);
}

static void expectSound(const GpuPlan &plan, const Stages &stages, ElementSizes sizes,
                        const TargetLimits &limits) {
  size_t numStages = 0;
  for (const GpuSegment &segment : plan.segments) {
    bool isLast = &segment == &plan.segments.back();
    ElementSizes own = {sizes.in, isLast ? sizes.out : sizes.in};
    EXPECT_EQ(segment.firstStage, numStages);
    numStages += segment.stages.size();
    EXPECT_LE(segment.sharedBytes, limits.sharedBytesPerBlock);
    EXPECT_LE(segment.registers, limits.registersPerThread);
    EXPECT_GE(segment.blocksPerProcessor, 1);
    expectBuffersApart(segment, own);
    expectGroupsCover(segment);
    expectCopiesWhole(segment, own);
    for (const GpuStagePlan &stage : segment.stages) {
      expectLoadable(stage, sizes.in);
      expectItemsCover(stage);
    }
    for (size_t s = 0; s + 1 < segment.stages.size(); ++s)
      expectPlacesDistinct(segment.stages[s], segment.stages[s + 1]);
  }
  for (size_t s = 0; s + 1 < plan.segments.size(); ++s)
    expectOrderFits(plan.segments[s], plan.segments[s + 1]);
  EXPECT_EQ(numStages, stages.size());
}

TEST(LegalityGpu, defaultSchedulesOfRandomChainsAreLegalAndTheirPlansSound) {
  RandomChains chains;
  for (int trial = 0; trial < 500; ++trial) {
    Stages stages = chains.next();
    TargetLimits limits = target(trial % 2 ? "sm_80" : "sm_90a");
    int64_t bytes = trial / 2 % 2 ? 2 : 4;
    SCOPED_TRACE(describe(stages) + limits.name + ", " + std::to_string(bytes) + " bytes");
    Schedule schedule = defaultGpuSchedule(stages, bytes, limits);
    GpuPlan plan = planGpuKernel(stages, {bytes, bytes}, schedule, limits);
    ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
    EXPECT_TRUE(checkTargetSchedule(stages, bytes, schedule, limits).empty());
    expectSound(plan, stages, {bytes, bytes}, limits);
    if (HasFailure())
      return;
  }
}

TEST(LegalityGpu, everyLegalScheduleOfRandomChainsHasASoundPlan) {
  RandomChains chains;
  TargetLimits limits = target("sm_90a");
  int64_t numLegal = 0;
  for (int trial = 0; trial < 500; ++trial) {
    Stages stages = chains.next();
    Schedule schedule =
        onTensorCores(16 * chains.extent(4), chains.extent(16), chains.extent(4),
                      trial % 2 ? WeightPlacement::Registers : WeightPlacement::Streamed);
    for (size_t cut = 1; cut < stages.size(); ++cut)
      if (chains.extent(2) == 1)
        schedule.cuts.push_back(cut);
    // A map after the last stage may change the size of an element.
    ElementSizes sizes{chains.extent(2) * 2, chains.extent(2) * 2};
    GpuPlan plan = planGpuKernel(stages, sizes, schedule, limits);
    if (!plan.broken.empty())
      continue;
    ++numLegal;
    SCOPED_TRACE(describe(stages));
    expectSound(plan, stages, sizes, limits);
    if (HasFailure())
      return;
  }
  EXPECT_GT(numLegal, 150);
}

//===----------------------------------------------------------------------===//
// Bank conflicts, from the definition
//===----------------------------------------------------------------------===//

/// Times that 32 lanes take to reach words `wordOf(lane)`: the most distinct
/// words in one of 32 banks.
static size_t passes(llvm::function_ref<int64_t(int64_t lane)> wordOf) {
  std::map<int64_t, std::set<int64_t>> banks;
  for (int64_t lane = 0; lane < 32; ++lane)
    banks[wordOf(lane) % 32].insert(wordOf(lane));
  size_t most = 0;
  for (const auto &[bank, words] : banks)
    most = std::max(most, words.size());
  return most;
}

/// The same for the store of accumulator register j of block 0, fragment 0 of
/// `stage` into the input of `next` (elements of 2 bytes).
static size_t storePasses(const GpuStagePlan &stage, const GpuStagePlan &next, bool split,
                          int64_t j) {
  return passes([&](int64_t lane) {
    int64_t g = lane / 4, t = lane % 4, column = split ? t + 4 * j : 2 * t + j;
    return (g * next.input.rowPitch + inputOffset(next, column * stage.local.d)) / 2;
  });
}

static const Stages monarch1024 = {{{32, 32, 32, 1}, 0, "abc"}, {{1, 32, 32, 32}, 1, "dbc"}};

/// The table at the head of GpuPlan.h: pitch in words, split, passes.
TEST(LegalityGpu, bankConflictsOfMonarch1024AreThoseOfTheTable) {
  Schedule schedule = onTensorCores(16, 8, 2, WeightPlacement::Registers);
  GpuPlan plan = planGpuKernel(monarch1024, {2, 2}, schedule, target("sm_90a"));
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  const GpuStagePlan &stage = plan.segments[0].stages[0];
  GpuStagePlan next = plan.segments[0].stages[1];
  struct Row {
    int64_t words;
    bool split;
    size_t passes;
  };
  for (Row row : {Row{16, false, 4}, Row{17, false, 2}, Row{17, true, 1}}) {
    next.input.blockPitch = 2 * row.words;
    int64_t words = 32 * row.words; // the row pitch is the least that is 4 modulo 8
    next.input.rowPitch = 2 * (words + (12 - words % 8) % 8);
    for (int64_t j : {0, 1})
      EXPECT_EQ(storePasses(stage, next, row.split, j), row.passes)
          << row.words << " words, " << (row.split ? "split" : "adjacent");
  }
}

TEST(LegalityGpu, thePlanOfMonarch1024StoresAndLoadsWithoutConflicts) {
  Schedule schedule = onTensorCores(16, 8, 2, WeightPlacement::Registers);
  GpuPlan plan = planGpuKernel(monarch1024, {2, 2}, schedule, target("sm_90a"));
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  const GpuStagePlan &stage = plan.segments[0].stages[0], &next = plan.segments[0].stages[1];
  for (int64_t j : {0, 1})
    EXPECT_EQ(storePasses(stage, next, stage.splitColumns, j), 1u);
  for (const GpuStagePlan &loader : {stage, next})
    EXPECT_EQ(
        passes([&](int64_t lane) { return lane / 4 * (loader.input.rowPitch / 2) + lane % 4; }),
        1u);
}

TEST(LegalityGpu, aRowPitchOf4Modulo8WordsIsTheOneWithoutConflicts) {
  for (int64_t pitch = 8; pitch < 72; ++pitch) {
    size_t found = passes([&](int64_t lane) { return lane / 4 * pitch + lane % 4; });
    EXPECT_EQ(found == 1, pitch % 8 == 4) << pitch;
  }
}

//===----------------------------------------------------------------------===//
// Each constraint
//===----------------------------------------------------------------------===//

/// The only constraint that `change` breaks on a small chain.
static std::string brokenBy(llvm::function_ref<void(Schedule &)> change, int64_t elementBytes = 2,
                            const Stages &stages = {{{4, 16, 16, 1}, 0, "abc"},
                                                    {{1, 16, 16, 4}, 1, "dbc"}}) {
  Schedule schedule = onTensorCores(16, 4, 2, WeightPlacement::Streamed);
  EXPECT_TRUE(stages.empty() || checkGpuSchedule(stages, 2, schedule, target("sm_80")).empty());
  change(schedule);
  BrokenConstraints broken = checkGpuSchedule(stages, elementBytes, schedule, target("sm_80"));
  EXPECT_EQ(broken.size(), 1u);
  return broken.empty() ? "" : broken.front();
}

TEST(LegalityGpu, eachBrokenConstraintIsNamed) {
  auto none = [](Schedule &) {};
  EXPECT_EQ(brokenBy([](Schedule &s) { s.rows = 24; }), "rows: wanted 16, 32, 48 or 64, found 24");
  EXPECT_EQ(brokenBy([](Schedule &s) { s.rows = 80; }), "rows: wanted 16, 32, 48 or 64, found 80");
  EXPECT_EQ(brokenBy([](Schedule &s) { s.warps = 33; }), "warps: wanted at most 32, found 33");
  EXPECT_EQ(brokenBy([](Schedule &s) { s.warps = 0; }), "warps: wanted at least 1, found 0");
  EXPECT_EQ(brokenBy([](Schedule &s) { s.depth = -1; }), "depth: wanted at least 1, found -1");
  EXPECT_EQ(brokenBy([](Schedule &s) { s.cuts = {2}; }),
            "cuts: wanted ascending indices from 1 to 1, found 2");
  EXPECT_EQ(brokenBy(none, 8), "element type: wanted 2 or 4 bytes, found 8");
  EXPECT_EQ(brokenBy(none, 2, {}), "stages: wanted at least one, found none");
  EXPECT_EQ(brokenBy([](Schedule &s) {
              s.unit = ScheduleUnit::Fma;
              s.axes = {LaneAxis::B, LaneAxis::B};
            }),
            "unit: wanted mma_sync on sm_80");
}

TEST(LegalityGpu, sharedMemoryThatIsTooSmallIsNamedForItsLaunch) {
  std::string broken = brokenBy([](Schedule &s) { s.depth = 200; });
  EXPECT_EQ(broken.rfind("launch 0: wanted at most 166912 bytes of shared memory, found ", 0), 0u)
      << broken;
}

TEST(LegalityGpu, weightsThatExceedTheRegistersAreNamed) {
  Stages stages = {{{64, 64, 64, 1}, 0, "abc"}, {{1, 16, 64, 64}, 1, "dbc"}};
  Schedule schedule = onTensorCores(16, 4, 1, WeightPlacement::Registers);
  BrokenConstraints broken = checkGpuSchedule(stages, 2, schedule, target("sm_80"));
  EXPECT_TRUE(llvm::any_of(broken, [](const std::string &text) {
    return text.rfind("launch 0: wanted at most 255 registers a thread, found about ", 0) == 0;
  }));
}

TEST(LegalityGpu, depthCountsOnlyWhereCopiesAreAsynchronous) {
  // d > 1 in the first stage: x goes through registers, one buffer is enough.
  Stages strided = {{{1, 16, 16, 8}, 0, "dbc"}};
  Schedule schedule = onTensorCores(16, 4, 4, WeightPlacement::Streamed);
  GpuPlan plan = planGpuKernel(strided, {2, 2}, schedule, target("sm_90a"));
  ASSERT_TRUE(plan.broken.empty());
  EXPECT_FALSE(plan.segments[0].load.async);
  EXPECT_EQ(plan.segments[0].depth, 1);
}

TEST(LegalityGpu, aLargeStageAloneIsSplitUntilItFits) {
  Stages dense = {{{1, 4096, 1024, 1}, 0, "bc"}};
  Schedule schedule = onTensorCores(32, 8, 2, WeightPlacement::Streamed);
  GpuPlan plan = planGpuKernel(dense, {2, 2}, schedule, target("sm_90a"));
  ASSERT_TRUE(plan.broken.empty()) << plan.broken.front();
  EXPECT_GT(plan.segments[0].groupsB, 1);
  expectSound(plan, dense, {2, 2}, target("sm_90a"));
}

/// Two stages of `blocks` blocks each, with `middle` columns between.
static Stages monarch(int64_t blocks, int64_t width, int64_t middle) {
  int64_t size = middle / blocks;
  return {{{blocks, size, width, 1}, 0, "abc"}, {{1, width, size, blocks}, 0, "dbc"}};
}

TEST(LegalityGpu, partsRunAtOnceWhereTheRingCarriesNoMoreThanTheKernel) {
  Schedule square = defaultGpuSchedule(monarch(64, 64, 4096), 2, target("sm_90a"), 16384);
  EXPECT_GT(square.ring, 0);
  EXPECT_EQ(square.placement, WeightPlacement::Registers);
  Schedule wide = defaultGpuSchedule(monarch(64, 64, 16384), 2, target("sm_90a"), 16384);
  EXPECT_EQ(wide.ring, 0);
  EXPECT_EQ(wide.cuts.size(), 1u);
}

TEST(LegalityGpu, weightsThatFillTheChipAreStreamed) {
  Schedule schedule = defaultGpuSchedule(monarch(128, 128, 16384), 2, target("sm_90a"), 16384);
  EXPECT_EQ(schedule.placement, WeightPlacement::Streamed);
  EXPECT_EQ(schedule.rows, 32);
  EXPECT_EQ(schedule.ring, 0);
}

/// Where x comes by cp.async few thread blocks are enough; where its columns lie in strips
/// the default spreads them, and from 65 rows on it keeps tiles.
TEST(LegalityGpu, fewRowsTakeStepsAsTheirColumnsLie) {
  Stages straight = {{{6, 64, 64, 1}, 0, "abc"}, {{1, 768, 192, 2}, 0, "dbc"}};
  EXPECT_EQ(defaultGpuSchedule(straight, 2, target("sm_90a"), 1).steps, 16);
  EXPECT_EQ(defaultGpuSchedule(straight, 2, target("sm_90a"), 256).steps, 16);
  EXPECT_EQ(defaultGpuSchedule(straight, 2, target("sm_90a"), 257).steps, 0);
  EXPECT_EQ(defaultGpuSchedule(monarch(64, 64, 4096), 2, target("sm_90a"), 1).steps, 2);
  EXPECT_EQ(defaultGpuSchedule(monarch(64, 64, 4096), 2, target("sm_90a"), 256).steps, 0);
}
