// Programs that the interpreter cannot or must not run are a message and status 1, never a crash.

// DEFINE: %{run} = not danaus-run %s --device=interpreter --rows=3

// RUN: %{run} --entry=rows_that_are_cast_to_five 2>&1 | FileCheck %s --check-prefix=RESULT
// RESULT: error: 'tensor.cast' op result: wanted 'tensor<5xf32>', found shape 3
// RESULT: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=an_expansion_that_does_not_fit 2>&1 | FileCheck %s --check-prefix=EXPAND
// EXPAND: error: 'tensor.expand_shape' op changes the number of elements from 3 to 2x4
// EXPAND: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=a_dimension_past_the_rank 2>&1 | FileCheck %s --check-prefix=RANGE
// RANGE: error: 'tensor.dim' op dimension 2 is out of range for 'tensor<?x4xf32>'
// RANGE: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=a_cast_to_no_rank 2>&1 | FileCheck %s --check-prefix=UNRANKED
// UNRANKED: error: 'tensor.cast' op between unranked tensors is not supported by the reference interpreter
// UNRANKED: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=a_cast_to_a_structure 2>&1 | FileCheck %s --check-prefix=STRUCTURE
// STRUCTURE: error: 'tensor.cast' op changes the structure from 'tensor<4x4xf32>' to 'tensor<4x4xf32, #linop.dense>'
// STRUCTURE: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=a_slice_past_the_end 2>&1 | FileCheck %s --check-prefix=SLICE
// SLICE: error: 'tensor.extract_slice' op dimension 0 reads index 4 of 3
// SLICE: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=operands_of_two_sizes 2>&1 | FileCheck %s --check-prefix=SIZES
// SIZES: error: 'arith.addf' op operands differ in shape: 3 and 2
// SIZES: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=a_fill_of_a_matrix 2>&1 | FileCheck %s --check-prefix=FILL
// FILL: error: 'linalg.fill' op makes a structured result, which is not supported by the reference interpreter
// FILL: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=a_call_of_a_declaration 2>&1 | FileCheck %s --check-prefix=BODY
// BODY: error: 'func.call' op calls 'elsewhere', which has no body
// BODY: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=two_blocks 2>&1 | FileCheck %s --check-prefix=BLOCKS
// BLOCKS: error: 'func.func' op has 2 blocks: the reference interpreter wants 1
// BLOCKS: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=every_other_row_of_a_quotient 2>&1 | FileCheck %s --check-prefix=MAP
// MAP: error: 'linalg.generic' op has an indexing map that is not supported by the reference interpreter: affine_map<(d0) -> (d0 floordiv 2)>
// MAP: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=a_tensor_of_terabytes 2>&1 | FileCheck %s --check-prefix=LARGE
// LARGE: error: 'tensor.empty' op makes a tensor of 1048576x1048576 elements, which is too large for the reference interpreter
// LARGE: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=a_softmax_of_complex_numbers 2>&1 | FileCheck %s --check-prefix=SOFTMAX
// SOFTMAX: error: 'linalg.softmax' op on complex numbers is not supported by the reference interpreter
// SOFTMAX: danaus-run: error: the reference interpreter failed

func.func @rows_that_are_cast_to_five(%x: tensor<?xf32>) -> tensor<5xf32> {
  %y = tensor.cast %x : tensor<?xf32> to tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @an_expansion_that_does_not_fit(%x: tensor<?xf32>) -> tensor<?x4xf32> {
  %c2 = arith.constant 2 : index
  %y = tensor.expand_shape %x [[0, 1]] output_shape [%c2, 4] : tensor<?xf32> into tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func @a_dimension_past_the_rank(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c1 = arith.constant 1 : index
  %two = arith.addi %c1, %c1 : index
  %d = tensor.dim %x, %two : tensor<?x4xf32>
  %y = tensor.empty(%d) : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func @a_cast_to_no_rank(%x: tensor<4xf32>) -> tensor<4xf32> {
  %u = tensor.cast %x : tensor<4xf32> to tensor<*xf32>
  %y = tensor.cast %u : tensor<*xf32> to tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @a_cast_to_a_structure(%w: tensor<4x4xf32>, %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %m = tensor.cast %w : tensor<4x4xf32> to tensor<4x4xf32, #linop.dense>
  %y = linop.apply %m, %x : tensor<4x4xf32, #linop.dense>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func @a_slice_past_the_end(%x: tensor<?xf32>) -> tensor<4xf32> {
  %y = tensor.extract_slice %x[1] [4] [1] : tensor<?xf32> to tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @operands_of_two_sizes(%x: tensor<?xf32>, %z: tensor<4xf32>) -> tensor<?xf32> {
  %two = arith.constant 2 : index
  %part = tensor.extract_slice %z[0] [%two] [1] : tensor<4xf32> to tensor<?xf32>
  %y = arith.addf %x, %part : tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @a_fill_of_a_matrix(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4x4xf32, #linop.dense>
  %m = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x4xf32, #linop.dense>) -> tensor<4x4xf32, #linop.dense>
  %y = linop.apply %m, %x : tensor<4x4xf32, #linop.dense>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func @a_call_of_a_declaration(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = call @elsewhere(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func private @elsewhere(tensor<4xf32>) -> tensor<4xf32>

func.func @two_blocks(%x: tensor<4xf32>) -> tensor<4xf32> {
  cf.br ^bb1
^bb1:
  return %x : tensor<4xf32>
}

func.func @every_other_row_of_a_quotient(%x: tensor<2xf32>, %init: tensor<4xf32>) -> tensor<4xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i floordiv 2)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<2xf32>) outs(%init : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @a_tensor_of_terabytes(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = tensor.empty() : tensor<1048576x1048576xf32>
  %z = tensor.extract_slice %y[0, 0] [1, 4] [1, 1] : tensor<1048576x1048576xf32> to tensor<4xf32>
  return %z : tensor<4xf32>
}

func.func @a_softmax_of_complex_numbers(%x: tensor<4xcomplex<f32>>, %init: tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> {
  %y = linalg.softmax dimension(0) ins(%x : tensor<4xcomplex<f32>>) outs(%init : tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  return %y : tensor<4xcomplex<f32>>
}
