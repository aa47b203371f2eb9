//===- Check.h - Compiled results against the reference ---------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What `danaus-run --check` holds results to. With y the compiled result, r the
// reference in double from identically rounded inputs, both must hold:
//
//   rel_err = ||y - r||_F / ||r||_F  <=  tolerance
//   max |y - r|                      <=  8 tolerance rms(r)
//
// The default tolerance follows the rounding that the compiled path is allowed.
// Each of D steps (stages and element-wise operations) rounds to the element type,
// whose unit roundoff is u; errors of single roundings are independent, about
// 0.4 u in the root mean square, and add to 0.4 u sqrt(D). Sums of K products are
// accumulated in f32 (f64 for f64) of unit roundoff v, and grow like v sqrt(K).
// With a margin of about four on both:
//
//   tolerance = min(cap, 1.5 u sqrt(D) + 2 v sqrt(K))
//   caps: bf16 1e-2, f16 2e-3, f32 1e-5, f64 1e-13
//
// A complex result is held to the norm and the element type of its parts, and an
// integer one must be equal.
//
// E.g. Monarch 4096 (64 x 64): D = 2, K = 64: bf16 8.3e-3, f32 1.1e-6.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_CHECK_H
#define DANAUS_DRIVER_CHECK_H

#include "danaus/Driver/EntryPoint.h"

namespace danaus {

/// The default tolerance for the results of `entry`, by the formula above.
double getDefaultTolerance(mlir::func::FuncOp entry, ElementKind kind);

/// Where results stand against the reference.
struct CheckResult {
  bool passed = false;
  double relErr = 0;                 ///< the worst of all results
  double tolerance = 0;              ///< the largest of all results
  int64_t checkedRows = 0, rows = 0; ///< the same unless a sample was checked
  std::string failure;               ///< which result broke which bound
};

/// How results are checked.
struct CheckPolicy {
  std::optional<double> tolerance; ///< instead of each result's default
  double f32Floor = 0;             ///< least default tolerance of f32
  uint64_t seed = 0;
  /// Operations of the reference above which a sample of rows is checked.
  double referenceBudget = 0;
};

/// Runs the reference on `arguments` and compares. Where the reference would take
/// more than its budget and the entry is row-wise, it runs on a sample of rows
/// drawn by the seed, the first and the last among them; NaNs are looked for in
/// all rows.
llvm::Expected<CheckResult> checkResults(mlir::func::FuncOp entry, const EntrySignature &signature,
                                         const EntryArguments &arguments,
                                         llvm::ArrayRef<HostTensor> results,
                                         const CheckPolicy &policy);

} // namespace danaus

#endif // DANAUS_DRIVER_CHECK_H
