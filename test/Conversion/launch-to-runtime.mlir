// RUN: danaus-opt %s --split-input-file --verify-diagnostics --convert-launch-to-runtime --canonicalize | FileCheck %s
// RUN: danaus-opt %s --split-input-file --verify-diagnostics --convert-launch-to-runtime --reconcile-unrealized-casts | FileCheck %s --check-prefix=AGAIN
// AGAIN-NOT: gpu.launch_func

// Launch, allocation and release are calls; the image is declared for danaus-embed-kernels to define.
module attributes {gpu.container_module} {
// CHECK-DAG: llvm.mlir.global external constant @danaus_kernels_image()
// CHECK-DAG: llvm.mlir.global internal constant @layer_kernel_0_name("layer_kernel_0\00")
// CHECK-DAG: llvm.func @danausCudaAlloc(i64) -> !llvm.ptr
// CHECK-DAG: llvm.func @danausCudaLaunch(!llvm.ptr, !llvm.ptr, i64, i64, i64, i64, i64, i64, i32, i32, i32, !llvm.ptr) -> i32
// CHECK-DAG: llvm.func @danausCudaFree(!llvm.ptr) -> i32
// CHECK-DAG: llvm.func @danausCudaCopyOnDevice(!llvm.ptr, !llvm.ptr, i64) -> i32
// CHECK-DAG: llvm.func @danausCudaFill(!llvm.ptr, i32, i64) -> i32
// CHECK-LABEL: func.func @layer(
func.func @layer(%x: memref<?x16xf32>, %rows: index, %y: memref<?x16xf32>) {
  %c1 = arith.constant 1 : index
  %c128 = arith.constant 128 : index
  %shared = arith.constant 1024 : i32
  // CHECK-DAG: %[[IMAGE:.+]] = llvm.mlir.addressof @danaus_kernels_image
  // CHECK-DAG: %[[NAME:.+]] = llvm.mlir.addressof @layer_kernel_0_name
  // CHECK: %[[MEMORY:.+]] = llvm.call @danausCudaAlloc(%{{.+}}) : (i64) -> !llvm.ptr
  %t = gpu.alloc (%rows) : memref<?x16xf32>
  // CHECK: llvm.call @danausCudaFill(
  %counters = gpu.alloc () : memref<64xi32>
  %zero = arith.constant 0 : i32
  gpu.memset %counters, %zero : memref<64xi32>, i32
  // CHECK: %[[ARRAY:.+]] = llvm.alloca %{{.+}} x !llvm.ptr
  // CHECK: llvm.call @danausCudaLaunch(%[[IMAGE]], %[[NAME]], %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}, %[[ARRAY]])
  gpu.launch_func @danaus_kernels::@layer_kernel_0 blocks in (%rows, %c1, %c1) threads in (%c128, %c1, %c1)
      dynamic_shared_memory_size %shared args(%x : memref<?x16xf32>, %t : memref<?x16xf32>)
  // CHECK: llvm.call @danausCudaCopyOnDevice(
  memref.copy %t, %y : memref<?x16xf32> to memref<?x16xf32>
  // CHECK: llvm.call @danausCudaFree(
  gpu.dealloc %t : memref<?x16xf32>
  return
}
// Host functions without a launch, such as one that packs weights, keep their memory on the host.
// CHECK-LABEL: func.func @on_the_host(
// CHECK: memref.alloc() : memref<4xf32>
func.func @on_the_host() -> memref<4xf32> {
  %m = memref.alloc() : memref<4xf32>
  return %m : memref<4xf32>
}
gpu.module @danaus_kernels {
  gpu.func @layer_kernel_0(%x: memref<?x16xf32>, %y: memref<?x16xf32>) kernel {
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @host_code_on_device_memory(%x: memref<?x16xf32>, %i: index) {
  %c1 = arith.constant 1 : index
  gpu.launch_func @danaus_kernels::@k blocks in (%i, %c1, %c1) threads in (%c1, %c1, %c1) args(%x : memref<?x16xf32>)
  // expected-error @below {{'memref.load' op wanted only launches, allocations and copies in a function that launches kernels, as its memory is on the device}}
  %v = memref.load %x[%i, %i] : memref<?x16xf32>
  return
}
gpu.module @danaus_kernels {
  gpu.func @k(%x: memref<?x16xf32>) kernel {
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @loops_to_be_on_device_memory(%x: memref<?x16xf32>, %v: f32, %i: index) {
  %c1 = arith.constant 1 : index
  scf.for %j = %c1 to %i step %c1 {
    gpu.launch_func @danaus_kernels::@k blocks in (%i, %c1, %c1) threads in (%c1, %c1, %c1) args(%x : memref<?x16xf32>)
  }
  // expected-error @below {{'linalg.fill' op wanted only launches, allocations and copies in a function that launches kernels, as its memory is on the device}}
  linalg.fill ins(%v : f32) outs(%x : memref<?x16xf32>)
  return
}
gpu.module @danaus_kernels {
  gpu.func @k(%x: memref<?x16xf32>) kernel {
    gpu.return
  }
}
}

// -----

// A constant is on the host; the runtime keeps its copy on the device. No launch is needed to say where memory is.
memref.global "private" constant @table : memref<3xf32> = dense<[1.0, 2.0, 3.0]>
// CHECK-LABEL: func.func @constants(
// CHECK-SAME:    %[[Y:.+]]: memref<3xf32>) {
// CHECK:         %[[HOST:.+]] = memref.get_global @table
// CHECK:         %[[NUMBER:.+]] = memref.extract_aligned_pointer_as_index %[[HOST]]
// CHECK:         %[[CAST:.+]] = arith.index_cast %[[NUMBER]]
// CHECK:         %[[ADDRESS:.+]] = llvm.inttoptr %[[CAST]]
// CHECK:         %[[COPY:.+]] = llvm.call @danausCudaConstant(%[[ADDRESS]], %{{.+}}) : (!llvm.ptr, i64) -> !llvm.ptr
// CHECK:         llvm.call @danausCudaCopyOnDevice(
func.func @constants(%y: memref<3xf32>) attributes {danaus.on_device} {
  %t = memref.get_global @table : memref<3xf32>
  memref.copy %t, %y : memref<3xf32> to memref<3xf32>
  return
}

// -----

memref.global "private" @counter : memref<3xf32> = dense<0.0>
func.func @a_variable(%y: memref<3xf32>) attributes {danaus.on_device} {
  // expected-error @below {{'memref.get_global' op wanted a constant in a function whose memory is on the device}}
  %t = memref.get_global @counter : memref<3xf32>
  memref.copy %t, %y : memref<3xf32> to memref<3xf32>
  return
}

// -----

func.func @memory_on_the_stack(%y: memref<3xf32>) attributes {danaus.on_device} {
  // expected-error @below {{'memref.alloca' op wanted no memory on the stack in a function whose memory is on the device}}
  %t = memref.alloca() : memref<3xf32>
  memref.copy %t, %y : memref<3xf32> to memref<3xf32>
  return
}

// -----

// A tensor is described on the stack, at 64 bytes, and the launch passes the description itself, not its address.
module attributes {gpu.container_module} {
// CHECK: llvm.func @danausCudaTensorMap(!llvm.ptr, !llvm.ptr, i32, i32, !llvm.ptr, !llvm.ptr, !llvm.ptr) -> i32
// CHECK-LABEL: func.func @boxes(
func.func @boxes(%x: memref<?x4096xbf16>, %rows: index) {
  %c1 = arith.constant 1 : index
  %c384 = arith.constant 384 : index
  // CHECK-DAG: %[[EARLY:.+]] = llvm.mlir.constant(1 : i32)
  // CHECK-DAG: %[[CLUSTER:.+]] = llvm.mlir.constant(8 : i32)
  // CHECK: %[[MAP:.+]] = llvm.alloca %{{.+}} x !llvm.array<16 x i64> {alignment = 64 : i64}
  // CHECK: %[[SIZES:.+]] = llvm.alloca %{{.+}} x i64
  // CHECK: %[[STRIDES:.+]] = llvm.alloca %{{.+}} x i64
  // CHECK: %[[BOX:.+]] = llvm.alloca %{{.+}} x i64
  // CHECK: llvm.call @danausCudaTensorMap(%[[MAP]], %{{.+}}, %{{.+}}, %{{.+}}, %[[SIZES]], %[[STRIDES]], %[[BOX]])
  %map = tile.tensor_map %x rows %rows sizes [256, 16, -1] strides [1, 256, 4096] box [64, 1, 128] : memref<?x4096xbf16>
  // CHECK: %[[ARRAY:.+]] = llvm.alloca %{{.+}} x !llvm.ptr
  // CHECK: llvm.store %[[MAP]], %{{.+}} : !llvm.ptr, !llvm.ptr
  // CHECK: llvm.call @danausCudaLaunch({{.+}}, %[[EARLY]], %[[CLUSTER]], %[[ARRAY]])
  gpu.launch_func @danaus_kernels::@k blocks in (%rows, %c1, %c1) threads in (%c384, %c1, %c1) args(%map : !llvm.ptr, %rows : index) {tile.early, tile.cluster = 8 : i64}
  return
}
gpu.module @danaus_kernels {
  gpu.func @k(%map: !llvm.ptr, %rows: index) kernel {
    gpu.return
  }
}
}

// -----

// A constant that is only copied to the device stays where it is.
memref.global "private" constant @table : memref<3xbf16> = dense<[1.0, 2.0, 3.0]>
// CHECK-LABEL: func.func @copies_of_constants(
// CHECK-NOT:     danausCudaConstant
// CHECK:         llvm.mlir.constant(6 : i64)
// CHECK:         llvm.call @danausCudaCopyToDevice(
func.func @copies_of_constants(%y: memref<3xbf16>) attributes {danaus.on_device} {
  %t = memref.get_global @table : memref<3xbf16>
  gpu.memcpy %y, %t : memref<3xbf16>, memref<3xbf16>
  return
}

// -----

func.func @copies_from_elsewhere(%x: memref<3xbf16>, %y: memref<3xbf16>) attributes {danaus.on_device} {
  // expected-error @below {{failed to legalize operation 'gpu.memcpy' that was explicitly marked illegal}}
  gpu.memcpy %y, %x : memref<3xbf16>, memref<3xbf16>
  return
}

// -----

// The library's product, whose answer decides whether the kernel is launched.
module attributes {gpu.container_module} {
// CHECK: llvm.func @danausCudaLibraryProduct(!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64, i64, i32) -> i32
// CHECK-LABEL: func.func @library(
func.func @library(%x: memref<?x512xbf16>, %w: memref<1x256x512xbf16>, %y: memref<?x256xbf16>) {
  %c1 = arith.constant 1 : index
  // CHECK-DAG: %[[B:.+]] = llvm.mlir.constant(256 : i64) : i64
  // CHECK-DAG: %[[C:.+]] = llvm.mlir.constant(512 : i64) : i64
  // CHECK-DAG: %[[BF16:.+]] = llvm.mlir.constant(1 : i32) : i32
  // CHECK: %[[ROWS:.+]] = llvm.extractvalue %{{.+}}[3, 0]
  // CHECK: %[[CODE:.+]] = llvm.call @danausCudaLibraryProduct(%{{.+}}, %{{.+}}, %{{.+}}, %[[ROWS]], %[[B]], %[[C]], %[[BF16]])
  // CHECK: %[[DONE:.+]] = llvm.icmp "ne" %[[CODE]], %{{.+}} : i32
  %done = tile.library_product %x, %w, %y : memref<?x512xbf16>, memref<1x256x512xbf16>, memref<?x256xbf16>
  // CHECK: scf.if %[[DONE]] {
  scf.if %done {
  } else {
    // CHECK: } else {
    // CHECK: llvm.call @danausCudaLaunch(
    gpu.launch_func @danaus_kernels::@k blocks in (%c1, %c1, %c1) threads in (%c1, %c1, %c1)
  }
  return
}
gpu.module @danaus_kernels {
  gpu.func @k() kernel {
    gpu.return
  }
}
}
