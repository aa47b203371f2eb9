//===- Lanes.cpp - A value of SPMD code, as all lanes have it -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "danaus/Support/HostTensor.h"
#include "dialects/Tile/TileOps.h"
#include <cstring>

using namespace mlir;
using namespace danaus;
using namespace danaus::sim;

int64_t sim::elementsOf(Type type) {
  if (auto fragment = dyn_cast<tile::FragmentType>(type))
    return fragment.getRows() * fragment.getColumnCount() / 32;
  if (auto sums = dyn_cast<tile::SumsType>(type))
    return sums.getValuesPerLane();
  if (auto left = dyn_cast<tile::LeftType>(type))
    return left.getValuesPerLane();
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.getNumElements() * elementsOf(vector.getElementType());
  return isa<ComplexType>(type) ? 2 : 1;
}

Type sim::partOf(Type type) {
  if (auto fragment = dyn_cast<tile::FragmentType>(type))
    return fragment.getElementType();
  if (auto shaped = dyn_cast<ShapedType>(type))
    return partOf(shaped.getElementType());
  if (auto complex = dyn_cast<ComplexType>(type))
    return complex.getElementType();
  return type;
}

int64_t sim::bytesOf(Type part) {
  return isa<IndexType>(part) ? 8 : (part.getIntOrFloatBitWidth() + 7) / 8;
}

bool sim::isFloat(Type part) { return isa<FloatType>(part); }

static ElementKind kindOf(Type part) {
  return part.isF16() ? ElementKind::F16 : part.isBF16() ? ElementKind::BF16 : ElementKind::F64;
}

double sim::roundTo(Type part, double value) {
  if (part.isF32())
    return static_cast<float>(value);
  if (part.isF64())
    return value;
  ElementKind kind = kindOf(part);
  return decodeElement(kind, encodeElement(kind, value));
}

int64_t sim::wrapTo(Type part, int64_t value) {
  unsigned bits = isa<IndexType>(part) ? 64 : part.getIntOrFloatBitWidth();
  if (bits >= 64)
    return value;
  if (bits == 1)
    return value & 1;
  return static_cast<int64_t>(static_cast<uint64_t>(value) << (64 - bits)) >> (64 - bits);
}

uint64_t sim::unsignedOf(Type part, int64_t value) {
  unsigned bits = isa<IndexType>(part) ? 64 : part.getIntOrFloatBitWidth();
  return bits >= 64 ? value : value & ((uint64_t(1) << bits) - 1);
}

Word sim::decode(Type part, const char *bytes) {
  if (part.isF32()) {
    float value;
    std::memcpy(&value, bytes, sizeof value);
    return toWord(static_cast<double>(value));
  }
  if (part.isF64()) {
    double value;
    std::memcpy(&value, bytes, sizeof value);
    return toWord(value);
  }
  uint64_t bits = 0;
  std::memcpy(&bits, bytes, bytesOf(part));
  if (isFloat(part))
    return toWord(decodeElement(kindOf(part), bits));
  return toWord(wrapTo(part, static_cast<int64_t>(bits)));
}

void sim::encode(Type part, Word word, char *bytes) {
  if (part.isF32()) {
    float value = static_cast<float>(word.f);
    std::memcpy(bytes, &value, sizeof value);
    return;
  }
  uint64_t bits = word.i;
  if (isFloat(part) && !part.isF64())
    bits = encodeElement(kindOf(part), word.f);
  std::memcpy(bytes, &bits, bytesOf(part));
}

LaneValue sim::select(const Mask &mask, const LaneValue &chosen, const LaneValue &other) {
  if (chosen.view || mask.isFull())
    return chosen;
  LaneValue result(mask.size(), chosen.elements);
  for (int64_t lane = 0; lane < mask.size(); ++lane)
    for (int64_t e = 0; e < chosen.elements; ++e)
      result.at(lane, e) = (mask[lane] ? chosen : other).at(lane, e);
  return result;
}
