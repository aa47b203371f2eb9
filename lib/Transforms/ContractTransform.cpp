//===- ContractTransform.cpp - The loops of a contract with a transform -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block of w that is a Fourier or Hadamard matrix of size r is not multiplied
// with: r vectors along d are read, multiplied by row 0 of w where that differs
// along d (the twiddles), taken through the steps of a FastTransform, all in
// registers, and stored:
//
//   for i, for A, for D step L
//     v[C] = x[i, A, C, D .. D + L] * w[0, C, D .. D + L]     C = 0 .. r - 1
//     v[r], v[r + 1], .. = steps
//     y[i, A, B, D .. D + L] = body(v[outputs[B]])            B = 0 .. r - 1
//
// One row is done before the next, so that r streams of x, of w and of y run
// through neighboring lines.
//
// The first stage of a Fourier transform has d = 1, and its C is the slowest digit
// of x. Lanes then run along the fastest digit of x, whose blocks are apart in y:
// vectors of one B are transposed into vectors along b before they are stored.
//
//===----------------------------------------------------------------------===//

#include "ContractVectorizer.h"
#include "danaus/Support/FastTransform.h"
#include "danaus/Transforms/KernelStages.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/SmallVectorExtras.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

ContractTransform::ContractTransform(ContractOp op) : ContractComplex(op) {}

/// What lanes along a digit of x need: outputs of one number are then apart, and
/// change places on the way to memory.
static std::string checkAcross(ContractOp op) {
  DigitsAttr digits = op.getXDigitsAttr();
  if (!digits || op.getYDigits() || op.getD() != 1 || op.getOrder() != "bc" ||
      op.getPacking().getPanel() != 1)
    return "wanted x_digits, d = 1, order \"bc\" and panel = 1 with packing panel_b";
  if (fastestDigitOfA(op.getPattern(), digits) % op.getPacking().getLanes() != 0)
    return "wanted the fastest digit of x to be one of a, in whole vectors";
  return "";
}

std::string ContractTransform::check(ContractOp op) {
  chain::PackingKind kind = op.getPacking().getKind();
  int64_t d = op.getD(), lanes = op.getPacking().getLanes();
  if (kind == chain::PackingKind::panel_b)
    return checkAcross(op);
  if (kind != chain::PackingKind::panel_d && kind != chain::PackingKind::complex_d)
    return "wanted packing panel_b, panel_d or complex_d, found " +
           stringifyPackingKind(kind).str();
  if (op.getPacking().getPanel() != 1 || valuesPerVector(d, lanes) != 1)
    return "wanted panels of one vector with one value of b, found lanes = " +
           std::to_string(lanes) + " for d = " + std::to_string(d);
  if (op.getXDigits() || op.getYDigits())
    return "wanted columns of x and y in their order";
  return "";
}

int64_t danaus::fastestDigitOfA(const StagePattern &pattern, DigitsAttr digits) {
  auto columns = columnDigits(pattern, *digits.getPermutation());
  return columns && !columns->empty() && columns->back().dim == 'a' ? columns->back().extent : 1;
}

void ContractTransform::run() {
  rows = memref::DimOp::create(b, op.getX(), 0);
  if (alongD)
    runAlongD();
  else
    runAcross();
}

SmallVector<Value> ContractTransform::transform(llvm::function_ref<Value(int64_t)> input) {
  FastTransform fast = *op.getTransform() == chain::Transform::dft
                           ? FastTransform::dft(op.getB())
                           : FastTransform::hadamard(op.getB());
  SmallVector<Value> values;
  for (int64_t c = 0; c < fast.size(); ++c)
    values.push_back(input(c));
  for (const TransformStep &step : fast.getSteps())
    values.push_back(vectorizeStep(step, values));
  return llvm::map_to_vector(fast.getOutputs(), [&](unsigned value) { return values[value]; });
}

//===----------------------------------------------------------------------===//
// Lanes along d
//===----------------------------------------------------------------------===//

void ContractTransform::runAlongD() {
  x = splitColumns(parts(op.getX()), pattern.c);
  weight = sharesD ? Value() : parts(op.getWeight());
  rowLoop(index(0), rows, 1, [&](Value row, int64_t) {
    loop(pattern.a, 1, [&](Value block) {
      indexA = block;
      loop(pattern.d, width, [&](Value d) {
        indexD = d;
        SmallVector<Value> outputs = transform([&](int64_t c) { return readInput(row, c); });
        for (auto [number, output] : llvm::enumerate(outputs))
          storeVector(output, row, index(number));
      });
    });
  });
}

/// x[row, A, C, D + lane] times its twiddles.
Value ContractTransform::readInput(Value row, int64_t c) {
  bool whole = pattern.d % width == 0;
  auto lanes = AffineMap::get(4, 0, b.getAffineDimExpr(3));
  Value value = extend(read(x, ValueRange{row, indexA, index(c), indexD}, {width}, lanes, {whole}));
  if (!weight)
    return value;
  if (partsPerNumber == 1)
    return arith::MulFOp::create(b, value, readTwiddle(c, 0));
  Value turned = arith::MulFOp::create(b, swapParts(value), readTwiddle(c, 1));
  return vector::FMAOp::create(b, value, readTwiddle(c, 0), turned);
}

/// Part r of w[0, C, D + lane], packed as (d / L, 1, c, 1, (r,) L).
Value ContractTransform::readTwiddle(int64_t c, int64_t r) {
  SmallVector<Value> indices{floorDiv(indexD, width), index(0), index(c), index(0)};
  if (partsPerNumber == 2)
    indices.push_back(index(r));
  indices.push_back(index(0));
  auto map = AffineMap::getMinorIdentityMap(indices.size(), 1, b.getContext());
  return extend(read(weight, indices, {width}, map, {true}));
}

Value ContractTransform::vectorizeStep(const TransformStep &step, ArrayRef<Value> values) {
  Value left = values[step.left], right = values[step.right];
  double re = step.factor.real(), im = step.factor.imag();
  switch (step.kind) {
  case TransformStep::Add:
    return arith::AddFOp::create(b, left, right);
  case TransformStep::Subtract:
    return arith::SubFOp::create(b, left, right);
  case TransformStep::AddTurned:
    return vector::FMAOp::create(b, swapParts(right), alternating(-1, 1), left);
  case TransformStep::SubTurned:
    return vector::FMAOp::create(b, swapParts(right), alternating(1, -1), left);
  case TransformStep::MulAdd:
    return vector::FMAOp::create(b, right, splat(re), left);
  case TransformStep::Multiply:
    if (im == 0)
      return arith::MulFOp::create(b, left, splat(re));
    Value turned = arith::MulFOp::create(b, swapParts(left), alternating(-im, im));
    return vector::FMAOp::create(b, left, splat(re), turned);
  }
  llvm_unreachable("all kinds of steps are handled");
}

//===----------------------------------------------------------------------===//
// Lanes along the fastest digit of x
//===----------------------------------------------------------------------===//

void ContractTransform::runAcross() {
  viewDigits(/*joinsParts=*/true);
  lastStep = width / partsPerNumber;
  rowLoop(index(0), rows, 1, [&](Value row, int64_t) {
    forEachBlock(0, [&] {
      SmallVector<Value> outputs = transform([&](int64_t c) { return readAcross(row, c); });
      storeAcross(outputs, row);
    });
  });
}

/// x[row, .., C, .., F + lane]
Value ContractTransform::readAcross(Value row, int64_t c) {
  SmallVector<Value> indices{row};
  for (auto [digit, place] : llvm::zip_equal(digits, xIndices))
    indices.push_back(digit.dim == 'c' ? index(c) : place);
  indices.back() = affine::AffineApplyOp::create(
      b, AffineMap::get(1, 0, b.getAffineDimExpr(0) * partsPerNumber), ValueRange{indices.back()});
  auto map = AffineMap::getMinorIdentityMap(indices.size(), 1, b.getContext());
  return read(x, indices, {width}, map, {true});
}

/// Vectors of one B and L neighbors F become vectors of one F and L values of B.
void ContractTransform::storeAcross(ArrayRef<Value> outputs, Value row) {
  int64_t lanes = width / partsPerNumber, size = outputs.size();
  Value first = indexA;
  for (int64_t start = 0; start < size; start += lanes) {
    SmallVector<Value> vectors(outputs.slice(start, std::min(lanes, size - start)));
    vectors.resize(lanes, outputs[start]); // stored nowhere
    transposeNumbers(vectors);
    for (int64_t lane = 0; lane < lanes; ++lane) {
      indexA = add(first, lane * digits.back().stride);
      storeVector(vectors[lane], row, index(start * partsPerNumber));
    }
  }
}

/// L vectors of L numbers, transposed: in each of log2(L) rounds, vectors h apart
/// exchange the numbers whose places differ in the bit h.
void ContractTransform::transposeNumbers(MutableArrayRef<Value> vectors) {
  int64_t lanes = vectors.size();
  for (int64_t h = lanes / 2; h >= 1; h /= 2)
    for (int64_t i = 0; i < lanes; ++i) {
      if (i & h)
        continue;
      SmallVector<int64_t> low, high;
      for (int64_t lane = 0; lane < width; ++lane) {
        bool isUpper = lane / partsPerNumber & h;
        int64_t distance = h * partsPerNumber;
        low.push_back(isUpper ? width + lane - distance : lane);
        high.push_back(isUpper ? width + lane : lane + distance);
      }
      Value left = vectors[i], right = vectors[i + h];
      vectors[i] = vector::ShuffleOp::create(b, left, right, low);
      vectors[i + h] = vector::ShuffleOp::create(b, left, right, high);
    }
}
