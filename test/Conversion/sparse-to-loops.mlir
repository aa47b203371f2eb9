// Sparse stages become loops with sums in registers; the matrix never becomes dense.

// RUN: danaus-opt %s --convert-chain-to-linalg | FileCheck %s
// RUN: danaus-opt %s --convert-chain-to-linalg | danaus-opt --convert-chain-to-linalg | FileCheck %s

// One element of y is one sum over the blocks of its row.
// CHECK-LABEL: func.func @blocks
// CHECK-SAME: %[[X:.+]]: tensor<?x6xf32>, %[[W:.+]]: tensor<?x2x3xf32>, %[[P:.+]]: tensor<3xi32>, %[[C:.*]]: tensor<?xi32>
// CHECK: scf.for %[[N:[^ ]+]] = %{{.*}} iter_args(%{{.*}} = %{{.*}}) -> (tensor<?x4xf32>)
// CHECK: scf.for %[[ROW:[^ ]+]] = %{{.*}} -> (tensor<?x4xf32>)
// CHECK: scf.for %[[I:[^ ]+]] = %{{.*}} -> (tensor<?x4xf32>)
// CHECK: tensor.extract %[[P]][%[[ROW]]]
// CHECK: %[[SUM:[^ ]+]] = scf.for %[[E:[^ ]+]] = %{{.*}} -> (f32)
// CHECK: tensor.extract %[[C]][%[[E]]]
// CHECK: scf.for %[[K:[^ ]+]] = %{{.*}} -> (f32)
// CHECK: tensor.extract %[[X]][%[[N]], %{{.*}}]
// CHECK: tensor.extract %[[W]][%[[E]], %[[I]], %[[K]]]
// CHECK: arith.addf %{{.*}}, %{{.*}} fastmath<reassoc,contract> : f32
// CHECK: tensor.insert %[[SUM]] into %{{.*}}[%[[N]], %{{.*}}]
// CHECK-NOT: tensor.empty
// CHECK-NOT: chain.
func.func @blocks(%x: tensor<?x6xf32>, %w: tensor<?x2x3xf32>, %p: tensor<3xi32>, %c: tensor<?xi32>) -> tensor<?x4xf32> {
  %y = chain.indexed %x, %w at %p, %c : tensor<?x6xf32>, tensor<?x2x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// Single values have no loops within a block; the sum in f32 is rounded once.
// CHECK-LABEL: func.func @transposed_values
// CHECK-SAME: %[[X:.+]]: tensor<?x4xbf16>, %[[W:.+]]: tensor<5xbf16>
// CHECK: linalg.fill {{.*}} outs(%{{.*}} : tensor<?x6xf32>)
// CHECK: %[[Y:[^ ]+]] = scf.for %{{.*}} -> (tensor<?x6xf32>)
// CHECK: scf.for %{{.*}} -> (tensor<?x6xf32>)
// CHECK: scf.for %[[E:[^ ]+]] = %{{.*}} -> (tensor<?x6xf32>)
// CHECK-NOT: scf.for
// CHECK: tensor.extract %[[W]][%[[E]]]
// CHECK: tensor.insert %{{.*}} : tensor<?x6xf32>
// CHECK: linalg.generic {{.*}} ins(%[[Y]] : tensor<?x6xf32>) outs(%{{.*}} : tensor<?x6xbf16>)
func.func @transposed_values(%x: tensor<?x4xbf16>, %w: tensor<5xbf16>, %p: tensor<5xi64>, %c: tensor<5xi64>) -> tensor<?x6xbf16> {
  %y = chain.indexed %x, %w at %p, %c transposes : tensor<?x4xbf16>, tensor<5xbf16> at tensor<5xi64>, tensor<5xi64> -> tensor<?x6xbf16>
  return %y : tensor<?x6xbf16>
}

// Groups along the sum gather from x; groups along y scatter into it.
// CHECK-LABEL: func.func @groups
// CHECK-SAME: %[[X:.+]]: tensor<3x8xf32>, %[[W:.+]]: tensor<6x4xf32>, %[[P:.+]]: tensor<6x4xi8>
// CHECK: %[[SUM:[^ ]+]] = scf.for %[[C:[^ ]+]] = %{{.*}} -> (f32)
// CHECK: %[[GROUP:[^ ]+]] = arith.divui %[[C]], %{{.*}} : index
// CHECK: tensor.extract %[[P]][%[[I:[^ ]+]], %[[C]]]
// CHECK: tensor.extract %[[W]][%[[I]], %[[C]]]
// CHECK: tensor.insert %[[SUM]]
func.func @groups(%x: tensor<3x8xf32>, %w: tensor<6x4xf32>, %p: tensor<6x4xi8>) -> tensor<3x6xf32> {
  %y = chain.grouped %x, %w at %p n 2 m 4 axis 1 : tensor<3x8xf32>, tensor<6x4xf32> at tensor<6x4xi8> -> tensor<3x6xf32>
  return %y : tensor<3x6xf32>
}

// CHECK-LABEL: func.func @scattered_groups
// CHECK-SAME: %[[X:.+]]: tensor<3x6xcomplex<f32>>, %[[W:.+]]: tensor<6x4xcomplex<f32>>
// CHECK: scf.for %{{.*}} -> (tensor<3x8xcomplex<f32>>)
// CHECK: complex.mul
// CHECK: complex.add
// CHECK: tensor.insert %{{.*}} : tensor<3x8xcomplex<f32>>
func.func @scattered_groups(%x: tensor<3x6xcomplex<f32>>, %w: tensor<6x4xcomplex<f32>>, %p: tensor<6x4xi8>) -> tensor<3x8xcomplex<f32>> {
  %y = chain.grouped %x, %w at %p n 2 m 4 axis 1 transposes : tensor<3x6xcomplex<f32>>, tensor<6x4xcomplex<f32>> at tensor<6x4xi8> -> tensor<3x8xcomplex<f32>>
  return %y : tensor<3x8xcomplex<f32>>
}
