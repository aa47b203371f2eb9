//===- Plugin.cpp - Danaus inside of a stock mlir-opt ---------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   mlir-opt --load-dialect-plugin=DanausPlugin.so --load-pass-plugin=DanausPlugin.so
//       --pass-pipeline='builtin.module(danaus-to-llvm)' layer.mlir
//
//===----------------------------------------------------------------------===//

#include "danaus/Pipelines/Registration.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

static void registerDialects(mlir::DialectRegistry *registry) {
  danaus::registerDanausDialects(*registry);
}

/// Dialects, for --load-dialect-plugin.
extern "C" mlir::DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "danaus", "0.1.0", registerDialects};
}

/// Passes and pipelines, for --load-pass-plugin.
extern "C" mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "danaus", "0.1.0", danaus::registerDanausPasses};
}
