//===- Launch.c - Kernels of compiled code, and who loads them -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

//===----------------------------------------------------------------------===//
// What was loaded
//===----------------------------------------------------------------------===//

/// Found by addresses in compiled code, which do not change, and by the context. A module
/// has no kernel's name; a device's copy of a constant is an entry too.
typedef struct Entry {
  const void *address;
  const char *kernel;
  Handle context;
  Handle value;
  int clusters; ///< of a kernel: those that run at once, 0 until they are wanted
} Entry;

/// Open addressing; grows before it is half full.
typedef struct Table {
  Entry *entries;
  size_t capacity, count;
} Table;

static Table table;
static pthread_mutex_t tableMutex = PTHREAD_MUTEX_INITIALIZER;

/// The place of a key, which is empty where it is new.
static Entry *findPlace(const Table *in, const void *address, const char *kernel, Handle context) {
  uint64_t hash = (uintptr_t)address * 31 + (uintptr_t)kernel;
  hash = (hash * 31 + (uintptr_t)context) * 0x9e3779b97f4a7c15u;
  for (size_t place = hash >> 32;; ++place) {
    Entry *entry = &in->entries[place & (in->capacity - 1)];
    bool isThis = entry->address == address && entry->kernel == kernel && entry->context == context;
    if (!entry->address || isThis)
      return entry;
  }
}

static int grow(void) {
  Table larger = {NULL, table.capacity ? 2 * table.capacity : 64, table.count};
  larger.entries = calloc(larger.capacity, sizeof(Entry));
  if (!larger.entries)
    return danausCudaFail(DANAUS_ERROR_LAUNCH, "no memory for a table of kernels");
  for (size_t i = 0; i < table.capacity; ++i) {
    const Entry *old = &table.entries[i];
    if (old->address)
      *findPlace(&larger, old->address, old->kernel, old->context) = *old;
  }
  free(table.entries);
  table = larger;
  return 0;
}

/// What is kept under a key, or null.
static Handle lookup(const void *address, const char *kernel, Handle context) {
  return table.capacity ? findPlace(&table, address, kernel, context)->value : NULL;
}

static int keep(const void *address, const char *kernel, Handle context, Handle value) {
  if (2 * (table.count + 1) > table.capacity && grow())
    return 1;
  *findPlace(&table, address, kernel, context) = (Entry){address, kernel, context, value, 0};
  ++table.count;
  return 0;
}

//===----------------------------------------------------------------------===//
// Images
//===----------------------------------------------------------------------===//

/// "danaus" and two zero bytes, bytes of the cubin, then the cubin and PTX with a zero
/// byte at its end: what danaus-embed-kernels writes for libraries.
typedef struct Pair {
  char magic[8];
  uint64_t cubinBytes;
  char cubin[];
} Pair;

static Result loadText(Driver *driver, const void *image, Handle *module, char *log, size_t size) {
  // CU_JIT_ERROR_LOG_BUFFER and CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES.
  int options[] = {5, 6};
  void *values[] = {log, (void *)(uintptr_t)size};
  return driver->moduleLoad(module, image, 2, options, values);
}

/// Loads an image; of a pair the cubin, or where that is for other devices its PTX, which
/// the driver compiles. An error has the compiler's log.
static Handle loadModule(Driver *driver, const void *image) {
  enum { noBinaryForGpu = 209, relaxed = 2 };
  char log[2048] = "";
  Handle module = NULL;
  const Pair *pair = image;
  bool isPair = memcmp(pair->magic, "danaus\0", sizeof pair->magic) == 0;
  // Loading may allocate, which a caller that records a graph must allow.
  int mode = relaxed;
  driver->exchangeCaptureMode(&mode);
  Result result = loadText(driver, isPair ? pair->cubin : image, &module, log, sizeof log);
  if (isPair && result == noBinaryForGpu)
    result = loadText(driver, pair->cubin + pair->cubinBytes, &module, log, sizeof log);
  driver->exchangeCaptureMode(&mode);
  if (!result)
    return module;
  danausCudaCheck(log[0] ? log : "loading the kernels", result);
  return NULL;
}

/// The kernel, loaded now or before. The table is locked.
static Handle findFunction(Driver *driver, const void *image, const char *kernel,
                           int32_t sharedBytes) {
  // CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES: above 48 KB it must be asked for.
  enum { maxSharedAttribute = 8 };
  Handle context = danausCudaThread()->context;
  Handle function = lookup(image, kernel, context);
  if (function)
    return function;
  Handle module = lookup(image, NULL, context);
  if (!module) {
    module = loadModule(driver, image);
    if (!module || keep(image, NULL, context, module))
      return NULL;
  }
  if (danausCudaCheck(kernel, driver->moduleGetFunction(&function, module, kernel)))
    return NULL;
  if (driver->functionSetAttribute(function, maxSharedAttribute, sharedBytes)) {
    danausCudaFail(
        DANAUS_ERROR_ARCHITECTURE,
        "%s: wanted %d bytes of shared memory a block, which the device has not; compile "
        "it for the device's own architecture, or with a schedule of fewer rows",
        kernel, sharedBytes);
    return NULL;
  }
  return keep(image, kernel, context, function) ? NULL : function;
}

static int countClusters(Driver *driver, Entry *entry, const LaunchConfig *config) {
  char what[256];
  snprintf(what, sizeof what, "%s: clusters that run at once", entry->kernel);
  return danausCudaCheck(what, driver->maxActiveClusters(&entry->clusters, entry->value, config));
}

/// At most as many blocks as clusters that run at once have: those that came later would
/// find that others have done their work, or do theirs after all others. The kernel is in the
/// table, which is locked.
static int limitClusters(Driver *driver, LaunchConfig config, const void *image, const char *kernel,
                         int32_t cluster, unsigned *gridX) {
  enum { clusterDimension = 4 }; // CUlaunchAttributeID
  LaunchAttribute shape = {clusterDimension, 0, {cluster, 1, 1}};
  Entry *entry = findPlace(&table, image, kernel, danausCudaThread()->context);
  config.attributes = &shape;
  config.numAttributes = 1;
  if (!entry->clusters && countClusters(driver, entry, &config))
    return 1;
  if (entry->clusters < 1)
    return danausCudaFail(DANAUS_ERROR_ARCHITECTURE,
                          "%s: wanted a device that runs clusters of %d blocks with %u bytes of "
                          "shared memory each; compile it with a schedule without clusters",
                          kernel, cluster, config.sharedBytes);
  unsigned most = (unsigned)(entry->clusters * cluster);
  *gridX = *gridX < most ? *gridX : most;
  return 0;
}

int danausCudaLaunch(const void *image, const char *kernel, int64_t gridX, int64_t gridY,
                     int64_t gridZ, int64_t blockX, int64_t blockY, int64_t blockZ,
                     int32_t sharedBytes, int32_t isEarly, int32_t cluster, void **parameters) {
  enum { programmaticStreamSerialization = 6 }; // CUlaunchAttributeID
  Driver *driver = danausCudaReady();
  if (!driver)
    return 1;
  if (gridX == 0 || gridY == 0 || gridZ == 0)
    return 0;
  LaunchAttribute early = {programmaticStreamSerialization, 0, {1}};
  LaunchConfig config = {{(unsigned)gridX, (unsigned)gridY, (unsigned)gridZ},
                         {(unsigned)blockX, (unsigned)blockY, (unsigned)blockZ},
                         (unsigned)sharedBytes,
                         danausCudaThread()->stream,
                         &early,
                         isEarly ? 1 : 0};
  pthread_mutex_lock(&tableMutex);
  Handle function = findFunction(driver, image, kernel, sharedBytes);
  int failed = !function || (cluster > 1 && limitClusters(driver, config, image, kernel, cluster,
                                                          &config.grid[0]));
  pthread_mutex_unlock(&tableMutex);
  if (failed)
    return 1;
  return danausCudaCheck(kernel, driver->launchKernelEx(&config, function, parameters, NULL));
}

//===----------------------------------------------------------------------===//
// Constants, and forgetting
//===----------------------------------------------------------------------===//

/// Marks entries that are device copies of constants.
static const char isConstant[] = "constant";

void *danausCudaConstant(const void *host, int64_t bytes) {
  if (bytes == 0 || !danausCudaReady())
    return NULL;
  Handle context = danausCudaThread()->context;
  pthread_mutex_lock(&tableMutex);
  void *memory = lookup(host, isConstant, context);
  if (!memory) {
    memory = danausCudaAlloc(bytes);
    // Other streams may be next to read it.
    if (!memory || danausCudaCopyToDevice(memory, host, bytes) || danausCudaSynchronize() ||
        keep(host, isConstant, context, memory))
      memory = NULL;
  }
  pthread_mutex_unlock(&tableMutex);
  return memory;
}

int danausCudaForget(void) {
  int failed = danausCudaSynchronize();
  Driver *driver = danausCudaReady();
  if (!driver)
    return 1;
  pthread_mutex_lock(&tableMutex);
  for (size_t i = 0; i < table.capacity; ++i) {
    const Entry *entry = &table.entries[i];
    if (entry->address && entry->kernel == isConstant)
      failed |= danausCudaFree(entry->value);
    else if (entry->address && !entry->kernel)
      failed |= danausCudaCheck("unloading the kernels", driver->moduleUnload(entry->value));
  }
  free(table.entries);
  table = (Table){NULL, 0, 0};
  pthread_mutex_unlock(&tableMutex);
  return failed;
}

//===----------------------------------------------------------------------===//
// Tensor maps
//===----------------------------------------------------------------------===//

int danausCudaTensorMap(void *map, const void *source, int32_t isBf16, int32_t rank,
                        const int64_t *sizes, const int64_t *strides, const int64_t *box) {
  // CU_TENSOR_MAP_DATA_TYPE_FLOAT16 and _BFLOAT16, _L2_PROMOTION_L2_256B.
  enum { typeF16 = 6, typeBf16 = 9, promotion = 3, maxRank = 5, elementBytes = 2, alignment = 16 };
  Driver *driver = danausCudaReady();
  if (!driver)
    return 1;
  if (rank < 1 || rank > maxRank)
    return danausCudaFail(DANAUS_ERROR_LAUNCH,
                          "tensor for bulk copies: wanted 1 to 5 dimensions, found %d", rank);
  if ((uintptr_t)source % alignment != 0)
    return danausCudaFail(DANAUS_ERROR_ALIGNMENT,
                          "tensor for bulk copies: wanted an address that is a multiple of 16 "
                          "bytes, found %p",
                          source);
  uint64_t extents[maxRank], pitches[maxRank];
  unsigned boxes[maxRank], steps[maxRank];
  for (int32_t i = 0; i < rank; ++i) {
    if (sizes[i] == 0)
      return 0;
    extents[i] = (uint64_t)sizes[i];
    pitches[i] = (uint64_t)(elementBytes * strides[i]);
    boxes[i] = (unsigned)box[i];
    steps[i] = 1;
  }
  // CU_TENSOR_MAP_SWIZZLE_NONE, _32B, _64B and _128B, by the bytes of a box's rows.
  int swizzle = box[0] == 64 ? 3 : box[0] == 32 ? 2 : box[0] == 16 ? 1 : 0;
  // The fastest dimension has no pitch.
  return danausCudaCheck("description of a tensor",
                         driver->tensorMapEncode(map, isBf16 ? typeBf16 : typeF16, (unsigned)rank,
                                                 (void *)(uintptr_t)source, extents, pitches + 1,
                                                 boxes, steps, /*interleave=*/0, swizzle, promotion,
                                                 /*fill=*/0));
}
