#mon = #linop.monarch<blocks = [4, 3], middle = 24>
#square = #linop.monarch<blocks = [8, 8], middle = 64>

// w1 (k, q, p) = (4, 6, 5), w2 (l, s, r) = (3, 7, 8): 20 columns, 21 rows.
func.func @monarch(%w1: tensor<4x6x5xf32>, %w2: tensor<3x7x8xf32>, %x: tensor<?x20xf32>) -> tensor<?x21xf32> {
  %m = linop.assemble %w1, %w2 : (tensor<4x6x5xf32>, tensor<3x7x8xf32>) -> tensor<21x20xf32, #mon>
  %y = linop.apply %m, %x : tensor<21x20xf32, #mon>, tensor<?x20xf32> -> tensor<?x21xf32>
  return %y : tensor<?x21xf32>
}

// relu(x M^T + bias) N^T
func.func @mlp(%a: tensor<8x8x8xf32>, %b: tensor<8x8x8xf32>, %bias: tensor<64xf32>,
               %c: tensor<8x8x8xf32>, %d: tensor<8x8x8xf32>, %x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %m = linop.assemble %a, %b : (tensor<8x8x8xf32>, tensor<8x8x8xf32>) -> tensor<64x64xf32, #square>
  %n = linop.assemble %c, %d : (tensor<8x8x8xf32>, tensor<8x8x8xf32>) -> tensor<64x64xf32, #square>
  %y = linop.apply %m, %x : tensor<64x64xf32, #square>, tensor<?x64xf32> -> tensor<?x64xf32>
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %rows = tensor.dim %x, %c0 : tensor<?x64xf32>
  %empty = tensor.empty(%rows) : tensor<?x64xf32>
  %h = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x64xf32>, tensor<64xf32>) outs(%empty : tensor<?x64xf32>) {
  ^bb0(%value: f32, %add: f32, %old: f32):
    %sum = arith.addf %value, %add : f32
    %positive = arith.maximumf %sum, %zero : f32
    linalg.yield %positive : f32
  } -> tensor<?x64xf32>
  %z = linop.apply %n, %h : tensor<64x64xf32, #square>, tensor<?x64xf32> -> tensor<?x64xf32>
  return %z : tensor<?x64xf32>
}
