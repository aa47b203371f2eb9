//===- Compiler.cpp - The compiler behind a C interface -------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/CAPI/Compiler.h"
#include "danaus/Driver/Jit.h"
#include "danaus/Driver/Registration.h"
#include "danaus/Runtime/Cuda.h"

using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

struct DanausCompiled {
  std::unique_ptr<LoadedFunction> function;
  bool isFromCache;
};

static std::string &lastMessage() {
  thread_local std::string message;
  return message;
}

static int fail(int code, const llvm::Twine &message) {
  lastMessage() = message.str();
  return code;
}

/// A code of compiled functions, with its text.
static int finish(int code) {
  lastMessage() = code == DANAUS_SUCCESS ? "" : danausErrorText(code);
  return code;
}

/// The same of an entry point, which on a GPU knows more than its code.
static int finish(const DanausCompiled &compiled, int code) {
  finish(code);
  bool onGpu = StringRef(compiled.function->info()->target).starts_with("sm_");
  if (code != DANAUS_SUCCESS && onGpu)
    lastMessage() = danausCudaLastError();
  return code;
}

const char *danausLastMessage(void) { return lastMessage().c_str(); }

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

static CompileFileSettings readOptions(const DanausCompileOptions &options) {
  auto text = [](const char *value) { return std::string(value ? value : ""); };
  CompileFileSettings settings;
  settings.target = options.target ? options.target : "native";
  settings.schedule = text(options.schedule);
  settings.model = text(options.model);
  settings.rows = options.rows ? options.rows : 256;
  settings.threads = options.threads ? options.threads : 1;
  settings.simplify = options.simplify;
  return settings;
}

/// The object file, compiled now or before. `warning` says what is wrong with the
/// cache, which stops nothing.
static Expected<CachedObject> findObject(StringRef text, StringRef entry,
                                         const CompileFileSettings &settings, bool useCache,
                                         bool &isFromCache, std::string &warning) {
  std::optional<std::string> folder = useCache ? findCacheFolder() : std::nullopt;
  Expected<std::string> key = cacheKey(text, entry, settings);
  if (!key)
    return key.takeError();
  if (folder)
    if (std::optional<CachedObject> found = readCache(*folder, *key)) {
      isFromCache = true;
      return std::move(*found);
    }
  mlir::DialectRegistry registry;
  registerDialects(registry);
  Expected<CachedObject> made = compileText(text, entry, settings, registry);
  if (!made)
    return made.takeError();
  if (folder)
    if (Error error = writeCache(*folder, *key, *made))
      warning = llvm::toString(std::move(error));
  return std::move(*made);
}

int danausCompile(const char *text, size_t length, const DanausCompileOptions *options,
                  DanausCompiled **result) {
  if (!text || !result)
    return finish(DANAUS_ERROR_NULL);
  *result = nullptr;
  DanausCompileOptions given = {};
  if (options && options->size != sizeof(given))
    return fail(DANAUS_ERROR_ARGUMENT, "options: wanted a size of " + llvm::Twine(sizeof(given)) +
                                           ", found " + llvm::Twine(options->size));
  if (options)
    given = *options;
  if (given.rows < 0 || given.threads < 0)
    return fail(DANAUS_ERROR_ARGUMENT, "options: wanted rows and threads of 0 or more");
  auto compiled = std::make_unique<DanausCompiled>();
  compiled->isFromCache = false;
  std::string warning;
  Expected<CachedObject> object =
      findObject(StringRef(text, length), given.entry ? given.entry : "", readOptions(given),
                 !given.noCache, compiled->isFromCache, warning);
  if (!object)
    return fail(DANAUS_ERROR_COMPILE, llvm::toString(object.takeError()));
  Expected<std::unique_ptr<LoadedFunction>> function =
      LoadedFunction::load(object->object, object->name);
  if (!function)
    return fail(DANAUS_ERROR_COMPILE, llvm::toString(function.takeError()));
  compiled->function = std::move(*function);
  lastMessage() = warning;
  *result = compiled.release();
  return DANAUS_SUCCESS;
}

void danausDestroy(DanausCompiled *compiled) { delete compiled; }

//===----------------------------------------------------------------------===//
// Compiled functions
//===----------------------------------------------------------------------===//

const DanausFunction *danausGetInfo(const DanausCompiled *compiled) {
  return compiled ? compiled->function->info() : nullptr;
}

int danausIsFromCache(const DanausCompiled *compiled) { return compiled && compiled->isFromCache; }

int64_t danausGetPackedBytes(const DanausCompiled *compiled) {
  return compiled ? compiled->function->packedBytes() : -int64_t(finish(DANAUS_ERROR_NULL));
}

int64_t danausGetWorkspaceBytes(const DanausCompiled *compiled, int64_t rows) {
  int64_t bytes = compiled ? compiled->function->workspaceBytes(rows) : -int64_t(DANAUS_ERROR_NULL);
  finish(bytes < 0 ? int(-bytes) : DANAUS_SUCCESS);
  return bytes;
}

int danausPack(const DanausCompiled *compiled, const void *const *params, int64_t numParams,
               void *packed, int64_t packedBytes) {
  return danausPackOnStream(compiled, params, numParams, packed, packedBytes, /*stream=*/nullptr);
}

int danausPackOnStream(const DanausCompiled *compiled, const void *const *params, int64_t numParams,
                       void *packed, int64_t packedBytes, void *stream) {
  if (!compiled)
    return finish(DANAUS_ERROR_NULL);
  int64_t wanted = compiled->function->info()->numParameters;
  if (numParams != wanted)
    return fail(DANAUS_ERROR_ARGUMENT,
                "wanted " + llvm::Twine(wanted) + " parameters, found " + llvm::Twine(numParams));
  if (packedBytes < compiled->function->packedBytes())
    return finish(DANAUS_ERROR_TOO_SMALL);
  return finish(*compiled, compiled->function->pack(params, packed, stream));
}

int danausRun(const DanausCompiled *compiled, const void *packed, int64_t packedBytes,
              const void *const *data, const int64_t *strides, int64_t numTensors, int64_t rows,
              void *workspace, int64_t workspaceBytes) {
  return danausRunOnStream(compiled, packed, packedBytes, data, strides, numTensors, rows,
                           workspace, workspaceBytes, /*stream=*/nullptr);
}

int danausRunOnStream(const DanausCompiled *compiled, const void *packed, int64_t packedBytes,
                      const void *const *data, const int64_t *strides, int64_t numTensors,
                      int64_t rows, void *workspace, int64_t workspaceBytes, void *stream) {
  if (!compiled || !data || !strides)
    return finish(DANAUS_ERROR_NULL);
  const DanausFunction *info = compiled->function->info();
  if (int64_t wanted = info->numActivations + info->numResults; numTensors != wanted)
    return fail(DANAUS_ERROR_ARGUMENT, "wanted " + llvm::Twine(wanted) +
                                           " activations and results, found " +
                                           llvm::Twine(numTensors));
  int64_t needed = compiled->function->workspaceBytes(rows);
  if (needed < 0)
    return finish(int(-needed));
  if (packedBytes < info->packedBytes || workspaceBytes < needed)
    return finish(DANAUS_ERROR_TOO_SMALL);
  return finish(*compiled,
                compiled->function->call(packed, data, strides, rows, workspace, stream));
}
