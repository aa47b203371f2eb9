// RUN: danaus-opt %s --split-input-file --verify-diagnostics --danaus-verify-schedule

func.func @a_legal_schedule_passes(%w: tensor<4x3x2xf32>, %x: tensor<?x8xf32>,
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

// -----

func.func @a_missing_schedule(%w: tensor<4x3x2xf32>, %x: tensor<?x8xf32>,
                              %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  // expected-error @below {{'chain.kernel' op wanted a schedule, found none}}
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
      outs(%init : tensor<?x12xf32>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

func.func @too_many_registers_and_no_d(%w: tensor<4x3x2xf32>, %x: tensor<?x8xf32>,
                                       %init: tensor<?x12xf32>) -> tensor<?x12xf32> {
  // expected-error @below {{'chain.kernel' op schedule is not legal on x86-avx512: cuts: wanted ascending indices from 1 to 0, found 1; axes: stage 0: wanted d > 1 for lanes along d, found 1; block_rows 12 x panel 4: wanted at most 32 vector registers, found 53}}
  %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
      outs(%init : tensor<?x12xf32>) schedule(<cuts = [1], axes = [d], block_rows = 12, panel = 4>) {
  ^bb0(%xi: tensor<?x8xf32>, %a: tensor<4x3x2xf32>):
    %0 = chain.stage %xi, %a pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    chain.yield %0 : tensor<?x12xf32>
  } -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// -----

// expected-error @below {{danaus.target: wanted one of x86-avx512, x86-avx2, sm_80, sm_90a, found "pdp-11"}}
module attributes {danaus.target = "pdp-11"} {
}
