// RUN: danaus-opt %s --split-input-file --verify-diagnostics --danaus-raise-linalg-to-linop

func.func @cast_to_another_structure(%m: tensor<8x8xf32, #linop.dense>) {
  // expected-error @below {{'tensor.cast' op a structure cannot become another one: wanted 'tensor<8x8xf32, #linop.dense>' or no encoding, found 'tensor<8x8xf32, #linop.low_rank<rank = 2>>'}}
  %c = tensor.cast %m : tensor<8x8xf32, #linop.dense> to tensor<8x8xf32, #linop.low_rank<rank = 2>>
  return
}

// -----

func.func @cast_to_unranked(%m: tensor<8x8xf32, #linop.dense>) {
  // expected-error @below {{'tensor.cast' op result of a structured operand: wanted a ranked tensor, found 'tensor<*xf32>'}}
  %c = tensor.cast %m : tensor<8x8xf32, #linop.dense> to tensor<*xf32>
  return
}

// -----

func.func @transpose_to_the_same_structure(%m: tensor<8x8xf32, #linop.dense>) {
  %e = tensor.empty() : tensor<8x8xf32, #linop.dense>
  // expected-error @below {{'linalg.transpose' op a structure cannot become another one: wanted 'tensor<8x8xf32, #linop.transpose<tensor<8x8xf32, #linop.dense>>>' or no encoding, found 'tensor<8x8xf32, #linop.dense>'}}
  %t = linalg.transpose ins(%m : tensor<8x8xf32, #linop.dense>) outs(%e : tensor<8x8xf32, #linop.dense>) permutation = [1, 0]
  return
}
