//===- ObjectCache.cpp - Compiled functions on disk -----------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Jit.h"
#include "danaus/Target/NVPTX.h"
#include "danaus/Target/Records.h"
#include "danaus/Target/X86.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"
#include <dlfcn.h>

using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::SmallString;
using llvm::StringRef;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

std::optional<std::string> danaus::findCacheFolder() {
  auto variable = [](const char *name) {
    std::optional<std::string> value = llvm::sys::Process::GetEnv(name);
    return value && !value->empty() ? value : std::nullopt;
  };
  if (std::optional<std::string> folder = variable("DANAUS_CACHE_DIR"))
    return folder;
  if (std::optional<std::string> folder = variable("XDG_CACHE_HOME"))
    return *folder + "/danaus";
  if (std::optional<std::string> folder = variable("HOME"))
    return *folder + "/.cache/danaus";
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Keys
//===----------------------------------------------------------------------===//

static std::string digest(StringRef bytes) {
  return llvm::toHex(llvm::SHA256::hash(llvm::arrayRefFromStringRef(bytes)), /*LowerCase=*/true);
}

/// The file that this code is in, by size and date: another build of the compiler
/// may make other code of the same text.
static std::string describeCompiler() {
  std::string description = "danaus, LLVM " LLVM_VERSION_STRING;
  Dl_info info;
  fs::file_status status;
  if (dladdr(reinterpret_cast<void *>(&describeCompiler), &info) && info.dli_fname &&
      !fs::status(info.dli_fname, status))
    description += ", " + llvm::utostr(status.getSize()) + " bytes of " +
                   llvm::itostr(status.getLastModificationTime().time_since_epoch().count());
  return description;
}

/// A CPU, or a GPU, whose code depends on the assembler that there is.
static Expected<CpuTarget> findTarget(StringRef name) {
  std::optional<TargetLimits> limits = lookupTarget(name);
  if (!limits || !limits->isGpu)
    return lookupCpuTarget(name);
  return CpuTarget{name.str(), name.str(), findPtxas().value_or(""), ""};
}

Expected<std::string> danaus::cacheKey(StringRef text, StringRef entry,
                                       const CompileFileSettings &settings) {
  Expected<CpuTarget> target = findTarget(settings.target);
  if (!target)
    return target.takeError();
  std::string model;
  if (!settings.model.empty()) {
    auto file = llvm::MemoryBuffer::getFile(settings.model);
    if (!file)
      return llvm::createStringError("model: cannot read " + settings.model + ": " +
                                     file.getError().message());
    model = (*file)->getBuffer().str();
  }
  // Every part with its length, so that no two lists of parts look the same.
  std::string all, compiler = describeCompiler();
  llvm::raw_string_ostream stream(all);
  for (StringRef part :
       {StringRef(compiler), text, entry, StringRef(target->record), StringRef(target->tune),
        StringRef(target->features), StringRef(settings.schedule), StringRef(model)})
    stream << part.size() << ' ' << part << '\n';
  stream << settings.rows << ' ' << settings.threads << ' ' << settings.simplify;
  return digest(all);
}

//===----------------------------------------------------------------------===//
// Files: "danaus object 1 NAME DIGEST\n", then the object
//===----------------------------------------------------------------------===//

static constexpr StringRef magic = "danaus object 1";

static SmallString<128> fileName(StringRef folder, StringRef key) {
  SmallString<128> name(folder);
  path::append(name, key + ".o");
  return name;
}

std::optional<CachedObject> danaus::readCache(StringRef folder, StringRef key) {
  auto file = llvm::MemoryBuffer::getFile(fileName(folder, key));
  if (!file)
    return std::nullopt;
  auto [head, object] = (*file)->getBuffer().split('\n');
  if (!head.consume_front(magic) || !head.consume_front(" "))
    return std::nullopt;
  auto [name, sum] = head.split(' ');
  if (name.empty() || sum != digest(object))
    return std::nullopt;
  return CachedObject{name.str(), object.str()};
}

Error danaus::writeCache(StringRef folder, StringRef key, const CachedObject &value) {
  auto fail = [&](const char *what, std::error_code code) {
    return llvm::createStringError("cannot " + llvm::Twine(what) + " the cache " + folder + ": " +
                                   code.message());
  };
  if (std::error_code code = fs::create_directories(folder, /*IgnoreExisting=*/true, fs::owner_all))
    return fail("make", code);
  SmallString<128> pattern(folder), temporary;
  path::append(pattern, key + "-%%%%%%%%.tmp");
  int descriptor;
  if (std::error_code code = fs::createUniqueFile(pattern, descriptor, temporary))
    return fail("write to", code);
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  stream << magic << ' ' << value.name << ' ' << digest(value.object) << '\n' << value.object;
  stream.close();
  std::error_code code = stream.error();
  stream.clear_error();
  if (!code)
    code = fs::rename(temporary, fileName(folder, key));
  if (!code)
    return Error::success();
  fs::remove(temporary);
  return fail("write to", code);
}
