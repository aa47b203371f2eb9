// A module that reads sparse matrices in upstream's way cannot run.

// RUN: not danaus-run %s 2>&1 | FileCheck %s
// CHECK: error: 'sparse_tensor.values' op on a matrix that becomes a structure
// CHECK: danaus-run: error: the module has sparse tensors that cannot become structures

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>
func.func @values(%m: tensor<4x6xf32, #CSR>) -> memref<?xf32> {
  %v = sparse_tensor.values %m : tensor<4x6xf32, #CSR> to memref<?xf32>
  return %v : memref<?xf32>
}
