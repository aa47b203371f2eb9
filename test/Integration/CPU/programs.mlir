// Layers inside programs: epilogues, residuals, control flow, calls, extra dimensions and plain linalg on
// structured operands, by both pipelines against the reference.

// DEFINE: %{entry} =
// DEFINE: %{naive} = danaus-run %s --entry=%{entry} --check --pipeline=naive
// DEFINE: %{optimized} = danaus-run %s --entry=%{entry} --check
// DEFINE: %{both} = %{naive} --rows=0 && %{naive} --rows=1 && %{naive} --rows=9 && \
// DEFINE:   %{optimized} --rows=0 && %{optimized} --rows=1 && %{optimized} --rows=35

// REDEFINE: %{entry} = bias_gelu
// RUN: %{both}
// REDEFINE: %{entry} = residual
// RUN: %{both}
// REDEFINE: %{entry} = two_layers
// RUN: %{both}
// REDEFINE: %{entry} = two_results
// RUN: %{both}
// REDEFINE: %{entry} = shared_matrix
// RUN: %{both}
// REDEFINE: %{entry} = chosen
// RUN: %{both}
// REDEFINE: %{entry} = branches
// RUN: %{both}
// REDEFINE: %{entry} = calls
// RUN: %{both}
// REDEFINE: %{entry} = sequence
// RUN: %{both}
// REDEFINE: %{entry} = constant_weights
// RUN: %{both}
// REDEFINE: %{entry} = densified
// RUN: %{both}
// REDEFINE: %{entry} = matmul
// RUN: %{both}
// REDEFINE: %{entry} = static_rows
// RUN: %{both}

#mon = #linop.monarch<blocks = [4, 6], middle = 12>
!m = tensor<42x20xf32, #mon>

func.func @bias_gelu(%m: !m, %bias: tensor<42xf32>, %x: tensor<?x20xf32>) -> tensor<?x42xf32> {
  %y = linop.apply %m, %x : !m, tensor<?x20xf32> -> tensor<?x42xf32>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x20xf32>
  %init = tensor.empty(%rows) : tensor<?x42xf32>
  %z = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x42xf32>, tensor<42xf32>) outs(%init : tensor<?x42xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %half = arith.constant 0.5 : f32
    %one = arith.constant 1.0 : f32
    %root = arith.constant 0.70710678 : f32
    %sum = arith.addf %a, %b : f32
    %scaled = arith.mulf %sum, %root : f32
    %erf = math.erf %scaled : f32
    %gate = arith.addf %erf, %one : f32
    %halved = arith.mulf %sum, %half : f32
    %gelu = arith.mulf %halved, %gate : f32
    linalg.yield %gelu : f32
  } -> tensor<?x42xf32>
  return %z : tensor<?x42xf32>
}

func.func @residual(%m: !m, %x: tensor<?x20xf32>, %r: tensor<?x42xf32>) -> tensor<?x42xf32> {
  %y = linop.apply %m, %x : !m, tensor<?x20xf32> -> tensor<?x42xf32>
  %z = arith.addf %y, %r : tensor<?x42xf32>
  %t = math.tanh %z : tensor<?x42xf32>
  return %t : tensor<?x42xf32>
}

#up = #linop.low_rank<rank = 3>
func.func @two_layers(%m: !m, %n: tensor<11x42xf32, #up>, %x: tensor<?x20xf32>)
    -> tensor<?x11xf32> {
  %y = linop.apply %m, %x : !m, tensor<?x20xf32> -> tensor<?x42xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %t = math.tanh %y : tensor<?x42xf32>
  %z = linop.apply %n, %t : tensor<11x42xf32, #up>, tensor<?x42xf32> -> tensor<?x11xf32>
  return %z : tensor<?x11xf32>
}

func.func @two_results(%m: !m, %x: tensor<?x20xf32>) -> (tensor<?x42xf32>, tensor<?x42xf32>) {
  %y = linop.apply %m, %x : !m, tensor<?x20xf32> -> tensor<?x42xf32>
  %t = math.tanh %y : tensor<?x42xf32>
  return %y, %t : tensor<?x42xf32>, tensor<?x42xf32>
}

// The same parameters in two kernels: they are packed where they are used.
func.func @shared_matrix(%m: !m, %x: tensor<?x20xf32>, %z: tensor<?x20xf32>)
    -> (tensor<?x42xf32>, tensor<?x42xf32>) {
  %y = linop.apply %m, %x : !m, tensor<?x20xf32> -> tensor<?x42xf32>
  %t = linop.apply %m, %z : !m, tensor<?x20xf32> -> tensor<?x42xf32>
  return %y, %t : tensor<?x42xf32>, tensor<?x42xf32>
}

func.func @chosen(%m: !m, %n: !m, %x: tensor<?x20xf32>) -> tensor<?x42xf32> {
  %c0 = arith.constant 0 : index
  %c5 = arith.constant 5 : index
  %rows = tensor.dim %x, %c0 : tensor<?x20xf32>
  %many = arith.cmpi sgt, %rows, %c5 : index
  %s = arith.select %many, %m, %n : !m
  %y = linop.apply %s, %x : !m, tensor<?x20xf32> -> tensor<?x42xf32>
  return %y : tensor<?x42xf32>
}

func.func @branches(%m: !m, %n: !m, %x: tensor<?x20xf32>) -> tensor<?x42xf32> {
  %c0 = arith.constant 0 : index
  %c5 = arith.constant 5 : index
  %rows = tensor.dim %x, %c0 : tensor<?x20xf32>
  %many = arith.cmpi sgt, %rows, %c5 : index
  %s = scf.if %many -> (!m) {
    scf.yield %m : !m
  } else {
    scf.yield %n : !m
  }
  %y = linop.apply %s, %x : !m, tensor<?x20xf32> -> tensor<?x42xf32>
  return %y : tensor<?x42xf32>
}

func.func private @layer(%m: !m, %x: tensor<?x20xf32>) -> tensor<?x42xf32> {
  %y = linop.apply %m, %x : !m, tensor<?x20xf32> -> tensor<?x42xf32>
  return %y : tensor<?x42xf32>
}

func.func @calls(%m: !m, %x: tensor<?x20xf32>, %z: tensor<?x20xf32>) -> tensor<?x42xf32> {
  %y = call @layer(%m, %x) : (!m, tensor<?x20xf32>) -> tensor<?x42xf32>
  %t = call @layer(%m, %z) : (!m, tensor<?x20xf32>) -> tensor<?x42xf32>
  %s = arith.addf %y, %t : tensor<?x42xf32>
  return %s : tensor<?x42xf32>
}

// Rows in two dimensions.
func.func @sequence(%m: !m, %x: tensor<?x3x20xf32>) -> tensor<?x3x42xf32> {
  %y = linop.apply %m, %x : !m, tensor<?x3x20xf32> -> tensor<?x3x42xf32>
  return %y : tensor<?x3x42xf32>
}

func.func @constant_weights(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<[[0.25, -1.5, 3.0, 2.0], [1.0, 0.1, -0.3, 7.0]]> : tensor<2x4xf32>
  %m = linop.assemble %w : (tensor<2x4xf32>) -> tensor<2x4xf32, #linop.dense>
  %y = linop.apply %m, %x : tensor<2x4xf32, #linop.dense>, tensor<?x4xf32> -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

func.func @densified(%m: !m) -> tensor<42x20xf32> {
  %d = linop.materialize %m : !m -> tensor<42x20xf32>
  return %d : tensor<42x20xf32>
}

// What a front end writes: x times the transpose of an encoded weight, onto an initial value.
func.func @matmul(%m: !m, %x: tensor<?x20xf32>, %init: tensor<?x42xf32>) -> tensor<?x42xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>,
                       affine_map<(i, j, k) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %m : tensor<?x20xf32>, !m) outs(%init : tensor<?x42xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<?x42xf32>
  return %y : tensor<?x42xf32>
}

func.func @static_rows(%m: !m, %x: tensor<17x20xf32>) -> tensor<17x42xf32> {
  %y = linop.apply %m, %x : !m, tensor<17x20xf32> -> tensor<17x42xf32>
  return %y : tensor<17x42xf32>
}
