// RUN: danaus-opt %s --split-input-file --danaus-vectorize-kernels --canonicalize --cse --verify-diagnostics | FileCheck %s
// RUN: danaus-opt %s --split-input-file --danaus-vectorize-kernels --danaus-vectorize-kernels --canonicalize --cse --verify-diagnostics | FileCheck %s

// Eight additions of four vectors, and no product.
// CHECK-LABEL: func @hadamard_is_additions(
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK:             scf.for
// CHECK-COUNT-4:       vector.transfer_read %{{.*}} vector<16xf32>
// CHECK-COUNT-2:       arith.addf
// CHECK-NOT:           {{mulf|vector.fma|vector.contract}}
// CHECK-COUNT-4:       vector.transfer_write
// CHECK-NOT:     chain.contract
func.func @hadamard_is_additions(%x: memref<?x256xf32>, %w: memref<1x4x1xf32>, %y: memref<?x256xf32>) {
  chain.contract ins(%x, %w : memref<?x256xf32>, memref<1x4x1xf32>) outs(%y : memref<?x256xf32>)
      pattern(2, 4, 4, 32) order "bc" packing(<kind = panel_d, lanes = 16>) block_rows(6) transform(<hadamard>) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

// A twiddle is one shuffle and two products; the body follows, and lanes past d are masked.
// CHECK-LABEL: func @fourier_of_five(
// CHECK:         vector.transfer_read %{{.*}}, %{{[a-z0-9_]+}} : memref<?x1x5x24xf32>, vector<16xf32>
// CHECK:         vector.shuffle {{.*}} [1, 0, 3, 2
// CHECK:         vector.transfer_read %{{.*}} : memref<2x1x5x1x2x16xf32>, vector<16xf32>
// CHECK:         arith.mulf
// CHECK:         vector.fma
// CHECK:         arith.negf
// CHECK:         vector.transfer_write %{{.*}}] : vector<16xf32>, memref<?x1x5x24xf32>
func.func @fourier_of_five(%x: memref<?x60xcomplex<f32>>, %w: memref<2x1x5x1x2x8xcomplex<f32>>, %y: memref<?x60xcomplex<f32>>) {
  chain.contract ins(%x, %w : memref<?x60xcomplex<f32>>, memref<2x1x5x1x2x8xcomplex<f32>>) outs(%y : memref<?x60xcomplex<f32>>)
      pattern(1, 5, 5, 12) order "bcd" packing(<kind = complex_d, lanes = 8>) block_rows(6) transform(<dft>) {
  ^bb0(%sum: complex<f32>):
    %0 = complex.neg %sum : complex<f32>
    chain.yield %0 : complex<f32>
  }
  return
}

// -----

// x's columns are (c, 2, 8), the blocks (8, 2): eight of them are a vector, which is transposed before it is stored.
// CHECK-LABEL: func @fourier_across_blocks(
// CHECK:         scf.for %[[TWO:.*]] = %c0 to %c2
// CHECK-COUNT-8:   vector.transfer_read %{{.*}}[%{{.*}}, %{{.*}}, %[[TWO]], %c0], {{.*}} memref<?x8x2x16xf32>, vector<16xf32>
// CHECK:           vector.shuffle %{{.*}}, %{{.*}} [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
// CHECK-COUNT-8:   vector.transfer_write %{{.*}} {in_bounds = [true]} : vector<16xf32>, memref<?x16x16xf32>
// CHECK-NOT:     {{vector.contract|chain.contract}}
func.func @fourier_across_blocks(%x: memref<?x128xcomplex<f32>>, %w: memref<1x8x8xcomplex<f32>>, %y: memref<?x128xcomplex<f32>>) {
  chain.contract ins(%x, %w : memref<?x128xcomplex<f32>>, memref<1x8x8xcomplex<f32>>) outs(%y : memref<?x128xcomplex<f32>>)
      pattern(16, 8, 8, 1) order "bc" packing(<kind = panel_b, lanes = 8>) block_rows(6)
      transform(<dft>) attributes {x_digits = #chain.digits<sizes = [8, 2, 8], order = [2, 1, 0]>} {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

func.func @a_transform_across_short_digits(%x: memref<?x128xcomplex<f32>>, %w: memref<1x8x8xcomplex<f32>>, %y: memref<?x128xcomplex<f32>>) {
  // expected-error @below {{'chain.contract' op transform: wanted the fastest digit of x to be one of a, in whole vectors}}
  chain.contract ins(%x, %w : memref<?x128xcomplex<f32>>, memref<1x8x8xcomplex<f32>>) outs(%y : memref<?x128xcomplex<f32>>)
      pattern(16, 8, 8, 1) order "bc" packing(<kind = panel_b, lanes = 8>) block_rows(6)
      transform(<dft>) attributes {x_digits = #chain.digits<sizes = [8, 4, 4], order = [2, 1, 0]>} {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

func.func @a_transform_along_b(%x: memref<?x32xf32>, %w: memref<1x4x16xf32>, %y: memref<?x32xf32>) {
  // expected-error @below {{'chain.contract' op transform: wanted x_digits, d = 1, order "bc" and panel = 1 with packing panel_b}}
  chain.contract ins(%x, %w : memref<?x32xf32>, memref<1x4x16xf32>) outs(%y : memref<?x32xf32>)
      pattern(2, 4, 4, 4) order "bc" packing(<kind = panel_b, lanes = 16>) block_rows(6) transform(<hadamard>) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @a_transform_of_tensor_cores(%x: memref<?x32xf32>, %w: memref<1x1x8x4x2xf32>, %y: memref<?x32xf32>) {
  // expected-error @below {{'chain.contract' op wanted packing panel_b, panel_d or vnni, found mma_k8}}
  chain.contract ins(%x, %w : memref<?x32xf32>, memref<1x1x8x4x2xf32>) outs(%y : memref<?x32xf32>)
      pattern(2, 4, 4, 4) order "bc" packing(<kind = mma_k8>) block_rows(6) transform(<hadamard>) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @a_transform_on_matrix_tiles(%x: memref<?x32xbf16>, %w: memref<1x2x16x2xbf16>, %y: memref<?x32xbf16>) {
  // expected-error @below {{'chain.contract' op transform: wanted packing panel_b, panel_d or complex_d, found vnni}}
  chain.contract ins(%x, %w : memref<?x32xbf16>, memref<1x2x16x2xbf16>) outs(%y : memref<?x32xbf16>)
      pattern(2, 4, 4, 4) order "bc" packing(<kind = vnni, lanes = 16, per_lane = 2>) block_rows(32) transform(<hadamard>) {
  ^bb0(%sum: f32):
    %0 = arith.truncf %sum : f32 to bf16
    chain.yield %0 : bf16
  }
  return
}

// -----

func.func @a_transform_of_joined_values(%x: memref<?x32xf32>, %w: memref<1x4x1x4xf32>, %y: memref<?x32xf32>) {
  // expected-error @below {{'chain.contract' op transform: wanted panels of one vector with one value of b, found lanes = 16 for d = 4}}
  chain.contract ins(%x, %w : memref<?x32xf32>, memref<1x4x1x4xf32>) outs(%y : memref<?x32xf32>)
      pattern(2, 4, 4, 4) order "bc" packing(<kind = panel_d, lanes = 16>) block_rows(6) transform(<hadamard>) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @a_transform_of_other_digits(%x: memref<?x32xf32>, %w: memref<1x4x1xf32>, %y: memref<?x32xf32>) {
  // expected-error @below {{'chain.contract' op transform: wanted columns of x and y in their order}}
  chain.contract ins(%x, %w : memref<?x32xf32>, memref<1x4x1xf32>) outs(%y : memref<?x32xf32>)
      pattern(2, 4, 4, 4) order "bc" packing(<kind = panel_d, lanes = 4>) block_rows(6) transform(<hadamard>)
      attributes {x_digits = #chain.digits<sizes = [4, 2, 4], order = [1, 0, 2]>} {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}
