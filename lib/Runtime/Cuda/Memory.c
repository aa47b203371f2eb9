//===- Memory.c - Device memory, streams, graphs and events -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver.h"
#include <stdio.h>

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static DevicePointer toDevice(const void *pointer) { return (DevicePointer)(uintptr_t)pointer; }

void *danausCudaAlloc(int64_t bytes) {
  Driver *driver = danausCudaReady();
  DevicePointer memory = 0;
  char what[64];
  if (!driver || bytes == 0)
    return NULL;
  snprintf(what, sizeof what, "%lld bytes of device memory", (long long)bytes);
  Result result = driver->memoryAlloc(&memory, (size_t)bytes, danausCudaThread()->stream);
  return danausCudaCheck(what, result) ? NULL : (void *)(uintptr_t)memory;
}

int danausCudaFree(void *memory) {
  if (!memory)
    return 0;
  Driver *driver = danausCudaReady();
  if (!driver)
    return 1;
  return danausCudaCheck("freeing device memory",
                         driver->memoryFree(toDevice(memory), danausCudaThread()->stream));
}

int danausCudaCopyToDevice(void *device, const void *host, int64_t bytes) {
  Driver *driver = danausCudaReady();
  if (!driver || bytes == 0)
    return !driver;
  return danausCudaCheck(
      "copy to the device",
      driver->copyToDevice(toDevice(device), host, (size_t)bytes, danausCudaThread()->stream));
}

int danausCudaCopyToHost(void *host, const void *device, int64_t bytes) {
  Driver *driver = danausCudaReady();
  if (!driver || bytes == 0)
    return !driver;
  return danausCudaCheck(
      "copy to the host",
      driver->copyToHost(host, toDevice(device), (size_t)bytes, danausCudaThread()->stream));
}

int danausCudaCopyOnDevice(void *target, const void *source, int64_t bytes) {
  Driver *driver = danausCudaReady();
  if (!driver || bytes == 0)
    return !driver;
  return danausCudaCheck("copy on the device",
                         driver->copyOnDevice(toDevice(target), toDevice(source), (size_t)bytes,
                                              danausCudaThread()->stream));
}

int danausCudaFill(void *device, int byte, int64_t bytes) {
  Driver *driver = danausCudaReady();
  if (!driver || bytes == 0)
    return !driver;
  return danausCudaCheck("filling device memory",
                         driver->fill(toDevice(device), (unsigned char)byte, (size_t)bytes,
                                      danausCudaThread()->stream));
}

//===----------------------------------------------------------------------===//
// Waiting and time
//===----------------------------------------------------------------------===//

int danausCudaSynchronize(void) {
  Driver *driver = danausCudaReady();
  if (!driver)
    return 1;
  return danausCudaCheck("running the kernels",
                         driver->streamSynchronize(danausCudaThread()->stream));
}

int danausCudaBeginCapture(void) {
  Driver *driver = danausCudaReady();
  Thread *thread = danausCudaThread();
  Handle stream = NULL;
  // CU_STREAM_NON_BLOCKING, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL.
  if (!driver || danausCudaCheck("stream of a graph", driver->streamCreate(&stream, 1)) ||
      danausCudaCheck("recording a graph", driver->streamBeginCapture(stream, 1)))
    return 1;
  thread->outerStream = thread->stream;
  thread->stream = stream;
  return 0;
}

void *danausCudaEndCapture(void) {
  // Also after an error in a recorded call: the stream must leave its capture.
  Driver *driver = danausCudaDriver();
  Thread *thread = danausCudaThread();
  Handle stream = thread->stream, graph = NULL, executable = NULL;
  thread->stream = thread->outerStream;
  int failed = danausCudaCheck("recording a graph", driver->streamEndCapture(stream, &graph)) ||
               danausCudaCheck("making a graph", driver->graphInstantiate(&executable, graph, 0));
  if (graph)
    driver->graphDestroy(graph);
  driver->streamDestroy(stream);
  return failed ? NULL : executable;
}

int danausCudaLaunchGraph(void *graph) {
  Driver *driver = graph ? danausCudaReady() : NULL;
  if (!driver)
    return 1;
  return danausCudaCheck("running a graph", driver->graphLaunch(graph, danausCudaThread()->stream));
}

void danausCudaDestroyGraph(void *graph) {
  Driver *driver = graph ? danausCudaReady() : NULL;
  if (driver)
    driver->graphExecDestroy(graph);
}

void *danausCudaRecordEvent(void) {
  Driver *driver = danausCudaReady();
  Handle event = NULL;
  if (!driver || danausCudaCheck("event", driver->eventCreate(&event, 0)) ||
      danausCudaCheck("event", driver->eventRecord(event, danausCudaThread()->stream)))
    return NULL;
  return event;
}

double danausCudaElapsed(void *begin, void *end) {
  Driver *driver = danausCudaReady();
  float milliseconds = -1;
  if (!driver || !begin || !end ||
      danausCudaCheck("running the kernels", driver->eventSynchronize(end)) ||
      danausCudaCheck("event", driver->eventElapsedTime(&milliseconds, begin, end)))
    return -1;
  return milliseconds;
}

void danausCudaDestroyEvent(void *event) {
  Driver *driver = event ? danausCudaReady() : NULL;
  if (driver)
    driver->eventDestroy(event);
}
