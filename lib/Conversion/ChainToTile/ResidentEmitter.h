//===- ResidentEmitter.h - Two products whose weights a cluster keeps -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the code of a kernel from its plan (GpuResidentPlan.h). The loads of W1 begin at
// once, and when the launches before have ended those of `depth` tiles of x, then of W2. The
// blocks of a cluster walk over the same tiles; for each, in each block:
//
//   first warpgroups:  await boxes of x; multiply; begin to load a later tile in their place;
//                      await that t of the tile before is used; partial sums -> their owners
//   other warps:       await the partials of a fragment; add; maps -> t of all blocks
//                      await t; for each 64 columns: multiply; maps; staging -> y; t is used
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_RESIDENTEMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_RESIDENTEMITTER_H

#include "KernelEmitter.h"
#include "danaus/Support/GpuResidentPlan.h"

namespace danaus {

/// What the device function gets: maps of the tensors, the number of rows, and operands of
/// maps by their value in the chain.kernel's body.
struct ResidentOperands {
  mlir::Value x, down, up, y, numRows;
  llvm::DenseMap<mlir::Value, mlir::Value> others;
};

/// Emits the body of the launch at the builder's insertion point.
class ResidentEmitter : private Emitter {
public:
  ResidentEmitter(mlir::ImplicitLocOpBuilder &builder, const ResidentPlan &plan,
                  llvm::ArrayRef<StageWithMaps> stages, const ResidentOperands &operands,
                  bool isEarly);
  void emit();

private:
  /// A tile, where its x lies, and parities: of the barriers of x, and of all others.
  struct Turn {
    Value tile, slot, inputParity, parity;
  };

  void emitViews();
  void emitPrologue();
  void emitBarriers();
  void emitWait(Value barrier, Value parity);

  // Loads.
  void emitLoad(Value map, Value column, Value row, Value buffer, Value offset, Value barrier);
  void emitExpect(int64_t number, Value barrier, int64_t bytes);
  void forEachLoad(int64_t count, int64_t warps, llvm::function_ref<void(Value number)> body);
  void emitDownLoads();
  void emitUpLoads();
  void emitInputLoads(Value tile, Value slot, int64_t warps);

  // Tiles.
  void forEachTile(Value first, llvm::function_ref<void(const Turn &turn)> body);
  void emitRoles(Value first);
  Value emitBoxProduct(const Turn &turn, Value step, Value sums);
  Value emitFirstProducts(const Turn &turn);
  void emitPartials(Value sums);
  void emitFirstStage(const Turn &turn);
  void emitSum(const Turn &turn, Value place, Value number);
  void emitSums(const Turn &turn);
  Value emitSecondProduct(Value outTile);
  void emitStore(Value sums, Value firstRow, Value column, Value round);
  void emitSecondStage(const Turn &turn);
  Value applyMaps(size_t number, Value sums, Value firstRow, Value firstColumn, int64_t columns);

  /// The number of a warpgroup of the second stage.
  Value lastGroup() { return sub(group, constant(plan.middleTiles)); }
  tile::FragmentType fragmentType() {
    return tile::FragmentType::getFor(tile::Role::acc, element, tile::Columns::adjacent);
  }

  const ResidentPlan &plan;
  llvm::ArrayRef<StageWithMaps> stages;
  const ResidentOperands &operands;
  bool isEarly;
  mlir::Type element;
  Value thread, warp, group, rank, stride, numTiles;
  Value input, down, up, middle, staging, partials, barriers;
};

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_RESIDENTEMITTER_H
