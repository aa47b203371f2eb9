// RUN: danaus-opt %s --danaus-assign-schedule | FileCheck %s --check-prefix=RULE
// RUN: danaus-opt %s --danaus-assign-schedule="model=%S/Inputs/narrow-panels.json" | FileCheck %s --check-prefix=MODEL
// RUN: danaus-opt %s --danaus-assign-schedule="model=%S/Inputs/narrow-panels.json" \
// RUN:   --danaus-assign-schedule | FileCheck %s --check-prefix=MODEL
// RUN: danaus-opt %s --danaus-assign-schedule="model=%S/Inputs/narrow-panels.json rows=3" | FileCheck %s --check-prefix=THREE
// RUN: danaus-opt %s --danaus-assign-schedule="model=%S/Inputs/narrow-panels.json schedule=#chain.schedule<rows=7,axes=[b]>" \
// RUN:   | FileCheck %s --check-prefix=USER

// The model of this test says that schedules with one vector a panel take
// exp(-9) of the time of others. What it says of real ones is measured.

// RUN: danaus-opt %s --danaus-assign-schedule="model=%S/Inputs/narrow-panels.json" \
// RUN:   --remarks-filter="danaus-schedule" --verify-diagnostics -o /dev/null

// The model that is committed fits the features of this build.
// RUN: danaus-opt %s --danaus-assign-schedule="model=%S/../../lib/CostModel/models/cpu-avx512.json" | FileCheck %s --check-prefix=REAL

// RUN: not danaus-opt %s --danaus-assign-schedule="model=%t.none" 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: option model: cannot read model '{{.*}}none': No such file or directory

// RUN: head -c 100 %S/Inputs/narrow-panels.json > %t.cut
// RUN: not danaus-opt %s --danaus-assign-schedule="model=%t.cut" 2>&1 | FileCheck %s --check-prefix=CUT
// CUT: error: option model: cannot read model '{{.*}}cut': not JSON:

// RUN: sed 's/"schema": "[0-9a-f]*"/"schema": "0000000000000000"/' %S/Inputs/narrow-panels.json > %t.old
// RUN: not danaus-opt %s --danaus-assign-schedule="model=%t.old" 2>&1 | FileCheck %s --check-prefix=OLD
// OLD: error: option model: cannot read model '{{.*}}old': schema: wanted {{[0-9a-f]+}}, found 0000000000000000: train the model again for these features

// RUN: sed 's/x86-avx512/x86-avx2/' %s > %t.avx2.mlir
// RUN: not danaus-opt %t.avx2.mlir --danaus-assign-schedule="model=%S/Inputs/narrow-panels.json" 2>&1 | FileCheck %s --check-prefix=CHIP
// CHIP: error: option model: wanted a model for 'x86-avx2', found one for 'x86-avx512'

module attributes {danaus.target = "x86-avx512"} {
  // REAL-LABEL: func @a_model_changes_the_choice(
  // REAL:         schedule(<
  // RULE-LABEL: func @a_model_changes_the_choice(
  // RULE:         schedule(<rows = 24, axes = [b], block_rows = 6, panel = 4>)
  // MODEL-LABEL: func @a_model_changes_the_choice(
  // MODEL:         schedule(<{{.*}}panel = 1>)
  // THREE-LABEL: func @a_model_changes_the_choice(
  // THREE:         schedule(<rows = 4, {{.*}}panel = 1>)
  // USER-LABEL: func @a_model_changes_the_choice(
  // USER:         schedule(<rows = 7, axes = [b]>)
  func.func @a_model_changes_the_choice(%w: tensor<4x32x64xf32>, %x: tensor<?x256xf32>,
                                        %init: tensor<?x128xf32>) -> tensor<?x128xf32> {
    // expected-remark-re @below {{[Passed] AssignSchedule | Category:danaus-schedule | Reason="#chain.schedule<{{.*}}panel = 1>, by model: {{[0-9.]+}} us expected"}}
    %y = chain.kernel ins(%x, %w : tensor<?x256xf32>, tensor<4x32x64xf32>) outs(%init : tensor<?x128xf32>) {
    ^bb0(%xi: tensor<?x256xf32>, %a: tensor<4x32x64xf32>):
      %0 = chain.stage %xi, %a pattern(4, 32, 64, 1) order "abc"
          : tensor<?x256xf32>, tensor<4x32x64xf32> -> tensor<?x128xf32>
      chain.yield %0 : tensor<?x128xf32>
    } -> tensor<?x128xf32>
    return %y : tensor<?x128xf32>
  }

  // The rows of the type count, not those of the option: blocks of 8 rows, the
  // default that is not printed, are never listed for three rows.
  // THREE-LABEL: func @static_rows_are_known(
  // THREE:         schedule(<rows = {{[0-9]+}}, axes = [b], panel = 1>)
  func.func @static_rows_are_known(%w: tensor<4x32x64xf32>, %x: tensor<128x256xf32>,
                                   %init: tensor<128x128xf32>) -> tensor<128x128xf32> {
    // expected-remark-re @below {{[Passed] AssignSchedule | Category:danaus-schedule | Reason="#chain.schedule<{{.*}}panel = 1>, by model: {{[0-9.]+}} us expected"}}
    %y = chain.kernel ins(%x, %w : tensor<128x256xf32>, tensor<4x32x64xf32>) outs(%init : tensor<128x128xf32>) {
    ^bb0(%xi: tensor<128x256xf32>, %a: tensor<4x32x64xf32>):
      %0 = chain.stage %xi, %a pattern(4, 32, 64, 1) order "abc"
          : tensor<128x256xf32>, tensor<4x32x64xf32> -> tensor<128x128xf32>
      chain.yield %0 : tensor<128x128xf32>
    } -> tensor<128x128xf32>
    return %y : tensor<128x128xf32>
  }
}
