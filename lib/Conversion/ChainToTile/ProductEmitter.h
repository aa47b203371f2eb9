//===- ProductEmitter.h - What launches of products have in common -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two roles of a thread block run at the same time and meet at barriers in shared memory,
// two for each slot of a ring (see GpuGemmPlan.h):
//
//   one thread copies: wait for empty[slot]; operands -> ring[slot], which signal full[slot]
//   warpgroups:        wait for full[slot]; multiply; arrive at empty[slot]
//                      after the last step: maps, sums -> staging -> y
//
// Slots and phases go on from tile to tile, so the copies for the next tile begin
// while the sums of this one are stored.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_PRODUCTEMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_PRODUCTEMITTER_H

#include "KernelEmitter.h"
#include "danaus/Support/GpuGemmPlan.h"

namespace danaus {

/// What the device function of a launch gets: maps of the tensors, the number of
/// rows, and operands of maps by their value in the chain.kernel's body.
struct GemmOperands {
  mlir::Value x, w, y, numRows;
  mlir::Value firstW; ///< of a pair
  llvm::DenseMap<mlir::Value, mlir::Value> others;
  bool isEarly = false; ///< the launch may begin before what it reads but weights is there
};

/// Rows of one product.
inline constexpr int64_t productRows = 64;

/// The base of what emits the body of one launch at the builder's insertion point.
class ProductEmitter : protected Emitter {
public:
  void emit();
  virtual ~ProductEmitter() = default;

protected:
  ProductEmitter(mlir::ImplicitLocOpBuilder &builder, const GemmPlan &plan,
                 const StageWithMaps &stage, const GemmOperands &operands);

  /// A tile of rows x columns of one block, or of all those of its values of D, of which
  /// `block` is the number; everything but the block in elements.
  struct Tile {
    Value row, column, block;
  };
  /// A ring: its slots, the number of the first one's full barrier, and who reads it.
  struct Ring {
    int64_t depth, barrier, stepBytes;
    bool isShared; ///< blocks of the cluster load for one another
    Value memory;
  };
  /// Where in a ring the next step is: its slot, and the parity to wait for.
  struct Place {
    Value slot, parity;
  };
  using Places = llvm::SmallVector<Place, 2>;

  /// A box of an operand, `extent` of 64 values each along coordinate `along`, of which
  /// `parts` blocks load one part each.
  struct Box {
    Value map;
    llvm::SmallVector<Value> coordinates;
    int64_t extent, parts;
    size_t along = 1;
  };

  /// All steps of a tile, by the thread that copies.
  virtual Places emitCopies(Tile tile, Places places) = 0;
  /// All products of a tile, maps and stores.
  virtual Places emitTile(Tile tile, Places places) = 0;

  static llvm::SmallVector<Value> flatten(llvm::ArrayRef<Place> places);
  static Places placesOf(mlir::ValueRange values);
  Place after(const Ring &ring, Place place);
  /// Waits for a free slot, and says what will come.
  void emitExpect(const Ring &ring, Place place);
  void emitLoad(const Ring &ring, const Box &box, Value start, Place place);
  void emitWait(const Ring &ring, Place place);
  void emitRelease(const Ring &ring, Value slot);

  /// loadCoordinates() with a block and a step that are values; then the row.
  llvm::SmallVector<Value> placeOfX(Value block, Value row, Value step);
  /// The part of a tile of several blocks that is of value D.
  Tile blockOf(Tile tile, Value D);
  Value blockOfWeight(Value block);
  Value emitMaps(Tile tile, Value firstRow, Value sums);
  /// Sums of 64 rows to y; `number` is how often their tile was staged from before.
  void emitStores(Tile tile, Value firstRow, mlir::ValueRange sums, int64_t number = 0);

  const GemmPlan &plan;
  const StageWithMaps &stage;
  const GemmOperands &operands;
  mlir::Type element;
  Value thread, group;
  llvm::SmallVector<Ring, 2> rings;

private:
  void emitBarriers();
  void emitTail(Places places);
  Tile tileAt(Value number);
  /// Runs `body` for each tile of this thread block; it gives the places after it.
  Places forEachTile(int64_t firstParity, llvm::function_ref<Places(Tile, Places)> body);
  void emitBulkStores(Tile tile, Value firstRow, Value start, int64_t first);

  Value staging, stagingStart, barriers;
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

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_PRODUCTEMITTER_H
