// One case for each constraint of a sparse stage.

// RUN: danaus-opt %s --split-input-file --verify-diagnostics

func.func @indexed_dynamic_columns_of_x_C1(%x: tensor<?x?xf32>, %w: tensor<?x2x3xf32>, %p: tensor<3xi32>, %c: tensor<?xi32>) {
  // expected-error @below {{'chain.indexed' op columns of x: wanted a static size, found ?}}
  %y = chain.indexed %x, %w at %p, %c : tensor<?x?xf32>, tensor<?x2x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xf32>
  return
}

// -----

func.func @indexed_dynamic_columns_of_y_C1(%x: tensor<?x6xf32>, %w: tensor<?x2x3xf32>, %p: tensor<3xi32>, %c: tensor<?xi32>) {
  // expected-error @below {{'chain.indexed' op columns of y: wanted a static size, found ?}}
  %y = chain.indexed %x, %w at %p, %c : tensor<?x6xf32>, tensor<?x2x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x?xf32>
  return
}

// -----

func.func @indexed_no_columns_C1(%x: tensor<?x0xf32>, %w: tensor<?x2x3xf32>, %p: tensor<3xi32>, %c: tensor<?xi32>) {
  // expected-error @below {{'chain.indexed' op columns of x: wanted >= 1, found 0}}
  %y = chain.indexed %x, %w at %p, %c : tensor<?x0xf32>, tensor<?x2x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xf32>
  return
}

// -----

func.func @indexed_block_size_C1(%x: tensor<?x6xf32>, %w: tensor<?x2x?xf32>, %p: tensor<3xi32>, %c: tensor<?xi32>) {
  // expected-error @below {{'chain.indexed' op weight: wanted blocks of a static size >= 1, found 'tensor<?x2x?xf32>'}}
  %y = chain.indexed %x, %w at %p, %c : tensor<?x6xf32>, tensor<?x2x?xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xf32>
  return
}

// -----

func.func @indexed_parts_of_blocks_C1(%x: tensor<?x6xf32>, %w: tensor<?x3x3xf32>, %p: tensor<3xi32>, %c: tensor<?xi32>) {
  // expected-error @below {{'chain.indexed' op wanted a 4 x 6 matrix of whole blocks, found blocks of 3 x 3}}
  %y = chain.indexed %x, %w at %p, %c : tensor<?x6xf32>, tensor<?x3x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xf32>
  return
}

// -----

func.func @indexed_parts_of_transposed_blocks_C1(%x: tensor<?x6xf32>, %w: tensor<?x2x3xf32>, %p: tensor<3xi32>, %c: tensor<?xi32>) {
  // expected-error @below {{'chain.indexed' op wanted a 6 x 4 matrix of whole blocks, found blocks of 2 x 3}}
  %y = chain.indexed %x, %w at %p, %c transposes : tensor<?x6xf32>, tensor<?x2x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xf32>
  return
}

// -----

func.func @indexed_pointers_C2(%x: tensor<?x6xf32>, %w: tensor<?x2x3xf32>, %p: tensor<4xi32>, %c: tensor<?xi32>) {
  // expected-error @below {{'chain.indexed' op pointers: wanted 3, found 4}}
  %y = chain.indexed %x, %w at %p, %c : tensor<?x6xf32>, tensor<?x2x3xf32> at tensor<4xi32>, tensor<?xi32> -> tensor<?x4xf32>
  return
}

// -----

func.func @indexed_places_C3(%x: tensor<?x6xf32>, %w: tensor<5x2x3xf32>, %p: tensor<3xi32>, %c: tensor<4xi32>) {
  // expected-error @below {{'chain.indexed' op places: wanted 5, found 4}}
  %y = chain.indexed %x, %w at %p, %c : tensor<?x6xf32>, tensor<5x2x3xf32> at tensor<3xi32>, tensor<4xi32> -> tensor<?x4xf32>
  return
}

// -----

func.func @indexed_rows_C4(%x: tensor<?x6xf32>, %w: tensor<?x2x3xf32>, %p: tensor<3xi32>, %c: tensor<?xi32>) {
  // expected-error @below {{'chain.indexed' op wanted as many rows in y as in x, found 'tensor<7x4xf32>' and 'tensor<?x6xf32>'}}
  %y = chain.indexed %x, %w at %p, %c : tensor<?x6xf32>, tensor<?x2x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<7x4xf32>
  return
}

// -----

func.func @indexed_element_type_of_the_weight_C4(%x: tensor<?x6xf32>, %w: tensor<?x2x3xf64>, %p: tensor<3xi32>, %c: tensor<?xi32>) {
  // expected-error @below {{'chain.indexed' op element type of weight: wanted 'f32', found 'f64'}}
  %y = chain.indexed %x, %w at %p, %c : tensor<?x6xf32>, tensor<?x2x3xf64> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xf32>
  return
}

// -----

func.func @indexed_element_type_of_y_C4(%x: tensor<?x6xf32>, %w: tensor<?x2x3xf32>, %p: tensor<3xi32>, %c: tensor<?xi32>) {
  // expected-error @below {{'chain.indexed' op element type of y: wanted 'f32', found 'bf16'}}
  %y = chain.indexed %x, %w at %p, %c : tensor<?x6xf32>, tensor<?x2x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xbf16>
  return
}

// -----

func.func @grouped_more_than_all_C1(%x: tensor<?x8xf32>, %w: tensor<6x4xf32>, %p: tensor<6x4xi8>) {
  // expected-error @below {{'chain.grouped' op wanted 1 <= n <= m, found n = 5, m = 4}}
  %y = chain.grouped %x, %w at %p n 5 m 4 axis 1 : tensor<?x8xf32>, tensor<6x4xf32> at tensor<6x4xi8> -> tensor<?x6xf32>
  return
}

// -----

func.func @grouped_axis_C1(%x: tensor<?x8xf32>, %w: tensor<6x4xf32>, %p: tensor<6x4xi8>) {
  // expected-error @below {{'chain.grouped' op wanted axis 0 or 1, found 3}}
  %y = chain.grouped %x, %w at %p n 2 m 4 axis 3 : tensor<?x8xf32>, tensor<6x4xf32> at tensor<6x4xi8> -> tensor<?x6xf32>
  return
}

// -----

func.func @grouped_rest_C1(%x: tensor<?x8xf32>, %w: tensor<6x4xf32>, %p: tensor<6x4xi8>) {
  // expected-error @below {{'chain.grouped' op wanted a multiple of m = 4 along axis 0, found a 6 x 8 matrix}}
  %y = chain.grouped %x, %w at %p n 2 m 4 axis 0 : tensor<?x8xf32>, tensor<6x4xf32> at tensor<6x4xi8> -> tensor<?x6xf32>
  return
}

// -----

func.func @grouped_weight_C2(%x: tensor<?x8xf32>, %w: tensor<6x8xf32>, %p: tensor<6x4xi8>) {
  // expected-error @below {{'chain.grouped' op weight: wanted 6x4, found 6x8}}
  %y = chain.grouped %x, %w at %p n 2 m 4 axis 1 : tensor<?x8xf32>, tensor<6x8xf32> at tensor<6x4xi8> -> tensor<?x6xf32>
  return
}

// -----

func.func @grouped_positions_C2(%x: tensor<?x8xf32>, %w: tensor<6x4xf32>, %p: tensor<6x2xi8>) {
  // expected-error @below {{'chain.grouped' op positions: wanted 6x4, found 6x2}}
  %y = chain.grouped %x, %w at %p n 2 m 4 axis 1 : tensor<?x8xf32>, tensor<6x4xf32> at tensor<6x2xi8> -> tensor<?x6xf32>
  return
}

// -----

func.func @grouped_rows_C3(%x: tensor<?x8xf32>, %w: tensor<6x4xf32>, %p: tensor<6x4xi8>) {
  // expected-error @below {{'chain.grouped' op wanted as many rows in y as in x, found 'tensor<2x6xf32>' and 'tensor<?x8xf32>'}}
  %y = chain.grouped %x, %w at %p n 2 m 4 axis 1 : tensor<?x8xf32>, tensor<6x4xf32> at tensor<6x4xi8> -> tensor<2x6xf32>
  return
}

// -----

func.func @grouped_element_type_C3(%x: tensor<?x8xf32>, %w: tensor<6x4xf32>, %p: tensor<6x4xi8>) {
  // expected-error @below {{'chain.grouped' op element type of y: wanted 'f32', found 'f16'}}
  %y = chain.grouped %x, %w at %p n 2 m 4 axis 1 : tensor<?x8xf32>, tensor<6x4xf32> at tensor<6x4xi8> -> tensor<?x6xf16>
  return
}
