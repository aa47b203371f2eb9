//===- LspServerMain.cpp - danaus-lsp-server ------------------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Registration.h"
#include "danaus/Driver/Tools.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int danaus::lspServerMain(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
