//===- FuzzMain.cpp - danaus-fuzz: random programs against the reference -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Check.h"
#include "danaus/Driver/Compile.h"
#include "danaus/Driver/EntryPoint.h"
#include "danaus/Driver/Executor.h"
#include "danaus/Driver/Registration.h"
#include "danaus/Driver/Tools.h"
#include "danaus/Testing/RandomProgram.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include <csignal>
#include <cstring>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir;
using namespace danaus;
using danaus::testing::Program;
using llvm::Error;
using llvm::Expected;
namespace cl = llvm::cl;

namespace {
struct Options {
  cl::OptionCategory category{"danaus-fuzz options"};
  cl::opt<uint64_t> seed{"seed", cl::desc("Seed of the first program; the next ones count up"),
                         cl::init(1), cl::cat(category)};
  cl::opt<int64_t> count{"count", cl::desc("How many programs"), cl::init(100), cl::cat(category)};
  cl::opt<bool> mutate{"mutate",
                       cl::desc("Edit each program at random and compile it; it may be refused, "
                                "but nothing may crash"),
                       cl::cat(category)};
  cl::opt<std::string> device{"device", cl::desc("cpu, or sim for a simulated GPU"),
                              cl::init("cpu"), cl::cat(category)};
  cl::opt<bool> print{"print", cl::desc("Print the programs and do nothing else"),
                      cl::cat(category)};
  cl::opt<std::string> output{"output", cl::desc("Folder for programs that fail"), cl::init("."),
                              cl::cat(category)};
  cl::opt<unsigned> seconds{"seconds", cl::desc("Longest time for one program"), cl::init(60),
                            cl::cat(category)};
};

/// One way to compile a program.
struct Variant {
  StringRef name, pipeline;
  bool simplify;
};
} // namespace

/// The reference computes every row.
static constexpr double noBudget = 1e15;

static constexpr Variant variants[] = {
    {"naive", "naive", false},
    {"optimized", "optimized", false},
    {"simplified", "optimized", true},
};

//===----------------------------------------------------------------------===//
// One program, in a process of its own
//===----------------------------------------------------------------------===//

namespace {
/// A program on its arguments, with its tolerance.
struct Trial {
  ModuleOp module;
  func::FuncOp entry;
  EntrySignature signature;
  EntryArguments arguments;
  std::optional<double> tolerance;
};
} // namespace

/// The results of a trial, or an error.
static Expected<std::vector<HostTensor>> runTrial(Executor &executor, const Trial &trial) {
  func::FuncOp entry = trial.entry;
  if (Error error = executor.prepare(trial.module, entry.getName()))
    return std::move(error);
  return execute(executor, trial.signature, trial.arguments);
}

/// What went wrong with one variant, or "".
static std::string checkVariant(const Trial &trial, const Variant &variant, StringRef device) {
  CompileSettings settings;
  settings.pipeline = variant.pipeline;
  settings.simplify = variant.simplify;
  settings.optLevel = 0; // LLVM's passes are not what is tested here
  settings.rows = std::max<int64_t>(trial.arguments.rows, 1);
  auto executor = createExecutor(device, settings);
  if (!executor)
    return toString(executor.takeError());
  auto results = runTrial(**executor, trial);
  if (!results)
    return toString(results.takeError());
  Expected<CheckResult> check = checkResults(trial.entry, trial.signature, trial.arguments,
                                             *results, {trial.tolerance, 0, 0, noBudget});
  if (!check)
    return toString(check.takeError());
  return check->passed ? "" : check->failure;
}

/// `tensors` with every floating-point value off by up to 8 units of roundoff.
static Expected<std::vector<HostTensor>> perturb(ArrayRef<HostTensor> tensors, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<HostTensor> result;
  for (const HostTensor &tensor : tensors) {
    Expected<HostTensor> copy = HostTensor::allocate(tensor.getKind(), tensor.getShape());
    if (!copy)
      return copy.takeError();
    std::memcpy(copy->data(), tensor.data(), tensor.getNumBytes());
    if (!isInteger(tensor.getKind()))
      for (int64_t i = 0; i < tensor.getNumParts(); ++i) {
        double share = double(random() % 1025) / 512 - 1; // -1 .. 1
        copy->set(i, tensor.get(i) * (1 + 8 * unitRoundoff(tensor.getKind()) * share));
      }
    result.push_back(std::move(*copy));
  }
  return result;
}

/// Twice as far as the reference moves when its inputs do: where results nearly
/// cancel or are squared, more than the default tolerance, which knows nothing
/// of either. Nothing when that is enough.
static Expected<std::optional<double>> measureSensitivity(const Trial &trial) {
  std::unique_ptr<Executor> reference = createInterpreterExecutor();
  auto exact = runTrial(*reference, trial);
  if (!exact)
    return exact.takeError();
  double moved = 0, tolerance = 0;
  for (uint64_t draw = 0; draw < 3; ++draw) {
    Expected<std::vector<HostTensor>> tensors = perturb(trial.arguments.tensors, draw);
    if (!tensors)
      return tensors.takeError();
    EntryArguments arguments;
    arguments.rows = trial.arguments.rows;
    arguments.tensors = std::move(*tensors);
    Expected<CheckResult> check =
        checkResults(trial.entry, trial.signature, arguments, *exact, {{}, 0, 0, noBudget});
    if (!check)
      return check.takeError();
    moved = std::max(moved, check->relErr);
    tolerance = std::max(tolerance, check->tolerance);
  }
  return 2 * moved > tolerance ? std::optional(2 * moved) : std::nullopt;
}

/// Exit statuses of a child.
enum : int { statusPassed = 0, statusFailed = 1, statusInvalid = 2 };

/// Compiles and runs the program every way and prints what is wrong.
static int checkProgram(MLIRContext &context, const Program &program, StringRef device) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(program.print(), &context);
  if (!module)
    return statusInvalid;
  auto report = [](StringRef where, const std::string &problem) -> int {
    llvm::errs() << where << ": " << problem << '\n';
    return statusFailed;
  };
  Trial trial;
  trial.module = *module;
  Expected<func::FuncOp> entry = findEntry(*module, "main");
  if (!entry)
    return report("entry", toString(entry.takeError()));
  trial.entry = *entry;
  Expected<EntrySignature> signature = readSignature(*entry);
  if (!signature)
    return report("signature", toString(signature.takeError()));
  trial.signature = std::move(*signature);
  Expected<EntryArguments> arguments =
      makeArguments(trial.signature, {}, program.rows, program.seed);
  if (!arguments)
    return report("arguments", toString(arguments.takeError()));
  trial.arguments = std::move(*arguments);
  Expected<std::optional<double>> tolerance = measureSensitivity(trial);
  if (!tolerance)
    return report("reference", toString(tolerance.takeError()));
  trial.tolerance = *tolerance;
  for (const Variant &variant : variants) {
    if (device == "sim" && variant.pipeline == "naive")
      continue; // it has no device functions
    if (std::string problem = checkVariant(trial, variant, device); !problem.empty())
      return report(variant.name, problem);
  }
  return statusPassed;
}

/// Compiles what may not even parse. Anything but a crash is right.
static int checkMutant(MLIRContext &context, const std::string &text) {
  ScopedDiagnosticHandler quiet(&context, [](Diagnostic &) { return success(); });
  for (const Variant &variant : variants) {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return 0;
    CompileSettings settings;
    settings.pipeline = variant.pipeline;
    settings.simplify = variant.simplify;
    CompileRecord record;
    consumeError(compileModule(*module, settings, Level::LLVM, record));
  }
  return 0;
}

namespace {
/// How a child process ended.
enum class Outcome { Passed, Failed, Invalid, Crashed, TimedOut };
} // namespace

/// Runs `check` in a child, so that a crash ends one program and not all.
static Outcome runIsolated(unsigned seconds, bool quiet, llvm::function_ref<int()> check) {
  llvm::outs().flush();
  pid_t child = fork();
  if (child == 0) {
    alarm(seconds);
    if (quiet && !freopen("/dev/null", "w", stderr))
      _exit(1);
    _exit(check());
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status))
    return WEXITSTATUS(status) == statusPassed    ? Outcome::Passed
           : WEXITSTATUS(status) == statusInvalid ? Outcome::Invalid
                                                  : Outcome::Failed;
  return WTERMSIG(status) == SIGALRM ? Outcome::TimedOut : Outcome::Crashed;
}

static StringRef name(Outcome outcome) {
  switch (outcome) {
  case Outcome::Passed:
    return "passed";
  case Outcome::Failed:
    return "failed";
  case Outcome::Invalid:
    return "invalid";
  case Outcome::Crashed:
    return "crashed";
  case Outcome::TimedOut:
    return "overdue";
  }
  llvm_unreachable("all outcomes are handled");
}

//===----------------------------------------------------------------------===//
// Many programs
//===----------------------------------------------------------------------===//

static void save(const Options &options, uint64_t seed, StringRef text) {
  llvm::SmallString<128> path(options.output);
  llvm::sys::path::append(path, "fuzz-" + std::to_string(seed) + ".mlir");
  std::error_code error;
  llvm::raw_fd_ostream stream(path, error);
  if (error)
    llvm::errs() << "danaus-fuzz: " << path << ": " << error.message() << '\n';
  else
    stream << text;
  llvm::errs() << "danaus-fuzz: see " << path << '\n';
}

/// Whether the program of `seed` passed; a smaller one that fails is saved.
static bool fuzzProgram(const Options &options, MLIRContext &context, uint64_t seed) {
  Program program = danaus::testing::makeRandomProgram(seed);
  auto check = [&](const Program &candidate) {
    return checkProgram(context, candidate, options.device);
  };
  Outcome outcome = runIsolated(options.seconds, false, [&] { return check(program); });
  if (outcome == Outcome::Passed)
    return true;
  llvm::errs() << "danaus-fuzz: seed " << seed << " " << name(outcome) << '\n';
  Program smaller = danaus::testing::shrink(program, [&](const Program &candidate) {
    return runIsolated(options.seconds, true, [&] { return check(candidate); }) == outcome;
  });
  save(options, seed, smaller.print());
  return false;
}

static bool fuzzMutant(const Options &options, MLIRContext &context, uint64_t seed) {
  std::string text =
      danaus::testing::mutate(danaus::testing::makeRandomProgram(seed).print(), seed);
  Outcome outcome = runIsolated(options.seconds, false, [&] { return checkMutant(context, text); });
  if (outcome == Outcome::Passed)
    return true;
  llvm::errs() << "danaus-fuzz: mutant " << seed << " " << name(outcome) << '\n';
  save(options, seed, text);
  return false;
}

int danaus::fuzzMain(int argc, char **argv) {
  Options options;
  cl::HideUnrelatedOptions(options.category);
  cl::ParseCommandLineOptions(argc, argv, "danaus-fuzz: random programs against the reference\n");
  if (options.device != "cpu" && options.device != "sim") {
    llvm::errs() << "danaus-fuzz: --device: wanted cpu or sim, found '" << options.device << "'\n";
    return 1;
  }
  if (options.count < 0) {
    llvm::errs() << "danaus-fuzz: --count: wanted 0 or more, found " << options.count << '\n';
    return 1;
  }
  if (std::error_code error = llvm::sys::fs::create_directories(options.output)) {
    llvm::errs() << "danaus-fuzz: --output: " << options.output << ": " << error.message() << '\n';
    return 1;
  }
  DialectRegistry registry;
  registerDialects(registry);
  // Threads would not survive the fork.
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  int64_t failures = 0;
  for (int64_t i = 0; i < options.count; ++i) {
    uint64_t seed = options.seed + i;
    if (options.print)
      llvm::outs() << danaus::testing::makeRandomProgram(seed).print() << '\n';
    else
      failures += !(options.mutate ? fuzzMutant(options, context, seed)
                                   : fuzzProgram(options, context, seed));
  }
  if (!options.print)
    llvm::outs() << "danaus-fuzz: " << options.count << (options.mutate ? " mutants" : " programs")
                 << " from seed " << options.seed << ", " << failures << " failed\n";
  return failures == 0 ? 0 : 1;
}
