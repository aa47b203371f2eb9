//===- filter.c - A filter of complex numbers, called from C --------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "filter.h"
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { size = 768, block = 16, stride = size + 5, mostRows = 9 };

static const double pi = 3.14159265358979323846;

static float complex *numbers(size_t count) {
  float complex *values = aligned_alloc(64, (count * sizeof *values + 63) / 64 * 64);
  for (size_t i = 0; i < count; ++i)
    values[i] =
        (float)rand() / (float)RAND_MAX - 0.5f + I * ((float)rand() / (float)RAND_MAX - 0.5f);
  return values;
}

/// One row by the definition, in double.
static void define(const float complex *w, const float complex *bias, const float complex *x,
                   double complex *y) {
  double complex middle[size];
  for (int k = 0; k < size; ++k) {
    middle[k] = 0;
    for (int n = 0; n < size; ++n)
      middle[k] += cexp(-2 * pi * I * (k * n % size) / size) * x[n];
  }
  for (int k = 0; k < size; ++k) {
    y[k] = bias[k];
    for (int c = 0; c < block; ++c)
      y[k] += (double complex)w[k * block + c] * middle[k / block * block + c];
  }
}

/// Whether `rows` rows are right, and what lies between and behind them is as before.
static int check(const void *packed, const float complex *w, const float complex *bias, int rows) {
  float complex *x = numbers(mostRows * stride), *y = numbers(mostRows * stride);
  float complex *before = numbers(mostRows * stride);
  memcpy(before, y, mostRows * stride * sizeof *y);
  void *workspace = aligned_alloc(64, ((size_t)filter_workspace_bytes(rows) + 127) / 64 * 64);
  int bad = filter_run(packed, (const float *)x, stride, (float *)y, stride, rows, workspace, NULL);
  double error = 0, norm = 0;
  for (int r = 0; r < mostRows && !bad; ++r) {
    double complex wanted[size];
    if (r < rows)
      define(w, bias, x + r * stride, wanted);
    for (int k = 0; k < stride; ++k) {
      int inside = r < rows && k < size, at = r * stride + k;
      bad |= !inside && memcmp(&y[at], &before[at], sizeof *y) != 0;
      error += inside ? pow(cabs(y[at] - wanted[k]), 2) : 0;
      norm += inside ? pow(cabs(wanted[k]), 2) : 0;
    }
  }
  // Five sums of up to 16 terms, each rounded once or so to 2^-24.
  bad |= !(error <= norm * 1e-12);
  printf("%d rows: %s\n", rows, bad ? "failed" : "passed");
  free(x), free(y), free(before), free(workspace);
  return bad;
}

int main(void) {
  float complex *w = numbers(size * block), *bias = numbers(size);
  void *packed = aligned_alloc(64, ((size_t)filter_packed_bytes() + 63) / 64 * 64);
  const void *params[] = {w, bias};
  int bad = filter_pack(params, packed, NULL);
  for (int rows = 0; rows <= mostRows; ++rows)
    bad |= check(packed, w, bias, rows);
  if (!bad)
    printf("all passed\n");
  return bad;
}
