//===- PairEmitter.h - The body of one launch of pairs of products -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the code of a launch whose plan has a first product (see GpuGemmPlan.h, Pairs). A
// warpgroup does, for each step of 64 terms of the second product:
//
//   for each group of blocks A whose sums make up 16 terms or more:
//     for each A: steps of x and w: z_A = x w^T, one step in flight while the next is waited for
//     maps; tile.left_operands of all z_A
//     y_D += left_D w'^T for each D, in flight until the next group's sums are there
//
// Two warpgroups take turns on the tensor cores by themselves: while one converts, the
// other multiplies.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_PAIREMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_PAIREMITTER_H

#include "ProductEmitter.h"

namespace danaus {

/// Emits the body of one launch of pairs; `first` is the stage of the first products.
class PairEmitter : public ProductEmitter {
public:
  PairEmitter(mlir::ImplicitLocOpBuilder &builder, const GemmPlan &plan, const StageWithMaps &first,
              const StageWithMaps &second, const GemmOperands &operands);

private:
  using Values = llvm::SmallVector<Value>;

  /// A slot that was read once the products before the last are done.
  struct Reading {
    const Ring *ring;
    Value slot;
    Value condition; ///< null: always
  };

  Places emitCopies(Tile tile, Places places) override;
  Place emitFirstCopies(Tile tile, Value step, Place place);
  Value firstBlock(Tile tile, Value number);
  Value firstDigit(Tile tile);

  Places emitTile(Tile tile, Places places) override;
  Values emitStep(Tile tile, Value step, Places places, Value before, Values sums, Place &next);
  Values emitLefts(Tile tile, Value number, Place &place, std::optional<Reading> &reading);
  Value emitFirst(Place &place, std::optional<Reading> &reading);
  Value emitFirstStep(Place place, Value sums);
  Value emitFirstMaps(Tile tile, Value number, Value sums);
  Values emitSecond(Place place, Value part, Values lefts, Values sums);
  void emitRead(std::optional<Reading> &reading);
  void emitResults(Tile tile, Values sums);

  const FirstProduct &pair;
  const StageWithMaps &firstStage;
};

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_PAIREMITTER_H
