// RUN: danaus-opt %s --danaus-list-schedules="rows=1" -o %t.mlir | FileCheck %s
// RUN: danaus-opt %s -o - | diff %t.mlir -
// RUN: danaus-opt %s --danaus-list-schedules="rows=1" -o /dev/null > %t.once
// RUN: danaus-opt %s --danaus-list-schedules="rows=1" -o /dev/null | diff %t.once -
// RUN: danaus-opt %s --danaus-list-schedules -o /dev/null | FileCheck %s --check-prefix=MORE
// RUN: sed s/x86-avx512/sm_90a/ %s | not danaus-opt - --danaus-list-schedules 2>&1 | FileCheck %s --check-prefix=GPU
// RUN: sed s/x86-avx512/z80/ %s | not danaus-opt - --danaus-list-schedules 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// GPU: error: schedules are enumerated for CPUs, found the target 'sm_90a'
// UNKNOWN: error: danaus.target: wanted one of {{.*}}x86-avx512{{.*}}, found "z80"

// Fused and cut, both with lanes along b or d in the second stage.
// CHECK:      @two_stages kernel 0: 2 stages, 1 rows, x86-avx512: 16 legal schedules
// CHECK-NEXT: #chain.schedule<rows = 4, axes = [b, b], block_rows = 1, panel = 1>
// CHECK:      #chain.schedule<rows = 4, axes = [b, d], block_rows = 1, panel = 1>
// CHECK:      #chain.schedule<rows = 4, cuts = [1], axes = [b, b], block_rows = 1, panel = 1>

// A schedule that is there changes nothing, and static rows are the kernel's own.
// CHECK:      @static_rows kernel 0: 1 stages, 3 rows, x86-avx512: [[N:[0-9]+]] legal schedules
// CHECK-NEXT: #chain.schedule<rows = 4, axes = [b], block_rows = 1, panel = 1>

// MORE:      @two_stages kernel 0: 2 stages, 256 rows, x86-avx512:
// MORE:      rows = 256
// MORE:      @static_rows kernel 0: 1 stages, 3 rows

module attributes {danaus.target = "x86-avx512"} {
  func.func @two_stages(%w1: tensor<16x8x4xf32>, %w2: tensor<8x4x16xf32>, %x: tensor<?x64xf32>,
                        %init: tensor<?x32xf32>) -> tensor<?x32xf32> {
    %y = chain.kernel ins(%x, %w1, %w2 : tensor<?x64xf32>, tensor<16x8x4xf32>, tensor<8x4x16xf32>)
        outs(%init : tensor<?x32xf32>) {
    ^bb0(%xi: tensor<?x64xf32>, %a: tensor<16x8x4xf32>, %b: tensor<8x4x16xf32>):
      %0 = chain.stage %xi, %a pattern(16, 8, 4, 1) order "abc"
          : tensor<?x64xf32>, tensor<16x8x4xf32> -> tensor<?x128xf32>
      %1 = chain.stage %0, %b pattern(1, 4, 16, 8) order "dbc"
          : tensor<?x128xf32>, tensor<8x4x16xf32> -> tensor<?x32xf32>
      chain.yield %1 : tensor<?x32xf32>
    } -> tensor<?x32xf32>
    return %y : tensor<?x32xf32>
  }

  func.func @static_rows(%w: tensor<4x3x2xf32>, %x: tensor<3x8xf32>,
                         %init: tensor<3x12xf32>) -> tensor<3x12xf32> {
    %y = chain.kernel ins(%x, %w : tensor<3x8xf32>, tensor<4x3x2xf32>)
        outs(%init : tensor<3x12xf32>) schedule(<rows = 3, axes = [b]>) {
    ^bb0(%xi: tensor<3x8xf32>, %a: tensor<4x3x2xf32>):
      %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
          : tensor<3x8xf32>, tensor<4x3x2xf32> -> tensor<3x12xf32>
      chain.yield %0 : tensor<3x12xf32>
    } -> tensor<3x12xf32>
    return %y : tensor<3x12xf32>
  }
}
