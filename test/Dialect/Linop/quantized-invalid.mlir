// RUN: danaus-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{wanted dense, block_diagonal, monarch or low_rank to quantize, found #linop.diagonal}}
func.func private @quantized_diagonal_C1(tensor<8x8xi8, #linop.quantized<#linop.diagonal, y = f32>>)

// -----

// expected-error @below {{wanted a rank of at most 4, found 5}}
func.func private @quantized_low_rank_of_too_high_a_rank_C1(tensor<8x4xi8, #linop.quantized<#linop.low_rank<rank = 5>, y = f32>>)

// -----

// expected-error @below {{wanted element type i8, found 'f32'}}
func.func private @quantized_floats_C2(tensor<8x8xf32, #linop.quantized<#linop.dense, y = f32>>)

// -----

// expected-error @below {{wanted y = i8 or y = f32, found 'bf16'}}
func.func private @quantized_to_bf16_C2(tensor<8x8xi8, #linop.quantized<#linop.dense, y = bf16>>)

// -----

// expected-error @below {{wanted sums of at most 131071 terms, which i32 holds, found 131072}}
func.func private @quantized_sum_beyond_i32_C3(tensor<2x131072xi8, #linop.quantized<#linop.dense, y = f32>>)

// -----

// expected-error @below {{wanted element type f16, bf16, f32, f64, complex<f32> or complex<f64>, found 'i8'}}
func.func private @integers_without_scales(tensor<8x8xi8, #linop.block_diagonal<blocks = 2>>)

// -----

// expected-error @below {{wanted a static matrix with no encoding or a linear structure, found 'tensor<8x8xi8, #linop.quantized<#linop.dense, y = f32>>'}}
func.func private @quantized_factor(tensor<8x8xf32, #linop.product<[tensor<8x8xi8, #linop.quantized<#linop.dense, y = f32>>]>>)

// -----

#q = #linop.quantized<#linop.dense, y = f32>
func.func @from_the_right_C5(%m: tensor<8x8xi8, #q>, %x: tensor<2x8xi8>) {
  // expected-error @below {{'linop.apply' op right: wanted a linear structure, found 'tensor<8x8xi8, #linop.quantized<#linop.dense, y = f32>>'}}
  %y = linop.apply %m, %x right : tensor<8x8xi8, #q>, tensor<2x8xi8> -> tensor<2x8xf32>
  return
}

// -----

#q = #linop.quantized<#linop.dense, y = f32>
func.func @result_of_another_type_C3(%m: tensor<8x8xi8, #q>, %x: tensor<2x8xi8>) {
  // expected-error @below {{'linop.apply' op result: wanted 'tensor<2x8xf32>', found 'tensor<2x8xi8>'}}
  %y = linop.apply %m, %x : tensor<8x8xi8, #q>, tensor<2x8xi8> -> tensor<2x8xi8>
  return
}

// -----

#q = #linop.quantized<#linop.dense, y = f32>
func.func @dense_form(%m: tensor<8x8xi8, #q>) {
  // expected-error @below {{'linop.materialize' op operand #0 must be rank-2 static tensor with a linear structure as its encoding, but got 'tensor<8x8xi8, #linop.quantized<#linop.dense, y = f32>>'}}
  %d = linop.materialize %m : tensor<8x8xi8, #q> -> tensor<8x8xi8>
  return
}
