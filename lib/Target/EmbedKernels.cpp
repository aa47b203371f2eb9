//===- EmbedKernels.cpp - Machine code of kernels as constants -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Target/NVPTX.h"
#include "danaus/Target/Passes.h"
#include "danaus/Target/Records.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace danaus {
#define GEN_PASS_DEF_EMBEDKERNELSPASS
#include "danaus/Target/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;

/// "danaus", two zero bytes, the bytes of the cubin, the cubin, PTX and a zero byte: what
/// lib/Runtime/Cuda/Launch.c reads.
static std::string pairOf(StringRef cubin, StringRef ptx) {
  std::string pair("danaus\0\0", 8);
  for (unsigned byte = 0; byte < 8; ++byte)
    pair += static_cast<char>(static_cast<uint64_t>(cubin.size()) >> (8 * byte));
  return pair + cubin.str() + ptx.str() + '\0';
}

/// A cubin where ptxas is found and `format` wants one, else PTX and a zero byte.
static Expected<std::string> compileDevice(gpu::GPUModuleOp device, const TargetLimits &target,
                                           StringRef format, bool allowSpills) {
  Expected<std::string> ptx = translateToPtx(device, target);
  if (!ptx)
    return ptx.takeError();
  std::optional<std::string> ptxas = format == "ptx" ? std::nullopt : findPtxas();
  if (!ptxas && format == "cubin")
    return llvm::createStringError("a cubin needs ptxas, and there is none");
  if (!ptxas)
    return *ptx + '\0';
  Expected<Cubin> cubin = assemble(*ptx, target, *ptxas, allowSpills);
  if (!cubin)
    return cubin.takeError();
  return format == "both" ? pairOf(cubin->image, *ptx) : std::move(cubin->image);
}

/// gpu.module @kernels  ->  llvm.mlir.global constant @kernels_image("...")
static void replaceByImage(gpu::GPUModuleOp device, StringRef image) {
  auto module = device->getParentOfType<ModuleOp>();
  std::string symbol = (device.getName() + "_image").str();
  if (Operation *declaration = module.lookupSymbol(symbol))
    declaration->erase();
  OpBuilder builder(device);
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), image.size());
  LLVM::GlobalOp::create(builder, device.getLoc(), type, /*isConstant=*/true,
                         LLVM::Linkage::Internal, symbol, builder.getStringAttr(image),
                         /*alignment=*/16);
  device.erase();
}

namespace {
struct EmbedKernels : danaus::impl::EmbedKernelsPassBase<EmbedKernels> {
  using EmbedKernelsPassBase::EmbedKernelsPassBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<LLVM::LLVMDialect>();
    registerDeviceTranslations(registry);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto devices = llvm::to_vector(module.getOps<gpu::GPUModuleOp>());
    if (devices.empty())
      return;
    auto name = module->getAttrOfType<StringAttr>("danaus.target");
    std::optional<TargetLimits> target = name ? lookupTarget(name.getValue()) : std::nullopt;
    if (!target || !target->isGpu) {
      module.emitError() << "danaus.target: wanted a GPU for the module's kernels";
      return signalPassFailure();
    }
    for (gpu::GPUModuleOp device : devices) {
      Expected<std::string> image = compileDevice(device, *target, format, allowSpills);
      if (!image) {
        Error problem = image.takeError();
        if (problem.isA<SpillError>())
          module->setAttr(spilledName, UnitAttr::get(&getContext()));
        device.emitError() << llvm::toString(std::move(problem));
        return signalPassFailure();
      }
      replaceByImage(device, *image);
    }
  }
};
} // namespace
