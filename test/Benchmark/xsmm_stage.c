//===- xsmm_stage.c - A loop of libxsmm's products over the blocks of a stage -===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Built by peers_xsmm.py. libxsmm's matrices are column-major: C (m x n) = A (m x k) B (k x n).
//
//===----------------------------------------------------------------------===//

#include <libxsmm.h>
#include <stddef.h>

static const float one = 1, zero = 0;

const char *version(void) { return LIBXSMM_VERSION; }

static libxsmm_smmfunction kernel(int m, int n, int k, int lda, int ldb, int ldc) {
  return libxsmm_smmdispatch(m, n, k, &lda, &ldb, &ldc, &one, &zero, NULL, NULL);
}

/// x (a c d, rows), w (a, d, b, c), y (a b d, rows), all C order: rows are m, in pieces that stay
/// in registers and L1.
int stage_last(const float *x, const float *w, float *y, int a, int b, int c, int d, int rows) {
  int piece = rows < 64 ? rows : 64;
  libxsmm_smmfunction full = kernel(piece, b, c, d * rows, c, d * rows);
  libxsmm_smmfunction rest =
      rows % piece ? kernel(rows % piece, b, c, d * rows, c, d * rows) : full;
  if (!full || !rest)
    return 1;
  for (int A = 0; A < a; ++A)
    for (int D = 0; D < d; ++D) {
      const float *block = w + ((size_t)A * d + D) * b * c;
      const float *in = x + ((size_t)A * c * d + D) * rows;
      float *out = y + ((size_t)A * b * d + D) * rows;
      int row = 0;
      for (; row + piece <= rows; row += piece)
        full(in + row, block, out + row);
      if (row < rows)
        rest(in + row, block, out + row);
    }
  return 0;
}

/// x (rows, a c), w (a, c, b), y (rows, a b), C order: b is m.
int stage_first(const float *x, const float *w, float *y, int a, int b, int c, int rows) {
  int piece = b < 64 ? b : 64;
  libxsmm_smmfunction full = kernel(piece, rows, c, b, a * c, a * b);
  libxsmm_smmfunction rest = b % piece ? kernel(b % piece, rows, c, b, a * c, a * b) : full;
  if (!full || !rest)
    return 1;
  for (int A = 0; A < a; ++A) {
    int column = 0;
    for (; column + piece <= b; column += piece)
      full(w + (size_t)A * b * c + column, x + (size_t)A * c, y + (size_t)A * b + column);
    if (column < b)
      rest(w + (size_t)A * b * c + column, x + (size_t)A * c, y + (size_t)A * b + column);
  }
  return 0;
}

/// y (columns, rows) = x (rows, columns)^T, C order.
void transposed(const float *x, float *y, int rows, int columns) {
  libxsmm_otrans(y, x, sizeof(float), columns, rows, columns, rows);
}
