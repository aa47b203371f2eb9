// RUN: danaus-opt %s --danaus-raise-linalg-to-linop | FileCheck %s
// RUN: danaus-opt %s --danaus-raise-linalg-to-linop -o %t.once
// RUN: danaus-opt %t.once --danaus-raise-linalg-to-linop | diff %t.once -

!m = tensor<8x8xf32, #linop.dense>

// CHECK-LABEL: func.func @two_structured_inputs
func.func @two_structured_inputs(%a: !m, %b: !m, %c: tensor<8x8xf32>) -> tensor<8x8xf32> {
  // CHECK: linalg.matmul
  %y = linalg.matmul ins(%a, %b : !m, !m) outs(%c : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}

// CHECK-LABEL: func.func @result_of_another_element_type
func.func @result_of_another_element_type(%m: !m, %x: tensor<8xf32>, %c: tensor<8xf64>) -> tensor<8xf64> {
  // CHECK: linalg.matvec
  %y = linalg.matvec ins(%m, %x : !m, tensor<8xf32>) outs(%c : tensor<8xf64>) -> tensor<8xf64>
  return %y : tensor<8xf64>
}

// CHECK-LABEL: func.func @body_that_is_no_multiply_add
func.func @body_that_is_no_multiply_add(%m: !m, %x: tensor<8xf32>, %c: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: linalg.generic
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, k) -> (i, k)>, affine_map<(i, k) -> (k)>, affine_map<(i, k) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%m, %x : !m, tensor<8xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %e = math.exp %a : f32
    %p = arith.mulf %e, %b : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// CHECK-LABEL: func.func @map_that_is_no_projected_permutation
func.func @map_that_is_no_projected_permutation(%m: !m, %x: tensor<15xf32>, %c: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: linalg.generic
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, k) -> (i, k)>, affine_map<(i, k) -> (i + k)>, affine_map<(i, k) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%m, %x : !m, tensor<15xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// The rows of x are summed too.
// CHECK-LABEL: func.func @sum_over_two_loops
func.func @sum_over_two_loops(%m: !m, %x: tensor<5x8xf32>, %c: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: linalg.generic
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, k, n) -> (i, k)>, affine_map<(i, k, n) -> (n, k)>, affine_map<(i, k, n) -> (i)>],
      iterator_types = ["parallel", "reduction", "reduction"]}
      ins(%m, %x : !m, tensor<5x8xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// CHECK-LABEL: func.func @element_wise_product
func.func @element_wise_product(%m: !m, %x: tensor<8x8xf32>, %c: tensor<8x8xf32>) -> tensor<8x8xf32> {
  // CHECK: linalg.generic
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%m, %x : !m, tensor<8x8xf32>) outs(%c : tensor<8x8xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  } -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}

// CHECK-LABEL: func.func @no_structured_operand
func.func @no_structured_operand(%a: tensor<8x8xf32>, %b: tensor<8x8xf32>) -> tensor<8x8xf32> {
  // CHECK: linalg.matmul
  // CHECK: linalg.transpose
  %y = linalg.matmul ins(%a, %b : tensor<8x8xf32>, tensor<8x8xf32>) outs(%b : tensor<8x8xf32>) -> tensor<8x8xf32>
  %t = linalg.transpose ins(%y : tensor<8x8xf32>) outs(%b : tensor<8x8xf32>) permutation = [1, 0]
  return %t : tensor<8x8xf32>
}

// CHECK-LABEL: func.func @explicit_materialize_stays
func.func @explicit_materialize_stays(%m: !m, %x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: %[[D:[a-z0-9_]+]] = linop.materialize
  // CHECK: linalg.matvec ins(%[[D]],
  %d = linop.materialize %m : !m -> tensor<8x8xf32>
  %y = linalg.matvec ins(%d, %x : tensor<8x8xf32>, tensor<8xf32>) outs(%x : tensor<8xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}
