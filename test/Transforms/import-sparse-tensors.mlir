// Upstream's sparse matrices become structures, and everything else stays what it is.

// RUN: danaus-opt %s --danaus-import-sparse-tensors | FileCheck %s
// RUN: danaus-opt %s --danaus-import-sparse-tensors | danaus-opt --danaus-import-sparse-tensors | FileCheck %s

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
#CSC = #sparse_tensor.encoding<{ map = (i, j) -> (j : dense, i : compressed) }>
#BSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i floordiv 2 : dense, j floordiv 3 : compressed, i mod 2 : dense, j mod 3 : dense),
  posWidth = 64, crdWidth = 32 }>
#NV24 = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j floordiv 4 : dense, j mod 4 : structured[2, 4]), crdWidth = 8 }>
#COO = #sparse_tensor.encoding<{ map = (i, j) -> (i : compressed(nonunique), j : singleton) }>
#DCSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : compressed, j : compressed) }>
#NARROW = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), crdWidth = 8 }>

// CHECK-LABEL: func.func @product_of_an_argument
// CHECK-SAME: %[[M:.+]]: tensor<4x6xf32, #linop.csr<nnz = ?>>, %[[X:.+]]: tensor<6x3xf32>
func.func @product_of_an_argument(%m: tensor<4x6xf32, #CSR>, %x: tensor<6x3xf32>, %y: tensor<4x3xf32>) -> tensor<4x3xf32> {
  // CHECK: linalg.matmul ins(%[[M]], %[[X]] : tensor<4x6xf32, #linop.csr<nnz = ?>>, tensor<6x3xf32>)
  %0 = linalg.matmul ins(%m, %x : tensor<4x6xf32, #CSR>, tensor<6x3xf32>) outs(%y : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// CHECK-LABEL: func.func @assembled_csr
// CHECK-SAME: %[[P:.+]]: tensor<5xi32>, %[[C:.+]]: tensor<?xi32>, %[[V:.+]]: tensor<?xf32>
func.func @assembled_csr(%p: tensor<5xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>) -> tensor<4x6xf32> {
  // CHECK: %[[M:.+]] = linop.assemble %[[P]], %[[C]], %[[V]] : (tensor<5xi32>, tensor<?xi32>, tensor<?xf32>) -> tensor<4x6xf32, #linop.csr<nnz = ?>>
  %m = sparse_tensor.assemble (%p, %c), %v : (tensor<5xi32>, tensor<?xi32>), tensor<?xf32> to tensor<4x6xf32, #CSR>
  // CHECK: linop.materialize %[[M]]
  %d = sparse_tensor.convert %m : tensor<4x6xf32, #CSR> to tensor<4x6xf32>
  return %d : tensor<4x6xf32>
}

// Upstream's default width is index; columns are the transpose of rows.
// CHECK-LABEL: func.func @assembled_csc
// CHECK-SAME: %[[P:.+]]: tensor<?xindex>, %[[C:.+]]: tensor<9xindex>, %[[V:.+]]: tensor<9xf64>
// CHECK-SAME: -> tensor<4x6xf64, #linop.transpose<tensor<6x4xf64, #linop.csr<nnz = ?, index = i64>>>>
func.func @assembled_csc(%p: tensor<?xindex>, %c: tensor<9xindex>, %v: tensor<9xf64>) -> tensor<4x6xf64, #CSC> {
  // CHECK: %[[P64:.+]] = arith.index_cast %[[P]] : tensor<?xindex> to tensor<?xi64>
  // CHECK: %[[POINTERS:.+]] = tensor.cast %[[P64]] : tensor<?xi64> to tensor<7xi64>
  // CHECK: %[[C64:.+]] = arith.index_cast %[[C]] : tensor<9xindex> to tensor<9xi64>
  // CHECK: %[[COLUMNS:.+]] = tensor.cast %[[C64]] : tensor<9xi64> to tensor<?xi64>
  // CHECK: %[[VALUES:.+]] = tensor.cast %[[V]] : tensor<9xf64> to tensor<?xf64>
  // CHECK: %[[M:.+]] = linop.assemble %[[POINTERS]], %[[COLUMNS]], %[[VALUES]]
  // CHECK: linop.transpose %[[M]]
  %m = sparse_tensor.assemble (%p, %c), %v : (tensor<?xindex>, tensor<9xindex>), tensor<9xf64> to tensor<4x6xf64, #CSC>
  return %m : tensor<4x6xf64, #CSC>
}

// CHECK-LABEL: func.func @assembled_bsr
// CHECK-SAME: %[[P:.+]]: tensor<3xi64>, %[[C:.+]]: tensor<?xi32>, %[[V:.+]]: tensor<?xf32>
func.func @assembled_bsr(%p: tensor<3xi64>, %c: tensor<?xi32>, %v: tensor<?xf32>) -> tensor<4x6xf32, #BSR> {
  // CHECK: %[[WIDE:.+]] = arith.extsi %[[C]] : tensor<?xi32> to tensor<?xi64>
  // CHECK: %[[BLOCKS:.+]] = tensor.expand_shape %[[V]] {{\[\[}}0, 1, 2]] output_shape [%{{.+}}, 2, 3] : tensor<?xf32> into tensor<?x2x3xf32>
  // CHECK: linop.assemble %[[P]], %[[WIDE]], %[[BLOCKS]] : {{.*}} -> tensor<4x6xf32, #linop.bsr<block = [2, 3], nnz = ?, index = i64>>
  %m = sparse_tensor.assemble (%p, %c), %v : (tensor<3xi64>, tensor<?xi32>), tensor<?xf32> to tensor<4x6xf32, #BSR>
  return %m : tensor<4x6xf32, #BSR>
}

// CHECK-LABEL: func.func @assembled_two_of_four
// CHECK-SAME: %[[C:.+]]: tensor<?xi8>, %[[V:.+]]: tensor<12xf16>
func.func @assembled_two_of_four(%c: tensor<?xi8>, %v: tensor<12xf16>) -> tensor<3x8xf16, #NV24> {
  // CHECK: %[[VALUES:.+]] = tensor.expand_shape %[[V]] {{\[\[}}0, 1]] output_shape [3, 4] : tensor<12xf16> into tensor<3x4xf16>
  // CHECK: %[[STATIC:.+]] = tensor.cast %[[C]] : tensor<?xi8> to tensor<12xi8>
  // CHECK: %[[POSITIONS:.+]] = tensor.expand_shape %[[STATIC]]
  // CHECK: linop.assemble %[[VALUES]], %[[POSITIONS]] : (tensor<3x4xf16>, tensor<3x4xi8>) -> tensor<3x8xf16, #linop.n_m<n = 2, m = 4>>
  %m = sparse_tensor.assemble (%c), %v : (tensor<?xi8>), tensor<12xf16> to tensor<3x8xf16, #NV24>
  return %m : tensor<3x8xf16, #NV24>
}

// CHECK-LABEL: func.func @through_control_flow
// CHECK-SAME: %[[A:.+]]: tensor<4x6xf32, #linop.csr<nnz = ?>>, %[[B:.+]]: tensor<4x6xf32, #linop.csr<nnz = ?>>
func.func @through_control_flow(%a: tensor<4x6xf32, #CSR>, %b: tensor<4x6xf32, #CSR>, %p: i1) -> tensor<4x6xf32, #CSR> {
  // CHECK: scf.if %{{.+}} -> (tensor<4x6xf32, #linop.csr<nnz = ?>>)
  %m = scf.if %p -> tensor<4x6xf32, #CSR> {
    scf.yield %a : tensor<4x6xf32, #CSR>
  } else {
    scf.yield %b : tensor<4x6xf32, #CSR>
  }
  return %m : tensor<4x6xf32, #CSR>
}

// What no structure is stays upstream's: other levels, dynamic sizes, narrow coordinates, other ranks.
// CHECK-LABEL: func.func private @left_alone
// CHECK-NOT: linop
// CHECK-SAME: #sparse
func.func private @left_alone(tensor<4x6xf32, #COO>, tensor<4x6xf32, #DCSR>, tensor<?x6xf32, #CSR>, tensor<4x6xf32, #NARROW>,
    tensor<5x6xf32, #BSR>, tensor<4x6xi32, #CSR>)
