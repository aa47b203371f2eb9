// What danaus-compile makes, run by its C entry points: parameters of every kind are packed once.

// RUN: danaus-run %s --entry=layer --rows=5 --check --entry-points --time --repeat=3 | FileCheck %s
// RUN: danaus-run %s --entry=layer --rows=0 --check --entry-points
// RUN: danaus-run %s --entry=layer --rows=77 --check --entry-points --threads=2
// CHECK: check passed: rel_err {{[0-9.e+-]+}} tolerance {{[0-9.e+-]+}} rows 5
// CHECK: time: median {{.*}}, 3 calls; pack

// Blocks of fewer rows than those that a rest would have.
// RUN: danaus-run %s --entry=layer --rows=7 --check --entry-points --schedule="#chain.schedule<axes = [b, d], block_rows = 1, panel = 1>"
// RUN: danaus-run %s --entry=layer --rows=7 --check --entry-points --schedule="#chain.schedule<axes = [b, b], block_rows = 3>"

// Levels of a butterfly are multiplied when parameters are packed, not at each call.
// RUN: danaus-run %s --entry=butterfly --rows=33 --check --entry-points

// RUN: not danaus-run %s --entry=layer --rows=5 --entry-points --pipeline=naive 2>&1 | FileCheck %s --check-prefix=NAIVE
// NAIVE: --entry-points: takes no passes and no other pipeline
// RUN: not danaus-run %s --entry=layer --rows=5 --entry-points --device=interpreter 2>&1 | FileCheck %s --check-prefix=DEVICE
// DEVICE: --entry-points: wanted device cpu, cuda or sim, found 'interpreter'

// Where all rows are static, what a product takes is the activation.
// RUN: danaus-run %s --entry=static_rows --check --entry-points | FileCheck %s --check-prefix=ROWS
// ROWS: check passed: rel_err {{[0-9.e+-]+}} tolerance {{[0-9.e+-]+}} rows

#monarch = #linop.monarch<blocks = [4, 2], middle = 16>
func.func @layer(%x: tensor<?x12xf32>, %r: tensor<4x4x3xf32>, %bias: tensor<10xf32>, %l: tensor<2x5x8xf32>)
    -> tensor<?x10xf32> {
  %m = linop.assemble %r, %l : (tensor<4x4x3xf32>, tensor<2x5x8xf32>) -> tensor<10x12xf32, #monarch>
  %y = linop.apply %m, %x : tensor<10x12xf32, #monarch>, tensor<?x12xf32> -> tensor<?x10xf32>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x12xf32>
  %init = tensor.empty(%rows) : tensor<?x10xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x10xf32>, tensor<10xf32>) outs(%init : tensor<?x10xf32>) {
  ^bb0(%v: f32, %b: f32, %o: f32):
    %s = arith.addf %v, %b : f32
    linalg.yield %s : f32
  } -> tensor<?x10xf32>
  return %z : tensor<?x10xf32>
}

#levels = #linop.butterfly<blocks = 1, increasing = true>
func.func @butterfly(%w: tensor<1x1x6x32x2x2xf32>, %x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %m = linop.assemble %w : (tensor<1x1x6x32x2x2xf32>) -> tensor<64x64xf32, #levels>
  %y = linop.apply %m, %x : tensor<64x64xf32, #levels>, tensor<?x64xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

func.func @static_rows(%w: tensor<4x3xf32>, %x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %m = linop.assemble %w : (tensor<4x3xf32>) -> tensor<4x3xf32, #linop.dense>
  %y = linop.apply %m, %x : tensor<4x3xf32, #linop.dense>, tensor<2x3xf32> -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
