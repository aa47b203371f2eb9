// RUN: danaus-opt %s --split-input-file --danaus-tile-kernels --canonicalize --verify-diagnostics | FileCheck %s
// RUN: danaus-opt %s --split-input-file --danaus-tile-kernels --danaus-tile-kernels --canonicalize --verify-diagnostics | FileCheck %s

// CHECK-DAG: #[[$REST:.*]] = affine_map<(d0)[s0] -> (-d0 + s0, 16)>
// CHECK-LABEL: func @two_stages_share_one_loop_and_a_tile_between_them(
// CHECK-SAME:      %[[W1:.*]]: tensor<4x1x2x16xf32>, %[[W2:.*]]: tensor<3x1x4x16xf32>, %[[BIAS:.*]]: tensor<6xf32>,
// CHECK-SAME:      %[[X:.*]]: tensor<?x8xf32>, %[[INIT:.*]]: tensor<?x6xf32>)
// CHECK:         %[[ROWS:.*]] = tensor.dim %[[X]]
// CHECK:         %[[Y:.*]] = scf.forall (%[[I:.*]]) = (0) to (%[[ROWS]]) step (16) shared_outs(%[[OUT:.*]] = %[[INIT]])
// CHECK:           %[[SIZE:.*]] = affine.min #[[$REST]](%[[I]])[%[[ROWS]]]
// CHECK-DAG:       %[[XT:.*]] = tensor.extract_slice %[[X]][%[[I]], 0] [%[[SIZE]], 8]
// CHECK-DAG:       %[[YT:.*]] = tensor.extract_slice %[[OUT]][%[[I]], 0] [%[[SIZE]], 6]
// CHECK-DAG:       %[[TILE:.*]] = tensor.empty() : tensor<16x12xf32>
// CHECK:           %[[TT:.*]] = tensor.extract_slice %[[TILE]][0, 0] [%[[SIZE]], 12]
// CHECK:           %[[T:.*]] = chain.contract ins(%[[XT]], %[[W1]] : {{.*}}) outs(%[[TT]] : {{.*}}) pattern(4, 3, 2, 1)
// CHECK-SAME:        block_rows(2)
// CHECK:             ^bb0(%[[SUM:.*]]: f32):
// CHECK-NEXT:          chain.yield %[[SUM]]
// CHECK:           %[[R:.*]] = chain.contract ins(%[[T]], %[[W2]], %[[BIAS]] : {{.*}}) outs(%[[YT]] : {{.*}}) pattern(1, 2, 4, 3)
// CHECK:             ^bb0(%[[SUM2:.*]]: f32, %[[B:.*]]: f32):
// CHECK-NEXT:          %[[BIASED:.*]] = arith.addf %[[SUM2]], %[[B]]
// CHECK-NEXT:          chain.yield %[[BIASED]]
// CHECK:           tensor.parallel_insert_slice %[[R]] into %[[OUT]][%[[I]], 0] [%[[SIZE]], 6]
// CHECK-NOT:     chain.kernel
func.func @two_stages_share_one_loop_and_a_tile_between_them(%w1: tensor<4x1x2x16xf32>,
    %w2: tensor<3x1x4x16xf32>, %bias: tensor<6xf32>, %x: tensor<?x8xf32>,
    %init: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %y = chain.kernel ins(%x, %w1, %w2, %bias
                        : tensor<?x8xf32>, tensor<4x1x2x16xf32>, tensor<3x1x4x16xf32>, tensor<6xf32>)
      outs(%init : tensor<?x6xf32>) schedule(<rows = 16, axes = [b, b], block_rows = 2, panel = 1>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x1x2x16xf32>, %b: tensor<3x1x4x16xf32>, %c: tensor<6xf32>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16>)
        : tensor<?x8xf32>, tensor<4x1x2x16xf32> -> tensor<?x12xf32>
    %1 = chain.stage %0, %b pattern(1, 2, 4, 3) order "dbc" packing(<kind = panel_b, lanes = 16>)
        : tensor<?x12xf32>, tensor<3x1x4x16xf32> -> tensor<?x6xf32>
    %2 = chain.map %1, %c : tensor<?x6xf32>, tensor<6xf32> -> tensor<?x6xf32> {
    ^bb1(%v: f32, %bi: f32):
      %s = arith.addf %v, %bi : f32
      chain.yield %s : f32
    }
    chain.yield %2 : tensor<?x6xf32>
  } -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// -----

// bf16: between stages the tile holds f32; only the result is rounded.
// CHECK-LABEL: func @a_cut_makes_two_loops_through_memory(
// CHECK:         %[[BETWEEN:.*]] = tensor.empty() : tensor<5x12xbf16>
// CHECK:         %[[T:.*]] = scf.forall {{.*}} shared_outs(%{{.*}} = %[[BETWEEN]]) -> (tensor<5x12xbf16>)
// CHECK:           chain.contract
// CHECK-NEXT:      ^bb0(%[[SUM:.*]]: f32):
// CHECK-NEXT:        %[[ROUNDED:.*]] = arith.truncf %[[SUM]] : f32 to bf16
// CHECK-NEXT:        chain.yield %[[ROUNDED]]
// CHECK:         scf.forall {{.*}} -> (tensor<5x6xbf16>)
// CHECK:           tensor.extract_slice %[[T]]
// CHECK:           chain.contract
func.func @a_cut_makes_two_loops_through_memory(%w1: tensor<4x1x2x16xbf16>,
    %w2: tensor<3x1x4x16xbf16>, %x: tensor<5x8xbf16>, %init: tensor<5x6xbf16>) -> tensor<5x6xbf16> {
  %y = chain.kernel ins(%x, %w1, %w2 : tensor<5x8xbf16>, tensor<4x1x2x16xbf16>, tensor<3x1x4x16xbf16>)
      outs(%init : tensor<5x6xbf16>) schedule(<rows = 2, cuts = [1], axes = [b, b], panel = 1>) {
  ^bb0(%xi: tensor<5x8xbf16>, %a: tensor<4x1x2x16xbf16>, %b: tensor<3x1x4x16xbf16>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16>)
        : tensor<5x8xbf16>, tensor<4x1x2x16xbf16> -> tensor<5x12xbf16>
    %1 = chain.stage %0, %b pattern(1, 2, 4, 3) order "dbc" packing(<kind = panel_b, lanes = 16>)
        : tensor<5x12xbf16>, tensor<3x1x4x16xbf16> -> tensor<5x6xbf16>
    chain.yield %1 : tensor<5x6xbf16>
  } -> tensor<5x6xbf16>
  return %y : tensor<5x6xbf16>
}

// -----

// CHECK-LABEL: func @a_kernel_for_tensor_cores_is_left_alone(
// CHECK:         chain.kernel
func.func @a_kernel_for_tensor_cores_is_left_alone(%w: tensor<4x3x2xf32>, %x: tensor<?x8xf32>,
                                                   %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
      outs(%init : tensor<?x12xf32>) schedule(<unit = mma_sync>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

func.func @a_weight_that_is_not_packed(%w: tensor<4x3x2xf32>, %x: tensor<?x8xf32>,
                                       %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
      outs(%init : tensor<?x12xf32>) schedule(<axes = [b]>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
    // expected-error @below {{'chain.stage' op wanted a packed weight, found none (run danaus-pack-weights)}}
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

// CHECK-LABEL: func @a_contract_knows_the_order_of_its_columns(
// CHECK:         chain.contract {{.*}} pattern(4, 8, 4, 1)
// CHECK:         chain.contract {{.*}} pattern(1, 16, 16, 2) {{.*}} attributes {x_digits = #chain.digits<sizes = [4, 2, 4], order = [0, 2, 1]>}
func.func @a_contract_knows_the_order_of_its_columns(%w: tensor<4x1x4x16xf32>, %v: tensor<2x1x16x16xf32>,
    %x: tensor<?x16xf32>, %init: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = chain.kernel ins(%x, %w, %v : tensor<?x16xf32>, tensor<4x1x4x16xf32>, tensor<2x1x16x16xf32>)
      outs(%init : tensor<?x32xf32>) schedule(<axes = [b, b]>) {
  ^bb0(%xi: tensor<?x16xf32>, %a: tensor<4x1x4x16xf32>, %b: tensor<2x1x16x16xf32>):
    %0 = chain.stage %xi, %a pattern(4, 8, 4, 1) order "abc" packing(<kind = panel_b, lanes = 16, group = 8, digit = 2>)
        : tensor<?x16xf32>, tensor<4x1x4x16xf32> -> tensor<?x32xf32>
    %1 = chain.stage %0, %b pattern(1, 16, 16, 2) order "dbc" packing(<kind = panel_b, lanes = 16>)
        : tensor<?x32xf32>, tensor<2x1x16x16xf32> -> tensor<?x32xf32>
    chain.yield %1 : tensor<?x32xf32>
  } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @an_order_for_another_stage(%w: tensor<4x1x4x16xf32>, %v: tensor<4x1x8x16xf32>,
    %x: tensor<?x16xf32>, %init: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = chain.kernel ins(%x, %w, %v : tensor<?x16xf32>, tensor<4x1x4x16xf32>, tensor<4x1x8x16xf32>)
      outs(%init : tensor<?x32xf32>) schedule(<axes = [b, b]>) {
  ^bb0(%xi: tensor<?x16xf32>, %a: tensor<4x1x4x16xf32>, %b: tensor<4x1x8x16xf32>):
    %0 = chain.stage %xi, %a pattern(4, 8, 4, 1) order "abc" packing(<kind = panel_b, lanes = 16, group = 8, digit = 2>)
        : tensor<?x16xf32>, tensor<4x1x4x16xf32> -> tensor<?x32xf32>
    // expected-error @below {{'chain.stage' op wanted d = 2, the digit of the packing before it, found 4}}
    %1 = chain.stage %0, %b pattern(1, 8, 8, 4) order "dbc" packing(<kind = panel_b, lanes = 16>)
        : tensor<?x32xf32>, tensor<4x1x8x16xf32> -> tensor<?x32xf32>
    chain.yield %1 : tensor<?x32xf32>
  } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @an_order_for_no_stage(%w: tensor<4x1x4x16xf32>, %x: tensor<?x16xf32>,
                                 %init: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = chain.kernel ins(%x, %w : tensor<?x16xf32>, tensor<4x1x4x16xf32>)
      outs(%init : tensor<?x32xf32>) schedule(<axes = [b]>) {
  ^bb0(%xi: tensor<?x16xf32>, %a: tensor<4x1x4x16xf32>):
    // expected-error @below {{'chain.stage' op wanted columns of the last stage in their order, found digit 2}}
    %0 = chain.stage %xi, %a pattern(4, 8, 4, 1) order "abc" packing(<kind = panel_b, lanes = 16, group = 8, digit = 2>)
        : tensor<?x16xf32>, tensor<4x1x4x16xf32> -> tensor<?x32xf32>
    chain.yield %0 : tensor<?x32xf32>
  } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

// With lanes along b the columns of x may lie anywhere; lanes along d want them in
// order, and the tile is permuted.
// CHECK-LABEL: func @a_permutation_is_an_order_or_a_pass_over_the_tile(
// CHECK:         scf.forall
// CHECK:           %[[T:.*]] = chain.contract {{.*}} pattern(4, 8, 4, 1) {{.*}} attributes {x_digits = #chain.digits<sizes = [4, 4], order = [1, 0]>}
// CHECK:           %[[FROM:.*]] = tensor.expand_shape %[[T]] {{.*}} into tensor<?x4x8xf32>
// CHECK:           %[[MOVED:.*]] = linalg.transpose ins(%[[FROM]] : tensor<?x4x8xf32>) {{.*}} permutation = [0, 2, 1]
// CHECK:           %[[X:.*]] = tensor.collapse_shape %[[MOVED]]
// CHECK:           chain.contract ins(%[[X]], {{.*}} pattern(1, 4, 8, 4)
// CHECK-NOT:       x_digits
func.func @a_permutation_is_an_order_or_a_pass_over_the_tile(%w: tensor<4x1x4x16xf32>, %v: tensor<1x1x8x1x4x4xf32>,
    %x: tensor<?x16xf32>, %init: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %y = chain.kernel ins(%x, %w, %v : tensor<?x16xf32>, tensor<4x1x4x16xf32>, tensor<1x1x8x1x4x4xf32>)
      outs(%init : tensor<?x16xf32>) schedule(<axes = [b, d]>) {
  ^bb0(%xi: tensor<?x16xf32>, %a: tensor<4x1x4x16xf32>, %b: tensor<1x1x8x1x4x4xf32>):
    %p = chain.permute %xi sizes [4, 4] order [1, 0] : tensor<?x16xf32>
    %0 = chain.stage %p, %a pattern(4, 8, 4, 1) order "abc" packing(<kind = panel_b, lanes = 16>)
        : tensor<?x16xf32>, tensor<4x1x4x16xf32> -> tensor<?x32xf32>
    %q = chain.permute %0 sizes [4, 8] order [1, 0] : tensor<?x32xf32>
    %1 = chain.stage %q, %b pattern(1, 4, 8, 4) order "dbc" packing(<kind = panel_d, lanes = 16>)
        : tensor<?x32xf32>, tensor<1x1x8x1x4x4xf32> -> tensor<?x16xf32>
    chain.yield %1 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// -----

// Lanes along d read whole vectors of d: a block of x is one piece of memory once the
// stage before has put its vectors there.
// CHECK-LABEL: func @vectors_go_where_the_next_stage_reads_them(
// CHECK:         chain.contract {{.*}} pattern(4, 32, 4, 1) {{.*}} attributes {y_digits = #chain.digits<sizes = [1, 4, 2, 16], order = [0, 2, 1, 3]>}
// CHECK:         chain.contract {{.*}} pattern(1, 4, 4, 32) {{.*}} attributes {x_digits = #chain.digits<sizes = [1, 2, 4, 16], order = [0, 2, 1, 3]>}
func.func @vectors_go_where_the_next_stage_reads_them(%w: tensor<4x1x4x32xf32>, %v: tensor<2x1x4x4x16xf32>,
    %x: tensor<?x16xf32>, %init: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %y = chain.kernel ins(%x, %w, %v : tensor<?x16xf32>, tensor<4x1x4x32xf32>, tensor<2x1x4x4x16xf32>)
      outs(%init : tensor<?x128xf32>) schedule(<axes = [b, d]>) {
  ^bb0(%xi: tensor<?x16xf32>, %a: tensor<4x1x4x32xf32>, %b: tensor<2x1x4x4x16xf32>):
    %0 = chain.stage %xi, %a pattern(4, 32, 4, 1) order "abc" packing(<kind = panel_b, lanes = 16, panel = 2>)
        : tensor<?x16xf32>, tensor<4x1x4x32xf32> -> tensor<?x128xf32>
    %1 = chain.stage %0, %b pattern(1, 4, 4, 32) order "dbc" packing(<kind = panel_d, lanes = 16, panel = 4>)
        : tensor<?x128xf32>, tensor<2x1x4x4x16xf32> -> tensor<?x128xf32>
    chain.yield %1 : tensor<?x128xf32>
  } -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}

// -----

// Panels that reach past the columns cannot be moved as whole vectors.
// CHECK-LABEL: func @padded_panels_stay_in_order(
// CHECK-NOT:     digits
func.func @padded_panels_stay_in_order(%w: tensor<2x1x4x64xf32>, %v: tensor<2x1x3x4x16xf32>,
    %x: tensor<?x8xf32>, %init: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %y = chain.kernel ins(%x, %w, %v : tensor<?x8xf32>, tensor<2x1x4x64xf32>, tensor<2x1x3x4x16xf32>)
      outs(%init : tensor<?x128xf32>) schedule(<axes = [b, d]>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<2x1x4x64xf32>, %b: tensor<2x1x3x4x16xf32>):
    %0 = chain.stage %xi, %a pattern(2, 48, 4, 1) order "abc" packing(<kind = panel_b, lanes = 16, panel = 4>)
        : tensor<?x8xf32>, tensor<2x1x4x64xf32> -> tensor<?x96xf32>
    %1 = chain.stage %0, %b pattern(1, 4, 3, 32) order "dbc" packing(<kind = panel_d, lanes = 16, panel = 4>)
        : tensor<?x96xf32>, tensor<2x1x3x4x16xf32> -> tensor<?x128xf32>
    chain.yield %1 : tensor<?x128xf32>
  } -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}
