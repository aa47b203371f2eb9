//===- Driver.c - The CUDA driver, its devices and errors -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { wantedVersion = 12000 };

Thread *danausCudaThread(void) {
  static _Thread_local Thread state;
  return &state;
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

int danausCudaFail(int code, const char *format, ...) {
  Thread *thread = danausCudaThread();
  if (thread->error[0])
    return 1;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(thread->error, sizeof thread->error, format, arguments);
  va_end(arguments);
  thread->code = code;
  return 1;
}

/// The driver's text for `result`.
static const char *describe(const Driver *driver, Result result) {
  const char *text = NULL;
  if (driver->getErrorString)
    driver->getErrorString(result, &text);
  return text ? text : "unknown error";
}

int danausCudaCheck(const char *what, Result result) {
  if (result == 0)
    return 0;
  return danausCudaFail(DANAUS_ERROR_LAUNCH, "%s: %s (CUDA error %d)", what,
                        describe(danausCudaDriver(), result), result);
}

const char *danausCudaLastError(void) { return danausCudaThread()->error; }

void danausCudaClearError(void) {
  danausCudaThread()->error[0] = '\0';
  danausCudaThread()->code = DANAUS_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Opening
//===----------------------------------------------------------------------===//

/// Functions by name; the problem of a driver that is missing or too old.
static void loadSymbols(Driver *driver) {
  const char *missing = NULL;
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(driver->problem, sizeof driver->problem, "no CUDA driver: %s", dlerror());
    return;
  }
#define DANAUS_LOAD(symbol, name, parameters)                                                      \
  *(void **)&driver->name = dlsym(library, #symbol);                                               \
  if (!driver->name && !missing)                                                                   \
    missing = #symbol;
  DANAUS_CUDA_FUNCTIONS(DANAUS_LOAD)
#undef DANAUS_LOAD
  if (driver->driverGetVersion)
    driver->driverGetVersion(&driver->version);
  if (driver->version < wantedVersion)
    snprintf(driver->problem, sizeof driver->problem,
             "CUDA driver: wanted version 12.0 or newer, found %d.%d", driver->version / 1000,
             driver->version % 1000 / 10);
  else if (missing)
    snprintf(driver->problem, sizeof driver->problem, "CUDA driver has no function %s", missing);
}

static void findDevices(Driver *driver) {
  const char *what = "CUDA driver";
  Result result = driver->init(0);
  if (!result) {
    what = "CUDA devices";
    result = driver->deviceGetCount(&driver->numDevices);
  }
  if (result)
    snprintf(driver->problem, sizeof driver->problem, "%s: %s (CUDA error %d)", what,
             describe(driver, result), result);
  else if (driver->numDevices == 0)
    snprintf(driver->problem, sizeof driver->problem, "no CUDA device: the driver found none");
}

static Driver theDriver;
static Device devices[maxDevices];
static pthread_mutex_t devicesMutex = PTHREAD_MUTEX_INITIALIZER;

static void openDriver(void) {
  loadSymbols(&theDriver);
  if (!theDriver.problem[0])
    findDevices(&theDriver);
}

Driver *danausCudaDriver(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, openDriver);
  return &theDriver;
}

//===----------------------------------------------------------------------===//
// Devices
//===----------------------------------------------------------------------===//

static Result readDevice(Driver *driver, int ordinal, Device *device) {
  // CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, _COMPUTE_CAPABILITY_MAJOR and _MINOR.
  enum { processors = 16, majorVersion = 75, minorVersion = 76 };
  int id = 0, major = 0, minor = 0;
  Result result = driver->deviceGet(&id, ordinal);
  if (!result)
    result = driver->deviceGetName(device->name, sizeof device->name, id);
  if (!result)
    result = driver->deviceGetAttribute(&major, majorVersion, id);
  if (!result)
    result = driver->deviceGetAttribute(&minor, minorVersion, id);
  if (!result)
    result = driver->deviceGetAttribute(&device->multiprocessors, processors, id);
  device->capability = 10 * major + minor;
  device->isKnown = !result;
  return result;
}

Device *danausCudaDevice(int ordinal) {
  Driver *driver = danausCudaDriver();
  if (driver->problem[0]) {
    danausCudaFail(DANAUS_ERROR_DRIVER, "%s", driver->problem);
    return NULL;
  }
  if (ordinal < 0 || ordinal >= driver->numDevices || ordinal >= maxDevices) {
    danausCudaFail(DANAUS_ERROR_DRIVER, "no CUDA device %d: the driver found %d", ordinal,
                   driver->numDevices);
    return NULL;
  }
  Device *device = &devices[ordinal];
  pthread_mutex_lock(&devicesMutex);
  Result result = device->isKnown ? 0 : readDevice(driver, ordinal, device);
  pthread_mutex_unlock(&devicesMutex);
  return danausCudaCheck("CUDA device", result) ? NULL : device;
}

Handle danausCudaPrimaryContext(int ordinal) {
  Device *device = danausCudaDevice(ordinal);
  if (!device)
    return NULL;
  Driver *driver = danausCudaDriver();
  int id = 0;
  pthread_mutex_lock(&devicesMutex);
  Result result = device->context ? 0 : driver->deviceGet(&id, ordinal);
  if (!result && !device->context)
    result = driver->primaryContextRetain(&device->context, id);
  pthread_mutex_unlock(&devicesMutex);
  return danausCudaCheck("context of a CUDA device", result) ? NULL : device->context;
}

/// Memory that is freed stays ours, for the next call that asks for as much: a
/// layer's activations between launches are allocated anew each time.
static Result keepFreedMemory(Driver *driver) {
  enum { releaseThreshold = 4 }; // CU_MEMPOOL_ATTR_RELEASE_THRESHOLD
  uint64_t all = UINT64_MAX;
  Handle pool = NULL;
  int id = 0;
  Result result = driver->deviceGet(&id, 0);
  if (!result)
    result = driver->deviceGetDefaultPool(&pool, id);
  return result ? result : driver->poolSetAttribute(pool, releaseThreshold, &all);
}

Driver *danausCudaReady(void) {
  Thread *thread = danausCudaThread();
  if (thread->error[0])
    return NULL;
  Driver *driver = danausCudaDriver();
  if (thread->context)
    return driver;
  Handle context = danausCudaPrimaryContext(0);
  if (!context || danausCudaCheck("CUDA context", driver->contextSetCurrent(context)) ||
      danausCudaCheck("memory of CUDA device 0", keepFreedMemory(driver)))
    return NULL;
  thread->context = context;
  return driver;
}

int danausCudaInit(void) { return danausCudaReady() ? 0 : 1; }

const char *danausCudaDeviceName(void) { return devices[0].name; }

int danausCudaDriverVersion(void) { return danausCudaDriver()->version; }

int danausCudaComputeCapability(void) {
  Device *device = danausCudaDriver()->problem[0] ? NULL : danausCudaDevice(0);
  return device ? device->capability : 0;
}

void danausCudaSetStream(void *stream) { danausCudaThread()->stream = stream; }
