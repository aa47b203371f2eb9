// RUN: danaus-opt %s --split-input-file --verify-diagnostics --convert-chain-to-tile

// expected-error @below {{danaus.target: wanted a GPU, such as "sm_90a", found none}}
module {
func.func @no_target(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16>) {
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

// expected-error @below {{danaus.target: wanted a GPU, such as "sm_90a", found "x86-avx2"}}
module attributes {danaus.target = "x86-avx2"} {
func.func @a_cpu_as_target(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16>) {
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @too_many_warps(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16>) {
  // expected-error @below {{'chain.kernel' op schedule on sm_90a: warps: wanted at most 32, found 64}}
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 64, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @rows_that_are_no_tile(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16>) {
  // expected-error @below {{'chain.kernel' op schedule on sm_90a: rows: wanted 16, 32, 48 or 64, found 20}}
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 20, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @an_element_type_without_tensor_cores(%x: memref<?x16xf64>, %w: memref<1x2x8x4x2xf64>, %y: memref<?x8xf64>) {
  chain.kernel ins(%x, %w : memref<?x16xf64>, memref<1x2x8x4x2xf64>) outs(%y : memref<?x8xf64>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xf64>, %a1: tensor<1x2x8x4x2xf64>):
    // expected-error @below {{'chain.stage' op element type on a GPU: wanted f32, f16, bf16, or f64 in place, found 'f64'}}
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k8>) : tensor<?x16xf64>, tensor<1x2x8x4x2xf64> -> tensor<?x8xf64>
    chain.yield %s : tensor<?x8xf64>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_weight_that_is_not_packed(%x: memref<?x16xbf16>, %w: memref<8x16xbf16>, %y: memref<?x8xbf16>) {
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<8x16xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<8x16xbf16>):
    // expected-error @below {{'chain.stage' op packing: wanted mma_k16 for a GPU; run danaus-pack-weights}}
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" : tensor<?x16xbf16>, tensor<8x16xbf16> -> tensor<?x8xbf16>
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_weight_packed_for_f32(%x: memref<?x16xbf16>, %w: memref<1x2x8x4x2xbf16>, %y: memref<?x8xbf16>) {
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x2x8x4x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x2x8x4x2xbf16>):
    // expected-error @below {{'chain.stage' op packing: wanted mma_k16 for a GPU; run danaus-pack-weights}}
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k8>) : tensor<?x16xbf16>, tensor<1x2x8x4x2xbf16> -> tensor<?x8xbf16>
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_result_in_f64(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xf64>) {
  // expected-error @below {{'chain.kernel' op element type of the result on a GPU: wanted f32, f16, bf16, or f64 in place, found 'f64'}}
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xf64>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xf64>
    chain.yield %s : tensor<?x8xf64>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_map_before_the_first_stage(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16>) {
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    // expected-error @below {{'chain.map' op wanted a stage before the first map of a kernel on a GPU}}
    %m = chain.map %a0 : tensor<?x16xbf16> -> tensor<?x16xbf16> {
    ^bb0(%v: bf16):
      chain.yield %v : bf16
    }
    %s = chain.stage %m, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_permutation_in_a_kernel(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16>) {
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    // expected-error @below {{'chain.permute' op wanted only stages and maps in a kernel on a GPU}}
    %p = chain.permute %a0 sizes [4, 4] order [1, 0] : tensor<?x16xbf16>
    %s = chain.stage %p, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_body_that_forks(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16>) {
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    // expected-error @below {{'chain.stage' op wanted the result of the op before as its x}}
    %t = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    chain.yield %t : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @an_operand_made_in_the_body(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16>) {
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    // expected-error @below {{'chain.map' op wanted inputs of the kernel as its other operands}}
    %t = chain.map %s, %s : tensor<?x8xbf16>, tensor<?x8xbf16> -> tensor<?x8xbf16> {
    ^bb0(%v: bf16, %e: bf16):
      chain.yield %v : bf16
    }
    chain.yield %t : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_yield_of_an_earlier_result(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16>) {
  // expected-error @below {{'chain.kernel' op wanted it to yield the result of its last op}}
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    %t = chain.map %s : tensor<?x8xbf16> -> tensor<?x8xbf16> {
    ^bb0(%v: bf16):
      chain.yield %v : bf16
    }
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_kernel_without_a_stage(%x: memref<?x16xbf16>, %y: memref<?x16xbf16>) {
  // expected-error @below {{'chain.kernel' op wanted at least one stage in a kernel on a GPU}}
  chain.kernel ins(%x : memref<?x16xbf16>) outs(%y : memref<?x16xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>):
    chain.yield %a0 : tensor<?x16xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_second_stage_of_another_type(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %v: memref<1x1x8x4x2xf32>, %y: memref<?x8xf32>) {
  chain.kernel ins(%x, %w, %v : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>, memref<1x1x8x4x2xf32>) outs(%y : memref<?x8xf32>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>, %a2: tensor<1x1x8x4x2xf32>):
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xf32>
    // expected-error @below {{'chain.stage' op element type of x: wanted that of the first stage, 'bf16', found 'f32'}}
    %t = chain.stage %s, %a2 pattern(1, 8, 8, 1) order "bc" packing(<kind = mma_k8>) : tensor<?x8xf32>, tensor<1x1x8x4x2xf32> -> tensor<?x8xf32>
    chain.yield %t : tensor<?x8xf32>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @digits_that_no_kernel_reads(%x: memref<?x16xbf16>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16>) {
  chain.kernel ins(%x, %w : memref<?x16xbf16>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    // expected-error @below {{'chain.stage' op x_digits on a GPU: wanted those of C / n, A and C % n, found #chain.digits<sizes = [4, 4], order = [1, 0]>}}
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) x_digits(<sizes = [4, 4], order = [1, 0]>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_weight_for_blocks_in_place(%x: memref<?x64xbf16>, %w: memref<64x2x32xbf16>, %y: memref<?x64xbf16>) {
  chain.kernel ins(%x, %w : memref<?x64xbf16>, memref<64x2x32xbf16>) outs(%y : memref<?x64xbf16>) schedule(<unit = wgmma, rows = 64, warps = 4, panel = 64, depth = 2>) {
  ^bb0(%a0: tensor<?x64xbf16>, %a1: tensor<64x2x32xbf16>):
    // expected-error @below {{'chain.stage' op packing for wgmma: wanted lanes = 1, the d of the stage before, found 2}}
    %s = chain.stage %a0, %a1 pattern(1, 64, 64, 1) order "bc" packing(<kind = k_major, lanes = 2>) : tensor<?x64xbf16>, tensor<64x2x32xbf16> -> tensor<?x64xbf16>
    chain.yield %s : tensor<?x64xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_weight_for_each_block(%x: memref<?x64xbf16>, %w: memref<4x2x1x8x4x2x2xbf16>, %y: memref<?x64xbf16>) {
  // expected-error @below {{'chain.kernel' op schedule on sm_90a: in_place, stage 0: wanted one weight for all blocks, found one for each}}
  chain.kernel ins(%x, %w : memref<?x64xbf16>, memref<4x2x1x8x4x2x2xbf16>) outs(%y : memref<?x64xbf16>) schedule(<unit = mma_sync, rows = 1, warps = 1, depth = 1, in_place = true>) {
  ^bb0(%a0: tensor<?x64xbf16>, %a1: tensor<4x2x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(4, 16, 16, 1) order "abc" packing(<kind = mma_k16>) : tensor<?x64xbf16>, tensor<4x2x1x8x4x2x2xbf16> -> tensor<?x64xbf16>
    chain.yield %s : tensor<?x64xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @another_type_in_place(%x: memref<?x256xbf16>, %w: memref<2x1x8x4x2x2xbf16>, %y: memref<?x256xf32>) {
  // expected-error @below {{'chain.kernel' op in_place: wanted a result of the same type as x}}
  chain.kernel ins(%x, %w : memref<?x256xbf16>, memref<2x1x8x4x2x2xbf16>) outs(%y : memref<?x256xf32>) schedule(<unit = mma_sync, rows = 1, warps = 1, depth = 1, in_place = true>) {
  ^bb0(%a0: tensor<?x256xbf16>, %a1: tensor<2x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(16, 16, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x256xbf16>, tensor<2x1x8x4x2x2xbf16> -> tensor<?x256xf32>
    chain.yield %s : tensor<?x256xf32>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_map_behind_a_product_of_the_library(%x: memref<?x256xbf16>, %w: memref<512x256xbf16>, %y: memref<?x512xbf16>) {
  // expected-error @below {{'chain.kernel' op library: wanted no maps behind the stage}}
  chain.kernel ins(%x, %w : memref<?x256xbf16>, memref<512x256xbf16>) outs(%y : memref<?x512xbf16>) schedule(<unit = wgmma, rows = 128, panel = 128, warps = 4, library = true>) {
  ^bb0(%a0: tensor<?x256xbf16>, %a1: tensor<512x256xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 512, 256, 1) order "bc" packing(<kind = k_major>) : tensor<?x256xbf16>, tensor<512x256xbf16> -> tensor<?x512xbf16>
    %m = chain.map %s : tensor<?x512xbf16> -> tensor<?x512xbf16> {
    ^bb0(%v: bf16):
      %n = arith.negf %v : bf16
      chain.yield %n : bf16
    }
    chain.yield %m : tensor<?x512xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @blocks_by_the_library(%x: memref<?x512xbf16>, %w: memref<2x256x256xbf16>, %y: memref<?x512xbf16>) {
  // expected-error @below {{'chain.kernel' op schedule on sm_90a: library: wanted one stage with a = d = 1}}
  chain.kernel ins(%x, %w : memref<?x512xbf16>, memref<2x256x256xbf16>) outs(%y : memref<?x512xbf16>) schedule(<unit = wgmma, rows = 128, panel = 128, warps = 4, library = true>) {
  ^bb0(%a0: tensor<?x512xbf16>, %a1: tensor<2x256x256xbf16>):
    %s = chain.stage %a0, %a1 pattern(2, 256, 256, 1) order "abc" packing(<kind = k_major>) : tensor<?x512xbf16>, tensor<2x256x256xbf16> -> tensor<?x512xbf16>
    chain.yield %s : tensor<?x512xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_cluster_of_streamed_weights(%x: memref<?x512xbf16>, %v: memref<2x32x8x4x2x2xbf16>, %u: memref<32x1x8x4x2x2xbf16>, %y: memref<?x256xbf16>) {
  // expected-error @below {{'chain.kernel' op schedule on sm_90a: cluster: wanted weights in registers}}
  chain.kernel ins(%x, %v, %u : memref<?x512xbf16>, memref<2x32x8x4x2x2xbf16>, memref<32x1x8x4x2x2xbf16>) outs(%y : memref<?x256xbf16>)
      schedule(<unit = mma_sync, rows = 16, warps = 4, depth = 1, cluster = 8>) {
  ^bb0(%a0: tensor<?x512xbf16>, %a1: tensor<2x32x8x4x2x2xbf16>, %a2: tensor<32x1x8x4x2x2xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(1, 16, 512, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x512xbf16>, tensor<2x32x8x4x2x2xbf16> -> tensor<?x16xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 256, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<32x1x8x4x2x2xbf16> -> tensor<?x256xbf16>
    chain.yield %s1 : tensor<?x256xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @a_cluster_with_another_type(%x: memref<?x512xbf16>, %v: memref<2x32x8x4x2x2xbf16>, %u: memref<32x1x8x4x2x2xbf16>, %y: memref<?x256xf32>) {
  // expected-error @below {{'chain.kernel' op cluster: wanted a result of the same type as x}}
  chain.kernel ins(%x, %v, %u : memref<?x512xbf16>, memref<2x32x8x4x2x2xbf16>, memref<32x1x8x4x2x2xbf16>) outs(%y : memref<?x256xf32>)
      schedule(<unit = mma_sync, rows = 16, warps = 4, depth = 1, placement = registers, cluster = 8>) {
  ^bb0(%a0: tensor<?x512xbf16>, %a1: tensor<2x32x8x4x2x2xbf16>, %a2: tensor<32x1x8x4x2x2xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(1, 16, 512, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x512xbf16>, tensor<2x32x8x4x2x2xbf16> -> tensor<?x16xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 256, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<32x1x8x4x2x2xbf16> -> tensor<?x256xf32>
    chain.yield %s1 : tensor<?x256xf32>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @shared_weights_without_clusters(%x: memref<?x512xbf16>, %v: memref<64x512xbf16>, %u: memref<256x64xbf16>, %y: memref<?x256xbf16>) {
  // expected-error @below {{'chain.kernel' op schedule on sm_90a: cluster for shared weights: wanted 2, 4 or 8, found 1}}
  chain.kernel ins(%x, %v, %u : memref<?x512xbf16>, memref<64x512xbf16>, memref<256x64xbf16>) outs(%y : memref<?x256xbf16>)
      schedule(<unit = wgmma, rows = 16, warps = 8, depth = 1, placement = shared>) {
  ^bb0(%a0: tensor<?x512xbf16>, %a1: tensor<64x512xbf16>, %a2: tensor<256x64xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(1, 64, 512, 1) order "bc" packing(<kind = k_major>) : tensor<?x512xbf16>, tensor<64x512xbf16> -> tensor<?x64xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 256, 64, 1) order "bc" packing(<kind = k_major>) : tensor<?x64xbf16>, tensor<256x64xbf16> -> tensor<?x256xbf16>
    chain.yield %s1 : tensor<?x256xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @shared_weights_in_another_order(%x: memref<?x512xbf16>, %v: memref<64x512xbf16>, %u: memref<256x64xbf16>, %y: memref<?x256xbf16>) {
  chain.kernel ins(%x, %v, %u : memref<?x512xbf16>, memref<64x512xbf16>, memref<256x64xbf16>) outs(%y : memref<?x256xbf16>)
      schedule(<unit = wgmma, rows = 16, warps = 8, depth = 1, placement = shared, cluster = 8>) {
  ^bb0(%a0: tensor<?x512xbf16>, %a1: tensor<64x512xbf16>, %a2: tensor<256x64xbf16>):
    // expected-error @below {{'chain.stage' op packing for shared weights: wanted lanes = 1 and digit = 1, found 1 and 2}}
    %s0 = chain.stage %a0, %a1 pattern(1, 64, 512, 1) order "bc" packing(<kind = k_major, group = 64, digit = 2>) : tensor<?x512xbf16>, tensor<64x512xbf16> -> tensor<?x64xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 256, 64, 1) order "bc" packing(<kind = k_major>) : tensor<?x64xbf16>, tensor<256x64xbf16> -> tensor<?x256xbf16>
    chain.yield %s1 : tensor<?x256xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @shared_weights_with_another_type(%x: memref<?x512xbf16>, %v: memref<64x512xbf16>, %u: memref<256x64xbf16>, %y: memref<?x256xf32>) {
  // expected-error @below {{'chain.kernel' op placement shared: wanted a result of the same type as x}}
  chain.kernel ins(%x, %v, %u : memref<?x512xbf16>, memref<64x512xbf16>, memref<256x64xbf16>) outs(%y : memref<?x256xf32>)
      schedule(<unit = wgmma, rows = 16, warps = 8, depth = 1, placement = shared, cluster = 8>) {
  ^bb0(%a0: tensor<?x512xbf16>, %a1: tensor<64x512xbf16>, %a2: tensor<256x64xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(1, 64, 512, 1) order "bc" packing(<kind = k_major>) : tensor<?x512xbf16>, tensor<64x512xbf16> -> tensor<?x64xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 256, 64, 1) order "bc" packing(<kind = k_major>) : tensor<?x64xbf16>, tensor<256x64xbf16> -> tensor<?x256xf32>
    chain.yield %s1 : tensor<?x256xf32>
  }
  return
}
}
