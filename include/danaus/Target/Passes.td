//===- Passes.td - Passes that emit code for a target -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TARGET_PASSES_TD
#define DANAUS_TARGET_PASSES_TD

include "mlir/Pass/PassBase.td"

def EmbedKernelsPass : Pass<"danaus-embed-kernels", "::mlir::ModuleOp"> {
  let summary = "Compile device functions and keep them as a constant";
  let description = [{
    Before: `gpu.module @m` in the NVVM dialect and a GPU as the module's
    `danaus.target`. After: a constant `@m_image`, a cubin where `ptxas` is found
    and PTX with a zero byte at its end where it is not, in place of the module; with
    `format=both`, where there is a cubin, the PTX behind it, for devices that only a driver
    can compile for.
    Refuses kernels that spill registers (cubin only) unless `allow-spills` is
    set, and calls of functions that no device has.
    Test: `test/Target/embed-kernels.mlir`.
  }];
  let options = [
    Option<"format", "format", "std::string", "\"auto\"", "auto, ptx, cubin or both">,
    Option<"allowSpills", "allow-spills", "bool", "false", "Accept kernels that spill registers">,
  ];
}

#endif // DANAUS_TARGET_PASSES_TD
