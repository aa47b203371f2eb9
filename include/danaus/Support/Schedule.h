//===- Schedule.h - How a kernel runs, without IR -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The plain form of `#chain.schedule`: what the enumerator, the legality
// functions and the cost model work on.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_SCHEDULE_H
#define DANAUS_SUPPORT_SCHEDULE_H

#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace danaus {

enum class ScheduleUnit : uint32_t { Fma = 0, MmaSync = 1, Amx = 2, Wgmma = 3 };
/// The block dimension that vector lanes run along.
enum class LaneAxis : uint32_t { B = 0, D = 1 };
enum class WeightPlacement : uint32_t { Registers = 0, Streamed = 1, Shared = 2 };

/// The fields are those of `#chain.schedule`.
struct Schedule {
  ScheduleUnit unit = ScheduleUnit::Fma;
  int64_t rows = 32;
  llvm::SmallVector<int64_t> cuts;
  llvm::SmallVector<LaneAxis> axes;
  int64_t blockRows = 8;
  int64_t panel = 2;
  int64_t warps = 8;
  int64_t depth = 2;
  int64_t ring = 0;
  int64_t outputs = 1;
  int64_t steps = 0;    ///< mma_sync: steps along c that a warp takes at most; 0: all
  bool inPlace = false; ///< mma_sync: all stages in one buffer
  int64_t cluster = 1;  ///< thread blocks that share a tile (mma_sync) or its operands (wgmma)
  bool library = false; ///< wgmma: by the vendor's library, where it is there
  WeightPlacement placement = WeightPlacement::Streamed;

  /// Whether a cluster keeps both weights of two stages in shared memory.
  bool isResident() const {
    return unit == ScheduleUnit::Wgmma && placement == WeightPlacement::Shared;
  }
  bool operator==(const Schedule &) const = default;
};

} // namespace danaus

#endif // DANAUS_SUPPORT_SCHEDULE_H
