//===- Features.c - Instruction sets of this CPU --------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Asks the CPU itself and not the compiler's support library, which an artefact
// would have to carry. A feature counts when the operating system also saves its
// registers; tile registers must be asked for once a process.
//
//===----------------------------------------------------------------------===//

#include "danaus/Runtime/Cpu.h"
#include <cpuid.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Where cpuid tells of a feature, and which register state it needs.
typedef struct Feature {
  const char *name;
  unsigned leaf, subleaf;
  enum { EAX, EBX, ECX, EDX } word;
  unsigned bit;
  unsigned long long state; ///< bits of XCR0
} Feature;

enum { ymm = 0x6, zmm = 0xe6, tiles = 0x60000 };

static const Feature table[] = {
    {"sse3", 1, 0, ECX, 0, 0},
    {"ssse3", 1, 0, ECX, 9, 0},
    {"sse4.1", 1, 0, ECX, 19, 0},
    {"sse4.2", 1, 0, ECX, 20, 0},
    {"popcnt", 1, 0, ECX, 23, 0},
    {"movbe", 1, 0, ECX, 22, 0},
    {"cx16", 1, 0, ECX, 13, 0},
    {"avx", 1, 0, ECX, 28, ymm},
    {"f16c", 1, 0, ECX, 29, ymm},
    {"fma", 1, 0, ECX, 12, ymm},
    {"lzcnt", 0x80000001, 0, ECX, 5, 0},
    {"bmi", 7, 0, EBX, 3, 0},
    {"bmi2", 7, 0, EBX, 8, 0},
    {"avx2", 7, 0, EBX, 5, ymm},
    {"avx512f", 7, 0, EBX, 16, zmm},
    {"avx512dq", 7, 0, EBX, 17, zmm},
    {"avx512cd", 7, 0, EBX, 28, zmm},
    {"avx512bw", 7, 0, EBX, 30, zmm},
    {"avx512vl", 7, 0, EBX, 31, zmm},
    {"avx512vbmi", 7, 0, ECX, 1, zmm},
    {"avx512vbmi2", 7, 0, ECX, 6, zmm},
    {"gfni", 7, 0, ECX, 8, 0},
    {"avx512vnni", 7, 0, ECX, 11, zmm},
    {"avx512bitalg", 7, 0, ECX, 12, zmm},
    {"avx512vpopcntdq", 7, 0, ECX, 14, zmm},
    {"avx512fp16", 7, 0, EDX, 23, zmm},
    {"amx-bf16", 7, 0, EDX, 22, tiles},
    {"amx-tile", 7, 0, EDX, 24, tiles},
    {"amx-int8", 7, 0, EDX, 25, tiles},
    {"avxvnni", 7, 1, EAX, 4, ymm},
    {"avx512bf16", 7, 1, EAX, 5, zmm},
};

static unsigned long long enabledState(void) {
  unsigned eax, ebx, ecx, edx, low, high;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & (1u << 27)))
    return 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((unsigned long long)high << 32) | low;
}

/// Linux gives tile registers only to who asks: arch_prctl(ARCH_REQ_XCOMP_PERM, 18).
static bool requestTiles(void) {
#ifdef SYS_arch_prctl
  enum { requestPermission = 0x1023, tileData = 18 };
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return false;
#endif
}

static bool hasFeature(const Feature *feature, unsigned long long state) {
  unsigned words[4];
  if ((state & feature->state) != feature->state ||
      !__get_cpuid_count(feature->leaf, feature->subleaf, &words[EAX], &words[EBX], &words[ECX],
                         &words[EDX]))
    return false;
  return (words[feature->word] >> feature->bit) & 1;
}

static bool hasNamed(const char *name, size_t length, unsigned long long state) {
  for (size_t i = 0; i < sizeof(table) / sizeof(*table); ++i)
    if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0)
      return hasFeature(&table[i], state) && (table[i].state != tiles || requestTiles());
  return false; // an unknown one is one that this CPU is not known to have
}

/// Answers by the address of the text, since compiled functions ask at every call:
/// a few slots, so that several functions keep theirs.
enum { numSlots = 64 };
static _Atomic(const char *) lastGood[numSlots], lastBad[numSlots];

static int remember(_Atomic(const char *) *slot, const char *features, int code) {
  atomic_store_explicit(slot, features, memory_order_relaxed);
  return code;
}

static void forgetAll(void) {
  for (int i = 0; i < numSlots; ++i) {
    atomic_store(&lastGood[i], NULL);
    atomic_store(&lastBad[i], NULL);
  }
}

int danausCheckCpu(const char *features) {
  if (!features)
    forgetAll();
  if (!features || !*features)
    return DANAUS_SUCCESS;
  uintptr_t slot = ((uintptr_t)features >> 4) % numSlots;
  if (atomic_load_explicit(&lastGood[slot], memory_order_relaxed) == features)
    return DANAUS_SUCCESS;
  if (atomic_load_explicit(&lastBad[slot], memory_order_relaxed) == features)
    return DANAUS_ERROR_CPU;
  unsigned long long state = enabledState();
  for (const char *name = features; *name;) {
    size_t length = strcspn(name, ",");
    if (!hasNamed(name, length, state))
      return remember(&lastBad[slot], features, DANAUS_ERROR_CPU);
    name += length + (name[length] == ',');
  }
  return remember(&lastGood[slot], features, DANAUS_SUCCESS);
}
