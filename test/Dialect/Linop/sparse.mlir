// Sparse encodings keep every clause through parser and printer; a default is not printed.

// RUN: danaus-opt %s | danaus-opt | FileCheck %s

// CHECK-LABEL: func.func private @csr
// CHECK-SAME: tensor<4x6xf32, #linop.csr<nnz = 5>>
// CHECK-SAME: tensor<4x6xcomplex<f64>, #linop.csr<nnz = ?, index = i64>>
// CHECK-SAME: tensor<4x6xbf16, #linop.csr<nnz = 0>>
func.func private @csr(tensor<4x6xf32, #linop.csr<nnz = 5, index = i32>>,
                       tensor<4x6xcomplex<f64>, #linop.csr<nnz = ?, index = i64>>,
                       tensor<4x6xbf16, #linop.csr<nnz = 0>>)

// CHECK-LABEL: func.func private @bsr
// CHECK-SAME: tensor<4x6xf16, #linop.bsr<block = [2, 3], nnz = ?>>
// CHECK-SAME: tensor<4x6xf16, #linop.bsr<block = [1, 6], nnz = 2, index = i64>>
func.func private @bsr(tensor<4x6xf16, #linop.bsr<block = [2, 3], nnz = ?>>,
                       tensor<4x6xf16, #linop.bsr<block = [1, 6], nnz = 2, index = i64>>)

// CHECK-LABEL: func.func private @n_m
// CHECK-SAME: tensor<6x8xf32, #linop.n_m<n = 2, m = 4>>
// CHECK-SAME: tensor<6x8xf32, #linop.n_m<n = 1, m = 3, axis = 0>>
// CHECK-SAME: tensor<6x8xf32, #linop.n_m<n = 8, m = 8, index = i32>>
func.func private @n_m(tensor<6x8xf32, #linop.n_m<n = 2, m = 4, axis = 1, index = i8>>,
                       tensor<6x8xf32, #linop.n_m<n = 1, m = 3, axis = 0>>,
                       tensor<6x8xf32, #linop.n_m<n = 8, m = 8, index = i32>>)

// CHECK-LABEL: func.func private @flat_butterfly
// CHECK-SAME: tensor<16x32xf32, #linop.flat_butterfly<block = 2, levels = 3>>
func.func private @flat_butterfly(tensor<16x32xf32, #linop.flat_butterfly<block = 2, levels = 3>>)

// The parameters, in the order of SciPy's and PyTorch's constructors.
// CHECK-LABEL: func.func @assembled
func.func @assembled(%crow: tensor<3xi64>, %col: tensor<?xi64>, %values: tensor<?x2x3xf32>,
                     %kept: tensor<6x4xf32>, %positions: tensor<6x4xi8>, %blocks: tensor<48x2x2xf32>)
    -> (tensor<4x6xf32, #linop.bsr<block = [2, 3], nnz = ?, index = i64>>, tensor<6x8xf32, #linop.n_m<n = 2, m = 4>>,
        tensor<16x32xf32, #linop.flat_butterfly<block = 2, levels = 2>>) {
  // CHECK: linop.assemble %{{.*}}, %{{.*}}, %{{.*}} : (tensor<3xi64>, tensor<?xi64>, tensor<?x2x3xf32>)
  %0 = linop.assemble %crow, %col, %values : (tensor<3xi64>, tensor<?xi64>, tensor<?x2x3xf32>)
      -> tensor<4x6xf32, #linop.bsr<block = [2, 3], nnz = ?, index = i64>>
  // CHECK: linop.assemble %{{.*}}, %{{.*}} : (tensor<6x4xf32>, tensor<6x4xi8>)
  %1 = linop.assemble %kept, %positions : (tensor<6x4xf32>, tensor<6x4xi8>) -> tensor<6x8xf32, #linop.n_m<n = 2, m = 4>>
  // CHECK: linop.assemble %{{.*}} : (tensor<48x2x2xf32>)
  %2 = linop.assemble %blocks : (tensor<48x2x2xf32>) -> tensor<16x32xf32, #linop.flat_butterfly<block = 2, levels = 2>>
  return %0, %1, %2 : tensor<4x6xf32, #linop.bsr<block = [2, 3], nnz = ?, index = i64>>,
      tensor<6x8xf32, #linop.n_m<n = 2, m = 4>>, tensor<16x32xf32, #linop.flat_butterfly<block = 2, levels = 2>>
}
