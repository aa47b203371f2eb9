// Two layers side by side, which are no chain of stages.
func.func @two(%w: tensor<6x8xf32>, %v: tensor<7x5xf32>, %x: tensor<?x8xf32>, %z: tensor<?x5xf32>)
    -> (tensor<?x6xf32>, tensor<?x7xf32>) {
  %m = linop.assemble %w : (tensor<6x8xf32>) -> tensor<6x8xf32, #linop.dense>
  %n = linop.assemble %v : (tensor<7x5xf32>) -> tensor<7x5xf32, #linop.dense>
  %y = linop.apply %m, %x : tensor<6x8xf32, #linop.dense>, tensor<?x8xf32> -> tensor<?x6xf32>
  %u = linop.apply %n, %z : tensor<7x5xf32, #linop.dense>, tensor<?x5xf32> -> tensor<?x7xf32>
  return %y, %u : tensor<?x6xf32>, tensor<?x7xf32>
}
