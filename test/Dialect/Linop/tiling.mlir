// A host's own tiling and fusion, by the ops of upstream's transform dialect.
//
// RUN: danaus-opt %s --transform-interpreter --resolve-ranked-shaped-type-result-dims --canonicalize --cse \
// RUN:   --split-input-file | FileCheck %s

#lr = #linop.low_rank<rank = 8>

// CHECK: #[[$TILES:.*]] = affine_map<()[s0] -> (s0 ceildiv 16)>
// CHECK: #[[$OFFSET:.*]] = affine_map<(d0) -> (d0 * 16)>
// CHECK: #[[$SIZE:.*]] = affine_map<(d0)[s0] -> (d0 * -16 + s0, 16)>

// CHECK-LABEL: func.func @a_dynamic_number_of_rows
// CHECK-SAME: %[[M:[a-z0-9]+]]: tensor<64x48xf32, #{{[^>]*}}>>, %[[X:[a-z0-9]+]]: tensor<?x48xf32>
func.func @a_dynamic_number_of_rows(%m: tensor<64x48xf32, #lr>, %x: tensor<?x48xf32>) -> tensor<?x64xf32> {
  // CHECK: %[[ROWS:.*]] = tensor.dim %[[X]]
  // CHECK: %[[INIT:.*]] = tensor.empty(%[[ROWS]]) : tensor<?x64xf32>
  // CHECK: %[[COUNT:.*]] = affine.apply #[[$TILES]]()[%[[ROWS]]]
  // CHECK: scf.forall (%[[I:.*]]) in (%[[COUNT]]) shared_outs(%[[OUT:.*]] = %[[INIT]])
  // CHECK-DAG: %[[FIRST:.*]] = affine.apply #[[$OFFSET]](%[[I]])
  // CHECK-DAG: %[[TILE:.*]] = affine.min #[[$SIZE]](%[[I]])[%[[ROWS]]]
  // CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[X]][%[[FIRST]], 0] [%[[TILE]], 48] [1, 1]
  // CHECK: %[[Y:.*]] = linop.apply %[[M]], %[[SLICE]]
  // CHECK-SAME: tensor<?x48xf32> -> tensor<?x64xf32>
  // CHECK: tensor.parallel_insert_slice %[[Y]] into %[[OUT]][%[[FIRST]], 0] [%[[TILE]], 64] [1, 1]
  %y = linop.apply %m, %x : tensor<64x48xf32, #lr>, tensor<?x48xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %y = transform.structured.match ops{["linop.apply"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_forall %y tile_sizes [16]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Static sizes give tiles of static size; any subset of the leading dimensions can be tiled.
#lr = #linop.low_rank<rank = 8>

// CHECK-LABEL: func.func @the_second_of_two_leading_dimensions
// CHECK-SAME: %[[M:[a-z0-9]+]]: tensor<64x48xf32, #{{[^>]*}}>>, %[[X:[a-z0-9]+]]: tensor<5x12x48xf32>
func.func @the_second_of_two_leading_dimensions(%m: tensor<64x48xf32, #lr>, %x: tensor<5x12x48xf32>) -> tensor<5x12x64xf32> {
  // CHECK-DAG: %[[C12:.*]] = arith.constant 12 : index
  // CHECK-DAG: %[[C4:.*]] = arith.constant 4 : index
  // CHECK: scf.for %[[I:.*]] = %{{.*}} to %[[C12]] step %[[C4]] iter_args(%[[OUT:.*]] =
  // CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[X]][0, %[[I]], 0] [5, 4, 48] [1, 1, 1]
  // CHECK: %[[Y:.*]] = linop.apply %[[M]], %[[SLICE]] {{.*}} tensor<5x4x48xf32> -> tensor<5x4x64xf32>
  // CHECK: tensor.insert_slice %[[Y]] into %[[OUT]][0, %[[I]], 0] [5, 4, 64] [1, 1, 1]
  %y = linop.apply %m, %x : tensor<64x48xf32, #lr>, tensor<5x12x48xf32> -> tensor<5x12x64xf32>
  return %y : tensor<5x12x64xf32>
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %y = transform.structured.match ops{["linop.apply"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %y tile_sizes [0, 4]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The loops are the dimensions beside the axis, wherever it is; a tile keeps axis and side.
#lr = #linop.low_rank<rank = 8>

// CHECK-LABEL: func.func @an_axis_in_the_middle_from_the_right
// CHECK-SAME: %[[M:[a-z0-9]+]]: tensor<64x48xf32, #{{[^>]*}}>>, %[[X:[a-z0-9]+]]: tensor<?x64x10xf32>
func.func @an_axis_in_the_middle_from_the_right(%m: tensor<64x48xf32, #lr>, %x: tensor<?x64x10xf32>) -> tensor<?x48x10xf32> {
  // CHECK: scf.for %[[I:.*]] = %{{.*}} iter_args(%[[OUTER:.*]] =
  // CHECK: scf.for %[[J:.*]] = %{{.*}} iter_args(%[[OUT:.*]] =
  // CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[X]][%[[I]], 0, %[[J]]] [%[[TILE:[a-z0-9_]+]], 64, 5] [1, 1, 1]
  // CHECK: %[[Y:.*]] = linop.apply %[[M]], %[[SLICE]] right axis 1 {{.*}} tensor<?x64x5xf32> -> tensor<?x48x5xf32>
  // CHECK: tensor.insert_slice %[[Y]] into %[[OUT]][%[[I]], 0, %[[J]]] [%[[TILE]], 48, 5] [1, 1, 1]
  %y = linop.apply %m, %x right axis 1 : tensor<64x48xf32, #lr>, tensor<?x64x10xf32> -> tensor<?x48x10xf32>
  return %y : tensor<?x48x10xf32>
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %y = transform.structured.match ops{["linop.apply"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop:2 = transform.structured.tile_using_for %y tile_sizes [4, 5]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A row stays whole: its columns are no loop, so a tile size for them says nothing.
#lr = #linop.low_rank<rank = 8>

// CHECK-LABEL: func.func @columns_are_not_tiled
func.func @columns_are_not_tiled(%m: tensor<64x48xf32, #lr>, %x: tensor<32x48xf32>) -> tensor<32x64xf32> {
  // CHECK: scf.forall (%{{.*}}) in (2)
  // CHECK: linop.apply {{.*}} tensor<16x48xf32> -> tensor<16x64xf32>
  %y = linop.apply %m, %x : tensor<64x48xf32, #lr>, tensor<32x48xf32> -> tensor<32x64xf32>
  return %y : tensor<32x64xf32>
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %y = transform.structured.match ops{["linop.apply"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_forall %y tile_sizes [16, 32]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// As a producer, it goes into a loop over its consumer's rows, and its own producer after it.
#lr = #linop.low_rank<rank = 8>

// CHECK-LABEL: func.func @goes_into_its_consumers_loop
// CHECK-SAME: %[[M:[a-z0-9]+]]: tensor<64x48xf32, #{{[^>]*}}>>, %[[X:[a-z0-9]+]]: tensor<?x48xf32>
func.func @goes_into_its_consumers_loop(%m: tensor<64x48xf32, #lr>, %x: tensor<?x48xf32>,
                                        %a: tensor<?x48xf32>, %b: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // CHECK-NOT: linop.apply
  // CHECK: scf.forall
  // CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[X]][%[[FIRST:[a-z0-9_]+]], 0] [%[[TILE:[a-z0-9_]+]], 48] [1, 1]
  // CHECK: %[[T:.*]] = linalg.exp ins(%[[SLICE]] :
  // CHECK: %[[Y:.*]] = linop.apply %[[M]], %[[T]]
  // CHECK: %[[Z:.*]] = linalg.tanh ins(%[[Y]] :
  // CHECK: tensor.parallel_insert_slice %[[Z]] into %{{.*}}[%[[FIRST]], 0] [%[[TILE]], 64] [1, 1]
  // CHECK-NOT: linop.apply
  // CHECK: return
  %t = linalg.exp ins(%x : tensor<?x48xf32>) outs(%a : tensor<?x48xf32>) -> tensor<?x48xf32>
  %y = linop.apply %m, %t : tensor<64x48xf32, #lr>, tensor<?x48xf32> -> tensor<?x64xf32>
  %z = linalg.tanh ins(%y : tensor<?x64xf32>) outs(%b : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %z : tensor<?x64xf32>
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %z = transform.structured.match ops{["linalg.tanh"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop0 = transform.structured.tile_using_forall %z tile_sizes [16]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %y = transform.structured.match ops{["linop.apply"]} in %root : (!transform.any_op) -> !transform.any_op
    %y1, %loop1 = transform.structured.fuse_into_containing_op %y into %loop0
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    %t = transform.structured.match ops{["linalg.exp"]} in %root : (!transform.any_op) -> !transform.any_op
    %t1, %loop2 = transform.structured.fuse_into_containing_op %t into %loop1
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A consumer that takes a part of the columns gets no tile: upstream then clones the whole product.
#lr = #linop.low_rank<rank = 8>

// CHECK-LABEL: func.func @is_not_fused_where_columns_are_sliced
// CHECK-SAME: %[[M:[a-z0-9]+]]: tensor<64x48xf32, #{{[^>]*}}>>, %[[X:[a-z0-9]+]]: tensor<?x48xf32>
func.func @is_not_fused_where_columns_are_sliced(%m: tensor<64x48xf32, #lr>, %x: tensor<?x48xf32>,
                                                 %b: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // CHECK: scf.forall
  // CHECK: %[[Y:.*]] = linop.apply %[[M]], %[[X]] :
  // CHECK: tensor.extract_slice %[[Y]][%{{.*}}, %{{.*}}] [%{{.*}}, 32] [1, 1]
  // CHECK: return
  %y = linop.apply %m, %x : tensor<64x48xf32, #lr>, tensor<?x48xf32> -> tensor<?x64xf32>
  %z = linalg.tanh ins(%y : tensor<?x64xf32>) outs(%b : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %z : tensor<?x64xf32>
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %z = transform.structured.match ops{["linalg.tanh"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop0 = transform.structured.tile_using_forall %z tile_sizes [16, 32]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %y = transform.structured.match ops{["linop.apply"]} in %root : (!transform.any_op) -> !transform.any_op
    %y1, %loop1 = transform.structured.fuse_into_containing_op %y into %loop0
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The shape of a result is that of x, so asking for it does not keep the product alive.
#lr = #linop.low_rank<rank = 8>

// CHECK-LABEL: func.func @the_shape_of_the_result_is_that_of_x
// CHECK-SAME: %{{.*}}: tensor<64x48xf32, #{{[^>]*}}>>, %[[X:[a-z0-9]+]]: tensor<?x?x48xf32>
func.func @the_shape_of_the_result_is_that_of_x(%m: tensor<64x48xf32, #lr>, %x: tensor<?x?x48xf32>) -> (index, index, index) {
  // CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
  // CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
  // CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
  // CHECK-DAG: %[[D0:.*]] = tensor.dim %[[X]], %[[C0]]
  // CHECK-DAG: %[[D1:.*]] = tensor.dim %[[X]], %[[C1]]
  // CHECK-NOT: linop.apply
  // CHECK: return %[[D0]], %[[D1]], %[[C64]]
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %y = linop.apply %m, %x : tensor<64x48xf32, #lr>, tensor<?x?x48xf32> -> tensor<?x?x64xf32>
  %d0 = tensor.dim %y, %c0 : tensor<?x?x64xf32>
  %d1 = tensor.dim %y, %c1 : tensor<?x?x64xf32>
  %d2 = tensor.dim %y, %c2 : tensor<?x?x64xf32>
  return %d0, %d1, %d2 : index, index, index
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    transform.yield
  }
}
