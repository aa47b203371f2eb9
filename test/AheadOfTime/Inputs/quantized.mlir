#tiles = #linop.quantized<#linop.monarch<blocks = [16, 16], middle = 256>, y = i8>
#uneven = #linop.quantized<#linop.monarch<blocks = [5, 3], middle = 45>, y = i8>

// w1 (16, 16, 32), w2 (16, 48, 16): what matrix tiles take.
func.func @tiles(%m: tensor<768x512xi8, #tiles>, %x: tensor<?x512xi8>) -> tensor<?x768xi8> {
  %y = linop.apply %m, %x : tensor<768x512xi8, #tiles>, tensor<?x512xi8> -> tensor<?x768xi8>
  return %y : tensor<?x768xi8>
}

// w1 (5, 9, 7), w2 (3, 17, 15): what they do not.
func.func @uneven(%m: tensor<51x35xi8, #uneven>, %x: tensor<?x35xi8>) -> tensor<?x51xi8> {
  %y = linop.apply %m, %x : tensor<51x35xi8, #uneven>, tensor<?x35xi8> -> tensor<?x51xi8>
  return %y : tensor<?x51xi8>
}
