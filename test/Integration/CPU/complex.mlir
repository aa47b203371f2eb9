// Structures of complex numbers, which vectors hold as their parts: the naive and the optimized path against the
// definitions, at odd sizes, at none, one, seven and 75 rows, in the process and by the entry points.

// DEFINE: %{entry} =
// DEFINE: %{check} = danaus-run %s --entry=%{entry} --check
// DEFINE: %{all} = %{check} --rows=75 && %{check} --rows=7 && %{check} --rows=1 && %{check} --rows=0 && \
// DEFINE:   %{check} --rows=5 --pipeline=naive && %{check} --rows=8 --entry-points

// REDEFINE: %{entry} = dense
// RUN: %{all}
// REDEFINE: %{entry} = dense_f64
// RUN: %{all}
// REDEFINE: %{entry} = block_diagonal
// RUN: %{all}
// REDEFINE: %{entry} = kronecker_sparse_short_d
// RUN: %{all}
// REDEFINE: %{entry} = kronecker_sparse_d_of_two
// RUN: %{all}
// REDEFINE: %{entry} = kronecker_sparse_d_of_four_f64
// RUN: %{all}
// REDEFINE: %{entry} = kronecker_sparse_long_d
// RUN: %{all}
// REDEFINE: %{entry} = monarch
// RUN: %{all}
// REDEFINE: %{entry} = monarch_of_powers
// RUN: %{all}
// REDEFINE: %{entry} = butterfly
// RUN: %{all}
// REDEFINE: %{entry} = butterfly_f64
// RUN: %{all}
// REDEFINE: %{entry} = kronecker
// RUN: %{all}
// REDEFINE: %{entry} = kronecker_of_short
// RUN: %{all}
// REDEFINE: %{entry} = kronecker_of_twos
// RUN: %{all}
// REDEFINE: %{entry} = low_rank
// RUN: %{all}
// REDEFINE: %{entry} = tensor_train
// RUN: %{all}
// REDEFINE: %{entry} = blast
// RUN: %{all}
// REDEFINE: %{entry} = btt
// RUN: %{all}
// REDEFINE: %{entry} = diagonal
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_a_power
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_a_square
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_a_power_f64
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_a_composite
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_fives
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_a_cube
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_a_large_prime_and_a_small
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_a_prime
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_one
// RUN: %{all}
// REDEFINE: %{entry} = dft_of_two
// RUN: %{all}

!dense = tensor<37x19xcomplex<f32>, #linop.dense>
func.func @dense(%m: !dense, %x: tensor<?x19xcomplex<f32>>) -> tensor<?x37xcomplex<f32>> {
  %y = linop.apply %m, %x : !dense, tensor<?x19xcomplex<f32>> -> tensor<?x37xcomplex<f32>>
  return %y : tensor<?x37xcomplex<f32>>
}

!dense_f64 = tensor<9x13xcomplex<f64>, #linop.dense>
func.func @dense_f64(%m: !dense_f64, %x: tensor<?x13xcomplex<f64>>) -> tensor<?x9xcomplex<f64>> {
  %y = linop.apply %m, %x : !dense_f64, tensor<?x13xcomplex<f64>> -> tensor<?x9xcomplex<f64>>
  return %y : tensor<?x9xcomplex<f64>>
}

!block_diagonal = tensor<36x20xcomplex<f32>, #linop.block_diagonal<blocks = 4>>
func.func @block_diagonal(%m: !block_diagonal, %x: tensor<?x20xcomplex<f32>>) -> tensor<?x36xcomplex<f32>> {
  %y = linop.apply %m, %x : !block_diagonal, tensor<?x20xcomplex<f32>> -> tensor<?x36xcomplex<f32>>
  return %y : tensor<?x36xcomplex<f32>>
}

!kronecker_sparse_short_d = tensor<30x24xcomplex<f32>, #linop.kronecker_sparse<a = 2, b = 5, c = 4, d = 3>>
func.func @kronecker_sparse_short_d(%m: !kronecker_sparse_short_d, %x: tensor<?x24xcomplex<f32>>) -> tensor<?x30xcomplex<f32>> {
  %y = linop.apply %m, %x : !kronecker_sparse_short_d, tensor<?x24xcomplex<f32>> -> tensor<?x30xcomplex<f32>>
  return %y : tensor<?x30xcomplex<f32>>
}

!kronecker_sparse_d_of_two = tensor<20x12xcomplex<f32>, #linop.kronecker_sparse<a = 2, b = 5, c = 3, d = 2>>
func.func @kronecker_sparse_d_of_two(%m: !kronecker_sparse_d_of_two, %x: tensor<?x12xcomplex<f32>>) -> tensor<?x20xcomplex<f32>> {
  %y = linop.apply %m, %x : !kronecker_sparse_d_of_two, tensor<?x12xcomplex<f32>> -> tensor<?x20xcomplex<f32>>
  return %y : tensor<?x20xcomplex<f32>>
}

!kronecker_sparse_d_of_four_f64 = tensor<20x12xcomplex<f64>, #linop.kronecker_sparse<a = 1, b = 5, c = 3, d = 4>>
func.func @kronecker_sparse_d_of_four_f64(%m: !kronecker_sparse_d_of_four_f64, %x: tensor<?x12xcomplex<f64>>) -> tensor<?x20xcomplex<f64>> {
  %y = linop.apply %m, %x : !kronecker_sparse_d_of_four_f64, tensor<?x12xcomplex<f64>> -> tensor<?x20xcomplex<f64>>
  return %y : tensor<?x20xcomplex<f64>>
}

!kronecker_sparse_long_d = tensor<75x45xcomplex<f32>, #linop.kronecker_sparse<a = 1, b = 5, c = 3, d = 15>>
func.func @kronecker_sparse_long_d(%m: !kronecker_sparse_long_d, %x: tensor<?x45xcomplex<f32>>) -> tensor<?x75xcomplex<f32>> {
  %y = linop.apply %m, %x : !kronecker_sparse_long_d, tensor<?x45xcomplex<f32>> -> tensor<?x75xcomplex<f32>>
  return %y : tensor<?x75xcomplex<f32>>
}

!monarch = tensor<36x24xcomplex<f32>, #linop.monarch<blocks = [4, 6], middle = 24>>
func.func @monarch(%m: !monarch, %x: tensor<?x24xcomplex<f32>>) -> tensor<?x36xcomplex<f32>> {
  %y = linop.apply %m, %x : !monarch, tensor<?x24xcomplex<f32>> -> tensor<?x36xcomplex<f32>>
  return %y : tensor<?x36xcomplex<f32>>
}

!monarch_of_powers = tensor<256x256xcomplex<f32>, #linop.monarch<blocks = [16, 16], middle = 256>>
func.func @monarch_of_powers(%m: !monarch_of_powers, %x: tensor<?x256xcomplex<f32>>) -> tensor<?x256xcomplex<f32>> {
  %y = linop.apply %m, %x : !monarch_of_powers, tensor<?x256xcomplex<f32>> -> tensor<?x256xcomplex<f32>>
  return %y : tensor<?x256xcomplex<f32>>
}

!butterfly = tensor<32x32xcomplex<f32>, #linop.butterfly<blocks = 1, increasing = true>>
func.func @butterfly(%m: !butterfly, %x: tensor<?x32xcomplex<f32>>) -> tensor<?x32xcomplex<f32>> {
  %y = linop.apply %m, %x : !butterfly, tensor<?x32xcomplex<f32>> -> tensor<?x32xcomplex<f32>>
  return %y : tensor<?x32xcomplex<f32>>
}

!butterfly_f64 = tensor<16x16xcomplex<f64>, #linop.butterfly<blocks = 1, increasing = false>>
func.func @butterfly_f64(%m: !butterfly_f64, %x: tensor<?x16xcomplex<f64>>) -> tensor<?x16xcomplex<f64>> {
  %y = linop.apply %m, %x : !butterfly_f64, tensor<?x16xcomplex<f64>> -> tensor<?x16xcomplex<f64>>
  return %y : tensor<?x16xcomplex<f64>>
}

!kronecker = tensor<35x24xcomplex<f32>, #linop.kronecker<rows = [5, 7], columns = [3, 8]>>
func.func @kronecker(%m: !kronecker, %x: tensor<?x24xcomplex<f32>>) -> tensor<?x35xcomplex<f32>> {
  %y = linop.apply %m, %x : !kronecker, tensor<?x24xcomplex<f32>> -> tensor<?x35xcomplex<f32>>
  return %y : tensor<?x35xcomplex<f32>>
}

!kronecker_of_short = tensor<21x10xcomplex<f32>, #linop.kronecker<rows = [7, 3], columns = [5, 2]>>
func.func @kronecker_of_short(%m: !kronecker_of_short, %x: tensor<?x10xcomplex<f32>>) -> tensor<?x21xcomplex<f32>> {
  %y = linop.apply %m, %x : !kronecker_of_short, tensor<?x10xcomplex<f32>> -> tensor<?x21xcomplex<f32>>
  return %y : tensor<?x21xcomplex<f32>>
}

!kronecker_of_twos = tensor<14x10xcomplex<f32>, #linop.kronecker<rows = [7, 2], columns = [5, 2]>>
func.func @kronecker_of_twos(%m: !kronecker_of_twos, %x: tensor<?x10xcomplex<f32>>) -> tensor<?x14xcomplex<f32>> {
  %y = linop.apply %m, %x : !kronecker_of_twos, tensor<?x10xcomplex<f32>> -> tensor<?x14xcomplex<f32>>
  return %y : tensor<?x14xcomplex<f32>>
}

!low_rank = tensor<29x31xcomplex<f32>, #linop.low_rank<rank = 5>>
func.func @low_rank(%m: !low_rank, %x: tensor<?x31xcomplex<f32>>) -> tensor<?x29xcomplex<f32>> {
  %y = linop.apply %m, %x : !low_rank, tensor<?x31xcomplex<f32>> -> tensor<?x29xcomplex<f32>>
  return %y : tensor<?x29xcomplex<f32>>
}

!tensor_train = tensor<24x30xcomplex<f32>, #linop.tensor_train<out = [2, 3, 4], in = [5, 3, 2], ranks = [3, 2]>>
func.func @tensor_train(%m: !tensor_train, %x: tensor<?x30xcomplex<f32>>) -> tensor<?x24xcomplex<f32>> {
  %y = linop.apply %m, %x : !tensor_train, tensor<?x30xcomplex<f32>> -> tensor<?x24xcomplex<f32>>
  return %y : tensor<?x24xcomplex<f32>>
}

!blast = tensor<24x36xcomplex<f32>, #linop.blast<blocks = 4, rank = 3>>
func.func @blast(%m: !blast, %x: tensor<?x36xcomplex<f32>>) -> tensor<?x24xcomplex<f32>> {
  %y = linop.apply %m, %x : !blast, tensor<?x36xcomplex<f32>> -> tensor<?x24xcomplex<f32>>
  return %y : tensor<?x24xcomplex<f32>>
}

!btt = tensor<24x36xcomplex<f32>, #linop.btt<in = [6, 6], out = [4, 6], rank = 2>>
func.func @btt(%m: !btt, %x: tensor<?x36xcomplex<f32>>) -> tensor<?x24xcomplex<f32>> {
  %y = linop.apply %m, %x : !btt, tensor<?x36xcomplex<f32>> -> tensor<?x24xcomplex<f32>>
  return %y : tensor<?x24xcomplex<f32>>
}

!diagonal = tensor<23x23xcomplex<f32>, #linop.diagonal>
func.func @diagonal(%m: !diagonal, %x: tensor<?x23xcomplex<f32>>) -> tensor<?x23xcomplex<f32>> {
  %y = linop.apply %m, %x : !diagonal, tensor<?x23xcomplex<f32>> -> tensor<?x23xcomplex<f32>>
  return %y : tensor<?x23xcomplex<f32>>
}

!dft_of_a_power = tensor<64x64xcomplex<f32>, #linop.dft>
func.func @dft_of_a_power(%m: !dft_of_a_power, %x: tensor<?x64xcomplex<f32>>) -> tensor<?x64xcomplex<f32>> {
  %y = linop.apply %m, %x : !dft_of_a_power, tensor<?x64xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
  return %y : tensor<?x64xcomplex<f32>>
}

!dft_of_a_square = tensor<256x256xcomplex<f32>, #linop.dft>
func.func @dft_of_a_square(%m: !dft_of_a_square, %x: tensor<?x256xcomplex<f32>>) -> tensor<?x256xcomplex<f32>> {
  %y = linop.apply %m, %x : !dft_of_a_square, tensor<?x256xcomplex<f32>> -> tensor<?x256xcomplex<f32>>
  return %y : tensor<?x256xcomplex<f32>>
}

!dft_of_a_power_f64 = tensor<64x64xcomplex<f64>, #linop.dft>
func.func @dft_of_a_power_f64(%m: !dft_of_a_power_f64, %x: tensor<?x64xcomplex<f64>>) -> tensor<?x64xcomplex<f64>> {
  %y = linop.apply %m, %x : !dft_of_a_power_f64, tensor<?x64xcomplex<f64>> -> tensor<?x64xcomplex<f64>>
  return %y : tensor<?x64xcomplex<f64>>
}

!dft_of_a_composite = tensor<384x384xcomplex<f32>, #linop.dft>
func.func @dft_of_a_composite(%m: !dft_of_a_composite, %x: tensor<?x384xcomplex<f32>>) -> tensor<?x384xcomplex<f32>> {
  %y = linop.apply %m, %x : !dft_of_a_composite, tensor<?x384xcomplex<f32>> -> tensor<?x384xcomplex<f32>>
  return %y : tensor<?x384xcomplex<f32>>
}

!dft_of_fives = tensor<1000x1000xcomplex<f32>, #linop.dft>
func.func @dft_of_fives(%m: !dft_of_fives, %x: tensor<?x1000xcomplex<f32>>) -> tensor<?x1000xcomplex<f32>> {
  %y = linop.apply %m, %x : !dft_of_fives, tensor<?x1000xcomplex<f32>> -> tensor<?x1000xcomplex<f32>>
  return %y : tensor<?x1000xcomplex<f32>>
}

!dft_of_a_cube = tensor<4096x4096xcomplex<f32>, #linop.dft>
func.func @dft_of_a_cube(%m: !dft_of_a_cube, %x: tensor<?x4096xcomplex<f32>>) -> tensor<?x4096xcomplex<f32>> {
  %y = linop.apply %m, %x : !dft_of_a_cube, tensor<?x4096xcomplex<f32>> -> tensor<?x4096xcomplex<f32>>
  return %y : tensor<?x4096xcomplex<f32>>
}

!dft_of_a_large_prime_and_a_small = tensor<119x119xcomplex<f32>, #linop.dft>
func.func @dft_of_a_large_prime_and_a_small(%m: !dft_of_a_large_prime_and_a_small, %x: tensor<?x119xcomplex<f32>>) -> tensor<?x119xcomplex<f32>> {
  %y = linop.apply %m, %x : !dft_of_a_large_prime_and_a_small, tensor<?x119xcomplex<f32>> -> tensor<?x119xcomplex<f32>>
  return %y : tensor<?x119xcomplex<f32>>
}

!dft_of_a_prime = tensor<97x97xcomplex<f32>, #linop.dft>
func.func @dft_of_a_prime(%m: !dft_of_a_prime, %x: tensor<?x97xcomplex<f32>>) -> tensor<?x97xcomplex<f32>> {
  %y = linop.apply %m, %x : !dft_of_a_prime, tensor<?x97xcomplex<f32>> -> tensor<?x97xcomplex<f32>>
  return %y : tensor<?x97xcomplex<f32>>
}

!dft_of_one = tensor<1x1xcomplex<f32>, #linop.dft>
func.func @dft_of_one(%m: !dft_of_one, %x: tensor<?x1xcomplex<f32>>) -> tensor<?x1xcomplex<f32>> {
  %y = linop.apply %m, %x : !dft_of_one, tensor<?x1xcomplex<f32>> -> tensor<?x1xcomplex<f32>>
  return %y : tensor<?x1xcomplex<f32>>
}

!dft_of_two = tensor<2x2xcomplex<f64>, #linop.dft>
func.func @dft_of_two(%m: !dft_of_two, %x: tensor<?x2xcomplex<f64>>) -> tensor<?x2xcomplex<f64>> {
  %y = linop.apply %m, %x : !dft_of_two, tensor<?x2xcomplex<f64>> -> tensor<?x2xcomplex<f64>>
  return %y : tensor<?x2xcomplex<f64>>
}
