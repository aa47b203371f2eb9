func.func @low_rank(%m: tensor<1024x1024xbf16, #linop.low_rank<rank = 64>>, %x: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
  %y = linop.apply %m, %x : tensor<1024x1024xbf16, #linop.low_rank<rank = 64>>, tensor<?x1024xbf16> -> tensor<?x1024xbf16>
  return %y : tensor<?x1024xbf16>
}
