// RUN: danaus-opt %s --split-input-file --verify-diagnostics --danaus-verify-no-structured

!m = tensor<8x8xf32, #linop.dense>
// expected-error @below {{'func.func' op structured tensor left: 'tensor<8x8xf32, #linop.dense>'}}
func.func @structured_argument(%m: !m) {
  return
}

// -----

func.func @structured_value(%w: tensor<8x8xf32>) {
  // expected-error @below {{'linop.assemble' op structured tensor left: 'tensor<8x8xf32, #linop.dense>'}}
  %m = linop.assemble %w : (tensor<8x8xf32>) -> tensor<8x8xf32, #linop.dense>
  return
}

// -----

func.func @plain_tensors_pass(%w: tensor<8x8xf32>) -> tensor<8x8xf32> {
  return %w : tensor<8x8xf32>
}
