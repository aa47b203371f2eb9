//===- Machine.h - The threads of a block, or the host, on one function -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_SIMULATOR_MACHINE_H
#define DANAUS_LIB_SIMULATOR_MACHINE_H

#include "Memory.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"
#include <array>
#include <deque>

namespace danaus::sim {

class Machine;
using Handler = llvm::LogicalResult (*)(Machine &machine, mlir::Operation *op);
using HandlerTable = llvm::DenseMap<mlir::TypeID, Handler>;

/// One file of ops each.
void addScalarOps(HandlerTable &table);
void addControlOps(HandlerTable &table);
void addMemoryOps(HandlerTable &table);
void addDeviceOps(HandlerTable &table);
void addTileOps(HandlerTable &table);

/// What all machines of a run share.
struct World {
  mlir::ModuleOp module;
  HandlerTable handlers;
  std::vector<std::unique_ptr<Allocation>> allocations;
  llvm::DenseMap<mlir::Operation *, Allocation *> globals;
  uint32_t epoch = 1;

  Allocation *allocate(std::string name, int64_t numBytes) {
    allocations.push_back(std::make_unique<Allocation>(std::move(name), numBytes));
    return allocations.back().get();
  }
};

/// One asynchronous copy of one lane, which has not landed.
struct AsyncCopy {
  mlir::Operation *op;
  Allocation *target, *source;
  int64_t targetByte, sourceByte; ///< first bytes
  int64_t targetBytes, sourceBytes;
};

/// The copies of a lane: those since its last commit, and groups, oldest first.
struct LaneCopies {
  std::vector<AsyncCopy> open;
  std::deque<std::vector<AsyncCopy>> groups;
};

/// Where a machine stands in a grid.
struct Place {
  std::array<int64_t, 3> gridSize = {1, 1, 1}, blockSize = {1, 1, 1}, block = {0, 0, 0};
  int64_t blockNumber() const {
    return (block[2] * gridSize[1] + block[1]) * gridSize[0] + block[0];
  }
};

class Machine {
public:
  /// The host, or `lanes` threads of a block.
  Machine(World &world, int64_t lanes, bool isDevice)
      : world(world), mask(lanes), isDevice(isDevice), copies(isDevice ? lanes : 0) {}

  World &world;
  Mask mask;
  const bool isDevice;
  Place place;
  uint32_t launchEpoch = 0;
  Allocation *shared = nullptr;
  std::vector<LaneCopies> copies;

  int64_t lanes() const { return mask.size(); }

  const LaneValue &get(mlir::Value value) const { return values.find(value)->second; }
  void set(mlir::Value value, LaneValue result) { values[value] = std::move(result); }
  LaneValue take(mlir::Value value) { return std::move(values[value]); }

  /// The ops of `block` but the terminator.
  llvm::LogicalResult run(mlir::Block &block);
  /// The same in the lanes of `part`, if there are any.
  llvm::LogicalResult runMasked(mlir::Block &block, const Mask &part);

  /// An error at `op`, of `lane` where it is not negative.
  llvm::LogicalResult fail(mlir::Operation *op, const llvm::Twine &what, int64_t lane = -1);

  /// Reads or writes elements from `index` of the view on in one lane, after all
  /// checks; `words` are the parts of all.
  llvm::LogicalResult read(mlir::Operation *op, int64_t lane, const View &view, mlir::Type element,
                           llvm::ArrayRef<int64_t> index, llvm::MutableArrayRef<Word> words);
  llvm::LogicalResult write(mlir::Operation *op, int64_t lane, const View &view, mlir::Type element,
                            llvm::ArrayRef<int64_t> index, llvm::ArrayRef<Word> words);
  /// The first byte of `count` elements, which have to be in bounds.
  llvm::FailureOr<int64_t> locate(mlir::Operation *op, int64_t lane, const View &view,
                                  int64_t elementBytes, llvm::ArrayRef<int64_t> index,
                                  int64_t count);
  llvm::LogicalResult touch(mlir::Operation *op, int64_t lane, Allocation &memory, int64_t first,
                            int64_t count, bool writes);

private:
  llvm::DenseMap<mlir::Value, LaneValue> values;
};

/// Runs a function of the host.
llvm::LogicalResult callHost(World &world, mlir::Operation *function,
                             llvm::ArrayRef<LaneValue> arguments,
                             llvm::SmallVectorImpl<LaneValue> &results);

/// The value of a quasi-affine expression.
int64_t evaluate(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> dims,
                 llvm::ArrayRef<int64_t> symbols);

/// The extents and row-major strides of a view of all of `memory`.
std::shared_ptr<const View> wholeView(Allocation *memory, llvm::ArrayRef<int64_t> shape);

} // namespace danaus::sim

#endif // DANAUS_LIB_SIMULATOR_MACHINE_H
