//===- LinopToChain.h - linop values to parameters and stages -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_CONVERSION_LINOPTOCHAIN_H
#define DANAUS_CONVERSION_LINOPTOCHAIN_H

#include "mlir/IR/BuiltinTypes.h"
#include <string>

namespace mlir {
class RewritePatternSet;
class TypeConverter;
} // namespace mlir

namespace danaus {

/// Teaches `converter` that a structured tensor becomes the tensors of its
/// parameters, in the order of `linop.assemble`; any other type stays.
void addStructureConversion(mlir::TypeConverter &converter);

/// Adds the 1:N patterns for all ops of linop. `converter` must know
/// structures (`addStructureConversion`). Unless `foldPermutations` is false,
/// digit permutations move into the stages beside them.
void populateLinopToChainPatterns(const mlir::TypeConverter &converter,
                                  mlir::RewritePatternSet &patterns, bool foldPermutations = true);

/// What is wrong with the stages that the structure of `type` builds, or ""
/// when they fit its shape and its parameters. A structure from outside Danaus
/// may be wrong; an op made from wrong stages would be invalid IR.
std::string checkStructureStages(mlir::RankedTensorType type);

} // namespace danaus

#endif // DANAUS_CONVERSION_LINOPTOCHAIN_H
