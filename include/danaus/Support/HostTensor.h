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
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace danaus {

/// The element types that the tools read, write and run.
enum class ElementKind { F16, BF16, F32, F64 };

/// "f16", "bf16", "f32" or "f64", as MLIR spells them.
llvm::StringRef stringify(ElementKind kind);

/// Bytes of one element.
int64_t sizeOf(ElementKind kind);

/// The largest relative error of rounding to nearest: 2^-11, 2^-8, 2^-24, 2^-53.
double unitRoundoff(ElementKind kind);

/// `value` rounded to nearest even, in the low bytes.
uint64_t encodeElement(ElementKind kind, double value);

/// The value that the low bytes of `bits` hold.
double decodeElement(ElementKind kind, uint64_t bits);

/// Elements of `shape`, or nothing where a dimension is negative or the count
/// times eight bytes leaves int64.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

/// "4x3x2", or "scalar" for rank 0.
std::string printShape(llvm::ArrayRef<int64_t> shape);

/// An error that carries `message` and no error code.
llvm::Error makeError(const llvm::Twine &message);

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

  double get(int64_t index) const;
  void set(int64_t index, double value);
  /// All elements, in row-major order.
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
