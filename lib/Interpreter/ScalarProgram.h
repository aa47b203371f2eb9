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

/// One part of the value of an operation of `arith`, `complex` or `math`, from the
/// parts of its operands in order: one double for a real operand, two for a
/// complex one, real part first.
using ScalarFunction = double (*)(const double *operands);

/// A function for each part of `op`'s result, or none where the interpreter knows
/// no such operation.
llvm::SmallVector<ScalarFunction, 2> lookupScalarFunctions(mlir::Operation *op);

/// Whether values of `type`, or its elements, are complex.
bool hasComplexElements(mlir::Type type);

/// 1 or 2: doubles that a value of `type`, or one element of it, takes.
inline size_t countParts(mlir::Type type) { return hasComplexElements(type) ? 2 : 1; }

/// The parts of a scalar numeric attribute (float, integer, index, bool, or a pair
/// of floats), or none.
llvm::SmallVector<double, 2> getScalarConstant(mlir::Attribute attribute);

/// The body of a `linalg` operation as a list of instructions over numbered
/// slots, so that a loop over its elements touches no IR:
///
///   slots: [ block arguments | loop indices | captured values, constants, results ]
///
/// A complex value has two slots, one behind the other.
class ScalarProgram {
public:
  /// Translates all of `block` but its terminator. An operation without a scalar
  /// function is a diagnostic and failure.
  static llvm::FailureOr<ScalarProgram> compile(mlir::Block &block, size_t numLoops);

  /// Values from outside the block and the first slots of each.
  llvm::ArrayRef<std::pair<mlir::Value, size_t>> getCaptures() const { return captures; }
  /// A fresh set of slots, with the constants in place.
  std::vector<double> getSlots() const { return initialSlots; }
  /// The first slot of the loop indices; the block arguments lie before it.
  size_t getLoopSlot() const { return loopSlot; }
  /// The first slot of every block argument.
  llvm::ArrayRef<size_t> getArgumentSlots() const { return argumentSlots; }
  /// Runs the instructions.
  void run(std::vector<double> &slots) const;
  /// The first slots of the terminator's operands.
  llvm::ArrayRef<size_t> getResultSlots() const { return resultSlots; }

private:
  static constexpr size_t maxOperands = 5;
  struct Instruction {
    ScalarFunction function;
    size_t operands[maxOperands];
    size_t numOperands, result;
  };
  llvm::LogicalResult append(mlir::Operation &op);
  size_t slotOf(mlir::Value value);
  size_t makeSlots(mlir::Value value);

  size_t loopSlot = 0;
  llvm::DenseMap<mlir::Value, size_t> slots;
  std::vector<double> initialSlots;
  std::vector<Instruction> instructions;
  llvm::SmallVector<std::pair<mlir::Value, size_t>> captures;
  llvm::SmallVector<size_t> argumentSlots, resultSlots;
};

} // namespace danaus

#endif // LIB_INTERPRETER_SCALARPROGRAM_H
