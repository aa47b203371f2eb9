//===- Jit.cpp - Functions compiled and loaded in this process ------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Jit.h"
#include "danaus/Driver/Compile.h"
#include "danaus/Driver/EntryPoint.h"
#include "danaus/Runtime/Cuda.h"
#include "danaus/Target/NVPTX.h"
#include "danaus/Target/Records.h"
#include "danaus/Target/X86.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;
namespace orc = llvm::orc;

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// LLVM's linker without the rest of its JIT, which would compile a module of its
/// own before the first object is loaded.
struct LoadedFunction::Session {
  explicit Session(std::unique_ptr<orc::ExecutorProcessControl> control)
      : session(std::move(control)), layer(session),
        library(session.createBareJITDylib("function")) {}
  ~Session() { llvm::consumeError(session.endSession()); }

  Error defineRuntime();
  template <typename Function> Error find(const llvm::Twine &name, Function &function) {
    Expected<orc::ExecutorSymbolDef> symbol = session.lookup({&library}, name.str());
    if (!symbol)
      return symbol.takeError();
    function = symbol->getAddress().toPtr<Function>();
    return Error::success();
  }

  orc::ExecutionSession session;
  orc::ObjectLinkingLayer layer;
  orc::JITDylib &library;
};

/// The runtime that is part of this library; then the C library.
Error LoadedFunction::Session::defineRuntime() {
  orc::SymbolMap symbols;
  auto define = [&](StringRef name, auto *function) {
    symbols[session.intern(name)] = {orc::ExecutorAddr::fromPtr(function),
                                     llvm::JITSymbolFlags::Exported};
  };
  define("danausCheckFunction", &danausCheckFunction);
  define("danausCheckPack", &danausCheckPack);
  define("danausCheckRows", &danausCheckRows);
  define("danausCheckRun", &danausCheckRun);
  define("danausParallelFor", &danausParallelFor);
  define("danausCudaBeginPack", &danausCudaBeginPack);
  define("danausCudaBeginRun", &danausCudaBeginRun);
  define("danausCudaConstant", &danausCudaConstant);
  define("danausCudaCopyOnDevice", &danausCudaCopyOnDevice);
  define("danausCudaCopyToDevice", &danausCudaCopyToDevice);
  define("danausCudaEnd", &danausCudaEnd);
  define("danausCudaFill", &danausCudaFill);
  define("danausCudaLaunch", &danausCudaLaunch);
  define("danausCudaLibraryProduct", &danausCudaLibraryProduct);
  define("danausCudaTensorMap", &danausCudaTensorMap);
  if (Error error = library.define(orc::absoluteSymbols(std::move(symbols))))
    return error;
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess('\0');
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  return Error::success();
}

LoadedFunction::LoadedFunction(std::unique_ptr<Session> session) : session(std::move(session)) {}
LoadedFunction::~LoadedFunction() {
  danausCheckCpu(nullptr);
  // Kernels of a GPU are found by addresses in this memory, and graphs may hold them.
  if (info && StringRef(info()->target).starts_with("sm_"))
    (void)session.release();
}

Expected<std::unique_ptr<LoadedFunction>> LoadedFunction::load(StringRef object, StringRef name) {
  auto control = orc::SelfExecutorProcessControl::Create();
  if (!control)
    return control.takeError();
  std::unique_ptr<LoadedFunction> loaded(
      new LoadedFunction(std::make_unique<Session>(std::move(*control))));
  Session &session = *loaded->session;
  if (Error error = session.defineRuntime())
    return std::move(error);
  if (Error error =
          session.layer.add(session.library, llvm::MemoryBuffer::getMemBufferCopy(object, name)))
    return std::move(error);
  auto find = [&](StringRef suffix, auto &function) {
    return session.find(name + suffix, function);
  };
  if (Error error = find("_packed_bytes", loaded->packedBytes))
    return std::move(error);
  if (Error error = find("_pack", loaded->pack))
    return std::move(error);
  if (Error error = find("_workspace_bytes", loaded->workspaceBytes))
    return std::move(error);
  if (Error error = find("_call", loaded->call))
    return std::move(error);
  if (Error error = find("_info", loaded->info))
    return std::move(error);
  return loaded;
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

namespace {
/// Collects what passes say.
class DiagnosticText {
public:
  explicit DiagnosticText(MLIRContext &context)
      : handler(&context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Remark)
            return success();
          llvm::raw_string_ostream stream(text);
          stream << (text.empty() ? "" : "\n") << diagnostic.getLocation() << ": " << diagnostic;
          return success();
        }) {}

  /// `error`, after what was said before it.
  Error addTo(Error error) const {
    std::string last = llvm::toString(std::move(error));
    return llvm::createStringError(text.empty() ? last : text + "\n" + last);
  }

private:
  std::string text;
  ScopedDiagnosticHandler handler;
};
} // namespace

static Expected<CachedObject> compileEntry(ModuleOp module, StringRef entry,
                                           const CompileFileSettings &settings) {
  Expected<func::FuncOp> function = findEntry(module, entry);
  if (!function)
    return function.takeError();
  CachedObject result;
  result.name = function->getName().str();
  if (Error error = isolateEntry(module, result.name))
    return std::move(error);
  std::optional<TargetLimits> limits = lookupTarget(settings.target);
  bool onGpu = limits && limits->isGpu;
  if (Error error =
          onGpu ? lowerToCudaEntryPoints(module, settings) : lowerToEntryPoints(module, settings))
    return std::move(error);
  Expected<CpuTarget> target =
      onGpu ? Expected<CpuTarget>(baselineCpuTarget()) : lookupCpuTarget(settings.target);
  if (!target)
    return target.takeError();
  Expected<std::string> object = emitCode(CpuModule{module, *target}, CodeKind::Object);
  if (!object)
    return object.takeError();
  result.object = std::move(*object);
  return result;
}

Expected<CachedObject> danaus::compileText(StringRef text, StringRef entry,
                                           const CompileFileSettings &settings,
                                           DialectRegistry &registry) {
  registerDeviceTranslations(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  DiagnosticText diagnostics(context);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, ParserConfig(&context), "text");
  if (!module)
    return diagnostics.addTo(llvm::createStringError("the text is no MLIR module"));
  Expected<CachedObject> result = compileEntry(*module, entry, settings);
  if (!result)
    return diagnostics.addTo(result.takeError());
  return std::move(*result);
}
