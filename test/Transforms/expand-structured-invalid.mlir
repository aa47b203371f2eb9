// RUN: danaus-opt %s --allow-unregistered-dialect --split-input-file --verify-diagnostics --danaus-expand-structured

!m = tensor<8x8xf32, #linop.dense>
func.func @slice_has_no_pattern(%m: !m) -> tensor<4x4xf32> {
  // expected-error @below {{'tensor.extract_slice' op structured operand 0 is not supported by this op}}
  %s = tensor.extract_slice %m[0, 0] [4, 4] [1, 1] : !m to tensor<4x4xf32>
  return %s : tensor<4x4xf32>
}

// -----

!m = tensor<8x8xf32, #linop.dense>
func.func @cast_has_no_pattern(%w: tensor<8x8xf32>) {
  // expected-error @below {{'tensor.cast' op structured result 0 is not supported by this op}}
  %m = tensor.cast %w : tensor<8x8xf32> to !m
  return
}

// -----

!m = tensor<8x8xf32, #linop.dense>
func.func @branch_has_no_pattern(%m: !m) {
  // expected-error @below {{'cf.br' op structured operand 0 is not supported by this op}}
  cf.br ^bb1(%m : !m)
^bb1(%n : !m):
  return
}

// -----

!m = tensor<8x8xf32, #linop.dense>
// expected-error @below {{'func.func' op structured argument of a block after the entry is not supported by this op}}
func.func @block_without_predecessor(%m: !m) {
  return
^bb1(%n : !m):
  return
}

// -----

!m = tensor<8x8xf32, #linop.dense>
func.func private @callee(!m)
func.func @function_value_of_structures() {
  // expected-error @below {{'func.constant' op structured result 0 is not supported by this op}}
  %f = func.constant @callee : (!m) -> ()
  return
}

// -----

!m = tensor<8x8xf32, #linop.dense>
func.func @switch_has_no_pattern(%m: !m, %i: index) -> !m {
  // expected-error @below {{'scf.index_switch' op structured result 0 is not supported by this op}}
  %r = scf.index_switch %i -> !m
  case 0 {
    scf.yield %m : !m
  }
  default {
    scf.yield %m : !m
  }
  return %r : !m
}

// -----

!m = tensor<8x8xf32, #linop.dense>
func.func @argument_of_an_unknown_region(%x: tensor<8xf32>) {
  // expected-error @below {{'test.region' op structured block argument 0 is not supported by this op}}
  "test.region"() ({
  ^bb0(%m: !m):
    "test.end"() : () -> ()
  }) : () -> ()
  return
}
