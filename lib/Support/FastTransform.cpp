//===- FastTransform.cpp - Small transforms as few additions, without IR -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/FastTransform.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include <numbers>

using namespace danaus;
using llvm::ArrayRef;
using llvm::SmallVector;

std::complex<double> danaus::unitRoot(int64_t k, int64_t n) {
  long double angle = -2 * std::numbers::pi_v<long double> * (k % n) / n;
  return {double(std::cos(angle)), double(std::sin(angle))};
}

unsigned FastTransform::append(const TransformStep &step) {
  steps.push_back(step);
  return numValues++;
}

//===----------------------------------------------------------------------===//
// Hadamard
//===----------------------------------------------------------------------===//

FastTransform FastTransform::hadamard(int64_t size) {
  FastTransform transform(size);
  Values values = llvm::to_vector(llvm::seq<unsigned>(0, size));
  for (int64_t half = size / 2; half >= 1; half /= 2)
    for (int64_t i = 0; i < size; ++i) {
      if (i & half)
        continue;
      unsigned low = values[i], high = values[i + half];
      values[i] = transform.append({TransformStep::Add, low, high});
      values[i + half] = transform.append({TransformStep::Subtract, low, high});
    }
  transform.outputs = values;
  return transform;
}

//===----------------------------------------------------------------------===//
// Fourier
//===----------------------------------------------------------------------===//

FastTransform FastTransform::dft(int64_t size) {
  FastTransform transform(size);
  transform.outputs = transform.dftOf(llvm::to_vector(llvm::seq<unsigned>(0, size)));
  return transform;
}

/// The factor to split off first: 4 where it is a proper one, else the least prime.
static int64_t firstFactor(int64_t size) {
  if (size % 4 == 0)
    return 4;
  for (int64_t factor = 2; factor * factor <= size; ++factor)
    if (size % factor == 0)
      return factor;
  return size;
}

/// Cooley and Tukey's split of size r s, with C = c s + d and B = b + r e:
///
///   y[b + r e] = sum_d exp(-2 pi i d e / s) (exp(-2 pi i d b / (r s)) sum_c exp(-2 pi i c b / r)
///   x[c s + d])
FastTransform::Values FastTransform::dftOf(Values x) {
  int64_t size = x.size(), r = firstFactor(size), s = size / r;
  if (size <= 1)
    return x;
  if (size == 4)
    return dftOfFour(x);
  if (r == size)
    return dftOfPrime(x);
  SmallVector<Values> columns(r); // by b, over d
  for (int64_t d = 0; d < s; ++d) {
    Values column;
    for (int64_t c = 0; c < r; ++c)
      column.push_back(x[c * s + d]);
    column = dftOf(column);
    for (int64_t b = 0; b < r; ++b) {
      unsigned value = column[b];
      if (b * d != 0)
        value = append({TransformStep::Multiply, value, 0, unitRoot(b * d, size)});
      columns[b].push_back(value);
    }
  }
  Values y(size);
  for (int64_t b = 0; b < r; ++b)
    for (auto [e, value] : llvm::enumerate(dftOf(columns[b])))
      y[b + r * e] = value;
  return y;
}

FastTransform::Values FastTransform::dftOfFour(const Values &x) {
  unsigned even = append({TransformStep::Add, x[0], x[2]});
  unsigned odd = append({TransformStep::Subtract, x[0], x[2]});
  unsigned sum = append({TransformStep::Add, x[1], x[3]});
  unsigned difference = append({TransformStep::Subtract, x[1], x[3]});
  unsigned y0 = append({TransformStep::Add, even, sum});
  unsigned y1 = append({TransformStep::SubTurned, odd, difference});
  unsigned y2 = append({TransformStep::Subtract, even, sum});
  unsigned y3 = append({TransformStep::AddTurned, odd, difference});
  return {y0, y1, y2, y3};
}

/// Of an odd prime p, values j and p - j share their cosines and, but for a sign,
/// their sines: with s = x[j] + x[p - j] and t = x[j] - x[p - j]
///
///   y[k], y[p - k] = (x[0] + sum_j cos(2 pi j k / p) s[j]) -, + i sum_j sin(2 pi j k / p) t[j]
FastTransform::Values FastTransform::dftOfPrime(const Values &x) {
  int64_t p = x.size();
  if (p == 2) {
    unsigned sum = append({TransformStep::Add, x[0], x[1]});
    unsigned difference = append({TransformStep::Subtract, x[0], x[1]});
    return {sum, difference};
  }
  Values sums, differences, y(p);
  unsigned total = x[0];
  for (int64_t j = 1; 2 * j < p; ++j) {
    sums.push_back(append({TransformStep::Add, x[j], x[p - j]}));
    differences.push_back(append({TransformStep::Subtract, x[j], x[p - j]}));
    total = append({TransformStep::Add, total, sums.back()});
  }
  y[0] = total;
  for (int64_t k = 1; 2 * k < p; ++k) {
    unsigned even = x[0], odd = 0;
    for (int64_t j = 1; 2 * j < p; ++j) {
      std::complex<double> root = unitRoot(j * k, p);
      even = append({TransformStep::MulAdd, even, sums[j - 1], root.real()});
      TransformStep first{TransformStep::Multiply, differences[j - 1], 0, -root.imag()};
      TransformStep next{TransformStep::MulAdd, odd, differences[j - 1], -root.imag()};
      odd = append(j == 1 ? first : next);
    }
    y[k] = append({TransformStep::SubTurned, even, odd});
    y[p - k] = append({TransformStep::AddTurned, even, odd});
  }
  return y;
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

static std::complex<double> evaluateStep(const TransformStep &step,
                                         ArrayRef<std::complex<double>> values) {
  constexpr std::complex<double> i(0, 1);
  std::complex<double> left = values[step.left], right = values[step.right];
  switch (step.kind) {
  case TransformStep::Add:
    return left + right;
  case TransformStep::Subtract:
    return left - right;
  case TransformStep::AddTurned:
    return left + i * right;
  case TransformStep::SubTurned:
    return left - i * right;
  case TransformStep::MulAdd:
    return left + step.factor.real() * right;
  case TransformStep::Multiply:
    return step.factor * left;
  }
  return 0;
}

SmallVector<std::complex<double>> FastTransform::evaluate(ArrayRef<std::complex<double>> x) const {
  SmallVector<std::complex<double>> values(x);
  for (const TransformStep &step : steps)
    values.push_back(evaluateStep(step, values));
  return llvm::map_to_vector(outputs, [&](unsigned value) { return values[value]; });
}
