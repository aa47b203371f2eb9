//===- TransformEmitter.h - The body of a kernel of transforms -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the code of a launch from its TransformPlan. A thread block walks over tiles of
// rows; its threads take the items of each stage:
//
//   x -> registers, transform; barrier; -> shared memory      first stage
//   barrier; shared memory -> registers, transform -> shared memory
//   barrier; shared memory -> registers, transform -> y       last stage
//
// The barrier inside the first stage keeps it from what the last one of the tile before
// still reads; loads of x are under way by then. With placement = registers twiddles are read
// once, ahead of what the launch before writes. Numbers are pairs of f32: a load or store
// of one moves 8 bytes, and neighboring threads move neighbors.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_TRANSFORMEMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_TRANSFORMEMITTER_H

#include "Emitter.h"
#include "danaus/Support/FastTransform.h"
#include "danaus/Support/GpuTransformPlan.h"

namespace danaus {

/// Emits the body of the launch at the builder's insertion point.
class TransformEmitter : private Emitter {
public:
  /// Values of the device function: x, y and the weights of the stages as their parts.
  struct Operands {
    mlir::Value x, y;
    llvm::SmallVector<mlir::Value> twiddles; ///< null where a stage has none
    bool isEarly = false;                    ///< the launch may begin before x is there
  };

  TransformEmitter(mlir::ImplicitLocOpBuilder &builder, const TransformPlan &plan,
                   const Schedule &schedule, const Operands &operands);
  void emit();

private:
  /// A complex number.
  struct Number {
    Value re, im;
  };
  using Numbers = llvm::SmallVector<Number>;

  /// One block (A, D) of one row.
  struct Item {
    Value exists; ///< whether its row does; null where it is sure to
    /// Memory from its first value, or from that of the item `distance` items before it.
    Value source, target, twiddles;
    int64_t distance = 0;
  };

  // Tiles and items.
  void emitTile(Value tile);
  void emitStage(size_t number, Value tile);
  void emitItems(size_t number, llvm::ArrayRef<Item> items);
  Item itemAt(size_t number, Value index, Value tile);
  llvm::SmallVector<Item> straightItems(size_t number, Value tile);
  bool isLast(size_t number) const { return number + 1 == plan.stages.size(); }
  Value sumOfDigits(const TransformStagePlan &stage, Value item,
                    llvm::function_ref<int64_t(const TransformDigit &)> worth);
  Value position(Value place);

  // Memory.
  Value viewFrom(Value memory, mlir::ValueRange first, llvm::ArrayRef<int64_t> shape);
  llvm::SmallVector<Value> indicesOf(llvm::ArrayRef<int64_t> place);
  Number loadNumber(Value view, llvm::ArrayRef<int64_t> place);
  void storeNumber(Number value, Value view, int64_t place);
  Numbers loadInputs(size_t number, const Item &item);
  void storeOutputs(size_t number, const Item &item, const Numbers &values);
  Numbers loadTwiddles(size_t number, const Item &item);
  void keepTwiddles();
  void multiplyTwiddles(size_t number, const Item &item, Numbers &values);

  // Arithmetic.
  Numbers transform(size_t number, const Item &item, Numbers values);
  Number applyStep(const TransformStep &step, llvm::ArrayRef<Number> values);
  Number multiply(Number left, Number right);
  Number scale(Number value, std::complex<double> factor);
  Value splat(double value);

  const TransformPlan &plan;
  const Schedule &schedule;
  const Operands &operands;
  int64_t threads;
  Value thread, buffer, numRows;
  /// Twiddles that stay in registers, for each stage and each item of a thread.
  llvm::SmallVector<llvm::SmallVector<Numbers>> kept;
};

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_TRANSFORMEMITTER_H
