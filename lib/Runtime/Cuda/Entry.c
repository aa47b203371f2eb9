//===- Entry.c - Arguments of compiled functions on a device -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each entry point that touches memory begins and ends here:
//
//   code = danausCudaBeginRun(...); if (code) return code;
//   launches, with the caller's stream in a context of the memory's device
//   return danausCudaEnd();
//
// A pointer that is not of the device would be found by the kernel, after which the
// whole context is lost, so each one is looked up before.
//
//===----------------------------------------------------------------------===//

#include "Driver.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

//===----------------------------------------------------------------------===//
// Where memory is
//===----------------------------------------------------------------------===//

/// The device that all pointers of a call are on, -1 until the first is known.
typedef struct Place {
  int device;
  char first[32]; ///< the argument that is there
} Place;

/// Adds a pointer to a call; a null one has no bytes.
static int addPointer(Place *place, const char *kind, int64_t number, const void *pointer) {
  // CU_POINTER_ATTRIBUTE_MEMORY_TYPE, _DEVICE_ORDINAL; CU_MEMORYTYPE_DEVICE.
  int wanted[] = {2, 9};
  enum { onDevice = 2 };
  unsigned type = 0;
  int device = -1;
  void *values[] = {&type, &device};
  char name[32];
  if (!pointer)
    return 0;
  if (number < 0)
    snprintf(name, sizeof name, "%s", kind);
  else
    snprintf(name, sizeof name, "%s %lld", kind, (long long)number);
  Result result = danausCudaDriver()->pointerGetAttributes(2, wanted, values,
                                                           (DevicePointer)(uintptr_t)pointer);
  if (result || type != onDevice)
    return danausCudaFail(DANAUS_ERROR_NOT_ON_DEVICE,
                          "%s: wanted memory of a CUDA device, found %p of the host", name,
                          pointer);
  if (place->device >= 0 && place->device != device)
    return danausCudaFail(DANAUS_ERROR_NOT_ON_DEVICE,
                          "%s: wanted memory of CUDA device %d, where %s is, found device %d", name,
                          place->device, place->first, device);
  place->device = device;
  memcpy(place->first, name, sizeof name);
  return 0;
}

//===----------------------------------------------------------------------===//
// What devices can run
//===----------------------------------------------------------------------===//

/// "multiprocessors=132"  ->  132; no text, no need.
static int wantedProcessors(const DanausFunction *function) {
  const char *key = "multiprocessors=";
  size_t length = strlen(key);
  return strncmp(function->features, key, length) == 0 ? atoi(function->features + length) : 0;
}

/// Code for sm_90a runs on compute capability 9.0 alone, for sm_80 from 8.0 on.
static int checkDevice(const DanausFunction *function, const Device *device) {
  const char *digits = function->target + strlen("sm_");
  char *suffix = NULL;
  int wanted = (int)strtol(digits, &suffix, 10), found = device->capability;
  if (*suffix == 'a' ? found != wanted : found < wanted)
    return danausCudaFail(DANAUS_ERROR_ARCHITECTURE,
                          "%s was compiled for %s: wanted a device of compute capability %d.%d%s, "
                          "found %d.%d (%s); compile it with another --target",
                          function->name, function->target, wanted / 10, wanted % 10,
                          *suffix == 'a' ? "" : " or more", found / 10, found % 10, device->name);
  int processors = wantedProcessors(function);
  if (device->multiprocessors < processors)
    return danausCudaFail(DANAUS_ERROR_ARCHITECTURE,
                          "%s runs parts that wait for each other: wanted a device of %d "
                          "multiprocessors, found %d (%s); compile it with a schedule without ring",
                          function->name, processors, device->multiprocessors, device->name);
  return 0;
}

//===----------------------------------------------------------------------===//
// Begin and end
//===----------------------------------------------------------------------===//

/// Gives back what openDevice() took.
static void closeDevice(void) {
  Thread *thread = danausCudaThread();
  if (thread->isInCall)
    danausCudaDriver()->exchangeCaptureMode(&thread->captureMode);
  thread->isInCall = false;
}

/// Ends a call that did not get as far as its launches.
static int refuse(int code) {
  Thread *thread = danausCudaThread();
  closeDevice();
  if (!thread->error[0])
    danausCudaFail(code, "%s", danausErrorText(code));
  return thread->code;
}

/// While a stream is recorded, a driver may refuse to load modules or to look at pointers;
/// launches are recorded all the same where that is allowed.
static int openDevice(Place *place) {
  enum { relaxed = 2 }; // CU_STREAM_CAPTURE_MODE_RELAXED
  Driver *driver = danausCudaDriver();
  Thread *thread = danausCudaThread();
  place->device = -1;
  if (driver->problem[0])
    return danausCudaFail(DANAUS_ERROR_DRIVER, "%s", driver->problem);
  thread->captureMode = relaxed;
  thread->isInCall = !driver->exchangeCaptureMode(&thread->captureMode);
  return 0;
}

/// Makes a context of the memory's device current, unless one is, and keeps the caller's.
static int enter(const DanausFunction *function, const Place *place, void *stream) {
  Driver *driver = danausCudaDriver();
  Thread *thread = danausCudaThread();
  Handle current = NULL;
  int device = 0;
  bool isThere = !driver->contextGetCurrent(&current) && current &&
                 !driver->contextGetDevice(&device) &&
                 (place->device < 0 || place->device == device);
  if (!isThere)
    device = place->device < 0 ? 0 : place->device;
  Device *found = danausCudaDevice(device);
  if (!found || checkDevice(function, found))
    return 1;
  Handle context = isThere ? current : danausCudaPrimaryContext(device);
  if (!context || (!isThere && danausCudaCheck("CUDA context", driver->contextSetCurrent(context))))
    return 1;
  thread->outerContext = thread->context;
  thread->callersContext = current;
  thread->isForeign = !isThere;
  thread->context = context;
  thread->outerStream = thread->stream;
  thread->stream = stream;
  return 0;
}

int danausCudaEnd(void) {
  Thread *thread = danausCudaThread();
  closeDevice();
  if (thread->isForeign)
    danausCudaDriver()->contextSetCurrent(thread->callersContext);
  thread->isForeign = false;
  thread->context = thread->outerContext;
  thread->stream = thread->outerStream;
  return thread->error[0] ? thread->code : DANAUS_SUCCESS;
}

int danausCudaBeginPack(const DanausFunction *function, const void *const *params,
                        const void *packed, int64_t packedBytes, void *stream) {
  Place place;
  danausCudaClearError();
  int code = danausCheckPack(function, params, packed, packedBytes);
  if (code || openDevice(&place) || addPointer(&place, "packed", -1, packed))
    return refuse(code);
  for (int64_t i = 0; i < function->numParameters; ++i)
    if (addPointer(&place, "parameter", i, params[i]))
      return refuse(0);
  return enter(function, &place, stream) ? refuse(0) : DANAUS_SUCCESS;
}

/// Kernels load and store 16 bytes at once, and want rows side by side.
static int checkTensor(const DanausTensor *tensor, const char *kind, int64_t number,
                       const void *data, int64_t stride, int64_t rows) {
  enum { alignment = 16 };
  int64_t columns = 1, count = tensor->shape[0] < 0 ? rows : tensor->shape[0];
  for (int64_t i = 1; i < tensor->rank; ++i)
    columns *= tensor->shape[i];
  if (count > 1 && stride != columns)
    return danausCudaFail(DANAUS_ERROR_STRIDE,
                          "%s %lld: wanted rows one behind the other, %lld elements apart, found "
                          "%lld; on a GPU make it contiguous",
                          kind, (long long)number, (long long)columns, (long long)stride);
  if ((uintptr_t)data % alignment != 0)
    return danausCudaFail(DANAUS_ERROR_ALIGNMENT,
                          "%s %lld: wanted an address that is a multiple of 16 bytes, found %p",
                          kind, (long long)number, data);
  return 0;
}

int danausCudaBeginRun(const DanausFunction *function, const void *packed, const void *const *data,
                       const int64_t *strides, int64_t rows, const void *workspace,
                       int64_t workspaceBytes, void *stream) {
  Place place;
  danausCudaClearError();
  int code = danausCheckRun(function, packed, data, strides, rows, workspace, workspaceBytes);
  int64_t numActivations = function->numActivations, count = numActivations + function->numResults;
  for (int64_t i = 0; i < count && !code; ++i) {
    bool isActivation = i < numActivations;
    if (checkTensor(&function->tensors[function->numParameters + i],
                    isActivation ? "activation" : "result", isActivation ? i : i - numActivations,
                    data[i], strides[i], rows))
      return refuse(0);
  }
  if (code || openDevice(&place) || addPointer(&place, "packed", -1, packed) ||
      addPointer(&place, "workspace", -1, workspaceBytes ? workspace : NULL))
    return refuse(code);
  for (int64_t i = 0; i < count; ++i) {
    bool isActivation = i < numActivations;
    // What has no elements may be anywhere.
    const void *memory =
        rows == 0 && function->tensors[function->numParameters + i].shape[0] < 0 ? NULL : data[i];
    if (addPointer(&place, isActivation ? "activation" : "result",
                   isActivation ? i : i - numActivations, memory))
      return refuse(0);
  }
  return enter(function, &place, stream) ? refuse(0) : DANAUS_SUCCESS;
}
