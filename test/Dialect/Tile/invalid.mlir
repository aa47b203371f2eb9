// RUN: danaus-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{fragment with role a of 'bf16': wanted 16x16, found 16x8}}
func.func private @fragment_of_another_shape() -> !tile.fragment<a, 16x8xbf16>

// -----

// expected-error @below {{element type of a fragment with role acc: wanted f32, found 'bf16'}}
func.func private @accumulator_in_bf16() -> !tile.fragment<acc, 16x8xbf16>

// -----

// expected-error @below {{element type of a fragment with role b: wanted bf16, f16 or f32, found 'f64'}}
func.func private @fragment_in_f64() -> !tile.fragment<b, 16x8xf64>

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
  // expected-error @below {{'tile.map' op body: wanted arguments f32, index, index, found 'f32'}}
  %d = tile.map %c : !tile.fragment<acc, 16x8xf32> {
  ^bb0(%v: f32):
    tile.yield %v : f32
  }
  return
}

// -----

func.func @map_that_yields_an_index_C2(%c: !tile.fragment<acc, 16x8xf32>) {
  // expected-error @below {{'tile.map' op body: wanted it to yield f32}}
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
