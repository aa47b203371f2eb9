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

void RingDuties::emitDuty(Duty duty, Value condition, llvm::function_ref<void()> body) {
  Value isOurs = isEqual(thread, static_cast<int64_t>(duty) % warps * 32);
  emitIf(condition ? arith::AndIOp::create(b, isOurs, condition) : isOurs, body);
}

void RingDuties::awaitInput(const Ring &before, Number number, Value condition) {
  if (!before)
    return;
  emitDuty(Duty::AwaitInput, condition, [&] {
    Value at = number();
    Value count = mul(add(div(at, before->tiles), 1), before->producers);
    tile::AwaitOp::create(b, before->counters, rem(at, before->tiles), count);
  });
}

void RingDuties::releaseInput(const Ring &before, Number number) {
  if (!before)
    return;
  emitDuty(Duty::ReleaseInput, nullptr, [&] {
    Value slot = add(rem(number(), before->tiles), before->tiles);
    tile::SignalOp::create(b, before->counters, slot, /*relaxed=*/true);
  });
}

void RingDuties::awaitOutput(const Ring &after, Number number, Value condition) {
  if (!after)
    return;
  emitDuty(Duty::AwaitOutput, condition, [&] {
    Value at = number();
    Value count = mul(div(at, after->tiles), after->consumers);
    tile::AwaitOp::create(b, after->counters, add(rem(at, after->tiles), after->tiles), count);
  });
}

void RingDuties::publishOutput(const Ring &after, Number number, Value condition) {
  if (!after)
    return;
  emitDuty(Duty::PublishOutput, condition, [&] {
    tile::SignalOp::create(b, after->counters, rem(number(), after->tiles), /*relaxed=*/false);
  });
}

/// Past the last tile there is nothing to wait for.
void KernelEmitter::awaitInput(Value tile) {
  Value exists = operands.before ? isBelow(tile, numTiles) : Value();
  duties().awaitInput(operands.before, [&] { return tile; }, exists);
}

void KernelEmitter::releaseInput(Value tile) {
  duties().releaseInput(operands.before, [&] { return tile; });
}

void KernelEmitter::awaitOutput(Value tile, Value exists) {
  duties().awaitOutput(operands.after, [&] { return tile; }, exists);
}

void KernelEmitter::publishOutput(Value tile, Value exists) {
  duties().publishOutput(operands.after, [&] { return tile; }, exists);
}
