// RUN: danaus-opt %s --danaus-split-kernels="rows=8192" | FileCheck %s --check-prefixes=CHECK,MANY
// RUN: danaus-opt %s --danaus-split-kernels="rows=64" | FileCheck %s --check-prefixes=CHECK,FEW
// RUN: danaus-opt %s --danaus-split-kernels="rows=8192" --danaus-split-kernels="rows=8192" | FileCheck %s --check-prefixes=CHECK,MANY
// RUN: danaus-opt %s --danaus-split-kernels="rows=8192" --remarks-filter=danaus-schedule --verify-diagnostics -o /dev/null

// As in BLAST, two stages for products of warpgroups with one of blocks of 16 between. The map stays behind its stage.
module attributes {danaus.target = "sm_90a"} {
  // CHECK-LABEL: func @a_small_stage_between_large_ones(
  // CHECK-SAME:    %[[V:[^:]+]]: tensor<16x1024x256xbf16>, %[[S:[^:]+]]: tensor<16x16x1024xbf16>, %[[U:[^:]+]]: tensor<16x256x1024xbf16>, %[[BIAS:[^:]+]]: tensor<16384xbf16>, %[[X:[^:]+]]: tensor<?x4096xbf16>, %[[INIT:[^:]+]]: tensor<?x4096xbf16>)
  // MANY:          %[[EMPTY:.+]] = tensor.empty(%{{.+}}) : tensor<?x16384xbf16>
  // MANY:          %[[Z:.+]] = chain.kernel ins(%[[X]], %[[V]], %[[BIAS]] : {{.+}}) outs(%[[EMPTY]] : tensor<?x16384xbf16>)
  // MANY:            chain.stage {{.+}} pattern(16, 1024, 256, 1)
  // MANY-NEXT:       chain.map
  // MANY:          %[[MIXED:.+]] = chain.kernel ins(%[[Z]], %[[S]] :
  // MANY:            chain.stage {{.+}} pattern(1, 16, 16, 1024)
  // MANY:          %[[Y:.+]] = chain.kernel ins(%[[MIXED]], %[[U]] : {{.+}}) outs(%[[INIT]] :
  // MANY:            chain.stage {{.+}} pattern(16, 256, 1024, 1)
  // MANY:          return %[[Y]]
  // FEW-COUNT-1:   chain.kernel
  // FEW-NOT:       chain.kernel
  // FEW:           return
  func.func @a_small_stage_between_large_ones(%v: tensor<16x1024x256xbf16>, %s: tensor<16x16x1024xbf16>, %u: tensor<16x256x1024xbf16>,
      %bias: tensor<16384xbf16>, %x: tensor<?x4096xbf16>, %init: tensor<?x4096xbf16>) -> tensor<?x4096xbf16> {
    // expected-remark @below {{[Passed] SplitKernels | Category:danaus-schedule | Reason="kernels of their own for 3 parts"}}
    %y = chain.kernel ins(%x, %v, %s, %u, %bias : tensor<?x4096xbf16>, tensor<16x1024x256xbf16>, tensor<16x16x1024xbf16>,
        tensor<16x256x1024xbf16>, tensor<16384xbf16>) outs(%init : tensor<?x4096xbf16>) {
    ^bb0(%xi: tensor<?x4096xbf16>, %a: tensor<16x1024x256xbf16>, %b: tensor<16x16x1024xbf16>, %c: tensor<16x256x1024xbf16>, %d: tensor<16384xbf16>):
      %0 = chain.stage %xi, %a pattern(16, 1024, 256, 1) order "abc" : tensor<?x4096xbf16>, tensor<16x1024x256xbf16> -> tensor<?x16384xbf16>
      %1 = chain.map %0, %d : tensor<?x16384xbf16>, tensor<16384xbf16> -> tensor<?x16384xbf16> {
      ^bb0(%p: bf16, %q: bf16):
        %r = arith.addf %p, %q : bf16
        chain.yield %r : bf16
      }
      %2 = chain.stage %1, %b pattern(1, 16, 16, 1024) order "bcd" : tensor<?x16384xbf16>, tensor<16x16x1024xbf16> -> tensor<?x16384xbf16>
      %3 = chain.stage %2, %c pattern(16, 256, 1024, 1) order "abc" : tensor<?x16384xbf16>, tensor<16x256x1024xbf16> -> tensor<?x4096xbf16>
      chain.yield %3 : tensor<?x4096xbf16>
    } -> tensor<?x4096xbf16>
    return %y : tensor<?x4096xbf16>
  }

  // CHECK-LABEL: func @all_stages_are_large(
  // CHECK-COUNT-1: chain.kernel
  // CHECK-NOT:     chain.kernel
  // CHECK:         return
  func.func @all_stages_are_large(%v: tensor<16x1024x256xbf16>, %u: tensor<16x256x1024xbf16>, %x: tensor<?x4096xbf16>,
      %init: tensor<?x4096xbf16>) -> tensor<?x4096xbf16> {
    %y = chain.kernel ins(%x, %v, %u : tensor<?x4096xbf16>, tensor<16x1024x256xbf16>, tensor<16x256x1024xbf16>)
        outs(%init : tensor<?x4096xbf16>) {
    ^bb0(%xi: tensor<?x4096xbf16>, %a: tensor<16x1024x256xbf16>, %c: tensor<16x256x1024xbf16>):
      %0 = chain.stage %xi, %a pattern(16, 1024, 256, 1) order "abc" : tensor<?x4096xbf16>, tensor<16x1024x256xbf16> -> tensor<?x16384xbf16>
      %1 = chain.stage %0, %c pattern(16, 256, 1024, 1) order "abc" : tensor<?x16384xbf16>, tensor<16x256x1024xbf16> -> tensor<?x4096xbf16>
      chain.yield %1 : tensor<?x4096xbf16>
    } -> tensor<?x4096xbf16>
    return %y : tensor<?x4096xbf16>
  }

  // CHECK-LABEL: func @no_stage_is_large(
  // CHECK-COUNT-1: chain.kernel
  // CHECK-NOT:     chain.kernel
  // CHECK:         return
  func.func @no_stage_is_large(%w0: tensor<64x64x64xbf16>, %w1: tensor<64x64x64xbf16>, %x: tensor<?x4096xbf16>,
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

  // A schedule, or numbers that warpgroups do not multiply: as it is.
  // CHECK-LABEL: func @somebody_chose_for_the_whole(
  // CHECK-COUNT-1: chain.kernel
  // CHECK-NOT:     chain.kernel
  // CHECK:         return
  func.func @somebody_chose_for_the_whole(%v: tensor<16x1024x256xbf16>, %s: tensor<16x16x1024xbf16>, %x: tensor<?x4096xbf16>,
      %init: tensor<?x16384xbf16>) -> tensor<?x16384xbf16> {
    %y = chain.kernel ins(%x, %v, %s : tensor<?x4096xbf16>, tensor<16x1024x256xbf16>, tensor<16x16x1024xbf16>)
        outs(%init : tensor<?x16384xbf16>) schedule(<unit = mma_sync, rows = 16, cuts = [1]>) {
    ^bb0(%xi: tensor<?x4096xbf16>, %a: tensor<16x1024x256xbf16>, %b: tensor<16x16x1024xbf16>):
      %0 = chain.stage %xi, %a pattern(16, 1024, 256, 1) order "abc" : tensor<?x4096xbf16>, tensor<16x1024x256xbf16> -> tensor<?x16384xbf16>
      %1 = chain.stage %0, %b pattern(1, 16, 16, 1024) order "bcd" : tensor<?x16384xbf16>, tensor<16x16x1024xbf16> -> tensor<?x16384xbf16>
      chain.yield %1 : tensor<?x16384xbf16>
    } -> tensor<?x16384xbf16>
    return %y : tensor<?x16384xbf16>
  }

  // CHECK-LABEL: func @in_f32(
  // CHECK-COUNT-1: chain.kernel
  // CHECK-NOT:     chain.kernel
  // CHECK:         return
  func.func @in_f32(%v: tensor<16x1024x256xf32>, %s: tensor<16x16x1024xf32>, %x: tensor<?x4096xf32>,
      %init: tensor<?x16384xf32>) -> tensor<?x16384xf32> {
    %y = chain.kernel ins(%x, %v, %s : tensor<?x4096xf32>, tensor<16x1024x256xf32>, tensor<16x16x1024xf32>)
        outs(%init : tensor<?x16384xf32>) {
    ^bb0(%xi: tensor<?x4096xf32>, %a: tensor<16x1024x256xf32>, %b: tensor<16x16x1024xf32>):
      %0 = chain.stage %xi, %a pattern(16, 1024, 256, 1) order "abc" : tensor<?x4096xf32>, tensor<16x1024x256xf32> -> tensor<?x16384xf32>
      %1 = chain.stage %0, %b pattern(1, 16, 16, 1024) order "bcd" : tensor<?x16384xf32>, tensor<16x16x1024xf32> -> tensor<?x16384xf32>
      chain.yield %1 : tensor<?x16384xf32>
    } -> tensor<?x16384xf32>
    return %y : tensor<?x16384xf32>
  }

  // Complex transforms have kernels of their own; one that reads its columns in another order begins another.
  // CHECK-LABEL: func @between_transforms(
  // CHECK-SAME:    %[[V:[^:]+]]: tensor<8x8xcomplex<f32>>, %[[D:[^:]+]]: tensor<64xcomplex<f32>>, %[[X:[^:]+]]: tensor<?x64xcomplex<f32>>, %[[INIT:[^:]+]]: tensor<?x64xcomplex<f32>>)
  // CHECK:         %[[A:.+]] = chain.kernel ins(%[[X]], %[[V]] :
  // CHECK-COUNT-2:   transform(<dft>)
  // CHECK:         %[[B:.+]] = chain.kernel ins(%[[A]], %[[D]] :
  // CHECK:           chain.map
  // CHECK:         %[[C:.+]] = chain.kernel ins(%[[B]], %[[V]] :
  // CHECK-COUNT-1:   transform(<dft>)
  // CHECK:         %[[Y:.+]] = chain.kernel ins(%[[C]], %[[V]] : {{.+}}) outs(%[[INIT]] :
  // CHECK-COUNT-1:   transform(<dft>)
  // CHECK:         return %[[Y]]
  func.func @between_transforms(%v: tensor<8x8xcomplex<f32>>, %d: tensor<64xcomplex<f32>>, %x: tensor<?x64xcomplex<f32>>,
      %init: tensor<?x64xcomplex<f32>>) -> tensor<?x64xcomplex<f32>> {
    // expected-remark @below {{[Passed] SplitKernels | Category:danaus-schedule | Reason="kernels of their own for 4 parts"}}
    %y = chain.kernel ins(%x, %v, %d : tensor<?x64xcomplex<f32>>, tensor<8x8xcomplex<f32>>, tensor<64xcomplex<f32>>)
        outs(%init : tensor<?x64xcomplex<f32>>) {
    ^bb0(%xi: tensor<?x64xcomplex<f32>>, %a: tensor<8x8xcomplex<f32>>, %s: tensor<64xcomplex<f32>>):
      %0 = chain.stage %xi, %a pattern(8, 8, 8, 1) order "bc" x_digits(<sizes = [8, 8], order = [1, 0]>) transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<8x8xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
      %1 = chain.stage %0, %a pattern(1, 8, 8, 8) order "bc" transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<8x8xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
      %2 = chain.map %1, %s : tensor<?x64xcomplex<f32>>, tensor<64xcomplex<f32>> -> tensor<?x64xcomplex<f32>> {
      ^bb0(%p: complex<f32>, %q: complex<f32>):
        %r = complex.mul %p, %q : complex<f32>
        chain.yield %r : complex<f32>
      }
      %3 = chain.stage %2, %a pattern(1, 8, 8, 8) order "bc" transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<8x8xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
      %4 = chain.stage %3, %a pattern(8, 8, 8, 1) order "bc" x_digits(<sizes = [8, 8], order = [1, 0]>) transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<8x8xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
      chain.yield %4 : tensor<?x64xcomplex<f32>>
    } -> tensor<?x64xcomplex<f32>>
    return %y : tensor<?x64xcomplex<f32>>
  }

  // CHECK-LABEL: func @transforms_alone(
  // CHECK-COUNT-1: chain.kernel
  // CHECK-NOT:     chain.kernel
  // CHECK:         return
  func.func @transforms_alone(%v: tensor<8x8xcomplex<f32>>, %x: tensor<?x64xcomplex<f32>>, %init: tensor<?x64xcomplex<f32>>) -> tensor<?x64xcomplex<f32>> {
    %y = chain.kernel ins(%x, %v : tensor<?x64xcomplex<f32>>, tensor<8x8xcomplex<f32>>) outs(%init : tensor<?x64xcomplex<f32>>) {
    ^bb0(%xi: tensor<?x64xcomplex<f32>>, %a: tensor<8x8xcomplex<f32>>):
      %0 = chain.stage %xi, %a pattern(8, 8, 8, 1) order "bc" x_digits(<sizes = [8, 8], order = [1, 0]>) transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<8x8xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
      %1 = chain.stage %0, %a pattern(1, 8, 8, 8) order "bc" transform(<dft>) : tensor<?x64xcomplex<f32>>, tensor<8x8xcomplex<f32>> -> tensor<?x64xcomplex<f32>>
      chain.yield %1 : tensor<?x64xcomplex<f32>>
    } -> tensor<?x64xcomplex<f32>>
    return %y : tensor<?x64xcomplex<f32>>
  }
}
