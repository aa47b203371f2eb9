// RUN: danaus-opt %s --danaus-fuse-stages | FileCheck %s
// RUN: danaus-opt %s --danaus-fuse-stages --danaus-fuse-stages | FileCheck %s
// RUN: danaus-opt %s --danaus-fuse-stages --remarks-filter="danaus-fuse" --verify-diagnostics -o /dev/null

// CHECK-LABEL: func @two_stages_and_a_bias_are_one_kernel(
// CHECK-SAME:      %[[W1:.*]]: tensor<4x3x2xf32>, %[[W2:.*]]: tensor<3x2x4xf32>, %[[BIAS:.*]]: tensor<6xf32>,
// CHECK-SAME:      %[[X:.*]]: tensor<?x8xf32>)
// CHECK:         %[[ROWS:.*]] = tensor.dim %[[X]]
// CHECK:         %[[INIT:.*]] = tensor.empty(%[[ROWS]]) : tensor<?x6xf32>
// CHECK:         %[[Y:.*]] = chain.kernel ins(%[[X]], %[[W1]], %[[W2]], %[[BIAS]]
// CHECK-SAME:        outs(%[[INIT]]
// CHECK-NEXT:    ^bb0(%[[XI:.*]]: tensor<?x8xf32>, %[[A:.*]]: {{.*}}, %[[B:.*]]: {{.*}}, %[[C:.*]]: tensor<6xf32>):
// CHECK-NEXT:      %[[T:.*]] = chain.stage %[[XI]], %[[A]] pattern(4, 3, 2, 1)
// CHECK-NEXT:      %[[S:.*]] = chain.stage %[[T]], %[[B]] pattern(1, 2, 4, 3)
// CHECK-NEXT:      %[[M:.*]] = chain.map %[[S]], %[[C]]
// CHECK-NEXT:      ^bb0(%[[V:.*]]: f32, %[[P:.*]]: f32):
// CHECK-NEXT:        %[[SUM:.*]] = arith.addf %[[V]], %[[P]]
// CHECK-NEXT:        chain.yield %[[SUM]]
// CHECK:           chain.yield %[[M]]
// CHECK:         return %[[Y]]
func.func @two_stages_and_a_bias_are_one_kernel(%w1: tensor<4x3x2xf32>, %w2: tensor<3x2x4xf32>,
                                                %bias: tensor<6xf32>, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %t = chain.stage %x, %w1 pattern(4, 3, 2, 1) order "abc"
      : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  %s = chain.stage %t, %w2 pattern(1, 2, 4, 3) order "dbc"
      : tensor<?x12xf32>, tensor<3x2x4xf32> -> tensor<?x6xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%n) : tensor<?x6xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                                        affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%s, %bias : tensor<?x6xf32>, tensor<6xf32>) outs(%e : tensor<?x6xf32>) {
  ^bb0(%v: f32, %b: f32, %o: f32):
    %sum = arith.addf %v, %b : f32
    linalg.yield %sum : f32
  } -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// CHECK-LABEL: func @activations_with_two_users_end_a_chain(
// CHECK:         %[[T:.*]] = chain.kernel
// CHECK:         %[[Y:.*]] = chain.kernel ins(%[[T]]
// CHECK:         return %[[T]], %[[Y]]
func.func @activations_with_two_users_end_a_chain(%w: tensor<4x2x2xf32>, %x: tensor<5x8xf32>)
    -> (tensor<5x8xf32>, tensor<5x8xf32>) {
  // expected-remark @below {{[Missed] FuseStages | Category:danaus-fuse | Reason="2 uses of the activations, wanted 1"}}
  %t = chain.stage %x, %w pattern(4, 2, 2, 1) order "abc"
      : tensor<5x8xf32>, tensor<4x2x2xf32> -> tensor<5x8xf32>
  %y = chain.stage %t, %w pattern(4, 2, 2, 1) order "abc"
      : tensor<5x8xf32>, tensor<4x2x2xf32> -> tensor<5x8xf32>
  return %t, %y : tensor<5x8xf32>, tensor<5x8xf32>
}

// A transposed access is not element-wise, so it stays outside the kernel.
// CHECK-LABEL: func @a_transpose_is_no_epilogue(
// CHECK:         %[[Y:.*]] = chain.kernel
// CHECK-NOT:       chain.map
// CHECK:         linalg.generic {{.*}} ins(%[[Y]]
func.func @a_transpose_is_no_epilogue(%w: tensor<4x2x2xf32>, %x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %t = chain.stage %x, %w pattern(4, 2, 2, 1) order "abc"
      : tensor<8x8xf32>, tensor<4x2x2xf32> -> tensor<8x8xf32>
  %e = tensor.empty() : tensor<8x8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%t : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}

// A scale that is only known at run time cannot move into an isolated kernel.
// CHECK-LABEL: func @a_captured_scalar_is_no_epilogue(
// CHECK:         %[[Y:.*]] = chain.kernel
// CHECK-NOT:       chain.map
// CHECK:         linalg.generic {{.*}} ins(%[[Y]]
func.func @a_captured_scalar_is_no_epilogue(%w: tensor<4x2x2xf32>, %x: tensor<8x8xf32>, %scale: f32)
    -> tensor<8x8xf32> {
  %t = chain.stage %x, %w pattern(4, 2, 2, 1) order "abc"
      : tensor<8x8xf32>, tensor<4x2x2xf32> -> tensor<8x8xf32>
  %e = tensor.empty() : tensor<8x8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%t : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
  ^bb0(%v: f32, %o: f32):
    %s = arith.mulf %v, %scale : f32
    linalg.yield %s : f32
  } -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}

// The size of an init that an element-wise op asks of the stage is no second use.
// CHECK-LABEL: func @asking_for_the_rows_is_no_use(
// CHECK-SAME:      %{{.*}}: tensor<4x2x2xf32>, %[[X:[^:]*]]: tensor<?x8xf32>)
// CHECK:         tensor.dim %[[X]]
// CHECK:         %[[Y:.*]] = chain.kernel
// CHECK:           chain.stage
// CHECK:           chain.map
// CHECK:           chain.stage
// CHECK:         return %[[Y]]
func.func @asking_for_the_rows_is_no_use(%w: tensor<4x2x2xf32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %t = chain.stage %x, %w pattern(4, 2, 2, 1) order "abc"
      : tensor<?x8xf32>, tensor<4x2x2xf32> -> tensor<?x8xf32>
  %rows = tensor.dim %t, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%rows) : tensor<?x8xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%t : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) {
  ^bb0(%v: f32, %o: f32):
    %n = arith.negf %v : f32
    linalg.yield %n : f32
  } -> tensor<?x8xf32>
  %y = chain.stage %r, %w pattern(4, 2, 2, 1) order "abc"
      : tensor<?x8xf32>, tensor<4x2x2xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// A stage reads through a permutation: the kernel begins with it, or goes on.
// CHECK-LABEL: func @permutations_before_stages_are_part_of_a_kernel(
// CHECK-SAME:      %[[X:[^:]*]]: tensor<?x8xf32>)
// CHECK-NOT:     chain.permute
// CHECK:         chain.kernel ins(%[[X]]
// CHECK:           %[[P:.*]] = chain.permute %{{.*}} sizes [4, 2] order [1, 0]
// CHECK-NEXT:      %[[T:.*]] = chain.stage %[[P]]
// CHECK-NEXT:      %[[Q:.*]] = chain.permute %[[T]] sizes [2, 4] order [1, 0]
// CHECK-NEXT:      %[[Y:.*]] = chain.stage %[[Q]]
// CHECK-NEXT:      chain.yield %[[Y]]
func.func @permutations_before_stages_are_part_of_a_kernel(%w: tensor<4x2x2xf32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %p = chain.permute %x sizes [4, 2] order [1, 0] : tensor<?x8xf32>
  %t = chain.stage %p, %w pattern(4, 2, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x2x2xf32> -> tensor<?x8xf32>
  %q = chain.permute %t sizes [2, 4] order [1, 0] : tensor<?x8xf32>
  %y = chain.stage %q, %w pattern(4, 2, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x2x2xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// One behind the last stage, or that others read too, is a pass of its own.
// CHECK-LABEL: func @other_permutations_stay_outside(
// CHECK:         %[[P:.*]] = chain.permute
// CHECK:         %[[T:.*]] = chain.kernel ins(%[[P]]
// CHECK:         %[[Y:.*]] = chain.permute %[[T]]
// CHECK:         return %[[P]], %[[Y]]
func.func @other_permutations_stay_outside(%w: tensor<4x2x2xf32>, %x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %p = chain.permute %x sizes [4, 2] order [1, 0] : tensor<?x8xf32>
  %t = chain.stage %p, %w pattern(4, 2, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x2x2xf32> -> tensor<?x8xf32>
  %y = chain.permute %t sizes [2, 4] order [1, 0] : tensor<?x8xf32>
  return %p, %y : tensor<?x8xf32>, tensor<?x8xf32>
}

#cells = affine_map<(i, j) -> (i, j)>
#columns = affine_map<(i, j) -> (j)>

// CHECK-LABEL: func @a_complex_bias_is_a_map(
// CHECK:         chain.kernel
// CHECK:           %[[S:.*]] = chain.stage
// CHECK-NEXT:      chain.map %[[S]], %{{.*}} : tensor<?x12xcomplex<f32>>, tensor<12xcomplex<f32>>
// CHECK:             complex.add
// CHECK-NOT:     linalg.generic
func.func @a_complex_bias_is_a_map(%w: tensor<4x3x2xcomplex<f32>>, %bias: tensor<12xcomplex<f32>>, %x: tensor<?x8xcomplex<f32>>,
                                   %init: tensor<?x12xcomplex<f32>>) -> tensor<?x12xcomplex<f32>> {
  %t = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xcomplex<f32>>, tensor<4x3x2xcomplex<f32>> -> tensor<?x12xcomplex<f32>>
  %y = linalg.generic {indexing_maps = [#cells, #columns, #cells], iterator_types = ["parallel", "parallel"]}
      ins(%t, %bias : tensor<?x12xcomplex<f32>>, tensor<12xcomplex<f32>>) outs(%init : tensor<?x12xcomplex<f32>>) {
  ^bb0(%v: complex<f32>, %b: complex<f32>, %out: complex<f32>):
    %s = complex.add %v, %b : complex<f32>
    linalg.yield %s : complex<f32>
  } -> tensor<?x12xcomplex<f32>>
  return %y : tensor<?x12xcomplex<f32>>
}

// The result has other elements; the exponential of a complex number is no vector's.
// CHECK-LABEL: func @a_real_part_is_no_map(
// CHECK:         chain.kernel
// CHECK-NOT:       chain.map
// CHECK:         linalg.generic
func.func @a_real_part_is_no_map(%w: tensor<4x3x2xcomplex<f32>>, %x: tensor<?x8xcomplex<f32>>,
                                 %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %t = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xcomplex<f32>>, tensor<4x3x2xcomplex<f32>> -> tensor<?x12xcomplex<f32>>
  %y = linalg.generic {indexing_maps = [#cells, #cells], iterator_types = ["parallel", "parallel"]}
      ins(%t : tensor<?x12xcomplex<f32>>) outs(%init : tensor<?x12xf32>) {
  ^bb0(%v: complex<f32>, %out: f32):
    %s = complex.re %v : complex<f32>
    linalg.yield %s : f32
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// CHECK-LABEL: func @a_complex_exponential_is_no_map(
// CHECK:         chain.kernel
// CHECK-NOT:       chain.map
// CHECK:         linalg.generic
func.func @a_complex_exponential_is_no_map(%w: tensor<4x3x2xcomplex<f32>>, %x: tensor<?x8xcomplex<f32>>,
                                           %init: tensor<?x12xcomplex<f32>>) -> tensor<?x12xcomplex<f32>> {
  %t = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xcomplex<f32>>, tensor<4x3x2xcomplex<f32>> -> tensor<?x12xcomplex<f32>>
  %y = linalg.generic {indexing_maps = [#cells, #cells], iterator_types = ["parallel", "parallel"]}
      ins(%t : tensor<?x12xcomplex<f32>>) outs(%init : tensor<?x12xcomplex<f32>>) {
  ^bb0(%v: complex<f32>, %out: complex<f32>):
    %s = complex.exp %v : complex<f32>
    linalg.yield %s : complex<f32>
  } -> tensor<?x12xcomplex<f32>>
  return %y : tensor<?x12xcomplex<f32>>
}
