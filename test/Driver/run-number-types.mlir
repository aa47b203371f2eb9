// Integers and complex numbers go through files, the interpreter and back unchanged.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{make} = python3 %S/Inputs/tensors.py
// DEFINE: %{run} = danaus-run %s --device=interpreter

// Both lines are [[1+2j, 2-1j], [3j, 4], [5, -1j]] times (1j, 2) and (1-1j, 0.5).
// RUN: %{make} npy %t/w.npy 3x2 --dtype="<c8" --values=1+2j,2-1j,3j,4,5,-1j
// RUN: %{make} npy %t/x.npy 2x2 --dtype="<c8" --values=1j,2,1-1j,0.5
// RUN: %{run} --entry=dense --arg 0=%t/w.npy --arg 1=%t/x.npy --output=%t/y.npy
// RUN: %{make} show %t/y.npy | FileCheck %s --check-prefix=DENSE
// DENSE: <c8 (2, 3) [(2-1j), (5+0j), 3j, (4+0.5j), (5+3j), (5-5.5j)]

// A transpose does not conjugate; materialize and linalg see the same matrix.
// RUN: %{run} --entry=transposed --arg 0=%t/w.npy --output=%t/t.npy
// RUN: %{make} show %t/t.npy | FileCheck %s --check-prefix=TRANSPOSED
// TRANSPOSED: <c8 (2, 3) [(1+2j), 3j, (5+0j), (2-1j), (4+0j), -1j]

// z w + conj(z) with w = 1 + 2i in one generic; the real part in another.
// RUN: %{make} npy %t/z.npy 2 --dtype="<c16" --values=3-1j,2j
// RUN: %{run} --entry=scalars --arg 0=%t/z.npy --output=%t/a.npy --output=%t/b.npy
// RUN: %{make} show %t/a.npy | FileCheck %s --check-prefix=GENERIC
// RUN: %{make} show %t/b.npy | FileCheck %s --check-prefix=REAL
// GENERIC: <c16 (2,) [(8+6j), (-4+0j)]
// REAL: <f8 (2,) [8.0, -4.0]

// RUN: %{make} npy %t/i.npy 3 --dtype="<i8" --values=-7,0,9007199254740991
// RUN: %{make} safetensors %t/j.safetensors j:I8:3
// RUN: %{run} --entry=integers --arg 0=%t/i.npy --arg 1=%t/j.safetensors --output=%t/i2.npy --output=%t/k.safetensors:k
// RUN: %{make} show %t/i2.npy | FileCheck %s --check-prefix=I64
// RUN: %{make} show %t/k.safetensors k | FileCheck %s --check-prefix=I8
// I64: <i8 (3,) [-7, 0, 9007199254740991]
// I8: I8 [3] [10, 21, 32]

// Random arguments of every kind, and a report that names it.
// RUN: %{run} --entry=transposed --json --check | FileCheck %s --check-prefix=JSON
// JSON: "dtype":"complex<f32>"{{.*}}"passed":true

func.func @dense(%w: tensor<3x2xcomplex<f32>>, %x: tensor<?x2xcomplex<f32>>) -> tensor<?x3xcomplex<f32>> {
  %m = linop.assemble %w : (tensor<3x2xcomplex<f32>>) -> tensor<3x2xcomplex<f32>, #linop.dense>
  %y = linop.apply %m, %x : tensor<3x2xcomplex<f32>, #linop.dense>, tensor<?x2xcomplex<f32>> -> tensor<?x3xcomplex<f32>>
  return %y : tensor<?x3xcomplex<f32>>
}

!m = tensor<3x2xcomplex<f32>, #linop.dense>
func.func @transposed(%m: !m) -> tensor<2x3xcomplex<f32>> {
  %t = linop.transpose %m : !m -> tensor<2x3xcomplex<f32>, #linop.transpose<!m>>
  %d = linop.materialize %t : tensor<2x3xcomplex<f32>, #linop.transpose<!m>> -> tensor<2x3xcomplex<f32>>
  return %d : tensor<2x3xcomplex<f32>>
}

func.func @scalars(%z: tensor<2xcomplex<f64>>) -> (tensor<2xcomplex<f64>>, tensor<2xf64>) {
  %w = complex.constant [1.0, 2.0] : complex<f64>
  %init = tensor.empty() : tensor<2xcomplex<f64>>
  %a = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%z : tensor<2xcomplex<f64>>) outs(%init : tensor<2xcomplex<f64>>) {
  ^bb0(%in: complex<f64>, %out: complex<f64>):
    %product = complex.mul %in, %w : complex<f64>
    %conjugate = complex.conj %in : complex<f64>
    %sum = complex.add %product, %conjugate : complex<f64>
    linalg.yield %sum : complex<f64>
  } -> tensor<2xcomplex<f64>>
  %real = tensor.empty() : tensor<2xf64>
  %b = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%a : tensor<2xcomplex<f64>>) outs(%real : tensor<2xf64>) {
  ^bb0(%in: complex<f64>, %out: f64):
    %re = complex.re %in : complex<f64>
    linalg.yield %re : f64
  } -> tensor<2xf64>
  return %a, %b : tensor<2xcomplex<f64>>, tensor<2xf64>
}

func.func @integers(%i: tensor<3xi64>, %j: tensor<3xi8>) -> (tensor<3xi64>, tensor<3xi8>) {
  %tens = arith.constant dense<[10, 20, 30]> : tensor<3xi8>
  %sum = arith.addi %j, %tens : tensor<3xi8>
  return %i, %sum : tensor<3xi64>, tensor<3xi8>
}
