// RUN: danaus-opt %s --danaus-decompose-aggregates | FileCheck %s
// RUN: danaus-opt %s --danaus-decompose-aggregates -o %t.once
// RUN: danaus-opt %t.once --danaus-decompose-aggregates | diff %t.once -

// CHECK-LABEL: func.func @softmax_on_tensors_is_four_operations
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x8xf32>
func.func @softmax_on_tensors_is_four_operations(%x: tensor<?x8xf32>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK-NOT: linalg.softmax
  // CHECK: %[[MAX:.*]] = linalg.generic {{.*}} ins(%[[X]] :
  // CHECK: arith.maxnumf
  // CHECK: %[[EXP:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[MAX]] :
  // CHECK: math.exp
  // CHECK: %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[EXP]] :
  // CHECK: arith.addf
  // CHECK: %[[QUOTIENT:.*]] = linalg.generic {{.*}} ins(%[[EXP]], %[[SUM]] :
  // CHECK: arith.divf
  // CHECK: return %[[QUOTIENT]]
  %y = linalg.softmax dimension(1) ins(%x : tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @softmax_on_memrefs_stays
func.func @softmax_on_memrefs_stays(%x: memref<?x8xf32>, %y: memref<?x8xf32>) {
  // CHECK: linalg.softmax
  linalg.softmax dimension(1) ins(%x : memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  return
}
