//===- GemmEmitter.h - The body of one launch of products -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the code of one launch from its plan (see GpuGemmPlan.h). Two roles run at
// the same time and meet at barriers in shared memory, two for each step of the ring:
//
//   one thread copies: wait for empty[slot]; x, w -> ring[slot], which signal full[slot]
//   warpgroups:        wait for full[slot]; multiply; arrive at empty[slot]
//                      after the last step: maps, sums -> staging -> y
//
// Slot and phase go on from tile to tile, so the copies for the next tile begin
// while the sums of this one are stored.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_GEMMEMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_GEMMEMITTER_H

#include "KernelEmitter.h"
#include "danaus/Support/GpuGemmPlan.h"

namespace danaus {

/// What the device function of a launch gets: maps of the tensors, the number of
/// rows, and operands of maps by their value in the chain.kernel's body.
struct GemmOperands {
  mlir::Value x, w, y, numRows;
  llvm::DenseMap<mlir::Value, mlir::Value> others;
  bool isEarly = false; ///< the launch may begin before what it reads but weights is there
};

/// Emits the body of one launch at the builder's insertion point.
class GemmEmitter : private Emitter {
public:
  GemmEmitter(mlir::ImplicitLocOpBuilder &builder, const GemmPlan &plan, const StageWithMaps &stage,
              const GemmOperands &operands);
  void emit();

private:
  /// A tile of rows x columns of one block, or of all blocks (A, D) of the A that is
  /// `block`; everything but the block in elements.
  struct Tile {
    Value row, column, block;
  };
  /// Where in the ring the next step is: its slot, and the parity to wait for.
  struct Place {
    Value slot, parity;
  };

  /// A box of an operand, `extent` of 64 values each along coordinate `along`, of which
  /// `parts` blocks load one part each.
  struct Box {
    Value map;
    llvm::SmallVector<Value> coordinates;
    int64_t extent, parts;
    size_t along = 1;
  };

  void emitBarriers();
  Value emptyBarrier(Value slot);
  void emitTail(Place place);
  Place after(Place place);
  Tile tileAt(Value number);
  /// Runs `body` for each tile of this thread block; it gives the place after it.
  Place forEachTile(int64_t firstParity, llvm::function_ref<Place(Tile, Place)> body);

  /// The part of a tile of several blocks that is of block D.
  Tile blockOf(Tile tile, Value D);
  Value blockOfWeight(Tile tile);
  llvm::SmallVector<Value> placeOfX(Tile tile, Value step);
  Place emitCopies(Tile tile, Place place);
  void emitStepCopy(Tile tile, Value step, Place place);
  void emitLoad(const Box &box, Value start, Place place);

  llvm::SmallVector<Value> emitProducts(Place place, mlir::ValueRange sums);
  void emitRelease(Value slot);
  Place emitSteps(Place place, llvm::SmallVectorImpl<Value> &sums);
  Place emitTile(Tile tile, Place place);
  Value emitMaps(Tile tile, Value firstRow, Value sums);
  void emitStores(Tile tile, Value firstRow, mlir::ValueRange sums);
  void emitBulkStores(Tile tile, Value firstRow, int64_t first);

  const GemmPlan &plan;
  const StageWithMaps &stage;
  const GemmOperands &operands;
  mlir::Type element;
  Value thread, group, ring, staging, stagingStart, barriers;
  Value rank; ///< of the block in its cluster
};

/// Clones the maps of `stage` for one value at (row, column); `others` are the
/// memrefs of their operands. The result is f32.
mlir::Value cloneMaps(mlir::ImplicitLocOpBuilder &b, const StageWithMaps &stage, mlir::Value value,
                      mlir::Value row, mlir::Value column,
                      const llvm::DenseMap<mlir::Value, mlir::Value> &others);

/// Threads of a block of a transposition.
inline constexpr int64_t transposeThreads = 256;

/// Emits a transposition of all rows: block order of `pattern` to natural order.
void emitTranspose(mlir::ImplicitLocOpBuilder &builder, const StagePattern &pattern,
                   mlir::Value source, mlir::Value target);

/// Vectors of 8 values of B that one thread of it moves at once, for each row.
int64_t transposeUnits(const StagePattern &pattern);

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_GEMMEMITTER_H
