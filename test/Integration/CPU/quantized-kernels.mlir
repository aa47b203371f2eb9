// i8 factors at sizes that kernels take: on matrix tiles where sizes and the chip allow, else on vectors of 512 and of 256 bits.
// Sums in i32 are exact and what follows them is f32 in a fixed order, so that every path gives the same bits.

// DEFINE: %{entry} =
// DEFINE: %{check} = danaus-run %s --entry=%{entry} --check --tolerance=0
// DEFINE: %{vectors} = %{check} --target=x86-avx512 --rows=7 && %{check} --target=x86-avx2 --rows=75 --entry-points
// DEFINE: %{all} = %{check} --rows=1 && %{check} --rows=33 && %{check} --rows=75 --entry-points && %{vectors}

// REDEFINE: %{entry} = dense_of_any_size
// RUN: %{all}
// REDEFINE: %{entry} = dense_with_a_part_of_a_tile
// RUN: %{all}
// REDEFINE: %{entry} = odd_blocks
// RUN: %{all}
// REDEFINE: %{entry} = blocks_of_tiles
// RUN: %{all}
// REDEFINE: %{entry} = low_rank
// RUN: %{all}
// REDEFINE: %{entry} = square_monarch
// RUN: %{all}
// REDEFINE: %{entry} = wide_monarch
// RUN: %{all}
// REDEFINE: %{entry} = few_blocks
// RUN: %{all}
// REDEFINE: %{entry} = three_blocks
// RUN: %{all}
// REDEFINE: %{entry} = layers_with_an_activation
// RUN: %{all}

#dense = #linop.quantized<#linop.dense, y = i8>
func.func @dense_of_any_size(%m: tensor<37x71xi8, #dense>, %x: tensor<?x71xi8>) -> tensor<?x37xi8> {
  %y = linop.apply %m, %x : tensor<37x71xi8, #dense>, tensor<?x71xi8> -> tensor<?x37xi8>
  return %y : tensor<?x37xi8>
}

// c = 144 is three tiles of 48; b = 40 is two tiles and a half.
#dense_f32 = #linop.quantized<#linop.dense, y = f32>
func.func @dense_with_a_part_of_a_tile(%m: tensor<40x144xi8, #dense_f32>, %x: tensor<?x144xi8>) -> tensor<?x40xf32> {
  %y = linop.apply %m, %x : tensor<40x144xi8, #dense_f32>, tensor<?x144xi8> -> tensor<?x40xf32>
  return %y : tensor<?x40xf32>
}

#three = #linop.quantized<#linop.block_diagonal<blocks = 3>, y = i8>
func.func @odd_blocks(%m: tensor<51x63xi8, #three>, %x: tensor<?x63xi8>) -> tensor<?x51xi8> {
  %y = linop.apply %m, %x : tensor<51x63xi8, #three>, tensor<?x63xi8> -> tensor<?x51xi8>
  return %y : tensor<?x51xi8>
}

func.func @blocks_of_tiles(%m: tensor<96x192xi8, #three>, %x: tensor<?x192xi8>) -> tensor<?x96xi8> {
  %y = linop.apply %m, %x : tensor<96x192xi8, #three>, tensor<?x192xi8> -> tensor<?x96xi8>
  return %y : tensor<?x96xi8>
}

#low = #linop.quantized<#linop.low_rank<rank = 32>, y = f32>
func.func @low_rank(%m: tensor<80x128xi8, #low>, %x: tensor<?x128xi8>) -> tensor<?x80xf32> {
  %y = linop.apply %m, %x : tensor<80x128xi8, #low>, tensor<?x128xi8> -> tensor<?x80xf32>
  return %y : tensor<?x80xf32>
}

#square = #linop.quantized<#linop.monarch<blocks = [32, 32], middle = 1024>, y = i8>
func.func @square_monarch(%m: tensor<1024x1024xi8, #square>, %x: tensor<?x1024xi8>) -> tensor<?x1024xi8> {
  %y = linop.apply %m, %x : tensor<1024x1024xi8, #square>, tensor<?x1024xi8> -> tensor<?x1024xi8>
  return %y : tensor<?x1024xi8>
}

// Stages (48, 16, 32, 1) and (1, 32, 48, 16).
#wide = #linop.quantized<#linop.monarch<blocks = [48, 16], middle = 768>, y = f32>
func.func @wide_monarch(%m: tensor<512x1536xi8, #wide>, %x: tensor<?x1536xi8>) -> tensor<?x512xf32> {
  %y = linop.apply %m, %x : tensor<512x1536xi8, #wide>, tensor<?x1536xi8> -> tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}

// Vectors along d hold d = 4 values of four rows of the block; d = 3 leaves lanes along b.
#few = #linop.quantized<#linop.monarch<blocks = [4, 4], middle = 96>, y = i8>
func.func @few_blocks(%m: tensor<100x60xi8, #few>, %x: tensor<?x60xi8>) -> tensor<?x100xi8> {
  %y = linop.apply %m, %x : tensor<100x60xi8, #few>, tensor<?x60xi8> -> tensor<?x100xi8>
  return %y : tensor<?x100xi8>
}

#uneven = #linop.quantized<#linop.monarch<blocks = [5, 3], middle = 45>, y = i8>
func.func @three_blocks(%m: tensor<51x35xi8, #uneven>, %x: tensor<?x35xi8>) -> tensor<?x51xi8> {
  %y = linop.apply %m, %x : tensor<51x35xi8, #uneven>, tensor<?x35xi8> -> tensor<?x51xi8>
  return %y : tensor<?x51xi8>
}

// The second layer's scales of activations are its own; the ReLU between is of i8.
func.func @layers_with_an_activation(%a: tensor<1024x1024xi8, #square>, %b: tensor<512x1024xi8, #dense_f32>,
                                     %x: tensor<?x1024xi8>) -> tensor<?x512xf32> {
  %h = linop.apply %a, %x : tensor<1024x1024xi8, #square>, tensor<?x1024xi8> -> tensor<?x1024xi8>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x1024xi8>
  %init = tensor.empty(%rows) : tensor<?x1024xi8>
  %zero = arith.constant 0 : i8
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%h : tensor<?x1024xi8>) outs(%init : tensor<?x1024xi8>) {
  ^bb0(%v: i8, %o: i8):
    %p = arith.maxsi %v, %zero : i8
    linalg.yield %p : i8
  } -> tensor<?x1024xi8>
  %y = linop.apply %b, %r : tensor<512x1024xi8, #dense_f32>, tensor<?x1024xi8> -> tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
