//===- OptMain.cpp - danaus-opt -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Registration.h"
#include "danaus/Driver/Tools.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int danaus::optMain(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  registerPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Danaus optimizer driver\n", registry));
}
