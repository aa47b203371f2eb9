//===- PairContracts.h - Contracts on pairs of small integers ---*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_TRANSFORMS_PAIRCONTRACTS_H
#define DANAUS_LIB_TRANSFORMS_PAIRCONTRACTS_H

#include "mlir/IR/PatternMatch.h"

namespace danaus {

/// vector.contract whose innermost reduction is over pairs of i8 or i16 in
/// memory, into 8 or 16 lanes of i32, to vpmaddwd.
void populatePairContractPatterns(mlir::RewritePatternSet &patterns);

} // namespace danaus

#endif // DANAUS_LIB_TRANSFORMS_PAIRCONTRACTS_H
