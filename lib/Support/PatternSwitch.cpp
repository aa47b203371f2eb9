//===- PatternSwitch.cpp - Patterns that a test can switch off ------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/PatternSwitch.h"
#include <cstdlib>

using namespace llvm;

StringRef danaus::unqualifiedClassName(StringRef typeName) {
  // The arguments of a template may be qualified themselves, so they go first.
  StringRef qualified = typeName.take_until([](char c) { return c == '<'; });
  size_t colon = qualified.rfind(':');
  return colon == StringRef::npos ? qualified : qualified.drop_front(colon + 1);
}

bool danaus::isPatternEnabled(StringRef typeName) {
  const char *disabled = std::getenv("DANAUS_DISABLE_PATTERN");
  return !disabled || unqualifiedClassName(typeName) != disabled;
}
