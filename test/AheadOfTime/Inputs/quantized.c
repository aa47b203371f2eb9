//===- quantized.c - Monarchs of i8, called from C ------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Held to the last bit to the definition: sums in i32, times (s_0 c) / s_1 in
// f32, rounded half to even into [-128, 127].
//
//===----------------------------------------------------------------------===//

#include "quantized.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// w1 (k, q, p), w2 (l, s, r) with k q = l r; the output index is s' l + l'.
typedef struct {
  int k, q, p, l, s, r;
  int8_t *w1, *w2;
  float *c1, *c2, scales[3];
} Monarch;

typedef int (*Run)(const void *, const int8_t *, int64_t, int8_t *, int64_t, int64_t, void *,
                   void *);

static int8_t quantize(int32_t sum, float channel, float from, float to) {
  float value = rintf((float)sum * (from * channel / to));
  return (int8_t)fminf(fmaxf(value, -128), 127);
}

static void define(const Monarch *m, const int8_t *x, int8_t *y) {
  int8_t middle[256];
  for (int t = 0; t < m->k * m->q; ++t) {
    int32_t sum = 0;
    for (int i = 0; i < m->p; ++i)
      sum += m->w1[t * m->p + i] * x[t / m->q * m->p + i];
    middle[t] = quantize(sum, m->c1[t], m->scales[0], m->scales[1]);
  }
  for (int o = 0; o < m->s * m->l; ++o) {
    int channel = o % m->l * m->s + o / m->l;
    int32_t sum = 0;
    for (int i = 0; i < m->r; ++i)
      sum += m->w2[channel * m->r + i] * middle[i * m->l + o % m->l];
    y[o] = quantize(sum, m->c2[channel], m->scales[1], m->scales[2]);
  }
}

static int8_t *bytes(size_t count) {
  int8_t *values = malloc(count);
  for (size_t i = 0; i < count; ++i)
    values[i] = (int8_t)(rand() >> 8);
  return values;
}

static float *channels(int count) {
  float *values = malloc(sizeof(float) * (size_t)count);
  for (int i = 0; i < count; ++i)
    values[i] = 0.01f * (1 + (float)(rand() % 1024) / 1024);
  return values;
}

/// Rows 3 values further apart than they are long, and guards between them.
static int check(Monarch *m, int64_t packedBytes, int (*pack)(const void *const *, void *, void *),
                 int64_t (*workspace)(int64_t), Run run) {
  int in = m->k * m->p, out = m->s * m->l;
  m->w1 = bytes((size_t)(m->k * m->q * m->p));
  m->w2 = bytes((size_t)(m->l * m->s * m->r));
  m->c1 = channels(m->k * m->q);
  m->c2 = channels(out);
  const float scales[3] = {0.02f, 7.5f, 2500.0f};
  memcpy(m->scales, scales, sizeof scales);
  const void *params[5] = {m->w1, m->w2, m->c1, m->c2, m->scales};
  void *packed = aligned_alloc(64, (size_t)(packedBytes + 63) / 64 * 64);
  int wrong = pack(params, packed, NULL) != 0;
  for (int rows = 1; rows <= 75; rows += 37) {
    int8_t *x = bytes((size_t)(rows * (in + 3))), *y = malloc((size_t)(rows * (out + 3)));
    memset(y, 77, (size_t)(rows * (out + 3)));
    void *memory = aligned_alloc(64, (size_t)(workspace(rows) + 64) / 64 * 64);
    wrong += run(packed, x, in + 3, y, out + 3, rows, memory, NULL) != 0;
    for (int row = 0; row < rows; ++row) {
      int8_t wanted[1024];
      memset(wanted, 77, sizeof wanted);
      define(m, x + row * (in + 3), wanted);
      wrong += memcmp(wanted, y + row * (out + 3), (size_t)out + 3) != 0;
    }
    free(memory);
    free(y);
    free(x);
  }
  free(packed);
  free(m->c2);
  free(m->c1);
  free(m->w2);
  free(m->w1);
  return wrong;
}

int main(void) {
  Monarch tiles = {.k = 16, .q = 16, .p = 32, .l = 16, .s = 48, .r = 16};
  Monarch uneven = {.k = 5, .q = 9, .p = 7, .l = 3, .s = 17, .r = 15};
  int wrong =
      check(&tiles, tiles_packed_bytes(), tiles_pack, tiles_workspace_bytes, tiles_run) +
      check(&uneven, uneven_packed_bytes(), uneven_pack, uneven_workspace_bytes, uneven_run);
  puts(wrong == 0 ? "all passed" : "wrong numbers");
  return wrong != 0;
}
