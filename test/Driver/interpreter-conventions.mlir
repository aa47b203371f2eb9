// The interpreter against the formulas of the conventions, computed entry by entry in Python.

// RUN: rm -rf %t && mkdir %t
// The random arguments come back as results, so that Python sees what the interpreter saw.
// RUN: danaus-run %s --device=interpreter --rows=3 --seed=5 --output=%t/in.safetensors:x \
// RUN:   --output=%t/in.safetensors:bd --output=%t/in.safetensors:ks --output=%t/in.safetensors:w1 \
// RUN:   --output=%t/in.safetensors:w2 --output=%t/in.safetensors:u --output=%t/in.safetensors:v \
// RUN:   --output=%t/in.safetensors:u2 --output=%t/in.safetensors:v2 \
// RUN:   --output=%t/out.safetensors:block_diagonal --output=%t/out.safetensors:kronecker_sparse \
// RUN:   --output=%t/out.safetensors:monarch --output=%t/out.safetensors:low_rank \
// RUN:   --output=%t/out.safetensors:transpose
// RUN: python3 %S/Inputs/conventions.py %t/in.safetensors %t/out.safetensors | FileCheck %s

// CHECK: block_diagonal: 3 x 36 values agree
// CHECK: kronecker_sparse: 3 x 36 values agree
// CHECK: monarch: 3 x 30 values agree
// CHECK: low_rank: 3 x 9 values agree
// CHECK: transpose: 3 x 7 values agree

!bd = tensor<36x24xf64, #linop.block_diagonal<blocks = 4>>
!ks = tensor<36x24xf64, #linop.kronecker_sparse<a = 2, b = 6, c = 4, d = 3>>
// k = 4, q = 9, p = 6; l = 6, s = 5, r = 6: q is no multiple of l.
!mon = tensor<30x24xf64, #linop.monarch<blocks = [4, 6], middle = 36>>
!lr = tensor<9x24xf64, #linop.low_rank<rank = 2>>
!lr2 = tensor<24x7xf64, #linop.low_rank<rank = 3>>
!tr = tensor<7x24xf64, #linop.transpose<!lr2>>

func.func @all(%bd: !bd, %ks: !ks, %mon: !mon, %lr: !lr, %lr2: !lr2, %x: tensor<?x24xf64>)
    -> (tensor<?x24xf64>, !bd, !ks, !mon, !lr, !lr2, tensor<?x36xf64>, tensor<?x36xf64>,
        tensor<?x30xf64>, tensor<?x9xf64>, tensor<?x7xf64>) {
  %0 = linop.apply %bd, %x : !bd, tensor<?x24xf64> -> tensor<?x36xf64>
  %1 = linop.apply %ks, %x : !ks, tensor<?x24xf64> -> tensor<?x36xf64>
  %2 = linop.apply %mon, %x : !mon, tensor<?x24xf64> -> tensor<?x30xf64>
  %3 = linop.apply %lr, %x : !lr, tensor<?x24xf64> -> tensor<?x9xf64>
  %t = linop.transpose %lr2 : !lr2 -> !tr
  %4 = linop.apply %t, %x : !tr, tensor<?x24xf64> -> tensor<?x7xf64>
  return %x, %bd, %ks, %mon, %lr, %lr2, %0, %1, %2, %3, %4
      : tensor<?x24xf64>, !bd, !ks, !mon, !lr, !lr2, tensor<?x36xf64>, tensor<?x36xf64>,
        tensor<?x30xf64>, tensor<?x9xf64>, tensor<?x7xf64>
}
