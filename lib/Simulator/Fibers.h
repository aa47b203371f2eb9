//===- Fibers.h - Thread blocks that wait for each other -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Functions that run in turns on stacks of their own: one runs until it waits or
// ends, then the next. A round in which none gets further than its wait is the last:
// they wait for each other for ever.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_SIMULATOR_FIBERS_H
#define DANAUS_LIB_SIMULATOR_FIBERS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <functional>
#include <memory>
#include <ucontext.h>
#include <vector>

namespace danaus::sim {

class Fibers {
public:
  void add(std::function<void()> body);
  /// Runs all to their ends; where none gets further, fibers of `outer`, of which one runs
  /// this, go on.
  void run(Fibers *outer = nullptr);
  /// In a fiber: returns when `isReady` holds. False where it never will.
  bool waitUntil(llvm::function_ref<bool()> isReady);

private:
  struct Fiber {
    std::function<void()> body;
    std::unique_ptr<char[]> stack;
    ucontext_t context;
    llvm::function_ref<bool()> awaited; ///< what it waits for, if anything
    bool hasEnded = false;
  };
  static void enter();
  bool mayGoOn() const;

  std::vector<std::unique_ptr<Fiber>> fibers;
  Fiber *current = nullptr;
  ucontext_t scheduler;
  bool progressed = false, isStuck = false;
};

} // namespace danaus::sim

#endif // DANAUS_LIB_SIMULATOR_FIBERS_H
