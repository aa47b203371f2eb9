// RUN: danaus-opt %s | FileCheck %s
// RUN: danaus-opt %s | danaus-opt | FileCheck %s
// RUN: danaus-opt %s --mlir-print-op-generic | danaus-opt | FileCheck %s

// CHECK-LABEL: func.func @stage
func.func @stage(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %p: tensor<4x1x2x16xf32>) {
  // CHECK: chain.stage %{{.*}}, %{{.*}} pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  %0 = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
  // CHECK: chain.stage %{{.*}}, %{{.*}} pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16>) : tensor<?x8xf32>, tensor<4x1x2x16xf32> -> tensor<?x12xf32>
  %1 = chain.stage %x, %p pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16>) : tensor<?x8xf32>, tensor<4x1x2x16xf32> -> tensor<?x12xf32>
  return
}

// CHECK-LABEL: func.func @stage_with_shared_blocks
func.func @stage_with_shared_blocks(%x: tensor<?x40xf32>, %w: tensor<3x2xf32>) {
  // CHECK: chain.stage %{{.*}}, %{{.*}} pattern(4, 3, 2, 5) order "bc" : tensor<?x40xf32>, tensor<3x2xf32> -> tensor<?x60xf32>
  %0 = chain.stage %x, %w pattern(4, 3, 2, 5) order "bc" : tensor<?x40xf32>, tensor<3x2xf32> -> tensor<?x60xf32>
  return
}

// CHECK-LABEL: func.func @map
func.func @map(%x: tensor<?x12xf32>, %bias: tensor<12xf32>, %residual: tensor<?x12xbf16>) {
  // CHECK: chain.map %{{.*}} : tensor<?x12xf32> -> tensor<?x12xf32> {
  // CHECK: chain.yield %{{.*}} : f32
  %0 = chain.map %x : tensor<?x12xf32> -> tensor<?x12xf32> {
  ^bb0(%v: f32):
    %e = math.exp %v : f32
    chain.yield %e : f32
  }
  // CHECK: chain.map %{{.*}}, %{{.*}}, %{{.*}} : tensor<?x12xf32>, tensor<12xf32>, tensor<?x12xbf16> -> tensor<?x12xbf16> {
  // CHECK-NEXT: ^bb0(%{{.*}}: f32, %{{.*}}: f32, %{{.*}}: bf16):
  %1 = chain.map %x, %bias, %residual : tensor<?x12xf32>, tensor<12xf32>, tensor<?x12xbf16> -> tensor<?x12xbf16> {
  ^bb0(%v: f32, %b: f32, %r: bf16):
    chain.yield %r : bf16
  }
  return
}

// CHECK-LABEL: func.func @kernel_on_tensors
func.func @kernel_on_tensors(%x: tensor<?x8xf32>, %w: tensor<4x3x2xf32>, %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  // CHECK: chain.kernel ins(%{{.*}}, %{{.*}} : tensor<?x8xf32>, tensor<4x3x2xf32>) outs(%{{.*}} : tensor<?x12xf32>)
  // CHECK-SAME: schedule(<rows = 16, cuts = [1], axes = [b, d], block_rows = 4, panel = 1, warps = 4, depth = 3, placement = registers>)
  // CHECK: } -> tensor<?x12xf32>
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>) outs(%init : tensor<?x12xf32>)
      schedule(<unit = fma, rows = 16, cuts = [1], axes = [b, d], block_rows = 4, panel = 1, warps = 4, depth = 3, placement = registers>) {
  ^bb0(%xi: tensor<?x8xf32>, %wi: tensor<4x3x2xf32>):
    %0 = chain.stage %xi, %wi pattern(4, 3, 2, 1) order "abc" : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// CHECK-LABEL: func.func @defaults_of_a_schedule_are_not_printed
// CHECK-SAME: attributes {test.a = #chain.schedule<>}
func.func @defaults_of_a_schedule_are_not_printed() attributes {test.a = #chain.schedule<unit = fma, placement = streamed>} {
  return
}

// CHECK-LABEL: func.func @kernel_on_memrefs_without_a_schedule
func.func @kernel_on_memrefs_without_a_schedule(%x: memref<?x8xf32>, %y: memref<?x8xf32>) {
  // CHECK: chain.kernel ins(%{{.*}} : memref<?x8xf32>) outs(%{{.*}} : memref<?x8xf32>) {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<?x8xf32>):
  chain.kernel ins(%x : memref<?x8xf32>) outs(%y : memref<?x8xf32>) {
  ^bb0(%xi: tensor<?x8xf32>):
    chain.yield %xi : tensor<?x8xf32>
  }
  return
}

// CHECK-LABEL: func.func @contract_with_an_epilogue
func.func @contract_with_an_epilogue(%x: memref<?x8xbf16>, %w: memref<4x1x2x16xbf16>, %bias: memref<12xf32>, %y: memref<?x12xbf16>) {
  // CHECK: chain.contract ins(%{{.*}}, %{{.*}}, %{{.*}} : memref<?x8xbf16>, memref<4x1x2x16xbf16>, memref<12xf32>)
  // CHECK-SAME: outs(%{{.*}} : memref<?x12xbf16>) pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16>) block_rows(8) {
  // CHECK-NEXT: ^bb0(%{{.*}}: f32, %{{.*}}: f32):
  chain.contract ins(%x, %w, %bias : memref<?x8xbf16>, memref<4x1x2x16xbf16>, memref<12xf32>) outs(%y : memref<?x12xbf16>)
      pattern(4, 3, 2, 1) order "abc" packing(<kind = panel_b, lanes = 16>) block_rows(8) {
  ^bb0(%sum: f32, %b: f32):
    %s = arith.addf %sum, %b : f32
    %r = arith.truncf %s : f32 to bf16
    chain.yield %r : bf16
  }
  return
}

// CHECK-LABEL: func.func private @attributes
// CHECK-SAME: #chain.schedule<>
// CHECK-SAME: #chain.schedule<unit = mma_sync, rows = 64, warps = 16>
// CHECK-SAME: #chain.packing<kind = panel_d, lanes = 16, panel = 4>
// CHECK-SAME: #chain.packing<kind = mma_k16>
// CHECK-SAME: #chain.packing<kind = mma_k8>
// CHECK-SAME: #chain.schedule<unit = wgmma, rows = 256, library = true>
// CHECK-SAME: #chain.schedule<unit = mma_sync, rows = 16, placement = registers, cluster = 8>
// CHECK-SAME: #chain.schedule<unit = mma_sync, rows = 1, in_place = true>
// CHECK-SAME: #chain.schedule<unit = wgmma, rows = 56, placement = shared, cluster = 8>
func.func private @attributes() attributes {
  test.a = #chain.schedule<rows = 32>,
  test.b = #chain.schedule<unit = mma_sync, rows = 64, warps = 16>,
  test.c = #chain.packing<kind = panel_d, lanes = 16, panel = 4>,
  test.d = #chain.packing<kind = mma_k16>,
  test.e = #chain.packing<kind = mma_k8>,
  test.f = #chain.schedule<unit = wgmma, rows = 256, library = true>,
  test.g = #chain.schedule<unit = mma_sync, rows = 16, placement = registers, cluster = 8, library = false>,
  test.h = #chain.schedule<unit = mma_sync, rows = 1, in_place = true, cluster = 1>,
  test.i = #chain.schedule<unit = wgmma, rows = 56, placement = shared, cluster = 8>
}

// CHECK-LABEL: func.func @stage_of_complex_numbers
func.func @stage_of_complex_numbers(%x: tensor<?x8xcomplex<f64>>, %w: tensor<4x4x2xcomplex<f64>>) -> tensor<?x8xcomplex<f64>> {
  // CHECK: chain.stage %{{.*}}, %{{.*}} pattern(1, 4, 4, 2) order "bcd" x_digits(<sizes = [4, 2], order = [1, 0]>) transform(<dft>) : tensor<?x8xcomplex<f64>>
  %y = chain.stage %x, %w pattern(1, 4, 4, 2) order "bcd" x_digits(<sizes = [4, 2], order = [1, 0]>) transform(<dft>)
      : tensor<?x8xcomplex<f64>>, tensor<4x4x2xcomplex<f64>> -> tensor<?x8xcomplex<f64>>
  return %y : tensor<?x8xcomplex<f64>>
}

// CHECK-LABEL: func.func @contract_of_a_transform
func.func @contract_of_a_transform(%x: memref<?x8xf32>, %w: memref<1x4x1xf32>, %y: memref<?x8xf32>) {
  // CHECK: pattern(1, 4, 4, 2) order "bc" packing(<kind = panel_d, lanes = 2>) block_rows(1) transform(<hadamard>) attributes {x_digits = #chain.digits<sizes = [8], order = [0]>} {
  chain.contract ins(%x, %w : memref<?x8xf32>, memref<1x4x1xf32>) outs(%y : memref<?x8xf32>)
      pattern(1, 4, 4, 2) order "bc" packing(<kind = panel_d, lanes = 2>) block_rows(1)
      transform(<hadamard>) attributes {x_digits = #chain.digits<sizes = [8], order = [0]>} {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// CHECK-LABEL: func.func @parts_of_complex_numbers
func.func @parts_of_complex_numbers(%x: memref<?x3x8xcomplex<f32>, strided<[?, 9, 1], offset: 5>>) -> memref<?x3x16xf32, strided<[?, 18, 1], offset: 10>> {
  // CHECK: chain.real_view %{{.*}} : memref<?x3x8xcomplex<f32>, strided<[?, 9, 1], offset: 5>> to memref<?x3x16xf32, strided<[?, 18, 1], offset: 10>>
  %r = chain.real_view %x : memref<?x3x8xcomplex<f32>, strided<[?, 9, 1], offset: 5>> to memref<?x3x16xf32, strided<[?, 18, 1], offset: 10>>
  return %r : memref<?x3x16xf32, strided<[?, 18, 1], offset: 10>>
}
