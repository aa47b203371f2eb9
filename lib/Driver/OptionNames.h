//===- OptionNames.h - Names that LLVM has taken ----------------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_DRIVER_OPTIONNAMES_H
#define DANAUS_LIB_DRIVER_OPTIONNAMES_H

#include "llvm/Support/CommandLine.h"

namespace danaus {

/// Libraries of LLVM register options for their own tools, --threads among them,
/// and a second one of that name ends the process. A member of this type before
/// a tool's options takes the name back.
struct FreeOptionName {
  explicit FreeOptionName(llvm::StringRef name) {
    auto &options = llvm::cl::getRegisteredOptions();
    if (auto option = options.find(name); option != options.end())
      option->second->removeArgument();
  }
};

} // namespace danaus

#endif // DANAUS_LIB_DRIVER_OPTIONNAMES_H
