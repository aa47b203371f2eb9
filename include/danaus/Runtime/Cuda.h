//===- Cuda.h - What compiled code asks of a CUDA device -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A C interface over the CUDA driver, which is opened when first needed, so that
// nothing here is linked to CUDA. Work goes to the current thread's stream in
// order. Functions that can fail return 0 on success; the text of the first
// failure of a thread stays until `danausCudaClearError`, and every call after
// it that would launch or copy fails too, so that a caller may check once.
//
// A function that danaus-compile made for a GPU has the entry points of
// danaus/Runtime/Cpu.h. Its memory (parameters, packed, x, y and workspace) is that of
// one device, x and y at multiples of 16 bytes and their rows one behind the other, and
// `stream` is a CUstream of that device. f_pack and f_run return when their work is in
// the stream; they allocate nothing and wait for nothing, and may be recorded in a graph.
// Where they return an error, danausCudaLastError() has its text.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_RUNTIME_CUDA_H
#define DANAUS_RUNTIME_CUDA_H

#include "danaus/Runtime/Cpu.h"
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Opens the driver and the first device. Fails where there is no driver, no
/// device, or a driver older than CUDA 12.0.
int danausCudaInit(void);

/// What the first failure of this thread was, or "".
const char *danausCudaLastError(void);
void danausCudaClearError(void);

/// "NVIDIA H100 80GB HBM3", or "" before a successful `danausCudaInit`.
const char *danausCudaDeviceName(void);
/// The driver's version as CUDA writes it, 13000 for 13.0; 0 if there is none.
int danausCudaDriverVersion(void);
/// Compute capability of the device, 90 for 9.0; 0 if there is none.
int danausCudaComputeCapability(void);

/// The stream (a CUstream) of this thread's calls from here on; null is the
/// default stream.
void danausCudaSetStream(void *stream);

/// Launches function `kernel` of `image` (PTX ending in a zero byte, a cubin, or both as
/// danaus-embed-kernels writes them; loaded once for each address and context). Nothing is launched
/// where a grid size is 0. An early launch may begin as soon as the kernel before it on the
/// stream admits that, and waits for its end itself. `cluster` is 1, or the blocks of a cluster,
/// which gridX counts; more clusters than run at once are not launched, so that their kernel
/// walks over its work by the size of the grid.
int danausCudaLaunch(const void *image, const char *kernel, int64_t gridX, int64_t gridY,
                     int64_t gridZ, int64_t blockX, int64_t blockY, int64_t blockZ,
                     int32_t sharedBytes, int32_t isEarly, int32_t cluster, void **parameters);

/// Describes a tensor of f16, or bf16, to the copy engine: 128 bytes at `map`, which a
/// kernel takes by value. Element (i_0, i_1, ...) is at `source` + the sum of i_k
/// strides[k], in elements, and boxes of `box` elements are swizzled by the bytes of
/// their rows: 8 (not at all), 16, 32 or 64 elements.
/// Does nothing where a size is 0.
int danausCudaTensorMap(void *map, const void *source, int32_t isBf16, int32_t rank,
                        const int64_t *sizes, const int64_t *strides, const int64_t *box);

/// Has cuBLASLt compute y = x w^T, for x of rows x c, w of b x c and y of rows x b, each
/// row-major and all bf16 or all f16. Returns 1 where that was launched, and 0, which is no
/// error, where there is no cuBLASLt or it refuses. It is looked for once, in this process
/// and then by its usual names; the environment's DANAUS_CUBLASLT is the file to open in
/// their place, or empty for none. It gets no workspace.
int32_t danausCudaLibraryProduct(const void *x, const void *w, void *y, int64_t rows, int64_t b,
                                 int64_t c, int32_t isBf16);

/// How many products of this process cuBLASLt was given.
int64_t danausCudaLibraryProducts(void);

/// The device's copy of `bytes` bytes at `host`, which never change: made once for
/// each address and kept. Null where that fails, and where `bytes` is 0.
void *danausCudaConstant(const void *host, int64_t bytes);

/// Unloads the images and frees the copies that the two functions above keep, once
/// the device is done; for a process that unloads code and so reuses addresses.
int danausCudaForget(void);

/// Device memory, allocated and freed in stream order. Null where it fails, and
/// where `bytes` is 0; freeing null does nothing.
void *danausCudaAlloc(int64_t bytes);
int danausCudaFree(void *memory);

int danausCudaCopyToDevice(void *device, const void *host, int64_t bytes);
int danausCudaCopyToHost(void *host, const void *device, int64_t bytes);
int danausCudaCopyOnDevice(void *target, const void *source, int64_t bytes);
int danausCudaFill(void *device, int byte, int64_t bytes);

/// Waits for the stream.
int danausCudaSynchronize(void);

/// Between these two this thread's calls are recorded, not run, on a stream of
/// their own. The end gives the recorded graph, or null after an error. Kernels
/// must have been launched once before.
int danausCudaBeginCapture(void);
void *danausCudaEndCapture(void);
int danausCudaLaunchGraph(void *graph);
void danausCudaDestroyGraph(void *graph);

/// Events on the stream; the time between two in milliseconds, after waiting for
/// the second, negative on failure.
void *danausCudaRecordEvent(void);
double danausCudaElapsed(void *begin, void *end);
void danausCudaDestroyEvent(void *event);

//===----------------------------------------------------------------------===//
// For compiled functions
//===----------------------------------------------------------------------===//

/// The checks of f_pack and f_run: those of danausCheckPack and danausCheckRun, then of the
/// driver, the device and where the memory is. After a success this thread's calls use
/// `stream` and a context of the memory's device, until danausCudaEnd; after a
/// DanausError nothing has changed.
int danausCudaBeginPack(const DanausFunction *function, const void *const *params,
                        const void *packed, int64_t packedBytes, void *stream);
int danausCudaBeginRun(const DanausFunction *function, const void *packed, const void *const *data,
                       const int64_t *strides, int64_t rows, const void *workspace,
                       int64_t workspaceBytes, void *stream);

/// The caller's context again, and the DanausError of the first call that failed.
int danausCudaEnd(void);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // DANAUS_RUNTIME_CUDA_H
