//===- KernelRings.cpp - Tiles between parts that run at once -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tile t of a ring of n tiles is in slot t mod n, as the (t / n)-th there. With P
// producers and C consumers:
//
//   written[t mod n] >= P (t / n + 1)   t is there: a consumer may load it
//   read[t mod n]    >= C (t / n)       t - n has been read: a producer may store t
//
// Counters only rise, from 0 at the start of the launch.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

/// The row at which a tile begins in x or y, which is a ring where there is one.
Value KernelEmitter::firstRowIn(const std::optional<RingOperand> &ring, Value tile) {
  return mul(ring ? rem(tile, ring->tiles) : tile, schedule.rows);
}

/// Each duty is another warp's, since each takes a round trip to the L2 cache and
/// the warps' trips overlap.
void KernelEmitter::emitDuty(Duty duty, Value condition, llvm::function_ref<void()> body) {
  Value isOurs = isEqual(thread, static_cast<int64_t>(duty) % schedule.warps * 32);
  emitIf(condition ? arith::AndIOp::create(b, isOurs, condition) : isOurs, body);
}

/// Waits until `tile` can be loaded; past the last tile there is nothing to wait for.
void KernelEmitter::awaitInput(Value tile) {
  if (!operands.before)
    return;
  const RingOperand &ring = *operands.before;
  emitDuty(Duty::AwaitInput, isBelow(tile, numTiles), [&] {
    Value count = mul(add(div(tile, ring.tiles), 1), ring.producers);
    tile::AwaitOp::create(b, ring.counters, rem(tile, ring.tiles), count);
  });
}

void KernelEmitter::releaseInput(Value tile) {
  if (!operands.before)
    return;
  const RingOperand &ring = *operands.before;
  emitDuty(Duty::ReleaseInput, nullptr, [&] {
    tile::SignalOp::create(b, ring.counters, add(rem(tile, ring.tiles), ring.tiles),
                           /*relaxed=*/true);
  });
}

void KernelEmitter::awaitOutput(Value tile, Value exists) {
  if (!operands.after)
    return;
  const RingOperand &ring = *operands.after;
  emitDuty(Duty::AwaitOutput, exists, [&] {
    Value count = mul(div(tile, ring.tiles), ring.consumers);
    tile::AwaitOp::create(b, ring.counters, add(rem(tile, ring.tiles), ring.tiles), count);
  });
}

void KernelEmitter::publishOutput(Value tile, Value exists) {
  if (!operands.after)
    return;
  const RingOperand &ring = *operands.after;
  emitDuty(Duty::PublishOutput, exists, [&] {
    tile::SignalOp::create(b, ring.counters, rem(tile, ring.tiles), /*relaxed=*/false);
  });
}
