//===- CpuExecutor.cpp - JIT on this machine's CPU ------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GuardedBuffer.h"
#include "danaus/Driver/Compile.h"
#include "danaus/Driver/Executor.h"
#include "danaus/Driver/JitCall.h"
#include "danaus/Runtime/Cpu.h"
#include "llvm/ADT/STLExtras.h"
#include <cstring>
#include <malloc.h>

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

namespace {

class CpuExecutor : public Executor {
public:
  explicit CpuExecutor(const CompileSettings &settings) : settings(settings) {}

  Error prepare(ModuleOp module, llvm::StringRef entry) override;
  Error upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> results) override;
  Error run() override {
    call.invoke(function);
    return Error::success();
  }
  Expected<std::vector<double>> time(const TimingPolicy &policy) override;
  Expected<std::vector<HostTensor>> download() override;
  std::string getSchedule() const override { return record.schedule; }
  double getPackMilliseconds() const override { return packMilliseconds; }
  int64_t getThreads() const override { return settings.threads; }

private:
  Error packWeights();

  CompileSettings settings;
  CompileRecord record;
  CompiledFunction signature;
  std::unique_ptr<ExecutionEngine> engine;
  Call::Function function = nullptr, packFunction = nullptr;

  ArrayRef<HostTensor> originals;
  std::vector<HostTensor> inputs, packed;
  std::vector<TensorSpec> specs;
  std::vector<GuardedBuffer> outputs;
  Call call;
  double packMilliseconds = 0;
};

} // namespace

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

Error CpuExecutor::prepare(ModuleOp module, llvm::StringRef entry) {
  OwningOpRef<ModuleOp> copy = module.clone();
  if (Error error = isolateEntry(*copy, entry))
    return error;
  if (Error error = compileModule(*copy, settings, Level::LLVM, record))
    return error;
  Expected<std::unique_ptr<ExecutionEngine>> created = createEngine(*copy, settings.optLevel);
  if (!created)
    return created.takeError();
  engine = std::move(*created);
  signature = record.functions.lookup(entry);
  auto lookup = [&](const std::string &name) {
    return engine->lookupPacked("_mlir_ciface_" + name);
  };
  Expected<Call::Function> found = lookup(entry.str());
  if (!found)
    return found.takeError();
  function = *found;
  if (signature.pack.empty())
    return Error::success();
  Expected<Call::Function> pack = lookup(signature.pack);
  if (!pack)
    return pack.takeError();
  packFunction = *pack;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

/// Replaces the inputs that the function wants packed by what its packing
/// function makes of them: the shapes come from the function's own arguments.
Error CpuExecutor::packWeights() {
  Call packing;
  for (int64_t number : signature.packed)
    packing.append(inputs[number].data(), inputs[number].getShape());
  Expected<std::vector<HostTensor>> memory = allocatePacked(signature, inputs);
  if (!memory)
    return memory.takeError();
  packed = std::move(*memory);
  for (HostTensor &tensor : packed)
    packing.append(tensor.data(), tensor.getShape());
  packMilliseconds = timeCall([&] { packing.invoke(packFunction); });
  return Error::success();
}

Error CpuExecutor::upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> results) {
  if (Error error = checkBufferCount(signature, arguments, results))
    return error;
  originals = arguments;
  specs = results;
  outputs.clear();
  call = Call();
  Expected<std::vector<HostTensor>> copies = copyTensors(arguments);
  if (!copies)
    return copies.takeError();
  inputs = std::move(*copies);
  if (packFunction)
    if (Error error = packWeights())
      return error;
  std::vector<HostTensor *> passed;
  for (HostTensor &input : inputs)
    passed.push_back(&input);
  for (auto [number, tensor] : llvm::zip_equal(signature.packed, packed))
    passed[number] = &tensor;
  for (auto [number, tensor] : llvm::enumerate(passed)) {
    if (!canPassAs(signature.arguments[number], tensor->getKind(), tensor->getShape()))
      return makeInternalError("the compiled function does not take argument " + Twine(number) +
                               " as " + printShape(tensor->getShape()));
    call.append(tensor->data(), tensor->getShape());
  }
  for (auto [spec, type] :
       llvm::zip_equal(results, ArrayRef(signature.arguments).drop_front(arguments.size()))) {
    if (!canPassAs(type, spec.kind, spec.shape))
      return makeInternalError("the compiled function has no result of shape " +
                               printShape(spec.shape));
  }
  Expected<std::vector<GuardedBuffer>> buffers = allocateResults(results);
  if (!buffers)
    return buffers.takeError();
  outputs = std::move(*buffers);
  for (auto [output, spec] : llvm::zip_equal(outputs, results))
    call.append(output.payload(), spec.shape);
  return Error::success();
}

Expected<std::vector<HostTensor>> CpuExecutor::download() {
  for (auto [number, input, original] : llvm::enumerate(inputs, originals))
    if (std::memcmp(input.data(), original.data(), input.getNumBytes()) != 0)
      return makeError("compiled code wrote to argument " + Twine(number));
  return readResults(outputs, specs);
}

Expected<std::vector<double>> CpuExecutor::time(const TimingPolicy &policy) {
  call.invoke(function); // warm
  return timeCalls(policy, [&] { call.invoke(function); });
}

/// Compiled functions allocate what lies between kernels, and by default malloc
/// gives such sizes back to the system at once: the next call pays for fresh
/// pages, which for a sum of four Kronecker products took longer than all else.
static void keepFreedMemory() {
  constexpr int mostThatMallocTakes = 32 << 20, mostThatStays = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, mostThatMallocTakes);
  mallopt(M_TRIM_THRESHOLD, mostThatStays);
}

std::unique_ptr<Executor> danaus::createCpuExecutor(const CompileSettings &settings) {
  keepFreedMemory();
  danausSetNumThreads(settings.threads);
  return std::make_unique<CpuExecutor>(settings);
}
