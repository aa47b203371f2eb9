// RUN: danaus-opt %s --danaus-mark-activations --split-input-file --verify-diagnostics | FileCheck %s
// RUN: danaus-opt %s --danaus-mark-activations --danaus-mark-activations --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @dynamic_first_sizes_are_rows(
// CHECK-SAME: tensor<4xf32>, %{{.*}}: tensor<?x4xf32> {danaus.activation}, %{{.*}}: tensor<?xf32> {danaus.activation})
func.func @dynamic_first_sizes_are_rows(%p: tensor<4xf32>, %x: tensor<?x4xf32>, %y: tensor<?xf32>) -> tensor<?x4xf32> {
  return %x : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @the_users_marks_stay(
// CHECK-SAME: tensor<4x4xf32> {danaus.activation}, %{{.*}}: tensor<4xf32>)
func.func @the_users_marks_stay(%x: tensor<4x4xf32> {danaus.activation}, %p: tensor<4xf32>) -> tensor<4x4xf32> {
  return %x : tensor<4x4xf32>
}

// CHECK-LABEL: func.func @values_of_a_sparse_matrix_are_parameters(
// CHECK-SAME: %{{[a-z0-9]+}}: tensor<5xi32>, %{{[a-z0-9]+}}: tensor<?xi32>, %{{[a-z0-9]+}}: tensor<?xf32>, %{{[a-z0-9]+}}: tensor<?x4xf32> {danaus.activation})
func.func @values_of_a_sparse_matrix_are_parameters(%rows: tensor<5xi32>, %columns: tensor<?xi32>, %values: tensor<?xf32>, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cast = tensor.cast %columns : tensor<?xi32> to tensor<?xi32>
  %m = linop.assemble %rows, %cast, %values : (tensor<5xi32>, tensor<?xi32>, tensor<?xf32>) -> tensor<4x4xf32, #linop.csr<nnz = ?>>
  %y = linop.apply %m, %x : tensor<4x4xf32, #linop.csr<nnz = ?>>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @static_rows_of_a_product(
// CHECK-SAME: tensor<4x4xf32, #linop.dense>, %{{.*}}: tensor<3x4xf32> {danaus.activation}, %{{.*}}: tensor<3x4xf32>)
func.func @static_rows_of_a_product(%m: tensor<4x4xf32, #linop.dense>, %x: tensor<3x4xf32>, %p: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %y = linop.apply %m, %x : tensor<4x4xf32, #linop.dense>, tensor<3x4xf32> -> tensor<3x4xf32>
  %z = arith.addf %y, %p : tensor<3x4xf32>
  return %z : tensor<3x4xf32>
}

// CHECK-LABEL: func.func private @private_functions_are_left(
// CHECK-SAME: tensor<?xf32>)
func.func private @private_functions_are_left(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

// expected-error @below {{'func.func' op wanted an activation: an argument whose first size is '?', that a linop.apply takes as x, or that has the attribute danaus.activation; found none}}
func.func @only_parameters(%p: tensor<4x4xf32>) -> tensor<4x4xf32> {
  return %p : tensor<4x4xf32>
}
