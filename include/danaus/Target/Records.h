//===- Records.h - What each chip is -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Plain records, so that passes ask for numbers and never for a chip's name.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TARGET_RECORDS_H
#define DANAUS_TARGET_RECORDS_H

#include "danaus/Support/Legality.h"
#include <optional>

namespace danaus {

/// The record named `name` ("x86-avx512", "x86-avx2", "sm_80", "sm_90a"), or
/// nothing when there is none.
std::optional<TargetLimits> lookupTarget(llvm::StringRef name);

/// All names that `lookupTarget` knows, for diagnostics.
llvm::SmallVector<llvm::StringRef> targetNames();

/// The record that fits the machine this runs on.
llvm::StringRef hostTargetName();

} // namespace danaus

#endif // DANAUS_TARGET_RECORDS_H
