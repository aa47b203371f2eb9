// Stages that a structure from outside gets wrong are named, whatever is wrong with them.

func.func @a_loop_without_a_letter(%m: tensor<8x8xf32, #ring.wrong<"a loop without a letter">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"a loop without a letter">>': stage 0: loop '1': wanted a letter}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"a loop without a letter">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @a_loop_without_a_size(%m: tensor<8x8xf32, #ring.wrong<"a loop without a size">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"a loop without a size">>': stage 0: loop 'a': wanted a size >= 1, found 0}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"a loop without a size">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @a_loop_in_one_operand(%m: tensor<8x8xf32, #ring.wrong<"a loop in one operand">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"a loop in one operand">>': stage 0: loop 'b': wanted it in two operands, found it in 1}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"a loop in one operand">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @too_many_iterations(%m: tensor<8x8xf32, #ring.wrong<"too many iterations">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"too many iterations">>': stage 0: wanted fewer than 2^62 iterations, found more}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"too many iterations">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @no_such_parameter(%m: tensor<8x8xf32, #ring.wrong<"no such parameter">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"no such parameter">>': stage 0: wanted one of 1 parameters, found number 3}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"no such parameter">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @a_reshape_that_does_not_fit(%m: tensor<8x8xf32, #ring.wrong<"a reshape that does not fit">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"a reshape that does not fit">>': stage 0: wanted a weight of 9 values, found 8}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"a reshape that does not fit">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @a_table_of_two_dimensions(%m: tensor<8x8xf32, #ring.wrong<"a table of two dimensions">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"a table of two dimensions">>': stage 0: wanted a table of rank 1}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"a table of two dimensions">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @a_table_of_floats(%m: tensor<8x8xf32, #ring.wrong<"a table of floats">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'chain.gather' op operand #1 must be 1D tensor of signless integer values, but got 'tensor<8xf32>'}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"a table of floats">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @no_columns(%m: tensor<8x8xf32, #ring.wrong<"no columns">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"no columns">>': stage 0: wanted at least one column}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"no columns">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @no_terms(%m: tensor<8x8xf32, #ring.wrong<"no terms">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"no terms">>': stage 0: wanted at least one term}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"no terms">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @an_empty_Toeplitz_matrix(%m: tensor<8x8xf32, #ring.wrong<"an empty Toeplitz matrix">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"an empty Toeplitz matrix">>': stage 0: wanted sizes >= 1}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"an empty Toeplitz matrix">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @too_many_rows(%m: tensor<8x8xf32, #ring.wrong<"too many rows">>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'linop.apply' op stages of 'tensor<8x8xf32, #ring.wrong<"too many rows">>': the last stage: wanted 8 rows, found 9}}
  %y = linop.apply %m, %x : tensor<8x8xf32, #ring.wrong<"too many rows">>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
