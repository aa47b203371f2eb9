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

// -----

!m = tensor<8x8xf32, #linop.dense>
// expected-error @below {{'func.func' op structured tensor left: 'tensor<8x8xf32, #linop.dense>'}}
func.func private @structured_result_of_a_declaration() -> !m

// -----

!m = tensor<8x8xf32, #linop.dense>
func.func @structured_operand_of_a_call(%m: !m) {
  // expected-error @below {{'func.call' op structured tensor left: 'tensor<8x8xf32, #linop.dense>'}}
  call @callee(%m) : (!m) -> ()
  return
}
func.func private @callee(!m)

// -----

!m = tensor<8x8xf32, #linop.dense>
func.func @structured_type_of_a_function_value() {
  // expected-error @below {{'func.constant' op structured tensor left: '(tensor<8x8xf32, #linop.dense>) -> ()'}}
  %f = func.constant @callee : (!m) -> ()
  return
}
func.func private @callee(!m)

// -----

!m = tensor<8x8xf32, #linop.dense>
func.func @structured_operand_of_yield_in_if(%c: i1, %m: !m) {
  %r = scf.if %c -> !m {
    // expected-error @below {{'scf.yield' op structured tensor left: 'tensor<8x8xf32, #linop.dense>'}}
    scf.yield %m : !m
  } else {
    scf.yield %m : !m
  }
  return
}

// -----

!m = tensor<8x8xf32, #linop.dense>
func.func @structured_operands_of_select(%c: i1, %m: !m) {
  // expected-error @below {{'arith.select' op structured tensor left: 'tensor<8x8xf32, #linop.dense>'}}
  %s = arith.select %c, %m, %m : !m
  return
}
