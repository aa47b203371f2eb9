//===- CostModelTest.cpp - The cost model: bound, features, trees, choice -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/CostModel/Enumerate.h"
#include "danaus/CostModel/TreeModel.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace danaus;

/// A Monarch of size (k p) x (l s) with k = l = q = r.
static CpuProblem monarch(int64_t blocks, int64_t size, int64_t rows) {
  CpuProblem problem;
  problem.stages = {{{blocks, blocks, size, 1}, 0, "abcd"}, {{1, size, blocks, blocks}, 1, "dbca"}};
  problem.rows = rows;
  return problem;
}

static Schedule plain(LaneAxis first, LaneAxis second, int64_t rows = 32) {
  Schedule schedule;
  schedule.rows = rows;
  schedule.axes = {first, second};
  return schedule;
}

//===----------------------------------------------------------------------===//
// Bound and features
//===----------------------------------------------------------------------===//

TEST(CpuBound, CountsWholeVectorsAtTheRateOfTheUnits) {
  // 64 blocks of 64 x 64, twice, 256 rows: 2^27 multiply-adds, 2^23 vectors,
  // two a cycle.
  CpuRates rates;
  CpuBound bound =
      computeCpuBound(monarch(64, 64, 256), plain(LaneAxis::B, LaneAxis::D), TargetLimits(), rates);
  EXPECT_DOUBLE_EQ(bound.fma, (1 << 23) / 2.0 / (rates.gigahertz * 1e9));
  EXPECT_GE(bound.total, bound.fma);
}

TEST(CpuBound, ChargesPaddedLanesAndScatteredStores) {
  CpuProblem narrow = monarch(4, 4, 256); // b = 4 fills a quarter of a vector
  CpuBound alongB = computeCpuBound(narrow, plain(LaneAxis::B, LaneAxis::B), TargetLimits());
  CpuProblem wide = monarch(16, 16, 256);
  CpuBound whole = computeCpuBound(wide, plain(LaneAxis::B, LaneAxis::B), TargetLimits());
  CpuBound alongD = computeCpuBound(wide, plain(LaneAxis::B, LaneAxis::D), TargetLimits());
  // 2 x 16 panels of two vectors for 128 multiply-adds, 2 x 256 for 8192.
  EXPECT_DOUBLE_EQ(alongB.fma * 16, whole.fma);
  EXPECT_GT(whole.loads, alongD.loads);
}

TEST(CpuBound, ACutSendsTheMiddleThroughMemory) {
  CpuProblem problem = monarch(32, 32, 4096);
  Schedule fused = plain(LaneAxis::B, LaneAxis::D);
  Schedule cut = fused;
  cut.cuts = {1};
  EXPECT_LT(computeCpuBound(problem, fused, TargetLimits()).memory,
            computeCpuBound(problem, cut, TargetLimits()).memory);
}

TEST(CpuFeatures, AreFiniteAndAsManyAsTheirNames) {
  for (int64_t rows : {1, 3, 256, 65536})
    for (const Schedule &schedule : enumerateCpuSchedules(monarch(12, 7, rows), TargetLimits())) {
      auto features = computeCpuFeatures(monarch(12, 7, rows), schedule, TargetLimits());
      ASSERT_EQ(features.size(), cpuFeatureNames().size());
      for (double feature : features)
        ASSERT_TRUE(std::isfinite(feature));
    }
}

TEST(CpuFeatures, DoNotDependOnTheUnitOfTime) {
  CpuRates twice;
  twice.gigahertz *= 2;
  CpuProblem problem = monarch(32, 32, 100);
  Schedule schedule = plain(LaneAxis::B, LaneAxis::D);
  auto slow = computeCpuFeatures(problem, schedule, TargetLimits());
  auto quick = computeCpuFeatures(problem, schedule, TargetLimits(), twice);
  for (auto [first, second] : llvm::zip_equal(slow, quick))
    EXPECT_NEAR(first, second, 1e-12);
}

//===----------------------------------------------------------------------===//
// The space of schedules
//===----------------------------------------------------------------------===//

TEST(CpuSchedules, AreLegalDistinctAndTheSameEveryTime) {
  CpuProblem problem = monarch(8, 8, 100);
  auto schedules = enumerateCpuSchedules(problem, TargetLimits());
  EXPECT_GT(schedules.size(), 200u);
  EXPECT_EQ(schedules, enumerateCpuSchedules(problem, TargetLimits()));
  for (auto [index, schedule] : llvm::enumerate(schedules)) {
    EXPECT_TRUE(checkCpuSchedule(problem.stages, 4, schedule, TargetLimits()).empty());
    EXPECT_EQ(schedule.rows % schedule.blockRows, 0);
    for (size_t other = 0; other < index; ++other)
      ASSERT_FALSE(schedule == schedules[other]);
  }
}

TEST(CpuSchedules, OneRowHasOneTile) {
  CpuProblem problem = monarch(8, 8, 1);
  for (const Schedule &schedule : enumerateCpuSchedules(problem, TargetLimits())) {
    EXPECT_EQ(schedule.blockRows, 1);
    EXPECT_EQ(schedule.rows, 4);
  }
}

TEST(CpuSchedules, LongChainsStayListable) {
  CpuProblem problem;
  for (int64_t stride = 1; stride < 4096; stride *= 2)
    problem.stages.push_back({{4096 / (2 * stride), 2, 2, stride}, 0, "abcd"});
  auto schedules = enumerateCpuSchedules(problem, TargetLimits());
  EXPECT_GT(schedules.size(), 100u);
  EXPECT_LT(schedules.size(), 2000u);
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

/// A model with the right header and `trees` as its list of trees.
static std::string modelText(llvm::StringRef trees) {
  return llvm::formatv("{{\"format\": \"danaus-tree-model\", \"version\": 1, \"schema\": \"{0}\", "
                       "\"target\": \"x86-avx512\", \"base_score\": 0.5, \"residual_p90\": 0.1, "
                       "\"trees\": {1}}",
                       llvm::utohexstr(cpuFeatureSchemaHash(), true, 16), trees)
      .str();
}

/// One split of feature `index` at `threshold`, with leaves 1 and 2.
static std::string stump(size_t index, double threshold) {
  return llvm::formatv("[{{\"feature\": [{0}, -1, -1], \"threshold\": [{1}, 0, 0], "
                       "\"left\": [1, 0, 0], \"right\": [2, 0, 0], \"value\": [0, 1, 2]}]",
                       index, threshold)
      .str();
}

static size_t featureIndex(llvm::StringRef name) {
  return llvm::find(cpuFeatureNames(), name) - cpuFeatureNames().begin();
}

static std::string errorOf(llvm::StringRef text) {
  llvm::Expected<TreeModel> model = TreeModel::parse(text);
  return model ? "" : llvm::toString(model.takeError());
}

TEST(TreeModel, AddsTheBaseAndOneLeafOfEachTree) {
  llvm::Expected<TreeModel> model = TreeModel::parse(modelText(stump(3, 2.5)));
  ASSERT_TRUE(static_cast<bool>(model));
  std::vector<double> features(cpuFeatureNames().size(), 0);
  EXPECT_DOUBLE_EQ(model->predict(features), 1.5);
  features[3] = 2.5; // not below the threshold
  EXPECT_DOUBLE_EQ(model->predict(features), 2.5);
}

TEST(TreeModel, WithoutTreesPredictsTheBase) {
  llvm::Expected<TreeModel> model = TreeModel::parse(modelText("[]"));
  ASSERT_TRUE(static_cast<bool>(model));
  std::vector<double> features(cpuFeatureNames().size(), 0);
  EXPECT_DOUBLE_EQ(model->predict(features), 0.5);
}

TEST(TreeModel, RefusesBadFilesWithTheReason) {
  EXPECT_NE(errorOf("").find("not JSON"), std::string::npos);
  std::string whole = modelText(stump(0, 1));
  EXPECT_NE(errorOf(whole.substr(0, whole.size() / 2)).find("not JSON"), std::string::npos);
  EXPECT_EQ(errorOf("[]"), "wanted a JSON object");
  EXPECT_EQ(errorOf("{}"), "format: wanted 'danaus-tree-model', found 'nothing'");
  EXPECT_EQ(errorOf("{\"format\": \"danaus-tree-model\", \"version\": 2}"),
            "version: wanted 1, found 2");
  EXPECT_NE(errorOf("{\"format\": \"danaus-tree-model\", \"version\": 1, \"schema\": \"00\"}")
                .find("found 00: train the model again"),
            std::string::npos);
  EXPECT_EQ(
      errorOf(llvm::StringRef(whole).substr(0, whole.find("\"target")).str() + "\"trees\": []}"),
      "target: wanted the name of a target record");
  EXPECT_EQ(errorOf(modelText("3")), "trees: wanted a list");
  EXPECT_EQ(errorOf(modelText("[3]")), "tree 0: wanted an object");
  EXPECT_EQ(errorOf(modelText("[{}]")), "tree 0: feature: wanted a list with a node or more");
}

TEST(TreeModel, RefusesNodesThatLeadNowhereOrRoundInCircles) {
  EXPECT_EQ(errorOf(modelText("[{\"feature\": [0], \"threshold\": [0], \"left\": [0], "
                              "\"right\": [0], \"value\": [0]}]")),
            "tree 0, node 0: left: wanted 1 to 0, found 0");
  EXPECT_EQ(errorOf(modelText("[{\"feature\": [0, -1], \"threshold\": [0, 0], \"left\": [1, 0], "
                              "\"right\": [2, 0], \"value\": [0, 0]}]")),
            "tree 0, node 0: right: wanted 1 to 1, found 2");
  EXPECT_EQ(errorOf(modelText("[{\"feature\": [99], \"threshold\": [0], \"left\": [0], "
                              "\"right\": [0], \"value\": [0]}]")),
            llvm::formatv("tree 0, node 0: feature: wanted -1 to {0}, found 99",
                          cpuFeatureNames().size() - 1)
                .str());
  EXPECT_EQ(errorOf(modelText("[{\"feature\": [-1], \"threshold\": [0, 0], \"left\": [0], "
                              "\"right\": [0], \"value\": [0]}]")),
            "tree 0: threshold: wanted 1 nodes, found 2");
}

TEST(TreeModel, MissingFileIsAnErrorWithItsName) {
  llvm::Expected<TreeModel> model = TreeModel::load("no/such/model.json");
  ASSERT_FALSE(static_cast<bool>(model));
  EXPECT_EQ(llvm::toString(model.takeError()),
            "cannot read model 'no/such/model.json': No such file or directory");
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

TEST(ChooseCpuSchedule, WithoutAModelIsTheDefault) {
  CpuProblem problem = monarch(64, 64, 256);
  EXPECT_EQ(chooseCpuSchedule(problem, TargetLimits(), nullptr).schedule,
            defaultCpuSchedule(problem.stages, 4, TargetLimits()));
}

TEST(ChooseCpuSchedule, MapsAloneHaveNothingToChoose) {
  EXPECT_EQ(chooseCpuSchedule(CpuProblem(), TargetLimits(), nullptr).schedule, Schedule());
}

TEST(ChooseCpuSchedule, AModelThatPrefersNarrowPanelsGetsOne) {
  // exp(1) against exp(2): panels below 1.5 are 2.7 times quicker.
  auto model = TreeModel::parse(modelText(stump(featureIndex("panel"), 1.5)));
  ASSERT_TRUE(static_cast<bool>(model));
  CpuProblem problem = monarch(64, 64, 256);
  EXPECT_EQ(chooseCpuSchedule(problem, TargetLimits(), nullptr).schedule.panel, 4);
  RankedSchedule chosen = chooseCpuSchedule(problem, TargetLimits(), &*model);
  EXPECT_EQ(chosen.schedule.panel, 1);
  EXPECT_DOUBLE_EQ(chosen.predicted, chosen.bound * std::exp(1.5));
}

TEST(ChooseCpuSchedule, RanksByPredictedTime) {
  auto model = TreeModel::parse(modelText(stump(featureIndex("block_rows"), 3)));
  ASSERT_TRUE(static_cast<bool>(model));
  auto ranked = rankCpuSchedules(monarch(16, 16, 64), TargetLimits(), &*model);
  for (size_t i = 1; i < ranked.size(); ++i)
    EXPECT_LE(ranked[i - 1].predicted, ranked[i].predicted);
}
