#dense = #linop.dense

func.func @dense(%w: tensor<512x256xbf16>, %x: tensor<?x256xbf16>) -> tensor<?x512xbf16> {
  %m = linop.assemble %w : (tensor<512x256xbf16>) -> tensor<512x256xbf16, #dense>
  %y = linop.apply %m, %x : tensor<512x256xbf16, #dense>, tensor<?x256xbf16> -> tensor<?x512xbf16>
  return %y : tensor<?x512xbf16>
}
