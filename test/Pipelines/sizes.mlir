// RUN: danaus-opt %s --danaus-to-kernels | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#lr = #linop.low_rank<rank = 2>

// The number of rows asked of a product is that of its activations, so the product has one use and takes the epilogue.
// CHECK-LABEL: func.func @a_size_asked_of_a_product_keeps_no_epilogue_out(
// CHECK-SAME:      %[[X:[a-z0-9]+]]: tensor<?x8xf32>)
// CHECK:         tensor.dim %
// CHECK:         chain.kernel
// CHECK:           chain.stage
// CHECK:           chain.stage
// CHECK-NEXT:      chain.map
// CHECK-NOT:     linalg.generic
// CHECK:         return
func.func @a_size_asked_of_a_product_keeps_no_epilogue_out(%u: tensor<6x2xf32>, %v: tensor<2x8xf32>, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %m = linop.assemble %u, %v : (tensor<6x2xf32>, tensor<2x8xf32>) -> tensor<6x8xf32, #lr>
  %y = linop.apply %m, %x : tensor<6x8xf32, #lr>, tensor<?x8xf32> -> tensor<?x6xf32>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %y, %c0 : tensor<?x6xf32>
  %empty = tensor.empty(%rows) : tensor<?x6xf32>
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<?x6xf32>) outs(%empty : tensor<?x6xf32>) {
  ^bb0(%v0: f32, %o: f32):
    %t = math.tanh %v0 : f32
    linalg.yield %t : f32
  } -> tensor<?x6xf32>
  return %z : tensor<?x6xf32>
}
