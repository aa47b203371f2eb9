//===- InPlaceEmitter.h - The body of a kernel in one buffer -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the code of the launch of a group from its plan (see GpuInPlacePlan.h). All threads
// of a block walk over tiles of pieces, which are the rows of the base class; for each tile:
//
//   barrier; begin to load a later tile; stage 0; barrier; ...; last stage; barrier
//   store the tile to y
//
// A stage reads and writes the same columns: a warp meets between the two. In a ring of
// groups, one thread awaits a piece before any loads it, and the rows that its results
// follow before any stores them, each with a barrier between.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_INPLACEEMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_INPLACEEMITTER_H

#include "TileWalker.h"
#include "danaus/Support/GpuInPlacePlan.h"

namespace danaus {

/// Emits the body of the launch at the builder's insertion point. Of the operands it
/// takes x, y, others and numRows.
class InPlaceEmitter : private TileWalker {
public:
  InPlaceEmitter(mlir::ImplicitLocOpBuilder &builder, const InPlaceGroup &plan,
                 const Schedule &schedule, llvm::ArrayRef<StageWithMaps> stages,
                 const KernelOperands &operands);
  void emit();

private:
  using Fragments = llvm::SmallVector<Value>;

  /// Where a piece begins in x and y.
  struct Piece {
    Value row, column;
  };
  /// Where an item lies: its first element in the buffer, its column in the piece, and that.
  struct Item {
    Value base, column;
    Piece piece;
  };
  /// A fragment of sums: its number along b, and the part of x that it belongs to.
  struct Place {
    int64_t tile = 0, part = 0;
  };

  // Tiles.
  void emitTile(Value tile, Value slot);
  void emitLoad(Value tile, Value slot);
  void emitOutput(Value tile, Value slot);
  Value slotBase(Value slot) { return mul(slot, schedule.rows * plan.rowPitch); }
  Value position(Value column);
  Piece pieceAt(Value number);
  Value columnOfX(const Piece &piece, Value column);
  void emitFirstLoads(Value first, Value stride);

  // Rings of groups: rows that come from, and go to, groups that run at once.
  RingDuties duties() { return RingDuties(b, thread, schedule.warps); }
  void awaitInput(Value tile);
  void releaseInput(Value tile);
  void awaitOutput(Value tile);
  void publishOutput(Value tile);

  // Products.
  void emitStage(size_t number, Value slot, Value tile);
  void emitItem(size_t number, const Item &item);
  Item itemAt(const InPlaceStage &stage, Value number, Value slot, Value tile);
  Fragments weightsOf(size_t number, Value step);
  Value loadPart(size_t number, const Item &item, Value start, int64_t part);
  void multiplyStep(size_t number, const Item &item, Value step, const Fragments &weights,
                    Fragments &sums);
  Fragments multiply(size_t number, const Item &item);
  mlir::AffineMap layout(const InPlaceStage &stage);
  llvm::SmallVector<Place> places(const InPlaceStage &stage);
  Value firstColumn(const InPlaceStage &stage, Place place);
  Value localColumn(const InPlaceStage &stage, Value i, Value j);
  Value applyMaps(size_t number, const Item &item, Place place, Value sum);
  void store(size_t number, const Item &item, Place place, Value sum);
  /// Whether neighbors along b lie side by side and are stored together.
  bool storesPairs(const InPlaceStage &stage);
  tile::FragmentType fragmentType(const InPlaceStage &stage, tile::Role role);

  const InPlaceGroup &plan;
  Value buffer;
  llvm::SmallVector<llvm::SmallVector<Fragments>> registers; ///< weights by stage and step
};

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_INPLACEEMITTER_H
