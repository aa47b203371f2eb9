//===- danaus.cpp - All tools in one executable -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One file holds every tool and runs the one that it is called as:
// `danaus-opt` (a link to it) or `danaus opt`.
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Tools.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using llvm::StringRef;

namespace {
struct Tool {
  StringRef name;
  int (*main)(int argc, char **argv);
};
} // namespace

static constexpr Tool tools[] = {
    {"compile", danaus::compileMain},
    {"fuzz", danaus::fuzzMain},
    {"lsp-server", danaus::lspServerMain},
    {"opt", danaus::optMain},
    {"run", danaus::runMain},
    {"tune", danaus::tuneMain},
};

static int usage() {
  llvm::errs() << "usage: danaus TOOL [arguments], where TOOL is one of:";
  for (const Tool &tool : tools)
    llvm::errs() << ' ' << tool.name;
  llvm::errs() << '\n';
  return 1;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  StringRef name = llvm::sys::path::stem(argv[0]);
  if (!name.consume_front("danaus-")) {
    if (argc < 2)
      return usage();
    name = argv[1];
    argv[1] = argv[0];
    ++argv, --argc;
  }
  for (const Tool &tool : tools)
    if (tool.name == name)
      return tool.main(argc, argv);
  return usage();
}
