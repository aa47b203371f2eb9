//===- Run.cpp - Compile, run, check and time one function ----------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Run.h"
#include "danaus/Driver/Check.h"
#include "danaus/Driver/Compile.h"
#include "danaus/Driver/EntryPoint.h"
#include "danaus/Runtime/Cuda.h"
#include "danaus/Transforms/ImportSparseTensors.h"
#include "dialects/Linop/LinopDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/Support/WithColor.h"
#include <cmath>

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

/// Where calls have at most so many rows, many are timed as one graph on a GPU.
static constexpr int64_t graphRows = 64;

namespace {

/// Quantiles of the measured calls, in milliseconds.
struct TimingSummary {
  double median, p10, p90;
  size_t calls;
};

/// All that a run finds out.
struct RunReport {
  int64_t rows = 0;
  ElementKind kind = ElementKind::F32;
  std::string schedule;
  bool byLibrary = false; ///< whether the vendor's library computed a product
  double packMilliseconds = 0;
  int64_t threads = 1;
  std::optional<CheckResult> check;
  std::optional<TimingSummary> timing;
};

} // namespace

//===----------------------------------------------------------------------===//
// Settings
//===----------------------------------------------------------------------===//

/// A schedule is text that begins with #, else the file of that name holds it.
static Expected<CompileSettings> resolveSettings(CompileSettings settings) {
  if (settings.schedule.empty() || settings.schedule.front() == '#')
    return settings;
  auto buffer = llvm::MemoryBuffer::getFile(settings.schedule);
  if (!buffer)
    return makeError("--schedule: wanted #chain.schedule<...> or a file, found '" +
                     settings.schedule + "': " + buffer.getError().message());
  settings.schedule = (*buffer)->getBuffer().trim().str();
  return settings;
}

static Error validate(const RunSettings &settings) {
  if (settings.rows && *settings.rows < 0)
    return makeError("--rows: wanted 0 or more, found " + Twine(*settings.rows));
  if (settings.repeat < 0)
    return makeError("--repeat: wanted 0 or more, found " + Twine(settings.repeat));
  if (settings.tolerance && !(*settings.tolerance >= 0))
    return makeError("--tolerance: wanted 0 or more");
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

static Error emitLevel(ModuleOp module, const CompileSettings &settings, StringRef emit,
                       StringRef name) {
  Level level = Level::Chain;
  if (emit == "kernel")
    level = Level::Kernel;
  else if (emit == "llvm")
    level = Level::LLVM;
  else if (emit != "chain")
    return makeError("--emit: wanted chain, kernel or llvm, found '" + emit + "'");
  Expected<func::FuncOp> entry = findEntry(module, name);
  if (!entry)
    return entry.takeError();
  if (Error error = isolateEntry(module, entry->getName()))
    return error;
  CompileRecord record;
  if (Error error = compileModule(module, settings, level, record))
    return error;
  if (level != Level::LLVM) {
    module.print(llvm::outs());
    llvm::outs() << '\n';
    return Error::success();
  }
  Expected<std::string> text = printLLVM(module);
  if (!text)
    return text.takeError();
  llvm::outs() << *text;
  return Error::success();
}

static void printResults(ArrayRef<HostTensor> results) {
  for (auto [number, result] : llvm::enumerate(results)) {
    std::vector<double> values = result.toDoubles();
    double sum = 0;
    for (double value : values)
      sum += value * value;
    llvm::outs() << llvm::formatv("result {0}: {1} {2}, rms {3:e3}\n", number,
                                  printShape(result.getShape()), stringify(result.getKind()),
                                  values.empty() ? 0 : std::sqrt(sum / result.getNumElements()));
  }
}

static void printCheck(const CheckResult &check, llvm::raw_ostream &stream) {
  stream << (check.passed ? "check passed: " : "check FAILED: ")
         << llvm::formatv("rel_err {0:e3} tolerance {1:e3} rows {2}", check.relErr, check.tolerance,
                          check.rows);
  if (check.checkedRows != check.rows)
    stream << ", checked " << check.checkedRows << " of " << check.rows << " rows";
  if (!check.passed)
    stream << ": " << check.failure;
  stream << '\n';
}

static void printTiming(const TimingSummary &timing, double packMilliseconds) {
  llvm::outs() << llvm::formatv(
      "time: median {0:f4} ms, p10 {1:f4}, p90 {2:f4}, {3} calls; pack {4:f4} ms\n", timing.median,
      timing.p10, timing.p90, timing.calls, packMilliseconds);
}

/// A JSON number, or null for NaN and infinity, which JSON does not have.
static llvm::json::Value number(double value) {
  return std::isfinite(value) ? llvm::json::Value(value) : llvm::json::Value(nullptr);
}

/// The fields of a result row that one run knows.
static void printJson(const RunSettings &settings, const RunReport &report) {
  llvm::json::Object row;
  row["id"] = settings.id;
  row["rows"] = report.rows;
  row["dtype"] = stringify(report.kind);
  row["device"] = settings.device;
  row["threads"] = report.threads;
  row["schedule"] = report.schedule;
  if (settings.device == "cuda")
    row["library"] = report.byLibrary;
  row["pack_ms"] = number(report.packMilliseconds);
  if (report.timing) {
    row["ours_ms"] = number(report.timing->median);
    row["p10_ms"] = number(report.timing->p10);
    row["p90_ms"] = number(report.timing->p90);
  }
  if (report.check) {
    row["rel_err"] = number(report.check->relErr);
    row["tolerance"] = number(report.check->tolerance);
    row["passed"] = report.check->passed;
  }
  llvm::outs() << llvm::json::Value(std::move(row)) << '\n';
}

static void printReport(const RunSettings &settings, const RunReport &report) {
  if (settings.json)
    printJson(settings, report);
  if (report.check && (!settings.json || !report.check->passed))
    printCheck(*report.check, settings.json ? llvm::errs() : llvm::outs());
  if (report.timing && !settings.json)
    printTiming(*report.timing, report.packMilliseconds);
}

//===----------------------------------------------------------------------===//
// The run
//===----------------------------------------------------------------------===//

static Error writeResults(const RunSettings &settings, ArrayRef<HostTensor> results) {
  if (settings.outputs.size() > results.size())
    return makeError("--output: the function has " + Twine(results.size()) + " results, found " +
                     Twine(settings.outputs.size()) + " files");
  std::vector<TensorPath> paths;
  for (const std::string &output : settings.outputs) {
    Expected<TensorPath> path = TensorPath::parse(output);
    if (!path)
      return path.takeError();
    paths.push_back(*path);
  }
  return writeTensors(paths, results.take_front(paths.size()));
}

static TimingSummary summarize(std::vector<double> times) {
  llvm::sort(times);
  auto quantile = [&](double share) { return times[size_t(share * (times.size() - 1) + 0.5)]; };
  return {quantile(0.5), quantile(0.1), quantile(0.9), times.size()};
}

static Expected<EntryArguments> collectArguments(const RunSettings &settings,
                                                 const EntrySignature &signature) {
  std::vector<ArgumentFile> files;
  for (const std::string &text : settings.args) {
    Expected<ArgumentFile> file = ArgumentFile::parse(text);
    if (!file)
      return file.takeError();
    files.push_back(*file);
  }
  Expected<EntryArguments> arguments =
      makeArguments(signature, files, settings.rows, settings.seed);
  if (!arguments)
    return arguments;
  if (settings.verifyData)
    if (Error error = verifyFiniteParameters(signature, *arguments))
      return std::move(error);
  // Always: compiled code trusts indices.
  if (Error error = verifyStructureData(signature, *arguments))
    return std::move(error);
  return arguments;
}

/// What f32 by three products in tf32 promises.
static constexpr double cudaF32Tolerance = 1e-5;

/// One run of the compiled entry: its results, their check and its times.
static Expected<RunReport> runOnce(const RunSettings &settings, Executor &executor,
                                   func::FuncOp entry, const EntrySignature &signature,
                                   const EntryArguments &arguments) {
  int64_t productsBefore = danausCudaLibraryProducts();
  Expected<std::vector<HostTensor>> results = execute(executor, signature, arguments);
  if (!results)
    return results.takeError();
  if (Error error = writeResults(settings, *results))
    return std::move(error);

  RunReport report;
  report.rows = arguments.rows;
  if (!results->empty())
    report.kind = results->front().getKind();
  if (settings.check) {
    CheckPolicy policy;
    policy.tolerance = settings.tolerance;
    bool isGpu = settings.device == "cuda" || settings.device == "sim";
    // Tensor cores cut sums off instead of rounding them.
    policy.f32Floor = isGpu ? cudaF32Tolerance : 0;
    policy.seed = settings.seed;
    policy.referenceBudget = settings.referenceBudget;
    Expected<CheckResult> check = checkResults(entry, signature, arguments, *results, policy);
    if (!check)
      return check.takeError();
    report.check = *check;
  }
  if (settings.time) {
    TimingPolicy policy;
    policy.repeat = settings.repeat;
    policy.graph = arguments.rows <= graphRows;
    Expected<std::vector<double>> times = executor.time(policy);
    if (!times)
      return times.takeError();
    report.timing = summarize(std::move(*times));
  }
  report.schedule = executor.getSchedule();
  report.byLibrary = danausCudaLibraryProducts() > productsBefore;
  report.packMilliseconds = executor.getPackMilliseconds();
  report.threads = executor.getThreads();
  if (!settings.check && !settings.time && !settings.json && settings.outputs.empty())
    printResults(*results);
  return report;
}

/// The runs that the lines of --batch ask for, each after what the command
/// line says; without --batch that alone.
static Expected<std::vector<RunSettings>> readBatch(const RunSettings &settings) {
  if (settings.batch.empty())
    return std::vector<RunSettings>{settings};
  auto buffer = llvm::MemoryBuffer::getFile(settings.batch);
  if (!buffer)
    return makeError("--batch: " + settings.batch + ": " + buffer.getError().message());
  std::vector<RunSettings> runs;
  for (llvm::line_iterator line(**buffer); !line.is_at_end(); ++line) {
    llvm::BumpPtrAllocator allocator;
    llvm::StringSaver saver(allocator);
    SmallVector<const char *> words;
    llvm::cl::TokenizeGNUCommandLine(*line, saver, words);
    RunSettings run = settings;
    for (StringRef word : words) {
      if (word.consume_front("--arg="))
        run.args.push_back(word.str());
      else if (word.consume_front("--output="))
        run.outputs.push_back(word.str());
      else if (word.consume_front("--id="))
        run.id = word.str();
      else
        return makeError("--batch: line " + Twine(line.line_number()) +
                         ": wanted --arg=, --output= or --id=, found '" + word + "'");
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

/// Compiles the entry once and runs it; returns whether every check passed.
static Expected<bool> runEntry(const RunSettings &settings, CompileSettings compile,
                               ModuleOp module) {
  Expected<func::FuncOp> entry = findEntry(module, settings.entry);
  if (!entry)
    return entry.takeError();
  Expected<EntrySignature> signature = readSignature(*entry);
  if (!signature)
    return signature.takeError();
  Expected<std::vector<RunSettings>> runs = readBatch(settings);
  if (!runs)
    return runs.takeError();
  std::unique_ptr<Executor> executor;
  bool passed = true;
  for (const RunSettings &run : *runs) {
    Expected<EntryArguments> arguments = collectArguments(run, *signature);
    if (!arguments)
      return arguments.takeError();
    if (!executor) {
      compile.rows = std::max<int64_t>(arguments->rows, 1);
      Expected<std::unique_ptr<Executor>> created = createExecutor(settings.device, compile);
      if (!created)
        return created.takeError();
      executor = std::move(*created);
      if (Error error = executor->prepare(module, entry->getName()))
        return std::move(error);
    }
    Expected<RunReport> report = runOnce(run, *executor, *entry, *signature, *arguments);
    if (!report)
      return report.takeError();
    printReport(run, *report);
    passed &= !report->check || report->check->passed;
  }
  return passed;
}

/// Everything after the command line; the status says whether a check passed.
static Expected<int> runModule(const RunSettings &settings, ModuleOp module) {
  if (Error error = validate(settings))
    return std::move(error);
  Expected<CompileSettings> compile = resolveSettings(settings.compile);
  if (!compile)
    return compile.takeError();
  // The reference reads structures, so this is not the compiler's alone.
  module.getContext()
      ->loadDialect<arith::ArithDialect, linop::LinopDialect, tensor::TensorDialect>();
  if (failed(importSparseTensors(module)))
    return makeError("the module has sparse tensors that cannot become structures");
  if (!settings.emit.empty()) {
    if (Error error = emitLevel(module, *compile, settings.emit, settings.entry))
      return std::move(error);
    return 0;
  }
  Expected<bool> passed = runEntry(settings, *compile, module);
  if (!passed)
    return passed.takeError();
  return *passed ? 0 : 1;
}

int danaus::run(const RunSettings &settings, DialectRegistry &registry) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(settings.input);
  if (!buffer) {
    llvm::WithColor::error(llvm::errs(), "danaus-run")
        << settings.input << ": " << buffer.getError().message() << '\n';
    return 1;
  }
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sources, &context, llvm::errs());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return 1;
  Expected<int> status = runModule(settings, *module);
  if (status)
    return *status;
  llvm::handleAllErrors(status.takeError(), [](const llvm::ErrorInfoBase &error) {
    llvm::WithColor::error(llvm::errs(), "danaus-run") << error.message() << '\n';
  });
  return 1;
}
