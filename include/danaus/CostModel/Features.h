//===- Features.h - Bound and features of a CPU schedule -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The grey box of the cost model. A bound from first principles says how long
// a schedule takes at least; trees (TreeModel.h) learn the ratio of the
// measured time to it from features without dimension, so that what they learn
// on one size carries over to another.
//
//   bound = sum over launches of the slowest of four:
//     fma     whole panels of vectors multiplied and added, padding too
//     loads   vectors loaded from L1 and single elements stored
//     l2      a tile's weights and activations, unless they stay in L1
//     memory  activations in and out, and weights, unless they stay in L2
//
// Deterministic: arithmetic on the descriptors, no clock and no device.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_COSTMODEL_FEATURES_H
#define DANAUS_COSTMODEL_FEATURES_H

#include "danaus/Support/Legality.h"

namespace danaus {

/// A product with a structured matrix, as the cost model sees it.
struct CpuProblem {
  llvm::SmallVector<StageDescriptor> stages; ///< first applied first, not empty
  int64_t elementBytes = 4;                  ///< of x, y and the weights
  int64_t rows = 256;                        ///< rows of activations, at least 1
};

/// What one core does in a cycle. The defaults are those of the 512-bit server
/// cores of 2023 (vendor's optimization manual); an error in them is a constant
/// factor, which the trees learn.
struct CpuRates {
  double gigahertz = 2.6;
  double fmasPerCycle = 2;  ///< whole vectors
  double loadsPerCycle = 2; ///< whole vectors from L1
  double storesPerCycle = 2;
  double l2BytesPerCycle = 32;
  double memoryBytesPerCycle = 6;
};

/// Least time of a schedule, in seconds, by what limits it; summed over launches.
struct CpuBound {
  double fma = 0;    ///< multiply-add units
  double loads = 0;  ///< first-level cache
  double l2 = 0;     ///< second-level cache
  double memory = 0; ///< beyond it
  double total = 0;  ///< sum over launches of the largest of the four
};

/// The bound of `schedule`, which must be legal for the problem's stages.
CpuBound computeCpuBound(const CpuProblem &problem, const Schedule &schedule,
                         const TargetLimits &limits, const CpuRates &rates = {});

/// Names of the features, in the order of `computeCpuFeatures`.
llvm::ArrayRef<llvm::StringLiteral> cpuFeatureNames();

/// FNV-1a of the names: a model is only valid for the features it was trained on.
uint64_t cpuFeatureSchemaHash();

/// The features of `schedule`, which must be legal for the problem's stages.
llvm::SmallVector<double> computeCpuFeatures(const CpuProblem &problem, const Schedule &schedule,
                                             const TargetLimits &limits,
                                             const CpuRates &rates = {});

} // namespace danaus

#endif // DANAUS_COSTMODEL_FEATURES_H
