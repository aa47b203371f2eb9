//===- LinkX86.cpp - Shared libraries of compiled functions ---------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Target/X86.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::SmallString;
using llvm::SmallVector;
using llvm::StringRef;
namespace sys = llvm::sys;

/// Of the runtime library next to bin/ of this program: lib/libdanaus_runtime.a,
/// or what DANAUS_RUNTIME names.
static Expected<std::string> findRuntime() {
  if (std::optional<std::string> path = sys::Process::GetEnv("DANAUS_RUNTIME")) {
    if (sys::fs::exists(*path))
      return *path;
    return llvm::createStringError("DANAUS_RUNTIME: no such file: " + *path);
  }
  static int anchor;
  SmallString<128> path(sys::fs::getMainExecutable(nullptr, &anchor));
  sys::path::remove_filename(path);
  sys::path::append(path, "..", "lib", "libdanaus_runtime.a");
  if (sys::fs::exists(path))
    return std::string(path);
  return llvm::createStringError("a shared library needs libdanaus_runtime.a: not in lib beside "
                                 "the folder of this program, nor named by DANAUS_RUNTIME; an "
                                 "object file needs none");
}

/// The linker, and what it wants to be told first.
static Expected<SmallVector<std::string>> findLinker() {
  if (std::optional<std::string> path = sys::Process::GetEnv("DANAUS_CC"); path && !path->empty())
    return SmallVector<std::string>{*path, "-shared"};
  if (llvm::ErrorOr<std::string> found = sys::findProgramByName("cc"))
    return SmallVector<std::string>{*found, "-shared"};
  for (StringRef name : {"ld.lld", "ld.lld-22"})
    if (llvm::ErrorOr<std::string> found = sys::findProgramByName(name))
      return SmallVector<std::string>{*found, "-shared"};
  return llvm::createStringError("a shared library needs a linker: neither cc nor ld.lld on the "
                                 "PATH, and no DANAUS_CC; an object file needs none");
}

/// Writes `contents` to a new file in the folder for temporary ones.
static Expected<std::string> writeTemporary(StringRef contents, StringRef suffix) {
  int descriptor;
  SmallString<128> path;
  if (std::error_code code = sys::fs::createTemporaryFile("danaus", suffix, descriptor, path))
    return llvm::createStringError("cannot make a temporary file: " + code.message());
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  stream << contents;
  stream.close();
  if (stream.has_error()) {
    std::error_code code = stream.error();
    stream.clear_error();
    sys::fs::remove(path);
    return llvm::createStringError("cannot write " + path + ": " + code.message());
  }
  return std::string(path);
}

/// Runs a command; what it printed becomes the error.
static Error runCommand(llvm::ArrayRef<std::string> command) {
  Expected<std::string> log = writeTemporary("", "log");
  if (!log)
    return log.takeError();
  llvm::FileRemover remover(*log);
  SmallVector<StringRef> words(command.begin(), command.end());
  std::optional<StringRef> redirects[] = {StringRef(), StringRef(*log), StringRef(*log)};
  std::string problem;
  if (sys::ExecuteAndWait(command[0], words, std::nullopt, redirects, 0, 0, &problem) == 0)
    return Error::success();
  auto text = llvm::MemoryBuffer::getFile(*log);
  return llvm::createStringError(command[0] + " failed: " + problem +
                                 (text ? (*text)->getBuffer().rtrim().str() : std::string()));
}

Error danaus::linkSharedLibrary(StringRef object, StringRef output) {
  Expected<std::string> runtime = findRuntime();
  if (!runtime)
    return runtime.takeError();
  Expected<SmallVector<std::string>> command = findLinker();
  if (!command)
    return command.takeError();
  Expected<std::string> file = writeTemporary(object, "o");
  if (!file)
    return file.takeError();
  llvm::FileRemover remover(*file);
  bool isCompiler = !sys::path::filename(command->front()).starts_with("ld");
  // The library finds its own copy of the runtime, whatever else is loaded.
  std::string prefix = isCompiler ? "-Wl," : "";
  command->append(
      {"-o", output.str(), *file, *runtime, prefix + "-Bsymbolic", prefix + "--gc-sections"});
  if (isCompiler)
    command->append({"-lm", "-lpthread"});
  return runCommand(*command);
}
