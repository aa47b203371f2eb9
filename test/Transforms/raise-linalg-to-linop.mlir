// RUN: danaus-opt %s --danaus-raise-linalg-to-linop | FileCheck %s
// RUN: danaus-opt %s --danaus-raise-linalg-to-linop -o %t.once
// RUN: danaus-opt %t.once --danaus-raise-linalg-to-linop | diff %t.once -
// RUN: danaus-opt %s --danaus-raise-linalg-to-linop --danaus-expand-structured --danaus-verify-no-structured | FileCheck %s --check-prefix=EXPANDED

// EXPANDED-LABEL: func.func @matrix_on_the_left_works_between_transposes
// EXPANDED: chain.stage

!m = tensor<6x8xf32, #linop.monarch<blocks = [4, 3], middle = 12>>
!mt = tensor<8x6xf32, #linop.transpose<!m>>

// CHECK-LABEL: func.func @matrix_on_the_left_works_between_transposes
// CHECK-SAME: %[[M:[a-z0-9_]+]]: tensor<6x8xf32, {{.*}}>, %[[X:[a-z0-9_]+]]: tensor<8x5xf32>, %[[C:[a-z0-9_]+]]: tensor<6x5xf32>
func.func @matrix_on_the_left_works_between_transposes(%m: !m, %x: tensor<8x5xf32>, %c: tensor<6x5xf32>) -> tensor<6x5xf32> {
  // CHECK: %[[XT:[a-z0-9_]+]] = linalg.transpose ins(%[[X]] : tensor<8x5xf32>) {{.*}} permutation = [1, 0]
  // CHECK: %[[Y:[a-z0-9_]+]] = linop.apply %[[M]], %[[XT]]
  // CHECK: %[[YT:[a-z0-9_]+]] = linalg.transpose ins(%[[Y]] : tensor<5x6xf32>) {{.*}} permutation = [1, 0]
  // CHECK: %[[R:[a-z0-9_]+]] = arith.addf %[[C]], %[[YT]]
  // CHECK: return %[[R]]
  %y = linalg.matmul ins(%m, %x : !m, tensor<8x5xf32>) outs(%c : tensor<6x5xf32>) -> tensor<6x5xf32>
  return %y : tensor<6x5xf32>
}

// CHECK-LABEL: func.func @matrix_on_the_right_is_transposed_and_a_zero_fill_is_dropped
// CHECK-SAME: %[[M:[a-z0-9_]+]]: tensor<6x8xf32, {{.*}}>, %[[X:[a-z0-9_]+]]: tensor<?x6xf32>
func.func @matrix_on_the_right_is_transposed_and_a_zero_fill_is_dropped(%m: !m, %x: tensor<?x6xf32>, %e: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: %[[T:[a-z0-9_]+]] = linop.transpose %[[M]]
  // CHECK: %[[Y:[a-z0-9_]+]] = linop.apply %[[T]], %[[X]]
  // CHECK: return %[[Y]]
  %z = arith.constant 0.0 : f32
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = linalg.matmul ins(%x, %m : tensor<?x6xf32>, !m) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @maps_of_a_matmul_are_read
// CHECK-SAME: %[[M:[a-z0-9_]+]]: tensor<6x8xf32, {{.*}}>, %[[X:[a-z0-9_]+]]: tensor<5x8xf32>
func.func @maps_of_a_matmul_are_read(%m: !m, %x: tensor<5x8xf32>) -> tensor<5x6xf32> {
  // CHECK: %[[Y:[a-z0-9_]+]] = linop.apply %[[M]], %[[X]]
  // CHECK: return %[[Y]]
  %zero = arith.constant dense<0.0> : tensor<5x6xf32>
  %y = linalg.matmul
      indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j)>]
      ins(%x, %m : tensor<5x8xf32>, !m) outs(%zero : tensor<5x6xf32>) -> tensor<5x6xf32>
  return %y : tensor<5x6xf32>
}

// CHECK-LABEL: func.func @contraction_reads_through_a_transpose
// CHECK-SAME: %[[M:[a-z0-9_]+]]: tensor<6x8xf32, {{.*}}>, %[[X:[a-z0-9_]+]]: tensor<?x8xf32>, %[[C:[a-z0-9_]+]]: tensor<?x6xf32>
func.func @contraction_reads_through_a_transpose(%m: !m, %x: tensor<?x8xf32>, %c: tensor<?x6xf32>) -> tensor<?x6xf32> {
  // CHECK-NOT: transpose
  // CHECK: %[[Y:[a-z0-9_]+]] = linop.apply %[[M]], %[[X]]
  // CHECK: arith.addf %[[C]], %[[Y]]
  // CHECK-NOT: linop
  // CHECK: return
  %e = tensor.empty() : tensor<8x6xf32>
  %t = linalg.transpose ins(%m : !m) outs(%e : tensor<8x6xf32>) permutation = [1, 0]
  %y = linalg.matmul ins(%x, %t : tensor<?x8xf32>, tensor<8x6xf32>) outs(%c : tensor<?x6xf32>) -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// CHECK-LABEL: func.func @matvec_and_vecmat
// CHECK-SAME: %[[M:[a-z0-9_]+]]: tensor<6x8xf32, {{.*}}>, %[[X:[a-z0-9_]+]]: tensor<8xf32>, %[[W:[a-z0-9_]+]]: tensor<6xf32>
func.func @matvec_and_vecmat(%m: !m, %x: tensor<8xf32>, %w: tensor<6xf32>) -> (tensor<6xf32>, tensor<8xf32>) {
  // CHECK: %[[Y:[a-z0-9_]+]] = linop.apply %[[M]], %[[X]] {{.*}} -> tensor<6xf32>
  // CHECK: %[[T:[a-z0-9_]+]] = linop.transpose %[[M]]
  // CHECK: %[[V:[a-z0-9_]+]] = linop.apply %[[T]], %[[W]] {{.*}} -> tensor<8xf32>
  %c6 = arith.constant dense<0.0> : tensor<6xf32>
  %c8 = arith.constant dense<0.0> : tensor<8xf32>
  %y = linalg.matvec ins(%m, %x : !m, tensor<8xf32>) outs(%c6 : tensor<6xf32>) -> tensor<6xf32>
  %v = linalg.vecmat ins(%w, %m : tensor<6xf32>, !m) outs(%c8 : tensor<8xf32>) -> tensor<8xf32>
  return %y, %v : tensor<6xf32>, tensor<8xf32>
}

// CHECK-LABEL: func.func @batch_matmul_broadcasts_the_matrix
// CHECK-SAME: %[[M:[a-z0-9_]+]]: tensor<6x8xf32, {{.*}}>, %[[X:[a-z0-9_]+]]: tensor<2x?x6xf32>
func.func @batch_matmul_broadcasts_the_matrix(%m: !m, %x: tensor<2x?x6xf32>, %c: tensor<2x?x8xf32>) -> tensor<2x?x8xf32> {
  // CHECK: %[[T:[a-z0-9_]+]] = linop.transpose %[[M]]
  // CHECK: linop.apply %[[T]], %[[X]] {{.*}} -> tensor<2x?x8xf32>
  %y = linalg.batch_matmul
      indexing_maps = [affine_map<(b, i, j, k) -> (b, i, k)>, affine_map<(b, i, j, k) -> (k, j)>, affine_map<(b, i, j, k) -> (b, i, j)>]
      ins(%x, %m : tensor<2x?x6xf32>, !m) outs(%c : tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  return %y : tensor<2x?x8xf32>
}

// CHECK-LABEL: func.func @generic_with_dimensions_in_any_order
// CHECK-SAME: %[[M:[a-z0-9_]+]]: tensor<6x8xf32, {{.*}}>, %[[X:[a-z0-9_]+]]: tensor<8x?x3xf32>, %[[C:[a-z0-9_]+]]: tensor<3x6x?xf32>
func.func @generic_with_dimensions_in_any_order(%m: !m, %x: tensor<8x?x3xf32>, %c: tensor<3x6x?xf32>) -> tensor<3x6x?xf32> {
  // CHECK: %[[XT:[a-z0-9_]+]] = linalg.transpose ins(%[[X]] : tensor<8x?x3xf32>) {{.*}} permutation = [2, 1, 0]
  // CHECK: %[[Y:[a-z0-9_]+]] = linop.apply %[[M]], %[[XT]] {{.*}} tensor<3x?x8xf32> -> tensor<3x?x6xf32>
  // CHECK: %[[YT:[a-z0-9_]+]] = linalg.transpose ins(%[[Y]] : tensor<3x?x6xf32>) {{.*}} permutation = [0, 2, 1]
  // CHECK: arith.addf %[[C]], %[[YT]]
  %y = linalg.generic {
      indexing_maps = [affine_map<(a, b, i, j) -> (j, b, a)>, affine_map<(a, b, i, j) -> (i, j)>, affine_map<(a, b, i, j) -> (a, i, b)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %m : tensor<8x?x3xf32>, !m) outs(%c : tensor<3x6x?xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %s = arith.mulf %q, %p : f32
    %t = arith.addf %s, %r : f32
    linalg.yield %t : f32
  } -> tensor<3x6x?xf32>
  return %y : tensor<3x6x?xf32>
}

// CHECK-LABEL: func.func @dynamic_columns_of_x_are_made_static
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<?xf32>
func.func @dynamic_columns_of_x_are_made_static(%m: !m, %x: tensor<?xf32>) -> tensor<6xf32> {
  // CHECK: tensor.cast %[[X]] : tensor<?xf32> to tensor<8xf32>
  %c = arith.constant dense<0.0> : tensor<6xf32>
  %y = linalg.matvec ins(%m, %x : !m, tensor<?xf32>) outs(%c : tensor<6xf32>) -> tensor<6xf32>
  return %y : tensor<6xf32>
}

// CHECK-LABEL: func.func @transpose_and_copy_keep_the_structure
// CHECK-SAME: %[[M:[a-z0-9_]+]]: tensor<6x8xf32, {{.*}}>)
func.func @transpose_and_copy_keep_the_structure(%m: !m) -> (!mt, !m) {
  // CHECK-NOT: tensor.empty
  // CHECK: %[[T:[a-z0-9_]+]] = linop.transpose %[[M]]
  // CHECK: return %[[T]], %[[M]]
  %et = tensor.empty() : !mt
  %t = linalg.transpose ins(%m : !m) outs(%et : !mt) permutation = [1, 0]
  %e = tensor.empty() : !m
  %c = linalg.copy ins(%m : !m) outs(%e : !m) -> !m
  return %t, %c : !mt, !m
}

// CHECK-LABEL: func.func @dropping_the_encoding_materializes
// CHECK-SAME: %[[M:[a-z0-9_]+]]: tensor<6x8xf32, {{.*}}>)
func.func @dropping_the_encoding_materializes(%m: !m) -> (tensor<?x8xf32>, tensor<8x6xf32>) {
  // CHECK: %[[D:[a-z0-9_]+]] = linop.materialize %[[M]]
  // CHECK: %[[R:[a-z0-9_]+]] = tensor.cast %[[D]] : tensor<6x8xf32> to tensor<?x8xf32>
  // CHECK: %[[T:[a-z0-9_]+]] = linop.transpose %[[M]]
  // CHECK: %[[E:[a-z0-9_]+]] = linop.materialize %[[T]]
  // CHECK: return %[[R]], %[[E]]
  %d = tensor.cast %m : !m to tensor<?x8xf32>
  %e = tensor.empty() : tensor<8x6xf32>
  %t = linalg.transpose ins(%m : !m) outs(%e : tensor<8x6xf32>) permutation = [1, 0]
  return %d, %t : tensor<?x8xf32>, tensor<8x6xf32>
}

func.func private @callee(!m) -> !m

// CHECK-LABEL: func.func @matrices_through_calls_if_and_select
// CHECK-SAME: %[[C:[a-z0-9_]+]]: i1, %[[M:[a-z0-9_]+]]: tensor<6x8xf32, {{.*}}>, %[[X:[a-z0-9_]+]]: tensor<8xf32>
func.func @matrices_through_calls_if_and_select(%c: i1, %m: !m, %x: tensor<8xf32>) -> (tensor<6xf32>, tensor<6xf32>) {
  // CHECK: %[[CALLED:[a-z0-9_]+]] = call @callee(%[[M]])
  // CHECK: %[[IF:[a-z0-9_]+]] = scf.if %[[C]]
  // CHECK: %[[S:[a-z0-9_]+]] = arith.select %[[C]], %[[CALLED]], %[[M]]
  // CHECK: linop.apply %[[IF]], %[[X]]
  // CHECK: linop.apply %[[S]], %[[X]]
  %called = call @callee(%m) : (!m) -> !m
  %if = scf.if %c -> !m {
    scf.yield %called : !m
  } else {
    scf.yield %m : !m
  }
  %select = arith.select %c, %called, %m : !m
  %zero = arith.constant dense<0.0> : tensor<6xf32>
  %y = linalg.matvec ins(%if, %x : !m, tensor<8xf32>) outs(%zero : tensor<6xf32>) -> tensor<6xf32>
  %z = linalg.matvec ins(%select, %x : !m, tensor<8xf32>) outs(%zero : tensor<6xf32>) -> tensor<6xf32>
  return %y, %z : tensor<6xf32>, tensor<6xf32>
}
