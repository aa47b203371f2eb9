//===- Check.c - Arguments of compiled functions --------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Runtime/Cpu.h"
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

const char *danausErrorText(int code) {
  switch (code) {
  case DANAUS_SUCCESS:
    return "success";
  case DANAUS_ERROR_NULL:
    return "a pointer is null";
  case DANAUS_ERROR_ALIGNMENT:
    return "a pointer is misaligned: packed and workspace to 64 bytes, tensors to their element";
  case DANAUS_ERROR_STRIDE:
    return "a row stride is smaller than a row, or too large";
  case DANAUS_ERROR_ROWS:
    return "the number of rows is negative, too large, or not the one that was compiled for";
  case DANAUS_ERROR_OVERLAP:
    return "memory to be written overlaps another argument";
  case DANAUS_ERROR_CPU:
    return "this CPU lacks an instruction set that the function was compiled for";
  case DANAUS_ERROR_TOO_SMALL:
    return "a buffer is too small";
  case DANAUS_ERROR_ABI:
    return "compiled for another version of the runtime library";
  case DANAUS_ERROR_DRIVER:
    return "no CUDA driver of version 12.0 or newer, or no device";
  case DANAUS_ERROR_ARCHITECTURE:
    return "the CUDA device cannot run code for the target that was compiled for";
  case DANAUS_ERROR_NOT_ON_DEVICE:
    return "memory of the host, or of another CUDA device than the rest";
  case DANAUS_ERROR_LAUNCH:
    return "the CUDA driver refused a launch or a copy";
  default:
    return "unknown error";
  }
}

//===----------------------------------------------------------------------===//
// Memory that an argument covers
//===----------------------------------------------------------------------===//

/// Rows of `rowBytes`, `strideBytes` apart, from `start` to `end`.
typedef struct Span {
  uintptr_t start, end;
  uintptr_t rowBytes, strideBytes;
} Span;

/// Elements of all dimensions but the first.
static int64_t countColumns(const DanausTensor *tensor) {
  int64_t columns = 1;
  for (int64_t i = 1; i < tensor->rank; ++i)
    columns *= tensor->shape[i];
  return columns;
}

static int64_t countRows(const DanausTensor *tensor, int64_t rows) {
  return tensor->shape[0] < 0 ? rows : tensor->shape[0];
}

static int64_t countBytes(const DanausTensor *tensor) {
  return (tensor->rank ? tensor->shape[0] : 1) * countColumns(tensor) * tensor->elementBytes;
}

static bool isAligned(const void *pointer, int64_t bytes) {
  return (uintptr_t)pointer % (uintptr_t)bytes == 0;
}

/// A complex number is aligned as its parts are.
static int64_t alignmentOf(const DanausTensor *tensor) {
  return tensor->element[0] == 'c' ? tensor->elementBytes / 2 : tensor->elementBytes;
}

static Span contiguous(const void *pointer, int64_t bytes) {
  Span span = {(uintptr_t)pointer, (uintptr_t)pointer + (uintptr_t)bytes, (uintptr_t)bytes,
               (uintptr_t)bytes};
  return span;
}

/// Two sets of rows share memory, unless each lies in the gaps of the other: same
/// stride, and columns side by side, as for x and y in one wide matrix.
static bool overlaps(Span left, Span right) {
  if (left.start == left.end || right.start == right.end || left.end <= right.start ||
      right.end <= left.start)
    return false;
  if (left.strideBytes != right.strideBytes)
    return true;
  uintptr_t stride = left.strideBytes;
  uintptr_t distance = right.start >= left.start
                           ? (right.start - left.start) % stride
                           : (stride - (left.start - right.start) % stride) % stride;
  return distance < left.rowBytes || distance + right.rowBytes > stride;
}

/// Checks one strided argument and says what it covers.
static int describe(const DanausTensor *tensor, const void *data, int64_t stride, int64_t rows,
                    Span *span) {
  int64_t count = countRows(tensor, rows), columns = countColumns(tensor);
  *span = contiguous(data, 0);
  if (count == 0 || columns == 0)
    return DANAUS_SUCCESS;
  if (!data)
    return DANAUS_ERROR_NULL;
  if (!isAligned(data, alignmentOf(tensor)))
    return DANAUS_ERROR_ALIGNMENT;
  int64_t bytes, strideBytes, end;
  if (stride < columns || __builtin_mul_overflow(stride, tensor->elementBytes, &strideBytes) ||
      __builtin_mul_overflow(count - 1, strideBytes, &bytes) ||
      __builtin_add_overflow(bytes, columns * tensor->elementBytes, &bytes) ||
      __builtin_add_overflow((int64_t)(uintptr_t)data, bytes, &end))
    return DANAUS_ERROR_STRIDE;
  *span = contiguous(data, bytes);
  span->rowBytes = (uintptr_t)(columns * tensor->elementBytes);
  span->strideBytes = (uintptr_t)strideBytes;
  return DANAUS_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

int danausCheckFunction(const DanausFunction *function) {
  if (function->abiVersion != DANAUS_ABI_VERSION)
    return DANAUS_ERROR_ABI;
  // What devices must have is looked at by danaus/Runtime/Cuda.h.
  if (strncmp(function->target, "sm_", 3) == 0)
    return DANAUS_SUCCESS;
  return danausCheckCpu(function->features);
}

int danausCheckPack(const DanausFunction *function, const void *const *params, const void *packed,
                    int64_t packedBytes) {
  int code = danausCheckFunction(function);
  if (code)
    return code;
  if ((!params && function->numParameters) || (!packed && packedBytes))
    return DANAUS_ERROR_NULL;
  if (!isAligned(packed, DANAUS_ALIGNMENT))
    return DANAUS_ERROR_ALIGNMENT;
  Span destination = contiguous(packed, packedBytes);
  for (int64_t i = 0; i < function->numParameters; ++i) {
    const DanausTensor *tensor = &function->tensors[i];
    int64_t bytes = countBytes(tensor);
    if (bytes && !params[i])
      return DANAUS_ERROR_NULL;
    if (!isAligned(params[i], alignmentOf(tensor)))
      return DANAUS_ERROR_ALIGNMENT;
    if (overlaps(contiguous(params[i], bytes), destination))
      return DANAUS_ERROR_OVERLAP;
  }
  return DANAUS_SUCCESS;
}

/// Rows are given by the caller where an activation leaves them open, and must be
/// those of the first activation where none does.
int64_t danausCheckRows(const DanausFunction *function, int64_t rows) {
  const DanausTensor *tensors = function->tensors + function->numParameters;
  bool isOpen = false;
  for (int64_t i = 0; i < function->numActivations; ++i)
    isOpen |= tensors[i].shape[0] < 0;
  if (rows < 0 || rows > DANAUS_MAX_ROWS || (!isOpen && rows != tensors[0].shape[0]))
    return -DANAUS_ERROR_ROWS;
  return DANAUS_SUCCESS;
}

/// Results may overlap nothing.
static int checkOverlaps(const Span *spans, int64_t numInputs, int64_t count) {
  for (int64_t i = numInputs; i < count; ++i)
    for (int64_t j = 0; j < i; ++j)
      if (overlaps(spans[i], spans[j]))
        return DANAUS_ERROR_OVERLAP;
  return DANAUS_SUCCESS;
}

int danausCheckRun(const DanausFunction *function, const void *packed, const void *const *data,
                   const int64_t *strides, int64_t rows, const void *workspace,
                   int64_t workspaceBytes) {
  enum { few = 32 };
  int code = danausCheckFunction(function);
  if (!code)
    code = (int)-danausCheckRows(function, rows);
  if (code)
    return code;
  if ((!packed && function->packedBytes) || (!workspace && workspaceBytes))
    return DANAUS_ERROR_NULL;
  if (!isAligned(packed, DANAUS_ALIGNMENT) || !isAligned(workspace, DANAUS_ALIGNMENT))
    return DANAUS_ERROR_ALIGNMENT;
  // Inputs, then what is written: packed | activations | workspace | results.
  int64_t count = function->numActivations + function->numResults;
  Span spans[few + 2];
  if (count > few)
    return DANAUS_ERROR_ABI;
  const DanausTensor *tensors = function->tensors + function->numParameters;
  int64_t numInputs = function->numActivations + 1;
  spans[0] = contiguous(packed, function->packedBytes);
  spans[numInputs] = contiguous(workspace, workspaceBytes);
  for (int64_t i = 0; i < count; ++i) {
    bool isInput = i < function->numActivations;
    code = describe(&tensors[i], data[i], strides[i], rows, &spans[isInput ? i + 1 : i + 2]);
    if (code)
      return code;
  }
  return checkOverlaps(spans, numInputs, count + 2);
}
