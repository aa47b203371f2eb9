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

std::string Allocation::conflict(const Touch &touch, const Access &access) {
  if (touch.inFlight > 0)
    return "an asynchronous copy to it has not landed";
  bool wrote = touch.writeEpoch >= access.launchEpoch;
  if (wrote && (touch.writeBlock != access.block ||
                (touch.writeEpoch == access.epoch && touch.writer != access.lane)))
    return describe("a race with a write", touch.writer, touch.writeBlock, access);
  bool read = access.writes && touch.readEpoch >= access.launchEpoch;
  if (read && (touch.readBlock != access.block ||
               (touch.readEpoch == access.epoch && touch.reader != access.lane)))
    return describe("a race with a read", touch.reader, touch.readBlock, access);
  return "";
}

void Allocation::record(Touch &touch, const Access &access) {
  if (access.writes) {
    touch.writeEpoch = access.epoch;
    touch.writer = access.lane;
    touch.writeBlock = access.block;
    return;
  }
  bool isSameEpoch = touch.readEpoch == access.epoch;
  bool isSameLaunch = touch.readEpoch >= access.launchEpoch;
  touch.reader = isSameEpoch && touch.reader != access.lane ? several : access.lane;
  touch.readBlock = isSameLaunch && touch.readBlock != access.block ? several : access.block;
  touch.readEpoch = access.epoch;
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
