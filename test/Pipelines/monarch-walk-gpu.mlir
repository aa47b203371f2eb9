// One layer, y = max(M x + bias, 0) with a Monarch matrix M, pass by pass to a GPU; monarch-walk.mlir is the way to a CPU.
//
// DEFINE: %{expand} = danaus-opt %s --danaus-expand-structured --canonicalize --cse
// DEFINE: %{fuse} = %{expand} --danaus-fuse-stages
// DEFINE: %{assign} = %{fuse} --danaus-assign-schedule
// DEFINE: %{pack} = %{assign} --danaus-verify-schedule --danaus-pack-weights
// DEFINE: %{bufferize} = %{pack} --danaus-bufferize
// DEFINE: %{tile} = %{bufferize} --convert-chain-to-tile --canonicalize --cse
// DEFINE: %{lane} = %{tile} --convert-tile-to-nvvm --canonicalize --cse
// DEFINE: %{nvvm} = danaus-opt %s --danaus-to-nvvm
//
// RUN: %{fuse} | FileCheck %s --check-prefix=FUSE
// RUN: %{assign} | FileCheck %s --check-prefix=ASSIGN
// RUN: %{pack} | FileCheck %s --check-prefix=PACK
// RUN: %{bufferize} | FileCheck %s --check-prefix=BUFFERIZE
// RUN: %{tile} | FileCheck %s --check-prefix=TILE
// RUN: %{lane} | FileCheck %s --check-prefix=LANE
// RUN: %{nvvm} | FileCheck %s --check-prefix=NVVM

#mon = #linop.monarch<blocks = [16, 16], middle = 256>
module attributes {danaus.target = "sm_90a"} {
func.func @layer(%w1: tensor<16x16x16xbf16>, %w2: tensor<16x16x16xbf16>, %bias: tensor<256xbf16>,
                 %x: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
  %m = linop.assemble %w1, %w2 : (tensor<16x16x16xbf16>, tensor<16x16x16xbf16>)
      -> tensor<256x256xbf16, #mon>
  %y = linop.apply %m, %x : tensor<256x256xbf16, #mon>, tensor<?x256xbf16> -> tensor<?x256xbf16>
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : bf16
  %n = tensor.dim %x, %c0 : tensor<?x256xbf16>
  %e = tensor.empty(%n) : tensor<?x256xbf16>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                                        affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x256xbf16>, tensor<256xbf16>) outs(%e : tensor<?x256xbf16>) {
  ^bb0(%v: bf16, %b: bf16, %o: bf16):
    %s = arith.addf %v, %b : bf16
    %r = arith.maximumf %s, %zero : bf16
    linalg.yield %r : bf16
  } -> tensor<?x256xbf16>
  return %z : tensor<?x256xbf16>
}
}

// Up to here nothing knows of a GPU: both stages, the bias and the activation are one kernel.
// FUSE-LABEL: func.func @layer(
// FUSE:         chain.kernel
// FUSE:           chain.stage {{.*}} pattern(16, 16, 16, 1) order "abc"
// FUSE:           chain.stage {{.*}} pattern(1, 16, 16, 16) order "dbc"
// FUSE:           chain.map
// FUSE:             arith.maximumf

// One launch, and the weights of both stages fit in the registers of its warps.
// ASSIGN-LABEL: func.func @layer(
// ASSIGN:         chain.kernel {{.*}} schedule(<unit = mma_sync, rows = 16,{{.*}} placement = registers, outputs = 2>)
// ASSIGN-NOT:     cuts

// A fragment of 16 x 8 is 256 bytes in a row, a lane's part of it 8 bytes.
// PACK-LABEL: func.func @layer(
// PACK-SAME:      tensor<16x2x1x8x4x2x2xbf16>, %{{.*}}: tensor<16x2x1x8x4x2x2xbf16>
// PACK-SAME:      danaus.pack = @layer_pack, danaus.packed = array<i64: 0, 1>
// PACK-COUNT-2: packing(<kind = mma_k16>)
// PACK-LABEL: func.func @layer_pack(
// PACK-COUNT-2: linalg.transpose

// The caller owns y; the kernel writes it and nothing is allocated.
// BUFFERIZE-LABEL: func.func @layer(
// BUFFERIZE-SAME:      %[[X:[a-z0-9]+]]: memref<?x256xbf16>, %[[Y:[a-z0-9]+]]: memref<?x256xbf16>) attributes
// BUFFERIZE-NOT:     memref.alloc
// BUFFERIZE:         chain.kernel ins(%[[X]], {{.*}} outs(%[[Y]] : memref<?x256xbf16>)
// BUFFERIZE-LABEL: func.func @layer_pack(

// The loop over tiles of 16 rows. Between the stages the activations are in shared memory, and the permutation of
// the Monarch is the map of a store.
// TILE: #[[$PERMUTE:.*]] = affine_map<(d0, d1) -> (d0 * {{[0-9]+}} + {{.*}} mod 16{{.*}}floordiv 16
// TILE-LABEL: func.func @layer(
// TILE-NOT:     chain.kernel
// TILE:         gpu.launch_func @danaus_kernels::@layer_kernel_0
// TILE-LABEL: gpu.func @layer_kernel_0(
// TILE:         tile.load_b
// TILE:         nvgpu.device_async_copy
// TILE:         scf.for
// TILE-NOT:       tile.load_b
// TILE:           nvvm.cp.async.wait.group
// TILE:           gpu.barrier
// TILE:           nvgpu.device_async_copy
// TILE:           tile.mma
// TILE:           tile.store {{.*}} map #[[$PERMUTE]]
// TILE:           gpu.barrier
// TILE:           tile.mma
// TILE:           tile.map
// TILE:             arith.maximumf
// TILE:           tile.store
// TILE:           gpu.barrier
// TILE:           vector.store

// One lane: a fragment is a vector, a product an instruction.
// LANE-LABEL: gpu.func @layer_kernel_0(
// LANE-NOT:     tile.
// LANE:         vector.load {{.*}} {alignment = 8 : i64} {{.*}} vector<4xbf16>
// LANE:         nvvm.mma.sync {{.*}}#nvvm.mma_type<bf16>{{.*}}shape = #nvvm.shape<m = 16, n = 8, k = 16>
// LANE-NOT:     tile.

// The module holds what translates to PTX, and the host what launches it.
// NVVM-LABEL: func.func @layer(
// NVVM:         gpu.launch_func @danaus_kernels::@layer_kernel_0
// NVVM-LABEL: gpu.module @danaus_kernels
// NVVM:         llvm.func @layer_kernel_0(
// NVVM-SAME:      gpu.kernel
// NVVM-NOT:     builtin.unrealized_conversion_cast
// NVVM:         nvvm.cp.async.shared.global
// NVVM:         nvvm.cp.async.commit.group
// NVVM:         nvvm.cp.async.wait.group
// NVVM:         nvvm.barrier
// NVVM:         nvvm.mma.sync
// NVVM-NOT:     builtin.unrealized_conversion_cast
