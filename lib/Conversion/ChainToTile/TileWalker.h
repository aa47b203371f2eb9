//===- TileWalker.h - Kernels that walk over tiles of whole rows -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_CONVERSION_CHAINTOTILE_TILEWALKER_H
#define DANAUS_LIB_CONVERSION_CHAINTOTILE_TILEWALKER_H

#include "KernelEmitter.h"

namespace danaus {

/// The base of emitters whose thread blocks take tiles of rows one after the other and copy
/// 16 bytes at once.
class TileWalker : protected Emitter {
protected:
  TileWalker(mlir::ImplicitLocOpBuilder &b, const Schedule &schedule,
             llvm::ArrayRef<StageWithMaps> stages, const KernelOperands &operands);

  /// Rows of a tile that exist; 0 past the end.
  Value rowsOfTile(Value tile);
  /// Calls `body` for the elements that this thread copies in each round, of `columns` a row.
  void forEachUnit(int64_t columns, llvm::function_ref<void(Value row, Value column)> body);
  /// A fragment of the packed weight of a stage whose blocks share one, or that has one.
  Value loadWeight(size_t number, tile::FragmentType type, Value fragment, Value step);

  const Schedule &schedule;
  llvm::ArrayRef<StageWithMaps> stages;
  const KernelOperands &operands;

  mlir::Type element;
  int64_t threads, width; ///< elements that a thread copies at once
  Value thread, warp, numRows;
};

} // namespace danaus

#endif // DANAUS_LIB_CONVERSION_CHAINTOTILE_TILEWALKER_H
