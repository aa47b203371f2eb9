//===- layers.c - A Monarch and a two-layer MLP, called from C ------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "layers.h"
#include "harness.h"

/// w1 (k, q, p), w2 (l, s, r) with k q = l r: the middle is t = k' q + q', read
/// again as t = r' l + l', and the output index is s' l + l'.
static void multiply(const float *w1, const float *w2, int k, int q, int p, int l, int s, int r,
                     const float *x, float *y) {
  double middle[64];
  for (int t = 0; t < k * q; ++t) {
    middle[t] = 0;
    for (int i = 0; i < p; ++i)
      middle[t] += (double)w1[t * p + i] * x[t / q * p + i];
  }
  for (int o = 0; o < s * l; ++o) {
    double sum = 0;
    for (int i = 0; i < r; ++i)
      sum += (double)w2[(o % l * s + o / l) * r + i] * middle[i * l + o % l];
    y[o] = (float)sum;
  }
}

static void monarch_reference(float *const *params, const float *x, float *y) {
  multiply(params[0], params[1], 4, 6, 5, 3, 7, 8, x, y);
}

static void mlp_reference(float *const *params, const float *x, float *y) {
  float hidden[64];
  multiply(params[0], params[1], 8, 8, 8, 8, 8, 8, x, hidden);
  for (int i = 0; i < 64; ++i)
    hidden[i] = fmaxf(hidden[i] + params[2][i], 0);
  multiply(params[3], params[4], 8, 8, 8, 8, 8, 8, hidden, y);
}

/// Instructions that no CPU has: refused before anything is called.
static void checkCpu(void) {
  EXPECT(danausCheckCpu("avx2,fma") == DANAUS_SUCCESS);
  EXPECT(danausCheckCpu("avx2,teleport") == DANAUS_ERROR_CPU);
  DanausFunction future = *monarch_info();
  future.features = "teleport";
  EXPECT(danausCheckPack(&future, NULL, NULL, 0) == DANAUS_ERROR_CPU);
  EXPECT(danausCheckRun(&future, NULL, NULL, NULL, 0, NULL, 0) == DANAUS_ERROR_CPU);
  future.abiVersion = 1000;
  EXPECT(danausCheckPack(&future, NULL, NULL, 0) == DANAUS_ERROR_ABI);
}

static void checkTexts(void) {
  for (int code = DANAUS_SUCCESS; code <= DANAUS_ERROR_ABI; ++code) {
    EXPECT(strcmp(danausErrorText(code), "unknown error") != 0);
    for (int other = 0; other < code; ++other)
      EXPECT(strcmp(danausErrorText(code), danausErrorText(other)) != 0);
  }
  EXPECT(strcmp(danausErrorText(-7), "unknown error") == 0);
}

int main(void) {
  const Case cases[] = {CASE(monarch), CASE(mlp)};
  for (int i = 0; i < 2; ++i)
    checkCase(&cases[i]);
  checkCpu();
  checkTexts();
  return report();
}
