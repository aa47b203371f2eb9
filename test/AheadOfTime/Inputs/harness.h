//===- harness.h - Calls a compiled function and holds it to a reference --===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef HARNESS_H
#define HARNESS_H

#include "danaus/Runtime/Cpu.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A function of one f32 activation and one result, and its plain definition.
typedef struct Case {
  const char *name;
  int64_t (*packedBytes)(void);
  int (*pack)(const void *const *, void *, void *);
  int64_t (*workspaceBytes)(int64_t);
  int (*run)(const void *, const float *, int64_t, float *, int64_t, int64_t, void *, void *);
  const DanausFunction *(*info)(void);
  /// One row: y from x and the parameters.
  void (*reference)(float *const *params, const float *x, float *y);
} Case;

#define CASE(name)                                                                                 \
  {#name,      name##_packed_bytes, name##_pack,     name##_workspace_bytes,                       \
   name##_run, name##_info,         name##_reference}

enum { guardBytes = 256, guardByte = 0x5a };

static int failures;

#define EXPECT(condition)                                                                          \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                               \
      ++failures;                                                                                  \
    }                                                                                              \
  } while (0)

static float randomValue(void) {
  static unsigned state = 1;
  state = state * 1664525u + 1013904223u;
  return (float)(state >> 8) / (1 << 23) - 1.0f;
}

/// `bytes` aligned to 64, then bytes that must not change.
static char *allocate(int64_t bytes) {
  int64_t padded = (bytes + guardBytes + 63) / 64 * 64;
  char *memory = aligned_alloc(64, (size_t)padded);
  memset(memory, guardByte, (size_t)padded);
  return memory;
}

static int isIntact(const char *memory, int64_t bytes) {
  for (int i = 0; i < guardBytes; ++i)
    if (memory[bytes + i] != guardByte)
      return 0;
  return 1;
}

static int64_t countElements(const DanausTensor *tensor) {
  int64_t count = 1;
  for (int64_t i = 0; i < tensor->rank; ++i)
    count *= tensor->shape[i];
  return count;
}

/// Random parameters, small enough that sums stay near 1.
static float **makeParams(const DanausFunction *info) {
  float **params = calloc(16, sizeof(float *));
  for (int64_t i = 0; i < info->numParameters; ++i) {
    int64_t count = countElements(&info->tensors[i]);
    params[i] = (float *)allocate(count * 4);
    for (int64_t j = 0; j < count; ++j)
      params[i][j] = randomValue() * 0.5f;
  }
  return params;
}

/// Runs `rows` rows with `extra` columns between them, and compares each with the
/// reference; what lies between must stay as it was.
static void checkRows(const Case *tested, float **params, const void *packed, int64_t rows,
                      int64_t extra) {
  const DanausFunction *info = tested->info();
  const DanausTensor *activation = &info->tensors[info->numParameters];
  int64_t in = activation[0].shape[1], out = activation[1].shape[1];
  int64_t ldx = in + extra, ldy = out + 2 * extra, bytes = rows * ldy * 4;
  float *x = (float *)allocate(rows * ldx * 4), *y = (float *)allocate(bytes);
  int64_t workspaceBytes = tested->workspaceBytes(rows);
  EXPECT(workspaceBytes >= 0);
  char *workspace = allocate(workspaceBytes);
  for (int64_t i = 0; i < rows * ldx; ++i)
    x[i] = randomValue();
  EXPECT(tested->run(packed, x, ldx, y, ldy, rows, workspace, NULL) == DANAUS_SUCCESS);
  EXPECT(isIntact((char *)y, bytes) && isIntact(workspace, workspaceBytes));
  double error = 0, norm = 0;
  float *expected = malloc((size_t)out * 4);
  for (int64_t row = 0; row < rows; ++row) {
    tested->reference(params, x + row * ldx, expected);
    for (int64_t j = 0; j < out; ++j) {
      error += pow(y[row * ldy + j] - expected[j], 2);
      norm += pow(expected[j], 2);
    }
    for (int64_t j = out; j < ldy; ++j)
      EXPECT(((unsigned char *)(y + row * ldy + j))[0] == guardByte);
  }
  // Both sides round in f32 after each stage: a few times 2^-24.
  EXPECT(sqrt(error) <= 1e-6 * sqrt(norm));
  free(expected), free(x), free(y), free(workspace);
}

/// Bad calls: the code, and nothing written.
static void checkErrors(const Case *tested, float **params, char *packed) {
  enum { rows = 5 };
  const DanausFunction *info = tested->info();
  const DanausTensor *activation = &info->tensors[info->numParameters];
  int64_t in = activation[0].shape[1], out = activation[1].shape[1], most = in > out ? in : out;
  float *x = (float *)allocate(rows * 2 * most * 4), *y = (float *)allocate(rows * most * 4);
  char *workspace = allocate(tested->workspaceBytes(rows) + 64);
  memset(x, 0, (size_t)(rows * most * 4));
  const void *const *given = (const void *const *)params;
#define RUN(packed, x, ldx, y, ldy, rows, workspace)                                               \
  tested->run(packed, (const float *)(x), ldx, (float *)(y), ldy, rows, workspace, NULL)
  EXPECT(RUN(NULL, x, in, y, out, rows, workspace) == DANAUS_ERROR_NULL);
  EXPECT(RUN(packed, NULL, in, y, out, rows, workspace) == DANAUS_ERROR_NULL);
  EXPECT(RUN(packed, x, in, NULL, out, rows, workspace) == DANAUS_ERROR_NULL);
  EXPECT(tested->workspaceBytes(rows) == 0 ||
         RUN(packed, x, in, y, out, rows, NULL) == DANAUS_ERROR_NULL);
  EXPECT(RUN(packed + 4, x, in, y, out, rows, workspace) == DANAUS_ERROR_ALIGNMENT);
  EXPECT(RUN(packed, (char *)x + 2, in, y, out, rows, workspace) == DANAUS_ERROR_ALIGNMENT);
  EXPECT(RUN(packed, x, in, (char *)y + 1, out, rows, workspace) == DANAUS_ERROR_ALIGNMENT);
  EXPECT(RUN(packed, x, in, y, out, rows, workspace + 8) == DANAUS_ERROR_ALIGNMENT);
  EXPECT(RUN(packed, x, in - 1, y, out, rows, workspace) == DANAUS_ERROR_STRIDE);
  EXPECT(RUN(packed, x, in, y, out - 1, rows, workspace) == DANAUS_ERROR_STRIDE);
  EXPECT(RUN(packed, x, INT64_MAX / 2, y, out, rows, workspace) == DANAUS_ERROR_STRIDE);
  EXPECT(RUN(packed, x, in, y, out, -1, workspace) == DANAUS_ERROR_ROWS);
  EXPECT(RUN(packed, x, in, y, out, INT64_MAX, workspace) == DANAUS_ERROR_ROWS);
  EXPECT(RUN(packed, x, in, x, out, rows, workspace) == DANAUS_ERROR_OVERLAP);
  EXPECT(RUN(packed, x, in, x + in, out, rows, workspace) == DANAUS_ERROR_OVERLAP);
  EXPECT(RUN(packed, x, in, packed, out, 1, workspace) == DANAUS_ERROR_OVERLAP);
  EXPECT(tested->workspaceBytes(rows) < 64 ||
         RUN(packed, workspace, in, y, out, 1, workspace) == DANAUS_ERROR_OVERLAP);
  EXPECT(isIntact((char *)y, 0));
  EXPECT(tested->workspaceBytes(-1) == -DANAUS_ERROR_ROWS);
  EXPECT(tested->pack(NULL, packed, NULL) == DANAUS_ERROR_NULL);
  EXPECT(tested->pack(given, NULL, NULL) == DANAUS_ERROR_NULL);
  EXPECT(tested->pack(given, packed + 4, NULL) == DANAUS_ERROR_ALIGNMENT);
  const void *bad[16];
  memcpy(bad, params, sizeof(bad));
  bad[0] = NULL;
  EXPECT(tested->pack(bad, packed, NULL) == DANAUS_ERROR_NULL);
  bad[0] = (char *)params[0] + 1;
  EXPECT(tested->pack(bad, packed, NULL) == DANAUS_ERROR_ALIGNMENT);
  bad[0] = packed;
  EXPECT(tested->pack(bad, packed, NULL) == DANAUS_ERROR_OVERLAP);
  // x and y may be columns of one matrix.
  EXPECT(RUN(packed, x, 2 * most, x + most, 2 * most, rows, workspace) == DANAUS_SUCCESS);
  EXPECT(RUN(packed, x, 2 * most, x + in - 1, 2 * most, rows, workspace) == DANAUS_ERROR_OVERLAP);
  free(x), free(y), free(workspace);
#undef RUN
}

static void checkCase(const Case *tested) {
  const DanausFunction *info = tested->info();
  EXPECT(strcmp(info->name, tested->name) == 0 && info->abiVersion == DANAUS_ABI_VERSION);
  EXPECT(info->numActivations == 1 && info->numResults == 1);
  float **params = makeParams(info);
  int64_t packedBytes = tested->packedBytes();
  EXPECT(packedBytes >= info->packedBytes);
  char *packed = allocate(packedBytes);
  EXPECT(tested->pack((const void *const *)params, packed, NULL) == DANAUS_SUCCESS);
  EXPECT(isIntact(packed, packedBytes));
  const int64_t rows[] = {0, 1, 7, 256};
  for (int i = 0; i < 4; ++i) {
    checkRows(tested, params, packed, rows[i], 0);
    checkRows(tested, params, packed, rows[i], 3);
  }
  EXPECT(tested->run(packed, NULL, 64, NULL, 64, 0, allocate(tested->workspaceBytes(0)), NULL) ==
         DANAUS_SUCCESS);
  checkErrors(tested, params, packed);
}

static int report(void) {
  printf(failures ? "%d failures\n" : "all passed\n", failures);
  return failures != 0;
}

#endif // HARNESS_H
