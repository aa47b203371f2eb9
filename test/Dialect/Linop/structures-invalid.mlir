// RUN: danaus-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{wanted 2 to 2^30 columns, found 1}}
func.func private @butterfly_of_one_column_C2(tensor<4x1xf32, #linop.butterfly<blocks = 1, increasing = true>>)

// -----

// expected-error @below {{wanted blocks >= 1, found 0}}
func.func private @butterfly_without_a_block_C1(tensor<4x4xf32, #linop.butterfly<blocks = 0, increasing = true>>)

// -----

// expected-error @below {{wanted a power of two from 2 to 2^30 as the number of blocks, found 6}}
func.func private @block_butterfly_of_six_blocks_C2(tensor<18x18xf32, #linop.block_butterfly<block = 3, increasing = true>>)

// -----

// expected-error @below {{wanted a square matrix, found 24 x 12}}
func.func private @block_butterfly_that_is_not_square_C2(tensor<24x12xf32, #linop.block_butterfly<block = 3, increasing = true>>)

// -----

// expected-error @below {{wanted a rank of at most 6, found 7}}
func.func private @usv_of_a_rank_past_the_sizes_C2(tensor<8x6xf32, #linop.usv<rank = 7>>)

// -----

// expected-error @below {{expected integer value}}
// expected-error @below {{failed to parse Linop_KroneckerAttr parameter 'rows' which is to be a `::llvm::ArrayRef<int64_t>`}}
func.func private @kronecker_without_a_factor_C1(tensor<6x8xf32, #linop.kronecker<rows = [], columns = []>>)

// -----

// expected-error @below {{wanted 2 entries of columns, found 1}}
func.func private @kronecker_with_fewer_columns_C1(tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [8]>>)

// -----

// expected-error @below {{wanted the product of rows = 4 rows, found 6}}
func.func private @kronecker_of_too_few_rows_C2(tensor<6x8xf32, #linop.kronecker<rows = [2, 2], columns = [4, 2]>>)

// -----

// expected-error @below {{wanted the product of columns below 2^31, found more}}
func.func private @kronecker_past_2_31_C2(tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [65536, 65536]>>)

// -----

// expected-error @below {{wanted out's entries >= 1, found 0}}
func.func private @multi_monarch_of_a_zero_C1(tensor<12x8xf32, #linop.multi_monarch<in = [2, 4], out = [3, 0]>>)

// -----

// expected-error @below {{wanted 2 entries of in, found 3}}
func.func private @btt_of_three_digits_C1(tensor<6x8xf32, #linop.btt<in = [2, 2, 2], out = [2, 3], rank = 2>>)

// -----

// expected-error @below {{wanted sizes >= 1 and a permutation of their 2 digits, found sizes [4, 3] order [1, 1]}}
func.func private @permutation_that_repeats_a_digit_C1(tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 1]>>)

// -----

// expected-error @below {{wanted the product of sizes = 8 rows, found 12}}
func.func private @permutation_of_another_size_C2(tensor<12x12xf32, #linop.permutation<sizes = [4, 2], order = [1, 0]>>)

// -----

// expected-error @below {{wanted index i32 or i64, found 'f32'}}
func.func private @table_of_floats_C2(tensor<12x12xf32, #linop.table_permutation<index = f32>>)

// -----

// expected-error @below {{wanted a square matrix, found 8 x 6}}
func.func private @circulant_that_is_not_square_C1(tensor<8x6xf32, #linop.circulant>)

// -----

// expected-error @below {{wanted a power of two up to 2^30 as the size, found 12}}
func.func private @hadamard_of_twelve_C1(tensor<12x12xf32, #linop.hadamard>)

// -----

// expected-error @below {{wanted element type complex<f32> or complex<f64>, found 'f32'}}
func.func private @dft_of_real_numbers_C2(tensor<12x12xf32, #linop.dft>)

// -----

// expected-error @below {{wanted a size of at most 2^20, found 2000000}}
func.func private @dft_past_2_20_C1(tensor<2000000x2000000xcomplex<f32>, #linop.dft>)

// -----

// expected-error @below {{term 1: wanted a 8 x 6 matrix of 'f32' with no encoding or a structure, found 'tensor<6x8xf32>'}}
func.func private @sum_of_two_shapes_C2(tensor<8x6xf32, #linop.sum<[tensor<8x6xf32>, tensor<6x8xf32>]>>)

// -----

// expected-error @below {{wanted a structured matrix to scale, found 'tensor<8x6xf32>'}}
func.func private @scaled_dense_C1(tensor<8x6xf32, #linop.scaled<tensor<8x6xf32>>>)

// -----

// expected-error @below {{wanted a 6 x 6 matrix of 'f32', found 8 x 6 of 'f32'}}
func.func private @scaled_of_another_shape_C2(tensor<8x6xf32, #linop.scaled<tensor<6x6xf32, #linop.diagonal>>>)

// -----

// expected-error @below {{expected non-function type}}
// expected-error @below {{failed to parse Linop_SumAttr parameter 'terms' which is to be a `::llvm::ArrayRef<::mlir::RankedTensorType>`}}
func.func private @sum_of_nothing_C1(tensor<8x6xf32, #linop.sum<[]>>)

// -----

// expected-error @below {{wanted the number of columns to be a multiple of 3, found 8}}
func.func private @blast_of_blocks_that_do_not_divide_C2(tensor<12x8xf32, #linop.blast<blocks = 3, rank = 3>>)

// -----

// expected-error @below {{wanted 2 entries of out_ranks, found 3}}
func.func private @tucker_of_three_ranks_C1(tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2, 2, 1], in_ranks = [3, 1]>>)

// -----

// expected-error @below {{wanted 1 entries of ranks, found 0}}
func.func private @tensor_train_without_a_rank_C1(tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [4, 2]>>)

// -----

func.func @axis_past_the_rank_C1(%m: tensor<8x6xf32, #linop.diagonal>, %x: tensor<?x6xf32>) {
  // expected-error @below {{'linop.apply' op axis 2 is out of range for rank 2}}
  %y = linop.apply %m, %x axis 2 : tensor<8x6xf32, #linop.diagonal>, tensor<?x6xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @sum_of_two_types_C1(%a: tensor<8x6xf32, #linop.diagonal>, %b: tensor<6x6xf32>) {
  // expected-error @below {{term 1: wanted the shape and element type of 'tensor<8x6xf32, #linop.diagonal>', found 'tensor<6x6xf32>'}}
  // expected-error @below {{'linop.sum' op failed to infer returned types}}
  %s = linop.sum %a, %b : tensor<8x6xf32, #linop.diagonal>, tensor<6x6xf32> -> tensor<8x6xf32, #linop.diagonal>
  return
}

// -----

func.func @product_of_activations(%a: tensor<8x6xf32, #linop.diagonal>, %b: tensor<?x6xf32>) {
  // expected-error @below {{'linop.product' op operand #1 must be variadic of rank-2 static tensor with a structure or nothing as its encoding, but got 'tensor<?x6xf32>'}}
  %s = linop.product %a, %b : tensor<8x6xf32, #linop.diagonal>, tensor<?x6xf32> -> tensor<8x6xf32, #linop.diagonal>
  return
}
