//===- Tools.h - Entry points of the command-line tools -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_TOOLS_H
#define DANAUS_DRIVER_TOOLS_H

namespace danaus {

/// danaus-compile: compiles for a target into a file. Returns the exit status.
int compileMain(int argc, char **argv);

/// danaus-fuzz: random programs, compiled every way, against the reference; or
/// programs with random edits, which may not crash. Returns the exit status.
int fuzzMain(int argc, char **argv);

/// danaus-lsp-server: diagnostics, hovers and definitions for an editor, in the
/// language server protocol on the standard streams. Returns the exit status.
int lspServerMain(int argc, char **argv);

/// danaus-opt: runs passes on MLIR text. Returns the exit status.
int optMain(int argc, char **argv);

/// danaus-run: compiles, runs, checks and times one function. Returns the exit status.
int runMain(int argc, char **argv);

/// danaus-tune: lists the legal schedules of a layer with their features, or
/// prints the one that a model chooses. Returns the exit status.
int tuneMain(int argc, char **argv);

} // namespace danaus

#endif // DANAUS_DRIVER_TOOLS_H
