// RUN: danaus-opt %s --danaus-assign-schedule | FileCheck %s
// RUN: danaus-opt %s --danaus-assign-schedule --danaus-assign-schedule | FileCheck %s

module attributes {danaus.target = "sapphirerapids"} {
  // Eight complex numbers are a vector; each sum of the register block is two.
  // CHECK-LABEL: func @a_complex_kernel_has_half_the_panel(
  // CHECK:         schedule(<rows = 24, axes = [b, d], block_rows = 6>)
  func.func @a_complex_kernel_has_half_the_panel(%w1: tensor<16x8x4xcomplex<f32>>, %w2: tensor<8x4x16xcomplex<f32>>,
      %x: tensor<?x64xcomplex<f32>>, %init: tensor<?x32xcomplex<f32>>) -> tensor<?x32xcomplex<f32>> {
    %y = chain.kernel ins(%x, %w1, %w2 : tensor<?x64xcomplex<f32>>, tensor<16x8x4xcomplex<f32>>, tensor<8x4x16xcomplex<f32>>)
        outs(%init : tensor<?x32xcomplex<f32>>) {
    ^bb0(%xi: tensor<?x64xcomplex<f32>>, %a: tensor<16x8x4xcomplex<f32>>, %b: tensor<8x4x16xcomplex<f32>>):
      %0 = chain.stage %xi, %a pattern(16, 8, 4, 1) order "abc"
          : tensor<?x64xcomplex<f32>>, tensor<16x8x4xcomplex<f32>> -> tensor<?x128xcomplex<f32>>
      %1 = chain.stage %0, %b pattern(1, 4, 16, 8) order "dbc"
          : tensor<?x128xcomplex<f32>>, tensor<8x4x16xcomplex<f32>> -> tensor<?x32xcomplex<f32>>
      chain.yield %1 : tensor<?x32xcomplex<f32>>
    } -> tensor<?x32xcomplex<f32>>
    return %y : tensor<?x32xcomplex<f32>>
  }
}
