#heat = #ring.stencil<offsets = [-1, 0, 1]>
func.func @heat(%w: tensor<3x12xf32>, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %m = linop.assemble %w : (tensor<3x12xf32>) -> tensor<12x12xf32, #heat>
  %y = linop.apply %m, %x : tensor<12x12xf32, #heat>, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}
