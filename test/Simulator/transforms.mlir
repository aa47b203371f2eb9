// Chains of complex transforms in one kernel: rows that fill no tile, items that come out even and uneven, sizes that
// are no powers of two, one stage alone, Hadamard's, and schedules that are not the default.

// RUN: danaus-run %s --entry=fourier_1024 --device=sim --check --rows=5 | FileCheck %s
// RUN: danaus-run %s --entry=fourier_1024 --device=sim --check --rows=1 | FileCheck %s
// RUN: danaus-run %s --entry=fourier_1024 --device=sim --check --rows=0 | FileCheck %s
// RUN: danaus-run %s --entry=fourier_1024 --device=sim --check --rows=3 --entry-points | FileCheck %s
// RUN: danaus-run %s --entry=fourier_1024 --device=sim --check --rows=3 --schedule="#chain.schedule<rows=2,warps=3,depth=1,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=fourier_96 --device=sim --check --rows=301 --schedule="#chain.schedule<rows=4,warps=1,depth=1,in_place=true>" | FileCheck %s
// RUN: danaus-run %s --entry=fourier_96 --device=sim --check --rows=7 | FileCheck %s
// RUN: danaus-run %s --entry=fourier_15 --device=sim --check --rows=7 | FileCheck %s
// RUN: danaus-run %s --entry=hadamard_64 --device=sim --check --rows=7 | FileCheck %s
// RUN: danaus-run %s --entry=filter --device=sim --check --rows=3 | FileCheck %s
// CHECK: check passed

// A stage that begins before all have written what it reads.
// RUN: danaus-opt %s --danaus-to-device > %t.mlir
// RUN: sed -e '/gpu.barrier/d' %t.mlir > %t.wrong.mlir
// RUN: not danaus-opt %t.wrong.mlir --danaus-simulate="rows=3" 2>&1 | FileCheck %s --check-prefix=BARRIER
// BARRIER: error: 'vector.load' op thread {{[0-9]+}} of block 0: read of bytes {{.+}} of shared memory: a race with a write by

#dft = #linop.dft

module attributes {danaus.target = "sm_90a"} {
func.func @fourier_1024(%x: tensor<?x1024xcomplex<f32>>) -> tensor<?x1024xcomplex<f32>> {
  %m = linop.assemble : () -> tensor<1024x1024xcomplex<f32>, #dft>
  %y = linop.apply %m, %x : tensor<1024x1024xcomplex<f32>, #dft>, tensor<?x1024xcomplex<f32>> -> tensor<?x1024xcomplex<f32>>
  return %y : tensor<?x1024xcomplex<f32>>
}

func.func @fourier_96(%x: tensor<?x96xcomplex<f32>>) -> tensor<?x96xcomplex<f32>> {
  %m = linop.assemble : () -> tensor<96x96xcomplex<f32>, #dft>
  %y = linop.apply %m, %x : tensor<96x96xcomplex<f32>, #dft>, tensor<?x96xcomplex<f32>> -> tensor<?x96xcomplex<f32>>
  return %y : tensor<?x96xcomplex<f32>>
}

func.func @fourier_15(%x: tensor<?x15xcomplex<f32>>) -> tensor<?x15xcomplex<f32>> {
  %m = linop.assemble : () -> tensor<15x15xcomplex<f32>, #dft>
  %y = linop.apply %m, %x : tensor<15x15xcomplex<f32>, #dft>, tensor<?x15xcomplex<f32>> -> tensor<?x15xcomplex<f32>>
  return %y : tensor<?x15xcomplex<f32>>
}

func.func @hadamard_64(%x: tensor<?x64xcomplex<f32>>) -> tensor<?x64xcomplex<f32>> {
  %m = linop.assemble : () -> tensor<64x64xcomplex<f32>, #linop.hadamard>
  %y = linop.apply %m, %x : tensor<64x64xcomplex<f32>, #linop.hadamard>, tensor<?x64xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
  return %y : tensor<?x64xcomplex<f32>>
}

// Two kernels of transforms, and what is between them.
func.func @filter(%d: tensor<64xcomplex<f32>>, %x: tensor<?x64xcomplex<f32>>) -> tensor<?x64xcomplex<f32>> {
  %f = linop.assemble : () -> tensor<64x64xcomplex<f32>, #dft>
  %g = linop.assemble %d : (tensor<64xcomplex<f32>>) -> tensor<64x64xcomplex<f32>, #linop.diagonal>
  %spectrum = linop.apply %f, %x : tensor<64x64xcomplex<f32>, #dft>, tensor<?x64xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
  %scaled = linop.apply %g, %spectrum : tensor<64x64xcomplex<f32>, #linop.diagonal>, tensor<?x64xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
  %y = linop.apply %f, %scaled : tensor<64x64xcomplex<f32>, #dft>, tensor<?x64xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
  return %y : tensor<?x64xcomplex<f32>>
}
}
