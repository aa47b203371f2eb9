// RUN: danaus-opt %s --pass-pipeline="builtin.module(gpu.module(danaus-pass-tensor-maps))" | FileCheck %s
// RUN: danaus-opt %s --pass-pipeline="builtin.module(gpu.module(danaus-pass-tensor-maps,danaus-pass-tensor-maps))" | FileCheck %s

// The first two arguments are passed by value, and boxes of shared memory begin at a multiple of 1024 bytes.
// CHECK-LABEL: gpu.module @with_maps
gpu.module @with_maps {
  // CHECK: llvm.mlir.global external @memory() {addr_space = 3 : i32, alignment = 1024 : i64}
  llvm.mlir.global external @memory() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<0 x i8>
  // CHECK: llvm.mlir.global internal constant @table() {addr_space = 0 : i32, alignment = 16 : i64}
  llvm.mlir.global internal constant @table() {addr_space = 0 : i32, alignment = 16 : i64} : !llvm.array<4 x i8>
  // CHECK: llvm.func @kernel(
  // CHECK-SAME: %{{[^:]+}}: !llvm.ptr {llvm.align = 64 : i64, llvm.byval = !llvm.array<16 x i64>, nvvm.grid_constant},
  // CHECK-SAME: %{{[^:]+}}: !llvm.ptr {llvm.align = 64 : i64, llvm.byval = !llvm.array<16 x i64>, nvvm.grid_constant},
  // CHECK-SAME: %{{[^:]+}}: !llvm.ptr)
  // CHECK-NOT: tile.tensor_maps
  llvm.func @kernel(%x: !llvm.ptr, %w: !llvm.ptr, %rows: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel, tile.tensor_maps = 2 : i64} {
    llvm.return
  }
}

// CHECK-LABEL: gpu.module @without_maps
gpu.module @without_maps {
  // CHECK: llvm.mlir.global external @memory() {addr_space = 3 : i32, alignment = 16 : i64}
  llvm.mlir.global external @memory() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<0 x i8>
  // CHECK: llvm.func @kernel(%{{.+}}: !llvm.ptr) attributes
  llvm.func @kernel(%x: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} {
    llvm.return
  }
}
