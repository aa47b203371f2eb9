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
  std::vector<HostTensor> inputs, outputs;
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

std::vector<SimBuffer> SimExecutor::buffers() {
  std::vector<SimBuffer> all;
  for (std::vector<HostTensor> *tensors : {&inputs, &outputs})
    for (HostTensor &tensor : *tensors)
      all.push_back({tensor.data(), SmallVector<int64_t>(tensor.getShape())});
  return all;
}

/// Replaces the inputs that are to be packed by what the packing function makes of them.
Error SimExecutor::packWeights() {
  std::vector<HostTensor> packed;
  std::vector<SimBuffer> given;
  for (int64_t number : signature.packed)
    given.push_back({inputs[number].data(), SmallVector<int64_t>(inputs[number].getShape())});
  for (int64_t number : signature.packed) {
    auto type = dyn_cast<MemRefType>(signature.arguments[number]);
    if (!type || !type.hasStaticShape())
      return makeInternalError("packed argument " + Twine(number) + " has no static shape");
    Expected<HostTensor> tensor = HostTensor::allocate(inputs[number].getKind(), type.getShape());
    if (!tensor)
      return tensor.takeError();
    given.push_back({tensor->data(), SmallVector<int64_t>(tensor->getShape())});
    packed.push_back(std::move(*tensor));
  }
  if (Error error = simulateOn(packFunction, given))
    return error;
  for (auto [number, tensor] : llvm::zip_equal(signature.packed, packed))
    inputs[number] = std::move(tensor);
  return Error::success();
}

Error SimExecutor::upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> results) {
  if (signature.arguments.size() != arguments.size() + results.size())
    return makeInternalError("the compiled function takes " + Twine(signature.arguments.size()) +
                             " buffers, wanted " + Twine(arguments.size() + results.size()));
  originals = arguments;
  inputs.clear(), outputs.clear();
  for (const HostTensor &argument : arguments) {
    Expected<HostTensor> input = copyTensor(argument);
    if (!input)
      return input.takeError();
    inputs.push_back(std::move(*input));
  }
  if (packFunction)
    if (Error error = packWeights())
      return error;
  for (const TensorSpec &spec : results) {
    Expected<HostTensor> output = HostTensor::allocate(spec.kind, spec.shape);
    if (!output)
      return output.takeError();
    std::memset(output->data(), 0xff, output->getNumBytes());
    outputs.push_back(std::move(*output));
  }
  return Error::success();
}

Expected<std::vector<HostTensor>> SimExecutor::download() {
  for (auto [number, original] : llvm::enumerate(originals)) {
    bool isPacked = llvm::is_contained(signature.packed, int64_t(number));
    if (!isPacked &&
        std::memcmp(inputs[number].data(), original.data(), original.getNumBytes()) != 0)
      return makeError("compiled code wrote to argument " + Twine(number));
  }
  std::vector<HostTensor> results;
  for (const HostTensor &output : outputs) {
    Expected<HostTensor> copy = copyTensor(output);
    if (!copy)
      return copy.takeError();
    results.push_back(std::move(*copy));
  }
  return results;
}

std::unique_ptr<Executor> danaus::createSimExecutor(const CompileSettings &settings) {
  return std::make_unique<SimExecutor>(settings);
}
