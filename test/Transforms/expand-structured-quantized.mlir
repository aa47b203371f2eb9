// RUN: danaus-opt %s --danaus-expand-structured | FileCheck %s
// RUN: danaus-opt %s --danaus-expand-structured --danaus-expand-structured | FileCheck %s

// Sums in i32, then a map that multiplies them with scales, one a column, rounds and saturates. The scales of w2 (l, s)
// are read in the order (s, l) of y's columns.

#m = #linop.quantized<#linop.monarch<blocks = [4, 3], middle = 12>, y = f32>

// CHECK: #[[$CHANNELS:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-LABEL: func.func @monarch(
// CHECK-SAME: %[[W1:[^:]*]]: tensor<4x3x2xi8>, %[[W2:[^:]*]]: tensor<3x2x4xi8>, %[[C1:[^:]*]]: tensor<4x3xf32>,
// CHECK-SAME: %[[C2:[^:]*]]: tensor<3x2xf32>, %[[S:[^:]*]]: tensor<2xf32>, %[[X:[^:]*]]: tensor<?x8xi8>)
// CHECK: %[[A1:.*]] = chain.einsum %[[X]], %[[W1]] "acd,abc->abd" sizes [4, 2, 1, 3] : tensor<?x8xi8>, tensor<4x3x2xi8> -> tensor<?x12xi32>
// CHECK: %[[S0:.*]] = tensor.extract_slice %[[S]][0] [1] [1] : tensor<2xf32> to tensor<f32>
// CHECK: %[[S1:.*]] = tensor.extract_slice %[[S]][1] [1] [1] : tensor<2xf32> to tensor<f32>
// CHECK: %[[F1:.*]] = linalg.generic {{.*}} ins(%[[C1]], %[[S0]], %[[S1]]
// CHECK: arith.mulf
// CHECK: arith.divf
// CHECK: %[[F:.*]] = tensor.collapse_shape %[[F1]] {{.*}} into tensor<12xf32>
// CHECK: %[[Q:.*]] = chain.map %[[A1]], %[[F]] : tensor<?x12xi32>, tensor<12xf32> -> tensor<?x12xi8>
// CHECK: arith.sitofp
// CHECK: arith.mulf
// CHECK: arith.cmpf ogt
// CHECK: arith.cmpf olt
// CHECK: %[[ROUNDED:.*]] = arith.addf {{.*}} : f32
// CHECK: %[[BITS:.*]] = arith.bitcast %[[ROUNDED]] : f32 to i32
// CHECK: arith.trunci %[[BITS]] : i32 to i8
// CHECK: %[[A2:.*]] = chain.einsum %[[Q]], %[[W2]]
// CHECK: linalg.generic {indexing_maps = [#[[$CHANNELS]], {{.*}} ins(%[[C2]],
// CHECK-NOT: arith.divf
// CHECK: %[[Y:.*]] = chain.map %[[A2]],
// CHECK-NOT: arith.bitcast
// CHECK: return %[[Y]] : tensor<?x6xf32>
func.func @monarch(%m: tensor<6x8xi8, #m>, %x: tensor<?x8xi8>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : tensor<6x8xi8, #m>, tensor<?x8xi8> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}
