//===- Legality.h - Which schedules a target can run, without IR -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A constraint is a function of (stages, element size, schedule, limits). Each
// returns the constraints that are broken as text, "wanted ..., found ...", so
// that the verifier, the enumerator and the tests share one definition.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_LEGALITY_H
#define DANAUS_SUPPORT_LEGALITY_H

#include "danaus/Support/Schedule.h"
#include "danaus/Support/Stage.h"
#include <string>

namespace danaus {

/// What a chip can hold. The records are in `danaus/Target/Records.h`.
struct TargetLimits {
  std::string name;
  bool isGpu = false;
  // CPU
  int64_t vectorBits = 512;     ///< width of one vector register
  int64_t vectorRegisters = 32; ///< vector registers that code can name
  int64_t l1Bytes = 48 << 10;   ///< first-level data cache of a core
  int64_t l2Bytes = 2 << 20;    ///< second-level cache of a core, or of all of a GPU
  bool hasAmx = false;          ///< matrix tiles of bf16 and i8
  std::string model;            ///< the record whose measurements rank schedules, if not this one
  // GPU
  int64_t multiprocessors = 0;
  int64_t sharedBytesPerBlock = 0;     ///< dynamic shared memory of one block
  int64_t sharedBytesPerProcessor = 0; ///< of one multiprocessor
  int64_t registersPerBlock = 0;       ///< 32-bit registers
  int64_t registersPerThread = 0;
  int64_t warpsPerBlock = 0;
  int64_t spareRegisters = 0;   ///< of each thread that plans leave to the assembler
  bool hasWgmma = false;        ///< products of warpgroups, and bulk copies of tensors
  bool hasClusters = false;     ///< thread blocks that reach each other's shared memory
  bool hasEarlyLaunch = false;  ///< a launch may begin while the one before runs
  bool hasWholeDoubles = false; ///< products of f64 of 16 x 8 x 8, not of 8 x 8 x 4 alone
  int64_t ptxVersion = 80;      ///< the oldest that knows what is used, at least CUDA 12.0's

  /// f32 or f64 values in a vector register, by the size of the accumulator.
  int64_t lanes(int64_t accumulatorBytes) const { return vectorBits / (8 * accumulatorBytes); }
};

/// The attribute of a module that gives its target's record `spareRegisters`.
inline constexpr llvm::StringLiteral spareRegistersName = "danaus.spare_registers";

using BrokenConstraints = llvm::SmallVector<std::string>;

/// The constraints that need no target: positive fields, ascending cuts inside
/// the chain, one axis a stage, axis d only where d > 1, fields of their unit.
BrokenConstraints checkSchedule(llvm::ArrayRef<StageDescriptor> stages, const Schedule &schedule);

/// The constraints of unit `fma` on a CPU: the register block fits.
BrokenConstraints checkCpuSchedule(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                   const Schedule &schedule, const TargetLimits &limits);

/// Vector registers that the innermost loop of a stage needs: accumulators,
/// weights and operands of the row block.
int64_t registersOfBlock(const Schedule &schedule, LaneAxis axis);

/// A legal schedule for `stages` on a CPU, by rule: lanes along d where that
/// fills at least half a vector, else along b; tiles whose activations fit in half of L2.
Schedule defaultCpuSchedule(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                            const TargetLimits &limits);

/// The same for complex numbers of `elementBytes`. The register block holds each
/// sum twice, times a real and an imaginary part, so it counts double.
Schedule defaultComplexSchedule(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                const TargetLimits &limits);

/// The constraints of complex numbers on a CPU: as `checkCpuSchedule`, the
/// register block counted double and with no unit but `fma`.
BrokenConstraints checkComplexSchedule(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                       const Schedule &schedule, const TargetLimits &limits);

/// What matrix tiles (AMX) need of the stages' sizes, for bf16 or i8.
BrokenConstraints checkAmxStages(llvm::ArrayRef<StageDescriptor> stages);

/// Bytes of c in one row of a matrix tile: the most that divide `bytes`, a
/// multiple of 16, in whole lanes of 4 bytes.
int64_t tileDepth(int64_t bytes);

/// The schedule of a kernel on matrix tiles; requires that checkAmxStages() finds nothing.
Schedule defaultAmxSchedule(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                            const TargetLimits &limits);

/// The constraints of units `mma_sync` and `wgmma` on a GPU: shared memory,
/// registers and warps of each launch, and stages that tensor cores can run.
BrokenConstraints checkGpuSchedule(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                                   const Schedule &schedule, const TargetLimits &limits);

/// The constraints of the kind of target that `limits` is.
inline BrokenConstraints checkTargetSchedule(llvm::ArrayRef<StageDescriptor> stages,
                                             int64_t elementBytes, const Schedule &schedule,
                                             const TargetLimits &limits) {
  return limits.isGpu ? checkGpuSchedule(stages, elementBytes, schedule, limits)
                      : checkCpuSchedule(stages, elementBytes, schedule, limits);
}

/// A legal schedule for `stages` on a GPU, by rule: the fewest launches that
/// fit, weights in registers where they fit, as many tiles in flight as fit, and
/// all launches at once where more than a few `rows` are expected.
/// Not legal only where no schedule is.
Schedule defaultGpuSchedule(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                            const TargetLimits &limits, int64_t rows = 65536);

} // namespace danaus

#endif // DANAUS_SUPPORT_LEGALITY_H
