//===- Stage.cpp - Kronecker-sparse stages, without IR --------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/Stage.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/ErrorHandling.h"

using namespace danaus;
using llvm::SmallVector;
using llvm::StringRef;

bool StagePattern::isValid() const {
  int64_t room = (int64_t(1) << 62) - 1; // what the product may still grow by
  for (int64_t extent : {a, b, c, d}) {
    if (extent < 1 || extent > room)
      return false;
    room /= extent;
  }
  return true;
}

static int64_t extentOf(const StagePattern &pattern, char dim) {
  switch (dim) {
  case 'a':
    return pattern.a;
  case 'b':
    return pattern.b;
  case 'c':
    return pattern.c;
  case 'd':
    return pattern.d;
  }
  llvm_unreachable("a weight order holds only letters of \"abcd\"");
}

SmallVector<int64_t> danaus::weightShape(const StagePattern &pattern, StringRef order) {
  return llvm::map_to_vector(order, [&](char dim) { return extentOf(pattern, dim); });
}

std::string danaus::checkWeightOrder(const StagePattern &pattern, StringRef order) {
  for (size_t i = 0; i < order.size(); ++i) {
    if (!StringRef("abcd").contains(order[i]))
      return std::string("letter '") + order[i] + "' is not one of 'abcd'";
    if (order.find(order[i], i + 1) != StringRef::npos)
      return std::string("letter '") + order[i] + "' occurs twice";
  }
  for (char dim : {'b', 'c'})
    if (!order.contains(dim) && extentOf(pattern, dim) != 1)
      return std::string("letter '") + dim + "' is missing";
  return "";
}
