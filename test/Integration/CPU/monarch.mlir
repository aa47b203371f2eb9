// The Monarch layer, square and rectangular, in every element type and by both pipelines; a wrong or
// unwritten value exits with 1.

// DEFINE: %{entry} =
// DEFINE: %{naive} = danaus-run %s --entry=%{entry} --check --pipeline=naive
// DEFINE: %{optimized} = danaus-run %s --entry=%{entry} --check
// DEFINE: %{both} = %{naive} --rows=0 && %{naive} --rows=1 && %{naive} --rows=33 && \
// DEFINE:   %{optimized} --rows=0 && %{optimized} --rows=1 && %{optimized} --rows=33 && \
// DEFINE:   %{optimized} --rows=128

// REDEFINE: %{entry} = square_f32
// RUN: %{both}
// REDEFINE: %{entry} = square_bf16
// RUN: %{both}
// REDEFINE: %{entry} = rectangular_f32
// RUN: %{both}
// REDEFINE: %{entry} = rectangular_f64
// RUN: %{both}
// REDEFINE: %{entry} = rectangular_f16
// RUN: %{both}
// REDEFINE: %{entry} = rectangular_bf16
// RUN: %{both}
// REDEFINE: %{entry} = design_example
// RUN: %{optimized} --rows=3 && %{optimized} --rows=64 && %{naive} --rows=2

// RUN: danaus-run %s --entry=rectangular_f32 --rows=5 --check | FileCheck %s
// CHECK: check passed: rel_err {{[0-9.e+-]+}} tolerance {{[0-9.e+-]+}} rows 5{{$}}

// A tolerance that no rounding meets fails, and says by how much.
// RUN: not danaus-run %s --entry=rectangular_bf16 --rows=5 --check --tolerance=1e-9 | FileCheck %s --check-prefix=FAILED
// FAILED: check FAILED: rel_err {{[0-9.e+-]+}} tolerance 1.000e-09 rows 5: result 0: rel_err {{[0-9.e+-]+}} is above the tolerance

#square = #linop.monarch<blocks = [8, 8], middle = 64>
func.func @square_f32(%R: tensor<8x8x8xf32>, %L: tensor<8x8x8xf32>, %x: tensor<?x64xf32>)
    -> tensor<?x64xf32> {
  %m = linop.assemble %R, %L : (tensor<8x8x8xf32>, tensor<8x8x8xf32>)
      -> tensor<64x64xf32, #square>
  %y = linop.apply %m, %x : tensor<64x64xf32, #square>, tensor<?x64xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// k q = l r with q = 3 no multiple of l = 6.
#rect = #linop.monarch<blocks = [4, 6], middle = 12>
func.func @rectangular_f32(%R: tensor<4x3x5xf32>, %L: tensor<6x7x2xf32>, %x: tensor<?x20xf32>)
    -> tensor<?x42xf32> {
  %m = linop.assemble %R, %L : (tensor<4x3x5xf32>, tensor<6x7x2xf32>)
      -> tensor<42x20xf32, #rect>
  %y = linop.apply %m, %x : tensor<42x20xf32, #rect>, tensor<?x20xf32> -> tensor<?x42xf32>
  return %y : tensor<?x42xf32>
}

func.func @rectangular_f64(%R: tensor<4x3x5xf64>, %L: tensor<6x7x2xf64>, %x: tensor<?x20xf64>)
    -> tensor<?x42xf64> {
  %m = linop.assemble %R, %L : (tensor<4x3x5xf64>, tensor<6x7x2xf64>)
      -> tensor<42x20xf64, #rect>
  %y = linop.apply %m, %x : tensor<42x20xf64, #rect>, tensor<?x20xf64> -> tensor<?x42xf64>
  return %y : tensor<?x42xf64>
}

func.func @rectangular_f16(%R: tensor<4x3x5xf16>, %L: tensor<6x7x2xf16>, %x: tensor<?x20xf16>)
    -> tensor<?x42xf16> {
  %m = linop.assemble %R, %L : (tensor<4x3x5xf16>, tensor<6x7x2xf16>)
      -> tensor<42x20xf16, #rect>
  %y = linop.apply %m, %x : tensor<42x20xf16, #rect>, tensor<?x20xf16> -> tensor<?x42xf16>
  return %y : tensor<?x42xf16>
}

func.func @rectangular_bf16(%R: tensor<4x3x5xbf16>, %L: tensor<6x7x2xbf16>, %x: tensor<?x20xbf16>)
    -> tensor<?x42xbf16> {
  %m = linop.assemble %R, %L : (tensor<4x3x5xbf16>, tensor<6x7x2xbf16>)
      -> tensor<42x20xbf16, #rect>
  %y = linop.apply %m, %x : tensor<42x20xbf16, #rect>, tensor<?x20xbf16> -> tensor<?x42xbf16>
  return %y : tensor<?x42xbf16>
}

func.func @square_bf16(%R: tensor<8x8x8xbf16>, %L: tensor<8x8x8xbf16>, %x: tensor<?x64xbf16>)
    -> tensor<?x64xbf16> {
  %m = linop.assemble %R, %L : (tensor<8x8x8xbf16>, tensor<8x8x8xbf16>)
      -> tensor<64x64xbf16, #square>
  %y = linop.apply %m, %x : tensor<64x64xbf16, #square>, tensor<?x64xbf16> -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}

#mon = #linop.monarch<blocks = [64, 64], middle = 4096>
func.func @design_example(%R: tensor<64x64x64xbf16>, %L: tensor<64x64x64xbf16>,
                          %x: tensor<?x4096xbf16>) -> tensor<?x4096xbf16> {
  %m = linop.assemble %R, %L : (tensor<64x64x64xbf16>, tensor<64x64x64xbf16>)
      -> tensor<4096x4096xbf16, #mon>
  %y = linop.apply %m, %x : tensor<4096x4096xbf16, #mon>, tensor<?x4096xbf16>
      -> tensor<?x4096xbf16>
  return %y : tensor<?x4096xbf16>
}
