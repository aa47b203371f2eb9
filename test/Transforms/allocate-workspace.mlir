// RUN: danaus-opt %s --allow-unregistered-dialect --danaus-allocate-workspace --canonicalize --cse --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @places_follow_each_other(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?x4xf32>, %[[W:[a-z0-9]+]]: memref<?xi8>) attributes {{.*}}danaus.workspace = @places_follow_each_other_workspace
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C12:.*]] = arith.constant 12 : index
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK: %[[ROWS:.*]] = memref.dim %[[X]], %[[C0]]
// CHECK: %[[BYTES:.*]] = arith.muli %[[ROWS]], %[[C12]]
// CHECK: %[[SUM:.*]] = arith.addi %[[BYTES]], %{{.*}}
// CHECK: %[[ROUND:.*]] = arith.andi %[[SUM]], %{{.*}}
// CHECK: %[[THIRD:.*]] = arith.addi %[[ROUND]], %[[C64]]
// CHECK: memref.view %[[W]][%[[C0]]][] : memref<?xi8> to memref<5xf32>
// CHECK: memref.view %[[W]][%[[C64]]][%[[ROWS]]] : memref<?xi8> to memref<?x3xf32>
// A tile in a loop has the most rows that it can have.
// CHECK: scf.for
// CHECK: %[[SIZE:.*]] = affine.min
// CHECK: memref.view %[[W]][%[[THIRD]]][%[[SIZE]]] : memref<?xi8> to memref<?x4xf32>
// CHECK-NOT: memref.alloc
// CHECK: return

// 64 + roundUp(12 rows) + 16 x 16
// CHECK-LABEL: func.func private @places_follow_each_other_workspace(
// CHECK-SAME: %[[ROWS:.*]]: index) -> index {
// CHECK-DAG: %[[C12:.*]] = arith.constant 12 : index
// CHECK-DAG: %[[OTHERS:.*]] = arith.constant 320 : index
// CHECK: %[[BYTES:.*]] = arith.muli %[[ROWS]], %[[C12]]
// CHECK: %[[ROUND:.*]] = arith.andi
// CHECK: %[[TOTAL:.*]] = arith.addi %[[ROUND]], %[[OTHERS]]
// CHECK: return %[[TOTAL]]

// CHECK-LABEL: func.func @places_follow_each_other_pack(
// CHECK-SAME: memref<4xf32>, %{{.*}}: memref<?xi8>)
func.func @places_follow_each_other(%x: memref<?x4xf32>) attributes {danaus.pack = @places_follow_each_other_pack, danaus.parameters = 0 : i64} {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %rows = memref.dim %x, %c0 : memref<?x4xf32>
  %a = memref.alloc() : memref<5xf32>
  %b = memref.alloc(%rows) : memref<?x3xf32>
  "test.use"(%a, %b) : (memref<5xf32>, memref<?x3xf32>) -> ()
  scf.for %i = %c0 to %rows step %c16 {
    %size = affine.min affine_map<(i)[n] -> (n - i, 16)>(%i)[%rows]
    %tile = memref.alloc(%size) : memref<?x4xf32>
    "test.use"(%tile) : (memref<?x4xf32>) -> ()
  }
  return
}
func.func @places_follow_each_other_pack(%p: memref<4xf32>) {
  return
}

// -----

// CHECK-LABEL: func.func @one_place_for_each_worker(
// CHECK-DAG: %[[OWN:.*]] = arith.constant 64 : index
// CHECK-DAG: %[[AFTER:.*]] = arith.constant 192 : index
// CHECK: scf.forall (%[[I:.*]]) in
// CHECK: %[[START:.*]] = arith.muli %[[I]], %[[OWN]]
// CHECK: memref.view %{{.*}}[%[[START]]][] : memref<?xi8> to memref<16xf32>
// CHECK: memref.view %{{.*}}[%[[AFTER]]][] : memref<?xi8> to memref<2xcomplex<f32>>
// CHECK-LABEL: func.func private @one_place_for_each_worker_workspace(
// CHECK: %[[TOTAL:.*]] = arith.constant 256 : index
// CHECK: return %[[TOTAL]]
func.func @one_place_for_each_worker(%n: index) attributes {danaus.pack = @pack, danaus.parameters = 0 : i64} {
  scf.forall (%i) in (%n) {
    %tile = memref.alloc() : memref<16xf32>
    "test.use"(%tile) : (memref<16xf32>) -> ()
  } {danaus.workers = 3 : i64}
  %after = memref.alloc() : memref<2xcomplex<f32>>
  "test.use"(%after) : (memref<2xcomplex<f32>>) -> ()
  return
}
func.func @pack() {
  return
}

// -----

// CHECK-LABEL: func.func @sizes_of_views(
// CHECK-SAME: %{{[a-z0-9]+}}: memref<?x4xf32>, %[[W:[a-z0-9]+]]: memref<?xi8>)
// CHECK: memref.view %[[W]]
// CHECK-LABEL: func.func private @sizes_of_views_workspace(
// CHECK-SAME: %[[ROWS:[a-z0-9]+]]: index)
// CHECK: arith.muli %[[ROWS]], %{{.*}}
func.func @sizes_of_views(%x: memref<?x4xf32>) attributes {danaus.pack = @pack, danaus.parameters = 0 : i64} {
  %c0 = arith.constant 0 : index
  %rows = memref.dim %x, %c0 : memref<?x4xf32>
  %view = memref.expand_shape %x [[0], [1, 2]] output_shape [%rows, 2, 2] : memref<?x4xf32> into memref<?x2x2xf32>
  %same = memref.dim %view, %c0 : memref<?x2x2xf32>
  %a = memref.alloc(%same) : memref<?x3xf32>
  "test.use"(%a) : (memref<?x3xf32>) -> ()
  return
}
func.func @pack() {
  return
}

// -----

func.func @a_size_from_data(%x: memref<4xindex>) attributes {danaus.pack = @pack, danaus.parameters = 0 : i64} {
  %c0 = arith.constant 0 : index
  %size = memref.load %x[%c0] : memref<4xindex>
  // expected-error @below {{'memref.alloc' op wanted a size that follows from the number of rows, or a constant bound on it}}
  %a = memref.alloc(%size) : memref<?xf32>
  "test.use"(%a) : (memref<?xf32>) -> ()
  return
}
func.func @pack() {
  return
}

// -----

func.func @carried_by_a_loop(%n: index, %m: memref<4xf32>) attributes {danaus.pack = @pack, danaus.parameters = 0 : i64} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %last = scf.for %i = %c0 to %n step %c1 iter_args(%old = %m) -> memref<4xf32> {
    // expected-error @below {{'memref.alloc' op leaves the loop or branch that allocates it}}
    %new = memref.alloc() : memref<4xf32>
    "test.use"(%old, %new) : (memref<4xf32>, memref<4xf32>) -> ()
    scf.yield %new : memref<4xf32>
  }
  return
}
func.func @pack() {
  return
}

// -----

func.func @in_a_loop_without_a_number_of_workers(%n: index) attributes {danaus.pack = @pack, danaus.parameters = 0 : i64} {
  scf.forall (%i) in (%n) {
    // expected-error @below {{'memref.alloc' op in a parallel loop with no danaus.workers (run danaus-distribute-rows)}}
    %tile = memref.alloc() : memref<16xf32>
    "test.use"(%tile) : (memref<16xf32>) -> ()
  }
  return
}
func.func @pack() {
  return
}

// -----

func.func @strided() attributes {danaus.pack = @pack, danaus.parameters = 0 : i64} {
  // expected-error @below {{'memref.alloc' op wanted a row-major buffer, found 'memref<4x4xf32, strided<[1, 4]>>'}}
  %a = memref.alloc() : memref<4x4xf32, strided<[1, 4]>>
  "test.use"(%a) : (memref<4x4xf32, strided<[1, 4]>>) -> ()
  return
}
func.func @pack() {
  return
}

// -----

func.func private @helper(%m: memref<4xf32>) {
  return
}
func.func @a_call(%m: memref<4xf32>) attributes {danaus.pack = @pack, danaus.parameters = 0 : i64} {
  // expected-error @below {{'func.call' op wanted every function inlined, found a call of one with a body}}
  func.call @helper(%m) : (memref<4xf32>) -> ()
  return
}
func.func @pack() {
  return
}

// -----

// On a device nothing is freed, and the constants of the packing function are copied to memory of its own.
memref.global "private" constant @shift : memref<4xf32> = dense<[1.0, 2.0, 3.0, 4.0]>
// CHECK-LABEL: func.func @on_a_device(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?x4xf32>, %[[W:[a-z0-9]+]]: memref<?xi8>)
// CHECK: memref.view %[[W]][%{{.*}}][%{{.*}}] : memref<?xi8> to memref<?x3xf32>
// CHECK: memref.view %[[W]][%{{.*}}][] : memref<?xi8> to memref<5xf32>
// CHECK-NOT: dealloc
// CHECK: return
func.func @on_a_device(%x: memref<?x4xf32>) attributes {danaus.pack = @on_a_device_pack, danaus.parameters = 0 : i64, danaus.on_device} {
  %c0 = arith.constant 0 : index
  %rows = memref.dim %x, %c0 : memref<?x4xf32>
  %a = gpu.alloc(%rows) : memref<?x3xf32>
  %b = memref.alloc() : memref<5xf32>
  "test.use"(%a, %b) : (memref<?x3xf32>, memref<5xf32>) -> ()
  gpu.dealloc %a : memref<?x3xf32>
  memref.dealloc %b : memref<5xf32>
  return
}
// CHECK-LABEL: func.func @on_a_device_pack(
// CHECK-SAME: %[[W:[a-z0-9]+]]: memref<?xi8>)
// CHECK: %[[HOST:.*]] = memref.get_global @shift
// CHECK: %[[DEVICE:.*]] = memref.view %[[W]]
// CHECK: gpu.memcpy %[[DEVICE]], %[[HOST]] : memref<4xf32>, memref<4xf32>
// CHECK: "test.use"(%[[DEVICE]])
func.func @on_a_device_pack() attributes {danaus.on_device} {
  %shift = memref.get_global @shift : memref<4xf32>
  "test.use"(%shift) : (memref<4xf32>) -> ()
  return
}
