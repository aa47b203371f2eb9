//===- RandomProgram.h - Random valid programs on structured matrices -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A program is a chain of steps on activations: products with random matrices,
// whose structures nest, and element-wise operations between. Sizes are odd,
// prime, one or powers of two; rows may be none. A program is data until it is
// printed, so that one that fails can be made smaller step by step.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TESTING_RANDOMPROGRAM_H
#define DANAUS_TESTING_RANDOMPROGRAM_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace danaus::testing {

/// A matrix: an argument of a structured or plain type, or an op on others.
struct Matrix {
  enum Kind { Argument, Transpose, Product, Sum, Scale };
  Kind kind = Argument;
  int64_t out = 1, in = 1;
  std::string encoding;         ///< "#linop..." of an argument, or "" for a plain tensor
  std::vector<Matrix> operands; ///< of an op

  /// "tensor<4x3xf32, #linop.dense>".
  std::string type(llvm::StringRef element) const;
};

/// One operation on the activations.
struct Step {
  enum Kind { Apply, ApplyRight, Add, Multiply, Negate };
  Kind kind = Apply;
  Matrix matrix; ///< of a product
};

struct Program {
  uint64_t seed = 0;
  std::string element = "f32";
  int64_t rows = 1;
  bool dynamicRows = true;
  int64_t inner = 0; ///< columns after the axis that is mixed, or 0 for none
  int64_t columns = 1;
  std::vector<Step> steps;

  /// The program as a module with the one function @main.
  std::string print() const;
};

/// The program of a seed; the same on every machine.
Program makeRandomProgram(uint64_t seed);

/// A smaller program that `fails` as well, or `program` itself: fewer steps,
/// fewer rows, plainer matrices, tried until nothing helps.
Program shrink(Program program, llvm::function_ref<bool(const Program &)> fails);

/// `text` with a few random edits: tokens deleted, doubled, exchanged, numbers
/// replaced. Mostly invalid.
std::string mutate(llvm::StringRef text, uint64_t seed);

} // namespace danaus::testing

#endif // DANAUS_TESTING_RANDOMPROGRAM_H
