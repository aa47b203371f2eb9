// RUN: danaus-opt %s --split-input-file --verify-diagnostics --convert-chain-to-tile

module attributes {danaus.target = "sm_90a"} {
func.func @not_packed(%x: memref<?x8xcomplex<f32>>, %w: memref<2x2xcomplex<f32>>, %y: memref<?x8xcomplex<f32>>) {
  chain.kernel ins(%x, %w : memref<?x8xcomplex<f32>>, memref<2x2xcomplex<f32>>) outs(%y : memref<?x8xcomplex<f32>>) schedule(<rows = 1, warps = 1, depth = 1, in_place = true>) {
  ^bb0(%a0: tensor<?x8xcomplex<f32>>, %a1: tensor<2x2xcomplex<f32>>):
    // expected-error @below {{'chain.stage' op packing: wanted panel_d with lanes = d for transforms on a GPU; run danaus-pack-weights}}
    %s = chain.stage %a0, %a1 pattern(4, 2, 2, 1) order "bc" transform(<dft>) : tensor<?x8xcomplex<f32>>, tensor<2x2xcomplex<f32>> -> tensor<?x8xcomplex<f32>>
    chain.yield %s : tensor<?x8xcomplex<f32>>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @no_transform(%x: memref<?x8xcomplex<f32>>, %w: memref<2x2xcomplex<f32>>, %y: memref<?x8xcomplex<f32>>) {
  // expected-error @below {{'chain.kernel' op in_place of unit fma: wanted only transforms of complex<f32>}}
  chain.kernel ins(%x, %w : memref<?x8xcomplex<f32>>, memref<2x2xcomplex<f32>>) outs(%y : memref<?x8xcomplex<f32>>) schedule(<rows = 1, warps = 1, depth = 1, in_place = true>) {
  ^bb0(%a0: tensor<?x8xcomplex<f32>>, %a1: tensor<2x2xcomplex<f32>>):
    %s = chain.stage %a0, %a1 pattern(4, 2, 2, 1) order "bc" : tensor<?x8xcomplex<f32>>, tensor<2x2xcomplex<f32>> -> tensor<?x8xcomplex<f32>>
    chain.yield %s : tensor<?x8xcomplex<f32>>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
func.func @two_tiles_in_flight(%x: memref<?x8xcomplex<f32>>, %w: memref<1x2x1xcomplex<f32>>, %y: memref<?x8xcomplex<f32>>) {
  // expected-error @below {{'chain.kernel' op schedule on sm_90a: in_place of unit fma: wanted depth 1, no cuts and no cluster}}
  chain.kernel ins(%x, %w : memref<?x8xcomplex<f32>>, memref<1x2x1xcomplex<f32>>) outs(%y : memref<?x8xcomplex<f32>>) schedule(<rows = 1, warps = 1, depth = 2, in_place = true>) {
  ^bb0(%a0: tensor<?x8xcomplex<f32>>, %a1: tensor<1x2x1xcomplex<f32>>):
    %s = chain.stage %a0, %a1 pattern(4, 2, 2, 1) order "bc" packing(<kind = panel_d>) transform(<dft>) : tensor<?x8xcomplex<f32>>, tensor<1x2x1xcomplex<f32>> -> tensor<?x8xcomplex<f32>>
    chain.yield %s : tensor<?x8xcomplex<f32>>
  }
  return
}
}
