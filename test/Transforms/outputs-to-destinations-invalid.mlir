// RUN: danaus-opt %s --allow-unregistered-dialect --split-input-file --verify-diagnostics --danaus-outputs-to-destinations

// expected-error @below {{'func.func' op result 1 of a public function: wanted a ranked tensor, found 'f32'}}
func.func @scalar_result(%x: tensor<8xf32>, %s: f32) -> (tensor<8xf32>, f32) {
  return %x, %s : tensor<8xf32>, f32
}

// -----

// expected-error @below {{'func.func' op result 0 of a public function: wanted a ranked tensor, found 'tensor<*xf32>'}}
func.func @unranked_result(%x: tensor<*xf32>) -> tensor<*xf32> {
  return %x : tensor<*xf32>
}

// -----

// expected-error @below {{'func.func' op result 0 of a public function: wanted no encoding, found 'tensor<8x8xf32, #linop.dense>'}}
func.func @structured_result(%x: tensor<8x8xf32, #linop.dense>) -> tensor<8x8xf32, #linop.dense> {
  return %x : tensor<8x8xf32, #linop.dense>
}

// -----

// expected-error @below {{'func.func' op a public function with results is called in its module: call a private function from both}}
func.func @called(%x: tensor<8xf32>) -> tensor<8xf32> {
  return %x : tensor<8xf32>
}
func.func @caller(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-note @below {{called here}}
  %y = call @called(%x) : (tensor<8xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

"foreign.region"() ({
}): () -> ()

// expected-error @below {{'func.func' op uses of a public function cannot be told: an op of an unknown dialect is in the module}}
func.func @beside_a_region_that_may_call_it(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}
