// RUN: danaus-opt %s --danaus-outline-parallel-loops --split-input-file --verify-diagnostics | FileCheck %s
// RUN: danaus-opt %s --danaus-outline-parallel-loops --danaus-outline-parallel-loops --split-input-file --verify-diagnostics | FileCheck %s

// CHECK: func.func private @danausParallelFor(!llvm.ptr, !llvm.ptr, i64)

// The memref and the number go through memory; the constant and the scratch memory are the worker's own.
// CHECK-LABEL: func.func @f(
// CHECK-SAME: %[[M:[a-z0-9]+]]: memref<?xf32>, %[[N:[a-z0-9]+]]: index) {
// CHECK: %[[CONTEXT:.*]] = llvm.alloca %{{.*}} x !llvm.struct<(i64, struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>)>
// CHECK: %[[DESCRIPTOR:.*]] = builtin.unrealized_conversion_cast %[[M]] : memref<?xf32> to !llvm.struct<
// CHECK: llvm.store %[[DESCRIPTOR]], %{{.*}}
// CHECK: %[[WORKER:.*]] = constant @f_worker : (!llvm.ptr, i64) -> ()
// CHECK: %[[ADDRESS:.*]] = builtin.unrealized_conversion_cast %[[WORKER]]
// CHECK: %[[COUNT:.*]] = arith.index_cast %[[N]] : index to i64
// CHECK: call @danausParallelFor(%[[ADDRESS]], %[[CONTEXT]], %[[COUNT]])
// CHECK-NOT: scf.forall

// CHECK-LABEL: func.func private @f_worker(
// CHECK-SAME: %[[GIVEN:[a-z0-9]+]]: !llvm.ptr, %[[W:[a-z0-9]+]]: i64) {
// CHECK: %[[PLACE:.*]] = llvm.getelementptr %[[GIVEN]][0, 1]
// CHECK: %[[LOADED:.*]] = llvm.load %[[PLACE]]
// CHECK: %[[MEMREF:.*]] = builtin.unrealized_conversion_cast %[[LOADED]] : !llvm.struct<{{.*}}> to memref<?xf32>
// CHECK-DAG: arith.constant 1.000000e+00
// CHECK-DAG: %[[SCRATCH:.*]] = memref.alloca() : memref<4xf32>
// CHECK-DAG: %[[I:.*]] = arith.index_cast %[[W]]
// CHECK: memref.store %{{.*}}, %[[SCRATCH]]
// CHECK: memref.store %{{.*}}, %[[MEMREF]][%[[I]]]
// CHECK: return
func.func @f(%m: memref<?xf32>, %n: index) {
  %one = arith.constant 1.0 : f32
  %c0 = arith.constant 0 : index
  %scratch = memref.alloca() : memref<4xf32>
  scf.forall (%i) in (%n) {
    memref.store %one, %scratch[%c0] : memref<4xf32>
    %value = memref.load %scratch[%c0] : memref<4xf32>
    %rows = arith.index_cast %n : index to i64
    %float = arith.sitofp %rows : i64 to f32
    %sum = arith.addf %value, %float : f32
    memref.store %sum, %m[%i] : memref<?xf32>
  } {danaus.workers = 4 : i64}
  return
}

// -----

// CHECK-LABEL: func.func @loops_without_workers_are_left(
// CHECK: scf.forall
func.func @loops_without_workers_are_left(%m: memref<?xindex>, %n: index) {
  scf.forall (%i) in (%n) {
    memref.store %i, %m[%i] : memref<?xindex>
  }
  return
}

// -----

// CHECK-LABEL: func.func @two_loops(
// CHECK: constant @two_loops_worker :
// CHECK: constant @two_loops_worker_0 :
func.func @two_loops(%m: memref<?xindex>, %n: index) {
  scf.forall (%i) in (%n) {
    memref.store %i, %m[%i] : memref<?xindex>
  } {danaus.workers = 4 : i64}
  scf.forall (%i) in (%n) {
    memref.store %n, %m[%i] : memref<?xindex>
  } {danaus.workers = 4 : i64}
  return
}

// -----

func.func @what_llvm_has_no_type_for(%m: memref<?xindex>, %t: tensor<4xindex>, %n: index) {
  // expected-error @below {{'scf.forall' op reads a value that LLVM has no type for: 'tensor<4xindex>'}}
  scf.forall (%i) in (%n) {
    %v = tensor.extract %t[%i] : tensor<4xindex>
    memref.store %v, %m[%i] : memref<?xindex>
  } {danaus.workers = 4 : i64}
  return
}
