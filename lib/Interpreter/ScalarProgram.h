//===- ScalarProgram.h - Scalar operations as a flat program ----*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LIB_INTERPRETER_SCALARPROGRAM_H
#define LIB_INTERPRETER_SCALARPROGRAM_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include <vector>

namespace danaus {

/// The value of an operation of `arith` or `math` on doubles.
using ScalarFunction = double (*)(const double *operands);

/// The function of `op`, or null where it is none that the interpreter knows.
ScalarFunction lookupScalarFunction(mlir::Operation *op);

/// The value of a scalar numeric attribute (float, integer, index or bool).
std::optional<double> getScalarConstant(mlir::Attribute attribute);

/// The body of a `linalg` operation as a list of instructions over numbered
/// slots, so that a loop over its elements touches no IR:
///
///   slots: [ block arguments | loop indices | captured values | constants | results ]
class ScalarProgram {
public:
  /// Translates all of `block` but its terminator. An operation without a scalar
  /// function is a diagnostic and failure.
  static llvm::FailureOr<ScalarProgram> compile(mlir::Block &block, size_t numLoops);

  /// Values from outside the block and the slots that want them.
  llvm::ArrayRef<std::pair<mlir::Value, size_t>> getCaptures() const { return captures; }
  /// A fresh set of slots, with the constants in place.
  std::vector<double> makeSlots() const { return initialSlots; }
  /// The first slot of the loop indices; the block arguments begin at 0.
  size_t getLoopSlot() const { return loopSlot; }
  /// Runs the instructions.
  void run(std::vector<double> &slots) const;
  /// The slots of the terminator's operands.
  llvm::ArrayRef<size_t> getResultSlots() const { return resultSlots; }

private:
  static constexpr size_t maxOperands = 3;
  struct Instruction {
    ScalarFunction function;
    size_t operands[maxOperands];
    size_t numOperands, result;
  };
  llvm::LogicalResult append(mlir::Operation &op);
  size_t slotOf(mlir::Value value);

  size_t loopSlot = 0;
  llvm::DenseMap<mlir::Value, size_t> slots;
  std::vector<double> initialSlots;
  std::vector<Instruction> instructions;
  llvm::SmallVector<std::pair<mlir::Value, size_t>> captures;
  llvm::SmallVector<size_t> resultSlots;
};

} // namespace danaus

#endif // LIB_INTERPRETER_SCALARPROGRAM_H
