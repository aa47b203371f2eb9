// Monarch layers on the device against the reference: square, odd and rectangular, in bf16 and f32, at no
// row, one, a whole tile and part of one. A wrong or unwritten value exits with 1.
// REQUIRES: sm90

// DEFINE: %{entry} =
// DEFINE: %{run} = danaus-run %s --entry=%{entry} --device=cuda --check
// DEFINE: %{all} = %{run} --rows=0 && %{run} --rows=1 && %{run} --rows=16 && %{run} --rows=75

// REDEFINE: %{entry} = monarch_4096_bf16
// RUN: %{all}
// REDEFINE: %{entry} = monarch_4096_f32
// RUN: %{all}
// REDEFINE: %{entry} = monarch_1024_bf16
// RUN: %{all}
// REDEFINE: %{entry} = monarch_1024_f32
// RUN: %{all}
// REDEFINE: %{entry} = monarch_odd_bf16
// RUN: %{all}
// REDEFINE: %{entry} = monarch_odd_f32
// RUN: %{all}
// REDEFINE: %{entry} = monarch_rectangular_bf16
// RUN: %{all}
// REDEFINE: %{entry} = monarch_rectangular_f32
// RUN: %{all}
// REDEFINE: %{entry} = monarch_small_bf16
// RUN: %{all}
// REDEFINE: %{entry} = monarch_small_f32
// RUN: %{all}

// More tiles of rows than the device holds at once, so that blocks of threads walk over several.
// RUN: danaus-run %s --entry=monarch_1024_bf16 --device=cuda --check --rows=5000

// f32 holds what three products in tf32 promise.
// RUN: danaus-run %s --entry=monarch_1024_f32 --device=cuda --check --rows=64 --tolerance=1e-5

#monarch_4096 = #linop.monarch<blocks = [64, 64], middle = 4096>
func.func @monarch_4096_bf16(%m: tensor<4096x4096xbf16, #monarch_4096>, %x: tensor<?x4096xbf16>) -> tensor<?x4096xbf16> {
  %y = linop.apply %m, %x : tensor<4096x4096xbf16, #monarch_4096>, tensor<?x4096xbf16> -> tensor<?x4096xbf16>
  return %y : tensor<?x4096xbf16>
}
func.func @monarch_4096_f32(%m: tensor<4096x4096xf32, #monarch_4096>, %x: tensor<?x4096xf32>) -> tensor<?x4096xf32> {
  %y = linop.apply %m, %x : tensor<4096x4096xf32, #monarch_4096>, tensor<?x4096xf32> -> tensor<?x4096xf32>
  return %y : tensor<?x4096xf32>
}

#monarch_1024 = #linop.monarch<blocks = [32, 32], middle = 1024>
func.func @monarch_1024_bf16(%m: tensor<1024x1024xbf16, #monarch_1024>, %x: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
  %y = linop.apply %m, %x : tensor<1024x1024xbf16, #monarch_1024>, tensor<?x1024xbf16> -> tensor<?x1024xbf16>
  return %y : tensor<?x1024xbf16>
}
func.func @monarch_1024_f32(%m: tensor<1024x1024xf32, #monarch_1024>, %x: tensor<?x1024xf32>) -> tensor<?x1024xf32> {
  %y = linop.apply %m, %x : tensor<1024x1024xf32, #monarch_1024>, tensor<?x1024xf32> -> tensor<?x1024xf32>
  return %y : tensor<?x1024xf32>
}

#monarch_odd = #linop.monarch<blocks = [5, 3], middle = 30>
func.func @monarch_odd_bf16(%m: tensor<42x45xbf16, #monarch_odd>, %x: tensor<?x45xbf16>) -> tensor<?x42xbf16> {
  %y = linop.apply %m, %x : tensor<42x45xbf16, #monarch_odd>, tensor<?x45xbf16> -> tensor<?x42xbf16>
  return %y : tensor<?x42xbf16>
}
func.func @monarch_odd_f32(%m: tensor<42x45xf32, #monarch_odd>, %x: tensor<?x45xf32>) -> tensor<?x42xf32> {
  %y = linop.apply %m, %x : tensor<42x45xf32, #monarch_odd>, tensor<?x45xf32> -> tensor<?x42xf32>
  return %y : tensor<?x42xf32>
}

#monarch_rectangular = #linop.monarch<blocks = [16, 32], middle = 768>
func.func @monarch_rectangular_bf16(%m: tensor<768x512xbf16, #monarch_rectangular>, %x: tensor<?x512xbf16>) -> tensor<?x768xbf16> {
  %y = linop.apply %m, %x : tensor<768x512xbf16, #monarch_rectangular>, tensor<?x512xbf16> -> tensor<?x768xbf16>
  return %y : tensor<?x768xbf16>
}
func.func @monarch_rectangular_f32(%m: tensor<768x512xf32, #monarch_rectangular>, %x: tensor<?x512xf32>) -> tensor<?x768xf32> {
  %y = linop.apply %m, %x : tensor<768x512xf32, #monarch_rectangular>, tensor<?x512xf32> -> tensor<?x768xf32>
  return %y : tensor<?x768xf32>
}

#monarch_small = #linop.monarch<blocks = [8, 8], middle = 64>
func.func @monarch_small_bf16(%m: tensor<64x64xbf16, #monarch_small>, %x: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %y = linop.apply %m, %x : tensor<64x64xbf16, #monarch_small>, tensor<?x64xbf16> -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}
func.func @monarch_small_f32(%m: tensor<64x64xf32, #monarch_small>, %x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = linop.apply %m, %x : tensor<64x64xf32, #monarch_small>, tensor<?x64xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
