// Every structure of a formula, run both ways and held to the reference by its definition, which shares no code with them.

// DEFINE: %{naive} = danaus-run %s --rows=5 --check --pipeline=naive
// DEFINE: %{optimized} = danaus-run %s --rows=5 --check
// CHECK: check passed

// RUN: %{naive} --entry=diagonal | FileCheck %s
// RUN: %{optimized} --entry=diagonal | FileCheck %s

// RUN: %{naive} --entry=permutation | FileCheck %s
// RUN: %{optimized} --entry=permutation | FileCheck %s

// RUN: %{naive} --entry=table_permutation | FileCheck %s
// RUN: %{optimized} --entry=table_permutation | FileCheck %s

// RUN: %{naive} --entry=circulant | FileCheck %s
// RUN: %{optimized} --entry=circulant | FileCheck %s

// RUN: %{naive} --entry=toeplitz | FileCheck %s
// RUN: %{optimized} --entry=toeplitz | FileCheck %s

// RUN: %{naive} --entry=hadamard | FileCheck %s
// RUN: %{optimized} --entry=hadamard | FileCheck %s

// RUN: %{naive} --entry=dft | FileCheck %s

// RUN: %{naive} --entry=multi_monarch | FileCheck %s
// RUN: %{optimized} --entry=multi_monarch | FileCheck %s

// RUN: %{naive} --entry=butterfly_increasing | FileCheck %s
// RUN: %{optimized} --entry=butterfly_increasing | FileCheck %s

// RUN: %{naive} --entry=butterfly_decreasing | FileCheck %s
// RUN: %{optimized} --entry=butterfly_decreasing | FileCheck %s

// RUN: %{naive} --entry=block_butterfly | FileCheck %s
// RUN: %{optimized} --entry=block_butterfly | FileCheck %s

// RUN: %{naive} --entry=kronecker | FileCheck %s
// RUN: %{optimized} --entry=kronecker | FileCheck %s

// RUN: %{naive} --entry=kronecker_of_terms | FileCheck %s
// RUN: %{optimized} --entry=kronecker_of_terms | FileCheck %s

// RUN: %{naive} --entry=usv | FileCheck %s
// RUN: %{optimized} --entry=usv | FileCheck %s

// RUN: %{naive} --entry=btt | FileCheck %s
// RUN: %{optimized} --entry=btt | FileCheck %s

// RUN: %{naive} --entry=blast | FileCheck %s
// RUN: %{optimized} --entry=blast | FileCheck %s

// RUN: %{naive} --entry=tensor_train | FileCheck %s
// RUN: %{optimized} --entry=tensor_train | FileCheck %s

// RUN: %{naive} --entry=tucker | FileCheck %s
// RUN: %{optimized} --entry=tucker | FileCheck %s

// RUN: %{naive} --entry=sum | FileCheck %s
// RUN: %{optimized} --entry=sum | FileCheck %s

// RUN: %{naive} --entry=scaled | FileCheck %s
// RUN: %{optimized} --entry=scaled | FileCheck %s

// RUN: %{naive} --entry=product_with_a_permutation | FileCheck %s
// RUN: %{optimized} --entry=product_with_a_permutation | FileCheck %s

// RUN: %{naive} --entry=transposed_btt | FileCheck %s
// RUN: %{optimized} --entry=transposed_btt | FileCheck %s

func.func @diagonal(%m: tensor<8x6xf32, #linop.diagonal>, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : tensor<8x6xf32, #linop.diagonal>, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

func.func @permutation(%m: tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

func.func @table_permutation(%m: tensor<12x12xf32, #linop.table_permutation<index = i32>>, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : tensor<12x12xf32, #linop.table_permutation<index = i32>>, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

func.func @circulant(%m: tensor<7x7xf32, #linop.circulant>, %x: tensor<?x7xf32>) -> tensor<?x7xf32> {
  %y = linop.apply %m, %x : tensor<7x7xf32, #linop.circulant>, tensor<?x7xf32> -> tensor<?x7xf32>
  return %y : tensor<?x7xf32>
}

func.func @toeplitz(%m: tensor<8x5xf32, #linop.toeplitz>, %x: tensor<?x5xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : tensor<8x5xf32, #linop.toeplitz>, tensor<?x5xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

func.func @hadamard(%m: tensor<32x32xf32, #linop.hadamard>, %x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = linop.apply %m, %x : tensor<32x32xf32, #linop.hadamard>, tensor<?x32xf32> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

func.func @dft(%m: tensor<30x30xcomplex<f64>, #linop.dft>, %x: tensor<?x30xcomplex<f64>>) -> tensor<?x30xcomplex<f64>> {
  %y = linop.apply %m, %x : tensor<30x30xcomplex<f64>, #linop.dft>, tensor<?x30xcomplex<f64>> -> tensor<?x30xcomplex<f64>>
  return %y : tensor<?x30xcomplex<f64>>
}

func.func @multi_monarch(%m: tensor<30x24xf32, #linop.multi_monarch<in = [2, 4, 3], out = [3, 5, 2]>>, %x: tensor<?x24xf32>) -> tensor<?x30xf32> {
  %y = linop.apply %m, %x : tensor<30x24xf32, #linop.multi_monarch<in = [2, 4, 3], out = [3, 5, 2]>>, tensor<?x24xf32> -> tensor<?x30xf32>
  return %y : tensor<?x30xf32>
}

func.func @butterfly_increasing(%m: tensor<12x7xf32, #linop.butterfly<blocks = 2, increasing = true>>, %x: tensor<?x7xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : tensor<12x7xf32, #linop.butterfly<blocks = 2, increasing = true>>, tensor<?x7xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

func.func @butterfly_decreasing(%m: tensor<8x8xf32, #linop.butterfly<blocks = 1, increasing = false>>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : tensor<8x8xf32, #linop.butterfly<blocks = 1, increasing = false>>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

func.func @block_butterfly(%m: tensor<24x24xf32, #linop.block_butterfly<block = 3, increasing = true>>, %x: tensor<?x24xf32>) -> tensor<?x24xf32> {
  %y = linop.apply %m, %x : tensor<24x24xf32, #linop.block_butterfly<block = 3, increasing = true>>, tensor<?x24xf32> -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

func.func @kronecker(%m: tensor<12x8xf32, #linop.kronecker<rows = [2, 3, 2], columns = [4, 2, 1]>>, %x: tensor<?x8xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : tensor<12x8xf32, #linop.kronecker<rows = [2, 3, 2], columns = [4, 2, 1]>>, tensor<?x8xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

func.func @kronecker_of_terms(%m: tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2], terms = 3>>, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2], terms = 3>>, tensor<?x8xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

func.func @usv(%m: tensor<9x7xf32, #linop.usv<rank = 3>>, %x: tensor<?x7xf32>) -> tensor<?x9xf32> {
  %y = linop.apply %m, %x : tensor<9x7xf32, #linop.usv<rank = 3>>, tensor<?x7xf32> -> tensor<?x9xf32>
  return %y : tensor<?x9xf32>
}

func.func @btt(%m: tensor<6x8xf32, #linop.btt<in = [2, 4], out = [2, 3], rank = 2>>, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : tensor<6x8xf32, #linop.btt<in = [2, 4], out = [2, 3], rank = 2>>, tensor<?x8xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

func.func @blast(%m: tensor<12x8xf32, #linop.blast<blocks = 2, rank = 3>>, %x: tensor<?x8xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : tensor<12x8xf32, #linop.blast<blocks = 2, rank = 3>>, tensor<?x8xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

func.func @tensor_train(%m: tensor<12x8xf32, #linop.tensor_train<out = [2, 3, 2], in = [4, 2, 1], ranks = [2, 3]>>, %x: tensor<?x8xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : tensor<12x8xf32, #linop.tensor_train<out = [2, 3, 2], in = [4, 2, 1], ranks = [2, 3]>>, tensor<?x8xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

func.func @tucker(%m: tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2, 2], in_ranks = [3, 1]>>, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2, 2], in_ranks = [3, 1]>>, tensor<?x8xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

func.func @sum(%m: tensor<8x6xf32, #linop.sum<[tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32, #linop.low_rank<rank = 2>>]>>, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : tensor<8x6xf32, #linop.sum<[tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32, #linop.low_rank<rank = 2>>]>>, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

func.func @scaled(%m: tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.low_rank<rank = 2>>>>, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.low_rank<rank = 2>>>>, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

func.func @product_with_a_permutation(%m: tensor<12x6xf32, #linop.product<[tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>, tensor<12x6xf32, #linop.block_diagonal<blocks = 3>>]>>, %x: tensor<?x6xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : tensor<12x6xf32, #linop.product<[tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>, tensor<12x6xf32, #linop.block_diagonal<blocks = 3>>]>>, tensor<?x6xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

func.func @transposed_btt(%m: tensor<8x6xf32, #linop.transpose<tensor<6x8xf32, #linop.btt<in = [2, 4], out = [2, 3], rank = 2>>>>, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : tensor<8x6xf32, #linop.transpose<tensor<6x8xf32, #linop.btt<in = [2, 4], out = [2, 3], rank = 2>>>>, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
