#heat = #ring.stencil<offsets = [-1, 0, 1]>

// LINALG-LABEL: func.func @step
// LINALG-COUNT-3: tensor.extract %
// LINALG: arith.addf
// LINALG: return

// LLVM: llvm.func @_mlir_ciface_step
func.func @step(%w: tensor<3x12xf32>, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %m = linop.assemble %w : (tensor<3x12xf32>) -> tensor<12x12xf32, #heat>
  %y = linop.apply %m, %x : tensor<12x12xf32, #heat>, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}
