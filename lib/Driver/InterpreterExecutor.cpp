//===- InterpreterExecutor.cpp - The reference as a device ----------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/EntryPoint.h"
#include "danaus/Driver/Executor.h"
#include "danaus/Interpreter/Interpreter.h"
#include <cassert>
#include <chrono>

using namespace danaus;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;

namespace {
class InterpreterExecutor : public Executor {
public:
  Error prepare(mlir::ModuleOp module, llvm::StringRef name) override {
    copy = module.clone();
    Expected<mlir::func::FuncOp> found = findEntry(*copy, name);
    if (!found)
      return found.takeError();
    entry = *found;
    return Error::success();
  }

  Error upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> wanted) override {
    inputs.clear();
    for (const HostTensor &argument : arguments)
      inputs.push_back({llvm::SmallVector<int64_t>(argument.getShape()),
                        std::make_shared<std::vector<double>>(argument.toDoubles()),
                        isComplex(argument.getKind())});
    specs = wanted;
    return Error::success();
  }

  Error run() override {
    llvm::FailureOr<std::vector<ReferenceTensor>> results = interpret(entry, inputs);
    if (failed(results))
      return makeError("the reference interpreter failed");
    outputs = *results;
    return Error::success();
  }

  Expected<std::vector<double>> time(const TimingPolicy &policy) override {
    using Clock = std::chrono::steady_clock;
    std::vector<double> times;
    for (double seconds = 0; policy.goOn(times.size(), seconds);) {
      Clock::time_point start = Clock::now();
      if (Error error = run())
        return std::move(error);
      double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
      seconds += elapsed;
      times.push_back(elapsed * 1e3);
    }
    return times;
  }

  Expected<std::vector<HostTensor>> download() override {
    std::vector<HostTensor> results;
    for (auto [spec, output] : llvm::zip_equal(specs, outputs)) {
      Expected<HostTensor> tensor = HostTensor::allocate(spec.kind, output.shape);
      if (!tensor)
        return tensor.takeError();
      assert(int64_t(output.values->size()) == tensor->getNumParts() && "verified by the IR");
      for (auto [i, value] : llvm::enumerate(*output.values))
        tensor->set(i, value);
      results.push_back(std::move(*tensor));
    }
    return results;
  }

  std::string getSchedule() const override { return "interpreter"; }

private:
  mlir::OwningOpRef<mlir::ModuleOp> copy;
  mlir::func::FuncOp entry;
  std::vector<ReferenceTensor> inputs, outputs;
  std::vector<TensorSpec> specs;
};
} // namespace

std::unique_ptr<Executor> danaus::createInterpreterExecutor() {
  return std::make_unique<InterpreterExecutor>();
}
