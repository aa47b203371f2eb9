//===- Memory.cpp - Memory that knows who touched it -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory.h"
#include "llvm/ADT/Twine.h"

using namespace danaus::sim;

std::vector<Allocation::Touch> &Allocation::touches() {
  if (touched.empty())
    touched.resize(bytes.size());
  return touched;
}

static std::string describe(llvm::StringRef what, int64_t lane, int64_t block,
                            const Access &access) {
  std::string who = lane < 0 ? "other threads" : ("thread " + llvm::Twine(lane)).str();
  if (block != access.block)
    return (what + " by " + (block < 0 ? "other blocks" : "block " + llvm::Twine(block).str()) +
            " of the same launch")
        .str();
  return (what + " by " + who + " with no barrier between").str();
}

int64_t Allocation::warpOf(int64_t lane) {
  return lane >= 0 ? lane / warpLanes : severalOfWarp - lane;
}

/// Whether nothing orders an access of `lane` of `block` at `time` before `access`.
bool Allocation::isUnordered(int64_t lane, int64_t block, uint32_t time, uint32_t warpTime,
                             const Access &access) {
  if (block == access.block) {
    bool isOneWarp = lane != several && warpOf(lane) == warpOf(access.lane);
    return time == access.time && lane != access.lane && !(isOneWarp && warpTime < access.warpTime);
  }
  if (!access.seen)
    return true;
  // Of several readers only the last is known.
  return block >= 0 && (*access.seen)[block] < time;
}

std::string Allocation::conflict(const Touch &touch, const Access &access) {
  if (touch.inFlight > 0)
    return "an asynchronous copy to it has not landed";
  if (access.writes && touch.inUse > 0)
    return "a product or bulk store still reads it";
  if (touch.writeLaunch == access.launch &&
      isUnordered(touch.writer, touch.writeBlock, touch.writeTime, touch.writeWarpTime, access))
    return describe("a race with a write", touch.writer, touch.writeBlock, access);
  if (access.writes && touch.readLaunch == access.launch &&
      isUnordered(touch.reader, touch.readBlock, touch.readTime, touch.readWarpTime, access))
    return describe("a race with a read", touch.reader, touch.readBlock, access);
  return "";
}

void Allocation::record(Touch &touch, const Access &access) {
  if (access.writes) {
    touch.writeLaunch = access.launch;
    touch.writeTime = access.time;
    touch.writeWarpTime = access.warpTime;
    touch.writer = access.lane;
    touch.writeBlock = access.block;
    return;
  }
  bool isSameLaunch = touch.readLaunch == access.launch;
  bool isSameTime =
      isSameLaunch && touch.readBlock == access.block && touch.readTime == access.time;
  bool isOtherBlock = isSameLaunch && touch.readBlock != access.block && !access.seen;
  bool isOneWarp = touch.reader != several && warpOf(touch.reader) == warpOf(access.lane);
  if (!isSameTime)
    touch.reader = access.lane;
  else if (touch.reader != access.lane)
    touch.reader = isOneWarp ? severalOfWarp - warpOf(access.lane) : several;
  touch.readWarpTime = access.warpTime;
  touch.readBlock = isOtherBlock ? several : access.block;
  touch.readTime = access.time;
  touch.readLaunch = access.launch;
}

std::string Allocation::touch(const Access &access, int64_t first, int64_t count) {
  std::vector<Touch> &all = touches();
  std::string problem;
  for (int64_t byte = first; byte < first + count; ++byte) {
    if (problem.empty())
      problem = conflict(all[byte], access);
    record(all[byte], access);
  }
  return problem;
}

void Allocation::setInFlight(int64_t first, int64_t count, int change) {
  std::vector<Touch> &all = touches();
  for (int64_t byte = first; byte < first + count; ++byte)
    all[byte].inFlight += change;
}

void Allocation::setInUse(int64_t first, int64_t count, int change) {
  std::vector<Touch> &all = touches();
  for (int64_t byte = first; byte < first + count; ++byte)
    all[byte].inUse += change;
}

std::string Allocation::describeUse(int64_t first, int64_t count) {
  std::vector<Touch> &all = touches();
  for (int64_t byte = first; byte < first + count; ++byte) {
    if (all[byte].inFlight > 0)
      return "another asynchronous copy to it has not landed";
    if (all[byte].inUse > 0)
      return "a product or bulk store still reads it";
  }
  return "";
}
