// RUN: danaus-opt %s --split-input-file --danaus-find-transforms | FileCheck %s
// RUN: danaus-opt %s --split-input-file --danaus-find-transforms --danaus-find-transforms | FileCheck %s
// RUN: danaus-opt %s --split-input-file --danaus-find-transforms --remarks-filter=danaus-transforms --verify-diagnostics -o /dev/null

// CHECK-LABEL: func @hadamard(
// CHECK:         chain.stage %{{.*}}, %{{.*}} pattern(2, 4, 4, 8) order "bc" transform(<hadamard>)
func.func @hadamard(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %w = arith.constant dense<[[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0], [1.0, -1.0, -1.0, 1.0]]> : tensor<4x4xf32>
  // expected-remark @below {{[Passed] FindTransforms | Category:danaus-transforms | Reason="hadamard of size 4"}}
  %y = chain.stage %x, %w pattern(2, 4, 4, 8) order "bc" : tensor<?x64xf32>, tensor<4x4xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

// Columns that differ along d are multiplied first.
// CHECK-LABEL: func @fourier_of_twiddles(
// CHECK:         chain.stage {{.*}} pattern(1, 2, 2, 4) order "bcd" transform(<hadamard>)
// CHECK-LABEL: func @fourier(
// CHECK:         chain.stage {{.*}} pattern(1, 4, 4, 4) order "bc" transform(<dft>)
func.func @fourier_of_twiddles(%x: tensor<?x8xcomplex<f32>>) -> tensor<?x8xcomplex<f32>> {
  %w = arith.constant dense<[[[(1.0, 0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 0.0)], [(1.0, 0.0), (0.5, 0.5), (0.0, -1.0), (0.25, 1.0)]],
                             [[(1.0, 0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 0.0)], [(-1.0, 0.0), (-0.5, -0.5), (0.0, 1.0), (-0.25, -1.0)]]]> : tensor<2x2x4xcomplex<f32>>
  // expected-remark @below {{[Passed] FindTransforms | Category:danaus-transforms | Reason="hadamard of size 2"}}
  %y = chain.stage %x, %w pattern(1, 2, 2, 4) order "bcd" : tensor<?x8xcomplex<f32>>, tensor<2x2x4xcomplex<f32>> -> tensor<?x8xcomplex<f32>>
  return %y : tensor<?x8xcomplex<f32>>
}
func.func @fourier(%x: tensor<?x16xcomplex<f32>>) -> tensor<?x16xcomplex<f32>> {
  %w = arith.constant dense<[[(1.0, 0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 0.0)], [(1.0, 0.0), (0.0, -1.0), (-1.0, 0.0), (0.0, 1.0)],
                             [(1.0, 0.0), (-1.0, 0.0), (1.0, 0.0), (-1.0, 0.0)], [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)]]> : tensor<4x4xcomplex<f32>>
  // expected-remark @below {{[Passed] FindTransforms | Category:danaus-transforms | Reason="dft of size 4"}}
  %y = chain.stage %x, %w pattern(1, 4, 4, 4) order "bc" : tensor<?x16xcomplex<f32>>, tensor<4x4xcomplex<f32>> -> tensor<?x16xcomplex<f32>>
  return %y : tensor<?x16xcomplex<f32>>
}

// -----

// CHECK-LABEL: func @other_stages_stay(
// CHECK-NOT:     transform
func.func @other_stages_stay(%x: tensor<?x16xf32>, %u: tensor<2x2xf32>) -> tensor<?x16xf32> {
  %w = arith.constant dense<[[1.0, 1.0], [1.0, -1.0]]> : tensor<2x2xf32>
  %v = arith.constant dense<[[1.0, 1.0], [1.0, 2.0]]> : tensor<2x2xf32>
  // expected-remark @below {{[Missed] FindTransforms | Category:danaus-transforms | Reason="the weight is not a constant"}}
  %0 = chain.stage %x, %u pattern(2, 2, 2, 4) order "bc" : tensor<?x16xf32>, tensor<2x2xf32> -> tensor<?x16xf32>
  // expected-remark @below {{[Missed] FindTransforms | Category:danaus-transforms | Reason="no blocks of a size up to 16 that all a share, with 4 values of d or a vector of x"}}
  %1 = chain.stage %0, %w pattern(4, 2, 2, 2) order "bc" : tensor<?x16xf32>, tensor<2x2xf32> -> tensor<?x16xf32>
  // expected-remark @below {{[Missed] FindTransforms | Category:danaus-transforms | Reason="the blocks are no transforms"}}
  %2 = chain.stage %1, %v pattern(2, 2, 2, 4) order "bc" : tensor<?x16xf32>, tensor<2x2xf32> -> tensor<?x16xf32>
  return %2 : tensor<?x16xf32>
}

// -----

// With d = 1 lanes can run along the fastest digit of x, where it fills vectors.
// CHECK-LABEL: func @lanes_along_a_digit_of_x(
// CHECK:         chain.stage {{.*}} x_digits(<sizes = [2, 3, 8], order = [2, 1, 0]>) transform(<hadamard>)
// CHECK:         chain.stage {{.*}} x_digits(<sizes = [2, 8, 3], order = [2, 1, 0]>) :
func.func @lanes_along_a_digit_of_x(%x: tensor<?x48xcomplex<f32>>) -> tensor<?x48xcomplex<f32>> {
  %w = arith.constant dense<[[(1.0, 0.0), (1.0, 0.0)], [(1.0, 0.0), (-1.0, 0.0)]]> : tensor<2x2xcomplex<f32>>
  // expected-remark @below {{[Passed] FindTransforms | Category:danaus-transforms | Reason="hadamard of size 2"}}
  %0 = chain.stage %x, %w pattern(24, 2, 2, 1) order "bc" x_digits(<sizes = [2, 3, 8], order = [2, 1, 0]>) : tensor<?x48xcomplex<f32>>, tensor<2x2xcomplex<f32>> -> tensor<?x48xcomplex<f32>>
  // expected-remark @below {{[Missed] FindTransforms | Category:danaus-transforms | Reason="no blocks of a size up to 16 that all a share, with 4 values of d or a vector of x"}}
  %1 = chain.stage %0, %w pattern(24, 2, 2, 1) order "bc" x_digits(<sizes = [2, 8, 3], order = [2, 1, 0]>) : tensor<?x48xcomplex<f32>>, tensor<2x2xcomplex<f32>> -> tensor<?x48xcomplex<f32>>
  return %1 : tensor<?x48xcomplex<f32>>
}

// -----

// CHECK-LABEL: func @bytes_stay(
// CHECK-NOT:     transform
func.func @bytes_stay(%x: tensor<?x16xi8>) -> tensor<?x16xi32> {
  %w = arith.constant dense<[[1, 1], [1, -1]]> : tensor<2x2xi8>
  // expected-remark @below {{[Missed] FindTransforms | Category:danaus-transforms | Reason="its numbers are integers"}}
  %0 = chain.stage %x, %w pattern(2, 2, 2, 4) order "bc" : tensor<?x16xi8>, tensor<2x2xi8> -> tensor<?x16xi32>
  return %0 : tensor<?x16xi32>
}

// -----

module attributes {danaus.target = "sm_90a"} {
  // CHECK-LABEL: func @tensor_cores_want_the_matrix(
  // CHECK-NOT:     transform
  func.func @tensor_cores_want_the_matrix(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
    %w = arith.constant dense<[[1.0, 1.0], [1.0, -1.0]]> : tensor<2x2xf32>
    %y = chain.stage %x, %w pattern(1, 2, 2, 4) order "bc" : tensor<?x8xf32>, tensor<2x2xf32> -> tensor<?x8xf32>
    return %y : tensor<?x8xf32>
  }
}

// -----

// Complex transforms have a kernel of their own on a GPU, which asks nothing of d. The constant may have another shape.
module attributes {danaus.target = "sm_90a"} {
  // CHECK-LABEL: func @complex_ones_are_found_on_a_gpu(
  // CHECK:         chain.stage {{.*}} pattern(4, 2, 2, 1) order "bc" transform(<hadamard>)
  func.func @complex_ones_are_found_on_a_gpu(%x: tensor<?x8xcomplex<f32>>) -> tensor<?x8xcomplex<f32>> {
    %c = arith.constant dense<[(1.0, 0.0), (1.0, 0.0), (1.0, 0.0), (-1.0, 0.0)]> : tensor<4xcomplex<f32>>
    %w = tensor.expand_shape %c [[0, 1]] output_shape [2, 2] : tensor<4xcomplex<f32>> into tensor<2x2xcomplex<f32>>
    // expected-remark @below {{[Passed] FindTransforms | Category:danaus-transforms | Reason="hadamard of size 2"}}
    %y = chain.stage %x, %w pattern(4, 2, 2, 1) order "bc" : tensor<?x8xcomplex<f32>>, tensor<2x2xcomplex<f32>> -> tensor<?x8xcomplex<f32>>
    return %y : tensor<?x8xcomplex<f32>>
  }
}
