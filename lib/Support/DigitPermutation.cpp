//===- DigitPermutation.cpp - Mixed-radix digit permutations ----*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/DigitPermutation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include <cassert>

using namespace danaus;
using llvm::ArrayRef;
using llvm::SmallVector;

/// What a step of each digit is worth: the product of the sizes after it.
static SmallVector<int64_t> stridesOf(ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> strides(sizes.size(), 1);
  for (size_t i = sizes.size(); i-- > 1;)
    strides[i - 1] = strides[i] * sizes[i];
  return strides;
}

static SmallVector<unsigned> invert(ArrayRef<unsigned> order) {
  SmallVector<unsigned> inverse(order.size());
  for (auto [position, digit] : llvm::enumerate(order))
    inverse[digit] = position;
  return inverse;
}

//===----------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------===//

DigitPermutation DigitPermutation::identity(int64_t size) {
  assert(size >= 1 && "a permutation of no index");
  DigitPermutation result;
  result.inputSizes = {size};
  result.digitOrder = {0};
  return result;
}

std::optional<DigitPermutation> DigitPermutation::get(ArrayRef<int64_t> sizes,
                                                      ArrayRef<unsigned> order) {
  if (sizes.size() != order.size())
    return std::nullopt;
  int64_t room = int64_t(1) << 62; // what the product may still grow by
  for (int64_t size : sizes) {
    if (size < 1 || size > room)
      return std::nullopt;
    room /= size;
  }
  SmallVector<bool> seen(order.size(), false);
  for (unsigned digit : order) {
    if (digit >= seen.size() || seen[digit])
      return std::nullopt;
    seen[digit] = true;
  }
  DigitPermutation result;
  result.inputSizes.assign(sizes.begin(), sizes.end());
  result.digitOrder.assign(order.begin(), order.end());
  return result;
}

std::optional<DigitPermutation> DigitPermutation::fromNumbers(ArrayRef<int64_t> sizes,
                                                              ArrayRef<int64_t> order) {
  SmallVector<unsigned> digits;
  for (int64_t digit : order) {
    if (digit < 0 || digit >= int64_t(sizes.size()))
      return std::nullopt;
    digits.push_back(digit);
  }
  return get(sizes, digits);
}

std::optional<DigitPermutation> DigitPermutation::stridePermutation(int64_t size, int64_t stride) {
  if (size < 1 || stride < 1 || size % stride != 0)
    return std::nullopt;
  return get({size / stride, stride}, {1, 0});
}

std::optional<DigitPermutation> DigitPermutation::digitReversal(ArrayRef<int64_t> sizes) {
  return get(sizes, llvm::to_vector(llvm::reverse(llvm::seq<unsigned>(0, sizes.size()))));
}

DigitPermutation DigitPermutation::bitReversal(unsigned bits) {
  assert(bits <= 62 && "an index has at most 62 bits");
  return *digitReversal(SmallVector<int64_t>(bits, 2));
}

/// The fastest digit of `table`, read at steps of `step` of y: its stride in x
/// and the longest run that keeps it. A longer run than a digit of the
/// simplified form cannot be: the next digit would have merged with it.
static DigitPermutation::Digit readDigit(ArrayRef<int64_t> table, int64_t step) {
  int64_t sourceStride = table[step], length = 1, count = table.size() / step;
  while (length < count && table[length * step] == length * sourceStride)
    ++length;
  return {length, step, sourceStride};
}

/// The permutation that has `digits`, fastest first, if their strides in x are
/// those of a mixed radix.
static std::optional<DigitPermutation> fromDigits(ArrayRef<DigitPermutation::Digit> digits) {
  SmallVector<unsigned> bySource = llvm::to_vector(llvm::seq<unsigned>(0, digits.size()));
  llvm::sort(bySource, [&](unsigned left, unsigned right) {
    return digits[left].sourceStride > digits[right].sourceStride;
  });
  SmallVector<int64_t> sizes =
      llvm::map_to_vector(bySource, [&](unsigned digit) { return digits[digit].size; });
  for (auto [digit, stride] : llvm::zip_equal(bySource, stridesOf(sizes)))
    if (digits[digit].sourceStride != stride)
      return std::nullopt;
  SmallVector<unsigned> position = invert(bySource); // of each digit in x
  return DigitPermutation::get(sizes, llvm::to_vector(llvm::reverse(position)));
}

std::optional<DigitPermutation> DigitPermutation::detect(ArrayRef<int64_t> table) {
  int64_t size = table.size();
  auto isIndex = [&](int64_t value) { return 0 <= value && value < size; };
  if (size == 0 || table[0] != 0 || !llvm::all_of(table, isIndex))
    return std::nullopt;
  SmallVector<Digit> digits; // fastest first
  for (int64_t step = 1; step < size;) {
    Digit digit = readDigit(table, step);
    if (digit.size < 2 || digit.sourceStride < 1 || size % (step * digit.size) != 0)
      return std::nullopt;
    digits.push_back(digit);
    step *= digit.size;
  }
  std::optional<DigitPermutation> candidate = fromDigits(digits);
  if (!candidate || candidate->size() != size)
    return std::nullopt;
  for (int64_t i = 0; i < size; ++i)
    if (candidate->apply(i) != table[i])
      return std::nullopt;
  return candidate;
}

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

int64_t DigitPermutation::size() const {
  int64_t product = 1;
  for (int64_t size : inputSizes)
    product *= size;
  return product;
}

SmallVector<int64_t> DigitPermutation::outputSizes() const {
  return llvm::map_to_vector(digitOrder, [&](unsigned digit) { return inputSizes[digit]; });
}

int64_t DigitPermutation::apply(int64_t i) const {
  SmallVector<int64_t> strides = stridesOf(inputSizes);
  int64_t source = 0;
  for (unsigned digit : llvm::reverse(digitOrder)) {
    source += i % inputSizes[digit] * strides[digit];
    i /= inputSizes[digit];
  }
  return source;
}

SmallVector<int64_t> DigitPermutation::table() const {
  return llvm::map_to_vector(llvm::seq<int64_t>(0, size()), [&](int64_t i) { return apply(i); });
}

SmallVector<DigitPermutation::Digit> DigitPermutation::digits() const {
  SmallVector<int64_t> sourceStrides = stridesOf(inputSizes), strides = stridesOf(outputSizes());
  SmallVector<Digit> result;
  for (auto [digit, stride] : llvm::zip_equal(digitOrder, strides))
    result.push_back({inputSizes[digit], stride, sourceStrides[digit]});
  return result;
}

//===----------------------------------------------------------------------===//
// Algebra
//===----------------------------------------------------------------------===//

DigitPermutation DigitPermutation::inverse() const {
  DigitPermutation result;
  result.inputSizes = outputSizes();
  result.digitOrder = invert(digitOrder);
  return result;
}

SmallVector<int64_t> danaus::digitCuts(ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> cuts{1};
  for (int64_t size : llvm::reverse(sizes))
    if (size > 1)
      cuts.push_back(cuts.back() * size);
  return cuts;
}

std::optional<SmallVector<int64_t>> danaus::mergeDigitCuts(ArrayRef<int64_t> left,
                                                           ArrayRef<int64_t> right) {
  SmallVector<int64_t> cuts(left);
  cuts.append(right.begin(), right.end());
  llvm::sort(cuts);
  cuts.erase(llvm::unique(cuts), cuts.end());
  for (size_t i = 1; i < cuts.size(); ++i)
    if (cuts[i] % cuts[i - 1] != 0)
      return std::nullopt;
  return cuts;
}

/// (12, ..) cut at 4 -> (3, 4, ..)
DigitPermutation DigitPermutation::refined(ArrayRef<int64_t> cuts) const {
  SmallVector<int64_t> strides = stridesOf(inputSizes);
  SmallVector<SmallVector<int64_t>> parts(strides.size()); // of each digit, slowest first
  SmallVector<unsigned> firstPart;
  SmallVector<int64_t> sizes;
  for (auto [digit, size] : llvm::enumerate(inputSizes)) {
    firstPart.push_back(sizes.size());
    for (size_t i = cuts.size(); i-- > 1;)
      if (cuts[i] > strides[digit] && cuts[i] <= strides[digit] * size)
        parts[digit].push_back(cuts[i] / cuts[i - 1]);
    llvm::append_range(sizes, parts[digit]);
  }
  SmallVector<unsigned> order;
  for (unsigned digit : digitOrder)
    for (unsigned part = 0; part < parts[digit].size(); ++part)
      order.push_back(firstPart[digit] + part);
  return *get(sizes, order);
}

std::optional<DigitPermutation> DigitPermutation::then(const DigitPermutation &second) const {
  if (size() != second.size())
    return std::nullopt;
  // The middle is the input of both the inverse of this one and `second`.
  DigitPermutation backward = simplified().inverse(), forward = second.simplified();
  std::optional<SmallVector<int64_t>> cuts =
      mergeDigitCuts(digitCuts(backward.inputSizes), digitCuts(forward.inputSizes));
  if (!cuts)
    return std::nullopt;
  DigitPermutation fromX = backward.refined(*cuts).inverse(), toZ = forward.refined(*cuts);

  // z's digit j is the middle's digit toZ(j), which is x's digit fromX(toZ(j)).
  DigitPermutation result;
  result.inputSizes = fromX.inputSizes;
  for (unsigned middle : toZ.digitOrder)
    result.digitOrder.push_back(fromX.digitOrder[middle]);
  return result.simplified();
}

DigitPermutation DigitPermutation::simplified() const {
  // Without digits of size 1, numbered anew.
  SmallVector<int64_t> sizes;
  SmallVector<unsigned> newNumber;
  for (int64_t size : inputSizes) {
    newNumber.push_back(sizes.size());
    if (size > 1)
      sizes.push_back(size);
  }
  SmallVector<unsigned> order;
  for (unsigned digit : digitOrder)
    if (inputSizes[digit] > 1)
      order.push_back(newNumber[digit]);

  // A digit merges into the one before it in x if that is before it in y.
  SmallVector<unsigned> position = invert(order), merged(sizes.size());
  DigitPermutation result;
  for (unsigned digit = 0; digit < sizes.size(); ++digit) {
    if (digit > 0 && position[digit] == position[digit - 1] + 1)
      result.inputSizes.back() *= sizes[digit];
    else
      result.inputSizes.push_back(sizes[digit]);
    merged[digit] = result.inputSizes.size() - 1;
  }
  for (unsigned digit : order)
    if (result.digitOrder.empty() || result.digitOrder.back() != merged[digit])
      result.digitOrder.push_back(merged[digit]);
  return result;
}

void DigitPermutation::print(llvm::raw_ostream &os) const {
  os << "digits (";
  llvm::interleaveComma(inputSizes, os);
  os << ") order (";
  llvm::interleaveComma(digitOrder, os);
  os << ")";
}

llvm::raw_ostream &danaus::operator<<(llvm::raw_ostream &os, const DigitPermutation &permutation) {
  permutation.print(os);
  return os;
}
