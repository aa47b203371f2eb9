// What reads a sparse matrix in upstream's way cannot read a structure.

// RUN: danaus-opt %s --danaus-import-sparse-tensors --split-input-file --verify-diagnostics

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

func.func @positions_of_a_structure(%m: tensor<4x6xf32, #CSR>) -> memref<?xindex> {
  // expected-error @below {{'sparse_tensor.positions' op on a matrix that becomes a structure: wanted 'sparse_tensor.assemble' or 'sparse_tensor.convert' to a dense tensor of static shape}}
  %p = sparse_tensor.positions %m { level = 1 : index } : tensor<4x6xf32, #CSR> to memref<?xindex>
  return %p : memref<?xindex>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

func.func @conversion_to_a_structure(%d: tensor<4x6xf32>) -> tensor<4x6xf32, #CSR> {
  // expected-error @below {{'sparse_tensor.convert' op on a matrix that becomes a structure: wanted 'sparse_tensor.assemble' or 'sparse_tensor.convert' to a dense tensor of static shape}}
  %m = sparse_tensor.convert %d : tensor<4x6xf32> to tensor<4x6xf32, #CSR>
  return %m : tensor<4x6xf32, #CSR>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

func.func @constant_matrix() -> tensor<4x6xf32, #CSR> {
  // expected-error @below {{'arith.constant' op of a sparse matrix cannot become a structure: wanted 'sparse_tensor.assemble' of constant parameters}}
  %m = arith.constant dense<1.0> : tensor<4x6xf32, #CSR>
  return %m : tensor<4x6xf32, #CSR>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

func.func @values_of_rank_two(%p: tensor<5xindex>, %c: tensor<3xindex>, %v: tensor<3x1xf32>) {
  // expected-error @below {{'sparse_tensor.assemble' op wanted buffers of rank 1, found 'tensor<3x1xf32>'}}
  %m = sparse_tensor.assemble (%p, %c), %v : (tensor<5xindex>, tensor<3xindex>), tensor<3x1xf32> to tensor<4x6xf32, #CSR>
  return
}
