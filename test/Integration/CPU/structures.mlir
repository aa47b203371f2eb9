// Every structure against its definition by loops, naive and optimized, at an odd number of rows.

// RUN: danaus-run %s --entry=dense --rows=7 --pipeline=naive --check | FileCheck %s
// RUN: danaus-run %s --entry=dense --rows=7 --pipeline=optimized --check | FileCheck %s
// RUN: danaus-run %s --entry=block_diagonal --rows=7 --pipeline=naive --check | FileCheck %s
// RUN: danaus-run %s --entry=block_diagonal --rows=7 --pipeline=optimized --check | FileCheck %s
// RUN: danaus-run %s --entry=kronecker_sparse --rows=7 --pipeline=naive --check | FileCheck %s
// RUN: danaus-run %s --entry=kronecker_sparse --rows=7 --pipeline=optimized --check | FileCheck %s
// RUN: danaus-run %s --entry=low_rank --rows=7 --pipeline=naive --check | FileCheck %s
// RUN: danaus-run %s --entry=low_rank --rows=7 --pipeline=optimized --check | FileCheck %s
// RUN: danaus-run %s --entry=transposed_monarch --rows=7 --pipeline=naive --check | FileCheck %s
// RUN: danaus-run %s --entry=transposed_monarch --rows=7 --pipeline=optimized --check | FileCheck %s
// RUN: danaus-run %s --entry=product --rows=7 --pipeline=naive --check | FileCheck %s
// RUN: danaus-run %s --entry=product --rows=7 --pipeline=optimized --check | FileCheck %s
// CHECK: check passed: rel_err {{[0-9.e+-]+}} tolerance {{[0-9.e+-]+}} rows 7

!dense = tensor<33x17xf32, #linop.dense>
func.func @dense(%m: !dense, %x: tensor<?x17xf32>) -> tensor<?x33xf32> {
  %y = linop.apply %m, %x : !dense, tensor<?x17xf32> -> tensor<?x33xf32>
  return %y : tensor<?x33xf32>
}

!block_diagonal = tensor<6x15xf32, #linop.block_diagonal<blocks = 3>>
func.func @block_diagonal(%m: !block_diagonal, %x: tensor<?x15xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : !block_diagonal, tensor<?x15xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!kronecker_sparse = tensor<102x102xf64, #linop.kronecker_sparse<a = 3, b = 2, c = 2, d = 17>>
func.func @kronecker_sparse(%m: !kronecker_sparse, %x: tensor<?x102xf64>) -> tensor<?x102xf64> {
  %y = linop.apply %m, %x : !kronecker_sparse, tensor<?x102xf64> -> tensor<?x102xf64>
  return %y : tensor<?x102xf64>
}

!low_rank = tensor<9x6xbf16, #linop.low_rank<rank = 3>>
func.func @low_rank(%m: !low_rank, %x: tensor<?x6xbf16>) -> tensor<?x9xbf16> {
  %y = linop.apply %m, %x : !low_rank, tensor<?x6xbf16> -> tensor<?x9xbf16>
  return %y : tensor<?x9xbf16>
}

!transposed_monarch = tensor<8x6xf32, #linop.transpose<tensor<6x8xf32, #linop.monarch<blocks = [4, 3], middle = 12>>>>
func.func @transposed_monarch(%m: !transposed_monarch, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : !transposed_monarch, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!product = tensor<6x12xf32, #linop.product<[tensor<6x8xf32, #linop.block_diagonal<blocks = 2>>, tensor<8x12xf32, #linop.transpose<tensor<12x8xf32, #linop.kronecker_sparse<a = 2, b = 3, c = 2, d = 2>>>>]>>
func.func @product(%m: !product, %x: tensor<?x12xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : !product, tensor<?x12xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}
