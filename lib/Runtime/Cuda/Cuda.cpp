//===- Cuda.cpp - What compiled code asks of a CUDA device -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Runtime/Cuda.h"
#include <cstdarg>
#include <cstdio>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <string>

//===----------------------------------------------------------------------===//
// The driver's functions
//===----------------------------------------------------------------------===//

namespace {
using Result = int; ///< CUresult
using DevicePointer = unsigned long long;
using Handle = void *; ///< CUcontext, CUmodule, CUfunction, CUstream, CUevent, CUgraph

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
  X(cuModuleLoadDataEx, moduleLoad, (Handle *, const void *, unsigned, int *, void **))            \
  X(cuModuleUnload, moduleUnload, (Handle))                                                        \
  X(cuModuleGetFunction, moduleGetFunction, (Handle *, Handle, const char *))                      \
  X(cuFuncSetAttribute, functionSetAttribute, (Handle, int, int))                                  \
  X(cuLaunchKernel, launchKernel,                                                                  \
    (Handle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, Handle,         \
     void **, void **))                                                                            \
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

struct Driver {
#define DANAUS_DECLARE(symbol, name, parameters) Result(*name) parameters = nullptr;
  DANAUS_CUDA_FUNCTIONS(DANAUS_DECLARE)
#undef DANAUS_DECLARE

  void *library = nullptr;
  int version = 0, capability = 0;
  Handle context = nullptr;
  char deviceName[128] = "";
  std::string problem; ///< why it cannot be used, or empty
};

constexpr int wantedVersion = 12000;

/// State of one thread.
struct Thread {
  std::string error;
  Handle stream = nullptr;
  Handle outerStream = nullptr; ///< that of the caller while a graph is recorded
  bool hasContext = false;
};
} // namespace

static Thread &thread() {
  static thread_local Thread state;
  return state;
}

/// Keeps the first error of this thread. Returns 1.
__attribute__((format(printf, 1, 2))) static int fail(const char *format, ...) {
  char text[4096];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (thread().error.empty())
    thread().error = text;
  return 1;
}

//===----------------------------------------------------------------------===//
// Opening
//===----------------------------------------------------------------------===//

static std::string describe(const Driver &driver, const char *what, Result result) {
  const char *text = nullptr;
  if (driver.getErrorString)
    driver.getErrorString(result, &text);
  return std::string(what) + ": " + (text ? text : "unknown error") + " (CUDA error " +
         std::to_string(result) + ")";
}

static std::string loadSymbols(Driver &driver) {
  driver.library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!driver.library)
    return std::string("no CUDA driver: ") + dlerror();
  const char *missing = nullptr;
#define DANAUS_LOAD(symbol, name, parameters)                                                      \
  driver.name = reinterpret_cast<decltype(driver.name)>(dlsym(driver.library, #symbol));           \
  if (!driver.name && !missing)                                                                    \
    missing = #symbol;
  DANAUS_CUDA_FUNCTIONS(DANAUS_LOAD)
#undef DANAUS_LOAD
  if (driver.driverGetVersion)
    driver.driverGetVersion(&driver.version);
  if (driver.version < wantedVersion)
    return "CUDA driver: wanted version 12.0 or newer, found " +
           std::to_string(driver.version / 1000) + "." + std::to_string(driver.version % 1000 / 10);
  return missing ? std::string("CUDA driver has no function ") + missing : std::string();
}

/// Memory that is freed stays ours, for the next call that asks for as much: a
/// layer's activations between launches are allocated anew each time.
static std::string keepFreedMemory(Driver &driver, int device) {
  constexpr int releaseThreshold = 4; // CU_MEMPOOL_ATTR_RELEASE_THRESHOLD
  uint64_t all = UINT64_MAX;
  Handle pool = nullptr;
  Result result = driver.deviceGetDefaultPool(&pool, device);
  if (!result)
    result = driver.poolSetAttribute(pool, releaseThreshold, &all);
  return result ? describe(driver, "memory of CUDA device 0", result) : "";
}

static std::string openDevice(Driver &driver) {
  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR.
  constexpr int majorAttribute = 75, minorAttribute = 76;
  int count = 0, device = 0, major = 0, minor = 0;
  if (Result result = driver.init(0))
    return describe(driver, "CUDA driver", result);
  if (Result result = driver.deviceGetCount(&count))
    return describe(driver, "CUDA devices", result);
  if (count == 0)
    return "no CUDA device: the driver found none";
  if (Result result = driver.deviceGet(&device, 0))
    return describe(driver, "CUDA device 0", result);
  driver.deviceGetName(driver.deviceName, sizeof driver.deviceName, device);
  driver.deviceGetAttribute(&major, majorAttribute, device);
  driver.deviceGetAttribute(&minor, minorAttribute, device);
  driver.capability = 10 * major + minor;
  if (Result result = driver.primaryContextRetain(&driver.context, device))
    return describe(driver, "context of CUDA device 0", result);
  return keepFreedMemory(driver, device);
}

/// The driver, opened once a process.
static Driver &openDriver() {
  static Driver driver;
  static std::once_flag once;
  std::call_once(once, [] {
    driver.problem = loadSymbols(driver);
    if (driver.problem.empty())
      driver.problem = openDevice(driver);
  });
  return driver;
}

/// The driver ready for a call of this thread, or null after an error.
static Driver *ready() {
  if (!thread().error.empty())
    return nullptr;
  Driver &driver = openDriver();
  if (!driver.problem.empty()) {
    fail("%s", driver.problem.c_str());
    return nullptr;
  }
  if (!thread().hasContext) {
    if (Result result = driver.contextSetCurrent(driver.context)) {
      fail("%s", describe(driver, "CUDA context", result).c_str());
      return nullptr;
    }
    thread().hasContext = true;
  }
  return &driver;
}

static int check(const Driver &driver, const char *what, Result result) {
  return result == 0 ? 0 : fail("%s", describe(driver, what, result).c_str());
}

int danausCudaInit(void) { return ready() ? 0 : 1; }
const char *danausCudaLastError(void) { return thread().error.c_str(); }
void danausCudaClearError(void) { thread().error.clear(); }
const char *danausCudaDeviceName(void) { return openDriver().deviceName; }
int danausCudaDriverVersion(void) { return openDriver().version; }
int danausCudaComputeCapability(void) { return openDriver().capability; }
void danausCudaSetStream(void *stream) { thread().stream = stream; }

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

namespace {
/// Functions that were loaded, by image and name, and constants that were copied.
struct Cache {
  std::mutex mutex;
  std::map<const void *, Handle> modules;
  std::map<std::pair<const void *, std::string>, Handle> functions;
  std::map<const void *, void *> constants; ///< from the host's to the device's
};
} // namespace

static Cache &cache() {
  static Cache instance;
  return instance;
}

/// Loads an image; for PTX that the driver cannot compile, with its log.
static Handle loadModule(Driver &driver, const void *image) {
  // CU_JIT_ERROR_LOG_BUFFER and CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES.
  int options[] = {5, 6};
  char log[2048] = "";
  void *values[] = {log, reinterpret_cast<void *>(sizeof log)};
  Handle module = nullptr;
  if (Result result = driver.moduleLoad(&module, image, 2, options, values)) {
    fail("%s%s%s", describe(driver, "loading the kernels", result).c_str(), *log ? ": " : "", log);
    return nullptr;
  }
  return module;
}

static Handle findFunction(Driver &driver, const void *image, const char *kernel,
                           int32_t sharedBytes) {
  Cache &known = cache();
  std::lock_guard<std::mutex> lock(known.mutex);
  Handle &function = known.functions[{image, kernel}];
  if (function)
    return function;
  Handle &module = known.modules[image];
  if (!module && !(module = loadModule(driver, image)))
    return nullptr;
  Handle found = nullptr;
  if (check(driver, kernel, driver.moduleGetFunction(&found, module, kernel)))
    return nullptr;
  // CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES: above 48 KB it must be asked for.
  constexpr int maxSharedAttribute = 8;
  if (check(driver, "shared memory of a kernel",
            driver.functionSetAttribute(found, maxSharedAttribute, sharedBytes)))
    return nullptr;
  return function = found;
}

int danausCudaLaunch(const void *image, const char *kernel, int64_t gridX, int64_t gridY,
                     int64_t gridZ, int64_t blockX, int64_t blockY, int64_t blockZ,
                     int32_t sharedBytes, void **parameters) {
  Driver *driver = ready();
  if (!driver)
    return 1;
  if (gridX == 0 || gridY == 0 || gridZ == 0)
    return 0;
  Handle function = findFunction(*driver, image, kernel, sharedBytes);
  if (!function)
    return 1;
  return check(*driver, kernel,
               driver->launchKernel(function, gridX, gridY, gridZ, blockX, blockY, blockZ,
                                    sharedBytes, thread().stream, parameters, nullptr));
}

//===----------------------------------------------------------------------===//
// Tensor maps
//===----------------------------------------------------------------------===//

int danausCudaTensorMap(void *map, const void *source, int32_t isBf16, int32_t rank,
                        const int64_t *sizes, const int64_t *strides, const int64_t *box) {
  // CU_TENSOR_MAP_DATA_TYPE_FLOAT16 and _BFLOAT16, _L2_PROMOTION_L2_256B.
  constexpr int typeF16 = 6, typeBf16 = 9, promotion = 3;
  constexpr int maxRank = 5, elementBytes = 2, alignment = 16;
  Driver *driver = ready();
  if (!driver)
    return 1;
  if (rank < 1 || rank > maxRank)
    return fail("tensor for bulk copies: wanted 1 to 5 dimensions, found %d", rank);
  if (reinterpret_cast<uintptr_t>(source) % alignment != 0)
    return fail("tensor for bulk copies: wanted an address that is a multiple of 16 bytes, "
                "found %p",
                source);
  uint64_t extents[maxRank], pitches[maxRank];
  unsigned boxes[maxRank], steps[maxRank];
  for (int32_t i = 0; i < rank; ++i) {
    if (sizes[i] == 0)
      return 0;
    extents[i] = sizes[i];
    pitches[i] = elementBytes * strides[i];
    boxes[i] = static_cast<unsigned>(box[i]);
    steps[i] = 1;
  }
  // CU_TENSOR_MAP_SWIZZLE_NONE, _32B, _64B and _128B, by the bytes of a box's rows.
  int swizzle = box[0] == 64 ? 3 : box[0] == 32 ? 2 : box[0] == 16 ? 1 : 0;
  // The fastest dimension has no pitch.
  return check(*driver, "description of a tensor",
               driver->tensorMapEncode(map, isBf16 ? typeBf16 : typeF16, rank,
                                       const_cast<void *>(source), extents, pitches + 1, boxes,
                                       steps, /*interleave=*/0, swizzle, promotion,
                                       /*fill=*/0));
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static DevicePointer toDevice(const void *pointer) {
  return reinterpret_cast<DevicePointer>(pointer);
}

void *danausCudaAlloc(int64_t bytes) {
  Driver *driver = ready();
  DevicePointer memory = 0;
  if (!driver || bytes == 0)
    return nullptr;
  Result result = driver->memoryAlloc(&memory, bytes, thread().stream);
  std::string what = std::to_string(bytes) + " bytes of device memory";
  if (check(*driver, what.c_str(), result))
    return nullptr;
  return reinterpret_cast<void *>(memory);
}

int danausCudaFree(void *memory) {
  Driver *driver = memory ? ready() : nullptr;
  if (!driver)
    return memory ? 1 : 0;
  return check(*driver, "freeing device memory",
               driver->memoryFree(toDevice(memory), thread().stream));
}

/// Runs `call` on a ready driver unless there is nothing to move.
template <typename Call> static int move(const char *what, int64_t bytes, Call call) {
  Driver *driver = ready();
  if (!driver)
    return 1;
  return bytes == 0 ? 0 : check(*driver, what, call(*driver));
}

int danausCudaCopyToDevice(void *device, const void *host, int64_t bytes) {
  return move("copy to the device", bytes, [&](Driver &driver) {
    return driver.copyToDevice(toDevice(device), host, bytes, thread().stream);
  });
}

int danausCudaCopyToHost(void *host, const void *device, int64_t bytes) {
  return move("copy to the host", bytes, [&](Driver &driver) {
    return driver.copyToHost(host, toDevice(device), bytes, thread().stream);
  });
}

int danausCudaCopyOnDevice(void *target, const void *source, int64_t bytes) {
  return move("copy on the device", bytes, [&](Driver &driver) {
    return driver.copyOnDevice(toDevice(target), toDevice(source), bytes, thread().stream);
  });
}

int danausCudaFill(void *device, int byte, int64_t bytes) {
  return move("filling device memory", bytes, [&](Driver &driver) {
    return driver.fill(toDevice(device), static_cast<unsigned char>(byte), bytes, thread().stream);
  });
}

void *danausCudaConstant(const void *host, int64_t bytes) {
  Cache &known = cache();
  std::lock_guard<std::mutex> lock(known.mutex);
  void *&copy = known.constants[host];
  if (copy || bytes == 0)
    return copy;
  void *memory = danausCudaAlloc(bytes);
  // Other streams may be next to read it.
  if (!memory || danausCudaCopyToDevice(memory, host, bytes) || danausCudaSynchronize())
    return nullptr;
  return copy = memory;
}

int danausCudaForget(void) {
  int failed = danausCudaSynchronize();
  Driver *driver = ready();
  if (!driver)
    return 1;
  Cache &known = cache();
  std::lock_guard<std::mutex> lock(known.mutex);
  for (auto &[host, memory] : known.constants)
    failed |= danausCudaFree(memory);
  for (auto &[image, module] : known.modules)
    if (module)
      failed |= check(*driver, "unloading the kernels", driver->moduleUnload(module));
  known.constants.clear(), known.functions.clear(), known.modules.clear();
  return failed;
}

//===----------------------------------------------------------------------===//
// Waiting and time
//===----------------------------------------------------------------------===//

int danausCudaSynchronize(void) {
  Driver *driver = ready();
  if (!driver)
    return 1;
  return check(*driver, "running the kernels", driver->streamSynchronize(thread().stream));
}

int danausCudaBeginCapture(void) {
  Driver *driver = ready();
  Handle stream = nullptr;
  // CU_STREAM_NON_BLOCKING, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL.
  if (!driver || check(*driver, "stream of a graph", driver->streamCreate(&stream, 1)) ||
      check(*driver, "recording a graph", driver->streamBeginCapture(stream, 1)))
    return 1;
  thread().outerStream = thread().stream;
  thread().stream = stream;
  return 0;
}

void *danausCudaEndCapture(void) {
  // Also after an error in a recorded call: the stream must leave its capture.
  Driver &driver = openDriver();
  Handle stream = thread().stream, graph = nullptr, executable = nullptr;
  thread().stream = thread().outerStream;
  bool failed = check(driver, "recording a graph", driver.streamEndCapture(stream, &graph)) ||
                check(driver, "making a graph", driver.graphInstantiate(&executable, graph, 0));
  if (graph)
    driver.graphDestroy(graph);
  driver.streamDestroy(stream);
  return failed ? nullptr : executable;
}

int danausCudaLaunchGraph(void *graph) {
  Driver *driver = graph ? ready() : nullptr;
  if (!driver)
    return 1;
  return check(*driver, "running a graph", driver->graphLaunch(graph, thread().stream));
}

void danausCudaDestroyGraph(void *graph) {
  Driver *driver = graph ? ready() : nullptr;
  if (driver)
    driver->graphExecDestroy(graph);
}

void *danausCudaRecordEvent(void) {
  Driver *driver = ready();
  Handle event = nullptr;
  if (!driver || check(*driver, "event", driver->eventCreate(&event, 0)) ||
      check(*driver, "event", driver->eventRecord(event, thread().stream)))
    return nullptr;
  return event;
}

double danausCudaElapsed(void *begin, void *end) {
  Driver *driver = ready();
  float milliseconds = -1;
  if (!driver || !begin || !end ||
      check(*driver, "running the kernels", driver->eventSynchronize(end)) ||
      check(*driver, "event", driver->eventElapsedTime(&milliseconds, begin, end)))
    return -1;
  return milliseconds;
}

void danausCudaDestroyEvent(void *event) {
  Driver *driver = event ? ready() : nullptr;
  if (driver)
    driver->eventDestroy(event);
}
