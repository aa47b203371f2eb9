//===- Packing.cpp - Orders of packed weights, without IR -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/Packing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace danaus;
using llvm::SmallVector;
using llvm::StringRef;

SmallVector<int64_t> PackedLayout::shape() const {
  return llvm::map_to_vector(digits, [](const PackedDigit &digit) { return digit.extent; });
}

int64_t PackedLayout::numElements() const {
  int64_t count = 1;
  for (const PackedDigit &digit : digits)
    count *= digit.extent;
  return count;
}

int64_t danaus::groupBetween(const StagePattern &first, const StagePattern &second) {
  int64_t group = std::gcd(first.b, second.c * second.d);
  if (first.d != 1 || second.d == 1 || group % second.d != 0 || group == second.d)
    return 1;
  return group;
}

DigitPermutation danaus::groupedColumns(const StagePattern &pattern, int64_t group) {
  int64_t run = group / pattern.d; // values of c that are neighbors
  return *DigitPermutation::get({pattern.a * pattern.c / run, pattern.d, run}, {0, 2, 1});
}

std::optional<SmallVector<PackedDigit>> danaus::columnDigits(const StagePattern &pattern,
                                                             const DigitPermutation &permutation) {
  if (permutation.size() != pattern.inSize())
    return std::nullopt;
  DigitPermutation columns = permutation.simplified().inverse();
  auto cuts =
      mergeDigitCuts(digitCuts(columns.sizes()), digitCuts({pattern.a, pattern.c, pattern.d}));
  if (!cuts)
    return std::nullopt;
  columns = columns.refined(*cuts);
  SmallVector<PackedDigit> digits;
  for (const DigitPermutation::Digit &digit : columns.digits()) {
    int64_t stride = digit.sourceStride, ofA = pattern.c * pattern.d;
    if (stride < pattern.d)
      digits.push_back({'d', digit.size, stride});
    else if (stride < ofA)
      digits.push_back({'c', digit.size, stride / pattern.d});
    else
      digits.push_back({'a', digit.size, stride / ofA});
  }
  return digits;
}

bool danaus::sumsOneDigit(const StagePattern &pattern, const DigitPermutation &permutation) {
  auto digits = columnDigits(pattern, permutation);
  return digits && llvm::count_if(*digits, [](auto &digit) { return digit.dim == 'c'; }) <= 1;
}

int64_t danaus::valuesPerVector(int64_t d, int64_t lanes) {
  return d < lanes && lanes % d == 0 ? lanes / d : 1;
}

int64_t danaus::panelFor(const StagePattern &pattern, PackingKind kind, int64_t lanes,
                         int64_t most) {
  bool alongD = kind == PackingKind::PanelD || kind == PackingKind::ComplexD;
  int64_t perVector = alongD ? valuesPerVector(pattern.d, lanes) : lanes;
  int64_t vectors = llvm::divideCeil(pattern.b, perVector), best = 1;
  for (int64_t panel = 1; panel <= most; ++panel)
    if (llvm::alignTo(vectors, panel) <= llvm::alignTo(vectors, best))
      best = panel;
  return best;
}

/// `layout` with a digit for the parts of complex numbers before the last `inner`
/// digits, in place of one for the values of c in a lane.
static PackedLayout withParts(PackedLayout layout, size_t inner) {
  layout.digits.pop_back();
  layout.digits.insert(layout.digits.end() - inner, PackedDigit{'r', 2, 1});
  return layout;
}

/// The digits of the block dimensions, with `pattern` padded to whole digits.
static PackedLayout blockDigits(const StagePattern &pattern, const Packing &packing) {
  StagePattern padded = pattern;
  int64_t lanes = packing.lanes, panel = packing.panel, perLane = packing.perLane;
  auto pad = [](int64_t &extent, int64_t unit) { extent = llvm::alignTo(extent, unit); };
  switch (packing.kind) {
  case PackingKind::PanelB:
    pad(padded.b, lanes * panel);
    pad(padded.c, perLane);
    return {padded,
            {{'a', padded.a, 1},
             {'d', padded.d, 1},
             {'b', padded.b / (lanes * panel), lanes * panel},
             {'c', padded.c / perLane, perLane},
             {'b', lanes * panel, 1},
             {'c', perLane, 1}}};
  case PackingKind::PanelD: {
    int64_t values = valuesPerVector(pattern.d, lanes);
    pad(padded.b, panel * values);
    pad(padded.c, perLane);
    if (values > 1)
      return {padded,
              {{'a', padded.a, 1},
               {'d', 1, padded.d},
               {'b', padded.b / (panel * values), panel * values},
               {'c', padded.c / perLane, perLane},
               {'b', panel, values},
               {'b', values, 1},
               {'d', padded.d, 1},
               {'c', perLane, 1}}};
    pad(padded.d, lanes);
    return {padded,
            {{'a', padded.a, 1},
             {'d', padded.d / lanes, lanes},
             {'b', padded.b / panel, panel},
             {'c', padded.c / perLane, perLane},
             {'b', panel, 1},
             {'d', lanes, 1},
             {'c', perLane, 1}}};
  }
  case PackingKind::ComplexD: {
    Packing real = packing;
    real.kind = PackingKind::PanelD;
    real.perLane = 1;
    bool joinsB = valuesPerVector(pattern.d, lanes) > 1;
    return withParts(blockDigits(pattern, real), joinsB ? 2 : 1);
  }
  case PackingKind::MmaK16:
    pad(padded.b, 8);
    pad(padded.c, 16);
    return {padded,
            {{'a', padded.a, 1},
             {'d', padded.d, 1},
             {'b', padded.b / 8, 8},
             {'c', padded.c / 16, 16},
             {'b', 8, 1},
             {'c', 4, 2},
             {'c', 2, 8},
             {'c', 2, 1}}};
  case PackingKind::KMajor:
    pad(padded.c, lanes);
    return {padded,
            {{'a', padded.a, 1},
             {'d', padded.d, 1},
             {'b', padded.b, 1},
             {'c', lanes, 1},
             {'c', padded.c / lanes, lanes}}};
  case PackingKind::Vnni:
    pad(padded.b, 16 * panel);
    pad(padded.c, perLane);
    return {padded,
            {{'a', padded.a, 1},
             {'d', padded.d, 1},
             {'b', padded.b / 16, 16},
             {'c', padded.c / perLane, perLane},
             {'b', 16, 1},
             {'c', perLane, 1}}};
  case PackingKind::MmaK8:
    pad(padded.b, 8);
    pad(padded.c, 8);
    return {padded,
            {{'a', padded.a, 1},
             {'d', padded.d, 1},
             {'b', padded.b / 8, 8},
             {'c', padded.c / 8, 8},
             {'b', 8, 1},
             {'c', 4, 1},
             {'c', 2, 4}}};
  }
  llvm_unreachable("all packing kinds are handled");
}

PackedLayout danaus::packedLayout(const StagePattern &pattern, StringRef order,
                                  const Packing &packing) {
  PackedLayout layout = blockDigits(pattern, packing);
  auto isShared = [&](const PackedDigit &digit) {
    char dim = digit.dim == 'r' ? 'd' : digit.dim;
    return (dim == 'a' || dim == 'd') && !order.contains(dim);
  };
  llvm::erase_if(layout.digits, isShared);
  if (packing.kind == PackingKind::KMajor && packing.lanes == 1)
    layout.digits.erase(layout.digits.end() - 2);
  const PackedDigit &last = layout.digits.back();
  bool isOfLane = packing.kind == PackingKind::PanelB || packing.kind == PackingKind::PanelD;
  if (isOfLane && last.dim == 'c' && packing.perLane == 1)
    layout.digits.pop_back();
  return layout;
}
