//===- Passes.td - Conversions between dialects -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_CONVERSION_PASSES_TD
#define DANAUS_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertChainToLinalgPass : Pass<"convert-chain-to-linalg"> {
  let summary = "One linalg.generic a stage: the naive path";
  let description = [{
    Before: `chain.stage`, `chain.map`, `chain.kernel`, `chain.einsum` and its
    kin on tensors. After: no op of chain. A stage is one `linalg.generic` over (rows, a, b, d, c) on
    reshaped views, summing in f32 (f64 for f64), and one that rounds to the
    element type where that differs. A map is one `linalg.generic`. A kernel is
    replaced by its body; its schedule is ignored. An einsum is one generic whose
    indexing maps carry the permutations of its digits.

    Refuses a packed stage, a kernel on memrefs and a `chain.contract`, which
    are forms of the optimized path. Test: `test/Conversion/chain-to-linalg.mlir`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::complex::ComplexDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"keepKernels", "keep-kernels", "bool", "false",
           "Leave every chain.kernel with its body to the optimized path; for a GPU not those of "
           "unit fma, which are plain loops there">];
}

def ConvertChainToTilePass : Pass<"convert-chain-to-tile", "::mlir::ModuleOp"> {
  let summary = "Kernels on tensor cores to device functions and launches";
  let description = [{
    Before: `chain.kernel`s on memrefs with unit `mma_sync` or `wgmma` and packed
    weights, and a GPU as the module's `danaus.target`. After: each segment between cuts
    is a `gpu.func` of `tile`, `nvgpu`, `memref` and `scf` ops in the module
    `@danaus_kernels`, launched in place of the kernel; the
    activations at a cut are in a `gpu.alloc`. Buffers, pitches and the work of
    each warp are those of `danaus/Support/GpuPlan.h`, or for `wgmma` those of
    `danaus/Support/GpuGemmPlan.h`: a launch a stage, whose operands are described
    by `tile.tensor_map`s, and with `library` the launch of a kernel is behind a
    `tile.library_product`, for where that is in vain. A kernel of unit `fma` with `in_place`
    is a chain of complex transforms, planned by `danaus/Support/GpuTransformPlan.h`. Other
    kernels, and those on tensors, are left alone.

    Refuses a schedule that breaks a constraint on the target, element types
    other than f32, f16 and bf16, weights that are not packed for tensor cores,
    a map before the first stage and a body that is not one chain. Operands whose
    rows lie apart are copied. Tests: `test/Conversion/chain-to-tile.mlir`,
    `test/Conversion/transforms-to-tile.mlir`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::gpu::GPUDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect", "::mlir::nvgpu::NVGPUDialect", "::mlir::NVVM::NVVMDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect", "::danaus::tile::TileDialect"];
}

def ConvertLaunchToRuntimePass : Pass<"convert-launch-to-runtime", "::mlir::ModuleOp"> {
  let summary = "Launches and device memory to calls of the CUDA runtime";
  let description = [{
    Before: functions with `gpu.launch_func` or `danaus.on_device`, whose memrefs
    are on the device. After: each launch, allocation, deallocation and copy in
    them is a call of `danaus/Runtime/Cuda.h`, and a `memref.get_global` is the
    device copy that the runtime makes of the constant once, unless all that uses it
    is a `gpu.memcpy` from it; a launch passes the
    address of `@m_image`, declared here for the module @m of its kernel and defined
    by `danaus-embed-kernels`, and for an operand of type `!llvm.ptr`, a
    `tile.tensor_map`, what it points to. Other functions are left alone. Refuses any
    other op that reads or writes memory in such a function, as host code cannot,
    memory on the stack, and globals that are not constant.
    Test: `test/Conversion/launch-to-runtime.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect"];
}

def ConvertLoopsToLaunchesPass : Pass<"convert-loops-to-launches", "::mlir::ModuleOp"> {
  let summary = "Host loops over device memory to launches of plain loops";
  let description = [{
    Before: functions on memrefs that are to point to device memory, and a GPU as
    the module's `danaus.target`. After: what they do to memory is in device
    functions of the module `@danaus_kernels`, launched in place, and they carry
    `danaus.on_device`. A linalg op is a launch with a thread for each point of its
    result, sums in registers, the result's last dimension along the threads of a
    warp; it takes in the fill of its result before it and a function of its
    result alone behind it. A nest of `scf.for` with `danaus.independent` is a
    launch with a thread for each iteration; other loads and stores, and loops of
    them, are a launch of one thread, as is a linalg op whose points share
    elements of the result. Functions that pack weights (`danaus.pack`) stay on
    the host, unless `danaus-separate-parameters` made them. Leaves to `convert-launch-to-runtime` what it then refuses: loads
    whose value the host needs. Test: `test/Conversion/loops-to-launches.mlir`.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::gpu::GPUDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

def ConvertMathToIntrinsicsPass : Pass<"convert-math-to-intrinsics"> {
  let summary = "Functions of math that GPUs have as instructions";
  let description = [{
    Before: `math` and `arith` on scalars in device code. After: absf, ceil, copysign,
    floor, fma, roundeven, sqrt, trunc, and the smaller and the larger of two numbers,
    of f32 and f64, are calls of LLVM's intrinsics, rsqrt is a quotient, and rounding by
    the bits of x + 1.5 * 2^23 is roundeven and a conversion, so that `convert-gpu-to-nvvm` makes no calls of a device
    library of them. Leaves everything else. Test:
    `test/Conversion/math-to-intrinsics.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect"];
}

def ConvertTileToNVVMPass : Pass<"convert-tile-to-nvvm"> {
  let summary = "Operations on fragments to the code of one lane";
  let description = [{
    Before: ops of `tile` in a `gpu.func`. After: none is left; a fragment is
    the vector that one lane holds, a product is `nvvm.mma.sync` on registers
    (three of them on tf32 for f32; for f64 `m16n8k8` where the module's
    `danaus.target` has it, four of `m8n8k4` else), loads and stores are `vector` and `memref`
    ops at addresses computed from `gpu.thread_id x` modulo 32. Threads of a
    warp must be 32 consecutive values of it. Refuses nothing that verifies.
    Test: `test/Conversion/tile-to-nvvm.mlir`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::memref::MemRefDialect", "::mlir::NVVM::NVVMDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect"];
}

def PassTensorMapsPass : Pass<"danaus-pass-tensor-maps", "::mlir::gpu::GPUModuleOp"> {
  let summary = "Let kernels take tensor maps by value, and align what bulk copies write";
  let description = [{
    Before: `llvm.func` kernels with `tile.tensor_maps = N`, whose first N arguments
    are pointers. After: these arguments are constants of 128 bytes of the grid,
    passed by value at 64 bytes, and shared memory of the module begins at a
    multiple of 1024 bytes, as swizzled boxes want it. A module without such a
    kernel is left alone. Refuses nothing that verifies.
    Test: `test/Conversion/pass-tensor-maps.mlir`.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::NVVM::NVVMDialect"];
}

#endif // DANAUS_CONVERSION_PASSES_TD
