//===- Cpu.h - What compiled functions for the CPU call and return -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compiled function `f` of p parameters, activations x and results y is five C
// functions (`danaus-compile --emit-header` declares them):
//
//   int64_t f_packed_bytes(void);
//   int     f_pack(const void *const *params, void *packed, void *stream);
//   int64_t f_workspace_bytes(int64_t rows);
//   int     f_run(const void *packed, const T *x, int64_t ldx, ...,
//                 T *y, int64_t ldy, ..., int64_t rows,
//                 void *workspace, void *stream);
//   const DanausFunction *f_info(void);
//
// and f_call, of type DanausCall, which is f_run with its pointers and strides in
// arrays, for callers who learn the signature at run time.
//
// All memory is the caller's. `packed` and `workspace` are aligned to
// DANAUS_ALIGNMENT bytes, tensors to their element. `params` has one pointer per
// parameter, in the order of the function's arguments, each to contiguous values.
// ldx and ldy count elements between the starts of two rows. `stream` is for
// functions on a GPU, whose memory is that of a device (danaus/Runtime/Cuda.h), and ignored here.
// f_run changes nothing but y and the workspace, so calls with different ones may run at the same
// time. Where a function returns a code other than DANAUS_SUCCESS, it has written nothing.
//
// This header and the library behind it need neither LLVM nor C++.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_RUNTIME_CPU_H
#define DANAUS_RUNTIME_CPU_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DANAUS_ABI_VERSION 1
#define DANAUS_ALIGNMENT 64
#define DANAUS_MAX_RANK 8
/// More rows than any call may have: byte counts stay far from overflow.
#define DANAUS_MAX_ROWS ((int64_t)1 << 40)

/// What f_pack and f_run return. The numbers never change.
typedef enum DanausError {
  DANAUS_SUCCESS = 0,
  DANAUS_ERROR_NULL = 1,      ///< a pointer is null
  DANAUS_ERROR_ALIGNMENT = 2, ///< a pointer is not aligned as it must be
  DANAUS_ERROR_STRIDE = 3,    ///< ldx or ldy is smaller than a row, or too large
  DANAUS_ERROR_ROWS = 4,      ///< rows is negative, too large, or not what the function has
  DANAUS_ERROR_OVERLAP = 5,   ///< what is written overlaps something else
  DANAUS_ERROR_CPU = 6,       ///< this CPU lacks instructions that the function needs
  DANAUS_ERROR_TOO_SMALL = 7, ///< a buffer whose size was given is too small
  DANAUS_ERROR_ABI = 8,       ///< compiled for another version of the runtime library
  // Of functions for a GPU; danausCudaLastError() says more.
  DANAUS_ERROR_DRIVER = 9,         ///< no CUDA driver, one that is too old, or no device
  DANAUS_ERROR_ARCHITECTURE = 10,  ///< the device cannot run what was compiled for another
  DANAUS_ERROR_NOT_ON_DEVICE = 11, ///< memory of the host, or of another device than the rest
  DANAUS_ERROR_LAUNCH = 12         ///< the driver refused a launch or a copy
} DanausError;

/// One sentence without a full stop, also for codes that are none.
const char *danausErrorText(int code);

/// A parameter, activation or result.
typedef struct DanausTensor {
  char element[16];     ///< "f32", "bf16", "i8", "complex<f32>", ...
  int64_t elementBytes; ///< of one element
  int64_t rank;
  int64_t shape[DANAUS_MAX_RANK]; ///< -1 is the number of rows
} DanausTensor;

/// What f_info returns.
typedef struct DanausFunction {
  int64_t abiVersion;
  const char *name;
  const char *target;   ///< name of the target record
  const char *features; ///< instruction sets that the code needs: "avx2,fma"
  const char *schedule; ///< of its kernels, as text
  int64_t packedBytes;  ///< of the packed parameters alone, without what packing needs
  int64_t numParameters, numActivations, numResults;
  const DanausTensor *tensors; ///< parameters, activations, results
} DanausFunction;

/// f_call: `data` and `strides` have the activations, then the results.
typedef int (*DanausCall)(const void *packed, const void *const *data, const int64_t *strides,
                          int64_t rows, void *workspace, void *stream);

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

/// Calls function(context, i) for every i from 0 to count - 1, in any order and
/// at the same time, and returns when all are done.
typedef void (*DanausParallelFor)(void (*function)(void *context, int64_t index), void *context,
                                  int64_t count);

/// What compiled functions call. By default on DANAUS_NUM_THREADS threads of the
/// library's own, or as many as this process may use CPUs.
void danausParallelFor(void (*function)(void *context, int64_t index), void *context,
                       int64_t count);

/// Makes compiled functions use the host program's threads from now on; null
/// goes back to the library's own.
void danausSetParallelFor(DanausParallelFor parallelFor);

/// Threads that the library's own loop uses; 0 or less asks the environment again.
void danausSetNumThreads(int64_t threads);
int64_t danausGetNumThreads(void);

//===----------------------------------------------------------------------===//
// Checks, for compiled functions
//===----------------------------------------------------------------------===//

/// Whether this library and this CPU can run a function.
int danausCheckFunction(const DanausFunction *function);

/// The checks of f_pack. `packedBytes` is what f_packed_bytes returns.
int danausCheckPack(const DanausFunction *function, const void *const *params, const void *packed,
                    int64_t packedBytes);

/// 0, or minus an error.
int64_t danausCheckRows(const DanausFunction *function, int64_t rows);

/// The checks of f_run: data and strides of the activations, then the results.
int danausCheckRun(const DanausFunction *function, const void *packed, const void *const *data,
                   const int64_t *strides, int64_t rows, const void *workspace,
                   int64_t workspaceBytes);

/// DANAUS_SUCCESS where this CPU and its operating system have all of "avx2,fma".
/// The last texts are known by their addresses: null forgets them, before a text's
/// memory may be used for another.
int danausCheckCpu(const char *features);

#ifdef __cplusplus
}
#endif

#endif // DANAUS_RUNTIME_CPU_H
