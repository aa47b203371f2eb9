//===- GuardedBuffer.h - Memory that shows who wrote where -----*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_DRIVER_GUARDEDBUFFER_H
#define DANAUS_LIB_DRIVER_GUARDEDBUFFER_H

#include "danaus/Support/HostTensor.h"
#include <cstring>

namespace danaus {

/// Memory for a result: [ guard | payload | guard ]. The payload begins as NaNs of
/// every type and is aligned to 64 bytes; the guards must never change.
class GuardedBuffer {
public:
  static constexpr int64_t guardBytes = 4096;
  static constexpr unsigned char guardByte = 0xa5, poisonByte = 0xff;

  static llvm::Expected<GuardedBuffer> allocate(int64_t payloadBytes) {
    GuardedBuffer buffer;
    buffer.payloadBytes = payloadBytes;
    llvm::Expected<HostTensor> memory =
        HostTensor::allocate(ElementKind::F64, {(payloadBytes + 7) / 8 + 2 * guardBytes / 8});
    if (!memory)
      return memory.takeError();
    buffer.memory = std::move(*memory);
    std::memset(buffer.memory.data(), guardByte, buffer.memory.getNumBytes());
    std::memset(buffer.payload(), poisonByte, payloadBytes);
    return buffer;
  }

  char *payload() { return memory.data() + guardBytes; }
  int64_t size() const { return payloadBytes; }
  bool isIntact() const {
    llvm::StringRef bytes(memory.data(), memory.getNumBytes());
    return bytes.take_front(guardBytes).find_first_not_of(char(guardByte)) ==
               llvm::StringRef::npos &&
           bytes.drop_front(guardBytes + payloadBytes).find_first_not_of(char(guardByte)) ==
               llvm::StringRef::npos;
  }

private:
  HostTensor memory;
  int64_t payloadBytes = 0;
};

} // namespace danaus

#endif // DANAUS_LIB_DRIVER_GUARDEDBUFFER_H
