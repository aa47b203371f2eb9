//===- Machine.h - The threads of a block, or the host, on one function -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_SIMULATOR_MACHINE_H
#define DANAUS_LIB_SIMULATOR_MACHINE_H

#include "Fibers.h"
#include "Memory.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"
#include <array>
#include <deque>
#include <map>

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
void addBulkOps(HandlerTable &table);
void addExchangeOps(HandlerTable &table);

/// What all machines of a run share.
struct World {
  mlir::ModuleOp module;
  HandlerTable handlers;
  std::vector<std::unique_ptr<Allocation>> allocations;
  llvm::DenseMap<mlir::Operation *, Allocation *> globals;
  uint32_t launches = 0;

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

/// Shared memory that products of a warpgroup or bulk stores of a lane read.
struct BytesInUse {
  Allocation *memory;
  int64_t firstByte, numBytes;
};

/// What is read since the last commit, and by groups before it, oldest first.
struct BytesRead {
  std::vector<BytesInUse> open;
  std::deque<std::vector<BytesInUse>> groups;
};

/// The copies of a lane: those since its last commit, and groups, oldest first; what its bulk
/// stores read, and of a warpgroup's first lane what its products do.
struct LaneCopies {
  std::vector<AsyncCopy> open;
  std::deque<std::vector<AsyncCopy>> groups;
  BytesRead stores, products;
};

/// A bulk load that has not landed, with what it will bring.
struct BulkCopy {
  Allocation *target;
  int64_t firstByte;
  std::vector<char> bytes;
};

/// A barrier in shared memory, in one of its phases.
struct PhaseBarrier {
  int64_t count = 0, arrived = 0, phase = 0;
  int64_t wantedBytes = 0, copiedBytes = 0;
  std::vector<BulkCopy> copies;
};

/// A barrier of all blocks of a cluster.
struct ClusterBarrier {
  int64_t arrived = 0, phase = 0;
  Clocks arriving, released; ///< what those see who have come, and who may go on
};

/// What the blocks of a launch share where some wait for others, or reach their memory.
struct Meeting {
  Fibers fibers;
  int64_t clusterSize = 1;
  std::vector<ClusterBarrier> clusters;
  std::vector<std::unique_ptr<Allocation>> shared; ///< memory of each block
  std::vector<Machine *> machines;                 ///< of each block, null after its end
  /// What who awaits a counter sees, by its first byte in its allocation.
  std::map<std::pair<Allocation *, int64_t>, Clocks> counters;
  bool hasFailed = false;
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
  uint32_t launch = 0, time = 1;
  std::vector<uint32_t> warpTimes; ///< of the warps that have met
  Meeting *meeting = nullptr;
  Clocks seen;    ///< of all blocks; empty without a meeting
  Clocks awaited; ///< seen from the next barrier on
  Allocation *shared = nullptr;
  bool hasMetCluster = false;
  bool admitsNext = false;                  ///< the next launch may begin before this one ends
  bool mayBeAhead = false;                  ///< of the launches before, which it has not awaited
  std::map<int64_t, PhaseBarrier> barriers; ///< by their first bytes in shared memory
  Fibers *roles = nullptr;                  ///< of the threads, where some wait for others
  std::vector<LaneCopies> copies;

  int64_t lanes() const { return mask.size(); }
  /// Calls `body(lane)` for the lanes that run, up to one that fails.
  mlir::LogicalResult forEachLane(llvm::function_ref<mlir::LogicalResult(int64_t lane)> body);

  const LaneValue &get(mlir::Value value) const { return values.find(value)->second; }
  void set(mlir::Value value, LaneValue result) { values[value] = std::move(result); }
  LaneValue take(mlir::Value value) { return std::move(values[value]); }

  /// The ops of `block` but the terminator.
  llvm::LogicalResult run(mlir::Block &block);
  /// The same in the lanes of `part`, if there are any.
  llvm::LogicalResult runMasked(mlir::Block &block, const Mask &part);

  /// Lets others run until `isReady` holds. False where it never will.
  bool wait(llvm::function_ref<bool()> isReady);
  /// Whether that is so because others failed, who have said why.
  bool hasFailedElsewhere() const { return hasFailed || (meeting && meeting->hasFailed); }
  /// All accesses before are ordered before all after.
  void passBarrier();

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
  bool hasFailed = false;
  llvm::DenseMap<mlir::Value, LaneValue> values;
};

/// Block `rank` of the cluster of `machine`, where it has met it and still runs.
llvm::FailureOr<Machine *> blockOfCluster(Machine &machine, mlir::Operation *op, int64_t rank);

/// Calls `body(first lane)` for every warp that runs, all of whose threads must.
llvm::LogicalResult forEachWarp(Machine &machine, mlir::Operation *op,
                                llvm::function_ref<llvm::LogicalResult(int64_t first)> body);

/// The state of the barrier that the operands name, or of the one there of another block.
llvm::FailureOr<PhaseBarrier *> barrierAt(Machine &machine, mlir::Operation *op, int64_t lane,
                                          mlir::Value barriers, mlir::Value index,
                                          Machine *block = nullptr);

/// `bytes` are on their way to byte `first` of `memory`, and `barrier` will know.
llvm::LogicalResult sendBox(Machine &machine, mlir::Operation *op, int64_t lane, Allocation &memory,
                            int64_t first, const std::vector<char> &bytes, PhaseBarrier &barrier);

/// Runs a function of the host.
llvm::LogicalResult callHost(World &world, mlir::Operation *function,
                             llvm::ArrayRef<LaneValue> arguments,
                             llvm::SmallVectorImpl<LaneValue> &results);

/// Row and column of value `e` that lane `lane` of a warpgroup has of its sums.
std::pair<int64_t, int64_t> placeOfSum(int64_t lane, int64_t e);

/// The value of a quasi-affine expression.
int64_t evaluate(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> dims,
                 llvm::ArrayRef<int64_t> symbols);

/// The extents and row-major strides of a view of all of `memory`.
std::shared_ptr<const View> wholeView(Allocation *memory, llvm::ArrayRef<int64_t> shape);

} // namespace danaus::sim

#endif // DANAUS_LIB_SIMULATOR_MACHINE_H
