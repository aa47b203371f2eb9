// RUN: danaus-opt %s --convert-chain-to-linalg | FileCheck %s
// RUN: danaus-opt %s --convert-chain-to-linalg -o %t.once
// RUN: danaus-opt %t.once --convert-chain-to-linalg | diff %t.once -

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>
// CHECK-DAG: #[[$ABC:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d1, d2, d4)>
// CHECK-DAG: #[[$DCB:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4, d2)>
// CHECK-DAG: #[[$SUM:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$ROWS:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$COLUMNS:.*]] = affine_map<(d0, d1) -> (d1)>

// CHECK-LABEL: func.func @stage_of_f32_sums_in_place
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<?x8xf32>, %[[W:[a-z0-9_]+]]: tensor<4x3x2xf32>
func.func @stage_of_f32_sums_in_place(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>) -> tensor<?x12xf32> {
  // CHECK: %[[D:[a-z0-9_]+]] = tensor.dim %[[X]]
  // CHECK: %[[V:[a-z0-9_]+]] = tensor.expand_shape %[[X]] {{\[\[}}0], [1, 2, 3]] output_shape [%[[D]], 4, 2, 1]
  // CHECK: %[[Z:[a-z0-9_]+]] = linalg.fill
  // CHECK: %[[Y:[a-z0-9_]+]] = linalg.generic {indexing_maps = [#[[$X]], #[[$ABC]], #[[$SUM]]], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
  // CHECK-SAME: ins(%[[V]], %[[W]] : tensor<?x4x2x1xf32>, tensor<4x3x2xf32>) outs(%[[Z]] : tensor<?x4x3x1xf32>)
  // CHECK: ^bb0(%[[A:[a-z0-9_]+]]: f32, %[[B:[a-z0-9_]+]]: f32, %[[C:[a-z0-9_]+]]: f32):
  // CHECK: %[[P:[a-z0-9_]+]] = arith.mulf %[[A]], %[[B]]
  // CHECK: %[[S:[a-z0-9_]+]] = arith.addf %[[C]], %[[P]]
  // CHECK: linalg.yield %[[S]]
  // CHECK: %[[R:[a-z0-9_]+]] = tensor.collapse_shape %[[Y]] {{\[\[}}0], [1, 2, 3]] : tensor<?x4x3x1xf32> into tensor<?x12xf32>
  // CHECK: return %[[R]]
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// CHECK-LABEL: func.func @stage_of_bf16_sums_in_f32_and_rounds_once
func.func @stage_of_bf16_sums_in_f32_and_rounds_once(%x: tensor<5x8xbf16>, %w: tensor<4x2x3xbf16>) -> tensor<5x12xbf16> {
  // CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$DCB]], #[[$SUM]]]
  // CHECK-SAME: outs(%{{.*}} : tensor<5x1x3x4xf32>)
  // CHECK-COUNT-2: arith.extf %{{.*}} : bf16 to f32
  // CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<5x1x3x4xf32>) outs(%{{.*}} : tensor<5x1x3x4xbf16>)
  // CHECK: arith.truncf %{{.*}} : f32 to bf16
  %y = chain.stage %x, %w pattern(1, 3, 2, 4) order "dcb" : tensor<5x8xbf16>, tensor<4x2x3xbf16> -> tensor<5x12xbf16>
  return %y : tensor<5x12xbf16>
}

// CHECK-LABEL: func.func @stage_of_f64_sums_in_f64
func.func @stage_of_f64_sums_in_f64(%x: tensor<5x8xf64>, %w: tensor<4x3x2xf64>) -> tensor<5x12xf64> {
  // CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<5x4x3x1xf64>)
  // CHECK-NOT: arith.truncf
  // CHECK: return
  %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<5x8xf64>, tensor<4x3x2xf64> -> tensor<5x12xf64>
  return %y : tensor<5x12xf64>
}

// CHECK-LABEL: func.func @dynamic_columns_become_static
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<?x?xf32>
func.func @dynamic_columns_become_static(%x: tensor<?x?xf32>, %w: tensor<2xf32>) -> tensor<?x?xf32> {
  // CHECK: tensor.cast %[[X]] : tensor<?x?xf32> to tensor<?x8xf32>
  // CHECK: tensor.cast %{{.*}} : tensor<?x4xf32> to tensor<?x?xf32>
  %y = chain.stage %x, %w pattern(4, 1, 2, 1) order "c" : tensor<?x?xf32>, tensor<2xf32> -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// CHECK-LABEL: func.func @map_becomes_a_generic_with_its_body
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<?x12xf32>, %[[B:[a-z0-9_]+]]: tensor<12xf32>, %[[R:[a-z0-9_]+]]: tensor<?x12xbf16>
func.func @map_becomes_a_generic_with_its_body(%x: tensor<?x12xf32>, %b: tensor<12xf32>, %r: tensor<?x12xbf16>) -> tensor<?x12xbf16> {
  // CHECK: linalg.generic {indexing_maps = [#[[$ROWS]], #[[$COLUMNS]], #[[$ROWS]], #[[$ROWS]]], iterator_types = ["parallel", "parallel"]}
  // CHECK-SAME: ins(%[[X]], %[[B]], %[[R]] : tensor<?x12xf32>, tensor<12xf32>, tensor<?x12xbf16>) outs(%{{.*}} : tensor<?x12xbf16>)
  // CHECK: ^bb0(%[[V:[a-z0-9_]+]]: f32, %[[E:[a-z0-9_]+]]: f32, %[[F:[a-z0-9_]+]]: bf16, %{{.*}}: bf16):
  // CHECK: %[[S:[a-z0-9_]+]] = arith.addf %[[V]], %[[E]] : f32
  // CHECK: %[[T:[a-z0-9_]+]] = arith.truncf %[[S]] : f32 to bf16
  // CHECK: %[[U:[a-z0-9_]+]] = arith.addf %[[T]], %[[F]] : bf16
  // CHECK: linalg.yield %[[U]] : bf16
  %y = chain.map %x, %b, %r : tensor<?x12xf32>, tensor<12xf32>, tensor<?x12xbf16> -> tensor<?x12xbf16> {
  ^bb0(%v: f32, %e: f32, %f: bf16):
    %s = arith.addf %v, %e : f32
    %t = arith.truncf %s : f32 to bf16
    %u = arith.addf %t, %f : bf16
    chain.yield %u : bf16
  }
  return %y : tensor<?x12xbf16>
}

// CHECK-LABEL: func.func @kernel_is_replaced_by_its_body
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<?x8xf32>, %[[W:[a-z0-9_]+]]: tensor<4x3x2xf32>
func.func @kernel_is_replaced_by_its_body(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  // CHECK-NOT: chain.kernel
  // CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[W]] :
  // CHECK: %[[R:[a-z0-9_]+]] = tensor.collapse_shape
  // CHECK: return %[[R]]
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
      outs(%init : tensor<?x12xf32>) schedule(<rows = 16>) {
  ^bb0(%xi: tensor<?x8xf32>, %wi: tensor<4x3x2xf32>):
    %0 = chain.stage %xi, %wi pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// CHECK-LABEL: func.func @kernel_that_yields_its_input
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<?x8xf32>
func.func @kernel_that_yields_its_input(%x: tensor<?x8xf32>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK-NEXT: return %[[X]]
  %y = chain.kernel ins(%x : tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) {
  ^bb0(%xi: tensor<?x8xf32>):
    chain.yield %xi : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
