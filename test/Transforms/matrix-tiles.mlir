// RUN: danaus-opt %s --split-input-file --danaus-assign-schedule --danaus-verify-schedule --danaus-pack-weights \
// RUN:   --danaus-tile-kernels --canonicalize | FileCheck %s
// RUN: danaus-opt %s --split-input-file --danaus-assign-schedule --danaus-assign-schedule --danaus-pack-weights \
// RUN:   --danaus-pack-weights --danaus-tile-kernels --canonicalize | FileCheck %s

// A Monarch in bf16 on a chip with matrix tiles. The first stage puts its 32
// blocks of b = 16 columns side by side, so that the second finds the inputs of a
// sum next to each other; between the two lies bf16.
module attributes {danaus.target = "sapphirerapids"} {
  // CHECK-LABEL: func @a_monarch_runs_on_tiles(
  // CHECK-SAME:      tensor<32x1x16x16x2xbf16>, %{{.*}}: tensor<16x1x16x16x2xbf16>
  // CHECK:         %[[TILE:.*]] = tensor.empty() : tensor<{{[0-9]+}}x512xbf16>
  // CHECK:         chain.contract {{.*}} pattern(32, 16, 32, 1) {{.*}} packing(<kind = vnni, lanes = 16, group = 512, digit = 16, per_lane = 2>) block_rows({{[0-9]+}}) {
  // CHECK:           arith.truncf {{.*}} : f32 to bf16
  // CHECK:         chain.contract {{.*}} pattern(1, 16, 32, 16) {{.*}} packing(<kind = vnni, lanes = 16, per_lane = 2>) {{.*}} attributes {x_digits = #chain.digits<sizes = [1, 16, 32], order = [0, 2, 1]>}
  // CHECK-LABEL: func @a_monarch_runs_on_tiles_pack(
  // CHECK:         linalg.transpose {{.*}} permutation = [0, 1, 3, 2, 4]
  func.func @a_monarch_runs_on_tiles(%w: tensor<32x16x32xbf16>, %v: tensor<16x16x32xbf16>,
      %x: tensor<?x1024xbf16>, %init: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
    %y = chain.kernel ins(%x, %w, %v : tensor<?x1024xbf16>, tensor<32x16x32xbf16>, tensor<16x16x32xbf16>)
        outs(%init : tensor<?x256xbf16>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<32x16x32xbf16>, %b: tensor<16x16x32xbf16>):
      %0 = chain.stage %xi, %a pattern(32, 16, 32, 1) order "abc"
          : tensor<?x1024xbf16>, tensor<32x16x32xbf16> -> tensor<?x512xbf16>
      %1 = chain.stage %0, %b pattern(1, 16, 32, 16) order "dbc"
          : tensor<?x512xbf16>, tensor<16x16x32xbf16> -> tensor<?x256xbf16>
      chain.yield %1 : tensor<?x256xbf16>
    } -> tensor<?x256xbf16>
    return %y : tensor<?x256xbf16>
  }
}

// -----

// The same in i8: four values of c a lane, and the factors of a map between the two in the order of its columns.
module attributes {danaus.target = "sapphirerapids"} {
  // CHECK-LABEL: func @bytes_run_on_tiles(
  // CHECK-SAME:      tensor<32x1x8x16x4xi8>, %{{.*}}: tensor<16x1x8x16x4xi8>, %[[F:[^:]*]]: tensor<512xf32>
  // CHECK:         tensor.expand_shape %[[F]] {{.*}} output_shape [1, 32, 16]
  // CHECK:         linalg.transpose {{.*}} permutation = [0, 2, 1]
  // CHECK:         %[[FACTORS:.*]] = tensor.collapse_shape {{.*}} into tensor<512xf32>
  // CHECK:         tensor.empty() : tensor<{{[0-9]+}}x512xi8>
  // CHECK:         chain.contract ins(%{{.*}}, %{{.*}}, %[[FACTORS]] : {{.*}} packing(<kind = vnni, lanes = 16, group = 512, digit = 16, per_lane = 4>)
  // CHECK:         ^bb0(%{{.*}}: i32, %{{.*}}: f32):
  // CHECK:           arith.sitofp
  // CHECK:         chain.contract {{.*}} packing(<kind = vnni, lanes = 16, per_lane = 4>) {{.*}} attributes {x_digits = #chain.digits<sizes = [1, 16, 32], order = [0, 2, 1]>}
  // CHECK:         ^bb0(%[[SUM:.*]]: i32):
  // CHECK-NEXT:      chain.yield %[[SUM]] : i32
  func.func @bytes_run_on_tiles(%w: tensor<32x16x32xi8>, %v: tensor<16x16x32xi8>, %f: tensor<512xf32>,
      %x: tensor<?x1024xi8>, %init: tensor<?x256xi32>) -> tensor<?x256xi32> {
    %y = chain.kernel ins(%x, %w, %v, %f : tensor<?x1024xi8>, tensor<32x16x32xi8>, tensor<16x16x32xi8>, tensor<512xf32>)
        outs(%init : tensor<?x256xi32>) {
    ^bb0(%xi: tensor<?x1024xi8>, %a: tensor<32x16x32xi8>, %b: tensor<16x16x32xi8>, %c: tensor<512xf32>):
      %0 = chain.stage %xi, %a pattern(32, 16, 32, 1) order "abc"
          : tensor<?x1024xi8>, tensor<32x16x32xi8> -> tensor<?x512xi32>
      %1 = chain.map %0, %c : tensor<?x512xi32>, tensor<512xf32> -> tensor<?x512xi8> {
      ^bb0(%s: i32, %t: f32):
        %r = arith.sitofp %s : i32 to f32
        %p = arith.mulf %r, %t : f32
        %q = arith.fptosi %p : f32 to i8
        chain.yield %q : i8
      }
      %2 = chain.stage %1, %b pattern(1, 16, 32, 16) order "dbc"
          : tensor<?x512xi8>, tensor<16x16x32xi8> -> tensor<?x256xi32>
      chain.yield %2 : tensor<?x256xi32>
    } -> tensor<?x256xi32>
    return %y : tensor<?x256xi32>
  }
}

// -----

// Tiles have one type in a kernel.
module attributes {danaus.target = "sapphirerapids"} {
  // CHECK-LABEL: func @bytes_then_floats_run_on_vectors(
  // CHECK-NOT:     vnni
  // CHECK:         chain.contract {{.*}}xi8>) outs({{.*}} packing(<kind = panel_b, lanes = 16, per_lane = 2>)
  // CHECK:         chain.contract {{.*}}xbf16>) outs({{.*}} packing(<kind = panel_b
  func.func @bytes_then_floats_run_on_vectors(%w: tensor<4x16x32xi8>, %v: tensor<4x16x16xbf16>,
      %x: tensor<?x128xi8>, %init: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
    %y = chain.kernel ins(%x, %w, %v : tensor<?x128xi8>, tensor<4x16x32xi8>, tensor<4x16x16xbf16>)
        outs(%init : tensor<?x64xbf16>) {
    ^bb0(%xi: tensor<?x128xi8>, %a: tensor<4x16x32xi8>, %b: tensor<4x16x16xbf16>):
      %0 = chain.stage %xi, %a pattern(4, 16, 32, 1) order "abc"
          : tensor<?x128xi8>, tensor<4x16x32xi8> -> tensor<?x64xi32>
      %1 = chain.map %0 : tensor<?x64xi32> -> tensor<?x64xbf16> {
      ^bb0(%s: i32):
        %r = arith.sitofp %s : i32 to bf16
        chain.yield %r : bf16
      }
      %2 = chain.stage %1, %b pattern(4, 16, 16, 1) order "abc"
          : tensor<?x64xbf16>, tensor<4x16x16xbf16> -> tensor<?x64xbf16>
      chain.yield %2 : tensor<?x64xbf16>
    } -> tensor<?x64xbf16>
    return %y : tensor<?x64xbf16>
  }
}

// -----

module attributes {danaus.target = "sapphirerapids"} {
  // CHECK-LABEL: func @f32_runs_on_vectors(
  // CHECK:         packing(<kind = panel_b
  func.func @f32_runs_on_vectors(%w: tensor<4x16x32xf32>, %x: tensor<?x128xf32>,
                                 %init: tensor<?x64xf32>) -> tensor<?x64xf32> {
    %y = chain.kernel ins(%x, %w : tensor<?x128xf32>, tensor<4x16x32xf32>) outs(%init : tensor<?x64xf32>) {
    ^bb0(%xi: tensor<?x128xf32>, %a: tensor<4x16x32xf32>):
      %0 = chain.stage %xi, %a pattern(4, 16, 32, 1) order "abc"
          : tensor<?x128xf32>, tensor<4x16x32xf32> -> tensor<?x64xf32>
      chain.yield %0 : tensor<?x64xf32>
    } -> tensor<?x64xf32>
    return %y : tensor<?x64xf32>
  }

  // CHECK-LABEL: func @four_rows_of_bytes_run_on_vectors(
  // CHECK:         packing(<kind = panel_b, lanes = 16, per_lane = 2>)
  func.func @four_rows_of_bytes_run_on_vectors(%w: tensor<4x16x32xi8>, %x: tensor<4x128xi8>,
                                               %init: tensor<4x64xi32>) -> tensor<4x64xi32> {
    %y = chain.kernel ins(%x, %w : tensor<4x128xi8>, tensor<4x16x32xi8>) outs(%init : tensor<4x64xi32>) {
    ^bb0(%xi: tensor<4x128xi8>, %a: tensor<4x16x32xi8>):
      %0 = chain.stage %xi, %a pattern(4, 16, 32, 1) order "abc"
          : tensor<4x128xi8>, tensor<4x16x32xi8> -> tensor<4x64xi32>
      chain.yield %0 : tensor<4x64xi32>
    } -> tensor<4x64xi32>
    return %y : tensor<4x64xi32>
  }

  // CHECK-LABEL: func @three_rows_of_bf16_run_on_tiles(
  // CHECK:         packing(<kind = vnni, lanes = 16, per_lane = 2>)
  func.func @three_rows_of_bf16_run_on_tiles(%w: tensor<4x16x32xbf16>, %x: tensor<3x128xbf16>,
                                             %init: tensor<3x64xbf16>) -> tensor<3x64xbf16> {
    %y = chain.kernel ins(%x, %w : tensor<3x128xbf16>, tensor<4x16x32xbf16>) outs(%init : tensor<3x64xbf16>) {
    ^bb0(%xi: tensor<3x128xbf16>, %a: tensor<4x16x32xbf16>):
      %0 = chain.stage %xi, %a pattern(4, 16, 32, 1) order "abc"
          : tensor<3x128xbf16>, tensor<4x16x32xbf16> -> tensor<3x64xbf16>
      chain.yield %0 : tensor<3x64xbf16>
    } -> tensor<3x64xbf16>
    return %y : tensor<3x64xbf16>
  }

  // CHECK-LABEL: func @thirty_values_of_c_run_on_vectors(
  // CHECK:         packing(<kind = panel_b
  func.func @thirty_values_of_c_run_on_vectors(%w: tensor<4x16x30xbf16>, %x: tensor<?x120xbf16>,
                                               %init: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
    %y = chain.kernel ins(%x, %w : tensor<?x120xbf16>, tensor<4x16x30xbf16>) outs(%init : tensor<?x64xbf16>) {
    ^bb0(%xi: tensor<?x120xbf16>, %a: tensor<4x16x30xbf16>):
      %0 = chain.stage %xi, %a pattern(4, 16, 30, 1) order "abc"
          : tensor<?x120xbf16>, tensor<4x16x30xbf16> -> tensor<?x64xbf16>
      chain.yield %0 : tensor<?x64xbf16>
    } -> tensor<?x64xbf16>
    return %y : tensor<?x64xbf16>
  }
}

// -----

module attributes {danaus.target = "x86-avx512"} {
  // CHECK-LABEL: func @a_chip_without_tiles_runs_on_vectors(
  // CHECK:         packing(<kind = panel_b
  func.func @a_chip_without_tiles_runs_on_vectors(%w: tensor<4x16x32xbf16>, %x: tensor<?x128xbf16>,
                                                  %init: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
    %y = chain.kernel ins(%x, %w : tensor<?x128xbf16>, tensor<4x16x32xbf16>) outs(%init : tensor<?x64xbf16>) {
    ^bb0(%xi: tensor<?x128xbf16>, %a: tensor<4x16x32xbf16>):
      %0 = chain.stage %xi, %a pattern(4, 16, 32, 1) order "abc"
          : tensor<?x128xbf16>, tensor<4x16x32xbf16> -> tensor<?x64xbf16>
      chain.yield %0 : tensor<?x64xbf16>
    } -> tensor<?x64xbf16>
    return %y : tensor<?x64xbf16>
  }
}
