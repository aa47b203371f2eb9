// RUN: danaus-opt %s --split-input-file --danaus-expand-structured --danaus-verify-no-structured | FileCheck %s
// RUN: danaus-opt %s --split-input-file --danaus-expand-structured -o %t.once
// RUN: danaus-opt %t.once --split-input-file --danaus-expand-structured | diff %t.once -

!monarch = tensor<6x8xf32, #linop.monarch<blocks = [4, 3], middle = 12>>

// CHECK-LABEL: func.func @monarch_becomes_two_stages
// CHECK-SAME: %[[W1:[a-z0-9_]+]]: tensor<4x3x2xf32>, %[[W2:[a-z0-9_]+]]: tensor<3x2x4xf32>, %[[X:[a-z0-9_]+]]: tensor<?x8xf32>
func.func @monarch_becomes_two_stages(%w1: tensor<4x3x2xf32>, %w2: tensor<3x2x4xf32>,
                                      %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  // CHECK: %[[T:[a-z0-9_]+]] = chain.stage %[[X]], %[[W1]] pattern(4, 3, 2, 1) order "abc"
  // CHECK-SAME: tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  // CHECK: %[[Y:[a-z0-9_]+]] = chain.stage %[[T]], %[[W2]] pattern(1, 2, 4, 3) order "dbc"
  // CHECK-SAME: tensor<?x12xf32>, tensor<3x2x4xf32> -> tensor<?x6xf32>
  // CHECK: return %[[Y]]
  %m = linop.assemble %w1, %w2 : (tensor<4x3x2xf32>, tensor<3x2x4xf32>) -> !monarch
  %y = linop.apply %m, %x : !monarch, tensor<?x8xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// CHECK-LABEL: func.func @arguments_and_results_become_parameters
// CHECK-SAME: (%[[U:[a-z0-9_]+]]: tensor<6x2xf32> {test.note}, %[[V:[a-z0-9_]+]]: tensor<2x8xf32> {test.note}, %[[X:[a-z0-9_]+]]: index {test.x})
// CHECK-SAME: -> (tensor<6x2xf32> {test.r}, tensor<2x8xf32> {test.r}, index)
func.func @arguments_and_results_become_parameters(
    %m: tensor<6x8xf32, #linop.low_rank<rank = 2>> {test.note}, %x: index {test.x})
    -> (tensor<6x8xf32, #linop.low_rank<rank = 2>> {test.r}, index) {
  // CHECK: return %[[U]], %[[V]], %[[X]]
  return %m, %x : tensor<6x8xf32, #linop.low_rank<rank = 2>>, index
}

// CHECK-LABEL: func.func private @declaration(tensor<4x3x2xf32>, tensor<3x2x4xf32>) -> (tensor<4x3x2xf32>, tensor<3x2x4xf32>)
func.func private @declaration(!monarch) -> !monarch

// CHECK-LABEL: func.func @call_passes_parameters
// CHECK-SAME: %[[W1:[a-z0-9_]+]]: tensor<4x3x2xf32>, %[[W2:[a-z0-9_]+]]: tensor<3x2x4xf32>
func.func @call_passes_parameters(%m: !monarch) -> !monarch {
  // CHECK: %[[R:[a-z0-9_]+]]:2 = call @declaration(%[[W1]], %[[W2]])
  // CHECK: return %[[R]]#0, %[[R]]#1
  %r = call @declaration(%m) : (!monarch) -> !monarch
  return %r : !monarch
}

// CHECK-LABEL: func.func @if_yields_parameters
// CHECK-SAME: %[[C:[a-z0-9_]+]]: i1, %[[A1:[a-z0-9_]+]]: tensor<4x3x2xf32>, %[[A2:[a-z0-9_]+]]: tensor<3x2x4xf32>, %[[B1:[a-z0-9_]+]]: tensor<4x3x2xf32>, %[[B2:[a-z0-9_]+]]: tensor<3x2x4xf32>
func.func @if_yields_parameters(%c: i1, %a: !monarch, %b: !monarch) -> !monarch {
  // CHECK: %[[R:[a-z0-9_]+]]:2 = scf.if %[[C]] -> (tensor<4x3x2xf32>, tensor<3x2x4xf32>) {
  // CHECK: scf.yield %[[A1]], %[[A2]]
  // CHECK: scf.yield %[[B1]], %[[B2]]
  // CHECK: return %[[R]]#0, %[[R]]#1
  %r = scf.if %c -> !monarch {
    scf.yield %a : !monarch
  } else {
    scf.yield %b : !monarch
  }
  return %r : !monarch
}

// CHECK-LABEL: func.func @for_carries_parameters
// CHECK-SAME: %[[N:[a-z0-9_]+]]: index, %[[A1:[a-z0-9_]+]]: tensor<4x3x2xf32>, %[[A2:[a-z0-9_]+]]: tensor<3x2x4xf32>, %[[B1:[a-z0-9_]+]]: tensor<4x3x2xf32>, %[[B2:[a-z0-9_]+]]: tensor<3x2x4xf32>
func.func @for_carries_parameters(%n: index, %a: !monarch, %b: !monarch) -> !monarch {
  // CHECK: %[[R:[a-z0-9_]+]]:2 = scf.for {{.*}} iter_args(%{{.*}} = %[[A1]], %{{.*}} = %[[A2]])
  // CHECK: scf.yield %[[B1]], %[[B2]]
  // CHECK: return %[[R]]#0, %[[R]]#1
  %r = scf.for %i = %n to %n step %n iter_args(%q = %a) -> !monarch {
    scf.yield %b : !monarch
  }
  return %r : !monarch
}

// CHECK-LABEL: func.func @while_carries_parameters
// CHECK-SAME: %[[C:[a-z0-9_]+]]: i1, %[[A1:[a-z0-9_]+]]: tensor<4x3x2xf32>, %[[A2:[a-z0-9_]+]]: tensor<3x2x4xf32>
func.func @while_carries_parameters(%c: i1, %a: !monarch) -> !monarch {
  // CHECK: scf.while (%[[P1:[a-z0-9_]+]] = %[[A1]], %[[P2:[a-z0-9_]+]] = %[[A2]])
  // CHECK: scf.condition(%[[C]]) %[[P1]], %[[P2]]
  // CHECK: ^bb0(%[[Q1:[a-z0-9_]+]]: tensor<4x3x2xf32>, %[[Q2:[a-z0-9_]+]]: tensor<3x2x4xf32>):
  // CHECK: scf.yield %[[Q1]], %[[Q2]]
  %r = scf.while (%p = %a) : (!monarch) -> !monarch {
    scf.condition(%c) %p : !monarch
  } do {
  ^bb0(%q: !monarch):
    scf.yield %q : !monarch
  }
  return %r : !monarch
}

// CHECK-LABEL: func.func @select_chooses_each_parameter
// CHECK-SAME: %[[C:[a-z0-9_]+]]: i1, %[[A1:[a-z0-9_]+]]: tensor<4x3x2xf32>, %[[A2:[a-z0-9_]+]]: tensor<3x2x4xf32>, %[[B1:[a-z0-9_]+]]: tensor<4x3x2xf32>, %[[B2:[a-z0-9_]+]]: tensor<3x2x4xf32>
func.func @select_chooses_each_parameter(%c: i1, %a: !monarch, %b: !monarch) -> !monarch {
  // CHECK: %[[R1:[a-z0-9_]+]] = arith.select %[[C]], %[[A1]], %[[B1]] : tensor<4x3x2xf32>
  // CHECK: %[[R2:[a-z0-9_]+]] = arith.select %[[C]], %[[A2]], %[[B2]] : tensor<3x2x4xf32>
  // CHECK: return %[[R1]], %[[R2]]
  %r = arith.select %c, %a, %b : !monarch
  return %r : !monarch
}

// -----

!lr = tensor<6x8xf32, #linop.low_rank<rank = 2>>
!lrt = tensor<8x6xf32, #linop.transpose<!lr>>

// CHECK-LABEL: func.func @transpose_reverses_the_stages
// CHECK-SAME: %[[U:[a-z0-9_]+]]: tensor<6x2xf32>, %[[V:[a-z0-9_]+]]: tensor<2x8xf32>, %[[X:[a-z0-9_]+]]: tensor<5x6xf32>
func.func @transpose_reverses_the_stages(%m: !lr, %x: tensor<5x6xf32>) -> tensor<5x8xf32> {
  // CHECK: %[[T:[a-z0-9_]+]] = chain.stage %[[X]], %[[U]] pattern(1, 2, 6, 1) order "cb"
  // CHECK: %[[Y:[a-z0-9_]+]] = chain.stage %[[T]], %[[V]] pattern(1, 8, 2, 1) order "cb"
  // CHECK: return %[[Y]]
  %t = linop.transpose %m : !lr -> !lrt
  %y = linop.apply %t, %x : !lrt, tensor<5x6xf32> -> tensor<5x8xf32>
  return %y : tensor<5x8xf32>
}

// CHECK-LABEL: func.func @leading_dimensions_become_rows
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<3x?x8xf32>
func.func @leading_dimensions_become_rows(%m: !lr, %x: tensor<3x?x8xf32>) -> tensor<3x?x6xf32> {
  // CHECK: %[[ROWS:[a-z0-9_]+]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]] : tensor<3x?x8xf32> into tensor<?x8xf32>
  // CHECK: chain.stage %[[ROWS]]
  // CHECK: %[[Z:[a-z0-9_]+]] = chain.stage
  // CHECK: %[[D:[a-z0-9_]+]] = tensor.dim %[[X]], %{{.*}}
  // CHECK: tensor.expand_shape %[[Z]] {{\[\[}}0, 1], [2]] output_shape [3, %[[D]], 6]
  %y = linop.apply %m, %x : !lr, tensor<3x?x8xf32> -> tensor<3x?x6xf32>
  return %y : tensor<3x?x6xf32>
}

// CHECK-LABEL: func.func @a_vector_becomes_one_row
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<8xf32>
func.func @a_vector_becomes_one_row(%m: !lr, %x: tensor<8xf32>) -> tensor<6xf32> {
  // CHECK: %[[ROW:[a-z0-9_]+]] = tensor.expand_shape %[[X]] {{\[\[}}0, 1]] output_shape [1, 8]
  // CHECK: chain.stage %[[ROW]]
  // CHECK: %[[Z:[a-z0-9_]+]] = chain.stage
  // CHECK: tensor.collapse_shape %[[Z]] {{\[\[}}0, 1]] : tensor<1x6xf32> into tensor<6xf32>
  %y = linop.apply %m, %x : !lr, tensor<8xf32> -> tensor<6xf32>
  return %y : tensor<6xf32>
}

// CHECK-LABEL: func.func @materialize_applies_to_the_identity
// CHECK-SAME: %[[U:[a-z0-9_]+]]: tensor<6x2xf32>, %[[V:[a-z0-9_]+]]: tensor<2x8xf32>
func.func @materialize_applies_to_the_identity(%m: !lr) -> tensor<6x8xf32> {
  // CHECK: %[[I:[a-z0-9_]+]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<8x8xf32>)
  // CHECK: linalg.index 0
  // CHECK: linalg.index 1
  // CHECK: %[[T:[a-z0-9_]+]] = chain.stage %[[I]], %[[V]]
  // CHECK: %[[Z:[a-z0-9_]+]] = chain.stage %[[T]], %[[U]] {{.*}} -> tensor<8x6xf32>
  // CHECK: linalg.transpose ins(%[[Z]] : tensor<8x6xf32>) outs(%{{.*}} : tensor<6x8xf32>) permutation = [1, 0]
  %d = linop.materialize %m : !lr -> tensor<6x8xf32>
  return %d : tensor<6x8xf32>
}

// -----

!mixed = tensor<8x6xbf16, #linop.product<[tensor<8x4xf32, #linop.block_diagonal<blocks = 2>>, tensor<4x6xf16>]>>

// A factor of a product computes in its own element type.
// CHECK-LABEL: func.func @maps_convert_between_factors_of_different_types
// CHECK-SAME: %[[A:[a-z0-9_]+]]: tensor<2x4x2xf32>, %[[B:[a-z0-9_]+]]: tensor<4x6xf16>, %[[X:[a-z0-9_]+]]: tensor<1x6xbf16>
func.func @maps_convert_between_factors_of_different_types(%m: !mixed, %x: tensor<1x6xbf16>) -> tensor<1x8xbf16> {
  // CHECK: %[[X16:[a-z0-9_]+]] = chain.map %[[X]] : tensor<1x6xbf16> -> tensor<1x6xf16>
  // CHECK: arith.extf %{{.*}} : bf16 to f32
  // CHECK: arith.truncf %{{.*}} : f32 to f16
  // CHECK: %[[T:[a-z0-9_]+]] = chain.stage %[[X16]], %[[B]]
  // CHECK: %[[T32:[a-z0-9_]+]] = chain.map %[[T]] : tensor<1x4xf16> -> tensor<1x4xf32>
  // CHECK: arith.extf %{{.*}} : f16 to f32
  // CHECK: %[[Y:[a-z0-9_]+]] = chain.stage %[[T32]], %[[A]]
  // CHECK: chain.map %[[Y]] : tensor<1x8xf32> -> tensor<1x8xbf16>
  // CHECK: arith.truncf %{{.*}} : f32 to bf16
  %y = linop.apply %m, %x : !mixed, tensor<1x6xbf16> -> tensor<1x8xbf16>
  return %y : tensor<1x8xbf16>
}
