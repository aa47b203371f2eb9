//===- GemmEmitter.h - The body of one launch of products -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the code of one launch from its plan (see GpuGemmPlan.h): one product for each tile
// of a block.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_GEMMEMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_GEMMEMITTER_H

#include "ProductEmitter.h"

namespace danaus {

/// Emits the body of one launch.
class GemmEmitter : public ProductEmitter {
public:
  GemmEmitter(mlir::ImplicitLocOpBuilder &builder, const GemmPlan &plan, const StageWithMaps &stage,
              const GemmOperands &operands)
      : ProductEmitter(builder, plan, stage, operands) {}

private:
  Places emitCopies(Tile tile, Places places) override;
  void emitStepCopy(Tile tile, Value step, Place place);

  Places emitTile(Tile tile, Places places) override;
  Place emitSteps(Place place, llvm::SmallVectorImpl<Value> &sums);
  llvm::SmallVector<Value> emitProducts(Place place, mlir::ValueRange sums);
};

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_GEMMEMITTER_H
