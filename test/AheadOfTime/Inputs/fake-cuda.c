//===- fake-cuda.c - A CUDA driver that only tells what it was asked -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// As libcuda.so.1 on the path of libraries it stands for a driver and its devices, which
// FAKE_VERSION, FAKE_DEVICES, FAKE_CAPABILITY, FAKE_PROCESSORS and FAKE_CLUSTERS (that run
// at once) describe. Memory of a device is memory of the host that fakeAllocate gave. FAKE_FAIL
// names a call to fail, or "cubin": then only PTX loads. Launches, copies and loads are printed.
//
//===----------------------------------------------------------------------===//

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { invalidValue = 1, noBinary = 209, launchFailed = 719, maxBlocks = 256 };

static long setting(const char *name, long usual) {
  const char *text = getenv(name);
  return text ? strtol(text, NULL, 10) : usual;
}

static int fails(const char *call) {
  const char *text = getenv("FAKE_FAIL");
  return text && strcmp(text, call) == 0;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static struct {
  char *start;
  size_t bytes;
  int device;
} blocks[maxBlocks];
static int numBlocks;

/// For tests: memory of a device, at a multiple of 256 bytes.
void *fakeAllocate(int device, size_t bytes) {
  size_t rounded = (bytes + 511) / 256 * 256;
  if (numBlocks == maxBlocks)
    return NULL;
  blocks[numBlocks].start = aligned_alloc(256, rounded);
  blocks[numBlocks].bytes = rounded;
  blocks[numBlocks].device = device;
  return blocks[numBlocks++].start;
}

int cuPointerGetAttributes(unsigned count, int *attributes, void **values,
                           unsigned long long pointer) {
  char *place = (char *)pointer;
  (void)count, (void)attributes;
  for (int i = 0; i < numBlocks; ++i) {
    if (place < blocks[i].start || place >= blocks[i].start + blocks[i].bytes)
      continue;
    *(unsigned *)values[0] = 2;
    *(int *)values[1] = blocks[i].device;
    return 0;
  }
  return invalidValue;
}

//===----------------------------------------------------------------------===//
// Devices and contexts
//===----------------------------------------------------------------------===//

static _Thread_local char *current;

int cuInit(unsigned flags) { return (int)flags; }
int cuDriverGetVersion(int *version) { return *version = (int)setting("FAKE_VERSION", 13000), 0; }
int cuDeviceGetCount(int *count) { return *count = (int)setting("FAKE_DEVICES", 2), 0; }
int cuDeviceGet(int *device, int ordinal) { return *device = ordinal, 0; }
int cuDeviceGetName(char *name, int size, int device) {
  return snprintf(name, (size_t)size, "Fake %d", device), 0;
}
int cuDeviceGetAttribute(int *value, int attribute, int device) {
  long capability = setting("FAKE_CAPABILITY", 90);
  (void)device;
  *value = (int)(attribute == 75   ? capability / 10
                 : attribute == 76 ? capability % 10
                                   : setting("FAKE_PROCESSORS", 132));
  return 0;
}
static char contexts[8];
int cuDevicePrimaryCtxRetain(void **context, int device) { return *context = contexts + device, 0; }
int cuCtxSetCurrent(void *context) {
  current = context;
  if (context)
    printf("context of device %d\n", (int)(current - contexts));
  else
    printf("no context\n");
  return 0;
}
int cuCtxGetCurrent(void **context) { return *context = current, 0; }
int cuCtxGetDevice(int *device) { return *device = (int)(current - contexts), 0; }

//===----------------------------------------------------------------------===//
// Work
//===----------------------------------------------------------------------===//

/// As if a stream were recorded in the usual mode, 0, in which little is allowed.
static _Thread_local int captureMode;

int cuThreadExchangeStreamCaptureMode(int *mode) {
  int before = captureMode;
  captureMode = *mode;
  *mode = before;
  return 0;
}

/// For tests: the mode of this thread, which no call may leave changed.
int fakeCaptureMode(void) { return captureMode; }

int cuModuleLoadDataEx(void **module, const void *image, unsigned count, int *options,
                       void **values) {
  int isCubin = memcmp(image, "\177ELF", 4) == 0;
  (void)count, (void)options, (void)values;
  printf("load %s%s\n", isCubin ? "cubin" : "PTX", captureMode == 2 ? "" : ", forbidden here");
  *module = contexts;
  return isCubin && fails("cubin") ? noBinary : 0;
}
int cuModuleGetFunction(void **function, void *module, const char *name) {
  (void)module;
  *function = (void *)(uintptr_t)name;
  return 0;
}
int cuFuncSetAttribute(void *function, int attribute, int value) {
  (void)function, (void)attribute, (void)value;
  return fails("shared") ? invalidValue : 0;
}
/// CUlaunchConfig as far as it is read here.
struct Config {
  unsigned grid[3], block[3], shared;
  void *stream, *attributes;
  unsigned numAttributes;
};
int cuOccupancyMaxActiveClusters(int *count, void *function, const struct Config *config) {
  (void)function, (void)config;
  if (fails("clusters"))
    return invalidValue;
  *count = (int)setting("FAKE_CLUSTERS", 3);
  return 0;
}
int cuLaunchKernelEx(const struct Config *config, void *function, void **values, void **extra) {
  (void)values, (void)extra;
  printf("%slaunch %s, grid %u x %u, block %u, stream %p, device %d\n",
         config->numAttributes ? "early " : "", (char *)function, config->grid[0], config->grid[1],
         config->block[0], config->stream, current ? (int)(current - contexts) : -1);
  return fails("launch") ? launchFailed : 0;
}
int cuMemcpyHtoDAsync_v2(unsigned long long target, const void *source, size_t bytes,
                         void *stream) {
  memcpy((void *)target, source, bytes);
  printf("copy %zu bytes to the device, stream %p\n", bytes, stream);
  return 0;
}
int cuMemcpyDtoDAsync_v2(unsigned long long target, unsigned long long source, size_t bytes,
                         void *stream) {
  memmove((void *)target, (void *)source, bytes);
  printf("copy %zu bytes, stream %p\n", bytes, stream);
  return 0;
}
int cuMemsetD8Async(unsigned long long target, unsigned char byte, size_t bytes, void *stream) {
  memset((void *)target, byte, bytes);
  printf("fill %zu bytes, stream %p\n", bytes, stream);
  return 0;
}
int cuGetErrorString(int result, const char **text) {
  *text = result == launchFailed ? "the launch failed" : "some error";
  return 0;
}

/// What no call of an entry point may ask for, and what it may without effect here.
#define FORBIDDEN(name)                                                                            \
  int name(void) { return printf("forbidden: " #name "\n"), invalidValue; }
#define QUIET(name)                                                                                \
  int name(void) { return 0; }
FORBIDDEN(cuMemAllocAsync)
FORBIDDEN(cuMemFreeAsync)
FORBIDDEN(cuMemcpyDtoHAsync_v2)
FORBIDDEN(cuStreamSynchronize)
FORBIDDEN(cuStreamCreate)
FORBIDDEN(cuStreamDestroy_v2)
FORBIDDEN(cuStreamBeginCapture_v2)
FORBIDDEN(cuStreamEndCapture)
FORBIDDEN(cuGraphInstantiateWithFlags)
FORBIDDEN(cuGraphLaunch)
FORBIDDEN(cuGraphDestroy)
FORBIDDEN(cuGraphExecDestroy)
FORBIDDEN(cuEventCreate)
FORBIDDEN(cuEventRecord)
FORBIDDEN(cuEventSynchronize)
FORBIDDEN(cuEventElapsedTime)
FORBIDDEN(cuEventDestroy_v2)
FORBIDDEN(cuModuleUnload)
FORBIDDEN(cuDeviceGetDefaultMemPool)
FORBIDDEN(cuMemPoolSetAttribute)
QUIET(cuTensorMapEncodeTiled)
