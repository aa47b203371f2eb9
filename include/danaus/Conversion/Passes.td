//===- Passes.td - Conversions between dialects -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_CONVERSION_PASSES_TD
#define DANAUS_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertChainToLinalgPass : Pass<"convert-chain-to-linalg"> {
  let summary = "One linalg.generic a stage: the naive path";
  let description = [{
    Before: `chain.stage`, `chain.map` and `chain.kernel` on tensors. After: no
    op of chain. A stage is one `linalg.generic` over (rows, a, b, d, c) on
    reshaped views, summing in f32 (f64 for f64), and one that rounds to the
    element type where that differs. A map is one `linalg.generic`. A kernel is
    replaced by its body; its schedule is ignored.

    Refuses a packed stage, a kernel on memrefs and a `chain.contract`, which
    are forms of the optimized path. Test: `test/Conversion/chain-to-linalg.mlir`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"];
}

#endif // DANAUS_CONVERSION_PASSES_TD
