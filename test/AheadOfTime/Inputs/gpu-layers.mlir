#mon = #linop.monarch<blocks = [8, 8], middle = 64>
#fly = #linop.butterfly<blocks = 1, increasing = true>

func.func @monarch(%m: tensor<64x64xbf16, #mon>, %x: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %y = linop.apply %m, %x : tensor<64x64xbf16, #mon>, tensor<?x64xbf16> -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}

// Levels are multiplied to blocks when it is packed.
func.func @butterfly(%w: tensor<1x1x6x32x2x2xbf16>, %x: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %m = linop.assemble %w : (tensor<1x1x6x32x2x2xbf16>) -> tensor<64x64xbf16, #fly>
  %y = linop.apply %m, %x : tensor<64x64xbf16, #fly>, tensor<?x64xbf16> -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}

// Its only parameter is a constant.
func.func @shift(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %shift = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %rows = tensor.dim %x, %c0 : tensor<?x4xf32>
  %empty = tensor.empty(%rows) : tensor<?x4xf32>
  %wide = linalg.broadcast ins(%shift : tensor<4xf32>) outs(%empty : tensor<?x4xf32>) dimensions = [0]
  %y = arith.addf %x, %wide : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
