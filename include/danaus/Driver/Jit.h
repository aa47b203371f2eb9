//===- Jit.h - Functions compiled and loaded in this process ----*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_JIT_H
#define DANAUS_DRIVER_JIT_H

#include "danaus/Driver/AheadOfTime.h"
#include "danaus/Runtime/Cpu.h"
#include <memory>

namespace danaus {

/// The entry points of one function, in memory of this process.
class LoadedFunction {
public:
  /// Loads an object file that danaus-compile made of the function `name`.
  static llvm::Expected<std::unique_ptr<LoadedFunction>> load(llvm::StringRef object,
                                                              llvm::StringRef name);
  ~LoadedFunction();

  int64_t (*packedBytes)() = nullptr;
  int (*pack)(const void *const *params, void *packed, void *stream) = nullptr;
  int64_t (*workspaceBytes)(int64_t rows) = nullptr;
  DanausCall call = nullptr;
  const DanausFunction *(*info)() = nullptr;

private:
  struct Session;
  explicit LoadedFunction(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session;
};

/// One file of the cache: the name of the function and its object file.
struct CachedObject {
  std::string name, object;
};

/// The folder for compiled code: DANAUS_CACHE_DIR, else danaus in XDG_CACHE_HOME or
/// in .cache of HOME; nothing where none of these is set.
std::optional<std::string> findCacheFolder();

/// The key of a compilation: a digest of the text, every option, the instruction
/// sets, and this very compiler.
llvm::Expected<std::string> cacheKey(llvm::StringRef text, llvm::StringRef entry,
                                     const CompileFileSettings &settings);

/// What the cache has under `key`; nothing where it has none or a damaged one.
std::optional<CachedObject> readCache(llvm::StringRef folder, llvm::StringRef key);

/// Writes a file under another name and renames it, so that a reader sees all of
/// it or nothing, whoever else writes the same.
llvm::Error writeCache(llvm::StringRef folder, llvm::StringRef key, const CachedObject &value);

/// Compiles the public function `entry` of MLIR text, or the only one for an empty
/// name. Diagnostics become part of the error.
llvm::Expected<CachedObject> compileText(llvm::StringRef text, llvm::StringRef entry,
                                         const CompileFileSettings &settings,
                                         mlir::DialectRegistry &registry);

} // namespace danaus

#endif // DANAUS_DRIVER_JIT_H
