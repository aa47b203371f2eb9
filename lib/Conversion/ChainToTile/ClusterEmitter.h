//===- ClusterEmitter.h - Two products whose columns a cluster shares -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the code of a kernel from its plan (GpuClusterPlan.h). The blocks of a cluster
// walk over the same tiles of rows; for each tile, in each block:
//
//   load its columns of x (cp.async, `depth` tiles ahead); barrier
//   partial sums -> their owners; cluster barrier
//   owned sums, maps -> all blocks; cluster barrier
//   its columns of y -> shared memory; barrier; whole rows -> y
//
// The cluster barriers also keep a tile's partials and sums out of the way of those of
// the tile before.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_CLUSTEREMITTER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_CLUSTEREMITTER_H

#include "TileWalker.h"
#include "danaus/Support/GpuClusterPlan.h"

namespace danaus {

/// Emits the body of the launch at the builder's insertion point. Of the operands it
/// takes x, y, others, numRows and isEarly.
class ClusterEmitter : private TileWalker {
public:
  ClusterEmitter(mlir::ImplicitLocOpBuilder &builder, const ClusterPlan &plan,
                 const Schedule &schedule, llvm::ArrayRef<StageWithMaps> stages,
                 const KernelOperands &operands);
  void emit();

private:
  using Fragments = llvm::SmallVector<Value>;

  // Tiles.
  void emitViews();
  void emitTile(Value tile, Value slot);
  void emitLoad(Value tile, Value slot);
  void emitOutput(Value tile);

  // Products.
  void preloadWeights();
  void emitPartials(Value slot);
  void emitSums(Value tile);
  void emitResults(Value tile);
  Value sumAt(int64_t m, int64_t fragment);
  void emitResult(int64_t m, int64_t fragment, const Fragments &lefts, Value firstRow);
  Value applyMaps(size_t number, Value sum, Value column, Value firstRow);
  tile::FragmentType fragmentType(tile::Role role) {
    return tile::FragmentType::getFor(role, element, tile::Columns::adjacent);
  }

  const ClusterPlan &plan;
  int64_t rowTiles;
  Value rank;
  Value share, firstFragment; ///< of the first stage, this warp's
  Value input, partials, sums, output;
  Fragments firstWeights, secondWeights; ///< by fragment, then step
};

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_CLUSTEREMITTER_H
