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
  Error packWeights();
  std::vector<SimBuffer> buffers();

  CompileSettings settings;
  CompileRecord record;
  CompiledFunction signature;
  OwningOpRef<ModuleOp> compiled;
  func::FuncOp function, packFunction;

  ArrayRef<HostTensor> originals;
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

/// Replaces the inputs that are to be packed by what the packing function makes of them.
Error SimExecutor::packWeights() {
  Expected<std::vector<HostTensor>> packed = allocatePacked(signature, inputs);
  if (!packed)
    return packed.takeError();
  std::vector<SimBuffer> given;
  for (int64_t number : signature.packed)
    given.push_back(bufferOf(inputs[number]));
  for (HostTensor &tensor : *packed)
    given.push_back(bufferOf(tensor));
  if (Error error = simulateOn(packFunction, given))
    return error;
  for (auto [number, tensor] : llvm::zip_equal(signature.packed, *packed))
    inputs[number] = std::move(tensor);
  return Error::success();
}

Error SimExecutor::upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> results) {
  if (Error error = checkBufferCount(signature, arguments, results))
    return error;
  originals = arguments;
  specs = results;
  Expected<std::vector<HostTensor>> copies = copyTensors(arguments);
  if (!copies)
    return copies.takeError();
  inputs = std::move(*copies);
  if (packFunction)
    if (Error error = packWeights())
      return error;
  Expected<std::vector<GuardedBuffer>> allocated = allocateResults(results);
  if (!allocated)
    return allocated.takeError();
  outputs = std::move(*allocated);
  return Error::success();
}

Expected<std::vector<HostTensor>> SimExecutor::download() {
  for (auto [number, original] : llvm::enumerate(originals)) {
    bool isPacked = llvm::is_contained(signature.packed, int64_t(number));
    if (!isPacked &&
        std::memcmp(inputs[number].data(), original.data(), original.getNumBytes()) != 0)
      return makeError("compiled code wrote to argument " + Twine(number));
  }
  return readResults(outputs, specs);
}

std::unique_ptr<Executor> danaus::createSimExecutor(const CompileSettings &settings) {
  return std::make_unique<SimExecutor>(settings);
}
