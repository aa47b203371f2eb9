// RUN: danaus-opt %s --danaus-assign-schedule="rows=8192" | FileCheck %s --check-prefixes=CHECK,MANY
// RUN: danaus-opt %s --danaus-assign-schedule="rows=256" | FileCheck %s --check-prefixes=CHECK,SOME
// RUN: danaus-opt %s --danaus-assign-schedule="rows=64" | FileCheck %s --check-prefixes=CHECK,FEW
// RUN: danaus-opt %s --danaus-assign-schedule="rows=8192" --danaus-assign-schedule="rows=64" | FileCheck %s --check-prefixes=CHECK,MANY

// Weights that no multiprocessor can keep: products of warpgroups from 65 rows on, where all that is between the two
// stages has one value a column.
module attributes {danaus.target = "sm_90a"} {
  // CHECK-LABEL: func @large_blocks(
  // MANY:          schedule(<unit = wgmma, rows = 128, panel = 256, depth = 5, cluster = 2>)
  // FEW:           schedule(<unit = mma_sync, rows = 16, cuts = [1], depth = 1, placement = registers, steps = 16>)
  func.func @large_blocks(%w0: tensor<16x1024x256xbf16>, %w1: tensor<16x256x1024xbf16>, %bias: tensor<16384xbf16>,
      %x: tensor<?x4096xbf16>, %init: tensor<?x4096xbf16>) -> tensor<?x4096xbf16> {
    %y = chain.kernel ins(%x, %w0, %w1, %bias : tensor<?x4096xbf16>, tensor<16x1024x256xbf16>, tensor<16x256x1024xbf16>,
        tensor<16384xbf16>) outs(%init : tensor<?x4096xbf16>) {
    ^bb0(%xi: tensor<?x4096xbf16>, %a: tensor<16x1024x256xbf16>, %b: tensor<16x256x1024xbf16>, %c: tensor<16384xbf16>):
      %0 = chain.stage %xi, %a pattern(16, 1024, 256, 1) order "abc"
          : tensor<?x4096xbf16>, tensor<16x1024x256xbf16> -> tensor<?x16384xbf16>
      %1 = chain.map %0, %c : tensor<?x16384xbf16>, tensor<16384xbf16> -> tensor<?x16384xbf16> {
      ^bb0(%v: bf16, %e: bf16):
        %s = arith.addf %v, %e : bf16
        chain.yield %s : bf16
      }
      %2 = chain.stage %1, %b pattern(1, 256, 1024, 16) order "dbc"
          : tensor<?x16384xbf16>, tensor<16x256x1024xbf16> -> tensor<?x4096xbf16>
      chain.yield %2 : tensor<?x4096xbf16>
    } -> tensor<?x4096xbf16>
    return %y : tensor<?x4096xbf16>
  }

  // CHECK-LABEL: func @a_residual_between_stages(
  // CHECK:         schedule(<unit = mma_sync,
  func.func @a_residual_between_stages(%w0: tensor<16x1024x256xbf16>, %w1: tensor<16x256x1024xbf16>,
      %residual: tensor<?x16384xbf16>, %x: tensor<?x4096xbf16>, %init: tensor<?x4096xbf16>) -> tensor<?x4096xbf16> {
    %y = chain.kernel ins(%x, %w0, %w1, %residual : tensor<?x4096xbf16>, tensor<16x1024x256xbf16>,
        tensor<16x256x1024xbf16>, tensor<?x16384xbf16>) outs(%init : tensor<?x4096xbf16>) {
    ^bb0(%xi: tensor<?x4096xbf16>, %a: tensor<16x1024x256xbf16>, %b: tensor<16x256x1024xbf16>, %c: tensor<?x16384xbf16>):
      %0 = chain.stage %xi, %a pattern(16, 1024, 256, 1) order "abc"
          : tensor<?x4096xbf16>, tensor<16x1024x256xbf16> -> tensor<?x16384xbf16>
      %1 = chain.map %0, %c : tensor<?x16384xbf16>, tensor<?x16384xbf16> -> tensor<?x16384xbf16> {
      ^bb0(%v: bf16, %e: bf16):
        %s = arith.addf %v, %e : bf16
        chain.yield %s : bf16
      }
      %2 = chain.stage %1, %b pattern(1, 256, 1024, 16) order "dbc"
          : tensor<?x16384xbf16>, tensor<16x256x1024xbf16> -> tensor<?x4096xbf16>
      chain.yield %2 : tensor<?x4096xbf16>
    } -> tensor<?x4096xbf16>
    return %y : tensor<?x4096xbf16>
  }

  // In f32 a tile of rows has 256 KB, which fits nowhere: plain loops.
  // CHECK-LABEL: func @exact_numbers(
  // CHECK:         schedule(<axes = [b]>)
  func.func @exact_numbers(%w: tensor<4096x4096xf32>, %x: tensor<?x4096xf32>, %init: tensor<?x4096xf32>) -> tensor<?x4096xf32> {
    %y = chain.kernel ins(%x, %w : tensor<?x4096xf32>, tensor<4096x4096xf32>) outs(%init : tensor<?x4096xf32>) {
    ^bb0(%xi: tensor<?x4096xf32>, %a: tensor<4096x4096xf32>):
      %0 = chain.stage %xi, %a pattern(1, 4096, 4096, 1) order "bc" : tensor<?x4096xf32>, tensor<4096x4096xf32> -> tensor<?x4096xf32>
      chain.yield %0 : tensor<?x4096xf32>
    } -> tensor<?x4096xf32>
    return %y : tensor<?x4096xf32>
  }

  // Blocks of 64 whose weights stay on the multiprocessors, tiles going through a ring.
  // CHECK-LABEL: func @a_ring_is_kept(
  // CHECK:         schedule(<unit = mma_sync, {{.*}}placement = registers
  func.func @a_ring_is_kept(%w0: tensor<64x64x64xbf16>, %w1: tensor<64x64x64xbf16>, %x: tensor<?x4096xbf16>,
      %init: tensor<?x4096xbf16>) -> tensor<?x4096xbf16> {
    %y = chain.kernel ins(%x, %w0, %w1 : tensor<?x4096xbf16>, tensor<64x64x64xbf16>, tensor<64x64x64xbf16>)
        outs(%init : tensor<?x4096xbf16>) {
    ^bb0(%xi: tensor<?x4096xbf16>, %a: tensor<64x64x64xbf16>, %b: tensor<64x64x64xbf16>):
      %0 = chain.stage %xi, %a pattern(64, 64, 64, 1) order "abc" : tensor<?x4096xbf16>, tensor<64x64x64xbf16> -> tensor<?x4096xbf16>
      %1 = chain.stage %0, %b pattern(1, 64, 64, 64) order "dbc" : tensor<?x4096xbf16>, tensor<64x64x64xbf16> -> tensor<?x4096xbf16>
      chain.yield %1 : tensor<?x4096xbf16>
    } -> tensor<?x4096xbf16>
    return %y : tensor<?x4096xbf16>
  }

  // One weight for all blocks, and rows that fit: in one buffer.
  // CHECK-LABEL: func @factors_of_kronecker(
  // MANY:          schedule(<unit = mma_sync, rows = 8, warps = 4, placement = registers, in_place = true>)
  // FEW:           schedule(<unit = mma_sync, rows = 2, warps = 4, depth = 1, placement = registers, in_place = true>)
  func.func @factors_of_kronecker(%w0: tensor<32x32xbf16>, %w1: tensor<32x32xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
    %y = chain.kernel ins(%x, %w0, %w1 : tensor<?x1024xbf16>, tensor<32x32xbf16>, tensor<32x32xbf16>)
        outs(%init : tensor<?x1024xbf16>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<32x32xbf16>, %b: tensor<32x32xbf16>):
      %0 = chain.stage %xi, %a pattern(32, 32, 32, 1) order "bc" : tensor<?x1024xbf16>, tensor<32x32xbf16> -> tensor<?x1024xbf16>
      %1 = chain.stage %0, %b pattern(1, 32, 32, 32) order "bc" : tensor<?x1024xbf16>, tensor<32x32xbf16> -> tensor<?x1024xbf16>
      chain.yield %1 : tensor<?x1024xbf16>
    } -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }

  // So with f64, whose other kernels go through loops.
  // CHECK-LABEL: func @factors_in_f64(
  // MANY:          schedule(<unit = mma_sync, rows = {{[0-9]+}}, warps = 4{{.*}}, in_place = true>)
  // FEW:           schedule(<unit = mma_sync, rows = {{[0-9]+}}, warps = 4, depth = 1{{.*}}, in_place = true>)
  func.func @factors_in_f64(%a: tensor<32x32xf64>, %x: tensor<?x1024xf64>, %init: tensor<?x1024xf64>) -> tensor<?x1024xf64> {
    %y = chain.kernel ins(%x, %a : tensor<?x1024xf64>, tensor<32x32xf64>) outs(%init : tensor<?x1024xf64>) {
    ^bb0(%xi: tensor<?x1024xf64>, %w: tensor<32x32xf64>):
      %0 = chain.stage %xi, %w pattern(32, 32, 32, 1) order "bc" : tensor<?x1024xf64>, tensor<32x32xf64> -> tensor<?x1024xf64>
      %1 = chain.stage %0, %w pattern(1, 32, 32, 32) order "bc" : tensor<?x1024xf64>, tensor<32x32xf64> -> tensor<?x1024xf64>
      chain.yield %1 : tensor<?x1024xf64>
    } -> tensor<?x1024xf64>
    return %y : tensor<?x1024xf64>
  }

  // The same with rows of 1 MB: in two groups, on pieces of rows, at once where rows are many.
  // CHECK-LABEL: func @factors_of_long_rows(
  // MANY:          schedule(<unit = mma_sync, rows = 1, cuts = [3], panel = 16, warps = 4, depth = 1, placement = registers, ring = 12, in_place = true>)
  // FEW:           schedule(<unit = mma_sync, rows = 1, cuts = [3], panel = 16, placement = registers, in_place = true>)
  func.func @factors_of_long_rows(%w: tensor<8x8xf32>, %x: tensor<?x262144xf32>,
      %init: tensor<?x262144xf32>) -> tensor<?x262144xf32> {
    %y = chain.kernel ins(%x, %w : tensor<?x262144xf32>, tensor<8x8xf32>)
        outs(%init : tensor<?x262144xf32>) {
    ^bb0(%xi: tensor<?x262144xf32>, %a: tensor<8x8xf32>):
      %0 = chain.stage %xi, %a pattern(32768, 8, 8, 1) order "bc" : tensor<?x262144xf32>, tensor<8x8xf32> -> tensor<?x262144xf32>
      %1 = chain.stage %0, %a pattern(4096, 8, 8, 8) order "bc" : tensor<?x262144xf32>, tensor<8x8xf32> -> tensor<?x262144xf32>
      %2 = chain.stage %1, %a pattern(512, 8, 8, 64) order "bc" : tensor<?x262144xf32>, tensor<8x8xf32> -> tensor<?x262144xf32>
      %3 = chain.stage %2, %a pattern(64, 8, 8, 512) order "bc" : tensor<?x262144xf32>, tensor<8x8xf32> -> tensor<?x262144xf32>
      %4 = chain.stage %3, %a pattern(8, 8, 8, 4096) order "bc" : tensor<?x262144xf32>, tensor<8x8xf32> -> tensor<?x262144xf32>
      %5 = chain.stage %4, %a pattern(1, 8, 8, 32768) order "bc" : tensor<?x262144xf32>, tensor<8x8xf32> -> tensor<?x262144xf32>
      chain.yield %5 : tensor<?x262144xf32>
    } -> tensor<?x262144xf32>
    return %y : tensor<?x262144xf32>
  }

  // The result is of another type than what the buffer holds.
  // CHECK-LABEL: func @wider_result(
  // CHECK-NOT:     in_place
  // CHECK:         return
  func.func @wider_result(%w0: tensor<32x32xbf16>, %w1: tensor<32x32xbf16>, %x: tensor<?x1024xbf16>,
      %init: tensor<?x1024xf32>) -> tensor<?x1024xf32> {
    %y = chain.kernel ins(%x, %w0, %w1 : tensor<?x1024xbf16>, tensor<32x32xbf16>, tensor<32x32xbf16>)
        outs(%init : tensor<?x1024xf32>) {
    ^bb0(%xi: tensor<?x1024xbf16>, %a: tensor<32x32xbf16>, %b: tensor<32x32xbf16>):
      %0 = chain.stage %xi, %a pattern(32, 32, 32, 1) order "bc" : tensor<?x1024xbf16>, tensor<32x32xbf16> -> tensor<?x1024xbf16>
      %1 = chain.stage %0, %b pattern(1, 32, 32, 32) order "bc" : tensor<?x1024xbf16>, tensor<32x32xbf16> -> tensor<?x1024xf32>
      chain.yield %1 : tensor<?x1024xf32>
    } -> tensor<?x1024xf32>
    return %y : tensor<?x1024xf32>
  }

  // One dense product, as the vendor's library has them; not with what it does not have, nor a small one.
  // CHECK-LABEL: func @dense(
  // MANY:          schedule(<unit = wgmma, {{.*}}library = true>)
  // FEW:           schedule(<unit = mma_sync
  // FEW-NOT:       library
  // CHECK:         return
  func.func @dense(%w: tensor<4096x4096xf16>, %x: tensor<?x4096xf16>, %init: tensor<?x4096xf16>) -> tensor<?x4096xf16> {
    %y = chain.kernel ins(%x, %w : tensor<?x4096xf16>, tensor<4096x4096xf16>) outs(%init : tensor<?x4096xf16>) {
    ^bb0(%xi: tensor<?x4096xf16>, %a: tensor<4096x4096xf16>):
      %0 = chain.stage %xi, %a pattern(1, 4096, 4096, 1) order "bc" : tensor<?x4096xf16>, tensor<4096x4096xf16> -> tensor<?x4096xf16>
      chain.yield %0 : tensor<?x4096xf16>
    } -> tensor<?x4096xf16>
    return %y : tensor<?x4096xf16>
  }

  // CHECK-LABEL: func @dense_with_a_map(
  // MANY:          schedule(<unit = wgmma
  // CHECK-NOT:     library
  // CHECK:         return
  func.func @dense_with_a_map(%w: tensor<4096x4096xbf16>, %x: tensor<?x4096xbf16>, %init: tensor<?x4096xbf16>) -> tensor<?x4096xbf16> {
    %y = chain.kernel ins(%x, %w : tensor<?x4096xbf16>, tensor<4096x4096xbf16>) outs(%init : tensor<?x4096xbf16>) {
    ^bb0(%xi: tensor<?x4096xbf16>, %a: tensor<4096x4096xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 4096, 4096, 1) order "bc" : tensor<?x4096xbf16>, tensor<4096x4096xbf16> -> tensor<?x4096xbf16>
      %1 = chain.map %0 : tensor<?x4096xbf16> -> tensor<?x4096xbf16> {
      ^bb0(%v: bf16):
        %n = arith.negf %v : bf16
        chain.yield %n : bf16
      }
      chain.yield %1 : tensor<?x4096xbf16>
    } -> tensor<?x4096xbf16>
    return %y : tensor<?x4096xbf16>
  }

  // CHECK-LABEL: func @dense_but_narrow(
  // MANY:          schedule(<unit = wgmma
  // CHECK-NOT:     library
  // CHECK:         return
  func.func @dense_but_narrow(%w: tensor<128x4096xbf16>, %x: tensor<?x4096xbf16>, %init: tensor<?x128xbf16>) -> tensor<?x128xbf16> {
    %y = chain.kernel ins(%x, %w : tensor<?x4096xbf16>, tensor<128x4096xbf16>) outs(%init : tensor<?x128xbf16>) {
    ^bb0(%xi: tensor<?x4096xbf16>, %a: tensor<128x4096xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 128, 4096, 1) order "bc" : tensor<?x4096xbf16>, tensor<128x4096xbf16> -> tensor<?x128xbf16>
      chain.yield %0 : tensor<?x128xbf16>
    } -> tensor<?x128xbf16>
    return %y : tensor<?x128xbf16>
  }

  // Two products of one block each, whose weights together no multiprocessor keeps: clusters from 65 rows on.
  // CHECK-LABEL: func @low_rank(
  // SOME:          schedule(<unit = wgmma, rows = 24, warps = 12, depth = 1, placement = shared, outputs = 2, cluster = 8>)
  // MANY:          schedule(<unit = wgmma, rows = 56, warps = 12, depth = 1, placement = shared, cluster = 8>)
  // FEW-NOT:       cluster
  // CHECK:         return
  func.func @low_rank(%v: tensor<64x4096xbf16>, %u: tensor<4096x64xbf16>, %x: tensor<?x4096xbf16>,
      %init: tensor<?x4096xbf16>) -> tensor<?x4096xbf16> {
    %y = chain.kernel ins(%x, %v, %u : tensor<?x4096xbf16>, tensor<64x4096xbf16>, tensor<4096x64xbf16>)
        outs(%init : tensor<?x4096xbf16>) {
    ^bb0(%xi: tensor<?x4096xbf16>, %a: tensor<64x4096xbf16>, %b: tensor<4096x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 4096, 1) order "bc" : tensor<?x4096xbf16>, tensor<64x4096xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 4096, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<4096x64xbf16> -> tensor<?x4096xbf16>
      chain.yield %1 : tensor<?x4096xbf16>
    } -> tensor<?x4096xbf16>
    return %y : tensor<?x4096xbf16>
  }

  // CHECK-LABEL: func @low_rank_of_small_weights(
  // CHECK-NOT:     cluster
  // CHECK:         return
  func.func @low_rank_of_small_weights(%v: tensor<16x512xbf16>, %u: tensor<512x16xbf16>, %x: tensor<?x512xbf16>,
      %init: tensor<?x512xbf16>) -> tensor<?x512xbf16> {
    %y = chain.kernel ins(%x, %v, %u : tensor<?x512xbf16>, tensor<16x512xbf16>, tensor<512x16xbf16>)
        outs(%init : tensor<?x512xbf16>) {
    ^bb0(%xi: tensor<?x512xbf16>, %a: tensor<16x512xbf16>, %b: tensor<512x16xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 16, 512, 1) order "bc" : tensor<?x512xbf16>, tensor<16x512xbf16> -> tensor<?x16xbf16>
      %1 = chain.stage %0, %b pattern(1, 512, 16, 1) order "bc" : tensor<?x16xbf16>, tensor<512x16xbf16> -> tensor<?x512xbf16>
      chain.yield %1 : tensor<?x512xbf16>
    } -> tensor<?x512xbf16>
    return %y : tensor<?x512xbf16>
  }

  // CHECK-LABEL: func @low_rank_of_a_wider_result(
  // CHECK-NOT:     cluster
  // CHECK:         return
  func.func @low_rank_of_a_wider_result(%v: tensor<64x4096xbf16>, %u: tensor<4096x64xbf16>, %x: tensor<?x4096xbf16>,
      %init: tensor<?x4096xf32>) -> tensor<?x4096xf32> {
    %y = chain.kernel ins(%x, %v, %u : tensor<?x4096xbf16>, tensor<64x4096xbf16>, tensor<4096x64xbf16>)
        outs(%init : tensor<?x4096xf32>) {
    ^bb0(%xi: tensor<?x4096xbf16>, %a: tensor<64x4096xbf16>, %b: tensor<4096x64xbf16>):
      %0 = chain.stage %xi, %a pattern(1, 64, 4096, 1) order "bc" : tensor<?x4096xbf16>, tensor<64x4096xbf16> -> tensor<?x64xbf16>
      %1 = chain.stage %0, %b pattern(1, 4096, 64, 1) order "bc" : tensor<?x64xbf16>, tensor<4096x64xbf16> -> tensor<?x4096xf32>
      chain.yield %1 : tensor<?x4096xf32>
    } -> tensor<?x4096xf32>
    return %y : tensor<?x4096xf32>
  }

  // Complex transforms run in place, a row for each thread block where rows are few.
  // CHECK-LABEL: func @transforms(
  // MANY:          schedule(<rows = 8, warps = 1, depth = 1, in_place = true>)
  // FEW:           schedule(<rows = 1, warps = 1, depth = 1, in_place = true>)
  func.func @transforms(%v: tensor<16x16xcomplex<f32>>, %w: tensor<4x4x16xcomplex<f32>>, %x: tensor<?x64xcomplex<f32>>, %init: tensor<?x64xcomplex<f32>>) -> tensor<?x64xcomplex<f32>> {
    %y = chain.kernel ins(%x, %v, %w : tensor<?x64xcomplex<f32>>, tensor<16x16xcomplex<f32>>, tensor<4x4x16xcomplex<f32>>) outs(%init : tensor<?x64xcomplex<f32>>) {
    ^bb0(%xi: tensor<?x64xcomplex<f32>>, %a: tensor<16x16xcomplex<f32>>, %b: tensor<4x4x16xcomplex<f32>>):
      %0 = chain.stage %xi, %a pattern(4, 16, 16, 1) order "bc" x_digits(<sizes = [16, 4], order = [1, 0]>) transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<16x16xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
      %1 = chain.stage %0, %b pattern(1, 4, 4, 16) order "bcd" transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<4x4x16xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
      chain.yield %1 : tensor<?x64xcomplex<f32>>
    } -> tensor<?x64xcomplex<f32>>
    return %y : tensor<?x64xcomplex<f32>>
  }

  // One more stage that is no transform, and plain loops run all of it.
  // CHECK-LABEL: func @not_only_transforms(
  // CHECK:         schedule(<axes = [b, b]>)
  func.func @not_only_transforms(%v: tensor<16x16xcomplex<f32>>, %w: tensor<4x4x16xcomplex<f32>>, %x: tensor<?x64xcomplex<f32>>, %init: tensor<?x64xcomplex<f32>>) -> tensor<?x64xcomplex<f32>> {
    %y = chain.kernel ins(%x, %v, %w : tensor<?x64xcomplex<f32>>, tensor<16x16xcomplex<f32>>, tensor<4x4x16xcomplex<f32>>) outs(%init : tensor<?x64xcomplex<f32>>) {
    ^bb0(%xi: tensor<?x64xcomplex<f32>>, %a: tensor<16x16xcomplex<f32>>, %b: tensor<4x4x16xcomplex<f32>>):
      %0 = chain.stage %xi, %a pattern(4, 16, 16, 1) order "bc" transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<16x16xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
      %1 = chain.stage %0, %b pattern(1, 4, 4, 16) order "bcd" : tensor<?x64xcomplex<f32>>, tensor<4x4x16xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
      chain.yield %1 : tensor<?x64xcomplex<f32>>
    } -> tensor<?x64xcomplex<f32>>
    return %y : tensor<?x64xcomplex<f32>>
  }
}
