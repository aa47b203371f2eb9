//===- KernelEmitter.h - The body of one GPU kernel -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the code of one launch from its plan. All threads of a block walk over
// tiles of rows; for each tile:
//
//   load x -> in[0]   (cp.async, `depth` tiles ahead, or through registers)
//   barrier; stage 0: in[0] -> in[1]; barrier; ...; last stage -> out; barrier
//   store out -> y    (whole rows, vectors)
//
// The barrier before stage 0 also keeps the stores of the previous tile out of
// the next one's way; no other is needed.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_KERNELEMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_KERNELEMITTER_H

#include "danaus/Support/GpuPlan.h"
#include "dialects/Chain/ChainOps.h"
#include "dialects/Tile/TileOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace danaus {

/// A stage of a kernel, and the maps between it and the next one.
struct StageWithMaps {
  chain::StageOp stage;
  llvm::SmallVector<chain::MapOp> maps;
};

/// One operand of the device function for each value that the launch uses.
struct KernelOperands {
  mlir::Value x, y;
  /// From values of the chain.kernel's body (weights, extras of maps).
  llvm::DenseMap<mlir::Value, mlir::Value> others;
};

/// Emits the body of one launch at the builder's insertion point.
class KernelEmitter {
public:
  KernelEmitter(mlir::ImplicitLocOpBuilder &builder, const GpuSegment &segment,
                const Schedule &schedule, llvm::ArrayRef<StageWithMaps> stages,
                const KernelOperands &operands);
  void emit();

private:
  using Value = mlir::Value;
  using Fragments = llvm::SmallVector<Value>;

  /// The work item of a warp: its first block and first fragment along b.
  struct Item {
    Value block, tile;
  };

  // Index arithmetic, unsigned.
  Value constant(int64_t value);
  Value add(Value left, Value right);
  Value add(Value left, int64_t right);
  Value mul(Value left, int64_t right);
  Value div(Value left, int64_t right);
  Value rem(Value left, int64_t right);
  Value isBelow(Value left, Value right);
  /// Runs `body` where `condition` holds; always where it is null.
  void emitIf(Value condition, llvm::function_ref<void()> body);

  void emitViews();
  void emitZeroFill();
  void emitTile(Value tile, Value slot, Value nextTile, Value nextSlot);

  /// What one thread copies at once: a row of the tile, a column in units.
  struct Unit {
    Value row, column;
  };

  // KernelCopies.cpp: between global and shared memory.
  Unit unitAt(Value first, int64_t round, int64_t perRow);
  Value unitExists(Value first, int64_t round, int64_t total);
  Value rowsOfTile(Value firstRow);
  Value globalInputColumn(Value local);
  Value sharedInputColumn(Value local);
  Value globalOutputColumn(Value local);
  Value outputIsInside(Value local);
  void emitAsyncLoad(Value firstRow, Value slot);
  void emitAsyncUnit(Value firstRow, Value tileRows, Value slotBase, int64_t round);
  void emitLoad(Value firstRow);
  void emitLoadBatch(Value firstRow, Value firstUnit, int64_t count);
  void emitOutput(Value firstRow);
  void emitOutputUnit(Value firstRow, Value tileRows, Unit unit);

  // KernelStages.cpp: products.
  void emitStage(size_t number, Value inputBase, Value firstRow);
  Item itemAt(const GpuStagePlan &plan, Value number);
  Value blockA(const GpuStagePlan &plan, Value block);
  Value blockD(const GpuStagePlan &plan, Value block);
  Value loadWeight(size_t number, Item item, int64_t block, int64_t tile, Value step);
  Fragments loadWeights(size_t number, Item item, Value firstStep, int64_t steps);
  void preloadWeights(size_t number);
  Value loadLeft(size_t number, Item item, int64_t m, int64_t block, Value step, Value inputBase);
  void multiplySteps(size_t number, Item item, Value inputBase, Value firstStep, int64_t steps,
                     Fragments &accs);
  Fragments multiply(size_t number, Item item, Value inputBase);
  void storeSums(size_t number, Item item, Value tile, const Fragments &accs, Value firstRow);
  void emitResidentItem(size_t number, Item item, const Fragments &weights, Value inputBase,
                        Value firstRow);
  void emitStreamedItem(size_t number, Item item, Value inputBase, Value firstRow);
  Value applyMaps(size_t number, Value acc, Value column, Value limit, Value firstRow);
  void emitMapBody(size_t number, tile::MapOp map, Value column, Value limit, Value firstRow);
  Value columnLimit(const GpuStagePlan &plan, Value tile);
  Value localColumn(const GpuStagePlan &plan, Value block, Value tile);
  Value globalColumn(const GpuStagePlan &plan, Value block, Value tile);
  mlir::AffineMap storeMap(size_t number);
  tile::FragmentType fragmentType(size_t number, tile::Role role);

  mlir::ImplicitLocOpBuilder &b;
  const GpuSegment &segment;
  const Schedule &schedule;
  llvm::ArrayRef<StageWithMaps> stages;
  const KernelOperands &operands;

  mlir::Type inElement, outElement;
  int64_t threads, rowTiles;
  Value thread, warp, numRows;
  Value groupA, groupB, groupD;    ///< null where there is one group
  llvm::SmallVector<Value> inputs; ///< shared buffer a stage
  Value output;
  llvm::SmallVector<llvm::SmallVector<Fragments>> registers; ///< weights by stage and slot
};

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_KERNELEMITTER_H
