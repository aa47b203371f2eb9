// i8 factors with f32 scales against their definition by loops, to the last bit: naive and optimized, at seven rows, one
// and none. An i8 result is another layer's input.
//
// DEFINE: %{entry} =
// DEFINE: %{check} = danaus-run %s --entry=%{entry} --check --tolerance=0 --verify-data
// DEFINE: %{all} = %{check} --rows=7 && %{check} --rows=1 && %{check} --rows=0 && %{check} --rows=3 --pipeline=naive

// REDEFINE: %{entry} = dense_to_f32
// RUN: %{all}
// REDEFINE: %{entry} = block_diagonal_to_i8
// RUN: %{all}
// REDEFINE: %{entry} = monarch_to_f32
// RUN: %{all}
// REDEFINE: %{entry} = monarch_to_i8
// RUN: %{all}
// REDEFINE: %{entry} = large_monarch_to_i8
// RUN: %{all}
// REDEFINE: %{entry} = low_rank_to_f32
// RUN: %{all}
// REDEFINE: %{entry} = low_rank_to_i8
// RUN: %{all}
// REDEFINE: %{entry} = along_the_first_axis
// RUN: %{all}
// REDEFINE: %{entry} = two_layers
// RUN: %{all}

// A scale of 0 stands for no number.
// RUN: not danaus-run %s --entry=given_scales --rows=1 --check --verify-data 2>&1 | FileCheck %s
// CHECK: danaus-run: error: parameter 1 of tensor<2x2xi8, #linop.quantized<#linop.dense, y = f32>>: element 1: wanted a finite scale above 0, found 0

func.func @dense_to_f32(%m: tensor<13x7xi8, #linop.quantized<#linop.dense, y = f32>>, %x: tensor<?x7xi8>)
    -> tensor<?x13xf32> {
  %y = linop.apply %m, %x : tensor<13x7xi8, #linop.quantized<#linop.dense, y = f32>>, tensor<?x7xi8>
      -> tensor<?x13xf32>
  return %y : tensor<?x13xf32>
}

#blocks = #linop.quantized<#linop.block_diagonal<blocks = 3>, y = i8>
func.func @block_diagonal_to_i8(%m: tensor<15x21xi8, #blocks>, %x: tensor<?x21xi8>) -> tensor<?x15xi8> {
  %y = linop.apply %m, %x : tensor<15x21xi8, #blocks>, tensor<?x21xi8> -> tensor<?x15xi8>
  return %y : tensor<?x15xi8>
}

#monarch_f32 = #linop.quantized<#linop.monarch<blocks = [4, 3], middle = 12>, y = f32>
func.func @monarch_to_f32(%m: tensor<6x8xi8, #monarch_f32>, %x: tensor<?x8xi8>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : tensor<6x8xi8, #monarch_f32>, tensor<?x8xi8> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

#monarch_i8 = #linop.quantized<#linop.monarch<blocks = [4, 3], middle = 12>, y = i8>
func.func @monarch_to_i8(%m: tensor<6x8xi8, #monarch_i8>, %x: tensor<?x8xi8>) -> tensor<?x6xi8> {
  %y = linop.apply %m, %x : tensor<6x8xi8, #monarch_i8>, tensor<?x8xi8> -> tensor<?x6xi8>
  return %y : tensor<?x6xi8>
}

#large = #linop.quantized<#linop.monarch<blocks = [32, 32], middle = 1024>, y = i8>
func.func @large_monarch_to_i8(%m: tensor<1024x1024xi8, #large>, %x: tensor<?x1024xi8>) -> tensor<?x1024xi8> {
  %y = linop.apply %m, %x : tensor<1024x1024xi8, #large>, tensor<?x1024xi8> -> tensor<?x1024xi8>
  return %y : tensor<?x1024xi8>
}

#low_rank_f32 = #linop.quantized<#linop.low_rank<rank = 5>, y = f32>
func.func @low_rank_to_f32(%m: tensor<11x17xi8, #low_rank_f32>, %x: tensor<?x17xi8>) -> tensor<?x11xf32> {
  %y = linop.apply %m, %x : tensor<11x17xi8, #low_rank_f32>, tensor<?x17xi8> -> tensor<?x11xf32>
  return %y : tensor<?x11xf32>
}

#low_rank_i8 = #linop.quantized<#linop.low_rank<rank = 5>, y = i8>
func.func @low_rank_to_i8(%m: tensor<11x17xi8, #low_rank_i8>, %x: tensor<2x?x17xi8>) -> tensor<2x?x11xi8> {
  %y = linop.apply %m, %x : tensor<11x17xi8, #low_rank_i8>, tensor<2x?x17xi8> -> tensor<2x?x11xi8>
  return %y : tensor<2x?x11xi8>
}

func.func @along_the_first_axis(%m: tensor<6x8xi8, #monarch_i8>, %x: tensor<8x?xi8>) -> tensor<6x?xi8> {
  %y = linop.apply %m, %x axis 0 : tensor<6x8xi8, #monarch_i8>, tensor<8x?xi8> -> tensor<6x?xi8>
  return %y : tensor<6x?xi8>
}

func.func @two_layers(%a: tensor<6x8xi8, #monarch_i8>, %b: tensor<8x6xi8, #linop.quantized<#linop.dense, y = f32>>,
    %x: tensor<?x8xi8>) -> tensor<?x8xf32> {
  %h = linop.apply %a, %x : tensor<6x8xi8, #monarch_i8>, tensor<?x8xi8> -> tensor<?x6xi8>
  %y = linop.apply %b, %h : tensor<8x6xi8, #linop.quantized<#linop.dense, y = f32>>, tensor<?x6xi8> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

func.func @given_scales(%w: tensor<2x2xi8>, %x: tensor<?x2xi8>) -> tensor<?x2xf32> {
  %channels = arith.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %scales = arith.constant dense<0.5> : tensor<1xf32>
  %m = linop.assemble %w, %channels, %scales : (tensor<2x2xi8>, tensor<2xf32>, tensor<1xf32>)
      -> tensor<2x2xi8, #linop.quantized<#linop.dense, y = f32>>
  %y = linop.apply %m, %x : tensor<2x2xi8, #linop.quantized<#linop.dense, y = f32>>, tensor<?x2xi8> -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
