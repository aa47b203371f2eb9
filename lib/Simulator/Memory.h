//===- Memory.h - Memory that knows who touched it -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every byte that device code may touch remembers its last accesses since the last
// barrier, and the copies that are on their way to it. Two accesses conflict when
// they are of different lanes of a block with no barrier between, or of different
// blocks of a launch, and one of them writes.
//
//   lane 3 writes byte 8          writer 3, epoch 5
//   lane 4 reads it, epoch 5      a race: nothing orders the two
//   barrier                       epoch 6
//   lane 4 reads it, epoch 6      fine
//
// An asynchronous copy writes when it lands, which is when its thread waits for it:
// until then the bytes are in flight and nothing may touch them. Nothing of another
// lane may have touched them since the last barrier when it begins, either.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_SIMULATOR_MEMORY_H
#define DANAUS_LIB_SIMULATOR_MEMORY_H

#include "Lanes.h"
#include <string>
#include <vector>

namespace danaus::sim {

/// Who accesses memory, and when. Epochs count barriers, blocks and launches.
struct Access {
  int64_t lane = 0, block = 0;
  uint32_t epoch = 0, launchEpoch = 0;
  bool writes = false;
};

class Allocation {
public:
  Allocation(std::string name, int64_t numBytes) : name(std::move(name)), bytes(numBytes, poison) {}

  /// A NaN in every floating-point type.
  static constexpr char poison = static_cast<char>(0xff);

  const std::string name;
  std::vector<char> bytes;
  bool isFreed = false;

  int64_t size() const { return bytes.size(); }

  /// Records an access to bytes that exist; what is wrong with it, or "".
  std::string touch(const Access &access, int64_t first, int64_t count);
  /// An asynchronous copy to these bytes begins (+1) or lands (-1).
  void setInFlight(int64_t first, int64_t count, int change);

private:
  /// Of one byte. -2 stands for several lanes or blocks.
  struct Touch {
    uint32_t writeEpoch = 0, readEpoch = 0;
    int32_t writer = -1, reader = -1, writeBlock = -1, readBlock = -1;
    int32_t inFlight = 0;
  };
  static constexpr int32_t several = -2;

  std::vector<Touch> &touches();
  static std::string conflict(const Touch &touch, const Access &access);
  static void record(Touch &touch, const Access &access);

  std::vector<Touch> touched; ///< empty until device code comes
};

} // namespace danaus::sim

#endif // DANAUS_LIB_SIMULATOR_MEMORY_H
