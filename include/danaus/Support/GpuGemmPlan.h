//===- GpuGemmPlan.h - Stages with large blocks, as products of matrices -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The arithmetic of kernels with unit `wgmma`, without IR. Where blocks are large
// every stage is a launch of its own, a batch of a d products
//
//   y[rows, b] = x[rows, c] w[b, c]^T          one for each block (A, D)
//
// whose operands lie in *block order*: x[row, (A d + D) c + C] and the packed
// weight w[(A d + D) b + B, C] are contiguous along the sum, so that bulk copies
// bring boxes of 64 columns (128 bytes) into shared memory, where the copy engine
// swizzles them as wgmma wants them. A thread block has
//
//   a warpgroup that copies: ring of `depth` steps, x: rows x 64, w: columns x 64
//   4 warps a warpgroup:     64 rowBlocks x columns of sums in registers
//   staging, a warpgroup's:  64 x stagedColumns of y, from where bulk copies store
//
// and walks over tiles of rows x columns of all blocks, columns fastest.
//
// **Clusters.** What limits these kernels where memory does not is the L2 cache, which a
// tile asks for rows + columns values a product. The thread blocks of a cluster have
// neighboring tiles and share one operand: each loads its part of the box for all of them
// (multicast). Where the tiles of columns of a block come in whole clusters that is x, else
// the tiles are of neighboring rows and share w. A slot of the ring is free once all blocks
// of the cluster have read it.
//
// **Order between stages.** The next stage (a', b', c', d') wants block order. With
// d' = 1 that is the natural order. With d' > 1 the packed weight has its rows, the
// columns of y, in an order that makes `run` of them neighbors in both orders (see
// Packing.h, groupBetween): column B' = h g + D' (g / d') + C of a block goes to
// block D', place C of group h. A bulk store writes `storeWidth` columns, a
// divisor of the run. For Monarch 4096 with 16 blocks of rank 1024:
//
//   stage 0 (16, 1024, 256, 1)   group 1024, digit 16: runs of 64 columns, 128 bytes
//   stage 1 (1, 256, 1024, 16)   y in block order; a transposition of 16 x 256 follows
//
// **Pairs.** Where `cuts` has none between two stages (a, b, c, 1) and (a', b', c', d'), one
// launch does both, and what the first makes never leaves the registers, as in
// FlashAttention. With r = b / d' a tile has g values of D and walks over the blocks A
// that (A', D) reads:
//
//   z_A[row, D r + k]  = x[row, A c + C] w[A, (D, k), C]       64 x g r sums
//   left_D[row, A r + k] = z_A[row, D r + k]                   tile.left_operands
//   y_D[row, B]       += left_D[row, (A, k)] w'[D, B, (A, k)]  g of 64 x columns sums
//
// Where the second stage has d' = 1 and reads runs of `inner` columns (BTT), its A is what D
// is here, r = inner, and y is in order.
//
// x and w go through the ring, and w' through one of its own, a step of 64 terms being
// 64 / r blocks A. x is read once for each g values of D.
//
// **The last permutation.** A stage with d > 1 has its results in block order, of
// which no 16 bytes are neighbors in y. They go through device memory: a second
// launch reads (D, B) and writes (B, D). Where d is 2, 4 or 8, a tile has all blocks
// (A, 0), (A, 1), ... instead, with `panel` / d columns each, one after the other in the
// ring; a lane then holds 2 d neighbors of y. It reads x more often, from the L2 cache.
// Where another stage (a', b', c', 1) follows,
// it reads them in place: a sum may have its terms in any order, and with those of
// one D together they lie in runs of c' / d. For 768 to 3072 to 768 with 4 blocks:
//
//   stage 1 (1, 768, 192, 4)    y[D 768 + B]
//   stage 2 (4, 192, 768, 1)    block A: four runs of 192, B from 192 A on
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_GPUGEMMPLAN_H
#define DANAUS_SUPPORT_GPUGEMMPLAN_H

#include "danaus/Support/Legality.h"
#include <optional>

namespace danaus {

/// A tensor as bulk copies see it, fastest dimension first; elements of 2 bytes.
/// A size of -1 is the number of rows.
struct TensorView {
  llvm::SmallVector<int64_t, 5> sizes, strides, box;
};

/// The first product of a pair.
struct FirstProduct {
  StagePattern pattern;
  int64_t together = 1; ///< r, columns of a block that one D of the second reads
  int64_t digits = 1;   ///< values of D
  bool isSplit = false; ///< D is the second's A: it reads columns in order (`inner`)
  int64_t columns = 8;  ///< of sums: those of all D of a tile
  int64_t atOnce = 1;   ///< blocks whose sums make up 16 terms of the second, or more
  bool sharesA = false;
  TensorView w;

  int64_t wBytes() const { return columns * 128; }
  int64_t blocksPerStep() const { return 64 / together; }
  int64_t termsAtOnce() const { return atOnce * together; }
};

/// One launch of products, or of pairs.
struct GemmPlan {
  StagePattern pattern;
  int64_t rows = 128, columns = 256; ///< of a tile
  int64_t consumers = 2;             ///< warpgroups that multiply
  int64_t rowBlocks = 1;             ///< products of 64 rows that one has
  int64_t depth = 4;                 ///< steps in flight
  int64_t steps = 1;                 ///< of 64 values of c
  int64_t columnTiles = 1;           ///< of a block
  bool sharesA = false, sharesD = false;
  int64_t cluster = 1;  ///< thread blocks that share an operand
  bool sharesX = false; ///< it is x, not w

  int64_t group = 1, digit = 1; ///< order of the packed columns; 1: natural
  int64_t storeWidth = 64;      ///< columns of a bulk store
  int64_t stagedColumns = 64;   ///< columns that a warpgroup stages at once
  int64_t stagingSlots = 1;     ///< places for them, which take turns
  StagePattern next;            ///< of the stage that reads y; 1s without one
  StagePattern before;          ///< of the stage whose block order x has
  int64_t xDigit = 1;           ///< its d, the slowest digit of a sum; 1: x is in natural order
  bool transposes = false;      ///< y needs a transposition to natural order
  int64_t blocks = 1;           ///< values of D that a tile has, each with `columns` columns
  int64_t apart = 1;            ///< the same, stored as blocks of their own (pairs only)
  std::optional<FirstProduct> first; ///< of a pair, whose second product is `pattern`

  TensorView x, w, y;
  int64_t ringOffset = 0, secondOffset = 0, stagingOffset = 0, barrierOffset = 0, sharedBytes = 0;
  int64_t blocksPerProcessor = 1;

  /// One warpgroup copies: registers move between whole warpgroups only.
  int64_t threads() const { return 128 * (consumers + 1); }
  /// Registers of a thread that copies, and of one that multiplies, such that the
  /// thread blocks of a multiprocessor have 65536 together.
  int64_t copierRegisters() const { return consumers == 1 ? 32 : 40; }
  int64_t consumerRegisters() const { return consumers == 1 ? 224 : 232; }
  /// Whether a thread starts with fewer registers than one that multiplies needs;
  /// 256 threads alone on a multiprocessor have 255 each, and ptxas refuses less.
  bool movesRegisters() const {
    return 65536 / (threads() * blocksPerProcessor) < consumerRegisters();
  }
  /// Bytes of one step in the ring: first x, then w.
  int64_t xBytes() const { return rows * 128; }
  int64_t wBytes() const { return columns * 128; }
  /// Columns of y in a tile.
  int64_t yColumns() const { return columns * blocks; }
  int64_t stepBytes() const { return xBytes() + (first ? first->wBytes() : wBytes()); }
  /// Of a pair: bytes of one step of the second product's weight, and steps in flight.
  int64_t secondBytes() const { return wBytes() * (sharesDigits() ? 1 : digits()); }
  int64_t secondDepth() const { return first ? 2 : 0; }
  /// Whether all values of D of a pair have one weight.
  bool sharesDigits() const { return first && first->isSplit ? sharesA : sharesD; }
  /// Values of D that a tile has.
  int64_t digits() const { return blocks * apart; }
  int64_t numStages() const { return first ? 2 : 1; }
  /// The stage that reads x.
  const StagePattern &reads() const { return first ? first->pattern : pattern; }
  int64_t stagingBytes() const { return stagingSlots * stagedColumns * 128; }
  /// Times that a warpgroup stages of one tile.
  int64_t stagings() const { return rowBlocks * apart * (yColumns() / stagedColumns); }
  /// Tiles of one tile of rows.
  int64_t tilesPerRow() const { return columnTiles * pattern.numBlocks() / digits(); }
  /// Blocks that load one box of x together, and one of w.
  int64_t xParts() const { return sharesX ? cluster : 1; }
  int64_t wParts() const { return sharesX ? 1 : cluster; }
};

/// The launches of a kernel, and what they break.
struct GemmKernelPlan {
  llvm::SmallVector<GemmPlan, 2> launches;
  BrokenConstraints broken;
};

/// Values of c that one step multiplies: 128 bytes of a row.
inline constexpr int64_t gemmStepDepth = 64;

/// The plan of `stages` under `schedule`, with activations and weights of 2 bytes.
GemmKernelPlan planGemmKernel(llvm::ArrayRef<StageDescriptor> stages, int64_t elementBytes,
                              const Schedule &schedule, const TargetLimits &limits);

/// Adds what keeps stages `index` - 1 and `index` from being a pair.
void checkPair(llvm::ArrayRef<StageDescriptor> stages, size_t index, const Schedule &schedule,
               BrokenConstraints &broken);

/// Whether a tile of `panel` columns may have all `d` blocks of an A, whose values of y a lane
/// then stores side by side.
bool fitSideBySide(int64_t d, int64_t panel);

/// Makes `plan`, of the second stage, that of a pair: its tiles and the first product.
void planPair(GemmPlan &plan, const StageDescriptor &first, const StageDescriptor &second,
              const Schedule &schedule);

/// The byte at which value `column` of row `row` lies in a box of `width` columns
/// (of 2 bytes; 8, 16, 32 or 64) that the copy engine swizzles: the units of 16 bytes
/// of a row are exchanged by the number of 128 bytes that lie before.
int64_t swizzledByte(int64_t row, int64_t column, int64_t width);

/// Whether a stage reads the results of the one before, which has d > 1, in their
/// block order: steps of 64 terms lie together.
bool readsBlockOrder(const StagePattern &before, const StagePattern &pattern);

/// Coordinates in `plan.x` of the box for step `step` of block (A, 0), without that of
/// the row, where x is in block order.
llvm::SmallVector<int64_t, 4> loadCoordinates(const GemmPlan &plan, int64_t A, int64_t step);

/// Coordinates in `plan.y` of the bulk store that begins at packed column `column`
/// of block (A, 0); without that of the row.
llvm::SmallVector<int64_t, 4> storeCoordinates(const GemmPlan &plan, int64_t A, int64_t column);

/// The schedule to take for `stages` on `rows` rows of activations, or nothing where
/// `otherwise`, the one for products of warps, is the better choice: few rows, small
/// blocks, weights that stay on the multiprocessors while memory limits, or a
/// permutation at the end that costs more than the products save.
std::optional<Schedule> chooseGemmSchedule(llvm::ArrayRef<StageDescriptor> stages,
                                           int64_t elementBytes, int64_t rows,
                                           const Schedule &otherwise, const TargetLimits &limits);

/// Whether products of warpgroups of `stages` are worth asking the vendor's library for:
/// one dense stage, large enough that the library has kernels for its shape.
bool suitsLibrary(llvm::ArrayRef<StageDescriptor> stages);

/// Where to cut a chain into kernels of their own, as ascending numbers of stages: around
/// runs of stages that are worth products of warpgroups, where the whole chain is not.
/// `otherwise` is the schedule for products of warps of the whole.
llvm::SmallVector<int64_t> splitForGemms(llvm::ArrayRef<StageDescriptor> stages,
                                         int64_t elementBytes, int64_t rows,
                                         const Schedule &otherwise, const TargetLimits &limits);

} // namespace danaus

#endif // DANAUS_SUPPORT_GPUGEMMPLAN_H
