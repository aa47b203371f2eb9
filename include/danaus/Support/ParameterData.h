//===- ParameterData.h - Values of a structure's parameters -----*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a structure says about values and not about types: data to test it with,
// and what is wrong with data that a user has.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_PARAMETERDATA_H
#define DANAUS_SUPPORT_PARAMETERDATA_H

#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <string>
#include <vector>

namespace danaus {

/// One parameter of a structured matrix for a run on random data.
struct ParameterSample {
  /// ShapedType::kDynamic where the type leaves the size open.
  llvm::SmallVector<int64_t> shape;
  /// In row-major order; empty means normal values of standard deviation `scale`.
  std::vector<double> values;
  /// Nothing means 1 / sqrt(fan-in) by the parameter's shape.
  std::optional<double> scale;
};

/// What is wrong with the values of a structured matrix's parameters.
struct ParameterError {
  unsigned parameter;  ///< in the order of `linop.assemble`
  std::string message; ///< names the element, what was wanted and what was found
};

} // namespace danaus

#endif // DANAUS_SUPPORT_PARAMETERDATA_H
