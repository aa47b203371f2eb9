// RUN: danaus-opt %s --danaus-fuse-producers --canonicalize --cse | FileCheck %s
// RUN: danaus-opt %s --danaus-fuse-producers --danaus-fuse-producers --canonicalize --cse | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>

// The full-size scaled activations are gone; each tile scales its own rows.
// CHECK-LABEL: func @an_elementwise_producer_moves_into_the_loop(
// CHECK-SAME:      %[[X:.*]]: tensor<64x8xf32>
// CHECK-NOT:     linalg.generic
// CHECK:         scf.forall (%[[I:.*]]) =
// CHECK:           %[[XT:.*]] = tensor.extract_slice %[[X]][%[[I]], 0] [16, 8]
// CHECK:           %[[SCALED:.*]] = linalg.generic {{.*}} ins(%[[XT]] : tensor<16x8xf32>)
// CHECK:           chain.contract ins(%[[SCALED]]
func.func @an_elementwise_producer_moves_into_the_loop(%x: tensor<64x8xf32>, %w: tensor<4x1x2x16xf32>,
                                                       %init: tensor<64x12xf32>) -> tensor<64x12xf32> {
  %two = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<64x8xf32>
  %scaled = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<64x8xf32>) outs(%e : tensor<64x8xf32>) {
  ^bb0(%v: f32, %o: f32):
    %s = arith.mulf %v, %two : f32
    linalg.yield %s : f32
  } -> tensor<64x8xf32>
  %y = scf.forall (%i) = (0) to (64) step (16) shared_outs(%out = %init) -> (tensor<64x12xf32>) {
    %xt = tensor.extract_slice %scaled[%i, 0] [16, 8] [1, 1] : tensor<64x8xf32> to tensor<16x8xf32>
    %yt = tensor.extract_slice %out[%i, 0] [16, 12] [1, 1] : tensor<64x12xf32> to tensor<16x12xf32>
    %r = chain.contract ins(%xt, %w : tensor<16x8xf32>, tensor<4x1x2x16xf32>)
        outs(%yt : tensor<16x12xf32>) pattern(4, 3, 2, 1) order "abc"
        packing(<kind = panel_b, lanes = 16>) block_rows(8) {
    ^bb0(%sum: f32):
      chain.yield %sum : f32
    } -> tensor<16x12xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %r into %out[%i, 0] [16, 12] [1, 1]
          : tensor<16x12xf32> into tensor<64x12xf32>
    }
  }
  return %y : tensor<64x12xf32>
}

// CHECK-LABEL: func @a_producer_with_another_user_stays_outside(
// CHECK:         %[[SCALED:.*]] = linalg.generic
// CHECK:         scf.forall
// CHECK:           tensor.extract_slice %[[SCALED]]
// CHECK-NOT:       linalg.generic
// CHECK:         return {{.*}}, %[[SCALED]]
func.func @a_producer_with_another_user_stays_outside(%x: tensor<64x8xf32>, %init: tensor<64x8xf32>)
    -> (tensor<64x8xf32>, tensor<64x8xf32>) {
  %two = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<64x8xf32>
  %scaled = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<64x8xf32>) outs(%e : tensor<64x8xf32>) {
  ^bb0(%v: f32, %o: f32):
    %s = arith.mulf %v, %two : f32
    linalg.yield %s : f32
  } -> tensor<64x8xf32>
  %y = scf.forall (%i) = (0) to (64) step (16) shared_outs(%out = %init) -> (tensor<64x8xf32>) {
    %xt = tensor.extract_slice %scaled[%i, 0] [16, 8] [1, 1] : tensor<64x8xf32> to tensor<16x8xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %xt into %out[%i, 0] [16, 8] [1, 1]
          : tensor<16x8xf32> into tensor<64x8xf32>
    }
  }
  return %y, %scaled : tensor<64x8xf32>, tensor<64x8xf32>
}

// A reduction costs more on a tile than the tile holds.
// CHECK-LABEL: func @a_reduction_stays_outside(
// CHECK:         %[[SUM:.*]] = linalg.matmul
// CHECK:         scf.forall
// CHECK:           tensor.extract_slice %[[SUM]]
func.func @a_reduction_stays_outside(%x: tensor<64x8xf32>, %m: tensor<8x8xf32>,
                                     %init: tensor<64x8xf32>) -> tensor<64x8xf32> {
  %sum = linalg.matmul ins(%x, %m : tensor<64x8xf32>, tensor<8x8xf32>)
      outs(%init : tensor<64x8xf32>) -> tensor<64x8xf32>
  %y = scf.forall (%i) = (0) to (64) step (16) shared_outs(%out = %init) -> (tensor<64x8xf32>) {
    %xt = tensor.extract_slice %sum[%i, 0] [16, 8] [1, 1] : tensor<64x8xf32> to tensor<16x8xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %xt into %out[%i, 0] [16, 8] [1, 1]
          : tensor<16x8xf32> into tensor<64x8xf32>
    }
  }
  return %y : tensor<64x8xf32>
}
