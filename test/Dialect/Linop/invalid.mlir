// RUN: danaus-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{a structure encodes a matrix: wanted rank 2, found rank 1}}
func.func private @rank_of_a_structure(tensor<8xf32, #linop.dense>)

// -----

// expected-error @below {{a structure fixes the shape of its matrix: wanted static sizes, found a dynamic one}}
func.func private @dynamic_size_of_a_structure(tensor<?x8xf32, #linop.dense>)

// -----

// expected-error @below {{dimension 0 of a structured matrix: wanted >= 1, found 0}}
func.func private @empty_structure(tensor<0x8xf32, #linop.dense>)

// -----

// expected-error @below {{wanted element type f16, bf16, f32, f64, complex<f32> or complex<f64>, found 'i32'}}
func.func private @element_type_of_a_structure(tensor<8x8xi32, #linop.dense>)

// -----

// expected-error @below {{wanted blocks >= 1, found 0}}
func.func private @block_diagonal_without_blocks_C1(tensor<8x8xf32, #linop.block_diagonal<blocks = 0>>)

// -----

// expected-error @below {{wanted the number of rows to be a multiple of 4, found 9}}
func.func private @block_diagonal_rows_C2(tensor<9x8xf32, #linop.block_diagonal<blocks = 4>>)

// -----

// expected-error @below {{wanted the number of columns to be a multiple of 4, found 9}}
func.func private @block_diagonal_columns_C2(tensor<8x9xf32, #linop.block_diagonal<blocks = 4>>)

// -----

// expected-error @below {{wanted a >= 1, found 0}}
func.func private @kronecker_sparse_a_C1(tensor<8x8xf32, #linop.kronecker_sparse<a = 0, b = 1, c = 1, d = 1>>)

// -----

// expected-error @below {{wanted b >= 1, found 0}}
func.func private @kronecker_sparse_b_C1(tensor<8x8xf32, #linop.kronecker_sparse<a = 1, b = 0, c = 1, d = 1>>)

// -----

// expected-error @below {{wanted c >= 1, found 0}}
func.func private @kronecker_sparse_c_C1(tensor<8x8xf32, #linop.kronecker_sparse<a = 1, b = 1, c = 0, d = 1>>)

// -----

// expected-error @below {{wanted d >= 1, found 0}}
func.func private @kronecker_sparse_d_C1(tensor<8x8xf32, #linop.kronecker_sparse<a = 1, b = 1, c = 1, d = 0>>)

// -----

// expected-error @below {{wanted a b d = 12 rows, found 13}}
func.func private @kronecker_sparse_rows_C2(tensor<13x18xf32, #linop.kronecker_sparse<a = 3, b = 2, c = 3, d = 2>>)

// -----

// expected-error @below {{wanted a c d = 18 columns, found 19}}
func.func private @kronecker_sparse_columns_C2(tensor<12x19xf32, #linop.kronecker_sparse<a = 3, b = 2, c = 3, d = 2>>)

// -----

// expected-error @below {{wanted blocks = [k, l], found 3 entries}}
func.func private @monarch_with_three_blocks_C1(tensor<8x8xf32, #linop.monarch<blocks = [2, 2, 2], middle = 8>>)

// -----

// expected-error @below {{wanted k >= 1, found 0}}
func.func private @monarch_k_C1(tensor<8x8xf32, #linop.monarch<blocks = [0, 2], middle = 8>>)

// -----

// expected-error @below {{wanted l >= 1, found -2}}
func.func private @monarch_l_C1(tensor<8x8xf32, #linop.monarch<blocks = [2, -2], middle = 8>>)

// -----

// expected-error @below {{wanted middle >= 1, found 0}}
func.func private @monarch_middle_C2(tensor<8x8xf32, #linop.monarch<blocks = [2, 2], middle = 0>>)

// -----

// expected-error @below {{wanted k q = l r = middle with k = 4, l = 3, found middle = 8}}
func.func private @monarch_that_breaks_k_q_equals_l_r_C2(tensor<6x8xf32, #linop.monarch<blocks = [4, 3], middle = 8>>)

// -----

// expected-error @below {{wanted the number of columns to be a multiple of 4, found 9}}
func.func private @monarch_columns_C3(tensor<6x9xf32, #linop.monarch<blocks = [4, 3], middle = 12>>)

// -----

// expected-error @below {{wanted the number of rows to be a multiple of 3, found 7}}
func.func private @monarch_rows_C4(tensor<7x8xf32, #linop.monarch<blocks = [4, 3], middle = 12>>)

// -----

// expected-error @below {{wanted rank >= 1, found 0}}
func.func private @low_rank_C1(tensor<8x8xf32, #linop.low_rank<rank = 0>>)

// -----

// expected-error @below {{expected non-function type}}
// expected-error @below {{failed to parse Linop_ProductAttr parameter 'factors' which is to be a `::llvm::ArrayRef<::mlir::RankedTensorType>`}}
func.func private @product_of_nothing_C1(tensor<8x8xf32, #linop.product<[]>>)

// -----

// expected-error @below {{factor 0: wanted a static matrix with no encoding or a linear structure, found 'tensor<8x8x1xf32>'}}
func.func private @product_factor_of_rank_3_C2(tensor<8x8xf32, #linop.product<[tensor<8x8x1xf32>]>>)

// -----

// expected-error @below {{factor 1: wanted a static matrix with no encoding or a linear structure, found 'tensor<?x8xf32>'}}
func.func private @product_dynamic_factor_C2(tensor<8x8xf32, #linop.product<[tensor<8x4xf32>, tensor<?x8xf32>]>>)

// -----

// expected-error @below {{factor 0: wanted a static matrix with no encoding or a linear structure, found 'tensor<8x8xf32, "odd">'}}
func.func private @product_factor_of_another_encoding_C2(tensor<8x8xf32, #linop.product<[tensor<8x8xf32, "odd">]>>)

// -----

// expected-error @below {{factor 0: wanted 8 rows, found 9}}
func.func private @product_rows_of_the_first_C3(tensor<8x8xf32, #linop.product<[tensor<9x8xf32>]>>)

// -----

// expected-error @below {{factor 1: wanted 4 rows, found 5}}
func.func private @product_rows_of_the_next_C3(tensor<8x8xf32, #linop.product<[tensor<8x4xf32>, tensor<5x8xf32>]>>)

// -----

// expected-error @below {{the last factor: wanted 8 columns, found 6}}
func.func private @product_columns_of_the_last_C3(tensor<8x8xf32, #linop.product<[tensor<8x4xf32>, tensor<4x6xf32>]>>)

// -----

// expected-error @below {{wanted the transpose of a structured matrix, found 'tensor<4x8xf32>'}}
func.func private @transpose_of_a_dense_tensor_C1(tensor<8x4xf32, #linop.transpose<tensor<4x8xf32>>>)

// -----

// expected-error @below {{wanted a 4 x 8 matrix of 'f32', found 8 x 4 of 'f32'}}
func.func private @transpose_shape_C2(tensor<8x4xf32, #linop.transpose<tensor<8x4xf32, #linop.dense>>>)

// -----

// expected-error @below {{wanted a 8 x 4 matrix of 'bf16', found 8 x 4 of 'f32'}}
func.func private @transpose_element_type_C2(tensor<8x4xf32, #linop.transpose<tensor<4x8xbf16, #linop.dense>>>)

// -----

// expected-error @below {{wanted a b c d below 2^62, found more}}
func.func private @kronecker_sparse_that_overflows_C2(tensor<8x8xf32, #linop.kronecker_sparse<a = 4611686018427387904, b = 4, c = 4, d = 1>>)

// -----
!m = tensor<6x8xf32, #linop.low_rank<rank = 2>>
func.func @assemble_from_too_few_parameters_C1(%u: tensor<6x2xf32>) {
  // expected-error @below {{'linop.assemble' op wanted 2 parameters, found 1}}
  %m = linop.assemble %u : (tensor<6x2xf32>) -> !m
  return
}

// -----

!m = tensor<6x8xf32, #linop.low_rank<rank = 2>>
func.func @assemble_from_another_shape_C1(%u: tensor<6x2xf32>, %v: tensor<3x8xf32>) {
  // expected-error @below {{'linop.assemble' op parameter 1: wanted 'tensor<2x8xf32>', found 'tensor<3x8xf32>'}}
  %m = linop.assemble %u, %v : (tensor<6x2xf32>, tensor<3x8xf32>) -> !m
  return
}

// -----

func.func @assemble_to_a_dense_tensor(%w: tensor<6x8xf32>) {
  // expected-error @below {{'linop.assemble' op result #0 must be rank-2 static tensor with a structure as its encoding, but got 'tensor<6x8xf32>'}}
  %m = linop.assemble %w : (tensor<6x8xf32>) -> tensor<6x8xf32>
  return
}

// -----

func.func @apply_columns_C1(%m: tensor<6x8xf32, #linop.dense>, %x: tensor<?x9xf32>) {
  // expected-error @below {{'linop.apply' op last dimension of x: wanted 8, found 9}}
  %y = linop.apply %m, %x : tensor<6x8xf32, #linop.dense>, tensor<?x9xf32> -> tensor<?x6xf32>
  return
}

// -----

// expected-error @below {{wanted a rank of at most 6, found 7}}
func.func private @low_rank_above_the_sizes_C2(tensor<8x6xf32, #linop.low_rank<rank = 7>>)

// -----

func.func private @real_product_of_a_complex_factor_C4(
    // expected-error @below {{factor 1: wanted a real element type as the product's 'f32', found 'complex<f32>'}}
    tensor<4x4xf32, #linop.product<[tensor<4x4xf32>, tensor<4x4xcomplex<f32>>]>>)

// -----

// expected-error @below {{wanted element type f16, bf16, f32, f64, complex<f32> or complex<f64>, found 'complex<f16>'}}
func.func private @complex_of_half(tensor<4x4xcomplex<f16>, #linop.dense>)

// -----

func.func @apply_dynamic_columns_C1(%m: tensor<6x8xf32, #linop.dense>, %x: tensor<?x?xf32>) {
  // expected-error @below {{'linop.apply' op last dimension of x: wanted 8, found ?}}
  %y = linop.apply %m, %x : tensor<6x8xf32, #linop.dense>, tensor<?x?xf32> -> tensor<?x6xf32>
  return
}

// -----

func.func @apply_result_C2(%m: tensor<6x8xf32, #linop.dense>, %x: tensor<?x8xf32>) {
  // expected-error @below {{'linop.apply' op result: wanted 'tensor<?x6xf32>', found 'tensor<?x8xf32>'}}
  %y = linop.apply %m, %x : tensor<6x8xf32, #linop.dense>, tensor<?x8xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @apply_element_type_C3(%m: tensor<6x8xf32, #linop.dense>, %x: tensor<?x8xbf16>) {
  // expected-error @below {{'linop.apply' op element type of x: wanted 'f32', found 'bf16'}}
  %y = linop.apply %m, %x : tensor<6x8xf32, #linop.dense>, tensor<?x8xbf16> -> tensor<?x6xbf16>
  return
}

// -----

func.func @apply_of_a_dense_tensor(%m: tensor<6x8xf32>, %x: tensor<8xf32>) {
  // expected-error @below {{'linop.apply' op operand #0 must be rank-2 static tensor with a structure as its encoding, but got 'tensor<6x8xf32>'}}
  %y = linop.apply %m, %x : tensor<6x8xf32>, tensor<8xf32> -> tensor<6xf32>
  return
}

// -----

func.func @apply_to_a_structured_matrix(%m: tensor<6x8xf32, #linop.dense>, %x: tensor<8x8xf32, #linop.dense>) {
  // expected-error @below {{'linop.apply' op operand #1 must be ranked tensor of rank >= 1 without an encoding, but got 'tensor<8x8xf32, #linop.dense>'}}
  %y = linop.apply %m, %x : tensor<6x8xf32, #linop.dense>, tensor<8x8xf32, #linop.dense> -> tensor<8x6xf32>
  return
}

// -----

func.func @transpose_result(%m: tensor<6x8xf32, #linop.dense>) {
  // expected-error @below {{'linop.transpose' op failed to infer returned types}}
  // expected-error @below {{'linop.transpose' op inferred type(s) 'tensor<8x6xf32, #linop.transpose<tensor<6x8xf32, #linop.dense>>>' are incompatible with return type(s) of operation 'tensor<8x6xf32, #linop.dense>'}}
  %t = linop.transpose %m : tensor<6x8xf32, #linop.dense> -> tensor<8x6xf32, #linop.dense>
  return
}

// -----

func.func @materialize_result_C1(%m: tensor<6x8xf32, #linop.dense>) {
  // expected-error @below {{'linop.materialize' op result: wanted 'tensor<6x8xf32>', found 'tensor<6x8xbf16>'}}
  %d = linop.materialize %m : tensor<6x8xf32, #linop.dense> -> tensor<6x8xbf16>
  return
}
