// RUN: danaus-opt %s | danaus-opt | FileCheck %s
// RUN: danaus-opt %s --mlir-print-op-generic | danaus-opt | FileCheck %s

// CHECK-LABEL: func.func @block_diagonal(
// CHECK-SAME: %[[M:.*]]: tensor<12x8xi8, #linop.quantized<#linop.block_diagonal<blocks = 4>, y = i8>>)
func.func @block_diagonal(%m: tensor<12x8xi8, #linop.quantized<#linop.block_diagonal<blocks = 4>, y = i8>>) {
  // CHECK: linop.parameters %[[M]] : {{.*}} -> tensor<4x3x2xi8>, tensor<4x3xf32>, tensor<2xf32>
  %p0, %p1, %p2 = linop.parameters %m : tensor<12x8xi8, #linop.quantized<#linop.block_diagonal<blocks = 4>, y = i8>>
      -> tensor<4x3x2xi8>, tensor<4x3xf32>, tensor<2xf32>
  return
}

#monarch = #linop.quantized<#linop.monarch<blocks = [4, 3], middle = 12>, y = f32>
// CHECK-LABEL: func.func @monarch(
func.func @monarch(%m: tensor<6x8xi8, #monarch>, %x: tensor<?x8xi8>) -> tensor<?x6xf32> {
  // CHECK: linop.parameters {{.*}} -> tensor<4x3x2xi8>, tensor<3x2x4xi8>, tensor<4x3xf32>, tensor<3x2xf32>, tensor<2xf32>
  %p:5 = linop.parameters %m : tensor<6x8xi8, #monarch>
      -> tensor<4x3x2xi8>, tensor<3x2x4xi8>, tensor<4x3xf32>, tensor<3x2xf32>, tensor<2xf32>
  // CHECK: linop.assemble
  %n = linop.assemble %p#0, %p#1, %p#2, %p#3, %p#4
      : (tensor<4x3x2xi8>, tensor<3x2x4xi8>, tensor<4x3xf32>, tensor<3x2xf32>, tensor<2xf32>) -> tensor<6x8xi8, #monarch>
  // CHECK: linop.apply {{.*}}, tensor<?x8xi8> -> tensor<?x6xf32>
  %y = linop.apply %n, %x : tensor<6x8xi8, #monarch>, tensor<?x8xi8> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

#low_rank = #linop.quantized<#linop.low_rank<rank = 2>, y = i8>
// CHECK-LABEL: func.func @low_rank(
func.func @low_rank(%m: tensor<6x8xi8, #low_rank>) {
  // CHECK: linop.parameters {{.*}} -> tensor<6x2xi8>, tensor<2x8xi8>, tensor<6xf32>, tensor<2xf32>, tensor<3xf32>
  %p:5 = linop.parameters %m : tensor<6x8xi8, #low_rank>
      -> tensor<6x2xi8>, tensor<2x8xi8>, tensor<6xf32>, tensor<2xf32>, tensor<3xf32>
  return
}
