//===- TensorFiles.cpp - Tensors in .npy and .safetensors files -----------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/TensorFiles.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace danaus;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::SmallVector;
using llvm::StringRef;

Expected<TensorPath> TensorPath::parse(StringRef text) {
  size_t colon = text.rfind(".safetensors:");
  if (colon != StringRef::npos) {
    auto [file, key] = std::pair(text.take_front(colon + 12), text.drop_front(colon + 13));
    return TensorPath{file.str(), key.str()};
  }
  if (!text.ends_with(".npy") && !text.ends_with(".safetensors"))
    return makeError("'" + text + "': wanted FILE.npy, FILE.safetensors or FILE.safetensors:key");
  return TensorPath{text.str(), ""};
}

Expected<HostTensor> danaus::readTensor(const TensorPath &path) {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      llvm::MemoryBuffer::getFile(path.file, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeError(path.file + ": " + buffer.getError().message());
  StringRef bytes = (*buffer)->getBuffer();
  return path.isSafetensors() ? parseSafetensors(bytes, path.key, path.file)
                              : parseNpy(bytes, path.file);
}

static Error writeFile(StringRef file, StringRef bytes) {
  std::error_code code;
  llvm::raw_fd_ostream stream(file, code);
  if (code)
    return makeError(file + ": " + code.message());
  stream << bytes;
  stream.close();
  if (!stream.has_error())
    return Error::success();
  code = stream.error();
  stream.clear_error(); // an error that is left aborts in the destructor
  return makeError(file + ": " + code.message());
}

Error danaus::writeTensors(ArrayRef<TensorPath> paths, ArrayRef<HostTensor> tensors) {
  llvm::MapVector<StringRef, SmallVector<NamedTensor>> files;
  for (auto [i, path] : llvm::enumerate(paths)) {
    std::string key = path.key.empty() ? "result" + llvm::utostr(i) : path.key;
    files[path.file].push_back({key, &tensors[i]});
  }
  for (auto &[file, named] : files) {
    bool isSafetensors = file.ends_with(".safetensors");
    if (!isSafetensors && named.size() > 1)
      return makeError(file + ": wanted one result for a NumPy file, found " +
                       llvm::Twine(named.size()));
    Expected<std::string> bytes =
        isSafetensors ? formatSafetensors(named, file) : formatNpy(*named.front().tensor, file);
    if (!bytes)
      return bytes.takeError();
    if (Error error = writeFile(file, *bytes))
      return error;
  }
  return Error::success();
}
