//===- HostTensor.cpp - A tensor in this process's memory -----------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/HostTensor.h"
#include "danaus/Support/ParallelFor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <cstring>
#include <limits>
#ifdef __linux__
#include <sys/mman.h>
#endif

using namespace danaus;
using llvm::ArrayRef;

namespace {
/// The fields of a binary floating-point format of 16 bits.
struct HalfFormat {
  int fractionBits, exponentBits;
  int minExponent() const { return 2 - (1 << (exponentBits - 1)); }
  uint64_t infinity() const { return ((uint64_t(1) << exponentBits) - 1) << fractionBits; }
};
} // namespace

static constexpr HalfFormat f16Format{10, 5}, bf16Format{7, 8};

/// With q = |v| / 2^(e - fractionBits) rounded to an integer, the encoding is
/// (e - minExponent) * 2^fractionBits + q: the leading one of a normal q adds
/// the missing one to the exponent field, a subnormal q has none, and a carry
/// out of the rounding moves to the next binade by itself.
static uint64_t encodeHalf(HalfFormat format, double value) {
  uint64_t sign = uint64_t(std::signbit(value)) << 15;
  if (std::isnan(value))
    return sign | format.infinity() | (uint64_t(1) << (format.fractionBits - 1));
  double magnitude = std::fabs(value);
  if (magnitude == 0)
    return sign;
  if (std::isinf(value))
    return sign | format.infinity();
  int exponent = std::max(std::ilogb(magnitude), format.minExponent());
  if (exponent > 1 << format.exponentBits)
    return sign | format.infinity();
  auto rounded = uint64_t(std::nearbyint(std::ldexp(magnitude, format.fractionBits - exponent)));
  uint64_t field = uint64_t(exponent - format.minExponent()) << format.fractionBits;
  return sign | std::min(field + rounded, format.infinity());
}

static double decodeHalf(HalfFormat format, uint64_t bits) {
  uint64_t fraction = bits & ((uint64_t(1) << format.fractionBits) - 1);
  int field = int((bits & 0x7fff) >> format.fractionBits);
  double magnitude;
  if (field == (1 << format.exponentBits) - 1)
    magnitude = fraction ? std::numeric_limits<double>::quiet_NaN()
                         : std::numeric_limits<double>::infinity();
  else if (field == 0)
    magnitude = std::ldexp(double(fraction), format.minExponent() - format.fractionBits);
  else
    magnitude = std::ldexp(double(fraction | (uint64_t(1) << format.fractionBits)),
                           field - 1 + format.minExponent() - format.fractionBits);
  return bits & 0x8000 ? -magnitude : magnitude;
}

llvm::StringRef danaus::stringify(ElementKind kind) {
  switch (kind) {
  case ElementKind::I8:
    return "i8";
  case ElementKind::I32:
    return "i32";
  case ElementKind::I64:
    return "i64";
  case ElementKind::F16:
    return "f16";
  case ElementKind::BF16:
    return "bf16";
  case ElementKind::F32:
    return "f32";
  case ElementKind::F64:
    return "f64";
  case ElementKind::C64:
    return "complex<f32>";
  case ElementKind::C128:
    return "complex<f64>";
  }
  llvm_unreachable("all kinds are handled");
}

int64_t danaus::sizeOf(ElementKind kind) {
  switch (kind) {
  case ElementKind::I8:
    return 1;
  case ElementKind::F16:
  case ElementKind::BF16:
    return 2;
  case ElementKind::I32:
  case ElementKind::F32:
    return 4;
  case ElementKind::I64:
  case ElementKind::F64:
  case ElementKind::C64:
    return 8;
  case ElementKind::C128:
    return 16;
  }
  llvm_unreachable("all kinds are handled");
}

bool danaus::isComplex(ElementKind kind) { return partKind(kind) != kind; }

bool danaus::isInteger(ElementKind kind) {
  return kind == ElementKind::I8 || kind == ElementKind::I32 || kind == ElementKind::I64;
}

ElementKind danaus::partKind(ElementKind kind) {
  if (kind == ElementKind::C64)
    return ElementKind::F32;
  return kind == ElementKind::C128 ? ElementKind::F64 : kind;
}

double danaus::unitRoundoff(ElementKind kind) {
  switch (partKind(kind)) {
  case ElementKind::F16:
    return 0x1p-11;
  case ElementKind::BF16:
    return 0x1p-8;
  case ElementKind::F32:
    return 0x1p-24;
  case ElementKind::F64:
    return 0x1p-53;
  default:
    return 0;
  }
}

/// `value` rounded to nearest even and cut to the range of Integer. Both ends of
/// the range, made a double, are exact or the power of two above the last value.
template <typename Integer> static uint64_t encodeInteger(double value) {
  using Limits = std::numeric_limits<Integer>;
  if (std::isnan(value))
    return 0;
  double rounded = std::nearbyint(value);
  if (rounded >= double(Limits::max()))
    return uint64_t(Limits::max());
  return uint64_t(rounded <= double(Limits::min()) ? Limits::min() : Integer(rounded));
}

uint64_t danaus::encodeElement(ElementKind kind, double value) {
  switch (kind) {
  case ElementKind::I8:
    return encodeInteger<int8_t>(value);
  case ElementKind::I32:
    return encodeInteger<int32_t>(value);
  case ElementKind::I64:
    return encodeInteger<int64_t>(value);
  case ElementKind::F16:
    return encodeHalf(f16Format, value);
  case ElementKind::BF16:
    return encodeHalf(bf16Format, value);
  case ElementKind::F32:
    return llvm::bit_cast<uint32_t>(float(value));
  case ElementKind::F64:
    return llvm::bit_cast<uint64_t>(value);
  default:
    llvm_unreachable("a complex element has two parts");
  }
}

double danaus::decodeElement(ElementKind kind, uint64_t bits) {
  switch (kind) {
  case ElementKind::I8:
    return int8_t(bits);
  case ElementKind::I32:
    return int32_t(bits);
  case ElementKind::I64:
    return double(int64_t(bits));
  case ElementKind::F16:
    return decodeHalf(f16Format, bits);
  case ElementKind::BF16:
    return decodeHalf(bf16Format, bits);
  case ElementKind::F32:
    return llvm::bit_cast<float>(uint32_t(bits));
  case ElementKind::F64:
    return llvm::bit_cast<double>(bits);
  default:
    llvm_unreachable("a complex element has two parts");
  }
}

std::optional<int64_t> danaus::countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    if (size < 0 || llvm::MulOverflow(count, size, count))
      return std::nullopt;
  int64_t bytes;
  if (llvm::MulOverflow(count, int64_t(16), bytes))
    return std::nullopt;
  return count;
}

std::string danaus::printShape(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  return llvm::join(llvm::map_range(shape, [](int64_t size) { return llvm::itostr(size); }), "x");
}

llvm::Error danaus::makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

llvm::Error danaus::makeInternalError(const llvm::Twine &message) { return makeError(message); }

/// `bytes` > 0 of memory, or null. Large tensors ask for large pages, as NumPy's
/// do: with pages of 4 KB, address translation costs a product of 4096 x 4096 a
/// tenth of its time.
static char *allocateBytes(int64_t bytes) {
  constexpr int64_t line = 64, largePage = 2 << 20;
  // aligned_alloc wants a whole number of alignments.
  if (bytes < 2 * largePage)
    return static_cast<char *>(std::aligned_alloc(line, llvm::alignTo(bytes, line)));
  int64_t padded = llvm::alignTo(bytes, largePage);
  auto *data = static_cast<char *>(std::aligned_alloc(largePage, padded));
#ifdef MADV_HUGEPAGE
  if (data)
    madvise(data, padded, MADV_HUGEPAGE); // no harm if refused
#endif
  return data;
}

llvm::Expected<HostTensor> HostTensor::allocate(ElementKind kind, ArrayRef<int64_t> shape) {
  std::optional<int64_t> count = countElements(shape);
  if (!count)
    return makeError("a tensor of shape " + printShape(shape) + " does not fit into memory");
  HostTensor tensor;
  tensor.kind = kind;
  tensor.shape.assign(shape.begin(), shape.end());
  int64_t bytes = std::max<int64_t>(*count * sizeOf(kind), 1); // an address even for no elements
  tensor.bytes.reset(allocateBytes(bytes));
  if (!tensor.bytes)
    return makeError("too little memory for a tensor of " + llvm::Twine(bytes) + " bytes, shape " +
                     printShape(shape));
  return tensor;
}

double HostTensor::get(int64_t index) const {
  ElementKind part = partKind(kind);
  uint64_t bits = 0;
  std::memcpy(&bits, data() + index * sizeOf(part), sizeOf(part));
  return decodeElement(part, bits);
}

void HostTensor::set(int64_t index, double value) {
  ElementKind part = partKind(kind);
  uint64_t bits = encodeElement(part, value);
  std::memcpy(data() + index * sizeOf(part), &bits, sizeOf(part));
}

std::complex<double> HostTensor::getComplex(int64_t index) const {
  if (!isComplex(kind))
    return get(index);
  return {get(2 * index), get(2 * index + 1)};
}

void HostTensor::setComplex(int64_t index, std::complex<double> value) {
  if (!isComplex(kind))
    return set(index, value.real());
  set(2 * index, value.real());
  set(2 * index + 1, value.imag());
}

std::vector<double> HostTensor::toDoubles() const {
  std::vector<double> values(getNumParts());
  parallelFor(values.size(), 1 << 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      values[i] = get(i);
  });
  return values;
}
