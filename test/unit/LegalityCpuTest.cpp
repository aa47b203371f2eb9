//===- LegalityCpuTest.cpp - Which schedules a CPU can run ----------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/Legality.h"
#include "gmock/gmock.h"
#include <random>

using namespace danaus;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

static llvm::SmallVector<StageDescriptor> stages(std::initializer_list<StagePattern> patterns) {
  llvm::SmallVector<StageDescriptor> result;
  for (const StagePattern &pattern : patterns)
    result.push_back({pattern, static_cast<unsigned>(result.size()), "abcd"});
  return result;
}

static TargetLimits withTiles() {
  TargetLimits limits;
  limits.name = "chip";
  limits.hasAmx = true;
  return limits;
}

TEST(LegalityCpu, complexDefaultsAreLegalAndCountTwice) {
  for (int64_t registers : {16, 32}) {
    TargetLimits limits;
    limits.vectorRegisters = registers;
    limits.vectorBits = registers * 16;
    auto chain = stages({{64, 64, 64, 1}, {1, 64, 64, 64}});
    Schedule schedule = defaultComplexSchedule(chain, /*elementBytes=*/8, limits);
    EXPECT_THAT(schedule.axes, ElementsAre(LaneAxis::B, LaneAxis::D));
    EXPECT_THAT(checkComplexSchedule(chain, 8, schedule, limits), IsEmpty());
    schedule.panel *= 2;
    EXPECT_THAT(checkComplexSchedule(chain, 8, schedule, limits),
                ElementsAre(HasSubstr("vector registers"), HasSubstr("vector registers")));
    schedule.unit = ScheduleUnit::MmaSync;
    EXPECT_THAT(checkComplexSchedule(chain, 8, schedule, limits),
                ElementsAre("unit: wanted fma for complex numbers"));
  }
}

TEST(LegalityCpu, defaultsAreLegalForManyChains) {
  std::mt19937 random(7);
  auto upTo = [&](int64_t most) { return 1 + static_cast<int64_t>(random() % most); };
  for (int64_t registers : {16, 32}) {
    TargetLimits limits;
    limits.vectorRegisters = registers;
    limits.vectorBits = registers * 16;
    for (int trial = 0; trial < 500; ++trial) {
      llvm::SmallVector<StageDescriptor> chain = stages(
          {{upTo(9), upTo(300), upTo(300), upTo(40)}, {upTo(9), upTo(99), upTo(999), upTo(40)}});
      for (int64_t bytes : {1, 2, 4, 8})
        EXPECT_THAT(
            checkCpuSchedule(chain, bytes, defaultCpuSchedule(chain, bytes, limits), limits),
            IsEmpty());
    }
  }
}

TEST(LegalityCpu, tilesStayInL2UnlessWeightsAreLarger) {
  auto rows = [](std::initializer_list<StagePattern> patterns) {
    return defaultCpuSchedule(stages(patterns), 4, TargetLimits()).rows;
  };
  EXPECT_EQ(rows({{64, 64, 64, 1}, {1, 64, 64, 64}}), 24); // Monarch 4096
  EXPECT_EQ(rows({{32, 32, 32, 1}, {1, 32, 32, 32}}), 24); // as many rows would fit 4 times
  EXPECT_EQ(rows({{256, 16, 16, 1}, {16, 16, 16, 16}, {1, 16, 16, 256}}), 12);
  EXPECT_EQ(rows({{1, 4096, 4096, 1}}), 252);                     // 64 MB of weights
  EXPECT_EQ(rows({{16, 1024, 256, 1}, {1, 256, 1024, 16}}), 258); // 33 MB of weights
}

TEST(LegalityCpu, lanesFollowDWhereItFillsThem) {
  auto axes = [](std::initializer_list<StagePattern> patterns) {
    return defaultCpuSchedule(stages(patterns), 4, TargetLimits()).axes;
  };
  EXPECT_THAT(axes({{64, 64, 64, 1}, {1, 64, 64, 64}}), ElementsAre(LaneAxis::B, LaneAxis::D));
  EXPECT_THAT(axes({{4, 192, 192, 1}, {1, 768, 192, 4}}), ElementsAre(LaneAxis::B, LaneAxis::D));
  // A block of x along d would be 1024 x 16 values a row: grouped columns instead.
  EXPECT_THAT(axes({{16, 1024, 256, 1}, {1, 256, 1024, 16}}),
              ElementsAre(LaneAxis::B, LaneAxis::B));
  EXPECT_THAT(axes({{6, 8, 8, 3}}), ElementsAre(LaneAxis::B)); // 3 of 16 lanes
}

TEST(LegalityCpu, tilesTakeDenseBlocksAndMonarchs) {
  for (llvm::SmallVector<StageDescriptor> chain :
       {stages({{1, 40, 96, 1}}), stages({{64, 64, 64, 1}, {1, 64, 64, 64}}),
        stages({{1, 64, 32, 1}, {32, 16, 64, 1}, {1, 48, 32, 16}})}) {
    EXPECT_THAT(checkAmxStages(chain), IsEmpty());
    for (int64_t bytes : {1, 2}) {
      Schedule schedule = defaultAmxSchedule(chain, bytes, withTiles());
      EXPECT_EQ(schedule.rows % 32, 0);
      EXPECT_THAT(checkCpuSchedule(chain, bytes, schedule, withTiles()), IsEmpty());
    }
  }
}

TEST(LegalityCpu, pairsOfBytesAlongDHaveABlockOfXOnTheStack) {
  TargetLimits limits; // 2 x 6 rows, 16 lanes of i16, at most 1 MB: c <= 2730
  auto axes = [&](int64_t c) {
    llvm::SmallVector<StageDescriptor> chain = stages({{1, 32, c, 32}});
    Schedule schedule = defaultCpuSchedule(chain, 1, limits);
    EXPECT_THAT(checkCpuSchedule(chain, 1, schedule, limits), IsEmpty());
    return schedule.axes;
  };
  EXPECT_THAT(axes(2730), ElementsAre(LaneAxis::D));
  EXPECT_THAT(axes(2731), ElementsAre(LaneAxis::B));
  Schedule schedule = defaultCpuSchedule(stages({{1, 32, 64, 32}}), 1, limits);
  EXPECT_THAT(checkCpuSchedule(stages({{1, 32, 4096, 32}}), 1, schedule, limits),
              ElementsAre("axes: stage 0: wanted at most 1048576 bytes of x in a block along d, "
                          "found 1572864"));
}

TEST(LegalityCpu, tilesHoldAsMuchOfCAsDividesIt) {
  EXPECT_EQ(tileDepth(128), 64);
  EXPECT_EQ(tileDepth(96), 48);
  EXPECT_EQ(tileDepth(144), 48);
  EXPECT_EQ(tileDepth(112), 56);
  EXPECT_EQ(tileDepth(32), 32);
  EXPECT_EQ(tileDepth(16), 16);
}

TEST(LegalityCpu, eachReasonAgainstTilesIsNamed) {
  EXPECT_THAT(checkAmxStages(stages({{1, 16, 33, 1}})),
              ElementsAre("unit: stage 0: wanted a multiple of 16 for c for amx"));
  EXPECT_THAT(checkAmxStages(stages({{1, 16, 32, 16}})),
              ElementsAre("unit: stage 0: wanted d = 1, or after such a stage for amx"));
  EXPECT_THAT(checkAmxStages(stages({{32, 16, 32, 1}, {1, 8, 32, 16}})),
              ElementsAre("unit: stage 1: wanted multiples of 16 for b and d for amx"));
  EXPECT_THAT(checkAmxStages(stages({{16, 32, 32, 1}, {1, 16, 32, 16}})),
              ElementsAre("unit: stage 1: wanted d = b of the stage before for amx"));
}

TEST(LegalityCpu, tilesNeedTheirChipAndSmallNumbers) {
  llvm::SmallVector<StageDescriptor> chain = stages({{1, 16, 32, 1}});
  Schedule schedule = defaultAmxSchedule(chain, 2, withTiles());
  EXPECT_THAT(checkCpuSchedule(chain, 4, schedule, withTiles()),
              ElementsAre("unit: wanted fma, or amx for bf16 and i8 on chip"));
  EXPECT_THAT(checkCpuSchedule(chain, 2, schedule, TargetLimits()),
              ElementsAre(HasSubstr("unit: wanted fma on")));
}
