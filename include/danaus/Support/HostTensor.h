//===- HostTensor.h - A tensor in this process's memory ---------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_HOSTTENSOR_H
#define DANAUS_SUPPORT_HOSTTENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <complex>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace danaus {

/// The element types that the tools read, write and run. C64 and C128 are pairs
/// of f32 and of f64, real part first.
enum class ElementKind { I8, I32, I64, F16, BF16, F32, F64, C64, C128 };

/// "i8", "bf16" or "complex<f32>": as MLIR spells them.
llvm::StringRef stringify(ElementKind kind);

/// Bytes of one element.
int64_t sizeOf(ElementKind kind);

bool isComplex(ElementKind kind);
bool isInteger(ElementKind kind);

/// What a complex number is a pair of; every other kind is its own part.
ElementKind partKind(ElementKind kind);

/// The largest relative error of rounding to nearest: 2^-11, 2^-8, 2^-24, 2^-53
/// for floating-point parts, 0 for integers.
double unitRoundoff(ElementKind kind);

/// `value` rounded to nearest even, in the low bytes. An integer saturates, and
/// NaN becomes 0. `kind` is not complex.
uint64_t encodeElement(ElementKind kind, double value);

/// The value that the low bytes of `bits` hold; an i64 beyond 2^53 is rounded.
/// `kind` is not complex.
double decodeElement(ElementKind kind, uint64_t bits);

/// Elements of `shape`, or nothing where a dimension is negative or the count
/// times sixteen bytes leaves int64.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

/// "4x3x2", or "scalar" for rank 0.
std::string printShape(llvm::ArrayRef<int64_t> shape);

/// An error that carries `message` and no error code.
llvm::Error makeError(const llvm::Twine &message);

/// An error that no input causes, only a fault of Danaus itself or a machine
/// that it cannot run on; so no test shows its text (tools/dev/coverage).
llvm::Error makeInternalError(const llvm::Twine &message);

/// A dense row-major tensor on 64-byte aligned memory of its own.
class HostTensor {
public:
  /// Uninitialized memory; an error where the shape is too large.
  static llvm::Expected<HostTensor> allocate(ElementKind kind, llvm::ArrayRef<int64_t> shape);

  ElementKind getKind() const { return kind; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getNumElements() const { return *countElements(shape); }
  int64_t getNumBytes() const { return getNumElements() * sizeOf(kind); }
  char *data() { return bytes.get(); }
  const char *data() const { return bytes.get(); }

  /// One for a real element, two for a complex one.
  int64_t getNumParts() const { return getNumElements() * (isComplex(kind) ? 2 : 1); }

  /// Part `index`: element `index` of a real tensor; a complex element j is parts
  /// 2 j and 2 j + 1, its real and its imaginary part.
  double get(int64_t index) const;
  void set(int64_t index, double value);
  /// Element `index`; that of a real tensor has imaginary part 0.
  std::complex<double> getComplex(int64_t index) const;
  /// A real tensor takes the real part.
  void setComplex(int64_t index, std::complex<double> value);
  /// All parts, in row-major order of the elements.
  std::vector<double> toDoubles() const;

private:
  struct Release {
    void operator()(char *memory) const { std::free(memory); }
  };
  ElementKind kind = ElementKind::F32;
  llvm::SmallVector<int64_t> shape;
  std::unique_ptr<char[], Release> bytes;
};

} // namespace danaus

#endif // DANAUS_SUPPORT_HOSTTENSOR_H
