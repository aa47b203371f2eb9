// Upstream's CSR, CSC, BSR and 2:4 run and agree with the reference: as arguments of
// linalg, and assembled from flat buffers.

// RUN: danaus-run %s --entry=csr --check --pipeline=naive
// RUN: danaus-run %s --entry=csc --check
// RUN: danaus-run %s --entry=bsr --check --pipeline=naive
// RUN: danaus-run %s --entry=two_of_four --check
// RUN: danaus-run %s --entry=materialized --check --pipeline=naive

// RUN: not danaus-run %s --entry=bsr --arg 0=%t.npy 2>&1 | FileCheck %s
// CHECK: danaus-run: error: {{.*}}.npy: No such file or directory

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
#CSC = #sparse_tensor.encoding<{ map = (i, j) -> (j : dense, i : compressed) }>
#BSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i floordiv 2 : dense, j floordiv 3 : compressed, i mod 2 : dense, j mod 3 : dense),
  posWidth = 64, crdWidth = 64 }>
#NV24 = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j floordiv 4 : dense, j mod 4 : structured[2, 4]), crdWidth = 8 }>

func.func @csr(%m: tensor<4x6xf32, #CSR>, %x: tensor<6x3xf32>) -> tensor<4x3xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4x3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x3xf32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%m, %x : tensor<4x6xf32, #CSR>, tensor<6x3xf32>) outs(%init : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

func.func @csc(%m: tensor<4x6xf64, #CSC>, %x: tensor<?x4xf64>, %init: tensor<?x6xf64>) -> tensor<?x6xf64> {
  %y = linalg.matmul ins(%x, %m : tensor<?x4xf64>, tensor<4x6xf64, #CSC>) outs(%init : tensor<?x6xf64>) -> tensor<?x6xf64>
  return %y : tensor<?x6xf64>
}

func.func @bsr(%p: tensor<3xi64>, %c: tensor<?xi64>, %v: tensor<?xf32>, %x: tensor<6x5xf32>, %init: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %m = sparse_tensor.assemble (%p, %c), %v : (tensor<3xi64>, tensor<?xi64>), tensor<?xf32> to tensor<4x6xf32, #BSR>
  %y = linalg.matmul ins(%m, %x : tensor<4x6xf32, #BSR>, tensor<6x5xf32>) outs(%init : tensor<4x5xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

func.func @two_of_four(%c: tensor<12xi8>, %v: tensor<12xf16>, %x: tensor<8x5xf16>, %init: tensor<3x5xf16>) -> tensor<3x5xf16> {
  %m = sparse_tensor.assemble (%c), %v : (tensor<12xi8>), tensor<12xf16> to tensor<3x8xf16, #NV24>
  %y = linalg.matmul ins(%m, %x : tensor<3x8xf16, #NV24>, tensor<8x5xf16>) outs(%init : tensor<3x5xf16>) -> tensor<3x5xf16>
  return %y : tensor<3x5xf16>
}

func.func @materialized(%m: tensor<4x6xf32, #CSR>) -> tensor<4x6xf32> {
  %d = sparse_tensor.convert %m : tensor<4x6xf32, #CSR> to tensor<4x6xf32>
  return %d : tensor<4x6xf32>
}
