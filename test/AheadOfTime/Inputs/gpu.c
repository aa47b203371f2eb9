//===- gpu.c - Entry points of a function on a GPU, from C -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Run with a driver that is missing, or with the one of fake-cuda.c, which prints what
// the calls below ask of it.
//
//===----------------------------------------------------------------------===//

#include "layers.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { rows = 100, size = 64, parameters = 8 * 8 * 8 };

static void *(*fakeAllocate)(int device, size_t bytes);

/// Memory of device `device` of the driver, or of the host where there is none.
static void *allocate(int device, int64_t bytes) {
  return fakeAllocate ? fakeAllocate(device, (size_t)bytes)
                      : aligned_alloc(256, ((size_t)bytes + 511) / 256 * 256);
}

static void tell(const char *what, int code) {
  printf("%s: %d: %s\n", what, code, code ? danausCudaLastError() : danausErrorText(code));
}

/// All that one call of the Monarch needs.
typedef struct Call {
  const void *params[2];
  void *packed, *workspace;
  uint16_t *x, *y;
} Call;

static Call allocateCall(int device) {
  Call call;
  for (int i = 0; i < 2; ++i)
    call.params[i] = allocate(device, 2 * parameters);
  call.packed = allocate(device, monarch_packed_bytes());
  call.workspace = allocate(device, monarch_workspace_bytes(rows));
  call.x = allocate(device, 2 * rows * size);
  call.y = allocate(device, 2 * rows * size);
  return call;
}

static int run(const Call *call, const void *packed, const uint16_t *x) {
  return monarch_run(packed, x, size, call->y, size, rows, call->workspace, (void *)0x77);
}

static void callMonarch(void) {
  Call call = allocateCall(1), other = allocateCall(0);
  uint16_t *onHost = aligned_alloc(256, 2 * rows * size);
  printf("%s for %s, needs \"%s\"\n", monarch_info()->name, monarch_info()->target,
         monarch_info()->features);
  tell("pack", monarch_pack(call.params, call.packed, (void *)0x77));
  tell("run", run(&call, call.packed, call.x));
  tell("again", run(&call, call.packed, call.x));
  tell("no rows", monarch_run(call.packed, NULL, size, NULL, size, 0, call.workspace, NULL));
  tell("null", monarch_run(call.packed, NULL, size, call.y, size, rows, call.workspace, NULL));
  tell("stride",
       monarch_run(call.packed, call.x, size + 8, call.y, size, rows - 20, call.workspace, NULL));
  tell("alignment", run(&call, call.packed, call.x + 4));
  tell("host", run(&call, call.packed, onHost));
  tell("device", run(&call, call.packed, other.x));
  tell("parameter", monarch_pack(other.params, call.packed, NULL));
  free(onHost);
}

static void callOthers(void) {
  void *w = allocate(0, 2 * 6 * 32 * 4), *packed = allocate(0, butterfly_packed_bytes());
  float *x = allocate(0, 16 * 3), *y = allocate(0, 16 * 3);
  const void *params[] = {w};
  tell("pack butterfly", butterfly_pack(params, packed, NULL));
  packed = allocate(0, shift_packed_bytes());
  tell("pack shift", shift_pack(NULL, packed, NULL));
  tell("run shift", shift_run(packed, x, 4, y, 4, 3, allocate(0, shift_workspace_bytes(3)), NULL));
}

int main(int count, char **arguments) {
  void *driver = dlopen("libcuda.so.1", RTLD_NOW);
  (void)arguments;
  if (driver)
    *(void **)&fakeAllocate = dlsym(driver, "fakeAllocate");
  setbuf(stdout, NULL);
  callMonarch();
  if (count > 1)
    callOthers();
  if (driver) {
    int (*fakeCaptureMode)(void);
    *(void **)&fakeCaptureMode = dlsym(driver, "fakeCaptureMode");
    printf("capture mode %d\n", fakeCaptureMode ? fakeCaptureMode() : 0);
  }
  return 0;
}
