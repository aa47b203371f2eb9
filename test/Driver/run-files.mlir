// Tensor files in every supported form go in and come out unchanged, in the right argument.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{make} = python3 %S/Inputs/tensors.py
// DEFINE: %{run} = danaus-run %s --device=interpreter

//===--- NumPy: C order, Fortran order, version 2, f2 and f8 ---===//

// RUN: %{make} npy %t/c.npy 3x2
// RUN: %{run} --entry=f32 --arg 0=%t/c.npy --output=%t/y.npy && %{make} show %t/y.npy | FileCheck %s --check-prefix=F32
// RUN: %{make} npy %t/fortran.npy 3x2 --fortran
// RUN: %{run} --entry=f32 --arg 0=%t/fortran.npy --output=%t/y.npy && %{make} show %t/y.npy | FileCheck %s --check-prefix=F32
// RUN: %{make} npy %t/v2.npy 3x2 --version=2
// RUN: %{run} --entry=f32 --arg 0=%t/v2.npy --output=%t/y.npy && %{make} show %t/y.npy | FileCheck %s --check-prefix=F32
// F32: <f4 (3, 2) [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]

// RUN: %{make} npy %t/f2.npy 3x2 --dtype="<f2"
// RUN: %{run} --entry=f16 --arg 0=%t/f2.npy --output=%t/y.npy && %{make} show %t/y.npy | FileCheck %s --check-prefix=F16
// F16: <f2 (3, 2) [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]

// RUN: %{make} npy %t/f8.npy 2x2x2 --dtype="<f8" --fortran
// RUN: %{run} --entry=f64 --arg 0=%t/f8.npy --output=%t/y.npy && %{make} show %t/y.npy | FileCheck %s --check-prefix=F64
// F64: <f8 (2, 2, 2) [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]

//===--- Safetensors: several keys, bf16, two results in one file ---===//

// RUN: %{make} safetensors %t/in.safetensors w:F32:3x2 v:BF16:5 i:I32:2
// RUN: %{run} --entry=two --arg 0=%t/in.safetensors:v --arg 1=%t/in.safetensors:w --output=%t/y.safetensors:a --output=%t/y.safetensors
// RUN: %{make} show %t/y.safetensors a | FileCheck %s --check-prefix=BF16
// BF16: BF16 [5] [0.0, 1.0, 2.0, 3.0, 4.0]
// RUN: %{make} show %t/y.safetensors result1 | FileCheck %s --check-prefix=SECOND
// SECOND: F32 [3, 2] [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]

//===--- The number of rows comes from the file ---===//

// RUN: %{make} safetensors %t/rows.safetensors x:F32:4x2
// RUN: %{run} --entry=rows --arg 0=%t/rows.safetensors --output=%t/y.npy && %{make} show %t/y.npy | FileCheck %s --check-prefix=ROWS
// ROWS: <f4 (4, 2) [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]

// RUN: %{run} --entry=rows --rows=0 --output=%t/y.npy && %{make} show %t/y.npy | FileCheck %s --check-prefix=NONE
// NONE: <f4 (0, 2) []

//===--- Without --output the results are summed up; equal seeds give equal values ---===//

// RUN: %{run} --entry=rows --rows=1000 --seed=3 | FileCheck %s --check-prefix=SUMMARY
// SUMMARY: result 0: 1000x2 f32, rms {{(9\.|1\.0).*}}
// RUN: %{run} --entry=rows --seed=3 --output=%t/a.npy && %{run} --entry=rows --seed=3 --output=%t/b.npy && cmp %t/a.npy %t/b.npy
// RUN: %{run} --entry=rows --seed=4 --output=%t/c.npy && not cmp %t/a.npy %t/c.npy

func.func @f32(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  return %x : tensor<3x2xf32>
}

func.func @f16(%x: tensor<3x2xf16>) -> tensor<3x2xf16> {
  return %x : tensor<3x2xf16>
}

func.func @f64(%x: tensor<2x2x2xf64>) -> tensor<2x2x2xf64> {
  return %x : tensor<2x2x2xf64>
}

func.func @two(%v: tensor<5xbf16>, %w: tensor<3x2xf32>) -> (tensor<5xbf16>, tensor<3x2xf32>) {
  return %v, %w : tensor<5xbf16>, tensor<3x2xf32>
}

func.func @rows(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  return %x : tensor<?x2xf32>
}
