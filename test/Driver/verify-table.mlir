// danaus-run refuses a table that is no permutation, and says where.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{make} = python3 %S/Inputs/tensors.py npy %t/t.npy 4 --dtype="<i4"
// DEFINE: %{run} = danaus-run %s --arg 0=%t/t.npy --check

// RUN: %{make} --values=2,0,3,1 && %{run} | FileCheck %s --check-prefix=GOOD
// GOOD: check passed

// RUN: %{make} --values=2,0,4,1 && not %{run} 2>&1 | FileCheck %s --check-prefix=WIDE
// WIDE: danaus-run: error: argument 0: parameter 0 of tensor<4x4xf32, #linop.table_permutation<index = i32>>: element 2: wanted an index below 4, found 4

// RUN: %{make} --values=2,-1,3,1 && not %{run} 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// NEGATIVE: element 1: wanted an index below 4, found -1

// RUN: %{make} --values=2,0,2,1 && not %{run} 2>&1 | FileCheck %s --check-prefix=TWICE
// TWICE: danaus-run: error: argument 0: parameter 0 of tensor<4x4xf32, #linop.table_permutation<index = i32>>: element 2: wanted every index once, found 2 again

!m = tensor<4x4xf32, #linop.table_permutation<index = i32>>
func.func @table(%m: !m, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = linop.apply %m, %x : !m, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
