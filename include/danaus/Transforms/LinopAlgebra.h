//===- LinopAlgebra.h - Rewrites of structured matrices -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function adds the patterns of the pass of its name. A rewrite is either
// exact (it moves values) or multiplies parameters in f64 and rounds once, and
// is made only where its error bound is no larger than that of the chain as it
// was written. Both bounds count roundings: a chain F_1 .. F_n whose every
// stage rounds to the element type (unit roundoff u) is off by at most
//
//   n u |F_1| .. |F_n| |x|   and the terms of the accumulators, which are wider,
//
// and a parameter that was rounded counts as one more stage. That holds within the
// range of the type, which f16 has too little of: its parameters only move.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TRANSFORMS_LINOPALGEBRA_H
#define DANAUS_TRANSFORMS_LINOPALGEBRA_H

#include "danaus/Support/DigitPermutation.h"
#include "mlir/IR/PatternMatch.h"

namespace danaus {

/// Products of products, composites that are assembled or arguments, products
/// of one factor. All other sets below contain these.
void populateFlattenCompositesPatterns(mlir::RewritePatternSet &patterns);

/// P1 P2 -> P12, P P^-1 -> nothing.
void populateMergePermutationsPatterns(mlir::RewritePatternSet &patterns);

/// transpose(A B) -> transpose(B) transpose(A), and the transpose of a structure
/// in the structure itself, where at most `maxValues` values move at run time.
void populateTransposeChainsPatterns(mlir::RewritePatternSet &patterns, int64_t maxValues);

/// Diagonals and scales into the parameters beside them, where that costs no
/// more than what it saves on `rows` rows.
void populateAbsorbScalesPatterns(mlir::RewritePatternSet &patterns, int64_t rows);

/// Butterflies and stages that nest to stages of blocks up to `maxBlock`.
void populateRegroupButterfliesPatterns(mlir::RewritePatternSet &patterns, int64_t maxBlock);

/// (A (x) B)(C (x) D) -> AC (x) BD, where that takes no more flops on `rows` rows.
void populateMixKroneckerPatterns(mlir::RewritePatternSet &patterns, int64_t rows);

/// stage P -> P' stage', moving at most `maxValues` values of the stage's weight
/// at run time. Contains the patterns that merge permutations.
void populatePushPermutationsPatterns(mlir::RewritePatternSet &patterns, int64_t maxValues);

/// Why a permutation right before `stage` is not absorbed by its weight without a
/// trace, or "".
std::string whyNotAbsorbed(mlir::Value stage, const DigitPermutation &permutation,
                           int64_t maxValues);

/// A permutation at the end of one layer into the next, through element-wise ops,
/// where a weight or another permutation takes it in. Contains those that push.
void populateCarryLayoutsPatterns(mlir::RewritePatternSet &patterns, int64_t maxValues);

/// Neighboring dense, block-diagonal and low-rank factors multiplied out where
/// that takes fewer flops and bytes on `rows` rows.
void populateReassociatePatterns(mlir::RewritePatternSet &patterns, int64_t rows);

} // namespace danaus

#endif // DANAUS_TRANSFORMS_LINOPALGEBRA_H
