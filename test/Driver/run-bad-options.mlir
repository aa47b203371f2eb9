// Bad options and bad functions are a message and status 1, never a crash: `not` fails on a signal.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{run} = not danaus-run %s

// RUN: not danaus-run %t/none.mlir 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: danaus-run: error: {{.*}}none.mlir: No such file or directory

// RUN: echo 'func.func @f() { return %%x : f32 }' > %t/parse.mlir
// RUN: not danaus-run %t/parse.mlir 2>&1 | FileCheck %s --check-prefix=PARSE
// PARSE: parse.mlir:1:25: error: use of undeclared SSA value name

// RUN: echo 'func.func @f(%%t: tensor<6x8xf32, #linop.monarch<blocks = [4, 5], middle = 12>>) { return }' > %t/type.mlir
// RUN: not danaus-run %t/type.mlir 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: type.mlir:1:78: error: wanted k q = l r = middle with k = 4, l = 5, found middle = 12

// RUN: printf 'func.func private @f()' > %t/empty.mlir
// RUN: not danaus-run %t/empty.mlir 2>&1 | FileCheck %s --check-prefix=EMPTY
// EMPTY: danaus-run: error: wanted --entry=NAME, as the module's public functions are: none

// RUN: %{run} 2>&1 | FileCheck %s --check-prefix=MANY
// MANY: danaus-run: error: wanted --entry=NAME, as the module's public functions are: identity, index, shape, unknown, recursive, bad_dim

// RUN: %{run} --entry=hidden 2>&1 | FileCheck %s --check-prefix=ENTRY
// ENTRY: danaus-run: error: no public function 'hidden': the module has identity, index,

// RUN: %{run} --entry=index 2>&1 | FileCheck %s --check-prefix=INDEX
// INDEX: danaus-run: error: argument 0: wanted a tensor of i8, i32, i64, f16, bf16, f32, f64, complex<f32> or complex<f64>, found index

// RUN: %{run} --entry=shape 2>&1 | FileCheck %s --check-prefix=ELEMENT
// ELEMENT: danaus-run: error: argument 0: wanted a tensor of i8, i32, i64, f16, bf16, f32, f64, complex<f32> or complex<f64>, found tensor<4xi16>

// RUN: %{run} --entry=identity --tolerance=-1 2>&1 | FileCheck %s --check-prefix=TOLERANCE
// TOLERANCE: danaus-run: error: --tolerance: wanted 0 or more

// RUN: %{run} --entry=identity --device=tpu 2>&1 | FileCheck %s --check-prefix=DEVICE
// DEVICE: danaus-run: error: device 'tpu': wanted cpu, cuda, sim or interpreter

// RUN: %{run} --entry=identity --device=sim --target=x86-avx2 2>&1 | FileCheck %s --check-prefix=SIM
// RUN: %{run} --entry=identity --device=sim --pipeline=naive 2>&1 | FileCheck %s --check-prefix=SIM
// SIM: danaus-run: error: --device=sim: wanted the optimized pipeline and a GPU as the target

// RUN: %{run} --entry=identity --device=sim --time 2>&1 | FileCheck %s --check-prefix=SIM-TIME
// SIM-TIME: danaus-run: error: device sim: has no time to measure

// RUN: %{run} --entry=identity --pipeline=best 2>&1 | FileCheck %s --check-prefix=PIPELINE
// PIPELINE: danaus-run: error: --pipeline: wanted optimized or naive, found 'best'

// RUN: %{run} --entry=identity --target=z80 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: danaus-run: error: --target: wanted one of {{.*}}x86-avx512{{.*}}, found 'z80'

// RUN: %{run} --entry=identity --emit=ptx 2>&1 | FileCheck %s --check-prefix=EMIT
// EMIT: danaus-run: error: --emit: wanted chain, kernel or llvm, found 'ptx'

// RUN: %{run} --entry=identity --pipeline=naive --emit=kernel 2>&1 | FileCheck %s --check-prefix=EMIT-NAIVE
// EMIT-NAIVE: danaus-run: error: the naive pipeline has no kernels to print

// RUN: %{run} --entry=identity --schedule=%t/none 2>&1 | FileCheck %s --check-prefix=SCHEDULE-FILE
// SCHEDULE-FILE: danaus-run: error: --schedule: wanted #chain.schedule<...> or a file, found '{{.*}}none': No such file or directory

// RUN: %{run} --entry=identity --schedule='#chain.schedule<rows = many>' 2>&1 | FileCheck %s --check-prefix=SCHEDULE
// SCHEDULE: error: expected integer value
// SCHEDULE: error: option schedule: wanted a #chain.schedule attribute, found '#chain.schedule<rows = many>'
// SCHEDULE: danaus-run: error: compilation failed

// RUN: %{run} --entry=identity --pipeline=naive --schedule='#chain.schedule<rows = 8>' 2>&1 | FileCheck %s --check-prefix=SCHEDULE-NAIVE
// SCHEDULE-NAIVE: danaus-run: error: the naive pipeline takes no schedule and no model

// RUN: %{run} --entry=identity --model=%t/none 2>&1 | FileCheck %s --check-prefix=MODEL
// MODEL: error: option model: cannot read model '{{.*}}none': No such file or directory
// MODEL: danaus-run: error: compilation failed

// RUN: %{run} --entry=identity --repeat=-3 2>&1 | FileCheck %s --check-prefix=REPEAT
// REPEAT: danaus-run: error: --repeat: wanted 0 or more, found -3

// RUN: %{run} --entry=identity --output=%t/y.npy --output=%t/z.npy 2>&1 | FileCheck %s --check-prefix=OUTPUTS
// OUTPUTS: danaus-run: error: --output: the function has 1 results, found 2 files

// RUN: %{run} --entry=identity --output=%t/none/y.npy 2>&1 | FileCheck %s --check-prefix=FOLDER
// FOLDER: danaus-run: error: {{.*}}none/y.npy: No such file or directory

// RUN: %{run} --entry=unknown --device=interpreter 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error: 'tensor.pad' op is not supported by the reference interpreter
// UNKNOWN: danaus-run: error: the reference interpreter failed

// RUN: %{run} --entry=recursive --device=interpreter 2>&1 | FileCheck %s --check-prefix=RECURSIVE
// RECURSIVE: error: 'func.call' op is nested more than 64 calls deep, which is not supported by the reference interpreter

// RUN: %{run} --entry=bad_dim --device=interpreter --rows=5 2>&1 | FileCheck %s --check-prefix=DIM
// DIM: error: 'linalg.generic' op reads index 4 of a dimension of 4

func.func @identity(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = arith.constant dense<0.5> : tensor<4x4xf32>
  %m = linop.assemble %w : (tensor<4x4xf32>) -> tensor<4x4xf32, #linop.dense>
  %y = linop.apply %m, %x : tensor<4x4xf32, #linop.dense>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func private @hidden(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

func.func @index(%i: index) {
  return
}

func.func @shape(%i: tensor<4xi16>) {
  return
}

func.func @unknown(%x: tensor<4xf32>) -> tensor<6xf32> {
  %zero = arith.constant 0.0 : f32
  %y = tensor.pad %x low[1] high[1] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<4xf32> to tensor<6xf32>
  return %y : tensor<6xf32>
}

func.func @recursive(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = call @again(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func private @again(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = call @again(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// The run-time sizes of the two operands differ: one is the rows, the other four.
func.func @bad_dim(%x: tensor<?xf32>, %init: tensor<4xf32>) -> tensor<4xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%init : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}
