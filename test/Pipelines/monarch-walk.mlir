// One layer, y = max(M x + bias, 0) with a Monarch matrix M, pass by pass.
//
// DEFINE: %{raise} = danaus-opt %s --danaus-raise-linalg-to-linop
// DEFINE: %{expand} = %{raise} --danaus-expand-structured --danaus-verify-no-structured --canonicalize --cse
// DEFINE: %{fuse} = %{expand} --danaus-fuse-stages
// DEFINE: %{assign} = %{fuse} --danaus-assign-schedule
// DEFINE: %{pack} = %{assign} --danaus-verify-schedule --danaus-pack-weights
// DEFINE: %{tile} = %{pack} --danaus-tile-kernels --danaus-fuse-producers --canonicalize --cse
// DEFINE: %{bufferize} = %{tile} --danaus-bufferize
// DEFINE: %{vectorize} = %{bufferize} --danaus-vectorize-kernels --canonicalize --cse
// DEFINE: %{contracts} = %{vectorize} --danaus-lower-contracts
// DEFINE: %{llvm} = %{contracts} --danaus-lower-to-llvm
//
// RUN: %{raise} | FileCheck %s --check-prefix=RAISE
// RUN: %{expand} | FileCheck %s --check-prefix=EXPAND
// RUN: %{fuse} | FileCheck %s --check-prefix=FUSE
// RUN: %{assign} | FileCheck %s --check-prefix=ASSIGN
// RUN: %{pack} | FileCheck %s --check-prefix=PACK
// RUN: %{tile} | FileCheck %s --check-prefix=TILE
// RUN: %{bufferize} | FileCheck %s --check-prefix=BUFFERIZE
// RUN: %{vectorize} | FileCheck %s --check-prefix=VECTORIZE
// RUN: %{contracts} | FileCheck %s --check-prefix=CONTRACTS
// RUN: %{llvm} | FileCheck %s --check-prefix=LLVM

#mon = #linop.monarch<blocks = [16, 32], middle = 512>
func.func @layer(%w1: tensor<16x32x8xf32>, %w2: tensor<32x4x16xf32>, %bias: tensor<128xf32>,
                 %x: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %m = linop.assemble %w1, %w2 : (tensor<16x32x8xf32>, tensor<32x4x16xf32>)
      -> tensor<128x128xf32, #mon>
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x128xf32>
  %e = tensor.empty(%n) : tensor<?x128xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%e : tensor<?x128xf32>) -> tensor<?x128xf32>
  %y = linalg.matmul indexing_maps = [affine_map<(i, o, c) -> (i, c)>, affine_map<(i, o, c) -> (o, c)>,
                                      affine_map<(i, o, c) -> (i, o)>]
      ins(%x, %m : tensor<?x128xf32>, tensor<128x128xf32, #mon>) outs(%fill : tensor<?x128xf32>)
      -> tensor<?x128xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                                        affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x128xf32>, tensor<128xf32>) outs(%e : tensor<?x128xf32>) {
  ^bb0(%v: f32, %b: f32, %o: f32):
    %s = arith.addf %v, %b : f32
    %r = arith.maximumf %s, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x128xf32>
  return %z : tensor<?x128xf32>
}

// A host's own matmul on a structured operand is a product with its matrix.
// RAISE-LABEL: func @layer(
// RAISE:         %[[M:.*]] = linop.assemble
// RAISE-NOT:     linalg.matmul
// RAISE:         linop.apply %[[M]], %{{.*}}

// The matrix is gone: its parameters multiply the activations, stage by stage.
// EXPAND-LABEL: func @layer(
// EXPAND-SAME:      %[[W1:.*]]: tensor<16x32x8xf32>, %[[W2:.*]]: tensor<32x4x16xf32>,
// EXPAND-NOT:     linop
// EXPAND:         %[[T:.*]] = chain.stage %{{.*}}, %[[W1]] pattern(16, 32, 8, 1) order "abc"
// EXPAND:         %[[Y:.*]] = chain.stage %[[T]], %[[W2]] pattern(1, 4, 16, 32) order "dbc"
// EXPAND:         linalg.generic {{.*}} ins(%[[Y]]

// Both stages, the bias and the activation are one kernel.
// FUSE-LABEL: func @layer(
// FUSE-NOT:     linalg.generic
// FUSE:         chain.kernel
// FUSE-COUNT-2:   chain.stage
// FUSE:           chain.map
// FUSE:             arith.addf
// FUSE:             arith.maximumf

// The first stage has d = 1: lanes along b; the second d = 32: lanes along d.
// ASSIGN-LABEL: func @layer(
// ASSIGN:         chain.kernel {{.*}} schedule(<rows = 24, axes = [b, d], block_rows = 6, panel = 4>)

// Weights are arguments in the order that the kernel reads, made by @layer_pack.
// PACK-LABEL: func @layer(
// PACK-SAME:      tensor<16x1x8x32xf32>, %{{.*}}: tensor<2x1x16x4x16xf32>
// PACK-SAME:      danaus.pack = @layer_pack, danaus.packed = array<i64: 0, 1>
// PACK:         packing(<kind = panel_b, lanes = 16, panel = 2>)
// PACK:         packing(<kind = panel_d, lanes = 16, panel = 4>)
// PACK-LABEL: func @layer_pack(
// PACK:         linalg.transpose
// PACK:         linalg.transpose

// A loop over tiles of rows; only a tile of activations lies between the stages.
// TILE-LABEL: func @layer(
// TILE:         scf.forall {{.*}} step (24)
// TILE:           %[[TILE:.*]] = tensor.empty() : tensor<24x512xf32>
// TILE:           chain.contract {{.*}} pattern(16, 32, 8, 1)
// TILE:           chain.contract {{.*}} pattern(1, 4, 16, 32)
// TILE:             arith.maximumf
// TILE-NOT:     chain.kernel

// The caller owns the result; the tile is allocated once, outside the loop, and nothing is copied.
// BUFFERIZE-LABEL: func @layer(
// BUFFERIZE-SAME:      %[[OUT:[a-z0-9]*]]: memref<?x128xf32>) attributes
// BUFFERIZE:         memref.alloc() {{.*}} : memref<24x512xf32>
// BUFFERIZE:         scf.for
// BUFFERIZE-NOT:     memref.alloc
// BUFFERIZE-NOT:     memref.copy
// BUFFERIZE:         chain.contract
// BUFFERIZE:         chain.contract
// BUFFERIZE-LABEL: func @layer_pack(

// VECTORIZE-LABEL: func @layer(
// VECTORIZE-NOT:     chain.contract
// VECTORIZE:         vector.contract {{.*}} : vector<12x4xf32>, vector<4x2x16xf32> into vector<12x2x16xf32>
// VECTORIZE:         vector.contract {{.*}} : vector<6x4x16xf32>, vector<4x4x16xf32> into vector<6x4x16xf32>
// VECTORIZE:         arith.maximumf {{.*}} : vector<16xf32>

// CONTRACTS-LABEL: func @layer(
// CONTRACTS-NOT:     vector.contract
// CONTRACTS-COUNT-2: vector.fma {{.*}} : vector<16xf32>

// LLVM:         llvm.func @layer(
// LLVM-COUNT-2:   llvm.intr.fmuladd{{.*}}vector<16xf32>
// LLVM:         llvm.func @_mlir_ciface_layer(
