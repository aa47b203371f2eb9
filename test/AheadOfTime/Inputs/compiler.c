//===- compiler.c - The compiler called from C ----------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/CAPI/Compiler.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const text =
    "func.func @scale(%w: tensor<4xf32>, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {\n"
    "  %c0 = arith.constant 0 : index\n"
    "  %rows = tensor.dim %x, %c0 : tensor<?x4xf32>\n"
    "  %e = tensor.empty(%rows) : tensor<?x4xf32>\n"
    "  %b = linalg.broadcast ins(%w : tensor<4xf32>) outs(%e : tensor<?x4xf32>) dimensions = [0]\n"
    "  %y = arith.mulf %x, %b : tensor<?x4xf32>\n"
    "  return %y : tensor<?x4xf32>\n"
    "}\n";

static void tell(const char *what, int code) {
  printf("%s: %d: %s\n", what, code, danausLastMessage());
}

static int compile(const char *source, const DanausCompileOptions *options,
                   DanausCompiled **result) {
  return danausCompile(source, strlen(source), options, result);
}

static void refuse(void) {
  DanausCompiled *compiled;
  DanausCompileOptions options = {0};
  tell("no text", danausCompile(NULL, 0, NULL, &compiled));
  tell("no MLIR", compile("func.func", NULL, &compiled));
  tell("size", compile(text, &options, &compiled));
  options.size = sizeof(options);
  options.rows = -1;
  tell("rows", compile(text, &options, &compiled));
  options.rows = 0;
  options.entry = "missing";
  tell("entry", compile(text, &options, &compiled));
  options.entry = NULL;
  options.model = "/nowhere";
  tell("model", compile(text, &options, &compiled));
  options.model = NULL;
  options.schedule = "quick";
  tell("schedule", compile(text, &options, &compiled));
}

static void run(const DanausCompiled *compiled) {
  enum { rows = 3 };
  float w[4] = {1, 2, 3, 4}, x[rows * 4], y[rows * 5];
  for (int i = 0; i < rows * 4; ++i)
    x[i] = (float)i;
  int64_t packedBytes = danausGetPackedBytes(compiled);
  int64_t workspaceBytes = danausGetWorkspaceBytes(compiled, rows);
  void *packed = aligned_alloc(64, (size_t)(packedBytes + 63) / 64 * 64);
  void *workspace = aligned_alloc(64, (size_t)(workspaceBytes + 127) / 64 * 64);
  const void *params[] = {w}, *data[] = {x, y};
  const int64_t strides[] = {4, 5};
  tell("pack none", danausPack(compiled, params, 0, packed, packedBytes));
  tell("pack short", danausPack(compiled, params, 1, packed, packedBytes - 1));
  tell("pack", danausPack(compiled, params, 1, packed, packedBytes));
  tell("run one",
       danausRun(compiled, packed, packedBytes, data, strides, 1, rows, workspace, workspaceBytes));
  tell("run short", danausRun(compiled, packed, 0, data, strides, 2, rows, workspace, 0));
  tell("run rows",
       danausRun(compiled, packed, packedBytes, data, strides, 2, -1, workspace, workspaceBytes));
  tell("run",
       danausRun(compiled, packed, packedBytes, data, strides, 2, rows, workspace, workspaceBytes));
  printf("y[2] = %g %g %g %g\n", y[10], y[11], y[12], y[13]);
  tell("bytes", (int)danausGetWorkspaceBytes(compiled, -1));
  free(packed), free(workspace);
}

int main(void) {
  refuse();
  DanausCompiled *compiled;
  int code = compile(text, NULL, &compiled);
  tell("compile", code);
  if (code)
    return 1;
  printf("name %s, %s\n", danausGetInfo(compiled)->name,
         danausIsFromCache(compiled) ? "cached" : "new");
  run(compiled);
  danausDestroy(compiled);
  danausDestroy(NULL);
  printf("null: %d %d %d\n", danausPack(NULL, NULL, 0, NULL, 0),
         danausRun(NULL, NULL, 0, NULL, NULL, 0, 0, NULL, 0), (int)danausGetPackedBytes(NULL));
  return 0;
}
