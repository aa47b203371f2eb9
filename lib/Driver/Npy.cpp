//===- Npy.cpp - NumPy files ----------------------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/TensorFiles.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace danaus;
using llvm::ArrayRef;
using llvm::Expected;
using llvm::SmallVector;
using llvm::StringLiteral;
using llvm::StringRef;
using llvm::Twine;

static constexpr StringRef magic("\x93NUMPY", 6);

namespace {
/// What the header of a NumPy file says.
struct Header {
  StringRef descr;
  bool fortranOrder = false, hasOrder = false, hasShape = false;
  SmallVector<int64_t> shape;
};
} // namespace

/// Takes `prefix` off the text, white space before it included.
static bool consume(StringRef &text, StringRef prefix) {
  text = text.ltrim();
  return text.consume_front(prefix);
}

/// 'text' or "text".
static std::optional<StringRef> consumeString(StringRef &text) {
  text = text.ltrim();
  if (text.empty() || (text.front() != '\'' && text.front() != '"'))
    return std::nullopt;
  size_t end = text.find(text.front(), 1);
  if (end == StringRef::npos)
    return std::nullopt;
  StringRef value = text.slice(1, end);
  text = text.drop_front(end + 1);
  return value;
}

/// (), (3,), (3, 4) or (3, 4,).
static bool consumeShape(StringRef &text, llvm::SmallVectorImpl<int64_t> &shape) {
  if (!consume(text, "("))
    return false;
  while (!consume(text, ")")) {
    int64_t size;
    text = text.ltrim();
    if (text.consumeInteger(10, size) || size < 0)
      return false;
    consume(text, "L"); // written by Python 2
    shape.push_back(size);
    if (!consume(text, ",") && !text.ltrim().starts_with(")"))
      return false;
  }
  return true;
}

/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, keys in any order.
static bool parseHeader(StringRef text, Header &header) {
  if (!consume(text, "{"))
    return false;
  while (!consume(text, "}")) {
    std::optional<StringRef> key = consumeString(text);
    if (!key || !consume(text, ":"))
      return false;
    if (*key == "descr") {
      std::optional<StringRef> descr = consumeString(text);
      if (!descr)
        return false;
      header.descr = *descr;
    } else if (*key == "fortran_order") {
      header.fortranOrder = consume(text, "True");
      header.hasOrder = header.fortranOrder || consume(text, "False");
    } else if (*key == "shape") {
      header.hasShape = consumeShape(text, header.shape);
    } else {
      return false;
    }
    if (!consume(text, ",") && !text.ltrim().starts_with("}"))
      return false;
  }
  return !header.descr.empty() && header.hasOrder && header.hasShape;
}

static constexpr std::pair<StringLiteral, ElementKind> descrs[] = {
    {"|i1", ElementKind::I8},  {"<i4", ElementKind::I32},  {"<i8", ElementKind::I64},
    {"<f2", ElementKind::F16}, {"<f4", ElementKind::F32},  {"<f8", ElementKind::F64},
    {"<c8", ElementKind::C64}, {"<c16", ElementKind::C128}};

static std::optional<ElementKind> parseDescr(StringRef descr) {
  for (auto [text, kind] : descrs)
    if (text == descr)
      return kind;
  return std::nullopt;
}

/// Splits the file into the text of its header and its data.
static Expected<std::pair<StringRef, StringRef>> splitHeader(StringRef bytes, StringRef name) {
  if (!bytes.starts_with(magic))
    return makeError(name + ": not a NumPy file: it does not begin with \\x93NUMPY");
  if (bytes.size() < 10)
    return makeError(name + ": truncated: wanted at least 10 bytes, found " + Twine(bytes.size()));
  int major = bytes[6];
  if (major < 1 || major > 3)
    return makeError(name + ": wanted format version 1, 2 or 3, found " + Twine(major));
  // The length of the header has 2 bytes in version 1 and 4 after.
  size_t lengthBytes = major == 1 ? 2 : 4, start = 8 + lengthBytes;
  if (bytes.size() < start)
    return makeError(name + ": truncated: wanted at least " + Twine(start) + " bytes, found " +
                     Twine(bytes.size()));
  uint64_t length = major == 1 ? llvm::support::endian::read16le(bytes.data() + 8)
                               : llvm::support::endian::read32le(bytes.data() + 8);
  if (length > bytes.size() - start)
    return makeError(name + ": truncated: wanted a header of " + Twine(length) + " bytes, found " +
                     Twine(bytes.size() - start));
  return std::pair(bytes.substr(start, length), bytes.drop_front(start + length));
}

/// Column-major `source` to row-major `tensor`: walks the result in order with
/// an odometer and sums the source's strides.
static void copyFromFortran(HostTensor &tensor, const char *source) {
  ArrayRef<int64_t> shape = tensor.getShape();
  int64_t bytes = sizeOf(tensor.getKind());
  SmallVector<int64_t> strides(shape.size(), 1), index(shape.size(), 0);
  for (size_t dim = 1; dim < shape.size(); ++dim)
    strides[dim] = strides[dim - 1] * shape[dim - 1];
  int64_t offset = 0;
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i) {
    std::memcpy(tensor.data() + i * bytes, source + offset * bytes, bytes);
    for (size_t dim = shape.size(); dim-- > 0;) {
      offset += strides[dim];
      if (++index[dim] < shape[dim])
        break;
      offset -= strides[dim] * shape[dim];
      index[dim] = 0;
    }
  }
}

Expected<HostTensor> danaus::parseNpy(StringRef bytes, StringRef name) {
  Expected<std::pair<StringRef, StringRef>> parts = splitHeader(bytes, name);
  if (!parts)
    return parts.takeError();
  auto [text, data] = *parts;
  Header header;
  if (!parseHeader(text, header))
    return makeError(name + ": malformed header: wanted {'descr': '<f4', 'fortran_order': False, "
                            "'shape': (...)}");
  std::optional<ElementKind> kind = parseDescr(header.descr);
  if (!kind)
    return makeError(name + ": wanted dtype |i1, <i4, <i8, <f2, <f4, <f8, <c8 or <c16, found " +
                     header.descr);
  std::optional<int64_t> count = countElements(header.shape);
  if (!count)
    return makeError(name + ": shape " + printShape(header.shape) + " overflows");
  uint64_t wanted = *count * sizeOf(*kind);
  if (data.size() < wanted)
    return makeError(name + ": truncated: wanted " + Twine(wanted) + " bytes of data, found " +
                     Twine(data.size()));
  if (data.size() > wanted)
    return makeError(name + ": wanted " + Twine(wanted) + " bytes of data, found " +
                     Twine(data.size()));
  Expected<HostTensor> tensor = HostTensor::allocate(*kind, header.shape);
  if (!tensor)
    return tensor.takeError();
  if (header.fortranOrder)
    copyFromFortran(*tensor, data.data());
  else
    std::memcpy(tensor->data(), data.data(), wanted);
  return tensor;
}

Expected<std::string> danaus::formatNpy(const HostTensor &tensor, StringRef name) {
  auto known =
      llvm::find_if(descrs, [&](const auto &pair) { return pair.second == tensor.getKind(); });
  if (known == std::end(descrs))
    return makeError(name + ": NumPy files have no " + stringify(tensor.getKind()) +
                     ": write .safetensors");
  StringRef descr = known->first;
  std::string header = ("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (").str();
  for (int64_t size : tensor.getShape())
    header += llvm::itostr(size) + ", ";
  header += "), }";
  // Padded with spaces and a newline so that the data begin at a multiple of 64.
  size_t padded = llvm::alignTo(10 + header.size() + 1, 64) - 10;
  header.resize(padded - 1, ' ');
  header += '\n';
  std::string bytes = (magic + StringRef("\x01\x00", 2)).str();
  bytes += char(padded & 0xff);
  bytes += char(padded >> 8);
  return bytes + header + std::string(tensor.data(), tensor.getNumBytes());
}
