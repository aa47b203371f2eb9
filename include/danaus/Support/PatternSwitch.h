//===- PatternSwitch.h - Patterns that a test can switch off ----*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A hook for tools/dev/mutate, which asks of each rewrite pattern whether a
// test notices that it is gone: DANAUS_DISABLE_PATTERN names the one class to
// leave out. Nothing else reads or sets the variable.
//
//   DANAUS_DISABLE_PATTERN=StageToGeneric danaus-opt --convert-chain-to-linalg
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SUPPORT_PATTERNSWITCH_H
#define DANAUS_SUPPORT_PATTERNSWITCH_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/TypeName.h"

namespace danaus {

/// The name of a class without namespaces and template arguments, such as
/// LowerAlloc for "(anonymous namespace)::LowerAlloc<mlir::gpu::AllocOp>".
llvm::StringRef unqualifiedClassName(llvm::StringRef typeName);

/// Whether the pattern class of that (qualified) name is to be added: unless
/// the environment variable DANAUS_DISABLE_PATTERN is its unqualified name.
bool isPatternEnabled(llvm::StringRef typeName);

/// patterns.add<Patterns...>(args...), less the pattern that is switched off.
/// `PatternSet` is mlir::RewritePatternSet, which this layer does not include.
template <typename... Patterns, typename PatternSet, typename... Args>
void addPatterns(PatternSet &patterns, Args &&...args) {
  auto add = [&]<typename Pattern>() {
    if (isPatternEnabled(llvm::getTypeName<Pattern>()))
      patterns.template add<Pattern>(args...);
  };
  (add.template operator()<Patterns>(), ...);
}

} // namespace danaus

#endif // DANAUS_SUPPORT_PATTERNSWITCH_H
