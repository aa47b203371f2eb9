//===- Memory.h - Memory that knows who touched it -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every byte that device code may touch remembers its last accesses in this launch,
// and the copies that are on their way to it. A block has a clock, which its barriers
// advance. Two accesses conflict when one of them writes and nothing orders them:
// in a block, when they are of different lanes at one time, unless both are of one warp
// that met between; between blocks, when the later block has not seen the time of the
// earlier.
//
//   lane 3 writes byte 8           writer 3, time 5
//   lane 4 reads it, time 5        a race: nothing orders the two
//   barrier                        time 6
//   lane 4 reads it, time 6        fine
//   another block reads it         a race, unless it awaited a signal sent after time 5
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

/// How far a block has seen the clocks of all blocks of its launch.
using Clocks = std::vector<uint32_t>;

/// Who accesses memory, and when.
struct Access {
  int64_t lane = 0, block = 0;
  uint32_t launch = 0, time = 0;
  uint32_t warpTime = 0; ///< of the lane's warp, which its own barriers advance
  bool writes = false;
  const Clocks *seen = nullptr; ///< null where blocks cannot wait for each other
};

class Allocation {
public:
  Allocation(std::string name, int64_t numBytes) : name(std::move(name)), bytes(numBytes, poison) {}

  /// A NaN in every floating-point type.
  static constexpr char poison = static_cast<char>(0xff);

  const std::string name;
  std::vector<char> bytes;
  bool isFreed = false;
  bool isShared = false;       ///< of a thread block
  bool isWrittenAhead = false; ///< by a launch that admits the next one before it ends

  int64_t size() const { return bytes.size(); }

  /// Records an access to bytes that exist; what is wrong with it, or "".
  std::string touch(const Access &access, int64_t first, int64_t count);
  /// An asynchronous copy to these bytes begins (+1) or lands (-1).
  void setInFlight(int64_t first, int64_t count, int change);
  /// A product that reads these bytes begins (+1) or is done (-1).
  void setInUse(int64_t first, int64_t count, int change);
  /// What a copy to these bytes would disturb, or "".
  std::string describeUse(int64_t first, int64_t count);

private:
  /// Of one byte. -2 stands for several lanes or blocks, -3 - w for several of warp w.
  struct Touch {
    uint32_t writeLaunch = 0, readLaunch = 0, writeTime = 0, readTime = 0;
    uint32_t writeWarpTime = 0, readWarpTime = 0;
    int32_t writer = -1, reader = -1, writeBlock = -1, readBlock = -1;
    int32_t inFlight = 0, inUse = 0;
  };
  static constexpr int32_t several = -2, severalOfWarp = -3, warpLanes = 32;

  std::vector<Touch> &touches();
  static std::string conflict(const Touch &touch, const Access &access);
  static void record(Touch &touch, const Access &access);
  static int64_t warpOf(int64_t lane);
  static bool isUnordered(int64_t lane, int64_t block, uint32_t time, uint32_t warpTime,
                          const Access &access);

  std::vector<Touch> touched; ///< empty until device code comes
};

} // namespace danaus::sim

#endif // DANAUS_LIB_SIMULATOR_MEMORY_H
