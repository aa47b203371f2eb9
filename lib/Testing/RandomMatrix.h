//===- RandomMatrix.h - Random structured matrices -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_TESTING_RANDOMMATRIX_H
#define DANAUS_LIB_TESTING_RANDOMMATRIX_H

#include "danaus/Testing/RandomProgram.h"

namespace danaus::testing {

using Random = std::mt19937_64;

/// 0 .. `bound` - 1. Not std::uniform_int_distribution, whose values differ
/// between libraries.
int64_t below(Random &random, int64_t bound);

/// A size that a structure may stumble over.
int64_t randomSize(Random &random);

/// A matrix of this shape, of any structure that has one; composites nest up to
/// `depth`.
Matrix randomMatrix(Random &random, int64_t out, int64_t in, llvm::StringRef element, int depth);

/// A matrix of i8 whose products have the element type `y`.
Matrix randomQuantizedMatrix(Random &random, int64_t out, int64_t in, llvm::StringRef y);

} // namespace danaus::testing

#endif // DANAUS_LIB_TESTING_RANDOMMATRIX_H
