//===- heat.c - The stencil, called from C --------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "heat.h"
#include "harness.h"

/// y[i] = sum over k of w[k, i] x[(i + offsets[k]) mod 12]
static void heat_reference(float *const *params, const float *x, float *y) {
  for (int i = 0; i < 12; ++i) {
    double sum = 0;
    for (int k = 0; k < 3; ++k)
      sum += (double)params[0][k * 12 + i] * x[(i + k + 11) % 12];
    y[i] = (float)sum;
  }
}

int main(void) {
  const Case heat = CASE(heat);
  checkCase(&heat);
  return report();
}
