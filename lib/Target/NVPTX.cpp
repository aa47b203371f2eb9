//===- NVPTX.cpp - Device functions to PTX -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Target/NVPTX.h"
#include "danaus/Support/HostTensor.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace danaus;
using llvm::Expected;
using llvm::StringRef;

void danaus::registerDeviceTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerGPUDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
}

/// LLVM aborts on a chip or a pair of chip and PTX version that it does not
/// know, so only names from our records get here.
static Expected<std::unique_ptr<llvm::TargetMachine>> createMachine(const TargetLimits &target) {
  assert(target.isGpu && "callers look the record of a GPU up");
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetMC();
  LLVMInitializeNVPTXAsmPrinter();
  llvm::Triple triple("nvptx64-nvidia-cuda");
  std::string problem;
  const llvm::Target *backend = llvm::TargetRegistry::lookupTarget(triple, problem);
  if (!backend)
    return makeInternalError("this LLVM has no NVPTX back end: " + problem);
  llvm::TargetOptions options;
  // a * b + c is one instruction, as on any GPU.
  options.AllowFPOpFusion = llvm::FPOpFusion::Fast;
  std::string ptxFeature = "+ptx" + std::to_string(target.ptxVersion);
  std::unique_ptr<llvm::TargetMachine> machine(
      backend->createTargetMachine(triple, target.name, ptxFeature, options, std::nullopt,
                                   std::nullopt, llvm::CodeGenOptLevel::Aggressive));
  if (!machine)
    return makeInternalError("no target machine for " + target.name);
  return machine;
}

/// All lanes of a warp take part in an mma, an ldmatrix or stmatrix, and in wgmma, which is inline
/// assembly. LLVM's intrinsics do not say so, and a fragment that only some lanes store let it sink
/// the mma into their branch, where the warp waits for the others for ever.
static void markConvergent(llvm::Module &module) {
  auto isOfWarp = [](const llvm::CallBase &call) {
    const llvm::Function *callee = call.getCalledFunction();
    return call.isInlineAsm() || (callee && (callee->getName().starts_with("llvm.nvvm.mma.") ||
                                             callee->getName().starts_with("llvm.nvvm.ldmatrix.") ||
                                             callee->getName().starts_with("llvm.nvvm.stmatrix.")));
  };
  for (llvm::Function &function : module)
    for (llvm::Instruction &instruction : llvm::instructions(function))
      if (auto *call = dyn_cast<llvm::CallBase>(&instruction); call && isOfWarp(*call))
        call->setConvergent();
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3).run(module, modules);
}

/// The first function that is declared, used, and no intrinsic.
static const llvm::Function *findUndefined(const llvm::Module &module) {
  for (const llvm::Function &function : module)
    if (function.isDeclaration() && !function.isIntrinsic() && !function.use_empty())
      return &function;
  return nullptr;
}

static Expected<std::unique_ptr<llvm::Module>> translateAndOptimize(gpu::GPUModuleOp op,
                                                                    llvm::TargetMachine &machine,
                                                                    llvm::LLVMContext &context) {
  std::unique_ptr<llvm::Module> module =
      translateModuleToLLVMIR(op, context, op.getName(), /*disableVerification=*/true);
  if (!module)
    return llvm::createStringError("no LLVM IR for the device functions of " + op.getName());
  module->setTargetTriple(machine.getTargetTriple());
  module->setDataLayout(machine.createDataLayout());
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  if (llvm::verifyModule(*module, &stream))
    return llvm::createStringError("device functions of " + op.getName() + ": " + problem);
  if (const llvm::Function *missing = findUndefined(*module))
    return llvm::createStringError("device functions of " + op.getName() + " call " +
                                   missing->getName() + ", which no GPU target here has");
  markConvergent(*module);
  optimize(*module, machine);
  return module;
}

Expected<std::string> danaus::translateToOptimizedLLVMIR(gpu::GPUModuleOp op,
                                                         const TargetLimits &target) {
  Expected<std::unique_ptr<llvm::TargetMachine>> machine = createMachine(target);
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  Expected<std::unique_ptr<llvm::Module>> module = translateAndOptimize(op, **machine, context);
  if (!module)
    return module.takeError();
  std::string text;
  llvm::raw_string_ostream stream(text);
  (*module)->print(stream, nullptr);
  return text;
}

Expected<std::string> danaus::translateToPtx(gpu::GPUModuleOp op, const TargetLimits &target) {
  Expected<std::unique_ptr<llvm::TargetMachine>> machine = createMachine(target);
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  Expected<std::unique_ptr<llvm::Module>> module = translateAndOptimize(op, **machine, context);
  if (!module)
    return module.takeError();
  llvm::SmallString<0> ptx;
  llvm::raw_svector_ostream stream(ptx);
  llvm::legacy::PassManager codegen;
  if ((*machine)->addPassesToEmitFile(codegen, stream, nullptr,
                                      llvm::CodeGenFileType::AssemblyFile))
    return makeInternalError("the NVPTX back end cannot print assembly");
  codegen.run(**module);
  return std::string(ptx);
}
