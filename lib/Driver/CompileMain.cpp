//===- CompileMain.cpp - danaus-compile -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Registration.h"
#include "danaus/Driver/Tools.h"
#include "danaus/Pipelines/Pipelines.h"
#include "danaus/Target/NVPTX.h"
#include "danaus/Target/Records.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace danaus;
using llvm::Expected;
namespace cl = llvm::cl;

namespace {
struct Options {
  cl::OptionCategory category{"danaus-compile options"};
  cl::opt<std::string> input{cl::Positional, cl::desc("<input .mlir>"), cl::init("-"),
                             cl::cat(category)};
  cl::opt<std::string> output{"o", cl::desc("File to write; - is the standard output"),
                              cl::init("-"), cl::cat(category)};
  cl::opt<std::string> emit{
      "emit", cl::desc("ptx, cubin, ll or mlir (default: the output's suffix)"), cl::cat(category)};
  cl::opt<std::string> target{"target", cl::desc("sm_80 or sm_90a"), cl::init("sm_90a"),
                              cl::cat(category)};
  cl::opt<std::string> schedule{"schedule", cl::desc("#chain.schedule<...> for every kernel"),
                                cl::cat(category)};
  cl::opt<bool> allowSpills{"allow-spills", cl::desc("Accept kernels that spill registers"),
                            cl::cat(category)};
  cl::opt<bool> verbose{"v", cl::desc("Print what each kernel uses (cubin)"), cl::cat(category)};
};
} // namespace

/// Prints `problem` as the tool's own error.
static int fail(const llvm::Twine &problem) {
  llvm::WithColor::error(llvm::errs(), "danaus-compile") << problem << '\n';
  return 1;
}

static OwningOpRef<ModuleOp> parse(const std::string &file, MLIRContext &context) {
  std::string problem;
  std::unique_ptr<llvm::MemoryBuffer> buffer = openInputFile(file, &problem);
  if (!buffer) {
    fail(problem);
    return nullptr;
  }
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler diagnostics(*sources, &context);
  return parseSourceFile<ModuleOp>(*sources, ParserConfig(&context));
}

static LogicalResult runPasses(ModuleOp module, const Options &options) {
  PassManager pm(module.getContext());
  ToKernelsOptions kernels;
  kernels.schedule = options.schedule.getValue();
  buildToNVVM(pm, kernels);
  return pm.run(module);
}

static Expected<std::string> emitCubin(gpu::GPUModuleOp device, const TargetLimits &target,
                                       const Options &options) {
  Expected<std::string> ptx = translateToPtx(device, target);
  if (!ptx)
    return ptx.takeError();
  std::optional<std::string> ptxas = findPtxas();
  if (!ptxas)
    return llvm::createStringError("a cubin needs ptxas: none on the PATH, in CUDA_PATH or "
                                   "DANAUS_PTXAS; ptx needs none");
  Expected<Cubin> cubin = assemble(*ptx, target, *ptxas, options.allowSpills);
  if (!cubin)
    return cubin.takeError();
  if (options.verbose)
    for (const KernelResources &kernel : cubin->kernels)
      llvm::errs() << kernel.name << ": " << kernel.registers << " registers, " << kernel.spillBytes
                   << " bytes spilled, " << kernel.stackBytes << " bytes stack\n";
  return std::move(cubin->image);
}

static Expected<std::string> emit(ModuleOp module, const TargetLimits &target, StringRef kind,
                                  const Options &options) {
  if (kind == "mlir") {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module.print(stream);
    return text + "\n";
  }
  auto devices = module.getOps<gpu::GPUModuleOp>();
  if (devices.empty())
    return llvm::createStringError("no function of the input became a kernel of " + target.name);
  if (kind == "ptx")
    return translateToPtx(*devices.begin(), target);
  if (kind == "ll")
    return translateToOptimizedLLVMIR(*devices.begin(), target);
  return emitCubin(*devices.begin(), target, options);
}

static int compile(const Options &options) {
  std::optional<TargetLimits> target = lookupTarget(options.target);
  if (!target || !target->isGpu)
    return fail("--target: wanted sm_80 or sm_90a, found \"" + options.target + "\"");
  StringRef kind = options.emit;
  if (kind.empty())
    kind = llvm::sys::path::extension(options.output)
               .drop_front(llvm::sys::path::has_extension(options.output) ? 1 : 0);
  if (!llvm::is_contained({"ptx", "cubin", "ll", "mlir"}, kind))
    return fail("--emit: wanted ptx, cubin, ll or mlir, found \"" + kind + "\"");

  DialectRegistry registry;
  registerDialects(registry);
  registerDeviceTranslations(registry);
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module = parse(options.input, context);
  if (!module)
    return 1;
  (*module)->setAttr("danaus.target", StringAttr::get(&context, options.target));
  if (failed(runPasses(*module, options)))
    return fail("compilation failed");
  Expected<std::string> result = emit(*module, *target, kind, options);
  if (!result)
    return fail(llvm::toString(result.takeError()));
  std::string problem;
  std::unique_ptr<llvm::ToolOutputFile> file = openOutputFile(options.output, &problem);
  if (!file)
    return fail(problem);
  file->os() << *result;
  file->keep();
  return 0;
}

int danaus::compileMain(int argc, char **argv) {
  Options options;
  cl::HideUnrelatedOptions(options.category);
  cl::ParseCommandLineOptions(argc, argv, "Compile structured matrices for a target\n");
  return compile(options);
}
