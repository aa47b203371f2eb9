//===- RunMain.cpp - danaus-run -------------------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OptionNames.h"
#include "danaus/Driver/Registration.h"
#include "danaus/Driver/Run.h"
#include "danaus/Driver/Tools.h"
#include "llvm/Support/CommandLine.h"

namespace cl = llvm::cl;

namespace {
/// The options live as long as one call of the tool: all tools share a process,
/// and options of the same name in two of them would collide.
struct Options {
  danaus::FreeOptionName threadsName{"threads"};
  cl::OptionCategory category{"danaus-run options"};
  cl::opt<std::string> input{cl::Positional, cl::desc("<input .mlir>"), cl::init("-"),
                             cl::cat(category)};
  cl::opt<std::string> entry{"entry", cl::desc("Function to run (default: the only public one)"),
                             cl::cat(category)};
  cl::opt<std::string> device{"device", cl::desc("cpu, cuda, sim or interpreter"), cl::init("cpu"),
                              cl::cat(category)};
  cl::opt<std::string> pipeline{"pipeline", cl::desc("optimized or naive"), cl::init("optimized"),
                                cl::cat(category)};
  cl::opt<std::string> passes{
      "passes",
      cl::desc("Passes to run before the pipeline, as in --pass-pipeline without an anchor; "
               "--check still compares with the function as it was written"),
      cl::cat(category)};
  cl::opt<bool> simplify{"simplify",
                         cl::desc("Run danaus-simplify-linop before the pipeline; --check still "
                                  "compares with the function as it was written"),
                         cl::cat(category)};
  cl::opt<bool> vectorize{"vectorize", cl::init(true), cl::Hidden,
                          cl::desc("Whether contractions become vector instructions"),
                          cl::cat(category)};
  cl::opt<std::string> schedule{
      "schedule", cl::desc("#chain.schedule<...> for every kernel, or a file that holds one"),
      cl::cat(category)};
  cl::opt<std::string> model{"model", cl::desc("File of a schedule model"), cl::cat(category)};
  cl::opt<std::string> target{"target", cl::desc("Target record, such as x86-avx512"),
                              cl::cat(category)};
  cl::list<std::string> args{
      "arg",
      cl::desc("I=FILE.npy or I=FILE.safetensors[:key]: value of argument I; a structured "
               "argument counts as its parameters. Others are random"),
      cl::cat(category)};
  cl::list<std::string> outputs{"output", cl::desc("File for the next result"), cl::cat(category)};
  cl::opt<int64_t> rows{"rows", cl::desc("Value of every dynamic dimension of activations"),
                        cl::cat(category)};
  cl::opt<bool> entryPoints{
      "entry-points",
      cl::desc("Compile as danaus-compile does and call the C entry points: "
               "parameters are packed once, calls allocate nothing (cpu); on a "
               "GPU all that depends on parameters alone is packed once"),
      cl::cat(category)};
  cl::opt<int64_t> threads{"threads", cl::desc("Threads that one call uses (cpu)"), cl::init(1),
                           cl::cat(category)};
  cl::opt<uint64_t> seed{"seed", cl::desc("Of random values"), cl::init(0), cl::cat(category)};
  cl::opt<bool> check{"check", cl::desc("Compare with the reference interpreter"),
                      cl::cat(category)};
  cl::opt<bool> verifyData{"verify-data",
                           cl::desc("Refuse NaN and infinity in parameters; bad indices are "
                                    "always refused"),
                           cl::cat(category)};
  cl::opt<double> tolerance{"tolerance", cl::desc("Of --check (default: by dtype and depth)"),
                            cl::cat(category)};
  cl::opt<double> referenceBudget{
      "reference-budget",
      cl::desc("Operations of the reference above which --check takes a sample of the rows"),
      cl::init(4e9), cl::cat(category)};
  cl::opt<bool> time{"time", cl::desc("Measure warm calls"), cl::cat(category)};
  cl::opt<int64_t> repeat{"repeat", cl::desc("Calls that --time measures"), cl::init(0),
                          cl::cat(category)};
  cl::opt<std::string> batch{
      "batch",
      cl::desc("File whose lines hold --arg, --output and --id of one run each; compiled once"),
      cl::cat(category)};
  cl::opt<std::string> emit{"emit", cl::desc("Print IR and stop: chain, kernel or llvm"),
                            cl::cat(category)};
  cl::opt<bool> json{"json", cl::desc("Print one line of JSON"), cl::cat(category)};
  cl::opt<std::string> id{"id", cl::desc("Name of the case in the JSON"), cl::cat(category)};
};
} // namespace

static danaus::RunSettings collect(const Options &options) {
  danaus::RunSettings settings;
  settings.input = options.input;
  settings.entry = options.entry;
  settings.device = options.device;
  settings.compile.pipeline = options.pipeline;
  settings.compile.passes = options.passes;
  settings.compile.simplify = options.simplify;
  settings.compile.vectorize = options.vectorize;
  settings.compile.schedule = options.schedule;
  settings.compile.model = options.model;
  settings.compile.target = options.target;
  settings.compile.threads = options.threads;
  settings.compile.entryPoints = options.entryPoints;
  settings.args.assign(options.args.begin(), options.args.end());
  settings.outputs.assign(options.outputs.begin(), options.outputs.end());
  if (options.rows.getNumOccurrences())
    settings.rows = options.rows;
  settings.seed = options.seed;
  settings.check = options.check;
  settings.verifyData = options.verifyData;
  if (options.tolerance.getNumOccurrences())
    settings.tolerance = options.tolerance;
  settings.referenceBudget = options.referenceBudget;
  settings.time = options.time;
  settings.repeat = options.repeat;
  settings.emit = options.emit;
  settings.json = options.json;
  settings.id = options.id;
  settings.batch = options.batch;
  return settings;
}

int danaus::runMain(int argc, char **argv) {
  Options options;
  cl::HideUnrelatedOptions(options.category);
  cl::ParseCommandLineOptions(argc, argv, "Compile, run, check and time one function\n");
  mlir::DialectRegistry registry;
  registerDialects(registry);
  if (!options.passes.empty())
    registerPasses();
  return run(collect(options), registry);
}
