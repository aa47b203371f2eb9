// RUN: danaus-opt %s --split-input-file --danaus-vectorize-kernels --canonicalize --cse --verify-diagnostics | FileCheck %s
// RUN: danaus-opt %s --split-input-file --danaus-vectorize-kernels --danaus-vectorize-kernels --canonicalize --cse --verify-diagnostics | FileCheck %s

// A part of x is a number, the lanes are those of w: both parts of 16 values of b.
// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d3, d1)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3) -> (d3, d2)>
// CHECK-DAG: #[[$SUM:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-LABEL: func @complex_lanes_along_b(
// CHECK-SAME:      %[[X:.*]]: memref<?x64xcomplex<f32>>, %[[W:.*]]: memref<4x1x16x16xcomplex<f32>>, %[[Y:.*]]: memref<?x64xcomplex<f32>>)
// CHECK-DAG:     %[[XR:.*]] = chain.real_view %[[X]] : memref<?x64xcomplex<f32>> to memref<?x128xf32>
// CHECK-DAG:     %[[XV:.*]] = memref.expand_shape %[[XR]] {{.*}} into memref<?x4x16x2xf32>
// CHECK-DAG:     %[[WR:.*]] = chain.real_view %[[W]] : {{.*}} to memref<4x1x16x32xf32>
// CHECK:         scf.for %{{.*}} -> (vector<2x2x32xf32>)
// CHECK:           vector.transfer_read %[[XV]]{{.*}} vector<2x2x2xf32>
// CHECK:           vector.transfer_read %[[WR]]{{.*}} vector<2x32xf32>
// CHECK:           vector.contract {indexing_maps = [#[[$X]], #[[$W]], #[[$SUM]]]
// CHECK:         %[[STRAIGHT:.*]] = vector.extract %{{.*}}[0, 0]
// CHECK:         %[[CROSSED:.*]] = vector.extract %{{.*}}[0, 1]
// CHECK:         %[[SWAPPED:.*]] = vector.shuffle %[[CROSSED]], %[[CROSSED]] [1, 0, 3, 2,
// CHECK:         %[[JOINED:.*]] = vector.fma %[[SWAPPED]], %{{.*}}, %[[STRAIGHT]]
// CHECK:         vector.transfer_write %[[JOINED]]
// CHECK-NOT:     chain.contract
func.func @complex_lanes_along_b(%x: memref<?x64xcomplex<f32>>, %w: memref<4x1x16x16xcomplex<f32>>, %y: memref<?x64xcomplex<f32>>) {
  chain.contract ins(%x, %w : memref<?x64xcomplex<f32>>, memref<4x1x16x16xcomplex<f32>>) outs(%y : memref<?x64xcomplex<f32>>)
      pattern(4, 16, 16, 1) order "abc" packing(<kind = panel_b, lanes = 8, panel = 2>) block_rows(2) {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

// x's columns are (c, 5, 3), the blocks (3, 5): the loops run as x lies.
// CHECK-LABEL: func @complex_digits_of_x_are_strides(
// CHECK-DAG:     memref.expand_shape %{{.*}} into memref<?x4x5x3x2xf32>
// CHECK:         scf.for %[[FIVE:.*]] = %c0 to %c5
// CHECK:           scf.for %[[THREE:.*]] = %c0 to %c3
// CHECK:             vector.transfer_read %{{.*}}[%{{.*}}, %{{.*}}, %[[FIVE]], %[[THREE]], %c0], {{.*}} vector<2x2x2xf32>
func.func @complex_digits_of_x_are_strides(%x: memref<?x60xcomplex<f32>>, %w: memref<1x4x8xcomplex<f32>>, %y: memref<?x120xcomplex<f32>>) {
  chain.contract ins(%x, %w : memref<?x60xcomplex<f32>>, memref<1x4x8xcomplex<f32>>) outs(%y : memref<?x120xcomplex<f32>>)
      pattern(15, 8, 4, 1) order "bc" packing(<kind = panel_b, lanes = 8>) block_rows(2)
      attributes {x_digits = #chain.digits<sizes = [4, 5, 3], order = [2, 1, 0]>} {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

// CHECK-LABEL: func @complex_lanes_along_d(
// CHECK:         -> (vector<2x2x2x16xf32>)
// CHECK:           vector.transfer_read {{.*}} vector<2x2x16xf32>
// CHECK:           vector.transfer_read {{.*}} vector<2x2x2x16xf32>
// CHECK:           vector.contract
func.func @complex_lanes_along_d(%x: memref<?x64xcomplex<f32>>, %w: memref<2x2x4x2x2x8xcomplex<f32>>, %y: memref<?x48xcomplex<f32>>) {
  chain.contract ins(%x, %w : memref<?x64xcomplex<f32>>, memref<2x2x4x2x2x8xcomplex<f32>>) outs(%y : memref<?x48xcomplex<f32>>)
      pattern(1, 3, 4, 16) order "dbc" packing(<kind = complex_d, lanes = 8, panel = 2>) block_rows(2) {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

// All d share w, whose parts are numbers.
// CHECK-LABEL: func @complex_lanes_along_d_of_a_shared_weight(
// CHECK:         vector.transfer_read {{.*}} vector<2x2x16xf32>
// CHECK:         vector.transfer_read {{.*}} vector<2x2x2xf32>
func.func @complex_lanes_along_d_of_a_shared_weight(%x: memref<?x64xcomplex<f32>>, %w: memref<2x4x2xcomplex<f32>>, %y: memref<?x48xcomplex<f32>>) {
  chain.contract ins(%x, %w : memref<?x64xcomplex<f32>>, memref<2x4x2xcomplex<f32>>) outs(%y : memref<?x48xcomplex<f32>>)
      pattern(1, 3, 4, 16) order "bc" packing(<kind = complex_d, lanes = 8, panel = 2>) block_rows(2) {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

// Every op that a body may have: a real number is in both lanes.
// CHECK-LABEL: func @complex_body(
// CHECK:         arith.negf
// CHECK:         vector.shuffle {{.*}} [0, 0, 2, 2
// CHECK:         vector.shuffle {{.*}} [1, 1, 3, 3
// CHECK:         arith.maximumf
// CHECK:         vector.shuffle {{.*}} [0, 17, 2, 19
// CHECK-NOT:     complex.
func.func @complex_body(%x: memref<?x8xcomplex<f32>>, %w: memref<1x8x8xcomplex<f32>>, %gate: memref<?x8xcomplex<f32>>, %y: memref<?x8xcomplex<f32>>) {
  chain.contract ins(%x, %w, %gate : memref<?x8xcomplex<f32>>, memref<1x8x8xcomplex<f32>>, memref<?x8xcomplex<f32>>) outs(%y : memref<?x8xcomplex<f32>>)
      pattern(1, 8, 8, 1) order "bc" packing(<kind = panel_b, lanes = 8>) block_rows(1) {
  ^bb0(%sum: complex<f32>, %g: complex<f32>):
    %bias = complex.constant [1.0 : f32, -2.0 : f32] : complex<f32>
    %zero = arith.constant 0.0 : f32
    %0 = complex.add %sum, %bias : complex<f32>
    %1 = complex.mul %0, %g : complex<f32>
    %2 = complex.sub %1, %sum : complex<f32>
    %3 = complex.neg %2 : complex<f32>
    %4 = complex.conj %3 : complex<f32>
    %re = complex.re %4 : complex<f32>
    %im = complex.im %4 : complex<f32>
    %relu = arith.maximumf %re, %zero : f32
    %5 = complex.create %relu, %im : complex<f32>
    chain.yield %5 : complex<f32>
  }
  return
}

// -----

func.func @a_body_that_vectors_cannot_do(%x: memref<?x8xcomplex<f32>>, %w: memref<1x8x8xcomplex<f32>>, %y: memref<?x8xcomplex<f32>>) {
  chain.contract ins(%x, %w : memref<?x8xcomplex<f32>>, memref<1x8x8xcomplex<f32>>) outs(%y : memref<?x8xcomplex<f32>>)
      pattern(1, 8, 8, 1) order "bc" packing(<kind = panel_b, lanes = 8>) block_rows(1) {
  ^bb0(%sum: complex<f32>):
    // expected-error @below {{'complex.exp' op is not element-wise: it cannot run on vectors}}
    %0 = complex.exp %sum : complex<f32>
    chain.yield %0 : complex<f32>
  }
  return
}

// -----

func.func @a_packing_of_complex_numbers(%x: memref<?x64xf32>, %w: memref<2x2x4x2x2x8xf32>, %y: memref<?x48xf32>) {
  // expected-error @below {{'chain.contract' op packing complex_d: wanted complex numbers, found 'f32'}}
  chain.contract ins(%x, %w : memref<?x64xf32>, memref<2x2x4x2x2x8xf32>) outs(%y : memref<?x48xf32>)
      pattern(1, 3, 4, 16) order "dbc" packing(<kind = complex_d, lanes = 8, panel = 2>) block_rows(2) {
  ^bb0(%sum: f32):
    chain.yield %sum : f32
  }
  return
}

// -----

func.func @a_packing_of_real_numbers(%x: memref<?x64xcomplex<f32>>, %w: memref<2x2x4x2x8xcomplex<f32>>, %y: memref<?x48xcomplex<f32>>) {
  // expected-error @below {{'chain.contract' op wanted packing panel_b or complex_d for complex numbers, found panel_d}}
  chain.contract ins(%x, %w : memref<?x64xcomplex<f32>>, memref<2x2x4x2x8xcomplex<f32>>) outs(%y : memref<?x48xcomplex<f32>>)
      pattern(1, 3, 4, 16) order "dbc" packing(<kind = panel_d, lanes = 8, panel = 2>) block_rows(2) {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

func.func @complex_columns_of_y_in_another_order(%x: memref<?x16xcomplex<f32>>, %w: memref<1x16x16xcomplex<f32>>, %y: memref<?x16xcomplex<f32>>) {
  // expected-error @below {{'chain.contract' op wanted no y_digits and one number a lane for complex numbers}}
  chain.contract ins(%x, %w : memref<?x16xcomplex<f32>>, memref<1x16x16xcomplex<f32>>) outs(%y : memref<?x16xcomplex<f32>>) pattern(1, 16, 16, 1) order "bc"
      packing(<kind = panel_b, lanes = 8, panel = 2>) block_rows(2) attributes {y_digits = #chain.digits<sizes = [16], order = [0]>} {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

func.func @complex_rows_with_gaps(%x: memref<?x8xcomplex<f32>, strided<[16, 2]>>, %w: memref<1x8x8xcomplex<f32>>, %y: memref<?x8xcomplex<f32>>) {
  // expected-error @below {{'chain.contract' op wanted operands of 'complex<f32>' whose last dimension is contiguous, found 'memref<?x8xcomplex<f32>, strided<[16, 2]>>'}}
  chain.contract ins(%x, %w : memref<?x8xcomplex<f32>, strided<[16, 2]>>, memref<1x8x8xcomplex<f32>>) outs(%y : memref<?x8xcomplex<f32>>)
      pattern(1, 8, 8, 1) order "bc" packing(<kind = panel_b, lanes = 8>) block_rows(1) {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

func.func @complex_digits_along_d(%x: memref<?x64xcomplex<f32>>, %w: memref<2x4x2xcomplex<f32>>, %y: memref<?x48xcomplex<f32>>) {
  // expected-error @below {{'chain.contract' op x_digits: wanted packing panel_b, panel_d and vectors of d fastest, or vnni and all of c fastest, found #chain.packing<kind = complex_d, lanes = 8, panel = 2> and #chain.digits<sizes = [16, 4], order = [1, 0]>}}
  chain.contract ins(%x, %w : memref<?x64xcomplex<f32>>, memref<2x4x2xcomplex<f32>>) outs(%y : memref<?x48xcomplex<f32>>)
      pattern(1, 3, 4, 16) order "bc" packing(<kind = complex_d, lanes = 8, panel = 2>) block_rows(2)
      attributes {x_digits = #chain.digits<sizes = [16, 4], order = [1, 0]>} {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

func.func @complex_digits_across_blocks(%x: memref<?x12xcomplex<f32>>, %w: memref<1x4x8xcomplex<f32>>, %y: memref<?x24xcomplex<f32>>) {
  // expected-error @below {{'chain.contract' op x_digits: wanted a permutation of the digits of (3, 4, 1), found #chain.digits<sizes = [3, 4], order = [1, 0]>}}
  chain.contract ins(%x, %w : memref<?x12xcomplex<f32>>, memref<1x4x8xcomplex<f32>>) outs(%y : memref<?x24xcomplex<f32>>)
      pattern(3, 8, 4, 1) order "bc" packing(<kind = panel_b, lanes = 8>) block_rows(2)
      attributes {x_digits = #chain.digits<sizes = [3, 4], order = [1, 0]>} {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}

// -----

func.func @complex_sums_over_two_digits(%x: memref<?x12xcomplex<f32>>, %w: memref<1x4x8xcomplex<f32>>, %y: memref<?x24xcomplex<f32>>) {
  // expected-error @below {{'chain.contract' op x_digits: wanted c to be one digit, found #chain.digits<sizes = [2, 3, 2], order = [1, 0, 2]>}}
  chain.contract ins(%x, %w : memref<?x12xcomplex<f32>>, memref<1x4x8xcomplex<f32>>) outs(%y : memref<?x24xcomplex<f32>>)
      pattern(3, 8, 4, 1) order "bc" packing(<kind = panel_b, lanes = 8>) block_rows(2)
      attributes {x_digits = #chain.digits<sizes = [2, 3, 2], order = [1, 0, 2]>} {
  ^bb0(%sum: complex<f32>):
    chain.yield %sum : complex<f32>
  }
  return
}
