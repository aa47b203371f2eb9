//===- JitCall.h - Calls of compiled functions with memrefs -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_JITCALL_H
#define DANAUS_DRIVER_JITCALL_H

#include "danaus/Support/HostTensor.h"
#include "mlir/IR/BuiltinTypes.h"
#include <vector>

namespace danaus {

/// What `_mlir_ciface_` functions take a pointer to: allocated and aligned
/// pointer, offset, sizes, strides; 3 + 2 rank words.
class Descriptor {
public:
  Descriptor(char *data, llvm::ArrayRef<int64_t> shape) : words(3 + 2 * shape.size()) {
    words[0] = words[1] = reinterpret_cast<int64_t>(data);
    int64_t stride = 1;
    for (size_t dim = shape.size(); dim-- > 0; stride *= shape[dim]) {
      words[3 + dim] = shape[dim];
      words[3 + shape.size() + dim] = stride;
    }
  }
  void *get() { return words.data(); }

private:
  std::vector<int64_t> words;
};

/// A function of the JIT with its arguments in place.
class Call {
public:
  using Function = void (*)(void **);

  void append(char *data, llvm::ArrayRef<int64_t> shape) { descriptors.emplace_back(data, shape); }
  /// The engine wants a pointer to every argument, and each is itself a pointer.
  void invoke(Function function) {
    pointers.clear(), addresses.clear();
    for (Descriptor &descriptor : descriptors)
      pointers.push_back(descriptor.get());
    for (void *&pointer : pointers)
      addresses.push_back(&pointer);
    function(addresses.data());
  }

private:
  std::vector<Descriptor> descriptors;
  std::vector<void *> pointers, addresses;
};

/// Bits of one element; 0 for what has no size of its own.
inline int64_t getElementBits(mlir::Type type) {
  auto complex = mlir::dyn_cast<mlir::ComplexType>(type);
  mlir::Type part = complex ? complex.getElementType() : type;
  return part.isIntOrFloat() ? part.getIntOrFloatBitWidth() * (complex ? 2 : 1) : 0;
}

/// Whether row-major memory of `shape` may be passed as `type`, a memref.
inline bool canPassAs(mlir::Type type, ElementKind kind, llvm::ArrayRef<int64_t> shape) {
  auto memref = mlir::dyn_cast<mlir::MemRefType>(type);
  if (!memref || !memref.getLayout().isIdentity() || memref.getRank() != int64_t(shape.size()) ||
      getElementBits(memref.getElementType()) != sizeOf(kind) * 8)
    return false;
  return llvm::all_of(llvm::zip_equal(memref.getShape(), shape), [](auto pair) {
    return mlir::ShapedType::isDynamic(std::get<0>(pair)) || std::get<0>(pair) == std::get<1>(pair);
  });
}

} // namespace danaus

#endif // DANAUS_DRIVER_JITCALL_H
