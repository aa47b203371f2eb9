// Products along any axis, and the ops that compose matrices.
//
// DEFINE: %{entry} =
// DEFINE: %{check} = danaus-run %s --entry=%{entry} --check
// DEFINE: %{all} = %{check} --rows=7 && %{check} --rows=1 && %{check} --rows=0 && %{check} --rows=3 --pipeline=naive
//
// REDEFINE: %{entry} = first_axis
// RUN: %{check} && %{check} --pipeline=naive
// REDEFINE: %{entry} = middle_axis
// RUN: %{all}
// REDEFINE: %{entry} = axis_before_unknown_sizes
// RUN: %{all}
// REDEFINE: %{entry} = axis_of_a_table
// RUN: %{all}
// REDEFINE: %{entry} = two_unknown_sizes_of_rows
// RUN: %{all}
// REDEFINE: %{entry} = composed
// RUN: %{all}
// REDEFINE: %{entry} = parameters
// RUN: %{all}
// REDEFINE: %{entry} = f64_factor_of_a_bf16_product
// RUN: %{all}
// REDEFINE: %{entry} = f64_factor_of_an_f16_product
// RUN: %{all}

!monarch = tensor<6x8xf32, #linop.monarch<blocks = [4, 3], middle = 12>>
!table = tensor<8x8xf32, #linop.table_permutation<index = i32>>

func.func @first_axis(%m: !monarch, %x: tensor<8x5x3xf32>) -> tensor<6x5x3xf32> {
  %y = linop.apply %m, %x axis 0 : !monarch, tensor<8x5x3xf32> -> tensor<6x5x3xf32>
  return %y : tensor<6x5x3xf32>
}

func.func @middle_axis(%m: !monarch, %x: tensor<2x?x6x3xf32>) -> tensor<2x?x8x3xf32> {
  %y = linop.apply %m, %x right axis 2 : !monarch, tensor<2x?x6x3xf32> -> tensor<2x?x8x3xf32>
  return %y : tensor<2x?x8x3xf32>
}

func.func @axis_before_unknown_sizes(%m: !monarch, %x: tensor<3x8x?xf32>) -> tensor<3x6x?xf32> {
  %y = linop.apply %m, %x axis 1 : !monarch, tensor<3x8x?xf32> -> tensor<3x6x?xf32>
  return %y : tensor<3x6x?xf32>
}

func.func @axis_of_a_table(%m: !table, %x: tensor<?x8x3xf32>) -> tensor<?x8x3xf32> {
  %y = linop.apply %m, %x axis 1 : !table, tensor<?x8x3xf32> -> tensor<?x8x3xf32>
  return %y : tensor<?x8x3xf32>
}

func.func @two_unknown_sizes_of_rows(%m: !monarch, %x: tensor<?x?x8xf32>) -> tensor<?x?x6xf32> {
  %y = linop.apply %m, %x : !monarch, tensor<?x?x8xf32> -> tensor<?x?x6xf32>
  return %y : tensor<?x?x6xf32>
}

!diagonal = tensor<6x8xf32, #linop.diagonal>
!sum = tensor<6x8xf32, #linop.sum<[!monarch, !diagonal, tensor<6x8xf32>]>>
!scaled = tensor<6x8xf32, #linop.scaled<!sum>>
!transposed = tensor<8x6xf32, #linop.transpose<!scaled>>
!product = tensor<8x8xf32, #linop.product<[!transposed, !monarch]>>
func.func @composed(%m: !monarch, %d: !diagonal, %w: tensor<6x8xf32>, %s: tensor<1xf32>, %x: tensor<?x8xf32>)
    -> tensor<?x8xf32> {
  %0 = linop.sum %m, %d, %w : !monarch, !diagonal, tensor<6x8xf32> -> !sum
  %1 = linop.scale %0, %s : !sum, tensor<1xf32> -> !scaled
  %2 = linop.transpose %1 : !scaled -> !transposed
  %3 = linop.product %2, %m : !transposed, !monarch -> !product
  %y = linop.apply %3, %x : !product, tensor<?x8xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!low_rank = tensor<6x8xf32, #linop.low_rank<rank = 3>>
!swapped = tensor<8x6xf32, #linop.low_rank<rank = 3>>
func.func @parameters(%m: !low_rank, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %u, %v = linop.parameters %m : !low_rank -> tensor<6x3xf32>, tensor<3x8xf32>
  %e0 = tensor.empty() : tensor<8x3xf32>
  %e1 = tensor.empty() : tensor<3x6xf32>
  %vt = linalg.transpose ins(%v : tensor<3x8xf32>) outs(%e0 : tensor<8x3xf32>) permutation = [1, 0]
  %ut = linalg.transpose ins(%u : tensor<6x3xf32>) outs(%e1 : tensor<3x6xf32>) permutation = [1, 0]
  %t = linop.assemble %vt, %ut : (tensor<8x3xf32>, tensor<3x6xf32>) -> !swapped
  %y = linop.apply %t, %x : !swapped, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// No target rounds f64 to 16 bits, and libraries lack the routine for bf16.
!f64_factor = tensor<7x5xf64, #linop.low_rank<rank = 2>>
!bf16_product = tensor<3x5xbf16, #linop.product<[tensor<3x7xbf16>, !f64_factor]>>
func.func @f64_factor_of_a_bf16_product(%m: !bf16_product, %x: tensor<?x5xbf16>) -> tensor<?x3xbf16> {
  %y = linop.apply %m, %x : !bf16_product, tensor<?x5xbf16> -> tensor<?x3xbf16>
  return %y : tensor<?x3xbf16>
}

!f16_product = tensor<3x5xf16, #linop.product<[tensor<3x7xf16>, !f64_factor]>>
func.func @f64_factor_of_an_f16_product(%m: !f16_product, %x: tensor<?x5xf16>) -> tensor<?x3xf16> {
  %y = linop.apply %m, %x : !f16_product, tensor<?x5xf16> -> tensor<?x3xf16>
  return %y : tensor<?x3xf16>
}
