// RUN: danaus-opt %s --split-input-file --verify-diagnostics

func.func @einsum_spec(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.einsum' op spec "kp-kqp->qk": wanted "x,weight->y"}}
  %y = chain.einsum %x, %w "kp-kqp->qk" sizes [4, 2, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @einsum_sizes_C1(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.einsum' op wanted 3 sizes, one a letter, found 2}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 2] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @einsum_size_of_zero_C1(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.einsum' op spec "kp,kqp->qk": loop 'p': wanted a size >= 1, found 0}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 0, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @einsum_letter_twice_C1(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.einsum' op spec "kk,kq->q": loop 'k' occurs twice in 'kk'}}
  %y = chain.einsum %x, %w "kk,kq->q" sizes [4, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @einsum_letter_alone_C1(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.einsum' op spec "kp,kq->qk": loop 'p': wanted it in two operands, found it in 1}}
  %y = chain.einsum %x, %w "kp,kq->qk" sizes [4, 2, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @einsum_too_large_C1(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.einsum' op spec "kp,kqp->qk": wanted fewer than 2^62 iterations, found more}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4294967296, 4294967296, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @einsum_weight_C2(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.einsum' op weight: wanted 'tensor<3x4x2xf32>', found 'tensor<4x3x2xf32>'}}
  %y = chain.einsum %x, %w "kp,qkp->qk" sizes [4, 2, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @einsum_columns_of_y_C3(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.einsum' op columns of y: wanted 12, found 11}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 2, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x11xf32>
  return
}

// -----

func.func @einsum_rows_C3(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.einsum' op rows of y: wanted ?, found 5}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 2, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<5x12xf32>
  return
}

// -----

func.func @einsum_element_type_C4(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.einsum' op element type of y: wanted 'f32', found 'f16'}}
  %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 2, 3] : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf16>
  return
}

// -----

func.func @permute_order_C1(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.permute' op wanted sizes >= 1 and a permutation of their 2 digits, found sizes [4, 2] order [1, 1]}}
  %y = chain.permute %x sizes [4, 2] order [1, 1] : tensor<?x8xf32>
  return
}

// -----

func.func @permute_columns_C2(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.permute' op columns of x: wanted 12, found 8}}
  %y = chain.permute %x sizes [4, 3] order [1, 0] : tensor<?x8xf32>
  return
}

// -----

func.func @gather_entries_C1(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.gather' op table: wanted 8 entries, found 9}}
  %y = chain.gather %x, %t : tensor<?x8xf32>, tensor<9xi32>
  return
}

// -----

func.func @toeplitz_unknown_columns_C1(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.toeplitz' op columns of y: wanted a static size, found ?}}
  %y = chain.toeplitz %x, %d : tensor<?x8xf32>, tensor<19xf32> -> tensor<?x?xf32>
  return
}

// -----

func.func @toeplitz_weight_C2(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.toeplitz' op weight: wanted in + out - 1 = 20 values, found 'tensor<19xf32>'}}
  %y = chain.toeplitz %x, %d : tensor<?x8xf32>, tensor<19xf32> -> tensor<?x13xf32>
  return
}

// -----

func.func @toeplitz_element_type_C3(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %t: tensor<9xi32>, %d: tensor<19xf32>) {
  // expected-error @below {{'chain.toeplitz' op element type of y: wanted 'f32', found 'f64'}}
  %y = chain.toeplitz %x, %d : tensor<?x8xf32>, tensor<19xf32> -> tensor<?x12xf64>
  return
}

// -----

func.func @einsum_of_i32_C4(%x: tensor<?x8xi32>, %w: tensor<3x8xi32>) {
  // expected-error @below {{'chain.einsum' op element type of x: wanted i8, floating-point or complex, found 'i32'}}
  %y = chain.einsum %x, %w "c,bc->b" sizes [8, 3] : tensor<?x8xi32>, tensor<3x8xi32> -> tensor<?x3xi32>
  return
}

// -----

func.func @einsum_of_i8_in_i8_C4(%x: tensor<?x8xi8>, %w: tensor<3x8xi8>) {
  // expected-error @below {{'chain.einsum' op element type of y: wanted 'i32', found 'i8'}}
  %y = chain.einsum %x, %w "c,bc->b" sizes [8, 3] : tensor<?x8xi8>, tensor<3x8xi8> -> tensor<?x3xi8>
  return
}
