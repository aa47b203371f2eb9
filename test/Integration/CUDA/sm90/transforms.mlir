// Chains of complex transforms on the device: straight code and loops, one row of a tile and several, rows that fill no tile.
// REQUIRES: sm90

// DEFINE: %{entry} =
// DEFINE: %{run} = danaus-run %s --entry=%{entry} --device=cuda --check
// DEFINE: %{all} = %{run} --rows=0 && %{run} --rows=1 && %{run} --rows=1101

// REDEFINE: %{entry} = fourier_4096
// RUN: %{all} | FileCheck %s
// REDEFINE: %{entry} = fourier_8192
// RUN: %{all} | FileCheck %s
// REDEFINE: %{entry} = fourier_96
// RUN: %{all} | FileCheck %s
// CHECK-COUNT-3: check passed

#dft = #linop.dft

func.func @fourier_4096(%x: tensor<?x4096xcomplex<f32>>) -> tensor<?x4096xcomplex<f32>> {
  %m = linop.assemble : () -> tensor<4096x4096xcomplex<f32>, #dft>
  %y = linop.apply %m, %x : tensor<4096x4096xcomplex<f32>, #dft>, tensor<?x4096xcomplex<f32>> -> tensor<?x4096xcomplex<f32>>
  return %y : tensor<?x4096xcomplex<f32>>
}

func.func @fourier_8192(%x: tensor<?x8192xcomplex<f32>>) -> tensor<?x8192xcomplex<f32>> {
  %m = linop.assemble : () -> tensor<8192x8192xcomplex<f32>, #dft>
  %y = linop.apply %m, %x : tensor<8192x8192xcomplex<f32>, #dft>, tensor<?x8192xcomplex<f32>> -> tensor<?x8192xcomplex<f32>>
  return %y : tensor<?x8192xcomplex<f32>>
}

func.func @fourier_96(%x: tensor<?x96xcomplex<f32>>) -> tensor<?x96xcomplex<f32>> {
  %m = linop.assemble : () -> tensor<96x96xcomplex<f32>, #dft>
  %y = linop.apply %m, %x : tensor<96x96xcomplex<f32>, #dft>, tensor<?x96xcomplex<f32>> -> tensor<?x96xcomplex<f32>>
  return %y : tensor<?x96xcomplex<f32>>
}
