//===- EntryPointExecutor.cpp - What danaus-compile makes, run here -------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The function is compiled to an object file with the entry points of
// danaus/Runtime/Cpu.h, loaded, and called through them: its parameters are
// packed once, the workspace is ours, and a call allocates nothing.
//
//===----------------------------------------------------------------------===//

#include "GuardedBuffer.h"
#include "danaus/Driver/Compile.h"
#include "danaus/Driver/Executor.h"
#include "danaus/Driver/Jit.h"
#include "danaus/Driver/Registration.h"
#include "danaus/Pipelines/Pipelines.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

namespace {

class EntryPointExecutor : public Executor {
public:
  explicit EntryPointExecutor(const CompileSettings &settings) : settings(settings) {}

  Error prepare(ModuleOp module, llvm::StringRef entry) override;
  Error upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> results) override;
  Error run() override;
  Expected<std::vector<double>> time(const TimingPolicy &policy) override;
  Expected<std::vector<HostTensor>> download() override;
  std::string getSchedule() const override { return loaded->info()->schedule; }
  double getPackMilliseconds() const override { return packMilliseconds; }
  int64_t getThreads() const override { return settings.threads; }

private:
  Error markActivations(ModuleOp module, llvm::StringRef entry);
  Error pack(ArrayRef<HostTensor> arguments);
  void append(const void *values, ArrayRef<int64_t> shape);

  CompileSettings settings;
  std::unique_ptr<LoadedFunction> loaded;
  llvm::SmallVector<bool> isActivation; ///< of each argument
  ArrayRef<HostTensor> originals;
  std::vector<HostTensor> inputs; ///< copies of the activations
  std::vector<TensorSpec> specs;
  std::vector<GuardedBuffer> outputs;
  HostTensor packed, workspace;
  std::vector<const void *> data;
  std::vector<int64_t> strides;
  int64_t rows = 0;
  double packMilliseconds = 0;
};

} // namespace

/// What the entry point `code` says, if it refused.
static Error check(int code, const Twine &entryPoint) {
  return code == DANAUS_SUCCESS ? Error::success()
                                : makeError(entryPoint + ": " + danausErrorText(code));
}

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

/// Learns which arguments the compiled function takes at each call.
Error EntryPointExecutor::markActivations(ModuleOp module, llvm::StringRef entry) {
  OwningOpRef<ModuleOp> copy = module.clone();
  if (Error error = isolateEntry(*copy, entry))
    return error;
  PassManager pm(module.getContext());
  // A structured argument counts as its parameters, as in `arguments`.
  pm.addPass(createInlinerPass({}, [](OpPassManager &) {}));
  pm.addPass(createMarkActivationsPass());
  buildToChain(pm, ToChainOptions());
  if (failed(pm.run(*copy)))
    return makeError("compilation failed");
  auto function = copy->lookupSymbol<func::FuncOp>(entry);
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    isActivation.push_back(bool(function.getArgAttr(i, "danaus.activation")));
  return Error::success();
}

Error EntryPointExecutor::prepare(ModuleOp module, llvm::StringRef entry) {
  if (!settings.passes.empty() || settings.pipeline != "optimized")
    return makeError("--entry-points: takes no passes and no other pipeline");
  if (Error error = markActivations(module, entry))
    return error;
  CompileFileSettings compile;
  compile.target = settings.target.empty() ? "native" : settings.target;
  compile.schedule = settings.schedule;
  compile.model = settings.model;
  compile.rows = settings.rows;
  compile.threads = settings.threads;
  compile.simplify = settings.simplify;
  std::string text;
  llvm::raw_string_ostream(text) << module;
  DialectRegistry registry;
  registerDialects(registry);
  Expected<CachedObject> object = compileText(text, entry, compile, registry);
  if (!object)
    return object.takeError();
  Expected<std::unique_ptr<LoadedFunction>> function =
      LoadedFunction::load(object->object, object->name);
  if (!function)
    return function.takeError();
  loaded = std::move(*function);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

Error EntryPointExecutor::pack(ArrayRef<HostTensor> arguments) {
  std::vector<const void *> params;
  for (auto [isActive, argument] : llvm::zip_equal(isActivation, arguments))
    if (!isActive)
      params.push_back(argument.data());
  Expected<HostTensor> memory = HostTensor::allocate(ElementKind::I8, {loaded->packedBytes()});
  if (!memory)
    return memory.takeError();
  packed = std::move(*memory);
  int code = DANAUS_SUCCESS;
  packMilliseconds =
      timeCall([&] { code = loaded->pack(params.data(), packed.data(), /*stream=*/nullptr); });
  return check(code, "pack");
}

/// Appends a tensor whose rows follow each other.
void EntryPointExecutor::append(const void *values, ArrayRef<int64_t> shape) {
  int64_t row = 1;
  for (int64_t size : shape.drop_front())
    row *= size;
  data.push_back(values);
  strides.push_back(row);
}

Error EntryPointExecutor::upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> results) {
  originals = arguments;
  specs = results;
  inputs.clear(), outputs.clear(), data.clear(), strides.clear();
  if (Error error = pack(arguments))
    return error;
  for (auto [isActive, argument] : llvm::zip_equal(isActivation, arguments)) {
    if (!isActive)
      continue;
    Expected<HostTensor> input = copyTensor(argument);
    if (!input)
      return input.takeError();
    rows = argument.getShape().front();
    append(input->data(), argument.getShape());
    inputs.push_back(std::move(*input));
  }
  Expected<std::vector<GuardedBuffer>> buffers = allocateResults(results);
  if (!buffers)
    return buffers.takeError();
  outputs = std::move(*buffers);
  for (auto [output, spec] : llvm::zip_equal(outputs, results))
    append(output.payload(), spec.shape);
  int64_t bytes = loaded->workspaceBytes(rows);
  if (bytes < 0)
    return check(static_cast<int>(-bytes), "workspace_bytes");
  Expected<HostTensor> memory = HostTensor::allocate(ElementKind::I8, {bytes});
  if (!memory)
    return memory.takeError();
  workspace = std::move(*memory);
  return Error::success();
}

Error EntryPointExecutor::run() {
  return check(loaded->call(packed.data(), data.data(), strides.data(), rows, workspace.data(),
                            /*stream=*/nullptr),
               "run");
}

Expected<std::vector<HostTensor>> EntryPointExecutor::download() {
  unsigned number = 0;
  for (auto [isActive, original] : llvm::zip_equal(isActivation, originals))
    if (isActive && std::memcmp(inputs[number++].data(), original.data(), original.getNumBytes()))
      return makeError("compiled code wrote to activation " + Twine(number - 1));
  return readResults(outputs, specs);
}

Expected<std::vector<double>> EntryPointExecutor::time(const TimingPolicy &policy) {
  if (Error error = run()) // warm
    return std::move(error);
  return timeCalls(policy, [&] {
    loaded->call(packed.data(), data.data(), strides.data(), rows, workspace.data(), nullptr);
  });
}

std::unique_ptr<Executor> danaus::createEntryPointExecutor(const CompileSettings &settings) {
  return std::make_unique<EntryPointExecutor>(settings);
}
