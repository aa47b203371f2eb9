// RUN: danaus-opt %s --danaus-expand-structured | FileCheck %s --check-prefix=FOLDED
// RUN: danaus-opt %s --danaus-expand-structured="fold-permutations=false" | FileCheck %s --check-prefix=KEPT
// RUN: danaus-opt %s --danaus-to-chain="fold-permutations=false" | FileCheck %s --check-prefix=KEPT

// A permutation beside a stage is the order of the stage's digits, unless it is asked to stay.

!m = tensor<12x12xf32, #linop.product<[tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>,
                                       tensor<12x12xf32, #linop.block_diagonal<blocks = 4>>]>>

// FOLDED-LABEL: func.func @a_permutation_after_blocks(
// FOLDED-NOT:     chain.permute
// FOLDED:         chain.einsum
// FOLDED-NOT:     chain.permute
// FOLDED:         return

// KEPT-LABEL: func.func @a_permutation_after_blocks(
// KEPT:         %[[Y:.*]] = chain.stage
// KEPT:         chain.permute %[[Y]] sizes [4, 3] order [1, 0]
// KEPT:         return
func.func @a_permutation_after_blocks(%m: !m, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : !m, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}
