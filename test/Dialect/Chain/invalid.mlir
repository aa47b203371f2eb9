// RUN: danaus-opt %s --split-input-file --verify-diagnostics

func.func @stage_without_blocks_C1(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op pattern: wanted a, b, c, d >= 1, found (4, 0, 2, 1)}}
  %y = chain.stage %x, %w pattern(4, 0, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_too_large_C1(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op pattern: wanted a b c d below 2^62, found more}}
  %y = chain.stage %x, %w pattern(1, 3, 3, 6148914691236517208) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_order_of_other_letters_C2(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op order "abe": letter 'e' is not one of 'abcd'}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abe" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_order_with_a_letter_twice_C2(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op order "abb": letter 'b' occurs twice}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abb" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_order_without_c_C2(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op order "ab": letter 'c' is missing}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "ab" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_columns_of_x_C3(%x: tensor<?x9xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op columns of x: wanted a c d = 8, found 9}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x9xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_columns_of_y_C3(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op columns of y: wanted a b d = 12, found 11}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x11xf32>
  return
}

// -----

func.func @stage_rows_C3(%x: tensor<5x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op rows of y: wanted 5, found 6}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<5x8xf32>, tensor<4x3x2xf32> -> tensor<6x12xf32>
  return
}

// -----

func.func @stage_weight_C4(%x: tensor<?x8xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @below {{'chain.stage' op weight: wanted 'tensor<4x3x2xf32>', found 'tensor<4x2x3xf32>'}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x2x3xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_packed_weight_C4(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op weight: wanted 'tensor<4x1x2x16xf32>', found 'tensor<4x3x2xf32>'}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16>) : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_packing_without_lanes_C4(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op packing: wanted lanes, panel, group, digit, per_lane >= 1, found #chain.packing<kind = panel_b, lanes = 0>}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 0>) : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_element_type_C5(%x: tensor<?x8xf32>, %w: tensor<4x3x2xbf16>) {
  // expected-error @below {{'chain.stage' op element type of the weight: wanted 'f32', found 'bf16'}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xbf16> -> tensor<?x12xf32>
  return
}

// -----

func.func @map_extra_of_another_length_C1(%x: tensor<?x12xf32>, %e: tensor<11xf32>) {
  // expected-error @below {{'chain.map' op operand 0: wanted the shape of 'tensor<?x12xf32>' or its columns, found 'tensor<11xf32>'}}
  %y = chain.map %x, %e : tensor<?x12xf32>, tensor<11xf32> -> tensor<?x12xf32> {
  ^bb0(%v: f32, %b: f32):
    chain.yield %v : f32
  }
  return
}

// -----

func.func @map_extra_of_rank_3_C1(%x: tensor<?x12xf32>, %e: tensor<1x1x12xf32>) {
  // expected-error @below {{'chain.map' op operand 0: wanted the shape of 'tensor<?x12xf32>' or its columns, found 'tensor<1x1x12xf32>'}}
  %y = chain.map %x, %e : tensor<?x12xf32>, tensor<1x1x12xf32> -> tensor<?x12xf32> {
  ^bb0(%v: f32, %b: f32):
    chain.yield %v : f32
  }
  return
}

// -----

func.func @map_result_C2(%x: tensor<?x12xf32>, %e: tensor<12xf32>) {
  // expected-error @below {{'chain.map' op result: wanted the shape of 'tensor<?x12xf32>', found 'tensor<5x12xf32>'}}
  %y = chain.map %x, %e : tensor<?x12xf32>, tensor<12xf32> -> tensor<5x12xf32> {
  ^bb0(%v: f32, %b: f32):
    chain.yield %v : f32
  }
  return
}

// -----

func.func @map_arguments_C3(%x: tensor<?x12xf32>, %e: tensor<12xf32>) {
  // expected-error @below {{'chain.map' op body: wanted 2 arguments, found 1}}
  %y = chain.map %x, %e : tensor<?x12xf32>, tensor<12xf32> -> tensor<?x12xf32> {
  ^bb0(%v: f32):
    chain.yield %v : f32
  }
  return
}

// -----

func.func @map_argument_type_C3(%x: tensor<?x12xf32>, %e: tensor<12xf32>) {
  // expected-error @below {{'chain.map' op body argument 1: wanted 'f32', found 'bf16'}}
  %y = chain.map %x, %e : tensor<?x12xf32>, tensor<12xf32> -> tensor<?x12xf32> {
  ^bb0(%v: f32, %b: bf16):
    chain.yield %v : f32
  }
  return
}

// -----

func.func @map_yield_C3(%x: tensor<?x12xf32>, %e: tensor<12xf32>) {
  // expected-error @below {{'chain.map' op body: wanted it to yield 'bf16'}}
  %y = chain.map %x, %e : tensor<?x12xf32>, tensor<12xf32> -> tensor<?x12xbf16> {
  ^bb0(%v: f32, %b: f32):
    chain.yield %v : f32
  }
  return
}

// -----

func.func @kernel_arguments_C1(%x: tensor<?x8xf32>, %init: tensor<?x8xf32>) {
  // expected-error @below {{'chain.kernel' op body: wanted 1 arguments, found 2}}
  %y = chain.kernel ins(%x : tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) {
  ^bb0(%a: tensor<?x8xf32>, %b: tensor<?x8xf32>):
    chain.yield %a : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return
}

// -----

func.func @kernel_argument_type_C1(%x: tensor<?x8xf32>, %init: tensor<?x8xf32>) {
  // expected-error @below {{'chain.kernel' op body argument 0: wanted 'tensor<?x8xf32>', found 'tensor<5x8xf32>'}}
  %y = chain.kernel ins(%x : tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) {
  ^bb0(%a: tensor<5x8xf32>):
    chain.yield %a : tensor<5x8xf32>
  } -> tensor<?x8xf32>
  return
}

// -----

func.func @kernel_that_permutes_its_result_C2(%x: tensor<?x8xf32>, %init: tensor<?x8xf32>) {
  %y = chain.kernel ins(%x : tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) {
  ^bb0(%a: tensor<?x8xf32>):
    // expected-error @below {{'chain.permute' op wanted a stage that reads it as activations, found chain.yield}}
    %p = chain.permute %a sizes [4, 2] order [1, 0] : tensor<?x8xf32>
    chain.yield %p : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return
}

// -----

func.func @kernel_with_other_ops_C2(%x: tensor<?x8xf32>, %init: tensor<?x8xf32>) {
  // expected-error @below {{'chain.kernel' op body: wanted only chain.stage, chain.map, chain.permute and chain.yield, found math.exp}}
  %y = chain.kernel ins(%x : tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) {
  ^bb0(%a: tensor<?x8xf32>):
    %e = math.exp %a : tensor<?x8xf32>
    chain.yield %a : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return
}

// -----

func.func @kernel_yield_C3(%x: tensor<?x8xf32>, %init: tensor<?x9xf32>) {
  // expected-error @below {{'chain.kernel' op body: wanted it to yield 'tensor<?x9xf32>'}}
  %y = chain.kernel ins(%x : tensor<?x8xf32>) outs(%init : tensor<?x9xf32>) {
  ^bb0(%a: tensor<?x8xf32>):
    chain.yield %a : tensor<?x8xf32>
  } -> tensor<?x9xf32>
  return
}

// -----

func.func @kernel_of_tensor_and_memref_C4(%x: tensor<?x8xf32>, %init: memref<?x8xf32>) {
  // expected-error @below {{'chain.kernel' op wanted inputs and init to be all tensors or all memrefs}}
  chain.kernel ins(%x : tensor<?x8xf32>) outs(%init : memref<?x8xf32>) {
  ^bb0(%a: tensor<?x8xf32>):
    chain.yield %a : tensor<?x8xf32>
  }
  return
}

// -----

func.func @kernel_on_tensors_without_a_result_C4(%x: tensor<?x8xf32>, %init: tensor<?x8xf32>) {
  // expected-error @below {{'chain.kernel' op wanted a result on tensors, found none}}
  chain.kernel ins(%x : tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) {
  ^bb0(%a: tensor<?x8xf32>):
    chain.yield %a : tensor<?x8xf32>
  }
  return
}

// -----

func.func @kernel_on_memrefs_with_a_result_C4(%x: memref<?x8xf32>, %init: memref<?x8xf32>) {
  // expected-error @below {{'chain.kernel' op wanted no result on memrefs, found one}}
  %y = chain.kernel ins(%x : memref<?x8xf32>) outs(%init : memref<?x8xf32>) {
  ^bb0(%a: tensor<?x8xf32>):
    chain.yield %a : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return
}

// -----

func.func @kernel_without_inits(%x: tensor<?x8xf32>) {
  // expected-error @below {{'chain.kernel' op wanted one init, found 0}}
  "chain.kernel"(%x) <{operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%a: tensor<?x8xf32>):
    chain.yield %a : tensor<?x8xf32>
  }) : (tensor<?x8xf32>) -> ()
  return
}

// -----

func.func @kernel_without_inputs(%init: tensor<?x8xf32>) {
  // expected-error @below {{'chain.kernel' op wanted activations as the first input, found no input}}
  "chain.kernel"(%init) <{operandSegmentSizes = array<i32: 0, 1>}> ({
  ^bb0(%a: tensor<?x8xf32>):
    chain.yield %a : tensor<?x8xf32>
  }) : (tensor<?x8xf32>) -> ()
  return
}

// -----

func.func @contract_weight_C1(%x: memref<?x8xf32>, %w: memref<4x3x2xf32>, %y: memref<?x12xf32>) {
  // expected-error @below {{'chain.contract' op weight: wanted 'tensor<4x1x2x16xf32>', found 'tensor<4x3x2xf32>'}}
  chain.contract ins(%x, %w : memref<?x8xf32>, memref<4x3x2xf32>) outs(%y : memref<?x12xf32>) pattern(4, 3, 2, 1) order "abc"
      packing(<kind = panel_b, lanes = 16>) block_rows(8) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @contract_body_C2(%x: memref<?x8xf32>, %w: memref<4x1x2x16xf32>, %y: memref<?x12xf32>) {
  // expected-error @below {{'chain.contract' op body argument 0: wanted 'f32', found 'bf16'}}
  chain.contract ins(%x, %w : memref<?x8xf32>, memref<4x1x2x16xf32>) outs(%y : memref<?x12xf32>) pattern(4, 3, 2, 1) order "abc"
      packing(<kind = panel_b, lanes = 16>) block_rows(8) {
  ^bb0(%sum: bf16):
    chain.yield %sum : bf16
  }
  return
}

// -----

func.func @contract_block_rows_C3(%x: memref<?x8xf32>, %w: memref<4x1x2x16xf32>, %y: memref<?x12xf32>) {
  // expected-error @below {{'chain.contract' op wanted block_rows >= 1, found 0}}
  chain.contract ins(%x, %w : memref<?x8xf32>, memref<4x1x2x16xf32>) outs(%y : memref<?x12xf32>) pattern(4, 3, 2, 1) order "abc"
      packing(<kind = panel_b, lanes = 16>) block_rows(0) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @schedule_with_an_unknown_unit() attributes {
  // expected-error @below {{expected one of [fma, mma_sync, amx, wgmma] for the arithmetic unit that a kernel runs on, got: abacus}}
  // expected-error @below {{failed to parse Chain_ScheduleAttr parameter 'unit' which is to be a `::danaus::chain::Unit`}}
  test.a = #chain.schedule<unit = abacus>
} {
  return
}

// -----

func.func @schedule_with_an_unknown_axis() attributes {
  // expected-error @below {{expected one of [b, d] for the block dimension that vector lanes run along, got: c}}
  test.a = #chain.schedule<axes = [c]>
} {
  return
}

// -----

func.func @contract_on_activations_of_rank_3(%x: memref<2x4x8xf32>, %w: memref<4x1x2x16xf32>, %y: memref<2x4x12xf32>) {
  // expected-error @below {{'chain.contract' op wanted x and y of rank 2, found ranks 3 and 3}}
  chain.contract ins(%x, %w : memref<2x4x8xf32>, memref<4x1x2x16xf32>) outs(%y : memref<2x4x12xf32>) pattern(4, 3, 2, 1) order "abc"
      packing(<kind = panel_b, lanes = 16>) block_rows(8) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @contract_digits_C4(%x: memref<?x32xf32>, %w: memref<2x1x16x16xf32>, %y: memref<?x32xf32>) {
  // expected-error @below {{'chain.contract' op x_digits: wanted a permutation of the digits of (1, 16, 2), found #chain.digits<sizes = [4, 3], order = [1, 0]>}}
  chain.contract ins(%x, %w : memref<?x32xf32>, memref<2x1x16x16xf32>) outs(%y : memref<?x32xf32>) pattern(1, 16, 16, 2) order "dbc"
      packing(<kind = panel_b, lanes = 16>) block_rows(2) attributes {x_digits = #chain.digits<sizes = [4, 3], order = [1, 0]>} {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @contract_digits_along_d_C4(%x: memref<?x512xf32>, %w: memref<2x4x16x2x16xf32>, %y: memref<?x256xf32>) {
  // expected-error @below {{'chain.contract' op x_digits: wanted packing panel_b, panel_d and vectors of d fastest, or vnni and all of c fastest, found #chain.packing<kind = panel_d, lanes = 16, panel = 2> and #chain.digits<sizes = [8, 32, 2], order = [0, 2, 1]>}}
  chain.contract ins(%x, %w : memref<?x512xf32>, memref<2x4x16x2x16xf32>) outs(%y : memref<?x256xf32>) pattern(1, 8, 16, 32) order "dbc"
      packing(<kind = panel_d, lanes = 16, panel = 2>) block_rows(2) attributes {x_digits = #chain.digits<sizes = [8, 32, 2], order = [0, 2, 1]>} {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @contract_result_digits_C5(%x: memref<?x16xf32>, %w: memref<4x1x4x32xf32>, %y: memref<?x128xf32>) {
  // expected-error @below {{'chain.contract' op y_digits: wanted whole vectors that stay together, found #chain.digits<sizes = [16, 8], order = [1, 0]> for #chain.packing<kind = panel_b, lanes = 16, panel = 2>}}
  chain.contract ins(%x, %w : memref<?x16xf32>, memref<4x1x4x32xf32>) outs(%y : memref<?x128xf32>) pattern(4, 32, 4, 1) order "abc"
      packing(<kind = panel_b, lanes = 16, panel = 2>) block_rows(2) attributes {y_digits = #chain.digits<sizes = [16, 8], order = [1, 0]>} {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @contract_of_bytes_and_floats_C5(%x: memref<?x8xi8>, %w: memref<4x1x2x16xf32>, %y: memref<?x12xf32>) {
  // expected-error @below {{'chain.contract' op element types of x and the weight: wanted i8, floating-point or one complex type, found 'i8' and 'f32'}}
  chain.contract ins(%x, %w : memref<?x8xi8>, memref<4x1x2x16xf32>) outs(%y : memref<?x12xf32>) pattern(4, 3, 2, 1) order "abc"
      packing(<kind = panel_b, lanes = 16>) block_rows(2) {
  ^bb0(%sum: i32):
    %0 = arith.sitofp %sum : i32 to f32
    chain.yield %0 : f32
  }
  return
}

// -----

func.func @stage_of_sums_C5(%x: tensor<?x8xi32>, %w: tensor<4x3x2xi32>) {
  // expected-error @below {{'chain.stage' op element type of x: wanted i8 or floating-point, found i32}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xi32>, tensor<4x3x2xi32> -> tensor<?x12xi32>
  return
}

// -----

func.func @stage_of_bytes_to_bytes_C6(%x: tensor<?x8xi8>, %w: tensor<4x3x2xi8>) {
  // expected-error @below {{'chain.stage' op element type of y: wanted i32, found 'i8'}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xi8>, tensor<4x3x2xi8> -> tensor<?x12xi8>
  return
}

// -----

func.func @stage_of_floats_to_sums_C6(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op element type of y: wanted floating-point, found 'i32'}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xi32>
  return
}

// -----

func.func @stage_packing_group_C4(%x: tensor<?x8xf32>, %w: tensor<4x1x2x16xf32>) {
  // expected-error @below {{'chain.stage' op packing: wanted d = 1 and, for b = 3, whole groups of columns and a digit that divides them, found #chain.packing<kind = panel_b, lanes = 16, group = 2, digit = 2>}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16, group = 2, digit = 2>) : tensor<?x8xf32>, tensor<4x1x2x16xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_digits_not_a_permutation_C7(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op x_digits: wanted sizes >= 1 and a permutation of 2 digits, found #chain.digits<sizes = [4, 2], order = [1, 1]>}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" x_digits(<sizes = [4, 2], order = [1, 1]>) : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_digits_of_other_columns_C7(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) {
  // expected-error @below {{'chain.stage' op x_digits: wanted a c d = 8 columns, found 12}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" x_digits(<sizes = [4, 3], order = [1, 0]>) : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_transform_not_square_C8(%x: tensor<?x8xf32>, %w: tensor<3x2xf32>) {
  // expected-error @below {{'chain.stage' op transform: wanted b = c and a weight that shares a, found b = 3, c = 2, order "bc"}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "bc" transform(<hadamard>) : tensor<?x8xf32>, tensor<3x2xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @stage_transform_of_real_numbers_C8(%x: tensor<?x8xf32>, %w: tensor<2x2xf32>) {
  // expected-error @below {{'chain.stage' op transform dft: wanted complex numbers, found 'f32'}}
  %y = chain.stage %x, %w pattern(4, 2, 2, 1) order "bc" transform(<dft>) : tensor<?x8xf32>, tensor<2x2xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @stage_transform_of_another_size_C8(%x: tensor<?x6xf32>, %w: tensor<6x6xf32>) {
  // expected-error @below {{'chain.stage' op transform hadamard: wanted a power of two, found b = 6}}
  %y = chain.stage %x, %w pattern(1, 6, 6, 1) order "bc" transform(<hadamard>) : tensor<?x6xf32>, tensor<6x6xf32> -> tensor<?x6xf32>
  return
}

// -----

func.func @parts_that_are_not_neighbors_C1(%x: memref<4x4xcomplex<f32>, strided<[1, 4]>>) {
  // expected-error @below {{'chain.real_view' op source: wanted complex numbers next to each other in the last dimension, found 'memref<4x4xcomplex<f32>, strided<[1, 4]>>'}}
  %r = chain.real_view %x : memref<4x4xcomplex<f32>, strided<[1, 4]>> to memref<4x8xf32, strided<[2, 4]>>
  return
}

// -----

func.func @parts_of_another_shape_C2(%x: memref<4x4xcomplex<f32>>) {
  // expected-error @below {{'chain.real_view' op result: wanted 'memref<4x8xf32>', found 'memref<8x4xf32>'}}
  %r = chain.real_view %x : memref<4x4xcomplex<f32>> to memref<8x4xf32>
  return
}
