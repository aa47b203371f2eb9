// RUN: danaus-opt %s --danaus-expand-structured --split-input-file | FileCheck %s
// RUN: danaus-opt %s --danaus-expand-structured=fold-permutations=false --split-input-file | FileCheck %s --check-prefix=APART
// RUN: danaus-opt %s --danaus-to-chain --convert-chain-to-linalg --split-input-file | FileCheck %s --check-prefix=LINALG
// RUN: danaus-opt %s --danaus-to-chain=fold-permutations=false --split-input-file | FileCheck %s --check-prefix=APART

!p = tensor<12x12xf32, #linop.permutation<sizes = [3, 4], order = [1, 0]>>
!b = tensor<12x12xf32, #linop.block_diagonal<blocks = 4>>
!q = tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>
!m = tensor<12x12xf32, #linop.product<[!q, !b, !p]>>

// Both permutations, that of the result too, are digits of the one contraction, here a stage with d for a: nothing
// moves data.
// CHECK-LABEL: func.func @permutations_on_both_sides
// CHECK-NOT: chain.permute
// CHECK: chain.stage %{{.*}}, %{{.*}} pattern(1, 3, 3, 4) order "dbc"
// CHECK-NOT: chain.permute
// CHECK: return
// APART-LABEL: func.func @permutations_on_both_sides
// APART: chain.permute %{{.*}} sizes [3, 4] order [1, 0]
// APART: chain.stage
// APART: chain.permute %{{.*}} sizes [4, 3] order [1, 0]
// LINALG-LABEL: func.func @permutations_on_both_sides
// LINALG-NOT: linalg.transpose
// LINALG-NOT: linalg.copy
// LINALG-NOT: tensor<12x12xf32>
// LINALG: return
func.func @permutations_on_both_sides(%m: !m, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : !m, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

// The reversal of the digits of an FFT is in the first stage's reads.
// CHECK-LABEL: func.func @fft
// CHECK-NOT: chain.permute
// CHECK-COUNT-2: chain.einsum
// CHECK-NOT: chain.permute
// CHECK: return
// APART-LABEL: func.func @fft
// APART: chain.permute
// LINALG-LABEL: func.func @fft
// LINALG-NOT: linalg.transpose
// LINALG: return
func.func @fft(%m: tensor<60x60xcomplex<f32>, #linop.dft>, %x: tensor<?x60xcomplex<f32>>) -> tensor<?x60xcomplex<f32>> {
  %y = linop.apply %m, %x : tensor<60x60xcomplex<f32>, #linop.dft>, tensor<?x60xcomplex<f32>> -> tensor<?x60xcomplex<f32>>
  return %y : tensor<?x60xcomplex<f32>>
}

// -----

// (4, 3) and (3, 4) cut an index of 12 at different places: what cannot fold stays.
!p = tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>
!b = tensor<12x12xf32, #linop.block_diagonal<blocks = 4>>
!m = tensor<12x12xf32, #linop.product<[!b, !p]>>
// CHECK-LABEL: func.func @without_a_common_refinement
// CHECK: chain.permute %{{.*}} sizes [4, 3] order [1, 0]
// CHECK: chain.stage
// APART-LABEL: func.func @without_a_common_refinement
// APART: chain.permute
// LINALG-LABEL: func.func @without_a_common_refinement
func.func @without_a_common_refinement(%m: !m, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : !m, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

// An axis with columns after it costs one more digit, not a transpose.
// CHECK-LABEL: func.func @middle_axis
// CHECK-NOT: linalg.transpose
// CHECK: chain.stage %{{.*}}, %{{.*}} pattern(2, 3, 4, 3) order "abc"
// CHECK-NOT: linalg.transpose
// CHECK: return
// APART-LABEL: func.func @middle_axis
// LINALG-LABEL: func.func @middle_axis
func.func @middle_axis(%m: tensor<6x8xf32, #linop.block_diagonal<blocks = 2>>, %x: tensor<?x8x3xf32>) -> tensor<?x6x3xf32> {
  %y = linop.apply %m, %x axis 1 : tensor<6x8xf32, #linop.block_diagonal<blocks = 2>>, tensor<?x8x3xf32> -> tensor<?x6x3xf32>
  return %y : tensor<?x6x3xf32>
}
