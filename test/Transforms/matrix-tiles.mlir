// RUN: danaus-opt %s --split-input-file --danaus-assign-schedule --danaus-verify-schedule --danaus-pack-weights \
// RUN:   --danaus-tile-kernels --canonicalize | FileCheck %s
// RUN: danaus-opt %s --split-input-file --danaus-assign-schedule --danaus-assign-schedule --danaus-pack-weights \
// RUN:   --danaus-pack-weights --danaus-tile-kernels --canonicalize | FileCheck %s

// A Monarch in bf16 on a chip with matrix tiles. The first stage puts its 32
// blocks of b = 16 columns side by side, so that the second finds the inputs of a
// sum next to each other; between the two lies bf16.
module attributes {danaus.target = "sapphirerapids"} {
  // CHECK-LABEL: func @a_monarch_runs_on_tiles(
  // CHECK-SAME:      tensor<32x1x1x16x16x2xbf16>, %{{.*}}: tensor<16x1x1x16x16x2xbf16>
  // CHECK:         %[[TILE:.*]] = tensor.empty() : tensor<{{[0-9]+}}x512xbf16>
  // CHECK:         chain.contract {{.*}} pattern(32, 16, 32, 1) {{.*}} packing(<kind = vnni, lanes = 16, group = 512, digit = 16>) block_rows({{[0-9]+}}) {
  // CHECK:           arith.truncf {{.*}} : f32 to bf16
  // CHECK:         chain.contract {{.*}} pattern(1, 16, 32, 16) {{.*}} packing(<kind = vnni, lanes = 16>) {{.*}} attributes {x_digits = #chain.digits<sizes = [1, 16, 32], order = [0, 2, 1]>}
  // CHECK-LABEL: func @a_monarch_runs_on_tiles_pack(
  // CHECK:         linalg.transpose {{.*}} permutation = [0, 1, 3, 4, 2, 5]
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
