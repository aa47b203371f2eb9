#heat = #ring.stencil<offsets = [-1, 0, 1]>
#far = #ring.stencil<offsets = [5, 0, -14, 3]>
!m = tensor<12x12xf32, #heat>

// PARSED-LABEL: func.func @step
// PARSED: linop.assemble {{.*}} : (tensor<3x12xf32>) -> tensor<12x12xf32, #ring.stencil<offsets = [-1, 0, 1]>>

// CHAIN-LABEL: func.func @step
// CHAIN-COUNT-3: chain.gather
// CHAIN-NOT: ring.

// LLVM: llvm.func @_mlir_ciface_step
func.func @step(%w: tensor<3x12xf32>, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %m = linop.assemble %w : (tensor<3x12xf32>) -> !m
  %y = linop.apply %m, %x : !m, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

func.func @two_steps(%m: !m, %n: tensor<12x12xf32, #far>, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : !m, tensor<?x12xf32> -> tensor<?x12xf32>
  %t = math.tanh %y : tensor<?x12xf32>
  %z = linop.apply %n, %t : tensor<12x12xf32, #far>, tensor<?x12xf32> -> tensor<?x12xf32>
  return %z : tensor<?x12xf32>
}

func.func @transposed(%m: !m, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %t = linop.transpose %m : !m -> tensor<12x12xf32, #linop.transpose<!m>>
  %y = linop.apply %t, %x : tensor<12x12xf32, #linop.transpose<!m>>, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

func.func @matmul(%m: !m, %x: tensor<12x7xf32>) -> tensor<12x7xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<12x7xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<12x7xf32>) -> tensor<12x7xf32>
  %y = linalg.matmul ins(%m, %x : !m, tensor<12x7xf32>) outs(%init : tensor<12x7xf32>) -> tensor<12x7xf32>
  return %y : tensor<12x7xf32>
}
