// Every sparse structure against its definition: indices that are constants and
// indices of run time, empty rows, nothing stored, odd blocks, few rows, both
// pipelines.

// DEFINE: %{entry} =
// DEFINE: %{naive} = danaus-run %s --entry=%{entry} --check --pipeline=naive
// DEFINE: %{run} = %{naive} --rows=0 && %{naive} --rows=7 && danaus-run %s --entry=%{entry} --check --rows=1

// REDEFINE: %{entry} = csr
// RUN: %{run}
// REDEFINE: %{entry} = csr_run_time
// RUN: %{run}
// REDEFINE: %{entry} = csr_transposed
// RUN: %{run}
// REDEFINE: %{entry} = csr_empty
// RUN: %{run}
// REDEFINE: %{entry} = csr_constant_indices
// RUN: %{run}
// REDEFINE: %{entry} = bsr_odd_blocks
// RUN: %{run}
// REDEFINE: %{entry} = bsr_transposed
// RUN: %{run}
// REDEFINE: %{entry} = bsr_complex
// RUN: %{run}
// REDEFINE: %{entry} = two_of_four
// RUN: %{run}
// REDEFINE: %{entry} = two_of_four_transposed
// RUN: %{run}
// REDEFINE: %{entry} = three_of_seven_columnwise
// RUN: %{run}
// REDEFINE: %{entry} = flat_butterfly
// RUN: %{run}
// REDEFINE: %{entry} = flat_butterfly_wide
// RUN: %{run}
// REDEFINE: %{entry} = bsr_along_axis
// RUN: %{run}
// REDEFINE: %{entry} = product_of_sparse
// RUN: %{run}

// One compiled entry takes any number of entries: files of 0, 3 and 5.
// RUN: rm -rf %t && mkdir %t
// DEFINE: %{make} = python3 %S/../../Driver/Inputs/tensors.py npy
// DEFINE: %{show} = python3 %S/../../Driver/Inputs/tensors.py show
// RUN: %{make} %t/x.npy 1x4 --values=1,2,3,4
// RUN: %{make} %t/p0.npy 6 --dtype="<i4" --values=0,0,0,0,0,0 && %{make} %t/c0.npy 0 --dtype="<i4" && %{make} %t/v0.npy 0
// RUN: %{make} %t/p3.npy 6 --dtype="<i4" --values=0,0,2,2,3,3 && %{make} %t/c3.npy 3 --dtype="<i4" --values=3,0,2 && %{make} %t/v3.npy 3 --values=10,1,5
// RUN: %{make} %t/p5.npy 6 --dtype="<i4" --values=0,2,2,2,2,5 && %{make} %t/c5.npy 5 --dtype="<i4" --values=1,1,3,2,0 && %{make} %t/v5.npy 5 --values=1,2,4,8,16
// RUN: echo '--arg=0=%t/p0.npy --arg=1=%t/c0.npy --arg=2=%t/v0.npy --output=%t/y0.npy' > %t/batch
// RUN: echo '--arg=0=%t/p3.npy --arg=1=%t/c3.npy --arg=2=%t/v3.npy --output=%t/y3.npy' >> %t/batch
// RUN: echo '--arg=0=%t/p5.npy --arg=1=%t/c5.npy --arg=2=%t/v5.npy --output=%t/y5.npy' >> %t/batch
// RUN: danaus-run %s --entry=csr_run_time --arg=3=%t/x.npy --batch=%t/batch --check --verify-data
// RUN: %{show} %t/y0.npy > %t/all && %{show} %t/y3.npy >> %t/all && %{show} %t/y5.npy >> %t/all
// RUN: FileCheck %s < %t/all
// CHECK: <f4 (1, 5) [0.0, 0.0, 0.0, 0.0, 0.0]
// CHECK-NEXT: <f4 (1, 5) [0.0, 41.0, 0.0, 15.0, 0.0]
// CHECK-NEXT: <f4 (1, 5) [6.0, 0.0, 0.0, 0.0, 56.0]

// Pixelfly's 4 x 4 blocks of one value, two levels: block (i, j) where i xor j is 0, 1 or 2, here on (1, 10, 100, 1000).
// RUN: %{make} %t/w.npy 12x1x1 --values=1,1,1,1,1,1,1,1,1,1,1,1 && %{make} %t/x.npy 1x4 --values=1,10,100,1000
// RUN: danaus-run %s --entry=pattern --arg 0=%t/w.npy --arg 1=%t/x.npy --check --output=%t/y.npy
// RUN: %{show} %t/y.npy | FileCheck %s --check-prefix=PATTERN
// PATTERN: <f4 (1, 4) [111.0, 1011.0, 1101.0, 1110.0]

!csr = tensor<5x6xf32, #linop.csr<nnz = 7>>
func.func @csr(%m: !csr, %x: tensor<?x6xf32>) -> tensor<?x5xf32> {
  %y = linop.apply %m, %x : !csr, tensor<?x6xf32> -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

// Plain arguments that are assembled get valid indices too.
!open = tensor<5x4xf32, #linop.csr<nnz = ?>>
func.func @csr_run_time(%crow: tensor<6xi32>, %col: tensor<?xi32>, %values: tensor<?xf32>, %x: tensor<?x4xf32>) -> tensor<?x5xf32> {
  %m = linop.assemble %crow, %col, %values : (tensor<6xi32>, tensor<?xi32>, tensor<?xf32>) -> !open
  %y = linop.apply %m, %x : !open, tensor<?x4xf32> -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

!half = tensor<13x9xf16, #linop.csr<nnz = ?, index = i64>>
func.func @csr_transposed(%m: !half, %x: tensor<?x13xf16>) -> tensor<?x9xf16> {
  %t = linop.transpose %m : !half -> tensor<9x13xf16, #linop.transpose<!half>>
  %y = linop.apply %t, %x : tensor<9x13xf16, #linop.transpose<!half>>, tensor<?x13xf16> -> tensor<?x9xf16>
  return %y : tensor<?x9xf16>
}

!none = tensor<3x4xf64, #linop.csr<nnz = 0>>
func.func @csr_empty(%m: !none, %x: tensor<?x4xf64>) -> tensor<?x3xf64> {
  %y = linop.apply %m, %x : !none, tensor<?x4xf64> -> tensor<?x3xf64>
  return %y : tensor<?x3xf64>
}

!constant = tensor<3x4xf32, #linop.csr<nnz = 3>>
func.func @csr_constant_indices(%values: tensor<3xf32>, %x: tensor<?x4xf32>) -> tensor<?x3xf32> {
  %crow = arith.constant dense<[0, 2, 2, 3]> : tensor<4xi32>
  %col = arith.constant dense<[0, 3, 1]> : tensor<3xi32>
  %m = linop.assemble %crow, %col, %values : (tensor<4xi32>, tensor<3xi32>, tensor<3xf32>) -> !constant
  %y = linop.apply %m, %x : !constant, tensor<?x4xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

!odd = tensor<15x14xbf16, #linop.bsr<block = [5, 7], nnz = 3>>
func.func @bsr_odd_blocks(%m: !odd, %x: tensor<?x14xbf16>) -> tensor<?x15xbf16> {
  %y = linop.apply %m, %x : !odd, tensor<?x14xbf16> -> tensor<?x15xbf16>
  return %y : tensor<?x15xbf16>
}

!tall = tensor<12x6xf32, #linop.bsr<block = [4, 1], nnz = ?>>
func.func @bsr_transposed(%m: !tall, %x: tensor<?x12xf32>) -> tensor<?x6xf32> {
  %t = linop.transpose %m : !tall -> tensor<6x12xf32, #linop.transpose<!tall>>
  %y = linop.apply %t, %x : tensor<6x12xf32, #linop.transpose<!tall>>, tensor<?x12xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!complex = tensor<4x6xcomplex<f32>, #linop.bsr<block = [1, 3], nnz = 5>>
func.func @bsr_complex(%m: !complex, %x: tensor<?x6xcomplex<f32>>) -> tensor<?x4xcomplex<f32>> {
  %y = linop.apply %m, %x : !complex, tensor<?x6xcomplex<f32>> -> tensor<?x4xcomplex<f32>>
  return %y : tensor<?x4xcomplex<f32>>
}

!nm = tensor<6x16xf16, #linop.n_m<n = 2, m = 4>>
func.func @two_of_four(%m: !nm, %x: tensor<?x16xf16>) -> tensor<?x6xf16> {
  %y = linop.apply %m, %x : !nm, tensor<?x16xf16> -> tensor<?x6xf16>
  return %y : tensor<?x6xf16>
}

func.func @two_of_four_transposed(%m: !nm, %x: tensor<?x6xf16>) -> tensor<?x16xf16> {
  %t = linop.transpose %m : !nm -> tensor<16x6xf16, #linop.transpose<!nm>>
  %y = linop.apply %t, %x : tensor<16x6xf16, #linop.transpose<!nm>>, tensor<?x6xf16> -> tensor<?x16xf16>
  return %y : tensor<?x16xf16>
}

!columnwise = tensor<14x5xf32, #linop.n_m<n = 3, m = 7, axis = 0, index = i32>>
func.func @three_of_seven_columnwise(%m: !columnwise, %x: tensor<?x5xf32>) -> tensor<?x14xf32> {
  %y = linop.apply %m, %x : !columnwise, tensor<?x5xf32> -> tensor<?x14xf32>
  return %y : tensor<?x14xf32>
}

!pattern = tensor<4x4xf32, #linop.flat_butterfly<block = 1, levels = 2>>
func.func @pattern(%m: !pattern, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = linop.apply %m, %x : !pattern, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!fb = tensor<24x24xf32, #linop.flat_butterfly<block = 3, levels = 3>>
func.func @flat_butterfly(%m: !fb, %x: tensor<?x24xf32>) -> tensor<?x24xf32> {
  %y = linop.apply %m, %x : !fb, tensor<?x24xf32> -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

!wide = tensor<8x16xf64, #linop.flat_butterfly<block = 2, levels = 2>>
func.func @flat_butterfly_wide(%m: !wide, %x: tensor<?x8xf64>) -> tensor<?x16xf64> {
  %t = linop.transpose %m : !wide -> tensor<16x8xf64, #linop.transpose<!wide>>
  %y = linop.apply %t, %x : tensor<16x8xf64, #linop.transpose<!wide>>, tensor<?x8xf64> -> tensor<?x16xf64>
  return %y : tensor<?x16xf64>
}

func.func @bsr_along_axis(%m: !odd, %x: tensor<?x14x3xbf16>) -> tensor<?x15x3xbf16> {
  %y = linop.apply %m, %x axis 1 : !odd, tensor<?x14x3xbf16> -> tensor<?x15x3xbf16>
  return %y : tensor<?x15x3xbf16>
}

!product = tensor<4x8xf32, #linop.product<[tensor<4x6xf32, #linop.csr<nnz = ?>>, tensor<6x8xf32, #linop.n_m<n = 1, m = 2>>]>>
func.func @product_of_sparse(%m: !product, %x: tensor<?x8xf32>) -> tensor<?x4xf32> {
  %y = linop.apply %m, %x : !product, tensor<?x8xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
