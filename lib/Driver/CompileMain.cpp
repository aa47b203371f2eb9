//===- CompileMain.cpp - danaus-compile -----------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OptionNames.h"
#include "danaus/Driver/AheadOfTime.h"
#include "danaus/Driver/Registration.h"
#include "danaus/Driver/Tools.h"
#include "llvm/Support/CommandLine.h"

using namespace danaus;
namespace cl = llvm::cl;

namespace {
struct Options {
  FreeOptionName threadsName{"threads"};
  cl::OptionCategory category{"danaus-compile options"};
  cl::opt<std::string> input{cl::Positional, cl::desc("<input .mlir>"), cl::init("-"),
                             cl::cat(category)};
  cl::opt<std::string> output{"o", cl::desc("File to write; - is the standard output"),
                              cl::init("-"), cl::cat(category)};
  cl::opt<std::string> emit{
      "emit", cl::desc("o, so, s, ptx, cubin, ll or mlir (default: the output's suffix)"),
      cl::cat(category)};
  cl::opt<std::string> target{
      "target",
      cl::desc("native, sapphirerapids, x86-avx512, x86-avx2, sm_80, sm_90a or sm_100a (default: "
               "sm_90a for "
               "ptx and cubin, else native); several CPUs with commas between, the best first: "
               "one is chosen at run time"),
      cl::cat(category)};
  cl::opt<std::string> header{"emit-header", cl::desc("File for a C header of what is compiled"),
                              cl::cat(category)};
  cl::opt<std::string> schedule{"schedule", cl::desc("#chain.schedule<...> for every kernel"),
                                cl::cat(category)};
  cl::opt<std::string> model{"model", cl::desc("File of a schedule model"), cl::cat(category)};
  cl::opt<int64_t> rows{"rows", cl::desc("Rows to expect where the size is dynamic"), cl::init(256),
                        cl::cat(category)};
  cl::opt<int64_t> threads{"threads",
                           cl::desc("Threads that one call can use at most; 1 starts none"),
                           cl::init(1), cl::cat(category)};
  cl::opt<bool> simplify{"simplify", cl::desc("Run danaus-simplify-linop first"),
                         cl::cat(category)};
  cl::opt<bool> allowSpills{"allow-spills", cl::desc("Accept kernels that spill registers"),
                            cl::cat(category)};
  cl::opt<bool> verbose{"v", cl::desc("Print what each kernel uses (cubin)"), cl::cat(category)};
};
} // namespace

static CompileFileSettings collect(const Options &options) {
  CompileFileSettings settings;
  settings.input = options.input;
  settings.output = options.output;
  settings.emit = options.emit;
  settings.target = options.target;
  settings.schedule = options.schedule;
  settings.model = options.model;
  settings.header = options.header;
  settings.rows = options.rows;
  settings.threads = options.threads;
  settings.simplify = options.simplify;
  settings.allowSpills = options.allowSpills;
  settings.verbose = options.verbose;
  return settings;
}

int danaus::compileMain(int argc, char **argv) {
  Options options;
  cl::HideUnrelatedOptions(options.category);
  cl::ParseCommandLineOptions(argc, argv, "Compile structured matrices for a target\n");
  mlir::DialectRegistry registry;
  registerDialects(registry);
  return compileFile(collect(options), registry);
}
