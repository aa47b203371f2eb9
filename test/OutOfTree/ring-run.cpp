//===- ring-run.cpp - danaus-run for a structure from outside -------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ring-run FILE ENTRY PIPELINE ROWS [PASSES]: compiles, runs, and compares with
// the reference interpreter, as danaus-run --check does.
//
//===----------------------------------------------------------------------===//

#include "Ring.h"
#include "danaus/Driver/Run.h"
#include "mlir/Dialect/Linalg/TransformOps/DialectExtension.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Transform/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  if (argc < 5) {
    llvm::errs() << "usage: ring-run FILE ENTRY PIPELINE|sim ROWS [PASSES]\n";
    return 1;
  }
  mlir::DialectRegistry registry;
  ring::registerDialects(registry);
  mlir::linalg::registerTransformDialectExtension(registry);
  ring::registerPasses();
  mlir::registerTransformsPasses();
  mlir::transform::registerTransformPasses();
  mlir::memref::registerMemRefPasses();
  danaus::RunSettings settings;
  settings.input = argv[1];
  settings.entry = argv[2];
  // A simulated GPU takes the optimized pipeline.
  bool simulates = llvm::StringRef(argv[3]) == "sim";
  settings.device = simulates ? "sim" : "cpu";
  settings.compile.pipeline = simulates ? "optimized" : argv[3];
  settings.compile.passes = argc > 5 ? argv[5] : "";
  settings.rows = std::atoll(argv[4]);
  settings.check = true;
  return danaus::run(settings, registry);
}
