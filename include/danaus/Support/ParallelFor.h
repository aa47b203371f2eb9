//===- ParallelFor.h - Plain threads over a range ---------------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_PARALLELFOR_H
#define DANAUS_SUPPORT_PARALLELFOR_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstdint>

namespace danaus {

/// Calls `body(begin, end)` on disjoint pieces that cover [0, count), on as many
/// threads as the machine has and as pieces of `grain` or more exist. Returns
/// when all are done. For the tools' own work (reference results, random
/// values), never for compiled code.
void parallelFor(int64_t count, int64_t grain,
                 llvm::function_ref<void(int64_t begin, int64_t end)> body);

} // namespace danaus

#endif // DANAUS_SUPPORT_PARALLELFOR_H
