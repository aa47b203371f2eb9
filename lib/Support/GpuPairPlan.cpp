//===- GpuPairPlan.cpp - Two products of warpgroups in one launch -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/GpuGemmPlan.h"
#include "danaus/Support/Packing.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace danaus;
using llvm::alignTo;
using llvm::ArrayRef;
using llvm::formatv;

namespace {
/// Registers of a thread for sums of both products and left operands, of the 232 it has.
constexpr int64_t maxHeld = 192;

/// How the values of D of a pair are dealt to tiles.
struct Deal {
  int64_t blocks = 1, apart = 1, columns = 16;
};
} // namespace

/// All of D side by side where a lane then stores neighbors of y; else as many as the
/// panel has sums for, each with a whole block of columns if it can.
static Deal dealDigits(const StageDescriptor &second, int64_t panel) {
  bool isSplit = second.inner > 0;
  int64_t d = isSplit ? second.pattern.a : second.pattern.d;
  int64_t whole = alignTo(second.pattern.b, 16);
  if (!isSplit && fitSideBySide(d, panel))
    return {d, 1, std::min(panel / d, whole)};
  Deal deal{1, 1, std::min(panel, whole)};
  while (2 * deal.apart * deal.columns <= panel && d % (2 * deal.apart) == 0)
    deal.apart *= 2;
  return deal;
}

static FirstProduct planFirst(const StageDescriptor &first, const StageDescriptor &second,
                              const Deal &deal) {
  FirstProduct product;
  product.pattern = first.pattern;
  product.isSplit = second.inner > 0;
  product.digits = product.isSplit ? second.pattern.a : second.pattern.d;
  product.together = first.pattern.b / product.digits;
  product.columns = deal.blocks * deal.apart * product.together;
  product.atOnce = std::max<int64_t>(1, 16 / std::max<int64_t>(1, product.together));
  product.sharesA = first.order.find('a') == std::string::npos;
  return product;
}

void danaus::planPair(GemmPlan &plan, const StageDescriptor &first, const StageDescriptor &second,
                      const Schedule &schedule) {
  Deal deal = dealDigits(second, schedule.panel);
  plan.blocks = deal.blocks;
  plan.apart = deal.apart;
  plan.columns = deal.columns;
  plan.first = planFirst(first, second, deal);
}

/// Whether each block of the first stage has columns for all values of D, and each sum of the
/// second stage takes whole blocks.
static bool meet(const StageDescriptor &first, const StageDescriptor &second) {
  const StagePattern &left = first.pattern, &right = second.pattern;
  if (left.d != 1)
    return false;
  if (second.inner > 0)
    return right.d == 1 && left.b == right.a * second.inner;
  return right.c * right.d % left.b == 0 && (right.d == 1 || groupBetween(left, right) == left.b);
}

void danaus::checkPair(ArrayRef<StageDescriptor> stages, size_t index, const Schedule &schedule,
                       BrokenConstraints &broken) {
  const StageDescriptor &first = stages[index - 1], &second = stages[index];
  auto wanted = [&](const std::string &text) {
    broken.push_back(formatv("pair of stages {0} and {1}: wanted {2}", index - 1, index, text));
  };
  if (schedule.rows != 16 * schedule.warps)
    return wanted(
        formatv("{0} rows, 64 a warpgroup, found {1}", 16 * schedule.warps, schedule.rows));
  if (!meet(first, second))
    return wanted(formatv("blocks of {0} columns, some for each d of the second", first.pattern.b));
  Deal deal = dealDigits(second, schedule.panel);
  FirstProduct product = planFirst(first, second, deal);
  if (!llvm::isPowerOf2_64(product.together) || product.together < 4 || product.together > 64)
    return wanted(
        formatv("4, 8, 16, 32 or 64 columns of a block for one D, found {0}", product.together));
  if (second.pattern.c % gemmStepDepth != 0)
    return wanted(formatv("c of the second to be a multiple of {0}, found {1}", gemmStepDepth,
                          second.pattern.c));
  int64_t digits = deal.blocks * deal.apart;
  if (product.together == 4 && digits % 2 != 0)
    return wanted(formatv("an even number of values of D in a tile, found {0}", digits));
  if (product.columns > 256)
    return wanted(formatv("at most 256 columns of the first, found {0}", product.columns));
  int64_t held = digits * deal.columns / 2 + product.atOnce * product.columns / 2 +
                 digits * product.termsAtOnce() / 4;
  if (held > maxHeld)
    wanted(formatv("at most {0} registers for sums, found {1}", maxHeld, held));
}
