// Each structure on the device against the reference, in three element types.
// REQUIRES: sm90

// DEFINE: %{entry} =
// DEFINE: %{run} = danaus-run %s --entry=%{entry} --device=cuda --check
// DEFINE: %{all} = %{run} --rows=1 && %{run} --rows=33

// REDEFINE: %{entry} = dense_bf16
// RUN: %{all}
// REDEFINE: %{entry} = dense_f16
// RUN: %{all}
// REDEFINE: %{entry} = dense_f32
// RUN: %{all}
// REDEFINE: %{entry} = block_diagonal_bf16
// RUN: %{all}
// REDEFINE: %{entry} = block_diagonal_f16
// RUN: %{all}
// REDEFINE: %{entry} = block_diagonal_f32
// RUN: %{all}
// REDEFINE: %{entry} = low_rank_bf16
// RUN: %{all}
// REDEFINE: %{entry} = low_rank_f16
// RUN: %{all}
// REDEFINE: %{entry} = low_rank_f32
// RUN: %{all}
// REDEFINE: %{entry} = kronecker_sparse_bf16
// RUN: %{all}
// REDEFINE: %{entry} = kronecker_sparse_f16
// RUN: %{all}
// REDEFINE: %{entry} = kronecker_sparse_f32
// RUN: %{all}
// REDEFINE: %{entry} = butterfly_level_bf16
// RUN: %{all}
// REDEFINE: %{entry} = butterfly_level_f16
// RUN: %{all}
// REDEFINE: %{entry} = butterfly_level_f32
// RUN: %{all}
// REDEFINE: %{entry} = bias_and_residual
// RUN: %{all}
// REDEFINE: %{entry} = two_layers
// RUN: %{all}
// REDEFINE: %{entry} = bias_and_gelu
// RUN: %{all}

func.func @dense_bf16(%m: tensor<100x75xbf16, #linop.dense>, %x: tensor<?x75xbf16>) -> tensor<?x100xbf16> {
  %y = linop.apply %m, %x : tensor<100x75xbf16, #linop.dense>, tensor<?x75xbf16> -> tensor<?x100xbf16>
  return %y : tensor<?x100xbf16>
}
func.func @dense_f16(%m: tensor<100x75xf16, #linop.dense>, %x: tensor<?x75xf16>) -> tensor<?x100xf16> {
  %y = linop.apply %m, %x : tensor<100x75xf16, #linop.dense>, tensor<?x75xf16> -> tensor<?x100xf16>
  return %y : tensor<?x100xf16>
}
func.func @dense_f32(%m: tensor<100x75xf32, #linop.dense>, %x: tensor<?x75xf32>) -> tensor<?x100xf32> {
  %y = linop.apply %m, %x : tensor<100x75xf32, #linop.dense>, tensor<?x75xf32> -> tensor<?x100xf32>
  return %y : tensor<?x100xf32>
}

func.func @block_diagonal_bf16(%m: tensor<768x480xbf16, #linop.block_diagonal<blocks = 12>>, %x: tensor<?x480xbf16>) -> tensor<?x768xbf16> {
  %y = linop.apply %m, %x : tensor<768x480xbf16, #linop.block_diagonal<blocks = 12>>, tensor<?x480xbf16> -> tensor<?x768xbf16>
  return %y : tensor<?x768xbf16>
}
func.func @block_diagonal_f16(%m: tensor<768x480xf16, #linop.block_diagonal<blocks = 12>>, %x: tensor<?x480xf16>) -> tensor<?x768xf16> {
  %y = linop.apply %m, %x : tensor<768x480xf16, #linop.block_diagonal<blocks = 12>>, tensor<?x480xf16> -> tensor<?x768xf16>
  return %y : tensor<?x768xf16>
}
func.func @block_diagonal_f32(%m: tensor<768x480xf32, #linop.block_diagonal<blocks = 12>>, %x: tensor<?x480xf32>) -> tensor<?x768xf32> {
  %y = linop.apply %m, %x : tensor<768x480xf32, #linop.block_diagonal<blocks = 12>>, tensor<?x480xf32> -> tensor<?x768xf32>
  return %y : tensor<?x768xf32>
}

func.func @low_rank_bf16(%m: tensor<256x200xbf16, #linop.low_rank<rank = 24>>, %x: tensor<?x200xbf16>) -> tensor<?x256xbf16> {
  %y = linop.apply %m, %x : tensor<256x200xbf16, #linop.low_rank<rank = 24>>, tensor<?x200xbf16> -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}
func.func @low_rank_f16(%m: tensor<256x200xf16, #linop.low_rank<rank = 24>>, %x: tensor<?x200xf16>) -> tensor<?x256xf16> {
  %y = linop.apply %m, %x : tensor<256x200xf16, #linop.low_rank<rank = 24>>, tensor<?x200xf16> -> tensor<?x256xf16>
  return %y : tensor<?x256xf16>
}
func.func @low_rank_f32(%m: tensor<256x200xf32, #linop.low_rank<rank = 24>>, %x: tensor<?x200xf32>) -> tensor<?x256xf32> {
  %y = linop.apply %m, %x : tensor<256x200xf32, #linop.low_rank<rank = 24>>, tensor<?x200xf32> -> tensor<?x256xf32>
  return %y : tensor<?x256xf32>
}

func.func @kronecker_sparse_bf16(%m: tensor<240x144xbf16, #linop.kronecker_sparse<a = 3, b = 10, c = 6, d = 8>>, %x: tensor<?x144xbf16>) -> tensor<?x240xbf16> {
  %y = linop.apply %m, %x : tensor<240x144xbf16, #linop.kronecker_sparse<a = 3, b = 10, c = 6, d = 8>>, tensor<?x144xbf16> -> tensor<?x240xbf16>
  return %y : tensor<?x240xbf16>
}
func.func @kronecker_sparse_f16(%m: tensor<240x144xf16, #linop.kronecker_sparse<a = 3, b = 10, c = 6, d = 8>>, %x: tensor<?x144xf16>) -> tensor<?x240xf16> {
  %y = linop.apply %m, %x : tensor<240x144xf16, #linop.kronecker_sparse<a = 3, b = 10, c = 6, d = 8>>, tensor<?x144xf16> -> tensor<?x240xf16>
  return %y : tensor<?x240xf16>
}
func.func @kronecker_sparse_f32(%m: tensor<240x144xf32, #linop.kronecker_sparse<a = 3, b = 10, c = 6, d = 8>>, %x: tensor<?x144xf32>) -> tensor<?x240xf32> {
  %y = linop.apply %m, %x : tensor<240x144xf32, #linop.kronecker_sparse<a = 3, b = 10, c = 6, d = 8>>, tensor<?x144xf32> -> tensor<?x240xf32>
  return %y : tensor<?x240xf32>
}

func.func @butterfly_level_bf16(%m: tensor<512x512xbf16, #linop.kronecker_sparse<a = 4, b = 2, c = 2, d = 64>>, %x: tensor<?x512xbf16>) -> tensor<?x512xbf16> {
  %y = linop.apply %m, %x : tensor<512x512xbf16, #linop.kronecker_sparse<a = 4, b = 2, c = 2, d = 64>>, tensor<?x512xbf16> -> tensor<?x512xbf16>
  return %y : tensor<?x512xbf16>
}
func.func @butterfly_level_f16(%m: tensor<512x512xf16, #linop.kronecker_sparse<a = 4, b = 2, c = 2, d = 64>>, %x: tensor<?x512xf16>) -> tensor<?x512xf16> {
  %y = linop.apply %m, %x : tensor<512x512xf16, #linop.kronecker_sparse<a = 4, b = 2, c = 2, d = 64>>, tensor<?x512xf16> -> tensor<?x512xf16>
  return %y : tensor<?x512xf16>
}
func.func @butterfly_level_f32(%m: tensor<512x512xf32, #linop.kronecker_sparse<a = 4, b = 2, c = 2, d = 64>>, %x: tensor<?x512xf32>) -> tensor<?x512xf32> {
  %y = linop.apply %m, %x : tensor<512x512xf32, #linop.kronecker_sparse<a = 4, b = 2, c = 2, d = 64>>, tensor<?x512xf32> -> tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}

#mon = #linop.monarch<blocks = [5, 3], middle = 30>
!mon = tensor<42x45xbf16, #mon>
func.func @bias_and_residual(%m: !mon, %bias: tensor<42xbf16>, %x: tensor<?x45xbf16>,
                             %r: tensor<?x42xbf16>) -> tensor<?x42xbf16> {
  %y = linop.apply %m, %x : !mon, tensor<?x45xbf16> -> tensor<?x42xbf16>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x45xbf16>
  %init = tensor.empty(%rows) : tensor<?x42xbf16>
  %z = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                       affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias, %r : tensor<?x42xbf16>, tensor<42xbf16>, tensor<?x42xbf16>)
      outs(%init : tensor<?x42xbf16>) {
  ^bb0(%a: bf16, %b: bf16, %c: bf16, %out: bf16):
    %zero = arith.constant 0.0 : bf16
    %sum = arith.addf %a, %b : bf16
    %relu = arith.maximumf %sum, %zero : bf16
    %all = arith.addf %relu, %c : bf16
    linalg.yield %all : bf16
  } -> tensor<?x42xbf16>
  return %z : tensor<?x42xbf16>
}

!up = tensor<64x42xbf16, #linop.low_rank<rank = 8>>
func.func @two_layers(%m: !mon, %n: !up, %x: tensor<?x45xbf16>) -> tensor<?x64xbf16> {
  %y = linop.apply %m, %x : !mon, tensor<?x45xbf16> -> tensor<?x42xbf16>
  %z = linop.apply %n, %y : !up, tensor<?x42xbf16> -> tensor<?x64xbf16>
  return %z : tensor<?x64xbf16>
}

!wide = tensor<42x45xf32, #mon>
func.func @bias_and_gelu(%m: !wide, %bias: tensor<42xf32>, %x: tensor<?x45xf32>) -> tensor<?x42xf32> {
  %y = linop.apply %m, %x : !wide, tensor<?x45xf32> -> tensor<?x42xf32>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x45xf32>
  %init = tensor.empty(%rows) : tensor<?x42xf32>
  %z = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x42xf32>, tensor<42xf32>) outs(%init : tensor<?x42xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %half = arith.constant 0.5 : f32
    %one = arith.constant 1.0 : f32
    %root = arith.constant 0.70710678 : f32
    %sum = arith.addf %a, %b : f32
    %scaled = arith.mulf %sum, %root : f32
    %erf = math.erf %scaled : f32
    %gate = arith.addf %erf, %one : f32
    %halved = arith.mulf %sum, %half : f32
    %gelu = arith.mulf %halved, %gate : f32
    linalg.yield %gelu : f32
  } -> tensor<?x42xf32>
  return %z : tensor<?x42xf32>
}
