//===- gpu-clusters.c - A layer whose thread blocks come in clusters -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Run with the driver of fake-cuda.c.
//
//===----------------------------------------------------------------------===//

#include "layers.h"
#include <dlfcn.h>
#include <stdio.h>

enum { rows = 600, columns = 1024, rank = 64 };

static void report(const char *what, int code) {
  printf("%s: %d: %s\n", what, code, code ? danausCudaLastError() : danausErrorText(code));
}

int main(void) {
  void *driver = dlopen("libcuda.so.1", RTLD_NOW);
  void *(*allocate)(int device, size_t bytes);
  setbuf(stdout, NULL);
  if (!driver)
    return printf("%s\n", dlerror()), 1;
  *(void **)&allocate = dlsym(driver, "fakeAllocate");
  const void *params[] = {allocate(0, 2 * columns * rank), allocate(0, 2 * columns * rank)};
  void *packed = allocate(0, (size_t)low_rank_packed_bytes());
  void *workspace = allocate(0, (size_t)low_rank_workspace_bytes(rows));
  uint16_t *x = allocate(0, 2 * rows * columns), *y = allocate(0, 2 * rows * columns);
  report("pack", low_rank_pack(params, packed, NULL));
  report("many", low_rank_run(packed, x, columns, y, columns, rows, workspace, NULL));
  report("few", low_rank_run(packed, x, columns, y, columns, 40, workspace, NULL));
  return 0;
}
