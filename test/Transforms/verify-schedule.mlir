// RUN: danaus-opt %s --split-input-file --verify-diagnostics --danaus-verify-schedule

func.func @a_legal_schedule_passes(%w: tensor<4x3x2xf32>, %x: tensor<?x8xf32>,
                                   %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
      outs(%init : tensor<?x12xf32>) schedule(<rows = 3, axes = [b]>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

func.func @a_missing_schedule(%w: tensor<4x3x2xf32>, %x: tensor<?x8xf32>,
                              %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  // expected-error @below {{'chain.kernel' op wanted a schedule, found none}}
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
      outs(%init : tensor<?x12xf32>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

func.func @too_many_registers_and_no_d(%w: tensor<4x3x2xf32>, %x: tensor<?x8xf32>,
                                       %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on x86-avx512: cuts: wanted ascending indices from 1 to 0, found 1; axes: stage 0: wanted d > 1 for lanes along d, found 1; block_rows 12 x panel 4: wanted at most 32 vector registers, found 53}}
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
      outs(%init : tensor<?x12xf32>) schedule(<cuts = [1], axes = [d], block_rows = 12, panel = 4>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

// expected-error @below {{danaus.target: wanted one of x86-avx512, sapphirerapids, x86-avx2, sm_80, sm_90a, sm_100a, found "pdp-11"}}
module attributes {danaus.target = "pdp-11"} {
}

// -----

func.func @one_axis_for_two_stages(%w: tensor<4x2x2xf32>, %x: tensor<?x8xf32>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on x86-avx512: axes: wanted one for each of 2 stages, found 1}}
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x2x2xf32>)
      outs(%init : tensor<?x8xf32>) schedule(<rows = 8, axes = [b]>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x2x2xf32>):
    %0 = chain.stage %xi, %a pattern(4, 2, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x2x2xf32> -> tensor<?x8xf32>
    %1 = chain.stage %0, %a pattern(4, 2, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x2x2xf32> -> tensor<?x8xf32>
    chain.yield %1 : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @tensor_cores_on_a_cpu(%w: tensor<4x2x2xf32>, %x: tensor<?x8xf32>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on x86-avx512: unit: wanted fma on x86-avx512}}
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x2x2xf32>)
      outs(%init : tensor<?x8xf32>) schedule(<unit = mma_sync, rows = 16>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x2x2xf32>):
    %0 = chain.stage %xi, %a pattern(4, 2, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x2x2xf32> -> tensor<?x8xf32>
    chain.yield %0 : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @doubles_on_tensor_cores(%w: tensor<4x2x2xf64>, %x: tensor<?x8xf64>, %init: tensor<?x8xf64>) -> tensor<?x8xf64> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: element type: wanted 2 or 4 bytes, found 8}}
  %y = chain.kernel ins(%x, %w : tensor<?x8xf64>, tensor<4x2x2xf64>)
      outs(%init : tensor<?x8xf64>) schedule(<unit = mma_sync, rows = 16>) {
  ^bb0(%xi: tensor<?x8xf64>, %a: tensor<4x2x2xf64>):
    %0 = chain.stage %xi, %a pattern(4, 2, 2, 1) order "abc" : tensor<?x8xf64>, tensor<4x2x2xf64> -> tensor<?x8xf64>
    chain.yield %0 : tensor<?x8xf64>
  } -> tensor<?x8xf64>
  return %y : tensor<?x8xf64>
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @no_stage_on_tensor_cores(%x: tensor<?x8xf32>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: stages: wanted at least one, found none}}
  %y = chain.kernel ins(%x : tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) schedule(<unit = mma_sync, rows = 16>) {
  ^bb0(%xi: tensor<?x8xf32>):
    chain.yield %xi : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @weights_that_exceed_the_registers(%w1: tensor<48x48x48xbf16>, %w2: tensor<48x48x48xbf16>, %x: tensor<?x2304xbf16>,
                                             %init: tensor<?x2304xbf16>) -> tensor<?x2304xbf16> {
  // expected-error-re @below {{'chain.kernel' op schedule is not legal on sm_90a: launch 0: wanted at most 255 registers a thread, found about {{[0-9]+}}}}
  %y = chain.kernel ins(%x, %w1, %w2 : tensor<?x2304xbf16>, tensor<48x48x48xbf16>, tensor<48x48x48xbf16>)
      outs(%init : tensor<?x2304xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 8, depth = 1, placement = registers>) {
  ^bb0(%xi: tensor<?x2304xbf16>, %a: tensor<48x48x48xbf16>, %b: tensor<48x48x48xbf16>):
    %0 = chain.stage %xi, %a pattern(48, 48, 48, 1) order "abc" : tensor<?x2304xbf16>, tensor<48x48x48xbf16> -> tensor<?x2304xbf16>
    %1 = chain.stage %0, %b pattern(1, 48, 48, 48) order "dbc" : tensor<?x2304xbf16>, tensor<48x48x48xbf16> -> tensor<?x2304xbf16>
    chain.yield %1 : tensor<?x2304xbf16>
  } -> tensor<?x2304xbf16>
  return %y : tensor<?x2304xbf16>
}
}

// -----

module attributes {danaus.target = "sapphirerapids"} {
  func.func @tiles_for_what_does_not_fit_them(%w: tensor<4x16x30xbf16>, %v: tensor<8x12x8xbf16>, %bias: tensor<?x64xbf16>,
      %x: tensor<?x120xbf16>, %init: tensor<?x96xbf16>) -> tensor<?x96xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sapphirerapids: unit: stage 0: wanted a multiple of 16 for c for amx; unit: stage 1: wanted a multiple of 16 for c for amx; unit: stage 1: wanted multiples of 16 for b and d for amx; unit: stage 1: wanted d = b of the stage before for amx; unit: wanted maps without operands of rank 2 between stages for amx}}
    %y = chain.kernel ins(%x, %w, %v, %bias : tensor<?x120xbf16>, tensor<4x16x30xbf16>, tensor<8x12x8xbf16>, tensor<?x64xbf16>)
        outs(%init : tensor<?x96xbf16>) schedule(<unit = amx, rows = 32>) {
    ^bb0(%xi: tensor<?x120xbf16>, %a: tensor<4x16x30xbf16>, %b: tensor<8x12x8xbf16>, %c: tensor<?x64xbf16>):
      %0 = chain.stage %xi, %a pattern(4, 16, 30, 1) order "abc"
          : tensor<?x120xbf16>, tensor<4x16x30xbf16> -> tensor<?x64xbf16>
      %1 = chain.map %0, %c : tensor<?x64xbf16>, tensor<?x64xbf16> -> tensor<?x64xbf16> {
      ^bb0(%s: bf16, %t: bf16):
        %n = arith.addf %s, %t : bf16
        chain.yield %n : bf16
      }
      %2 = chain.stage %1, %b pattern(1, 12, 8, 8) order "dbc"
          : tensor<?x64xbf16>, tensor<8x12x8xbf16> -> tensor<?x96xbf16>
      chain.yield %2 : tensor<?x96xbf16>
    } -> tensor<?x96xbf16>
    return %y : tensor<?x96xbf16>
  }
}

// -----

module attributes {danaus.target = "sapphirerapids"} {
  func.func @tiles_where_d_comes_first(%w: tensor<16x16x32xf16>, %x: tensor<?x512xf16>,
                                       %init: tensor<?x256xf16>) -> tensor<?x256xf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sapphirerapids: unit: stage 0: wanted d = 1, or after such a stage for amx; unit: wanted activations of bf16 or of i8 for amx}}
    %y = chain.kernel ins(%x, %w : tensor<?x512xf16>, tensor<16x16x32xf16>)
        outs(%init : tensor<?x256xf16>) schedule(<unit = amx, rows = 32>) {
    ^bb0(%xi: tensor<?x512xf16>, %a: tensor<16x16x32xf16>):
      %0 = chain.stage %xi, %a pattern(1, 16, 32, 16) order "dbc"
          : tensor<?x512xf16>, tensor<16x16x32xf16> -> tensor<?x256xf16>
      chain.yield %0 : tensor<?x256xf16>
    } -> tensor<?x256xf16>
    return %y : tensor<?x256xf16>
  }
}

// -----

module attributes {danaus.target = "sapphirerapids"} {
  func.func @tiles_without_a_stage(%x: tensor<?x12xbf16>, %init: tensor<?x12xbf16>) -> tensor<?x12xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sapphirerapids: unit: wanted a stage for amx}}
    %y = chain.kernel ins(%x : tensor<?x12xbf16>) outs(%init : tensor<?x12xbf16>) schedule(<unit = amx, rows = 32>) {
    ^bb0(%xi: tensor<?x12xbf16>):
      %0 = chain.map %xi : tensor<?x12xbf16> -> tensor<?x12xbf16> {
      ^bb0(%s: bf16):
        chain.yield %s : bf16
      }
      chain.yield %0 : tensor<?x12xbf16>
    } -> tensor<?x12xbf16>
    return %y : tensor<?x12xbf16>
  }
}

// -----

func.func @a_complex_block_counts_twice(%w: tensor<4x3x2xcomplex<f32>>, %x: tensor<?x8xcomplex<f32>>,
                                        %init: tensor<?x12xcomplex<f32>>) -> tensor<?x12xcomplex<f32>> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on x86-avx512: block_rows 6 x panel 8: wanted at most 32 vector registers, found 56}}
  %y = chain.kernel ins(%x, %w : tensor<?x8xcomplex<f32>>, tensor<4x3x2xcomplex<f32>>)
      outs(%init : tensor<?x12xcomplex<f32>>) schedule(<axes = [b], block_rows = 6, panel = 4>) {
  ^bb0(%xi: tensor<?x8xcomplex<f32>>, %a: tensor<4x3x2xcomplex<f32>>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xcomplex<f32>>, tensor<4x3x2xcomplex<f32>> -> tensor<?x12xcomplex<f32>>
    chain.yield %0 : tensor<?x12xcomplex<f32>>
  } -> tensor<?x12xcomplex<f32>>
  return %y : tensor<?x12xcomplex<f32>>
}

// -----

func.func @complex_numbers_on_another_unit(%w: tensor<4x3x2xcomplex<f32>>, %x: tensor<?x8xcomplex<f32>>,
                                           %init: tensor<?x12xcomplex<f32>>) -> tensor<?x12xcomplex<f32>> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on x86-avx512: unit: wanted fma for complex numbers}}
  %y = chain.kernel ins(%x, %w : tensor<?x8xcomplex<f32>>, tensor<4x3x2xcomplex<f32>>)
      outs(%init : tensor<?x12xcomplex<f32>>) schedule(<unit = mma_sync>) {
  ^bb0(%xi: tensor<?x8xcomplex<f32>>, %a: tensor<4x3x2xcomplex<f32>>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xcomplex<f32>>, tensor<4x3x2xcomplex<f32>> -> tensor<?x12xcomplex<f32>>
    chain.yield %0 : tensor<?x12xcomplex<f32>>
  } -> tensor<?x12xcomplex<f32>>
  return %y : tensor<?x12xcomplex<f32>>
}

// -----

module attributes {danaus.target = "sapphirerapids"} {
  func.func @transforms_on_matrix_tiles(%w: tensor<32x32xbf16>, %x: tensor<?x1024xbf16>,
                                        %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sapphirerapids: unit: wanted no transforms for amx}}
    %y = chain.kernel ins(%x, %w : tensor<?x1024xbf16>, tensor<32x32xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = amx, rows = 32, block_rows = 32>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<32x32xbf16>):
      %0 = chain.stage %xi, %a pattern(32, 32, 32, 1) order "bc" transform(<hadamard>)
          : tensor<?x1024xbf16>, tensor<32x32xbf16> -> tensor<?x1024xbf16>
      chain.yield %0 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @a_map_behind_a_product_of_the_library(%w: tensor<512x256xbf16>, %x: tensor<?x256xbf16>,
                                                   %init: tensor<?x512xbf16>) -> tensor<?x512xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: library: wanted no maps beside the stage}}
    %y = chain.kernel ins(%x, %w : tensor<?x256xbf16>, tensor<512x256xbf16>)
        outs(%init : tensor<?x512xbf16>) schedule(<unit = wgmma, rows = 128, panel = 128, warps = 4, library = true>) {
    ^bb0(%xi: tensor<?x256xbf16>, %a: tensor<512x256xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 512, 256, 1) order "bc" : tensor<?x256xbf16>, tensor<512x256xbf16> -> tensor<?x512xbf16>
      %1 = chain.map %0 : tensor<?x512xbf16> -> tensor<?x512xbf16> {
      ^bb0(%v: bf16):
        %n = arith.negf %v : bf16
        chain.yield %n : bf16
      }
      chain.yield %1 : tensor<?x512xbf16>
    } -> tensor<?x512xbf16>
    return %y : tensor<?x512xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @library_of_another_unit(%w: tensor<64x64xbf16>, %x: tensor<?x64xbf16>,
                                     %init: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: library: wanted unit wgmma, found mma_sync}}
    %y = chain.kernel ins(%x, %w : tensor<?x64xbf16>, tensor<64x64xbf16>)
        outs(%init : tensor<?x64xbf16>) schedule(<unit = mma_sync, rows = 16, depth = 1, library = true>) {
    ^bb0(%xi: tensor<?x64xbf16>, %a: tensor<64x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<64x64xbf16> -> tensor<?x64xbf16>
      chain.yield %0 : tensor<?x64xbf16>
    } -> tensor<?x64xbf16>
    return %y : tensor<?x64xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @a_legal_cluster_passes(%v: tensor<64x1024xbf16>, %u: tensor<1024x64xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<64x1024xbf16>, tensor<1024x64xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = mma_sync, rows = 16, depth = 1, placement = registers, cluster = 8>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<64x1024xbf16>, %b: tensor<1024x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<64x1024xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<1024x64xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @runs_of_pieces_in_place(%w: tensor<16x16xbf16>, %x: tensor<?x256xbf16>, %init: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: in_place, stage 1: wanted a panel that gives runs of 16 bytes, found 4}}
  %y = chain.kernel ins(%x, %w : tensor<?x256xbf16>, tensor<16x16xbf16>)
      outs(%init : tensor<?x256xbf16>) schedule(<unit = mma_sync, rows = 1, cuts = [1], depth = 1, in_place = true>) {
  ^bb0(%xi: tensor<?x256xbf16>, %a: tensor<16x16xbf16>):
    %0 = chain.stage %xi, %a pattern(16, 16, 16, 1) order "bc" : tensor<?x256xbf16>, tensor<16x16xbf16> -> tensor<?x256xbf16>
    %1 = chain.stage %0, %a pattern(1, 16, 16, 16) order "bc" : tensor<?x256xbf16>, tensor<16x16xbf16> -> tensor<?x256xbf16>
    chain.yield %1 : tensor<?x256xbf16>
  } -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @clusters_of_warpgroups(%v: tensor<64x1024xbf16>, %u: tensor<1024x64xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: cluster for wgmma: wanted 1, 2 or 4, found 8}}
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<64x1024xbf16>, tensor<1024x64xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = wgmma, rows = 128, panel = 128, warps = 4, cuts = [1], cluster = 8>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<64x1024xbf16>, %b: tensor<1024x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<64x1024xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<1024x64xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @pairs_of_warpgroups(%v: tensor<128x1024xbf16>, %u: tensor<1024x128xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: pair of stages 0 and 1: wanted 4, 8, 16, 32 or 64 columns of a block for one D, found 128}}
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<128x1024xbf16>, tensor<1024x128xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = wgmma, rows = 128, panel = 128, depth = 4>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<128x1024xbf16>, %b: tensor<1024x128xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 128, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<128x1024xbf16> -> tensor<?x128xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 128, 1) order "bc" : tensor<?x128xbf16>, tensor<1024x128xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @cuts_of_groups_in_place(%w: tensor<16x16xbf16>, %x: tensor<?x256xbf16>, %init: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: cuts: wanted ascending indices from 1 to 1, found 2}}
  %y = chain.kernel ins(%x, %w : tensor<?x256xbf16>, tensor<16x16xbf16>)
      outs(%init : tensor<?x256xbf16>) schedule(<unit = mma_sync, rows = 1, cuts = [2], depth = 1, in_place = true>) {
  ^bb0(%xi: tensor<?x256xbf16>, %a: tensor<16x16xbf16>):
    %0 = chain.stage %xi, %a pattern(16, 16, 16, 1) order "bc" : tensor<?x256xbf16>, tensor<16x16xbf16> -> tensor<?x256xbf16>
    %1 = chain.stage %0, %a pattern(1, 16, 16, 16) order "bc" : tensor<?x256xbf16>, tensor<16x16xbf16> -> tensor<?x256xbf16>
    chain.yield %1 : tensor<?x256xbf16>
  } -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @clusters_by_the_library(%v: tensor<64x1024xbf16>, %u: tensor<1024x64xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: library: wanted unit wgmma, found mma_sync}}
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<64x1024xbf16>, tensor<1024x64xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = mma_sync, rows = 16, depth = 1, placement = registers, cluster = 8, library = true>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<64x1024xbf16>, %b: tensor<1024x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<64x1024xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<1024x64xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @clusters_of_streamed_weights_in_a_ring(%v: tensor<64x1024xbf16>, %u: tensor<1024x64xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: cluster: wanted weights in registers; cluster: wanted no cuts, ring, steps or in_place, and one buffer of results}}
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<64x1024xbf16>, tensor<1024x64xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = mma_sync, rows = 16, depth = 1, cuts = [1], ring = 4, cluster = 8>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<64x1024xbf16>, %b: tensor<1024x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<64x1024xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<1024x64xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @a_cluster_of_three(%v: tensor<64x1024xbf16>, %u: tensor<1024x64xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: cluster: wanted 2, 4 or 8, found 3}}
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<64x1024xbf16>, tensor<1024x64xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = mma_sync, rows = 16, depth = 1, placement = registers, cluster = 3>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<64x1024xbf16>, %b: tensor<1024x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<64x1024xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<1024x64xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @in_place_by_warpgroups(%v: tensor<64x1024xbf16>, %u: tensor<1024x64xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: in_place: wanted unit mma_sync, found wgmma}}
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<64x1024xbf16>, tensor<1024x64xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = wgmma, rows = 128, panel = 128, warps = 4, cuts = [1], in_place = true>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<64x1024xbf16>, %b: tensor<1024x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<64x1024xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<1024x64xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @in_place_in_steps(%v: tensor<64x1024xbf16>, %u: tensor<1024x64xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: in_place: wanted no steps, and one buffer of results}}
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<64x1024xbf16>, tensor<1024x64xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = mma_sync, rows = 1, warps = 4, depth = 1, steps = 8, in_place = true>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<64x1024xbf16>, %b: tensor<1024x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<64x1024xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<1024x64xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @digits_of_a_group_in_place(%w: tensor<16x16xbf16>, %x: tensor<?x12288xbf16>, %init: tensor<?x12288xbf16>) -> tensor<?x12288xbf16> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: in_place, stage 0: wanted stages between cuts whose d are multiples of 24 and whose c d divide 512, found d = 24 and c d = 384}}
  %y = chain.kernel ins(%x, %w : tensor<?x12288xbf16>, tensor<16x16xbf16>)
      outs(%init : tensor<?x12288xbf16>) schedule(<unit = mma_sync, rows = 1, cuts = [2], depth = 1, panel = 32, in_place = true>) {
  ^bb0(%xi: tensor<?x12288xbf16>, %a: tensor<16x16xbf16>):
    %0 = chain.stage %xi, %a pattern(32, 16, 16, 24) order "bc" : tensor<?x12288xbf16>, tensor<16x16xbf16> -> tensor<?x12288xbf16>
    %1 = chain.stage %0, %a pattern(24, 16, 16, 32) order "bc" : tensor<?x12288xbf16>, tensor<16x16xbf16> -> tensor<?x12288xbf16>
    %2 = chain.stage %1, %a pattern(768, 16, 16, 1) order "bc" : tensor<?x12288xbf16>, tensor<16x16xbf16> -> tensor<?x12288xbf16>
    chain.yield %2 : tensor<?x12288xbf16>
  } -> tensor<?x12288xbf16>
  return %y : tensor<?x12288xbf16>
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @in_place_of_fma_without_transforms(%w: tensor<4x4xcomplex<f32>>, %x: tensor<?x4xcomplex<f32>>,
                                                %init: tensor<?x4xcomplex<f32>>) -> tensor<?x4xcomplex<f32>> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: in_place of unit fma: wanted only transforms of complex<f32>}}
    %y = chain.kernel ins(%x, %w : tensor<?x4xcomplex<f32>>, tensor<4x4xcomplex<f32>>)
        outs(%init : tensor<?x4xcomplex<f32>>) schedule(<rows = 1, warps = 1, depth = 1, in_place = true>) {
    ^bb0(%xi: tensor<?x4xcomplex<f32>>, %a: tensor<4x4xcomplex<f32>>):
      %0 = chain.stage %xi, %a pattern(1, 4, 4, 1) order "bc" : tensor<?x4xcomplex<f32>>, tensor<4x4xcomplex<f32>> -> tensor<?x4xcomplex<f32>>
      chain.yield %0 : tensor<?x4xcomplex<f32>>
    } -> tensor<?x4xcomplex<f32>>
    return %y : tensor<?x4xcomplex<f32>>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @legal_shared_weights_pass(%v: tensor<64x1024xbf16>, %u: tensor<1024x64xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<64x1024xbf16>, tensor<1024x64xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = wgmma, rows = 24, warps = 8, depth = 2, placement = shared, outputs = 2, cluster = 8>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<64x1024xbf16>, %b: tensor<1024x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<64x1024xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<1024x64xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @shared_weights_of_warps(%v: tensor<64x1024xbf16>, %u: tensor<1024x64xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: placement shared: wanted unit wgmma, found mma_sync; cluster: wanted weights in registers}}
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<64x1024xbf16>, tensor<1024x64xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 8, depth = 1, placement = shared, cluster = 8>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<64x1024xbf16>, %b: tensor<1024x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<64x1024xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<1024x64xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}

// -----

module attributes {danaus.target = "sm_90a"} {
  func.func @shared_weights_of_wide_tiles(%v: tensor<64x1024xbf16>, %u: tensor<1024x64xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    // expected-error @below {{'chain.kernel' op schedule is not legal on sm_90a: placement shared: wanted at most 232448 bytes of shared memory, found 1245984}}
    %y = chain.kernel ins(%x, %v, %u : tensor<?x1024xbf16>, tensor<64x1024xbf16>, tensor<1024x64xbf16>)
        outs(%init : tensor<?x1024xbf16>) schedule(<unit = wgmma, rows = 128, warps = 8, depth = 8, placement = shared, cluster = 2>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<64x1024xbf16>, %b: tensor<1024x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 1024, 1) order "bc" : tensor<?x1024xbf16>, tensor<64x1024xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 1024, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<1024x64xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}
