//===- Emitter.h - What all emitters of device code share -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_EMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_EMITTER_H

#include "danaus/Conversion/IndexBuilder.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace danaus {

/// Threads of a warpgroup.
inline constexpr int64_t groupThreads = 128;

/// The base of classes that emit the body of a kernel.
class Emitter : protected IndexBuilder {
protected:
  explicit Emitter(mlir::ImplicitLocOpBuilder &b) : IndexBuilder{b, b.getLoc()}, b(b) {}

  /// Runs `body` where `condition` holds; always where it is null.
  void emitIf(Value condition, llvm::function_ref<void()> body);
  /// All shared memory of the thread block, as bytes.
  Value sharedMemory();
  /// `size` elements of it.
  Value sharedView(Value memory, int64_t offsetBytes, int64_t size, mlir::Type element);
  /// The threads of `groups` warpgroups meet at the barrier of this number.
  void synchronizeGroups(Value barrier, int64_t groups);
  /// What this thread wrote to shared memory is there for bulk copies and products.
  void fenceSharedMemory();

  mlir::ImplicitLocOpBuilder &b;
};

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_EMITTER_H
