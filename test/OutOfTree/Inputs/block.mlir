#heat = #ring.stencil<offsets = [-1, 0, 1]>

// In one loop over tiles of rows: sums of squares, normalization, product, softmax. Nothing is left outside of it.
// TILED-LABEL: func.func @block
// TILED-NOT: linalg.
// TILED: scf.forall
// TILED: linalg.generic {{.*}}"reduction"
// TILED: %[[NORMAL:.*]] = linalg.generic
// TILED: %[[Y:.*]] = linop.apply %{{.*}}, %[[NORMAL]] : tensor<24x24xf32, #ring.stencil
// TILED: linalg.softmax dimension(1) ins(%[[Y]]
// TILED: scf.forall.in_parallel
// TILED-NOT: linop.apply
// TILED: return
func.func @block(%w: tensor<3x24xf32>, %gain: tensor<24xf32>, %x: tensor<?x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %count = arith.constant 24.0 : f32
  %epsilon = arith.constant 1.0e-5 : f32
  %rows = tensor.dim %x, %c0 : tensor<?x24xf32>
  %vector = tensor.empty(%rows) : tensor<?xf32>
  %matrix = tensor.empty(%rows) : tensor<?x24xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%vector : tensor<?xf32>) -> tensor<?xf32>
  %squares = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x24xf32>) outs(%zeros : tensor<?xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %square = arith.mulf %a, %a : f32
    %next = arith.addf %sum, %square : f32
    linalg.yield %next : f32
  } -> tensor<?xf32>
  %normal = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>,
                       affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %squares, %gain : tensor<?x24xf32>, tensor<?xf32>, tensor<24xf32>)
      outs(%matrix : tensor<?x24xf32>) {
  ^bb0(%a: f32, %sum: f32, %g: f32, %out: f32):
    %mean = arith.divf %sum, %count : f32
    %shifted = arith.addf %mean, %epsilon : f32
    %scale = math.rsqrt %shifted : f32
    %scaled = arith.mulf %a, %scale : f32
    %gained = arith.mulf %scaled, %g : f32
    linalg.yield %gained : f32
  } -> tensor<?x24xf32>
  %m = linop.assemble %w : (tensor<3x24xf32>) -> tensor<24x24xf32, #heat>
  %y = linop.apply %m, %normal : tensor<24x24xf32, #heat>, tensor<?x24xf32> -> tensor<?x24xf32>
  %p = linalg.softmax dimension(1) ins(%y : tensor<?x24xf32>) outs(%matrix : tensor<?x24xf32>) -> tensor<?x24xf32>
  return %p : tensor<?x24xf32>
}
