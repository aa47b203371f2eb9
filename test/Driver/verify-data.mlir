// danaus-run refuses indices that would read outside a matrix and names the first bad one.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{make} = python3 %S/Inputs/tensors.py npy
// DEFINE: %{csr} = not danaus-run %s --entry=csr --verify-data --arg 2=%t/v.npy
// DEFINE: %{nm} = not danaus-run %s --entry=n_m --verify-data
// RUN: %{make} %t/v.npy 3 && %{make} %t/v2.npy 2
// RUN: %{make} %t/p.npy 4 --dtype="<i4" --values=0,2,2,3
// RUN: %{make} %t/c.npy 3 --dtype="<i4" --values=0,3,1

// RUN: danaus-run %s --entry=csr --verify-data --arg 0=%t/p.npy --arg 1=%t/c.npy --arg 2=%t/v.npy --check | FileCheck %s --check-prefix=GOOD
// GOOD: check passed

// RUN: %{make} %t/start.npy 4 --dtype="<i4" --values=1,2,2,3
// RUN: %{csr} --arg 0=%t/start.npy --arg 1=%t/c.npy 2>&1 | FileCheck %s --check-prefix=START
// START: danaus-run: error: argument 0: parameter 0 of tensor<3x4xf32, #linop.csr<nnz = ?>>: crow_indices[0]: wanted 0, found 1

// RUN: %{make} %t/fall.npy 4 --dtype="<i4" --values=0,2,1,3
// RUN: %{csr} --arg 0=%t/fall.npy --arg 1=%t/c.npy 2>&1 | FileCheck %s --check-prefix=FALL
// FALL: danaus-run: error: argument 0: parameter 0 of tensor<3x4xf32, #linop.csr<nnz = ?>>: crow_indices[2]: wanted at least 2, found 1

// RUN: %{make} %t/end.npy 4 --dtype="<i4" --values=0,2,2,4
// RUN: %{csr} --arg 0=%t/end.npy --arg 1=%t/c.npy 2>&1 | FileCheck %s --check-prefix=END
// END: danaus-run: error: argument 0: parameter 0 of tensor<3x4xf32, #linop.csr<nnz = ?>>: crow_indices[3]: wanted the number of col_indices 3, found 4

// RUN: %{make} %t/wide.npy 3 --dtype="<i4" --values=0,4,-1
// RUN: %{csr} --arg 0=%t/p.npy --arg 1=%t/wide.npy 2>&1 | FileCheck %s --check-prefix=WIDE
// WIDE: danaus-run: error: argument 1: parameter 1 of tensor<3x4xf32, #linop.csr<nnz = ?>>: col_indices[1]: wanted 0 <= index < 4, found 4

// RUN: %{make} %t/negative.npy 3 --dtype="<i4" --values=0,3,-1
// RUN: %{csr} --arg 0=%t/p.npy --arg 1=%t/negative.npy 2>&1 | FileCheck %s --check-prefix=BELOW
// BELOW: danaus-run: error: argument 1: parameter 1 of tensor<3x4xf32, #linop.csr<nnz = ?>>: col_indices[2]: wanted 0 <= index < 4, found -1

// RUN: not danaus-run %s --entry=csr --arg 0=%t/p.npy --arg 1=%t/c.npy --arg 2=%t/v2.npy 2>&1 | FileCheck %s --check-prefix=VALUES
// VALUES: danaus-run: error: argument 2: parameter 2 of tensor<3x4xf32, #linop.csr<nnz = ?>>: values: wanted one for each of 3 col_indices, found 2

// Indices come from files as a whole or not at all.
// RUN: %{csr} --arg 0=%t/p.npy 2>&1 | FileCheck %s --check-prefix=PART
// PART: danaus-run: error: argument 1: wanted a file, as argument {{[02]}} of the same matrix comes from one

// A matrix inside another, and one that the function assembles, are checked as well.
// RUN: not danaus-run %s --entry=product --arg 1=%t/p.npy --arg 2=%t/wide.npy --arg 3=%t/v.npy 2>&1 | FileCheck %s --check-prefix=PRODUCT
// PRODUCT: danaus-run: error: argument 2: parameter 2 of tensor<2x4xf32, #linop.product<{{.*}}>>: col_indices[1]: wanted 0 <= index < 4, found 4
// RUN: not danaus-run %s --entry=assembled 2>&1 | FileCheck %s --check-prefix=CONSTANT
// CONSTANT: danaus-run: error: parameter 1 of tensor<3x4xf32, #linop.csr<nnz = 3>>: col_indices[2]: wanted 0 <= index < 4, found 7

// RUN: %{make} %t/twice.npy 2x4 --dtype="|i1" --values=0,2,1,3,3,3,0,1
// RUN: %{nm} --arg 1=%t/twice.npy 2>&1 | FileCheck %s --check-prefix=ASCEND
// ASCEND: danaus-run: error: argument 1: parameter 1 of tensor<2x8xf32, #linop.n_m<n = 2, m = 4>>: positions[1, 1]: wanted 4 <= position < 4, found 3

// RUN: %{make} %t/beyond.npy 2x4 --dtype="|i1" --values=0,2,1,4,0,1,0,1
// RUN: %{nm} --arg 1=%t/beyond.npy 2>&1 | FileCheck %s --check-prefix=BEYOND
// BEYOND: danaus-run: error: argument 1: parameter 1 of tensor<2x8xf32, #linop.n_m<n = 2, m = 4>>: positions[0, 3]: wanted 2 <= position < 4, found 4

// RUN: %{make} %t/f4.npy 2x4 && %{nm} --arg 1=%t/f4.npy 2>&1 | FileCheck %s --check-prefix=DTYPE
// DTYPE: danaus-run: error: argument 1: wanted 2x4xi8, found 2x4xf32 in {{.*}}f4.npy

// RUN: %{make} %t/nan.npy 3 --values=1,nan,2
// RUN: not danaus-run %s --entry=csr --verify-data --arg 0=%t/p.npy --arg 1=%t/c.npy --arg 2=%t/nan.npy 2>&1 | FileCheck %s --check-prefix=NAN
// NAN: danaus-run: error: argument 2: wanted finite values, found NaN at [1]

// RUN: not danaus-run %s --entry=returned 2>&1 | FileCheck %s --check-prefix=RETURNED
// RETURNED: danaus-run: error: result 0: wanted a matrix whose parameters have sizes known at compile time

!csr = tensor<3x4xf32, #linop.csr<nnz = ?>>
func.func @csr(%m: !csr, %x: tensor<?x4xf32>) -> tensor<?x3xf32> {
  %y = linop.apply %m, %x : !csr, tensor<?x4xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

!product = tensor<2x4xf32, #linop.product<[tensor<2x3xf32>, !csr]>>
func.func @product(%m: !product, %x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %y = linop.apply %m, %x : !product, tensor<?x4xf32> -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

!static = tensor<3x4xf32, #linop.csr<nnz = 3>>
func.func @assembled(%values: tensor<3xf32>, %x: tensor<?x4xf32>) -> tensor<?x3xf32> {
  %crow = arith.constant dense<[0, 2, 2, 3]> : tensor<4xi32>
  %col = arith.constant dense<[0, 3, 7]> : tensor<3xi32>
  %m = linop.assemble %crow, %col, %values : (tensor<4xi32>, tensor<3xi32>, tensor<3xf32>) -> !static
  %y = linop.apply %m, %x : !static, tensor<?x4xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

!nm = tensor<2x8xf32, #linop.n_m<n = 2, m = 4>>
func.func @n_m(%m: !nm, %x: tensor<?x8xf32>) -> tensor<?x2xf32> {
  %y = linop.apply %m, %x : !nm, tensor<?x8xf32> -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

func.func @returned(%m: !csr) -> !csr {
  return %m : !csr
}
