//===- fake-cublaslt.c - A library of products that tells what it was asked -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Stands for libcublasLt.so.13, and computes at once what it is asked. FAKE_LIBRARY names what goes
// wrong: "old" (as with -DFAKE_VERSION=110000), "create", "choice" (it has no algorithm) or
// "multiply".
//
//===----------------------------------------------------------------------===//

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { invalidValue = 7, notSupported = 15, maxObjects = 64 };

static int fails(const char *what) {
  const char *text = getenv("FAKE_LIBRARY");
  return text && strcmp(text, what) == 0;
}

#ifndef FAKE_VERSION
#define FAKE_VERSION 130100
#endif
size_t cublasLtGetVersion(void) { return fails("old") ? 110000 : FAKE_VERSION; }

int cublasLtCreate(void **handle) {
  static char handles[8];
  static int count;
  *handle = &handles[count++];
  return printf("library: handle %d\n", count), fails("create");
}

//===----------------------------------------------------------------------===//
// Descriptions
//===----------------------------------------------------------------------===//

/// A product, an operand or a preference; what was set in it, by attribute.
typedef struct Object {
  int isUsed, type, set[16];
  uint64_t rows, columns;
  int64_t pitch;
} Object;

static Object objects[maxObjects];

static int create(void **object) {
  for (int i = 0; i < maxObjects; ++i)
    if (!objects[i].isUsed) {
      memset(&objects[i], 0, sizeof objects[i]);
      objects[i].isUsed = 1;
      *object = &objects[i];
      return 0;
    }
  return invalidValue;
}

static int destroy(void *object) {
  if (!((Object *)object)->isUsed)
    printf("library: destroyed twice\n");
  ((Object *)object)->isUsed = 0;
  return 0;
}

static int set(void *object, int attribute, const void *value, size_t bytes, size_t wanted) {
  if (bytes != wanted)
    printf("library: attribute %d with %zu bytes\n", attribute, bytes);
  memcpy(&((Object *)object)->set[attribute], value, sizeof(int));
  return 0;
}

int cublasLtMatmulDescCreate(void **product, int compute, int scale) {
  if (compute != 68 || scale != 0)
    printf("library: sums of type %d, scales of %d\n", compute, scale);
  return create(product);
}
int cublasLtMatmulDescSetAttribute(void *product, int attribute, const void *value, size_t bytes) {
  return set(product, attribute, value, bytes, 4);
}
int cublasLtMatrixLayoutCreate(void **layout, int type, uint64_t rows, uint64_t columns,
                               int64_t pitch) {
  int failed = create(layout);
  Object *object = *layout;
  object->type = type;
  object->rows = rows;
  object->columns = columns;
  object->pitch = pitch;
  return failed;
}
int cublasLtMatrixLayoutDestroy(void *layout) { return destroy(layout); }
int cublasLtMatmulPreferenceCreate(void **preference) {
  int failed = create(preference);
  ((Object *)*preference)->set[1] = -1;
  return failed;
}
int cublasLtMatmulPreferenceSetAttribute(void *preference, int attribute, const void *value,
                                         size_t bytes) {
  return set(preference, attribute, value, bytes, attribute == 1 ? 8 : 4);
}
int cublasLtMatmulPreferenceDestroy(void *preference) { return destroy(preference); }

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// cublasLtMatmulHeuristicResult_t.
typedef struct Result {
  uint64_t algorithm[8];
  size_t workspace;
  int status;
  float waves;
  int reserved[4];
} Result;

int cublasLtMatmulAlgoGetHeuristic(void *handle, void *product, void *a, void *b, void *c, void *d,
                                   void *preference, int wanted, Result *results, int *count) {
  const int *preferred = ((Object *)preference)->set;
  (void)handle, (void)product, (void)a, (void)b, (void)c, (void)d;
  printf("library: choose %d with %d bytes, aligned to %d, %d, %d, %d\n", wanted, preferred[1],
         preferred[5], preferred[6], preferred[7], preferred[8]);
  *count = !fails("choice");
  results->algorithm[0] = 42;
  results->status = 0;
  return fails("choice") ? notSupported : 0;
}

static const char *format(const Object *layout, char *text) {
  sprintf(text, "%llu x %llu of type %d, pitch %lld", (unsigned long long)layout->rows,
          (unsigned long long)layout->columns, layout->type, (long long)layout->pitch);
  return text;
}

/// Value (row, column) of a matrix of bf16 that lies by columns.
static float at(const void *matrix, const Object *layout, int isTransposed, uint64_t row,
                uint64_t column) {
  uint64_t place = isTransposed ? column + row * (uint64_t)layout->pitch
                                : row + column * (uint64_t)layout->pitch;
  uint32_t bits = (uint32_t)((const uint16_t *)matrix)[place] << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/// d = op(a) op(b), sums cut off.
static void multiply(const Object *product, const void *a, const Object *layoutA, const void *b,
                     const Object *layoutB, uint16_t *d, const Object *layoutD) {
  int turnA = product->set[3], turnB = product->set[4];
  uint64_t depth = turnA ? layoutA->rows : layoutA->columns;
  for (uint64_t column = 0; column < layoutD->columns; ++column)
    for (uint64_t row = 0; row < layoutD->rows; ++row) {
      float sum = 0;
      uint32_t bits;
      for (uint64_t k = 0; k < depth; ++k)
        sum += at(a, layoutA, turnA, row, k) * at(b, layoutB, turnB, k, column);
      memcpy(&bits, &sum, sizeof bits);
      d[row + column * (uint64_t)layoutD->pitch] = (uint16_t)(bits >> 16);
    }
}

int cublasLtMatmul(void *handle, const Object *product, const float *alpha, const void *a,
                   const Object *layoutA, const void *b, const Object *layoutB, const float *beta,
                   const void *c, const Object *layoutC, void *d, const Object *layoutD,
                   const uint64_t *algorithm, void *workspace, size_t bytes, void *stream) {
  char text[3][96];
  (void)handle, (void)workspace;
  printf("library: %p (%s) = %p (%s)%s * %p (%s)%s, %g, %g, algorithm %d, %zu bytes, stream %p%s\n",
         d, format(layoutD, text[0]), a, format(layoutA, text[1]),
         product->set[3] ? " transposed" : "", b, format(layoutB, text[2]),
         product->set[4] ? " transposed" : "", *alpha, *beta, (int)algorithm[0], bytes, stream,
         c == d && layoutC == layoutD ? "" : ", another c");
  if (fails("multiply"))
    return notSupported;
  multiply(product, a, layoutA, b, layoutB, d, layoutD);
  return 0;
}
