// RUN: danaus-opt %s --split-input-file --convert-chain-to-tile --canonicalize --cse | FileCheck %s
// RUN: danaus-opt %s --split-input-file --convert-chain-to-tile | danaus-opt --split-input-file --convert-chain-to-tile | FileCheck %s --check-prefix=AGAIN
// AGAIN-NOT: chain.stage {{.*}}mma_k16

// Weights in registers, x two tiles deep: a launch of 64 threads, the loop over tiles of rows, a barrier before and
// after each stage, the second stage by the only warp with an item.
// CHECK-DAG: #[[$MIDDLE:.+]] = affine_map<(d0, d1) -> (d0 * 40 + ((d1 floordiv 32) * 2 + d1 mod 2) * 16 + (d1 floordiv 2) mod 16)>
// CHECK-DAG: #[[$OUT:.+]] = affine_map<(d0, d1) -> (d0 * 24 + d1)>
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @monarch_of_two_stages(
// CHECK-SAME:    %[[X:.+]]: memref<?x64xbf16>, %[[W0:.+]]: memref<4x1x1x8x4x2x2xbf16>, %[[W1:.+]]: memref<2x1x1x8x4x2x2xbf16>, %[[Y:.+]]: memref<?x16xbf16>)
// CHECK-DAG: %[[C64:.+]] = arith.constant 64 : index
// CHECK-DAG: %[[RESIDENT:.+]] = arith.constant 528 : index
// CHECK: %[[ROWS:.+]] = memref.dim %[[X]]
// CHECK: %[[TILES:.+]] = arith.divui
// CHECK: %[[GRID:.+]] = arith.minui %[[TILES]], %[[RESIDENT]]
// CHECK: gpu.launch_func @danaus_kernels::@monarch_of_two_stages_kernel_0 blocks in (%[[GRID]], %{{.+}}, %{{.+}}) threads in (%[[C64]],
// CHECK-SAME: dynamic_shared_memory_size %{{.+}} args(%[[X]] : memref<?x64xbf16>, %[[W0]] : memref<4x1x1x8x4x2x2xbf16>, %[[W1]] : memref<2x1x1x8x4x2x2xbf16>, %[[Y]] : memref<?x16xbf16>)
// CHECK-NOT: chain.kernel
// CHECK-LABEL: gpu.func @monarch_of_two_stages_kernel_0(
// CHECK-SAME: kernel attributes {known_block_size = array<i32: 64, 1, 1>, nvvm.minctasm = 4 : i32}
// CHECK: %[[THREAD:.+]] = gpu.thread_id x
// CHECK: %[[WARP:.+]] = arith.divui %[[THREAD]]
// CHECK: %[[IN0:.+]] = memref.view {{.+}} to memref<2304xbf16, #gpu.address_space<workgroup>>
// CHECK: %[[IN1:.+]] = memref.view {{.+}} to memref<640xbf16, #gpu.address_space<workgroup>>
// CHECK: %[[STAGED:.+]] = memref.view {{.+}} to memref<384xbf16, #gpu.address_space<workgroup>>
// CHECK: %[[B0:.+]] = tile.load_b %{{.+}}[%[[WARP]],
// CHECK: %[[B2:.+]] = tile.load_b {{.+}} : memref<2x1x1x8x4x2x2xbf16>
// CHECK: nvgpu.device_async_copy %{{.+}}, %[[IN0]]{{.+}} 8, %{{.+}} {bypassL1}
// CHECK: nvvm.cp.async.commit.group
// CHECK: scf.for
// CHECK:   nvvm.cp.async.wait.group 0
// CHECK:   gpu.barrier
// CHECK:   nvgpu.device_async_copy
// CHECK:   nvvm.cp.async.commit.group
// CHECK:   %[[A:.+]] = tile.load_a %[[IN0]][%{{.+}}] row_pitch 72
// CHECK:   %[[SUM:.+]] = tile.mma %[[A]], %[[B0]],
// CHECK:   tile.store %[[SUM]] into %[[IN1]][{{.+}}] step 1 map #[[$MIDDLE]]
// CHECK:   gpu.barrier
// CHECK:   %[[HAS:.+]] = arith.cmpi ult, %[[WARP]],
// CHECK:   scf.if %[[HAS]] {
// CHECK:     tile.load_a %[[IN1]]
// CHECK:     tile.mma
// CHECK:     tile.mma
// CHECK:     tile.store %{{.+}}, %{{.+}} into %[[STAGED]][{{.+}}] step 2 map #[[$OUT]]
// CHECK:   }
// CHECK:   gpu.barrier
// CHECK:   vector.load %[[STAGED]][{{.+}}] {alignment = 16 : i64} : {{.+}}, vector<8xbf16>
// CHECK:   vector.store {{.+}} {alignment = 16 : i64} : memref<?x16xbf16>, vector<8xbf16>
// CHECK: gpu.return
func.func @monarch_of_two_stages(%x: memref<?x64xbf16>, %w0: memref<4x1x1x8x4x2x2xbf16>,
                                 %w1: memref<2x1x1x8x4x2x2xbf16>, %y: memref<?x16xbf16>) {
  chain.kernel ins(%x, %w0, %w1 : memref<?x64xbf16>, memref<4x1x1x8x4x2x2xbf16>, memref<2x1x1x8x4x2x2xbf16>)
      outs(%y : memref<?x16xbf16>)
      schedule(<unit = mma_sync, rows = 16, warps = 2, depth = 2, placement = registers>) {
  ^bb0(%a0: tensor<?x64xbf16>, %a1: tensor<4x1x1x8x4x2x2xbf16>, %a2: tensor<2x1x1x8x4x2x2xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(4, 8, 16, 1) order "abc" packing(<kind = mma_k16>)
        : tensor<?x64xbf16>, tensor<4x1x1x8x4x2x2xbf16> -> tensor<?x32xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 8, 16, 2) order "dbc" packing(<kind = mma_k16>)
        : tensor<?x32xbf16>, tensor<2x1x1x8x4x2x2xbf16> -> tensor<?x16xbf16>
    chain.yield %s1 : tensor<?x16xbf16>
  }
  return
}
}

// -----

// Streamed weights, c = 9 and b = 6 padded: buffers start as zeros, x goes through registers element by element, the
// weight is loaded in the loop, and columns past b are not stored.
module attributes {danaus.target = "sm_80"} {
// CHECK-LABEL: gpu.func @odd_extents_kernel_0(
// CHECK: %[[C6:.+]] = arith.constant 6 : index
// CHECK: scf.for
// CHECK:   memref.store %{{.+}} : memref<{{.+}}xbf16, #gpu.address_space<workgroup>>
// CHECK: gpu.barrier
// CHECK-NOT: tile.load_b
// CHECK: scf.for
// CHECK:   vector.load %{{.+}} {alignment = 2 : i64} : memref<?x45xbf16>, vector<1xbf16>
// CHECK:   gpu.barrier
// CHECK:   scf.for
// CHECK:     tile.load_b
// CHECK:     tile.store {{.+}} limit %[[C6]] step 1
func.func @odd_extents(%x: memref<?x45xbf16>, %w: memref<5x1x1x8x4x2x2xbf16>, %y: memref<?x30xbf16>) {
  chain.kernel ins(%x, %w : memref<?x45xbf16>, memref<5x1x1x8x4x2x2xbf16>) outs(%y : memref<?x30xbf16>)
      schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 2>) {
  ^bb0(%a0: tensor<?x45xbf16>, %a1: tensor<5x1x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(5, 6, 9, 1) order "abc" packing(<kind = mma_k16>)
        : tensor<?x45xbf16>, tensor<5x1x1x8x4x2x2xbf16> -> tensor<?x30xbf16>
    chain.yield %s : tensor<?x30xbf16>
  }
  return
}
}

// -----

// A cut: two launches, the activations between them in device memory. A map after the last stage reads a bias.
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @a_cut_and_a_map(
// CHECK-SAME:    %[[X:[^:]+]]: memref<?x16xf32>, %[[V:[^:]+]]: memref<{{[^>]+}}>, %[[U:[^:]+]]: memref<{{[^>]+}}>, %[[BIAS:[^:]+]]: memref<24xf32>, %[[Y:[^:]+]]: memref<?x24xf32>)
// CHECK: %[[MIDDLE:.+]] = gpu.alloc (%{{.+}}) : memref<?x8xf32>
// CHECK: gpu.launch_func @danaus_kernels::@a_cut_and_a_map_kernel_0 {{.+}} args(%[[X]] : memref<?x16xf32>, %[[V]] : memref<1x2x8x4x2xf32>, %[[MIDDLE]] : memref<?x8xf32>)
// CHECK: gpu.launch_func @danaus_kernels::@a_cut_and_a_map_kernel_1 {{.+}} args(%[[MIDDLE]] : memref<?x8xf32>, %[[U]] : memref<3x1x8x4x2xf32>, %[[BIAS]] : memref<24xf32>, %[[Y]] : memref<?x24xf32>)
// CHECK: gpu.dealloc %[[MIDDLE]]
// CHECK-LABEL: gpu.func @a_cut_and_a_map_kernel_1(
// CHECK-SAME: %{{.+}}: memref<?x8xf32>, %{{.+}}: memref<3x1x8x4x2xf32>, %[[B:.+]]: memref<24xf32>, %{{.+}}: memref<?x24xf32>)
// CHECK: tile.map %{{.+}} : !tile.fragment<acc, 16x8xf32{{.*}}> {
// CHECK: ^bb0(%[[SUM:.+]]: f32, %{{.+}}: index, %[[J:.+]]: index):
// CHECK:   %[[COLUMN:.+]] = arith.addi %{{.+}}, %[[J]]
// CHECK:   %[[VALUE:.+]] = memref.load %[[B]][%[[COLUMN]]]
// CHECK:   %[[RESULT:.+]] = arith.addf %[[SUM]], %[[VALUE]]
// CHECK:   tile.yield %[[RESULT]]
func.func @a_cut_and_a_map(%x: memref<?x16xf32>, %v: memref<1x2x8x4x2xf32>, %u: memref<3x1x8x4x2xf32>,
                           %bias: memref<24xf32>, %y: memref<?x24xf32>) {
  chain.kernel ins(%x, %v, %u, %bias : memref<?x16xf32>, memref<1x2x8x4x2xf32>, memref<3x1x8x4x2xf32>, memref<24xf32>)
      outs(%y : memref<?x24xf32>) schedule(<unit = mma_sync, rows = 16, cuts = [1], warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xf32>, %a1: tensor<1x2x8x4x2xf32>, %a2: tensor<3x1x8x4x2xf32>, %a3: tensor<24xf32>):
    %s0 = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k8>)
        : tensor<?x16xf32>, tensor<1x2x8x4x2xf32> -> tensor<?x8xf32>
    %s1 = chain.stage %s0, %a2 pattern(1, 24, 8, 1) order "bc" packing(<kind = mma_k8>)
        : tensor<?x8xf32>, tensor<3x1x8x4x2xf32> -> tensor<?x24xf32>
    %m = chain.map %s1, %a3 : tensor<?x24xf32>, tensor<24xf32> -> tensor<?x24xf32> {
    ^bb0(%s: f32, %b: f32):
      %z = arith.addf %s, %b : f32
      chain.yield %z : f32
    }
    chain.yield %m : tensor<?x24xf32>
  }
  return
}
}

// -----

// Kernels of the CPU are left alone.
// CHECK-LABEL: func.func @a_kernel_of_another_unit(
// CHECK: chain.kernel
func.func @a_kernel_of_another_unit(%x: memref<?x8xf32>, %w: memref<4x3x2xf32>, %y: memref<?x12xf32>) {
  chain.kernel ins(%x, %w : memref<?x8xf32>, memref<4x3x2xf32>) outs(%y : memref<?x12xf32>) schedule(<rows = 4>) {
  ^bb0(%a0: tensor<?x8xf32>, %a1: tensor<4x3x2xf32>):
    %s = chain.stage %a0, %a1 pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %s : tensor<?x12xf32>
  }
  return
}

// -----

// A ring: one launch of all groups, those of the first stage in one branch, those of the second in the other. What goes
// between is a ring of 64 tiles of 16 rows; one thread awaits and signals. Counter 64 + s is that of a slot read.
// CHECK-DAG: #[[$TURNED:.+]] = affine_map<(d0, d1) -> (d0 * 514 + ((d1 floordiv 512) * 64 + d1 mod 64) * 8 + (d1 floordiv 64) mod 8)>
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @parts_that_run_at_once(
// CHECK-DAG: %[[RING:.+]] = gpu.alloc () : memref<1024x4096xbf16>
// CHECK-DAG: %[[COUNTERS:.+]] = gpu.alloc () : memref<128xi32>
// CHECK: gpu.memset %[[COUNTERS]], %{{.+}} : memref<128xi32>, i32
// CHECK: gpu.launch_func @danaus_kernels::@parts_that_run_at_once_kernel_0 {{.*}}%[[RING]] : memref<1024x4096xbf16>, %[[COUNTERS]] : memref<128xi32>
// CHECK-NOT: gpu.launch_func
// CHECK-DAG: gpu.dealloc %[[RING]]
// CHECK-DAG: gpu.dealloc %[[COUNTERS]]
// CHECK-LABEL: gpu.func @parts_that_run_at_once_kernel_0(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?x4096xbf16>, %{{.+}}: memref<{{.+}}>, %{{.+}}: memref<{{.+}}>, %[[MIDDLE:.+]]: memref<1024x4096xbf16>, %[[COUNT:.+]]: memref<128xi32>, %[[Y:.+]]: memref<?x4096xbf16>)
// CHECK: %[[GROUP:.+]] = gpu.block_id y
// CHECK: %[[OURS:.+]] = arith.cmpi ult, %[[GROUP]]
// CHECK: scf.if %[[OURS]] {
// CHECK:   nvgpu.device_async_copy %[[X]]
// CHECK:   tile.store
// CHECK:   scf.if %{{.+}} {
// CHECK:     tile.await %[[COUNT]]
// CHECK:   gpu.barrier
// CHECK:   vector.store {{.+}}, %[[MIDDLE]]
// CHECK:   gpu.barrier
// CHECK:   scf.if %{{.+}} {
// CHECK:     tile.signal %[[COUNT]]
// CHECK: } else {
// CHECK:   tile.await %[[COUNT]]
// CHECK:   gpu.barrier
// CHECK:   nvgpu.device_async_copy %[[MIDDLE]]
// CHECK:   nvvm.cp.async.wait.group
// CHECK:   tile.await %[[COUNT]]
// CHECK:   gpu.barrier
// CHECK:   tile.signal relaxed %[[COUNT]]
// CHECK:   nvgpu.device_async_copy %[[MIDDLE]]
// CHECK-NOT: tile.await
// CHECK:   vector.store {{.+}}, %[[Y]]
func.func @parts_that_run_at_once(%x: memref<?x4096xbf16>, %w0: memref<64x8x4x8x4x2x2xbf16>,
                                  %w1: memref<64x8x4x8x4x2x2xbf16>, %y: memref<?x4096xbf16>) {
  chain.kernel ins(%x, %w0, %w1 : memref<?x4096xbf16>, memref<64x8x4x8x4x2x2xbf16>, memref<64x8x4x8x4x2x2xbf16>)
      outs(%y : memref<?x4096xbf16>)
      schedule(<unit = mma_sync, rows = 16, cuts = [1], warps = 16, depth = 2, placement = registers, ring = 64>) {
  ^bb0(%a0: tensor<?x4096xbf16>, %a1: tensor<64x8x4x8x4x2x2xbf16>, %a2: tensor<64x8x4x8x4x2x2xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(64, 64, 64, 1) order "abc" packing(<kind = mma_k16>)
        : tensor<?x4096xbf16>, tensor<64x8x4x8x4x2x2xbf16> -> tensor<?x4096xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 64, 64, 64) order "dbc" packing(<kind = mma_k16>)
        : tensor<?x4096xbf16>, tensor<64x8x4x8x4x2x2xbf16> -> tensor<?x4096xbf16>
    chain.yield %s1 : tensor<?x4096xbf16>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
// Rows that lie apart are copied together before the launch, and those of the result apart behind it.
// CHECK-LABEL: func.func @rows_apart_in_memory(
// CHECK-SAME:    %[[X:[^:]+]]: memref<?x16xbf16, strided<[32, 1]>>, %[[W:[^:]+]]: memref<1x1x8x4x2x2xbf16>, %[[Y:[^:]+]]: memref<?x8xbf16, strided<[24, 1]>>
// CHECK:         %[[ROWS:.+]] = memref.alloc(%{{.+}}) : memref<?x16xbf16>
// CHECK:         linalg.generic {{.*}} ins(%[[X]] : {{.*}}) outs(%[[ROWS]] :
// CHECK:         %[[SUMS:.+]] = memref.alloc(%{{.+}}) : memref<?x8xbf16>
// CHECK:         gpu.launch_func {{.*}} args(%[[ROWS]] : memref<?x16xbf16>, %[[W]] : {{.*}}, %[[SUMS]] : memref<?x8xbf16>)
// CHECK:         linalg.generic {{.*}} ins(%[[SUMS]] : {{.*}}) outs(%[[Y]] :
// CHECK:         memref.dealloc %[[SUMS]]
// CHECK:         memref.dealloc %[[ROWS]]
func.func @rows_apart_in_memory(%x: memref<?x16xbf16, strided<[32, 1]>>, %w: memref<1x1x8x4x2x2xbf16>, %y: memref<?x8xbf16, strided<[24, 1]>>) {
  chain.kernel ins(%x, %w : memref<?x16xbf16, strided<[32, 1]>>, memref<1x1x8x4x2x2xbf16>) outs(%y : memref<?x8xbf16, strided<[24, 1]>>) schedule(<unit = mma_sync, rows = 16, warps = 1, depth = 1>) {
  ^bb0(%a0: tensor<?x16xbf16>, %a1: tensor<1x1x8x4x2x2xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 8, 16, 1) order "bc" packing(<kind = mma_k16>) : tensor<?x16xbf16>, tensor<1x1x8x4x2x2xbf16> -> tensor<?x8xbf16>
    chain.yield %s : tensor<?x8xbf16>
  }
  return
}
}

// -----

// In one buffer: x two tiles of two rows deep, a turned stage and a straight one, each read, met and written.
// CHECK: #[[$PLACE:.+]] = affine_map<(d0, d1) -> (d0 * 16 + d1 + ((d0 * 16 + d1) floordiv 64) * 8)>
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @kronecker_in_place(
// CHECK: gpu.launch_func @danaus_kernels::@kronecker_in_place_kernel_0
// CHECK-LABEL: gpu.func @kronecker_in_place_kernel_0(
// CHECK: %[[BUFFER:.+]] = memref.view {{.+}} to memref<{{[0-9]+}}xbf16, #gpu.address_space<workgroup>>
// CHECK: tile.load_b
// CHECK: tile.turn
// CHECK: nvgpu.device_async_copy {{.+}}, %[[BUFFER]][
// CHECK: scf.for
// CHECK:   nvvm.cp.async.wait.group 0
// CHECK:   gpu.barrier
// CHECK:   nvgpu.device_async_copy
// CHECK:   %[[X:.+]] = tile.load %[[BUFFER]][%{{.+}}] map #[[$PLACE]] matrices : {{.+}} -> !tile.fragment<a, 16x16xbf16>
// CHECK:   tile.mma %[[X]],
// CHECK:   nvvm.bar.warp.sync
// CHECK:   tile.store %{{.+}} into %[[BUFFER]][%{{.+}}, %{{.+}}] offset %{{.+}} step 1 map #[[$PLACE]] adjacent_columns
// CHECK:   gpu.barrier
// CHECK:   tile.load %[[BUFFER]][%{{.+}}] map #[[$PLACE]] matrices : {{.+}} -> !tile.fragment<b, 16x8xbf16>
// CHECK:   tile.mma
// CHECK:   nvvm.bar.warp.sync
// CHECK:   tile.store %{{.+}} into %[[BUFFER]]
// CHECK:   gpu.barrier
// CHECK:   vector.load %[[BUFFER]]
// CHECK:   vector.store
// CHECK-NOT: memref.view
func.func @kronecker_in_place(%x: memref<?x256xbf16>, %w0: memref<2x1x8x4x2x2xbf16>, %w1: memref<2x1x8x4x2x2xbf16>, %y: memref<?x256xbf16>) {
  chain.kernel ins(%x, %w0, %w1 : memref<?x256xbf16>, memref<2x1x8x4x2x2xbf16>, memref<2x1x8x4x2x2xbf16>) outs(%y : memref<?x256xbf16>)
      schedule(<unit = mma_sync, rows = 2, warps = 2, depth = 2, placement = registers, in_place = true>) {
  ^bb0(%a0: tensor<?x256xbf16>, %a1: tensor<2x1x8x4x2x2xbf16>, %a2: tensor<2x1x8x4x2x2xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(16, 16, 16, 1) order "bc" packing(<kind = mma_k16>)
        : tensor<?x256xbf16>, tensor<2x1x8x4x2x2xbf16> -> tensor<?x256xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 16, 16, 16) order "bc" packing(<kind = mma_k16>)
        : tensor<?x256xbf16>, tensor<2x1x8x4x2x2xbf16> -> tensor<?x256xbf16>
    chain.yield %s1 : tensor<?x256xbf16>
  }
  return
}
}

// -----

// The same in two groups: pieces of 16 x 16 side by side from x to y, then of runs of 16, 32 apart, from y to y.
// CHECK: #[[$LINES:.+]] = affine_map<(d0, d1) -> (d0 * 16 + d1 + ((d0 * 16 + d1) floordiv 64) * 8)>
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @kronecker_in_groups(
// CHECK-SAME:    %[[X:.+]]: memref<?x512xbf16>, %[[W0:.+]]: memref<2x1x8x4x2x2xbf16>, %[[W1:.+]]: memref<2x1x8x4x2x2xbf16>, %[[Y:.+]]: memref<?x512xbf16>)
// CHECK:       gpu.launch_func @danaus_kernels::@kronecker_in_groups_kernel_0
// CHECK-SAME:    args(%[[X]] : memref<?x512xbf16>, %[[W0]] : {{.+}}, %[[Y]] : memref<?x512xbf16>)
// CHECK:       %[[PIECES:.+]] = arith.muli %{{.+}}, %c2{{.*}} : index
// CHECK:       gpu.launch_func @danaus_kernels::@kronecker_in_groups_kernel_1
// CHECK-SAME:    args(%[[Y]] : memref<?x512xbf16>, %[[W1]] : {{.+}}, %[[Y]] : memref<?x512xbf16>)
// CHECK-LABEL: gpu.func @kronecker_in_groups_kernel_0(
// CHECK:         tile.load %{{.+}} map #[[$LINES]] matrices
// CHECK:         tile.store %{{.+}} map #[[$LINES]] adjacent_columns
// CHECK-LABEL: gpu.func @kronecker_in_groups_kernel_1(
// CHECK:         %[[WHICH:.+]] = arith.divui %[[COLUMN:.+]], %c16{{.*}} : index
// CHECK:         %[[FIRST:.+]] = arith.muli %[[WHICH]], %c32{{.*}} : index
// CHECK:         %[[INSIDE:.+]] = arith.remui %[[COLUMN]], %c16{{.*}} : index
// CHECK:         arith.addi %[[FIRST]], %[[INSIDE]]
// CHECK:         nvgpu.device_async_copy
// CHECK:         tile.load %{{.+}} map #[[$LINES]] matrices
// CHECK:         tile.store %{{.+}} map #[[$LINES]] adjacent_columns
func.func @kronecker_in_groups(%x: memref<?x512xbf16>, %w0: memref<2x1x8x4x2x2xbf16>, %w1: memref<2x1x8x4x2x2xbf16>, %y: memref<?x512xbf16>) {
  chain.kernel ins(%x, %w0, %w1 : memref<?x512xbf16>, memref<2x1x8x4x2x2xbf16>, memref<2x1x8x4x2x2xbf16>) outs(%y : memref<?x512xbf16>)
      schedule(<unit = mma_sync, rows = 1, cuts = [1], panel = 16, warps = 1, depth = 1, in_place = true>) {
  ^bb0(%a0: tensor<?x512xbf16>, %a1: tensor<2x1x8x4x2x2xbf16>, %a2: tensor<2x1x8x4x2x2xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(32, 16, 16, 1) order "bc" packing(<kind = mma_k16>)
        : tensor<?x512xbf16>, tensor<2x1x8x4x2x2xbf16> -> tensor<?x512xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 16, 16, 32) order "bc" packing(<kind = mma_k16>)
        : tensor<?x512xbf16>, tensor<2x1x8x4x2x2xbf16> -> tensor<?x512xbf16>
    chain.yield %s1 : tensor<?x512xbf16>
  }
  return
}
}

// -----

// The groups at once: half of the thread blocks each, counters of rows between them, all in one launch.
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @groups_in_a_ring(
// CHECK-SAME:    %[[X:.+]]: memref<?x512xbf16>, %[[W0:.+]]: memref<2x1x8x4x2x2xbf16>, %[[W1:.+]]: memref<2x1x8x4x2x2xbf16>, %[[Y:.+]]: memref<?x512xbf16>)
// CHECK:       %[[COUNTERS:.+]] = gpu.alloc {{.*}}() : memref<6xi32>
// CHECK:       gpu.memset %[[COUNTERS]]
// CHECK:       gpu.launch_func @danaus_kernels::@groups_in_a_ring_kernel_0 blocks in (%{{[0-9]+}}, %c2, %c1)
// CHECK-SAME:    args(%[[X]] : {{.+}}, %[[W0]] : {{.+}}, %[[W1]] : {{.+}}, %[[COUNTERS]] : memref<6xi32>, %[[Y]] : memref<?x512xbf16>)
// CHECK-NOT:   gpu.launch_func
// CHECK-LABEL: gpu.func @groups_in_a_ring_kernel_0(
// CHECK-SAME:    %[[FROM:.+]]: memref<?x512xbf16>, %{{.+}}: memref<2x1x8x4x2x2xbf16>, %{{.+}}: memref<2x1x8x4x2x2xbf16>, %[[C:.+]]: memref<6xi32>, %[[TO:.+]]: memref<?x512xbf16>)
// CHECK:       %[[GROUP:.+]] = gpu.block_id y
// CHECK:       %[[FIRST:.+]] = arith.cmpi eq, %[[GROUP]], %c0
// CHECK:       scf.if %[[FIRST]] {
// CHECK:         nvgpu.device_async_copy %[[FROM]][
// CHECK:         tile.await %[[C]][
// CHECK:         tile.mma
// CHECK:         vector.store %{{.+}}, %[[TO]][
// CHECK:         gpu.barrier
// CHECK:         tile.signal %[[C]][
// CHECK:       } else {
// CHECK:         tile.await %[[C]][
// CHECK:         gpu.barrier
// CHECK:         nvgpu.device_async_copy %[[TO]][
// CHECK:         gpu.barrier
// CHECK:         tile.signal relaxed %[[C]][
// CHECK:         vector.store %{{.+}}, %[[TO]][
func.func @groups_in_a_ring(%x: memref<?x512xbf16>, %w0: memref<2x1x8x4x2x2xbf16>, %w1: memref<2x1x8x4x2x2xbf16>, %y: memref<?x512xbf16>) {
  chain.kernel ins(%x, %w0, %w1 : memref<?x512xbf16>, memref<2x1x8x4x2x2xbf16>, memref<2x1x8x4x2x2xbf16>) outs(%y : memref<?x512xbf16>)
      schedule(<unit = mma_sync, rows = 1, cuts = [1], panel = 16, warps = 1, depth = 1, ring = 3, in_place = true>) {
  ^bb0(%a0: tensor<?x512xbf16>, %a1: tensor<2x1x8x4x2x2xbf16>, %a2: tensor<2x1x8x4x2x2xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(32, 16, 16, 1) order "bc" packing(<kind = mma_k16>)
        : tensor<?x512xbf16>, tensor<2x1x8x4x2x2xbf16> -> tensor<?x512xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 16, 16, 32) order "bc" packing(<kind = mma_k16>)
        : tensor<?x512xbf16>, tensor<2x1x8x4x2x2xbf16> -> tensor<?x512xbf16>
    chain.yield %s1 : tensor<?x512xbf16>
  }
  return
}
}

// -----

// The vendor's library first; the kernel, its launch and what describes its operands where that was in vain.
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @by_the_library(
// CHECK-SAME:    %[[X:.+]]: memref<?x256xbf16>, %[[W:.+]]: memref<512x256xbf16>, %[[Y:.+]]: memref<?x512xbf16>)
// CHECK-NOT:   tile.tensor_map
// CHECK:       %[[DONE:.+]] = tile.library_product %[[X]], %[[W]], %[[Y]]
// CHECK:       %[[LEFT:.+]] = arith.xori %[[DONE]], %true
// CHECK:       scf.if %[[LEFT]] {
// CHECK-COUNT-3: tile.tensor_map
// CHECK:         gpu.launch_func @danaus_kernels::@by_the_library_kernel_0 {{.+$}}
// CHECK-NEXT:  }
// CHECK-NEXT:  return
func.func @by_the_library(%x: memref<?x256xbf16>, %w: memref<512x256xbf16>, %y: memref<?x512xbf16>) {
  chain.kernel ins(%x, %w : memref<?x256xbf16>, memref<512x256xbf16>) outs(%y : memref<?x512xbf16>)
      schedule(<unit = wgmma, rows = 128, panel = 128, warps = 4, library = true>) {
  ^bb0(%a0: tensor<?x256xbf16>, %a1: tensor<512x256xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 512, 256, 1) order "bc" packing(<kind = k_major>)
        : tensor<?x256xbf16>, tensor<512x256xbf16> -> tensor<?x512xbf16>
    chain.yield %s : tensor<?x512xbf16>
  }
  return
}

// CHECK-LABEL: func.func @by_its_own_kernel(
// CHECK-NOT:   tile.library_product
// CHECK:       return
func.func @by_its_own_kernel(%x: memref<?x256xbf16>, %w: memref<512x256xbf16>, %y: memref<?x512xbf16>) {
  chain.kernel ins(%x, %w : memref<?x256xbf16>, memref<512x256xbf16>) outs(%y : memref<?x512xbf16>)
      schedule(<unit = wgmma, rows = 128, panel = 128, warps = 4>) {
  ^bb0(%a0: tensor<?x256xbf16>, %a1: tensor<512x256xbf16>):
    %s = chain.stage %a0, %a1 pattern(1, 512, 256, 1) order "bc" packing(<kind = k_major>)
        : tensor<?x256xbf16>, tensor<512x256xbf16> -> tensor<?x512xbf16>
    chain.yield %s : tensor<?x512xbf16>
  }
  return
}
}

// -----

// A pair of products: one launch, a ring for x and the first weight and one for the second, and what the first makes of blocks A
// goes on as left operands; then a transposition of 16 blocks.
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @pair(
// CHECK-COUNT-4: tile.tensor_map
// CHECK:         gpu.launch_func @danaus_kernels::@pair_kernel_0
// CHECK:         gpu.launch_func @danaus_kernels::@pair_kernel_1
// CHECK-NOT:     gpu.launch_func
// CHECK-LABEL: gpu.func @pair_kernel_0(
// CHECK-SAME:    tile.tensor_maps = 4
// CHECK:         %[[SUMS:.+]] = tile.zero : !tile.sums<64>
// CHECK:         %{{.+}}:6 = scf.for %{{.+}} = %c0{{.*}} iter_args(%{{.+}} = %[[SUMS]],
// CHECK:           %[[FIRST:.+]] = tile.wgmma %{{.+}}, %{{.+}} add %{{.+}} step 3 : !tile.descriptor<bf16>
// CHECK:           %[[DONE:.+]] = tile.wgmma_wait %{{.+}} : <32>
// CHECK:           %[[LEFT:.+]] = tile.left_operands of %[[DONE]] : !tile.sums<32> -> !tile.left<bf16, 32>
// CHECK:           %[[READY:.+]]:2 = tile.wgmma_fence of %[[LEFT]],
// CHECK:           tile.wgmma %[[READY]]#0, %{{.+}} add %[[READY]]#1 step 0
// CHECK:           tile.wgmma %[[READY]]#0, %{{.+}} step 1
func.func @pair(%x: memref<?x256xbf16>, %v: memref<4x512x64xbf16>, %u: memref<16x64x128xbf16>, %y: memref<?x1024xbf16>) {
  chain.kernel ins(%x, %v, %u : memref<?x256xbf16>, memref<4x512x64xbf16>, memref<16x64x128xbf16>) outs(%y : memref<?x1024xbf16>)
      schedule(<unit = wgmma, rows = 64, panel = 64, warps = 4, depth = 3>) {
  ^bb0(%a0: tensor<?x256xbf16>, %a1: tensor<4x512x64xbf16>, %a2: tensor<16x64x128xbf16>):
    %s = chain.stage %a0, %a1 pattern(4, 512, 64, 1) order "abc" packing(<kind = k_major, group = 512, digit = 16>)
        : tensor<?x256xbf16>, tensor<4x512x64xbf16> -> tensor<?x2048xbf16>
    %t = chain.stage %s, %a2 pattern(1, 64, 128, 16) order "dbc" packing(<kind = k_major>)
        : tensor<?x2048xbf16>, tensor<16x64x128xbf16> -> tensor<?x1024xbf16>
    chain.yield %t : tensor<?x1024xbf16>
  }
  return
}
}

// -----

// Two products whose columns a cluster of 4 blocks shares: partial sums to the block that owns them, whole ones to all.
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @low_rank_on_clusters(
// CHECK-DAG: %[[BLOCKS:.+]] = arith.constant 4 : index
// CHECK-DAG: %[[RESIDENT:.+]] = arith.constant 33 : index
// CHECK:     %[[CLUSTERS:.+]] = arith.minui %{{.+}}, %[[RESIDENT]]
// CHECK:     %[[GRID:.+]] = arith.muli %[[CLUSTERS]], %[[BLOCKS]]
// CHECK:     gpu.launch_func @danaus_kernels::@low_rank_on_clusters_kernel_0 blocks in (%[[GRID]], {{.+}} {tile.cluster = 4 : i64, tile.early}
// CHECK-LABEL: gpu.func @low_rank_on_clusters_kernel_0(
// CHECK-SAME:  nvvm.cluster_dim = array<i32: 4, 1, 1>
// CHECK:     tile.admit_launch
// CHECK:     tile.load_b
// CHECK:     tile.cluster_barrier
// CHECK:     tile.await_launches
// CHECK:     scf.for
// CHECK:       tile.mma
// CHECK:       tile.park %{{.+}} into %{{.+}}[%{{.+}}] of %{{.+}} :
// CHECK:       tile.cluster_barrier
// CHECK:       tile.collect
// CHECK-COUNT-4: tile.park %{{.+}} into %{{.+}}[%{{.+}}] of %{{.+}} :
// CHECK:       tile.cluster_barrier
// CHECK:       tile.mma
// CHECK:       tile.store
// CHECK:       vector.store
func.func @low_rank_on_clusters(%x: memref<?x512xbf16>, %v: memref<2x32x8x4x2x2xbf16>, %u: memref<32x1x8x4x2x2xbf16>, %y: memref<?x256xbf16>) {
  chain.kernel ins(%x, %v, %u : memref<?x512xbf16>, memref<2x32x8x4x2x2xbf16>, memref<32x1x8x4x2x2xbf16>) outs(%y : memref<?x256xbf16>)
      schedule(<unit = mma_sync, rows = 16, warps = 4, depth = 1, placement = registers, cluster = 4>) {
  ^bb0(%a0: tensor<?x512xbf16>, %a1: tensor<2x32x8x4x2x2xbf16>, %a2: tensor<32x1x8x4x2x2xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(1, 16, 512, 1) order "bc" packing(<kind = mma_k16>)
        : tensor<?x512xbf16>, tensor<2x32x8x4x2x2xbf16> -> tensor<?x16xbf16>
    %s1 = chain.stage %s0, %a2 pattern(1, 256, 16, 1) order "bc" packing(<kind = mma_k16>)
        : tensor<?x16xbf16>, tensor<32x1x8x4x2x2xbf16> -> tensor<?x256xbf16>
    chain.yield %s1 : tensor<?x256xbf16>
  }
  return
}
}

// -----

// Two products whose weights a cluster of 4 blocks keeps: sums are sent asynchronously, and one barrier of the cluster is
// before the first of them. Of 48 columns in the middle three steps are multiplied, and boxes of 64 x 64 are loaded.
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @weights_in_shared_memory(
// CHECK-DAG: tile.tensor_map %{{.+}} rows %{{.+}} sizes [512, -1] strides [1, 512] box [64, 24] : memref<?x512xbf16>
// CHECK-DAG: tile.tensor_map %{{.+}} rows %{{.+}} sizes [512, 48] strides [1, 512] box [64, 64] : memref<48x512xbf16>
// CHECK-DAG: tile.tensor_map %{{.+}} rows %{{.+}} sizes [48, 320] strides [1, 48] box [64, 64] : memref<320x48xbf16>
// CHECK-DAG: tile.tensor_map %{{.+}} rows %{{.+}} sizes [320, -1] strides [1, 320] box [64, 24] : memref<?x320xbf16>
// CHECK:     gpu.launch_func @danaus_kernels::@weights_in_shared_memory_kernel_0 blocks in {{.+}} {tile.cluster = 4 : i64, tile.early}
// CHECK-LABEL: gpu.func @weights_in_shared_memory_kernel_0(
// CHECK-SAME:  nvvm.cluster_dim = array<i32: 4, 1, 1>
// CHECK-SAME:  tile.tensor_maps = 4
// CHECK:     tile.admit_launch
// CHECK:     tile.bulk_load
// CHECK:     tile.await_launches
// CHECK-COUNT-2: tile.bulk_load
// CHECK:     tile.cluster_barrier
// CHECK-NOT: tile.cluster_barrier
// CHECK:     scf.if
// CHECK:       scf.for
// CHECK-COUNT-4: tile.wgmma %{{.+}} -> <24>
// CHECK:         tile.wgmma_wait
// CHECK:         tile.bulk_load
// CHECK:         tile.barrier_wait
// CHECK-COUNT-3: tile.park %{{.+}} into %{{.+}}[%{{.+}}] of %{{.+}} signals
// CHECK:       else
// CHECK:       scf.for
// CHECK:         tile.barrier_expect %{{.+}}[%{{.+}}] bytes 2304
// CHECK:         tile.barrier_expect %{{.+}}[%{{.+}}] bytes 2048
// CHECK:         tile.collect %{{.+}} count 4 stride 128
// CHECK:         tile.map
// CHECK:         tile.lay %{{.+}} to 4 signals
// CHECK-COUNT-3: tile.wgmma %{{.+}} -> <24>
// CHECK-NOT:     tile.wgmma %
// CHECK-COUNT-3: tile.lay %{{.+}} into %{{.+}}[%{{.+}}] row %{{.+}} column %{{.+}} : <acc, 16x8xf32> into memref<{{.+}}, #gpu.address_space<workgroup>>
// CHECK:         tile.bulk_store
// CHECK:         tile.barrier_arrive
func.func @weights_in_shared_memory(%x: memref<?x512xbf16>, %v: memref<48x512xbf16>, %u: memref<320x48xbf16>, %bias: memref<48xbf16>, %y: memref<?x320xbf16>) {
  chain.kernel ins(%x, %v, %u, %bias : memref<?x512xbf16>, memref<48x512xbf16>, memref<320x48xbf16>, memref<48xbf16>) outs(%y : memref<?x320xbf16>)
      schedule(<unit = wgmma, rows = 24, warps = 8, depth = 1, placement = shared, cluster = 4>) {
  ^bb0(%a0: tensor<?x512xbf16>, %a1: tensor<48x512xbf16>, %a2: tensor<320x48xbf16>, %a3: tensor<48xbf16>):
    %s0 = chain.stage %a0, %a1 pattern(1, 48, 512, 1) order "bc" packing(<kind = k_major>)
        : tensor<?x512xbf16>, tensor<48x512xbf16> -> tensor<?x48xbf16>
    %m0 = chain.map %s0, %a3 : tensor<?x48xbf16>, tensor<48xbf16> -> tensor<?x48xbf16> {
    ^bb0(%e: bf16, %b: bf16):
      %0 = arith.addf %e, %b : bf16
      chain.yield %0 : bf16
    }
    %s1 = chain.stage %m0, %a2 pattern(1, 320, 48, 1) order "bc" packing(<kind = k_major>)
        : tensor<?x48xbf16>, tensor<320x48xbf16> -> tensor<?x320xbf16>
    chain.yield %s1 : tensor<?x320xbf16>
  }
  return
}
}
