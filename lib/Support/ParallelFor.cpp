//===- ParallelFor.cpp - Plain threads over a range -----------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/ParallelFor.h"
#include <algorithm>
#include <thread>
#include <vector>

void danaus::parallelFor(int64_t count, int64_t grain,
                         llvm::function_ref<void(int64_t, int64_t)> body) {
  int64_t cores = std::max(1u, std::thread::hardware_concurrency());
  int64_t pieces = std::min(cores, count / std::max<int64_t>(grain, 1));
  if (pieces <= 1)
    return body(0, count);
  std::vector<std::thread> threads;
  for (int64_t piece = 0; piece < pieces; ++piece)
    threads.emplace_back(body, count * piece / pieces, count * (piece + 1) / pieces);
  for (std::thread &thread : threads)
    thread.join();
}
