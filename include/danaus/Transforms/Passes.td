//===- Passes.td - Passes on linop and chain -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TRANSFORMS_PASSES_TD
#define DANAUS_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyNoStructuredPass : Pass<"danaus-verify-no-structured"> {
  let summary = "Fail if a structured tensor is left";
  let description = [{
    Before: anything. After: no operand, result or block argument has a type
    with a structure as its encoding; nothing is changed. Refuses, naming the
    op, a module that has one: passes that do not know structures, such as
    bufferization, would make a dense tensor of it without an error.
    Test: `test/Transforms/verify-no-structured.mlir`.
  }];
}

#endif // DANAUS_TRANSFORMS_PASSES_TD
