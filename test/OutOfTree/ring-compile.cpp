//===- ring-compile.cpp - danaus-compile for a structure from outside -----===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ring-compile FILE HEADER -o OUTPUT: machine code for this CPU.
//
//===----------------------------------------------------------------------===//

#include "Ring.h"
#include "danaus/Driver/AheadOfTime.h"
#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  if (argc != 5 || llvm::StringRef(argv[3]) != "-o") {
    llvm::errs() << "usage: ring-compile FILE HEADER -o OUTPUT\n";
    return 1;
  }
  mlir::DialectRegistry registry;
  ring::registerDialects(registry);
  danaus::CompileFileSettings settings;
  settings.input = argv[1];
  settings.header = argv[2];
  settings.output = argv[4];
  return danaus::compileFile(settings, registry);
}
