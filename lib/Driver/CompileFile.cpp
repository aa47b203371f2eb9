//===- CompileFile.cpp - MLIR files to machine code -----------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/AheadOfTime.h"
#include "danaus/Driver/Registration.h"
#include "danaus/Driver/Spills.h"
#include "danaus/Pipelines/Pipelines.h"
#include "danaus/Target/NVPTX.h"
#include "danaus/Target/Records.h"
#include "danaus/Target/X86.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;

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

static std::string printModule(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text + "\n";
}

static Error writeFile(StringRef path, StringRef contents) {
  std::string problem;
  std::unique_ptr<llvm::ToolOutputFile> file = openOutputFile(path, &problem);
  if (!file)
    return llvm::createStringError(problem);
  file->os() << contents;
  file->keep();
  return Error::success();
}

//===----------------------------------------------------------------------===//
// GPU
//===----------------------------------------------------------------------===//

static Expected<std::string> emitCubin(gpu::GPUModuleOp device, const TargetLimits &target,
                                       const CompileFileSettings &settings) {
  Expected<std::string> ptx = translateToPtx(device, target);
  if (!ptx)
    return ptx.takeError();
  std::optional<std::string> ptxas = findPtxas();
  if (!ptxas)
    return llvm::createStringError("a cubin needs ptxas: none on the PATH, in CUDA_PATH or "
                                   "DANAUS_PTXAS; ptx needs none");
  Expected<Cubin> cubin = assemble(*ptx, target, *ptxas, settings.allowSpills);
  if (!cubin)
    return cubin.takeError();
  if (settings.verbose)
    for (const KernelResources &kernel : cubin->kernels)
      llvm::errs() << kernel.name << ": " << kernel.registers << " registers, " << kernel.spillBytes
                   << " bytes spilled, " << kernel.stackBytes << " bytes stack\n";
  return std::move(cubin->image);
}

/// FILE.h  ->  FILE_H
static std::string guardName(StringRef path) {
  std::string guard = llvm::sys::path::filename(path).upper();
  for (char &c : guard)
    if (!llvm::isAlnum(c))
      c = '_';
  return "DANAUS_COMPILED_" + guard;
}

/// An object file of functions that launch kernels, which are inside. `header` becomes
/// the text of a header where one is wanted.
static Expected<std::string> compileLauncher(ModuleOp module, const CompileFileSettings &settings,
                                             std::string &header) {
  if (Error error = lowerToCudaEntryPoints(module, settings))
    return std::move(error);
  if (!settings.header.empty())
    header = printHeader(module, guardName(settings.header));
  return emitCode(CpuModule{module, baselineCpuTarget()}, CodeKind::Object);
}

static Expected<std::string> compileOnce(ModuleOp module, const TargetLimits &target,
                                         StringRef kind, const CompileFileSettings &settings) {
  PassManager pm(module.getContext());
  ToKernelsOptions kernels;
  kernels.schedule = settings.schedule;
  kernels.rows = settings.rows;
  kernels.simplify = settings.simplify;
  buildToNVVM(pm, kernels);
  if (failed(pm.run(module)))
    return llvm::createStringError("compilation failed");
  if (kind == "mlir")
    return printModule(module);
  auto devices = module.getOps<gpu::GPUModuleOp>();
  if (devices.empty())
    return llvm::createStringError("no function of the input became a kernel of " + target.name);
  if (kind == "ptx")
    return translateToPtx(*devices.begin(), target);
  if (kind == "ll")
    return translateToOptimizedLLVMIR(*devices.begin(), target);
  return emitCubin(*devices.begin(), target, settings);
}

static Expected<std::string> compileForGpu(ModuleOp module, const TargetLimits &target,
                                           StringRef kind, const CompileFileSettings &settings) {
  std::string code;
  auto compile = [&](bool allowSpills) -> Error {
    CompileFileSettings attempt = settings;
    attempt.allowSpills = allowSpills;
    Expected<std::string> result = compileOnce(module, target, kind, attempt);
    if (!result)
      return result.takeError();
    code = std::move(*result);
    return Error::success();
  };
  if (Error error =
          compileSparingRegisters(module, settings.schedule, settings.allowSpills, compile))
    return std::move(error);
  return code;
}

//===----------------------------------------------------------------------===//
// CPU
//===----------------------------------------------------------------------===//

/// What entry points of all targets take from the settings.
static void setOptions(ToKernelsOptions &options, const CompileFileSettings &settings) {
  options.schedule = settings.schedule;
  options.model = settings.model;
  options.rows = settings.rows;
  options.simplify = settings.simplify;
  options.regroup = true;
}

Error danaus::lowerToEntryPoints(ModuleOp module, const CompileFileSettings &settings) {
  Expected<CpuTarget> target = lookupCpuTarget(settings.target);
  if (!target)
    return target.takeError();
  if (settings.threads < 1)
    return llvm::createStringError("--threads: wanted at least 1, found " +
                                   llvm::Twine(settings.threads));
  Builder builder(module.getContext());
  module->setAttr("danaus.target", builder.getStringAttr(target->record));
  module->setAttr("danaus.features", builder.getStringAttr(target->features));
  PassManager pm(module.getContext());
  ToKernelsOptions options;
  setOptions(options, settings);
  options.threads = settings.threads;
  buildToEntryPoints(pm, options);
  if (failed(pm.run(module)))
    return llvm::createStringError("compilation failed");
  return Error::success();
}

Error danaus::lowerToCudaEntryPoints(ModuleOp module, const CompileFileSettings &settings) {
  module->setAttr("danaus.target", StringAttr::get(module.getContext(), settings.target));
  // Those that only declare what others define have no entry points.
  bool hasFunction = llvm::any_of(module.getOps<func::FuncOp>(), [](func::FuncOp function) {
    return function.isPublic() && !function.isExternal();
  });
  if (!hasFunction)
    return llvm::createStringError("the input has no public function");
  ToKernelsOptions options;
  setOptions(options, settings);
  options.maxBlock = 64; // what tensor cores like
  auto lower = [&](bool allowSpills) {
    PassManager pm(module.getContext());
    buildToCudaEntryPoints(pm, options, allowSpills);
    return resultOfPasses(module, pm.run(module));
  };
  return compileSparingRegisters(module, settings.schedule, settings.allowSpills, lower);
}

/// One module for each target of the list, which has commas between.
static Error lowerForTargets(ModuleOp module, const CompileFileSettings &settings,
                             SmallVectorImpl<OwningOpRef<ModuleOp>> &modules,
                             SmallVectorImpl<CpuModule> &parts) {
  SmallVector<StringRef> names;
  StringRef(settings.target).split(names, ',');
  for (StringRef name : names) {
    Expected<CpuTarget> target = lookupCpuTarget(name);
    if (!target)
      return target.takeError();
    CompileFileSettings own = settings;
    own.target = name.str();
    modules.push_back(module.clone());
    if (names.size() > 1)
      renameForTarget(*modules.back(), name);
    if (Error error = lowerToEntryPoints(*modules.back(), own))
      return error;
    parts.push_back({*modules.back(), *target});
  }
  return Error::success();
}

/// The code; for a shared library that of an object file, which is still to link.
/// `header` becomes the text of a header where one is wanted.
static Expected<std::string> compileForCpu(ModuleOp module, StringRef kind,
                                           const CompileFileSettings &settings,
                                           std::string &header) {
  SmallVector<OwningOpRef<ModuleOp>> modules;
  SmallVector<CpuModule> parts;
  if (Error error = lowerForTargets(module, settings, modules, parts))
    return std::move(error);
  if (!settings.header.empty())
    header = printHeader(parts.front().module, guardName(settings.header));
  if (kind == "mlir" && parts.size() > 1)
    return llvm::createStringError("--target: wanted one for mlir, found " +
                                   llvm::Twine(parts.size()));
  if (kind == "mlir")
    return printModule(parts.front().module);
  if (parts.size() > 1) {
    SmallVector<ModuleOp> choices;
    for (const CpuModule &part : parts)
      choices.push_back(part.module);
    modules.push_back(createDispatch(choices));
    parts.push_back({*modules.back(), baselineCpuTarget()});
  }
  CodeKind code = kind == "ll"  ? CodeKind::LLVMIR
                  : kind == "s" ? CodeKind::Assembly
                                : CodeKind::Object;
  return emitCode(parts, code);
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

static Error compileModule(ModuleOp module, StringRef kind, const CompileFileSettings &settings) {
  std::optional<TargetLimits> gpu = lookupTarget(settings.target);
  bool onGpu = gpu && gpu->isGpu;
  if (onGpu)
    module->setAttr("danaus.target", StringAttr::get(module.getContext(), settings.target));
  bool isLauncher = onGpu && (kind == "o" || kind == "so");
  std::string header;
  Expected<std::string> result = isLauncher ? compileLauncher(module, settings, header)
                                 : onGpu    ? compileForGpu(module, *gpu, kind, settings)
                                            : compileForCpu(module, kind, settings, header);
  if (!result)
    return result.takeError();
  if (!settings.header.empty())
    if (Error error = writeFile(settings.header, header))
      return error;
  return kind == "so" ? linkSharedLibrary(*result, settings.output)
                      : writeFile(settings.output, *result);
}

/// The kinds of output that the target has.
static Error checkKind(StringRef kind, const CompileFileSettings &settings) {
  std::optional<TargetLimits> limits = lookupTarget(settings.target);
  bool onGpu = limits && limits->isGpu;
  const StringRef cpuKinds[] = {"o", "so", "s", "ll", "mlir"};
  const StringRef gpuKinds[] = {"o", "so", "ptx", "cubin", "ll", "mlir"};
  if (!llvm::is_contained(cpuKinds, kind) && !llvm::is_contained(gpuKinds, kind))
    return llvm::createStringError("--emit: wanted o, so, s, ptx, cubin, ll or mlir, found \"" +
                                   kind + "\"");
  if (!onGpu && (kind == "ptx" || kind == "cubin"))
    return llvm::createStringError("--target: wanted sm_80 or sm_90a for " + kind + ", found \"" +
                                   settings.target + "\"");
  if (onGpu && !llvm::is_contained(gpuKinds, kind))
    return llvm::createStringError("--target: wanted one of " + cpuTargetNames() + " for " + kind +
                                   ", found \"" + settings.target + "\"");
  if (onGpu && !settings.header.empty() && kind != "o" && kind != "so")
    return llvm::createStringError("--emit-header: wanted o or so for a GPU, found \"" + kind +
                                   "\"");
  if (onGpu && settings.threads != 1)
    return llvm::createStringError("--threads: only functions for the CPU have threads");
  if (kind == "so" && settings.output == "-")
    return llvm::createStringError("-o: wanted a file for a shared library");
  return Error::success();
}

int danaus::compileFile(const CompileFileSettings &given, DialectRegistry &registry) {
  CompileFileSettings settings = given;
  std::string kind = settings.emit;
  if (kind.empty())
    kind = llvm::sys::path::extension(settings.output)
               .drop_front(llvm::sys::path::has_extension(settings.output) ? 1 : 0);
  if (settings.target.empty())
    settings.target = kind == "ptx" || kind == "cubin" ? "sm_90a" : "native";
  if (Error error = checkKind(kind, settings))
    return fail(llvm::toString(std::move(error)));
  registerDeviceTranslations(registry);
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module = parse(settings.input, context);
  if (!module)
    return 1;
  if (Error error = compileModule(*module, kind, settings))
    return fail(llvm::toString(std::move(error)));
  return 0;
}
