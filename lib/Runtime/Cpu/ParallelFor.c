//===- ParallelFor.c - Threads of compiled functions ----------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Written on pthreads, which are part of the C library, and not on OpenMP: an
// artefact then depends on nothing, its threads end when it is unloaded, a child
// after fork works, and no second OpenMP can meet the host program's.
//
// One loop at a time has the pool (`gate`); a loop within a loop, or of another
// thread of the host meanwhile, runs where it is called. The loop in progress is
// one word,
//
//   ticket = [ epoch : 32 | next index : 32 ]
//
// from which caller and workers draw indices by compare-and-swap, so that a
// worker who wakes up late finds another epoch and draws nothing. The caller
// works too and waits only for indices that were drawn, never for sleepers.
//
//===----------------------------------------------------------------------===//

#ifndef _GNU_SOURCE
#define _GNU_SOURCE // sched_getaffinity
#endif
#include "danaus/Runtime/Cpu.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

enum { maxThreads = 1024 };
/// How often a worker looks for work before it sleeps, about 50 us: the next
/// layer of a model comes sooner than a sleeper wakes up.
enum { spinsBeforeSleep = 2000 };
/// No index of a loop: nothing can be drawn.
#define CLOSED 0xffffffffu

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t sleepMutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wakeUp = PTHREAD_COND_INITIALIZER;
static pthread_t workers[maxThreads];
static int numWorkers; ///< guarded by the gate
static bool handlesFork;

static _Atomic(DanausParallelFor) hostParallelFor;
static _Atomic int64_t requestedThreads; ///< 0: not yet read from the environment

static _Atomic uint64_t ticket = CLOSED;
static _Atomic(void (*)(void *, int64_t)) jobFunction;
static _Atomic(void *) jobContext;
static _Atomic uint32_t jobCount;
static _Atomic uint32_t jobDone;
static _Atomic int activeWorkers, sleepers;
static _Atomic bool stopping;

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

//===----------------------------------------------------------------------===//
// Drawing indices
//===----------------------------------------------------------------------===//

static bool hasWork(void) { return (uint32_t)atomic_load(&ticket) < atomic_load(&jobCount); }

/// Runs one index of the loop in progress; false when there is none.
static bool runOne(void) {
  uint64_t drawn = atomic_load(&ticket);
  for (;;) {
    // Read before the exchange below: if that succeeds, the loop that they belong
    // to is still the one of the ticket, since it is closed before they change.
    void (*function)(void *, int64_t) = atomic_load(&jobFunction);
    void *context = atomic_load(&jobContext);
    if ((uint32_t)drawn >= atomic_load(&jobCount))
      return false;
    if (!atomic_compare_exchange_weak(&ticket, &drawn, drawn + 1))
      continue;
    function(context, (uint32_t)drawn);
    atomic_fetch_add(&jobDone, 1);
    return true;
  }
}

static void sleepUntilWork(int id) {
  pthread_mutex_lock(&sleepMutex);
  atomic_fetch_add(&sleepers, 1);
  while (!atomic_load(&stopping) && (id >= atomic_load(&activeWorkers) || !hasWork()))
    pthread_cond_wait(&wakeUp, &sleepMutex);
  atomic_fetch_sub(&sleepers, 1);
  pthread_mutex_unlock(&sleepMutex);
}

static void *work(void *argument) {
  int id = (int)(intptr_t)argument, spins = 0;
  while (!atomic_load(&stopping)) {
    if (id < atomic_load(&activeWorkers) && runOne()) {
      spins = 0;
    } else if (++spins < spinsBeforeSleep) {
      relax();
    } else {
      sleepUntilWork(id);
      spins = 0;
    }
  }
  return NULL;
}

//===----------------------------------------------------------------------===//
// The pool
//===----------------------------------------------------------------------===//

/// In a child after fork only the thread that called fork exists.
static void forgetWorkers(void) {
  pthread_mutex_t freshMutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t freshCondition = PTHREAD_COND_INITIALIZER;
  gate = sleepMutex = freshMutex;
  wakeUp = freshCondition;
  numWorkers = 0;
  atomic_store(&ticket, CLOSED);
  atomic_store(&sleepers, 0);
}

/// Brings the pool to `wanted` workers, or to as many as the system allows.
static int growPool(int wanted) {
  if (!handlesFork)
    handlesFork = pthread_atfork(NULL, NULL, forgetWorkers) == 0;
  while (numWorkers < wanted && handlesFork) {
    if (pthread_create(&workers[numWorkers], NULL, work, (void *)(intptr_t)numWorkers) != 0)
      break;
    ++numWorkers;
  }
  return numWorkers < wanted ? numWorkers : wanted;
}

/// Before this library is unloaded, or the process ends, its code must not run.
__attribute__((destructor)) static void stopWorkers(void) {
  pthread_mutex_lock(&sleepMutex);
  atomic_store(&stopping, true);
  pthread_cond_broadcast(&wakeUp);
  pthread_mutex_unlock(&sleepMutex);
  for (int i = 0; i < numWorkers; ++i)
    pthread_join(workers[i], NULL);
  numWorkers = 0;
}

/// One loop on the pool, whose gate the caller holds.
static void runOnPool(void (*function)(void *, int64_t), void *context, uint32_t count) {
  uint64_t epoch = (atomic_load(&ticket) >> 32) + 1;
  atomic_store(&ticket, (epoch << 32) | CLOSED);
  atomic_store(&jobFunction, function);
  atomic_store(&jobContext, context);
  atomic_store(&jobDone, 0);
  atomic_store(&jobCount, count);
  atomic_store(&ticket, epoch << 32);
  if (atomic_load(&sleepers)) {
    pthread_mutex_lock(&sleepMutex);
    pthread_cond_broadcast(&wakeUp);
    pthread_mutex_unlock(&sleepMutex);
  }
  while (runOne())
    ;
  for (int spins = 0; atomic_load(&jobDone) != count; ++spins) {
    relax();
    if (spins > spinsBeforeSleep)
      sched_yield();
  }
}

static void runHere(void (*function)(void *, int64_t), void *context, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    function(context, i);
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

/// DANAUS_NUM_THREADS where that is a positive number, else the CPUs that this
/// process may use.
static int64_t readEnvironment(void) {
  const char *text = getenv("DANAUS_NUM_THREADS");
  char *end = NULL;
  long threads = text ? strtol(text, &end, 10) : 0;
  if (text && end != text && *end == '\0' && threads > 0)
    return threads < maxThreads ? threads : maxThreads;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0)
    return 1;
  int count = CPU_COUNT(&set);
  return count < maxThreads ? count : maxThreads;
}

void danausSetNumThreads(int64_t threads) {
  if (threads > maxThreads)
    threads = maxThreads;
  atomic_store(&requestedThreads, threads > 0 ? threads : readEnvironment());
}

int64_t danausGetNumThreads(void) {
  if (atomic_load(&requestedThreads) == 0)
    danausSetNumThreads(0);
  return atomic_load(&requestedThreads);
}

void danausSetParallelFor(DanausParallelFor parallelFor) {
  atomic_store(&hostParallelFor, parallelFor);
}

void danausParallelFor(void (*function)(void *context, int64_t index), void *context,
                       int64_t count) {
  DanausParallelFor host = atomic_load(&hostParallelFor);
  if (host) {
    host(function, context, count);
    return;
  }
  int64_t threads = danausGetNumThreads();
  bool canShare = threads > 1 && count > 1 && count < (int64_t)CLOSED;
  if (!canShare || pthread_mutex_trylock(&gate) != 0) {
    runHere(function, context, count);
    return;
  }
  atomic_store(&activeWorkers, growPool((int)threads - 1));
  runOnPool(function, context, (uint32_t)count);
  pthread_mutex_unlock(&gate);
}
