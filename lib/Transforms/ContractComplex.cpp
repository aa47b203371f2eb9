//===- ContractComplex.cpp - The loops of a contract of complex numbers -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A vector cannot hold complex numbers, so their parts lie in it side by side, as
// they do in memory (chain.real_view). With w x = re(w) x + im(w) (i x) each sum
// is two, r = 0 and 1, which only meet when the sum is complete:
//
//   lanes along b (panel_b)                  lanes along d (complex_d)
//   acc[R][r][V] += part r of x[R] * w[V]    acc[R][P][r][L] += x[R][L] * part r of w[P][L]
//
//   y = acc[0] + (-, +, -, +, ..) * neighbors swapped(acc[1])
//
// Along b a part of x is a number in all lanes, and the digits of x may lie in any
// order (x_digits). Along d a part of w stands in both lanes of its number: the
// packing has it twice, unless all d share w and it is a number in all lanes.
// Nothing is shuffled inside the sum, and all of it is a real contraction: the
// loops are those of ContractVectorizer with twice as many lanes.
//
//===----------------------------------------------------------------------===//

#include "ContractVectorizer.h"
#include "danaus/Transforms/KernelStages.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

/// The pattern of the outputs' parts: of the dimension that lanes run along.
static StagePattern patternOfParts(ContractOp op) {
  StagePattern pattern = op.getPattern();
  bool alongD = op.getPacking().getKind() == chain::PackingKind::complex_d;
  if (isa<ComplexType>(cast<ShapedType>(op.getX().getType()).getElementType()))
    (alongD ? pattern.d : pattern.b) *= 2;
  return pattern;
}

ContractComplex::ContractComplex(ContractOp op)
    : ContractVectorizer(op, patternOfParts(op),
                         op.getPacking().getKind() != chain::PackingKind::panel_b,
                         /*width=*/op.getPacking().getLanes()),
      sharesD(!op.getOrder().contains('d')) {
  if (auto complex = dyn_cast<ComplexType>(accumulator)) {
    accumulator = complex.getElementType();
    partsPerNumber = 2;
  }
  packing.lanes *= partsPerNumber;
  perVector = alongD ? valuesPerVector(pattern.d, packing.lanes) : 1;
  width = lanes = alongD ? packing.lanes : packing.lanes * packing.panel;
  unrollC = pattern.c % 2 == 0 ? 2 : 1;
}

void ContractComplex::run() {
  weight = viewWeight();
  rows = memref::DimOp::create(b, op.getX(), 0);
  if (!alongD)
    return runOverDigits();
  x = splitColumns(parts(op.getX()), pattern.c);
  if (copiesX())
    xBlock = allocateScratch({blockRows, pattern.c, width}, accumulator);
  loop(pattern.a, 1, [&](Value block) {
    indexA = block;
    runAlongD();
  });
}

//===----------------------------------------------------------------------===//
// Digits of x
//===----------------------------------------------------------------------===//

std::string ContractComplex::checkDigits(ContractOp op) {
  DigitsAttr digits = op.getXDigitsAttr();
  bool isOne = !digits || sumsOneDigit(op.getPattern(), *digits.getPermutation());
  return isOne ? "" : "wanted c to be one digit";
}

/// body() for every A and D, in the order in which x lies in memory, so that a
/// line of it is read while it is near.
void ContractComplex::forEachBlock(size_t digit, llvm::function_ref<void()> body) {
  if (digit == digits.size()) {
    auto join = [&](char dimension) -> Value {
      AffineExpr sum = b.getAffineConstantExpr(0);
      SmallVector<Value> values;
      for (auto [place, part] : llvm::enumerate(digits))
        if (part.dim == dimension) {
          sum = sum + b.getAffineDimExpr(values.size()) * part.stride;
          values.push_back(xIndices[place]);
        }
      return affine::AffineApplyOp::create(b, AffineMap::get(values.size(), 0, sum), values);
    };
    indexA = join('a');
    indexD = join('d');
    return body();
  }
  if (digits[digit].dim == 'c') {
    xIndices[digit] = Value();
    return forEachBlock(digit + 1, body);
  }
  loop(digits[digit].extent, digit + 1 == digits.size() ? lastStep : 1, [&](Value value) {
    xIndices[digit] = value;
    forEachBlock(digit + 1, body);
  });
}

/// x with one dimension for each digit of its columns, and one for the parts, or
/// none where the last digit counts them.
void ContractComplex::viewDigits(bool joinsParts) {
  digits = *op.getColumnDigits();
  SmallVector<int64_t> sizes;
  for (const PackedDigit &digit : digits)
    sizes.push_back(digit.extent);
  if (joinsParts)
    sizes.back() *= partsPerNumber;
  else
    sizes.push_back(partsPerNumber);
  x = splitColumns(parts(op.getX()), sizes);
  xIndices.resize(digits.size());
}

void ContractComplex::runOverDigits() {
  viewDigits();
  forEachBlock(0, [&] {
    loop(pattern.b, width, [&](Value start) {
      rowLoops([&](Value row, int64_t count) { microKernel(row, count, start); });
    });
  });
}

//===----------------------------------------------------------------------===//
// What a sum reads
//===----------------------------------------------------------------------===//

/// The parts of the packed weight, the digits of one vector as one dimension; where
/// all d share it, the parts as a dimension.
Value ContractComplex::viewWeight() {
  Value view = parts(op.getWeight());
  auto type = cast<MemRefType>(view.getType());
  int64_t last = type.getRank() - 1;
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i <= last; ++i)
    groups.push_back({i});
  if (!alongD || (!sharesD && perVector == 1))
    return view;
  if (!sharesD) { // (.., b % m, 2 d)
    groups.pop_back();
    groups.back().push_back(last);
    return memref::CollapseShapeOp::create(b, view, groups);
  }
  SmallVector<int64_t> shape(type.getShape());
  shape.back() /= 2;
  shape.push_back(2);
  groups.back().push_back(last + 1);
  return memref::ExpandShapeOp::create(b, shape, view, groups);
}

/// Part r of x[row + i, C + k] as (i, k, r).
Value ContractComplex::readParts(Value row, int64_t count, Value c) {
  SmallVector<Value> indices{row};
  unsigned positionOfC = 0;
  for (auto [place, index] : llvm::enumerate(xIndices)) {
    bool isSummed = digits[place].dim == 'c';
    positionOfC = isSummed ? place + 1 : positionOfC;
    indices.push_back(isSummed ? c : index);
  }
  indices.push_back(index(0));
  auto dim = [&](unsigned i) { return b.getAffineDimExpr(i); };
  // A sum of one term may have no digit C.
  AffineExpr k = positionOfC ? dim(positionOfC) : b.getAffineConstantExpr(0);
  auto map =
      AffineMap::get(indices.size(), 0, {dim(0), k, dim(indices.size() - 1)}, b.getContext());
  return read(x, indices, {count, unrollC, partsPerNumber}, map, {true, true, true});
}

/// Along b: the parts of w[b + .., C + k] as (k, lane).
Value ContractComplex::readPanel(Value start, Value c) {
  SmallVector<Value> indices = panelIndices(start);
  indices.append({c, index(0)});
  auto map = AffineMap::getMinorIdentityMap(indices.size(), 2, b.getContext());
  return read(weight, indices, {unrollC, width}, map, {true, true});
}

/// Along d: part r of w[b + p, C + k] as (k, p, r, lane), or without lanes.
Value ContractComplex::readWeightParts(Value start, Value c) {
  SmallVector<Value> indices = panelIndices(start);
  indices.append({c, index(0), index(0)});
  SmallVector<int64_t> shape{unrollC, packing.panel, partsPerNumber};
  if (!sharesD)
    shape.push_back(width);
  if (sharesD && perVector > 1)
    shape = {unrollC, packing.panel, perVector, partsPerNumber};
  if (shape.size() == 4)
    indices.push_back(index(0));
  auto map = AffineMap::getMinorIdentityMap(indices.size(), shape.size(), b.getContext());
  Value vector = read(weight, indices, shape, map, SmallVector<bool>(shape.size(), true));
  return sharesD && perVector > 1 ? repeatValues(vector) : vector;
}

/// (k, p, m, r)  ->  (k, p, r, lane), each of m values for all of its d.
Value ContractComplex::repeatValues(Value vector) {
  SmallVector<int64_t> shape{pattern.d, unrollC, packing.panel, perVector, partsPerNumber};
  Value repeated = vector::BroadcastOp::create(b, vectorOf(shape, accumulator), vector);
  Value ordered = vector::TransposeOp::create(b, repeated, ArrayRef<int64_t>{1, 2, 4, 3, 0});
  return vector::ShapeCastOp::create(
      b, vectorOf({unrollC, packing.panel, partsPerNumber, width}, accumulator), ordered);
}

//===----------------------------------------------------------------------===//
// The register block
//===----------------------------------------------------------------------===//

Value ContractComplex::multiplyAdd(Value row, int64_t count, Value start, Value c, Value sum) {
  if (!alongD) // loops: row, r, lane, k
    return contraction({readParts(row, count, c), {0, 3, 1}}, {readPanel(start, c), {3, 2}},
                       {sum, {0, 1, 2}}, 4);
  // Loops: row, p, r, lane, k; the factor with lanes is the right one.
  Value factor = readX(row, count, c), parts = readWeightParts(start, c);
  if (sharesD && perVector == 1)
    return contraction({parts, {4, 1, 2}}, {factor, {0, 4, 3}}, {sum, {0, 1, 2, 3}}, 5);
  return contraction({factor, {0, 4, 3}}, {parts, {4, 1, 2, 3}}, {sum, {0, 1, 2, 3}}, 5);
}

void ContractComplex::microKernel(Value row, int64_t count, Value start) {
  SmallVector<int64_t> shape{count, partsPerNumber, width};
  if (alongD)
    shape.insert(shape.begin() + 1, packing.panel);
  Value sum = arith::ConstantOp::create(b, b.getZeroAttr(vectorOf(shape, accumulator)));
  sum = carry(pattern.c, unrollC, sum,
              [&](Value c, Value partial) { return multiplyAdd(row, count, start, c, partial); });
  for (int64_t r = 0; r < count; ++r) {
    Value rowIndex = add(row, r);
    if (!alongD) {
      storeVector(joinParts(sum, {r}), rowIndex, start);
      continue;
    }
    for (int64_t p = 0; p < packing.panel; ++p)
      storeGuarded(joinParts(sum, {r, p}), rowIndex, add(start, p * perVector));
  }
}

/// sums[.., 0] + (-, +, ..) * neighbors swapped(sums[.., 1])
Value ContractComplex::joinParts(Value sums, SmallVector<int64_t> position) {
  position.push_back(0);
  Value straight = vector::ExtractOp::create(b, sums, position);
  position.back() = 1;
  Value crossed = vector::ExtractOp::create(b, sums, position);
  return vector::FMAOp::create(b, swapParts(crossed), alternating(-1, 1), straight);
}

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

/// A shuffle in which lane 2 i + j is lane 2 i + from[j].
Value ContractComplex::shufflePairs(Value vector, int64_t even, int64_t odd) {
  SmallVector<int64_t> lanes;
  int64_t numLanes = cast<VectorType>(vector.getType()).getNumElements();
  for (int64_t lane = 0; lane < numLanes; lane += 2)
    lanes.append({lane + even, lane + odd});
  return vector::ShuffleOp::create(b, vector, vector, lanes);
}

/// (even, odd, even, odd, ..)
Value ContractComplex::alternating(double even, double odd) {
  SmallVector<Attribute> values;
  for (int64_t lane = 0; lane < width; ++lane)
    values.push_back(b.getFloatAttr(accumulator, lane % 2 ? odd : even));
  return arith::ConstantOp::create(b,
                                   DenseElementsAttr::get(vectorOf({width}, accumulator), values));
}

/// left right = left re(right) + (-, +, ..) swapped(left) im(right)
Value ContractComplex::multiply(Value left, Value right) {
  Value re = shufflePairs(right, 0, 0), im = shufflePairs(right, 1, 1);
  Value turned = arith::MulFOp::create(b, swapParts(left), alternating(-1, 1));
  Value crossed = arith::MulFOp::create(b, turned, im);
  return vector::FMAOp::create(b, left, re, crossed);
}

/// Lanes 2 i of `even` and 2 i + 1 of `odd`.
Value ContractComplex::interleave(Value even, Value odd) {
  SmallVector<int64_t> lanes;
  for (int64_t lane = 0; lane < width; lane += 2)
    lanes.append({lane, width + lane + 1});
  return vector::ShuffleOp::create(b, even, odd, lanes);
}

/// One op on complex numbers, as vectors of their parts; a real number stands in
/// both lanes of the number that it belongs to.
Value ContractComplex::vectorizeComplex(Operation &op, const IRMapping &mapping) {
  auto operand = [&](unsigned i) { return mapping.lookup(op.getOperand(i)); };
  if (auto constant = dyn_cast<complex::ConstantOp>(op)) {
    auto part = [&](unsigned i) {
      return cast<FloatAttr>(constant.getValue()[i]).getValueAsDouble();
    };
    return alternating(part(0), part(1));
  }
  if (isa<complex::AddOp>(op))
    return arith::AddFOp::create(b, operand(0), operand(1));
  if (isa<complex::SubOp>(op))
    return arith::SubFOp::create(b, operand(0), operand(1));
  if (isa<complex::MulOp>(op))
    return multiply(operand(0), operand(1));
  if (isa<complex::NegOp>(op))
    return arith::NegFOp::create(b, operand(0));
  if (isa<complex::ConjOp>(op))
    return arith::MulFOp::create(b, operand(0), alternating(1, -1));
  if (isa<complex::ReOp>(op))
    return shufflePairs(operand(0), 0, 0);
  if (isa<complex::ImOp>(op))
    return shufflePairs(operand(0), 1, 1);
  return interleave(operand(0), operand(1)); // complex.create
}

bool danaus::isVectorizableComplex(Operation *op) {
  return isa<complex::AddOp, complex::ConjOp, complex::ConstantOp, complex::CreateOp, complex::ImOp,
             complex::MulOp, complex::NegOp, complex::ReOp, complex::SubOp>(op);
}

Value ContractComplex::vectorizeScalar(Operation &scalar, const IRMapping &mapping) {
  if (isVectorizableComplex(&scalar))
    return vectorizeComplex(scalar, mapping);
  return ContractVectorizer::vectorizeScalar(scalar, mapping);
}
