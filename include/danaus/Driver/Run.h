//===- Run.h - Compile, run, check and time one function --------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_RUN_H
#define DANAUS_DRIVER_RUN_H

#include "danaus/Driver/Executor.h"
#include "mlir/IR/DialectRegistry.h"

namespace danaus {

/// The command line of danaus-run, unparsed where a parser can fail.
struct RunSettings {
  std::string input, entry, device;
  CompileSettings compile;
  std::vector<std::string> args, outputs;
  std::optional<int64_t> rows;
  uint64_t seed = 0;
  bool check = false, verifyData = false, time = false, json = false;
  std::optional<double> tolerance;
  double referenceBudget = 4e9; ///< operations of the reference before rows are sampled
  int64_t repeat = 0;
  std::string emit, id;
  std::string batch; ///< file with one run a line: its --arg, --output and --id
};

/// Does what `settings` say: results on stdout, diagnostics on stderr. Returns
/// the exit status: 1 for any error and for a failed check.
int run(const RunSettings &settings, mlir::DialectRegistry &registry);

} // namespace danaus

#endif // DANAUS_DRIVER_RUN_H
