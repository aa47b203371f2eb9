// A host's block of a network: RMS normalization, structured layer, softmax. Upstream's transform ops tile the softmax
// over rows and fuse the rest into its loop; the result is compiled by both pipelines and held to the reference, which
// evaluates the function as it is written here.

// DEFINE: %{fuse} = transform-preload-library{transform-library-paths=%S/Inputs/tile-and-fuse.mlir},transform-interpreter,resolve-ranked-shaped-type-result-dims,canonicalize,cse
// DEFINE: %{run} = danaus-run %s --passes="%{fuse}" --check

// RUN: danaus-opt %s --pass-pipeline="builtin.module(%{fuse})" | FileCheck %s

// RUN: %{run} --pipeline=naive --rows=0 && %{run} --pipeline=naive --rows=1 && %{run} --pipeline=naive --rows=37
// RUN: %{run} --rows=0 && %{run} --rows=1 && %{run} --rows=16 && %{run} --rows=37
// Nothing fused: softmax is taken apart on the way.
// RUN: danaus-run %s --check --pipeline=naive --rows=5 && danaus-run %s --check --rows=37

// RUN: not danaus-run %s --passes=no-such-pass --check 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: danaus-run: error: --passes: {{.*}}'no-such-pass' does not refer to a registered pass or pass pipeline

#mon = #linop.monarch<blocks = [4, 6], middle = 24>
!m = tensor<42x60xf32, #mon>

// Everything is in the loop, and nothing but the loop is left.
// CHECK-LABEL: func.func @block
// CHECK-NOT: linalg.
// CHECK: scf.forall
// CHECK: linalg.fill
// CHECK: %[[SUMS:.*]] = linalg.generic {{.*}}"reduction"
// CHECK: %[[NORMAL:.*]] = linalg.generic {{.*}} %[[SUMS]],
// CHECK: %[[Y:.*]] = linop.apply %{{.*}}, %[[NORMAL]]
// CHECK: linalg.softmax dimension(1) ins(%[[Y]]
// CHECK: scf.forall.in_parallel
// CHECK-NOT: linop.apply
// CHECK: return
func.func @block(%m: !m, %gain: tensor<60xf32>, %x: tensor<?x60xf32>) -> tensor<?x42xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %count = arith.constant 60.0 : f32
  %epsilon = arith.constant 1.0e-5 : f32
  %rows = tensor.dim %x, %c0 : tensor<?x60xf32>
  %vector = tensor.empty(%rows) : tensor<?xf32>
  %wide = tensor.empty(%rows) : tensor<?x60xf32>
  %narrow = tensor.empty(%rows) : tensor<?x42xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%vector : tensor<?xf32>) -> tensor<?xf32>
  %squares = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x60xf32>) outs(%zeros : tensor<?xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %square = arith.mulf %a, %a : f32
    %next = arith.addf %sum, %square : f32
    linalg.yield %next : f32
  } -> tensor<?xf32>
  %normal = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>,
                       affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %squares, %gain : tensor<?x60xf32>, tensor<?xf32>, tensor<60xf32>)
      outs(%wide : tensor<?x60xf32>) {
  ^bb0(%a: f32, %sum: f32, %g: f32, %out: f32):
    %mean = arith.divf %sum, %count : f32
    %shifted = arith.addf %mean, %epsilon : f32
    %scale = math.rsqrt %shifted : f32
    %scaled = arith.mulf %a, %scale : f32
    %gained = arith.mulf %scaled, %g : f32
    linalg.yield %gained : f32
  } -> tensor<?x60xf32>
  %y = linop.apply %m, %normal : !m, tensor<?x60xf32> -> tensor<?x42xf32>
  %p = linalg.softmax dimension(1) ins(%y : tensor<?x42xf32>) outs(%narrow : tensor<?x42xf32>) -> tensor<?x42xf32>
  return %p : tensor<?x42xf32>
}
