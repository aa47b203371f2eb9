// RUN: danaus-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{wanted 2 entries of out, found 1}}
func.func private @multi_monarch_of_other_lengths_C1(tensor<12x8xf32, #linop.multi_monarch<in = [2, 4], out = [12]>>)

// -----

// expected-error @below {{wanted in's entries >= 1, found 0}}
func.func private @multi_monarch_of_a_zero_C1(tensor<12x8xf32, #linop.multi_monarch<in = [0, 4], out = [3, 4]>>)

// -----

// expected-error @below {{wanted the product of out = 15 rows, found 12}}
func.func private @multi_monarch_rows_C2(tensor<12x8xf32, #linop.multi_monarch<in = [2, 4], out = [3, 5]>>)

// -----

// expected-error @below {{wanted the product of in = 12 columns, found 8}}
func.func private @multi_monarch_columns_C2(tensor<12x8xf32, #linop.multi_monarch<in = [3, 4], out = [3, 4]>>)

// -----

// expected-error @below {{wanted blocks >= 1, found 0}}
func.func private @butterfly_without_blocks_C1(tensor<8x8xf32, #linop.butterfly<blocks = 0, increasing = true>>)

// -----

// expected-error @below {{wanted 2 to 2^30 columns, found 1}}
func.func private @butterfly_of_one_column_C2(tensor<8x1xf32, #linop.butterfly<blocks = 1, increasing = true>>)

// -----

// expected-error @below {{wanted block >= 1, found 0}}
func.func private @block_butterfly_block_C1(tensor<8x8xf32, #linop.block_butterfly<block = 0, increasing = true>>)

// -----

// expected-error @below {{wanted a square matrix, found 8 x 4}}
func.func private @block_butterfly_rectangular_C2(tensor<8x4xf32, #linop.block_butterfly<block = 2, increasing = true>>)

// -----

// expected-error @below {{wanted a power of two from 2 to 2^30 as the number of blocks, found 3}}
func.func private @block_butterfly_of_three_blocks_C2(tensor<6x6xf32, #linop.block_butterfly<block = 2, increasing = true>>)

// -----

// expected-error @below {{wanted the number of rows to be a multiple of 3, found 8}}
func.func private @block_butterfly_uneven_C2(tensor<8x8xf32, #linop.block_butterfly<block = 3, increasing = true>>)

// -----

// expected-error @below {{wanted 2 entries of columns, found 1}}
func.func private @kronecker_of_other_lengths_C1(tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [8]>>)

// -----

// expected-error @below {{wanted the product of rows = 8 rows, found 6}}
func.func private @kronecker_rows_C2(tensor<6x8xf32, #linop.kronecker<rows = [2, 4], columns = [4, 2]>>)

// -----

// expected-error @below {{wanted the product of columns = 16 columns, found 8}}
func.func private @kronecker_columns_C2(tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 4]>>)

// -----

// expected-error @below {{wanted the product of rows below 2^31, found more}}
func.func private @kronecker_too_large_C2(tensor<6x8xf32, #linop.kronecker<rows = [65536, 65536], columns = [4, 2]>>)

// -----

// expected-error @below {{wanted terms >= 1, found 0}}
func.func private @kronecker_without_terms_C3(tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2], terms = 0>>)

// -----

// expected-error @below {{wanted rank >= 1, found 0}}
func.func private @usv_of_rank_zero_C1(tensor<6x8xf32, #linop.usv<rank = 0>>)

// -----

// expected-error @below {{wanted a rank of at most 6, found 7}}
func.func private @usv_of_rank_past_the_sizes_C2(tensor<6x8xf32, #linop.usv<rank = 7>>)

// -----

// expected-error @below {{wanted 2 entries of in, found 3}}
func.func private @btt_of_three_C1(tensor<6x8xf32, #linop.btt<in = [2, 2, 2], out = [2, 3], rank = 1>>)

// -----

// expected-error @below {{wanted rank >= 1, found 0}}
func.func private @btt_of_rank_zero_C1(tensor<6x8xf32, #linop.btt<in = [2, 4], out = [2, 3], rank = 0>>)

// -----

// expected-error @below {{wanted the product of out = 9 rows, found 6}}
func.func private @btt_rows_C2(tensor<6x8xf32, #linop.btt<in = [2, 4], out = [3, 3], rank = 1>>)

// -----

// expected-error @below {{wanted the product of in = 16 columns, found 8}}
func.func private @btt_columns_C2(tensor<6x8xf32, #linop.btt<in = [4, 4], out = [2, 3], rank = 1>>)

// -----

// expected-error @below {{wanted blocks >= 1, found 0}}
func.func private @blast_of_no_block_C1(tensor<6x8xf32, #linop.blast<blocks = 0, rank = 1>>)

// -----

// expected-error @below {{wanted rank >= 1, found 0}}
func.func private @blast_of_rank_zero_C1(tensor<6x8xf32, #linop.blast<blocks = 2, rank = 0>>)

// -----

// expected-error @below {{wanted the number of rows to be a multiple of 4, found 6}}
func.func private @blast_rows_C2(tensor<6x8xf32, #linop.blast<blocks = 4, rank = 1>>)

// -----

// expected-error @below {{wanted the number of columns to be a multiple of 3, found 8}}
func.func private @blast_columns_C2(tensor<6x8xf32, #linop.blast<blocks = 3, rank = 1>>)

// -----

// expected-error @below {{wanted 1 entries of ranks, found 0}}
func.func private @tensor_train_ranks_C1(tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [4, 2]>>)

// -----

// expected-error @below {{wanted ranks's entries >= 1, found 0}}
func.func private @tensor_train_rank_zero_C1(tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [4, 2], ranks = [0]>>)

// -----

// expected-error @below {{wanted the product of out = 4 rows, found 6}}
func.func private @tensor_train_rows_C2(tensor<6x8xf32, #linop.tensor_train<out = [2, 2], in = [4, 2], ranks = [1]>>)

// -----

// expected-error @below {{wanted the product of in = 4 columns, found 8}}
func.func private @tensor_train_columns_C2(tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [2, 2], ranks = [1]>>)

// -----

// expected-error @below {{wanted 2 entries of out_ranks, found 1}}
func.func private @tucker_ranks_C1(tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2], in_ranks = [3, 1]>>)

// -----

// expected-error @below {{wanted the product of out = 4 rows, found 6}}
func.func private @tucker_rows_C2(tensor<6x8xf32, #linop.tucker<out = [2, 2], in = [4, 2], out_ranks = [2, 2], in_ranks = [3, 1]>>)

// -----

// expected-error @below {{wanted the product of in = 16 columns, found 8}}
func.func private @tucker_columns_C2(tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 4], out_ranks = [2, 2], in_ranks = [3, 1]>>)

// -----

// expected-error @below {{wanted the product of out_ranks below 2^31, found more}}
func.func private @tucker_ranks_too_large_C3(tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [65536, 65536], in_ranks = [3, 1]>>)

// -----

// expected-error @below {{wanted sizes >= 1 and a permutation of their 2 digits, found sizes [4, 3] order [1, 1]}}
func.func private @permutation_order_C1(tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 1]>>)

// -----

// expected-error @below {{wanted sizes >= 1 and a permutation of their 2 digits, found sizes [4, 3] order [1, 2]}}
func.func private @permutation_digit_C1(tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 2]>>)

// -----

// expected-error @below {{wanted the product of sizes = 16 rows, found 12}}
func.func private @permutation_size_C2(tensor<12x12xf32, #linop.permutation<sizes = [4, 4], order = [1, 0]>>)

// -----

// expected-error @below {{wanted a square matrix, found 12 x 8}}
func.func private @permutation_rectangular_C2(tensor<12x8xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>)

// -----

// expected-error @below {{wanted a square matrix, found 12 x 8}}
func.func private @table_permutation_rectangular_C1(tensor<12x8xf32, #linop.table_permutation<index = i32>>)

// -----

// expected-error @below {{wanted index i32 or i64, found 'f32'}}
func.func private @table_permutation_index_C2(tensor<12x12xf32, #linop.table_permutation<index = f32>>)

// -----

// expected-error @below {{wanted a square matrix, found 12 x 8}}
func.func private @circulant_rectangular_C1(tensor<12x8xf32, #linop.circulant>)

// -----

// expected-error @below {{wanted a power of two up to 2^30 as the size, found 12}}
func.func private @hadamard_of_twelve_C1(tensor<12x12xf32, #linop.hadamard>)

// -----

// expected-error @below {{wanted a size of at most 2^20, found 2097152}}
func.func private @dft_too_large_C1(tensor<2097152x2097152xcomplex<f32>, #linop.dft>)

// -----

// expected-error @below {{wanted element type complex<f32> or complex<f64>, found 'f32'}}
func.func private @dft_of_real_numbers_C2(tensor<12x12xf32, #linop.dft>)

// -----

// expected-error @below {{expected non-function type}}
// expected-error @below {{failed to parse Linop_SumAttr parameter 'terms' which is to be a `::llvm::ArrayRef<::mlir::RankedTensorType>`}}
func.func private @sum_of_nothing_C1(tensor<8x6xf32, #linop.sum<[]>>)

// -----

// expected-error @below {{term 1: wanted a 8 x 6 matrix of 'f32' with no encoding or a linear structure, found 'tensor<6x8xf32>'}}
func.func private @sum_of_other_shapes_C2(tensor<8x6xf32, #linop.sum<[tensor<8x6xf32>, tensor<6x8xf32>]>>)

// -----

// expected-error @below {{term 0: wanted a 8 x 6 matrix of 'f32' with no encoding or a linear structure, found 'tensor<8x6xbf16>'}}
func.func private @sum_of_other_types_C2(tensor<8x6xf32, #linop.sum<[tensor<8x6xbf16>]>>)

// -----

// expected-error @below {{wanted a structured matrix to scale, found 'tensor<8x6xf32>'}}
func.func private @scaled_dense_C1(tensor<8x6xf32, #linop.scaled<tensor<8x6xf32>>>)

// -----

// expected-error @below {{wanted a 6 x 8 matrix of 'f32', found 8 x 6 of 'f32'}}
func.func private @scaled_of_another_shape_C2(tensor<8x6xf32, #linop.scaled<tensor<6x8xf32, #linop.diagonal>>>)

// -----

func.func @apply_axis_out_of_range_C1(%m: tensor<8x6xf32, #linop.diagonal>, %x: tensor<?x6xf32>) {
  // expected-error @below {{'linop.apply' op axis 2 is out of range for rank 2}}
  %y = linop.apply %m, %x axis 2 : tensor<8x6xf32, #linop.diagonal>, tensor<?x6xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @apply_along_another_axis_C2(%m: tensor<8x6xf32, #linop.diagonal>, %x: tensor<5x6xf32>) {
  // expected-error @below {{'linop.apply' op dimension 0 of x: wanted 6, found 5}}
  %y = linop.apply %m, %x axis 0 : tensor<8x6xf32, #linop.diagonal>, tensor<5x6xf32> -> tensor<8x6xf32>
  return
}

// -----

func.func @apply_from_the_right_C2(%m: tensor<8x6xf32, #linop.diagonal>, %x: tensor<?x6xf32>) {
  // expected-error @below {{'linop.apply' op last dimension of x: wanted 8, found 6}}
  %y = linop.apply %m, %x right : tensor<8x6xf32, #linop.diagonal>, tensor<?x6xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @apply_result_along_an_axis_C3(%m: tensor<8x6xf32, #linop.diagonal>, %x: tensor<6x5xf32>) {
  // expected-error @below {{'linop.apply' op result: wanted 'tensor<8x5xf32>', found 'tensor<6x8xf32>'}}
  %y = linop.apply %m, %x axis 0 : tensor<8x6xf32, #linop.diagonal>, tensor<6x5xf32> -> tensor<6x8xf32>
  return
}

// -----

func.func @scale_by_two_values_C1(%m: tensor<8x6xf32, #linop.diagonal>, %s: tensor<2xf32>) {
  // expected-error @below {{'linop.scale' op factor: wanted 'tensor<1xf32>', found 'tensor<2xf32>'}}
  %y = linop.scale %m, %s : tensor<8x6xf32, #linop.diagonal>, tensor<2xf32> -> tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.diagonal>>>
  return
}

// -----

func.func @product_of_other_sizes_C1(%m: tensor<8x6xf32, #linop.diagonal>) {
  // expected-error @below {{factor 1: wanted 6 rows, found 8}}
  // expected-error @below {{'linop.product' op failed to infer returned types}}
  %y = linop.product %m, %m : tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32, #linop.diagonal> -> tensor<8x6xf32, #linop.diagonal>
  return
}

// -----

func.func @sum_of_other_shapes_C1(%m: tensor<8x6xf32, #linop.diagonal>, %w: tensor<6x8xf32>) {
  // expected-error @below {{term 1: wanted the shape and element type of 'tensor<8x6xf32, #linop.diagonal>', found 'tensor<6x8xf32>'}}
  // expected-error @below {{'linop.sum' op failed to infer returned types}}
  %y = linop.sum %m, %w : tensor<8x6xf32, #linop.diagonal>, tensor<6x8xf32> -> tensor<8x6xf32, #linop.diagonal>
  return
}

// -----

func.func @parameters_of_a_diagonal(%m: tensor<8x6xf32, #linop.diagonal>) {
  // expected-error @below {{'linop.parameters' op inferred type(s) 'tensor<6xf32>' are incompatible with return type(s) of operation 'tensor<8xf32>'}}
  // expected-error @below {{'linop.parameters' op failed to infer returned types}}
  %y = linop.parameters %m : tensor<8x6xf32, #linop.diagonal> -> tensor<8xf32>
  return
}

// -----

func.func @product_of_a_dynamic_factor(%m: tensor<8x6xf32, #linop.diagonal>, %f: tensor<?x6xf32>) {
  // expected-error @below {{'linop.product' op operand #1 must be variadic of rank-2 static tensor with a linear structure or nothing as its encoding, but got 'tensor<?x6xf32>'}}
  %y = linop.product %m, %f : tensor<8x6xf32, #linop.diagonal>, tensor<?x6xf32> -> tensor<8x6xf32, #linop.diagonal>
  return
}

// -----

// expected-error @below {{factor 1: wanted a complex element type as the product's 'complex<f32>', found 'f32'}}
func.func private @real_factor_of_a_complex_product_C4(tensor<8x8xcomplex<f32>, #linop.product<[tensor<8x8xcomplex<f32>>, tensor<8x8xf32>]>>)
