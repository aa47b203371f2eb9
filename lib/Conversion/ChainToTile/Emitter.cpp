//===- Emitter.cpp - What all emitters of device code share -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace danaus;

void Emitter::emitIf(Value condition, llvm::function_ref<void()> body) {
  if (!condition)
    return body();
  auto branch = scf::IfOp::create(b, condition);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

static MemRefType sharedType(ImplicitLocOpBuilder &b, int64_t size, Type element) {
  auto space = gpu::AddressSpaceAttr::get(b.getContext(), gpu::AddressSpace::Workgroup);
  return MemRefType::get({size}, element, MemRefLayoutAttrInterface(), space);
}

Value Emitter::sharedMemory() {
  return gpu::DynamicSharedMemoryOp::create(b, sharedType(b, ShapedType::kDynamic, b.getI8Type()));
}

Value Emitter::sharedView(Value memory, int64_t offsetBytes, int64_t size, Type element) {
  return memref::ViewOp::create(b, sharedType(b, size, element), memory, constant(offsetBytes),
                                ValueRange());
}

void Emitter::synchronizeGroups(Value barrier, int64_t groups) {
  Value number = arith::IndexCastOp::create(b, b.getI32Type(), barrier);
  Value threads = arith::ConstantIntOp::create(b, groups * groupThreads, 32);
  NVVM::BarrierOp::create(b, TypeRange(), number, threads, NVVM::BarrierReductionAttr(), Value());
}

void Emitter::fenceSharedMemory() {
  NVVM::FenceProxyOp::create(
      b, NVVM::ProxyKindAttr::get(b.getContext(), NVVM::ProxyKind::async_shared),
      NVVM::SharedSpaceAttr::get(b.getContext(), NVVM::SharedSpace::shared_cta));
}
