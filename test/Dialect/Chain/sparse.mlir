// Sparse stages through parser and printer.

// RUN: danaus-opt %s | danaus-opt | FileCheck %s

// CHECK-LABEL: func.func @indexed
func.func @indexed(%x: tensor<?x6xf32>, %w: tensor<?x2x3xf32>, %values: tensor<5xf32>, %p: tensor<3xi32>, %places: tensor<?xi32>,
                   %rows: tensor<7xi64>, %columns: tensor<5xi64>) -> (tensor<?x4xf32>, tensor<?x8xf32>) {
  // CHECK: chain.indexed %{{.*}}, %{{.*}} at %{{.*}}, %{{.*}} : tensor<?x6xf32>, tensor<?x2x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xf32>
  %0 = chain.indexed %x, %w at %p, %places : tensor<?x6xf32>, tensor<?x2x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xf32>
  // CHECK: chain.indexed %{{.*}}, %{{.*}} at %{{.*}}, %{{.*}} transposes : tensor<?x6xf32>, tensor<5xf32> at tensor<7xi64>, tensor<5xi64> -> tensor<?x8xf32>
  %1 = chain.indexed %x, %values at %rows, %columns transposes : tensor<?x6xf32>, tensor<5xf32> at tensor<7xi64>, tensor<5xi64> -> tensor<?x8xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?x8xf32>
}

// CHECK-LABEL: func.func @grouped
func.func @grouped(%x: tensor<3x8xbf16>, %w: tensor<6x4xbf16>, %p: tensor<6x4xi8>, %v: tensor<4x6xbf16>, %q: tensor<4x6xi32>)
    -> (tensor<3x6xbf16>, tensor<3x6xbf16>) {
  // CHECK: chain.grouped %{{.*}}, %{{.*}} at %{{.*}} n 2 m 4 axis 1 : tensor<3x8xbf16>, tensor<6x4xbf16> at tensor<6x4xi8> -> tensor<3x6xbf16>
  %0 = chain.grouped %x, %w at %p n 2 m 4 axis 1 : tensor<3x8xbf16>, tensor<6x4xbf16> at tensor<6x4xi8> -> tensor<3x6xbf16>
  // CHECK: chain.grouped %{{.*}}, %{{.*}} at %{{.*}} n 2 m 4 axis 0 transposes : tensor<3x8xbf16>, tensor<4x6xbf16> at tensor<4x6xi32> -> tensor<3x6xbf16>
  %1 = chain.grouped %x, %v at %q n 2 m 4 axis 0 transposes : tensor<3x8xbf16>, tensor<4x6xbf16> at tensor<4x6xi32> -> tensor<3x6xbf16>
  return %0, %1 : tensor<3x6xbf16>, tensor<3x6xbf16>
}
