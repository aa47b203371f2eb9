//===- Records.cpp - What each chip is -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Target/Records.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"

#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

using namespace danaus;
using llvm::StringRef;

static TargetLimits cpuRecord(StringRef name, int64_t vectorBits, int64_t vectorRegisters,
                              int64_t l1Bytes, int64_t l2Bytes) {
  TargetLimits limits;
  limits.name = name.str();
  limits.vectorBits = vectorBits;
  limits.vectorRegisters = vectorRegisters;
  limits.l1Bytes = l1Bytes;
  limits.l2Bytes = l2Bytes;
  return limits;
}

/// x86-avx512 with matrix tiles; on vectors both behave alike.
static TargetLimits amxRecord(StringRef name) {
  TargetLimits limits = cpuRecord(name, 512, 32, 48 << 10, 2 << 20);
  limits.hasAmx = true;
  limits.model = "x86-avx512";
  return limits;
}

static TargetLimits gpuRecord(StringRef name, int64_t multiprocessors, int64_t sharedPerBlock,
                              int64_t sharedPerProcessor, int64_t l2Bytes,
                              int64_t ptxVersion = 80) {
  TargetLimits limits;
  limits.name = name.str();
  limits.isGpu = true;
  limits.multiprocessors = multiprocessors;
  limits.sharedBytesPerBlock = sharedPerBlock;
  limits.sharedBytesPerProcessor = sharedPerProcessor;
  limits.registersPerBlock = 65536;
  limits.registersPerThread = 255;
  limits.warpsPerBlock = 32;
  limits.hasWgmma = name == "sm_90a";
  limits.hasClusters = name != "sm_80";
  limits.hasEarlyLaunch = name != "sm_80";
  limits.hasWholeDoubles = name != "sm_80";
  limits.l2Bytes = l2Bytes;
  limits.ptxVersion = ptxVersion;
  return limits;
}

/// CPU caches are those of Sapphire Rapids (avx512) and Zen 2 (avx2); GPU
/// numbers are those of the CUDA programming guide for A100, H100 SXM and B200.
static const llvm::SmallVector<TargetLimits> &records() {
  static const llvm::SmallVector<TargetLimits> table = {
      cpuRecord("x86-avx512", 512, 32, 48 << 10, 2 << 20),
      amxRecord("sapphirerapids"),
      cpuRecord("x86-avx2", 256, 16, 32 << 10, 512 << 10),
      gpuRecord("sm_80", 108, 163 << 10, 164 << 10, 40 << 20),
      gpuRecord("sm_90a", 132, 227 << 10, 228 << 10, 50 << 20, 81),
      gpuRecord("sm_100a", 148, 227 << 10, 228 << 10, 126 << 20, 86),
  };
  return table;
}

std::optional<TargetLimits> danaus::lookupTarget(StringRef name) {
  for (const TargetLimits &record : records())
    if (record.name == name)
      return record;
  return std::nullopt;
}

llvm::SmallVector<StringRef> danaus::targetNames() {
  return llvm::map_to_vector(records(),
                             [](const TargetLimits &record) -> StringRef { return record.name; });
}

/// The kernel saves the tiles of those only who asked; without, their first use is fatal.
static bool mayUseTiles() {
#if defined(__linux__) && defined(__x86_64__)
  constexpr long requestPermission = 0x1023, tileData = 18;
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return false;
#endif
}

StringRef danaus::hostTargetName() {
  const llvm::StringMap<bool> &features = llvm::sys::getHostCPUFeatures();
  bool hasTiles = features.lookup("amx-bf16") && features.lookup("amx-int8");
  if (hasTiles && features.lookup("avx512bf16") && mayUseTiles())
    return "sapphirerapids";
  return features.lookup("avx512f") ? "x86-avx512" : "x86-avx2";
}
