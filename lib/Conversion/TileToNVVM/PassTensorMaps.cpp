//===- PassTensorMaps.cpp - Tensor maps by value -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The conversion of `gpu.func` to `llvm.func` keeps neither `llvm.byval` nor
// `nvvm.grid_constant` of an argument, so they are set behind it.
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/Passes.h"
#include "dialects/Tile/TileDialect.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/Builders.h"

namespace danaus {
#define GEN_PASS_DEF_PASSTENSORMAPSPASS
#include "danaus/Conversion/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

static void passByValue(LLVM::LLVMFuncOp kernel, int64_t count) {
  constexpr int64_t words = 16, alignment = 64;
  Builder builder(kernel.getContext());
  auto map = LLVM::LLVMArrayType::get(builder.getI64Type(), words);
  for (int64_t argument = 0; argument < count; ++argument) {
    kernel.setArgAttr(argument, LLVM::LLVMDialect::getByValAttrName(), TypeAttr::get(map));
    kernel.setArgAttr(argument, LLVM::LLVMDialect::getAlignAttrName(),
                      builder.getI64IntegerAttr(alignment));
    kernel.setArgAttr(argument, NVVM::NVVMDialect::getGridConstantAttrName(),
                      builder.getUnitAttr());
  }
}

namespace {
struct PassTensorMaps : danaus::impl::PassTensorMapsPassBase<PassTensorMaps> {
  void runOnOperation() override {
    bool hasMaps = false;
    for (auto kernel : getOperation().getOps<LLVM::LLVMFuncOp>()) {
      StringRef name = tile::TileDialect::getTensorMapsAttrName();
      auto count = kernel->getAttrOfType<IntegerAttr>(name);
      if (!count)
        continue;
      passByValue(kernel, std::min<int64_t>(count.getInt(), kernel.getNumArguments()));
      kernel->removeAttr(name);
      hasMaps = true;
    }
    constexpr int64_t boxAlignment = 1024;
    for (auto global : getOperation().getOps<LLVM::GlobalOp>())
      if (hasMaps && global.getAddrSpace() == static_cast<unsigned>(NVVM::NVVMMemorySpace::Shared))
        global.setAlignment(boxAlignment);
  }
};
} // namespace
