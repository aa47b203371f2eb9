// RUN: danaus-opt %s --split-input-file --danaus-vectorize-kernels --canonicalize --cse --verify-diagnostics | FileCheck %s
// RUN: danaus-opt %s --split-input-file --danaus-vectorize-kernels --danaus-vectorize-kernels --canonicalize --cse --verify-diagnostics | FileCheck %s

// CHECK-DAG: #[[$RK:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d3)>
// CHECK-DAG: #[[$KL:.*]] = affine_map<(d0, d1, d2, d3) -> (d3, d1, d2)>
// CHECK-DAG: #[[$RL:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-LABEL: func @lanes_along_b(
// CHECK-SAME:      %[[X:.*]]: memref<?x128xf32>, %[[W:.*]]: memref<4x2x32x32xf32>, %[[Y:.*]]: memref<?x256xf32>)
// CHECK-DAG:     %[[XV:.*]] = memref.expand_shape %[[X]] {{.*}} into memref<?x4x32xf32>
// CHECK-DAG:     %[[WV:.*]] = memref.expand_shape %[[W]] {{.*}} into memref<4x2x32x2x16xf32>
// CHECK:         scf.for %[[A:.*]] = %c0 to %c4
// CHECK:           scf.for %[[B:.*]] = %c0 to %c64 step %c32
// CHECK:             scf.for %[[I:.*]] = %c0 to %{{.*}} step %c2
// CHECK:               %[[ACC:.*]] = scf.for %[[C:.*]] = %c0 to %c32 step %c4 iter_args(%[[S:.*]] = %{{.*}}) -> (vector<2x2x16xf32>)
// CHECK:                 %[[L:.*]] = vector.transfer_read %[[XV]][%[[I]], %[[A]], %[[C]]], {{.*}} vector<2x4xf32>
// CHECK:                 %[[R:.*]] = vector.transfer_read %[[WV]][%[[A]], %{{.*}}, %[[C]], %c0, %c0], {{.*}} vector<4x2x16xf32>
// CHECK:                 %[[NEXT:.*]] = vector.contract {indexing_maps = [#[[$RK]], #[[$KL]], #[[$RL]]]{{.*}} %[[L]], %[[R]], %[[S]]
// CHECK:                 scf.yield %[[NEXT]]
// CHECK:               vector.extract %[[ACC]][0, 0]
// CHECK:               vector.transfer_write {{.*}} vector<16xf32>
// CHECK:               vector.extract %[[ACC]][0, 1]
// CHECK:               vector.extract %[[ACC]][1, 1]
// CHECK:               vector.transfer_write {{.*}} vector<16xf32>
// The rows that do not fill a block.
// CHECK:             scf.for {{.*}} step %c1
// CHECK:               -> (vector<1x2x16xf32>)
// CHECK-NOT:     chain.contract
func.func @lanes_along_b(%x: memref<?x128xf32>, %w: memref<4x2x32x32xf32>, %y: memref<?x256xf32>) {
  chain.contract ins(%x, %w : memref<?x128xf32>, memref<4x2x32x32xf32>) outs(%y : memref<?x256xf32>)
      pattern(4, 64, 32, 1) order "abc" packing(<kind = panel_b, lanes = 16, panel = 2>) block_rows(2) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

// CHECK-LABEL: func @lanes_along_d_read_whole_vectors_of_x(
// CHECK:         -> (vector<4x2x16xf32>)
// CHECK:           vector.transfer_read {{.*}} vector<4x4x16xf32>
// CHECK:           vector.transfer_read {{.*}} vector<4x2x16xf32>
// CHECK:           vector.contract
func.func @lanes_along_d_read_whole_vectors_of_x(%x: memref<?x512xf32>, %w: memref<2x4x16x2x16xf32>,
                                                 %y: memref<?x256xf32>) {
  chain.contract ins(%x, %w : memref<?x512xf32>, memref<2x4x16x2x16xf32>) outs(%y : memref<?x256xf32>)
      pattern(1, 8, 16, 32) order "dbc" packing(<kind = panel_d, lanes = 16, panel = 2>) block_rows(4) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

// The last 13 lanes of b are padding; the outputs of one block are 3 apart.
// CHECK-LABEL: func @lanes_along_b_scatter_where_d_separates_them(
// CHECK-DAG:     %[[OFFSETS:.*]] = arith.constant dense<[0, 3, 6, 9, 12, 15, {{.*}}, 45]> : vector<16xi32>
// CHECK-DAG:     %[[MASK:.*]] = vector.constant_mask [2] : vector<16xi1>
// CHECK:         vector.gather {{.*}}[%[[OFFSETS]]], %[[MASK]]
// CHECK:         arith.addf {{.*}} : vector<16xf32>
// CHECK:         vector.scatter {{.*}}[%[[OFFSETS]]], %[[MASK]]
func.func @lanes_along_b_scatter_where_d_separates_them(%x: memref<5x12xf32>, %w: memref<3x1x4x16xf32>,
                                                        %bias: memref<6xf32>, %y: memref<5x6xf32>) {
  chain.contract ins(%x, %w, %bias : memref<5x12xf32>, memref<3x1x4x16xf32>, memref<6xf32>)
      outs(%y : memref<5x6xf32>) pattern(1, 2, 4, 3) order "dbc"
      packing(<kind = panel_b, lanes = 16>) block_rows(1) {
  ^bb0(%sum: f32, %b: f32):
    %0 = arith.addf %sum, %b : f32
    chain.yield %0 : f32
  }
  return
}

// -----

func.func @an_order_for_tensor_cores(%x: memref<5x8xf32>, %w: memref<4x1x1x8x4x2xf32>, %y: memref<5x12xf32>) {
  // expected-error @below {{'chain.contract' op wanted packing panel_b, panel_d or vnni, found mma_k8}}
  chain.contract ins(%x, %w : memref<5x8xf32>, memref<4x1x1x8x4x2xf32>) outs(%y : memref<5x12xf32>)
      pattern(4, 3, 2, 1) order "abc" packing(<kind = mma_k8>) block_rows(8) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @tensors(%x: tensor<5x8xf32>, %w: tensor<4x1x2x16xf32>, %y: tensor<5x12xf32>) -> tensor<5x12xf32> {
  // expected-error @below {{'chain.contract' op wanted memrefs, found tensors (run one-shot-bufferize)}}
  %0 = chain.contract ins(%x, %w : tensor<5x8xf32>, tensor<4x1x2x16xf32>) outs(%y : tensor<5x12xf32>)
      pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16>) block_rows(8) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  } -> tensor<5x12xf32>
  return %0 : tensor<5x12xf32>
}

// -----

// d = 4 of 16 lanes: a vector holds four values of b, and x is repeated for each.
// CHECK: #[[$REPEAT:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, 0, d3)>
// CHECK-LABEL: func @short_rows_of_d_fill_a_vector_together(
// CHECK-SAME:      %[[X:.*]]: memref<?x24xf32>, %[[W:.*]]: memref<1x2x6x1x4x4xf32>, %[[Y:.*]]: memref<?x32xf32>)
// CHECK-DAG:     %[[WV:.*]] = memref.collapse_shape %[[W]] {{.*}} into memref<1x2x6x1x16xf32>
// CHECK-DAG:     %[[XV:.*]] = memref.expand_shape %[[X]] {{.*}} into memref<?x1x6x4xf32>
// CHECK:         scf.for %[[B:.*]] = %c0 to %c8 step %c4
// CHECK:           %[[R:.*]] = vector.transfer_read %[[XV]]{{.*}} permutation_map = #[[$REPEAT]]{{.*}} vector<1x2x4x4xf32>
// CHECK:           %[[L:.*]] = vector.shape_cast %[[R]] : vector<1x2x4x4xf32> to vector<1x2x16xf32>
// CHECK:           %[[V:.*]] = vector.transfer_read %[[WV]]{{.*}} vector<2x1x16xf32>
// CHECK:           vector.contract {{.*}} %[[L]], %[[V]]
// CHECK:         %[[YV:.*]] = memref.expand_shape %[[Y]] {{.*}} into memref<?x1x32xf32>
// CHECK:         vector.transfer_write {{.*}}, %[[YV]]{{.*}} {in_bounds = [true]} : vector<16xf32>
func.func @short_rows_of_d_fill_a_vector_together(%x: memref<?x24xf32>, %w: memref<1x2x6x1x4x4xf32>,
                                                  %y: memref<?x32xf32>) {
  chain.contract ins(%x, %w : memref<?x24xf32>, memref<1x2x6x1x4x4xf32>) outs(%y : memref<?x32xf32>)
      pattern(1, 8, 6, 4) order "dbc" packing(<kind = panel_d, lanes = 16>) block_rows(1) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

// Sixteen panels of b read the same strided lines of x: they are copied together once a row block.
// CHECK-LABEL: func @lines_far_apart_are_copied_together(
// CHECK:         %[[BLOCK:.*]] = memref.alloca() {alignment = 64 : i64} : memref<2x8x16xf32>
// CHECK:         scf.for %[[C:.*]] = %c0 to %c8 step %c1
// CHECK:           %[[LINE:.*]] = vector.transfer_read {{.*}} vector<16xf32>
// CHECK:           vector.transfer_write %[[LINE]], %[[BLOCK]][%c0, %[[C]], %c0]
// CHECK:         scf.for %{{.*}} = %c0 to %c32 step %c2
// CHECK:           vector.transfer_read %[[BLOCK]][%c0, %{{.*}}, %c0]{{.*}} vector<2x4x16xf32>
func.func @lines_far_apart_are_copied_together(%x: memref<?x256xf32>, %w: memref<2x16x8x2x16xf32>,
                                               %y: memref<?x1024xf32>) {
  chain.contract ins(%x, %w : memref<?x256xf32>, memref<2x16x8x2x16xf32>) outs(%y : memref<?x1024xf32>)
      pattern(1, 32, 8, 32) order "dbc" packing(<kind = panel_d, lanes = 16, panel = 2>) block_rows(2) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

// In a loop over tiles the block stays outside: the stack must not grow with the tiles.
// CHECK-LABEL: func @copied_lines_are_on_the_stack_of_the_function(
// CHECK:         memref.alloca()
// CHECK-NEXT:    scf.for
// CHECK-NOT:     memref.alloca
// CHECK:         return
func.func @copied_lines_are_on_the_stack_of_the_function(
    %x: memref<?x256xf32>, %w: memref<2x16x8x2x16xf32>, %y: memref<?x1024xf32>, %tiles: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %tiles step %c1 {
    chain.contract ins(%x, %w : memref<?x256xf32>, memref<2x16x8x2x16xf32>) outs(%y : memref<?x1024xf32>)
        pattern(1, 32, 8, 32) order "dbc" packing(<kind = panel_d, lanes = 16, panel = 2>) block_rows(2) {
    ^bb0(%sum: f32):
      chain.yield %sum : f32
    }
  }
  return
}

// -----

func.func @a_branch_cannot_run_on_vectors(%x: memref<?x8xf32>, %w: memref<4x1x2x16xf32>, %y: memref<?x12xf32>) {
  chain.contract ins(%x, %w : memref<?x8xf32>, memref<4x1x2x16xf32>) outs(%y : memref<?x12xf32>) pattern(4, 3, 2, 1) order "abc"
      packing(<kind = panel_b, lanes = 16>) block_rows(8) {
  ^bb0(%sum: f32):
    %c = arith.constant true
    // expected-error @below {{'scf.if' op is not element-wise: it cannot run on vectors}}
    %0 = scf.if %c -> f32 {
      scf.yield %sum : f32
    } else {
      scf.yield %sum : f32
    }
    chain.yield %0 : f32
  }
  return
}

// -----

// Columns are (c / 4, D, c % 4): the sum runs over two loops, and reads neighbors.
// CHECK-LABEL: func @grouped_columns_are_summed_by_two_loops(
// CHECK-SAME:      %[[X:[^:]*]]: memref<?x32xf32>
// CHECK:         %[[XV:.*]] = memref.expand_shape %[[X]] {{.*}} into memref<?x4x2x4xf32>
// CHECK:         scf.for %[[D:.*]] = %c0 to %c2
// CHECK:           scf.for %[[HIGH:.*]] = %c0 to %c4 step %c1 iter_args
// CHECK:             vector.transfer_read %[[XV]][%{{.*}}, %[[HIGH]], %{{.*}}, %{{.*}}], {{.*}} vector<2x4xf32>
// CHECK-NOT:     chain.contract
func.func @grouped_columns_are_summed_by_two_loops(%x: memref<?x32xf32>, %w: memref<2x1x16x16xf32>,
                                                   %y: memref<?x32xf32>) {
  chain.contract ins(%x, %w : memref<?x32xf32>, memref<2x1x16x16xf32>) outs(%y : memref<?x32xf32>)
      pattern(1, 16, 16, 2) order "dbc" packing(<kind = panel_b, lanes = 16>) block_rows(2)
      attributes {x_digits = #chain.digits<sizes = [4, 2, 4], order = [0, 2, 1]>} {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

// Four tiles of sums are carried around the loop over c; their rows then pass
// the body as vectors of f32. What does not fill 32 rows is copied first.
// CHECK-LABEL: func @matrix_tiles_along_b(
// CHECK:         scf.for %{{.*}} = %c0 to %c4
// CHECK:           scf.for {{.*}} step %c32
// CHECK:             %[[SUMS:.*]]:4 = scf.for {{.*}} -> (!amx.tile<16x16xf32>, !amx.tile<16x16xf32>, !amx.tile<16x16xf32>, !amx.tile<16x16xf32>)
// CHECK-COUNT-2:       amx.tile_load {{.*}} into !amx.tile<16x32xbf16>
// CHECK:               amx.tile_load %{{.*}} : memref<4x2x48x32xbf16> into !amx.tile<16x32xbf16>
// CHECK-COUNT-2:       amx.tile_mulf
// CHECK:             amx.tile_store {{.*}} %[[SUMS]]#0
// CHECK:             vector.transfer_read {{.*}} vector<16xf32>
// CHECK:             arith.truncf {{.*}} vector<16xf32> to vector<16xbf16>
// CHECK:             vector.transfer_write
// CHECK:           scf.for {{.*}} step %c32
// CHECK:             vector.transfer_read {{.*}} vector<32xbf16>
// CHECK:             vector.transfer_write {{.*}} memref<32x96xbf16>
// CHECK-NOT:     chain.contract
func.func @matrix_tiles_along_b(%x: memref<?x384xbf16>, %w: memref<4x2x48x16x2xbf16>, %y: memref<?x128xbf16>) {
  chain.contract ins(%x, %w : memref<?x384xbf16>, memref<4x2x48x16x2xbf16>) outs(%y : memref<?x128xbf16>)
      pattern(4, 32, 96, 1) order "abc" packing(<kind = vnni, lanes = 16, panel = 2, per_lane = 2>) block_rows(32) {
  ^bb0(%sum: f32):
    %0 = arith.truncf %sum : f32 to bf16
    chain.yield %0 : bf16
  }
  return
}

// -----

// Sums of 16 blocks along d change places with those along b, and leave together.
// CHECK-LABEL: func @matrix_tiles_along_d(
// CHECK:         scf.for {{.*}} step %c16
// CHECK:           amx.tile_mulf
// CHECK:           %[[SUMS:.*]] = vector.transfer_read {{.*}} vector<16x16xf32>
// CHECK:           %[[T:.*]] = vector.transpose %[[SUMS]], [1, 0]
// CHECK:           vector.extract %[[T]][15]
// CHECK-NOT:     chain.contract
func.func @matrix_tiles_along_d(%x: memref<?x1024xbf16>, %w: memref<32x1x16x16x2xbf16>, %y: memref<?x512xf32>) {
  chain.contract ins(%x, %w : memref<?x1024xbf16>, memref<32x1x16x16x2xbf16>) outs(%y : memref<?x512xf32>)
      pattern(1, 16, 32, 32) order "dbc" packing(<kind = vnni, lanes = 16, per_lane = 2>) block_rows(32) attributes {x_digits = #chain.digits<sizes = [32, 32], order = [1, 0]>} {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

// A tile of i8 holds 48 of 96 values of c; the body takes the sums in i32.
// CHECK-LABEL: func @matrix_tiles_of_bytes(
// CHECK:         scf.for %{{.*}} = %c0 to %c2 {{.*}} -> (!amx.tile<16x16xi32>, !amx.tile<16x16xi32>)
// CHECK-COUNT-2:   amx.tile_load {{.*}} into !amx.tile<16x48xi8>
// CHECK:           amx.tile_load %{{.*}} : memref<4x1x24x64xi8> into !amx.tile<12x64xi8>
// CHECK-COUNT-2:   amx.tile_muli {{.*}} !amx.tile<16x48xi8>, !amx.tile<12x64xi8>, !amx.tile<16x16xi32>
// CHECK:         vector.transfer_read {{.*}} vector<16xi32>
// CHECK:         arith.sitofp {{.*}} vector<16xi32> to vector<16xf32>
// CHECK:         vector.transfer_read {{.*}} vector<32xi8>
// CHECK:         vector.transfer_write {{.*}} memref<32x96xi8>
// CHECK-NOT:     chain.contract
func.func @matrix_tiles_of_bytes(%x: memref<?x384xi8>, %w: memref<4x1x24x16x4xi8>, %y: memref<?x64xf32>) {
  chain.contract ins(%x, %w : memref<?x384xi8>, memref<4x1x24x16x4xi8>) outs(%y : memref<?x64xf32>)
      pattern(4, 16, 96, 1) order "abc" packing(<kind = vnni, lanes = 16, per_lane = 4>) block_rows(32) {
  ^bb0(%sum: i32):
    %0 = arith.sitofp %sum : i32 to f32
    chain.yield %0 : f32
  }
  return
}

// -----

// Two values of c a lane: x is copied as i16, 32 values at a time, zeros behind the last of 15.
// CHECK-LABEL: func @pairs_of_bytes_along_b(
// CHECK-SAME:      %[[X:.*]]: memref<?x45xi8>, %[[W:.*]]: memref<3x1x8x32x2xi8>
// CHECK-DAG:     %[[BLOCK:.*]] = memref.alloca() {{.*}} : memref<2x8x2xi16>
// CHECK-DAG:     %[[XV:.*]] = memref.expand_shape %[[X]] {{.*}} into memref<?x3x15xi8>
// CHECK:         %[[BYTES:.*]] = vector.transfer_read %[[XV]]{{.*}} : memref<?x3x15xi8>, vector<16xi8>
// CHECK:         %[[WORDS:.*]] = arith.extsi %[[BYTES]] : vector<16xi8> to vector<16xi16>
// CHECK:         vector.transfer_write %[[WORDS]], %{{.*}} {in_bounds = [true]} : vector<16xi16>, memref<2x16xi16>
// CHECK:         scf.for {{.*}} -> (vector<2x2x16xi32>)
// CHECK:           %[[XP:.*]] = vector.transfer_read %[[BLOCK]]{{.*}} vector<2x2x2xi16>
// CHECK:           arith.extsi %[[XP]] : vector<2x2x2xi16> to vector<2x2x2xi32>
// CHECK:           vector.transfer_read {{.*}} : memref<3x1x8x2x32xi8>, vector<2x2x32xi8>
// CHECK:           vector.contract {{.*}} : vector<2x2x2xi32>, vector<2x2x16x2xi32> into vector<2x2x16xi32>
// CHECK:         arith.trunci {{.*}} vector<16xi32> to vector<16xi8>
// CHECK-NOT:     chain.contract
func.func @pairs_of_bytes_along_b(%x: memref<?x45xi8>, %w: memref<3x1x8x32x2xi8>, %y: memref<?x96xi8>) {
  chain.contract ins(%x, %w : memref<?x45xi8>, memref<3x1x8x32x2xi8>) outs(%y : memref<?x96xi8>)
      pattern(3, 32, 15, 1) order "abc" packing(<kind = panel_b, lanes = 16, panel = 2, per_lane = 2>) block_rows(2) {
  ^bb0(%sum: i32):
    %0 = arith.trunci %sum : i32 to i8
    chain.yield %0 : i8
  }
  return
}

// -----

// Lanes along d: two values of c change places with the lanes when x is copied.
// CHECK-LABEL: func @pairs_of_bytes_along_d(
// CHECK-DAG:     %[[BLOCK:.*]] = memref.alloca() {{.*}} : memref<2x3x16xi16>
// CHECK-DAG:     %[[ZEROS:.*]] = arith.constant dense<0> : vector<8xi8>
// CHECK:         %[[EVEN:.*]] = vector.transfer_read {{.*}} vector<8xi8>
// CHECK:         %[[ODD:.*]] = vector.transfer_read {{.*}} vector<8xi8>
// CHECK:         vector.interleave %[[EVEN]], %[[ODD]]
// CHECK:         %[[LAST:.*]] = vector.transfer_read {{.*}} vector<8xi8>
// CHECK:         vector.interleave %[[LAST]], %[[ZEROS]]
// CHECK:         vector.contract {{.*}} : vector<2x1x8x2xi32>, vector<1x2x8x2xi32> into vector<2x2x8xi32>
// CHECK-NOT:     chain.contract
func.func @pairs_of_bytes_along_d(%x: memref<?x40xi8>, %w: memref<1x2x3x2x8x2xi8>, %y: memref<?x32xi32>) {
  chain.contract ins(%x, %w : memref<?x40xi8>, memref<1x2x3x2x8x2xi8>) outs(%y : memref<?x32xi32>)
      pattern(1, 4, 5, 8) order "dbc" packing(<kind = panel_d, lanes = 8, panel = 2, per_lane = 2>) block_rows(2) {
  ^bb0(%sum: i32):
    chain.yield %sum : i32
  }
  return
}

// -----

// Columns in groups are copied one by one.
// CHECK-LABEL: func @pairs_of_bytes_in_groups(
// CHECK:         %[[BYTE:.*]] = memref.load {{.*}} : memref<?x2x3x4xi8
// CHECK:         %[[WORD:.*]] = arith.extsi %[[BYTE]] : i8 to i16
// CHECK:         memref.store %[[WORD]], %{{.*}} : memref<2x8xi16>
// CHECK:         vector.scatter
// CHECK-NOT:     chain.contract
func.func @pairs_of_bytes_in_groups(%x: memref<?x24xi8>, %w: memref<3x1x4x8x2xi8>, %y: memref<?x24xi32>) {
  chain.contract ins(%x, %w : memref<?x24xi8>, memref<3x1x4x8x2xi8>) outs(%y : memref<?x24xi32>)
      pattern(1, 8, 8, 3) order "dbc" packing(<kind = panel_b, lanes = 8, per_lane = 2>) block_rows(2) attributes {x_digits = #chain.digits<sizes = [2, 3, 4], order = [0, 2, 1]>} {
  ^bb0(%sum: i32):
    chain.yield %sum : i32
  }
  return
}

// -----

// One lane of b = 17 is left for a vector by itself: LLVM would store four bytes of it.
// CHECK-LABEL: func @a_lone_lane_of_bytes_is_stored_by_itself(
// CHECK:         %[[FITS:.*]] = arith.cmpi sle, %{{.*}}, %c1
// CHECK:         scf.if %[[FITS]] {
// CHECK:           vector.transfer_write %[[BYTES:[^,]*]], %{{.*}} {in_bounds = [true]} : vector<16xi8>
// CHECK:         } else {
// CHECK:           %[[LAST:.*]] = vector.extract %[[BYTES]][0] : i8
// CHECK:           memref.store %[[LAST]]
// CHECK-NOT:     in_bounds = [false]
// CHECK-NOT:     chain.contract
func.func @a_lone_lane_of_bytes_is_stored_by_itself(%x: memref<?x2xi8>, %w: memref<2x1x16x2xi8>, %y: memref<?x17xi8>) {
  chain.contract ins(%x, %w : memref<?x2xi8>, memref<2x1x16x2xi8>) outs(%y : memref<?x17xi8>)
      pattern(1, 17, 2, 1) order "bc" packing(<kind = panel_b, lanes = 16, per_lane = 2>) block_rows(1) {
  ^bb0(%sum: i32):
    %0 = arith.trunci %sum : i32 to i8
    chain.yield %0 : i8
  }
  return
}

// -----

// Bytes that are three apart are stored one by one.
// CHECK-LABEL: func @lanes_of_bytes_that_d_separates(
// CHECK:         %[[LANES:.*]] = memref.alloca() {{.*}} : memref<8xi8>
// CHECK:         vector.transfer_write %{{.*}}, %[[LANES]]
// CHECK:         scf.for %[[LANE:.*]] = %c0 to %c5 step %c1
// CHECK:           %[[BYTE:.*]] = memref.load %[[LANES]][%[[LANE]]]
// CHECK:           memref.store %[[BYTE]], %{{.*}} : memref<?x15xi8>
// CHECK-NOT:     vector.scatter
// CHECK-NOT:     chain.contract
func.func @lanes_of_bytes_that_d_separates(%x: memref<?x24xi8>, %w: memref<3x1x4x8x2xi8>, %y: memref<?x15xi8>) {
  chain.contract ins(%x, %w : memref<?x24xi8>, memref<3x1x4x8x2xi8>) outs(%y : memref<?x15xi8>)
      pattern(1, 5, 8, 3) order "dbc" packing(<kind = panel_b, lanes = 8, per_lane = 2>) block_rows(1) {
  ^bb0(%sum: i32):
    %0 = arith.trunci %sum : i32 to i8
    chain.yield %0 : i8
  }
  return
}

// -----

func.func @pairs_of_floats(%x: memref<?x8xf32>, %w: memref<4x1x1x16x2xf32>, %y: memref<?x64xf32>) {
  // expected-error @below {{'chain.contract' op packing: wanted per_lane = 1, or 2 for i8 in 8 or 16 lanes, found #chain.packing<kind = panel_b, lanes = 16, per_lane = 2> for 'f32'}}
  chain.contract ins(%x, %w : memref<?x8xf32>, memref<4x1x1x16x2xf32>) outs(%y : memref<?x64xf32>)
      pattern(4, 16, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16, per_lane = 2>) block_rows(1) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @pairs_of_bytes_that_d_shares(%x: memref<?x40xi8>, %w: memref<2x3x2x2xi8>, %y: memref<?x32xi32>) {
  // expected-error @below {{'chain.contract' op packing: wanted per_lane = 1 along d for a weight without d, found 2}}
  chain.contract ins(%x, %w : memref<?x40xi8>, memref<2x3x2x2xi8>) outs(%y : memref<?x32xi32>)
      pattern(1, 4, 5, 8) order "bc" packing(<kind = panel_d, lanes = 8, panel = 2, per_lane = 2>) block_rows(2) {
  ^bb0(%sum: i32):
    chain.yield %sum : i32
  }
  return
}

// -----

// Tiles of one function have one depth: 32 bytes divide c = 64 and c = 96 of i8; another function has its own.
// CHECK-LABEL: func @matrix_tiles_of_two_depths(
// CHECK:         amx.tile_load {{.*}} !amx.tile<16x32xi8>
// CHECK:         scf.for {{.*}} %c0 to %c3 {{.*}}amx.tile
// CHECK:         amx.tile_load {{.*}} !amx.tile<16x32xi8>
// CHECK-LABEL: func @matrix_tiles_elsewhere(
// CHECK:         amx.tile_load {{.*}} !amx.tile<16x64xi8>
func.func @matrix_tiles_of_two_depths(%x: memref<?x64xi8>, %w: memref<1x16x16x4xi8>, %v: memref<1x24x16x4xi8>,
                                      %z: memref<?x96xi8>, %y: memref<?x16xi32>) {
  chain.contract ins(%x, %w : memref<?x64xi8>, memref<1x16x16x4xi8>) outs(%y : memref<?x16xi32>)
      pattern(1, 16, 64, 1) order "bc" packing(<kind = vnni, lanes = 16, per_lane = 4>) block_rows(32) {
  ^bb0(%sum: i32):
    chain.yield %sum : i32
  }
  chain.contract ins(%z, %v : memref<?x96xi8>, memref<1x24x16x4xi8>) outs(%y : memref<?x16xi32>)
      pattern(1, 16, 96, 1) order "bc" packing(<kind = vnni, lanes = 16, per_lane = 4>) block_rows(32) {
  ^bb0(%sum: i32):
    chain.yield %sum : i32
  }
  return
}

func.func @matrix_tiles_elsewhere(%x: memref<?x64xi8>, %w: memref<1x16x16x4xi8>, %y: memref<?x16xi32>) {
  chain.contract ins(%x, %w : memref<?x64xi8>, memref<1x16x16x4xi8>) outs(%y : memref<?x16xi32>)
      pattern(1, 16, 64, 1) order "bc" packing(<kind = vnni, lanes = 16, per_lane = 4>) block_rows(32) {
  ^bb0(%sum: i32):
    chain.yield %sum : i32
  }
  return
}

// -----

// Where one calls another, they may become one.
// CHECK-LABEL: func @matrix_tiles_that_are_called(
// CHECK:         amx.tile_load {{.*}} !amx.tile<16x48xi8>
// CHECK-LABEL: func @matrix_tiles_of_a_caller(
// CHECK:         amx.tile_load {{.*}} !amx.tile<16x48xi8>
func.func @matrix_tiles_that_are_called(%x: memref<?x48xi8>, %w: memref<1x12x16x4xi8>, %y: memref<?x16xi32>) {
  chain.contract ins(%x, %w : memref<?x48xi8>, memref<1x12x16x4xi8>) outs(%y : memref<?x16xi32>)
      pattern(1, 16, 48, 1) order "bc" packing(<kind = vnni, lanes = 16, per_lane = 4>) block_rows(32) {
  ^bb0(%sum: i32):
    chain.yield %sum : i32
  }
  return
}

func.func @matrix_tiles_of_a_caller(%x: memref<?x192xi8>, %w: memref<1x48x16x4xi8>, %z: memref<?x48xi8>,
                                    %v: memref<1x12x16x4xi8>, %y: memref<?x16xi32>) {
  chain.contract ins(%x, %w : memref<?x192xi8>, memref<1x48x16x4xi8>) outs(%y : memref<?x16xi32>)
      pattern(1, 16, 192, 1) order "bc" packing(<kind = vnni, lanes = 16, per_lane = 4>) block_rows(32) {
  ^bb0(%sum: i32):
    chain.yield %sum : i32
  }
  func.call @matrix_tiles_that_are_called(%z, %v, %y) : (memref<?x48xi8>, memref<1x12x16x4xi8>, memref<?x16xi32>) -> ()
  return
}

// -----

// i8 along d: the body comes first, on lanes along b, with its operand turned once a block; then bytes of four D share a
// lane, and lanes change places.
// CHECK-LABEL: func @matrix_tiles_of_bytes_along_d(
// CHECK-SAME:      %{{[^,]*}}, %{{[^,]*}}, %[[F:[^:]*]]: memref<512xf32>
// CHECK-DAG:     %[[TURNED:.*]] = memref.alloca() {{.*}} : memref<16x16xf32>
// CHECK:         amx.tile_muli
// CHECK:         %[[PLANE:.*]] = vector.transfer_read {{.*}} vector<16x16xf32>
// CHECK:         %[[T:.*]] = vector.transpose %[[PLANE]], [1, 0]
// CHECK:         vector.transfer_write %[[T]], %[[TURNED]]
// CHECK:         %[[SUM:.*]] = vector.transfer_read {{.*}} vector<16xi32>
// CHECK:         %[[FACTOR:.*]] = vector.transfer_read %[[TURNED]][%c0, %c0]{{.*}} vector<16xf32>
// CHECK:         %[[REAL:.*]] = arith.sitofp %[[SUM]]
// CHECK:         arith.mulf %[[REAL]], %[[FACTOR]]
// CHECK:         %[[WIDE:.*]] = arith.extui {{.*}} : vector<16xi8> to vector<16xi32>
// CHECK-NOT:     vector<16x16xi32>
// CHECK:         arith.shli
// CHECK:         arith.ori
// CHECK-COUNT-8: vector.shuffle {{.*}} : vector<16xi32>, vector<16xi32>
// CHECK:         %[[WORDS:.*]] = vector.extract_strided_slice {{.*}} vector<16xi32> to vector<4xi32>
// CHECK:         %[[BYTES:.*]] = vector.bitcast %[[WORDS]] : vector<4xi32> to vector<16xi8>
// CHECK:         vector.transfer_write %[[BYTES]], %{{.*}} {in_bounds = [true]}
// CHECK-NOT:     chain.contract
func.func @matrix_tiles_of_bytes_along_d(%x: memref<?x1024xi8>, %w: memref<32x1x8x16x4xi8>, %f: memref<512xf32>, %y: memref<?x512xi8>) {
  chain.contract ins(%x, %w, %f : memref<?x1024xi8>, memref<32x1x8x16x4xi8>, memref<512xf32>) outs(%y : memref<?x512xi8>)
      pattern(1, 16, 32, 32) order "dbc" packing(<kind = vnni, lanes = 16, per_lane = 4>) block_rows(32) attributes {x_digits = #chain.digits<sizes = [32, 32], order = [1, 0]>} {
  ^bb0(%sum: i32, %factor: f32):
    %0 = arith.sitofp %sum : i32 to f32
    %1 = arith.mulf %0, %factor : f32
    %2 = arith.fptosi %1 : f32 to i8
    chain.yield %2 : i8
  }
  return
}

// -----

// A residual has its columns in memory alone: sums change places before the body.
// CHECK-LABEL: func @matrix_tiles_of_bytes_with_a_residual(
// CHECK:         vector.transpose {{.*}} : vector<16x16xi32> to vector<16x16xi32>
// CHECK:         vector.transfer_read {{.*}} vector<16xi8>
// CHECK:         arith.addi {{.*}} vector<16xi8>
// CHECK-NOT:     vector.shuffle
// CHECK-NOT:     chain.contract
func.func @matrix_tiles_of_bytes_with_a_residual(%x: memref<?x1024xi8>, %w: memref<32x1x8x16x4xi8>, %r: memref<?x512xi8>, %y: memref<?x512xi8>) {
  chain.contract ins(%x, %w, %r : memref<?x1024xi8>, memref<32x1x8x16x4xi8>, memref<?x512xi8>) outs(%y : memref<?x512xi8>)
      pattern(1, 16, 32, 32) order "dbc" packing(<kind = vnni, lanes = 16, per_lane = 4>) block_rows(32) attributes {x_digits = #chain.digits<sizes = [32, 32], order = [1, 0]>} {
  ^bb0(%sum: i32, %residual: i8):
    %0 = arith.trunci %sum : i32 to i8
    %1 = arith.addi %0, %residual : i8
    chain.yield %1 : i8
  }
  return
}

// -----

func.func @matrix_tiles_of_fifteen_values_of_c(%x: memref<?x15xi8>, %w: memref<1x4x16x4xi8>, %y: memref<?x16xi32>) {
  // expected-error @below {{'chain.contract' op packing vnni: wanted a multiple of 16 for c and per_lane = 4 for 'i8', found c = 15, per_lane = 4}}
  chain.contract ins(%x, %w : memref<?x15xi8>, memref<1x4x16x4xi8>) outs(%y : memref<?x16xi32>)
      pattern(1, 16, 15, 1) order "bc" packing(<kind = vnni, lanes = 16, per_lane = 4>) block_rows(32) {
  ^bb0(%sum: i32):
    chain.yield %sum : i32
  }
  return
}

// -----

func.func @matrix_tiles_of_f32(%x: memref<?x16xf32>, %w: memref<1x16x16x1xf32>, %y: memref<?x16xf32>) {
  // expected-error @below {{'chain.contract' op packing vnni: wanted bf16 or i8, found 'f32'}}
  chain.contract ins(%x, %w : memref<?x16xf32>, memref<1x16x16x1xf32>) outs(%y : memref<?x16xf32>)
      pattern(1, 16, 16, 1) order "bc" packing(<kind = vnni, lanes = 16>) block_rows(32) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

// A block of one row has no smaller ones, nor larger.
// CHECK-LABEL: func @a_block_of_one_row(
// CHECK-NOT:     vector<4x16
// CHECK:         vector.contract {{.*}} into vector<1x1x16xf32>
// CHECK-NOT:     chain.contract
func.func @a_block_of_one_row(%x: memref<?x8xf32>, %w: memref<4x1x2x16xf32>, %y: memref<?x64xf32>) {
  chain.contract ins(%x, %w : memref<?x8xf32>, memref<4x1x2x16xf32>) outs(%y : memref<?x64xf32>)
      pattern(4, 16, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16>) block_rows(1) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

// Columns of x are (D / 16, c, D % 16), so c and a vector of d are one piece; the
// result goes to (b, c') digits in another order, a whole vector to each place.
// CHECK-LABEL: func @whole_vectors_in_another_order(
// CHECK-SAME:      %[[X:[^:]*]]: memref<?x128xf32>, %{{.*}}, %[[Y:[^:]*]]: memref<?x128xf32>)
// CHECK:         %[[XV:.*]] = memref.expand_shape %[[X]] {{.*}} into memref<?x2x4x16xf32>
// CHECK:         vector.transfer_read %[[XV]][%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}], {{.*}} vector<2x4x16xf32>
// CHECK:         vector.transfer_write %{{.*}}, %[[Y]][%{{.*}}, %{{.*}}] {in_bounds = [true]} : vector<16xf32>
// CHECK-NOT:     chain.contract
func.func @whole_vectors_in_another_order(%x: memref<?x128xf32>, %w: memref<2x1x4x4x16xf32>, %y: memref<?x128xf32>) {
  chain.contract ins(%x, %w : memref<?x128xf32>, memref<2x1x4x4x16xf32>) outs(%y : memref<?x128xf32>)
      pattern(1, 4, 4, 32) order "dbc" packing(<kind = panel_d, lanes = 16, panel = 4>) block_rows(2)
      attributes {x_digits = #chain.digits<sizes = [2, 4, 16], order = [1, 0, 2]>,
                  y_digits = #chain.digits<sizes = [4, 2, 16], order = [1, 0, 2]>} {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}
