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
// the next one's way; no other is needed. With two buffers of results the tile
// before is stored after that barrier, while other warps compute this one, and the
// barrier after the last stage goes.
//
// Where parts of a kernel run at once (see GpuPlan.h, rings), x or y is a ring of
// tiles. One thread awaits a tile before any thread loads it, and a free slot before
// any stores to it, each with a barrier between; it signals after a barrier.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_KERNELEMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_KERNELEMITTER_H

#include "Emitter.h"
#include "danaus/Support/GpuPlan.h"
#include "dialects/Chain/ChainOps.h"
#include "dialects/Tile/TileOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include <optional>

namespace danaus {

/// A stage of a kernel, and the maps between it and the next one.
struct StageWithMaps {
  chain::StageOp stage;
  llvm::SmallVector<chain::MapOp> maps;
};

/// A ring of tiles between two parts of a kernel that run at once. The counters are
/// `tiles` of tiles written, a slot each, then `tiles` of tiles read.
struct RingOperand {
  mlir::Value counters;
  int64_t tiles = 0;
  int64_t producers = 0, consumers = 0; ///< groups that write and read a tile
};

/// What threads of a block do for the rings before and after it, if there are any. Each duty
/// is another warp's, since each takes a round trip to the L2 cache and the warps' trips
/// overlap. `number` gives the tile or row of the ring where it is needed; a duty is done
/// where `condition` holds, always where it is null.
class RingDuties : private Emitter {
public:
  RingDuties(mlir::ImplicitLocOpBuilder &b, Value thread, int64_t warps)
      : Emitter(b), thread(thread), warps(warps) {}

  using Ring = std::optional<RingOperand>;
  using Number = llvm::function_ref<Value()>;
  /// Waits until it is written.
  void awaitInput(const Ring &before, Number number, Value condition);
  /// Says that it is read.
  void releaseInput(const Ring &before, Number number);
  /// Waits until what its slot had is read.
  void awaitOutput(const Ring &after, Number number, Value condition);
  /// Says that it is written.
  void publishOutput(const Ring &after, Number number, Value condition);

private:
  enum class Duty { AwaitInput, AwaitOutput, PublishOutput, ReleaseInput };
  void emitDuty(Duty duty, Value condition, llvm::function_ref<void()> body);

  Value thread;
  int64_t warps;
};

/// One operand of the device function for each value that the launch uses.
struct KernelOperands {
  mlir::Value x, y;
  /// From values of the chain.kernel's body (weights, extras of maps).
  llvm::DenseMap<mlir::Value, mlir::Value> others;
  mlir::Value numRows;  ///< of the kernel
  mlir::Value group;    ///< the group of this part that the thread block works for
  bool isEarly = false; ///< the launch may begin before what it reads but weights is there
  std::optional<RingOperand> before, after;
};

/// Emits the body of one launch at the builder's insertion point.
class KernelEmitter : private Emitter {
public:
  KernelEmitter(mlir::ImplicitLocOpBuilder &builder, const GpuSegment &segment,
                const Schedule &schedule, llvm::ArrayRef<StageWithMaps> stages,
                const KernelOperands &operands);
  void emit();

private:
  using Fragments = llvm::SmallVector<Value>;

  /// The work item of a warp: its first block and first fragment along b.
  struct Item {
    Value block, tile;
  };

  void emitViews();
  void emitZeroFill();
  void emitFirstLoads();
  /// Tiles of one turn of the loop, and where they are in shared memory.
  struct Turn {
    Value tile, slot, nextTile, nextSlot;
  };
  void emitTile(const Turn &turn);
  void emitLoads(const Turn &turn);
  void emitDelayedOutput(Value tile);
  void emitLastOutput(Value lastRow);

  // KernelRings.cpp: tiles that come from, and go to, parts that run at once.
  Value firstRowIn(const std::optional<RingOperand> &ring, Value tile);
  RingDuties duties() { return RingDuties(b, thread, schedule.warps); }
  void awaitInput(Value tile);
  void releaseInput(Value tile);
  void awaitOutput(Value tile, Value exists = nullptr);
  void publishOutput(Value tile, Value exists = nullptr);

  /// What one thread copies at once: a row of the tile, a column in units.
  struct Unit {
    Value row, column;
  };

  // KernelCopies.cpp: between global and shared memory.
  Unit unitAt(Value first, int64_t round, int64_t perRow);
  Value unitExists(Value first, int64_t round, int64_t total);
  Value rowsOfTile(Value firstRow);
  Value wholeColumn(Value local, int64_t scale);
  Value globalInputColumn(Value local);
  Value sharedInputColumn(Value local);
  Value globalOutputColumn(Value local);
  Value outputIsInside(Value local);
  void emitAsyncLoad(Value tile, Value slot);
  void emitAsyncUnit(Value sourceRow, Value tileRows, Value slotBase, int64_t round);
  void emitLoad(Value tile);
  void emitLoadBatch(Value tile, Value firstUnit, int64_t count);
  void emitOutput(Value tile, Value stagedRow);
  void emitOutputUnit(Value targetRow, Value tileRows, Value stagedRow, Unit unit);

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
  Fragments multiplyShare(size_t number, Item item, Value firstStep, Value inputBase);
  void emitSharedItems(size_t number, Value inputBase, Value firstRow);
  void storeItem(size_t number, Item item, const Fragments &sums, Value firstRow);
  void emitStreamedItem(size_t number, Item item, Value inputBase, Value firstRow);
  Value applyMaps(size_t number, Value acc, Value column, Value limit, Value firstRow);
  Value columnLimit(const GpuStagePlan &plan, Value tile);
  Value localColumn(const GpuStagePlan &plan, Value block, Value tile);
  Value globalColumn(const GpuStagePlan &plan, Value block, Value tile);
  mlir::AffineMap storeMap(size_t number);
  tile::FragmentType fragmentType(size_t number, tile::Role role);

  const GpuSegment &segment;
  const Schedule &schedule;
  llvm::ArrayRef<StageWithMaps> stages;
  const KernelOperands &operands;

  mlir::Type inElement, outElement;
  int64_t threads, rowTiles;
  Value thread, warp, numRows, numTiles;
  Value firstTile, stride;         ///< the tiles of this thread block
  Value stagedRow;                 ///< where in `output` the results of this turn begin
  Value groupA, groupB, groupD;    ///< null where there is one group
  llvm::SmallVector<Value> inputs; ///< shared buffer a stage
  Value output, partialSums;
  llvm::SmallVector<llvm::SmallVector<Fragments>> registers; ///< weights by stage and slot
};

/// An element of a kernel's result.
struct ElementPlace {
  mlir::Value row, column;
};

/// The maps behind `stage` on a fragment of its sums, whose element (i, j) is that at
/// `placeOf(i, j)`; `others` are the memrefs of their operands. `sums` where there are none.
mlir::Value applyMaps(mlir::ImplicitLocOpBuilder &b, const StageWithMaps &stage, mlir::Value sums,
                      llvm::function_ref<ElementPlace(mlir::Value i, mlir::Value j)> placeOf,
                      const llvm::DenseMap<mlir::Value, mlir::Value> &others);

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_KERNELEMITTER_H
