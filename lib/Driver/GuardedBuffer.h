//===- GuardedBuffer.h - What host code is called with -----*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_DRIVER_GUARDEDBUFFER_H
#define DANAUS_LIB_DRIVER_GUARDEDBUFFER_H

#include "danaus/Driver/Compile.h"
#include "danaus/Driver/Executor.h"
#include <vector>

namespace danaus {

/// Memory for a result: [ guard | payload | guard ]. The payload begins as NaNs of
/// every type and is aligned to 64 bytes; the guards must never change.
class GuardedBuffer {
public:
  static constexpr int64_t guardBytes = 4096;
  static constexpr unsigned char guardByte = 0xa5, poisonByte = 0xff;

  static llvm::Expected<GuardedBuffer> allocate(int64_t payloadBytes);

  char *payload() { return memory.data() + guardBytes; }
  const char *payload() const { return memory.data() + guardBytes; }
  int64_t size() const { return payloadBytes; }
  bool isIntact() const;

private:
  HostTensor memory;
  int64_t payloadBytes = 0;
};

/// An error where a compiled function does not take so many arguments and results.
llvm::Error checkBufferCount(const CompiledFunction &function, llvm::ArrayRef<HostTensor> arguments,
                             llvm::ArrayRef<TensorSpec> results);

llvm::Expected<std::vector<HostTensor>> copyTensors(llvm::ArrayRef<HostTensor> tensors);

/// What `pack` of a function takes: those that it lists, or all that are no activations.
std::vector<const HostTensor *> parametersOf(const CompiledFunction &function,
                                             llvm::ArrayRef<HostTensor> arguments);

/// What the function itself takes, and null in place of what was packed.
std::vector<const HostTensor *> unpackedOf(const CompiledFunction &function,
                                           llvm::ArrayRef<HostTensor> arguments);

/// Memory for what `pack` makes, in the order in which it makes them.
llvm::Expected<std::vector<HostTensor>> allocatePacked(const CompiledFunction &function,
                                                       llvm::ArrayRef<HostTensor> arguments);

/// One buffer a result. An error where one does not fit into memory.
llvm::Expected<std::vector<GuardedBuffer>> allocateResults(llvm::ArrayRef<TensorSpec> specs);

/// Copies of the results. An error where something was written outside one.
llvm::Expected<std::vector<HostTensor>> readResults(llvm::ArrayRef<GuardedBuffer> buffers,
                                                    llvm::ArrayRef<TensorSpec> specs);

llvm::Expected<HostTensor> copyTensor(const HostTensor &tensor);

/// Wall-clock time of a call, and of as many as `policy` wants.
double timeCall(llvm::function_ref<void()> call);
std::vector<double> timeCalls(const TimingPolicy &policy, llvm::function_ref<void()> call);

} // namespace danaus

#endif // DANAUS_LIB_DRIVER_GUARDEDBUFFER_H
