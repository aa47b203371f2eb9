// The structures beyond the first slice against their definitions by loops: from the left and from the right, naive and
// optimized, at seven rows, one and none.
//
// DEFINE: %{entry} =
// DEFINE: %{check} = danaus-run %s --entry=%{entry} --check
// DEFINE: %{all} = %{check} --rows=7 && %{check} --rows=1 && %{check} --rows=0 && %{check} --rows=3 --pipeline=naive

// REDEFINE: %{entry} = multi_monarch
// RUN: %{all}
// REDEFINE: %{entry} = multi_monarch_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = butterfly_of_two_stacks
// RUN: %{all}
// REDEFINE: %{entry} = butterfly_of_two_stacks_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = butterfly_of_three_blocks
// RUN: %{all}
// REDEFINE: %{entry} = butterfly_of_three_blocks_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = block_butterfly
// RUN: %{all}
// REDEFINE: %{entry} = block_butterfly_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = kronecker
// RUN: %{all}
// REDEFINE: %{entry} = kronecker_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = sum_of_kroneckers
// RUN: %{all}
// REDEFINE: %{entry} = sum_of_kroneckers_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = usv
// RUN: %{all}
// REDEFINE: %{entry} = usv_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = btt
// RUN: %{all}
// REDEFINE: %{entry} = btt_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = blast
// RUN: %{all}
// REDEFINE: %{entry} = blast_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = tensor_train
// RUN: %{all}
// REDEFINE: %{entry} = tensor_train_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = tucker
// RUN: %{all}
// REDEFINE: %{entry} = tucker_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = tall_diagonal
// RUN: %{all}
// REDEFINE: %{entry} = tall_diagonal_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = permutation
// RUN: %{all}
// REDEFINE: %{entry} = permutation_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = table_permutation
// RUN: %{all}
// REDEFINE: %{entry} = table_permutation_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = circulant
// RUN: %{all}
// REDEFINE: %{entry} = circulant_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = toeplitz
// RUN: %{all}
// REDEFINE: %{entry} = toeplitz_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = hadamard
// RUN: %{all}
// REDEFINE: %{entry} = hadamard_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_mixed_radix
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_mixed_radix_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_a_prime
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_a_prime_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = sum
// RUN: %{all}
// REDEFINE: %{entry} = sum_from_the_right
// RUN: %{all}
// REDEFINE: %{entry} = scaled
// RUN: %{all}
// REDEFINE: %{entry} = scaled_from_the_right
// RUN: %{all}

!multi_monarch = tensor<24x30xf32, #linop.multi_monarch<in = [2, 3, 5], out = [4, 3, 2]>>
func.func @multi_monarch(%m: !multi_monarch, %x: tensor<?x30xf32>) -> tensor<?x24xf32> {
  %y = linop.apply %m, %x : !multi_monarch, tensor<?x30xf32> -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}
func.func @multi_monarch_from_the_right(%m: !multi_monarch, %x: tensor<?x24xf32>) -> tensor<?x30xf32> {
  %y = linop.apply %m, %x right : !multi_monarch, tensor<?x24xf32> -> tensor<?x30xf32>
  return %y : tensor<?x30xf32>
}

!butterfly_of_two_stacks = tensor<12x7xf32, #linop.butterfly<blocks = 1, increasing = true>>
func.func @butterfly_of_two_stacks(%m: !butterfly_of_two_stacks, %x: tensor<?x7xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : !butterfly_of_two_stacks, tensor<?x7xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}
func.func @butterfly_of_two_stacks_from_the_right(%m: !butterfly_of_two_stacks, %x: tensor<?x12xf32>) -> tensor<?x7xf32> {
  %y = linop.apply %m, %x right : !butterfly_of_two_stacks, tensor<?x12xf32> -> tensor<?x7xf32>
  return %y : tensor<?x7xf32>
}

!butterfly_of_three_blocks = tensor<20x16xbf16, #linop.butterfly<blocks = 3, increasing = false>>
func.func @butterfly_of_three_blocks(%m: !butterfly_of_three_blocks, %x: tensor<?x16xbf16>) -> tensor<?x20xbf16> {
  %y = linop.apply %m, %x : !butterfly_of_three_blocks, tensor<?x16xbf16> -> tensor<?x20xbf16>
  return %y : tensor<?x20xbf16>
}
func.func @butterfly_of_three_blocks_from_the_right(%m: !butterfly_of_three_blocks, %x: tensor<?x20xbf16>) -> tensor<?x16xbf16> {
  %y = linop.apply %m, %x right : !butterfly_of_three_blocks, tensor<?x20xbf16> -> tensor<?x16xbf16>
  return %y : tensor<?x16xbf16>
}

!block_butterfly = tensor<24x24xf64, #linop.block_butterfly<block = 3, increasing = false>>
func.func @block_butterfly(%m: !block_butterfly, %x: tensor<?x24xf64>) -> tensor<?x24xf64> {
  %y = linop.apply %m, %x : !block_butterfly, tensor<?x24xf64> -> tensor<?x24xf64>
  return %y : tensor<?x24xf64>
}
func.func @block_butterfly_from_the_right(%m: !block_butterfly, %x: tensor<?x24xf64>) -> tensor<?x24xf64> {
  %y = linop.apply %m, %x right : !block_butterfly, tensor<?x24xf64> -> tensor<?x24xf64>
  return %y : tensor<?x24xf64>
}

!kronecker = tensor<30x8xf32, #linop.kronecker<rows = [2, 3, 5], columns = [4, 2, 1]>>
func.func @kronecker(%m: !kronecker, %x: tensor<?x8xf32>) -> tensor<?x30xf32> {
  %y = linop.apply %m, %x : !kronecker, tensor<?x8xf32> -> tensor<?x30xf32>
  return %y : tensor<?x30xf32>
}
func.func @kronecker_from_the_right(%m: !kronecker, %x: tensor<?x30xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x right : !kronecker, tensor<?x30xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!sum_of_kroneckers = tensor<6x8xcomplex<f64>, #linop.kronecker<rows = [2, 3], columns = [4, 2], terms = 3>>
func.func @sum_of_kroneckers(%m: !sum_of_kroneckers, %x: tensor<?x8xcomplex<f64>>) -> tensor<?x6xcomplex<f64>> {
  %y = linop.apply %m, %x : !sum_of_kroneckers, tensor<?x8xcomplex<f64>> -> tensor<?x6xcomplex<f64>>
  return %y : tensor<?x6xcomplex<f64>>
}
func.func @sum_of_kroneckers_from_the_right(%m: !sum_of_kroneckers, %x: tensor<?x6xcomplex<f64>>) -> tensor<?x8xcomplex<f64>> {
  %y = linop.apply %m, %x right : !sum_of_kroneckers, tensor<?x6xcomplex<f64>> -> tensor<?x8xcomplex<f64>>
  return %y : tensor<?x8xcomplex<f64>>
}

!usv = tensor<9x7xf16, #linop.usv<rank = 3>>
func.func @usv(%m: !usv, %x: tensor<?x7xf16>) -> tensor<?x9xf16> {
  %y = linop.apply %m, %x : !usv, tensor<?x7xf16> -> tensor<?x9xf16>
  return %y : tensor<?x9xf16>
}
func.func @usv_from_the_right(%m: !usv, %x: tensor<?x9xf16>) -> tensor<?x7xf16> {
  %y = linop.apply %m, %x right : !usv, tensor<?x9xf16> -> tensor<?x7xf16>
  return %y : tensor<?x7xf16>
}

!btt = tensor<6x35xf32, #linop.btt<in = [5, 7], out = [2, 3], rank = 2>>
func.func @btt(%m: !btt, %x: tensor<?x35xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : !btt, tensor<?x35xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}
func.func @btt_from_the_right(%m: !btt, %x: tensor<?x6xf32>) -> tensor<?x35xf32> {
  %y = linop.apply %m, %x right : !btt, tensor<?x6xf32> -> tensor<?x35xf32>
  return %y : tensor<?x35xf32>
}

!blast = tensor<12x9xf32, #linop.blast<blocks = 3, rank = 5>>
func.func @blast(%m: !blast, %x: tensor<?x9xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : !blast, tensor<?x9xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}
func.func @blast_from_the_right(%m: !blast, %x: tensor<?x12xf32>) -> tensor<?x9xf32> {
  %y = linop.apply %m, %x right : !blast, tensor<?x12xf32> -> tensor<?x9xf32>
  return %y : tensor<?x9xf32>
}

!tensor_train = tensor<24x30xf32, #linop.tensor_train<out = [2, 3, 4], in = [5, 2, 3], ranks = [2, 3]>>
func.func @tensor_train(%m: !tensor_train, %x: tensor<?x30xf32>) -> tensor<?x24xf32> {
  %y = linop.apply %m, %x : !tensor_train, tensor<?x30xf32> -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}
func.func @tensor_train_from_the_right(%m: !tensor_train, %x: tensor<?x24xf32>) -> tensor<?x30xf32> {
  %y = linop.apply %m, %x right : !tensor_train, tensor<?x24xf32> -> tensor<?x30xf32>
  return %y : tensor<?x30xf32>
}

!tucker = tensor<6x8xcomplex<f32>, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2, 2], in_ranks = [3, 1]>>
func.func @tucker(%m: !tucker, %x: tensor<?x8xcomplex<f32>>) -> tensor<?x6xcomplex<f32>> {
  %y = linop.apply %m, %x : !tucker, tensor<?x8xcomplex<f32>> -> tensor<?x6xcomplex<f32>>
  return %y : tensor<?x6xcomplex<f32>>
}
func.func @tucker_from_the_right(%m: !tucker, %x: tensor<?x6xcomplex<f32>>) -> tensor<?x8xcomplex<f32>> {
  %y = linop.apply %m, %x right : !tucker, tensor<?x6xcomplex<f32>> -> tensor<?x8xcomplex<f32>>
  return %y : tensor<?x8xcomplex<f32>>
}

!tall_diagonal = tensor<8x5xf32, #linop.diagonal>
func.func @tall_diagonal(%m: !tall_diagonal, %x: tensor<?x5xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : !tall_diagonal, tensor<?x5xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
func.func @tall_diagonal_from_the_right(%m: !tall_diagonal, %x: tensor<?x8xf32>) -> tensor<?x5xf32> {
  %y = linop.apply %m, %x right : !tall_diagonal, tensor<?x8xf32> -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

!permutation = tensor<30x30xf32, #linop.permutation<sizes = [2, 5, 3], order = [2, 0, 1]>>
func.func @permutation(%m: !permutation, %x: tensor<?x30xf32>) -> tensor<?x30xf32> {
  %y = linop.apply %m, %x : !permutation, tensor<?x30xf32> -> tensor<?x30xf32>
  return %y : tensor<?x30xf32>
}
func.func @permutation_from_the_right(%m: !permutation, %x: tensor<?x30xf32>) -> tensor<?x30xf32> {
  %y = linop.apply %m, %x right : !permutation, tensor<?x30xf32> -> tensor<?x30xf32>
  return %y : tensor<?x30xf32>
}

!table_permutation = tensor<13x13xf32, #linop.table_permutation<index = i64>>
func.func @table_permutation(%m: !table_permutation, %x: tensor<?x13xf32>) -> tensor<?x13xf32> {
  %y = linop.apply %m, %x : !table_permutation, tensor<?x13xf32> -> tensor<?x13xf32>
  return %y : tensor<?x13xf32>
}
func.func @table_permutation_from_the_right(%m: !table_permutation, %x: tensor<?x13xf32>) -> tensor<?x13xf32> {
  %y = linop.apply %m, %x right : !table_permutation, tensor<?x13xf32> -> tensor<?x13xf32>
  return %y : tensor<?x13xf32>
}

!circulant = tensor<17x17xf32, #linop.circulant>
func.func @circulant(%m: !circulant, %x: tensor<?x17xf32>) -> tensor<?x17xf32> {
  %y = linop.apply %m, %x : !circulant, tensor<?x17xf32> -> tensor<?x17xf32>
  return %y : tensor<?x17xf32>
}
func.func @circulant_from_the_right(%m: !circulant, %x: tensor<?x17xf32>) -> tensor<?x17xf32> {
  %y = linop.apply %m, %x right : !circulant, tensor<?x17xf32> -> tensor<?x17xf32>
  return %y : tensor<?x17xf32>
}

!toeplitz = tensor<5x9xf64, #linop.toeplitz>
func.func @toeplitz(%m: !toeplitz, %x: tensor<?x9xf64>) -> tensor<?x5xf64> {
  %y = linop.apply %m, %x : !toeplitz, tensor<?x9xf64> -> tensor<?x5xf64>
  return %y : tensor<?x5xf64>
}
func.func @toeplitz_from_the_right(%m: !toeplitz, %x: tensor<?x5xf64>) -> tensor<?x9xf64> {
  %y = linop.apply %m, %x right : !toeplitz, tensor<?x5xf64> -> tensor<?x9xf64>
  return %y : tensor<?x9xf64>
}

!hadamard = tensor<128x128xf32, #linop.hadamard>
func.func @hadamard(%m: !hadamard, %x: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %y = linop.apply %m, %x : !hadamard, tensor<?x128xf32> -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}
func.func @hadamard_from_the_right(%m: !hadamard, %x: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %y = linop.apply %m, %x right : !hadamard, tensor<?x128xf32> -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}

!dft_of_mixed_radix = tensor<60x60xcomplex<f32>, #linop.dft>
func.func @dft_of_mixed_radix(%m: !dft_of_mixed_radix, %x: tensor<?x60xcomplex<f32>>) -> tensor<?x60xcomplex<f32>> {
  %y = linop.apply %m, %x : !dft_of_mixed_radix, tensor<?x60xcomplex<f32>> -> tensor<?x60xcomplex<f32>>
  return %y : tensor<?x60xcomplex<f32>>
}
func.func @dft_of_mixed_radix_from_the_right(%m: !dft_of_mixed_radix, %x: tensor<?x60xcomplex<f32>>) -> tensor<?x60xcomplex<f32>> {
  %y = linop.apply %m, %x right : !dft_of_mixed_radix, tensor<?x60xcomplex<f32>> -> tensor<?x60xcomplex<f32>>
  return %y : tensor<?x60xcomplex<f32>>
}

!dft_of_a_prime = tensor<17x17xcomplex<f64>, #linop.dft>
func.func @dft_of_a_prime(%m: !dft_of_a_prime, %x: tensor<?x17xcomplex<f64>>) -> tensor<?x17xcomplex<f64>> {
  %y = linop.apply %m, %x : !dft_of_a_prime, tensor<?x17xcomplex<f64>> -> tensor<?x17xcomplex<f64>>
  return %y : tensor<?x17xcomplex<f64>>
}
func.func @dft_of_a_prime_from_the_right(%m: !dft_of_a_prime, %x: tensor<?x17xcomplex<f64>>) -> tensor<?x17xcomplex<f64>> {
  %y = linop.apply %m, %x right : !dft_of_a_prime, tensor<?x17xcomplex<f64>> -> tensor<?x17xcomplex<f64>>
  return %y : tensor<?x17xcomplex<f64>>
}

!sum = tensor<8x6xf32, #linop.sum<[tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32, #linop.low_rank<rank = 2>>, tensor<8x6xf32>]>>
func.func @sum(%m: !sum, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : !sum, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
func.func @sum_from_the_right(%m: !sum, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x right : !sum, tensor<?x8xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!scaled = tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.low_rank<rank = 2>>>>
func.func @scaled(%m: !scaled, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : !scaled, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
func.func @scaled_from_the_right(%m: !scaled, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x right : !scaled, tensor<?x8xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}
