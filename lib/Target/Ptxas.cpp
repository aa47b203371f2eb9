//===- Ptxas.cpp - PTX to machine code by ptxas -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Target/NVPTX.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace danaus;
using llvm::Expected;
using llvm::StringRef;

std::optional<std::string> danaus::findPtxas() {
  using llvm::sys::Process;
  if (std::optional<std::string> path = Process::GetEnv("DANAUS_PTXAS"))
    return path->empty() ? std::nullopt : path;
  if (llvm::ErrorOr<std::string> found = llvm::sys::findProgramByName("ptxas"))
    return *found;
  llvm::SmallVector<std::string> folders = {"/usr/local/cuda/bin"};
  if (std::optional<std::string> root = Process::GetEnv("CUDA_PATH"))
    folders.insert(folders.begin(), *root + "/bin");
  for (const std::string &folder : folders)
    if (llvm::ErrorOr<std::string> found = llvm::sys::findProgramByName("ptxas", {folder}))
      return *found;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The log
//===----------------------------------------------------------------------===//

/// The number before `unit` in `line`, as in "12 bytes stack frame", or 0.
static int64_t numberBefore(StringRef line, StringRef unit) {
  StringRef head = line.take_front(line.find(unit));
  int64_t value = 0;
  if (head.size() == line.size() ||
      head.rtrim()
          .take_back(head.rtrim().size() - (head.rtrim().find_last_of(" ,:") + 1))
          .getAsInteger(10, value))
    return 0;
  return value;
}

/// Reads lines of `ptxas -v`:
///   Compiling entry function 'k' for 'sm_90a'
///   0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
///   Used 96 registers, used 1 barriers
static llvm::SmallVector<KernelResources> parseLog(StringRef log) {
  llvm::SmallVector<KernelResources> kernels;
  for (StringRef line : llvm::split(log, '\n')) {
    if (line.contains("Compiling entry function '")) {
      kernels.emplace_back().name = line.split('\'').second.split('\'').first.str();
      continue;
    }
    if (kernels.empty())
      continue;
    KernelResources &kernel = kernels.back();
    if (line.contains("bytes stack frame")) {
      kernel.stackBytes = numberBefore(line, " bytes stack frame");
      kernel.spillBytes =
          numberBefore(line, " bytes spill stores") + numberBefore(line, " bytes spill loads");
    }
    if (line.contains(" registers"))
      kernel.registers = numberBefore(line, " registers");
  }
  return kernels;
}

char SpillError::ID = 0;

void SpillError::log(llvm::raw_ostream &os) const {
  if (kernel.name.empty()) {
    os << "compilation failed";
    return;
  }
  os << "kernel " << kernel.name << ": wanted no spills, found " << kernel.spillBytes << " bytes ("
     << kernel.registers << " registers); use fewer warps or stream the weights";
}

//===----------------------------------------------------------------------===//
// The call
//===----------------------------------------------------------------------===//

namespace {
/// A file that goes away with this object.
struct TemporaryFile {
  llvm::SmallString<64> path;
  std::unique_ptr<llvm::FileRemover> remover;

  std::error_code create(StringRef suffix) {
    if (std::error_code error = llvm::sys::fs::createTemporaryFile("danaus", suffix, path))
      return error;
    remover = std::make_unique<llvm::FileRemover>(path);
    return {};
  }
  std::string read() const {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    return buffer ? (*buffer)->getBuffer().str() : std::string();
  }
};
} // namespace

Expected<Cubin> danaus::assemble(StringRef ptx, const TargetLimits &target, StringRef ptxas,
                                 bool allowSpills) {
  TemporaryFile source, result, log;
  for (auto [file, suffix] : {std::pair(&source, "ptx"), {&result, "cubin"}, {&log, "log"}})
    if (std::error_code error = file->create(suffix))
      return llvm::createStringError(error, "temporary file for ptxas: " + error.message());
  std::error_code error;
  llvm::raw_fd_ostream(source.path, error) << ptx;
  if (error)
    return llvm::createStringError(error, "temporary file for ptxas: " + error.message());
  StringRef arguments[] = {ptxas,       "-arch", target.name, "-O3", "-v", "--warn-on-spills",
                           source.path, "-o",    result.path};
  std::optional<StringRef> redirects[] = {std::nullopt, StringRef(log.path), StringRef(log.path)};
  std::string problem;
  int status = llvm::sys::ExecuteAndWait(ptxas, arguments, std::nullopt, redirects,
                                         /*SecondsToWait=*/0, /*MemoryLimit=*/0, &problem);
  std::string text = log.read();
  if (status != 0)
    return llvm::createStringError("ptxas failed with status " + llvm::Twine(status) + ": " +
                                   (problem.empty() ? text : problem));
  Cubin cubin{result.read(), parseLog(text)};
  for (const KernelResources &kernel : cubin.kernels)
    if (kernel.spillBytes > 0 && !allowSpills)
      return llvm::make_error<SpillError>(kernel);
  return cubin;
}
