//===- TransposeEmitter.cpp - Block order to natural order -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProductEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <numeric>

using namespace mlir;
using namespace danaus;

/// Values of B that a thread loads at once: 16 bytes.
static constexpr int64_t vectorLength = 8;

/// Values of D that a thread takes together.
static int64_t valuesOfD(const StagePattern &pattern) { return std::gcd(pattern.d, vectorLength); }

int64_t danaus::transposeUnits(const StagePattern &pattern) {
  return pattern.outSize() / vectorLength / valuesOfD(pattern);
}

/// Vectors of 8 values from `blocks`, one a value of D, with D fastest.
static SmallVector<Value> interleave(ImplicitLocOpBuilder &b, ArrayRef<Value> blocks) {
  SmallVector<Value> values, vectors;
  for (int64_t B = 0; B < vectorLength; ++B)
    for (Value block : blocks)
      values.push_back(vector::ExtractOp::create(b, block, B));
  Type type = blocks.front().getType();
  for (size_t first = 0; first < values.size(); first += vectorLength)
    vectors.push_back(
        vector::FromElementsOp::create(b, type, ArrayRef(values).slice(first, vectorLength)));
  return vectors;
}

/// A thread loads n vectors of 8 values of B, one a value of D, and stores them as
/// vectors of D where d >= 8, or of several B and all D:
///
///   t:  D0 | B B+1 ... B+7        y:  B   | D0 D1 D2 D3
///       D1 | B B+1 ... B+7   ->       B+1 | D0 D1 D2 D3   ...
static void emitUnit(ImplicitLocOpBuilder &b, const StagePattern &pattern, Value source,
                     Value target, Value unit) {
  IndexBuilder index{b, b.getLoc()};
  // Splits the fastest digit of `unit` off.
  auto digit = [&](int64_t extent) {
    Value value = index.rem(unit, extent);
    unit = index.div(unit, extent);
    return value;
  };
  int64_t n = valuesOfD(pattern), length = pattern.b, d = pattern.d;
  Value D = index.mul(digit(d / n), n);
  Value B = index.mul(digit(length / vectorLength), vectorLength);
  Value A = digit(pattern.a), row = unit;
  auto type = cast<MemRefType>(source.getType());
  auto vector = VectorType::get({vectorLength}, type.getElementType());
  SmallVector<Value> blocks;
  for (int64_t i = 0; i < n; ++i) {
    Value block = index.add(index.add(index.mul(A, d), D), i);
    Value indices[] = {row, index.add(index.mul(block, length), B)};
    blocks.push_back(vector::LoadOp::create(b, vector, source, indices, /*nontemporal=*/false,
                                            llvm::MaybeAlign(16)));
  }
  Value first = index.add(index.mul(index.add(index.mul(A, length), B), d), D);
  for (auto [i, values] : llvm::enumerate(interleave(b, blocks))) {
    int64_t step = n == vectorLength ? d : vectorLength;
    Value indices[] = {row, index.add(first, i * step)};
    vector::StoreOp::create(b, values, target, indices, /*nontemporal=*/false,
                            llvm::MaybeAlign(16));
  }
}

void danaus::emitTranspose(ImplicitLocOpBuilder &b, const StagePattern &pattern, Value source,
                           Value target) {
  IndexBuilder index{b, b.getLoc()};
  Value rows = memref::DimOp::create(b, source, 0);
  Value units = index.mul(rows, transposeUnits(pattern));
  Value block = gpu::BlockIdOp::create(b, gpu::Dimension::x);
  Value thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  Value blocks = gpu::GridDimOp::create(b, gpu::Dimension::x);
  Value first = index.add(index.mul(block, transposeThreads), thread);
  Value stride = index.mul(blocks, transposeThreads);
  auto loop = scf::ForOp::create(b, first, units, stride);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  emitUnit(b, pattern, source, target, loop.getInductionVar());
}
