//===- Lanes.h - A value of SPMD code, as all lanes have it -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The threads of a block run together: one op at a time for all of them, where a
// branch or a loop leaves some out under a mask. So a value is a vector of what
// each lane has:
//
//   %t = gpu.thread_id x        0 1 2 3 ..      width = lanes, elements = 1
//   %c = arith.constant 8       8               width = 1: the same in all
//   %v = vector.load            a b | c d | ..  width = lanes, elements = 2
//
// Integers are sign-extended to 64 bits (i1 is 0 or 1), floats are doubles rounded
// to their type, a complex number is two elements, a fragment is what a lane holds
// of it, word by word.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_SIMULATOR_LANES_H
#define DANAUS_LIB_SIMULATOR_LANES_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>
#include <vector>

namespace danaus::sim {

class Allocation;

/// An integer or a float of one lane.
union Word {
  int64_t i;
  double f;
};

inline Word toWord(int64_t value) {
  Word word;
  word.i = value;
  return word;
}
inline Word toWord(double value) {
  Word word;
  word.f = value;
  return word;
}

/// What a memref, or a tensor map, is: elements of an allocation. Offset and strides are in
/// elements from `firstByte`.
struct View {
  Allocation *memory = nullptr;
  int64_t firstByte = 0, offset = 0;
  llvm::SmallVector<int64_t, 4> sizes, strides;
  std::vector<int64_t> offsetsOfLanes; ///< beside `offset`; empty where all lanes have none
  llvm::SmallVector<int64_t, 4> box;   ///< of a tensor map, whose fastest dimension is first
};

struct LaneValue {
  int64_t width = 1;    ///< 1 where all lanes have the same, else the lanes
  int64_t elements = 1; ///< of one lane
  llvm::SmallVector<Word, 2> words;
  std::shared_ptr<const View> view; ///< of a memref, in all lanes

  LaneValue() = default;
  LaneValue(int64_t width, int64_t elements)
      : width(width), elements(elements), words(width * elements) {}

  static LaneValue same(Word word) {
    LaneValue value(1, 1);
    value.words[0] = word;
    return value;
  }
  const Word &at(int64_t lane, int64_t element = 0) const {
    return words[(width == 1 ? 0 : lane) * elements + element];
  }
  Word &at(int64_t lane, int64_t element = 0) {
    return words[(width == 1 ? 0 : lane) * elements + element];
  }
};

/// The lanes that run.
class Mask {
public:
  explicit Mask(int64_t lanes = 0) : active(lanes, 1), count(lanes) {}

  bool operator[](int64_t lane) const { return active[lane]; }
  int64_t size() const { return active.size(); }
  bool isFull() const { return count == size(); }
  bool isEmpty() const { return count == 0; }
  int64_t numActive() const { return count; }
  void clear(int64_t lane) {
    count -= active[lane];
    active[lane] = 0;
  }

private:
  llvm::SmallVector<char> active;
  int64_t count;
};

/// Elements of a lane that a value of `type` has.
int64_t elementsOf(mlir::Type type);
/// The type of each of them.
mlir::Type partOf(mlir::Type type);
/// Bytes of one of them in memory.
int64_t bytesOf(mlir::Type part);

bool isFloat(mlir::Type part);
/// `value` as an element of type `part` holds it.
double roundTo(mlir::Type part, double value);
int64_t wrapTo(mlir::Type part, int64_t value);
/// The bits of an integer without its sign.
uint64_t unsignedOf(mlir::Type part, int64_t value);

/// An element in memory.
Word decode(mlir::Type part, const char *bytes);
void encode(mlir::Type part, Word word, char *bytes);

/// `chosen` in the lanes of `mask`, `other` in the rest.
LaneValue select(const Mask &mask, const LaneValue &chosen, const LaneValue &other);

} // namespace danaus::sim

#endif // DANAUS_LIB_SIMULATOR_LANES_H
