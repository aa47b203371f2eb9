// RUN: danaus-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{fragment with role a of 'bf16': wanted 16x16, found 16x8}}
func.func private @fragment_of_another_shape() -> !tile.fragment<a, 16x8xbf16>

// -----

// expected-error @below {{element type of a fragment with role acc: wanted f32 or f64, found 'bf16'}}
func.func private @accumulator_in_bf16() -> !tile.fragment<acc, 16x8xbf16>

// -----

// expected-error @below {{element type of a fragment with role b: wanted bf16, f16, f32 or f64, found 'i8'}}
func.func private @fragment_in_i8() -> !tile.fragment<b, 16x8xi8>

// -----

// expected-error @below {{fragment with role b of 'f64': wanted 8x8, found 16x8}}
func.func private @fragment_of_f64_of_another_shape() -> !tile.fragment<b, 16x8xf64>

// -----

func.func @aligned_rows_of_f64_C3(%x: memref<192xf64, 3>, %i: index) {
  // expected-error @below {{'tile.load_a' op aligned: wanted elements of 2 or 4 bytes, found f64}}
  %a = tile.load_a %x[%i] row_pitch 12 aligned : memref<192xf64, 3> -> !tile.fragment<a, 16x8xf64>
  return
}

// -----

func.func @sums_of_f64_in_f32_C3(%a: !tile.fragment<a, 16x8xf64>, %b: !tile.fragment<b, 8x8xf64>, %c: !tile.fragment<acc, 16x8xf32>) {
  // expected-error @below {{'tile.mma' op element type of acc: wanted f64 for operands of f64 and f32 for others, found 'f32'}}
  %d = tile.mma %a, %b, %c : !tile.fragment<a, 16x8xf64>, !tile.fragment<b, 8x8xf64>, !tile.fragment<acc, 16x8xf32>
  return
}

// -----

func.func @map_of_f64_in_f32_C1(%c: !tile.fragment<acc, 16x8xf64>) {
  // expected-error @below {{'tile.map' op body: wanted arguments 'f64', index, index, found 'f32', 'index', 'index'}}
  %y = tile.map %c : !tile.fragment<acc, 16x8xf64> {
  ^bb0(%v: f32, %i: index, %j: index):
    tile.yield %v : f32
  }
  return
}

// -----

#lines = affine_map<(i, o) -> (i * 64 + o)>
func.func @store_of_f64_in_f32_C4(%c: !tile.fragment<acc, 16x8xf64>, %y: memref<1024xf32, 3>, %i: index) {
  // expected-error @below {{'tile.store' op element type of the buffer: wanted f64, found 'f32'}}
  tile.store %c into %y[%i, %i] step 1 map #lines : !tile.fragment<acc, 16x8xf64> into memref<1024xf32, 3>
  return
}

// -----

// expected-error @below {{wanted no column order for a fragment with role a, found split}}
func.func private @left_operand_with_split_columns() -> !tile.fragment<a, 16x16xbf16, split>

// -----

// expected-error @below {{wanted 2 dimensions, found 1}}
func.func private @fragment_of_rank_one() -> !tile.fragment<a, 16xbf16>

// -----

func.func @load_a_with_half_words_C1(%x: memref<640xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.load_a' op row_pitch: wanted a positive multiple of 2, found 41}}
  %a = tile.load_a %x[%i] row_pitch 41 : memref<640xbf16, 3> -> !tile.fragment<a, 16x16xbf16>
  return
}

// -----

func.func @aligned_load_a_with_a_pitch_that_is_not_C1(%x: memref<640xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.load_a' op row_pitch: wanted a multiple of 8 for an aligned load, found 34}}
  %a = tile.load_a %x[%i] row_pitch 34 aligned : memref<640xbf16, 3> -> !tile.fragment<a, 16x16xbf16>
  return
}

// -----

func.func @load_a_of_another_type_C2(%x: memref<640xf16, 3>, %i: index) {
  // expected-error @below {{'tile.load_a' op element type of the buffer: wanted 'bf16', found 'f16'}}
  %a = tile.load_a %x[%i] row_pitch 40 : memref<640xf16, 3> -> !tile.fragment<a, 16x16xbf16>
  return
}

// -----

func.func @load_b_of_an_unpacked_weight_C1(%w: memref<4x32x32xbf16>, %i: index) {
  // expected-error @below {{'tile.load_b' op weight: wanted a row-major memref with trailing extents 8x4x2x2, found 'memref<4x32x32xbf16>'}}
  %b = tile.load_b %w[%i] : memref<4x32x32xbf16> -> !tile.fragment<b, 16x8xbf16>
  return
}

// -----

func.func @load_b_without_an_index_C2(%w: memref<4x2x8x4x2xf32>, %i: index) {
  // expected-error @below {{'tile.load_b' op wanted 2 indices, found 1}}
  %b = tile.load_b %w[%i] : memref<4x2x8x4x2xf32> -> !tile.fragment<b, 8x8xf32>
  return
}

// -----

func.func @load_b_of_another_type_C3(%w: memref<4x8x4x2x2xf16>, %i: index) {
  // expected-error @below {{'tile.load_b' op element type of the weight: wanted 'bf16', found 'f16'}}
  %b = tile.load_b %w[%i] : memref<4x8x4x2x2xf16> -> !tile.fragment<b, 16x8xbf16>
  return
}

// -----

func.func @mma_of_two_types_C1(%a: !tile.fragment<a, 16x16xbf16>, %b: !tile.fragment<b, 16x8xf16>, %c: !tile.fragment<acc, 16x8xf32>) {
  // expected-error @below {{'tile.mma' op element type of b: wanted 'bf16', found 'f16'}}
  %d = tile.mma %a, %b, %c : !tile.fragment<a, 16x16xbf16>, !tile.fragment<b, 16x8xf16>, !tile.fragment<acc, 16x8xf32>
  return
}

// -----

func.func @mma_of_two_column_orders_C2(%a: !tile.fragment<a, 16x16xbf16>, %b: !tile.fragment<b, 16x8xbf16, split>, %c: !tile.fragment<acc, 16x8xf32>) {
  // expected-error @below {{'tile.mma' op columns of acc: wanted split, found adjacent}}
  %d = tile.mma %a, %b, %c : !tile.fragment<a, 16x16xbf16>, !tile.fragment<b, 16x8xbf16, split>, !tile.fragment<acc, 16x8xf32>
  return
}

// -----

func.func @map_without_positions_C1(%c: !tile.fragment<acc, 16x8xf32>) {
  // expected-error @below {{'tile.map' op body: wanted arguments 'f32', index, index, found 'f32'}}
  %d = tile.map %c : !tile.fragment<acc, 16x8xf32> {
  ^bb0(%v: f32):
    tile.yield %v : f32
  }
  return
}

// -----

func.func @map_that_yields_an_index_C2(%c: !tile.fragment<acc, 16x8xf32>) {
  // expected-error @below {{'tile.map' op body: wanted it to yield 'f32'}}
  %d = tile.map %c : !tile.fragment<acc, 16x8xf32> {
  ^bb0(%v: f32, %i: index, %j: index):
    tile.yield %i : index
  }
  return
}

// -----

#map = affine_map<(i, o) -> (i * 64 + o)>
func.func @store_of_three_C1(%c: !tile.fragment<acc, 16x8xf32>, %y: memref<1024xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.store' op accumulators: wanted 1, 2, 4 or 8, found 3}}
  tile.store %c, %c, %c into %y[%i, %i] step 1 map #map
      : !tile.fragment<acc, 16x8xf32>, !tile.fragment<acc, 16x8xf32>, !tile.fragment<acc, 16x8xf32> into memref<1024xbf16, 3>
  return
}

// -----

#map = affine_map<(i, o) -> (i * 64 + o)>
func.func @store_of_two_with_adjacent_columns_C1(%c: !tile.fragment<acc, 16x8xf32>, %y: memref<1024xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.store' op accumulators: wanted 1, found 2}}
  tile.store %c, %c into %y[%i, %i] step 1 map #map adjacent_columns
      : !tile.fragment<acc, 16x8xf32>, !tile.fragment<acc, 16x8xf32> into memref<1024xbf16, 3>
  return
}

// -----

#map = affine_map<(i, o) -> (i * 64 + o)>
func.func @store_of_two_column_orders_C2(%c: !tile.fragment<acc, 16x8xf32>, %d: !tile.fragment<acc, 16x8xf32, split>, %y: memref<1024xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.store' op accumulators: wanted all '!tile.fragment<acc, 16x8xf32>', found '!tile.fragment<acc, 16x8xf32, split>'}}
  tile.store %c, %d into %y[%i, %i] step 1 map #map
      : !tile.fragment<acc, 16x8xf32>, !tile.fragment<acc, 16x8xf32, split> into memref<1024xbf16, 3>
  return
}

// -----

#map = affine_map<(i, o) -> (i * 64 + o)>
func.func @store_of_split_columns_as_adjacent_C2(%c: !tile.fragment<acc, 16x8xf32, split>, %y: memref<1024xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.store' op adjacent_columns: wanted columns adjacent, found split}}
  tile.store %c into %y[%i, %i] step 1 map #map adjacent_columns
      : !tile.fragment<acc, 16x8xf32, split> into memref<1024xbf16, 3>
  return
}

// -----

func.func @store_by_a_map_of_one_dimension_C3(%c: !tile.fragment<acc, 16x8xf32>, %y: memref<1024xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.store' op map: wanted 2 dimensions and 1 result, found affine_map<(d0) -> (d0)>}}
  tile.store %c into %y[%i, %i] step 1 map affine_map<(i) -> (i)> : !tile.fragment<acc, 16x8xf32> into memref<1024xbf16, 3>
  return
}

// -----

#map = affine_map<(i, o) -> (i * 64 + o)>
func.func @store_in_f64_C4(%c: !tile.fragment<acc, 16x8xf32>, %y: memref<1024xf64, 3>, %i: index) {
  // expected-error @below {{'tile.store' op element type of the buffer: wanted f32, f16 or bf16, found 'f64'}}
  tile.store %c into %y[%i, %i] step 1 map #map : !tile.fragment<acc, 16x8xf32> into memref<1024xf64, 3>
  return
}

// -----

// expected-error @below {{columns of sums: wanted a multiple of 8 up to 256, found 12}}
func.func private @sums_of_odd_width() -> !tile.sums<12>

// -----

// expected-error @below {{element type of a descriptor: wanted bf16 or f16, found 'f32'}}
func.func private @descriptor_in_f32() -> !tile.descriptor<f32>

// -----

func.func @map_of_one_dimension_C1(%x: memref<?x4096xbf16>, %n: index) {
  // expected-error @below {{'tile.tensor_map' op sizes: wanted 2 to 5, found 1}}
  %map = tile.tensor_map %x rows %n sizes [4096] strides [1] box [64] : memref<?x4096xbf16>
  return
}

// -----

func.func @map_without_a_stride_C1(%x: memref<?x4096xbf16>, %n: index) {
  // expected-error @below {{'tile.tensor_map' op wanted 2 strides and box extents, found 1 and 2}}
  %map = tile.tensor_map %x rows %n sizes [4096, -1] strides [1] box [64, 128] : memref<?x4096xbf16>
  return
}

// -----

func.func @map_of_rows_twice_C1(%x: memref<?x4096xbf16>, %n: index) {
  // expected-error @below {{'tile.tensor_map' op sizes: wanted positive ones and -1 at most once, found -1, -1}}
  %map = tile.tensor_map %x rows %n sizes [-1, -1] strides [1, 4096] box [64, 128] : memref<?x4096xbf16>
  return
}

// -----

func.func @map_with_unaligned_rows_C2(%x: memref<?x4096xbf16>, %n: index) {
  // expected-error @below {{'tile.tensor_map' op strides: wanted 1, then positive multiples of 8, found 1, 4092}}
  %map = tile.tensor_map %x rows %n sizes [4096, -1] strides [1, 4092] box [64, 128] : memref<?x4096xbf16>
  return
}

// -----

func.func @map_with_boxes_too_wide_C3(%x: memref<?x4096xbf16>, %n: index) {
  // expected-error @below {{'tile.tensor_map' op box: wanted extents of 1 to 256, the first 8, 16, 32 or 64, found 128, 128}}
  %map = tile.tensor_map %x rows %n sizes [4096, -1] strides [1, 4096] box [128, 128] : memref<?x4096xbf16>
  return
}

// -----

func.func @map_of_f32_C4(%x: memref<?x4096xf32>, %n: index) {
  // expected-error @below {{'tile.tensor_map' op source: wanted a row-major memref of f16 or bf16, found 'memref<?x4096xf32>'}}
  %map = tile.tensor_map %x rows %n sizes [4096, -1] strides [1, 4096] box [64, 128] : memref<?x4096xf32>
  return
}

// -----

func.func @load_at_one_coordinate_C1(%map: !llvm.ptr, %ring: memref<8192xbf16, 3>, %barriers: memref<8xi64, 3>, %i: index) {
  // expected-error @below {{'tile.bulk_load' op coordinates: wanted 2 to 5, found 1}}
  tile.bulk_load %map[%i] into %ring[%i] signals %barriers[%i] : memref<8192xbf16, 3>, memref<8xi64, 3>
  return
}

// -----

func.func @store_at_six_coordinates_C1(%map: !llvm.ptr, %ring: memref<8192xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.bulk_store' op coordinates: wanted 2 to 5, found 6}}
  tile.bulk_store %ring[%i] into %map[%i, %i, %i, %i, %i, %i] : memref<8192xbf16, 3>
  return
}

// -----

func.func @barrier_without_arrivals_C1(%barriers: memref<8xi64, 3>, %i: index) {
  // expected-error @below {{'tile.barrier_init' op attribute 'count' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  tile.barrier_init %barriers[%i] count 0 : memref<8xi64, 3>
  return
}

// -----

func.func @barrier_for_no_bytes_C1(%barriers: memref<8xi64, 3>, %i: index) {
  // expected-error @below {{'tile.barrier_expect' op attribute 'bytes' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  tile.barrier_expect %barriers[%i] bytes 0 : memref<8xi64, 3>
  return
}

// -----

func.func @describe_as_another_type_C1(%ring: memref<8192xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.describe' op element type of the buffer: wanted 'f16', found 'bf16'}}
  %m = tile.describe %ring[%i] : memref<8192xbf16, 3> -> !tile.descriptor<f16>
  return
}

// -----

func.func @fence_that_changes_the_type_C1(%sums: !tile.sums<256>) {
  // expected-error @below {{'tile.wgmma_fence' op results: wanted the types of the operands, found '!tile.sums<128>'}}
  %ready = tile.wgmma_fence of %sums : !tile.sums<256> -> !tile.sums<128>
  return
}

// -----

func.func @wgmma_of_two_types_C1(%a: !tile.descriptor<bf16>, %b: !tile.descriptor<f16>) {
  // expected-error @below {{'tile.wgmma' op element type of b: wanted 'bf16', found 'f16'}}
  %s = tile.wgmma %a, %b step 0 : !tile.descriptor<bf16>, !tile.descriptor<f16> -> !tile.sums<64>
  return
}

// -----

func.func @wgmma_past_the_rows_C2(%a: !tile.descriptor<bf16>) {
  // expected-error @below {{'tile.wgmma' op step: wanted 0 to 3, found 4}}
  %s = tile.wgmma %a, %a step 4 : !tile.descriptor<bf16>, !tile.descriptor<bf16> -> !tile.sums<64>
  return
}

// -----

func.func @wgmma_on_sums_of_another_width_C3(%a: !tile.descriptor<bf16>, %acc: !tile.sums<128>) {
  // expected-error @below {{'tile.wgmma' op acc: wanted '!tile.sums<64>', found '!tile.sums<128>'}}
  %s = tile.wgmma %a, %a add %acc step 0 : !tile.descriptor<bf16>, !tile.descriptor<bf16>, !tile.sums<128> -> !tile.sums<64>
  return
}

// -----

func.func @stage_of_a_part_of_a_box_C1(%sums: !tile.sums<128>, %y: memref<8192xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.stage' op width: wanted 8, 16, 32 or 64 that divides the count 96, found 64}}
  tile.stage %sums columns 0 count 96 into %y[%i] width 64 : !tile.sums<128> into memref<8192xbf16, 3>
  return
}

// -----

func.func @stage_past_the_last_column_C2(%sums: !tile.sums<128>, %y: memref<8192xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.stage' op columns: wanted a multiple of 8 and 128 columns of 128 from there, found 64}}
  tile.stage %sums columns 64 count 128 into %y[%i] width 64 : !tile.sums<128> into memref<8192xbf16, 3>
  return
}

// -----

func.func @stage_of_three_blocks_C4(%sums: !tile.sums<128>, %y: memref<8192xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.stage' op sums: wanted 1, 2, 4 or 8 of one type, found '!tile.sums<128>', '!tile.sums<128>', '!tile.sums<128>'}}
  tile.stage %sums, %sums, %sums columns 0 count 128 into %y[%i] width 64 : !tile.sums<128>, !tile.sums<128>, !tile.sums<128> into memref<8192xbf16, 3>
  return
}

// -----

func.func @stage_of_blocks_in_short_boxes_C4(%sums: !tile.sums<128>, %y: memref<8192xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.stage' op width and first column: wanted multiples of 16, found 8 and 0}}
  tile.stage %sums, %sums columns 0 count 128 into %y[%i] width 8 : !tile.sums<128>, !tile.sums<128> into memref<8192xbf16, 3>
  return
}

// -----

func.func @stage_in_f32_C3(%sums: !tile.sums<128>, %y: memref<8192xf32, 3>, %i: index) {
  // expected-error @below {{'tile.stage' op element type of the buffer: wanted f16 or bf16, found 'f32'}}
  tile.stage %sums columns 0 count 128 into %y[%i] width 64 : !tile.sums<128> into memref<8192xf32, 3>
  return
}

// -----

func.func @load_with_a_map_of_one_dimension(%x: memref<640xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.load' op map: wanted 2 dimensions and 1 result, found affine_map<(d0) -> (d0)>}}
  %r = tile.load %x[%i] map affine_map<(i) -> (i)> matrices : memref<640xbf16, 3> -> !tile.fragment<b, 16x8xbf16>
  return
}

// -----

func.func @load_of_another_type(%x: memref<640xf16, 3>, %i: index) {
  // expected-error @below {{'tile.load' op element type of the buffer: wanted 'bf16', found 'f16'}}
  %r = tile.load %x[%i] map affine_map<(i, j) -> (i + j)> matrices : memref<640xf16, 3> -> !tile.fragment<b, 16x8xbf16>
  return
}

// -----

func.func @load_of_pairs_without_matrices(%x: memref<640xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.load' op wanted matrices of elements of 2 bytes, or a left operand of f32 or f64 without, found '!tile.fragment<b, 16x8xbf16>' without}}
  %r = tile.load %x[%i] map affine_map<(i, j) -> (i + j)> : memref<640xbf16, 3> -> !tile.fragment<b, 16x8xbf16>
  return
}

// -----

func.func @load_of_f32_as_right_operand(%x: memref<640xf32, 3>, %i: index) {
  // expected-error @below {{'tile.load' op wanted matrices of elements of 2 bytes, or a left operand of f32 or f64 without, found '!tile.fragment<b, 8x8xf32>' without}}
  %r = tile.load %x[%i] map affine_map<(i, j) -> (i + j)> : memref<640xf32, 3> -> !tile.fragment<b, 8x8xf32>
  return
}

// -----

func.func @load_of_split_columns(%x: memref<640xbf16, 3>, %i: index) {
  // expected-error @below {{'tile.load' op columns: wanted adjacent, found split}}
  %r = tile.load %x[%i] map affine_map<(i, j) -> (i + j)> matrices : memref<640xbf16, 3> -> !tile.fragment<b, 16x8xbf16, split>
  return
}

// -----

func.func @turn_into_another_type(%b: !tile.fragment<b, 16x8xbf16>) {
  // expected-error @below {{'tile.turn' op element type of the result: wanted 'bf16', found 'f16'}}
  %a = tile.turn %b, %b : !tile.fragment<b, 16x8xbf16> -> !tile.fragment<a, 16x16xf16>
  return
}

// -----

func.func @turn_of_split_columns(%b: !tile.fragment<b, 16x8xbf16, split>) {
  // expected-error @below {{'tile.turn' op columns: wanted adjacent, found split}}
  %a = tile.turn %b, %b : !tile.fragment<b, 16x8xbf16, split> -> !tile.fragment<a, 16x16xbf16>
  return
}

// -----

func.func @collect_of_nothing(%sums: memref<2048xf32, 3>, %i: index) {
  // expected-error @below {{'tile.collect' op attribute 'count' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %all = tile.collect %sums[%i] count 0 stride 128 : memref<2048xf32, 3> -> !tile.fragment<acc, 16x8xf32>
  return
}

// -----

func.func @library_product_of_two_weights_C1(%x: memref<?x512xbf16>, %w: memref<2x256x512xbf16>, %y: memref<?x256xbf16>) {
  // expected-error @below {{'tile.library_product' op w: wanted static b x c behind extents of 1, found 'memref<2x256x512xbf16>'}}
  %done = tile.library_product %x, %w, %y : memref<?x512xbf16>, memref<2x256x512xbf16>, memref<?x256xbf16>
  return
}

// -----

func.func @library_product_of_other_columns_C1(%x: memref<?x256xbf16>, %w: memref<256x512xbf16>, %y: memref<?x256xbf16>) {
  // expected-error @below {{'tile.library_product' op x: wanted rows x 512, found 'memref<?x256xbf16>'}}
  %done = tile.library_product %x, %w, %y : memref<?x256xbf16>, memref<256x512xbf16>, memref<?x256xbf16>
  return
}

// -----

func.func @library_product_with_other_results_C1(%x: memref<?x512xbf16>, %w: memref<256x512xbf16>, %y: memref<?x512xbf16>) {
  // expected-error @below {{'tile.library_product' op y: wanted rows x 256, found 'memref<?x512xbf16>'}}
  %done = tile.library_product %x, %w, %y : memref<?x512xbf16>, memref<256x512xbf16>, memref<?x512xbf16>
  return
}

// -----

func.func @library_product_of_two_types_C2(%x: memref<?x512xbf16>, %w: memref<256x512xbf16>, %y: memref<?x256xf16>) {
  // expected-error @below {{'tile.library_product' op wanted row-major memrefs of f16 or of bf16, found 'memref<?x256xf16>'}}
  %done = tile.library_product %x, %w, %y : memref<?x512xbf16>, memref<256x512xbf16>, memref<?x256xf16>
  return
}

// -----

func.func @library_product_of_rows_apart_C2(%x: memref<?x512xbf16, strided<[1024, 1]>>, %w: memref<256x512xbf16>, %y: memref<?x256xbf16>) {
  // expected-error @below {{'tile.library_product' op wanted row-major memrefs of f16 or of bf16, found 'memref<?x512xbf16, strided<[1024, 1]>>'}}
  %done = tile.library_product %x, %w, %y : memref<?x512xbf16, strided<[1024, 1]>>, memref<256x512xbf16>, memref<?x256xbf16>
  return
}

// -----

func.func @join_of_split_columns_C1(%s: !tile.fragment<acc, 16x8xf32, split>) {
  // expected-error @below {{'tile.join' op columns: wanted adjacent, found split}}
  %a = tile.join %s, %s : !tile.fragment<acc, 16x8xf32, split> -> !tile.fragment<a, 16x16xbf16>
  return
}

// -----

func.func @join_to_f32_C2(%s: !tile.fragment<acc, 16x8xf32>) {
  // expected-error @below {{'tile.join' op element type of the result: wanted f16 or bf16, found 'f32'}}
  %a = tile.join %s, %s : !tile.fragment<acc, 16x8xf32> -> !tile.fragment<a, 16x8xf32>
  return
}

// -----

func.func @wgmma_past_a_left_operand_C2(%a: !tile.left<bf16, 16>, %b: !tile.descriptor<bf16>) {
  // expected-error @below {{'tile.wgmma' op step: wanted 0 to 0, found 1}}
  %s = tile.wgmma %a, %b step 1 : !tile.left<bf16, 16>, !tile.descriptor<bf16> -> !tile.sums<64>
  return
}

// -----

func.func @left_operands_of_two_types_C1(%z: !tile.sums<16>, %u: !tile.sums<32>) {
  // expected-error @below {{'tile.left_operands' op wanted sums of one type and left operands of one type}}
  %a = tile.left_operands of %z, %u : !tile.sums<16>, !tile.sums<32> -> !tile.left<bf16, 32>
  return
}

// -----

func.func @left_operands_of_other_columns_C2(%z: !tile.sums<32>) {
  // expected-error @below {{'tile.left_operands' op left operands: wanted 32 columns in all, found 16}}
  %a = tile.left_operands of %z : !tile.sums<32> -> !tile.left<bf16, 16>
  return
}

// -----

func.func @left_operands_of_few_columns_C3(%z: !tile.sums<8>) {
  // expected-error @below {{'tile.left_operands' op columns that stay together: wanted a multiple of 8, or 4 of an even number of sums and left operands, found 2 of 8 and 4}}
  %a:4 = tile.left_operands of %z, %z, %z, %z, %z, %z, %z, %z : !tile.sums<8>, !tile.sums<8>, !tile.sums<8>, !tile.sums<8>, !tile.sums<8>, !tile.sums<8>, !tile.sums<8>, !tile.sums<8> -> !tile.left<bf16, 16>, !tile.left<bf16, 16>, !tile.left<bf16, 16>, !tile.left<bf16, 16>
  return
}

// -----

func.func @park_that_signals_nobody_C1(%sum: !tile.fragment<acc, 16x8xf32>, %sums: memref<2048xf32, 3>, %barriers: memref<8xi64, 3>, %i: index) {
  // expected-error @below {{'tile.park' op signals: wanted the block whose barriers these are, behind 'of'}}
  tile.park %sum into %sums[%i] signals %barriers[%i] : !tile.fragment<acc, 16x8xf32> into memref<2048xf32, 3>, memref<8xi64, 3>
  return
}

// -----

func.func @part_past_the_last_column_C1(%sums: !tile.sums<56>) {
  // expected-error @below {{'tile.part' op column: wanted a multiple of 8 below 56, found 56}}
  %part = tile.part %sums column 56 : !tile.sums<56> -> !tile.fragment<acc, 16x8xf32>
  return
}

// -----

func.func @part_with_split_columns_C2(%sums: !tile.sums<56>) {
  // expected-error @below {{'tile.part' op result: wanted adjacent columns, found '!tile.fragment<acc, 16x8xf32, split>'}}
  %part = tile.part %sums column 8 : !tile.sums<56> -> !tile.fragment<acc, 16x8xf32, split>
  return
}

// -----

func.func @lay_in_f32_C1(%sum: !tile.fragment<acc, 16x8xf32>, %rows: memref<4096xf32, 3>, %i: index) {
  // expected-error @below {{'tile.lay' op element type of the buffer: wanted f16 or bf16, found 'f32'}}
  tile.lay %sum into %rows[%i] row %i column %i : !tile.fragment<acc, 16x8xf32> into memref<4096xf32, 3>
  return
}

// -----

func.func @lay_of_split_columns_C1(%sum: !tile.fragment<acc, 16x8xf32, split>, %rows: memref<4096xf16, 3>, %i: index) {
  // expected-error @below {{'tile.lay' op acc: wanted adjacent columns, found '!tile.fragment<acc, 16x8xf32, split>'}}
  tile.lay %sum into %rows[%i] row %i column %i : !tile.fragment<acc, 16x8xf32, split> into memref<4096xf16, 3>
  return
}

// -----

func.func @lay_to_blocks_without_barriers_C2(%sum: !tile.fragment<acc, 16x8xf32>, %rows: memref<4096xf16, 3>, %i: index) {
  // expected-error @below {{'tile.lay' op to: wanted barriers of the blocks, behind 'signals'}}
  "tile.lay"(%sum, %rows, %i, %i, %i) <{blocks = 8 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 0, 0>}>
      : (!tile.fragment<acc, 16x8xf32>, memref<4096xf16, 3>, index, index, index) -> ()
  return
}
