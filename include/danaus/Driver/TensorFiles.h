//===- TensorFiles.h - Tensors in .npy and .safetensors files ---*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_TENSORFILES_H
#define DANAUS_DRIVER_TENSORFILES_H

#include "danaus/Support/HostTensor.h"

namespace danaus {

/// Reads the bytes of a NumPy file, versions 1 to 3: little-endian i1, i4, i8, f2,
/// f4, f8, c8 or c16 in C or Fortran order (the result is always in C order). `name` is what
/// errors call the file.
llvm::Expected<HostTensor> parseNpy(llvm::StringRef bytes, llvm::StringRef name);

/// The bytes of a NumPy file of version 1. NumPy has no bf16: that is an error
/// that says what to do.
llvm::Expected<std::string> formatNpy(const HostTensor &tensor, llvm::StringRef name);

/// Reads one tensor out of a safetensors file: I8, I32, I64, F16, BF16, F32, F64 or
/// C64. An empty key means the only tensor of the file. The whole header is validated, the
/// entries that were not asked for included.
llvm::Expected<HostTensor> parseSafetensors(llvm::StringRef bytes, llvm::StringRef key,
                                            llvm::StringRef name);

/// A tensor and its key in a safetensors file.
struct NamedTensor {
  std::string key;
  const HostTensor *tensor;
};

/// The bytes of a safetensors file that holds `tensors` in this order.
llvm::Expected<std::string> formatSafetensors(llvm::ArrayRef<NamedTensor> tensors,
                                              llvm::StringRef name);

/// `FILE.npy`, `FILE.safetensors` or `FILE.safetensors:key`, split at the key.
struct TensorPath {
  std::string file, key;
  bool isSafetensors() const { return llvm::StringRef(file).ends_with(".safetensors"); }
  static llvm::Expected<TensorPath> parse(llvm::StringRef text);
};

/// Reads the file that `path` names by its extension.
llvm::Expected<HostTensor> readTensor(const TensorPath &path);

/// Writes `tensors[i]` to `paths[i]`; paths that share a safetensors file become
/// one file. The key of a tensor whose path has none is `result<i>`.
llvm::Error writeTensors(llvm::ArrayRef<TensorPath> paths, llvm::ArrayRef<HostTensor> tensors);

} // namespace danaus

#endif // DANAUS_DRIVER_TENSORFILES_H
