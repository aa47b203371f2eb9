// One case for each constraint of a sparse encoding.

// RUN: danaus-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{wanted nnz >= 0 or ?, found -2}}
func.func private @csr_negative_count_C1(tensor<4x6xf32, #linop.csr<nnz = -2>>)

// -----

// expected-error @below {{wanted index = i32 or i64, found 'i16'}}
func.func private @csr_index_of_16_bits_C2(tensor<4x6xf32, #linop.csr<nnz = 2, index = i16>>)

// -----

// expected-error @below {{wanted index = i32 or i64, found 'ui32'}}
func.func private @csr_unsigned_index_C2(tensor<4x6xf32, #linop.csr<nnz = 2, index = ui32>>)

// -----

// expected-error @below {{wanted element type f16, bf16, f32, f64, complex<f32> or complex<f64>, found 'i8'}}
func.func private @csr_of_integers(tensor<4x6xi8, #linop.csr<nnz = 2>>)

// -----

// expected-error @below {{wanted nnz >= 0 or ?, found -1}}
func.func private @bsr_negative_count_C1(tensor<4x6xf32, #linop.bsr<block = [2, 3], nnz = -1>>)

// -----

// expected-error @below {{wanted index = i32 or i64, found 'i8'}}
func.func private @bsr_index_C2(tensor<4x6xf32, #linop.bsr<block = [2, 3], nnz = 1, index = i8>>)

// -----

// expected-error @below {{wanted block = [bm, bk], found 1 entries}}
func.func private @bsr_block_of_rank_one_C3(tensor<4x6xf32, #linop.bsr<block = [2], nnz = 1>>)

// -----

// expected-error @below {{wanted bk >= 1, found 0}}
func.func private @bsr_empty_block_C3(tensor<4x6xf32, #linop.bsr<block = [2, 0], nnz = 1>>)

// -----

// expected-error @below {{wanted the number of rows to be a multiple of 3, found 4}}
func.func private @bsr_block_rows_C4(tensor<4x6xf32, #linop.bsr<block = [3, 3], nnz = 1>>)

// -----

// expected-error @below {{wanted the number of columns to be a multiple of 4, found 6}}
func.func private @bsr_block_columns_C4(tensor<4x6xf32, #linop.bsr<block = [2, 4], nnz = 1>>)

// -----

// expected-error @below {{wanted 1 <= n <= m, found n = 5, m = 4}}
func.func private @n_m_more_than_all_C1(tensor<6x8xf32, #linop.n_m<n = 5, m = 4>>)

// -----

// expected-error @below {{wanted 1 <= n <= m, found n = 0, m = 4}}
func.func private @n_m_none_C1(tensor<6x8xf32, #linop.n_m<n = 0, m = 4>>)

// -----

// expected-error @below {{wanted axis = 0 or 1, found 2}}
func.func private @n_m_axis_C2(tensor<6x8xf32, #linop.n_m<n = 2, m = 4, axis = 2>>)

// -----

// expected-error @below {{wanted the number of columns to be a multiple of 4, found 6}}
func.func private @n_m_columns_C3(tensor<8x6xf32, #linop.n_m<n = 2, m = 4>>)

// -----

// expected-error @below {{wanted the number of rows to be a multiple of 4, found 6}}
func.func private @n_m_rows_C3(tensor<6x8xf32, #linop.n_m<n = 2, m = 4, axis = 0>>)

// -----

// expected-error @below {{wanted index = i8, i32 or i64, found 'i16'}}
func.func private @n_m_index_C4(tensor<6x8xf32, #linop.n_m<n = 2, m = 4, index = i16>>)

// -----

// expected-error @below {{wanted m <= 128 for positions of i8, found 256}}
func.func private @n_m_positions_beyond_i8_C4(tensor<6x256xf32, #linop.n_m<n = 2, m = 256>>)

// -----

// expected-error @below {{wanted block >= 1, found 0}}
func.func private @flat_butterfly_block_C1(tensor<8x8xf32, #linop.flat_butterfly<block = 0, levels = 1>>)

// -----

// expected-error @below {{wanted levels >= 0, found -1}}
func.func private @flat_butterfly_levels_C1(tensor<8x8xf32, #linop.flat_butterfly<block = 2, levels = -1>>)

// -----

// expected-error @below {{wanted the number of rows to be a multiple of 2, found 9}}
func.func private @flat_butterfly_rows_C2(tensor<9x8xf32, #linop.flat_butterfly<block = 2, levels = 1>>)

// -----

// expected-error @below {{wanted the number of columns to be a multiple of 2, found 9}}
func.func private @flat_butterfly_columns_C2(tensor<8x9xf32, #linop.flat_butterfly<block = 2, levels = 1>>)

// -----

// expected-error @below {{wanted the fewer of 6 x 6 blocks to be a power of two that divides the other}}
func.func private @flat_butterfly_blocks_C3(tensor<12x12xf32, #linop.flat_butterfly<block = 2, levels = 1>>)

// -----

// expected-error @below {{wanted the fewer of 4 x 6 blocks to be a power of two that divides the other}}
func.func private @flat_butterfly_stretch_C3(tensor<8x12xf32, #linop.flat_butterfly<block = 2, levels = 1>>)

// -----

// expected-error @below {{wanted levels <= 2 for 4 blocks, found 3}}
func.func private @flat_butterfly_too_many_levels_C4(tensor<8x16xf32, #linop.flat_butterfly<block = 2, levels = 3>>)

// -----

// expected-error @below {{dimension 0 of a structured matrix: wanted less than 2^31, found 9223372036854775807}}
func.func private @more_rows_than_an_index_counts(tensor<9223372036854775807x4xf32, #linop.n_m<n = 1, m = 4>>)

// -----

// expected-error @below {{wanted fewer than 2^62 values, found nnz = 9223372036854775807}}
func.func private @bsr_values_overflow_C1(tensor<4x4xf32, #linop.bsr<block = [2, 2], nnz = 9223372036854775807>>)

// -----

// expected-error @below {{wanted at most 1048576 stored blocks, found 3221225472}}
func.func private @flat_butterfly_blocks_C5(tensor<1073741824x1073741824xf32, #linop.flat_butterfly<block = 1, levels = 2>>)

// -----

func.func @csr_parameters_are_rows_columns_values(%crow: tensor<5xi32>, %col: tensor<3xi32>, %values: tensor<3xf32>) {
  // expected-error @below {{'linop.assemble' op parameter 0: wanted 'tensor<5xi32>', found 'tensor<3xf32>'}}
  %m = linop.assemble %values, %col, %crow : (tensor<3xf32>, tensor<3xi32>, tensor<5xi32>) -> tensor<4x6xf32, #linop.csr<nnz = 3>>
  return
}

// -----

func.func @bsr_static_values_of_a_dynamic_count(%crow: tensor<3xi32>, %col: tensor<2xi32>, %values: tensor<2x2x3xf32>) {
  // expected-error @below {{'linop.assemble' op parameter 1: wanted 'tensor<?xi32>', found 'tensor<2xi32>'}}
  %m = linop.assemble %crow, %col, %values : (tensor<3xi32>, tensor<2xi32>, tensor<2x2x3xf32>)
      -> tensor<4x6xf32, #linop.bsr<block = [2, 3], nnz = ?>>
  return
}

// -----

// The parser hands an encoding to verify over no element type at all.
// expected-error @below {{expected '>' in complex type}}
func.func private @element_type_that_does_not_parse(tensor<4x2xcomplex<f32 , #linop.csr<nnz = 2>>)
