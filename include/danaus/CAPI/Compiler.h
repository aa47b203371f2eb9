//===- Compiler.h - The compiler behind a C interface -----------*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libdanaus.so: MLIR text in, a function of this process out. Every function
// returns a code, DANAUS_SUCCESS or one of danaus/Runtime/Cpu.h or below, and
// danausLastMessage() has the text. None aborts or throws; all may be called from
// several threads at once.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_CAPI_COMPILER_H
#define DANAUS_CAPI_COMPILER_H

#include "danaus/Runtime/Cpu.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What danausCompile adds to DanausError.
enum {
  DANAUS_ERROR_COMPILE = 100, ///< the text is refused: the message says why
  DANAUS_ERROR_ARGUMENT = 101 ///< an argument or option makes no sense
};

/// A compiled function, loaded. Opaque.
typedef struct DanausCompiled DanausCompiled;

/// Zeroed memory with `size` set is the default. Strings may be null for none.
typedef struct DanausCompileOptions {
  size_t size;          ///< sizeof(DanausCompileOptions) of the caller
  const char *entry;    ///< function to compile; null: the only public one
  const char *target;   ///< as danaus-compile --target; null: native
  const char *schedule; ///< text of a #chain.schedule for every kernel
  const char *model;    ///< file with a schedule model
  int64_t rows;         ///< rows to expect where they are dynamic; 0: 256
  int64_t threads;      ///< threads of one call at most; 0: 1
  int32_t simplify;     ///< run danaus-simplify-linop first
  int32_t noCache;      ///< neither read nor write the cache on disk
} DanausCompileOptions;

/// Compiles a function of MLIR text, or loads it from the cache on disk. On success
/// `*result` is for danausDestroy, and a message that is not empty is a
/// warning, such as that the cache cannot be written. `options` may be null.
int danausCompile(const char *text, size_t length, const DanausCompileOptions *options,
                  DanausCompiled **result);

/// Frees the code. No call of it may be in progress.
void danausDestroy(DanausCompiled *compiled);

/// The message of the last call on this thread, empty where there is none. Valid
/// until the next call.
const char *danausLastMessage(void);

/// Name, shapes, target and schedule; valid until danausDestroy.
const DanausFunction *danausGetInfo(const DanausCompiled *compiled);

/// Whether it came from the cache.
int danausIsFromCache(const DanausCompiled *compiled);

/// Bytes of memory for danausPack and for danausRun on `rows` rows (negative, minus
/// an error, where there cannot be so many), aligned to DANAUS_ALIGNMENT.
int64_t danausGetPackedBytes(const DanausCompiled *compiled);
int64_t danausGetWorkspaceBytes(const DanausCompiled *compiled, int64_t rows);

/// f_pack with the number of parameters and the size of `packed` checked.
int danausPack(const DanausCompiled *compiled, const void *const *params, int64_t numParams,
               void *packed, int64_t packedBytes);

/// f_run: `data` and `strides` of the activations, then of the results, with
/// their number and the sizes of memory checked.
int danausRun(const DanausCompiled *compiled, const void *packed, int64_t packedBytes,
              const void *const *data, const int64_t *strides, int64_t numTensors, int64_t rows,
              void *workspace, int64_t workspaceBytes);

/// The same in order on a stream, for a function that was compiled for a GPU; null is the
/// default stream. All memory is that of the stream's device (danaus/Runtime/Cuda.h).
int danausPackOnStream(const DanausCompiled *compiled, const void *const *params, int64_t numParams,
                       void *packed, int64_t packedBytes, void *stream);
int danausRunOnStream(const DanausCompiled *compiled, const void *packed, int64_t packedBytes,
                      const void *const *data, const int64_t *strides, int64_t numTensors,
                      int64_t rows, void *workspace, int64_t workspaceBytes, void *stream);

#ifdef __cplusplus
}
#endif

#endif // DANAUS_CAPI_COMPILER_H
