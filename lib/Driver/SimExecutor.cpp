//===- SimExecutor.cpp - Device code on the simulator -*- C++ -*-===//
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
#include "danaus/Simulator/Simulator.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <cstring>

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

namespace {
class SimExecutor : public Executor {
public:
  explicit SimExecutor(const CompileSettings &settings) : settings(settings) {
    if (this->settings.target.empty())
      this->settings.target = "sm_90a";
  }

  Error prepare(ModuleOp module, llvm::StringRef entry) override;
  Error upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> results) override;
  Error run() override { return simulateOn(function, buffers()); }
  Expected<std::vector<double>> time(const TimingPolicy &) override {
    return makeError("device sim: has no time to measure");
  }
  Expected<std::vector<HostTensor>> download() override;
  std::string getSchedule() const override { return record.schedule; }

private:
  Error simulateOn(func::FuncOp callee, std::vector<SimBuffer> given);
  Expected<std::vector<HostTensor>> packWeights(ArrayRef<HostTensor> arguments);
  std::vector<SimBuffer> buffers();

  CompileSettings settings;
  CompileRecord record;
  CompiledFunction signature;
  OwningOpRef<ModuleOp> compiled;
  func::FuncOp function, packFunction;

  /// Of each input; null of one that was packed.
  std::vector<const HostTensor *> originals;
  std::vector<HostTensor> inputs;
  std::vector<GuardedBuffer> outputs;
  std::vector<TensorSpec> specs;
};
} // namespace

Error SimExecutor::prepare(ModuleOp module, llvm::StringRef entry) {
  compiled = module.clone();
  if (Error error = isolateEntry(*compiled, entry))
    return error;
  if (Error error = compileModule(*compiled, settings, Level::Device, record))
    return error;
  signature = record.functions.lookup(entry);
  function = compiled->lookupSymbol<func::FuncOp>(entry);
  if (!signature.pack.empty())
    packFunction = compiled->lookupSymbol<func::FuncOp>(signature.pack);
  return Error::success();
}

Error SimExecutor::simulateOn(func::FuncOp callee, std::vector<SimBuffer> given) {
  if (failed(simulate(callee, given)))
    return makeError("device sim: the function did not run");
  return Error::success();
}

static SimBuffer bufferOf(HostTensor &tensor) {
  return {tensor.data(), SmallVector<int64_t>(tensor.getShape())};
}

std::vector<SimBuffer> SimExecutor::buffers() {
  std::vector<SimBuffer> all;
  for (HostTensor &tensor : inputs)
    all.push_back(bufferOf(tensor));
  for (auto [output, spec] : llvm::zip_equal(outputs, specs))
    all.push_back({output.payload(), SmallVector<int64_t>(spec.shape)});
  return all;
}

/// What the packing function makes of the arguments that it takes.
Expected<std::vector<HostTensor>> SimExecutor::packWeights(ArrayRef<HostTensor> arguments) {
  Expected<std::vector<HostTensor>> packed = allocatePacked(signature, arguments);
  if (!packed || !packFunction)
    return packed;
  std::vector<HostTensor> parameters;
  for (const HostTensor *parameter : parametersOf(signature, arguments)) {
    Expected<HostTensor> copy = copyTensor(*parameter);
    if (!copy)
      return copy.takeError();
    parameters.push_back(std::move(*copy));
  }
  std::vector<SimBuffer> given;
  for (HostTensor &tensor : llvm::concat<HostTensor>(parameters, *packed))
    given.push_back(bufferOf(tensor));
  if (Error error = simulateOn(packFunction, given))
    return std::move(error);
  return packed;
}

Error SimExecutor::upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> results) {
  if (Error error = checkBufferCount(signature, arguments, results))
    return error;
  originals = unpackedOf(signature, arguments);
  specs = results;
  Expected<std::vector<HostTensor>> packed = packWeights(arguments);
  if (!packed)
    return packed.takeError();
  inputs.clear();
  auto next = packed->begin();
  for (const HostTensor *original : originals) {
    if (!original) {
      inputs.push_back(std::move(*next++));
      continue;
    }
    Expected<HostTensor> copy = copyTensor(*original);
    if (!copy)
      return copy.takeError();
    inputs.push_back(std::move(*copy));
  }
  Expected<std::vector<GuardedBuffer>> allocated = allocateResults(results);
  if (!allocated)
    return allocated.takeError();
  outputs = std::move(*allocated);
  return Error::success();
}

Expected<std::vector<HostTensor>> SimExecutor::download() {
  for (auto [number, original] : llvm::enumerate(originals))
    if (original &&
        std::memcmp(inputs[number].data(), original->data(), original->getNumBytes()) != 0)
      return makeError("compiled code wrote to argument " + Twine(number));
  return readResults(outputs, specs);
}

std::unique_ptr<Executor> danaus::createSimExecutor(const CompileSettings &settings) {
  return std::make_unique<SimExecutor>(settings);
}
