//===- Compile.cpp - Pipelines and the JIT, as danaus-run uses them -------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Compile.h"
#include "danaus/Driver/Spills.h"
#include "danaus/Pipelines/Pipelines.h"
#include "danaus/Target/Records.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

namespace {
/// Before each pass on the module, writes down what the driver will need: the
/// last entry was made when functions still had memrefs and kernels still existed.
class Recorder : public PassInstrumentation {
public:
  explicit Recorder(CompileRecord &record) : record(record) {}

  void runBeforePass(Pass *, Operation *op) override {
    auto module = dyn_cast<ModuleOp>(op);
    if (!module)
      return;
    for (auto function : module.getOps<func::FuncOp>())
      if (function.isPublic())
        recordFunction(function);
    std::string schedule;
    llvm::raw_string_ostream stream(schedule);
    module.walk([&](chain::KernelOp kernel) {
      if (chain::ScheduleAttr attribute = kernel.getScheduleAttr())
        stream << (schedule.empty() ? "" : "; ") << attribute;
    });
    if (!schedule.empty())
      record.schedule = schedule;
  }

private:
  void recordFunction(func::FuncOp function) {
    CompiledFunction &entry = record.functions[function.getName()];
    entry.arguments.assign(function.getArgumentTypes().begin(), function.getArgumentTypes().end());
    if (auto pack = function->getAttrOfType<FlatSymbolRefAttr>("danaus.pack"))
      entry.pack = pack.getValue().str();
    if (auto packed = function->getAttrOfType<DenseI64ArrayAttr>("danaus.packed"))
      entry.packed.assign(packed.asArrayRef().begin(), packed.asArrayRef().end());
    if (auto count = function->getAttrOfType<IntegerAttr>("danaus.parameters"))
      entry.numSeparated = count.getInt();
    if (entry.numSeparated)
      return;
    entry.isActivation.clear();
    for (unsigned number = 0; number < function.getNumArguments(); ++number)
      entry.isActivation.push_back(bool(function.getArgAttr(number, "danaus.activation")));
  }

  CompileRecord &record;
};
} // namespace

/// The user's target, else the module's own, else the host's.
static Error setTarget(ModuleOp module, StringRef target) {
  constexpr StringRef name = "danaus.target";
  if (target.empty() && module->hasAttr(name))
    return Error::success();
  if (target.empty())
    target = hostTargetName();
  if (!lookupTarget(target))
    return makeError("--target: wanted one of " + llvm::join(targetNames(), ", ") + ", found '" +
                     target + "'");
  module->setAttr(name, StringAttr::get(module.getContext(), target));
  return Error::success();
}

/// The user's passes, in the syntax of --pass-pipeline.
static Error addPasses(PassManager &pm, StringRef passes) {
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  if (succeeded(parsePassPipeline(passes, pm, stream)))
    return Error::success();
  return makeError("--passes: " + StringRef(problem).rtrim());
}

static Error buildPipeline(PassManager &pm, const CompileSettings &settings, Level level,
                           bool onGpu, bool allowSpills) {
  if (Error error = addPasses(pm, settings.passes))
    return error;
  if (settings.simplify)
    buildSimplifyLinop(pm, SimplifyLinopOptions());
  if (settings.threads < 1)
    return makeError("--threads: wanted at least 1, found " + llvm::Twine(settings.threads));
  if (settings.threads > 1 && (onGpu || settings.pipeline == "naive"))
    return makeError("--threads: only the optimized pipeline for the CPU has threads");
  if (level == Level::Device && (!onGpu || settings.pipeline == "naive"))
    return makeError("--device=sim: wanted the optimized pipeline and a GPU as the target");
  if (settings.pipeline == "naive") {
    if (level == Level::Kernel)
      return makeError("the naive pipeline has no kernels to print");
    if (!settings.schedule.empty() || !settings.model.empty())
      return makeError("the naive pipeline takes no schedule and no model");
    if (level == Level::Chain)
      buildToChain(pm, ToChainOptions());
    else
      buildNaiveToLLVM(pm, NaiveToLLVMOptions());
    return Error::success();
  }
  if (settings.pipeline != "optimized")
    return makeError("--pipeline: wanted optimized or naive, found '" + settings.pipeline + "'");
  ToKernelsOptions options;
  options.schedule = settings.schedule;
  options.model = settings.model;
  options.rows = settings.rows;
  options.threads = settings.threads;
  options.regroup = true;
  if (onGpu)
    options.maxBlock = 64; // what tensor cores like
  options.vectorize = settings.vectorize;
  if (level == Level::Chain)
    buildToChain(pm, ToChainOptions());
  else if (level == Level::Kernel)
    buildToKernels(pm, options);
  else if (level == Level::Device) {
    buildToDevice(pm, options, settings.entryPoints);
    // The functions that pack weights.
    pm.addPass(createConvertLinalgToLoopsPass());
  } else if (onGpu)
    buildToCuda(pm, options, settings.entryPoints, allowSpills);
  else
    buildToLLVM(pm, options);
  return Error::success();
}

Error danaus::isolateEntry(ModuleOp module, StringRef entry) {
  for (auto function : module.getOps<func::FuncOp>())
    if (function.getName() != entry && function.isPublic())
      function.setPrivate();
  PassManager pm(module.getContext());
  pm.addPass(createSymbolDCEPass());
  return failed(pm.run(module)) ? makeError("compilation failed") : Error::success();
}

static Error runPasses(ModuleOp module, const CompileSettings &settings, Level level, bool onGpu,
                       bool allowSpills, CompileRecord &record) {
  PassManager pm(module.getContext());
  pm.addInstrumentation(std::make_unique<Recorder>(record));
  if (Error error = buildPipeline(pm, settings, level, onGpu, allowSpills))
    return error;
  return resultOfPasses(module, pm.run(module));
}

Error danaus::compileModule(ModuleOp module, const CompileSettings &settings, Level level,
                            CompileRecord &record) {
  if (Error error = setTarget(module, settings.target))
    return error;
  std::optional<TargetLimits> limits =
      lookupTarget(module->getAttrOfType<StringAttr>("danaus.target").getValue());
  bool onGpu = limits && limits->isGpu;
  auto compile = [&](bool allowSpills) {
    return runPasses(module, settings, level, onGpu, allowSpills, record);
  };
  Error problem =
      onGpu ? compileSparingRegisters(module, settings.schedule, /*allowSpills=*/false, compile)
            : compile(/*allowSpills=*/false);
  if (problem)
    return problem;
  if (record.schedule.empty())
    record.schedule = settings.pipeline;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// LLVM
//===----------------------------------------------------------------------===//

static void registerTranslations(ModuleOp module) {
  registerBuiltinDialectTranslation(*module.getContext());
  registerLLVMDialectTranslation(*module.getContext());
}

Expected<std::string> danaus::printLLVM(ModuleOp module) {
  registerTranslations(module);
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> translated = translateModuleToLLVMIR(module, context);
  if (!translated)
    return makeError("translation to LLVM IR failed");
  std::string text;
  llvm::raw_string_ostream(text) << *translated;
  return text;
}

/// The machine that this process runs on, with all its features.
static Expected<std::unique_ptr<llvm::TargetMachine>> createHostMachine() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  Expected<llvm::orc::JITTargetMachineBuilder> builder =
      llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::Aggressive);
  return builder->createTargetMachine();
}

/// LLVM prefers 256 bits on CPUs whose 512-bit units it takes for slow; vectors
/// are explicit here and were chosen by the schedule.
static void preferWideVectors(llvm::Module &module) {
  if (!llvm::sys::getHostCPUFeatures().lookup("avx512f"))
    return;
  for (llvm::Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr("prefer-vector-width", "512");
}

/// Code for a chip with matrix tiles runs where the chip has them and the system
/// grants them, for which hostTargetName() asks.
static Error checkTiles(ModuleOp module) {
  auto name = module->getAttrOfType<StringAttr>("danaus.target");
  std::optional<TargetLimits> limits = name ? lookupTarget(name.getValue()) : std::nullopt;
  if (!limits || !limits->hasAmx || hostTargetName() == name.getValue())
    return Error::success();
  return makeError("target '" + Twine(name.getValue()) + "': wanted a CPU with AMX, found " +
                   hostTargetName());
}

Expected<std::unique_ptr<ExecutionEngine>> danaus::createEngine(ModuleOp module,
                                                                unsigned optLevel) {
  if (Error error = checkTiles(module))
    return std::move(error);
  registerTranslations(module);
  Expected<std::unique_ptr<llvm::TargetMachine>> machine = createHostMachine();
  if (!machine)
    return machine.takeError();
  auto optimize = makeOptimizingTransformer(optLevel, /*sizeLevel=*/0, machine->get());
  auto transform = [&](llvm::Module *llvmModule) {
    preferWideVectors(*llvmModule);
    return optimize(llvmModule);
  };
  ExecutionEngineOptions options;
  options.transformer = transform;
  options.jitCodeGenOptLevel = *llvm::CodeGenOpt::getLevel(optLevel);
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  // The engine owns its target machine; the transformer needs one during `create` only.
  Expected<std::unique_ptr<llvm::TargetMachine>> own = createHostMachine();
  if (!own)
    return own.takeError();
  return ExecutionEngine::create(module, options, std::move(*own));
}
