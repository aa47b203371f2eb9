//===- X86.cpp - Code for CPUs --------------------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Target/X86.h"
#include "danaus/Support/HostTensor.h"
#include "danaus/Target/Records.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace danaus;
using llvm::Expected;
using llvm::SmallVector;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Targets
//===----------------------------------------------------------------------===//

/// Instruction sets, in groups that CPUs add one after the other. Every one is
/// known to lib/Runtime/Cpu/Features.c, which checks them before code runs.
static constexpr StringRef avx2Features =
    "sse3,ssse3,sse4.1,sse4.2,popcnt,movbe,cx16,avx,f16c,fma,lzcnt,bmi,bmi2,avx2";
static constexpr StringRef avx512Features = "avx512f,avx512dq,avx512cd,avx512bw,avx512vl";
static constexpr StringRef laterFeatures =
    "avx512vbmi,avx512vbmi2,gfni,avx512vnni,avx512bitalg,avx512vpopcntdq,avxvnni,avx512bf16,"
    "avx512fp16,amx-tile,amx-bf16,amx-int8";

/// The instruction sets of this machine, of those that the runtime can check.
static std::string hostFeatures() {
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  SmallVector<StringRef> found;
  for (StringRef group : {avx2Features, avx512Features, laterFeatures})
    for (StringRef feature : llvm::split(group, ','))
      if (host.lookup(feature))
        found.push_back(feature);
  return llvm::join(found, ",");
}

/// The record of a chip where there is one, else of its widest vectors.
static std::string recordOf(StringRef chip) {
  return (lookupTarget(chip) ? chip : StringRef("x86-avx512")).str();
}

CpuTarget danaus::baselineCpuTarget() { return {"x86", "x86-avx2", "generic", ""}; }

std::string danaus::cpuTargetNames() { return "native, sapphirerapids, x86-avx512, x86-avx2"; }

Expected<CpuTarget> danaus::lookupCpuTarget(StringRef name) {
  std::string avx512 = (avx2Features + "," + avx512Features).str();
  if (name == "native")
    return CpuTarget{"native", hostTargetName().str(), llvm::sys::getHostCPUName().str(),
                     hostFeatures()};
  if (name == "x86-avx2")
    return CpuTarget{"x86-avx2", "x86-avx2", "haswell", avx2Features.str()};
  if (name == "x86-avx512")
    return CpuTarget{"x86-avx512", "x86-avx512", "skylake-avx512", avx512};
  if (name == "sapphirerapids")
    return CpuTarget{"sapphirerapids", recordOf(name), "sapphirerapids",
                     (avx512 + "," + laterFeatures).str()};
  return llvm::createStringError("--target: wanted one of " + cpuTargetNames() + ", found '" +
                                 name + "'");
}

//===----------------------------------------------------------------------===//
// LLVM
//===----------------------------------------------------------------------===//

/// "a,b"  ->  "+a,+b"
static std::string withPlus(StringRef features) {
  std::string result;
  for (StringRef feature : llvm::split(features, ','))
    if (!feature.empty())
      result += (result.empty() ? "+" : ",+") + feature.str();
  return result;
}

static Expected<std::unique_ptr<llvm::TargetMachine>> createMachine(StringRef features,
                                                                    unsigned optLevel) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::Triple triple("x86_64-unknown-linux-gnu");
  std::string problem;
  const llvm::Target *backend = llvm::TargetRegistry::lookupTarget(triple, problem);
  if (!backend)
    return makeInternalError("no code can be made for x86: " + problem);
  std::unique_ptr<llvm::TargetMachine> machine(backend->createTargetMachine(
      triple, "x86-64", withPlus(features), llvm::TargetOptions(), llvm::Reloc::PIC_, std::nullopt,
      *llvm::CodeGenOpt::getLevel(optLevel)));
  return machine;
}

/// What `target` allows, on each function: a module may hold code for several. LLVM
/// prefers 256 bits on CPUs whose 512-bit units it takes for slow; vectors are
/// explicit here and were chosen by the schedule.
static void addAttributes(llvm::Module &module, const CpuTarget &target) {
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-features", withPlus(target.features));
    function.addFnAttr("tune-cpu", target.tune);
    if (StringRef(target.features).contains("avx512f"))
      function.addFnAttr("prefer-vector-width", "512");
  }
}

static Expected<std::string> print(llvm::Module &module, llvm::TargetMachine &machine,
                                   CodeKind kind) {
  SmallVector<char> buffer;
  llvm::raw_svector_ostream stream(buffer);
  if (kind == CodeKind::LLVMIR) {
    stream << module;
    return std::string(buffer.begin(), buffer.end());
  }
  llvm::legacy::PassManager passes;
  auto type = kind == CodeKind::Assembly ? llvm::CodeGenFileType::AssemblyFile
                                         : llvm::CodeGenFileType::ObjectFile;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, type))
    return makeInternalError("this build of LLVM cannot write files for x86");
  passes.run(module);
  return std::string(buffer.begin(), buffer.end());
}

/// LLVM IR of one module, its functions marked with what they may use.
static Expected<std::unique_ptr<llvm::Module>>
translate(const CpuModule &part, llvm::LLVMContext &context, llvm::TargetMachine &machine) {
  mlir::registerBuiltinDialectTranslation(*part.module->getContext());
  mlir::registerLLVMDialectTranslation(*part.module->getContext());
  std::unique_ptr<llvm::Module> translated = mlir::translateModuleToLLVMIR(part.module, context);
  if (!translated)
    return llvm::createStringError("translation to LLVM IR failed");
  translated->setTargetTriple(machine.getTargetTriple());
  translated->setDataLayout(machine.createDataLayout());
  addAttributes(*translated, part.target);
  return std::move(translated);
}

Expected<std::string> danaus::emitCode(llvm::ArrayRef<CpuModule> parts, CodeKind kind,
                                       unsigned optLevel) {
  Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      createMachine(parts.size() == 1 ? StringRef(parts[0].target.features) : "", optLevel);
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> all;
  for (const CpuModule &part : parts) {
    auto translated = translate(part, context, **machine);
    if (!translated)
      return translated.takeError();
    if (!all)
      all = std::move(*translated);
    else if (llvm::Linker::linkModules(*all, std::move(*translated)))
      return makeInternalError("modules of several targets do not fit together");
  }
  auto optimize = mlir::makeOptimizingTransformer(optLevel, /*sizeLevel=*/0, machine->get());
  if (llvm::Error error = optimize(all.get()))
    return std::move(error);
  return print(*all, **machine, kind);
}
