//===- gpu-library.c - A dense layer that a library may compute -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Run with the driver of fake-cuda.c and with the library of fake-cublaslt.c or without
// one. The first argument is a library to open before the first call.
//
//===----------------------------------------------------------------------===//

#include "layers.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

enum { rows = 100, in = 256, out = 512 };

static void *packed, *workspace;
static uint16_t *x, *y;

static float toFloat(uint16_t value) {
  uint32_t bits = (uint32_t)value << 16;
  float number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

/// Small whole numbers, whose sums are exact.
static void fill(uint16_t *values, int count, int step) {
  for (int i = 0; i < count; ++i) {
    float number = (float)(i * step % 7 - 3);
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    values[i] = (uint16_t)(bits >> 16);
  }
}

/// What y is, which was 0 before the first call: the product, as it was, or something else.
static const char *state(void) {
  const uint16_t *w = packed;
  int right = 0, unchanged = 0;
  for (int row = 0; row < rows; ++row)
    for (int i = 0; i < out; ++i) {
      float sum = 0;
      uint32_t bits;
      for (int j = 0; j < in; ++j)
        sum += toFloat(x[row * in + j]) * toFloat(w[i * in + j]);
      memcpy(&bits, &sum, sizeof bits);
      right += y[row * out + i] == (uint16_t)(bits >> 16);
      unchanged += y[row * out + i] == 0;
    }
  return right == rows * out ? "the product" : unchanged == rows * out ? "as it was" : "wrong";
}

static void run(const char *what, int64_t count, int64_t skipped) {
  int code = dense_run(packed, x + skipped, in, y, out, count, workspace, (void *)0x77);
  printf("%s: %d: %s\n", what, code, code ? danausCudaLastError() : danausErrorText(code));
}

int main(int count, char **arguments) {
  void *driver = dlopen("libcuda.so.1", RTLD_NOW);
  void *(*allocate)(int device, size_t bytes);
  setbuf(stdout, NULL);
  if (!driver || (count > 1 && !dlopen(arguments[1], RTLD_NOW)))
    return printf("%s\n", dlerror()), 1;
  *(void **)&allocate = dlsym(driver, "fakeAllocate");
  const void *params[] = {allocate(0, 2 * in * out)};
  packed = allocate(0, (size_t)dense_packed_bytes());
  workspace = allocate(0, (size_t)dense_workspace_bytes(rows));
  x = allocate(0, 2 * rows * in);
  y = allocate(0, 2 * rows * out);
  printf("packed %p, x %p, y %p\n", packed, (void *)x, (void *)y);
  printf("pack: %d\n", dense_pack(params, packed, NULL));
  fill(packed, in * out, 5);
  fill(x, rows * in, 3);
  memset(y, 0, 2 * rows * out);
  run("first", rows, 0);
  printf("y is %s\n", state());
  run("again", rows, 0);
  run("fewer", 7, 0);
  run("aligned less", 7, 8);
  run("none", 0, 0);
  int (*captureMode)(void);
  *(void **)&captureMode = dlsym(driver, "fakeCaptureMode");
  printf("capture mode %d\n", captureMode());
  return 0;
}
