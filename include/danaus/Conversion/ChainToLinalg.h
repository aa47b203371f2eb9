//===- ChainToLinalg.h - Stages and maps to linalg.generic -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_CONVERSION_CHAINTOLINALG_H
#define DANAUS_CONVERSION_CHAINTOLINALG_H

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace danaus {

/// Adds the patterns of `convert-chain-to-linalg`: unpacked stages, maps, and
/// kernels on tensors.
void populateChainToLinalgPatterns(mlir::RewritePatternSet &patterns);

} // namespace danaus

#endif // DANAUS_CONVERSION_CHAINTOLINALG_H
