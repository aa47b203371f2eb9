// RUN: danaus-opt %s --danaus-pack-weights | FileCheck %s
// RUN: danaus-opt %s --danaus-pack-weights --danaus-pack-weights | FileCheck %s

// b = 3 is padded to one panel of 16 lanes; the argument is replaced in place.
// CHECK-LABEL: func @an_argument_is_packed_by_a_function_of_its_own(
// CHECK-SAME:      %[[X:.*]]: tensor<?x8xf32>, %[[W:.*]]: tensor<4x1x2x16xf32>,
// CHECK-SAME:      danaus.pack = @an_argument_is_packed_by_a_function_of_its_own_pack, danaus.packed = array<i64: 1>
// CHECK:         chain.kernel ins(%[[X]], %[[W]] : tensor<?x8xf32>, tensor<4x1x2x16xf32>)
// CHECK:           chain.stage {{.*}} order "abc" packing(<kind = panel_b, lanes = 16>)
// CHECK-LABEL: func @an_argument_is_packed_by_a_function_of_its_own_pack(
// CHECK-SAME:      %[[RAW:.*]]: tensor<4x3x2xf32>) -> tensor<4x1x2x16xf32>
// CHECK:         %[[PAD:.*]] = tensor.pad %[[RAW]] low[0, 0, 0] high[0, 13, 0]
// CHECK:         %[[DIGITS:.*]] = tensor.expand_shape %[[PAD]] {{\[\[}}0], [1, 2], [3]]
// CHECK:         %[[PACKED:.*]] = linalg.transpose ins(%[[DIGITS]] : tensor<4x1x16x2xf32>)
// CHECK-SAME:        permutation = [0, 1, 3, 2]
// CHECK:         return %[[PACKED]]
func.func @an_argument_is_packed_by_a_function_of_its_own(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>,
    %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
      outs(%init : tensor<?x12xf32>) schedule(<axes = [b], panel = 1>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// Lanes along d of a weight that all a share.
// CHECK-LABEL: func @a_weight_used_twice_is_packed_in_place(
// CHECK-SAME:      %[[X:.*]]: tensor<?x64xf32>, %[[INIT:.*]]: tensor<?x64xf32>, %[[W:.*]]: tensor<16x2x2xf32>)
// CHECK-NOT:     danaus.pack
// CHECK:         %[[DIGITS:.*]] = tensor.expand_shape %[[W]] {{\[\[}}0, 1], [2, 3], [4]]
// CHECK:         %[[PACKED:.*]] = linalg.transpose ins(%[[DIGITS]] : tensor<1x16x1x2x2xf32>)
// CHECK-SAME:        permutation = [0, 2, 4, 3, 1]
// CHECK:         chain.kernel ins(%[[X]], %[[PACKED]] : tensor<?x64xf32>, tensor<1x1x2x2x16xf32>)
func.func @a_weight_used_twice_is_packed_in_place(%x: tensor<?x64xf32>, %init: tensor<?x64xf32>,
    %w: tensor<16x2x2xf32>) -> (tensor<?x64xf32>, tensor<16x2x2xf32>) {
  %y = chain.kernel ins(%x, %w : tensor<?x64xf32>, tensor<16x2x2xf32>)
      outs(%init : tensor<?x64xf32>) schedule(<axes = [d]>) {
  ^bb0(%xi: tensor<?x64xf32>, %a: tensor<16x2x2xf32>):
    %0 = chain.stage %xi, %a pattern(2, 2, 2, 16) order "dbc"
        : tensor<?x64xf32>, tensor<16x2x2xf32> -> tensor<?x64xf32>
    chain.yield %0 : tensor<?x64xf32>
  } -> tensor<?x64xf32>
  return %y, %w : tensor<?x64xf32>, tensor<16x2x2xf32>
}

// CHECK-LABEL: func @tensor_cores_have_an_order_of_their_own(
// CHECK-SAME:      tensor<4x1x1x8x4x2x2xbf16>
// CHECK:           chain.stage {{.*}} packing(<kind = mma_k16>)
func.func @tensor_cores_have_an_order_of_their_own(%x: tensor<?x8xbf16>, %w: tensor<4x3x2xbf16>,
    %init: tensor<?x12xbf16>) -> tensor<?x12xbf16> {
  %y = chain.kernel ins(%x, %w : tensor<?x8xbf16>, tensor<4x3x2xbf16>)
      outs(%init : tensor<?x12xbf16>) schedule(<unit = mma_sync>) {
  ^bb0(%xi: tensor<?x8xbf16>, %a: tensor<4x3x2xbf16>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xbf16>, tensor<4x3x2xbf16> -> tensor<?x12xbf16>
    chain.yield %0 : tensor<?x12xbf16>
  } -> tensor<?x12xbf16>
  return %y : tensor<?x12xbf16>
}

// Products of warpgroups read rows of c; the rows of the first weight are in the order in which stage 1 reads.
// CHECK-LABEL: func @warpgroups_read_rows_of_c(
// CHECK-SAME:      tensor<2x64x16xbf16>, %{{[^:]+}}: tensor<8x8x16xbf16>
// CHECK:           chain.stage {{.*}} pattern(2, 64, 16, 1) {{.*}} packing(<kind = k_major, group = 64, digit = 8>)
// CHECK:           chain.stage {{.*}} pattern(1, 8, 16, 8) {{.*}} packing(<kind = k_major>)
func.func @warpgroups_read_rows_of_c(%x: tensor<?x32xbf16>, %w0: tensor<2x64x16xbf16>, %w1: tensor<8x8x16xbf16>,
    %init: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %y = chain.kernel ins(%x, %w0, %w1 : tensor<?x32xbf16>, tensor<2x64x16xbf16>, tensor<8x8x16xbf16>)
      outs(%init : tensor<?x64xbf16>) schedule(<unit = wgmma, rows = 128, cuts = [1], panel = 64>) {
  ^bb0(%xi: tensor<?x32xbf16>, %a: tensor<2x64x16xbf16>, %b: tensor<8x8x16xbf16>):
    %0 = chain.stage %xi, %a pattern(2, 64, 16, 1) order "abc"
        : tensor<?x32xbf16>, tensor<2x64x16xbf16> -> tensor<?x128xbf16>
    %1 = chain.stage %0, %b pattern(1, 8, 16, 8) order "dbc"
        : tensor<?x128xbf16>, tensor<8x8x16xbf16> -> tensor<?x64xbf16>
    chain.yield %1 : tensor<?x64xbf16>
  } -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}

// CHECK-LABEL: func @a_kernel_without_a_schedule_is_left_alone(
// CHECK-NOT:     packing
// CHECK:         return
func.func @a_kernel_without_a_schedule_is_left_alone(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>,
    %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>) outs(%init : tensor<?x12xf32>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The second stage has d = 2 and lanes along b: the first computes its outputs in
// groups of 8 with the even ones first, so b = (C: 4, D: 2) becomes (D, C).
// CHECK-LABEL: func @outputs_are_grouped_for_the_next_stage(
// CHECK:         chain.stage {{.*}} pattern(4, 8, 4, 1) {{.*}} packing(<kind = panel_b, lanes = 16, group = 8, digit = 2>)
// CHECK:         chain.stage {{.*}} pattern(1, 16, 16, 2) {{.*}} packing(<kind = panel_b, lanes = 16>)
// CHECK-LABEL: func @outputs_are_grouped_for_the_next_stage_pack(
// CHECK-SAME:      %[[W:.*]]: tensor<4x8x4xf32>
// CHECK:         %[[SPLIT:.*]] = tensor.expand_shape %[[W]] {{\[}}[0], [1, 2, 3], [4]] {{.*}} into tensor<4x1x4x2x4xf32>
// CHECK:         linalg.transpose ins(%[[SPLIT]] : {{.*}}permutation = [0, 1, 3, 2, 4]
// CHECK:         tensor.collapse_shape {{.*}} into tensor<4x8x4xf32>
func.func @outputs_are_grouped_for_the_next_stage(%x: tensor<?x16xf32>, %w: tensor<4x8x4xf32>,
    %v: tensor<2x16x16xf32>, %init: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = chain.kernel ins(%x, %w, %v : tensor<?x16xf32>, tensor<4x8x4xf32>, tensor<2x16x16xf32>)
      outs(%init : tensor<?x32xf32>) schedule(<axes = [b, b]>) {
  ^bb0(%xi: tensor<?x16xf32>, %a: tensor<4x8x4xf32>, %b: tensor<2x16x16xf32>):
    %0 = chain.stage %xi, %a pattern(4, 8, 4, 1) order "abc"
        : tensor<?x16xf32>, tensor<4x8x4xf32> -> tensor<?x32xf32>
    %1 = chain.map %0 : tensor<?x32xf32> -> tensor<?x32xf32> {
    ^bb0(%s: f32):
      %n = arith.negf %s : f32
      chain.yield %n : f32
    }
    %2 = chain.stage %1, %b pattern(1, 16, 16, 2) order "dbc"
        : tensor<?x32xf32>, tensor<2x16x16xf32> -> tensor<?x32xf32>
    chain.yield %2 : tensor<?x32xf32>
  } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// A bias between the two has one value a column, and takes their order; where it
// is read elsewhere too, it keeps its own there.
// CHECK-LABEL: func @a_bias_between_takes_the_order(
// CHECK-SAME:      %{{[^,]*}}, %{{[^,]*}}, %[[BIAS:[^:]*]]: tensor<32xf32>
// CHECK:         %[[SPLIT:.*]] = tensor.expand_shape %[[BIAS]] {{\[}}[0, 1, 2]] output_shape [4, 4, 2]
// CHECK:         %[[T:.*]] = linalg.transpose ins(%[[SPLIT]] : {{.*}}permutation = [0, 2, 1]
// CHECK:         %[[ORDERED:.*]] = tensor.collapse_shape %[[T]]
// CHECK:         chain.kernel ins(%{{.*}}, %{{.*}}, %{{.*}}, %[[BIAS]], %[[ORDERED]] :
// CHECK:         ^bb0({{.*}}, %[[OWN:[^:]*]]: tensor<32xf32>, %[[GROUPED:[^:]*]]: tensor<32xf32>):
// CHECK:         chain.stage {{.*}} digit = 2
// CHECK:         chain.map %{{.*}}, %[[GROUPED]]
// CHECK:         chain.stage
// CHECK:         chain.map %{{.*}}, %[[OWN]]
// CHECK-LABEL: func @a_bias_between_takes_the_order_pack(
func.func @a_bias_between_takes_the_order(%x: tensor<?x16xf32>, %w: tensor<4x8x4xf32>,
    %bias: tensor<32xf32>, %v: tensor<2x16x16xf32>, %init: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = chain.kernel ins(%x, %w, %v, %bias : tensor<?x16xf32>, tensor<4x8x4xf32>, tensor<2x16x16xf32>, tensor<32xf32>)
      outs(%init : tensor<?x32xf32>) schedule(<axes = [b, b]>) {
  ^bb0(%xi: tensor<?x16xf32>, %a: tensor<4x8x4xf32>, %b: tensor<2x16x16xf32>, %c: tensor<32xf32>):
    %0 = chain.stage %xi, %a pattern(4, 8, 4, 1) order "abc"
        : tensor<?x16xf32>, tensor<4x8x4xf32> -> tensor<?x32xf32>
    %1 = chain.map %0, %c : tensor<?x32xf32>, tensor<32xf32> -> tensor<?x32xf32> {
    ^bb0(%s: f32, %t: f32):
      %n = arith.addf %s, %t : f32
      chain.yield %n : f32
    }
    %2 = chain.stage %1, %b pattern(1, 16, 16, 2) order "dbc"
        : tensor<?x32xf32>, tensor<2x16x16xf32> -> tensor<?x32xf32>
    %3 = chain.map %2, %c : tensor<?x32xf32>, tensor<32xf32> -> tensor<?x32xf32> {
    ^bb0(%s: f32, %t: f32):
      %n = arith.mulf %s, %t : f32
      chain.yield %n : f32
    }
    chain.yield %3 : tensor<?x32xf32>
  } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// Along d the parts of a complex weight stand in both lanes of their number.
// CHECK-LABEL: func @complex_weights_along_d_are_packed_twice(
// CHECK:         chain.stage {{.*}} order "dbc" packing(<kind = complex_d, lanes = 8, panel = 2>) : tensor<?x64xcomplex<f32>>, tensor<2x2x4x2x2x8xcomplex<f32>>
// CHECK-LABEL: func @complex_weights_along_d_are_packed_twice_pack(
// CHECK:         %[[ORDERED:.*]] = linalg.transpose {{.*}} outs({{.*}} : tensor<2x2x4x2x8xcomplex<f32>>)
// CHECK:         linalg.generic {{.*}} ins(%[[ORDERED]] : {{.*}} outs({{.*}} : tensor<2x2x4x2x2x8xcomplex<f32>>)
// CHECK-DAG:       %[[RE:.*]] = complex.re
// CHECK-DAG:       %[[IM:.*]] = complex.im
// CHECK-DAG:       %[[PART:.*]] = linalg.index 4
// CHECK:           %[[LOW:.*]] = arith.select %{{.*}}, %[[RE]], %[[IM]]
// CHECK:           %[[HIGH:.*]] = arith.select %{{.*}}, %[[RE]], %[[IM]]
// CHECK:           complex.create %[[LOW]], %[[HIGH]]
func.func @complex_weights_along_d_are_packed_twice(%x: tensor<?x64xcomplex<f32>>, %w: tensor<16x4x4xcomplex<f32>>,
    %init: tensor<?x64xcomplex<f32>>) -> tensor<?x64xcomplex<f32>> {
  %y = chain.kernel ins(%x, %w : tensor<?x64xcomplex<f32>>, tensor<16x4x4xcomplex<f32>>)
      outs(%init : tensor<?x64xcomplex<f32>>) schedule(<axes = [d], panel = 2>) {
  ^bb0(%xi: tensor<?x64xcomplex<f32>>, %a: tensor<16x4x4xcomplex<f32>>):
    %0 = chain.stage %xi, %a pattern(1, 4, 4, 16) order "dbc"
        : tensor<?x64xcomplex<f32>>, tensor<16x4x4xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
    chain.yield %0 : tensor<?x64xcomplex<f32>>
  } -> tensor<?x64xcomplex<f32>>
  return %y : tensor<?x64xcomplex<f32>>
}

// CHECK-LABEL: func @complex_weights_that_d_shares_are_packed_once(
// CHECK:         chain.stage {{.*}} order "bc" packing(<kind = complex_d, lanes = 8, panel = 2>) : tensor<?x64xcomplex<f32>>, tensor<2x4x2xcomplex<f32>>
// CHECK-LABEL: func @complex_weights_that_d_shares_are_packed_once_pack(
// CHECK-NOT:     linalg.generic
// CHECK:         return
func.func @complex_weights_that_d_shares_are_packed_once(%x: tensor<?x64xcomplex<f32>>, %w: tensor<4x4xcomplex<f32>>,
    %init: tensor<?x64xcomplex<f32>>) -> tensor<?x64xcomplex<f32>> {
  %y = chain.kernel ins(%x, %w : tensor<?x64xcomplex<f32>>, tensor<4x4xcomplex<f32>>)
      outs(%init : tensor<?x64xcomplex<f32>>) schedule(<axes = [d], panel = 2>) {
  ^bb0(%xi: tensor<?x64xcomplex<f32>>, %a: tensor<4x4xcomplex<f32>>):
    %0 = chain.stage %xi, %a pattern(1, 4, 4, 16) order "bc"
        : tensor<?x64xcomplex<f32>>, tensor<4x4xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
    chain.yield %0 : tensor<?x64xcomplex<f32>>
  } -> tensor<?x64xcomplex<f32>>
  return %y : tensor<?x64xcomplex<f32>>
}

// Of a transform only the twiddles are packed, the imaginary part with both signs.
// CHECK-LABEL: @a_transform_keeps_its_first_row(
// CHECK:         %[[ROW:.*]] = tensor.extract_slice %{{.*}}[0, 0, 0] [1, 4, 8] [1, 1, 1] : tensor<4x4x8xcomplex<f32>> to tensor<1x4x8xcomplex<f32>>
// CHECK:         tensor.expand_shape %[[ROW]]
// CHECK:         arith.negf
// CHECK:         chain.stage {{.*}} order "bcd" packing(<kind = complex_d, lanes = 8>) transform(<dft>) : tensor<?x32xcomplex<f32>>, tensor<1x1x4x1x2x8xcomplex<f32>>
func.func private @a_transform_keeps_its_first_row(%x: tensor<?x32xcomplex<f32>>, %w: tensor<4x4x8xcomplex<f32>>,
    %init: tensor<?x32xcomplex<f32>>) -> tensor<?x32xcomplex<f32>> {
  %y = chain.kernel ins(%x, %w : tensor<?x32xcomplex<f32>>, tensor<4x4x8xcomplex<f32>>)
      outs(%init : tensor<?x32xcomplex<f32>>) schedule(<axes = [d], panel = 2>) {
  ^bb0(%xi: tensor<?x32xcomplex<f32>>, %a: tensor<4x4x8xcomplex<f32>>):
    %0 = chain.stage %xi, %a pattern(1, 4, 4, 8) order "bcd" transform(<dft>)
        : tensor<?x32xcomplex<f32>>, tensor<4x4x8xcomplex<f32>> -> tensor<?x32xcomplex<f32>>
    chain.yield %0 : tensor<?x32xcomplex<f32>>
  } -> tensor<?x32xcomplex<f32>>
  return %y : tensor<?x32xcomplex<f32>>
}

// CHECK-LABEL: func @a_constant_transform_keeps_a_constant(
// CHECK-NOT:     tensor.extract_slice
// CHECK:         arith.constant dense<[{{\[}}[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00], [5.000000e+00, 6.000000e+00, 7.000000e+00, 8.000000e+00]]]> : tensor<1x2x4xf32>
// CHECK:         chain.stage {{.*}} packing(<kind = panel_d, lanes = 4>) transform(<hadamard>) : tensor<?x8xf32>, tensor<1x1x2x1x4xf32>
func.func @a_constant_transform_keeps_a_constant(%x: tensor<?x8xf32>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %w = arith.constant dense<[[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]], [[1.0, 2.0, 3.0, 4.0], [-5.0, -6.0, -7.0, -8.0]]]> : tensor<2x2x4xf32>
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<2x2x4xf32>) outs(%init : tensor<?x8xf32>) schedule(<axes = [d]>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<2x2x4xf32>):
    %0 = chain.stage %xi, %a pattern(1, 2, 2, 4) order "bcd" transform(<hadamard>) : tensor<?x8xf32>, tensor<2x2x4xf32> -> tensor<?x8xf32>
    chain.yield %0 : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
