// RUN: danaus-opt %s --split-input-file --verify-diagnostics

func.func @einsum_without_an_arrow(%x: tensor<?x12xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @below {{'chain.einsum' op spec "kp,kqp": wanted "x,weight->y"}}
  %y = chain.einsum %x, %w "kp,kqp" sizes [4, 3, 2] : tensor<?x12xf32>, tensor<4x2x3xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @einsum_too_few_sizes_C1(%x: tensor<?x12xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @below {{'chain.einsum' op wanted 3 sizes, one a letter, found 2}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 3] : tensor<?x12xf32>, tensor<4x2x3xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @einsum_a_size_of_zero_C1(%x: tensor<?x12xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @below {{'chain.einsum' op spec "kp,kqp->qk": loop 'q': wanted a size >= 1, found 0}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 3, 0] : tensor<?x12xf32>, tensor<4x2x3xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @einsum_a_letter_twice_C1(%x: tensor<?x12xf32>, %w: tensor<4x2xf32>) {
  // expected-error @below {{'chain.einsum' op spec "kk,kq->q": loop 'k' occurs twice in 'kk'}}
  %y = chain.einsum %x, %w "kk,kq->q" sizes [4, 2] : tensor<?x12xf32>, tensor<4x2xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @einsum_a_letter_alone_C1(%x: tensor<?x12xf32>, %w: tensor<4x2xf32>) {
  // expected-error @below {{'chain.einsum' op spec "kp,kq->qk": loop 'p': wanted it in two operands, found it in 1}}
  %y = chain.einsum %x, %w "kp,kq->qk" sizes [4, 3, 2] : tensor<?x12xf32>, tensor<4x2xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @einsum_too_many_iterations_C1(%x: tensor<?x12xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @below {{'chain.einsum' op spec "kp,kqp->qk": wanted fewer than 2^62 iterations, found more}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 3, 1000000000000000000] : tensor<?x12xf32>, tensor<4x2x3xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @einsum_another_weight_C2(%x: tensor<?x12xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.einsum' op weight: wanted 'tensor<4x2x3xf32>', found 'tensor<4x3x2xf32>'}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 3, 2] : tensor<?x12xf32>, tensor<4x3x2xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @einsum_columns_of_y_C3(%x: tensor<?x12xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @below {{'chain.einsum' op columns of y: wanted 8, found 9}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 3, 2] : tensor<?x12xf32>, tensor<4x2x3xf32> -> tensor<?x9xf32>
  return
}

// -----

func.func @permute_with_a_digit_twice_C1(%x: tensor<?x12xf32>) {
  // expected-error @below {{'chain.permute' op wanted sizes >= 1 and a permutation of their 2 digits, found sizes [4, 3] order [1, 1]}}
  %y = chain.permute %x sizes [4, 3] order [1, 1] : tensor<?x12xf32>
  return
}

// -----

func.func @gather_by_a_short_table_C1(%x: tensor<?x12xf32>, %t: tensor<7xi64>) {
  // expected-error @below {{'chain.gather' op table: wanted 12 entries, found 7}}
  %y = chain.gather %x, %t : tensor<?x12xf32>, tensor<7xi64>
  return
}

// -----

func.func @toeplitz_of_too_few_diagonals_C2(%x: tensor<?x12xf32>, %c: tensor<18xf32>) {
  // expected-error @below {{'chain.toeplitz' op weight: wanted in + out - 1 = 19 values, found 'tensor<18xf32>'}}
  %y = chain.toeplitz %x, %c : tensor<?x12xf32>, tensor<18xf32> -> tensor<?x8xf32>
  return
}
