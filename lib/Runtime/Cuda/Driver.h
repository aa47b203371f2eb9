//===- Driver.h - The CUDA driver, its devices and errors ------*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the files of this folder share. The driver is opened by name when first
// needed. Each thread has a context, a stream, and its first error since the
// last time that errors were cleared.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_RUNTIME_CUDA_DRIVER_H
#define DANAUS_LIB_RUNTIME_CUDA_DRIVER_H

#include "danaus/Runtime/Cuda.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef int Result; ///< CUresult
typedef unsigned long long DevicePointer;
typedef void *Handle; ///< CUcontext, CUmodule, CUfunction, CUstream, CUevent, CUgraph

/// CUlaunchAttribute and CUlaunchConfig.
typedef struct LaunchAttribute {
  int id;
  int32_t padding;
  int32_t value[16];
} LaunchAttribute;
typedef struct LaunchConfig {
  unsigned grid[3], block[3], sharedBytes;
  Handle stream;
  LaunchAttribute *attributes;
  unsigned numAttributes;
} LaunchConfig;

/// Name in libcuda.so.1, name here, parameters. `_v2` is the current ABI.
#define DANAUS_CUDA_FUNCTIONS(X)                                                                   \
  X(cuInit, init, (unsigned))                                                                      \
  X(cuDriverGetVersion, driverGetVersion, (int *))                                                 \
  X(cuDeviceGetCount, deviceGetCount, (int *))                                                     \
  X(cuDeviceGet, deviceGet, (int *, int))                                                          \
  X(cuDeviceGetName, deviceGetName, (char *, int, int))                                            \
  X(cuDeviceGetAttribute, deviceGetAttribute, (int *, int, int))                                   \
  X(cuDevicePrimaryCtxRetain, primaryContextRetain, (Handle *, int))                               \
  X(cuCtxSetCurrent, contextSetCurrent, (Handle))                                                  \
  X(cuCtxGetCurrent, contextGetCurrent, (Handle *))                                                \
  X(cuCtxGetDevice, contextGetDevice, (int *))                                                     \
  X(cuPointerGetAttributes, pointerGetAttributes, (unsigned, int *, void **, DevicePointer))       \
  X(cuModuleLoadDataEx, moduleLoad, (Handle *, const void *, unsigned, int *, void **))            \
  X(cuModuleUnload, moduleUnload, (Handle))                                                        \
  X(cuModuleGetFunction, moduleGetFunction, (Handle *, Handle, const char *))                      \
  X(cuFuncSetAttribute, functionSetAttribute, (Handle, int, int))                                  \
  X(cuLaunchKernelEx, launchKernelEx, (const LaunchConfig *, Handle, void **, void **))            \
  X(cuOccupancyMaxActiveClusters, maxActiveClusters, (int *, Handle, const LaunchConfig *))        \
  X(cuTensorMapEncodeTiled, tensorMapEncode,                                                       \
    (void *, int, unsigned, void *, const uint64_t *, const uint64_t *, const unsigned *,          \
     const unsigned *, int, int, int, int))                                                        \
  X(cuDeviceGetDefaultMemPool, deviceGetDefaultPool, (Handle *, int))                              \
  X(cuMemPoolSetAttribute, poolSetAttribute, (Handle, int, void *))                                \
  X(cuMemAllocAsync, memoryAlloc, (DevicePointer *, size_t, Handle))                               \
  X(cuMemFreeAsync, memoryFree, (DevicePointer, Handle))                                           \
  X(cuMemcpyHtoDAsync_v2, copyToDevice, (DevicePointer, const void *, size_t, Handle))             \
  X(cuMemcpyDtoHAsync_v2, copyToHost, (void *, DevicePointer, size_t, Handle))                     \
  X(cuMemcpyDtoDAsync_v2, copyOnDevice, (DevicePointer, DevicePointer, size_t, Handle))            \
  X(cuMemsetD8Async, fill, (DevicePointer, unsigned char, size_t, Handle))                         \
  X(cuStreamSynchronize, streamSynchronize, (Handle))                                              \
  X(cuStreamCreate, streamCreate, (Handle *, unsigned))                                            \
  X(cuStreamDestroy_v2, streamDestroy, (Handle))                                                   \
  X(cuStreamBeginCapture_v2, streamBeginCapture, (Handle, int))                                    \
  X(cuStreamEndCapture, streamEndCapture, (Handle, Handle *))                                      \
  X(cuThreadExchangeStreamCaptureMode, exchangeCaptureMode, (int *))                               \
  X(cuGraphInstantiateWithFlags, graphInstantiate, (Handle *, Handle, unsigned long long))         \
  X(cuGraphLaunch, graphLaunch, (Handle, Handle))                                                  \
  X(cuGraphDestroy, graphDestroy, (Handle))                                                        \
  X(cuGraphExecDestroy, graphExecDestroy, (Handle))                                                \
  X(cuEventCreate, eventCreate, (Handle *, unsigned))                                              \
  X(cuEventRecord, eventRecord, (Handle, Handle))                                                  \
  X(cuEventSynchronize, eventSynchronize, (Handle))                                                \
  X(cuEventElapsedTime, eventElapsedTime, (float *, Handle, Handle))                               \
  X(cuEventDestroy_v2, eventDestroy, (Handle))                                                     \
  X(cuGetErrorString, getErrorString, (Result, const char **))

/// One device; filled when it is first used.
typedef struct Device {
  bool isKnown;
  int capability; ///< 90 for 9.0
  int multiprocessors;
  char name[128];
  Handle context; ///< its primary one, null until it is wanted
} Device;

enum { maxDevices = 64, maxText = 4096 };

typedef struct Driver {
#define DANAUS_DECLARE(symbol, name, parameters) Result(*name) parameters;
  DANAUS_CUDA_FUNCTIONS(DANAUS_DECLARE)
#undef DANAUS_DECLARE
  int version;
  int numDevices;
  char problem[512]; ///< why it cannot be used, or empty
} Driver;

/// State of one thread.
typedef struct Thread {
  Handle context; ///< that its calls use, once one is chosen
  Handle stream;
  Handle outerContext, outerStream; ///< those before a graph is recorded or a call begins
  Handle callersContext;            ///< current before a call that needs another one
  bool isForeign;                   ///< whether this call needs another one
  int captureMode;                  ///< the caller's, while a call may do what may not be recorded
  bool isInCall;
  int code; ///< DanausError of the first failure
  char error[maxText];
} Thread;

Thread *danausCudaThread(void);

/// Keeps the first error of this thread, with its code. Returns 1.
int danausCudaFail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// 0 where `result` is, else 1 and an error: "what: the driver's text (CUDA error 1)".
int danausCudaCheck(const char *what, Result result);

/// The driver, opened once a process; its `problem` says whether it can be used.
Driver *danausCudaDriver(void);

/// What is known of device `ordinal`, or null after an error.
Device *danausCudaDevice(int ordinal);

/// The primary context of a device, or null after an error.
Handle danausCudaPrimaryContext(int ordinal);

/// The driver ready for a call of this thread, which gets the first device where it has
/// chosen none; null after an error.
Driver *danausCudaReady(void);

#pragma GCC visibility pop

#endif // DANAUS_LIB_RUNTIME_CUDA_DRIVER_H
