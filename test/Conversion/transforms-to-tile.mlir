// RUN: danaus-opt %s --split-input-file --convert-chain-to-tile --canonicalize --cse | FileCheck %s

// Two stages of radix 2 on 64 columns: an item for each of 32 threads, all exist. x is read from memory, what is between the
// stages passes through shared memory, and y is stored at once; the twiddles, of which those of C = 0 are 1, are loaded.
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: func.func @straight(
// CHECK-SAME:      %[[X:[^:]+]]: memref<?x64xcomplex<f32>>, %{{[^:]+}}: memref<1x2x1xcomplex<f32>>, %[[W:[^:]+]]: memref<1x1x2x1x2xcomplex<f32>>, %[[Y:[^:]+]]: memref<?x64xcomplex<f32>>)
// CHECK-DAG:     %[[PARTS:.+]] = chain.real_view %[[X]]
// CHECK-DAG:     %[[TWIDDLES:.+]] = chain.real_view %[[W]]
// CHECK-DAG:     %[[RESULT:.+]] = chain.real_view %[[Y]]
// CHECK:         gpu.launch_func @danaus_kernels::@straight_kernel_0 {{.+}} args(%[[PARTS]] : memref<?x128xf32>, %[[TWIDDLES]] : memref<1x1x2x1x4xf32>, %[[RESULT]] : memref<?x128xf32>) {tile.early}
// CHECK-LABEL: gpu.func @straight_kernel_0(
// CHECK-SAME:      %[[X:[^:]+]]: memref<?x128xf32>, %[[W:[^:]+]]: memref<1x1x2x1x4xf32>, %[[Y:[^:]+]]: memref<?x128xf32>)
// CHECK-SAME:      known_block_size = array<i32: 32, 1, 1>
// CHECK:         %[[BUFFER:.+]] = memref.view
// CHECK:         tile.admit_launch
// CHECK-NEXT:    tile.await_launches
// CHECK:         scf.for %[[ROW:.+]] =
// CHECK:           %[[FROM:.+]] = memref.subview %[[X]][%[[ROW]], %{{.+}}] [1, 128] [1, 1]
// CHECK:           %[[AT:.+]] = memref.subview %[[BUFFER]]
// CHECK-COUNT-2:   vector.load %[[FROM]]{{.+}} {alignment = 8 : i64} : {{.+}}, vector<2xf32>
// CHECK-DAG:       arith.addf
// CHECK-DAG:       arith.subf
// CHECK:           gpu.barrier
// CHECK-COUNT-2:   vector.store %{{.+}}, %[[AT]]
// CHECK:           gpu.barrier
// CHECK-DAG:       %[[FACTORS:.+]] = memref.subview %[[W]]
// CHECK-DAG:       %[[TO:.+]] = memref.subview %[[Y]][%[[ROW]], %{{.+}}]
// CHECK-COUNT-2:   vector.load %{{.+}} : memref<{{.+}}, #gpu.address_space<workgroup>>
// CHECK:           vector.load %[[FACTORS]]
// CHECK-NOT:       vector.load
// CHECK:           math.fma
// CHECK:           math.fma
// CHECK-NOT:       gpu.barrier
// CHECK-COUNT-2:   vector.store %{{.+}}, %[[TO]]
// CHECK-NOT:       vector.store
// CHECK:         gpu.return
func.func @straight(%x: memref<?x64xcomplex<f32>>, %w0: memref<1x2x1xcomplex<f32>>, %w1: memref<1x1x2x1x2xcomplex<f32>>, %y: memref<?x64xcomplex<f32>>) {
  chain.kernel ins(%x, %w0, %w1 : memref<?x64xcomplex<f32>>, memref<1x2x1xcomplex<f32>>, memref<1x1x2x1x2xcomplex<f32>>) outs(%y : memref<?x64xcomplex<f32>>)
      schedule(<rows = 1, warps = 1, depth = 1, in_place = true>) {
  ^bb0(%a0: tensor<?x64xcomplex<f32>>, %a1: tensor<1x2x1xcomplex<f32>>, %a2: tensor<1x1x2x1x2xcomplex<f32>>):
    %0 = chain.stage %a0, %a1 pattern(32, 2, 2, 1) order "bc" packing(<kind = panel_d>) x_digits(<sizes = [2, 32], order = [1, 0]>) transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<1x2x1xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
    %1 = chain.stage %0, %a2 pattern(16, 2, 2, 2) order "bcd" packing(<kind = panel_d, lanes = 2>) transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<1x1x2x1x2xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
    chain.yield %1 : tensor<?x64xcomplex<f32>>
  }
  return
}
}

// -----

// Three rows of 6 items for 32 threads: loops, and rows that may not exist. The first stage waits before it begins.
module attributes {danaus.target = "sm_80"} {
// CHECK-LABEL: gpu.func @uneven_kernel_0(
// CHECK-NOT:     tile.await_launches
// CHECK:         scf.for
// CHECK:           gpu.barrier
// CHECK:           scf.for
// CHECK:             %[[EXISTS:.+]] = arith.cmpi ult
// CHECK:             scf.if %[[EXISTS]] {
// CHECK-COUNT-2:       vector.load
// CHECK-COUNT-2:       vector.store
// CHECK:           gpu.barrier
// CHECK:           scf.for
// CHECK:             scf.if
// CHECK-COUNT-6:       vector.load
// CHECK-COUNT-6:       vector.store
func.func @uneven(%x: memref<?x12xcomplex<f32>>, %w0: memref<1x2x1xcomplex<f32>>, %w1: memref<1x6x1xcomplex<f32>>, %y: memref<?x12xcomplex<f32>>) {
  chain.kernel ins(%x, %w0, %w1 : memref<?x12xcomplex<f32>>, memref<1x2x1xcomplex<f32>>, memref<1x6x1xcomplex<f32>>) outs(%y : memref<?x12xcomplex<f32>>)
      schedule(<rows = 3, warps = 1, depth = 1, in_place = true>) {
  ^bb0(%a0: tensor<?x12xcomplex<f32>>, %a1: tensor<1x2x1xcomplex<f32>>, %a2: tensor<1x6x1xcomplex<f32>>):
    %0 = chain.stage %a0, %a1 pattern(6, 2, 2, 1) order "bc" packing(<kind = panel_d>) transform(<hadamard>) : tensor<?x12xcomplex<f32>>, tensor<1x2x1xcomplex<f32>> -> tensor<?x12xcomplex<f32>>
    %1 = chain.stage %0, %a2 pattern(1, 6, 6, 2) order "bc" packing(<kind = panel_d, lanes = 2>) transform(<dft>) : tensor<?x12xcomplex<f32>>, tensor<1x6x1xcomplex<f32>> -> tensor<?x12xcomplex<f32>>
    chain.yield %1 : tensor<?x12xcomplex<f32>>
  }
  return
}
}
