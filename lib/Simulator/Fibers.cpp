//===- Fibers.cpp - Thread blocks that wait for each other -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fibers.h"
#include "llvm/ADT/STLExtras.h"

using namespace danaus::sim;

/// Of one fiber; pages that it does not touch cost nothing.
static constexpr size_t stackBytes = 1 << 20;

/// What a new context begins with, since it takes no pointer.
static thread_local Fibers *starting = nullptr;

void Fibers::add(std::function<void()> body) {
  auto fiber = std::make_unique<Fiber>();
  fiber->body = std::move(body);
  fiber->stack.reset(new char[stackBytes]);
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.get();
  fiber->context.uc_stack.ss_size = stackBytes;
  fiber->context.uc_link = nullptr;
  makecontext(&fiber->context, &Fibers::enter, 0);
  fibers.push_back(std::move(fiber));
}

void Fibers::enter() {
  Fibers *all = starting;
  all->current->body();
  all->current->hasEnded = true;
  all->progressed = true;
  swapcontext(&all->current->context, &all->scheduler);
}

/// Whether what one of them waits for has come.
bool Fibers::mayGoOn() const {
  return llvm::any_of(fibers, [](const std::unique_ptr<Fiber> &fiber) {
    return !fiber->hasEnded && fiber->awaited && fiber->awaited();
  });
}

void Fibers::run(Fibers *outer) {
  for (bool anyLeft = true; anyLeft;) {
    anyLeft = progressed = false;
    for (std::unique_ptr<Fiber> &fiber : fibers) {
      if (fiber->hasEnded)
        continue;
      starting = this;
      current = fiber.get();
      swapcontext(&scheduler, &fiber->context);
      anyLeft |= !fiber->hasEnded;
    }
    isStuck = !progressed && !(anyLeft && outer && outer->waitUntil([&] { return mayGoOn(); }));
  }
}

bool Fibers::waitUntil(llvm::function_ref<bool()> isReady) {
  Fiber &fiber = *current;
  fiber.awaited = isReady;
  while (!isReady() && !isStuck)
    swapcontext(&fiber.context, &scheduler);
  fiber.awaited = {};
  bool isOver = isReady();
  progressed |= isOver;
  return isOver;
}
