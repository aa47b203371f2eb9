//===- TuneMain.cpp - danaus-tune -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lists the legal CPU schedules of one layer with their features, one JSON
// object a line, quickest first by prediction. The training script measures
// some of them and learns from exactly these features, so that no second
// implementation of them exists.
//
//===----------------------------------------------------------------------===//

#include "danaus/CostModel/Enumerate.h"
#include "danaus/CostModel/TreeModel.h"
#include "danaus/Driver/Registration.h"
#include "danaus/Driver/Tools.h"
#include "danaus/Pipelines/Pipelines.h"
#include "danaus/Target/Records.h"
#include "dialects/Chain/ChainAttrs.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
using namespace danaus;
namespace cl = llvm::cl;
namespace json = llvm::json;

namespace {
/// The command line; it lives as long as `tuneMain`, so other tools don't see it.
struct TuneOptions {
  cl::opt<std::string> input{cl::Positional, cl::desc("<layer.mlir>"), cl::init("-")};
  cl::opt<bool> list{"list", cl::desc("Print every legal schedule with its features")};
  cl::opt<bool> choose{"choose", cl::desc("Print only the schedule that would be taken")};
  cl::opt<int64_t> rows{"rows", cl::desc("Rows of activations"), cl::init(256)};
  cl::opt<std::string> model{"model", cl::desc("File with a schedule model"), cl::init("")};
  cl::opt<std::string> target{"target", cl::desc("Name of a CPU's record; the host's by default"),
                              cl::init("")};
};
} // namespace

static LogicalResult fail(const llvm::Twine &message) {
  llvm::errs() << "danaus-tune: " << message << '\n';
  return failure();
}

//===----------------------------------------------------------------------===//
// From a file to a problem
//===----------------------------------------------------------------------===//

/// The chain.stage ops of the module, which must be one layer.
static FailureOr<CpuProblem> problemOf(ModuleOp module, int64_t rows) {
  CpuProblem problem;
  problem.rows = rows;
  SmallVector<func::FuncOp> functions;
  module.walk([&](func::FuncOp function) {
    if (!function.getOps<chain::StageOp>().empty())
      functions.push_back(function);
  });
  if (functions.size() != 1)
    return fail("wanted one function with a linop.apply, found " + llvm::Twine(functions.size()));
  for (chain::StageOp stage : functions.front().getOps<chain::StageOp>()) {
    if (!problem.stages.empty() &&
        problem.stages.back().pattern.outSize() != stage.getPattern().inSize())
      return fail("wanted a single linop.apply, found several that are no chain");
    unsigned number = problem.stages.size();
    problem.stages.push_back({stage.getPattern(), number, stage.getOrder().str()});
    Type element = cast<RankedTensorType>(stage.getX().getType()).getElementType();
    problem.elementBytes = element.getIntOrFloatBitWidth() / 8;
  }
  return problem;
}

static FailureOr<CpuProblem> readProblem(MLIRContext &context, const TuneOptions &options) {
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> file = openInputFile(options.input, &message);
  if (!file)
    return fail(message);
  sources.AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return failure();
  PassManager pm(&context);
  buildToChain(pm, {});
  if (failed(pm.run(*module)))
    return failure();
  return problemOf(*module, options.rows);
}

static FailureOr<TargetLimits> findTarget(const TuneOptions &options) {
  StringRef name = options.target.empty() ? hostTargetName() : StringRef(options.target);
  std::optional<TargetLimits> limits = lookupTarget(name);
  if (!limits || limits->isGpu)
    return fail("target '" + name + "': wanted a CPU of " + llvm::join(targetNames(), ", "));
  return *limits;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

static std::string textOf(MLIRContext &context, const Schedule &schedule) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << Attribute(chain::toAttr(&context, schedule));
  return text;
}

/// What all lines share: the problem, and the names of the features.
static void printHeader(const CpuProblem &problem, const TargetLimits &limits) {
  json::Array stages, names;
  for (const StageDescriptor &stage : problem.stages) {
    const StagePattern &p = stage.pattern;
    stages.push_back(json::Array{p.a, p.b, p.c, p.d, stage.order});
  }
  for (StringRef name : cpuFeatureNames())
    names.push_back(name);
  llvm::outs() << json::Value(
                      json::Object{{"target", limits.name},
                                   {"schema", llvm::utohexstr(cpuFeatureSchemaHash(), true, 16)},
                                   {"rows", problem.rows},
                                   {"element_bytes", problem.elementBytes},
                                   {"stages", std::move(stages)},
                                   {"features", std::move(names)}})
               << '\n';
}

static void printSchedule(MLIRContext &context, const CpuProblem &problem,
                          const TargetLimits &limits, const RankedSchedule &ranked) {
  json::Array features(computeCpuFeatures(problem, ranked.schedule, limits));
  llvm::outs() << json::Value(json::Object{{"schedule", textOf(context, ranked.schedule)},
                                           {"bound_ms", ranked.bound * 1e3},
                                           {"predicted_ms", ranked.predicted * 1e3},
                                           {"features", std::move(features)}})
               << '\n';
}

static LogicalResult tune(const TuneOptions &options) {
  if (options.list == options.choose)
    return fail("wanted one of --list and --choose");
  if (options.rows < 1)
    return fail("rows: wanted at least 1, found " + llvm::Twine(options.rows));
  FailureOr<TargetLimits> limits = findTarget(options);
  if (failed(limits))
    return failure();
  std::optional<TreeModel> model;
  if (!options.model.empty()) {
    llvm::Expected<TreeModel> loaded = TreeModel::load(options.model);
    if (!loaded)
      return fail(llvm::toString(loaded.takeError()));
    if (loaded->target() != limits->name)
      return fail("model: wanted one for " + limits->name + ", found one for " + loaded->target());
    model = std::move(*loaded);
  }
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  FailureOr<CpuProblem> problem = readProblem(context, options);
  if (failed(problem))
    return failure();
  const TreeModel *trees = model ? &*model : nullptr;
  printHeader(*problem, *limits);
  if (options.choose) {
    printSchedule(context, *problem, *limits, chooseCpuSchedule(*problem, *limits, trees));
    return success();
  }
  for (const RankedSchedule &ranked : rankCpuSchedules(*problem, *limits, trees))
    printSchedule(context, *problem, *limits, ranked);
  return success();
}

int danaus::tuneMain(int argc, char **argv) {
  TuneOptions options;
  cl::ParseCommandLineOptions(argc, argv, "Danaus: the schedules of a layer, and their features\n");
  return failed(tune(options));
}
