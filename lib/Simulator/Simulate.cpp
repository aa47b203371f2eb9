//===- Simulate.cpp - The simulator as a pass -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "danaus/Simulator/Passes.h"
#include "danaus/Simulator/Simulator.h"
#include "llvm/ADT/StringSet.h"

namespace danaus {
#define GEN_PASS_DEF_SIMULATEPASS
#include "danaus/Simulator/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

/// Small numbers of both signs, no two neighbors alike.
static double madeUp(int64_t position) { return (position * 37 % 101 - 50) / 64.0; }

namespace {
struct Simulate : danaus::impl::SimulatePassBase<Simulate> {
  using SimulatePassBase::SimulatePassBase;

  void runOnOperation() override {
    func::FuncOp function = findFunction();
    if (!function) {
      getOperation().emitError() << "entry: wanted a public function with a body, found '" << entry
                                 << "'";
      return signalPassFailure();
    }
    std::vector<std::vector<char>> memory;
    SmallVector<SimBuffer> buffers;
    for (Type argument : function.getArgumentTypes()) {
      auto type = dyn_cast<MemRefType>(argument);
      if (!type || !type.getLayout().isIdentity()) {
        function.emitError() << "wanted row-major memrefs as arguments, found " << argument;
        return signalPassFailure();
      }
      memory.push_back(makeUp(type));
      buffers.push_back({memory.back().data(), shapeOf(type)});
    }
    if (failed(simulate(function, buffers)))
      signalPassFailure();
  }

private:
  func::FuncOp findFunction() {
    llvm::StringSet<> packs;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (auto pack = function->getAttrOfType<FlatSymbolRefAttr>("danaus.pack"))
        packs.insert(pack.getValue());
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && function.isPublic() && !packs.contains(function.getName()) &&
          (entry.empty() || function.getName() == entry))
        return function;
    return nullptr;
  }

  SmallVector<int64_t> shapeOf(MemRefType type) {
    SmallVector<int64_t> shape(type.getShape());
    for (int64_t &extent : shape)
      if (ShapedType::isDynamic(extent))
        extent = rows;
    return shape;
  }

  std::vector<char> makeUp(MemRefType type) {
    int64_t parts = sim::elementsOf(type.getElementType());
    for (int64_t extent : shapeOf(type))
      parts *= extent;
    Type part = sim::partOf(type);
    std::vector<char> bytes(parts * sim::bytesOf(part), 0);
    for (int64_t i = 0; sim::isFloat(part) && i < parts; ++i)
      sim::encode(part, sim::toWord(madeUp(i)), bytes.data() + i * sim::bytesOf(part));
    return bytes;
  }
};
} // namespace
