//===- Executor.cpp - Devices by name -------------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Executor.h"

using namespace danaus;

bool TimingPolicy::goOn(int64_t calls, double seconds) const {
  if (repeat > 0)
    return calls < repeat;
  return seconds < maxSeconds && (calls < minCalls || seconds < minSeconds);
}

llvm::Expected<std::unique_ptr<Executor>> danaus::createExecutor(llvm::StringRef device,
                                                                 const CompileSettings &settings) {
  if (settings.entryPoints && device == "interpreter")
    return makeError("--entry-points: wanted device cpu, cuda or sim, found '" + device + "'");
  if (device == "cpu")
    return settings.entryPoints ? createEntryPointExecutor(settings) : createCpuExecutor(settings);
  if (device == "interpreter")
    return createInterpreterExecutor();
  if (device == "cuda")
    return createCudaExecutor(settings);
  if (device == "sim")
    return createSimExecutor(settings);
  return makeError("device '" + device + "': wanted cpu, cuda, sim or interpreter");
}
