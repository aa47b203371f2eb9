func.func @stencil_square_C1(%w: tensor<2x12xf32>) {
  // expected-error @below {{stencil: wanted a square matrix of floating-point numbers, found 12x10x'f32'}}
  %m = linop.assemble %w : (tensor<2x12xf32>) -> tensor<12x10xf32, #ring.stencil<offsets = [0, 1]>>
  return
}

// -----

func.func @stencil_offsets_differ_C2(%w: tensor<2x12xf32>) {
  // expected-error @below {{stencil: offset 13 is another one modulo 12}}
  %m = linop.assemble %w : (tensor<2x12xf32>) -> tensor<12x12xf32, #ring.stencil<offsets = [1, 13]>>
  return
}

// -----

func.func @danaus_checks_the_parameters(%w: tensor<3x12xf32>) {
  // expected-error @below {{'linop.assemble' op parameter 0: wanted 'tensor<2x12xf32>', found 'tensor<3x12xf32>'}}
  %m = linop.assemble %w : (tensor<3x12xf32>) -> tensor<12x12xf32, #ring.stencil<offsets = [0, 1]>>
  return
}
