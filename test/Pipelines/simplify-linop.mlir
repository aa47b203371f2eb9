// RUN: danaus-opt %s --danaus-simplify-linop="max-block=4 rows=8 max-values=100" | FileCheck %s
// RUN: danaus-opt %s --danaus-simplify-linop="max-block=4 rows=8 max-values=100" --danaus-simplify-linop="max-block=4 rows=8 max-values=100" | FileCheck %s
// RUN: danaus-opt %s --danaus-simplify-linop="max-block=2 max-values=0" | FileCheck %s --check-prefix=LESS
// RUN: danaus-opt %s --danaus-to-chain="simplify=true" | FileCheck %s --check-prefix=CHAIN
// RUN: danaus-opt %s --danaus-to-kernels="simplify=true" | FileCheck %s --check-prefix=KERNEL
// RUN: danaus-opt %s --danaus-to-llvm="simplify=true" | FileCheck %s --check-prefix=LLVM
// RUN: sed s/x86-avx512/sm_90a/ %s > %t.gpu.mlir
// RUN: danaus-opt %t.gpu.mlir --danaus-to-nvvm="simplify=true" | FileCheck %s --check-prefix=NVVM
// RUN: danaus-opt %t.gpu.mlir --danaus-to-cuda="simplify=true" | FileCheck %s --check-prefix=CUDA

// Parameters known only at run time are multiplied in f64, on a GPU by a launch.
// LLVM-LABEL: llvm.func @one_rewrite_makes_work_for_the_next(
// LLVM:          llvm.fmul %{{.*}}, %{{.*}} : f64
// NVVM-LABEL: func.func @one_rewrite_makes_work_for_the_next(
// NVVM:          gpu.launch_func
// NVVM:          llvm.fmul %{{.*}}, %{{.*}} : f64
// CUDA-LABEL: llvm.func @one_rewrite_makes_work_for_the_next(
// CUDA:          llvm.call @danausCudaLaunch

// The transposed diagonal becomes part of the stages, the permutation and its inverse vanish.

!bf = tensor<16x16xf32, #linop.butterfly<blocks = 1, increasing = true>>
!d = tensor<16x16xf32, #linop.diagonal>
!p = tensor<16x16xf32, #linop.permutation<sizes = [2, 8], order = [1, 0]>>
!q = tensor<16x16xf32, #linop.permutation<sizes = [8, 2], order = [1, 0]>>
!m = tensor<16x16xf32, #linop.product<[!d, !q, !p, !bf]>>
!lr = tensor<6x4xf32, #linop.low_rank<rank = 2>>

module attributes {danaus.target = "x86-avx512"} {
// CHECK-LABEL: func @one_rewrite_makes_work_for_the_next(
// CHECK:         linop.product %{{.*}}, %{{.*}} : tensor<16x16xf32, #linop.kronecker_sparse<a = 1, b = 4, c = 4, d = 4>>, tensor<16x16xf32, #linop.kronecker_sparse<a = 4, b = 4, c = 4, d = 1>> ->
// LESS-LABEL: func @one_rewrite_makes_work_for_the_next(
// LESS:          linop.product %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : tensor<16x16xf32, #linop.kronecker_sparse<a = 1, b = 2, c = 2, d = 8>>,
// CHAIN-LABEL: func @one_rewrite_makes_work_for_the_next(
// CHAIN-NOT:     chain.stage
// CHAIN:         chain.stage %{{.*}} pattern(1, 16, 16, 1)
// CHAIN-NOT:     chain.stage
// CHAIN:         return
// KERNEL-LABEL: func @one_rewrite_makes_work_for_the_next(
// KERNEL:        chain.stage %{{.*}} pattern(1, 16, 16, 1)
func.func @one_rewrite_makes_work_for_the_next(%d: tensor<16xf32>, %w: tensor<1x1x4x8x2x2xf32>, %x: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %m = linop.assemble %d, %w : (tensor<16xf32>, tensor<1x1x4x8x2x2xf32>) -> !m
  %y = linop.apply %m, %x : !m, tensor<?x16xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// The matrix of plain linalg is found, and its transpose is in its own structure.
// CHECK-LABEL: func @linalg_on_a_matrix_is_raised_first(
// CHECK:         linop.apply
func.func @linalg_on_a_matrix_is_raised_first(%m: !lr, %x: tensor<3x6xf32>, %init: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %y = linalg.matmul ins(%x, %m : tensor<3x6xf32>, !lr) outs(%init : tensor<3x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}
}
