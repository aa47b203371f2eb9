// RUN: danaus-run %s --rows=5 --check | FileCheck %s
// RUN: danaus-run %s --rows=5 --check --passes=danaus-carry-layouts | FileCheck %s
// RUN: danaus-run %s --rows=1 --check --simplify | FileCheck %s
// RUN: danaus-run %s --rows=5 --check --vectorize=false | FileCheck %s
// RUN: danaus-run %s --rows=2 --passes=danaus-carry-layouts --emit=kernel | FileCheck %s --check-prefix=KERNEL

// Two layers, between them a bias and tanh; the permutation at the end of the first is gone in the second.
// CHECK: check passed
// One kernel is left, which needs no other order of the columns than the stages have.
// KERNEL-LABEL: func.func @layers(
// KERNEL:         chain.kernel
// KERNEL:           chain.stage
// KERNEL-NEXT:      chain.map
// KERNEL:           chain.stage
// KERNEL-NOT:     chain.kernel
// KERNEL:       func.func @layers_pack

!bd = tensor<24x20xf32, #linop.block_diagonal<blocks = 4>>
!turn = tensor<24x24xf32, #linop.permutation<sizes = [4, 6], order = [1, 0]>>
!first = tensor<24x20xf32, #linop.product<[!turn, !bd]>>
!dense = tensor<7x24xf32, #linop.dense>

#id = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>

func.func @layers(%a: tensor<4x6x5xf32>, %w: tensor<7x24xf32>, %bias: tensor<24xf32>, %x: tensor<?x20xf32>) -> tensor<?x7xf32> {
  %fa = linop.assemble %a : (tensor<4x6x5xf32>) -> !bd
  %p = linop.assemble : () -> !turn
  %m1 = linop.product %p, %fa : !turn, !bd -> !first
  %m2 = linop.assemble %w : (tensor<7x24xf32>) -> !dense
  %y = linop.apply %m1, %x : !first, tensor<?x20xf32> -> tensor<?x24xf32>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %y, %c0 : tensor<?x24xf32>
  %empty = tensor.empty(%rows) : tensor<?x24xf32>
  %z = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x24xf32>, tensor<24xf32>) outs(%empty : tensor<?x24xf32>) {
  ^bb0(%v: f32, %c: f32, %o: f32):
    %s = arith.addf %v, %c : f32
    %t = math.tanh %s : f32
    linalg.yield %t : f32
  } -> tensor<?x24xf32>
  %u = linop.apply %m2, %z : !dense, tensor<?x24xf32> -> tensor<?x7xf32>
  return %u : tensor<?x7xf32>
}
