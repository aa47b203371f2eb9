// RUN: danaus-opt %s --canonicalize | FileCheck %s

!lr = tensor<64x48xf32, #linop.low_rank<rank = 8>>
!lrt = tensor<48x64xf32, #linop.transpose<!lr>>

// CHECK-LABEL: func.func @transpose_of_transpose_is_the_matrix
// CHECK-SAME: %[[M:[a-z0-9_]+]]: tensor<64x48xf32
func.func @transpose_of_transpose_is_the_matrix(%m: !lr) -> !lr {
  // CHECK-NEXT: return %[[M]]
  %t = linop.transpose %m : !lr -> !lrt
  %r = linop.transpose %t : !lrt -> !lr
  return %r : !lr
}

// CHECK-LABEL: func.func @one_transpose_stays
func.func @one_transpose_stays(%m: !lr) -> !lrt {
  // CHECK: linop.transpose
  %t = linop.transpose %m : !lr -> !lrt
  return %t : !lrt
}

// CHECK-LABEL: func.func @ops_without_a_use_go
func.func @ops_without_a_use_go(%m: !lr, %x: tensor<48xf32>) {
  // CHECK-NEXT: return
  %y = linop.apply %m, %x : !lr, tensor<48xf32> -> tensor<64xf32>
  %d = linop.materialize %m : !lr -> tensor<64x48xf32>
  return
}

// CHECK-LABEL: func.func @parameters_of_what_was_assembled_here(
// CHECK-SAME:    %[[U:.*]]: tensor<6x2xf32>, %[[V:.*]]: tensor<2x8xf32>)
// CHECK-NEXT:    return %[[V]]
func.func @parameters_of_what_was_assembled_here(%u: tensor<6x2xf32>, %v: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %m = linop.assemble %u, %v : (tensor<6x2xf32>, tensor<2x8xf32>) -> tensor<6x8xf32, #linop.low_rank<rank = 2>>
  %a, %b = linop.parameters %m : tensor<6x8xf32, #linop.low_rank<rank = 2>> -> tensor<6x2xf32>, tensor<2x8xf32>
  return %b : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @parameters_of_an_argument_stay(
// CHECK:         linop.parameters
func.func @parameters_of_an_argument_stay(%m: tensor<6x8xf32, #linop.low_rank<rank = 2>>) -> tensor<2x8xf32> {
  %a, %b = linop.parameters %m : tensor<6x8xf32, #linop.low_rank<rank = 2>> -> tensor<6x2xf32>, tensor<2x8xf32>
  return %b : tensor<2x8xf32>
}
