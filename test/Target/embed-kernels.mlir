// RUN: danaus-opt %s --split-input-file --verify-diagnostics --danaus-embed-kernels=format=ptx | FileCheck %s
// RUN: danaus-opt %s --split-input-file --verify-diagnostics --danaus-embed-kernels=format=ptx | danaus-opt --split-input-file --danaus-embed-kernels | FileCheck %s

// CHECK-NOT: gpu.module
// CHECK: llvm.mlir.global internal constant @danaus_kernels_image("{{.*}}.visible .entry nothing{{.*}}\00")
// CHECK-SAME: alignment = 16
module attributes {danaus.target = "sm_90a", gpu.container_module} {
llvm.mlir.global external constant @danaus_kernels_image() : !llvm.array<0 x i8>
gpu.module @danaus_kernels {
  llvm.func @nothing() attributes {gpu.kernel, nvvm.kernel} {
    llvm.return
  }
}
}

// -----

// expected-error @below {{danaus.target: wanted a GPU for the module's kernels}}
module attributes {danaus.target = "x86-avx512"} {
gpu.module @danaus_kernels {
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
// expected-error @below {{device functions of danaus_kernels call __nv_tanhf, which no GPU target here has}}
gpu.module @danaus_kernels {
  llvm.func @__nv_tanhf(f32) -> f32
  llvm.func @calls_a_missing_library(%x: f32, %p: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} {
    %y = llvm.call @__nv_tanhf(%x) : (f32) -> f32
    llvm.store %y, %p : f32, !llvm.ptr
    llvm.return
  }
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
// expected-error @below {{no LLVM IR for the device functions of danaus_kernels}}
gpu.module @danaus_kernels {
  llvm.func @not_lowered(%x: i32) -> i32 {
    // expected-error @below {{cannot be converted to LLVM IR: missing `LLVMTranslationDialectInterface` registration for dialect for op: arith.addi}}
    %y = arith.addi %x, %x : i32
    llvm.return %y : i32
  }
}
}
