// RUN: danaus-opt %s --split-input-file --verify-diagnostics --convert-chain-to-linalg

func.func @packed_stage(%x: tensor<?x8xf32>, %w: tensor<4x1x2x16xf32>) -> tensor<?x12xf32> {
  // expected-error @below {{'chain.stage' op wanted an unpacked weight, found packing #chain.packing<kind = panel_b, lanes = 16>}}
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16>)
      : tensor<?x8xf32>, tensor<4x1x2x16xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

func.func @kernel_on_memrefs(%x: memref<?x8xf32>, %y: memref<?x8xf32>) {
  // expected-error @below {{'chain.kernel' op wanted a kernel on tensors, found one on memrefs}}
  chain.kernel ins(%x : memref<?x8xf32>) outs(%y : memref<?x8xf32>) {
  ^bb0(%xi: tensor<?x8xf32>):
    chain.yield %xi : tensor<?x8xf32>
  }
  return
}

// -----

func.func @contract(%x: memref<?x8xf32>, %w: memref<4x1x2x16xf32>, %y: memref<?x12xf32>) {
  // expected-error @below {{'chain.contract' op wanted chain.stage, found a tiled contract}}
  chain.contract ins(%x, %w : memref<?x8xf32>, memref<4x1x2x16xf32>)
      outs(%y : memref<?x12xf32>) pattern(4, 3, 2, 1) order "abc"
      packing(<kind = panel_b, lanes = 16>) block_rows(8) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}
