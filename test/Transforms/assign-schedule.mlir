// RUN: danaus-opt %s --danaus-assign-schedule | FileCheck %s --check-prefixes=CHECK,DEFAULT
// RUN: danaus-opt %s --danaus-assign-schedule --danaus-assign-schedule | FileCheck %s --check-prefixes=CHECK,DEFAULT
// RUN: danaus-opt %s --danaus-assign-schedule="schedule=#chain.schedule<rows=7,axes=[b,b]>" | FileCheck %s --check-prefixes=CHECK,USER
// RUN: not danaus-opt %s --danaus-assign-schedule="schedule=#chain.packing<kind=mma_k8>" 2>&1 | FileCheck %s --check-prefix=KIND

// KIND: error: option schedule: wanted a #chain.schedule attribute, found '#chain.packing<kind=mma_k8>'

module attributes {danaus.target = "x86-avx512"} {
  // Lanes run along d where d fills at least half a vector of 16.
  // CHECK-LABEL: func @a_kernel_without_a_schedule_gets_one(
  // DEFAULT:       schedule(<rows = 24, axes = [b, d], block_rows = 6, panel = 4>)
  // USER:          schedule(<rows = 7, axes = [b, b]>)
  func.func @a_kernel_without_a_schedule_gets_one(%w1: tensor<16x8x4xf32>, %w2: tensor<8x4x16xf32>,
      %x: tensor<?x64xf32>, %init: tensor<?x32xf32>) -> tensor<?x32xf32> {
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

  // CHECK-LABEL: func @a_schedule_that_is_there_stays(
  // CHECK:         schedule(<rows = 3, axes = [b]>)
  func.func @a_schedule_that_is_there_stays(%w: tensor<4x3x2xf32>, %x: tensor<?x8xf32>,
                                            %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
    %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
        outs(%init : tensor<?x12xf32>) schedule(<rows = 3, axes = [b]>) {
    ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
      %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
          : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
      chain.yield %0 : tensor<?x12xf32>
    } -> tensor<?x12xf32>
    return %y : tensor<?x12xf32>
  }
}
