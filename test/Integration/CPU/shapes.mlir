// Every structure at odd, rectangular and tiny sizes, by both pipelines against the reference.

// DEFINE: %{entry} =
// DEFINE: %{naive} = danaus-run %s --entry=%{entry} --check --pipeline=naive
// DEFINE: %{optimized} = danaus-run %s --entry=%{entry} --check
// DEFINE: %{both} = %{naive} --rows=0 && %{naive} --rows=1 && %{naive} --rows=13 && \
// DEFINE:   %{optimized} --rows=0 && %{optimized} --rows=1 && %{optimized} --rows=13 && \
// DEFINE:   %{optimized} --rows=64 --seed=1

// REDEFINE: %{entry} = dense_f32
// RUN: %{both}
// REDEFINE: %{entry} = dense_bf16
// RUN: %{both}
// REDEFINE: %{entry} = block_diagonal_f32
// RUN: %{both}
// REDEFINE: %{entry} = block_diagonal_f64
// RUN: %{both}
// REDEFINE: %{entry} = kronecker_sparse_f32
// RUN: %{both}
// REDEFINE: %{entry} = kronecker_sparse_f16
// RUN: %{both}
// REDEFINE: %{entry} = low_rank_f32
// RUN: %{both}
// REDEFINE: %{entry} = low_rank_bf16
// RUN: %{both}
// REDEFINE: %{entry} = product_f32
// RUN: %{both}
// REDEFINE: %{entry} = transpose_f32
// RUN: %{both}
// REDEFINE: %{entry} = butterfly_f32
// RUN: %{both}

func.func @dense_f32(%w: tensor<37x19xf32>, %x: tensor<?x19xf32>) -> tensor<?x37xf32> {
  %m = linop.assemble %w : (tensor<37x19xf32>) -> tensor<37x19xf32, #linop.dense>
  %y = linop.apply %m, %x : tensor<37x19xf32, #linop.dense>, tensor<?x19xf32> -> tensor<?x37xf32>
  return %y : tensor<?x37xf32>
}

func.func @dense_bf16(%w: tensor<64x48xbf16>, %x: tensor<?x48xbf16>) -> tensor<?x64xbf16> {
  %m = linop.assemble %w : (tensor<64x48xbf16>) -> tensor<64x48xbf16, #linop.dense>
  %y = linop.apply %m, %x : tensor<64x48xbf16, #linop.dense>, tensor<?x48xbf16>
      -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}

#bd = #linop.block_diagonal<blocks = 3>
func.func @block_diagonal_f32(%m: tensor<21x15xf32, #bd>, %x: tensor<?x15xf32>)
    -> tensor<?x21xf32> {
  %y = linop.apply %m, %x : tensor<21x15xf32, #bd>, tensor<?x15xf32> -> tensor<?x21xf32>
  return %y : tensor<?x21xf32>
}

func.func @block_diagonal_f64(%m: tensor<21x15xf64, #bd>, %x: tensor<?x15xf64>)
    -> tensor<?x21xf64> {
  %y = linop.apply %m, %x : tensor<21x15xf64, #bd>, tensor<?x15xf64> -> tensor<?x21xf64>
  return %y : tensor<?x21xf64>
}

#ks = #linop.kronecker_sparse<a = 3, b = 5, c = 2, d = 7>
func.func @kronecker_sparse_f32(%m: tensor<105x42xf32, #ks>, %x: tensor<?x42xf32>)
    -> tensor<?x105xf32> {
  %y = linop.apply %m, %x : tensor<105x42xf32, #ks>, tensor<?x42xf32> -> tensor<?x105xf32>
  return %y : tensor<?x105xf32>
}

func.func @kronecker_sparse_f16(%m: tensor<105x42xf16, #ks>, %x: tensor<?x42xf16>)
    -> tensor<?x105xf16> {
  %y = linop.apply %m, %x : tensor<105x42xf16, #ks>, tensor<?x42xf16> -> tensor<?x105xf16>
  return %y : tensor<?x105xf16>
}

#lr = #linop.low_rank<rank = 5>
func.func @low_rank_f32(%m: tensor<33x70xf32, #lr>, %x: tensor<?x70xf32>) -> tensor<?x33xf32> {
  %y = linop.apply %m, %x : tensor<33x70xf32, #lr>, tensor<?x70xf32> -> tensor<?x33xf32>
  return %y : tensor<?x33xf32>
}

func.func @low_rank_bf16(%m: tensor<33x70xbf16, #lr>, %x: tensor<?x70xbf16>)
    -> tensor<?x33xbf16> {
  %y = linop.apply %m, %x : tensor<33x70xbf16, #lr>, tensor<?x70xbf16> -> tensor<?x33xbf16>
  return %y : tensor<?x33xbf16>
}

#mon = #linop.monarch<blocks = [4, 6], middle = 12>
#prod = #linop.product<[tensor<42x20xf32, #mon>, tensor<20x9xf32>, tensor<9x30xf32, #lr>]>
func.func @product_f32(%m: tensor<42x30xf32, #prod>, %x: tensor<?x30xf32>) -> tensor<?x42xf32> {
  %y = linop.apply %m, %x : tensor<42x30xf32, #prod>, tensor<?x30xf32> -> tensor<?x42xf32>
  return %y : tensor<?x42xf32>
}

func.func @transpose_f32(%m: tensor<42x20xf32, #mon>, %x: tensor<?x42xf32>) -> tensor<?x20xf32> {
  %t = linop.transpose %m : tensor<42x20xf32, #mon>
      -> tensor<20x42xf32, #linop.transpose<tensor<42x20xf32, #mon>>>
  %y = linop.apply %t, %x
      : tensor<20x42xf32, #linop.transpose<tensor<42x20xf32, #mon>>>, tensor<?x42xf32>
      -> tensor<?x20xf32>
  return %y : tensor<?x20xf32>
}

// Three levels of a butterfly of eight, decreasing stride first.
#level4 = #linop.kronecker_sparse<a = 1, b = 2, c = 2, d = 4>
#level2 = #linop.kronecker_sparse<a = 2, b = 2, c = 2, d = 2>
#level1 = #linop.kronecker_sparse<a = 4, b = 2, c = 2, d = 1>
#fly = #linop.product<[tensor<8x8xf32, #level1>, tensor<8x8xf32, #level2>, tensor<8x8xf32, #level4>]>
func.func @butterfly_f32(%m: tensor<8x8xf32, #fly>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x : tensor<8x8xf32, #fly>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
