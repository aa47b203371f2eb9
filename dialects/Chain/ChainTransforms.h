//===- ChainTransforms.h - Kernels of transforms as plain structs -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CHAIN_CHAINTRANSFORMS_H
#define DIALECTS_CHAIN_CHAINTRANSFORMS_H

#include "danaus/Support/GpuTransformPlan.h"
#include "dialects/Chain/ChainOps.h"

namespace danaus::chain {

/// The stages of `kernel` where it is nothing but a chain of transforms of
/// complex<f32>, of which the first may read its columns in another order.
std::optional<TransformChain> describeTransforms(KernelOp kernel);

} // namespace danaus::chain

#endif // DIALECTS_CHAIN_CHAINTRANSFORMS_H
