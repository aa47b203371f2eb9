//===- Safetensors.cpp - Safetensors files --------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The format: eight bytes, little endian, with the length of the header; the
// header, a JSON object from key to {dtype, shape, data_offsets}; the data, in
// which the offsets count.
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/TensorFiles.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cstring>

using namespace danaus;
using llvm::Expected;
using llvm::SmallVector;
using llvm::StringLiteral;
using llvm::StringRef;
using llvm::Twine;

namespace {
/// One entry of the header; its bytes are [begin, end) of the data.
struct Entry {
  std::string key, dtype;
  SmallVector<int64_t> shape;
  uint64_t begin = 0, end = 0;
};
} // namespace

/// Bytes of an element of `dtype`, for each type that the format has.
static std::optional<int64_t> sizeOfDtype(StringRef dtype) {
  return llvm::StringSwitch<std::optional<int64_t>>(dtype)
      .Cases({"BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0"}, 1)
      .Cases({"I16", "U16", "F16", "BF16"}, 2)
      .Cases({"I32", "U32", "F32"}, 4)
      .Cases({"I64", "U64", "F64", "C64"}, 8)
      .Default(std::nullopt);
}

static constexpr std::pair<StringLiteral, ElementKind> dtypes[] = {
    {"I8", ElementKind::I8},   {"I32", ElementKind::I32},   {"I64", ElementKind::I64},
    {"F16", ElementKind::F16}, {"BF16", ElementKind::BF16}, {"F32", ElementKind::F32},
    {"F64", ElementKind::F64}, {"C64", ElementKind::C64}};

static std::optional<ElementKind> parseDtype(StringRef dtype) {
  for (auto [text, kind] : dtypes)
    if (text == dtype)
      return kind;
  return std::nullopt;
}

/// What the format calls `kind`, or nothing where it has no such type.
static std::optional<StringRef> formatDtype(ElementKind kind) {
  for (auto [text, known] : dtypes)
    if (known == kind)
      return text;
  return std::nullopt;
}

/// llvm::json recurses on nested values, so hostile nesting must not reach it.
/// A header is an object of objects of arrays: three deep.
static bool isShallow(StringRef json) {
  int depth = 0;
  bool inString = false;
  for (size_t i = 0; i < json.size(); ++i) {
    char c = json[i];
    if (inString && c == '\\')
      ++i;
    else if (c == '"')
      inString = !inString;
    else if (!inString && (c == '{' || c == '['))
      ++depth;
    else if (!inString && (c == '}' || c == ']'))
      --depth;
    if (depth > 16)
      return false;
  }
  return true;
}

/// The integers of an array of non-negative integers.
static std::optional<SmallVector<int64_t>> parseIntegers(const llvm::json::Array *array) {
  if (!array)
    return std::nullopt;
  SmallVector<int64_t> values;
  for (const llvm::json::Value &element : *array) {
    std::optional<int64_t> value = element.getAsInteger();
    if (!value || *value < 0)
      return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

/// Reads and validates one entry against the size of the data.
static Expected<Entry> parseEntry(StringRef key, const llvm::json::Value &value, uint64_t dataBytes,
                                  StringRef name) {
  std::string where = (name + ": tensor '" + key + "': ").str();
  const llvm::json::Object *object = value.getAsObject();
  std::optional<StringRef> dtype = object ? object->getString("dtype") : std::nullopt;
  if (!dtype)
    return makeError(where + "wanted an object with dtype, shape and data_offsets");
  auto shape = parseIntegers(object->getArray("shape"));
  auto offsets = parseIntegers(object->getArray("data_offsets"));
  if (!shape || !offsets || offsets->size() != 2)
    return makeError(where + "wanted an object with dtype, shape and data_offsets");
  std::optional<int64_t> elementBytes = sizeOfDtype(*dtype);
  if (!elementBytes)
    return makeError(where + "unknown dtype " + *dtype);
  std::optional<int64_t> count = countElements(*shape);
  if (!count)
    return makeError(where + "shape " + printShape(*shape) + " overflows");
  Entry entry{key.str(), dtype->str(), *shape, uint64_t((*offsets)[0]), uint64_t((*offsets)[1])};
  if (entry.begin > entry.end || entry.end > dataBytes)
    return makeError(where + "data_offsets [" + Twine(entry.begin) + ", " + Twine(entry.end) +
                     "] are out of range for " + Twine(dataBytes) + " bytes of data");
  if (entry.end - entry.begin != uint64_t(*count * *elementBytes))
    return makeError(where + "wanted " + Twine(*count * *elementBytes) + " bytes for " +
                     printShape(*shape) + " " + *dtype + ", found " +
                     Twine(entry.end - entry.begin));
  return entry;
}

/// Every entry of the header, in the order of its data; overlaps are an error.
static Expected<std::vector<Entry>> parseEntries(StringRef header, uint64_t dataBytes,
                                                 StringRef name) {
  if (!isShallow(header))
    return makeError(name + ": malformed header: nested too deeply");
  Expected<llvm::json::Value> json = llvm::json::parse(header);
  if (!json)
    return makeError(name + ": malformed header: " + llvm::toString(json.takeError()));
  const llvm::json::Object *object = json->getAsObject();
  if (!object)
    return makeError(name + ": malformed header: wanted a JSON object");
  std::vector<Entry> entries;
  for (const auto &[key, value] : *object) {
    if (StringRef(key) == "__metadata__")
      continue;
    Expected<Entry> entry = parseEntry(key, value, dataBytes, name);
    if (!entry)
      return entry.takeError();
    entries.push_back(std::move(*entry));
  }
  llvm::sort(entries, [](const Entry &a, const Entry &b) {
    return std::tie(a.begin, a.end, a.key) < std::tie(b.begin, b.end, b.key);
  });
  for (size_t i = 1; i < entries.size(); ++i)
    if (entries[i].begin < entries[i - 1].end)
      return makeError(name + ": tensors '" + entries[i - 1].key + "' and '" + entries[i].key +
                       "' overlap");
  return entries;
}

/// The entry that `key` names, or the only one where it is empty.
static Expected<Entry> selectEntry(std::vector<Entry> entries, StringRef key, StringRef name) {
  if (key.empty() && entries.size() == 1)
    return entries.front();
  std::vector<std::string> keys;
  for (const Entry &entry : entries) {
    if (!key.empty() && entry.key == key)
      return entry;
    keys.push_back(entry.key);
  }
  llvm::sort(keys);
  std::string listed = keys.empty() ? "none" : llvm::join(keys, ", ");
  if (key.empty())
    return makeError(name + ": wanted FILE:key, as the file has the keys: " + listed);
  return makeError(name + ": no tensor '" + key + "': the file has the keys: " + listed);
}

Expected<HostTensor> danaus::parseSafetensors(StringRef bytes, StringRef key, StringRef name) {
  if (bytes.size() < 8)
    return makeError(name + ": truncated: wanted at least 8 bytes, found " + Twine(bytes.size()));
  uint64_t length = llvm::support::endian::read64le(bytes.data());
  if (length > bytes.size() - 8)
    return makeError(name + ": truncated: wanted a header of " + Twine(length) + " bytes, found " +
                     Twine(bytes.size() - 8));
  StringRef data = bytes.drop_front(8 + length);
  Expected<std::vector<Entry>> entries = parseEntries(bytes.substr(8, length), data.size(), name);
  if (!entries)
    return entries.takeError();
  Expected<Entry> entry = selectEntry(std::move(*entries), key, name);
  if (!entry)
    return entry.takeError();
  std::optional<ElementKind> kind = parseDtype(entry->dtype);
  if (!kind)
    return makeError(name + ": tensor '" + entry->key +
                     "': wanted dtype I8, I32, I64, F16, BF16, F32, F64 or C64, found " +
                     entry->dtype);
  Expected<HostTensor> tensor = HostTensor::allocate(*kind, entry->shape);
  if (tensor)
    std::memcpy(tensor->data(), data.data() + entry->begin, entry->end - entry->begin);
  return tensor;
}

Expected<std::string> danaus::formatSafetensors(llvm::ArrayRef<NamedTensor> tensors,
                                                StringRef name) {
  llvm::json::Object object;
  std::string data;
  for (const NamedTensor &named : tensors) {
    const HostTensor &tensor = *named.tensor;
    std::optional<StringRef> dtype = formatDtype(tensor.getKind());
    if (!dtype)
      return makeError(name + ": safetensors files have no " + stringify(tensor.getKind()) +
                       ": write .npy");
    llvm::json::Object entry;
    entry["dtype"] = *dtype;
    entry["shape"] = llvm::json::Array(tensor.getShape());
    int64_t begin = data.size();
    data.append(tensor.data(), tensor.getNumBytes());
    entry["data_offsets"] = llvm::json::Array{begin, int64_t(data.size())};
    if (!object.try_emplace(llvm::json::fixUTF8(named.key), std::move(entry)).second)
      return makeError(name + ": two tensors have the key '" + named.key + "'");
  }
  std::string header = llvm::formatv("{0}", llvm::json::Value(std::move(object)));
  // Padded with spaces so that the first data are aligned to eight bytes.
  header.resize(llvm::alignTo(header.size(), 8), ' ');
  char length[8];
  llvm::support::endian::write64le(length, header.size());
  return std::string(length, 8) + header + data;
}
