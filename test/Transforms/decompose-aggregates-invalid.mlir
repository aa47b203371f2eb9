// RUN: danaus-opt %s --danaus-decompose-aggregates --split-input-file --verify-diagnostics

func.func @softmax_on_integers(%x: tensor<4x8xi32>, %init: tensor<4x8xi32>) -> tensor<4x8xi32> {
  // expected-error @below {{'linalg.softmax' op operand of 'tensor<4x8xi32>': wanted floating-point elements to take it apart}}
  %y = linalg.softmax dimension(1) ins(%x : tensor<4x8xi32>) outs(%init : tensor<4x8xi32>) -> tensor<4x8xi32>
  return %y : tensor<4x8xi32>
}

// -----

func.func @softmax_on_complex_numbers(%x: tensor<4xcomplex<f32>>, %init: tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> {
  // expected-error @below {{'linalg.softmax' op operand of 'tensor<4xcomplex<f32>>': wanted floating-point elements to take it apart}}
  %y = linalg.softmax dimension(0) ins(%x : tensor<4xcomplex<f32>>) outs(%init : tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  return %y : tensor<4xcomplex<f32>>
}
