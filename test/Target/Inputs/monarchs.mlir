// Two-stage chains for the tests of this folder: every element type, whole fragments and padded ones, an epilogue.

#square = #linop.monarch<blocks = [16, 16], middle = 256>
func.func @square_bf16(%R: tensor<16x16x16xbf16>, %L: tensor<16x16x16xbf16>, %x: tensor<?x256xbf16>)
    -> tensor<?x256xbf16> {
  %m = linop.assemble %R, %L : (tensor<16x16x16xbf16>, tensor<16x16x16xbf16>) -> tensor<256x256xbf16, #square>
  %y = linop.apply %m, %x : tensor<256x256xbf16, #square>, tensor<?x256xbf16> -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}

func.func @square_f16(%R: tensor<16x16x16xf16>, %L: tensor<16x16x16xf16>, %x: tensor<?x256xf16>)
    -> tensor<?x256xf16> {
  %m = linop.assemble %R, %L : (tensor<16x16x16xf16>, tensor<16x16x16xf16>) -> tensor<256x256xf16, #square>
  %y = linop.apply %m, %x : tensor<256x256xf16, #square>, tensor<?x256xf16> -> tensor<?x256xf16>
  return %y : tensor<?x256xf16>
}

#small = #linop.monarch<blocks = [8, 8], middle = 64>
func.func @square_f32(%R: tensor<8x8x8xf32>, %L: tensor<8x8x8xf32>, %x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %m = linop.assemble %R, %L : (tensor<8x8x8xf32>, tensor<8x8x8xf32>) -> tensor<64x64xf32, #small>
  %y = linop.apply %m, %x : tensor<64x64xf32, #small>, tensor<?x64xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// 20 columns, 12 between the stages, 42 out.
#odd = #linop.monarch<blocks = [4, 6], middle = 12>
func.func @odd_bf16(%R: tensor<4x3x5xbf16>, %L: tensor<6x7x2xbf16>, %x: tensor<?x20xbf16>) -> tensor<?x42xbf16> {
  %m = linop.assemble %R, %L : (tensor<4x3x5xbf16>, tensor<6x7x2xbf16>) -> tensor<42x20xbf16, #odd>
  %y = linop.apply %m, %x : tensor<42x20xbf16, #odd>, tensor<?x20xbf16> -> tensor<?x42xbf16>
  return %y : tensor<?x42xbf16>
}

func.func @odd_f32(%R: tensor<4x3x5xf32>, %L: tensor<6x7x2xf32>, %x: tensor<?x20xf32>) -> tensor<?x42xf32> {
  %m = linop.assemble %R, %L : (tensor<4x3x5xf32>, tensor<6x7x2xf32>) -> tensor<42x20xf32, #odd>
  %y = linop.apply %m, %x : tensor<42x20xf32, #odd>, tensor<?x20xf32> -> tensor<?x42xf32>
  return %y : tensor<?x42xf32>
}

func.func @bias_and_relu_bf16(%R: tensor<16x16x16xbf16>, %L: tensor<16x16x16xbf16>, %bias: tensor<256xbf16>,
                              %x: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
  %m = linop.assemble %R, %L : (tensor<16x16x16xbf16>, tensor<16x16x16xbf16>) -> tensor<256x256xbf16, #square>
  %y = linop.apply %m, %x : tensor<256x256xbf16, #square>, tensor<?x256xbf16> -> tensor<?x256xbf16>
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : bf16
  %n = tensor.dim %x, %c0 : tensor<?x256xbf16>
  %e = tensor.empty(%n) : tensor<?x256xbf16>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                                        affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x256xbf16>, tensor<256xbf16>) outs(%e : tensor<?x256xbf16>) {
  ^bb0(%v: bf16, %b: bf16, %o: bf16):
    %s = arith.addf %v, %b : bf16
    %r = arith.maximumf %s, %zero : bf16
    linalg.yield %r : bf16
  } -> tensor<?x256xbf16>
  return %z : tensor<?x256xbf16>
}
