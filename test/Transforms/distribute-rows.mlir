// RUN: danaus-opt %s --pass-pipeline="builtin.module(func.func(danaus-distribute-rows{threads=3}))" | FileCheck %s
// RUN: danaus-opt %s --pass-pipeline="builtin.module(func.func(danaus-distribute-rows{threads=3},danaus-distribute-rows{threads=3}))" | FileCheck %s
// RUN: danaus-opt %s --danaus-distribute-rows | FileCheck %s --check-prefix=ONE
// RUN: not danaus-opt %s --danaus-distribute-rows=threads=0 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: threads: wanted at least 1, found 0

// CHECK-LABEL: func.func @tiles_end_at_a_workers_last_row(
// CHECK-SAME: %[[N:[a-z0-9]+]]: index,
// CHECK-DAG: %[[STEP:.*]] = arith.constant 80
// CHECK-DAG: %[[UNIT:.*]] = arith.constant 16
// CHECK-DAG: %[[MOST:.*]] = arith.constant 3
// CHECK-DAG: %[[UNITS:.*]] = arith.ceildivsi %[[N]], %[[UNIT]]
// CHECK: %[[USED:.*]] = arith.minsi %[[MOST]], %[[UNITS]]
// CHECK: scf.forall (%[[W:.*]]) in (%[[USED]]) {
// CHECK: %[[A:.*]] = arith.muli %[[UNITS]], %[[W]]
// CHECK: %[[B:.*]] = arith.divsi %[[A]], %[[USED]]
// CHECK: %[[FROM:.*]] = arith.muli %[[B]], %[[UNIT]]
// CHECK: %[[TO:.*]] = arith.minsi %[[N]], %{{.*}}
// CHECK: scf.for %[[I:.*]] = %[[FROM]] to %[[TO]] step %[[STEP]] {
// CHECK: affine.min #{{.*}}(%[[I]])[%[[TO]]]
// CHECK: } {danaus.workers = 3 : i64}

// ONE-LABEL: func.func @tiles_end_at_a_workers_last_row(
// ONE-SAME: %[[N:[a-z0-9]+]]: index,
// ONE-NOT: scf.forall
// ONE: scf.for %[[I:.*]] = %{{.*}} to %[[N]] step
// ONE: affine.min #{{.*}}(%[[I]])[%[[N]]]
func.func @tiles_end_at_a_workers_last_row(%n: index, %m: memref<?xindex>) {
  scf.forall (%i) = (0) to (%n) step (80) {
    %size = affine.min affine_map<(i)[n] -> (n - i, 80)>(%i)[%n]
    memref.store %size, %m[%i] : memref<?xindex>
  }
  return
}

// CHECK-LABEL: func.func @whole_tiles_where_nothing_limits_them(
// CHECK: %[[UNIT:.*]] = arith.constant 64
// CHECK: arith.ceildivsi %{{.*}}, %[[UNIT]]
// CHECK: scf.forall
func.func @whole_tiles_where_nothing_limits_them(%m: memref<?xindex>) {
  scf.forall (%i) = (0) to (256) step (64) {
    memref.store %i, %m[%i] : memref<?xindex>
  }
  return
}

// CHECK-LABEL: func.func @whole_tiles_where_rows_are_read_otherwise(
// CHECK: %[[UNIT:.*]] = arith.constant 80
// CHECK: arith.ceildivsi %{{.*}}, %[[UNIT]]
func.func @whole_tiles_where_rows_are_read_otherwise(%n: index, %m: memref<?xindex>) {
  scf.forall (%i) = (0) to (%n) step (80) {
    %size = affine.min affine_map<(i)[n] -> (n - i, 80)>(%i)[%n]
    memref.store %size, %m[%i] : memref<?xindex>
    memref.store %n, %m[%i] : memref<?xindex>
  }
  return
}

// CHECK-LABEL: func.func @whole_tiles_where_other_rows_limit_too(
// CHECK: %[[UNIT:.*]] = arith.constant 80
// CHECK: arith.ceildivsi %{{.*}}, %[[UNIT]]
func.func @whole_tiles_where_other_rows_limit_too(%n: index, %other: index, %m: memref<?xindex>) {
  scf.forall (%i) = (0) to (%n) step (80) {
    %size = affine.min affine_map<(i)[n] -> (n - i, 80)>(%i)[%n]
    %more = affine.min affine_map<(i)[n] -> (n - i, 80)>(%i)[%other]
    memref.store %size, %m[%i] : memref<?xindex>
    memref.store %more, %m[%i] : memref<?xindex>
  }
  return
}

// CHECK-LABEL: func.func @other_loops_become_sequential(
// CHECK-NOT: scf.forall
// CHECK-COUNT-2: scf.for
func.func @other_loops_become_sequential(%m: memref<4x4xindex>) {
  scf.forall (%i, %j) in (4, 4) {
    memref.store %i, %m[%i, %j] : memref<4x4xindex>
  }
  return
}
