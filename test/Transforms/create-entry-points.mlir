// RUN: danaus-opt %s --danaus-create-entry-points --split-input-file --verify-diagnostics | FileCheck %s
// RUN: danaus-opt %s --danaus-create-entry-points --danaus-create-entry-points --split-input-file --verify-diagnostics | FileCheck %s

module attributes {danaus.features = "avx2,fma", danaus.target = "x86-avx2"} {
  // CHECK: llvm.func @danausCheckRun(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, i64, !llvm.ptr, i64) -> i32
  // CHECK: func.func private @f_run_body(
  // CHECK-SAME: attributes {{.*}}llvm.linkage = #llvm.linkage<internal>
  func.func @f(%p: memref<3xf32>, %q: memref<5x2xf32>, %x: memref<?x2x4xbf16, strided<[?, 4, 1]>> {danaus.activation}, %y: memref<?x3xf32, strided<[?, 1]>>, %w: memref<?xi8>)
      attributes {danaus.pack = @f_pack, danaus.parameters = 2 : i64, danaus.schedule = "how", danaus.workspace = @f_workspace} {
    return
  }
  func.func private @f_workspace(%rows: index) -> index {
    return %rows : index
  }
  // CHECK: func.func private @f_pack_body(
  func.func @f_pack(%a: memref<3xf32>, %p: memref<3xf32>, %q: memref<5x2xf32>, %w: memref<?xi8>) attributes {danaus.workspace = @f_pack_workspace} {
    return
  }
  func.func private @f_pack_workspace(%rows: index) -> index {
    return %rows : index
  }
}

// One parameter of 3, an activation of rows x 2 x 4, a result of rows x 3.
// CHECK: llvm.mlir.global internal constant @f_tensors()
// CHECK: llvm.mlir.constant("f32\00
// CHECK: llvm.mlir.constant(dense<[3, 0, 0, 0, 0, 0, 0, 0]> : tensor<8xi64>)
// CHECK: llvm.mlir.constant("bf16\00
// CHECK: llvm.mlir.constant(dense<[-1, 2, 4, 0, 0, 0, 0, 0]> : tensor<8xi64>)
// CHECK: llvm.mlir.constant(dense<[-1, 3, 0, 0, 0, 0, 0, 0]> : tensor<8xi64>)
// CHECK: llvm.mlir.global internal constant @f_table()

// 3 and 10 values in 64 bytes each, then what packing needs.
// CHECK: llvm.func @f_packed_bytes() -> i64 {
// CHECK: %[[KEPT:.*]] = llvm.mlir.constant(128 : i64)
// CHECK: %[[OWN:.*]] = func.call @f_pack_workspace(
// CHECK: llvm.add %[[KEPT]],
// CHECK-LABEL: llvm.func @f_pack(
// CHECK-SAME: %[[PARAMS:[a-z0-9]+]]: !llvm.ptr, %[[PACKED:[a-z0-9]+]]: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr) -> i32 {
// CHECK: %[[CODE:.*]] = llvm.call @danausCheckPack(%{{.*}}, %[[PARAMS]], %[[PACKED]], %{{.*}})
// CHECK: llvm.cond_br
// CHECK: func.call @f_pack_body(
// CHECK-LABEL: llvm.func @f_workspace_bytes(
// CHECK: llvm.call @danausCheckRows(
// CHECK: func.call @f_workspace(
// CHECK-LABEL: llvm.func @f_call(
// CHECK-SAME: %[[PACKED:[a-z0-9]+]]: !llvm.ptr, %[[DATA:[a-z0-9]+]]: !llvm.ptr, %[[STRIDES:[a-z0-9]+]]: !llvm.ptr, %[[ROWS:[a-z0-9]+]]: i64, %[[WORKSPACE:[a-z0-9]+]]: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr) -> i32
// CHECK: llvm.call @danausCheckRun(%{{.*}}, %[[PACKED]], %[[DATA]], %[[STRIDES]], %[[ROWS]], %[[WORKSPACE]], %{{.*}})
// CHECK: llvm.cond_br
// CHECK: llvm.getelementptr %[[STRIDES]]
// CHECK-NEXT: %[[LDX:.*]] = llvm.load
// CHECK: llvm.insertvalue %[[LDX]], %{{.*}}[4, 0]
// CHECK: func.call @f_run_body(
// CHECK-LABEL: llvm.func @f_run(
// CHECK-SAME: %[[PACKED:[a-z0-9]+]]: !llvm.ptr, %[[X:[a-z0-9]+]]: !llvm.ptr, %[[LDX:[a-z0-9]+]]: i64, %[[Y:[a-z0-9]+]]: !llvm.ptr, %[[LDY:[a-z0-9]+]]: i64, %[[ROWS:[a-z0-9]+]]: i64, %[[WORKSPACE:[a-z0-9]+]]: !llvm.ptr, %[[STREAM:[a-z0-9]+]]: !llvm.ptr) -> i32
// CHECK-DAG: llvm.store %[[X]]
// CHECK-DAG: llvm.store %[[Y]]
// CHECK-DAG: llvm.store %[[LDX]]
// CHECK-DAG: llvm.store %[[LDY]]
// CHECK: %[[CODE:.*]] = llvm.call @f_call(%[[PACKED]], %{{.*}}, %{{.*}}, %[[ROWS]], %[[WORKSPACE]], %[[STREAM]])
// CHECK: llvm.return %[[CODE]]
// CHECK-LABEL: llvm.func @f_info() -> !llvm.ptr {
// CHECK: llvm.mlir.addressof @f_table

// -----

// CHECK-LABEL: func.func @others_are_left(
func.func @others_are_left(%x: memref<4xf32>) {
  return
}

// -----

// expected-error @below {{'func.func' op wanted a name that is an identifier of C, found 'a-layer'}}
func.func @"a-layer"(%w: memref<?xi8>) attributes {danaus.pack = @p, danaus.parameters = 0 : i64, danaus.workspace = @w} {
  return
}
func.func @p(%w: memref<?xi8>) attributes {danaus.workspace = @w} {
  return
}
func.func private @w(%rows: index) -> index {
  return %rows : index
}

// -----

func.func @f(%w: memref<?xi8>) attributes {danaus.pack = @p, danaus.parameters = 0 : i64, danaus.workspace = @w} {
  return
}
func.func @p(%w: memref<?xi8>) attributes {danaus.workspace = @w} {
  return
}
func.func private @w(%rows: index) -> index {
  return %rows : index
}
// expected-error @below {{'func.func' op has the name of an entry point of 'f'}}
func.func @f_run() {
  return
}

// -----

// expected-error @below {{'func.func' op wanted its workspace as an argument (run danaus-allocate-workspace)}}
func.func @no_workspace(%w: memref<4xf32>) attributes {danaus.parameters = 0 : i64} {
  return
}

// -----

// expected-error @below {{'func.func' op wanted memrefs of rank 8 at most, found 'index'}}
func.func @no_memref(%i: index, %w: memref<?xi8>) attributes {danaus.pack = @p, danaus.parameters = 0 : i64, danaus.workspace = @w} {
  return
}
func.func @p(%w: memref<?xi8>) attributes {danaus.workspace = @w} {
  return
}
func.func private @w(%rows: index) -> index {
  return %rows : index
}

// -----

// expected-error @below {{'func.func' op wanted activations and results of rank 1 at least, found 'memref<f32>'}}
func.func @a_single_value(%y: memref<f32>, %w: memref<?xi8>) attributes {danaus.pack = @p, danaus.parameters = 0 : i64, danaus.workspace = @w} {
  return
}
func.func @p(%w: memref<?xi8>) attributes {danaus.workspace = @w} {
  return
}
func.func private @w(%rows: index) -> index {
  return %rows : index
}

// -----

// On a GPU the checks choose the stream and the context, which the end gives back with its code; what the
// function needs of a device is among its features.
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: module attributes {danaus.target = "sm_90a"}
// CHECK: llvm.mlir.global internal constant @on_a_gpu_features("multiprocessors=132\00")
// CHECK-LABEL: llvm.func @on_a_gpu_pack(
// CHECK-SAME: %[[PARAMS:[a-z0-9]+]]: !llvm.ptr, %[[PACKED:[a-z0-9]+]]: !llvm.ptr, %[[STREAM:[a-z0-9]+]]: !llvm.ptr) -> i32 {
// CHECK: llvm.call @danausCudaBeginPack(%{{.*}}, %[[PARAMS]], %[[PACKED]], %{{.*}}, %[[STREAM]])
// CHECK: func.call @on_a_gpu_pack_body(
// CHECK: %[[CODE:.*]] = llvm.call @danausCudaEnd() : () -> i32
// CHECK: llvm.return %[[CODE]]
// CHECK-LABEL: llvm.func @on_a_gpu_call(
// CHECK-SAME: %[[STREAM:[a-z0-9]+]]: !llvm.ptr) -> i32
// CHECK: llvm.call @danausCudaBeginRun({{.*}}, %[[STREAM]])
// CHECK: func.call @on_a_gpu_run_body(
// CHECK: %[[CODE:.*]] = llvm.call @danausCudaEnd() : () -> i32
// CHECK: llvm.return %[[CODE]]
func.func @on_a_gpu(%p: memref<4xf32>, %x: memref<?x4xf32> {danaus.activation}, %y: memref<?x4xf32>, %w: memref<?xi8>)
    attributes {danaus.pack = @on_a_gpu_pack, danaus.parameters = 1 : i64, danaus.workspace = @on_a_gpu_workspace, danaus.multiprocessors = 132 : i64} {
  return
}
func.func @on_a_gpu_pack(%a: memref<4xf32>, %p: memref<4xf32>, %w: memref<?xi8>) attributes {danaus.workspace = @on_a_gpu_workspace} {
  return
}
func.func private @on_a_gpu_workspace(%rows: index) -> index {
  return %rows : index
}
}
