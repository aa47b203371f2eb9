// RUN: danaus-opt %s --danaus-pack-weights | FileCheck %s
// RUN: danaus-opt %s --danaus-pack-weights --danaus-pack-weights | FileCheck %s

module attributes {danaus.target = "sm_90a"} {
  // Of the weight stays a row of d for each c, as a constant; where d shares it nothing reads it.
  // CHECK-LABEL: func @keeps_twiddles(
  // CHECK:         arith.constant dense<{{.+}}> : tensor<1x1x2x1x3xcomplex<f32>>
  // CHECK-NOT:     linalg.transpose
  // CHECK:         chain.stage {{.+}} packing(<kind = panel_d>) transform(<dft>) : tensor<?x6xcomplex<f32>>, tensor<1x3x1xcomplex<f32>>
  // CHECK:         chain.stage {{.+}} packing(<kind = panel_d, lanes = 3>) transform(<dft>) : tensor<?x6xcomplex<f32>>, tensor<1x1x2x1x3xcomplex<f32>>
  func.func @keeps_twiddles(%v: tensor<3x3xcomplex<f32>>, %x: tensor<?x6xcomplex<f32>>, %init: tensor<?x6xcomplex<f32>>) -> tensor<?x6xcomplex<f32>> {
    %w = arith.constant dense<[[[(1.0, 0.0), (1.0, 0.0), (1.0, 0.0)], [(1.0, 0.0), (0.5, 0.5), (0.5, -0.5)]],
                               [[(1.0, 0.0), (1.0, 0.0), (1.0, 0.0)], [(-1.0, 0.0), (-0.5, -0.5), (-0.5, 0.5)]]]> : tensor<2x2x3xcomplex<f32>>
    %y = chain.kernel ins(%x, %v, %w : tensor<?x6xcomplex<f32>>, tensor<3x3xcomplex<f32>>, tensor<2x2x3xcomplex<f32>>)
        outs(%init : tensor<?x6xcomplex<f32>>) schedule(<rows = 1, warps = 1, depth = 1, in_place = true>) {
    ^bb0(%xi: tensor<?x6xcomplex<f32>>, %a: tensor<3x3xcomplex<f32>>, %b: tensor<2x2x3xcomplex<f32>>):
      %0 = chain.stage %xi, %a pattern(2, 3, 3, 1) order "bc" transform(<dft>) : tensor<?x6xcomplex<f32>>, tensor<3x3xcomplex<f32>> -> tensor<?x6xcomplex<f32>>
      %1 = chain.stage %0, %b pattern(1, 2, 2, 3) order "bcd" transform(<dft>) : tensor<?x6xcomplex<f32>>, tensor<2x2x3xcomplex<f32>> -> tensor<?x6xcomplex<f32>>
      chain.yield %1 : tensor<?x6xcomplex<f32>>
    } -> tensor<?x6xcomplex<f32>>
    return %y : tensor<?x6xcomplex<f32>>
  }
}
